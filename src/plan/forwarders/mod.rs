//! Forwarders: the resolvers and the search domain in the `DHCP_Options` rows that a switch's ports use.

mod create;
mod options;
mod reach;
mod rows;
mod wanted;

use std::collections::HashSet;
use std::net::IpAddr;

use super::balancer;
use super::change::Change;
use super::creation::usual_domain;
use super::{Plan, Undo};
use crate::error::Result;
use crate::model::dhcp::{self, DNS_SERVER};
use crate::model::foreign::ForeignNames;
use crate::model::marks::{option_of_before_mark, wrote_mark};
use crate::model::name::Domain;
use crate::model::shell::CommandLine;
use crate::model::snapshot::{DhcpOptions, Snapshot};
use crate::model::topology::{Network, Topology};
pub(super) use create::{created_again, unreadable};
pub use wanted::{Forwarders, Wanted};

use create::{created_for, destroy, is_created_for, new_rows};
use options::{restore, search_options, write, write_search};
use reach::{refuse_silent, warn_unreachable};
use rows::{UsedRow, no_matching_rows, question, refuse_foreign, rows_of};

/// A plan that writes the resolvers and the search domain into the switch's DHCP options.
///
/// # Errors
/// A conflict where no port of the switch uses a DHCP row of a resolver's address family, and where one of these rows
/// belongs to another program; as [`balancer::add`] and [`new_rows`].
pub fn set(topology: &Topology, network: &Network, wanted: &Wanted) -> Result<Plan> {
    let plan = changes(topology, network, wanted)?;
    let undo = undo(topology, network, &plan);
    Ok(Plan { undo, ..plan })
}

/// [`set`] without what restores the rows as they were.
fn changes(topology: &Topology, network: &Network, wanted: &Wanted) -> Result<Plan> {
    let Wanted { forwarders, search, create_dhcp } = wanted;
    let switch = network.switch;
    let rows = rows_of(topology, network);
    let resolvers = forwarders.resolvers();
    let is_written = |row: &&DhcpOptions| resolvers.iter().any(|ip| ip.is_ipv4() == row.is_ipv4());
    refuse_foreign(switch, &resolvers, rows.iter().map(|used| used.row).filter(is_written))?;
    let mut plan = Plan::for_switch(switch);
    let servers = &match forwarders {
        Forwarders::Direct(servers) => {
            refuse_silent(topology, network, servers)?;
            balancer::remove(&mut plan, topology, network);
            servers.clone()
        }
        Forwarders::Balanced { vip, resolvers } => {
            balancer::add(&mut plan, topology, network, resolvers, *vip)?
        }
    };
    let domain = domain_to_search(&mut plan, topology, network)?;
    let created = if *create_dhcp { new_rows(&mut plan, topology, network, servers)? } else { Vec::new() };
    let mut content = Content {
        network,
        servers,
        is_direct: matches!(forwarders, Forwarders::Direct(_)),
        search: *search,
        domain,
        foreign: network.foreign_names(),
        served: Vec::new(),
    };
    let mut shared: Vec<String> = Vec::new();
    for used in &rows {
        let planned = plan.changes.len();
        content.write_to(&mut plan, used.row);
        if plan.changes.len() > planned {
            shared.extend(used.sharing());
            used.expect_use(&mut plan);
        }
    }
    for new in &created {
        new.create(&mut plan);
        if rows.iter().all(|used| used.row.uuid != new.row.uuid) {
            content.write_to(&mut plan, &new.row);
        }
    }
    let served = content.served;
    if served.is_empty() {
        let warnings = create_dhcp.then_some(&plan.warnings);
        return Err(no_matching_rows(network, wanted, servers, warnings, rows.is_empty()));
    }
    for server in servers.iter().filter(|server| !served.contains(server)) {
        plan.warnings.push(format!("no guest gets {server}: no port uses a DHCP row of its address family"));
    }
    plan.question = question(shared);
    Ok(plan)
}

/// The domain in which guests search, unless only other programs serve names on the switch.
fn domain_to_search(plan: &mut Plan, topology: &Topology, network: &Network) -> Result<Option<Domain>> {
    if let Some(zone) = topology.zone_of(network)? {
        return Ok(Some(zone.domain.clone()));
    }
    if !network.foreign_names().is_empty() {
        return Ok(None);
    }
    let name = &network.switch.name;
    let create = CommandLine::qdns(["zone", "create"]).value(name);
    let warning = format!("switch {name} has no zone, so no local name resolves yet; create one: {create}");
    plan.warnings.push(warning);
    Ok(Some(usual_domain(topology, network)))
}

/// What the rows of a switch get.
struct Content<'c> {
    network: &'c Network<'c>,
    servers: &'c [IpAddr],
    /// Whether the guests ask the servers themselves.
    is_direct: bool,
    search: bool,
    domain: Option<Domain>,
    /// The names of other programs on the switch.
    foreign: Vec<ForeignNames>,
    /// The resolvers that some row got.
    served: Vec<IpAddr>,
}

