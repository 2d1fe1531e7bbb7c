//! Forwarders: the resolvers and the search domain in the `DHCP_Options` rows that a switch's ports use.

use std::net::{IpAddr, SocketAddr};

use super::Plan;
use super::balancer::{self, VipChoice};
use super::change::Column;
use crate::error::{Error, Result};
use crate::model::dhcp::{self, DNS_SERVER};
use crate::model::foreign::ForeignNames;
use crate::model::listing::some_of;
use crate::model::marks::{before_mark, option_of_before_mark, wrote_mark};
use crate::model::name::Domain;
use crate::model::owner::resolver_command;
use crate::model::shell::CommandLine;
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

impl Forwarders {
    fn resolvers(&self) -> Vec<IpAddr> {
        match self {
            Forwarders::Direct(servers) => servers.clone(),
            Forwarders::Balanced { resolvers, .. } => resolvers.iter().map(SocketAddr::ip).collect(),
        }
    }
}

/// A plan that writes the resolvers, and with `search` the zone's domain, into the switch's DHCP options.
///
/// # Errors
/// A conflict where no port of the switch uses a DHCP row of a resolver's address family, and where one of these rows
/// belongs to another program; as [`balancer::add`].
pub fn set(topology: &Topology, network: &Network, forwarders: &Forwarders, search: bool) -> Result<Plan> {
    let switch = network.switch;
    let rows: Vec<(&DhcpOptions, Vec<&str>)> = rows_of(topology, network).collect();
    let resolvers = forwarders.resolvers();
    let is_written = |row: &&DhcpOptions| resolvers.iter().any(|ip| ip.is_ipv4() == row.is_ipv4());
    refuse_foreign(switch, &resolvers, rows.iter().map(|(row, _)| *row).filter(is_written))?;
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
    let foreign = network.foreign_names();
    let domain = match topology.zone_of(network)? {
        Some(zone) => Some(zone.domain.clone()),
        None if !foreign.is_empty() => None,
        None => {
            plan.warnings.push(format!(
                "switch {} has no zone, so no local name resolves yet; create one: {}",
                switch.name,
                CommandLine::qdns(["zone", "create"]).value(&switch.name)
            ));
            Some(Domain::default())
        }
    };
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
        if search {
            write_search(&mut plan, row, domain.as_ref(), &foreign);
        }
        if plan.changes.len() > planned {
            shared.extend(sharing(row, shared_with));
        }
        served.extend(family);
    }
    if served.is_empty() {
        return Err(no_matching_rows(network, servers, rows.is_empty()));
    }
    for server in servers.iter().filter(|server| !served.contains(server)) {
        plan.warnings.push(format!("no guest gets {server}: no port uses a DHCP row of its address family"));
    }
    plan.question = question(shared);
    Ok(plan)
}

