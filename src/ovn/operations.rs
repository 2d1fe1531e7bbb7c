//! Writes a plan as the operations of one conditional OVSDB transaction (RFC 7047, section 5.2).
//!
//! A `wait` that does not hold aborts the whole transaction, so nothing has to be reverted. A removed or replaced value
//! is awaited before its removal, a new value after its insertion: `insert` does not replace a value that another writer
//! added. An expected key that was absent is inserted with a value that nothing has, awaited, and removed again.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::ovsdb_client::Versions;
use crate::model::snapshot::Map;
use crate::plan::Plan;
use crate::plan::change::{Change, Column, Entry, Listers, Listing, Reference, Row};

/// The value of a key that must be absent, for the time of the transaction.
const ABSENT: &str = "qdns: absent";

/// The operations of a plan; `versions` has the `_version` of each row that it destroys or that must not have changed,
/// `switches` those of the switches whose ports must not have changed.
pub(super) fn of(plan: &Plan, versions: &Versions, switches: &Versions, comment: &str) -> Vec<Value> {
    let unchanged =
        switches.iter().map(|(switch, version)| await_version("Logical_Switch", *switch, version));
    let mut operations: Vec<Value> = unchanged.collect();
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
    operations.push(json!({"op": "comment", "comment": comment}));
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
fn write(column: Column, row: Uuid, entries: &[&Entry]) -> Vec<Value> {
    let (changed, expected): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().copied().partition(|entry| entry.is_change());
    let is_absent = |entry: &&&Entry| entry.from.is_none();
    let none: Pairs = expected.iter().filter(is_absent).map(|entry| (entry.key.as_str(), ABSENT)).collect();
    let old: Pairs = entries.iter().filter_map(|entry| pair(entry, &entry.from)).collect();
    let removed: Pairs = changed.iter().filter_map(|entry| pair(entry, &entry.from)).collect();
    let new: Pairs = changed.iter().filter_map(|entry| pair(entry, &entry.to)).collect();
    let added: Pairs = changed.iter().filter(is_absent).filter_map(|entry| pair(entry, &entry.to)).collect();
    let steps = [
        (Step::Await, &old),
        (Step::Insert, &none),
        (Step::Await, &none),
        (Step::Delete, &none),
        (Step::Delete, &removed),
        (Step::Insert, &new),
        (Step::Await, &added),
    ];
    let steps = steps.into_iter().filter(|(_, pairs)| !pairs.is_empty());
    steps
        .map(|(step, pairs)| match step {
            Step::Await => await_pairs(column, row, pairs),
            Step::Insert => mutate(column, row, "insert", pairs),
            Step::Delete => mutate(column, row, "delete", pairs),
        })
        .collect()
}

type Pairs<'p> = Vec<(&'p str, &'p str)>;

/// What an operation does with pairs of a column.
enum Step {
    /// Aborts the transaction where one is missing.
    Await,
    Insert,
    Delete,
}

fn pair<'p>(entry: &'p Entry, value: &'p Option<String>) -> Option<(&'p str, &'p str)> {
    Some((&entry.key, value.as_deref()?))
}

fn mutate(column: Column, row: Uuid, verb: &str, pairs: &Pairs) -> Value {
    let (table, name) = column.names();
    json!({"op": "mutate", "table": table, "where": [this(row)], "mutations": [[name, verb, ["map", pairs]]]})
}

/// Aborts the transaction unless the row has all of these pairs.
fn await_pairs(column: Column, row: Uuid, pairs: &Pairs) -> Value {
    let (table, name) = column.names();
    await_row(table, row, json!([name, "includes", ["map", pairs]]))
}

fn create(row: &Row) -> Value {
    let mut columns = serde_json::Map::new();
    for (column, map) in row.maps() {
        columns.insert(column.to_owned(), ovsdb_map(map));
    }
    match row {
        Row::Dns(_) => {}
        Row::Balancer(row) => {
            columns.insert("name".to_owned(), json!(row.name));
            columns.insert("protocol".to_owned(), json!(row.protocol));
        }
        Row::Dhcp(row) => drop(columns.insert("cidr".to_owned(), json!(row.cidr))),
    }
    json!({"op": "insert", "table": row.table(), "uuid": row.uuid(), "row": columns})
}

/// Deletes a row if it has this version. Without one, the row is gone already.
fn destroy(row: &Row, version: Option<&Uuid>) -> Vec<Value> {
    let Some(version) = version else { return Vec::new() };
    let (table, uuid) = (row.table(), row.uuid());
    vec![await_version(table, uuid, version), json!({"op": "delete", "table": table, "where": [this(uuid)]})]
}

fn mutate_reference(verb: &str, reference: &Reference) -> Value {
    let (table, column) = reference.column.names();
    let target = json!(["set", [["uuid", reference.target]]]);
    json!({"op": "mutate", "table": table, "where": [this(reference.row)], "mutations": [[column, verb, target]]})
}

/// Aborts the transaction unless the row has the reference.
fn await_reference(reference: &Reference) -> Value {
    let (table, column) = reference.column.names();
    await_row(table, reference.row, json!([column, "includes", ["uuid", reference.target]]))
}

/// Aborts the transaction unless the switch lists exactly these DNS rows.
fn await_listing(listing: &Listing) -> Value {
    let rows: Vec<Value> = listing.rows.iter().map(|row| json!(["uuid", row])).collect();
    json!({
        "op": "wait",
        "timeout": 0,
        "table": "Logical_Switch",
        "where": [this(listing.switch)],
        "columns": ["dns_records"],
        "until": "==",
        "rows": [{"dns_records": ["set", rows]}],
    })
}

/// Aborts the transaction unless exactly these switches list the DNS row.
fn await_listers(listers: &Listers) -> Value {
    let switches: Vec<Value> =
        listers.switches.iter().map(|switch| json!({"_uuid": ["uuid", switch]})).collect();
    json!({
        "op": "wait",
        "timeout": 0,
        "table": "Logical_Switch",
        "where": [["dns_records", "includes", ["uuid", listers.row]]],
        "columns": ["_uuid"],
        "until": "==",
        "rows": switches,
    })
}

/// Aborts the transaction unless the row has no reference in the column.
fn await_no_reference(reference: &Reference) -> Value {
    let (table, column) = reference.column.names();
    await_row(table, reference.row, json!([column, "==", ["set", []]]))
}

/// Aborts the transaction unless the row exists and meets a condition.
fn await_row(table: &str, row: Uuid, condition: Value) -> Value {
    json!({
        "op": "wait",
        "timeout": 0,
        "table": table,
        "where": [this(row), condition],
        "columns": ["_uuid"],
        "until": "==",
        "rows": [{"_uuid": ["uuid", row]}],
    })
}

/// Aborts the transaction where a switch has the port.
fn await_absence(switch: Uuid, port: Uuid) -> Value {
    json!({
        "op": "wait",
        "timeout": 0,
        "table": "Logical_Switch",
        "where": [this(switch), ["ports", "includes", ["uuid", port]]],
        "columns": ["_uuid"],
        "until": "==",
        "rows": [],
    })
}

/// Aborts the transaction unless the row has this version.
fn await_version(table: &str, row: Uuid, version: &Uuid) -> Value {
    await_row(table, row, json!(["_version", "==", ["uuid", version]]))
}

fn this(row: Uuid) -> Value {
    json!(["_uuid", "==", ["uuid", row]])
}

fn ovsdb_map(map: &Map) -> Value {
    json!(["map", map.iter().collect::<Vec<_>>()])
}
