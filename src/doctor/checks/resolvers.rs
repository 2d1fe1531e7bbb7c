//! Whether guests are told of a resolver that answers, and of the domain to search in.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::dhcp::{about, set};
use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::world::World;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::balancer::vip_address;
use crate::model::dhcp::{self, DNS_SERVER};
use crate::model::resolvers::{is_balanced, is_of_ovn, nobody_listens};
use crate::model::topology::{Leases, Network};
use crate::ovn::quote;

const NB: &[Need] = &[Need::Northbound];

/// The resolvers that a fix names where nothing tells which ones are wanted.
const USUAL_RESOLVERS: [&str; 2] = ["8.8.8.8", "8.8.4.4"];
/// The same for IPv6.
const USUAL_RESOLVERS_V6: [&str; 1] = ["2001:4860:4860::8888"];

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "dhcp-no-dns-server",
        title: "DHCP options without dns_server",
        category: Category::Dhcp,
        severity: Severity::Error,
        needs: NB,
        explanation: "A guest that is told of no resolver sends no query, so there is nothing that OVN could \
            intercept: not even local names resolve. Any address will do for local names, because the \
            responder looks at the port only; for all others it must be one that answers.",
        source: "ovn-nb(5), DHCP_Options; RFC 2132, section 3.8",
        run: Some(Run::World(no_server)),
    },
    Check {
        code: "dns-server-answers-nothing",
        title: "dns_server is an address of OVN's own, and nothing forwards",
        category: Category::Dhcp,
        severity: Severity::Error,
        needs: NB,
        explanation: "Local names resolve with any dns_server, because OVN intercepts queries whatever their \
            destination. All other queries travel on to that address. A logical router and a switch have no \
            resolver: they refuse or drop them, for OVN never forwards by itself. A load balancer for \
            ADDRESS:53/udp, with the resolvers as backends, makes such an address answer.",
        source: "controller/pinctrl.c, pinctrl_handle_dns_lookup; seen on OVN 23.03, 25.03 and 26.03",
        run: Some(Run::World(answers_nothing)),
    },
    Check {
        code: "dns-server-unroutable",
        title: "guests cannot reach dns_server",
        category: Category::Dhcp,
        severity: Severity::Warning,
        needs: NB,
        explanation: "A resolver in the guests' own network must be on a port of the switch. One outside of it needs \
            a router that the guests know of. Otherwise everything that is not local times out, which a guest \
            feels as five seconds for each look-up.",
        source: "ovn-nb(5), DHCP_Options:options:router; resolv.conf(5), timeout",
        run: Some(Run::World(unroutable)),
    },
    Check {
        code: "search-domain-missing",
        title: "guests are not told of the zone's domain",
        category: Category::Dhcp,
        severity: Severity::Warning,
        needs: NB,
        explanation: "systemd-resolved sends no single-label name to a DNS server; with a search domain it asks for \
            `web.internal` when somebody types `web`. The domain comes by DHCP: domain_name (option 15) and \
            domain_search_list (option 119).",
        source: "systemd-resolved.service(8), Synthetic Records and Protocols; resolved.conf(5), \
            ResolveUnicastSingleLabel; RFC 3397",
        run: Some(Run::World(no_search_domain)),
    },
];

/// Gives a switch's guests resolvers: those that other rows name and that answer, or the usual ones.
fn set_forwarders(world: &World, leases: &Leases, bad: &[IpAddr]) -> Option<Command> {
    let index = *leases.users.keys().next()?;
    let is_ipv4 = leases.row.is_ipv4();
    let elsewhere = world.topology.leases.iter().filter(|other| other.row.uuid != leases.row.uuid);
    let own = elsewhere.filter(|other| other.row.is_ipv4() == is_ipv4).find_map(|other| {
        let network = &world.topology.switches[*other.users.keys().next()?];
        let good = other
            .row
            .resolvers()
            .into_iter()
            .filter(|ip| !is_of_ovn(network, other, ip) && !bad.contains(ip));
        let good: Vec<String> = good.map(|ip| ip.to_string()).collect();
        (!good.is_empty()).then_some(good)
    });
    let usual = || match is_ipv4 {
        true => USUAL_RESOLVERS.map(str::to_owned).to_vec(),
        false => USUAL_RESOLVERS_V6.map(str::to_owned).to_vec(),
    };
    let mut words = ["forwarders", "set", world.topology.switches[index].name()].map(str::to_owned).to_vec();
    words.extend(own.unwrap_or_else(usual));
    if leases.users.len() > 1 {
        words.push("--yes".to_owned());
    }
    Some(Command::qdns(words))
}

fn no_server(world: &World) -> Outcome {
    let told: HashSet<&str> = world
        .topology
        .leases
        .iter()
        .filter(|leases| leases.row.options.contains_key(DNS_SERVER))
        .flat_map(|leases| leases.users.values().flatten().map(|port| port.name.as_str()))
        .collect();
    let silent = world.topology.leases.iter().filter(|leases| {
        let mut ports = leases.users.values().flatten();
        // A guest that knows a resolver by its other family needs no second one.
        !leases.row.options.contains_key(DNS_SERVER) && ports.any(|port| !told.contains(port.name.as_str()))
    });
    Ok(silent
        .map(|leases| {
            let message =
                format!("guests of {} are told of no resolver, so no name resolves", leases.row.cidr);
            about(world, leases, &leases.row.uuid.to_string(), message).fix(set_forwarders(
                world,
                leases,
                &[],
            ))
        })
        .collect())
}

