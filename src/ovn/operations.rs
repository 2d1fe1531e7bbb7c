//! Writes a plan as the operations of one conditional OVSDB transaction (RFC 7047, section 5.2).
//!
//! A `wait` that does not hold aborts the whole transaction, so nothing has to be reverted. A removed or replaced value
//! is awaited before its removal, a new value after its insertion: `insert` does not replace a value that another writer
//! added. An expected key that was absent is inserted with a value that nothing has, awaited, and removed again.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::model::snapshot::Map;
use crate::plan::Plan;
use crate::plan::change::{Change, Column, Entry, Reference, Row};

/// The value of a key that must be absent, for the time of the transaction.
const ABSENT: &str = "qdns: absent";

/// The operations of a plan; `versions` has the `_version` of each row that it destroys.
pub(super) fn of(plan: &Plan, versions: &BTreeMap<Uuid, Uuid>, comment: &str) -> Vec<Value> {
    let mut operations = Vec::new();
    for reference in &plan.expects_references {
        operations.push(await_reference(reference));
    }
    for change in &plan.changes {
        match change {
            Change::Entry(_) => {}
            Change::Create(row) => operations.push(create(row)),
            Change::Destroy(row) => operations.extend(destroy(row, versions.get(&row.uuid()))),
            Change::Refer(reference) => {
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
    let pairs = |wanted: &dyn Fn(&Entry) -> Option<(String, String)>| -> Vec<(String, String)> {
        entries.iter().filter_map(|entry| wanted(entry)).collect()
    };
    let pair = |key: &str, value: &Option<String>| Some((key.to_owned(), value.clone()?));
    let old = pairs(&|entry| pair(&entry.key, &entry.from));
    let removed = pairs(&|entry| if entry.is_change() { pair(&entry.key, &entry.from) } else { None });
    let new = pairs(&|entry| if entry.is_change() { pair(&entry.key, &entry.to) } else { None });
    let added = pairs(&|entry| if entry.from.is_none() { pair(&entry.key, &entry.to) } else { None });
    let absent = pairs(&|entry| {
        let is_absent = entry.from.is_none() && entry.to.is_none();
        is_absent.then(|| (entry.key.clone(), ABSENT.to_owned()))
    });
    let mut operations = Vec::new();
    for (verb, pairs) in [
        (None, &old),
        (Some("insert"), &absent),
        (None, &absent),
        (Some("delete"), &absent),
        (Some("delete"), &removed),
        (Some("insert"), &new),
        (None, &added),
    ] {
        if !pairs.is_empty() {
            operations.push(match verb {
                Some(verb) => mutate(column, row, verb, pairs),
                None => await_pairs(column, row, pairs),
            });
        }
    }
    operations
}

fn mutate(column: Column, row: Uuid, verb: &str, pairs: &[(String, String)]) -> Value {
    let (table, name) = column.names();
    json!({"op": "mutate", "table": table, "where": [this(row)], "mutations": [[name, verb, ["map", pairs]]]})
}

/// Aborts the transaction unless the row has all of these pairs.
fn await_pairs(column: Column, row: Uuid, pairs: &[(String, String)]) -> Value {
    let (table, name) = column.names();
    await_row(table, row, json!([name, "includes", ["map", pairs]]))
}

fn create(row: &Row) -> Value {
    let mut columns = serde_json::Map::new();
    for (column, map) in row.maps() {
        columns.insert(column.to_owned(), ovsdb_map(map));
    }
    if let Row::Balancer(row) = row {
        columns.insert("name".to_owned(), json!(row.name));
        columns.insert("protocol".to_owned(), json!(row.protocol));
    }
    json!({"op": "insert", "table": row.table(), "uuid": row.uuid(), "row": columns})
}

/// Deletes a row if it has this version. Without one, the row is gone already.
fn destroy(row: &Row, version: Option<&Uuid>) -> Vec<Value> {
    let Some(version) = version else { return Vec::new() };
    let (table, uuid) = (row.table(), row.uuid());
    vec![
        await_row(table, uuid, json!(["_version", "==", ["uuid", version]])),
        json!({"op": "delete", "table": table, "where": [this(uuid)]}),
    ]
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

fn this(row: Uuid) -> Value {
    json!(["_uuid", "==", ["uuid", row]])
}

fn ovsdb_map(map: &Map) -> Value {
    json!(["map", map.iter().collect::<Vec<_>>()])
}
