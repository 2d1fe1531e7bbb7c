//! Whether the load balancers of `forwarders set --via` forward.

use std::collections::BTreeSet;

use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::world::World;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::balancer::resolvers_of;
use crate::model::forwarding::{Fault, fault};
use crate::model::snapshot::LoadBalancer;
use crate::model::topology::Network;

const NB: &[Need] = &[Need::Northbound];

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "balancer-without-backends",
        title: "a load balancer of ours with nothing behind it",
        category: Category::Dhcp,
        severity: Severity::Error,
        needs: NB,
        explanation: "`qdns forwarders set --via` makes the router's address answer by a load balancer. Without \
            resolvers behind it OVN drops or rejects every query that is not local.",
        source: "ovn-nb(5), Load_Balancer:vips",
        run: Some(Run::World(|world| find(world, "balancer-without-backends"))),
    },
    Check {
        code: "balancer-not-attached",
        title: "a load balancer of ours that no router and no switch lists",
        category: Category::Dhcp,
        severity: Severity::Error,
        needs: NB,
        explanation: "A load balancer works only on the routers and switches that list it. References to it are \
            weak: a router that was made anew lists none, and a program that writes the whole column drops ours.",
        source: "ovn-nb(5), Logical_Router:load_balancer, Logical_Switch:load_balancer",
        run: Some(Run::World(|world| find(world, "balancer-not-attached"))),
    },
    Check {
        code: "balancer-misplaced",
        title: "a load balancer of ours where it does not work",
        category: Category::Dhcp,
        severity: Severity::Error,
        needs: NB,
        explanation: "On a gateway router it works with every release; on a distributed router only if all answers \
            come back through its gateway port, and from OVN 25.03 on; on a switch from OVN 25.03 on. A router \
            that was changed after `qdns forwarders set --via` may need it elsewhere.",
        source: "seen on OVN 23.03, 25.03 and 26.03",
        run: Some(Run::World(|world| find(world, "balancer-misplaced"))),
    },
];

fn code(fault: &Fault) -> &'static str {
    match fault {
        Fault::NoBackends => "balancer-without-backends",
        Fault::NotAttached => "balancer-not-attached",
        Fault::Misplaced(_) => "balancer-misplaced",
    }
}

fn find(world: &World, wanted: &str) -> Outcome {
    let mut findings = Vec::new();
    for network in &world.topology.switches {
        for balancer in world.topology.balancers_of(network) {
            let found = fault(&world.topology, network, balancer);
            if let Some(fault) = found.filter(|fault| code(fault) == wanted) {
                findings.push(finding(world, network, balancer, &fault));
            }
        }
    }
    Ok(findings)
}

fn finding(world: &World, network: &Network, balancer: &LoadBalancer, fault: &Fault) -> Finding {
    // What one of the two rows has lost, the other may still know.
    let mut resolvers: Vec<String> = resolvers_of(balancer);
    for other in world.topology.balancers_of(network) {
        let more: Vec<String> =
            resolvers_of(other).into_iter().filter(|one| !resolvers.contains(one)).collect();
        resolvers.extend(more);
    }
    let words = ["forwarders", "set", network.name()].map(str::to_owned).into_iter();
    let command = match fault {
        _ if resolvers.is_empty() => Command::qdns(["forwarders", "clear", network.name()]),
        Fault::Misplaced(None) => Command::qdns(words.chain(ips(&resolvers))),
        _ => Command::qdns(words.chain(resolvers).chain(["--via", "auto"].map(str::to_owned))),
    };
    let message = match fault {
        Fault::NoBackends => format!("{} has no resolvers: only local names resolve", balancer.name),
        Fault::NotAttached => {
            format!("{} is on no router and no switch: only local names resolve", balancer.name)
        }
        Fault::Misplaced(Some(right)) => format!("{} works only on {right}, and is elsewhere", balancer.name),
        Fault::Misplaced(None) => format!("{} cannot work on this network's router", balancer.name),
    };
    Finding::new(&balancer.name, message)
        .on(network.name())
        .seen("vips", &balancer.vips)
        .seen("load_balancer", balancer.uuid)
        .fix(command)
}

/// The addresses without ports: what guests can be told by DHCP.
fn ips(resolvers: &[String]) -> BTreeSet<String> {
    let ip =
        |text: &String| text.parse::<std::net::SocketAddr>().map_or(text.clone(), |at| at.ip().to_string());
    resolvers.iter().map(ip).collect()
}
