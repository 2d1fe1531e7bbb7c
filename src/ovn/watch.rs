//! Watches the northbound database with ovsdb-client(1) `monitor`, the only client of OVS that reports changes.
//!
//! A monitor watches one table, so each table that names depend on has its own. The content of a change is not parsed:
//! the receiver reads the database again. A monitor ends if the database goes away or the cluster elects another
//! leader. Its end ends the watch, and the receiver starts another one.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::Sender;
use std::thread;

use super::northbound::Northbound;
use super::ovsdb_client::{DATABASE, missing};
use super::{child, process, program};
use crate::error::Error;

/// The tables and columns that names depend on.
const MONITORED: &[(&str, &str)] = &[
    ("Logical_Switch", "name,dns_records,ports,other_config,!initial"),
    (
        "Logical_Switch_Port",
        "name,type,addresses,dynamic_addresses,port_security,options,external_ids,enabled,!initial",
    ),
    ("DNS", "records,external_ids,!initial"),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A watched column changed.
    Changed,
    /// The watch with this number ended, with the messages of its monitor.
    Ended(u64, String),
    /// The process must end.
    Stop,
}

/// A running watch. Dropping it ends it.
#[derive(Debug)]
pub struct Watch {
    monitors: Vec<Child>,
}

impl Watch {
    /// Watches the database that ovn-nbctl uses; `number` identifies the watch in its events.
    ///
    /// # Errors
    /// No such binary if ovsdb-client cannot be run.
    pub fn start(
        nb: &Northbound,
        program: &OsStr,
        number: u64,
        events: &Sender<Event>,
    ) -> Result<Self, Error> {
        let path = program::find(program).ok_or_else(|| missing(program))?;
        let mut watch = Watch { monitors: Vec::new() };
        for (table, columns) in MONITORED {
            let mut args: Vec<String> = vec!["--format=json".to_owned(), "-vconsole:off".to_owned()];
            args.extend(nb.connection.iter().cloned());
            args.extend(["monitor".to_owned(), nb.remote(), DATABASE.to_owned()]);
            args.extend([(*table).to_owned(), (*columns).to_owned()]);
            process::echo(nb.echo, program, &args);
            let mut child = spawn(&path, &args).map_err(|error| missing(program).cause(error))?;
            let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
            watch.monitors.push(child);
            let events = events.clone();
            thread::spawn(move || report(stdout, stderr, number, &events));
        }
        Ok(watch)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for child in &mut self.monitors {
            // `kill` fails if the child has ended; `wait` then removes it from the process table.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn spawn(program: &Path, args: &[String]) -> io::Result<Child> {
    child::command(program.as_os_str(), args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Sends an event for every line, and one for the end.
fn report(stdout: Option<ChildStdout>, stderr: Option<impl Read>, number: u64, events: &Sender<Event>) {
    for line in stdout.into_iter().flat_map(|pipe| BufReader::new(pipe).split(b'\n')) {
        // Stops if the pipe cannot be read or the receiver no longer exists.
        if line.is_err() || events.send(Event::Changed).is_err() {
            return;
        }
    }
    let mut messages = Vec::new();
    if let Some(stderr) = stderr {
        let _ = stderr.take(10_000).read_to_end(&mut messages);
    }
    let messages = String::from_utf8_lossy(&messages).trim().to_owned();
    let _ = events.send(Event::Ended(number, messages));
}
