//! What `ovn-nbctl --format=json list|find` prints: one object a line, each a table (RFC 7047,
//! section 5.1, as values).

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use uuid::Uuid;

use crate::error::{Error, Kind, Result};
use crate::model::snapshot::Map;

/// One value of one column.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    /// A string.
    Text(String),
    /// An integer or a real.
    Number(f64),
    /// A boolean.
    Bool(bool),
    /// A reference, or the row's own UUID.
    Uuid(Uuid),
    /// Several values, or none. A set of one is printed as the bare value.
    Set(Vec<Datum>),
    /// Key-value pairs.
    Map(Vec<(Datum, Datum)>),
}

/// The rows of one `list` or `find`.
#[derive(Clone, Debug, Deserialize)]
pub struct Table {
    headings: Vec<String>,
    data: Vec<Vec<Datum>>,
}

impl Table {
    /// Parses the lines of an answer that are tables; other lines (the UUID that `create` prints,
    /// empty ones) are passed over.
    ///
    /// # Errors
    /// Garbage, where a line that begins like a table is none.
    pub fn parse_all(stdout: &str) -> Result<Vec<Table>> {
        stdout
            .lines()
            .filter(|line| line.starts_with('{'))
            .map(|line| {
                serde_json::from_str(line).map_err(|error| {
                    Error::new(Kind::Garbage, "ovn-nbctl answered something that is not its JSON")
                        .cause(format!("{error}: {}", line.chars().take(120).flat_map(char::escape_debug).collect::<String>()))
                        .hint("check which program answers: qdns -v shows the command; --ovn-nbctl names another one")
                })
            })
            .collect()
    }

    /// The rows, each with its columns by name.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.data.iter().map(|data| Row { headings: &self.headings, data })
    }
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    headings: &'a [String],
    data: &'a [Datum],
}

impl<'a> Row<'a> {
    fn get(&self, column: &str) -> Option<&'a Datum> {
        let index = self.headings.iter().position(|heading| heading == column)?;
        self.data.get(index)
    }

    /// A column of at most one string; empty where it is absent.
    pub fn text(&self, column: &str) -> String {
        self.texts(column).into_iter().next().unwrap_or_default()
    }

    /// A column of strings.
    pub fn texts(&self, column: &str) -> Vec<String> {
        self.set(column).filter_map(Datum::text).collect()
    }

    /// A column of references.
    pub fn uuids(&self, column: &str) -> Vec<Uuid> {
        self.set(column)
            .filter_map(|datum| match datum {
                Datum::Uuid(uuid) => Some(*uuid),
                _ => None,
            })
            .collect()
    }

    /// A column of one integer.
    pub fn number(&self, column: &str) -> Option<f64> {
        self.set(column).find_map(|datum| match datum {
            Datum::Number(number) => Some(*number),
            _ => None,
        })
    }

    /// The row's own UUID.
    ///
    /// # Errors
    /// Garbage, where the row has none.
    pub fn uuid(&self) -> Result<Uuid> {
        self.uuids("_uuid")
            .first()
            .copied()
            .ok_or_else(|| Error::new(Kind::Garbage, "ovn-nbctl printed a row without its _uuid"))
    }

    /// A column of key-value pairs.
    pub fn map(&self, column: &str) -> Map {
        match self.get(column) {
            Some(Datum::Map(pairs)) => {
                pairs.iter().filter_map(|(key, value)| Some((key.text()?, value.text()?))).collect()
            }
            _ => Map::new(),
        }
    }

    fn set(&self, column: &str) -> impl Iterator<Item = &'a Datum> {
        match self.get(column) {
            Some(Datum::Set(items)) => items.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => &[],
        }
        .iter()
    }
}

impl Datum {
    fn text(&self) -> Option<String> {
        match self {
            Datum::Text(text) => Some(text.clone()),
            Datum::Uuid(uuid) => Some(uuid.to_string()),
            Datum::Number(number) => Some(number.to_string()),
            Datum::Bool(value) => Some(value.to_string()),
            Datum::Set(_) | Datum::Map(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(DatumVisitor)
    }
}

struct DatumVisitor;

impl<'de> Visitor<'de> for DatumVisitor {
    type Value = Datum;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an OVSDB value (RFC 7047, section 5.1)")
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Datum, E> {
        Ok(Datum::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Datum, E> {
        Ok(Datum::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Datum, E> {
        Ok(Datum::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Datum, E> {
        Ok(Datum::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Datum, E> {
        Ok(Datum::Number(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Datum, A::Error> {
        let missing = || A::Error::custom("a tagged value ends early");
        let tag: String = seq.next_element()?.ok_or_else(missing)?;
        match tag.as_str() {
            "uuid" | "named-uuid" => seq.next_element()?.map(Datum::Uuid),
            "set" => seq.next_element()?.map(Datum::Set),
            "map" => seq.next_element()?.map(Datum::Map),
            _ => return Err(A::Error::custom(format!("unknown tag {tag:?}"))),
        }
        .ok_or_else(missing)
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> std::result::Result<Datum, A::Error> {
        Err(A::Error::custom("an object where an OVSDB value was expected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CAPTURED: &str = concat!(
        "22222222-2222-5222-8222-222222222222\n",
        r#"{"data":[[["uuid","153380f9-4e26-47b3-b1fe-ccac06c67718"],"net1",["map",[["a.b","10.0.0.1"]]],"#,
        r#"["set",["x","y"]],["uuid","11111111-1111-5111-8111-111111111111"],7]],"#,
        r#""headings":["_uuid","name","records","addresses","dns_records","tag"]}"#,
        "\n"
    );

    #[test]
    fn captured_output_is_read() {
        let tables = Table::parse_all(CAPTURED).unwrap();
        let row = tables[0].rows().next().unwrap();
        assert_eq!(row.text("name"), "net1");
        assert_eq!(row.map("records")["a.b"], "10.0.0.1");
        assert_eq!(row.texts("addresses"), ["x", "y"]);
        assert_eq!(row.uuids("dns_records").len(), 1);
        assert_eq!(row.number("tag"), Some(7.0));
        assert_eq!(row.text("absent"), "");
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_and_never_a_panic(text in "\\PC{0,200}", cut in 0..CAPTURED.len()) {
            let _ = Table::parse_all(&format!("{{{text}"));
            let _ = Table::parse_all(&format!("{{{text}}}"));
            if let Some(part) = CAPTURED.get(37..cut) && part.len() > 1 && cut < CAPTURED.len() - 1 {
                prop_assert!(Table::parse_all(part).is_err());
            }
        }
    }
}
