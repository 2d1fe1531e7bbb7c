//! Parses the rows that OVN's clients print, with values as in RFC 7047, section 5.1. ovn-nbctl prints each table of
//! `list` and `find` as a line with headings, ovsdb-client prints each row of a `select` as an object. Values that are
//! written have the same form.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::process::LINE_MAX;
use crate::error::{Error, Kind, Result};
use crate::model::printable::escaped;
use crate::model::snapshot::Map;

/// One value of one column; strings are borrowed from the output.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum<'t> {
    Text(Cow<'t, str>),
    Number(f64),
    Bool(bool),
    /// A reference, or the row's own UUID.
    Uuid(Uuid),
    /// Any number of values but one: ovn-nbctl prints a set of one value as the value itself.
    Set(Vec<Datum<'t>>),
    Map(Vec<(Datum<'t>, Datum<'t>)>),
}

/// The output of one `list`, `find` or `select`. A row is parsed when it is used, so that the parsed rows of a large
/// table are never all in memory.
#[derive(Clone, Debug, Deserialize)]
pub struct Table<'t> {
    /// Empty where each row has its own column names.
    #[serde(default)]
    headings: Vec<String>,
    #[serde(borrow, alias = "rows")]
    data: Vec<&'t RawValue>,
}

impl<'t> Table<'t> {
    /// Whether a line is a table. Other lines are the UUID that `create` prints, and empty.
    pub fn is_one(line: &str) -> bool {
        line.starts_with('{')
    }

    /// # Errors
    /// Garbage if the line is not a table.
    pub fn parse(line: &'t str) -> Result<Self> {
        serde_json::from_str(line).map_err(|error| unreadable(&error, line))
    }

    /// Parses the lines that are tables.
    ///
    /// # Errors
    /// As [`Table::parse`].
    pub fn parse_all(stdout: &'t str) -> Result<Vec<Self>> {
        stdout.lines().filter(|line| Self::is_one(line)).map(Self::parse).collect()
    }

    /// # Errors
    /// Garbage for each row that does not consist of OVSDB values.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Result<Row<'_>>> {
        self.data.iter().map(|data| {
            let row = if self.headings.is_empty() {
                serde_json::from_str(data.get()).map(Row::Named)
            } else {
                serde_json::from_str(data.get())
                    .map(|values| Row::Listed { headings: &self.headings, values })
            };
            row.map_err(|error| unreadable(&error, data.get()))
        })
    }
}

/// Collects without spare capacity: there are hundreds of thousands of rows.
fn collected<T>(set: &[Datum], find: impl Fn(&Datum) -> Option<T>) -> Vec<T> {
    let mut found = Vec::with_capacity(set.len());
    found.extend(set.iter().filter_map(find));
    found
}

fn unreadable(error: &serde_json::Error, text: &str) -> Error {
    if text.len() >= LINE_MAX {
        let message = format!("a table of the database is larger than {} GiB", LINE_MAX >> 30);
        return Error::new(Kind::Garbage, message)
            .hint("find the row with the large value: ovn-nbctl --columns=_uuid,name list TABLE");
    }
    let beginning: String = text.chars().take(120).collect();
    garbage("the output of OVN's client is not its JSON").said(format!("{error}: {}", escaped(&beginning)))
}

/// The error for output that ovn-nbctl does not print.
pub(super) fn garbage(message: impl Into<String>) -> Error {
    Error::new(Kind::Garbage, message)
        .hint("check which program runs: qdns -v shows the command, --ovn-nbctl names another one")
}

#[derive(Clone, Debug)]
pub enum Row<'t> {
    /// The values in the order of the table's headings.
    Listed {
        headings: &'t [String],
        values: Vec<Datum<'t>>,
    },
    Named(Columns<'t>),
}

/// The columns of a row with their names.
#[derive(Clone, Debug)]
pub struct Columns<'t>(Vec<(Cow<'t, str>, Datum<'t>)>);

