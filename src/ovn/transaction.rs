//! Writes a plan as the commands of one ovn-nbctl(8) transaction.
//!
//! `add` inserts a key only if the key is absent, `remove` deletes a key only if its value still matches, and neither
//! reports what it did. Therefore the transaction first lists the rows that it touches, and each change has another
//! command after it. ovn-nbctl then commits only if the whole column still is as listed, and otherwise repeats all
//! commands. (ovn-nbctl may send the last command as a mutation without a comparison; 23.03 does so for `add`.) So the
//! listed rows and the plan together show what the transaction did.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use uuid::Uuid;

use super::query::row_columns;
use super::quote;
use crate::model::snapshot::Map;
use crate::plan::Plan;
use crate::plan::change::{Change, Column, Entry, Reference, Row};

/// The commands of one transaction, and the rows that they touch.
#[derive(Debug)]
pub(super) struct Transaction {
    /// The touched rows with their tables.
    pub(super) rows: Vec<(&'static str, Uuid)>,
    commands: Vec<Vec<String>>,
    comment: String,
}

impl Transaction {
    /// The changes of a plan, with a comment for the database's log.
    pub(super) fn of(plan: &Plan, comment: &str) -> Self {
        let mut commands: Vec<Vec<String>> = plan.changes.iter().flat_map(structural).collect();
        for ((column, row), entries) in by_column(plan) {
            commands.extend(commands_of(column, row, &entries));
        }
        Transaction { rows: touched_rows(plan), commands, comment: comment.to_owned() }
    }

