//! `zone-duplicate`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::merge::Merge;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::snapshot::DnsRow;
use crate::model::topology::Network;
use crate::model::zone::zone_uuid;
use crate::plan::change::{Change, Reference, Row};

pub(super) const CHECK: Check = Check {
    code: "zone-duplicate",
    title: "a switch with several zones",
    category: Category::Zones,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "Two creators at once, or a script that does not look first, make two rows for one switch. Both \
        answer, a name that is in both is answered from either, and qdns refuses to choose one to write into.",
    source: "ovn-nb(5), DNS; lib/ovn-dns.c and controller/pinctrl.c look rows up in the order of a hash",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let mut findings = Vec::new();
    for network in &input.topology.switches {
        let zones: Vec<&DnsRow> = network.own_zones().collect();
        let Some(kept) = kept(network, &zones).filter(|_| zones.len() > 1) else { continue };
        let name = network.name();
        let message = format!("{name} has {} zones; {} stays", zones.len(), kept.uuid);
        let finding = Finding::new(name, message)
            .on(name)
            .seen("zones", zones.iter().map(|row| row.uuid.to_string()).collect::<Vec<_>>());
        let others = zones.iter().filter(|row| row.uuid != kept.uuid);
        findings.push(others.fold(finding, |finding, other| finding.fix(merge(network, kept, other))));
    }
    Ok(findings)
}

/// The zone that stays: the one that qdns made for the switch, else the one with most records.
fn kept<'r>(network: &Network, zones: &[&'r DnsRow]) -> Option<&'r DnsRow> {
    let own = zone_uuid(network.switch.uuid);
    let zones = || zones.iter().copied();
    zones().find(|row| row.uuid == own).or_else(|| zones().max_by_key(|row| (row.records.len(), row.uuid)))
}

/// Moves what only the second row has into the first, and destroys the second.
fn merge(network: &Network, kept: &DnsRow, other: &DnsRow) -> Fix {
    let mut changes = Merge::of(kept, other).changes;
    changes.push(Change::Unrefer(Reference::to_zone(network.switch, other.uuid)));
    changes.push(Change::Destroy(Row::Dns(other.clone())));
    Fix::Change(changes)
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;
    use crate::model::marks::SWITCH_MARK;

    pub const CASES: &[Case] = &[
        fires("net1", |facts| listed(facts, row(7, (SWITCH_MARK, "net1"), &[("a", "10.0.0.9")]))),
        passes(|facts| listed(facts, row(7, ("incus_switch", "x"), &[("a", "10.0.0.9")]))),
    ];
}
