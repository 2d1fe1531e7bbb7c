//! Whether the keys of zones can be asked for at all.

use std::collections::{BTreeMap, HashMap};

use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::served::Served;
use crate::doctor::world::World;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::address;
use crate::model::host::{Host, host_name};
use crate::model::name::{Hostname, RESERVED, suggestion};
use crate::model::snapshot::DnsRow;
use crate::model::topology::Network;

const NB: &[Need] = &[Need::Northbound];

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "name-shadowed",
        title: "the same name in two rows of one switch",
        category: Category::Records,
        severity: Severity::Error,
        needs: NB,
        explanation: "A switch may have several DNS rows, of several owners. They are not merged: ovn-controller \
            walks the rows of the datapath in the order of a hash and answers from the first that has the key, so \
            which address a guest gets is chance.",
        source: "controller/pinctrl.c, pinctrl_handle_dns_lookup; controller/ovn-dns.c",
        run: Some(Run::World(shadowed)),
    },
    Check {
        code: "key-never-matches",
        title: "capital letters or a trailing dot in a key",
        category: Category::Records,
        severity: Severity::Error,
        needs: NB,
        explanation: "ovn-controller lowers the case of the name that is asked for, takes it without a trailing \
            dot, and compares it byte by byte with the keys. A key with a capital letter or a trailing dot is \
            never found.",
        source: "controller/pinctrl.c, pinctrl_handle_dns_lookup (dns_build_a_answer and before)",
        run: Some(Run::World(never_matches)),
    },
    Check {
        code: "name-invalid",
        title: "a name that is no hostname",
        category: Category::Records,
        severity: Severity::Warning,
        needs: NB,
        explanation: "OVN serves any key. Resolvers and programs do not take any name: RFC 1123 allows a-z, 0-9 \
            and hyphen, at most 63 of them, in one label; an underscore or a dot too many makes a name that \
            some guests refuse, and that qdns cannot group with its domain.",
        source: "RFC 1123, section 2.1; RFC 1035, section 2.3.4",
        run: Some(Run::Zone(invalid)),
    },
    Check {
        code: "name-reserved",
        title: "a name with another meaning",
        category: Category::Records,
        severity: Severity::Warning,
        needs: NB,
        explanation: "Some names are answered by the resolver itself (localhost), belong to the network (gateway, \
            dns), or hand a guest's traffic to whoever holds them (wpad, isatap).",
        source: "RFC 6761; RFC 5214; systemd-resolved.service(8)",
        run: Some(Run::Zone(reserved)),
    },
];

fn shadowed(world: &World) -> Outcome {
    let mut findings = Vec::new();
    for network in world.topology.switches.iter().filter(|network| network.rows.len() > 1) {
        let mut holders: HashMap<&str, Vec<&DnsRow>> = HashMap::new();
        for row in &network.rows {
            for key in row.records.keys() {
                holders.entry(key).or_default().push(row);
            }
        }
        let shared: BTreeMap<&str, Vec<&DnsRow>> =
            holders.into_iter().filter(|(_, rows)| rows.len() > 1).collect();
        for (key, rows) in shared {
            let name = network.name();
            let owners: Vec<serde_json::Value> = rows
                .iter()
                .map(|row| serde_json::json!({ "row": row.uuid, "owner": row.owner().name(), "value": row.records[key] }))
                .collect();
            let message = format!("{key} is in {} rows of {name}; which one answers is chance", rows.len());
            findings.push(
                Finding::new(key, message).on(name).seen("rows", owners).fix(unshadow(network, key, &rows)),
            );
        }
    }
    Ok(findings)
}

/// Takes the name out of our rows, but for one where all are ours.
fn unshadow(network: &Network, key: &str, rows: &[&DnsRow]) -> Option<Command> {
    let ours: Vec<&&DnsRow> = rows.iter().filter(|row| row.is_ours()).collect();
    let spare = if ours.len() == rows.len() { &ours[1..] } else { &ours[..] };
    let only_zone = network.own_zones().count() == 1;
    match spare {
        [row] if only_zone && !address::is_reverse_name(key) => {
            let domain = crate::model::zone::domain_of(row);
            Some(Command::qdns(["record", "rm", network.name(), &host_name(key, &domain)]))
        }
        [row, ..] => {
            Some(Command::entry("DNS", &row.uuid.to_string(), "records", key, &row.records[key], None))
        }
        [] => None,
    }
}

/// The key as a guest asks for it.
pub(in crate::doctor) fn asked_for(key: &str) -> String {
    key.strip_suffix('.').unwrap_or(key).to_lowercase()
}

fn never_matches(world: &World) -> Outcome {
    let mut findings = Vec::new();
    for network in &world.topology.switches {
        for row in &network.rows {
            for (key, value) in &row.records {
                let right = asked_for(key);
                if right == *key {
                    continue;
                }
                let name = network.name();
                let uuid = row.uuid.to_string();
                let why = if key.ends_with('.') { "a trailing dot" } else { "capital letters" };
                let free = !row.records.contains_key(&right);
                let finding =
                    Finding::new(key, format!("{key} is never found: it has {why}; guests ask for {right}"))
                        .on(name)
                        .seen("row", &uuid)
                        .seen("owner", row.owner().name())
                        .seen("value", value);
                let to = free.then_some((right.as_str(), value.as_str()));
                let fix = row.is_ours().then(|| Command::entry("DNS", &uuid, "records", key, value, to));
                findings.push(finding.fix(fix));
            }
        }
    }
    Ok(findings)
}

fn why_reserved(host: &Host) -> Option<&'static str> {
    RESERVED.iter().find(|(name, _)| *name == host.name).map(|(_, why)| *why)
}

fn invalid(served: &Served) -> Vec<Finding> {
    let find = |host: &Host| {
        let refused = Hostname::parse(&host.name).and_then(|name| name.fqdn(&served.zone.domain).map(|_| ()));
        Some(rename(served, host, refused.err()?.message))
    };
    served.hosts().filter(|host| why_reserved(host).is_none()).filter_map(find).collect()
}

fn reserved(served: &Served) -> Vec<Finding> {
    let reserved = served.hosts().filter_map(|host| Some((host, why_reserved(host)?)));
    reserved.map(|(host, why)| rename(served, host, format!("{:?} is reserved: {why}", host.name))).collect()
}

/// A host that shall have another name: the likeliest one that is free.
fn rename(served: &Served, host: &Host, message: String) -> Finding {
    let key = host.names().next().map_or(host.name.as_ref(), |(key, _)| key);
    let addresses = host.addresses();
    let candidate = suggestion(&host.name).or_else(|| suggestion(&format!("{}-1", host.name)));
    let is_free = |name: &String| !served.hosts.by_name.contains_key(name.as_str());
    let free = candidate.filter(|name| is_free(name) && !addresses.is_empty());
    served
        .found(&host.name, message)
        .seen("keys", host.names().map(|(key, _)| key).collect::<Vec<_>>())
        .seen("addresses", addresses.iter().map(ToString::to_string).collect::<Vec<_>>())
        .fix(served.remove(key))
        .fix(free.map(|name| served.add(host, &name, &addresses, None)))
}
