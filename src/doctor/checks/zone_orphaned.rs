//! `zone-orphaned`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::merge::Merge;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::shell::CommandLine;
use crate::model::snapshot::DnsRow;
use crate::model::zone::Zone;
use crate::plan::change::{Change, Reference, Row};

pub(super) const CHECK: Check = Check {
    code: "zone-orphaned",
    title: "a zone that no switch lists",
    category: Category::Zones,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "Logical_Switch:dns_records is a weak reference: deleting a switch leaves its DNS row in the database, \
        and a program that writes the whole column (Neutron does) drops the reference to our row. `ovn-nbctl list DNS` \
        still shows the row, and no guest gets an answer from it.",
    source: "ovn-nb(5), Logical_Switch:dns_records; RFC 7047, section 3.2",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let orphans = input.topology.zones.iter().filter(|zone| zone.listed_by.is_empty());
    Ok(orphans.map(|zone| finding(input, zone)).collect())
}

fn finding(input: &Input, zone: &Zone) -> Finding {
    let row = zone.row;
    let mark = row.switch_mark().unwrap_or_default();
    let found = |message: String| {
        Finding::new(row.uuid.to_string(), message).seen("records", row.records.len()).seen("mark", mark)
    };
    let destroy = || Change::Destroy(Row::Dns(row.clone()));
    let Some(home) = zone.home.map(|index| &input.topology.switches[index]) else {
        let is_deleted = !mark.is_empty() && input.topology.named(mark).is_empty();
        let finding = found(format!("the zone of {mark} is left over: there is no such switch"));
        let finding = if mark.is_empty() { finding } else { finding.on(mark) };
        return if row.records.is_empty() {
            finding.fix(Fix::Change(vec![destroy()])).automatic_if(is_deleted)
        } else {
            // It may have hosts that exist nowhere else: the command asks, and shows how to restore them.
            let remove = CommandLine::qdns(["zone", "rm"]).value(mark);
            finding.fix(is_deleted.then(|| Fix::qdns(&remove)))
        };
    };
    match home.own_zones().next() {
        None => found(format!("the zone of {mark} answers no query: the switch does not list it"))
            .on(home.name())
            .fix(Fix::Change(vec![Change::Refer(Reference::to_zone(home.switch, row.uuid))]))
            .automatic_if(true),
        Some(listed) => {
            let Merge { mut changes, lost } = Merge::of(listed, row);
            let is_whole = changes.is_empty();
            changes.push(destroy());
            found(format!("a second zone of {mark} answers no query: the switch lists another one"))
                .on(home.name())
                .seen("only_here", only_in(row, listed))
                .fix(lost.is_empty().then_some(Fix::Change(changes)))
                .automatic_if(is_whole)
        }
    }
}

/// The keys that another row does not have with the same value.
fn only_in<'r>(row: &'r DnsRow, other: &DnsRow) -> Vec<&'r str> {
    let keys = row.records.iter().filter(|(key, value)| other.records.get(*key) != Some(value));
    keys.map(|(key, _)| key.as_str()).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::testing::*;
    use crate::model::marks::SWITCH_MARK;

    const ROW: &str = "00000000-0000-0000-0000-000000000007";

    pub const CASES: &[Case] = &[
        // The records exist nowhere else.
        fires(ROW, |facts| nb(facts).dns.push(row(7, (SWITCH_MARK, "gone"), &[("a", "10.0.0.9")]))),
        repaired(ROW, |facts| nb(facts).dns.push(row(7, (SWITCH_MARK, "gone"), &[]))),
        repaired(ROW, |facts| {
            other_switch(facts);
            nb(facts).dns.push(row(7, (SWITCH_MARK, "net2"), &[("a", "10.0.0.9")]));
        }),
        repaired(ROW, |facts| {
            let zone = nb(facts).dns[0].records["web"].clone();
            nb(facts).dns.push(row(7, (SWITCH_MARK, "net1"), &[("web", &zone)]));
        }),
        // The record exists nowhere else.
        fires(ROW, |facts| nb(facts).dns.push(row(7, (SWITCH_MARK, "net1"), &[("a", "10.0.0.9")]))),
        passes(|facts| nb(facts).dns.push(row(7, ("ls_name", "gone"), &[]))),
    ];

    /// A switch was deleted and made again, and got a new zone.
    fn second_zone(records: &[(&str, &str)]) -> Vec<Change> {
        let finding = found(&CHECK, |facts| {
            let mut left = row(7, (SWITCH_MARK, "net1"), records);
            left.external_ids.insert("qdns-static-nas".into(), "true".into());
            nb(facts).dns.push(left);
        });
        match &finding[0].fixes[..] {
            [Fix::Change(changes)] => changes.clone(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn hosts_that_only_the_second_zone_has_move_with_their_marks() {
        let changes = second_zone(&[("nas", "10.0.0.250"), ("web", "10.0.0.10 fd00::10")]);
        let keys: Vec<&str> = changes
            .iter()
            .filter_map(|change| match change {
                Change::Entry(entry) => Some(entry.key.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(keys, ["nas", "qdns-static-nas"]);
        assert!(matches!(changes.last(), Some(Change::Destroy(_))));
    }

    #[test]
    fn a_second_zone_with_other_addresses_is_not_destroyed() {
        assert_eq!(second_zone(&[("nas", "10.0.0.250"), ("web", "10.0.0.77")]), []);
    }
}
