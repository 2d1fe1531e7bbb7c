//! Watches the northbound database with ovsdb-client(1) `monitor`, the only client of OVS that reports changes.
//!
//! A monitor watches one table: it prints the table's content, then every change. It does not notice a server that hangs
//! or that is no longer the leader of its cluster, so the server is asked now and then. The end of one monitor ends the
//! watch, and the receiver starts another one.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use uuid::Uuid;

use super::copy::Table;
use super::northbound::Northbound;
use super::ovsdb_client::{DATABASE, OvsdbClient, missing};
use super::program::Program;
use super::query::Query;
use super::updates::{self, Update};
use super::{child, process};
use crate::error::{Error, Kind, Result};

/// How often a server of a cluster is asked whether it still is the leader. Another one may have taken its place.
const PROBE: Duration = Duration::from_secs(3);
/// How often a server is asked for which there is no other one. Its machine may be gone without a word.
const PROBE_ALONE: Duration = Duration::from_secs(60);

/// The time limit for one run on a server of a cluster, in seconds: another server may be the leader by then.
const WRITE_LIMIT: u64 = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The watch with this number has read rows.
    Rows(u64, Table, Update),
    /// The watch with this number ended, with the reason.
    Ended(u64, String),
    /// The process must end.
    Stop,
}

/// A running watch. Dropping it ends it.
#[derive(Debug)]
pub struct Watch {
    client: OvsdbClient,
    monitors: Vec<Child>,
    /// The tables whose content was not yet read.
    missing: Vec<Table>,
    /// Ends the questions to the server when it is dropped.
    _asking: Sender<()>,
}

impl Northbound {
    /// The same database at the one server that a watch follows: of a cluster, the leader.
    ///
    /// # Errors
    /// Unreachable where no server is the leader.
    pub fn at_leader(&self, program: &Program) -> Result<Self> {
        let client = self.client(program, false);
        let leader = client.at_leader().ok_or_else(|| {
            Error::new(Kind::Unreachable, "no server of the northbound database's cluster is the leader")
        })?;
        if leader.remote == client.remote {
            return Ok(self.clone());
        }
        let mut nb = Northbound { db: Some(leader.remote.clone()), ..self.clone() };
        if let Some(rows) = &mut nb.rows {
            rows.remote = leader.remote;
            rows.timeout = rows.timeout.min(WRITE_LIMIT);
        }
        Ok(nb)
    }
}

/// The time limit for the content at the beginning of a monitor that nothing else needs, in seconds.
const FIRST_LIMIT: u64 = 2;

impl OvsdbClient {
    /// The rows of a table that fulfil one of some conditions (ovsdb-client(1), `monitor-cond`), with the values of these
    /// columns as JSON. `None` where it fails, or after the time limit where there is no such row.
    pub(super) fn first_of_monitor(
        &self,
        conditions: &str,
        table: &str,
        columns: &str,
    ) -> Option<Vec<(Uuid, String)>> {
        let limit = format!("--timeout={FIRST_LIMIT}");
        let mut args = vec![limit, "--format=json".to_owned(), "-vconsole:off".to_owned()];
        args.extend(self.connection.iter().cloned());
        args.extend(["monitor-cond", &self.remote, DATABASE, conditions, table, columns].map(str::to_owned));
        process::echo(self.echo, &self.program, &args);
        let mut child = spawn(&self.program.find()?, &self.program.with(&args)).ok()?;
        let (mut rows, mut is_whole) = (Vec::new(), false);
        let mut add = |update: Update| {
            rows.extend(
                update.rows.into_iter().filter_map(|row| Some((row.uuid, row.values?.into_string()))),
            );
            is_whole = update.is_whole;
            !update.is_whole
        };
        let read = updates::read(child.stdout.take()?, columns, &mut add);
        // It goes on otherwise.
        let _ = child.kill();
        let _ = child.wait();
        (read.is_ok() && is_whole).then_some(rows)
    }
}

impl Watch {
    /// Watches a database; `number` identifies the watch in its events. `is_alone`: whether the database has no other
    /// server.
    ///
    /// # Errors
    /// No such binary if ovsdb-client cannot be run.
    pub fn start(
        nb: &Northbound,
        program: &Program,
        is_alone: bool,
        number: u64,
        events: &Sender<Event>,
    ) -> Result<Self> {
        let path = program.find().ok_or_else(|| missing(program))?;
        let client = nb.client(program, false);
        let (_asking, asks) = mpsc::channel();
        let mut watch =
            Watch { client: client.clone(), monitors: Vec::new(), missing: Table::ALL.to_vec(), _asking };
        for table in Table::ALL {
            let mut args: Vec<String> = vec!["--format=json".to_owned(), "-vconsole:off".to_owned()];
            args.extend(nb.connection.iter().cloned());
            args.extend(
                ["monitor", &client.remote, DATABASE, table.name(), table.columns()].map(str::to_owned),
            );
            process::echo(nb.echo, program, &args);
            let mut child =
                spawn(&path, &program.with(&args)).map_err(|error| missing(program).cause(error))?;
            let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
            watch.monitors.push(child);
            let events = events.clone();
            thread::spawn(move || report(stdout, stderr, table, number, &events));
        }
        let (events, every) = (events.clone(), if is_alone { PROBE_ALONE } else { PROBE });
        thread::spawn(move || {
            while asks.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                if !client.serves() {
                    let _ = events.send(Event::Ended(number, "the server does not answer".to_owned()));
                    return;
                }
            }
        });
        Ok(watch)
    }

    /// Notes that the content of a table was read.
    pub fn has_read(&mut self, table: Table) {
        self.missing.retain(|other| *other != table);
    }

    /// Whether the content of every table was read.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty()
    }

    /// Asks whether the missing tables are empty: a monitor prints nothing for an empty table.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn ask_for_empty(&mut self) -> Result<()> {
        for table in self.missing.clone() {
            let mut query = Query::default();
            query.table(table.name(), "_uuid");
            if self.client.count(&query)? == 0 {
                self.has_read(table);
            }
        }
        Ok(())
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

/// Sends an event for every change, and one for the end.
fn report(
    stdout: Option<ChildStdout>,
    stderr: Option<impl Read>,
    table: Table,
    number: u64,
    events: &Sender<Event>,
) {
    let read = stdout.map_or(Ok(()), |pipe| {
        let send = &mut |update| events.send(Event::Rows(number, table, update)).is_ok();
        updates::read(pipe, table.columns(), send)
    });
    let mut messages = Vec::new();
    if let (Ok(()), Some(stderr)) = (&read, stderr) {
        let _ = stderr.take(10_000).read_to_end(&mut messages);
    }
    let why = match read {
        Ok(()) if messages.is_empty() => format!("the monitor of {} ended", table.name()),
        Ok(()) => String::from_utf8_lossy(&messages).trim().to_owned(),
        Err(error) => format!("the monitor of {} printed something else: {error}", table.name()),
    };
    let _ = events.send(Event::Ended(number, why));
}
