//! OVN that cannot be used: exit code 3, in time, each fault with its own message and what to type next.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::records::net;
use crate::support::lab::{Nb, executable};
use crate::support::{Run, command, install_qdns, qdns, run, snapshot};

/// Every kind of command; all report the same of the same fault.
const COMMANDS: &[&[&str]] = &[
    &["record", "ls", "net1"],
    &["record", "add", "net1", "web", "10.0.0.10"],
    &["zone", "ls"],
    &["forwarders", "set", "net1", "8.8.8.8"],
];

/// What all commands report when they are started by `start`.
fn every_command(start: impl Fn(&[&str]) -> Command) -> Result<Run> {
    let mut runs = COMMANDS.iter().map(|args| run(&mut start(args)));
    let first = runs.next().context("a command")?;
    assert_eq!(first.code, 3, "{first}");
    for other in runs {
        assert_eq!(other.to_string(), first.to_string());
    }
    Ok(first)
}

/// A script in the place of ovn-nbctl.
fn scripted(dir: &TempDir, body: &str) -> Result<PathBuf> {
    let path = dir.path().join("ovn-nbctl");
    executable(&path, &format!("#!/bin/sh\n{body}\n"))?;
    Ok(path)
}

/// `qdns zone ls` with that script, and a timeout of a second.
fn list_with(dir: &TempDir, body: &str) -> Result<Run> {
    let mut list = command("unix:/nonexistent");
    list.args(["--timeout", "1", "zone", "ls"]).env("QDNS_OVN_NBCTL", scripted(dir, body)?);
    Ok(run(&mut list))
}

