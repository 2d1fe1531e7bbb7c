//! `dhcp-option-syntax`.

use crate::doctor::dhcp::{about, option_types, required_value, unless_foreign};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::dhcp_grammar;
use crate::model::snapshot::{Map, Port};
use crate::model::topology::{Leases, Network};
use crate::plan::change::Column;

pub(super) const CHECK: Check = Check {
    code: "dhcp-option-syntax",
    title: "a DHCP option that ovn-controller cannot read",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "ovn-northd pastes each option as `key = value` into put_dhcp_opts(...). Where ovn-controller cannot \
        parse that (several addresses without braces, a string without double quotes, an option that the release does \
        not know, as DHCPv6 fqdn before 23.09) it drops the whole flow: DHCP stops for every port that uses the row, and only ovn-controller's log \
        says so. server_mac and server_id are also the source of the answers: a MAC and one IPv4 address, in DHCPv6 \
        a MAC. The options are checked by OVN's own grammar, against the options and types in the southbound \
        DHCP_Options and DHCPv6_Options where they can be read.",
    source: "northd/northd.c, build_dhcpv4_action; lib/actions.c, parse_put_opts; lib/expr.c, parse_constant_set; \
        ovn-sb(5), DHCP_Options",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let (ipv4, ipv6) = (option_types(input, true), option_types(input, false));
    let mut findings = Vec::new();
    for leases in &input.topology.leases {
        let (types, source) = if leases.row.is_ipv4() { &ipv4 } else { &ipv6 };
        findings.extend(of_row(input, leases, types, source));
    }
    for network in &input.topology.switches {
        findings.extend(network.guests().filter_map(|port| of_port(network, port, &ipv4.0)));
    }
    Ok(findings)
}

fn of_row(input: &Input, leases: &Leases, types: &Map, source: &str) -> Vec<Finding> {
    let row = leases.row;
    let flaws = dhcp_grammar::flaws(&row.options, types, row.is_ipv4());
    flaws
        .into_iter()
        .map(|flaw| {
            let option = &flaw.option;
            let value = &row.options[option];
            let message =
                format!("{option} = {value}: {}; no port of {} gets a lease", flaw.why, row.cidr);
            let to =
                dhcp_grammar::corrected(option, value, types).or_else(|| required_value(input, leases, option));
            about(input, leases, option, message)
                .seen("value", value)
                .seen("options_of", source)
                .fix(unless_foreign(
                    row,
                    Fix::set(Column::DhcpOptions, row.uuid, &row.options, option, to.as_deref()),
                ))
                .automatic_if(true)
        })
        .collect()
}

/// The port's own hostname goes into the same action (ovn-nb(5), Logical_Switch_Port:options).
fn of_port(network: &Network, port: &Port, types: &Map) -> Option<Finding> {
    let value = port.options.get("hostname").filter(|_| port.dhcpv4_options.is_some())?;
    let why = dhcp_grammar::check("hostname", value, types).err()?;
    let message = format!("hostname = {value}: {why}; port {} gets no lease", port.name);
    let to = dhcp_grammar::corrected("hostname", value, types);
    let fix = Fix::set(Column::PortOptions, port.uuid, &port.options, "hostname", to.as_deref());
    let owner = port.owner();
    Some(
        Finding::new(&port.name, message)
            .on(network.name())
            .seen("value", value)
            .owned_by(owner)
            .fix((!owner.is_foreign()).then_some(fix)),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;
    use crate::model::release::VERSION_OPTION;

    pub const CASES: &[Case] = &[
        repaired("dns_server", |facts| option(facts, "dns_server", "8.8.8.8,8.8.4.4")),
        repaired("domain_name", |facts| option(facts, "domain_name", "internal")),
        repaired("ttl", |facts| option(facts, "ttl", "60")),
        repaired("server_mac", |facts| option(facts, "server_mac", "nonsense")),
        repaired("server_id", |facts| option(facts, "server_id", "fd00::1")),
        repaired("fqdn", |facts| {
            nb(facts).dhcp_options[0].cidr = "fd00::/64".into();
            nb(facts).dhcp_options[0].options =
                map(&[("server_id", "0a:00:00:00:00:01"), ("fqdn", "\"web.internal\"")]);
            nb(facts).global.options.insert(VERSION_OPTION.into(), "23.03.1-20.27.0-70.6".into());
            sb(facts).dhcpv6_options.clear();
        }),
        fires("domain_name", |facts| {
            option(facts, "domain_name", "internal");
            foreign_dhcp(facts);
        }),
        fires("web", |facts| drop(nb(facts).ports[0].options.insert("hostname".into(), "web".into()))),
        passes(|facts| {
            option(facts, "novel", "60");
            sb(facts).dhcp_options.insert("novel".into(), "uint8".into());
        }),
    ];
}
