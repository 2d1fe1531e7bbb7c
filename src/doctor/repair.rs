//! The repairs that are safe to plan: each puts right what could never have worked, in rows of our
//! own or in options that OVN cannot read, and takes nothing away that answers.

use std::collections::{BTreeMap, BTreeSet};

use super::checks::{asked_for, flaw, is_truncated, option_types, put_right};
use super::finding::Finding;
use super::world::World;
use super::{Check, grammar};
use crate::model::name::HostArg;
use crate::model::snapshot::DnsRow;
use crate::model::zone::{Zone, marks_switch};
use crate::model::{address, dhcp};
use crate::plan::Plan;
use crate::plan::change::{Change, Column, Reference, Row};
use crate::plan::hosts::{Draft, Wanted};

/// The codes that [`plan`] mends, some of their findings at least.
pub const MENDED: &[&str] = &[
    "zone-orphaned",
    "key-never-matches",
    "value-truncated",
    "value-invalid",
    "pair-incomplete",
    "ptr-missing",
    "ptr-dangling",
    "ptr-differs",
    "dhcp-option-syntax",
    "search-domain-missing",
];

/// One plan for all that can be mended of what was found.
pub fn plan(world: &World, findings: &[(&'static Check, Finding)]) -> Plan {
    let found: Found = findings
        .iter()
        .filter(|(check, _)| MENDED.contains(&check.code))
        .map(|(check, finding)| (check.code, finding.subject.as_str(), finding.switch.as_deref()))
        .collect();
    let mut plan = Plan::default();
    for zone in &world.topology.zones {
        let names: Vec<&str> =
            zone.listed_by.iter().map(|index| world.topology.switches[*index].name()).collect();
        let has = |code: &str, subject: &str| {
            names.iter().any(|name| found.contains(&(code, subject, Some(*name))))
        };
        let is_orphan =
            |subject: &str| found.iter().any(|found| (found.0, found.1) == ("zone-orphaned", subject));
        match zone
            .listed_by
            .iter()
            .find(|index| marks_switch(zone.row, world.topology.switches[**index].switch))
        {
            Some(index) => records(world, *index, zone, &has, &mut plan),
            None if is_orphan(&zone.row.uuid.to_string()) => orphan(world, zone, &mut plan),
            None => {}
        }
    }
    options(world, &found, &mut plan);
    if !plan.changes.is_empty() {
        let codes: BTreeSet<&str> = found.iter().map(|(code, ..)| *code).collect();
        let codes: Vec<&str> = codes.into_iter().collect();
        plan.question = Some(format!("repair {}", codes.join(", ")));
    }
    plan
}

/// What was found: a code, its subject, and the switch it is about. A repair touches no other switch.
type Found<'a> = BTreeSet<(&'a str, &'a str, Option<&'a str>)>;

fn orphan(world: &World, zone: &Zone, plan: &mut Plan) {
    let row = zone.row;
    let home = zone.home.map(|index| &world.topology.switches[index]);
    let holds_all =
        |kept: &DnsRow| row.records.iter().all(|(key, value)| kept.records.get(key) == Some(value));
    match home {
        Some(network) => match network.own_zones().next() {
            None => plan.changes.push(Change::Refer(Reference::to_zone(network.switch, row.uuid))),
            Some(kept) if holds_all(kept) => {
                plan.changes.push(Change::Destroy(Row::Dns(row.clone())));
            }
            Some(_) => plan.warnings.push(format!(
                "the row {} stays: it has records that the zone of {} has not",
                row.uuid,
                network.name()
            )),
        },
        None if row.switch_mark().is_some_and(|mark| world.topology.named(mark).is_empty()) => {
            plan.changes.push(Change::Destroy(Row::Dns(row.clone())));
        }
        None => {}
    }
}

/// Puts the hosts of a zone right that were found wrong, and takes out what leads nowhere.
fn records(world: &World, index: usize, zone: &Zone, has: &dyn Fn(&str, &str) -> bool, plan: &mut Plan) {
    let row = zone.row;
    let mut hosts: BTreeSet<&str> = BTreeSet::new();
    let mut target = row.records.clone();
    let network = &world.topology.switches[index];
    // Where many hosts lack theirs, the finding is about the switch.
    let lacks_reverse = |name: &str| has("ptr-missing", name) || has("ptr-missing", network.name());
    let known = zone.hosts();
    for (name, host) in &known.by_name {
        let is_wrong = |key: &str| {
            ["key-never-matches", "value-truncated", "ptr-differs"].iter().any(|code| has(code, key))
                || has("value-invalid", key)
        };
        let of_host = has("pair-incomplete", name) || lacks_reverse(name);
        if of_host || host.keys().any(|(key, _)| is_wrong(key)) {
            hosts.insert(name);
        }
    }
    let single = network.own_zones().count() == 1;
    let mut draft = single.then(|| Draft::open(&world.topology, network).ok()).flatten();
    for name in hosts {
        let host = &known.by_name[name];
        let addresses = host.addresses();
        let values = host.names().map(|(_, value)| address::from_value(value));
        let mut values = values.filter(|addresses| !addresses.is_empty());
        let first = values.next();
        let agrees = values.all(|value| Some(value) == first);
        let wanted =
            HostArg::parse(name).ok().filter(|_| agrees && !addresses.is_empty()).map(|host_arg| Wanted {
                host: host_arg,
                addresses,
                replace: false,
                is_static: false,
                reverse: lacks_reverse(name),
                short: has("pair-incomplete", name) && host.short.is_empty(),
            });
        let is_done = match (&mut draft, &wanted) {
            (Some(draft), Some(wanted)) => draft.add(wanted).is_ok(),
            _ => false,
        };
        if !is_done {
            for (key, value) in host.keys() {
                entry(&mut target, key, value, has);
            }
        }
    }
    let drafted = draft.map(Draft::close).unwrap_or_default();
    for change in drafted.changes {
        match change {
            Change::Entry(entry) if entry.column == Column::DnsRecords => match entry.to {
                Some(to) => drop(target.insert(entry.key, to)),
                None => drop(target.remove(&entry.key)),
            },
            _ => {}
        }
    }
    for (key, value) in &known.dangling {
        let leads_nowhere =
            has("ptr-dangling", key) && row.records.get(key.as_ref()) == target.get(key.as_ref());
        match leads_nowhere {
            true => drop(target.remove(key.as_ref())),
            false => entry(&mut target, key, value, has),
        }
    }
    let keys: BTreeSet<&String> = row.records.keys().chain(target.keys()).collect();
    for key in keys {
        plan.set(Column::DnsRecords, row.uuid, Some(&row.records), key, target.get(key).map(String::as_str));
    }
}

/// Puts one key right by itself.
fn entry(target: &mut BTreeMap<String, String>, key: &str, value: &str, has: &dyn Fn(&str, &str) -> bool) {
    let is_flawed = (has("value-truncated", key) && is_truncated(key, value))
        || (has("value-invalid", key) && flaw(key, value).is_some());
    let right = match is_flawed {
        true => put_right(key, value),
        false => Some(value.to_owned()),
    };
    // A value of which nothing is left is left to the operator: the key names a host.
    let Some(right) = right else { return };
    if has("key-never-matches", key) {
        target.remove(key);
        target.entry(asked_for(key)).or_insert(right);
    } else if is_flawed {
        target.insert(key.to_owned(), right);
    }
}

fn options(world: &World, found: &Found, plan: &mut Plan) {
    let types = [option_types(world, false).0, option_types(world, true).0];
    let domains = world.topology.domains();
    for leases in &world.topology.leases {
        let row = leases.row;
        let names: Vec<&str> =
            leases.users.keys().map(|index| world.topology.switches[*index].name()).collect();
        let has = |code: &str, subject: &str| {
            names.iter().any(|name| found.contains(&(code, subject, Some(*name))))
        };
        let types = &types[usize::from(row.is_ipv4())];
        for flaw in grammar::flaws(&row.options, types, row.is_ipv4()) {
            if has("dhcp-option-syntax", &flaw.option) {
                let to = grammar::mended(&flaw.option, &row.options[&flaw.option], types);
                plan.set(Column::DhcpOptions, row.uuid, Some(&row.options), &flaw.option, to.as_deref());
            }
        }
        let users: Vec<usize> = leases.users.keys().copied().collect();
        let untold =
            ["domain_name", "domain_search_list"].iter().all(|option| !row.options.contains_key(*option));
        let ([index], true, true) = (&users[..], untold, row.is_ipv4()) else { continue };
        if let Some((domain, true)) = domains.get(index)
            && has("search-domain-missing", world.topology.switches[*index].name())
        {
            for option in ["domain_name", "domain_search_list"] {
                let value = dhcp::string(domain.as_str());
                plan.set(Column::DhcpOptions, row.uuid, Some(&row.options), option, Some(&value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{CASES, healthy};
    use super::super::{examine, find};
    use super::*;

    #[test]
    fn what_a_repair_promises_is_gone_afterwards() {
        for case in CASES.iter().filter(|case| case.subject.is_some() && MENDED.contains(&case.code)) {
            let mut facts = healthy();
            (case.change)(&mut facts);
            let check = [find(case.code).unwrap()];
            let plan = plan(&World::of(&facts), &examine(&facts, &check).findings);
            assert!(!plan.changes.is_empty() && plan.question.is_some(), "{}", case.code);
            plan.apply_to(facts.northbound.as_mut().unwrap());
            assert!(examine(&facts, &check).findings.is_empty(), "{}", case.code);
        }
    }

    #[test]
    fn what_was_not_found_is_not_touched() {
        let mut facts = healthy();
        let nb = facts.northbound.as_mut().unwrap();
        nb.dns[0].records.insert("Odd".into(), "10.0.0.10,10.0.0.11".into());
        assert_eq!(plan(&World::of(&facts), &[]).changes, vec![]);
    }
}
