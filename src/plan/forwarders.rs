//! Forwarders: which DHCP rows a switch's guests lease from, and what `dns_server` and the search
//! domain shall be in them.

use std::net::{IpAddr, SocketAddr};

use super::Plan;
use super::balancer::{self, Via};
use super::change::Column;
use crate::error::{Error, Result};
use crate::model::dhcp::{self, DNS_SERVER};
use crate::model::marks::{before_mark, option_of_before_mark};
use crate::model::name::Domain;
use crate::model::shell::shell_word;
use crate::model::snapshot::{DhcpOptions, Switch};
use crate::model::topology::{Network, Topology};

/// The resolvers that answer what is not local, and who asks them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolvers {
    /// The guests themselves.
    Plain(Vec<IpAddr>),
    /// A load balancer, which the guests ask.
    Via(Via, Vec<SocketAddr>),
}

/// A plan that gives the switch's guests these resolvers, and the zone's domain to search in.
///
/// # Errors
/// A conflict where no port of the switch uses a DHCP row that one of the resolvers fits; as
/// [`balancer::add`].
pub fn set(topology: &Topology, network: &Network, resolvers: &Resolvers, search: bool) -> Result<Plan> {
    let switch = network.switch;
    let mut plan = Plan::for_switch(switch);
    let servers = &match resolvers {
        Resolvers::Plain(servers) => {
            balancer::remove(&mut plan, topology, network);
            servers.clone()
        }
        Resolvers::Via(via, all) => balancer::add(&mut plan, topology, network, all, *via)?,
    };
    let domain = match topology.zone_of(network)? {
        Some(zone) => zone.domain.clone(),
        None => {
            plan.warnings.push(format!(
                "switch {} has no zone: nothing resolves in it yet; make one with: qdns zone create {}",
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
                "the row {} for {} stays as it is: no resolver of its family was given",
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
                    "{option} is left out of the row for {}: OVN encodes a domain with a dot, such as {domain}, wrong in DHCPv6",
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
        return Err(nothing_fits(switch, servers, rows.is_empty()));
    }
    for server in servers.iter().filter(|server| !served.contains(server)) {
        plan.warnings.push(format!("no guest gets {server}: no port uses a DHCP row of its family"));
    }
    plan.question = question(shared);
    Ok(plan)
}

/// A plan that takes back what [`set`] wrote: each option becomes what it was before.
///
/// # Errors
/// None today; the signature is that of every plan.
pub fn clear(topology: &Topology, network: &Network) -> Result<Plan> {
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
                "the row {} for {} stays as it is: its dns_server was not set by qdns",
                row.uuid, row.cidr
            ));
        }
    }
    plan.question = question(shared);
    Ok(plan)
}

/// The options that make short names resolve, and their values; `None` where OVN cannot carry it.
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

/// Writes an option, and beside it, the first time, what it was before.
fn write(plan: &mut Plan, row: &DhcpOptions, option: &str, value: &str) {
    let mark = before_mark(option);
    if !row.external_ids.contains_key(&mark) {
        let before = row.options.get(option).map_or("", String::as_str);
        plan.set(Column::DhcpMarks, row.uuid, Some(&row.external_ids), &mark, Some(before));
    }
    plan.set(Column::DhcpOptions, row.uuid, Some(&row.options), option, Some(value));
}

/// The DHCP rows that the ports of a switch use, with the names of the other switches that use them too.
fn rows_of<'t, 'a>(
    topology: &'t Topology<'a>,
    network: &'t Network,
) -> impl Iterator<Item = (&'a DhcpOptions, Vec<&'t str>)> {
    topology.leases_of(network).map(|(leases, _)| (leases.row, topology.shared_with(leases, network)))
}

/// A row with the switches that share it, for the question; none where no other switch uses it.
fn sharing(row: &DhcpOptions, shared_with: &[&str]) -> Option<String> {
    (!shared_with.is_empty())
        .then(|| format!("row {} ({}) with {}", row.uuid, row.cidr, shared_with.join(", ")))
}

fn question(shared: Vec<String>) -> Option<String> {
    (!shared.is_empty())
        .then(|| format!("change DHCP options that other switches share: {}", shared.join("; ")))
}

fn nothing_fits(switch: &Switch, servers: &[IpAddr], no_rows: bool) -> Error {
    let ipv4 = servers.iter().any(IpAddr::is_ipv4);
    let example = match switch.subnets().iter().find(|net| net.addr().is_ipv4() == ipv4) {
        Some(net) => net.to_string(),
        None if ipv4 => "10.0.0.0/24".to_owned(),
        None => "fd00::/64".to_owned(),
    };
    let (options, command) = match ipv4 {
        true => (
            "options:server_id=… options:server_mac=… options:lease_time=3600 options:router=…",
            "lsp-set-dhcpv4-options",
        ),
        false => ("options:server_id=…", "lsp-set-dhcpv6-options"),
    };
    Error::conflict(match no_rows {
        true => format!("no port of switch {} uses DHCP options, so no guest would get the resolvers", switch.name),
        false => format!("no port of switch {} uses DHCP options of the resolvers' family", switch.name),
    })
    .hint(format!(
        "make them with `ovn-nbctl create DHCP_Options cidr={example} {options}`, then `ovn-nbctl {command} PORT UUID` for each port"
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

    fn plain(resolver: &str) -> Resolvers {
        Resolvers::Plain(vec![resolver.parse().unwrap()])
    }

    #[test]
    fn clear_takes_back_what_set_wrote() {
        let mut snapshot = snapshot();
        snapshot.dhcp_options[0].options.insert(DNS_SERVER.into(), "1.1.1.1,1.0.0.1".into());
        let before = snapshot.clone();
        let servers = ["8.8.8.8", "8.8.4.4"].map(|ip| ip.parse().unwrap());
        for servers in [&servers[..], &servers[..1]] {
            let servers = Resolvers::Plain(servers.to_vec());
            let plan = on_first(&snapshot, |topology, net1| set(topology, net1, &servers, true)).unwrap();
            assert_eq!(plan.question, None);
            plan.apply_to(&mut snapshot);
        }
        assert_eq!(snapshot.dhcp_options[0].options[DNS_SERVER], "8.8.8.8");
        assert_eq!(snapshot.dhcp_options[0].options["domain_name"], "\"internal\"");
        on_first(&snapshot, clear).unwrap().apply_to(&mut snapshot);
        assert_eq!(snapshot, before);
    }

    #[test]
    fn a_row_that_other_switches_share_is_asked_about() {
        let mut snapshot = snapshot();
        snapshot.ports[1].dhcpv4_options = Some(Uuid::from_u128(21));
        let plan =
            on_first(&snapshot, |topology, net1| set(topology, net1, &plain("8.8.8.8"), true)).unwrap();
        assert!(plan.question.unwrap().contains("net2"));
    }

    #[test]
    fn resolvers_that_fit_no_row_are_refused_with_the_command_that_makes_one() {
        let snapshot = snapshot();
        let error =
            on_first(&snapshot, |topology, net1| set(topology, net1, &plain("fd00::1"), true)).unwrap_err();
        assert!(error.hints[0].contains("create DHCP_Options cidr=fd00::/64"));
    }
}
