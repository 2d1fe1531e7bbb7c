//! Writes a plan as the operations of one conditional OVSDB transaction (RFC 7047, section 5.2).
//!
//! A `wait` that does not hold aborts the whole transaction, so nothing has to be reverted. A removed or replaced value
//! is awaited before its removal, a new value after its insertion: `insert` does not replace a value that another writer
//! added. An expected key that was absent is inserted with a value that nothing has, awaited, and removed again.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::json::Datum;
use super::operation::{Columns, Operation, this};
use super::ovsdb_client::Versions;
use crate::plan::Plan;
use crate::plan::change::{Change, Column, Entry, Listers, Listing, Reference, Row};

/// The value of a key that must be absent, for the time of the transaction.
const ABSENT: &str = "qdns: absent";
const SWITCH: &str = "Logical_Switch";

/// The operations of a plan; `versions` has the `_version` of each row that it destroys or that must not have changed,
/// `switches` those of the switches whose ports must not have changed.
pub(super) fn of<'p>(
    plan: &'p Plan,
    versions: &Versions,
    switches: &Versions,
    comment: &'p str,
) -> Vec<Operation<'p>> {
    let unchanged = switches.iter().map(|(switch, version)| await_version(SWITCH, *switch, version));
    let mut operations: Vec<Operation> = unchanged.collect();
    for row in &plan.expects_rows {
        operations.extend(versions.get(&row.uuid).map(|version| await_version("DNS", row.uuid, version)));
    }
    operations.extend(plan.expects_listings.iter().map(await_listing));
    operations.extend(plan.expects_listers.iter().map(await_listers));
    for unused in &plan.must_stay_unused {
        let origin = unused.origin.iter();
        operations.extend(
            origin.flat_map(|port| unused.switches.iter().map(|switch| await_absence(*switch, *port))),
        );
    }
    for reference in &plan.expects_references {
        operations.push(await_reference(reference));
    }
    for change in &plan.changes {
        match change {
            Change::Entry(_) => {}
            Change::Create(row) => operations.push(create(row)),
            Change::Destroy(row) => operations.extend(destroy(row, versions.get(&row.uuid()))),
            Change::Refer(reference) => {
                operations.extend(reference.column.is_single().then(|| await_no_reference(reference)));
                operations.extend([mutate_reference("insert", reference), await_reference(reference)]);
            }
            Change::Unrefer(reference) => operations.push(mutate_reference("delete", reference)),
        }
    }
    for ((column, row), entries) in by_column(plan) {
        operations.extend(write(column, row, &entries));
    }
    operations.push(Operation::Comment { comment });
    operations
}

fn by_column(plan: &Plan) -> BTreeMap<(Column, Uuid), Vec<&Entry>> {
    let mut entries: BTreeMap<(Column, Uuid), Vec<&Entry>> = BTreeMap::new();
    for entry in plan.entries().chain(&plan.expects) {
        entries.entry((entry.column, entry.row)).or_default().push(entry);
    }
    entries
}

/// Compares the old values, removes them, inserts the new ones, and checks those that were absent.
fn write<'p>(column: Column, row: Uuid, entries: &[&'p Entry]) -> Vec<Operation<'p>> {
    let (changed, expected): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().copied().partition(|entry| entry.is_change());
    let is_absent = |entry: &&&Entry| entry.from.is_none();
    let none: Pairs = expected.iter().filter(is_absent).map(|entry| absent(entry)).collect();
    let old: Pairs = entries.iter().filter_map(|entry| pair(entry, &entry.from)).collect();
    let removed: Pairs = changed.iter().filter_map(|entry| pair(entry, &entry.from)).collect();
    let new: Pairs = changed.iter().filter_map(|entry| pair(entry, &entry.to)).collect();
    let added: Pairs = changed.iter().filter(is_absent).filter_map(|entry| pair(entry, &entry.to)).collect();
    let steps = [
        (Step::Await, old),
        (Step::Insert, none.clone()),
        (Step::Await, none.clone()),
        (Step::Delete, none),
        (Step::Delete, removed),
        (Step::Insert, new),
        (Step::Await, added),
    ];
    let steps = steps.into_iter().filter(|(_, pairs)| !pairs.is_empty());
    let (table, name) = column.names();
    steps
        .map(|(step, pairs)| match step {
            Step::Await => Operation::wait_for(table, row, (name, "includes", Datum::Map(pairs))),
            Step::Insert => Operation::mutate(table, row, name, "insert", Datum::Map(pairs)),
            Step::Delete => Operation::mutate(table, row, name, "delete", Datum::Map(pairs)),
        })
        .collect()
}

