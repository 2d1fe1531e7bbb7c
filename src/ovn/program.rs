//! Finds the programs of OVN on this machine.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Where execvp(3) looks if `PATH` is not set.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// The file that runs as `program`: a name with a slash is a path, any other name is looked up in `PATH`.
pub fn find(program: &OsStr) -> Option<PathBuf> {
    let path = Path::new(program);
    if path.components().count() > 1 {
        return path.exists().then(|| path.to_owned());
    }
    let directories = env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
    which::which_in_global(program, Some(directories)).ok()?.next()
}

/// The program `name` of the installation that `program` is part of: the one in the same directory, else the one
/// in `PATH`.
pub fn next_to(program: &OsStr, name: &str) -> OsString {
    let in_path = find(name.as_ref());
    let sibling = find(program).and_then(|path| Some(path.parent()?.join(name)));
    match sibling.filter(|sibling| sibling.is_file() && Some(sibling) != in_path.as_ref()) {
        Some(sibling) => sibling.into_os_string(),
        None => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_program_is_found_by_name_and_by_path() {
        let sh = find("sh".as_ref()).unwrap();
        assert!(sh.is_absolute());
        assert_eq!(find(sh.as_os_str()), Some(sh));
        assert_eq!(find("/nonexistent/sh".as_ref()), None);
        assert_eq!(find("no-such-program".as_ref()), None);
    }

    #[test]
    fn the_program_in_the_same_directory_comes_first() {
        let directory = tempfile::tempdir().unwrap();
        let [nbctl, sbctl] = ["ovn-nbctl", "ovn-sbctl"].map(|name| directory.path().join(name));
        for path in [&nbctl, &sbctl] {
            fs::write(path, "#!/bin/sh\n").unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        assert_eq!(next_to(nbctl.as_os_str(), "ovn-sbctl"), sbctl);
        assert_eq!(next_to(nbctl.as_os_str(), "ovn-trace"), "ovn-trace");
        assert_eq!(next_to("sh".as_ref(), "ls"), "ls");
    }
}
