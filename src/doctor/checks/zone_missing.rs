//! `zone-missing`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::name::Hostname;
use crate::model::resolvers::forwards_dns;
use crate::model::shell::CommandLine;
use crate::model::snapshot::Port;
use crate::model::topology::Network;

pub(super) const CHECK: Check = Check {
    code: "zone-missing",
    title: "a switch with guests has no zone",
    category: Category::Zones,
    severity: Severity::Info,
    needs: &[Need::Northbound],
    explanation: "A name resolves on a switch only if a DNS row that the switch lists has it. A switch whose names \
        another program keeps (Neutron, LXD, Incus) needs no zone of qdns. Nor does one whose guests ask a load balancer \
        for DNS on the switch or its router, as the nodes of Kubernetes do, where kube-dns answers.",
    source: "ovn-nb(5), Logical_Switch:dns_records",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let mut findings = Vec::new();
    let is_unserved = |network: &&Network| network.rows.is_empty() && !forwards_dns(&input.topology, network);
    for network in input.topology.switches.iter().filter(is_unserved) {
        let (name, guests) = (network.name(), network.guests().count());
        if guests > 0 {
            let ports = if guests == 1 { "port" } else { "ports" };
            let message = format!("{name} has {guests} guest {ports} and no zone: no name resolves");
            findings.push(
                Finding::new(name, message)
                    .on(name)
                    .seen("guest_ports", guests)
                    .owned_by(network.switch.owner())
                    .fix(fix(network)),
            );
        }
    }
    Ok(findings)
}

/// `sync` makes the zone and registers the guests: an empty zone answers nothing. Another program decides whether its
/// own switch has names.
fn fix(network: &Network) -> Option<Fix> {
    if network.switch.owner().is_foreign() {
        return None;
    }
    let has_name = |port: &Port| port.guest_name(None).is_some_and(|name| Hostname::parse(name).is_ok());
    let line = if network.guests().any(has_name) {
        CommandLine::qdns(["sync"])
    } else {
        CommandLine::qdns(["zone", "create"])
    };
    Some(Fix::qdns(&line.value(network.name())))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;
    use crate::model::snapshot::LoadBalancerGroup;

    pub const CASES: &[Case] = &[
        fires("net1", |facts| nb(facts).switches[0].dns_records.clear()),
        passes(other_switch),
        passes(|facts| {
            nb(facts).switches[0].dns_records.clear();
            balancer(facts, "10.96.0.10:53", "10.0.0.11:53");
            let load_balancers = vec![uuid(41)];
            nb(facts).load_balancer_groups.push(LoadBalancerGroup { uuid: uuid(42), load_balancers });
            nb(facts).switches[0].load_balancer_groups.push(uuid(42));
        }),
        fires("net1", |facts| {
            nb(facts).switches[0].dns_records.clear();
            balancer(facts, "10.96.0.1:443", "10.0.0.11:6443");
            nb(facts).switches[0].load_balancers.push(uuid(41));
        }),
    ];
}
