//! The programs of OVN: where they are on this machine, or the command that runs them elsewhere.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
use crate::model::shell;

/// Where execvp(3) looks if `PATH` is not set.
const DEFAULT_PATH: &str = "/bin:/usr/bin";
/// What the names of clients in the snap of MicroOVN begin with.
const MICROOVN: &str = "microovn.";
const NBCTL: &str = "ovn-nbctl";
/// The clients that a command may name, so that other programs are found next to them.
const CLIENTS: [&str; 2] = [NBCTL, "ovn-sbctl"];

/// A program with the arguments that come before all others: `ovn-nbctl`, or `docker exec ovn_nb_db ovn-nbctl`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// Without a slash it is searched in `PATH`.
    name: OsString,
    args: Vec<String>,
}

impl Program {
    /// A program without arguments.
    pub fn named(name: impl Into<OsString>) -> Self {
        Program { name: name.into(), args: Vec::new() }
    }

    /// Splits a command as sh(1) does. A text that is the path of a file is that file, also with spaces in it.
    ///
    /// # Errors
    /// Invalid input if there is no word, or a quote is not closed.
    pub fn parse(text: &OsStr) -> Result<Self> {
        let Some(line) = text.to_str().filter(|line| !is_path_of_file(line)) else {
            return Ok(Program::named(text));
        };
        let mut words = shlex::split(line).unwrap_or_default().into_iter();
        match words.next().filter(|word| !word.is_empty()) {
            Some(name) => Ok(Program { name: name.into(), args: words.collect() }),
            None => Err(Error::invalid(format!(
                "command {line:?} is refused: it is empty, or a quote is not closed"
            ))
            .hint(
                "name a program, or a command with its arguments, such as: docker exec ovn_nb_db ovn-nbctl",
            )),
        }
    }

    /// The ovn-nbctl of this machine, else that of the snap MicroOVN.
    pub fn nbctl() -> Self {
        let snap = [MICROOVN, NBCTL].concat();
        let is_only_in_snap = find(NBCTL.as_ref()).is_none() && find(snap.as_ref()).is_some();
        Program::named(if is_only_in_snap { snap } else { NBCTL.to_owned() })
    }

    /// The file that runs; `None` if there is none.
    pub fn find(&self) -> Option<PathBuf> {
        find(&self.name)
    }

    /// The first word.
    pub fn name(&self) -> &OsStr {
        &self.name
    }

    /// Whether another program runs it, which may do so in another environment: with other files and variables.
    pub fn is_wrapped(&self) -> bool {
        !self.args.is_empty()
    }

    /// Its own arguments, then these.
    pub fn with(&self, args: &[String]) -> Vec<String> {
        [&self.args, args].concat()
    }

    /// The words as a shell reads them, with the absolute path of a file.
    pub fn line(&self) -> String {
        let name = self.name.to_string_lossy();
        let is_relative = name.contains('/') && !name.starts_with('/');
        let name = if is_relative {
            std::path::absolute(&self.name).map_or(name.to_string(), |path| path.display().to_string())
        } else {
            name.into_owned()
        };
        shell::joined(&[&[name], &self.args[..]].concat())
    }

    /// The program `name` of the installation that this ovn-nbctl or ovn-sbctl is part of: in the same container, in
    /// the same snap or in the same directory, else the one in `PATH`.
    ///
    /// # Errors
    /// No such binary if the command does not tell how the other program is run.
    pub fn sibling(&self, name: &str) -> Result<Self> {
        let Some((word, before)) = self.args.split_last() else {
            return Ok(Program::named(next_to(&self.name, name)));
        };
        let sibling = match (word.as_str(), name) {
            // kubectl-ko runs ovn-nbctl and ovn-sbctl by these names, and its `trace` is no ovn-trace.
            ("nbctl" | "sbctl", "ovn-sbctl") => Some("sbctl".to_owned()),
            _ => CLIENTS.iter().find_map(|client| Some([word.strip_suffix(client)?, name].concat())),
        };
        match sibling {
            Some(sibling) => Ok(Program { name: self.name.clone(), args: [before, &[sibling]].concat() }),
            None => Err(Error::new(Kind::NoSuchBinary, format!("`{self}` does not tell how {name} is run"))
                .hint(format!("name it with --{name} CMD"))),
        }
    }