impl Row<'_> {
    fn get(&self, column: &str) -> Option<&Datum<'_>> {
        match self {
            Row::Listed { headings, values } => {
                let index = headings.iter().position(|heading| heading == column)?;
                values.get(index)
            }
            Row::Named(Columns(columns)) => {
                columns.iter().find(|(name, _)| name == column).map(|(_, value)| value)
            }
        }
    }

    /// A column of at most one string; empty if the column or the string is absent.
    pub fn text(&self, column: &str) -> String {
        self.set(column).iter().find_map(Datum::text).unwrap_or_default()
    }

    pub fn texts(&self, column: &str) -> Vec<String> {
        collected(self.set(column), |datum| datum.text())
    }

    pub fn uuids(&self, column: &str) -> Vec<Uuid> {
        collected(self.set(column), |datum| datum.uuid())
    }

    /// A column of at most one reference.
    pub fn reference(&self, column: &str) -> Option<Uuid> {
        self.set(column).first().and_then(Datum::uuid)
    }

    pub fn number(&self, column: &str) -> Option<f64> {
        self.set(column).iter().find_map(|datum| match datum {
            Datum::Number(number) => Some(*number),
            _ => None,
        })
    }

    /// A column of one integer; 0 if it is absent.
    pub fn integer(&self, column: &str) -> i64 {
        self.number(column).unwrap_or_default() as i64
    }

    /// # Errors
    /// Garbage if the row has no `_uuid`.
    pub fn uuid(&self) -> Result<Uuid> {
        self.reference("_uuid").ok_or_else(|| garbage("OVN's client printed a row without its _uuid"))
    }

    pub fn map(&self, column: &str) -> Map {
        match self.get(column) {
            Some(Datum::Map(pairs)) => {
                pairs.iter().filter_map(|(key, value)| Some((key.text()?, value.text()?))).collect()
            }
            _ => Map::new(),
        }
    }

    fn set(&self, column: &str) -> &[Datum<'_>] {
        match self.get(column) {
            Some(Datum::Set(items)) => items,
            Some(single) => std::slice::from_ref(single),
            None => &[],
        }
    }
}

impl<'t> Datum<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Datum::Text(Cow::Borrowed(text))
    }

    pub(super) fn of_map(map: &'t Map) -> Self {
        Datum::Map(map.iter().map(|(key, value)| (Datum::of(key), Datum::of(value))).collect())
    }

    fn uuid(&self) -> Option<Uuid> {
        if let Datum::Uuid(uuid) = self { Some(*uuid) } else { None }
    }

    fn text(&self) -> Option<String> {
        match self {
            Datum::Text(text) => Some(text.to_string()),
            Datum::Uuid(uuid) => Some(uuid.to_string()),
            Datum::Number(number) => Some(number.to_string()),
            Datum::Bool(value) => Some(value.to_string()),
            Datum::Set(_) | Datum::Map(_) => None,
        }
    }
}

impl Serialize for Datum<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Datum::Text(text) => serializer.serialize_str(text),
            Datum::Number(number) => serializer.serialize_f64(*number),
            Datum::Bool(value) => serializer.serialize_bool(*value),
            Datum::Uuid(uuid) => ("uuid", uuid).serialize(serializer),
            Datum::Set(items) => ("set", items).serialize(serializer),
            Datum::Map(pairs) => ("map", pairs).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Columns<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(ColumnsVisitor)
    }
}

struct ColumnsVisitor;

impl<'de> Visitor<'de> for ColumnsVisitor {
    type Value = Columns<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row as an object (RFC 7047, section 5.1)")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Columns<'de>, A::Error> {
        let mut columns = Vec::new();
        while let Some((Name(name), value)) = map.next_entry()? {
            columns.push((name, value));
        }
        Ok(Columns(columns))
    }
}

/// A column's name; serde borrows a `Cow` only where an attribute asks for it.
#[derive(Deserialize)]
struct Name<'t>(#[serde(borrow)] Cow<'t, str>);

impl<'de> Deserialize<'de> for Datum<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(DatumVisitor)
    }
}

struct DatumVisitor;