impl Content<'_> {
    /// Plans the resolvers of the row's address family and the search domain.
    fn write_to(&mut self, plan: &mut Plan, row: &DhcpOptions) {
        let of_family = |ip: &IpAddr| ip.is_ipv4() == row.is_ipv4();
        let family: Vec<IpAddr> = self.servers.iter().copied().filter(of_family).collect();
        if family.is_empty() {
            plan.warnings.push(format!(
                "row {} for {} stays as it is: no resolver of its address family was given",
                row.uuid, row.cidr
            ));
            return;
        }
        write(plan, row, DNS_SERVER, &dhcp::addresses(&family));
        if self.is_direct {
            warn_unreachable(plan, self.network, row, &family);
        }
        if self.search {
            write_search(plan, row, self.domain.as_ref(), &self.foreign);
        }
        self.served.extend(family);
    }
}

/// What restores the DHCP rows as they were: a command of qdns if one does exactly that, else ovn-nbctl. None where a
/// plan only adds.
fn undo(topology: &Topology, network: &Network, plan: &Plan) -> Vec<Undo> {
    let takes_away = |change: &Change| match change {
        Change::Entry(entry) => entry.from.is_some(),
        Change::Destroy(_) | Change::Unrefer(_) => true,
        Change::Create(_) | Change::Refer(_) => false,
    };
    if !plan.changes.iter().any(takes_away) {
        return Vec::new();
    }
    let inverse = || plan.changes.iter().rev().flat_map(|change| change.inverse(topology.rows)).collect();
    vec![match restoring_command(topology, network, plan) {
        Some(line) if plan.question.is_some() => Undo::Qdns(line.option("--yes")),
        Some(line) => Undo::Qdns(line),
        None => Undo::Changes(inverse()),
    }]
}

/// The command that restores the DHCP rows of a switch after a plan. It is tried on copies of them.
fn restoring_command(topology: &Topology, network: &Network, plan: &Plan) -> Option<CommandLine> {
    let changes_entries_only =
        |plan: &Plan| plan.changes.iter().all(|change| matches!(change, Change::Entry(_)));
    let before = copies(topology, network);
    let mut after = before.clone();
    plan.apply_to(&mut after);
    let topology = Topology::of(&after);
    let network = topology.network(network.switch.uuid).ok().filter(|_| changes_entries_only(plan))?;
    let restores = |plan: Result<Plan>| {
        plan.is_ok_and(|plan| {
            let mut restored = after.clone();
            plan.apply_to(&mut restored);
            restored == before && changes_entries_only(&plan)
        })
    };
    if restores(clearance(&topology, network)) {
        return Some(CommandLine::qdns(["forwarders", "clear"]).value(network.name()));
    }
    let mut resolvers: Vec<IpAddr> = before.dhcp_options.iter().flat_map(DhcpOptions::resolvers).collect();
    let mut seen = HashSet::new();
    resolvers.retain(|ip| seen.insert(*ip));
    let set = CommandLine::qdns(["forwarders", "set"]).value(network.name());
    let set = resolvers.iter().fold(set, CommandLine::value);
    [(true, set.clone()), (false, set.option("--no-search"))].into_iter().find_map(|(search, line)| {
        let forwarders = Forwarders::Direct(resolvers.clone());
        let wanted = Wanted { forwarders, search, create_dhcp: false };
        restores(changes(&topology, network, &wanted)).then_some(line)
    })
}

/// A switch with the rows that its forwarders depend on.
fn copies(topology: &Topology, network: &Network) -> Snapshot {
    let zone = topology.zone_of(network).ok().flatten().map(|zone| zone.row);
    let others = network.rows.iter().copied().filter(|row| zone.is_none_or(|zone| zone.uuid != row.uuid));
    Snapshot {
        switches: vec![network.switch.clone()],
        dns: zone.into_iter().chain(others).cloned().collect(),
        ports: network.ports.iter().copied().cloned().collect(),
        dhcp_options: network.dhcp_rows.iter().copied().cloned().collect(),
        router_ports: network.uplinks.iter().map(|uplink| uplink.peer.clone()).collect(),
        site_domain: topology.rows.site_domain.clone(),
        ..Snapshot::default()
    }
}

/// A plan that undoes [`set`]: each option gets the value that it had before, unless another writer changed it since,
/// and rows that were created for the switch are destroyed.
///
/// # Errors
/// A conflict where a row with values from before belongs to another program.
pub fn clear(topology: &Topology, network: &Network) -> Result<Plan> {
    let plan = clearance(topology, network)?;
    let undo = undo(topology, network, &plan);
    Ok(Plan { undo, ..plan })
}

