//! Compares the copy of `sync --watch` with a new reading now and then. A difference is a bug, and is reported as one.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::ovn::copy::{Copy, Difference, Prints, Table};
use crate::ovn::updates::Update;
use crate::ovn::watch::Watch;

/// Changes reach the two readings at different times. A difference counts if it is the same after this.
const SETTLE: Duration = Duration::from_secs(2);
/// How long to wait for the content of a table before the database is asked whether the table is empty. Unlike the first
/// reading, nothing waits for it.
const ASK_AFTER: Duration = Duration::from_secs(1);

/// When the copy is compared, and the state of a comparison.
#[derive(Debug)]
pub struct Recheck {
    every: Duration,
    at: Instant,
    reading: Option<Reading>,
}

/// A new reading.
#[derive(Debug)]
struct Reading {
    watch: Watch,
    number: u64,
    prints: Prints,
    /// The differences when the reading was whole.
    found: Option<BTreeSet<Difference>>,
}

impl Recheck {
    pub fn new(every: Duration, now: Instant) -> Self {
        Recheck { every, at: now + every, reading: None }
    }

    pub fn is_due(&self, now: Instant) -> bool {
        self.reading.is_none() && !self.every.is_zero() && self.at <= now
    }

    /// When there is something to do, without rows that arrive.
    pub fn next(&self) -> Option<Instant> {
        (!self.every.is_zero()).then_some(self.at)
    }

    pub fn begin(&mut self, watch: Watch, number: u64) {
        self.at = Instant::now() + ASK_AFTER;
        self.reading = Some(Reading { watch, number, prints: Prints::default(), found: None });
    }

    /// Takes rows of the new reading.
    ///
    /// # Errors
    /// As [`Watch::ask_for_empty`].
    pub fn take(&mut self, number: u64, table: Table, update: Update, now: Instant) -> Result<()> {
        let Some(reading) = self.reading.as_mut().filter(|reading| reading.number == number) else {
            return Ok(());
        };
        if update.is_whole {
            reading.watch.has_read(table);
        }
        reading.prints.apply(table, update.rows);
        if reading.found.is_none() {
            self.at = now + ASK_AFTER;
        }
        Ok(())
    }

    /// The new reading could not be finished; the next one may.
    pub fn end(&mut self, number: u64, now: Instant) {
        if self.reading.as_ref().is_some_and(|reading| reading.number == number) {
            self.reading = None;
            self.at = now + self.every;
        }
    }

    /// Compares, where it is time. Returns a report if the copy is wrong.
    pub fn compare(&mut self, copy: &Copy, now: Instant) -> Option<String> {
        let reading = self.reading.as_mut().filter(|_| self.at <= now)?;
        if !reading.watch.is_whole() {
            self.at = now + ASK_AFTER;
            if reading.watch.ask_for_empty().is_err() {
                let number = reading.number;
                self.end(number, now);
            }
            return None;
        }
        let differences = reading.prints.differences(copy);
        let Some(before) = &reading.found else {
            reading.found = Some(differences);
            self.at = now + SETTLE;
            return None;
        };
        let wrong: Vec<&Difference> = before.intersection(&differences).collect();
        let report = wrong.first().map(|(table, uuid, ..)| {
            format!(
                "the copy of the database was wrong in {} rows, the first is {} {uuid}; this is a bug of qdns, please \
                 report it",
                wrong.len(),
                table.name()
            )
        });
        self.reading = None;
        self.at = now + self.every;
        report
    }
}
