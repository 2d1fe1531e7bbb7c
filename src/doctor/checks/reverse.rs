//! Whether reverse names lead to hosts that have the address.

use std::collections::HashSet;

use super::names::hosts;
use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::world::World;
use crate::doctor::{Category, Check, Need, Outcome};
use crate::model::address;
use crate::model::name::Hostname;

const NB: &[Need] = &[Need::Northbound];

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "ptr-missing",
        title: "an address without a reverse name",
        category: Category::Reverse,
        severity: Severity::Info,
        needs: NB,
        explanation: "Programs that log names (sshd, web servers, databases) ask for the reverse name of a peer. \
            Without one the query goes to the forwarders, which do not know private addresses, and may take \
            seconds to say so.",
        source: "RFC 1035, section 3.5; RFC 6303, section 4",
        run: Some(missing),
    },
    Check {
        code: "ptr-dangling",
        title: "a reverse name that leads to no host",
        category: Category::Reverse,
        severity: Severity::Warning,
        needs: NB,
        explanation: "The name behind the address is not on this switch. A program that checks a peer's name \
            forwards and backwards (sshd, mail servers) refuses it or waits for the forwarders.",
        source: "RFC 1912, section 2.1",
        run: Some(dangling),
    },
    Check {
        code: "ptr-differs",
        title: "a reverse name that leads to a host with other addresses",
        category: Category::Reverse,
        severity: Severity::Warning,
        needs: NB,
        explanation: "The address belongs to somebody else by now, but its reverse name still says the host that \
            had it: logs name the wrong machine, and a check forwards and backwards fails.",
        source: "RFC 1912, section 2.1",
        run: Some(differs),
    },
];

fn missing(world: &World) -> Outcome {
    Ok(hosts(world)
        .filter_map(|(index, zone, host)| {
            Hostname::parse(&host.name).ok()?;
            let addresses = host.addresses();
            let has_none =
                |ip: &&std::net::IpAddr| !zone.row.records.contains_key(&address::reverse_name(**ip));
            let without: Vec<String> = addresses.iter().filter(has_none).map(ToString::to_string).collect();
            if without.is_empty() {
                return None;
            }
            let words = ["record", "add", &world.word(index), &host.name].map(str::to_owned);
            let words = words.into_iter().chain(addresses.iter().map(ToString::to_string));
            Some(
                Finding::new(
                    &host.name,
                    format!("{} has no reverse name for {}", host.name, without.join(", ")),
                )
                .on(world.switches[index].name())
                .seen("addresses", without)
                .fix(Command::qdns(words)),
            )
        })
        .collect())
}

fn dangling(world: &World) -> Outcome {
    let mut findings = Vec::new();
    for (index, zone) in world.serving().filter(|(_, zone)| !zone.hosts.dangling.is_empty()) {
        let network = &world.switches[index];
        let others = network.rows.iter().filter(|row| row.uuid != zone.row.uuid);
        let elsewhere: HashSet<String> =
            others.flat_map(|row| row.records.keys().map(|key| super::names::asked_for(key))).collect();
        for (key, value) in &zone.hosts.dangling {
            if elsewhere.contains(&super::names::asked_for(value))
                || super::values::flaw(key, value).is_some()
            {
                continue;
            }
            findings.push(pointer(
                world,
                index,
                zone.row.uuid,
                key,
                value,
                format!("{key} leads to {value}, which is not on {}", network.name()),
            ));
        }
    }
    Ok(findings)
}

fn pointer(world: &World, index: usize, row: uuid::Uuid, key: &str, value: &str, message: String) -> Finding {
    let address = address::from_reverse_name(key).map(|ip| ip.to_string());
    Finding::new(key, message)
        .on(world.switches[index].name())
        .seen("row", row)
        .seen("address", address)
        .seen("value", value)
        .fix(Command::entry("DNS", &row.to_string(), "records", key, value, None))
}

fn differs(world: &World) -> Outcome {
    let mut findings = Vec::new();
    for (index, zone, host) in hosts(world).filter(|(_, _, host)| !host.reverse.is_empty()) {
        let addresses = host.addresses();
        for (key, value) in &host.reverse {
            let address = address::from_reverse_name(key);
            if address.is_some_and(|address| addresses.contains(&address)) {
                continue;
            }
            let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            findings.push(pointer(
                world,
                index,
                zone.row.uuid,
                key,
                value,
                format!(
                    "{key} leads to {value}, which has {}",
                    if list.is_empty() { "no address".to_owned() } else { list.join(", ") }
                ),
            ));
        }
    }
    Ok(findings)
}
