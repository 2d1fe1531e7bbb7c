//! Forwarders: the resolvers and the search domain in the `DHCP_Options` rows that a switch's ports use.

use std::net::{IpAddr, SocketAddr};

use super::Plan;
use super::balancer::{self, VipChoice};
use super::change::Column;
use crate::error::{Error, Result};
use crate::model::dhcp::{self, DNS_SERVER};
use crate::model::marks::{before_mark, option_of_before_mark};
use crate::model::name::Domain;
use crate::model::shell::shell_word;
use crate::model::snapshot::{DhcpOptions, Switch};
use crate::model::topology::{Network, Topology};

/// The resolvers for names of other networks, and how guests reach them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forwarders {
    /// The guests ask the resolvers.
    Direct(Vec<IpAddr>),
    /// The guests ask their router, and a load balancer forwards to the resolvers.
    Balanced { vip: VipChoice, resolvers: Vec<SocketAddr> },
}

/// A plan that writes the resolvers, and with `search` the zone's domain, into the switch's DHCP options.
///
/// # Errors
/// A conflict where no port of the switch uses a DHCP row of a resolver's address family; as [`balancer::add`].
pub fn set(topology: &Topology, network: &Network, forwarders: &Forwarders, search: bool) -> Result<Plan> {
    let switch = network.switch;
    let mut plan = Plan::for_switch(switch);
    let servers = &match forwarders {
        Forwarders::Direct(servers) => {
            balancer::remove(&mut plan, topology, network);
            servers.clone()
        }
        Forwarders::Balanced { vip, resolvers } => {
            balancer::add(&mut plan, topology, network, resolvers, *vip)?
        }
    };
    let domain = match topology.zone_of(network)? {
        Some(zone) => zone.domain.clone(),
        None => {
            plan.warnings.push(format!(
                "switch {} has no zone, so no local name resolves yet; create one: qdns zone create {}",
                switch.name,
                shell_word(&switch.name)
            ));
            Domain::default()
        }
    };
    let rows: Vec<(&DhcpOptions, Vec<&str>)> = rows_of(topology, network).collect();
    let mut served: Vec<IpAddr> = Vec::new();
    let mut shared: Vec<String> = Vec::new();
    for (row, shared_with) in &rows {
        let family: Vec<IpAddr> =
            servers.iter().copied().filter(|ip| ip.is_ipv4() == row.is_ipv4()).collect();
        if family.is_empty() {
            plan.warnings.push(format!(
                "row {} for {} stays as it is: no resolver of its address family was given",
                row.uuid, row.cidr
            ));
            continue;
        }
        let planned = plan.changes.len();
        write(&mut plan, row, DNS_SERVER, &dhcp::addresses(&family));
        for (option, value) in search_options(row, &domain).filter(|_| search) {
            match value {
                Some(value) => write(&mut plan, row, option, &value),
                None => plan.warnings.push(format!(
                    "{option} is not set in the row for {}: in DHCPv6, OVN encodes a domain with a dot, such as {domain}, wrongly",
                    row.cidr
                )),
            }
        }
        if plan.changes.len() > planned {
            shared.extend(sharing(row, shared_with));
        }
        served.extend(family);
    }
    if served.is_empty() {
        return Err(no_matching_rows(switch, servers, rows.is_empty()));
    }
    for server in servers.iter().filter(|server| !served.contains(server)) {
        plan.warnings.push(format!("no guest gets {server}: no port uses a DHCP row of its address family"));
    }
    plan.question = question(shared);
    Ok(plan)
}

/// A plan that undoes [`set`]: each option gets the value that it had before.
pub fn clear(topology: &Topology, network: &Network) -> Plan {
    let switch = network.switch;
    let mut plan = Plan::for_switch(switch);
    balancer::remove(&mut plan, topology, network);
    let mut shared = Vec::new();
    for (row, shared_with) in rows_of(topology, network) {
        let planned = plan.changes.len();
        for (mark, before) in &row.external_ids {
            let Some(option) = option_of_before_mark(mark) else { continue };
            let before = Some(before.as_str()).filter(|before| !before.is_empty());
            plan.set(Column::DhcpOptions, row.uuid, Some(&row.options), option, before);
            plan.set(Column::DhcpMarks, row.uuid, Some(&row.external_ids), mark, None);
        }
        if plan.changes.len() > planned {
            shared.extend(sharing(row, &shared_with));
        }
        if plan.changes.len() == planned && row.options.contains_key(DNS_SERVER) {
            plan.warnings.push(format!(
                "row {} for {} stays as it is: qdns did not set its dns_server",
                row.uuid, row.cidr
            ));
        }
    }
    plan.question = question(shared);
    plan
}

/// The options for the search domain, and their values; `None` where OVN cannot encode the value.
fn search_options(
    row: &DhcpOptions,
    domain: &Domain,
) -> impl Iterator<Item = (&'static str, Option<String>)> {
    let quoted = dhcp::string(domain.as_str());
    let ipv4 = [("domain_name", Some(quoted.clone())), ("domain_search_list", Some(quoted.clone()))];
    // OVN encodes DHCPv6's list as one label (RFC 8415, section 21.4 refers to RFC 3646).
    let ipv6 = [("domain_search", (!domain.as_str().contains('.')).then_some(quoted))];
    let is_ipv4 = row.is_ipv4();
    ipv4.into_iter().filter(move |_| is_ipv4).chain(ipv6.into_iter().filter(move |_| !is_ipv4))
}

