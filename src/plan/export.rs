//! What an export of everything holds, such that an import of it makes every row as it is. Each zone is imported into an
//! empty one on trial; what the trial does not make is exported as it is stored.

use super::backup::{BalancerEntry, DhcpEntry, Stored, ZoneEntry};
use super::draft::Draft;
use super::import::{HostLine, Import, Parsed, fill};
use super::restore::forwarding::check_vips;
use crate::model::balancer::{Holder, PROTOCOLS};
use crate::model::dhcp_grammar::{built_in, flaws};
use crate::model::host::{HostEntry, host_name};
use crate::model::listing::some_of;
use crate::model::marks::{DHCP_CREATION_MARK, before_mark, is_dhcp_mark, wrote_mark};
use crate::model::snapshot::{DhcpOptions, Switch};
use crate::model::subnets::Subnets;
use crate::model::topology::{Network, Topology};
use crate::model::zone::Zone;

/// A zone as a backup holds it.
#[derive(Debug, Default)]
pub struct ExportedHosts {
    pub entry: ZoneEntry,
    /// The hosts that an import makes as they are stored.
    pub hosts: Vec<HostEntry>,
    /// The names of the others, whose keys are in the entry.
    pub refused: Vec<String>,
}

/// A zone of these hosts, as [`fill`] makes them again.
pub fn zone(topology: &Topology, zone: &Zone, hosts: Vec<HostEntry>) -> ExportedHosts {
    let home = zone.home.map(|index| &topology.switches[index]);
    let nameless = Switch { name: topology.home_name(zone).to_owned(), ..Switch::default() };
    let switch = home.map_or(&nameless, |network| network.switch);
    let subnets = home.map(|network| Subnets::of(&topology.sharing(network))).unwrap_or_default();
    let stored = zone.hosts();
    let (mut hosts, mut refused) = (hosts, Vec::new());
    let draft = loop {
        let mut draft = Draft::of(switch, None, true, zone.domain.clone());
        draft.subnets.clone_from(&subnets);
        let draft = trial(draft, &hosts);
        let is_made = |host: &HostEntry| {
            let name = host_name(&host.name, &zone.domain);
            let (made, stored) = (draft.hosts().by_name.get(&name), stored.by_name.get(&name));
            made.is_some_and(|made| stored.is_some_and(|stored| made.keys().eq(stored.keys())))
        };
        let (made, others): (Vec<HostEntry>, Vec<_>) = hosts.into_iter().partition(is_made);
        hosts = made;
        if others.is_empty() {
            break draft;
        }
        refused.extend(others.into_iter().map(|host| host.name));
    };
    refused.sort_unstable();
    let made = (&draft.records, &draft.marks);
    ExportedHosts {
        entry: ZoneEntry {
            line: 0,
            switch: home.map_or_else(|| nameless.name.clone(), |network| network.name().to_owned()),
            domain: zone.domain.as_str().to_owned(),
            shared_with: topology.sharers(zone).map(|network| network.name().to_owned()).collect(),
            left_over: home.is_none_or(|network| network.switch.is_deleted),
            as_stored: Stored::difference(made, (&zone.row.records, &zone.row.external_ids)),
        },
        hosts,
        refused,
    }
}

/// A new zone with these hosts, as far as an import accepts them.
fn trial<'a>(draft: Draft<'a>, hosts: &[HostEntry]) -> Draft<'a> {
    let hosts = hosts.iter().map(|host| HostLine { line: 0, host: host.clone(), home: None });
    let parsed = Parsed { hosts: hosts.collect(), ..Parsed::default() };
    fill(draft, &parsed, &Import { keeps_ports: true, ..Import::default() }).draft
}

/// The rows of DHCP options that `forwarders set` wrote and that ports use. What an import would refuse is left out, with
/// a warning: it would refuse the whole file.
pub fn dhcp_options(topology: &Topology) -> (Vec<DhcpEntry>, Vec<String>) {
    let is_written =
        |row: &DhcpOptions| !row.owner().is_foreign() && row.external_ids.keys().any(|key| is_dhcp_mark(key));
    let mut warnings = Vec::new();
    let written = topology.leases.iter().filter(|leases| is_written(leases.row));
    let entries = written.map(|leases| {
        let mut ports: Vec<String> = leases.users.values().flatten().map(|port| port.name.clone()).collect();
        ports.sort_unstable();
        let mut entry = DhcpEntry {
            line: 0,
            cidr: leases.row.cidr.clone(),
            ports,
            options: leases.row.options.clone(),
            external_ids: leases.row.external_ids.clone(),
        };
        let unreadable = leave_out_unreadable(leases.row, &mut entry);
        if !unreadable.is_empty() {
            warnings.push(format!(
                "DHCP options of {} that OVN cannot read, left out ({}): {}",
                entry.cidr,
                unreadable.len(),
                some_of(&unreadable)
            ));
        }
        entry
    });
    (entries.collect(), warnings)
}

/// Removes the options that an import would refuse, with their marks; returns them. Of a row that qdns did not create, it
/// looks at the options that `forwarders set` wrote.
fn leave_out_unreadable(row: &DhcpOptions, entry: &mut DhcpEntry) -> Vec<String> {
    let is_created = row.external_ids.contains_key(DHCP_CREATION_MARK);
    let flaws = flaws(&row.options, &built_in(row.is_ipv4(), None), row.is_ipv4());
    let is_imported = |option: &str| is_created || row.external_ids.contains_key(&before_mark(option));
    let unreadable = flaws.into_iter().map(|flaw| flaw.option).filter(|option| is_imported(option));
    let unreadable: Vec<String> = unreadable.collect();
    for option in &unreadable {
        entry.options.remove(option);
        entry.external_ids.remove(&before_mark(option));
        entry.external_ids.remove(&wrote_mark(option));
    }
    unreadable
}

/// The load balancers of `forwarders set --via`. Those that an import would refuse are left out, with a warning.
pub fn balancers(topology: &Topology) -> (Vec<BalancerEntry>, Vec<String>) {
    let all = topology.switches.iter().flat_map(|network| balancers_of(topology, network));
    let is_readable = |entry: &BalancerEntry| {
        PROTOCOLS.contains(&entry.protocol.as_str()) && check_vips(&entry.vips).is_ok()
    };
    let (entries, others): (Vec<BalancerEntry>, Vec<_>) = all.partition(is_readable);
    let warning = |entry: BalancerEntry| {
        let BalancerEntry { switch, protocol, .. } = entry;
        format!("the load balancer of {switch} for {protocol}, whose addresses cannot be read, left out")
    };
    (entries, others.into_iter().map(warning).collect())
}

fn balancers_of(topology: &Topology, network: &Network) -> Vec<BalancerEntry> {
    let rows = topology.balancers_of(network);
    rows.into_iter()
        .map(|row| BalancerEntry {
            line: 0,
            switch: network.name().to_owned(),
            protocol: if row.protocol.is_empty() { PROTOCOLS[1].to_owned() } else { row.protocol.clone() },
            vips: row.vips.clone(),
            router: topology.holders_of(row.uuid).into_iter().find_map(|holder| match holder {
                Holder::Router(router) => Some(router.name.clone()),
                Holder::Switch(_) => None,
            }),
        })
        .collect()
}
