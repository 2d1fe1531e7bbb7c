//! `dns-server-unroutable`.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::doctor::dhcp::{about, add_router, give_resolvers};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::dhcp::DNS_SERVER;
use crate::model::resolvers::{is_balanced, is_of_ovn};
use crate::model::topology::{Leases, Network};

pub(super) const CHECK: Check = Check {
    code: "dns-server-unroutable",
    title: "guests cannot reach dns_server",
    category: Category::Dhcp,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "A resolver in the guests' own network must be on a port of the switch. One outside of it needs a \
        router that the guests know. Otherwise every name that is not local times out: a guest waits five seconds for \
        each look-up.",
    source: "ovn-nb(5), DHCP_Options:options:router; resolv.conf(5), timeout",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let mut findings = Vec::new();
    for leases in &input.topology.leases {
        let Ok(net) = leases.row.cidr.parse::<IpNet>() else { continue };
        let addresses = leases.row.resolvers().into_iter();
        findings.extend(addresses.filter_map(|address| finding(input, leases, &net, address)));
    }
    Ok(findings)
}

fn finding(input: &Input, leases: &Leases, net: &IpNet, address: IpAddr) -> Option<Finding> {
    let (why, network) = leases.users.keys().find_map(|index| {
        let network = &input.topology.switches[*index];
        let is_served =
            is_of_ovn(network, leases, &address) || is_balanced(&input.topology, network, &address);
        let why = if is_served { None } else { why_unreachable(network, leases, net, &address) };
        Some((why?, network))
    })?;
    let message = format!("guests of {} ask {address}, and {why}", leases.row.cidr);
    Some(
        about(input, leases, &address.to_string(), message)
            .seen("dns_server", &leases.row.options[DNS_SERVER])
            .all_fixes(fixes(input, network, leases, net, address)),
    )
}

/// Why guests cannot reach an address, as far as the northbound database shows.
fn why_unreachable(
    network: &Network,
    leases: &Leases,
    net: &IpNet,
    address: &IpAddr,
) -> Option<&'static str> {
    if network.is_physical() {
        return None;
    }
    if net.contains(address) {
        let is_there = network.addresses_in_use().contains(address)
            || network.guests().any(|port| port.addresses.iter().any(|entry| entry == "unknown"));
        return (!is_there).then_some("no port of the switch has that address");
    }
    if network.uplinks.is_empty() && !has_gateway_guest(network, leases) {
        return Some("the switch has no router to reach it by");
    }
    (leases.row.is_ipv4() && !leases.row.has_route()).then_some("guests get no router by DHCP")
}

/// Whether a guest is the router that DHCP names.
fn has_gateway_guest(network: &Network, leases: &Leases) -> bool {
    let router = leases.row.options.get("router").and_then(|value| value.parse::<IpAddr>().ok());
    router.is_some_and(|router| network.guests().any(|port| port.all_addresses().contains(&router)))
}

fn fixes(input: &Input, network: &Network, leases: &Leases, net: &IpNet, address: IpAddr) -> Vec<Fix> {
    if !net.contains(&address) {
        return add_router(network, leases).into_iter().collect();
    }
    if network.uplinks.is_empty() { Vec::new() } else { give_resolvers(input, leases, &[address]) }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("10.0.0.200", |facts| option(facts, "dns_server", "10.0.0.200")),
        fires("192.0.2.1", |facts| {
            nb(facts).dhcp_options[0].options.remove("router");
            option(facts, "dns_server", "192.0.2.1");
        }),
        passes(|facts| option(facts, "dns_server", "10.0.0.11")),
    ];
}
