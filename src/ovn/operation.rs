//! An operation of an OVSDB transaction (RFC 7047, section 5.2), which serializes as its JSON.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use uuid::Uuid;

use super::json::Datum;

/// Columns of a row with their values.
pub(super) type Columns<'v> = BTreeMap<&'static str, Datum<'v>>;
/// A column, a function of RFC 7047, section 5.1, such as `==`, and a value.
pub(super) type Condition<'v> = (&'static str, &'static str, Datum<'v>);

#[derive(Debug, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub(super) enum Operation<'v> {
    Select {
        table: &'static str,
        #[serde(rename = "where")]
        conditions: Vec<Condition<'v>>,
        /// Without any, all columns.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        columns: Vec<&'static str>,
    },
    Insert {
        table: &'static str,
        uuid: Uuid,
        row: Columns<'v>,
    },
    Delete {
        table: &'static str,
        #[serde(rename = "where")]
        conditions: [Condition<'v>; 1],
    },
    Mutate {
        table: &'static str,
        #[serde(rename = "where")]
        conditions: [Condition<'v>; 1],
        mutations: [(&'static str, &'static str, Datum<'v>); 1],
    },
    Wait {
        /// In milliseconds.
        timeout: u32,
        table: &'static str,
        #[serde(rename = "where")]
        conditions: Vec<Condition<'v>>,
        columns: [&'static str; 1],
        until: &'static str,
        rows: Vec<Columns<'v>>,
    },
    Comment {
        comment: &'v str,
    },
}

impl<'v> Operation<'v> {
    /// Aborts the transaction unless the rows that meet the conditions have exactly these values in the column.
    pub(super) fn wait(
        table: &'static str,
        conditions: Vec<Condition<'v>>,
        column: &'static str,
        values: impl IntoIterator<Item = Datum<'v>>,
    ) -> Self {
        let rows = values.into_iter().map(|value| Columns::from([(column, value)])).collect();
        Operation::Wait { timeout: 0, table, conditions, columns: [column], until: "==", rows }
    }

    /// Aborts the transaction unless the row exists and meets the condition.
    pub(super) fn wait_for(table: &'static str, row: Uuid, condition: Condition<'v>) -> Self {
        Operation::wait(table, vec![this(row), condition], "_uuid", [Datum::Uuid(row)])
    }

    /// Inserts into a set or map of a row, or deletes from it.
    pub(super) fn mutate(
        table: &'static str,
        row: Uuid,
        column: &'static str,
        mutator: &'static str,
        value: Datum<'v>,
    ) -> Self {
        Operation::Mutate { table, conditions: [this(row)], mutations: [(column, mutator, value)] }
    }
}

impl fmt::Display for Operation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// The condition that only this row meets.
pub(super) fn this(row: Uuid) -> Condition<'static> {
    ("_uuid", "==", Datum::Uuid(row))
}
