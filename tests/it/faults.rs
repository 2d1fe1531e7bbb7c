//! OVN that cannot be used: exit code 3, in time, each with its own sentence and what to type next.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::support::lab::{Nb, executable};
use crate::support::{Run, command, qdns, run};

/// Every kind of command must say the same of the same fault.
const COMMANDS: &[&[&str]] = &[
    &["record", "ls", "net1"],
    &["record", "add", "net1", "web", "10.0.0.10"],
    &["zone", "ls"],
    &["forwarders", "set", "net1", "8.8.8.8"],
];

#[track_caller]
fn says(run: &Run, kind: &str, sentence: &str, next: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
    assert!(run.stderr.contains(sentence), "{sentence}: {run:?}");
    let hint = run.stderr.split_once("hint:").map(|(_, hint)| hint).unwrap_or_default();
    assert!(hint.contains(next), "{next}: {run:?}");
    assert!(!kind.is_empty() && run.stderr.lines().count() <= 3, "{run:?}");
}

fn scripted(dir: &tempfile::TempDir, body: &str) -> Result<PathBuf> {
    let path = dir.path().join("ovn-nbctl");
    executable(&path, &format!("#!/bin/sh\n{body}\n"))?;
    Ok(path)
}

#[test]
fn no_ovn_nbctl() -> Result<()> {
    for args in COMMANDS {
        let mut without = command("unix:/nonexistent");
        says(
            &run(without.args(*args).env("PATH", "/nonexistent")),
            "no-such-binary",
            "there is no ovn-nbctl",
            "apt-get install",
        );
    }
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("plain-file");
    fs::write(&path, "")?;
    let mut refused = command("unix:/nonexistent");
    refused.args(["--ovn-nbctl", path.to_str().unwrap(), "zone", "ls"]);
    says(&run(&mut refused), "no-such-binary", "cannot be executed", "--ovn-nbctl");
    Ok(())
}

#[test]
fn no_socket() -> Result<()> {
    for args in COMMANDS {
        says(&qdns("unix:/nonexistent/nb.sock", args), "unreachable", "cannot be reached", "--db unix:");
    }
    Ok(())
}

#[test]
fn a_socket_without_permission() -> Result<()> {
    let nb = Nb::start()?;
    fs::set_permissions(nb.dir(), fs::Permissions::from_mode(0o755))?;
    let program = fs::read(env!("CARGO_BIN_EXE_qdns"))?;
    // The build's folder may be closed to other users.
    let dir = tempfile::tempdir()?;
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755))?;
    let copy = dir.path().join("qdns");
    fs::write(&copy, program)?;
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755))?;
    for args in COMMANDS {
        let mut as_nobody = std::process::Command::new("setpriv");
        as_nobody.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(&copy).args(*args);
        as_nobody.env("OVN_NB_DB", nb.remote());
        says(&run(&mut as_nobody), "permission", "may not use", "sudo");
    }
    Ok(())
}

#[test]
fn a_database_that_accepts_and_never_answers() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let socket = dir.path().join("nb.sock");
    let _listener = UnixListener::bind(&socket)?;
    let began = Instant::now();
    let run = qdns(&format!("unix:{}", socket.display()), &["--timeout", "1", "record", "ls", "net1"]);
    says(&run, "timeout", "no answer within 1 s", "--timeout");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    Ok(())
}

#[test]
fn a_database_that_is_stopped_before_a_write_is_not_said_to_be_changed() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    let dir = tempfile::tempdir()?;
    // The real ovn-nbctl, with the database stopped in front of the transaction.
    let script = scripted(
        &dir,
        &format!("case \"$*\" in *comment*) kill -STOP {} ;; esac; exec ovn-nbctl \"$@\"", nb.pid()),
    )?;
    let mut add = command(&nb.remote());
    add.args(["--timeout", "1", "record", "add", "net1", "web", "10.0.0.10"]).env("QDNS_OVN_NBCTL", script);
    let stopped = run(&mut add);
    nb.cont();
    says(&stopped, "timeout", "whether the change was made is unknown", "the same command again");
    // The same command again tells.
    qdns(&nb.remote(), &["record", "add", "net1", "web", "10.0.0.10"]).ok();
    Ok(())
}

