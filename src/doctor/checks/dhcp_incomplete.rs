//! `dhcp-incomplete`.

use ipnet::IpNet;

use crate::doctor::dhcp::{about, assign, required_value, row_for, unless_foreign};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::{Fix, entry};
use crate::doctor::input::Input;
use crate::doctor::zones::texts;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::dhcp_grammar::required;
use crate::model::snapshot::Port;
use crate::model::topology::{Leases, Network};
use crate::plan::change::Column;

pub(super) const CHECK: Check = Check {
    code: "dhcp-incomplete",
    title: "DHCP options that ovn-northd ignores",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "ovn-northd makes no DHCP flow for a port, and says so only in its log, where the row lacks server_id, \
        server_mac or lease_time (DHCPv4) or server_id (DHCPv6), where cidr is no network, or where the port's address \
        is not in it.",
    source: "northd/northd.c, build_dhcpv4_action and build_dhcpv6_action; ovn-nb(5), DHCP_Options",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    Ok(input.topology.leases.iter().flat_map(|leases| findings(input, leases)).collect())
}

fn findings(input: &Input, leases: &Leases) -> Vec<Finding> {
    let row = leases.row;
    let uuid = row.uuid.to_string();
    let required = required(row.is_ipv4()).iter().copied();
    let absent: Vec<&str> = required.filter(|option| !row.options.contains_key(*option)).collect();
    let mut findings = Vec::new();
    if !absent.is_empty() {
        let message =
            format!("the options for {} lack {}: OVN answers no DHCP for them", row.cidr, absent.join(", "));
        let finding = about(input, leases, &uuid, message).seen("lacks", &absent);
        findings.push(finding.fix(complete(input, leases, &absent)));
    }
    let Some(net) = row.network() else {
        let message = format!("{:?} is no network: OVN answers no DHCP for its ports", row.cidr);
        findings.push(about(input, leases, &uuid, message));
        return findings;
    };
    for (index, ports) in &leases.users {
        let network = &input.topology.switches[*index];
        let outside = ports.iter().filter(|port| is_outside(port, &net));
        findings.extend(outside.map(|port| outside_finding(input, network, port, &net)));
    }
    findings
}

/// Whether a port has addresses of the network's family and none of them is in it.
fn is_outside(port: &Port, net: &IpNet) -> bool {
    let addresses = port.guest_addresses();
    let mut family = addresses.iter().filter(|ip| ip.is_ipv4() == net.addr().is_ipv4()).peekable();
    family.peek().is_some() && !family.any(|address| net.contains(address))
}

fn outside_finding(input: &Input, network: &Network, port: &Port, net: &IpNet) -> Finding {
    let addresses = texts(&port.guest_addresses());
    let message =
        format!("port {} has {}, and its DHCP options are for {net}", port.name, addresses.join(", "));
    let finding = Finding::new(&port.name, message)
        .on(network.name())
        .owned_by(port.owner())
        .seen("cidr", net.to_string())
        .seen("addresses", addresses);
    let fixes = row_for(input, network, &[port]).map(|row| assign(row, &[port]));
    fixes.into_iter().flatten().fold(finding, Finding::fix)
}

/// Sets what is absent, where there is no doubt about its value.
fn complete(input: &Input, leases: &Leases, absent: &[&str]) -> Option<Fix> {
    let row = leases.row;
    let change = |option: &&str| {
        let value = required_value(input, leases, option)?;
        Some(entry(Column::DhcpOptions, row.uuid, &row.options, option, Some(&value)))
    };
    let changes: Option<Vec<_>> = absent.iter().map(change).collect();
    unless_foreign(row, Fix::Change(changes?))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("00000000-0000-0000-0000-000000000015", |facts| {
            nb(facts).dhcp_options[0].options.remove("lease_time");
        }),
        passes(|facts| nb(facts).dhcp_options[0].cidr = "10.0.0.0/255.255.255.0".into()),
        passes(|facts| nb(facts).dhcp_options[0].cidr = " 10.0.0.5/024".into()),
        fires("00000000-0000-0000-0000-000000000015", |facts| nb(facts).dhcp_options[0].cidr = "10.0.0.0/33".into()),
        fires("db", |facts| nb(facts).dhcp_options[0].cidr = "10.0.0.10".into()),
        fires("web", |facts| nb(facts).ports[0].addresses = vec!["0a:00:00:00:00:10 10.1.0.10".into()]),
    ];
}
