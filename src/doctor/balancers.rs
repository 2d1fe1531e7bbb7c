//! What is wrong with the load balancers of `forwarders set --via`, and the command that makes them again.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use super::dhcp::{accepted, resolvers_for};
use super::finding::Finding;
use super::fix::Fix;
use super::input::Input;
use crate::model::balancer::{PORT, parse_resolver, resolvers_of, vip_address};
use crate::model::forwarding::{Fault, fault};
use crate::model::shell::CommandLine;
use crate::model::snapshot::LoadBalancer;
use crate::model::topology::Network;
use crate::plan::Plan;
use crate::plan::balancer::VipChoice;
use crate::plan::change::Column;
use crate::plan::forwarders::{self, Forwarders};

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
        .fix(fix(input, network, balancer))
}

/// The command that makes the balancers again, or with `None` none that qdns would accept. Where no resolver is known, it
/// is the one that ends forwarding.
fn fix(input: &Input, network: &Network, balancer: &LoadBalancer) -> Option<Fix> {
    let balancers = input.topology.balancers_of(network);
    // The other of the two rows may still have what this one has lost.
    let mut resolvers = resolvers_of(balancer);
    resolvers.extend(balancers.iter().flat_map(|other| resolvers_of(other)));
    if resolvers.is_empty() {
        resolvers = known_resolvers(input, network);
    }
    let mut backends: Vec<SocketAddr> = Vec::new();
    for resolver in resolvers.iter().filter_map(|text| parse_resolver(text).ok()) {
        if !backends.contains(&resolver) {
            backends.push(resolver);
        }
    }
    if backends.is_empty() {
        return clear(input, network);
    }
    let vips: BTreeSet<IpAddr> =
        balancers.iter().flat_map(|row| row.vips.keys()).filter_map(|vip| vip_address(vip)).collect();
    let vips = std::iter::once(VipChoice::Auto).chain(vips.into_iter().map(VipChoice::Address));
    let balanced = vips.map(|vip| Forwarders::Balanced { vip, resolvers: backends.clone() });
    // Guests ask port 53.
    let direct = backends.iter().all(|resolver| resolver.port() == PORT);
    let direct = direct.then(|| Forwarders::Direct(backends.iter().map(SocketAddr::ip).collect()));
    let accepted: Vec<(Plan, CommandLine)> = balanced
        .chain(direct)
        .filter_map(|forwarders| accepted(&input.topology, network, &forwarders))
        .collect();
    let keeps_vips =
        |plan: &Plan| plan.entries().all(|entry| entry.column != Column::BalancerVips || entry.to.is_some());
    let right = accepted.iter().find(|(plan, _)| keeps_vips(plan)).or(accepted.first());
    right.map(|(_, line)| Fix::qdns(line))
}

/// Resolvers for the switch's guests, of each address family that their DHCP rows have.
fn known_resolvers(input: &Input, network: &Network) -> Vec<String> {
    let leases = input.topology.leases_of(network);
    leases.filter_map(|(leases, _)| resolvers_for(input, leases, &[])).flatten().collect()
}

fn clear(input: &Input, network: &Network) -> Option<Fix> {
    let plan = forwarders::clear(&input.topology, network).ok()?;
    let line = CommandLine::qdns(["forwarders", "clear"]).value(network.name());
    Some(Fix::qdns(&if plan.question.is_some() { line.option("--yes") } else { line }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::doctor::fix::Fix;
    use crate::doctor::testing::*;
    use crate::model::snapshot::{Port, Switch};

    /// The lines for the balancer of net1 after a change of a network that forwards.
    fn lines(change: impl FnOnce(&mut Facts)) -> Vec<String> {
        let mut facts = healthy();
        forwarding(&mut facts);
        change(&mut facts);
        let findings = faulty(&Input::of(&facts), |_| true);
        assert_eq!(findings.len(), 1);
        let line = |fix: &Fix| match fix {
            Fix::Shell(command) => command.args.join(" "),
            other => panic!("{other:?}"),
        };
        findings[0].fixes.iter().map(line).collect()
    }

    fn detach(facts: &mut Facts) {
        nb(facts).routers[0].load_balancers.clear();
    }

    fn without_backends(facts: &mut Facts) {
        nb(facts).load_balancers[0].vips.insert("10.0.0.1:53".into(), String::new());
    }

    #[test]
    fn a_balancer_is_attached_again() {
        assert_eq!(lines(detach), ["forwarders set net1 192.0.2.1 --via auto"]);
    }

    #[test]
    fn the_search_domain_stays_as_it_is() {
        let line = lines(|facts| {
            detach(facts);
            nb(facts).dhcp_options[0].options.remove("domain_search_list");
        });
        assert_eq!(line, ["forwarders set net1 192.0.2.1 --via auto --no-search"]);
    }

    #[test]
    fn the_vip_stays_as_it_is() {
        let line = lines(|facts| {
            detach(facts);
            nb(facts).router_ports[0].networks.push("10.0.0.2/24".into());
            nb(facts).load_balancers[0].vips = map(&[("10.0.0.2:53", "192.0.2.1:5353")]);
        });
        assert_eq!(line, ["forwarders set net1 192.0.2.1:5353 --via 10.0.0.2"]);
    }

    #[test]
    fn nothing_is_asked_about_dhcp_options_that_another_switch_uses_too() {
        let line = lines(|facts| {
            detach(facts);
            let row = Some(nb(facts).dhcp_options[0].uuid);
            nb(facts).ports.push(Port { uuid: uuid(14), dhcpv4_options: row, ..Port::default() });
            let other =
                Switch { uuid: uuid(2), name: "net2".into(), ports: vec![uuid(14)], ..Switch::default() };
            nb(facts).switches.push(other);
        });
        assert_eq!(line, ["forwarders set net1 192.0.2.1 --via auto --yes"]);
    }

    #[test]
    fn what_qdns_would_refuse_is_not_proposed() {
        let none: [&str; 0] = [];
        let with_foreign_dhcp = |facts: &mut Facts| {
            detach(facts);
            foreign_dhcp(facts);
        };
        assert_eq!(lines(with_foreign_dhcp), none);
        let without_dhcp = |facts: &mut Facts| {
            detach(facts);
            nb(facts).ports.iter_mut().for_each(|port| port.dhcpv4_options = None);
        };
        assert_eq!(lines(without_dhcp), none);
    }

    #[test]
    fn guests_ask_the_resolvers_where_no_balancer_works() {
        let on = |backends: &'static str| {
            lines(move |facts| {
                nb(facts).routers[0].options.clear();
                nb(facts).global.options = map(&[("northd_internal_version", "23.03.1-20.27.0-70.6")]);
                nb(facts).load_balancers[0].vips = map(&[("10.0.0.1:53", backends)]);
            })
        };
        assert_eq!(on("192.0.2.1:53"), ["forwarders set net1 192.0.2.1"]);
        assert!(on("192.0.2.1:5353").is_empty(), "guests ask port 53");
    }

    #[test]
    fn a_balancer_without_backends_gets_the_resolvers_that_are_known() {
        let option = |facts: &mut Facts| option(facts, "dns_server", "10.0.0.1");
        let known = lines(|facts| {
            without_backends(facts);
            option(facts);
            facts.resolvers = vec!["198.51.100.1".parse().unwrap()];
        });
        assert_eq!(known, ["forwarders set net1 198.51.100.1 --via auto"]);
        let unknown = lines(|facts| {
            without_backends(facts);
            option(facts);
        });
        assert_eq!(unknown, ["forwarders clear net1"]);
    }
}