/// [`clear`] without what restores the rows as they were.
fn clearance(topology: &Topology, network: &Network) -> Result<Plan> {
    let switch = network.switch;
    let rows = rows_of(topology, network);
    let is_marked =
        |row: &&DhcpOptions| row.external_ids.keys().any(|key| option_of_before_mark(key).is_some());
    refuse_foreign(switch, &[], rows.iter().map(|used| used.row).filter(is_marked))?;
    let mut plan = Plan::for_switch(switch);
    balancer::remove(&mut plan, topology, network);
    let mut shared = Vec::new();
    for row in created_for(topology, network) {
        destroy(&mut plan, network, row);
        shared.extend(rows.iter().filter(|used| used.row.uuid == row.uuid).filter_map(UsedRow::sharing));
    }
    for used in rows.iter().filter(|used| !is_created_for(used.row, network)) {
        let row = used.row;
        let planned = plan.changes.len();
        for option in row.external_ids.keys().filter_map(|mark| option_of_before_mark(mark)) {
            restore(&mut plan, row, option);
        }
        if plan.changes.len() > planned {
            shared.extend(used.sharing());
            used.expect_use(&mut plan);
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
    let rows = rows_of(topology, network).into_iter().filter(|used| !used.row.owner().is_foreign());
    for UsedRow { row, shared_with, .. } in rows {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::on_first;
    use crate::model::marks::before_mark;
    use crate::model::snapshot::{Map, Port, Switch};
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

    fn wanted(resolvers: &[&str]) -> Wanted {
        let resolvers = resolvers.iter().map(|ip| ip.parse().unwrap()).collect();
        Wanted { forwarders: Forwarders::Direct(resolvers), search: true, create_dhcp: false }
    }

    fn try_set(snapshot: &Snapshot, resolver: &str) -> Result<Plan> {
        on_first(snapshot, |topology, net1| set(topology, net1, &wanted(&[resolver])))
    }

    fn set_on(snapshot: &Snapshot, resolver: &str) -> Plan {
        try_set(snapshot, resolver).unwrap()
    }

    #[test]
    fn clear_restores_the_options_from_before_set() {
        let mut snapshot = snapshot();
        snapshot.dhcp_options[0].options.insert(DNS_SERVER.into(), "{1.1.1.1, 1.0.0.1}".into());
        let before = snapshot.clone();
        for servers in [&["8.8.8.8", "8.8.4.4"][..], &["8.8.8.8"]] {
            let plan = on_first(&snapshot, |topology, net1| set(topology, net1, &wanted(servers))).unwrap();
            assert_eq!(plan.question, None);
            plan.apply_to(&mut snapshot);
        }
        assert_eq!(snapshot.dhcp_options[0].options[DNS_SERVER], "8.8.8.8");
        assert_eq!(snapshot.dhcp_options[0].options["domain_name"], "\"internal\"");
        on_first(&snapshot, clear).unwrap().apply_to(&mut snapshot);
        assert_eq!(snapshot, before);
    }

    #[test]
    fn a_value_from_before_that_ovn_cannot_read_is_not_written_again() {
        let mut snapshot = snapshot();
        snapshot.dhcp_options[0].options.insert(DNS_SERVER.into(), "1.1.1.1,1.0.0.1".into());
        set_on(&snapshot, "8.8.8.8").apply_to(&mut snapshot);
        let marks = &mut snapshot.dhcp_options[0].external_ids;
        assert_eq!(marks[&before_mark(DNS_SERVER)], "");
        // Another program may write the mark.
        marks.insert(before_mark(DNS_SERVER), "8.8.8.8); drop; (".into());
        marks.insert("qdns-before-router".into(), "10.0.0.66".into());
        let plan = on_first(&snapshot, clear).unwrap();
        let warning = "dns_server in row 00000000-0000-0000-0000-000000000015 for 10.0.0.0/24 is removed: OVN cannot \
            read its value from before, 8.8.8.8); drop; (: something follows the value, which OVN would read as \
            another option or action";
        assert_eq!(plan.warnings, [warning]);
        plan.apply_to(&mut snapshot);
        assert_eq!(snapshot.dhcp_options[0].options, Map::new());
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
        let set = |resolver| try_set(&snapshot, resolver);
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
        let plan = set_on(&snapshot, "8.8.8.8");
        let row = Uuid::from_u128(21);
        assert_eq!(
            plan.question.unwrap(),
            format!("change DHCP options that other switches share: row {row} (10.0.0.0/24) with net2")
        );
    }

    #[test]
    fn resolvers_without_a_row_of_their_family_are_refused_with_the_command_that_creates_one() {
        let snapshot = snapshot();
        let error = try_set(&snapshot, "fd00::1").unwrap_err();
        assert!(error.hints[0].contains("create DHCP_Options cidr=fd00::/64"));
        let mut snapshot = snapshot;
        snapshot.switches[0].external_ids.insert("vendor".into(), "kube-ovn".into());
        let error = try_set(&snapshot, "fd00::1").unwrap_err();
        assert_eq!(error.hints, ["the switch belongs to kube-ovn, which decides about its DHCP"]);
    }
}
