//! Applies a plan as one OVSDB transaction, compare-and-set per key.
//!
//! `add` inserts a key only if it is absent and `remove` deletes one only if its value still
//! matches, and neither says which it did. So the touched rows are listed in front of the changes, in
//! the same transaction, and each change has another command behind it: then ovn-nbctl lets the
//! transaction through only while the whole column is as it was listed, and tries again otherwise.
//! (The last command it may send as a mutation that nothing is compared with; 23.03 does so with
//! `add`.) What the changes made of the listed rows is therefore known, and what was lost as well.
//! ovn-nbctl has no command that makes a transaction fail on a value (`wait-until` blocks, and
//! through a daemon it blocks for everyone), so a change that lost in part is withdrawn.

use std::collections::BTreeMap;
use std::iter;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::nbctl::{Nbctl, Wait};
use super::parts::parts;
use super::quote;
use super::read::{fill, row_columns};
use super::rows;
use crate::error::{Error, Kind, Result};
use crate::model::address;
use crate::model::snapshot::{DnsRow, Map, Snapshot};
use crate::plan::change::{Change, Column, Entry, Plan};

/// How often a transaction whose connection broke is tried again.
const TRIES: usize = 5;
/// The longest comment in the database's log, in characters.
const COMMENT_MAX: usize = 1000;

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
        self.check_vacant(plan)?;
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
            return Err(lost_race(entry, value(&before, entry)));
        }
        if let Some(row) = rows::destroyed_otherwise(plan, &before) {
            self.withdraw(plan, &before, comment, |_| true)?;
            return Err(Error::new(
                Kind::LostRace,
                format!("{row} changed meanwhile, so nothing was changed"),
            )
            .hint("the same command again works on what is there now"));
        }
        if let Err(error) = self.check_vacant(plan) {
            if error.kind == Kind::LostRace {
                self.withdraw(plan, &before, comment, |_| true)?;
            }
            return Err(error);
        }
        self.check_destroyed(plan, &before, comment)
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
                .hint("the same command again works on what is there now"));
            }
            let is_duplicate = tries > 0 && error.kind == Kind::LostRace;
            if !is_duplicate && !matches!(error.kind, Kind::Timeout | Kind::Unreachable | Kind::Garbage) {
                return Err(error);
            }
            let looked = self.read_rows(&transaction.rows);
            // One more try is worth its time where the database is back: only it can tell for sure.
            let is_late = tries >= TRIES || tries > 0 && Instant::now() >= deadline;
            let waiting = error.kind == Kind::Timeout && self.wait != Wait::None;
            match looked.as_ref().map(|now| is_done(plan, now)) {
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

    /// Takes back what this transaction wrote of a plan that lost elsewhere. What it removed comes back
    /// where `is_wanted` says so: where it still makes sense beside what the winner wrote.
    fn withdraw(
        &self,
        plan: &Plan,
        before: &Snapshot,
        comment: &str,
        is_wanted: impl Fn(&Entry) -> bool,
    ) -> Result<()> {
        let changes = written(plan, before)
            .filter(|entry| entry.to.is_some() || is_wanted(entry))
            .map(|entry| Change::Entry(Entry { from: entry.to, to: entry.from, ..entry }));
        let rows = plan.changes.iter().rev().filter_map(|change| rows::inverse(change, before));
        let undo = Plan { changes: rows.chain(changes).collect(), ..Plan::default() };
        if undo.changes.is_empty() {
            return Ok(());
        }
        self.execute_parts(&undo, &withdrawal(comment)).map_err(|error| Error {
            message: format!("the change lost a race and could not be withdrawn: {}", error.message),
            ..error
        })
    }

    /// A zone that was destroyed while somebody added to it is put back as it was.
    fn check_destroyed(&self, plan: &Plan, before: &Snapshot, comment: &str) -> Result<()> {
        for change in &plan.changes {
            let Change::DestroyZone { row: planned, switch } = change else { continue };
            let Some(destroyed) = before.dns_row(planned.uuid).filter(|row| *row != planned) else {
                continue;
            };
            self.put_back(destroyed, *switch, comment)?;
            return Err(Error::new(
                Kind::LostRace,
                format!("the zone of {} changed meanwhile, so it stays", plan.switch),
            )
            .hint("look at it with: qdns record ls, then try again"));
        }
        Ok(())
    }

    /// Makes a destroyed row again; where somebody made it anew already, only what is missing in it.
    fn put_back(&self, row: &DnsRow, switch: Option<Uuid>, comment: &str) -> Result<()> {
        let mut changes: Vec<Change> = switch
            .map(|switch| Change::CreateZone { switch, zone: row.uuid, marks: row.external_ids.clone() })
            .into_iter()
            .collect();
        let columns = [(Column::DnsRecords, &row.records), (Column::DnsMarks, &row.external_ids)];
        changes.extend(columns.into_iter().flat_map(|(column, map)| {
            map.iter().map(move |(key, value)| {
                let (key, to) = (key.clone(), Some(value.clone()));
                Change::Entry(Entry { column, row: row.uuid, key, from: None, to })
            })
        }));
        let whole = Plan { changes, ..Plan::default() };
        let entries = whole.entries().cloned().map(Change::Entry).collect();
        let missing = Plan { changes: entries, ..Plan::default() };
        let comment = withdrawal(comment);
        let result = self.execute_parts(&whole, &comment);
        match result.as_ref().is_err_and(|error| error.kind == Kind::LostRace) {
            true => self.execute_parts(&missing, &comment),
            false => result,
        }
    }

    /// Runs a plan without looking at what became of it, in as many transactions as it takes.
    fn execute_parts(&self, plan: &Plan, comment: &str) -> Result<()> {
        for part in parts(plan) {
            self.execute(&Transaction::of(&part.plan, comment))?;
        }
        Ok(())
    }
}