type Pairs<'p> = Vec<(Datum<'p>, Datum<'p>)>;

/// What an operation does with pairs of a column.
enum Step {
    /// Aborts the transaction where one is missing.
    Await,
    Insert,
    Delete,
}

fn pair<'p>(entry: &'p Entry, value: &'p Option<String>) -> Option<(Datum<'p>, Datum<'p>)> {
    Some((Datum::of(&entry.key), Datum::of(value.as_deref()?)))
}

fn absent(entry: &Entry) -> (Datum<'_>, Datum<'_>) {
    (Datum::of(&entry.key), Datum::of(ABSENT))
}

fn create(row: &Row) -> Operation<'_> {
    let maps = row.maps().into_iter().map(|(column, map)| (column, Datum::of_map(map)));
    let texts = match row {
        Row::Dns(_) => vec![],
        Row::Balancer(row) => vec![("name", Datum::of(&row.name)), ("protocol", Datum::of(&row.protocol))],
        Row::Dhcp(row) => vec![("cidr", Datum::of(&row.cidr))],
    };
    let columns = Columns::from_iter(maps.chain(texts));
    Operation::Insert { table: row.table(), uuid: row.uuid(), row: columns }
}

/// Deletes a row if it has this version. Without one, the row is gone already.
fn destroy<'p>(row: &Row, version: Option<&Uuid>) -> Vec<Operation<'p>> {
    let Some(version) = version else { return Vec::new() };
    let (table, uuid) = (row.table(), row.uuid());
    vec![await_version(table, uuid, version), Operation::Delete { table, conditions: [this(uuid)] }]
}

fn mutate_reference<'p>(mutator: &'static str, reference: &Reference) -> Operation<'p> {
    let (table, column) = reference.column.names();
    let target = Datum::Set(vec![Datum::Uuid(reference.target)]);
    Operation::mutate(table, reference.row, column, mutator, target)
}

/// Aborts the transaction unless the row has the reference.
fn await_reference<'p>(reference: &Reference) -> Operation<'p> {
    let (table, column) = reference.column.names();
    Operation::wait_for(table, reference.row, (column, "includes", Datum::Uuid(reference.target)))
}

/// Aborts the transaction unless the switch lists exactly these DNS rows.
fn await_listing<'p>(listing: &Listing) -> Operation<'p> {
    let rows = listing.rows.iter().map(|row| Datum::Uuid(*row)).collect();
    Operation::wait(SWITCH, vec![this(listing.switch)], "dns_records", [Datum::Set(rows)])
}

/// Aborts the transaction unless exactly these switches list the DNS row.
fn await_listers<'p>(listers: &Listers) -> Operation<'p> {
    let lists_it = ("dns_records", "includes", Datum::Uuid(listers.row));
    let switches = listers.switches.iter().map(|switch| Datum::Uuid(*switch));
    Operation::wait(SWITCH, vec![lists_it], "_uuid", switches)
}

/// Aborts the transaction unless the row has no reference in the column.
fn await_no_reference<'p>(reference: &Reference) -> Operation<'p> {
    let (table, column) = reference.column.names();
    Operation::wait_for(table, reference.row, (column, "==", Datum::Set(Vec::new())))
}

/// Aborts the transaction where a switch has the port.
fn await_absence<'p>(switch: Uuid, port: Uuid) -> Operation<'p> {
    Operation::wait(SWITCH, vec![this(switch), ("ports", "includes", Datum::Uuid(port))], "_uuid", [])
}

/// Aborts the transaction unless the row has this version.
fn await_version<'p>(table: &'static str, row: Uuid, version: &Uuid) -> Operation<'p> {
    Operation::wait_for(table, row, ("_version", "==", Datum::Uuid(*version)))
}
