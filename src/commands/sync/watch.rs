//! `qdns sync --watch`: reads the database after every change and syncs the switches.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use uuid::Uuid;

use crate::commands::Context;
use crate::commands::apply::audit_comment;
use crate::error::{Error, Kind, Result};
use crate::model::snapshot::Switch;
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::output::sync::SyncChanges;
use crate::output::text::Text;
use crate::ovn::ports::Switches;
use crate::ovn::watch::{Event, Watch};
use crate::plan::Approved;
use crate::plan::removal_limit::RemovalLimit;
use crate::plan::sync::{self, Options, PortHosts, SyncPlan};

/// The database is read when it has not changed for this long.
const QUIET: Duration = Duration::from_millis(60);
/// The database is read at the latest this long after a change.
const QUIET_AT_MOST: Duration = Duration::from_millis(300);
/// The database is read again this long after a watch began: ovsdb-client does not report when its monitor begins.
const SETTLE: [Duration; 2] = [Duration::from_millis(700), Duration::from_secs(3)];
/// The database is read this often even without a reported change.
const HEARTBEAT: Duration = Duration::from_secs(60);
/// The shortest and the longest wait before a lost connection is tried again.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Syncs the switches until SIGTERM, SIGINT or SIGHUP. Waits for a database that cannot be reached.
///
/// # Errors
/// No such binary for ovsdb-client or ovn-nbctl; invalid input.
pub fn run(
    context: &Context,
    switches: &Switches,
    options: &Options,
    limit: RemovalLimit,
    program: &OsStr,
) -> Result<Reply> {
    let (sender, events) = mpsc::channel();
    stop_on_signals(&sender)
        .map_err(|error| Error::new(Kind::Io, "signals cannot be caught").cause(error))?;
    let mut watcher = Watcher {
        context,
        switches,
        options,
        limit,
        hosts_with_port: BTreeMap::new(),
        port_hosts: BTreeMap::new(),
        reported: BTreeSet::new(),
    };
    let mut back_off = BACK_OFF.0;
    let mut number = 0;
    loop {
        number += 1;
        let watch = Watch::start(&context.nb, program, number, &sender)?;
        let began = Instant::now();
        match watcher.follow(&events, number)? {
            Outcome::Stopped => return Ok(Reply::from(Text::default())),
            Outcome::Lost(why) => {
                drop(watch);
                if began.elapsed() > BACK_OFF.1 {
                    back_off = BACK_OFF.0;
                }
                watcher.report(&format!("the database cannot be followed, trying again: {why}"));
                if pause(&events, back_off) {
                    return Ok(Reply::from(Text::default()));
                }
                back_off = (back_off * 2).min(BACK_OFF.1);
            }
        }
    }
}

/// Sends [`Event::Stop`] on the signals that end the process.
fn stop_on_signals(sender: &Sender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    let sender = sender.clone();
    thread::spawn(move || {
        for _ in signals.forever() {
            // Without a receiver the process ends already.
            let _ = sender.send(Event::Stop);
        }
    });
    Ok(())
}

/// Waits. Returns whether the process must end.
fn pause(events: &Receiver<Event>, limit: Duration) -> bool {
    let until = Instant::now() + limit;
    loop {
        match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return true,
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => return false,
        }
    }
}

/// Why a watch ended.
enum Outcome {
    Stopped,
    Lost(String),
}

/// The arguments, and what is remembered from one reading to the next.
struct Watcher<'a> {
    context: &'a Context,
    switches: &'a Switches,
    options: &'a Options,
    limit: RemovalLimit,
    /// The hosts that had a port in an earlier reading, by switch. The removal limit does not count them, because
    /// their ports were removed while this process watched.
    hosts_with_port: BTreeMap<Uuid, BTreeSet<String>>,
    /// The hosts of ports in earlier readings, by switch.
    port_hosts: BTreeMap<Uuid, PortHosts>,
    /// The warnings that were reported and still apply.
    reported: BTreeSet<String>,
}

