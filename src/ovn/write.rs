//! Writes a plan as one OVSDB transaction, compare-and-set per key.
//!
//! ovn-nbctl has no command that makes a transaction fail on a value (`wait-until` blocks, and through a daemon it
//! blocks for everyone). So the rows that a transaction touches are listed before its changes, what was lost is known
//! from them, and a change that lost in part is withdrawn. See [`super::transaction`].

use std::time::{Duration, Instant};

use super::batches::batches;
use super::nbctl::{Nbctl, Wait};
use super::read::fill;
use super::transaction::Transaction;
use crate::error::{Error, Kind, Result};
use crate::model::address;
use crate::model::snapshot::Snapshot;
use crate::plan::Plan;
use crate::plan::change::{Change, Entry};

/// How often a transaction whose connection broke is tried again.
const TRIES: usize = 5;

impl Nbctl {
    /// Makes the changes of a plan in one transaction, all or none; `comment` is for the database's log.
    ///
    /// # Errors
    /// Lost race, with nothing of the plan kept; otherwise as [`Nbctl::run`], with nothing changed
    /// unless the message says that it is unknown.
    pub fn commit_one(&self, plan: &Plan, comment: &str) -> Result<()> {
        if plan.changes.is_empty() {
            return Ok(());
        }
        self.check_unused(plan)?;
        let transaction = Transaction::of(plan, comment);
        let before = match self.execute(&transaction) {
            Ok(before) => before,
            Err(error) => match self.settle(plan, &transaction, error)? {
                Settled::Done => return Ok(()),
                Settled::Again(before) => *before,
            },
        };
        let mut entries = plan.entries().chain(&plan.expects);
        if let Some(entry) = entries.find(|entry| is_lost(entry, &before)) {
            let after = left_behind(plan, &before);
            self.withdraw(plan, &before, comment, |entry| is_supported(entry, &after))?;
            return Err(lost_race(entry, entry.value_in(&before)));
        }
        if let Some(row) = destroyed_otherwise(plan, &before) {
            self.withdraw(plan, &before, comment, |_| true)?;
            return Err(
                Error::new(Kind::LostRace, format!("{row} changed meanwhile, so it stays")).hint(AGAIN)
            );
        }
        let result = self.check_unused(plan);
        if result.as_ref().is_err_and(|error| error.kind == Kind::LostRace) {
            self.withdraw(plan, &before, comment, |_| true)?;
        }
        result
    }

    /// Runs a transaction and returns the touched rows as they were in front of it.
    fn execute(&self, transaction: &Transaction) -> Result<Snapshot> {
        let mut args = Vec::new();
        match self.wait {
            Wait::None => {}
            Wait::Sb => args.push("--wait=sb".to_owned()),
            Wait::Hv => args.push("--wait=hv".to_owned()),
        }
        args.extend(transaction.args());
        let mut before = Snapshot::default();
        let rows = &transaction.rows;
        self.tables(&args, rows.len(), &mut |number, table| fill(&mut before, rows[number].0, table))?;
        Ok(before)
    }

    /// A transaction that may or may not have been done, because the connection or the process broke:
    /// looks at the rows and says which. What is not done is tried again while there is time, for a
    /// cluster may be choosing its next leader; compare-and-set does nothing twice.
    fn settle(&self, plan: &Plan, transaction: &Transaction, mut error: Error) -> Result<Settled> {
        let deadline = Instant::now() + Duration::from_secs(self.timeout);
        let mut tries = 0;
        loop {
            if error.kind == Kind::NotFound {
                return Err(Error::new(
                    Kind::LostRace,
                    "a row of the change was removed by another writer meanwhile",
                )
                .cause(error)
                .hint(AGAIN));
            }
            let is_duplicate = tries > 0 && error.kind == Kind::LostRace;
            if !is_duplicate && !matches!(error.kind, Kind::Timeout | Kind::Unreachable | Kind::Garbage) {
                return Err(error);
            }
            let looked = self.read_rows(&transaction.rows);
            // One more try is worth its time where the database is back: only it can tell for sure.
            let is_late = tries >= TRIES || tries > 0 && Instant::now() >= deadline;
            let waiting = error.kind == Kind::Timeout && self.wait != Wait::None;
            match looked.as_ref().map(|now| plan.changes.iter().all(|change| change.is_done(now))) {
                Ok(true) if waiting => {
                    return Err(Error {
                        message: "the change is made, but OVN did not confirm in time that it arrived"
                            .to_owned(),
                        ..error
                    }
                    .hint("a chassis may be dead: ovn-sbctl show; --wait=none does not wait for one"));
                }
                Ok(true) => return Ok(Settled::Done),
                // The row is another's, not this transaction's first try.
                Ok(false) if is_duplicate => return Err(error),
                Ok(false) if is_late && error.kind != Kind::Timeout => return Err(error),
                Ok(false) if !is_late && !waiting => {}
                _ => {
                    let message = format!("{}; whether the change was made is unknown", error.message);
                    let again = "the same command again tells: what is done already is not done twice";
                    let mut error = Error { message, ..error };
                    error.hints.insert(0, again.to_owned());
                    return Err(error);
                }
            }
            tries += 1;
            match self.execute(transaction) {
                Ok(before) => return Ok(Settled::Again(Box::new(before))),
                Err(next) => error = next,
            }
        }
    }

