//! DHCP rows and the ports that lease from them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::snapshot::{DhcpOptions, Port, Snapshot, Switch};

/// A DHCP row, and who leases from it.
#[derive(Clone, Debug)]
pub struct Usage<'a> {
    /// The row.
    pub row: &'a DhcpOptions,
    /// The ports of the switch that use it.
    pub ports: Vec<&'a Port>,
    /// The names of other switches whose ports use it too, each once.
    pub shared_with: Vec<&'a str>,
}

/// The DHCP rows that the ports of each switch use, DHCPv4 first, by the switch's UUID.
pub fn rows_by_switch(snapshot: &Snapshot) -> HashMap<Uuid, Vec<Usage<'_>>> {
    let ports: HashMap<Uuid, &Port> = snapshot.ports.iter().map(|port| (port.uuid, port)).collect();
    let rows: HashMap<Uuid, &DhcpOptions> = snapshot.dhcp_options.iter().map(|row| (row.uuid, row)).collect();
    let mut by_switch: HashMap<Uuid, Vec<Usage>> = HashMap::new();
    let mut users: HashMap<Uuid, BTreeSet<&str>> = HashMap::new();
    for switch in &snapshot.switches {
        let mut ports_of_row: BTreeMap<Uuid, Vec<&Port>> = BTreeMap::new();
        for port in switch.ports.iter().filter_map(|uuid| ports.get(uuid)) {
            for row in [port.dhcpv4_options, port.dhcpv6_options].into_iter().flatten() {
                ports_of_row.entry(row).or_default().push(port);
            }
        }
        for (row, ports) in ports_of_row {
            let Some(row) = rows.get(&row).copied() else { continue };
            users.entry(row.uuid).or_default().insert(&switch.name);
            let usage = Usage { row, ports, shared_with: Vec::new() };
            by_switch.entry(switch.uuid).or_default().push(usage);
        }
    }
    for switch in &snapshot.switches {
        for usage in by_switch.get_mut(&switch.uuid).into_iter().flatten() {
            let names = users.get(&usage.row.uuid).into_iter().flatten().copied();
            usage.shared_with = names.filter(|name| *name != switch.name).collect();
        }
    }
    for usages in by_switch.values_mut() {
        usages.sort_by_key(|usage| (!usage.row.is_ipv4(), usage.row.cidr.clone(), usage.row.uuid));
    }
    by_switch
}

/// The DHCP rows that the ports of a switch use, DHCPv4 first.
pub fn rows_of<'a>(snapshot: &'a Snapshot, switch: &Switch) -> Vec<Usage<'a>> {
    rows_by_switch(snapshot).remove(&switch.uuid).unwrap_or_default()
}
