//! `dhcp-no-address`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::snapshot::Port;
use crate::model::topology::Network;

pub(super) const CHECK: Check = Check {
    code: "dhcp-no-address",
    title: "ports with DHCP options and without an address to lease",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "ovn-northd makes a DHCP flow for each address in the port's addresses, and none for `unknown` or for a \
        MAC alone: the guest gets no lease, however right the row of DHCP options is, and no log says so. A port with \
        `dynamic` gets its address from other_config:subnet or ipv6_prefix of the switch, and none where the switch \
        has neither. The MAC must be the guest's own.",
    source: "northd/northd.c, build_lswitch_dhcp_options_and_response; ovn-nb(5), Logical_Switch_Port:addresses; seen on \
        OVN 23.03",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    Ok(input.topology.switches.iter().filter_map(finding).collect())
}

fn finding(network: &Network) -> Option<Finding> {
    let guests = || network.guests().filter(|port| !port.is_disabled());
    let ports: Vec<&Port> = guests().filter(|port| has_no_lease(network, port)).collect();
    let first = ports.first()?;
    let name = network.name();
    let which = match ports.len() {
        1 => format!("port {} of {name} gets no lease: its addresses are", first.name),
        count => format!(
            "{count} of {} guest ports of {name} get no lease: the addresses of {} are",
            guests().count(),
            first.name
        ),
    };
    let addresses = if first.addresses.is_empty() { "empty".to_owned() } else { first.addresses.join(", ") };
    let finding = Finding::new(name, format!("{which} {addresses}"))
        .on(name)
        .owned_by(first.owner())
        .seen("ports", ports.iter().take(5).map(|port| &port.name).collect::<Vec<_>>())
        .seen("count", ports.len());
    if first.owner().is_foreign() {
        return Some(finding);
    }
    let fixes: Vec<Fix> = ports.iter().filter_map(|port| give_address(network, port)).collect();
    if fixes.len() == ports.len() {
        return Some(finding.all_fixes(fixes));
    }
    Some(finding.hint("give each the guest's MAC and an address: ovn-nbctl lsp-set-addresses PORT 'MAC ADDRESS'"))
}

/// Whether a port has DHCP options and no address of their families.
fn has_no_lease(network: &Network, port: &Port) -> bool {
    let rows = [(port.dhcpv4_options, true), (port.dhcpv6_options, false)];
    let families: Vec<bool> = rows.iter().filter(|(row, _)| row.is_some()).map(|(_, is_ipv4)| *is_ipv4).collect();
    let has_lease = port.guest_addresses().iter().any(|address| families.contains(&address.is_ipv4()));
    let gets_one = is_dynamic(port) && assigns(network);
    !families.is_empty() && !has_lease && !gets_one
}

fn is_dynamic(port: &Port) -> bool {
    port.addresses.iter().any(|entry| entry.split_whitespace().any(|word| word == "dynamic"))
}

/// Whether OVN assigns addresses on the switch.
fn assigns(network: &Network) -> bool {
    ["subnet", "ipv6_prefix"].iter().any(|key| network.switch.other_config.contains_key(*key))
}

/// Lets OVN assign an address to a port whose MAC is known.
fn give_address(network: &Network, port: &Port) -> Option<Fix> {
    let mac = port.mac().filter(|_| assigns(network))?;
    let mut words = vec!["lsp-set-addresses".to_owned(), port.name.clone(), format!("{mac} dynamic")];
    words.extend(port.addresses.iter().filter(|entry| *entry == "unknown").cloned());
    Some(Fix::nbctl(words))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("net1", |facts| nb(facts).ports[0].addresses = vec!["unknown".into()]),
        fires("net1", |facts| nb(facts).ports[0].addresses = vec!["0a:00:00:00:00:10".into()]),
        fires("net1", |facts| nb(facts).ports[0].addresses = vec!["0a:00:00:00:00:10 fd00::10".into()]),
        fires("net1", |facts| nb(facts).ports[0].addresses.clear()),
        fires("net1", |facts| {
            nb(facts).ports[0].addresses = vec!["dynamic".into()];
            nb(facts).switches[0].other_config.clear();
        }),
        passes(|facts| nb(facts).ports[0].addresses = vec!["dynamic".into()]),
        passes(|facts| nb(facts).ports[0].addresses.push("unknown".into())),
        passes(|facts| {
            nb(facts).ports[0].addresses = vec!["unknown".into()];
            nb(facts).ports[0].dhcpv4_options = None;
        }),
    ];

    #[test]
    fn ovn_assigns_an_address_to_the_mac_of_the_port() {
        let found = found(&CHECK, |facts| {
            nb(facts).ports[0].addresses = vec!["0a:00:00:00:00:10".into(), "unknown".into()];
        });
        let words = ["lsp-set-addresses", "web", "0a:00:00:00:00:10 dynamic", "unknown"];
        assert_eq!(found[0].fixes, [Fix::nbctl(words)]);
    }
}
