//! What is wrong with the load balancers of `forwarders set --via`, and the command that makes them again.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::finding::Finding;
use super::fix::Fix;
use super::input::Input;
use crate::model::balancer::resolvers_of;
use crate::model::forwarding::{Fault, fault};
use crate::model::shell::CommandLine;
use crate::model::snapshot::LoadBalancer;
use crate::model::topology::Network;

/// A finding for each balancer of ours with a fault of a kind.
pub fn faulty(input: &Input, is_wanted: fn(&Fault) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for network in &input.topology.switches {
        for balancer in input.topology.balancers_of(network) {
            if let Some(fault) = fault(&input.topology, network, balancer).filter(is_wanted) {
                findings.push(finding(input, network, balancer, &fault));
            }
        }
    }
    findings
}

fn finding(input: &Input, network: &Network, balancer: &LoadBalancer, fault: &Fault) -> Finding {
    let name = &balancer.name;
    let message = match fault {
        Fault::NoBackends => format!("{name} has no backends: only local names resolve"),
        Fault::NotAttached => format!("no router and no switch lists {name}: only local names resolve"),
        Fault::Misplaced(Some(right)) => format!("{name} works only on {right}, and is elsewhere"),
        Fault::Misplaced(None) => format!("{name} cannot work on this network's router"),
    };
    Finding::new(name, message)
        .on(network.name())
        .seen("vips", &balancer.vips)
        .seen("load_balancer", balancer.uuid)
        .fix(fix(input, network, balancer, fault))
}

fn fix(input: &Input, network: &Network, balancer: &LoadBalancer, fault: &Fault) -> Fix {
    let mut resolvers = resolvers_of(balancer);
    // The other of the two rows may still have what this one has lost.
    for other in input.topology.balancers_of(network) {
        for resolver in resolvers_of(other) {
            if !resolvers.contains(&resolver) {
                resolvers.push(resolver);
            }
        }
    }
    if resolvers.is_empty() {
        return Fix::qdns(&CommandLine::qdns(["forwarders", "clear"]).value(network.name()));
    }
    let set = CommandLine::qdns(["forwarders", "set"]).value(network.name());
    Fix::qdns(&match fault {
        Fault::Misplaced(None) => without_ports(&resolvers).iter().fold(set, CommandLine::value),
        _ => resolvers.iter().fold(set, CommandLine::value).option("--via").option("auto"),
    })
}

/// The addresses without ports, as guests can get them by DHCP.
fn without_ports(resolvers: &[String]) -> BTreeSet<String> {
    let ip = |text: &String| text.parse::<SocketAddr>().map_or(text.clone(), |at| at.ip().to_string());
    resolvers.iter().map(ip).collect()
}
