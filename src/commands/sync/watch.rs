//! `qdns sync --watch`: follows the database with a copy of it, and starts again when the connection is lost.

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::brake::Brake;
use super::follower::{Follower, is_final};
use super::manager::Manager;
use super::recheck::Recheck;
use super::selection::Selection;
use crate::commands::Context;
use crate::error::{Error, Kind, Result};
use crate::output::Reply;
use crate::output::text::Text;
use crate::ovn;
use crate::ovn::copy::Copy;
use crate::ovn::northbound::Northbound;
use crate::ovn::program::Program;
use crate::ovn::watch::{Event, Watch};
use crate::plan::sync::Options;

/// The changes of one burst are planned together: when nothing has changed for this long …
const QUIET: Duration = Duration::from_millis(15);
/// … and at the latest this long after the first.
const QUIET_AT_MOST: Duration = Duration::from_millis(100);
/// How long to wait for the content of a table before the database is asked whether the table is empty.
const ASK_AFTER: Duration = Duration::from_millis(100);
/// The shortest and the longest wait before a lost connection is tried again.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// How long a lost connection waits for a signal that ends qdns too.
const SIGNALLED: Duration = Duration::from_millis(50);

/// Syncs the switches until SIGTERM, SIGINT or SIGHUP. Waits for a database that cannot be reached. `recheck` is how often
/// the copy is compared with a new reading.
///
/// # Errors
/// No such binary for ovsdb-client or ovn-nbctl; invalid input.
pub fn run(
    context: &Context,
    selection: &Selection,
    options: &Options,
    brake: Brake,
    recheck: Duration,
) -> Result<Reply> {
    let (sender, events) = mpsc::channel();
    stop_on_signals(&sender)
        .map_err(|error| Error::new(Kind::Io, "signals cannot be caught").cause(error))?;
    let follower = Follower::new(context, selection, options, brake);
    let program = &context.settings.ovsdb_client.value;
    let manager = Manager::of_environment();
    let nb = &context.nb;
    let mut watcher = Watcher { nb, program, follower, manager, recheck, sender, events, number: 0 };
    let mut back_off = BACK_OFF.0;
    loop {
        let began = Instant::now();
        let why = match watcher.follow() {
            Ok(Outcome::Stopped) => return Ok(watcher.stop()),
            Ok(Outcome::Lost(why)) => format!("the database cannot be followed, trying again: {why}"),
            Err(error) if is_final(&error) => return Err(error),
            Err(error) => format!("the database cannot be followed, trying again: {}", error.in_one_line()),
        };
        // A signal to a group of processes may end the monitors before qdns knows of it.
        if pause(&watcher.events, SIGNALLED) {
            return Ok(watcher.stop());
        }
        if began.elapsed() > BACK_OFF.1 {
            back_off = BACK_OFF.0;
        }
        watcher.follower.lose(&why);
        watcher.manager.tell(&why);
        watcher.manager.live();
        if pause(&watcher.events, back_off) {
            return Ok(watcher.stop());
        }
        back_off = (back_off * 2).min(BACK_OFF.1);
    }
}

/// Sends [`Event::Stop`] on the signals that end the process, and ends what hangs.
fn stop_on_signals(sender: &Sender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    let sender = sender.clone();
    thread::spawn(move || {
        for _ in signals.forever() {
            ovn::stopping().store(true, std::sync::atomic::Ordering::Relaxed);
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
            Err(RecvTimeoutError::Timeout) => return ovn::is_stopping(),
        }
    }
}

/// Why a watch ended.
enum Outcome {
    Stopped,
    Lost(String),
}

/// What ended a wait.
enum Heard {
    Nothing,
    Rows,
    End(Outcome),
}

struct Watcher<'a> {
    nb: &'a Northbound,
    program: &'a Program,
    follower: Follower<'a>,
    manager: Manager,
    recheck: Duration,
    sender: Sender<Event>,
    events: Receiver<Event>,
    /// The number of the latest watch.
    number: u64,
}

