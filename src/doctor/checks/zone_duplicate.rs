//! `zone-duplicate`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::{Fix, entry};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::host::host_name;
use crate::model::marks::HostMark;
use crate::model::snapshot::DnsRow;
use crate::model::topology::Network;
use crate::model::zone::{domain_of, zone_uuid};
use crate::plan::change::{Change, Column, Reference, Row};

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
    let moved = other.records.iter().filter(|(key, _)| !kept.records.contains_key(*key));
    let mut changes: Vec<Change> = moved
        .map(|(key, value)| entry(Column::DnsRecords, kept.uuid, &kept.records, key, Some(value)))
        .collect();
    // Without its marks a static host would become one that clean-up removes.
    let marks = other.external_ids.iter().filter(|(key, _)| {
        let host = HostMark::of_key(key).map(|(_, host)| host);
        let is_moved = host.is_some_and(|host| !has_host(kept, host) && has_host(other, host));
        is_moved && !kept.external_ids.contains_key(*key)
    });
    changes.extend(
        marks.map(|(key, value)| entry(Column::DnsMarks, kept.uuid, &kept.external_ids, key, Some(value))),
    );
    changes.push(Change::Unrefer(Reference::to_zone(network.switch, other.uuid)));
    changes.push(Change::Destroy(Row::Dns(other.clone())));
    Fix::Change(changes)
}

fn has_host(row: &DnsRow, host: &str) -> bool {
    let domain = domain_of(row);
    row.records.keys().any(|key| host_name(key, &domain) == host)
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