/// Whether a load balancer of ours is meant to serve the address; what is wrong with it is found there.
fn is_ours(world: &World, network: &Network, address: &IpAddr) -> bool {
    let is_meant = |vip: &String| vip_address(vip) == Some(*address);
    let mut balancers = world.topology.balancers_of(network).into_iter();
    balancers.any(|balancer| balancer.vips.is_empty() || balancer.vips.keys().any(is_meant))
}

fn answers_nothing(world: &World) -> Outcome {
    let mut findings = Vec::new();
    for leases in &world.topology.leases {
        let silent: Vec<IpAddr> = leases
            .row
            .resolvers()
            .into_iter()
            .filter(|address| {
                leases.users.keys().map(|index| &world.topology.switches[*index]).any(|network| {
                    nobody_listens(&world.topology, network, leases, address)
                        && !is_ours(world, network, address)
                })
            })
            .collect();
        for address in &silent {
            let message = format!(
                "guests of {} ask {address}, where nothing listens: only local names resolve",
                leases.row.cidr
            );
            findings.push(
                about(world, leases, &address.to_string(), message)
                    .seen("dns_server", &leases.row.options[DNS_SERVER])
                    .fix(set_forwarders(world, leases, &silent)),
            );
        }
    }
    Ok(findings)
}

fn unroutable(world: &World) -> Outcome {
    let mut findings = Vec::new();
    for leases in &world.topology.leases {
        let Ok(net) = leases.row.cidr.parse::<IpNet>() else { continue };
        for address in leases.row.resolvers() {
            let unreachable = leases.users.keys().find_map(|index| {
                let network = &world.topology.switches[*index];
                if is_of_ovn(network, leases, &address) || is_balanced(&world.topology, network, &address) {
                    return None;
                }
                let why = reachability(network, leases, &net, &address).err()?;
                Some((why, network))
            });
            let Some((why, network)) = unreachable else { continue };
            let message = format!("guests of {} ask {address}, and {why}", leases.row.cidr);
            findings.push(
                about(world, leases, &address.to_string(), message)
                    .seen("dns_server", &leases.row.options[DNS_SERVER])
                    .fix(route(world, network, leases, &net, &address)),
            );
        }
    }
    Ok(findings)
}

/// Why guests cannot reach an address, as far as the northbound database tells.
fn reachability(
    network: &Network,
    leases: &Leases,
    net: &IpNet,
    address: &IpAddr,
) -> Result<(), &'static str> {
    if network.is_physical() {
        return Ok(());
    }
    if net.contains(address) {
        let is_there = network.addresses_in_use().contains(address)
            || network.guests().any(|port| port.addresses.iter().any(|entry| entry == "unknown"));
        return if is_there { Ok(()) } else { Err("no port of the switch has that address") };
    }
    let option = |name| leases.row.options.contains_key(name);
    let told = !leases.row.is_ipv4()
        || option("router")
        || option("classless_static_route")
        || option("ms_classless_static_route");
    match (network.uplinks.is_empty(), told) {
        (true, _) if !network.has_gateway_guest(leases) => Err("the switch has no router to reach it by"),
        (_, false) => Err("DHCP tells guests of no router"),
        _ => Ok(()),
    }
}

impl Network<'_> {
    /// Whether a guest is the router that DHCP names.
    fn has_gateway_guest(&self, leases: &Leases) -> bool {
        let router = leases.row.options.get("router").and_then(|value| value.parse::<IpAddr>().ok());
        router.is_some_and(|router| self.guests().any(|port| port.all_addresses().contains(&router)))
    }
}

fn route(
    world: &World,
    network: &Network,
    leases: &Leases,
    net: &IpNet,
    address: &IpAddr,
) -> Option<Command> {
    if net.contains(address) {
        return set_forwarders(world, leases, &[*address]).filter(|_| !network.uplinks.is_empty());
    }
    let router = network.router_addresses().map(|net| net.addr()).find(|router| net.contains(router))?;
    leases.row.is_ipv4().then(|| set(leases.row, "router", Some(router.to_string())))
}

fn no_search_domain(world: &World) -> Outcome {
    let domains = world.topology.domains();
    let mut findings = Vec::new();
    for leases in world.topology.leases.iter().filter(|leases| leases.row.is_ipv4()) {
        let option = |name: &str| {
            let value = leases.row.options.get(name).map(String::as_str).unwrap_or_default();
            dhcp::parse_domains(value)
                .map(|domain| domain.trim_end_matches('.').to_lowercase())
                .collect::<Vec<_>>()
        };
        let told: HashSet<String> =
            option("domain_name").into_iter().chain(option("domain_search_list")).collect();
        for index in leases.users.keys() {
            let Some((domain, true)) = domains.get(index) else { continue };
            if told.contains(domain.as_str()) {
                continue;
            }
            let name = world.topology.switches[*index].name();
            let quoted = quote::string(&dhcp::string(domain.as_str()));
            let row = leases.row.uuid.to_string();
            let mut args = ["set", "DHCP_Options", &row].map(str::to_owned).to_vec();
            let others: Vec<&str> = told.iter().map(String::as_str).filter(|told| !told.is_empty()).collect();
            if others.is_empty() {
                args.push(format!("options:domain_name={quoted}"));
                args.push(format!("options:domain_search_list={quoted}"));
            } else {
                let mut list = vec![domain.as_str()];
                list.extend(others);
                args.push(format!(
                    "options:domain_search_list={}",
                    quote::string(&dhcp::string(&list.join(",")))
                ));
            }
            findings.push(
                Finding {
                    switch: Some(name.to_owned()),
                    ..about(world, leases, name, format!(
                        "guests of {name} are not told of {domain}: short names do not resolve in systemd-resolved guests"
                    ))
                }
                .seen("domain", domain.as_str())
                .fix(Command::nbctl(args)),
            );
        }
    }
    Ok(findings)
}
