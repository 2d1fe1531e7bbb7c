//! Writes a plan as one OVSDB transaction, compare-and-set per key.
//!
//! ovn-nbctl has no command that makes a transaction fail because of a value: `wait-until` blocks, and with a daemon it
//! blocks all users of the daemon. So a transaction lists the rows that it touches before it changes them. The listed
//! rows show whether another writer was faster for some key; if so, the other changes of the transaction are withdrawn.
//! See [`super::transaction`].

use std::time::{Duration, Instant};

use uuid::Uuid;

use super::batches::batches;
use super::nbctl::{Nbctl, Wait};
use super::query::{Query, row_columns};
use super::rows::fill;
use super::transaction::Transaction;
use crate::error::{Error, Kind, Result};
use crate::model::address;
use crate::model::snapshot::Snapshot;
use crate::plan::Plan;
use crate::plan::change::{Change, Entry};

/// The greatest number of further tries if the connection fails during a transaction.
const TRIES: usize = 5;

impl Nbctl {
    /// Makes all changes of a plan or none, in one transaction; `comment` is for the database's log.
    ///
    /// # Errors
    /// Lost race, with no change of the plan kept; otherwise as [`Nbctl::run`], with nothing changed unless the message
    /// says that this is unknown.
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
            let after = rows_after(plan, &before);
            self.withdraw(plan, &before, comment, |entry| is_supported(entry, &after))?;
            return Err(lost_race(entry, entry.value_in(&before)));
        }
        if let Some(row) = destroyed_otherwise(plan, &before) {
            self.withdraw(plan, &before, comment, |_| true)?;
            let message = format!("another writer changed {row}, so it is kept");
            return Err(Error::new(Kind::LostRace, message).hint(RUN_AGAIN));
        }
        let result = self.check_unused(plan);
        if result.as_ref().is_err_and(|error| error.kind == Kind::LostRace) {
            self.withdraw(plan, &before, comment, |_| true)?;
        }
        result
    }

    /// The rows that a transaction touches, as they are now.
    fn read_rows(&self, rows: &[(&'static str, Uuid)]) -> Result<Snapshot> {
        let mut query = Query::default();
        for (table, uuid) in rows {
            query.rows(table, row_columns(table), &[*uuid]);
        }
        self.read(query)
    }

    /// Runs a transaction and returns the touched rows as they were before it.
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

    /// Finds out whether a transaction was made although the connection or the process failed, and otherwise tries it
    /// again within the time limit: a cluster may be electing a leader. Compare-and-set makes no change twice.
    ///
    /// # Errors
    /// `error` or that of the last try, with what is known about the transaction.
    fn settle(&self, plan: &Plan, transaction: &Transaction, mut error: Error) -> Result<Settled> {
        let deadline = Instant::now() + Duration::from_secs(self.timeout);
        let mut tries = 0;
        loop {
            if error.kind == Kind::NotFound {
                return Err(Error::new(Kind::LostRace, "another writer removed a row of this change")
                    .cause(error)
                    .hint(RUN_AGAIN));
            }
            let is_duplicate = tries > 0 && error.kind == Kind::LostRace;
            if !is_duplicate && !matches!(error.kind, Kind::Timeout | Kind::Unreachable | Kind::Garbage) {
                return Err(error);
            }
            let now = self.read_rows(&transaction.rows);
            // If the database answers again, at least one more try is made: only its result is certain.
            let is_late = tries >= TRIES || tries > 0 && Instant::now() >= deadline;
            let was_waiting = error.kind == Kind::Timeout && self.wait != Wait::None;
            match now.map(|now| plan.changes.iter().all(|change| change.is_done(&now))) {
                Ok(true) if was_waiting => return Err(unconfirmed(error)),
                Ok(true) => return Ok(Settled::Done),
                // Another writer made the row, not the first try of this transaction.
                Ok(false) if is_duplicate => return Err(error),
                Ok(false) if is_late && error.kind != Kind::Timeout => return Err(error),
                Ok(false) if !is_late && !was_waiting => {}
                _ => return Err(unknown(error)),
            }
            tries += 1;
            match self.execute(transaction) {
                Ok(before) => return Ok(Settled::Again(Box::new(before))),
                Err(next) => error = next,
            }
        }
    }

    /// Reverts what a transaction wrote for a plan that lost a race. A removed key is restored only if `is_wanted`
    /// accepts it, because it must be consistent with what the other writer wrote.
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
            // Another writer has created the row again, so only its keys are missing.
            let keys = undo.entries().cloned().map(Change::Entry).collect();
            result = self.execute_batches(&Plan { changes: keys, ..Plan::default() }, &comment);
        }
        result.map_err(|error| Error {
            message: format!(
                "another writer was faster, and the rest of this change could not be withdrawn: {}",
                error.message
            ),
            ..error
        })
    }

    /// Runs a plan in as many transactions as needed, without a check of their results.
    fn execute_batches(&self, plan: &Plan, comment: &str) -> Result<()> {
        for batch in batches(plan) {
            self.execute(&Transaction::of(&batch.plan, comment))?;
        }
        Ok(())
    }
}

