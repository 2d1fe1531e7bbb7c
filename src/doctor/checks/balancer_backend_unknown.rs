//! `balancer-backend-unknown`.

use std::net::{IpAddr, SocketAddr};

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::balancer::vip_address;
use crate::model::reach::{NextHop, holder};
use crate::model::resolvers::{backends_for_queries, balancers_on_routers, balancers_on_switch};
use crate::model::snapshot::LoadBalancer;
use crate::model::topology::Network;

pub(super) const CHECK: Check = Check {
    code: "balancer-backend-unknown",
    title: "a load balancer sends queries to an address that no port has",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "Guests ask a VIP, and OVN chooses one of its backends for each query. A backend in the network of a \
        switch on which no port has its address never answers: with one such backend of two, half of the queries are \
        lost. Only what is not local is affected, which OVN does not answer itself. OVN leaves such a backend out only \
        where the balancer has a health check. A switch with a physical network or a port of unknown addresses may \
        have machines that OVN does not know.",
    source: "ovn-nb(5), Load_Balancer:vips and health_check; seen on OVN 23.03",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let mut findings: Vec<Finding> = Vec::new();
    for leases in &input.topology.leases {
        for index in leases.users.keys() {
            let network = &input.topology.switches[*index];
            for resolver in leases.row.leased_resolvers() {
                for finding in of_resolver(input, network, resolver) {
                    let is_known = |other: &Finding| {
                        (&other.subject, &other.switch) == (&finding.subject, &finding.switch)
                    };
                    if !findings.iter().any(is_known) {
                        findings.push(finding);
                    }
                }
            }
        }
    }
    Ok(findings)
}

fn of_resolver(input: &Input, network: &Network, resolver: IpAddr) -> Vec<Finding> {
    let on_switch = balancers_on_switch(&input.topology, network).into_iter();
    let all = on_switch.chain(balancers_on_routers(&input.topology, network));
    let findings = all.filter(|row| !row.has_health_check).flat_map(|row| {
        let backends = backends_for_queries(row, resolver);
        let count = backends.len();
        let unknown = backends.into_iter().filter_map(address_of);
        let unknown = unknown.filter_map(|backend| Some((backend, nowhere_on(input, network, backend)?)));
        unknown.map(move |(backend, on)| finding(network, row, resolver, (backend, on), count)).collect::<Vec<_>>()
    });
    findings.collect()
}

fn finding(
    network: &Network,
    balancer: &LoadBalancer,
    resolver: IpAddr,
    (backend, on): (IpAddr, &str),
    count: usize,
) -> Finding {
    let lost = if count == 1 { "all queries".to_owned() } else { format!("1 of {count} queries") };
    let message = format!(
        "guests of {} ask {resolver}, which load balancer {} forwards to {backend}, and no port of {on} has that \
         address: {lost} that OVN does not answer are lost",
        network.name(),
        balancer.label(),
    );
    Finding::new(backend.to_string(), message)
        .on(network.name())
        .owned_by(balancer.owner())
        .seen("load_balancer", balancer.uuid)
        .seen("vips", &balancer.vips)
        .hint("name a resolver that answers as the backend, or give the port of the resolver its address")
}

/// The address of `172.16.0.53:53` or `172.16.0.53`.
fn address_of(backend: &str) -> Option<IpAddr> {
    backend.parse::<SocketAddr>().map(|at| at.ip()).ok().or_else(|| vip_address(backend))
}

/// The switch that has the network of a backend and no port with its address: the guests' own, or another one of its
/// routers.
fn nowhere_on<'t>(input: &'t Input, network: &'t Network, backend: IpAddr) -> Option<&'t str> {
    let routers: Vec<_> = network.uplinks.iter().filter_map(|uplink| uplink.router).collect();
    let has_network = |other: &&Network| {
        let mut uplinks = other.uplinks.iter().filter(|uplink| {
            uplink.router.is_some_and(|router| routers.iter().any(|own| own.uuid == router.uuid))
        });
        uplinks.any(|uplink| uplink.networks().any(|net| net.contains(&backend)))
    };
    let with_network: Vec<&Network> = input.topology.switches.iter().filter(has_network).collect();
    let is_nowhere =
        |other: &&Network| matches!(holder(&input.topology, other, backend), NextHop::Nowhere(_));
    let first = with_network.first()?;
    with_network.iter().all(is_nowhere).then(|| first.name())
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::facts::Facts;
    use crate::doctor::testing::*;

    /// Guests ask the router, whose balancer has these backends.
    fn forwards_to(facts: &mut Facts, backends: &str) {
        option(facts, "dns_server", "10.0.0.1");
        balancer(facts, "10.0.0.1:53", backends);
        nb(facts).routers[0].load_balancers.push(uuid(41));
    }

    pub const CASES: &[Case] = &[
        fires("10.0.0.77", |facts| forwards_to(facts, "10.0.0.77:53")),
        fires("10.0.0.77", |facts| forwards_to(facts, "10.0.0.11:53,10.0.0.77:53")),
        passes(|facts| forwards_to(facts, "10.0.0.11:53,192.0.2.1:53")),
        passes(|facts| {
            forwards_to(facts, "10.0.0.77:53");
            nb(facts).load_balancers[0].has_health_check = true;
        }),
        passes(|facts| {
            forwards_to(facts, "10.0.0.77:53");
            nb(facts).ports[0].addresses.push("unknown".into());
        }),
        passes(|facts| {
            forwards_to(facts, "10.0.0.77:53");
            nb(facts).routers[0].load_balancers.clear();
        }),
    ];
}