/// A plan that undoes [`set`]: each option gets the value that it had before, unless another writer changed it since.
///
/// # Errors
/// A conflict where a row with values from before belongs to another program.
pub fn clear(topology: &Topology, network: &Network) -> Result<Plan> {
    let switch = network.switch;
    let is_marked =
        |row: &&DhcpOptions| row.external_ids.keys().any(|key| option_of_before_mark(key).is_some());
    refuse_foreign(switch, &[], rows_of(topology, network).map(|(row, _)| row).filter(is_marked))?;
    let mut plan = Plan::for_switch(switch);
    balancer::remove(&mut plan, topology, network);
    let mut shared = Vec::new();
    for (row, shared_with) in rows_of(topology, network) {
        let planned = plan.changes.len();
        for option in row.external_ids.keys().filter_map(|mark| option_of_before_mark(mark)) {
            restore(&mut plan, row, option);
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
    Ok(plan)
}

/// Plans the search domains that qdns wrote for one domain, for another one. Options of another program and values
/// that were changed since stay.
pub(super) fn rename_search_domain(
    plan: &mut Plan,
    topology: &Topology,
    network: &Network,
    from: &Domain,
    to: &Domain,
) {
    for (row, shared_with) in rows_of(topology, network).filter(|(row, _)| !row.owner().is_foreign()) {
        let planned = plan.changes.len();
        let renamed = search_options(row, from).zip(search_options(row, to));
        for ((option, before), (_, after)) in renamed {
            let (Some(before), Some(after)) = (before, after) else { continue };
            let is_ours = row.external_ids.get(&wrote_mark(option)) == Some(&before);
            if is_ours && row.options.get(option) == Some(&before) {
                write(plan, row, option, &after);
            }
        }
        if plan.changes.len() > planned && !shared_with.is_empty() {
            plan.warnings.push(format!(
                "the ports of {} use the DHCP row for {} too: their search domain becomes {to}",
                shared_with.join(" and "),
                row.cidr
            ));
        }
    }
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

/// Plans the search domain. Where other programs serve names on the switch, a domain in the row stays: these names
/// may be under it.
fn write_search(plan: &mut Plan, row: &DhcpOptions, domain: Option<&Domain>, foreign: &[ForeignNames]) {
    let searched = row.search_domains();
    let written = domain.filter(|_| foreign.is_empty() || searched.is_empty());
    let Some(domain) = written else {
        if domain.is_none_or(|domain| !searched.contains(domain.as_str())) {
            let rows: Vec<String> = foreign.iter().map(ForeignNames::rows).collect();
            plan.warnings.push(format!(
                "the search domain in the row for {} stays as it is: names of the switch are served from {}",
                row.cidr,
                rows.join(" and ")
            ));
        }
        return;
    };
    for (option, value) in search_options(row, domain) {
        match value {
            Some(value) => write(plan, row, option, &value),
            None => plan.warnings.push(format!(
                "{option} is not set in the row for {}: in DHCPv6, OVN encodes a domain with a dot, such as {domain}, wrongly",
                row.cidr
            )),
        }
    }
}

/// Plans an option's value. One mark keeps the value from before, unless qdns wrote that one too, and one keeps the
/// new value.
fn write(plan: &mut Plan, row: &DhcpOptions, option: &str, value: &str) {
    let (options, marks) = (Some(&row.options), Some(&row.external_ids));
    let mark = before_mark(option);
    if !row.external_ids.contains_key(&mark) || !is_as_written(row, option) {
        let before = row.options.get(option).map_or("", String::as_str);
        plan.set(Column::DhcpMarks, row.uuid, marks, &mark, Some(before));
    }
    plan.set(Column::DhcpMarks, row.uuid, marks, &wrote_mark(option), Some(value));
    plan.set(Column::DhcpOptions, row.uuid, options, option, Some(value));
}

/// Plans an option's value from before, and removes its marks.
fn restore(plan: &mut Plan, row: &DhcpOptions, option: &str) {
    let (options, marks) = (Some(&row.options), Some(&row.external_ids));
    let (before_mark, wrote_mark) = (before_mark(option), wrote_mark(option));
    if is_as_written(row, option) {
        let before = row.external_ids.get(&before_mark).map(String::as_str);
        let before = before.filter(|before| !before.is_empty());
        plan.set(Column::DhcpOptions, row.uuid, options, option, before);
    } else {
        let is = row.options.get(option).map_or("not set".to_owned(), |value| format!("{value} now"));
        plan.warnings.push(format!(
            "{option} in row {} for {} stays as it is: another program changed it after qdns wrote it; it is {is}",
            row.uuid, row.cidr
        ));
    }
    plan.set(Column::DhcpMarks, row.uuid, marks, &before_mark, None);
    plan.set(Column::DhcpMarks, row.uuid, marks, &wrote_mark, None);
}

/// Whether an option has the value that qdns wrote. A row that an earlier release of qdns wrote does not say.
fn is_as_written(row: &DhcpOptions, option: &str) -> bool {
    let wrote = row.external_ids.get(&wrote_mark(option));
    wrote.is_none_or(|wrote| row.options.get(option) == Some(wrote))
}

/// # Errors
/// A conflict where a row that the resolvers would be written to belongs to another program.
fn refuse_foreign<'a>(
    switch: &Switch,
    resolvers: &[IpAddr],
    rows: impl Iterator<Item = &'a DhcpOptions>,
) -> Result<()> {
    let foreign: Vec<&DhcpOptions> = rows.filter(|row| row.owner().is_foreign()).collect();
    let Some(first) = foreign.first() else { return Ok(()) };
    let named = foreign.iter().map(|row| format!("{} ({})", row.uuid, row.cidr)).collect::<Vec<_>>();
    let (noun, verb) = if foreign.len() == 1 { ("row", "belongs") } else { ("rows", "belong") };
    let error = Error::conflict(format!(
        "DHCP {noun} of switch {} {verb} to {}, so qdns changes nothing: {}",
        switch.name,
        first.owner().name(),
        some_of(&named)
    ));
    let commands = foreign.iter().filter_map(|row| resolver_command(row, resolvers));
    let mut hints: Vec<String> = commands.map(|command| command.line()).collect();
    hints.dedup();
    Err(hints.into_iter().fold(error, Error::hint))
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

fn no_matching_rows(network: &Network, servers: &[IpAddr], has_no_rows: bool) -> Error {
    let ipv4 = servers.iter().any(IpAddr::is_ipv4);
    let switch = network.switch;
    let example = match network.subnets().iter().find(|net| net.addr().is_ipv4() == ipv4) {
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
    if switch.owner().is_foreign() {
        return error
            .hint(format!("the switch belongs to {}, which decides about its DHCP", switch.owner().name()));
    }
    error.hint(format!(
        "create them: `ovn-nbctl create DHCP_Options cidr={example} {options}`, then `ovn-nbctl {command} PORT UUID` for each port"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::on_first;
    use crate::model::snapshot::{Map, Port, Snapshot};
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

    fn set_on(snapshot: &Snapshot, resolver: &str) -> Plan {
        on_first(snapshot, |topology, net1| set(topology, net1, &direct(resolver), true)).unwrap()
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
        on_first(&snapshot, clear).unwrap().apply_to(&mut snapshot);
        assert_eq!(snapshot, before);
    }

    #[test]
    fn clear_leaves_what_another_program_wrote_since() {
        let mut snapshot = snapshot();
        set_on(&snapshot, "8.8.8.8").apply_to(&mut snapshot);
        snapshot.dhcp_options[0].options.insert(DNS_SERVER.into(), "9.9.9.9".into());
        let plan = on_first(&snapshot, clear).unwrap();
        let warning = "dns_server in row 00000000-0000-0000-0000-000000000015 for 10.0.0.0/24 stays as it is: another \
            program changed it after qdns wrote it; it is 9.9.9.9 now";
        assert_eq!(plan.warnings, [warning]);
        plan.apply_to(&mut snapshot);
        let row = &snapshot.dhcp_options[0];
        assert_eq!(row.options, [(DNS_SERVER.to_owned(), "9.9.9.9".to_owned())].into());
        assert_eq!(row.external_ids, Map::new());
    }

    #[test]
    fn set_keeps_what_another_program_wrote_since_for_clear() {
        let mut snapshot = snapshot();
        set_on(&snapshot, "8.8.8.8").apply_to(&mut snapshot);
        snapshot.dhcp_options[0].options.insert(DNS_SERVER.into(), "9.9.9.9".into());
        set_on(&snapshot, "1.1.1.1").apply_to(&mut snapshot);
        on_first(&snapshot, clear).unwrap().apply_to(&mut snapshot);
        assert_eq!(snapshot.dhcp_options[0].options, [(DNS_SERVER.to_owned(), "9.9.9.9".to_owned())].into());
    }

    #[test]
    fn a_row_of_another_program_is_refused_with_its_command_and_no_row_is_written() {
        let mut snapshot = snapshot();
        let foreign = DhcpOptions {
            uuid: Uuid::from_u128(23),
            cidr: "10.0.2.0/24".into(),
            external_ids: [("subnet_id".to_owned(), "s1".to_owned())].into(),
            ..DhcpOptions::default()
        };
        snapshot.dhcp_options.push(foreign);
        snapshot.switches[0].ports.push(Uuid::from_u128(13));
        let dhcpv4_options = Some(Uuid::from_u128(23));
        snapshot.ports.push(Port { uuid: Uuid::from_u128(13), dhcpv4_options, ..Port::default() });
        let set =
            |resolver| on_first(&snapshot, |topology, net1| set(topology, net1, &direct(resolver), true));
        let error = set("8.8.8.8").unwrap_err();
        assert_eq!(
            error.message,
            "DHCP row of switch net1 belongs to neutron, so qdns changes nothing: \
             00000000-0000-0000-0000-000000000017 (10.0.2.0/24)"
        );
        assert_eq!(error.hints, ["openstack subnet set --dns-nameserver 8.8.8.8 s1"]);
        assert!(set("fd00::1").unwrap_err().message.starts_with("no port of switch net1 uses"));
    }

    #[test]
    fn clear_refuses_a_row_that_another_program_took_over() {
        let mut snapshot = snapshot();
        set_on(&snapshot, "8.8.8.8").apply_to(&mut snapshot);
        snapshot.dhcp_options[0].external_ids.insert("incus_switch".into(), "net1".into());
        let error = on_first(&snapshot, clear).unwrap_err();
        assert_eq!(error.hints, ["incus network set NETWORK 'dns.nameservers=ADDRESS'"]);
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
        let mut snapshot = snapshot;
        snapshot.switches[0].external_ids.insert("vendor".into(), "kube-ovn".into());
        let error =
            on_first(&snapshot, |topology, net1| set(topology, net1, &direct("fd00::1"), true)).unwrap_err();
        assert_eq!(error.hints, ["the switch belongs to kube-ovn, which decides about its DHCP"]);
    }
}
