//! `dns-server-answers-nothing`.

use std::net::IpAddr;

use crate::doctor::dhcp::{about, give_resolvers};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::balancer::vip_address;
use crate::model::dhcp::DNS_SERVER;
use crate::model::reach::{NextHop, next_hop};
use crate::model::resolvers::forwards_nothing;
use crate::model::topology::{Leases, Network};

pub(super) const CHECK: Check = Check {
    code: "dns-server-answers-nothing",
    title: "dns_server is an address of OVN's own, and nothing forwards",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "OVN answers local names whatever the destination of the query. All other queries go on to that \
        address. A logical router and a switch have no resolver: they refuse or drop the queries, because OVN never \
        forwards by itself. The AAAA query for a local name with IPv4 only is one of them: where it is refused, \
        glibc's getaddrinfo (ping, curl) fails at once, and musl fails. Where it is dropped, musl fails too, glibc \
        waits 15 s, and systemd-resolved 4 to 20 s. dig hides it. A load balancer for ADDRESS:53/udp, with the resolvers as \
        backends, makes such an address answer.",
    source: "controller/pinctrl.c, pinctrl_handle_dns_lookup; seen on OVN 23.03, 25.03 and 26.03",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    Ok(input.topology.leases.iter().flat_map(|leases| findings(input, leases)).collect())
}

fn findings(input: &Input, leases: &Leases) -> Vec<Finding> {
    let networks = || leases.users.keys().map(|index| &input.topology.switches[*index]);
    let is_silent = |address: &IpAddr| {
        networks().any(|network| {
            let hop = next_hop(&input.topology, network, leases.row, *address);
            forwards_nothing(&input.topology, network, leases, address)
                && !is_ours(input, network, address)
                && !matches!(hop, NextHop::Nowhere(_))
        })
    };
    // Another program names the router where no resolver could be reached: no other names are meant to resolve there.
    let is_meant = |network: &Network| network.is_isolated() && network.own_zones().next().is_none();
    if leases.row.owner().is_foreign() && networks().all(is_meant) {
        return Vec::new();
    }
    let silent: Vec<IpAddr> = leases.row.leased_resolvers().into_iter().filter(is_silent).collect();
    silent
        .iter()
        .map(|address| {
            let message = format!(
                "guests of {} ask {address}, where no resolver listens: only local names resolve",
                leases.row.cidr
            );
            about(input, leases, &address.to_string(), message)
                .seen("dns_server", &leases.row.options[DNS_SERVER])
                .all_fixes(give_resolvers(input, leases, &silent))
        })
        .collect()
}

/// Whether a load balancer of ours is meant to serve the address: other checks find what is wrong with it.
fn is_ours(input: &Input, network: &Network, address: &IpAddr) -> bool {
    let is_meant = |vip: &String| vip_address(vip) == Some(*address);
    let mut balancers = input.topology.balancers_of(network).into_iter();
    balancers.any(|balancer| balancer.vips.is_empty() || balancer.vips.keys().any(is_meant))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;
    use crate::model::snapshot::LoadBalancerGroup;

    pub const CASES: &[Case] = &[
        fires("10.0.0.1", |facts| option(facts, "dns_server", "10.0.0.1")),
        fires("10.0.0.1", |facts| {
            option(facts, "dns_server", "10.0.0.1");
            foreign_dhcp(facts);
        }),
        fires("10.0.0.1", |facts| {
            option(facts, "dns_server", "10.0.0.1");
            foreign_dhcp(facts);
            nb(facts).switches[0].dns_records.clear();
            nb(facts).routers[0].ports.push(uuid(33));
        }),
        passes(|facts| {
            option(facts, "dns_server", "10.0.0.1");
            foreign_dhcp(facts);
            nb(facts).switches[0].dns_records.clear();
        }),
        passes(|facts| {
            forwarding(facts);
            option(facts, "dns_server", "10.0.0.1");
        }),
        fires("10.0.0.1", |facts| {
            option(facts, "dns_server", "10.0.0.1");
            balancer(facts, "10.0.0.1:53", "192.0.2.1:53");
            let load_balancers = vec![uuid(41)];
            nb(facts).load_balancer_groups.push(LoadBalancerGroup { uuid: uuid(42), load_balancers });
        }),
        passes(|facts| {
            option(facts, "dns_server", "10.0.0.1");
            balancer(facts, "10.0.0.1", "192.0.2.1");
            nb(facts).routers[0].load_balancers.push(uuid(41));
        }),
        passes(|facts| {
            option(facts, "dns_server", "10.0.0.1");
            balancer(facts, "10.0.0.1:53", "192.0.2.1:53");
            nb(facts).routers[0].load_balancers.push(uuid(41));
        }),
    ];
}
