//! The switches that have a name which a guest's own switch does not answer.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::lookup::Lookup;
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
        })
    });
    found.collect()
}

impl Elsewhere {
    pub(super) fn message(&self) -> String {
        let Elsewhere { switch, name, share } = self;
        match share {
            Some(share) => format!("{switch} has {name}; to answer it here too: {share}"),
            None => format!("{switch} has {name}"),
        }
    }
}
