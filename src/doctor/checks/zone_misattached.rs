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
    title: "a zone that its switch does not list answers elsewhere",
    category: Category::Zones,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "external_ids:switch names the switch whose names a zone has, its home. Other switches may list the zone \
        too. Where only others list it, the home's guests do not get their own names. A switch that was renamed, and one \
        that was deleted while others shared its zone, look the same.",
    source: "ovn-nb(5), Logical_Switch:dns_records",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    Ok(input.topology.zones.iter().filter_map(|zone| finding(input, zone)).collect())
}

/// A zone that answers elsewhere than on the switch that its mark names. Other switches may share a zone that its
/// home lists.
fn finding(input: &Input, zone: &Zone) -> Option<Finding> {
    let row = zone.row;
    let home = zone.home.map(|index| &input.topology.switches[index]);
    let is_right = home.is_some_and(|home| zone.is_attached() && marks_switch(row, home.switch));
    let listed_by: Vec<&Network> =
        zone.listed_by.iter().map(|index| &input.topology.switches[*index]).collect();
    let first = listed_by.first().filter(|_| !is_right)?;
    let names: Vec<&str> = listed_by.iter().map(|network| network.name()).collect();
    let mark = row.switch_mark().unwrap_or_default();
    let message = format!("a zone that is marked for {mark} answers on {}", names.join(" and "));
    Some(
        Finding::new(row.uuid.to_string(), message)
            .on(home.filter(|_| zone.is_attached()).unwrap_or(first).name())
            .seen("mark", mark)
            .seen("attached_to", names.join(", "))
            .seen("hosts", zone.hosts().by_name.len())
            .fix(fix(input, zone, home, first)),
    )
}

/// The home of the zone lists it too; a zone whose home was renamed or deleted becomes that of the switch that lists
/// it. `None` where that switch has a zone already: no switch loses names that it resolves now.
fn fix(input: &Input, zone: &Zone, home: Option<&Network>, first: &Network) -> Option<Fix> {
    let row = zone.row;
    let has_none = |network: &Network| network.own_zones().next().is_none();
    let changes = match home {
        Some(home) if !zone.is_attached() => {
            has_none(home).then(|| Change::Refer(Reference::to_zone(home.switch, row.uuid)))
        }
        None if !input.topology.named(row.switch_mark().unwrap_or_default()).is_empty() => None,
        home => {
            let owner = home.unwrap_or(first);
            let mark =
                || entry(Column::DnsMarks, row.uuid, &row.external_ids, SWITCH_MARK, Some(owner.name()));
            has_none(owner).then(mark)
        }
    };
    changes.map(|change| Fix::Change(vec![change]))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::model::marks::SWITCH_MARK;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("00000000-0000-0000-0000-000000000007", |facts| {
            other_switch(facts);
            listed(facts, row(7, (SWITCH_MARK, "net2"), &[("a", "10.0.0.9")]));
        }),
        // net2 was deleted, and net1 shared its zone.
        fires("00000000-0000-0000-0000-000000000007", |facts| {
            listed(facts, row(7, (SWITCH_MARK, "net2"), &[("a", "10.0.0.9")]));
        }),
        passes(|facts| mark(facts, SWITCH_MARK, &uuid(1).to_string())),
        // net2 shares the zone of net1.
        passes(|facts| {
            other_switch(facts);
            let zone = nb(facts).dns[0].uuid;
            nb(facts).switches[1].dns_records.push(zone);
        }),
    ];
}
