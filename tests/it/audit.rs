//! The comment of a change in the database's log: the command, the user and the machine.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::support::command;
use crate::support::lab::Nb;

/// The user that `id` knows by this uid.
fn name_of(uid: &str) -> Result<String> {
    let output = Command::new("id").args(["-nu", uid]).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The user of a change without sudo: the login, if there is one, else the effective user.
fn user() -> Result<String> {
    let login = fs::read_to_string("/proc/self/loginuid").unwrap_or_default();
    let is_set = !["", "4294967295"].contains(&login.trim());
    name_of(if is_set { login.trim() } else { "0" })
}

fn machine() -> Result<String> {
    Ok(String::from_utf8(Command::new("uname").arg("-n").output()?.stdout)?.trim().to_owned())
}

/// The line of the log with the comment of `record add`, with these variables set.
fn comment_with(variables: &[(&str, &str)]) -> Result<String> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    let mut add = command(&nb.remote());
    add.args(["record", "add", "net1", "web", "10.0.0.10"]).envs(variables.iter().copied());
    assert!(add.output()?.status.success());
    let log = nb.show_log();
    Ok(log.lines().rfind(|line| line.contains("record add")).context("a comment")?.to_owned())
}

/// The comment of `record add` by this user.
fn comment_of(user: &str) -> Result<String> {
    Ok(format!("qdns record add net1 web 10.0.0.10 (by {user} on {})\"", machine()?))
}

#[test]
fn the_databases_log_names_command_user_and_machine() -> Result<()> {
    let comment = comment_with(&[("USER", "tester"), ("LOGNAME", "tester")])?;
    assert!(comment.contains(&comment_of(&user()?)?), "{comment}");
    Ok(())
}

#[test]
fn the_user_of_sudo_is_named() -> Result<()> {
    let comment = comment_with(&[("SUDO_USER", "daemon")])?;
    assert!(comment.contains(&comment_of("daemon")?), "{comment}");
    Ok(())
}

#[test]
fn a_variable_that_names_no_user_is_not_believed() -> Result<()> {
    let forged = "root)\nrecord 7: 2020-01-01 00:00:00.000 \"forged\"";
    let comment = comment_with(&[("SUDO_USER", forged), ("USER", forged)])?;
    assert!(comment.contains(&comment_of(&user()?)?), "{comment}");
    Ok(())
}

#[test]
fn a_command_line_with_a_newline_is_one_line_of_the_log() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    let file = nb.file("a\nrecord 7: forged\u{1b}[2J", "10.0.0.10 web\n")?;
    let mut import = command(&nb.remote());
    assert!(import.args(["record", "import", "net1", &file, "--format", "hosts"]).output()?.status.success());
    let log = nb.show_log();
    assert!(!log.lines().any(|line| line.starts_with("record 7")), "{log}");
    assert!(log.contains("record 7: forged"), "{log}");
    assert!(!log.contains('\u{1b}'), "{log:?}");
    Ok(())
}

#[test]
fn a_long_command_line_still_names_the_user() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    let names: String = (0..200).map(|n| format!(" host-{n}")).collect();
    nb.qdns("record add net1 host-1 10.0.0.10").ok();
    nb.qdns(&format!("record rm net1{names} --if-exists")).ok();
    let log = nb.show_log();
    let line = log.lines().rfind(|line| line.contains("record rm")).context("a comment")?;
    assert!(line.contains(&format!("… (by {} on {})\"", user()?, machine()?)), "{line}");
    Ok(())
}
