//! Where a name is that a guest's switch does not answer: zones of other switches, and rows of other programs that the
//! switch does not list.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::lookup::Lookup;
use crate::model::snapshot::DnsRow;
use crate::model::topology::{Network, Topology};
use crate::plan::share;

/// A switch that has a name which another switch's guests do not get.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct Elsewhere {
    /// The switch.
    pub switch: String,
    /// The name that its zone has.
    pub name: String,
    /// The command after which the guest gets the name; `null` where qdns would refuse it.
    pub share: Option<String>,
    /// The row of another program that has the name for the guest's own switch, which does not list it; `null` for a
    /// zone of qdns.
    pub row: Option<String>,
    /// The program that the row belongs to; `null` for a zone of qdns.
    pub owner: Option<String>,
}

/// The zones that have a name of a lookup which is not answered, each once.
pub(super) fn elsewhere(topology: &Topology, network: &Network, lookup: &Lookup) -> Vec<Elsewhere> {
    if lookup.verdict().is_answered() {
        return Vec::new();
    }
    let names: BTreeSet<String> = lookup
        .queries
        .iter()
        .filter(|query| query.rows.is_empty())
        .map(|query| query.name.strip_suffix('.').unwrap_or(&query.name).to_ascii_lowercase())
        .collect();
    let others = topology.serving().filter(|(home, _)| home.index != network.index);
    let found = others.filter_map(|(home, zone)| {
        let name = names.iter().find(|name| zone.row.records.contains_key(*name))?;
        let is_possible = share::share(topology, home, &[network]).is_ok();
        let line = home.sharing_command("share", &[network]).filter(|_| is_possible);
        Some(Elsewhere {
            switch: home.name().to_owned(),
            name: name.clone(),
            share: line.map(|line| line.to_string()),
            row: None,
            owner: None,
        })
    });
    found.chain(unlisted(topology, network, &names)).collect()
}

/// The rows of other programs that are marked for a switch, have one of the names, and that the switch does not list.
fn unlisted(topology: &Topology, network: &Network, names: &BTreeSet<String>) -> Vec<Elsewhere> {
    let is_listed = |row: &DnsRow| network.rows.iter().any(|listed| listed.uuid == row.uuid);
    let is_marked =
        |row: &&DnsRow| row.foreign_switch() == Some(network.switch.name.as_str()) && !is_listed(row);
    let marked = topology.rows.dns.iter().filter(is_marked);
    let found = marked.filter_map(|row| {
        let name = names.iter().find(|name| row.records.contains_key(*name))?;
        Some(Elsewhere {
            switch: network.name().to_owned(),
            name: name.clone(),
            share: None,
            row: Some(row.uuid.to_string()),
            owner: Some(row.owner().name().to_owned()),
        })
    });
    found.collect()
}

impl Elsewhere {
    pub(super) fn message(&self) -> String {
        let Elsewhere { switch, name, share, row, owner } = self;
        if let (Some(row), Some(owner)) = (row, owner) {
            return format!("row {row} ({owner}) has {name}, but the switch does not list it");
        }
        match share {
            Some(share) => format!("{switch} has {name}; to answer it here too: {share}"),
            None => format!("{switch} has {name}"),
        }
    }
}