const RUN_AGAIN: &str = "run the same command again: it starts from the current rows";
pub(super) const NOTHING_KEPT: &str =
    "no part of this change was kept; run the same command again: it starts from the current rows";

/// What happened to a transaction after its connection or its process failed.
enum Settled {
    /// It had been made.
    Done,
    /// Another try made it; with the touched rows before that try.
    Again(Box<Snapshot>),
}

fn unconfirmed(error: Error) -> Error {
    let message = "the change was made, but OVN did not confirm in time that it arrived".to_owned();
    Error { message, ..error }
        .hint("a chassis may be down (ovn-sbctl show); with --wait=none qdns waits for no chassis")
}

fn unknown(error: Error) -> Error {
    let message = format!("{}; whether the change was made is unknown", error.message);
    let mut error = Error { message, ..error };
    error.hints.insert(0, "run the same command again: it changes only what is still missing".to_owned());
    error
}

/// A row that was destroyed although it differed from what the plan had read.
fn destroyed_otherwise(plan: &Plan, before: &Snapshot) -> Option<String> {
    plan.changes.iter().find_map(|change| match change {
        Change::Destroy(row) => row.in_snapshot(before).filter(|was| was != row).map(|was| was.label()),
        _ => None,
    })
}

/// Whether a removed key may be restored: a name always, a reverse name only if the host that it points to has the
/// address.
fn is_supported(entry: &Entry, after: &Snapshot) -> bool {
    let (Some(address), Some(owner)) = (address::from_reverse_name(&entry.key), &entry.to) else {
        return true;
    };
    let records = entry.column.of(after, entry.row);
    let value = records.and_then(|records| records.get(owner));
    value.is_some_and(|value| address::from_value(value).contains(&address))
}

/// Whether another writer was faster: the key had neither the value that was read nor the wanted one.
fn is_lost(entry: &Entry, before: &Snapshot) -> bool {
    let was = entry.value_in(before);
    was != entry.from.as_deref() && was != entry.to.as_deref()
}

/// The touched rows after a transaction.
fn rows_after(plan: &Plan, before: &Snapshot) -> Snapshot {
    let mut after = before.clone();
    for entry in plan.entries().filter_map(|entry| entry.written(before)) {
        Change::Entry(entry).apply_to(&mut after);
    }
    after
}

fn lost_race(entry: &Entry, now: Option<&str>) -> Error {
    let key = &entry.key;
    let message = match now {
        Some(value) => format!("another writer was faster: {key} is now {value:?}"),
        None => format!("another writer was faster: {key} no longer exists"),
    };
    Error::new(Kind::LostRace, message).hint(NOTHING_KEPT)
}