/// How a broken transaction ended after all.
enum Settled {
    /// It had been done.
    Done,
    /// It was done by another try, with the touched rows in front of it.
    Again(Box<Snapshot>),
}

/// Whether the touched rows show all of a plan.
fn is_done(plan: &Plan, now: &Snapshot) -> bool {
    plan.changes.iter().all(|change| match change {
        Change::Entry(entry) => value(now, entry) == entry.to.as_deref(),
        Change::CreateZone { zone, .. } => now.dns_row(*zone).is_some(),
        Change::DestroyZone { row, .. } => now.dns_row(row.uuid).is_none(),
        Change::AttachZone { .. } => false,
        other => rows::is_done(other, now),
    })
}

fn withdrawal(comment: &str) -> String {
    format!("{comment} (withdrawn: lost a race)")
}

/// Whether a removed key may come back: a name always; a reverse name only where the host that it
/// points to has the address.
fn is_supported(entry: &Entry, after: &Snapshot) -> bool {
    let (Some(address), Some(owner)) = (address::from_reverse_name(&entry.key), &entry.from) else {
        return true;
    };
    let records = entry.column.of(after, entry.row);
    let held = records.and_then(|records| records.get(owner)).map(|value| address::from_value(value));
    held.is_some_and(|addresses| addresses.contains(&address))
}

/// The value that an entry's key has in a snapshot.
fn value<'a>(snapshot: &'a Snapshot, entry: &Entry) -> Option<&'a str> {
    entry.column.of(snapshot, entry.row)?.get(&entry.key).map(String::as_str)
}

/// Whether another writer was faster: the key had neither the value that was read nor the one that
/// shall be.
fn is_lost(entry: &Entry, before: &Snapshot) -> bool {
    let was = value(before, entry);
    was != entry.from.as_deref() && was != entry.to.as_deref()
}

/// What a transaction wrote of a plan, from what each key was to what it is: `remove` works on the
/// value that was read only, and `add` on an absent key.
fn written(plan: &Plan, before: &Snapshot) -> impl Iterator<Item = Entry> {
    plan.entries().filter_map(|entry| {
        let was = value(before, entry);
        let kept = was.filter(|was| Some(*was) != entry.from.as_deref());
        let is = kept.or(entry.to.as_deref());
        (is != was).then(|| Entry {
            from: was.map(str::to_owned),
            to: is.map(str::to_owned),
            ..entry.clone()
        })
    })
}

