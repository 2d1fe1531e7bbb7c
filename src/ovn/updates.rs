//! Parses what ovsdb-client(1) `monitor` prints in JSON: for each transaction a table of the changed rows. A row has its
//! UUID, what happened to it (`initial`, `insert`, `delete`, or `old` followed by `new`), and the values of its columns.

use std::io::{BufReader, Read};

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_json::value::RawValue;
use uuid::Uuid;

/// The greatest number of changes that the receiver gets at once: the content of a large table is never in memory twice.
const CHUNK: usize = 1000;

/// A row that was added, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowChange {
    pub uuid: Uuid,
    /// Its values as JSON, separated by commas; `None` where the row was removed.
    pub values: Option<Box<str>>,
}

/// Changes of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    pub rows: Vec<RowChange>,
    /// Whether these are the last rows of a transaction, or of the content at the beginning.
    pub is_whole: bool,
}

/// Reads until the pipe is closed or the receiver returns false. `columns` are those that were asked for.
///
/// # Errors
/// The text is not what a monitor prints.
pub fn read(
    pipe: impl Read,
    columns: &str,
    receiver: &mut dyn FnMut(Update) -> bool,
) -> serde_json::Result<()> {
    let mut text = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, pipe));
    loop {
        let mut message = Message { columns, receiver, goes_on: true };
        match message.deserialize(&mut text) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) if error.is_eof() || error.is_io() => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

/// One printed table.
struct Message<'m> {
    columns: &'m str,
    receiver: &'m mut dyn FnMut(Update) -> bool,
    goes_on: bool,
}

impl Message<'_> {
    fn deserialize<'de, D: Deserializer<'de>>(&mut self, text: D) -> Result<bool, D::Error> {
        text.deserialize_map(self)
    }

    fn send(&mut self, rows: &mut Vec<RowChange>, is_whole: bool) {
        let rows = std::mem::take(rows);
        self.goes_on = self.goes_on && (self.receiver)(Update { rows, is_whole });
    }
}

impl<'de> Visitor<'de> for &mut Message<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a table of changed rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "data" => map.next_value_seed(Rows(self))?,
                "headings" => {
                    let headings: Vec<String> = map.next_value()?;
                    if headings.get(2..).map(|names| names.join(",")).as_deref() != Some(self.columns) {
                        let other = headings.join(",");
                        return Err(A::Error::invalid_value(Unexpected::Str(&other), &self.columns));
                    }
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        self.send(&mut Vec::new(), true);
        Ok(self.goes_on)
    }
}

struct Rows<'r, 'm>(&'r mut Message<'m>);

impl<'de> DeserializeSeed<'de> for Rows<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<(), D::Error> {
        text.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut rows = Vec::new();
        let mut changed = None;
        while let Some(row) = seq.next_element::<Row>()? {
            match row.action.as_str() {
                "old" => changed = Some(row.uuid::<A::Error>()?),
                "new" => {
                    let uuid =
                        changed.take().ok_or_else(|| A::Error::custom("a new row without an old one"))?;
                    rows.push(RowChange { uuid, values: Some(row.values) });
                }
                "delete" => rows.push(RowChange { uuid: row.uuid::<A::Error>()?, values: None }),
                "initial" | "insert" => {
                    rows.push(RowChange { uuid: row.uuid::<A::Error>()?, values: Some(row.values) });
                }
                other => return Err(A::Error::custom(format!("unknown action {other:?}"))),
            }
            if rows.len() >= CHUNK {
                self.0.send(&mut rows, false);
            }
        }
        self.0.send(&mut rows, false);
        Ok(())
    }
}

struct Row {
    /// Empty for `new`.
    uuid: String,
    action: String,
    values: Box<str>,
}

impl Row {
    fn uuid<E: serde::de::Error>(&self) -> Result<Uuid, E> {
        self.uuid.parse().map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        text.deserialize_seq(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a row")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Row, A::Error> {
        let missing = || A::Error::custom("a row without its UUID");
        let uuid = seq.next_element()?.ok_or_else(missing)?;
        let action = seq.next_element()?.ok_or_else(missing)?;
        let mut values = String::new();
        while let Some(value) = seq.next_element::<Box<RawValue>>()? {
            if !values.is_empty() {
                values.push(',');
            }
            values.push_str(value.get());
        }
        Ok(Row { uuid, action, values: values.into_boxed_str() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &str = "name,external_ids";
    const P1: &str = "7448fcf2-991f-41b7-8c3b-466c59b44165";
    const P2: &str = "9394422c-5661-4590-a4d0-61f150cc2966";

    fn table(rows: &str) -> String {
        format!(r#"{{"data":[{rows}],"headings":["row","action","name","external_ids"]}}"#) + "\n"
    }

    fn changes(text: &str) -> serde_json::Result<Vec<(String, Option<String>)>> {
        let mut found = Vec::new();
        read(text.as_bytes(), NAMES, &mut |update| {
            let rows = update.rows.into_iter();
            found.extend(rows.map(|row| (row.uuid.to_string(), row.values.map(String::from))));
            true
        })?;
        Ok(found)
    }

    #[test]
    fn rows_of_every_action_are_read() {
        let first = format!(r#"["{P1}","initial","p1",["map",[]]]"#);
        let second = format!(
            r#"["{P2}","insert","p2",["map",[]]],["{P1}","old",null,["map",[]]],["","new","p1",["map",[["x","y"]]]]"#
        );
        let third = format!(r#"["{P2}","delete","p2",["map",[]]]"#);
        let text = [table(&first), table(&second), table(&third)].concat();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            changes(&text).unwrap(),
            [
                (P1.to_owned(), some(r#""p1",["map",[]]"#)),
                (P2.to_owned(), some(r#""p2",["map",[]]"#)),
                (P1.to_owned(), some(r#""p1",["map",[["x","y"]]]"#)),
                (P2.to_owned(), None),
            ]
        );
    }

    #[test]
    fn a_large_table_comes_in_pieces_and_its_end_is_told() {
        let rows: Vec<String> = (0..2500_u128)
            .map(|n| format!(r#"["{}","initial","p{n}",["map",[]]]"#, Uuid::from_u128(n)))
            .collect();
        let mut pieces = Vec::new();
        read(table(&rows.join(",")).as_bytes(), NAMES, &mut |update| {
            pieces.push((update.rows.len(), update.is_whole));
            true
        })
        .unwrap();
        assert_eq!(pieces, [(1000, false), (1000, false), (500, false), (0, true)]);
    }

    #[test]
    fn other_columns_are_an_error_and_the_end_of_the_pipe_is_none() {
        assert!(changes(r#"{"data":[],"headings":["row","action","name"]}"#).is_err());
        assert!(changes("ovsdb-client: no").is_err());
        assert_eq!(changes(r#"{"data":[["#).unwrap(), []);
    }
}
