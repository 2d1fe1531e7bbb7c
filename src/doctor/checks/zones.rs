//! Whether each switch has the one zone that is meant for it.

use std::collections::BTreeSet;

use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::world::World;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::snapshot::DnsRow;
use crate::model::topology::Network;
use crate::model::zone::{marks_switch, zone_uuid};
use crate::ovn::quote;

const NB: &[Need] = &[Need::Northbound];

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "zone-missing",
        title: "a switch with guests has no zone",
        category: Category::Zones,
        severity: Severity::Info,
        needs: NB,
        explanation: "Names resolve on a switch only if one of its dns_records holds them. A switch whose names \
            somebody else keeps (Neutron, LXD, Incus) needs no zone of ours.",
        source: "ovn-nb(5), Logical_Switch:dns_records",
        run: Some(Run::World(missing)),
    },
    Check {
        code: "zone-orphaned",
        title: "a zone that no switch refers to",
        category: Category::Zones,
        severity: Severity::Error,
        needs: NB,
        explanation: "Logical_Switch:dns_records is a weak reference: deleting a switch leaves its DNS row \
            behind, and a program that writes the whole column (Neutron does) drops ours. The row is there, \
            ovn-nbctl list DNS shows it, and no guest gets an answer from it.",
        source: "ovn-nb(5), Logical_Switch:dns_records; RFC 7047, section 3.2",
        run: Some(Run::World(orphaned)),
    },
    Check {
        code: "zone-duplicate",
        title: "a switch with several zones",
        category: Category::Zones,
        severity: Severity::Error,
        needs: NB,
        explanation: "Two creators at once, or a script that creates without looking, leave two rows for one \
            switch. Both answer, but a name that is in both is answered from either, and qdns will not write \
            into one of several.",
        source: "ovn-nb(5), DNS; lib/ovn-dns.c and controller/pinctrl.c look rows up in the order of a hash",
        run: Some(Run::World(duplicate)),
    },
    Check {
        code: "zone-misattached",
        title: "a zone on another switch than it is marked for",
        category: Category::Zones,
        severity: Severity::Error,
        needs: NB,
        explanation: "external_ids:switch names the switch a zone is for. Attached to another one, it gives that \
            switch's guests the names of a network they may not reach. A switch that was renamed looks the same.",
        source: "ovn-nb(5), Logical_Switch:dns_records",
        run: Some(Run::World(misattached)),
    },
    Check {
        code: "zone-empty",
        title: "a zone without records",
        category: Category::Zones,
        severity: Severity::Info,
        needs: NB,
        explanation: "ovn-northd makes the responder's flows only for switches that have at least one record: \
            with an empty zone every query goes to the forwarders.",
        source: "ovn-northd(8), Ingress Table: DNS Lookup",
        run: Some(Run::World(empty)),
    },
];

fn missing(world: &World) -> Outcome {
    let without = world.topology.switches.iter().filter(|network| network.rows.is_empty());
    Ok(without
        .filter_map(|network| {
            let guests = network.guests().count();
            let name = network.name();
            (guests > 0).then(|| {
                Finding::new(name, format!("{name} has {guests} guest ports and no zone: no name resolves"))
                    .on(name)
                    .seen("guest_ports", guests)
                    .fix(Command::qdns(["zone", "create", name]))
            })
        })
        .collect())
}

fn orphaned(world: &World) -> Outcome {
    let orphans = world.topology.zones.iter().filter(|zone| zone.listed_by.is_empty());
    Ok(orphans
        .map(|zone| {
            let row = zone.row;
            let uuid = row.uuid.to_string();
            let mark = row.switch_mark().unwrap_or_default();
            let home = zone.home;
            let finding = Finding::new(&uuid, "").seen("records", row.records.len()).seen("mark", mark);
            let destroy = Command::nbctl(["destroy", "DNS", &uuid]);
            let said = |message: String, finding: Finding| Finding { message, ..finding };
            match home.map(|index| &world.topology.switches[index]) {
                Some(network) if network.own_zones().next().is_none() => said(
                    format!("the zone of {mark} answers nobody: the switch does not refer to it"),
                    finding.on(network.name()).fix(attach(network, row)),
                ),
                Some(network) => said(
                    format!("a second zone of {mark} answers nobody: the switch refers to another one"),
                    finding.on(network.name()).fix(destroy),
                ),
                None => said(
                    format!("the zone of {mark} is left over: there is no such switch"),
                    match mark {
                        "" => finding,
                        _ => finding.on(mark),
                    }
                    .fix(destroy),
                ),
            }
        })
        .collect())
}

