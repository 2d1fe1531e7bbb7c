//! Whether guests are told of a resolver that answers, and of the domain to search in.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::dhcp::{about, set};
use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::world::{Leases, Network, World, addresses_in_use, vip_address};
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::balancer::balancers_of;
use crate::model::dhcp::{self, DNS_SERVER};
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
    let elsewhere = world.dhcp.iter().filter(|other| other.row.uuid != leases.row.uuid);
    let own = elsewhere.filter(|other| other.row.is_ipv4() == is_ipv4).find_map(|other| {
        let network = &world.switches[*other.users.keys().next()?];
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
    let mut words = ["forwarders", "set", world.switches[index].name()].map(str::to_owned).to_vec();
    words.extend(own.unwrap_or_else(usual));
    if leases.users.len() > 1 {
        words.push("--yes".to_owned());
    }
    Some(Command::qdns(words))
}

fn no_server(world: &World) -> Outcome {
    let told: HashSet<&str> = world
        .dhcp
        .iter()
        .filter(|leases| leases.row.options.contains_key(DNS_SERVER))
        .flat_map(|leases| leases.users.values().flatten().map(|port| port.name.as_str()))
        .collect();
    let silent = world.dhcp.iter().filter(|leases| {
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

/// Whether an address is a router's, or the one that OVN's DHCP server or gateway pretends to have.
fn is_of_ovn(network: &Network, leases: &Leases, address: &IpAddr) -> bool {
    let option =
        |name: &str| leases.row.options.get(name).and_then(|value| value.trim().parse::<IpAddr>().ok());
    let is_router = network.router_addresses().any(|net| net.addr() == *address);
    // Behind a physical network the router option names a machine that OVN does not know.
    let pretended = option("server_id") == Some(*address)
        || (option("router") == Some(*address) && !network.is_physical());
    let is_guest = || network.guests().any(|port| port.all_addresses().contains(address));
    is_router || (pretended && !is_guest())
}

/// Whether a load balancer serves the address for DNS over UDP, on the switch or its routers.
fn is_balanced(world: &World, network: &Network, address: &IpAddr) -> bool {
    let mut reachable: HashSet<_> = network.switch.load_balancers.iter().copied().collect();
    reachable
        .extend(network.routers.iter().filter_map(|(router, _)| *router).flat_map(|r| &r.load_balancers));
    reachable.extend(&world.nb.grouped_load_balancers);
    let mut balancers = world.nb.rows.load_balancers.iter().filter(|lb| reachable.contains(&lb.uuid));
    balancers.any(|lb| {
        let serves = |(vip, backends): (&String, &String)| {
            vip.ends_with(":53") && vip_address(vip) == Some(*address) && !backends.trim().is_empty()
        };
        lb.protocol == "udp" && lb.vips.iter().any(serves)
    })
}

/// Whether a load balancer of ours is meant to serve the address; what is wrong with it is found there.
fn is_ours(world: &World, network: &Network, address: &IpAddr) -> bool {
    let is_meant = |vip: &String| vip_address(vip) == Some(*address);
    let mut balancers = balancers_of(&world.nb.rows, network.switch).into_iter();
    balancers.any(|balancer| balancer.vips.is_empty() || balancer.vips.keys().any(is_meant))
}

/// Whether a resolver is an address of OVN's own that nothing forwards from.
pub(in crate::doctor) fn nobody_listens(
    world: &World,
    network: &Network,
    leases: &Leases,
    address: &IpAddr,
) -> bool {
    is_of_ovn(network, leases, address) && !is_balanced(world, network, address)
}

fn answers_nothing(world: &World) -> Outcome {
    let mut findings = Vec::new();
    for leases in &world.dhcp {
        let silent: Vec<IpAddr> = leases
            .row
            .resolvers()
            .into_iter()
            .filter(|address| {
                leases.users.keys().map(|index| &world.switches[*index]).any(|network| {
                    nobody_listens(world, network, leases, address) && !is_ours(world, network, address)
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
    for leases in &world.dhcp {
        let Ok(net) = leases.row.cidr.parse::<IpNet>() else { continue };
        for address in leases.row.resolvers() {
            let unreachable = leases.users.keys().find_map(|index| {
                let network = &world.switches[*index];
                if is_of_ovn(network, leases, &address) || is_balanced(world, network, &address) {
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
        let is_there = addresses_in_use(network).contains(address)
            || network.guests().any(|port| port.addresses.iter().any(|entry| entry == "unknown"));
        return if is_there { Ok(()) } else { Err("no port of the switch has that address") };
    }
    let option = |name| leases.row.options.contains_key(name);
    let told = !leases.row.is_ipv4()
        || option("router")
        || option("classless_static_route")
        || option("ms_classless_static_route");
    match (network.routers.is_empty(), told) {
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
        return set_forwarders(world, leases, &[*address]).filter(|_| !network.routers.is_empty());
    }
    let router = network.router_addresses().map(|net| net.addr()).find(|router| net.contains(router))?;
    leases.row.is_ipv4().then(|| set(leases.row, "router", Some(router.to_string())))
}

fn no_search_domain(world: &World) -> Outcome {
    let domains = world.domains();
    let mut findings = Vec::new();
    for leases in world.dhcp.iter().filter(|leases| leases.row.is_ipv4()) {
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
            let name = world.switches[*index].name();
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