    /// The server for `--db`: the given one, else that of the variable if another program runs the client, because
    /// such a program may not pass the variable on.
    pub fn server(&self, given: Option<&str>, variable: &str) -> Option<String> {
        let of_variable = || env::var(variable).ok().filter(|value| self.is_wrapped() && !value.is_empty());
        given.map(str::to_owned).or_else(of_variable)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())
    }
}

fn is_path_of_file(line: &str) -> bool {
    line.contains('/') && Path::new(line).is_file()
}

/// The file that runs as `program`: a name with a slash is a path, any other name is looked up in `PATH`.
pub fn find(program: &OsStr) -> Option<PathBuf> {
    let path = Path::new(program);
    if path.components().count() > 1 {
        return path.exists().then(|| path.to_owned());
    }
    let directories = env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
    which::which_in_global(program, Some(directories)).ok()?.next()
}

/// The program `name` in the same directory as `program`, with the same prefix of a snap, else the one in `PATH`.
fn next_to(program: &OsStr, name: &str) -> OsString {
    let file_name = Path::new(program).file_name().map(OsStr::to_string_lossy);
    let is_of_snap = file_name.is_some_and(|file_name| file_name.starts_with(MICROOVN));
    let name = if is_of_snap { [MICROOVN, name].concat() } else { name.to_owned() };
    let in_path = find(name.as_ref());
    let sibling = find(program).and_then(|path| Some(path.parent()?.join(&name)));
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

    fn executable(path: &Path) {
        fs::write(path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn command(text: &str) -> Program {
        Program::parse(text.as_ref()).unwrap()
    }

    fn sibling(text: &str, name: &str) -> Option<String> {
        command(text).sibling(name).ok().map(|program| program.line())
    }

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
        [&nbctl, &sbctl].into_iter().for_each(|path| executable(path));
        let nbctl = Program::named(nbctl);
        assert_eq!(nbctl.sibling("ovn-sbctl").unwrap(), Program::named(sbctl));
        assert_eq!(nbctl.sibling("ovn-trace").unwrap(), Program::named("ovn-trace"));
        assert_eq!(sibling("sh", "ls").unwrap(), "ls");
    }

    #[test]
    fn a_command_has_arguments_and_a_path_may_have_spaces() {
        let program = command("docker exec 'nb db' ovn-nbctl");
        assert!(program.is_wrapped());
        assert_eq!(program.with(&["show".to_owned()]), ["exec", "nb db", "ovn-nbctl", "show"]);
        assert_eq!(program.line(), "docker exec 'nb db' ovn-nbctl");
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("my nbctl");
        executable(&path);
        assert_eq!(Program::parse(path.as_os_str()).unwrap(), Program::named(path));
        for text in ["", " ", "docker 'exec", "''"] {
            assert!(Program::parse(text.as_ref()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_sibling_is_in_the_same_container_snap_or_plugin() {
        for (program, name, expected) in [
            ("docker exec c ovn-nbctl", "ovn-trace", Some("docker exec c ovn-trace")),
            ("docker exec c /usr/bin/ovn-nbctl", "ovsdb-client", Some("docker exec c /usr/bin/ovsdb-client")),
            ("kubectl exec -n ovn p -- ovn-nbctl", "ovn-sbctl", Some("kubectl exec -n ovn p -- ovn-sbctl")),
            ("sudo microovn.ovn-nbctl", "ovn-sbctl", Some("sudo microovn.ovn-sbctl")),
            ("microovn.ovn-nbctl", "ovn-sbctl", Some("microovn.ovn-sbctl")),
            ("/snap/bin/microovn.ovn-nbctl", "ovn-sbctl", Some("microovn.ovn-sbctl")),
            ("docker exec c ovn-sbctl", "ovn-trace", Some("docker exec c ovn-trace")),
            ("kubectl ko nbctl", "ovn-sbctl", Some("kubectl ko sbctl")),
            ("kubectl ko nbctl", "ovn-trace", None),
            ("kubectl ko nbctl", "ovsdb-client", None),
            ("ssh host my-nbctl", "ovn-sbctl", None),
        ] {
            assert_eq!(sibling(program, name).as_deref(), expected, "{program}");
        }
    }
}