    /// The arguments of ovn-nbctl: lists of the touched rows, the changes, and the comment.
    pub(super) fn args(&self) -> Vec<String> {
        let list = |(table, row): &(&'static str, Uuid)| {
            let columns = format!("--columns={}", row_columns(table));
            ["--if-exists", &columns, "list", table, &row.to_string()].map(str::to_owned).to_vec()
        };
        let comment = vec!["comment".to_owned(), self.comment.clone()];
        joined(self.rows.iter().map(list).chain(self.commands.iter().cloned()).chain([comment]))
    }
}

/// The rows that a plan changes, and those that it expects to be as they are, with their tables, each once.
pub(super) fn touched_rows(plan: &Plan) -> Vec<(&'static str, Uuid)> {
    let changed = plan.changes.iter().filter_map(touched);
    let entries: BTreeSet<(Column, Uuid)> =
        plan.entries().chain(&plan.expects).map(|entry| (entry.column, entry.row)).collect();
    let mut rows = Vec::new();
    let expected = plan.expects_rows.iter().map(|row| ("DNS", row.uuid));
    let written = entries.into_iter().map(|(column, row)| (column.names().0, row));
    for row in changed.chain(written).chain(expected) {
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}

/// The arguments of ovn-nbctl that make these changes in this order, for an operator to paste.
pub fn arguments(changes: &[Change]) -> Vec<String> {
    let is_one_column = |one: &Change, other: &Change| match (one, other) {
        (Change::Entry(one), Change::Entry(other)) => (one.column, one.row) == (other.column, other.row),
        _ => false,
    };
    joined(changes.chunk_by(is_one_column).flat_map(pasted))
}

/// The commands of one change, or of entries of one column.
fn pasted(changes: &[Change]) -> Vec<Vec<String>> {
    let entries: Vec<&Entry> = changes
        .iter()
        .filter_map(|change| if let Change::Entry(entry) = change { Some(entry) } else { None })
        .collect();
    match (&entries[..], changes) {
        ([first, ..], _) => commands_of(first.column, first.row, &entries),
        // Nothing reads the columns before a pasted change, so that nothing depends on them.
        ([], [Change::Destroy(row)]) => vec![words(&["destroy", row.table(), &row.uuid().to_string()])],
        ([], changes) => changes.iter().flat_map(structural).collect(),
    }
}

fn joined(commands: impl Iterator<Item = Vec<String>>) -> Vec<String> {
    commands.flat_map(|command| iter::once("--".to_owned()).chain(command)).skip(1).collect()
}

/// The entries of a plan by column and row. An expected entry changes nothing, but its row must be listed too.
fn by_column(plan: &Plan) -> BTreeMap<(Column, Uuid), Vec<&Entry>> {
    let mut entries: BTreeMap<(Column, Uuid), Vec<&Entry>> = BTreeMap::new();
    for entry in plan.entries() {
        entries.entry((entry.column, entry.row)).or_default().push(entry);
    }
    for entry in &plan.expects {
        entries.entry((entry.column, entry.row)).or_default();
    }
    entries
}

/// Removes all old values, then adds all new ones.
fn commands_of(column: Column, row: Uuid, entries: &[&Entry]) -> Vec<Vec<String>> {
    let (table, name) = column.names();
    let old = entries.iter().filter_map(|entry| Some(quote::pair(&entry.key, entry.from.as_ref()?)));
    let new = entries.iter().filter_map(|entry| Some(quote::pair(&entry.key, entry.to.as_ref()?)));
    let mut commands = Vec::new();
    for (verb, pairs) in [("remove", quote::packed(old)), ("add", quote::packed(new))] {
        if !pairs.is_empty() {
            let mut command = words(&[verb, table, &row.to_string(), name]);
            command.extend(pairs);
            commands.push(command);
        }
    }
    commands
}

/// The commands that change whole rows or references; none for an entry.
fn structural(change: &Change) -> Vec<Vec<String>> {
    match change {
        Change::Entry(_) => Vec::new(),
        Change::Create(row) => create(row),
        Change::Destroy(row) => destroy(row),
        Change::Refer(reference) => vec![refer("add", reference)],
        Change::Unrefer(reference) => vec![refer("remove", reference)],
    }
}

fn create(row: &Row) -> Vec<Vec<String>> {
    let (table, uuid) = (row.table(), row.uuid().to_string());
    let mut command = words(&[&format!("--id={uuid}"), "create", table]);
    match row {
        Row::Dns(_) => command.push("records={}".to_owned()),
        // `create` splits a value into tokens only if it begins with a quote, so the value always has quotes.
        Row::Balancer(row) => command
            .extend([format!("name={}", quote::string(&row.name)), format!("protocol={}", row.protocol)]),
        Row::Dhcp(row) => command.push(format!("cidr={}", quote::string(&row.cidr))),
    }
    let mut commands = vec![command];
    for (column, map) in row.maps().into_iter().filter(|(_, map)| !map.is_empty()) {
        let mut command = words(&["add", table, &uuid, column]);
        command.extend(quote::packed(pairs(map)));
        commands.push(command);
    }
    commands
}

/// The removals make ovn-nbctl compare the columns with the listed ones.
fn destroy(row: &Row) -> Vec<Vec<String>> {
    let (table, uuid) = (row.table(), row.uuid().to_string());
    let mut commands: Vec<Vec<String>> = Vec::new();
    for (column, map) in row.maps() {
        let first = map.first_key_value().map(|(key, value)| quote::pair(key, value));
        let pair = first.unwrap_or_else(|| quote::pair("qdns-none", "none"));
        commands.push(words(&["remove", table, &uuid, column, &pair]));
    }
    commands.push(words(&["destroy", table, &uuid]));
    commands
}

fn refer(verb: &str, reference: &Reference) -> Vec<String> {
    let (table, column) = reference.column.names();
    words(&[verb, table, &reference.row.to_string(), column, &reference.target.to_string()])
}

/// The touched row, if a whole row or a reference changes.
fn touched(change: &Change) -> Option<(&'static str, Uuid)> {
    match change {
        Change::Entry(_) => None,
        Change::Create(row) | Change::Destroy(row) => Some((row.table(), row.uuid())),
        Change::Refer(reference) | Change::Unrefer(reference) => {
            Some((reference.column.names().0, reference.row))
        }
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn pairs(map: &Map) -> impl Iterator<Item = String> {
    map.iter().map(|(key, value)| quote::pair(key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_a_key_removes_what_was_read_and_adds_the_new_value() {
        let row = Uuid::from_u128(7);
        let mut plan = Plan::default();
        let current = Map::from([("web".to_owned(), "10.0.0.1".to_owned())]);
        plan.set(Column::DnsRecords, row, Some(&current), "web", Some("10.0.0.2"));
        let args = Transaction::of(&plan, "qdns: test").args().join(" ");
        let list = format!("--if-exists --columns=_uuid,external_ids,records list DNS {row}");
        let change = format!(
            "remove DNS {row} records \"web\"=\"10.0.0.1\" -- add DNS {row} records \"web\"=\"10.0.0.2\""
        );
        assert_eq!(args, format!("{list} -- {change} -- comment qdns: test"));
        assert_eq!(arguments(&plan.changes).join(" "), change);
    }
}
