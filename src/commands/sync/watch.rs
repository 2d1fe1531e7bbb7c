//! `qdns sync --watch`: a reading after every change of the database, and what it asks for.

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
use crate::plan::stale::Limit;
use crate::plan::sync::{self, Options, Seen, Synced};

/// How long nothing must change before the database is read, and how long it may go on changing.
const QUIET: Duration = Duration::from_millis(60);
const QUIET_AT_MOST: Duration = Duration::from_millis(300);
/// How long after a watch began the database is read again: nobody tells when a monitor has begun.
const SETTLE: [Duration; 2] = [Duration::from_millis(700), Duration::from_secs(3)];
/// How often the database is read although nothing was heard of it.
const HEARTBEAT: Duration = Duration::from_secs(60);
/// How long to wait before a lost database is tried again: from, to.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Keeps the names of switches true until SIGTERM, SIGINT or SIGHUP.
///
/// # Errors
/// No such binary for ovsdb-client or ovn-nbctl; invalid input. A database that cannot be reached is
/// waited for.
pub fn run(
    context: &Context,
    switches: &Switches,
    options: &Options,
    limit: Limit,
    program: &OsStr,
) -> Result<Reply> {
    let (sender, events) = mpsc::channel();
    stop_on_signals(&sender)
        .map_err(|error| Error::new(Kind::Io, "signals cannot be caught").cause(error))?;
    let mut keeper = Keeper {
        context,
        switches,
        options,
        limit,
        seen: BTreeMap::new(),
        claimed: BTreeMap::new(),
        said: BTreeSet::new(),
    };
    let mut back_off = BACK_OFF.0;
    let mut number = 0;
    loop {
        number += 1;
        let watch = Watch::start(&context.nb, program, number, &sender)?;
        let began = Instant::now();
        match keeper.follow(&events, number)? {
            Outcome::Stopped => return Ok(Reply::from(Text::default())),
            Outcome::Lost(why) => {
                drop(watch);
                if began.elapsed() > BACK_OFF.1 {
                    back_off = BACK_OFF.0;
                }
                keeper.say(&format!("the database cannot be followed, trying again: {why}"));
                if pause(&events, back_off) {
                    return Ok(Reply::from(Text::default()));
                }
                back_off = (back_off * 2).min(BACK_OFF.1);
            }
        }
    }
}

/// Tells of the signals that end the process.
fn stop_on_signals(sender: &Sender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    let sender = sender.clone();
    thread::spawn(move || {
        for _ in signals.forever() {
            // A receiver that is gone has stopped already.
            let _ = sender.send(Event::Stop);
        }
    });
    Ok(())
}

/// Waits; true where the process shall end.
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

/// Why following came to an end.
enum Outcome {
    Stopped,
    Lost(String),
}

/// What is kept from one reading to the next.
struct Keeper<'a> {
    context: &'a Context,
    switches: &'a Switches,
    options: &'a Options,
    limit: Limit,
    /// The hosts that a port stood behind, by switch: seen to lose it, they are no mistake of ours.
    seen: BTreeMap<Uuid, BTreeSet<String>>,
    /// What the ports were seen to claim, by switch.
    claimed: BTreeMap<Uuid, Seen>,
    /// What was said already and still holds.
    said: BTreeSet<String>,
}

impl Keeper<'_> {
    /// Reads at once, after every change, and now and then, until the watch ends.
    fn follow(&mut self, events: &Receiver<Event>, number: u64) -> Result<Outcome> {
        let began = Instant::now();
        let mut settle = SETTLE.iter().map(|after| began + *after).peekable();
        loop {
            let mut next = self.reconcile()?.unwrap_or(Instant::now() + HEARTBEAT);
            while settle.next_if(|at| *at <= Instant::now()).is_some() {}
            next = settle.peek().map_or(next, |at| next.min(*at));
            // The first of these ends the wait, then whatever comes with it is taken along.
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

    /// One reading, and what it asks for; when to try again where that was not done.
    fn reconcile(&mut self) -> Result<Option<Instant>> {
        let soon = |after: u64| Ok(Some(Instant::now() + Duration::from_millis(after)));
        let (snapshot, switches) = match self.context.nb.read_guests(self.switches) {
            Ok(read) => read,
            Err(error) if is_ours(&error) => return Err(error),
            Err(error) => {
                self.say(&error.message);
                return soon(1000);
            }
        };
        let mut warnings = BTreeSet::new();
        let mut again = None;
        let topology = Topology::of(&snapshot);
        for switch in &switches {
            match self.keep(&topology, switch, &mut warnings) {
                Ok(()) => {}
                Err(error) if is_ours(&error) => return Err(error),
                Err(error) if error.kind == Kind::LostRace => again = Some(20),
                Err(error) => {
                    warnings.insert(format!("switch {}: {}", switch.name, error.message));
                    again = again.or(Some(1000));
                }
            }
        }
        warnings.difference(&self.said).for_each(|warning| self.context.printer.warn(warning));
        self.said = warnings;
        match again {
            Some(after) => soon(after),
            None => Ok(None),
        }
    }

    /// Makes one switch true.
    fn keep(&mut self, topology: &Topology, switch: &Switch, warnings: &mut BTreeSet<String>) -> Result<()> {
        let network = topology.network(switch.uuid)?;
        let claimed = self.claimed.entry(switch.uuid).or_default();
        let mut synced = sync::plan(topology, network, self.options, claimed)?;
        if let Err(error) = self.brake(switch, &synced) {
            let message = format!("{}: they stay", error.message);
            warnings.insert(Error { message, ..error }.in_one_line());
            let careful = Options { prune: false, ..self.options.clone() };
            synced = sync::plan(topology, network, &careful, &Seen::new())?;
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
            // A journal that takes no more is no reason to let the names go wrong.
            let _ = self.context.printer.print(&answer);
        }
        Ok(())
    }

    /// The brake counts the hosts that were stale when they were first seen.
    fn brake(&self, switch: &Switch, synced: &Synced) -> Result<()> {
        let seen = self.seen.get(&switch.uuid);
        let unseen = synced
            .stale
            .iter()
            .filter(|stale| seen.is_none_or(|seen| !seen.contains(stale.host.name.as_ref())));
        self.limit.check(&switch.name, unseen.count(), synced.hosts)
    }

    fn remember(&mut self, switch: &Switch, synced: &Synced) {
        let seen = self.seen.entry(switch.uuid).or_default();
        seen.extend(synced.backed.iter().cloned());
        for stale in &synced.stale {
            seen.remove(stale.host.name.as_ref());
        }
        let claimed = self.claimed.entry(switch.uuid).or_default();
        for stale in &synced.stale {
            claimed.remove(stale.host.name.as_ref());
        }
        claimed.extend(synced.claimed.clone());
    }

    /// Says something once, until a reading succeeds.
    fn say(&mut self, text: &str) {
        if self.said.insert(text.to_owned()) {
            self.context.printer.warn(text);
        }
    }
}

/// What a wait came to.
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

/// Whether waiting cannot help: the machine lacks a program, or the command line is wrong.
fn is_ours(error: &Error) -> bool {
    matches!(error.kind, Kind::NoSuchBinary | Kind::InvalidInput)
}
