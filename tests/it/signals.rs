//! Signals: a command ends soon, also where the database hangs, and leaves no process behind.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::export::nets;
use crate::import::csv;
use crate::support::command;
use crate::support::lab::{Nb, wait_for};

/// A command that runs on a database which hangs, and the process that it started.
fn hanging(nb: &Nb, args: &[&str]) -> Result<(Child, String)> {
    let mut started = command(&nb.remote());
    started.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let started = started.spawn()?;
    let child = child_of(&started)?;
    Ok((started, child))
}

/// The first process that a command started, once it is a program of OVN.
fn child_of(started: &Child) -> Result<String> {
    let mut found = String::new();
    let appeared = wait_for(Duration::from_secs(10), || {
        let list = Command::new("pgrep").args(["-P", &started.id().to_string(), "^ov"]).output();
        found = list.map(|list| String::from_utf8_lossy(&list.stdout).into_owned()).unwrap_or_default();
        !found.is_empty()
    });
    ensure!(appeared, "it started nothing");
    Ok(found.lines().next().unwrap_or_default().to_owned())
}

fn signal(started: &Child, signal: &str) -> Result<()> {
    let status = Command::new("kill").args([signal, &started.id().to_string()]).status()?;
    ensure!(status.success(), "{status}");
    Ok(())
}

fn ends(pid: &str) -> bool {
    let directory = format!("/proc/{pid}");
    wait_for(Duration::from_secs(5), || !Path::new(&directory).exists())
}

/// A database with net1 that hangs.
fn frozen() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    nb.stop();
    Ok(nb)
}

#[test]
fn what_a_command_started_ends_with_it() -> Result<()> {
    let nb = frozen()?;
    for client in ["ovn-nbctl", "ovsdb-client"] {
        for kill in ["-TERM", "-KILL"] {
            let (mut started, child) = hanging(&nb, &["--client", client, "zone", "show", "net1"])?;
            signal(&started, kill)?;
            started.wait()?;
            ensure!(ends(&child), "{client} outlives {kill}");
        }
    }
    nb.cont();
    Ok(())
}

#[test]
fn a_change_in_several_transactions_ends_although_the_database_hangs() -> Result<()> {
    let nb = nets()?;
    let file = nb.file("hosts.csv", csv(8_000))?;
    let mut import = command(&nb.remote());
    import.args(["record", "import", "net1", &file, "--timeout", "60"]);
    let import = import.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let hosts = || nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
    ensure!(wait_for(Duration::from_secs(20), || hosts().contains("host-")), "it writes nothing");
    nb.stop();
    signal(&import, "-TERM")?;
    let pid = import.id().to_string();
    let output = std::thread::spawn(move || import.wait_with_output());
    ensure!(wait_for(Duration::from_secs(10), || output.is_finished()), "{pid} goes on");
    nb.cont();
    let output = output.join().ok().context("a thread failed")??;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.code() == Some(3) || output.status.code() == Some(1), "{said}");
    ensure!(said.contains("interrupted") && said.contains("hosts were finished before that"), "{said}");
    Ok(())
}