    /// Takes back what this transaction wrote of a plan that lost elsewhere. A key that it removed comes back
    /// where `is_wanted` says so: where it still makes sense next to what the winner wrote.
    fn withdraw(
        &self,
        plan: &Plan,
        before: &Snapshot,
        comment: &str,
        is_wanted: impl Fn(&Entry) -> bool,
    ) -> Result<()> {
        let is_kept = |change: &Change| match change {
            Change::Entry(entry) => entry.from.is_some() || is_wanted(entry),
            _ => true,
        };
        let changes = plan.changes.iter().rev().flat_map(|change| change.inverse(before));
        let undo = Plan { changes: changes.filter(is_kept).collect(), ..Plan::default() };
        if undo.changes.is_empty() {
            return Ok(());
        }
        let comment = format!("{comment} (withdrawn: lost a race)");
        let mut result = self.execute_batches(&undo, &comment);
        if result.as_ref().is_err_and(|error| error.kind == Kind::LostRace) {
            // Another writer has made the row again already: only its keys are missing.
            let keys = undo.entries().cloned().map(Change::Entry).collect();
            result = self.execute_batches(&Plan { changes: keys, ..Plan::default() }, &comment);
        }
        result.map_err(|error| Error {
            message: format!("the change lost a race and could not be withdrawn: {}", error.message),
            ..error
        })
    }

    /// Runs a plan without looking at what became of it, in as many transactions as it takes.
    fn execute_batches(&self, plan: &Plan, comment: &str) -> Result<()> {
        for batch in batches(plan) {
            self.execute(&Transaction::of(&batch.plan, comment))?;
        }
        Ok(())
    }
}

/// The way out of a lost race.
const AGAIN: &str = "the same command again works on what is there now";

/// How a broken transaction ended after all.
enum Settled {
    /// It had been done.
    Done,
    /// It was done by another try, with the touched rows in front of it.
    Again(Box<Snapshot>),
}

/// A row that was destroyed although it was no longer what the plan had read.
fn destroyed_otherwise(plan: &Plan, before: &Snapshot) -> Option<String> {
    plan.changes.iter().find_map(|change| match change {
        Change::Destroy(row) => row.in_snapshot(before).filter(|was| was != row).map(|was| was.label()),
        _ => None,
    })
}

/// Whether a removed key may come back: a name always; a reverse name only where the host that it
/// points to has the address.
fn is_supported(entry: &Entry, after: &Snapshot) -> bool {
    let (Some(address), Some(owner)) = (address::from_reverse_name(&entry.key), &entry.to) else {
        return true;
    };
    let records = entry.column.of(after, entry.row);
    let held = records.and_then(|records| records.get(owner)).map(|value| address::from_value(value));
    held.is_some_and(|addresses| addresses.contains(&address))
}

/// Whether another writer was faster: the key had neither the value that was read nor the one that
/// must have.
fn is_lost(entry: &Entry, before: &Snapshot) -> bool {
    let was = entry.value_in(before);
    was != entry.from.as_deref() && was != entry.to.as_deref()
}

/// The touched rows after a transaction.
fn left_behind(plan: &Plan, before: &Snapshot) -> Snapshot {
    let mut after = before.clone();
    plan.entries().filter_map(|entry| entry.written(before)).map(Change::Entry).for_each(|change| {
        change.apply_to(&mut after);
    });
    after
}

fn lost_race(entry: &Entry, now: Option<&str>) -> Error {
    let key = &entry.key;
    let message = match now {
        Some(value) => format!("another writer was faster: {key} is now {value:?}"),
        None => format!("another writer was faster: {key} is gone"),
    };
    Error::new(Kind::LostRace, message)
        .hint("nothing of this change was kept; the same command again works on what is there now")
}