fn attach(network: &Network, row: &DnsRow) -> Command {
    let switch = network.switch.uuid.to_string();
    Command::nbctl(["add", "Logical_Switch", &switch, "dns_records", &row.uuid.to_string()])
}

fn duplicate(world: &World) -> Outcome {
    let mut findings = Vec::new();
    for network in &world.topology.switches {
        let zones: Vec<&DnsRow> = network.own_zones().collect();
        if zones.len() < 2 {
            continue;
        }
        let own = zone_uuid(network.switch.uuid);
        let kept = zones.iter().find(|row| row.uuid == own).copied();
        let Some(kept) =
            kept.or_else(|| zones.iter().copied().max_by_key(|row| (row.records.len(), row.uuid)))
        else {
            continue;
        };
        let name = network.name();
        let mut finding =
            Finding::new(name, format!("{name} has {} zones; {} stays", zones.len(), kept.uuid))
                .on(name)
                .seen("zones", zones.iter().map(|row| row.uuid.to_string()).collect::<Vec<_>>());
        for row in zones.iter().filter(|row| row.uuid != kept.uuid) {
            finding = finding.fix(merge(network, kept, row));
        }
        findings.push(finding);
    }
    Ok(findings)
}

/// Moves what only the second row has into the first, and destroys the second.
fn merge(network: &Network, kept: &DnsRow, other: &DnsRow) -> Command {
    let (switch, kept_uuid, other_uuid) =
        (network.switch.uuid.to_string(), kept.uuid.to_string(), other.uuid.to_string());
    let mut args: Vec<String> = Vec::new();
    let moved = other.records.iter().filter(|(key, _)| !kept.records.contains_key(*key));
    let pairs: Vec<String> = moved.map(|(key, value)| quote::pair(key, value)).collect();
    if !pairs.is_empty() {
        args.extend(["add", "DNS", &kept_uuid, "records"].map(str::to_owned));
        args.extend(pairs);
        args.push("--".to_owned());
    }
    args.extend(["remove", "Logical_Switch", &switch, "dns_records", &other_uuid].map(str::to_owned));
    args.extend(["--", "destroy", "DNS", &other_uuid].map(str::to_owned));
    Command::nbctl(args)
}

fn misattached(world: &World) -> Outcome {
    let mut findings = Vec::new();
    for (zone, index) in
        world.topology.zones.iter().flat_map(|zone| zone.listed_by.iter().map(move |index| (zone, *index)))
    {
        let network = &world.topology.switches[index];
        let (row, name) = (zone.row, network.name());
        if marks_switch(row, network.switch) {
            continue;
        }
        let mark = row.switch_mark().unwrap_or_default();
        let (switch, uuid) = (network.switch.uuid.to_string(), row.uuid.to_string());
        let mut fix = ["remove", "Logical_Switch", &switch, "dns_records", &uuid].map(str::to_owned).to_vec();
        let is_renamed = zone.home == Some(index);
        match zone.home.map(|home| &world.topology.switches[home]) {
            _ if is_renamed && network.own_zones().next().is_none() => {
                fix = ["set", "DNS", &uuid].map(str::to_owned).to_vec();
                fix.push(format!("external_ids:switch={}", quote::string(name)));
            }
            Some(home) if !is_renamed && home.own_zones().next().is_none() => {
                let home = home.switch.uuid.to_string();
                fix.extend(["--", "add", "Logical_Switch", &home, "dns_records", &uuid].map(str::to_owned));
            }
            _ => {}
        }
        findings.push(
            Finding::new(&uuid, format!("a zone that is marked for {mark} answers on {name}"))
                .on(name)
                .seen("mark", mark)
                .seen("attached_to", name)
                .seen("hosts", zone.hosts().by_name.len())
                .fix(Command::nbctl(fix)),
        );
    }
    Ok(findings)
}

fn empty(world: &World) -> Outcome {
    let is_silent =
        |index: &usize| world.topology.switches[*index].rows.iter().all(|row| row.records.is_empty());
    let empty: BTreeSet<usize> =
        world.topology.serving().map(|(network, _)| network.index).filter(is_silent).collect();
    Ok(empty
        .into_iter()
        .map(|index| {
            let network = &world.topology.switches[index];
            let name = network.name();
            let finding =
                Finding::new(name, format!("the zone of {name} has no records, so nothing answers"))
                    .on(name)
                    .seen("other_rows", network.rows.len() - 1);
            let guest = network.guests().find_map(|port| {
                let address = port.guest_addresses().first()?.to_string();
                Some([port.guest_name(None)?.to_owned(), address])
            });
            match guest {
                Some([guest, address]) => {
                    finding.fix(Command::qdns(["record", "add", name, &guest, &address]))
                }
                None => finding,
            }
        })
        .collect())
}
