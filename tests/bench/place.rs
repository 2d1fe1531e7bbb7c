//! Where pairs are measured: a target, one of its switches, and how they become rows.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::table::Row;
use super::target::Target;
use super::turns::{Patience, Way, medians};

const SWITCH_COLUMNS: &str = "--columns=_uuid,name,dns_records,other_config";
const ZONE_COLUMNS: &str = "--columns=_uuid,external_ids,records";

/// Where pairs are measured.
pub struct Place<'a> {
    pub target: &'a Target<'a>,
    /// A switch with a zone.
    pub switch: &'a str,
    pub patience: Patience,
    /// Whether the targets count here.
    pub is_judged: bool,
}

impl<'a> Place<'a> {
    /// qdns beside the cheapest of some bare ways, each with what it is.
    pub fn row(&self, qdns: &[&str], target: f64, bare: Vec<(&str, Way<'a>)>) -> Result<Row> {
        let (what, bare): (Vec<&str>, Vec<Way>) = bare.into_iter().unzip();
        let ours: Way = Box::new(|_| self.target.qdns(qdns).map(drop));
        let mut ways: Vec<Way> = std::iter::once(ours).chain(bare).collect();
        let (times, turns) = medians(self.patience, &mut ways, || Ok(()))?;
        let (bare, what) = times[1..].iter().zip(what).min().context("a bare way")?;
        let name = format!("`{}`", qdns.join(" ").replace(self.switch, "SWITCH"));
        let target = self.judged(target);
        Ok(Row { name, ours: times[0], bare: *bare, target, turns, what: what.to_owned() })
    }

    /// A ratio that must be reached, where such count.
    pub fn judged(&self, target: f64) -> Option<f64> {
        Some(target).filter(|_| self.is_judged)
    }

    /// What a command on one zone must know: the switch by its name and the zone by its mark.
    pub fn zone(&self) -> Query {
        Query::default()
            .then(&[SWITCH_COLUMNS, "find", "Logical_Switch", &format!("name={}", self.switch)])
            .then(&[ZONE_COLUMNS, "find", "DNS", &format!("external_ids:switch={}", self.switch)])
    }

    /// What a command on all zones must know.
    pub fn zones(&self) -> Query {
        Query::default().then(&[SWITCH_COLUMNS, "list", "Logical_Switch"]).then(&[
            ZONE_COLUMNS,
            "list",
            "DNS",
        ])
    }

    /// One run of ovn-nbctl.
    pub fn read(&self, query: &Query) -> Result<String> {
        self.target.nbctl(&query.0.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The same as a way.
    pub fn reading(&'a self, query: Query) -> Way<'a> {
        Box::new(move |_| self.read(&query).map(drop))
    }
}

/// The references in a column of the first table that was printed, each once.
pub fn references(printed: &str, column: &str) -> Result<Vec<String>> {
    let table: Value = serde_json::from_str(printed.lines().next().context("a table")?)?;
    let headings = table["headings"].as_array().context("headings")?;
    let index = headings
        .iter()
        .position(|heading| heading == column)
        .with_context(|| format!("no column {column}"))?;
    let mut found = Vec::new();
    for row in table["data"].as_array().context("rows")? {
        gather(&row[index], &mut found);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// The UUIDs of a value: one, or a set of them (RFC 7047, section 5.1).
fn gather(value: &Value, found: &mut Vec<String>) {
    match value.as_array().map(Vec::as_slice) {
        Some([tag, Value::String(uuid)]) if tag == "uuid" => found.push(uuid.clone()),
        Some(items) => items.iter().for_each(|item| gather(item, found)),
        None => {}
    }
}

/// The commands of one run of ovn-nbctl, which prints JSON: of its formats the cheapest.
#[derive(Clone)]
pub struct Query(Vec<String>);

impl Default for Query {
    fn default() -> Self {
        Query(vec!["--format=json".to_owned()])
    }
}

impl Query {
    /// One more `list` or `find`.
    pub fn then(mut self, command: &[&str]) -> Self {
        if self.0.len() > 1 {
            self.0.push("--".to_owned());
        }
        self.0.extend(command.iter().map(|word| (*word).to_owned()));
        self
    }
}
