//! Whether hosts stand for guests that are there.

use std::net::IpAddr;

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::served::Served;
use crate::doctor::{Category, Check, Need, Run};
use crate::model::host::{Host, host_name};
use crate::model::snapshot::{Port, outside_of};

const NB: &[Need] = &[Need::Northbound];

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "address-outside-subnet",
        title: "an address that is not in the switch's subnet",
        category: Category::Guests,
        severity: Severity::Warning,
        needs: NB,
        explanation: "Guests of a switch have addresses of its subnet (Logical_Switch:other_config:subnet, \
            :ipv6_prefix). Another one is a mistype, or belongs to another network, which the guests reach \
            through a router or not at all.",
        source: "ovn-nb(5), Logical_Switch:other_config",
        run: Some(Run::Zone(outside)),
    },
    Check {
        code: "record-stale",
        title: "a host that no port stands behind",
        category: Category::Guests,
        severity: Severity::Warning,
        needs: NB,
        explanation: "No port of the switch has one of the host's addresses (static, dynamic or port security) and \
            none has its name: the machine was deleted. Whoever gets the address next inherits the name. A machine \
            that is switched off keeps its port. Hosts that were added with --static are left alone.",
        source: "ovn-nb(5), Logical_Switch_Port:addresses, dynamic_addresses, port_security",
        run: Some(Run::Zone(stale)),
    },
    Check {
        code: "record-moved",
        title: "a host whose port has another address",
        category: Category::Guests,
        severity: Severity::Error,
        needs: NB,
        explanation: "A port of the host's name is there, and its address is not the one that is served: guests \
            are sent to nobody, or to another machine.",
        source: "ovn-nb(5), Logical_Switch_Port:addresses, dynamic_addresses",
        run: Some(Run::Zone(moved)),
    },
    Check {
        code: "address-shared",
        title: "two hosts on one address",
        category: Category::Guests,
        severity: Severity::Info,
        needs: NB,
        explanation: "Two names for one machine are fine. Where they are two machines, one has the other's address, \
            and the reverse name can lead to one of them only.",
        source: "RFC 1912, section 2.4",
        run: Some(Run::Zone(shared)),
    },
    Check {
        code: "ipv4-only",
        title: "hosts without an IPv6 address",
        category: Category::Guests,
        severity: Severity::Info,
        needs: NB,
        explanation: "musl (Alpine Linux) asks for A and AAAA at once. For a name with IPv4 only, OVN answers the A \
            query and passes the AAAA query on to the forwarders. They know no .internal and say NXDOMAIN; glibc \
            takes the A answer, musl fails the whole look-up. With an IPv6 address in the record, OVN answers \
            both. options:ovn-owned is no cure: musl then waits five seconds for an answer.",
        source: "controller/pinctrl.c, pinctrl_handle_dns_lookup; musl, src/network/lookup_name.c; seen on OVN \
            23.03, 25.03 and 26.03",
        run: Some(Run::Zone(ipv4_only)),
    },
];

