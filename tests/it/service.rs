//! qdns as a service of systemd: what the manager hears of the watcher, and the priorities of what the journal reads.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::support::lab::{Nb, wait_for};
use crate::support::{command, snapshot};

/// A watcher whose manager listens.
struct Service {
    watcher: std::process::Child,
    socket: UnixDatagram,
}

impl Service {
    fn start(nb: &Nb, db: &str) -> Result<Self> {
        let path = nb.dir().join("notify");
        let socket = UnixDatagram::bind(&path)?;
        socket.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut command = command(db);
        command.args(["sync", "--watch", "--all"]).env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "300000");
        let watcher = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Service { watcher, socket })
    }

    /// The next message.
    fn says(&self) -> Result<String> {
        let mut buffer = [0; 4096];
        loop {
            match self.socket.recv(&mut buffer) {
                // A signal ends a wait with a limit (signal(7)).
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                length => return Ok(String::from_utf8_lossy(&buffer[..length?]).into_owned()),
            }
        }
    }

    /// The next message about more than being alive.
    fn state(&self) -> Result<String> {
        loop {
            let said = self.says()?;
            if said != "WATCHDOG=1\n" {
                return Ok(said);
            }
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.watcher.kill();
        let _ = self.watcher.wait();
    }
}

#[test]
fn the_manager_hears_of_a_watcher_that_starts_lives_and_stops() -> Result<()> {
    let nb = Nb::start()?;
    let mut service = Service::start(&nb, &nb.remote())?;
    let mut said = Vec::new();
    while said.iter().filter(|message| *message == "WATCHDOG=1\n").count() < 3 {
        said.push(service.says()?);
    }
    let once: BTreeSet<String> = said.into_iter().collect();
    snapshot!(once.into_iter().collect::<String>(), @"
    READY=1
    STATUS=follows the database
    WATCHDOG=1
    ");
    Command::new("kill").arg(service.watcher.id().to_string()).status()?;
    assert!(wait_for(Duration::from_secs(10), || service.says().is_ok_and(|said| said == "STOPPING=1\n")));
    assert!(service.watcher.wait()?.success());
    Ok(())
}

#[test]
fn a_watcher_that_waits_for_its_database_has_started() -> Result<()> {
    let nb = Nb::start()?;
    let service = Service::start(&nb, "unix:/nowhere/nb.sock")?;
    let status = service.state()?;
    assert!(status.starts_with("STATUS=the database cannot be followed, trying again: "), "{status}");
    assert_eq!(service.state()?, "READY=1\n");
    Ok(())
}

#[test]
fn the_journal_reads_priorities() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    let journal = nb.dir().join("journal");
    let run = |line: &str| -> Result<String> {
        let file = File::create(&journal)?;
        let metadata = file.metadata()?;
        let mut qdns = command(&nb.remote());
        qdns.args(line.split(' ')).env("JOURNAL_STREAM", format!("{}:{}", metadata.dev(), metadata.ino()));
        qdns.stdout(Stdio::null()).stderr(file).status()?;
        fs::read_to_string(&journal).context("the journal")
    };
    snapshot!(run("record add net1 web 10.0.0.10")?, @"");
    snapshot!(run("record add net1 web 10.0.0.11")?, @"
    <3>error: host web has 10.0.0.10 already, not 10.0.0.11
    <3>   hint: qdns record add net1 web 10.0.0.11 --replace
    <3>   hint: qdns record add net1 web 10.0.0.11 --append
    ");
    snapshot!(run("record add net1 mail 10.0.0.12")?, @"<4>warning: mail: programs send their mail to a host of this name (RFC 2219)");
    Ok(())
}
