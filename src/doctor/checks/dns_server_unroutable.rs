//! `dns-server-unroutable`.

use std::net::IpAddr;

use crate::doctor::dhcp::{about, give_resolvers, put_router};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::dhcp::DNS_SERVER;
use crate::model::reach::{Cause, NextHop, next_hop};
use crate::model::topology::{Leases, Network};

pub(super) const CHECK: Check = Check {
    code: "dns-server-unroutable",
    title: "guests cannot send to dns_server",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "OVN answers a query that a guest sends, whatever its destination; but the guest has to send it. For a \
        resolver in its own network it first asks for the MAC of that address (ARP, ND), for any other it needs a \
        router and asks for the MAC of the router. Where nothing on the switch has that address, or DHCP names no \
        router, no query leaves the guest: not even local names resolve.",
    source: "RFC 1122, section 3.3.1; ovn-nb(5), DHCP_Options:options:router; seen on OVN 23.03",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let mut findings = Vec::new();
    for leases in &input.topology.leases {
        let addresses = leases.row.leased_resolvers().into_iter();
        findings.extend(addresses.filter_map(|address| finding(input, leases, address)));
    }
    Ok(findings)
}

/// One finding for a row and a resolver, on the first switch whose guests cannot send to it.
fn finding(input: &Input, leases: &Leases, address: IpAddr) -> Option<Finding> {
    let networks = leases.users.keys().map(|index| &input.topology.switches[*index]);
    let mut unreachable = networks.filter_map(|network| {
        let hop = next_hop(&input.topology, network, leases.row, address);
        let (why, fixes) = why_unsent(input, leases, network, address, &hop)?;
        Some((network, why, fixes))
    });
    let (network, why, fixes) = unreachable.next()?;
    let others: Vec<&str> = unreachable.map(|(network, ..)| network.name()).collect();
    let message =
        format!("guests of {} ask {address}, and {why}: not even local names resolve", leases.row.cidr);
    let finding = about(input, leases, &address.to_string(), message).on(network.name());
    let switches: Vec<&str> = std::iter::once(network.name()).chain(others).collect();
    let finding = finding.seen("switches", switches).seen("dns_server", &leases.row.options[DNS_SERVER]);
    Some(finding.all_fixes(fixes))
}

/// Why guests cannot send a query to an address, and the fixes.
fn why_unsent(
    input: &Input,
    leases: &Leases,
    network: &Network,
    address: IpAddr,
    hop: &NextHop,
) -> Option<(String, Vec<Fix>)> {
    match hop {
        NextHop::Nowhere(Cause::NoRoute) => {
            Some(("they get no router by DHCP".to_owned(), put_router(network, leases).into_iter().collect()))
        }
        NextHop::Nowhere(Cause::NothingHas(at)) if *at == address => {
            Some(("no port of the switch has that address".to_owned(), give_resolvers(input, leases, &[address])))
        }
        NextHop::Nowhere(Cause::NothingHas(at)) => {
            let why = format!("no port of the switch has the address of their router, {at}");
            Some((why, put_router(network, leases).into_iter().collect()))
        }
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::testing::*;
    use crate::model::snapshot::{Port, Switch};

    pub const CASES: &[Case] = &[
        fires("10.0.0.200", |facts| option(facts, "dns_server", "10.0.0.200")),
        fires("192.0.2.1", |facts| {
            nb(facts).dhcp_options[0].options.remove("router");
            option(facts, "dns_server", "192.0.2.1");
        }),
        fires("192.0.2.1", |facts| {
            option(facts, "router", "10.0.0.254");
            option(facts, "dns_server", "192.0.2.1");
        }),
        fires("10.0.0.100", |facts| {
            option(facts, "dns_server", "10.0.0.100");
            balancer(facts, "10.0.0.100:53", "192.0.2.1:53");
            nb(facts).switches[0].load_balancers.push(uuid(41));
        }),
        passes(|facts| {
            option(facts, "dns_server", "10.0.0.100");
            balancer(facts, "10.0.0.100:53", "192.0.2.1:53");
            nb(facts).routers[0].load_balancers.push(uuid(41));
        }),
        passes(|facts| option(facts, "dns_server", "10.0.0.11")),
        passes(|facts| {
            option(facts, "router", "10.0.0.11");
            option(facts, "dns_server", "192.0.2.1");
        }),
    ];

    #[test]
    fn a_row_of_two_switches_is_unroutable_on_the_one_without_a_router() {
        let found = found(&CHECK, |facts| {
            let other = Port { uuid: uuid(14), dhcpv4_options: Some(uuid(21)), ..Port::default() };
            nb(facts).ports.push(other);
            let ports = vec![uuid(14)];
            nb(facts).switches.push(Switch { uuid: uuid(2), name: "net6".into(), ports, ..Switch::default() });
        });
        let switches: Vec<_> = found.iter().map(|finding| finding.switch.as_deref()).collect();
        assert_eq!(switches, [Some("net6"), Some("net6")]);
    }
}
