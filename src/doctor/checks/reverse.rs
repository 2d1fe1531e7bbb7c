//! Whether reverse names lead to hosts that have the address.

use std::collections::HashSet;
use std::net::IpAddr;

use super::names::asked_for;
use super::values::flaw;
use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::served::Served;
use crate::doctor::{Category, Check, Need, Run};
use crate::model::address;
use crate::model::host::Host;
use crate::model::name::Hostname;
use crate::model::zone::Zone;

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
        run: Some(Run::Zone(missing)),
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
        run: Some(Run::Zone(dangling)),
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
        run: Some(Run::Zone(differs)),
    },
];

/// Each host by itself, or where they are many, the switch with all of them.
fn missing(served: &Served) -> Vec<Finding> {
    const MANY: usize = 5;
    let lacking = |host| Some((host, without(served.zone, host)?));
    let lacking: Vec<(&Host, Vec<IpAddr>)> = served.hosts().filter_map(lacking).collect();
    if lacking.len() > MANY {
        let first: Vec<&str> = lacking.iter().take(MANY).map(|(host, _)| host.name.as_ref()).collect();
        let message =
            format!("{} hosts have no reverse name, {} and others", lacking.len(), first.join(", "));
        let name = served.network.name();
        let words = ["doctor", name, "--only", "ptr-missing", "--fix"];
        let finding = served.found(name, message).seen("count", lacking.len());
        return vec![finding.seen("hosts", first).fix(Command::qdns(words))];
    }
    let found = lacking.into_iter().map(|(host, without)| {
        let without: Vec<String> = without.iter().map(ToString::to_string).collect();
        let message = format!("{} has no reverse name for {}", host.name, without.join(", "));
        let finding = served.found(&host.name, message).seen("addresses", without);
        finding.fix(served.add(host, &host.name, &host.addresses(), None))
    });
    found.collect()
}

/// The addresses of a host that have no reverse name at all, if there are any.
fn without(zone: &Zone, host: &Host) -> Option<Vec<IpAddr>> {
    let mut addresses = host.addresses();
    addresses.retain(|ip| !zone.row.records.contains_key(&address::reverse_name(*ip)));
    (!addresses.is_empty() && Hostname::parse(&host.name).is_ok()).then_some(addresses)
}

fn dangling(served: &Served) -> Vec<Finding> {
    if served.hosts.dangling.is_empty() {
        return Vec::new();
    }
    let others = served.network.rows.iter().filter(|row| row.uuid != served.zone.row.uuid);
    let elsewhere: HashSet<String> =
        others.flat_map(|row| row.records.keys().map(|key| asked_for(key))).collect();
    let dangling = served.hosts.dangling.iter();
    dangling
        .filter(|(key, value)| !elsewhere.contains(&asked_for(value)) && flaw(key, value).is_none())
        .map(|(key, value)| {
            let message = format!("{key} leads to {value}, which is not on {}", served.network.name());
            pointer(served, key, value, message)
        })
        .collect()
}

fn pointer(served: &Served, key: &str, value: &str, message: String) -> Finding {
    let row = served.zone.row.uuid;
    served
        .found(key, message)
        .seen("row", row)
        .seen("address", address::from_reverse_name(key).map(|ip| ip.to_string()))
        .seen("value", value)
        .fix(Command::entry("DNS", &row.to_string(), "records", key, value, None))
}

fn differs(served: &Served) -> Vec<Finding> {
    let mut findings = Vec::new();
    for host in served.hosts().filter(|host| !host.reverse.is_empty()) {
        let addresses = host.addresses();
        let is_other = |key: &str| !address::from_reverse_name(key).is_some_and(|ip| addresses.contains(&ip));
        for (key, value) in host.reverse.iter().filter(|(key, _)| is_other(key)) {
            let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            let has = if list.is_empty() { "no address".to_owned() } else { list.join(", ") };
            findings.push(pointer(served, key, value, format!("{key} leads to {value}, which has {has}")));
        }
    }
    findings
}
