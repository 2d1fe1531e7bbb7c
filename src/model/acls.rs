//! The ACLs that OVN applies on a switch, the port groups of a port, and the address sets that ACLs name.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;
use uuid::Uuid;

use super::snapshot::{Acl, Snapshot, Switch};

/// ACLs by their UUIDs, the port groups of each port, and the address sets by name.
#[derive(Debug)]
pub struct AclIndex<'a> {
    rows: &'a Snapshot,
    acls: HashMap<Uuid, &'a Acl>,
    groups: HashMap<Uuid, Vec<usize>>,
    sets: HashMap<&'a str, (HashSet<IpAddr>, Vec<IpNet>)>,
}

impl<'a> AclIndex<'a> {
    pub fn of(rows: &'a Snapshot) -> Self {
        let mut groups: HashMap<Uuid, Vec<usize>> = HashMap::new();
        for (index, group) in rows.port_groups.iter().enumerate() {
            for port in &group.ports {
                groups.entry(*port).or_default().push(index);
            }
        }
        let set = |addresses: &'a [String]| {
            let single = addresses.iter().filter_map(|text| text.parse().ok()).collect();
            let nets = addresses.iter().filter_map(|text| text.parse::<IpNet>().ok()).collect();
            (single, nets)
        };
        AclIndex {
            rows,
            acls: rows.acls.iter().map(|acl| (acl.uuid, acl)).collect(),
            groups,
            sets: rows.address_sets.iter().map(|row| (row.name.as_str(), set(&row.addresses))).collect(),
        }
    }

    /// The ACLs that OVN applies on a switch: its own, and those of the port groups that have ports of it. Each once.
    pub fn on(&self, switch: &Switch) -> Vec<&'a Acl> {
        let groups: BTreeSet<usize> =
            switch.ports.iter().flat_map(|port| self.groups_of(*port)).copied().collect();
        let grouped = groups.into_iter().flat_map(|index| &self.rows.port_groups[index].acls);
        let mut seen = HashSet::new();
        let uuids = switch.acls.iter().chain(grouped).filter(|uuid| seen.insert(**uuid));
        uuids.filter_map(|uuid| self.acls.get(uuid).copied()).collect()
    }

    /// The port groups of a port, by their place in the reading.
    pub fn groups_of(&self, port: Uuid) -> &[usize] {
        self.groups.get(&port).map_or(&[], Vec::as_slice)
    }

    /// Whether an address set has one of these addresses.
    pub fn set_has(&self, name: &str, addresses: &[IpAddr]) -> bool {
        self.sets.get(name).is_some_and(|(single, nets)| {
            addresses.iter().any(|ip| single.contains(ip) || nets.iter().any(|net| net.contains(ip)))
        })
    }
}
