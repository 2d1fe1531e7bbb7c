//! `dhcp-missing`.

use crate::doctor::dhcp::{assign, row_for};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::marks::Owner;
use crate::model::snapshot::Port;
use crate::model::topology::Network;

pub(super) const CHECK: Check = Check {
    code: "dhcp-missing",
    title: "guest ports without DHCP options",
    category: Category::Dhcp,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "A guest gets its resolver and its search domain by DHCP. OVN answers DHCP only for ports whose \
        dhcpv4_options or dhcpv6_options is set; without them the guest has no address either, unless a person \
        configures it. Pods get theirs in another way and are not checked. A guest can also learn a resolver from \
        a router's advertisements or from a DHCP relay. A switch with neither a zone nor any DHCP options is taken to belong to another program.",
    source: "ovn-nb(5), Logical_Switch_Port:dhcpv4_options, dhcpv6_options",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    Ok(input.topology.switches.iter().filter_map(|network| finding(input, network)).collect())
}

fn finding(input: &Input, network: &Network) -> Option<Finding> {
    let has_none = |port: &&Port| port.dhcpv4_options.is_none() && port.dhcpv6_options.is_none();
    // A plugin of Kubernetes writes the addresses into the pods.
    let is_pod = |port: &&Port| matches!(port.owner(), Owner::KubeOvn | Owner::OvnKubernetes);
    let learns_elsewhere =
        |port: &&Port| is_pod(port) || network.relay_of(port).is_some() || network.advertises_resolver_to(port);
    let ports: Vec<&Port> = network.guests().filter(has_none).filter(|port| !learns_elsewhere(port)).collect();
    let is_managed = network.own_zones().next().is_some() || network.guests().any(|port| !has_none(&port));
    let first = ports.first().filter(|_| is_managed)?;
    let name = network.name();
    let (which, has) = match ports.len() {
        1 => (format!("port {}", first.name), "has"),
        count => (format!("{count} of {} guest ports", network.guests().count()), "have"),
    };
    let message = format!("{which} of {name} {has} no DHCP options: no lease, no resolver");
    let finding = Finding::new(name, message)
        .on(name)
        .owned_by(first.owner())
        .seen("ports", ports.iter().take(5).map(|port| &port.name).collect::<Vec<_>>())
        .seen("count", ports.len());
    let fixes = row_for(input, network, &ports).map(|row| assign(row, &ports));
    Some(fixes.into_iter().flatten().fold(finding, Finding::fix))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::doctor::testing::*;
    use crate::model::snapshot::Switch;

    pub const CASES: &[Case] = &[
        fires("net1", |facts| nb(facts).ports[0].dhcpv4_options = None),
        fires("net1", |facts| {
            nb(facts).ports[0].dhcpv4_options = None;
            nb(facts).ports[0].external_ids = map(&[("neutron:port_name", "web")]);
        }),
        passes(|facts| {
            nb(facts).ports[0].dhcpv4_options = None;
            nb(facts).ports[0].external_ids = map(&[("pod", "true")]);
        }),
        passes(|facts| {
            nb(facts).ports[0].dhcpv4_options = None;
            advertise(facts, &[("rdnss", "fd09::9")]);
        }),
        fires("net1", |facts| {
            nb(facts).ports[0].dhcpv4_options = None;
            nb(facts).ports[0].port_security = vec!["0a:00:00:00:00:10 10.0.0.10".into()];
            advertise(facts, &[("rdnss", "fd09::9")]);
        }),
        passes(|facts| {
            nb(facts).ports[0].dhcpv4_options = None;
            nb(facts).switches[0].other_config.insert("dhcp_relay_port".into(), "net1-lr0".into());
        }),
        passes(|facts| {
            nb(facts).switches[0].dns_records.clear();
            for port in &mut nb(facts).ports {
                port.dhcpv4_options = None;
            }
        }),
    ];

    #[test]
    fn a_port_gets_no_row_of_another_program_or_of_another_switch() {
        let is_fixed = |change: fn(&mut Facts)| {
            let found = found(&CHECK, |facts| {
                for port in &mut nb(facts).ports {
                    port.dhcpv4_options = None;
                }
                change(facts);
            });
            !found[0].fixes.is_empty()
        };
        assert!(is_fixed(|_| ()));
        assert!(!is_fixed(foreign_dhcp));
        assert!(!is_fixed(|facts| {
            nb(facts).dhcp_options[0].external_ids = map(&[("qdns-created-for", &uuid(2).to_string())]);
        }));
        assert!(!is_fixed(|facts| nb(facts).ports[0].external_ids = map(&[("neutron:port_name", "web")])));
        assert!(!is_fixed(|facts| {
            let other = Port { uuid: uuid(14), dhcpv4_options: Some(uuid(21)), ..Port::default() };
            nb(facts).ports.push(other);
            let switch = Switch { uuid: uuid(2), name: "net2".into(), ports: vec![uuid(14)], ..Switch::default() };
            nb(facts).switches.push(switch);
        }));
    }
}