/// Plans an option's value. The first time, a mark keeps the value from before.
fn write(plan: &mut Plan, row: &DhcpOptions, option: &str, value: &str) {
    let mark = before_mark(option);
    if !row.external_ids.contains_key(&mark) {
        let before = row.options.get(option).map_or("", String::as_str);
        plan.set(Column::DhcpMarks, row.uuid, Some(&row.external_ids), &mark, Some(before));
    }
    plan.set(Column::DhcpOptions, row.uuid, Some(&row.options), option, Some(value));
}

/// The DHCP rows that the ports of a switch use, with the names of the other switches whose ports use them.
fn rows_of<'t, 'a>(
    topology: &'t Topology<'a>,
    network: &'t Network,
) -> impl Iterator<Item = (&'a DhcpOptions, Vec<&'t str>)> {
    topology.leases_of(network).map(|(leases, _)| (leases.row, topology.shared_with(leases, network)))
}

/// A row with the other switches that use it, for the question; `None` where there are none.
fn sharing(row: &DhcpOptions, shared_with: &[&str]) -> Option<String> {
    (!shared_with.is_empty())
        .then(|| format!("row {} ({}) with {}", row.uuid, row.cidr, shared_with.join(", ")))
}

fn question(shared: Vec<String>) -> Option<String> {
    (!shared.is_empty())
        .then(|| format!("change DHCP options that other switches share: {}", shared.join("; ")))
}

fn no_matching_rows(switch: &Switch, servers: &[IpAddr], has_no_rows: bool) -> Error {
    let ipv4 = servers.iter().any(IpAddr::is_ipv4);
    let example = match switch.subnets().iter().find(|net| net.addr().is_ipv4() == ipv4) {
        Some(net) => net.to_string(),
        None if ipv4 => "10.0.0.0/24".to_owned(),
        None => "fd00::/64".to_owned(),
    };
    let (options, command) = if ipv4 {
        (
            "options:server_id=… options:server_mac=… options:lease_time=3600 options:router=…",
            "lsp-set-dhcpv4-options",
        )
    } else {
        ("options:server_id=…", "lsp-set-dhcpv6-options")
    };
    let name = &switch.name;
    let error = Error::conflict(if has_no_rows {
        format!("no port of switch {name} uses DHCP options, so no guest would get the resolvers")
    } else {
        format!("no port of switch {name} uses DHCP options of the resolvers' address family")
    });
    error.hint(format!(
        "create them: `ovn-nbctl create DHCP_Options cidr={example} {options}`, then `ovn-nbctl {command} PORT UUID` for each port"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::on_first;
    use crate::model::snapshot::{Port, Snapshot};
    use uuid::Uuid;

    fn snapshot() -> Snapshot {
        let uuid = Uuid::from_u128;
        let dhcp = |n, cidr: &str| DhcpOptions { uuid: uuid(n), cidr: cidr.into(), ..DhcpOptions::default() };
        let port = |n, v4| Port { uuid: uuid(n), dhcpv4_options: Some(uuid(v4)), ..Port::default() };
        let switch = |n, name: &str, ports: &[u128]| Switch {
            uuid: uuid(n),
            name: name.into(),
            ports: ports.iter().copied().map(uuid).collect(),
            ..Switch::default()
        };
        Snapshot {
            switches: vec![switch(1, "net1", &[11]), switch(2, "net2", &[12])],
            ports: vec![port(11, 21), port(12, 22)],
            dhcp_options: vec![dhcp(21, "10.0.0.0/24"), dhcp(22, "10.0.1.0/24")],
            ..Snapshot::default()
        }
    }

    fn direct(resolver: &str) -> Forwarders {
        Forwarders::Direct(vec![resolver.parse().unwrap()])
    }

    #[test]
    fn clear_restores_the_options_from_before_set() {
        let mut snapshot = snapshot();
        snapshot.dhcp_options[0].options.insert(DNS_SERVER.into(), "1.1.1.1,1.0.0.1".into());
        let before = snapshot.clone();
        let servers = ["8.8.8.8", "8.8.4.4"].map(|ip| ip.parse().unwrap());
        for servers in [&servers[..], &servers[..1]] {
            let servers = Forwarders::Direct(servers.to_vec());
            let plan = on_first(&snapshot, |topology, net1| set(topology, net1, &servers, true)).unwrap();
            assert_eq!(plan.question, None);
            plan.apply_to(&mut snapshot);
        }
        assert_eq!(snapshot.dhcp_options[0].options[DNS_SERVER], "8.8.8.8");
        assert_eq!(snapshot.dhcp_options[0].options["domain_name"], "\"internal\"");
        on_first(&snapshot, clear).apply_to(&mut snapshot);
        assert_eq!(snapshot, before);
    }

    #[test]
    fn a_row_that_another_switch_uses_needs_a_question() {
        let mut snapshot = snapshot();
        snapshot.ports[1].dhcpv4_options = Some(Uuid::from_u128(21));
        let plan =
            on_first(&snapshot, |topology, net1| set(topology, net1, &direct("8.8.8.8"), true)).unwrap();
        let row = Uuid::from_u128(21);
        assert_eq!(
            plan.question.unwrap(),
            format!("change DHCP options that other switches share: row {row} (10.0.0.0/24) with net2")
        );
    }

    #[test]
    fn resolvers_without_a_row_of_their_family_are_refused_with_the_command_that_creates_one() {
        let snapshot = snapshot();
        let error =
            on_first(&snapshot, |topology, net1| set(topology, net1, &direct("fd00::1"), true)).unwrap_err();
        assert!(error.hints[0].contains("create DHCP_Options cidr=fd00::/64"));
    }
}
