//! Follows the northbound database: ovsdb-client(1) `monitor`, the only program of OVS that pushes.
//!
//! One monitor follows one table, so there is one for each table that names depend on. What changed is
//! not parsed: whoever is told reads anew. A monitor that ends, because the database went away or its
//! leader changed, ends the watch, and whoever is told starts another one.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread;

use super::nbctl::Nbctl;
use super::{process, program};
use crate::error::{Error, Kind};

/// The tables and columns that names depend on.
const MONITORED: &[(&str, &str)] = &[
    ("Logical_Switch", "name,dns_records,ports,other_config,!initial"),
    (
        "Logical_Switch_Port",
        "name,type,addresses,dynamic_addresses,port_security,options,external_ids,!initial",
    ),
    ("DNS", "records,external_ids,!initial"),
];

/// What a watch tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Something in the database changed.
    Changed,
    /// The watch of this number ended, and why.
    Ended(u64, String),
    /// The process shall end.
    Stop,
}

/// A running watch; it ends on drop.
#[derive(Debug)]
pub struct Watch {
    monitors: Vec<Child>,
}

impl Watch {
    /// Starts to follow the database that ovn-nbctl would use, and tells `events`; `number` is the
    /// watch's own.
    ///
    /// # Errors
    /// No such binary, where ovsdb-client cannot be run.
    pub fn start(nb: &Nbctl, program: &OsStr, number: u64, events: &Sender<Event>) -> Result<Self, Error> {
        let path = program::find(program).ok_or_else(|| not_run(program))?;
        let mut watch = Watch { monitors: Vec::new() };
        for (table, columns) in MONITORED {
            let mut args: Vec<String> = vec!["--format=json".to_owned(), "-vconsole:off".to_owned()];
            args.extend(nb.connection.iter().cloned());
            args.extend(["monitor".to_owned(), remote(nb), "OVN_Northbound".to_owned()]);
            args.extend([(*table).to_owned(), (*columns).to_owned()]);
            process::echo(nb.echo, program, &args);
            let mut child = spawn(&path, &args).map_err(|error| not_run(program).cause(error))?;
            let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
            watch.monitors.push(child);
            let events = events.clone();
            thread::spawn(move || follow(stdout, stderr, number, &events));
        }
        Ok(watch)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for child in &mut self.monitors {
            // One that has ended already is only waited for.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn spawn(program: &Path, args: &[String]) -> io::Result<Child> {
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Tells of every line, and of the end.
fn follow(stdout: Option<ChildStdout>, stderr: Option<impl Read>, number: u64, events: &Sender<Event>) {
    for line in stdout.into_iter().flat_map(|pipe| BufReader::new(pipe).split(b'\n')) {
        // A receiver that is gone wants no more, and neither does a pipe that cannot be read.
        if line.is_err() || events.send(Event::Changed).is_err() {
            return;
        }
    }
    let mut said = Vec::new();
    if let Some(stderr) = stderr {
        let _ = stderr.take(10_000).read_to_end(&mut said);
    }
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    let _ = events.send(Event::Ended(number, said));
}

/// The database's address, as ovn-nbctl(8) finds it.
fn remote(nb: &Nbctl) -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    nb.db.clone().or_else(|| variable("OVN_NB_DB")).unwrap_or_else(|| {
        let directory = variable("OVN_RUNDIR").unwrap_or_else(|| "/var/run/ovn".to_owned());
        format!("unix:{directory}/ovnnb_db.sock")
    })
}

fn not_run(program: &OsStr) -> Error {
    Error::new(Kind::NoSuchBinary, format!("{} cannot be run", program.to_string_lossy()))
        .hint("install it (apt-get install openvswitch-common), or say where it is: --ovsdb-client PATH or QDNS_OVSDB_CLIENT")
}
