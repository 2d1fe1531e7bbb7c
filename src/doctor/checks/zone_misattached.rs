//! `zone-misattached`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::{Fix, entry};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::marks::SWITCH_MARK;
use crate::model::topology::Network;
use crate::model::zone::{Zone, marks_switch};
use crate::plan::change::{Change, Column, Reference};

pub(super) const CHECK: Check = Check {
    code: "zone-misattached",
    title: "a switch lists the zone of another switch",
    category: Category::Zones,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "external_ids:switch names the switch whose names a zone has. Where another switch lists the zone, its \
        guests get the names of a network that they may not reach. A switch that was renamed looks the same.",
    source: "ovn-nb(5), Logical_Switch:dns_records",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let mut findings = Vec::new();
    for zone in &input.topology.zones {
        for network in zone.listed_by.iter().map(|index| &input.topology.switches[*index]) {
            if marks_switch(zone.row, network.switch) {
                continue;
            }
            let (mark, name) = (zone.row.switch_mark().unwrap_or_default(), network.name());
            let message = format!("a zone that is marked for {mark} answers on {name}");
            findings.push(
                Finding::new(zone.row.uuid.to_string(), message)
                    .on(name)
                    .seen("mark", mark)
                    .seen("attached_to", name)
                    .seen("hosts", zone.hosts().by_name.len())
                    .fix(fix(input, zone, network)),
            );
        }
    }
    Ok(findings)
}

/// A renamed switch gets its zone's mark; another switch no longer lists the zone, and its home does, where the home
/// has no zone.
fn fix(input: &Input, zone: &Zone, network: &Network) -> Fix {
    let row = zone.row;
    let has_none = |network: &Network| network.own_zones().next().is_none();
    let is_renamed = zone.home == Some(network.index);
    if is_renamed && has_none(network) {
        return Fix::Change(vec![entry(
            Column::DnsMarks,
            row.uuid,
            &row.external_ids,
            SWITCH_MARK,
            Some(network.name()),
        )]);
    }
    let mut changes = vec![Change::Unrefer(Reference::to_zone(network.switch, row.uuid))];
    let home = zone.home.filter(|_| !is_renamed).map(|index| &input.topology.switches[index]);
    if let Some(home) = home.filter(|home| has_none(home)) {
        changes.push(Change::Refer(Reference::to_zone(home.switch, row.uuid)));
    }
    Fix::Change(changes)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("00000000-0000-0000-0000-000000000007", |facts| {
            other_switch(facts);
            listed(facts, row(7, (SWITCH_MARK, "net2"), &[("a", "10.0.0.9")]));
        }),
        passes(|facts| mark(facts, SWITCH_MARK, &uuid(1).to_string())),
    ];
}
