//! Whether hosts stand for guests that are there.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

use super::names::hosts;
use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::world::{Network, World, ZoneOf};
use crate::doctor::{Category, Check, Need, Outcome};
use crate::model::host::{Host, host_name};
use crate::model::snapshot::{Port, outside_of};
use crate::model::stale::Standing;

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
        run: Some(outside),
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
        run: Some(stale),
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
        run: Some(moved),
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
        run: Some(shared),
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
        run: Some(ipv4_only),
    },
];

fn texts(addresses: &[IpAddr]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

/// What is found of each host beside the ports of its switch, which are looked up once for all of a zone.
fn beside_ports(world: &World, find: impl Fn(&Beside, &Host) -> Option<Finding>) -> Outcome {
    let mut findings = Vec::new();
    for (index, zone) in world.serving() {
        let network = &world.switches[index];
        let beside = Beside { world, index, network, zone, standing: OnceCell::new() };
        findings.extend(zone.hosts.by_name.values().filter_map(|host| find(&beside, host)));
    }
    Ok(findings)
}

/// A zone beside the ports of its switch.
struct Beside<'w, 'a> {
    world: &'w World<'a>,
    index: usize,
    network: &'w Network<'a>,
    zone: &'w ZoneOf<'a>,
    standing: OnceCell<Standing<'a>>,
}

impl<'a> Beside<'_, 'a> {
    fn standing(&self) -> &Standing<'a> {
        self.standing.get_or_init(|| self.world.standing(self.index, self.zone))
    }

    /// The addresses of the guests that are named as a host, if there are such guests.
    fn real_addresses(&self, host: &Host) -> Option<Vec<IpAddr>> {
        self.standing().named(&host.name)?;
        let domain = &self.zone.domain;
        let is_named =
            |port: &&Port| port.guest_name(None).is_some_and(|name| host_name(name, domain) == host.name);
        let mut named = self.network.guests().filter(is_named).peekable();
        named.peek()?;
        Some(named.flat_map(Port::guest_addresses).collect())
    }

    fn found(&self, host: &Host, message: String) -> Finding {
        Finding::new(host.name.as_ref(), message).on(self.network.name())
    }

    fn remove(&self, host: &Host) -> Command {
        Command::qdns(["record", "rm", &self.world.word(self.index), &host.name])
    }

    fn add(&self, host: &Host, addresses: &[IpAddr], option: &str) -> Command {
        let words = ["record", "add", &self.world.word(self.index), &host.name].map(str::to_owned);
        Command::qdns(words.into_iter().chain(texts(addresses)).chain([option.to_owned()]))
    }
}

fn outside(world: &World) -> Outcome {
    beside_ports(world, |beside, host| {
        let subnets = beside.network.switch.subnets();
        let addresses = host.addresses();
        let (stray, subnet) = addresses.iter().find_map(|ip| Some((*ip, outside_of(&subnets, *ip)?)))?;
        let inside: Vec<IpAddr> =
            addresses.iter().copied().filter(|ip| outside_of(&subnets, *ip).is_none()).collect();
        let real = beside.real_addresses(host).filter(|real| !real.contains(&stray));
        let fix = match real {
            Some(real) if !real.is_empty() => beside.add(host, &real, "--replace"),
            _ if !inside.is_empty() => beside.add(host, &inside, "--replace"),
            _ => beside.remove(host),
        };
        let message = format!(
            "{} has {stray}, which is outside of {}'s subnet {subnet}",
            host.name,
            beside.network.name()
        );
        let finding = beside.found(host, message).seen("addresses", texts(&addresses));
        Some(finding.seen("subnet", subnet.to_string()).fix(fix))
    })
}

/// The addresses that load balancers serve, wherever they are.
fn balanced(world: &World) -> HashSet<IpAddr> {
    world
        .nb
        .rows
        .load_balancers
        .iter()
        .flat_map(|lb| lb.vips.keys())
        .filter_map(|vip| vip_address(vip))
        .collect()
}