/// The touched rows behind a transaction.
fn left_behind(plan: &Plan, before: &Snapshot) -> Snapshot {
    let mut after = before.clone();
    let changes = written(plan, before).map(Change::Entry).collect();
    Plan { changes, ..Plan::default() }.apply_to(&mut after);
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

/// The commands of one transaction, and the rows that they touch.
#[derive(Debug)]
struct Transaction {
    rows: Vec<(&'static str, Uuid)>,
    commands: Vec<Vec<String>>,
    comment: String,
}

impl Transaction {
    fn of(plan: &Plan, comment: &str) -> Self {
        let mut transaction = Transaction {
            comment: comment.chars().take(COMMENT_MAX).collect(),
            rows: Vec::new(),
            commands: Vec::new(),
        };
        type Pairs<'p> = Vec<(&'p str, &'p str)>;
        let mut entries: BTreeMap<(Column, Uuid), (Pairs, Pairs)> = BTreeMap::new();
        for change in &plan.changes {
            match change {
                Change::Entry(entry) => {
                    let (removed, added) = entries.entry((entry.column, entry.row)).or_default();
                    removed.extend(entry.from.iter().map(|value| (entry.key.as_str(), value.as_str())));
                    added.extend(entry.to.iter().map(|value| (entry.key.as_str(), value.as_str())));
                }
                other => transaction.structural(other),
            }
        }
        for entry in &plan.expects {
            entries.entry((entry.column, entry.row)).or_default();
        }
        for ((column, row), (removed, added)) in entries {
            let (table, column) = column.names();
            for (verb, pairs) in [("remove", removed), ("add", added)] {
                if !pairs.is_empty() {
                    let pairs = pairs.into_iter().map(|(key, value)| quote::pair(key, value));
                    transaction.command(&[verb, table, &row.to_string(), column], quote::packed(pairs));
                }
            }
            transaction.touch(table, row);
        }
        transaction
    }

    fn structural(&mut self, change: &Change) {
        match change {
            Change::CreateZone { switch, zone, marks } => {
                let uuid = zone.to_string();
                self.command(&[&format!("--id={uuid}"), "create", "DNS", "records={}"], Vec::new());
                self.command(&["add", "DNS", &uuid, "external_ids"], pairs(marks));
                self.command(
                    &["add", "Logical_Switch", &switch.to_string(), "dns_records", &uuid],
                    Vec::new(),
                );
                self.touch("DNS", *zone);
            }
            Change::AttachZone { switch, zone } => {
                let (switch, zone) = (switch.to_string(), zone.to_string());
                self.command(&["add", "Logical_Switch", &switch, "dns_records", &zone], Vec::new());
            }
            Change::DestroyZone { row, .. } => {
                // The removals make the transaction depend on both columns being as they are listed.
                let uuid = row.uuid.to_string();
                self.touch("DNS", row.uuid);
                for (column, map) in [("records", &row.records), ("external_ids", &row.external_ids)] {
                    let first = map.first_key_value().map(|(key, value)| quote::pair(key, value));
                    let pair = first.unwrap_or_else(|| quote::pair("qdns-none", "none"));
                    self.command(&["remove", "DNS", &uuid, column], vec![pair]);
                }
                self.command(&["destroy", "DNS", &uuid], Vec::new());
            }
            Change::Entry(_) => {}
            other => {
                self.commands.extend(rows::commands(other));
                for (table, row) in rows::touched(other) {
                    self.touch(table, row);
                }
            }
        }
    }

    fn command(&mut self, words: &[&str], more: Vec<String>) {
        let words = words.iter().map(|word| (*word).to_owned());
        self.commands.push(words.chain(more).collect());
    }

    fn touch(&mut self, table: &'static str, row: Uuid) {
        if !self.rows.contains(&(table, row)) {
            self.rows.push((table, row));
        }
    }

    /// All as arguments of ovn-nbctl: the rows listed, the changes, and the comment behind them.
    fn args(&self) -> Vec<String> {
        let list = |(table, row): &(&'static str, Uuid)| {
            let columns = format!("--columns={}", row_columns(table));
            ["--if-exists", &columns, "list", table, &row.to_string()].map(str::to_owned).to_vec()
        };
        let comment = vec!["comment".to_owned(), self.comment.clone()];
        let commands = self.rows.iter().map(list).chain(self.commands.iter().cloned()).chain([comment]);
        let mut args: Vec<String> =
            commands.flat_map(|command| iter::once("--".to_owned()).chain(command)).collect();
        args.remove(0);
        args
    }
}

fn pairs(map: &Map) -> Vec<String> {
    map.iter().map(|(key, value)| quote::pair(key, value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_a_key_removes_what_was_read_and_adds_what_shall_be() {
        let row = Uuid::from_u128(7);
        let mut plan = Plan::default();
        let current = Map::from([("web".to_owned(), "10.0.0.1".to_owned())]);
        plan.set(Column::DnsRecords, row, Some(&current), "web", Some("10.0.0.2"));
        let args = Transaction::of(&plan, "qdns: test").args().join(" ");
        let list = format!("--if-exists --columns=_uuid,external_ids,records list DNS {row}");
        assert_eq!(
            args,
            format!(
                "{list} -- remove DNS {row} records \"web\"=\"10.0.0.1\" -- add DNS {row} records \"web\"=\"10.0.0.2\" -- comment qdns: test"
            )
        );
    }
}