#[test]
fn no_ovn_nbctl() -> Result<()> {
    let run = every_command(|args| {
        let mut command = command("unix:/nonexistent");
        command.args(args).env("PATH", "/nonexistent");
        command
    })?;
    snapshot!(run, @"
    ----- stderr -----
    error: there is no ovn-nbctl on this machine
       hint: install the package that has ovn-nbctl (Debian: ovn-common; Fedora: ovn), or name its path with --ovn-nbctl CMD or QDNS_OVN_NBCTL
    ----- exit 3 -----
    ");
    Ok(())
}

#[test]
fn an_ovn_nbctl_that_is_not_executable() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("plain-file");
    fs::write(&path, "")?;
    let mut list = command("unix:/nonexistent");
    snapshot!(run(list.arg("--ovn-nbctl").arg(&path).args(["zone", "ls"])), @"
    ----- stderr -----
    error: [DIR]/plain-file cannot be executed
      cause: Permission denied (os error 13)
       hint: install the package that has ovn-nbctl (Debian: ovn-common; Fedora: ovn), or name its path with --ovn-nbctl CMD or QDNS_OVN_NBCTL
    ----- exit 3 -----
    ");
    Ok(())
}

#[test]
fn no_socket() -> Result<()> {
    let run = every_command(|args| {
        let mut command = command("unix:/nonexistent/nb.sock");
        command.args(args);
        command
    })?;
    snapshot!(run, @"
    ----- stderr -----
    error: the northbound database cannot be reached
      cause: unix:/nonexistent/nb.sock: database connection failed (No such file or directory)
       hint: check that the central service of OVN runs on its host (Debian: ovn-central; Fedora: ovn-northd)
       hint: name the database with --db or OVN_NB_DB: unix:SOCKET, tcp:HOST:6641 or ssl:HOST:6641
    ----- exit 3 -----
    ");
    Ok(())
}

#[test]
fn no_socket_as_json() -> Result<()> {
    snapshot!(qdns("unix:/nonexistent/nb.sock", &["-o", "json", "zone", "ls"]), @r#"
    ----- stderr -----
    {"error":{"kind":"unreachable","message":"the northbound database cannot be reached","causes":["unix:/nonexistent/nb.sock: database connection failed (No such file or directory)"],"hints":["check that the central service of OVN runs on its host (Debian: ovn-central; Fedora: ovn-northd)","name the database with --db or OVN_NB_DB: unix:SOCKET, tcp:HOST:6641 or ssl:HOST:6641"]}}
    ----- exit 3 -----
    "#);
    Ok(())
}

#[test]
fn a_socket_without_permission() -> Result<()> {
    let nb = Nb::start()?;
    fs::set_permissions(nb.dir(), fs::Permissions::from_mode(0o755))?;
    // The build's folder may be closed to other users.
    let dir = tempfile::tempdir()?;
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755))?;
    let copy = dir.path().join("qdns");
    install_qdns(&copy)?;
    let run = every_command(|args| {
        let mut as_nobody = Command::new("setpriv");
        as_nobody.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(&copy).args(args);
        as_nobody.env("OVN_NB_DB", nb.remote()).env("USER", "nobody");
        as_nobody
    })?;
    snapshot!(run, @"
    ----- stderr -----
    error: this user has no permission to use the northbound database
      cause: [DB]: database connection failed (Permission denied)
       hint: run qdns as a user who has access to the database's socket, for example: sudo qdns …
    ----- exit 3 -----
    ");
    Ok(())
}

#[test]
fn a_database_that_accepts_and_never_answers() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let socket = dir.path().join("nb.sock");
    let _listener = UnixListener::bind(&socket)?;
    let began = Instant::now();
    let run = qdns(&format!("unix:{}", socket.display()), &["--timeout", "1", "record", "ls", "net1"]);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    snapshot!(run, @"
    ----- stderr -----
    error: the northbound database did not answer within 1 s
       hint: check that ovsdb-server runs and, in a cluster, has a leader: ovn-appctl -t /var/run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound; or use a longer --timeout
    ----- exit 3 -----
    ");
    Ok(())
}

#[test]
fn a_database_that_is_stopped_before_a_write_may_have_been_changed() -> Result<()> {
    let nb = net()?;
    let dir = tempfile::tempdir()?;
    let stop = format!("case \"$*\" in *comment*) kill -STOP {} ;; esac; exec ovn-nbctl \"$@\"", nb.pid());
    let mut add = command(&nb.remote());
    add.args(["--timeout", "1", "record", "add", "net1", "web", "10.0.0.10"]);
    let run = run(add.env("QDNS_OVN_NBCTL", scripted(&dir, &stop)?));
    nb.cont();
    snapshot!(run, @"
    ----- stderr -----
    error: the northbound database did not answer within 1 s; whether the change was made is unknown
       hint: run the same command again: it changes only what is still missing
       hint: check that ovsdb-server runs and, in a cluster, has a leader: ovn-appctl -t /var/run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound; or use a longer --timeout
    ----- exit 3 -----
    ");
    nb.qdns("record add net1 web 10.0.0.10").ok();
    Ok(())
}

#[test]
fn an_ovn_nbctl_that_is_killed_before_it_reads() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let script = scripted(&dir, "kill -KILL $$")?;
    let run = every_command(|args| {
        let mut command = command("unix:/nonexistent");
        command.args(args).env("QDNS_OVN_NBCTL", &script);
        command
    })?;
    snapshot!(run, @"
    ----- stderr -----
    error: ovn-nbctl was killed before it finished
       hint: run the same command again: it changes only what is still missing
    ----- exit 3 -----
    ");
    Ok(())
}

#[test]
fn an_ovn_nbctl_that_is_killed_after_its_transaction_has_done_it() -> Result<()> {
    let nb = net()?;
    let dir = tempfile::tempdir()?;
    let kill = "case \"$*\" in *comment*) ovn-nbctl \"$@\" >/dev/null; kill -KILL $$ ;; *) exec ovn-nbctl \"$@\" ;; esac";
    let mut add = command(&nb.remote());
    add.args(["record", "add", "net1", "web", "10.0.0.10"]);
    run(add.env("QDNS_OVN_NBCTL", scripted(&dir, kill)?)).ok();
    assert!(nb.qdns("record ls net1").ok().contains("web.internal"));
    Ok(())
}

/// What an ovn-nbctl prints that is not its JSON.
#[test]
fn garbage_on_standard_output() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let mut seen = String::new();
    for body in [
        "echo '{\"data\": oops'",
        "printf '\\377\\376\\000\\033[2J'",
        "head -c 1000000 /dev/zero",
        "echo '{\"data\":[[\"x\"]],\"headings\":[\"name\"]}'",
        ":",
        "printf '{\\n'",
    ] {
        seen += &format!("$ {body}\n{}", list_with(&dir, body)?);
    }
    snapshot!(seen, @r#"
    $ echo '{"data": oops'
    ----- stderr -----
    error: the output of OVN's client is not its JSON
      cause: expected value at line 1 column 10: {"data": oops\n
       hint: check which program runs: qdns -v shows the command, --ovn-nbctl names another one
    ----- exit 3 -----
    $ printf '\377\376\000\033[2J'
    ----- stderr -----
    error: ovn-nbctl printed 0 tables; 2 were expected
       hint: check which program runs: qdns -v shows the command, --ovn-nbctl names another one
    ----- exit 3 -----
    $ head -c 1000000 /dev/zero
    ----- stderr -----
    error: ovn-nbctl printed 0 tables; 2 were expected
       hint: check which program runs: qdns -v shows the command, --ovn-nbctl names another one
    ----- exit 3 -----
    $ echo '{"data":[["x"]],"headings":["name"]}'
    ----- stderr -----
    error: OVN's client printed a row without its _uuid
       hint: check which program runs: qdns -v shows the command, --ovn-nbctl names another one
    ----- exit 3 -----
    $ :
    ----- stderr -----
    error: ovn-nbctl printed 0 tables; 2 were expected
       hint: check which program runs: qdns -v shows the command, --ovn-nbctl names another one
    ----- exit 3 -----
    $ printf '{\n'
    ----- stderr -----
    error: the output of OVN's client is not its JSON
      cause: EOF while parsing an object at line 2 column 0: {\n
       hint: check which program runs: qdns -v shows the command, --ovn-nbctl names another one
    ----- exit 3 -----
    "#);
    Ok(())
}

#[test]
fn an_ovn_nbctl_that_never_ends() -> Result<()> {
    let began = Instant::now();
    let run = list_with(&tempfile::tempdir()?, "sleep 60")?;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    snapshot!(run, @"
    ----- stderr -----
    error: the northbound database did not answer within 1 s
       hint: check that ovsdb-server runs and, in a cluster, has a leader: ovn-appctl -t /var/run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound; or use a longer --timeout
    ----- exit 3 -----
    ");
    Ok(())
}

#[test]
fn a_dead_daemon() -> Result<()> {
    let nb = Nb::start()?;
    let daemon = nb.daemon()?;
    let list = || run(command(&nb.remote()).args(["zone", "ls"]).env("OVN_NB_DAEMON", daemon.socket()));
    list().ok();
    daemon.kill();
    snapshot!(list(), @"
    ----- stderr -----
    error: the ovn-nbctl daemon of OVN_NB_DAEMON ([DIR]/nbctl.[PID].ctl) does not answer
      cause: failed to connect to [DIR]/nbctl.[PID].ctl; [DIR]/nbctl.[PID].ctl: could not connect to ovn-nbctl daemon (Connection refused); unset OVN_NB_DAEMON to avoid using daemon
       hint: start it again: export OVN_NB_DAEMON=$(ovn-nbctl --detach), or use no daemon: unset OVN_NB_DAEMON
    ----- exit 3 -----
    ");
    Ok(())
}

#[test]
fn options_from_the_environment_cannot_turn_a_command_into_another() -> Result<()> {
    let nb = net()?;
    let mut list = command(&nb.remote());
    list.args(["zone", "ls"]).env("OVN_NBCTL_OPTIONS", "--if-exists ls-del net1 --");
    run(&mut list).ok();
    assert!(nb.nbctl(&["ls-list"]).contains("net1"));
    Ok(())
}

/// ovsdb-server lets 64 clients wait at its socket, and one more.
#[test]
fn a_server_without_room_for_a_connection_is_asked_again() -> Result<()> {
    for client in ["ovsdb-client", "ovn-nbctl"] {
        let nb = Nb::start()?;
        nb.nbctl(&["ls-add", "net1"]);
        let path = nb.remote();
        let path = path.strip_prefix("unix:").context("a socket")?;
        nb.stop();
        let waiting: Vec<UnixStream> =
            (0..65).map(|_| UnixStream::connect(path)).collect::<Result<_, _>>()?;
        let mut qdns = command(&nb.remote());
        qdns.args(["zone", "ls", "--client", client]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = qdns.spawn()?;
        sleep(Duration::from_millis(300));
        nb.cont();
        assert_eq!(Run::of(child.wait_with_output()?).ok(), "No zones.\n", "{client}");
        drop(waiting);
    }
    Ok(())
}
