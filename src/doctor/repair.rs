//! `--fix`: the automatic fixes, applied one after another to a copy of the database; the plan is what became
//! different.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::Check;
use super::finding::Finding;
use super::fix::{Fix, HostFix};
use super::input::Input;
use crate::model::snapshot::Snapshot;
use crate::model::topology::Topology;
use crate::plan::Plan;
use crate::plan::change::{Change, Column, Reference, Row};
use crate::plan::draft::Draft;

/// One plan for all that is repaired of what was found.
pub fn plan(input: &Input, findings: &[(&'static Check, Finding)]) -> Plan {
    let first = input.topology.rows;
    let automatic = || findings.iter().filter(|(_, finding)| finding.is_automatic);
    if automatic().next().is_none() {
        return Plan::default();
    }
    let mut working = first.clone();
    let mut hosts: BTreeMap<Uuid, Vec<&HostFix>> = BTreeMap::new();
    for fix in automatic().flat_map(|(_, finding)| &finding.fixes) {
        match fix {
            Fix::Change(changes) => apply(changes, &mut working),
            // Hosts come last and together, so that each switch's zone is read once.
            Fix::Host(fix) => hosts.entry(fix.switch).or_default().push(fix),
            Fix::Shell(_) => {}
        }
    }
    for plan in host_plans(&working, &hosts) {
        plan.apply_to(&mut working);
    }
    let mut plan = difference(first, &working);
    if !plan.changes.is_empty() {
        let codes: BTreeSet<&str> = automatic().map(|(check, _)| check.code).collect();
        let codes: Vec<&str> = codes.into_iter().collect();
        plan.question = Some(format!("repair {}", codes.join(", ")));
    }
    plan
}

/// Applies changes, unless an earlier fix took away what they start from.
fn apply(changes: &[Change], working: &mut Snapshot) {
    let is_possible = changes.iter().all(|change| match change {
        Change::Entry(entry) => {
            let map = entry.column.of(working, entry.row);
            map.is_some_and(|map| map.get(&entry.key) == entry.from.as_ref())
        }
        _ => true,
    });
    if is_possible {
        Plan { changes: changes.to_vec(), ..Plan::default() }.apply_to(working);
    }
}

/// For each switch the plan that makes its hosts what they must be. A host that its zone refuses stays as it is.
fn host_plans(working: &Snapshot, hosts: &BTreeMap<Uuid, Vec<&HostFix>>) -> Vec<Plan> {
    let topology = Topology::of(working);
    let of_switch = |(switch, fixes): (&Uuid, &Vec<&HostFix>)| {
        let network = topology.network(*switch).ok()?;
        let mut draft = Draft::open(&topology, network).ok()?;
        for fix in fixes {
            let _ = fix.apply(&mut draft);
        }
        Some(draft.close())
    };
    hosts.iter().filter_map(of_switch).collect()
}

/// The plan that leads from one state of the database to another, as far as fixes change it.
fn difference(first: &Snapshot, last: &Snapshot) -> Plan {
    let mut plan = Plan::default();
    let rows = |snapshot: &'_ Snapshot| -> BTreeMap<Uuid, usize> {
        snapshot.dns.iter().enumerate().map(|(index, row)| (row.uuid, index)).collect()
    };
    let (before, after) = (rows(first), rows(last));
    for (switch, changed) in first.switches.iter().zip(&last.switches) {
        let row = |uuid: &Uuid| before.get(uuid).map(|index| &first.dns[*index]);
        let (old, new) = (&switch.dns_records, &changed.dns_records);
        let gone = old.iter().filter(|uuid| !new.contains(uuid)).filter_map(row);
        plan.changes.extend(gone.map(|row| Change::Unrefer(Reference::to_zone(switch, row.uuid))));
        let added = new.iter().filter(|uuid| !old.contains(uuid)).filter_map(row);
        plan.changes.extend(added.map(|row| Change::Refer(Reference::to_zone(switch, row.uuid))));
    }
    for row in &first.dns {
        match after.get(&row.uuid).map(|index| &last.dns[*index]) {
            None => plan.changes.push(Change::Destroy(Row::Dns(row.clone()))),
            Some(changed) => {
                for (column, old, new) in [
                    (Column::DnsRecords, &row.records, &changed.records),
                    (Column::DnsMarks, &row.external_ids, &changed.external_ids),
                ] {
                    if old != new {
                        plan.set_all(column, row.uuid, Some(old), new.clone());
                    }
                }
            }
        }
    }
    for (row, changed) in first.dhcp_options.iter().zip(&last.dhcp_options) {
        for (column, old, new) in [
            (Column::DhcpOptions, &row.options, &changed.options),
            (Column::DhcpMarks, &row.external_ids, &changed.external_ids),
        ] {
            if old != new {
                plan.set_all(column, row.uuid, Some(old), new.clone());
            }
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::super::{checks, examine};
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::model::marks::SWITCH_MARK;

    fn fix_everything(change: impl FnOnce(&mut Facts)) -> (Plan, Facts) {
        let mut facts = healthy();
        change(&mut facts);
        let all: Vec<&Check> = checks::all().collect();
        let plan = plan(&Input::of(&facts), &examine(&facts, &all).findings);
        plan.apply_to(nb(&mut facts));
        (plan, facts)
    }

    #[test]
    fn what_was_not_found_is_not_touched() {
        let mut facts = healthy();
        put(&mut facts, "Odd", "10.0.0.10,10.0.0.11");
        assert_eq!(plan(&Input::of(&facts), &[]), Plan::default());
    }

    #[test]
    fn several_findings_about_one_host_are_one_repair() {
        let (plan, facts) = fix_everything(|facts| {
            records(facts).retain(|key, _| !key.contains("web") && key != "10.0.0.10.in-addr.arpa");
            put(facts, "WEB", "10.0.0.10,fd00::10");
            put(facts, "99.0.0.10.in-addr.arpa", "web.internal");
        });
        assert_eq!(
            plan.question.as_deref(),
            Some("repair key-never-matches, pair-incomplete, ptr-differs, ptr-missing, value-truncated")
        );
        assert_eq!(facts.northbound, healthy().northbound);
    }

    #[test]
    fn a_zone_is_attached_before_its_hosts_are_repaired() {
        let (plan, facts) = fix_everything(|facts| {
            nb(facts).switches[0].dns_records.clear();
            put(facts, "WEB", "10.0.0.10");
        });
        assert!(matches!(plan.changes[..], [Change::Refer(_)]), "{plan:?}");
        let all: Vec<&Check> = checks::all().collect();
        let second = super::plan(&Input::of(&facts), &examine(&facts, &all).findings);
        assert_eq!(second.entries().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["WEB"]);
    }

    #[test]
    fn a_key_that_never_answered_takes_no_reverse_name() {
        let (_, mut facts) = fix_everything(|facts| {
            records(facts).remove("10.0.0.10.in-addr.arpa");
            put(facts, "WEB2.internal", "10.0.0.10");
        });
        assert_eq!(records(&mut facts)["10.0.0.10.in-addr.arpa"], "web.internal");
        assert_eq!(records(&mut facts)["web2"], "10.0.0.10");
    }

    #[test]
    fn a_switch_with_two_zones_is_left_to_the_operator() {
        let (plan, _) = fix_everything(|facts| {
            listed(facts, row(7, (SWITCH_MARK, "net1"), &[("a", "10.0.0.9")]));
            records(facts).remove("web");
        });
        assert_eq!(plan.changes, vec![]);
    }
}
