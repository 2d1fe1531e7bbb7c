//! `qdns sync --watch`: reads the database after every change and syncs the switches.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::brake::{Brake, Held};
use super::selection::Selection;
use crate::commands::Context;
use crate::error::{Error, Kind, Result};
use crate::model::life::Life;
use crate::model::shell::shell_word;
use crate::model::snapshot::Switch;
use crate::model::topology::{Network, Topology};
use crate::output::Reply;
use crate::output::sync::SyncChanges;
use crate::output::text::Text;
use crate::ovn::watch::{Event, Watch};
use crate::plan::Approved;
use crate::plan::sync::{self, Options};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

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
    selection: &Selection,
    options: &Options,
    brake: Brake,
    program: &OsStr,
) -> Result<Reply> {
    let (sender, events) = mpsc::channel();
    stop_on_signals(&sender)
        .map_err(|error| Error::new(Kind::Io, "signals cannot be caught").cause(error))?;
    let mut watcher = Watcher { context, selection, options, brake, reported: BTreeSet::new() };
    let mut back_off = BACK_OFF.0;
    let mut number = 0;
    loop {
        number += 1;
        let watch = Watch::start(&context.nb, program, number, &sender)?;
        let began = Instant::now();
        match watcher.follow(&events, number)? {
            Outcome::Stopped => return Ok(Reply::from(Text::default())),
            Outcome::Lost(why) => {
                watcher.brake.forget();
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
    selection: &'a Selection,
    options: &'a Options,
    brake: Brake,
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
        let (snapshot, switches) = match self.context.nb.read_guests(&self.selection.switches) {
            Ok(read) => read,
            Err(error) if is_final(&error) => return Err(error),
            Err(error) => {
                self.brake.forget();
                self.report(&error.message);
                return soon(1000);
            }
        };
        let mut warnings = BTreeSet::new();
        let mut again = None;
        let topology = Topology::of(&snapshot);
        let life = Life::of(&topology);
        for switch in self.selection.of(&topology, self.options, &switches) {
            match self.sync(&topology, &life, switch, &mut warnings) {
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
            None => Ok(self.brake.next(Instant::now()).map(|at| at.min(Instant::now() + HEARTBEAT))),
        }
    }

    /// Syncs one switch.
    fn sync<'t>(
        &mut self,
        topology: &Topology<'t>,
        life: &Life<'t>,
        switch: &Switch,
        warnings: &mut BTreeSet<String>,
    ) -> Result<()> {
        let network = topology.network(switch.uuid)?;
        let mut synced = sync::plan(topology, life, network, self.options, &BTreeSet::new())?;
        let stale = synced.stale().map(|stale| stale.host.name.to_string()).collect();
        let held = self.brake.hold(switch.uuid, &stale, synced.host_count, Instant::now());
        if !held.hosts.is_empty() {
            warnings.insert(held_warning(network, &held, synced.host_count));
            synced = sync::plan(topology, life, network, self.options, &held.hosts)?;
        }
        warnings.extend(synced.plan.warnings.drain(..));
        let approved = Approved::ask(std::mem::take(&mut synced.plan), |_, question| {
            Err(Error::new(Kind::NeedsConfirmation, question))
        })?;
        let comment = self.context.comment();
        self.context.nb.commit(&approved, &comment, &mut |_| {})?;
        let plan = approved.into_plan();
        if !plan.changes.is_empty() {
            let answer =
                SyncChanges::of(&[plan], &synced.removed, false).listing(self.context.global.lists_all());
            // The sync goes on where standard output cannot be written.
            let _ = self.context.printer.print(&answer);
        }
        Ok(())
    }

    /// Reports a warning once, until a reading succeeds.
    fn report(&mut self, text: &str) {
        if self.reported.insert(text.to_owned()) {
            self.context.printer.warn(text);
        }
    }
}

/// The warning about hosts that stay for a while.
fn held_warning(network: &Network, held: &Held, host_count: usize) -> String {
    let switch = &network.switch.name;
    format!(
        "the ports of {} of the {host_count} hosts of {switch} are gone at once: the hosts stay for {} s, and go then \
         if their ports are still gone; qdns sync {} --prune --force --yes removes them now",
        held.hosts.len(),
        held.grace.as_secs(),
        shell_word(network.name())
    )
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
