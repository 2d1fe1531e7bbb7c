//! The rows of one table as the text that the database's client printed: parsed rows need three times the memory, and
//! only few are needed at once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use uuid::Uuid;

use crate::error::Result;
use crate::model::snapshot::Snapshot;
use crate::ovn::json::Table;
use crate::ovn::rows::fill;
use crate::ovn::updates::RowChange;

#[derive(Debug, Default)]
pub struct Rows(HashMap<Uuid, Box<str>>);

impl Rows {
    /// Applies a change; returns the row before it.
    pub fn apply(&mut self, change: RowChange) -> Option<Box<str>> {
        match change.values {
            Some(values) => self.0.insert(change.uuid, values),
            None => self.0.remove(&change.uuid),
        }
    }

    pub fn has(&self, uuid: Uuid) -> bool {
        self.0.contains_key(&uuid)
    }

    pub fn get(&self, uuid: Uuid) -> Option<&str> {
        self.0.get(&uuid).map(|values| &**values)
    }

    /// The rows whose text has one of these.
    pub fn with_text<'r>(&'r self, texts: &'r [String]) -> impl Iterator<Item = Uuid> + 'r {
        let has = |values: &str| texts.iter().any(|text| values.contains(text.as_str()));
        self.0.iter().filter(move |(_, values)| has(values)).map(|(uuid, _)| *uuid)
    }

    /// A value for the content of each row.
    pub fn prints(&self) -> impl Iterator<Item = (Uuid, u64)> {
        self.0.iter().map(|(uuid, values)| (*uuid, print(values)))
    }

    /// Adds those of these rows that exist to a snapshot.
    ///
    /// # Errors
    /// Garbage where a row does not consist of OVSDB values.
    pub fn fill(
        &self,
        snapshot: &mut Snapshot,
        table: &str,
        columns: &str,
        rows: impl IntoIterator<Item = Uuid>,
    ) -> Result<()> {
        let rows = rows.into_iter().filter_map(|uuid| Some((uuid, self.get(uuid)?)));
        parse(snapshot, table, columns, rows)
    }
}

/// A value for the content of a row.
pub fn print(values: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    values.hash(&mut hasher);
    hasher.finish()
}

/// Adds rows to a snapshot, given their values as JSON.
///
/// # Errors
/// Garbage where a row does not consist of OVSDB values.
pub fn parse<'r>(
    snapshot: &mut Snapshot,
    table: &str,
    columns: &str,
    rows: impl IntoIterator<Item = (Uuid, &'r str)>,
) -> Result<()> {
    let rows = rows.into_iter().map(|(uuid, values)| format!(r#"[["uuid","{uuid}"],{values}]"#));
    let rows = rows.collect::<Vec<_>>().join(",");
    if rows.is_empty() {
        return Ok(());
    }
    let headings: Vec<&str> = ["_uuid"].into_iter().chain(columns.split(',')).collect();
    let text = format!(r#"{{"headings":{},"data":[{rows}]}}"#, serde_json::json!(headings));
    fill(snapshot, table, &Table::parse(&text)?)
}
