//! `zone-orphaned`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
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
    let destroy = || Fix::Change(vec![Change::Destroy(Row::Dns(row.clone()))]);
    let Some(home) = zone.home.map(|index| &input.topology.switches[index]) else {
        let finding = found(format!("the zone of {mark} is left over: there is no such switch")).fix(destroy());
        let finding = if mark.is_empty() { finding } else { finding.on(mark) };
        return finding.automatic_if(!mark.is_empty() && input.topology.named(mark).is_empty());
    };
    match home.own_zones().next() {
        None => found(format!("the zone of {mark} answers no query: the switch does not list it"))
            .on(home.name())
            .fix(Fix::Change(vec![Change::Refer(Reference::to_zone(home.switch, row.uuid))]))
            .automatic_if(true),
        Some(listed) => {
            found(format!("a second zone of {mark} answers no query: the switch lists another one"))
                .on(home.name())
                .seen("only_here", only_in(row, listed))
                .fix(destroy())
                .automatic_if(only_in(row, listed).is_empty())
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
    use crate::doctor::testing::*;
    use crate::model::marks::SWITCH_MARK;

    const ROW: &str = "00000000-0000-0000-0000-000000000007";

    pub const CASES: &[Case] = &[
        repaired(ROW, |facts| nb(facts).dns.push(row(7, (SWITCH_MARK, "gone"), &[("a", "10.0.0.9")]))),
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
}
