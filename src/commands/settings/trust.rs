//! Decides whose settings file is read. The file may name a program, and qdns runs it: a user who can change the file can
//! run a program as the user of qdns.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;

use nix::unistd::{Uid, User};

use crate::error::{Error, Result};
use crate::model::shell::shell_word;

/// The user that owns the files of users without a number in this user namespace (user_namespaces(7)), where
/// `/proc/sys/kernel/overflowuid` does not say so.
const OVERFLOW_UID: u32 = 65_534;
/// How many users the first user namespace has, which has all of them.
const ALL_USERS: &str = "4294967295";

/// Who reads the file.
#[derive(Clone, Copy, Debug, Default)]
struct Reader {
    uid: u32,
    /// The user who ran sudo.
    sudo: Option<u32>,
    /// The owner of the files of root and of all other users that this user namespace has no number for.
    unmapped: Option<u32>,
}

impl Reader {
    fn current() -> Self {
        let uid = Uid::effective();
        let sudo = || std::env::var("SUDO_UID").ok()?.parse().ok();
        Reader { uid: uid.as_raw(), sudo: if uid.is_root() { sudo() } else { None }, unmapped: unmapped() }
    }

    /// Whether no one else can have written a file of this owner: as git(1) decides for `safe.directory`.
    fn trusts(self, owner: u32) -> bool {
        owner == 0 || owner == self.uid || [self.sudo, self.unmapped].contains(&Some(owner))
    }
}

/// The owner of files of unmapped users; `None` where this user namespace has all users.
fn unmapped() -> Option<u32> {
    let map = fs::read_to_string("/proc/self/uid_map").ok()?;
    if map.split_whitespace().eq(["0", "0", ALL_USERS]) {
        return None;
    }
    let uid = fs::read_to_string("/proc/sys/kernel/overflowuid").ok();
    Some(uid.and_then(|uid| uid.trim().parse().ok()).unwrap_or(OVERFLOW_UID))
}

/// # Errors
/// Invalid input where another user can have written the file.
pub fn check(name: &str, metadata: &Metadata) -> Result<()> {
    let refused = |why: &str, command: &str| {
        Error::invalid(format!("{name} is refused: {why}"))
            .hint(format!("sudo {command} {}", shell_word(name)))
    };
    if metadata.mode() & 0o002 != 0 {
        return Err(refused("every user can change it", "chmod o-w"));
    }
    let owner = metadata.uid();
    if Reader::current().trusts(owner) {
        return Ok(());
    }
    let user = User::from_uid(Uid::from_raw(owner)).ok().flatten();
    let user = user.map_or_else(|| owner.to_string(), |user| user.name);
    Err(refused(
        &format!("it belongs to user {user}, and it may name a program that qdns runs"),
        "chown root",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_and_the_reader_are_trusted_and_no_one_else() {
        let root = Reader::default();
        assert!(root.trusts(0) && !root.trusts(1000) && !root.trusts(OVERFLOW_UID));
        let user = Reader { uid: 1000, ..root };
        assert!(user.trusts(0) && user.trusts(1000) && !user.trusts(1001));
        let sudo = Reader { sudo: Some(1000), ..root };
        assert!(sudo.trusts(1000) && !sudo.trusts(1001));
        // Root of the machine has no number in a container.
        let contained = Reader { unmapped: Some(OVERFLOW_UID), ..root };
        assert!(contained.trusts(OVERFLOW_UID) && !contained.trusts(1000));
    }
}
