//! Writes a plan as one OVSDB transaction, compare-and-set per key.
//!
//! Where ovsdb-client writes, the transaction has its conditions in itself: see [`super::operations`].
//!
//! ovn-nbctl has no command that makes a transaction fail because of a value: `wait-until` blocks, and with a daemon it
//! blocks all users of the daemon. So a transaction lists the rows that it touches before it changes them. The listed
//! rows show whether another writer was faster for some key; if so, the other changes of the transaction are withdrawn.
//! See [`super::transaction`].

use std::time::{Duration, Instant};

use uuid::Uuid;

use super::northbound::{Northbound, Wait};
use super::operations;
use super::ovsdb_client::{OvsdbClient, Request, Versions};
use super::query::{Query, row_columns};
use super::rows::fill;
use super::transaction::{Transaction, touched_rows};
use crate::error::{Error, Kind, Result};
use crate::model::address;
use crate::model::snapshot::{DnsRow, Snapshot};
use crate::plan::Plan;
use crate::plan::change::{Change, Column, Entry, Row};

/// The greatest number of further tries if the connection fails during a transaction.
const TRIES: usize = 5;

/// What became of one try.
enum Written {
    Done,
    /// Nothing was changed, although all keys and destroyed rows are as the plan expects them: a condition for a switch
    /// did not hold.
    ConditionFailed,
}

impl Northbound {
    /// Makes all changes of a plan or none, in one transaction; `comment` is for the database's log.
    ///
    /// # Errors
    /// Lost race, with no change of the plan kept; otherwise as [`Northbound::run`], with nothing changed unless the message
    /// says that this is unknown.
    pub fn commit_one(&self, plan: &Plan, comment: &str) -> Result<()> {
        if plan.changes.is_empty() {
            return Ok(());
        }
        // Any change of a switch fails a condition for hosts that no port has. So the hosts are looked at again.
        let tries = if plan.must_stay_unused.is_empty() { 1 } else { TRIES };
        for _ in 0..tries {
            if let Written::Done = self.try_once(plan, comment)? {
                return Ok(());
            }
        }
        Err(lost())
    }

    fn try_once(&self, plan: &Plan, comment: &str) -> Result<Written> {
        let switches = self.check_unused(plan)?;
        if let Some(client) = &self.rows {
            let operations = operations::of(plan, &self.versions(client, plan)?, &switches, comment);
            if let Some(request) = Request::of(&operations) {
                return self.commit_request(client, plan, &request);
            }
        }
        self.commit_and_check(plan, comment).map(|()| Written::Done)
    }

    /// Writes with ovsdb-client: the transaction is made only if all that the plan expects holds.
    fn commit_request(&self, client: &OvsdbClient, plan: &Plan, request: &Request) -> Result<Written> {
        let rows = touched_rows(plan);
        let execute = || match client.transact(request)? {
            None => Ok(()),
            Some(failure) if failure.is_lost_race() => Err(lost()),
            Some(failure) => Err(failure.into_error()),
        };
        let result = match execute() {
            Err(error) if error.kind != Kind::LostRace => self.settle(plan, &rows, error, &execute).map(drop),
            result => result,
        };
        match result {
            Err(error) if error.kind == Kind::LostRace => self.what_was_lost(plan, &rows),
            result => result.map(|()| Written::Done),
        }
    }