/// What one connection has.
struct Connection {
    watch: Watch,
    number: u64,
    copy: Copy,
    recheck: Recheck,
}

impl Watcher<'_> {
    /// Follows the database until the connection is lost.
    fn follow(&mut self) -> Result<Outcome> {
        let nb = self.nb.at_leader(self.program)?;
        let watch = self.start(&nb)?;
        let recheck = Recheck::new(self.recheck, Instant::now());
        let copy = Copy::new(self.follower.name_from());
        let mut at = Connection { watch, number: self.number, copy, recheck };
        if let Some(outcome) = self.load(&mut at)? {
            return Ok(outcome);
        }
        at.copy.touch_all();
        loop {
            let again = self.follower.sync(&nb, &mut at.copy, &mut self.manager)?;
            if ovn::is_stopping() {
                return Ok(Outcome::Stopped);
            }
            if let Some(why) = at.recheck.compare(&at.copy, Instant::now()) {
                return Ok(Outcome::Lost(why));
            }
            if at.recheck.is_due(Instant::now()) {
                let watch = self.start(&nb)?;
                at.recheck.begin(watch, self.number);
            }
            self.manager.tell("follows the database");
            let until = again.into_iter().chain(at.recheck.next()).chain(self.manager.live()).min();
            match self.wait(&mut at, until)? {
                Heard::Nothing => continue,
                Heard::Rows => {}
                Heard::End(outcome) => return Ok(outcome),
            }
            let at_most = Instant::now() + QUIET_AT_MOST;
            loop {
                match self.wait(&mut at, Some(at_most.min(Instant::now() + QUIET)))? {
                    Heard::Rows if Instant::now() < at_most => {}
                    Heard::Rows | Heard::Nothing => break,
                    Heard::End(outcome) => return Ok(outcome),
                }
            }
        }
    }

    fn stop(&self) -> Reply {
        self.manager.stop();
        Reply::from(Text::default())
    }

    fn start(&mut self, nb: &Northbound) -> Result<Watch> {
        self.number += 1;
        let is_alone = nb.db == self.nb.db;
        Watch::start(nb, self.program, is_alone, self.number, &self.sender)
    }

    /// Reads the content of all tables. Returns an outcome if the connection is lost.
    fn load(&mut self, at: &mut Connection) -> Result<Option<Outcome>> {
        while !at.watch.is_whole() {
            self.manager.live();
            match self.wait(at, Some(Instant::now() + ASK_AFTER))? {
                Heard::Nothing => at.watch.ask_for_empty()?,
                Heard::Rows => {}
                Heard::End(outcome) => return Ok(Some(outcome)),
            }
        }
        Ok(None)
    }

    /// Waits for rows, at most until a moment.
    fn wait(&mut self, at: &mut Connection, until: Option<Instant>) -> Result<Heard> {
        loop {
            let event = match until {
                Some(until) => self.events.recv_timeout(until.saturating_duration_since(Instant::now())),
                None => self.events.recv().map_err(RecvTimeoutError::from),
            };
            match event {
                Ok(Event::Rows(number, table, update)) if number == at.number => {
                    if update.is_whole {
                        at.watch.has_read(table);
                    }
                    let is_change = !update.rows.is_empty();
                    at.copy.apply(table, update.rows)?;
                    if is_change {
                        return Ok(Heard::Rows);
                    }
                }
                Ok(Event::Rows(number, table, update)) => {
                    at.recheck.take(number, table, update, Instant::now())?;
                }
                Ok(Event::Ended(number, why)) if number == at.number => {
                    return Ok(Heard::End(Outcome::Lost(why)));
                }
                Ok(Event::Ended(number, _)) => at.recheck.end(number, Instant::now()),
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => {
                    return Ok(Heard::End(Outcome::Stopped));
                }
                Err(RecvTimeoutError::Timeout) => return Ok(Heard::Nothing),
            }
        }
    }
}
