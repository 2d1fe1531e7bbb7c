//! `sb-records-differ`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::snapshot::Map;
use crate::model::southbound::ServedRow;
use crate::model::topology::Network;

pub(super) const CHECK: Check = Check {
    code: "sb-records-differ",
    title: "the southbound database has other names than the northbound one",
    category: Category::Delivery,
    severity: Severity::Error,
    needs: &[Need::Northbound, Need::Southbound],
    explanation: "ovn-controller answers from the southbound DNS table, which ovn-northd copies from the northbound \
        one (external_ids:dns_id names the row). Where the two differ, ovn-northd has not copied a change yet, or \
        another program wrote into the southbound database.",
    source: "ovn-sb(5), DNS; ovn-northd(8)",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let sb = input.southbound()?;
    let served: HashMap<Uuid, &ServedRow> =
        sb.dns.iter().filter_map(|row| Some((row.northbound?, row))).collect();
    let datapaths: HashMap<Uuid, Uuid> = sb.datapaths.iter().map(|(path, switch)| (*switch, *path)).collect();
    let mut findings = Vec::new();
    for network in &input.topology.switches {
        let rows = differences(network, &served, datapaths.get(&network.switch.uuid));
        if rows.is_empty() {
            continue;
        }
        let name = network.name();
        let message = format!("the names that OVN serves on {name} are not those of the northbound database");
        findings.push(repaired(input, Finding::new(name, message).on(name).seen("rows", rows)));
    }
    Ok(findings)
}

/// The rows of a switch that are not served as they are.
fn differences(network: &Network, served: &HashMap<Uuid, &ServedRow>, datapath: Option<&Uuid>) -> Vec<Value> {
    let mut differences = Vec::new();
    for row in network.rows.iter().filter(|row| !row.records.is_empty()) {
        let found = served
            .get(&row.uuid)
            .filter(|served| datapath.is_none_or(|datapath| served.datapaths.contains(datapath)));
        let keys = match found {
            None => BTreeMap::new(),
            Some(served) if served.records == row.records => continue,
            Some(served) => different(&row.records, &served.records),
        };
        differences.push(json!({ "row": row.uuid, "keys": keys }));
    }
    differences
}

/// The first keys whose values differ, each with both values.
fn different(northbound: &Map, served: &Map) -> BTreeMap<String, Value> {
    let keys: BTreeSet<&String> = northbound.keys().chain(served.keys()).collect();
    let differing = keys.into_iter().filter(|key| northbound.get(*key) != served.get(*key)).take(10);
    let both = |key: &String| json!({ "northbound": northbound.get(key), "served": served.get(key) });
    differing.map(|key| (key.clone(), both(key))).collect()
}

fn repaired(input: &Input, finding: Finding) -> Finding {
    match input.facts.northd.as_deref() {
        Ok("active") => finding.fix(Fix::shell("ovn-appctl", ["-t", "ovn-northd", "inc-engine/recompute"])),
        _ => input.repaired_by_northd(finding),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("net1", |facts| put(facts, "new", "10.0.0.12")),
        fires("net1", |facts| sb(facts).dns.clear()),
        fires("net1", |facts| sb(facts).dns[0].datapaths.clear()),
        passes(|facts| listed(facts, row(7, ("ls_name", "net1"), &[]))),
    ];
}
