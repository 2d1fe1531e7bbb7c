//! `port-security-drops-dns`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::lookup::lease::{Lease, Resolver};
use crate::model::snapshot::Port;
use crate::model::topology::{Network, Topology};

pub(super) const CHECK: Check = Check {
    code: "port-security-drops-dns",
    title: "port security does not allow the port's own address",
    category: Category::Queries,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "Port security drops what a guest sends from a MAC or an address that it does not list, before \
        anything else is done. Where it does not list the addresses that the port has, the guest sends no query and \
        nothing else from them, even though its lease is right. It is no fault here where the guest has a resolver of the \
        family that it may send from. An entry with a MAC alone allows all addresses.",
    source: "ovn-nb(5), Logical_Switch_Port:port_security; ovn-northd(8), Ingress Table: Port security",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let mut findings = Vec::new();
    for network in input.topology.switches.iter().filter(|network| !network.rows.is_empty()) {
        findings.extend(network.guests().filter_map(|port| finding(&input.topology, network, port)));
    }
    Ok(findings)
}

/// A finding where the guest can send to none of its resolvers, or, where they are not known, not from each of its addresses.
fn finding(topology: &Topology, network: &Network, port: &Port) -> Option<Finding> {
    let (mac, _) = port.sender(None)?;
    let addresses = port.guest_addresses().into_iter().filter(|address| !port.may_send_from(mac, *address));
    let addresses: Vec<String> = addresses.map(|address| address.to_string()).collect();
    // Few ports come as far as their leases, which take longer.
    if addresses.is_empty() || may_ask(topology, network, port) {
        return None;
    }
    let message = format!("port security of {} drops what it sends from {}", port.name, addresses.join(", "));
    let finding = Finding::new(&port.name, message).on(network.name()).owned_by(port.owner());
    Some(finding.seen("port_security", &port.port_security).seen("addresses", &port.addresses))
}

/// Whether the guest may send to one of the resolvers that it leases.
fn may_ask(topology: &Topology, network: &Network, port: &Port) -> bool {
    let lease = Lease::of(topology, network, port);
    let may_send_to = |resolver: &Resolver| {
        let sender = port.sender(Some(resolver.address));
        sender.is_some_and(|(mac, address)| port.may_send_from(mac, address))
    };
    lease.iter().flat_map(|lease| &lease.resolvers).any(may_send_to)
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("web", |facts| nb(facts).ports[0].port_security = vec!["0a:00:00:00:00:10 10.0.0.77".into()]),
        fires("web", |facts| nb(facts).ports[0].port_security = vec!["0a:00:00:00:00:99".into()]),
        passes(|facts| nb(facts).ports[0].port_security = vec!["0a:00:00:00:00:10".into()]),
        // Its resolvers have IPv4 addresses.
        passes(|facts| nb(facts).ports[0].port_security = vec!["0a:00:00:00:00:10 10.0.0.10".into()]),
        fires("web", |facts| nb(facts).ports[0].port_security = vec!["0a:00:00:00:00:10 fd00::10".into()]),
        passes(|facts| {
            let entry = "0A:00:00:00:00:10 10.0.0.10/24 fd00::/64";
            nb(facts).ports[0].port_security = vec![entry.into()];
        }),
    ];
}