impl Watcher<'_> {
    /// Syncs now, after every change, and at intervals, until the watch ends.
    fn follow(&mut self, events: &Receiver<Event>, number: u64) -> Result<Outcome> {
        let began = Instant::now();
        let mut settle = SETTLE.iter().map(|after| began + *after).peekable();
        loop {
            let mut next = self.reconcile()?.unwrap_or(Instant::now() + HEARTBEAT);
            while settle.next_if(|at| *at <= Instant::now()).is_some() {}
            next = settle.peek().map_or(next, |at| next.min(*at));
            // One reading serves all changes that come shortly one after another.
            match wait(events, number, next) {
                Heard::Nothing => continue,
                Heard::Change => {}
                Heard::End(outcome) => return Ok(outcome),
            }
            let at_most = Instant::now() + QUIET_AT_MOST;
            loop {
                match wait(events, number, at_most.min(Instant::now() + QUIET)) {
                    Heard::Change if Instant::now() < at_most => {}
                    Heard::Change | Heard::Nothing => break,
                    Heard::End(outcome) => return Ok(outcome),
                }
            }
        }
    }

    /// Reads the database and syncs each switch. Returns when to try again what failed.
    fn reconcile(&mut self) -> Result<Option<Instant>> {
        let soon = |after: u64| Ok(Some(Instant::now() + Duration::from_millis(after)));
        let (snapshot, switches) = match self.context.nb.read_guests(self.switches) {
            Ok(read) => read,
            Err(error) if is_final(&error) => return Err(error),
            Err(error) => {
                self.report(&error.message);
                return soon(1000);
            }
        };
        let mut warnings = BTreeSet::new();
        let mut again = None;
        let topology = Topology::of(&snapshot);
        for switch in &switches {
            match self.sync(&topology, switch, &mut warnings) {
                Ok(()) => {}
                Err(error) if is_final(&error) => return Err(error),
                Err(error) if error.kind == Kind::LostRace => again = Some(20),
                Err(error) => {
                    warnings.insert(format!("switch {}: {}", switch.name, error.message));
                    again = again.or(Some(1000));
                }
            }
        }
        warnings.difference(&self.reported).for_each(|warning| self.context.printer.warn(warning));
        self.reported = warnings;
        match again {
            Some(after) => soon(after),
            None => Ok(None),
        }
    }

    /// Syncs one switch.
    fn sync(&mut self, topology: &Topology, switch: &Switch, warnings: &mut BTreeSet<String>) -> Result<()> {
        let network = topology.network(switch.uuid)?;
        let earlier = self.port_hosts.entry(switch.uuid).or_default();
        let mut synced = sync::plan(topology, network, self.options, earlier)?;
        if let Err(error) = self.check_limit(switch, &synced) {
            let message = format!("{}: they stay", error.message);
            warnings.insert(Error { message, ..error }.in_one_line());
            let without_prune = Options { prune: false, ..self.options.clone() };
            synced = sync::plan(topology, network, &without_prune, &PortHosts::new())?;
        }
        warnings.extend(synced.plan.warnings.drain(..));
        let approved = Approved::ask(std::mem::take(&mut synced.plan), |_, question| {
            Err(Error::new(Kind::NeedsConfirmation, question))
        })?;
        let comment = audit_comment(&self.context.typed);
        self.context.nb.commit(&approved, &comment, &mut |_| {})?;
        self.remember(switch, &synced);
        let plan = approved.into_plan();
        if !plan.changes.is_empty() {
            let answer = SyncChanges::of(&[plan], &synced.stale, false);
            // The sync goes on where standard output cannot be written.
            let _ = self.context.printer.print(&answer);
        }
        Ok(())
    }

    /// Checks the removal limit for the hosts that had no port in any reading.
    fn check_limit(&self, switch: &Switch, synced: &SyncPlan) -> Result<()> {
        let had_port = self.hosts_with_port.get(&switch.uuid);
        let never_had_port = synced
            .stale
            .iter()
            .filter(|stale| had_port.is_none_or(|names| !names.contains(stale.host.name.as_ref())));
        self.limit.check(&switch.name, never_had_port.count(), synced.host_count, "are stale")
    }

    fn remember(&mut self, switch: &Switch, synced: &SyncPlan) {
        let hosts_with_port = self.hosts_with_port.entry(switch.uuid).or_default();
        let port_hosts = self.port_hosts.entry(switch.uuid).or_default();
        hosts_with_port.extend(synced.hosts_with_port.iter().cloned());
        for stale in &synced.stale {
            hosts_with_port.remove(stale.host.name.as_ref());
            port_hosts.remove(stale.host.name.as_ref());
        }
        port_hosts.extend(synced.port_hosts.clone());
    }

    /// Reports a warning once, until a reading succeeds.
    fn report(&mut self, text: &str) {
        if self.reported.insert(text.to_owned()) {
            self.context.printer.warn(text);
        }
    }
}

/// What ended a wait.
enum Heard {
    Nothing,
    Change,
    End(Outcome),
}

fn wait(events: &Receiver<Event>, number: u64, until: Instant) -> Heard {
    loop {
        match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Event::Changed) => return Heard::Change,
            Ok(Event::Ended(which, why)) if which == number => return Heard::End(Outcome::Lost(why)),
            Ok(Event::Ended(..)) => {}
            Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return Heard::End(Outcome::Stopped),
            Err(RecvTimeoutError::Timeout) => return Heard::Nothing,
        }
    }
}

/// Whether another try cannot help: a program is missing, or the command line is wrong.
fn is_final(error: &Error) -> bool {
    matches!(error.kind, Kind::NoSuchBinary | Kind::InvalidInput)
}