fn texts(addresses: &[IpAddr]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

/// The addresses of the guests that are named as a host, if there are such guests.
fn real_addresses(served: &Served, host: &Host) -> Option<Vec<IpAddr>> {
    served.port_index().named(&host.name)?;
    let domain = &served.zone.domain;
    let is_named =
        |port: &&Port| port.guest_name(None).is_some_and(|name| host_name(name, domain) == host.name);
    let mut named = served.network.guests().filter(is_named).peekable();
    named.peek()?;
    Some(named.flat_map(Port::guest_addresses).collect())
}

fn outside(served: &Served) -> Vec<Finding> {
    let name = served.network.name();
    let subnets = served.network.switch.subnets();
    let find = |host: &Host| {
        let addresses = host.addresses();
        let (stray, subnet) = addresses.iter().find_map(|ip| Some((*ip, outside_of(&subnets, *ip)?)))?;
        let inside: Vec<IpAddr> =
            addresses.iter().copied().filter(|ip| outside_of(&subnets, *ip).is_none()).collect();
        let real = real_addresses(served, host).filter(|real| !real.contains(&stray));
        let fix = match real {
            Some(real) if !real.is_empty() => served.add(host, &host.name, &real, Some("--replace")),
            _ if !inside.is_empty() => served.add(host, &host.name, &inside, Some("--replace")),
            _ => served.remove(&host.name),
        };
        let message = format!("{} has {stray}, which is outside of {name}'s subnet {subnet}", host.name);
        let finding = served.found(&host.name, message).seen("addresses", texts(&addresses));
        Some(finding.seen("subnet", subnet.to_string()).fix(fix))
    };
    served.hosts().filter_map(find).collect()
}

fn stale(served: &Served) -> Vec<Finding> {
    let find = |host: &Host| {
        let addresses = host.addresses();
        if addresses.is_empty() || !served.port_index().is_stale(host, &addresses) {
            return None;
        }
        let mut message = format!(
            "no port of {} has {} or the name {}",
            served.network.name(),
            texts(&addresses).join(" or "),
            host.name
        );
        let fix = match addresses.iter().find(|address| served.world.balanced.contains(address)) {
            Some(address) => {
                message += &format!("; a load balancer serves {address}: mark the host as static");
                served.add(host, &host.name, &addresses, Some("--static"))
            }
            None => served.remove(&host.name),
        };
        let finding = served.found(&host.name, message).seen("addresses", texts(&addresses));
        Some(finding.seen("ports", served.port_index().ports).fix(fix))
    };
    served.hosts().filter_map(find).collect()
}

fn moved(served: &Served) -> Vec<Finding> {
    let is_used = |address: &&IpAddr| {
        served.port_index().holder(**address).is_some() || served.world.balanced.contains(*address)
    };
    let find = |host: &Host| {
        let port = served.port_index().named(&host.name)?;
        let addresses = host.addresses();
        let first = port.guest_addresses();
        if addresses.iter().all(|address| first.contains(address)) {
            return None;
        }
        let real = real_addresses(served, host).filter(|real| !real.is_empty())?;
        let gone: Vec<&IpAddr> = addresses.iter().filter(|address| !real.contains(address)).collect();
        if gone.is_empty() || (gone.iter().any(is_used) && gone.len() < addresses.len()) {
            return None;
        }
        let message = format!(
            "{} resolves to {}, and its port has {}",
            host.name,
            texts(&addresses).join(", "),
            texts(&real).join(", ")
        );
        let finding = served.found(&host.name, message).seen("served", texts(&addresses));
        Some(finding.seen("port", texts(&real)).fix(served.add(host, &host.name, &real, Some("--replace"))))
    };
    served.hosts().filter(|host| !host.is_static).filter_map(find).collect()
}

fn shared(served: &Served) -> Vec<Finding> {
    let mut holders: Vec<(IpAddr, &str)> = Vec::new();
    for host in served.hosts() {
        holders.extend(host.addresses().into_iter().map(|address| (address, host.name.as_ref())));
    }
    holders.sort_unstable();
    let shared = holders.chunk_by(|a, b| a.0 == b.0).filter(|held| held.len() > 1);
    shared
        .map(|held| {
            let address = held[0].0.to_string();
            let names: Vec<&str> = held.iter().map(|(_, name)| *name).collect();
            let message = format!("{address} is the address of {}", names.join(" and "));
            served.found(&address, message).seen("hosts", names)
        })
        .collect()
}

/// The switch with all of them: most networks have IPv4 only.
fn ipv4_only(served: &Served) -> Vec<Finding> {
    let is_ipv4_only = |host: &&Host| {
        let addresses = host.addresses();
        !addresses.is_empty() && addresses.iter().all(IpAddr::is_ipv4)
    };
    let names: Vec<&str> = served.hosts().filter(is_ipv4_only).map(|host| host.name.as_ref()).collect();
    let (count, name) = (names.len(), served.network.name());
    let noun = if count == 1 { "host has" } else { "hosts have" };
    let message = format!("{count} {noun} no IPv6 address: musl guests (Alpine) fail to look them up");
    let finding = || served.found(name, message).seen("count", count).seen("hosts", &names[..count.min(5)]);
    (count > 0).then(finding).into_iter().collect()
}
