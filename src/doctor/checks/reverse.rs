//! Whether reverse names lead to hosts that have the address.

use std::collections::HashSet;
use std::net::IpAddr;

use super::names::hosts;
use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::world::{World, ZoneOf};
use crate::doctor::{Category, Check, Need, Outcome};
use crate::model::address;
use crate::model::host::Host;
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

/// Each host by itself, or where they are many, the switch with all of them.
fn missing(world: &World) -> Outcome {
    const MANY: usize = 5;
    let mut findings = Vec::new();
    for (index, zone) in world.serving() {
        let lacking = zone.hosts.by_name.values().filter_map(|host| Some((host, lacking(zone, host)?)));
        let lacking: Vec<(&Host, Vec<IpAddr>)> = lacking.collect();
        let (name, switch) = (world.switches[index].name(), world.word(index));
        if lacking.len() > MANY {
            let first: Vec<&str> = lacking.iter().take(MANY).map(|(host, _)| host.name.as_ref()).collect();
            let message =
                format!("{} hosts have no reverse name, {} and others", lacking.len(), first.join(", "));
            let words = ["doctor", &switch, "--only", "ptr-missing", "--fix"];
            findings.push(
                Finding::new(name, message)
                    .on(name)
                    .seen("count", lacking.len())
                    .seen("hosts", first)
                    .fix(Command::qdns(words)),
            );
            continue;
        }
        findings.extend(lacking.into_iter().map(|(host, without)| {
            let without: Vec<String> = without.iter().map(ToString::to_string).collect();
            let words = ["record", "add", &switch, &host.name].map(str::to_owned);
            let words = words.into_iter().chain(host.addresses().into_iter().map(|ip| ip.to_string()));
            let message = format!("{} has no reverse name for {}", host.name, without.join(", "));
            Finding::new(host.name.as_ref(), message)
                .on(name)
                .seen("addresses", without)
                .fix(Command::qdns(words))
        }));
    }
    Ok(findings)
}

/// The addresses of a host that have no reverse name at all, if there are any.
fn lacking(zone: &ZoneOf, host: &Host) -> Option<Vec<IpAddr>> {
    let mut addresses = host.addresses();
    addresses.retain(|ip| !zone.row.records.contains_key(&address::reverse_name(*ip)));
    (!addresses.is_empty() && Hostname::parse(&host.name).is_ok()).then_some(addresses)
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