/// The address of `10.0.0.1:53`, `[fd00::1]:53` or `10.0.0.1`.
pub(super) fn vip_address(vip: &str) -> Option<IpAddr> {
    let socket = vip.parse::<std::net::SocketAddr>().map(|socket| socket.ip());
    socket.or_else(|_| vip.trim_matches(['[', ']']).parse()).ok()
}

fn stale(world: &World) -> Outcome {
    let balanced = balanced(world);
    beside_ports(world, |beside, host| {
        let addresses = host.addresses();
        if addresses.is_empty() || !beside.standing().abandons(host, &addresses) {
            return None;
        }
        let mut message = format!(
            "no port of {} has {} or the name {}",
            beside.network.name(),
            texts(&addresses).join(" or "),
            host.name
        );
        let fix = match addresses.iter().find(|address| balanced.contains(address)) {
            Some(address) => {
                message += &format!("; a load balancer serves {address}: mark the host as static");
                beside.add(host, &addresses, "--static")
            }
            None => beside.remove(host),
        };
        let finding = beside.found(host, message).seen("addresses", texts(&addresses));
        Some(finding.seen("ports", beside.standing().ports).fix(fix))
    })
}

fn moved(world: &World) -> Outcome {
    let balanced = balanced(world);
    beside_ports(world, |beside, host| {
        let port = beside.standing().named(&host.name).filter(|_| !host.is_static)?;
        let addresses = host.addresses();
        let first = port.guest_addresses();
        if addresses.iter().all(|address| first.contains(address)) {
            return None;
        }
        let real = beside.real_addresses(host).filter(|real| !real.is_empty())?;
        let gone: Vec<&IpAddr> = addresses.iter().filter(|address| !real.contains(address)).collect();
        let is_used =
            |address: &&IpAddr| beside.standing().holder(**address).is_some() || balanced.contains(*address);
        if gone.is_empty() || (gone.iter().any(is_used) && gone.len() < addresses.len()) {
            return None;
        }
        let message = format!(
            "{} resolves to {}, and its port has {}",
            host.name,
            texts(&addresses).join(", "),
            texts(&real).join(", ")
        );
        let finding = beside.found(host, message).seen("served", texts(&addresses));
        Some(finding.seen("port", texts(&real)).fix(beside.add(host, &real, "--replace")))
    })
}

fn shared(world: &World) -> Outcome {
    let mut findings = Vec::new();
    let serving: Vec<(usize, &ZoneOf)> = world.serving().collect();
    for zones in serving.chunk_by(|a, b| a.0 == b.0) {
        let mut holders: Vec<(IpAddr, &str)> = Vec::new();
        for host in zones.iter().flat_map(|(_, zone)| zone.hosts.by_name.values()) {
            holders.extend(host.addresses().into_iter().map(|address| (address, host.name.as_ref())));
        }
        holders.sort_unstable();
        for held in holders.chunk_by(|a, b| a.0 == b.0).filter(|held| held.len() > 1) {
            let address = held[0].0;
            let names: Vec<&str> = held.iter().map(|(_, name)| *name).collect();
            let message = format!("{address} is the address of {}", names.join(" and "));
            findings.push(
                Finding::new(address.to_string(), message)
                    .on(world.switches[zones[0].0].name())
                    .seen("hosts", names),
            );
        }
    }
    Ok(findings)
}

fn ipv4_only(world: &World) -> Outcome {
    let mut by_switch: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (index, _, host) in hosts(world) {
        let addresses = host.addresses();
        if !addresses.is_empty() && addresses.iter().all(IpAddr::is_ipv4) {
            by_switch.entry(index).or_default().push(&host.name);
        }
    }
    Ok(by_switch
        .into_iter()
        .map(|(index, names)| {
            let name = world.switches[index].name();
            let count = names.len();
            let noun = if count == 1 { "host has" } else { "hosts have" };
            Finding::new(
                name,
                format!("{count} {noun} no IPv6 address: musl guests (Alpine) fail to look them up"),
            )
            .on(name)
            .seen("count", count)
            .seen("hosts", &names[..count.min(5)])
        })
        .collect())
}