impl<'de> Visitor<'de> for DatumVisitor {
    type Value = Datum<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an OVSDB value (RFC 7047, section 5.1)")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> std::result::Result<Datum<'de>, E> {
        Ok(Datum::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Datum<'de>, E> {
        Ok(Datum::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Datum<'de>, E> {
        Ok(Datum::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Datum<'de>, E> {
        Ok(Datum::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Datum<'de>, E> {
        Ok(Datum::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Datum<'de>, E> {
        Ok(Datum::Number(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Datum<'de>, A::Error> {
        let missing = || A::Error::custom("a tagged value ends early");
        let tag: &str = seq.next_element()?.ok_or_else(missing)?;
        match tag {
            "uuid" | "named-uuid" => seq.next_element()?.map(Datum::Uuid),
            "set" => seq.next_element()?.map(Datum::Set),
            "map" => seq.next_element()?.map(Datum::Map),
            _ => return Err(A::Error::custom(format!("unknown tag {tag:?}"))),
        }
        .ok_or_else(missing)
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> std::result::Result<Datum<'de>, A::Error> {
        Err(A::Error::custom("an object where an OVSDB value was expected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fuzzing::fuzz;
    use crate::model::snapshot::Snapshot;
    use crate::ovn::rows::fill;
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
        let row = tables[0].rows().next().unwrap().unwrap();
        assert_eq!(row.text("name"), "net1");
        assert_eq!(row.map("records")["a.b"], "10.0.0.1");
        assert_eq!(row.texts("addresses"), ["x", "y"]);
        assert_eq!(row.uuids("dns_records").len(), 1);
        assert_eq!(row.number("tag"), Some(7.0));
        assert_eq!(row.text("absent"), "");
    }

    #[test]
    fn rows_with_their_own_column_names_are_read() {
        let uuid = "153380f9-4e26-47b3-b1fe-ccac06c67718";
        let printed =
            format!(r#"{{"rows":[{{"_uuid":["uuid","{uuid}"],"name":"n\t1","ports":["set",[]]}}]}}"#);
        let table = Table::parse(&printed).unwrap();
        let row = table.rows().next().unwrap().unwrap();
        assert_eq!((row.text("name").as_str(), row.uuids("ports").len()), ("n\t1", 0));
        assert_eq!(row.uuid().unwrap().to_string(), uuid);
    }

    #[test]
    fn a_value_that_ovsdb_does_not_have_is_an_error_of_its_row() {
        let table = Table::parse(r#"{"data":[["a"],[{"b":1}]],"headings":["name"]}"#).unwrap();
        let rows: Vec<bool> = table.rows().map(|row| row.is_ok()).collect();
        assert_eq!(rows, [true, false]);
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

    #[test]
    fn fuzz_rows_that_ovn_nbctl_prints() {
        const TABLES: [&str; 13] = [
            "Logical_Switch",
            "DNS",
            "Logical_Switch_Port",
            "DHCP_Options",
            "Logical_Router",
            "Logical_Router_Port",
            "Load_Balancer",
            "NAT",
            "ACL",
            "NB_Global",
            "Port_Group",
            "Address_Set",
            "Load_Balancer_Group",
        ];
        const PORT_ROW: &str = concat!(
            r#"{"data":[[["uuid","153380f9-4e26-47b3-b1fe-ccac06c67718"],"web","",["set",["0a:00:00:00:00:01 10.0.0.10","#,
            r#""dynamic"]],["set",[]],["map",[["vm-name","web"]]],true,["set",[]]]],"headings":["_uuid","name","type","#,
            r#""addresses","dynamic_addresses","external_ids","up","enabled"]}"#,
        );
        let words = &["[\"uuid\",", "[\"set\",[", "[\"map\",[[", "data", "headings", "_uuid", "external_ids"];
        fuzz(&[CAPTURED, PORT_ROW], words, |text| {
            let Ok(tables) = Table::parse_all(text) else { return };
            for (table, name) in tables.iter().flat_map(|table| TABLES.map(|name| (table, name))) {
                let _ = fill(&mut Snapshot::default(), name, table);
            }
        });
    }
}