    /// Finds out which condition of a plan did not hold. Another writer may have made the same changes.
    ///
    /// # Errors
    /// Lost race with the row or the key that another writer changed; otherwise as [`Northbound::run`].
    fn what_was_lost(&self, plan: &Plan, rows: &[(&'static str, Uuid)]) -> Result<Written> {
        let now = self.read_rows(rows)?;
        if plan.changes.iter().all(|change| change.is_done(&now)) {
            return Ok(Written::Done);
        }
        if let Some(row) = changed_row(plan, &now) {
            return Err(changed(&row));
        }
        let mut entries = plan.entries().chain(&plan.expects);
        let lost = entries.find(|entry| entry.value_in(&now) != entry.from.as_deref());
        lost.map_or(Ok(Written::ConditionFailed), |entry| Err(lost_race(entry, entry.value_in(&now))))
    }

    /// The versions of the rows that a plan destroys or that it expects to be unchanged. Rows that are gone have none.
    ///
    /// # Errors
    /// Lost race if a row has another content than the plan has read.
    fn versions(&self, client: &OvsdbClient, plan: &Plan) -> Result<Versions> {
        let mut versions = Versions::new();
        for change in &plan.changes {
            let Change::Destroy(row) = change else { continue };
            let mut query = Query::default();
            query.rows(row.table(), version_columns(row), &[row.uuid()]);
            let (now, version) = client.read_versions(&query)?;
            if row.in_snapshot(&now).is_some_and(|now| now != *row) {
                return Err(changed(&row.label()));
            }
            versions.extend(version);
        }
        let expected: Vec<Uuid> = plan.expects_rows.iter().map(|row| row.uuid).collect();
        if !expected.is_empty() {
            let mut query = Query::default();
            query.rows("DNS", DNS_VERSION_COLUMNS, &expected);
            let (now, version) = client.read_versions(&query)?;
            if let Some(row) = differing(plan, &now) {
                return Err(changed(&row));
            }
            versions.extend(version);
        }
        Ok(versions)
    }

    /// Writes with ovn-nbctl, then checks what the transaction found, and withdraws it if another writer was faster.
    fn commit_and_check(&self, plan: &Plan, comment: &str) -> Result<()> {
        let transaction = Transaction::of(plan, comment);
        let execute = || self.execute(&transaction);
        let before = match execute() {
            Ok(before) => before,
            Err(error) => match self.settle(plan, &transaction.rows, error, &execute)? {
                Settled::Done => return Ok(()),
                Settled::Again(before) => before,
            },
        };
        let mut entries = plan.entries().chain(&plan.expects);
        if let Some(entry) = entries.find(|entry| is_lost(entry, &before)) {
            let after = rows_after(plan, &before);
            self.withdraw(plan, &before, comment, |entry| is_supported(entry, &after))?;
            return Err(lost_race(entry, entry.value_in(&before)));
        }
        if let Some(row) = changed_row(plan, &before) {
            self.withdraw(plan, &before, comment, |_| true)?;
            return Err(changed(&row));
        }
        let result = self.check_unused(plan).map(drop);
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
    fn settle<T>(
        &self,
        plan: &Plan,
        rows: &[(&'static str, Uuid)],
        mut error: Error,
        execute: &dyn Fn() -> Result<T>,
    ) -> Result<Settled<T>> {
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
            let now = self.read_rows(rows);
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
            match execute() {
                Ok(done) => return Ok(Settled::Again(done)),
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
        for batch in self.batches(plan) {
            self.execute(&Transaction::of(&batch.plan, comment))?;
        }
        Ok(())
    }
}

const RUN_AGAIN: &str = "run the same command again: it starts from the current rows";
pub(super) const NOTHING_KEPT: &str =
    "no part of this change was kept; run the same command again: it starts from the current rows";

const DNS_VERSION_COLUMNS: &str = "_uuid,_version,external_ids,records";

/// The columns that are compared, and the version.
fn version_columns(row: &Row) -> &'static str {
    match row {
        Row::Dns(_) => DNS_VERSION_COLUMNS,
        Row::Balancer(_) => "_uuid,_version,name,protocol,vips,options,external_ids",
        Row::Dhcp(_) => "_uuid,_version,cidr,options,external_ids",
    }
}

/// What happened to a transaction after its connection or its process failed.
enum Settled<T> {
    /// It had been made.
    Done,
    /// Another try made it, with this result.
    Again(T),
}

fn changed(row: &str) -> Error {
    Error::new(Kind::LostRace, format!("another writer changed {row}")).hint(NOTHING_KEPT)
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

/// A row that a plan destroys, or expects to be unchanged, and that has another content.
fn changed_row(plan: &Plan, now: &Snapshot) -> Option<String> {
    let destroyed = plan.changes.iter().find_map(|change| match change {
        Change::Destroy(row) => row.in_snapshot(now).filter(|now| now != row).map(|now| now.label()),
        _ => None,
    });
    destroyed.or_else(|| differing(plan, now))
}

/// A DNS row that a plan expects to be unchanged, and that has another content.
fn differing(plan: &Plan, now: &Snapshot) -> Option<String> {
    let differs = |row: &&DnsRow| {
        let now = now.dns_row(row.uuid);
        now.is_none_or(|now| (&now.records, &now.external_ids) != (&row.records, &row.external_ids))
    };
    plan.expects_rows.iter().find(differs).map(|row| Row::Dns(row.clone()).label())
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
fn lost() -> Error {
    Error::new(Kind::LostRace, "another writer changed the same rows first").hint(NOTHING_KEPT)
}

fn rows_after(plan: &Plan, before: &Snapshot) -> Snapshot {
    let mut after = before.clone();
    for entry in plan.entries().filter_map(|entry| entry.written(before)) {
        Change::Entry(entry).apply_to(&mut after);
    }
    after
}

fn lost_race(entry: &Entry, now: Option<&str>) -> Error {
    let key = match entry.column {
        Column::DnsRecords => entry.key.clone(),
        column => format!("{}:{}", column.path(), entry.key),
    };
    let message = match now {
        Some(value) => format!("another writer was faster: {key} is now {value:?}"),
        None => format!("another writer was faster: {key} no longer exists"),
    };
    Error::new(Kind::LostRace, message).hint(NOTHING_KEPT)
}
