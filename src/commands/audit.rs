//! The comment of each change in the database's log: the command, the user and the machine.

use std::fs;

use nix::unistd::{Uid, User, geteuid, gethostname};

use crate::model::printable::escaped;

/// The greatest length of the command in a comment, in characters.
const COMMAND_MAX: usize = 900;

/// The comment for a command line, in one line. `user` is the one for whom a service runs it.
pub fn comment(typed: &str, user: Option<Uid>) -> String {
    let host = gethostname().ok().and_then(|host| host.into_string().ok());
    let login = fs::read_to_string("/proc/self/loginuid").ok().and_then(|text| text.trim().parse().ok());
    let user = match user {
        Some(uid) => name(uid),
        None => operator(std::env::var("SUDO_USER").ok(), login, geteuid()),
    };
    of(typed, &user, host.as_deref().unwrap_or("a machine without a name"))
}

fn of(typed: &str, user: &str, host: &str) -> String {
    let mut command: String = typed.chars().take(COMMAND_MAX).collect();
    if command.len() < typed.len() {
        command.push('…');
    }
    escaped(&format!("{command} (by {user} on {host})")).into_owned()
}

/// The user who gave the command. Everyone can set `SUDO_USER`, so it counts only for root and if that user exists.
/// The kernel keeps the login's uid through sudo and su (`proc_pid_loginuid(5)`); a service has none.
fn operator(sudo_user: Option<String>, login: Option<u32>, effective: Uid) -> String {
    let sudo_user =
        sudo_user.filter(|name| effective.is_root() && matches!(User::from_name(name), Ok(Some(_))));
    sudo_user.unwrap_or_else(|| name(login.filter(|uid| *uid != u32::MAX).map_or(effective, Uid::from_raw)))
}

fn name(uid: Uid) -> String {
    match User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        _ => format!("uid {uid}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAEMON: u32 = 1;
    const NO_ONE: u32 = 3_999_999_999;

    fn user_of(sudo_user: &str, login: u32, effective: u32) -> String {
        operator(Some(sudo_user.to_owned()), Some(login), Uid::from_raw(effective))
    }

    #[test]
    fn sudos_user_counts_for_root() {
        assert_eq!(user_of("daemon", u32::MAX, 0), "daemon");
        assert_eq!(user_of("daemon", 0, 0), "daemon");
    }

    #[test]
    fn another_user_cannot_name_sudos_user() {
        assert_eq!(user_of("root", u32::MAX, DAEMON), "daemon");
    }

    #[test]
    fn a_user_who_does_not_exist_does_not_count() {
        for name in ["no-such-user", "", "root)\nrecord 7", "root\0"] {
            assert_eq!(user_of(name, u32::MAX, 0), "root", "{name:?}");
        }
    }

    #[test]
    fn the_login_goes_before_the_effective_user() {
        assert_eq!(operator(None, Some(DAEMON), Uid::from_raw(0)), "daemon");
        assert_eq!(operator(None, None, Uid::from_raw(0)), "root");
    }

    #[test]
    fn a_uid_without_a_name_is_a_number() {
        assert_eq!(operator(None, Some(NO_ONE), Uid::from_raw(0)), "uid 3999999999");
    }

    #[test]
    fn a_comment_is_one_line_and_ends_with_user_and_machine() {
        assert_eq!(of("qdns x", "a", "hv\n1"), "qdns x (by a on hv\\n1)");
        let long = of(&"é".repeat(2000), "root", "hv1");
        assert!(long.ends_with("é… (by root on hv1)") && long.chars().count() < 1000, "{long}");
    }
}
