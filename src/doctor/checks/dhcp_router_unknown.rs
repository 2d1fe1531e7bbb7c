//! `dhcp-router-unknown`.

use std::net::IpAddr;

use crate::doctor::dhcp::{about, put_router};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::reach::{Cause, NextHop, holder, next_hop};
use crate::model::topology::{Leases, Network};

pub(super) const CHECK: Check = Check {
    code: "dhcp-router-unknown",
    title: "guests get the address of a router that nothing on the switch has",
    category: Category::Dhcp,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "Guests send everything that is not for their own network to the first address of the option router. \
        Where no port of the switch has it, no router answers ARP for it, and nothing gets there. Local names resolve as \
        long as the resolver is in the guests' own network; where it is not, dns-server-unroutable finds the same \
        fault as an error. A switch with a port to a physical network, or with a port whose addresses are unknown, may \
        have a router that OVN does not know.",
    source: "RFC 1122, section 3.3.1; RFC 2132, section 3.5; ovn-nb(5), DHCP_Options:options:router; seen on OVN 23.03",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let rows = input.topology.leases.iter().filter(|leases| leases.row.is_ipv4());
    Ok(rows.filter_map(|leases| finding(input, leases)).collect())
}

/// One finding for a row, on the first switch that has no such router.
fn finding(input: &Input, leases: &Leases) -> Option<Finding> {
    let router = *leases.row.leased("router").first()?;
    let networks = leases.users.keys().map(|index| &input.topology.switches[*index]);
    let is_unknown = |network: &Network| {
        let holder = holder(&input.topology, network, router);
        holder == NextHop::Nowhere(Cause::NothingHas(router)) && !is_found(input, leases, network, router)
    };
    let mut unknown = networks.filter(|network| is_unknown(network));
    let network = unknown.next()?;
    let message = format!(
        "guests of {} get the router {router}, and no port of {} has that address: they reach nothing outside of \
         their network",
        leases.row.cidr,
        network.name()
    );
    let finding = about(input, leases, &router.to_string(), message).on(network.name());
    let switches: Vec<&str> = std::iter::once(network).chain(unknown).map(Network::name).collect();
    Some(finding.seen("switches", switches).fix(put_router(network, leases)))
}

/// Whether a resolver cannot be asked because of it, which `dns-server-unroutable` finds.
fn is_found(input: &Input, leases: &Leases, network: &Network, router: IpAddr) -> bool {
    let mut resolvers = leases.row.leased_resolvers().into_iter();
    resolvers.any(|resolver| {
        let hop = next_hop(&input.topology, network, leases.row, resolver);
        resolver != router && hop == NextHop::Nowhere(Cause::NothingHas(router))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("10.0.0.254", |facts| {
            option(facts, "router", "10.0.0.254");
            option(facts, "dns_server", "10.0.0.11");
        }),
        fires("0.0.0.1", |facts| {
            option(facts, "router", "fd00::1");
            option(facts, "dns_server", "10.0.0.11");
        }),
        passes(|facts| option(facts, "router", "10.0.0.254")),
        passes(|facts| {
            option(facts, "router", "{10.0.0.1, 10.0.0.254}");
            option(facts, "dns_server", "10.0.0.11");
        }),
        passes(|facts| {
            option(facts, "router", "10.0.0.254");
            option(facts, "dns_server", "10.0.0.11");
            nb(facts).ports[1].addresses.push("unknown".into());
        }),
    ];
}
