//! `balancer-before-responder`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::balancer::vip_address;
use crate::model::resolvers::{ANSWERS_FROM_VIP_SINCE, backends_for_queries, balancers_on_switch};
use crate::model::snapshot::LoadBalancer;
use crate::model::topology::Network;

pub(super) const CHECK: Check = Check {
    code: "balancer-before-responder",
    title: "a load balancer on the switch takes the queries for local names",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "A load balancer on a switch changes the destination of a query to a backend before the responder sees \
        it. OVN 23.03 then sends local answers from the backend's address, and guests drop an answer that does not come \
        from the address that they asked: no local name resolves, all others do. OVN 25.03 and 26.03 send it from the \
        VIP; releases between were not tried. On a gateway router it works with every release, because the responder of \
        the switch sees the query first.",
    source: "ovn-northd(8), Ingress Table: LB, before DNS Lookup; seen on OVN 23.03, 25.03 and 26.03",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let topology = &input.topology;
    let mut findings = Vec::new();
    for network in topology.switches.iter().filter(|network| !network.rows.is_empty()) {
        // What is wrong with one of ours is another check's.
        let balancers = balancers_on_switch(topology, network);
        for balancer in balancers.into_iter().filter(|balancer| !balancer.is_ours()) {
            findings.extend(finding(input, network, balancer));
        }
    }
    match topology.rows.release() {
        _ if findings.is_empty() => Ok(findings),
        Some(release) if release >= ANSWERS_FROM_VIP_SINCE => Ok(Vec::new()),
        Some(_) => Ok(findings),
        None => Err("no part of OVN says which release it is".to_owned()),
    }
}

/// A finding about the VIPs of a balancer that guests have as their resolvers.
fn finding(input: &Input, network: &Network, balancer: &LoadBalancer) -> Option<Finding> {
    let leased = input.topology.leases_of(network).flat_map(|(leases, _)| leases.row.leased_resolvers());
    let mut leased = leased.filter(|resolver| !backends_for_queries(balancer, *resolver).is_empty());
    let resolver = leased.next()?;
    let message = format!(
        "guests of {} ask {resolver}, which load balancer {} on the switch takes before the responder: local names do \
         not resolve",
        network.name(),
        balancer.label(),
    );
    let finding = Finding::new(balancer.label(), message)
        .on(network.name())
        .owned_by(balancer.owner())
        .seen("load_balancer", balancer.uuid)
        .seen("vips", &balancer.vips);
    Some(finding.fix(to_router(input, network, balancer)))
}

/// Moves a balancer of the operator to the gateway router of the switch, where it has one: the router answers for VIPs
/// in its own networks and for all that guests send by it.
fn to_router(input: &Input, network: &Network, balancer: &LoadBalancer) -> Option<Fix> {
    let mut routers = network.uplinks.iter().filter_map(|uplink| uplink.router);
    let gateway = routers.find(|router| router.options.contains_key("chassis"))?;
    let is_listed = network.switch.load_balancers.contains(&balancer.uuid);
    let is_only_here = input.topology.holders_of(balancer.uuid).len() == 1;
    let has_address = balancer.vips.keys().all(|vip| vip_address(vip).is_some());
    let uuid = balancer.uuid.to_string();
    let words = ["lr-lb-add", &gateway.uuid.to_string(), &uuid, "--", "ls-lb-del"].map(str::to_owned);
    let words = words.into_iter().chain([network.switch.uuid.to_string(), uuid]);
    (is_listed && is_only_here && has_address && !balancer.owner().is_foreign()).then(|| Fix::nbctl(words))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::doctor::testing::*;
    use crate::model::release::VERSION_OPTION;

    /// Guests ask a VIP of the switch, on a release.
    fn on_switch(facts: &mut Facts, release: &str, vip: &str) {
        option(facts, "dns_server", "10.0.0.1");
        balancer(facts, vip, "192.0.2.1:53");
        nb(facts).switches[0].load_balancers.push(uuid(41));
        nb(facts).global.options.insert(VERSION_OPTION.into(), release.into());
    }

    pub const CASES: &[Case] = &[
        fires("00000000-0000-0000-0000-000000000029", |facts| on_switch(facts, "23.03.1", "10.0.0.1:53")),
        fires("00000000-0000-0000-0000-000000000029", |facts| on_switch(facts, "23.03.1", "10.0.0.1")),
        passes(|facts| on_switch(facts, "25.03.0", "10.0.0.1:53")),
        passes(|facts| on_switch(facts, "23.03.1", "10.0.0.1:80")),
        passes(|facts| on_switch(facts, "23.03.1", "10.0.0.2:53")),
    ];

    #[test]
    fn it_moves_to_a_gateway_router() {
        let found = found(&CHECK, |facts| {
            on_switch(facts, "23.03.1", "10.0.0.1:53");
            nb(facts).routers[0].options.insert("chassis".into(), "hv1".into());
        });
        let [router, switch, balancer] = [31, 1, 41].map(|n| uuid(n).to_string());
        let words = ["lr-lb-add", &router, &balancer, "--", "ls-lb-del", &switch, &balancer];
        assert_eq!(found[0].fixes, [Fix::nbctl(words)]);
    }
}