#[test]
fn an_ovn_nbctl_that_is_killed_half_way() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let script = scripted(&dir, "kill -KILL $$")?;
    for args in COMMANDS {
        let mut killed = command("unix:/nonexistent");
        killed.args(*args).env("QDNS_OVN_NBCTL", &script);
        says(&run(&mut killed), "unreachable", "was killed", "the same command again");
    }
    Ok(())
}

#[test]
fn a_transaction_whose_program_is_killed_after_it_was_made_is_a_success() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    let dir = tempfile::tempdir()?;
    let script = scripted(
        &dir,
        "case \"$*\" in *comment*) ovn-nbctl \"$@\" >/dev/null; kill -KILL $$ ;; *) exec ovn-nbctl \"$@\" ;; esac",
    )?;
    let mut add = command(&nb.remote());
    add.args(["record", "add", "net1", "web", "10.0.0.10"]).env("QDNS_OVN_NBCTL", script);
    run(&mut add).ok();
    assert!(qdns(&nb.remote(), &["record", "ls", "net1"]).ok().contains("web.internal"));
    Ok(())
}

#[test]
fn garbage_on_standard_output() -> Result<()> {
    let dir = tempfile::tempdir()?;
    for (body, sentence) in [
        ("echo '{\"data\": oops'", "not its JSON"),
        ("printf '\\377\\376\\000\\033[2J'", "printed 0 tables"),
        ("head -c 1000000 /dev/zero", "printed 0 tables"),
        ("echo '{\"data\":[[\"x\"]],\"headings\":[\"name\"]}'", "printed"),
        (":", "printed 0 tables"),
        ("printf '{\\n'", "not its JSON"),
    ] {
        let script = scripted(&dir, body)?;
        let mut garbage = command("unix:/nonexistent");
        garbage.args(["zone", "ls"]).env("QDNS_OVN_NBCTL", &script);
        says(&run(&mut garbage), "garbage", sentence, "--ovn-nbctl");
    }
    Ok(())
}

#[test]
fn a_program_that_never_ends_is_ended() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let script = scripted(&dir, "sleep 60")?;
    let began = Instant::now();
    let mut hangs = command("unix:/nonexistent");
    hangs.args(["--timeout", "1", "zone", "ls"]).env("QDNS_OVN_NBCTL", &script);
    says(&run(&mut hangs), "timeout", "no answer within 1 s", "--timeout");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    Ok(())
}

#[test]
fn a_dead_daemon_is_named() -> Result<()> {
    let nb = Nb::start()?;
    let daemon = nb.daemon()?;
    let list = || {
        let mut list = command(&nb.remote());
        list.args(["zone", "ls"]).env("OVN_NB_DAEMON", daemon.socket());
        run(&mut list)
    };
    list().ok();
    daemon.kill();
    says(&list(), "unreachable", "daemon behind OVN_NB_DAEMON", "unset OVN_NB_DAEMON");
    Ok(())
}

#[test]
fn options_from_the_environment_cannot_turn_a_command_into_another() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    let mut list = command(&nb.remote());
    list.args(["zone", "ls"]).env("OVN_NBCTL_OPTIONS", "--if-exists ls-del net1 --");
    run(&mut list).ok();
    assert!(nb.nbctl(&["ls-list"]).contains("net1"));
    Ok(())
}

#[test]
fn failures_are_json_where_json_was_asked_for() -> Result<()> {
    let run = qdns("unix:/nonexistent/nb.sock", &["-o", "json", "zone", "ls"]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    let error: serde_json::Value = serde_json::from_str(&run.stderr)?;
    assert_eq!(error["error"]["kind"], "unreachable");
    assert!(error["error"]["causes"].to_string().contains("No such file"), "{error}");
    Ok(())
}
