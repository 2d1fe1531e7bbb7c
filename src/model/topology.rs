//! The index of a northbound database: the zone of a switch, the switches that list a row, the ports that use a
//! DHCP row, the routers of a switch, the balancers of a router. Every command asks here.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::balancer::{self, Holder};
use super::name::Domain;
use super::network::networks;
pub use super::network::{Network, Uplink};
use super::snapshot::{DhcpOptions, DnsRow, LoadBalancer, Port, Snapshot};
use super::zone::{Zone, marks_switch, zone_uuid};
use crate::error::{Error, Result};

/// The rows of a northbound database, indexed.
#[derive(Debug)]
pub struct Topology<'a> {
    pub rows: &'a Snapshot,
    /// In the order of their names.
    pub switches: Vec<Network<'a>>,
    /// Every DNS row of qdns.
    pub zones: Vec<Zone<'a>>,
    /// Every DHCP row that ports use.
    pub leases: Vec<Leases<'a>>,
    by_name: HashMap<&'a str, Vec<usize>>,
    by_uuid: HashMap<Uuid, usize>,
}

/// A row of DHCP options and the ports that use it.
#[derive(Debug)]
pub struct Leases<'a> {
    pub row: &'a DhcpOptions,
    /// The ports that use it, by the index of their switch in [`Topology::switches`].
    pub users: BTreeMap<usize, Vec<&'a Port>>,
}

impl<'a> Topology<'a> {
    /// Indexes a reading.
    pub fn of(rows: &'a Snapshot) -> Self {
        let switches = networks(rows);
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for network in &switches {
            by_name.entry(&network.switch.name).or_default().push(network.index);
        }
        let by_uuid = switches.iter().map(|network| (network.switch.uuid, network.index)).collect();
        let leases = leases(rows, &switches);
        let mut topology = Topology { rows, switches, zones: Vec::new(), leases, by_name, by_uuid };
        topology.zones = topology.find_zones();
        topology
    }

    /// The switch with this UUID.
    ///
    /// # Errors
    /// Not found.
    pub fn network(&self, uuid: Uuid) -> Result<&Network<'a>> {
        let found = self.by_uuid.get(&uuid).map(|index| &self.switches[*index]);
        found.ok_or_else(|| Error::not_found(format!("there is no logical switch {uuid}")))
    }

    /// The zone of a switch: the row of qdns whose home the switch is. This may be a row that the switch does not
    /// list. A row that the switch lists, but that is marked for another switch, is the other switch's zone.
    ///
    /// # Errors
    /// A conflict where several rows may be the zone.
    pub fn zone_of(&self, network: &Network) -> Result<Option<&Zone<'a>>> {
        let own = || self.zones.iter().filter(|zone| zone.home == Some(network.index));
        let attached: Vec<&Zone> = own().filter(|zone| zone.is_attached()).collect();
        if let [zone] = attached[..] {
            return Ok(Some(zone));
        }
        let uuid = zone_uuid(network.switch.uuid);
        let candidates: Vec<&Zone> = if attached.is_empty() { own().collect() } else { attached };
        let created_for_it = candidates.iter().find(|zone| !zone.is_attached() && zone.row.uuid == uuid);
        match (&candidates[..], created_for_it) {
            ([], _) => Ok(None),
            ([zone], _) | (_, Some(zone)) => Ok(Some(zone)),
            (several, None) => Err(several_zones(network, several)),
        }
    }

    /// The switches whose ports decide about the names of a switch's zone: the switch, and all others that list the
    /// zone.
    pub fn sharing<'t>(&'t self, network: &'t Network<'a>) -> Vec<&'t Network<'a>> {
        let zone = self.zone_of(network).ok().flatten();
        std::iter::once(network).chain(zone.into_iter().flat_map(|zone| self.sharers(zone))).collect()
    }

    /// The switches other than its home that list a zone.
    pub fn sharers<'t>(&'t self, zone: &'t Zone<'a>) -> impl Iterator<Item = &'t Network<'a>> {
        let others = zone.listed_by.iter().filter(|index| zone.home != Some(**index));
        others.map(|index| &self.switches[*index])
    }

    /// The zones of other switches that a switch lists.
    pub fn shared_zones<'t>(&'t self, network: &'t Network<'a>) -> impl Iterator<Item = &'t Zone<'a>> {
        let index = network.index;
        self.zones.iter().filter(move |zone| zone.home != Some(index) && zone.listed_by.contains(&index))
    }

    /// The zones that their home lists and that are marked for it, with that switch.
    pub fn serving(&self) -> impl Iterator<Item = (&Network<'a>, &Zone<'a>)> {
        self.zones.iter().filter(|zone| zone.is_attached()).filter_map(|zone| {
            let network = &self.switches[zone.home?];
            marks_switch(zone.row, network.switch).then_some((network, zone))
        })
    }

    /// Every zone with [`Topology::home_name`], in the order of these names.
    pub fn zones_by_home(&self) -> impl Iterator<Item = (&str, &Zone<'a>)> {
        let mut zones: Vec<(&str, &Zone)> =
            self.zones.iter().map(|zone| (self.home_name(zone), zone)).collect();
        zones.sort_by_key(|(name, zone)| (*name, zone.row.uuid));
        zones.into_iter()
    }

    /// The name of a zone's home, or the mark of the zone where the home does not exist.
    pub fn home_name(&self, zone: &Zone<'a>) -> &str {
        match zone.home {
            Some(home) => &self.switches[home].switch.name,
            None => zone.row.switch_mark().unwrap_or_default(),
        }
    }

    /// The name by which operators know a zone's home, where it is another one.
    pub fn known_as(&self, zone: &Zone<'a>) -> Option<&'a str> {
        zone.home.and_then(|home| self.switches[home].switch.known_as())
    }

    /// What a DNS row is, for people: `the zone of net1`, `a row of neutron`.
    pub fn row_label(&self, row: &DnsRow) -> String {
        match self.zones.iter().find(|zone| zone.row.uuid == row.uuid) {
            Some(zone) => format!("the zone of {}", self.home_name(zone)),
            None => format!("a row of {}", row.owner().name()),
        }
    }

    /// By the switch's index: the domain of its zone, and whether the zone has hosts.
    pub fn domains(&self) -> HashMap<usize, (&Domain, bool)> {
        self.serving().map(|(network, zone)| (network.index, (&zone.domain, zone.has_hosts()))).collect()
    }

    /// The switches that a mark names, by name or UUID.
    pub fn named(&self, mark: &str) -> Vec<usize> {
        if let Some(found) = self.by_name.get(mark) {
            return found.clone();
        }
        let uuid = Uuid::parse_str(mark).ok();
        uuid.and_then(|uuid| self.by_uuid.get(&uuid)).copied().into_iter().collect()
    }

    /// The switch that ovn-trace(8) has under this name: that of Neutron where there is one, else OVN's own.
    pub fn traced_as(&self, name: &str) -> Option<&Network<'a>> {
        let known_as = || self.switches.iter().find(|network| network.switch.known_as() == Some(name));
        self.switches.iter().find(|network| network.name() == name).or_else(known_as)
    }

    /// The DHCP rows that the ports of a switch use, DHCPv4 first, each with these ports.
    pub fn leases_of(&self, network: &Network) -> impl Iterator<Item = (&Leases<'a>, &[&'a Port])> {
        let index = network.index;
        let mut used: Vec<(&Leases, &[&Port])> = self
            .leases
            .iter()
            .filter_map(|leases| Some((leases, leases.users.get(&index)?.as_slice())))
            .collect();
        used.sort_by_cached_key(|(leases, ports)| leases.row.place(ports));
        used.into_iter()
    }

    /// The names of the other switches whose ports use a DHCP row.
    pub fn shared_with(&self, leases: &Leases, network: &Network) -> Vec<&str> {
        let others = leases.users.keys().filter(|index| **index != network.index);
        let mut names: Vec<&str> = others.map(|index| self.switches[*index].switch.name.as_str()).collect();
        names.dedup();
        names
    }

    /// The balancers of qdns for a switch, in the order UDP, TCP.
    pub fn balancers_of(&self, network: &Network) -> Vec<&'a LoadBalancer> {
        let rows = self.rows;
        let ours = balancer::balancer_uuids(network.switch.uuid).into_iter();
        ours.filter_map(|uuid| rows.load_balancer(uuid)).filter(|row| row.is_ours()).collect()
    }

    /// The routers and switches that list a balancer.
    pub fn holders_of(&self, balancer: Uuid) -> Vec<Holder<'a>> {
        let routers = self.rows.routers.iter().map(Holder::Router);
        let holders = routers.chain(self.rows.switches.iter().map(Holder::Switch));
        holders.filter(|holder| holder.balancers().contains(&balancer)).collect()
    }

    fn find_zones(&self) -> Vec<Zone<'a>> {
        let mut listed_by: HashMap<Uuid, Vec<usize>> = HashMap::new();
        for network in &self.switches {
            for row in &network.rows {
                listed_by.entry(row.uuid).or_default().push(network.index);
            }
        }
        let created_for: HashMap<Uuid, usize> =
            self.switches.iter().map(|network| (zone_uuid(network.switch.uuid), network.index)).collect();
        let ours = self.rows.dns.iter().filter(|row| row.is_ours());
        let mut zones: Vec<Zone> = ours
            .map(|row| {
                let listed_by = listed_by.remove(&row.uuid).unwrap_or_default();
                Zone::new(row, self.home_of(row, &listed_by, &created_for), listed_by)
            })
            .collect();
        zones.sort_by_key(|zone| (zone.listed_by.first().copied(), zone.row.uuid));
        zones
    }

    /// The switch whose names a row of qdns has: the one that its mark names. Where several switches have that
    /// name, it is the one that lists the row or that the row was created for. Where none has it, the switch was
    /// renamed: it is the one that the row was created for, or the only one that lists the row.
    fn home_of(
        &self,
        row: &DnsRow,
        listed_by: &[usize],
        created_for: &HashMap<Uuid, usize>,
    ) -> Option<usize> {
        let Some(mark) = row.switch_mark() else { return listed_by.first().copied() };
        let created_for = created_for.get(&row.uuid).copied();
        match self.named(mark)[..] {
            [] => created_for.or(if let [only] = listed_by { Some(*only) } else { None }),
            [only] => Some(only),
            ref several => {
                let lists = several.iter().find(|index| listed_by.contains(index)).copied();
                lists.or(created_for.filter(|index| several.contains(index)))
            }
        }
    }
}

impl DhcpOptions {
    /// The place of a row among those of a switch: by family, network and the first of its ports by name.
    fn place<'p>(&self, ports: &[&'p Port]) -> (bool, String, Option<&'p str>, Uuid) {
        let first = ports.iter().map(|port| port.name.as_str()).min();
        (!self.is_ipv4(), self.cidr.clone(), first, self.uuid)
    }
}

fn leases<'a>(rows: &'a Snapshot, switches: &[Network<'a>]) -> Vec<Leases<'a>> {
    let mut users: HashMap<Uuid, BTreeMap<usize, Vec<&Port>>> = HashMap::new();
    for network in switches {
        for port in &network.ports {
            for row in [port.dhcpv4_options, port.dhcpv6_options].into_iter().flatten() {
                users.entry(row).or_default().entry(network.index).or_default().push(port);
            }
        }
    }
    let rows = rows.dhcp_options.iter();
    let mut leases: Vec<Leases> =
        rows.filter_map(|row| Some(Leases { row, users: users.remove(&row.uuid)? })).collect();
    leases.sort_by_cached_key(|lease| {
        let first = lease.users.iter().next();
        first.map(|(index, ports)| (*index, lease.row.place(ports)))
    });
    leases
}

fn several_zones(network: &Network, zones: &[&Zone]) -> Error {
    let uuids: Vec<String> = zones.iter().map(|zone| zone.row.uuid.to_string()).collect();
    let name = &network.switch.name;
    let hint = if network.switch.is_deleted {
        "destroy those that are not needed: ovn-nbctl destroy DNS UUID".to_owned()
    } else {
        format!("keep one: ovn-nbctl remove Logical_Switch {} dns_records UUID", network.switch.uuid)
    };
    Error::conflict(format!("switch {name} has {} zones: {}", zones.len(), uuids.join(", "))).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::marks::SWITCH_MARK;
    use crate::model::snapshot::Switch;

    fn uuid(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn switch(n: u128, name: &str, rows: &[u128]) -> Switch {
        let dns_records = rows.iter().copied().map(uuid).collect();
        Switch { uuid: uuid(n), name: name.into(), dns_records, ..Switch::default() }
    }

    fn row(n: u128, key: &str, value: &str) -> DnsRow {
        DnsRow { uuid: uuid(n), external_ids: [(key.into(), value.into())].into(), ..DnsRow::default() }
    }

    /// The UUID of the zone of the switch of this name, or whether there are several.
    fn zone(snapshot: &Snapshot, name: &str) -> std::result::Result<Option<Uuid>, ()> {
        let topology = Topology::of(snapshot);
        let network = &topology.switches[topology.named(name)[0]];
        topology.zone_of(network).map(|zone| zone.map(|zone| zone.row.uuid)).map_err(drop)
    }

    #[test]
    fn a_row_of_another_owner_is_no_zone() {
        let dns = vec![row(2, "ls_name", "net1"), row(3, "incus_switch", "net1"), row(4, "who", "knows")];
        let snapshot = Snapshot { switches: vec![switch(1, "net1", &[2, 3, 4])], dns, ..Snapshot::default() };
        assert_eq!(zone(&snapshot, "net1"), Ok(None));
    }

    #[test]
    fn a_row_that_its_switch_no_longer_lists_is_its_zone() {
        let dns = vec![row(2, SWITCH_MARK, "net1")];
        let snapshot = Snapshot { switches: vec![switch(1, "net1", &[])], dns, ..Snapshot::default() };
        assert_eq!(zone(&snapshot, "net1"), Ok(Some(uuid(2))));
        assert!(!Topology::of(&snapshot).zones[0].is_attached());
    }

    #[test]
    fn a_shared_row_is_the_zone_of_the_switch_that_it_is_marked_for() {
        let dns = vec![row(3, SWITCH_MARK, "net1")];
        let switches = vec![switch(1, "net1", &[3]), switch(2, "net2", &[3])];
        let snapshot = Snapshot { switches, dns, ..Snapshot::default() };
        assert_eq!(zone(&snapshot, "net1"), Ok(Some(uuid(3))));
        assert_eq!(zone(&snapshot, "net2"), Ok(None));
    }

    #[test]
    fn a_listed_row_goes_before_one_that_is_not_listed() {
        let dns = vec![row(2, SWITCH_MARK, "net1"), row(3, SWITCH_MARK, "net1")];
        let mut snapshot = Snapshot { switches: vec![switch(1, "net1", &[3])], dns, ..Snapshot::default() };
        assert_eq!(zone(&snapshot, "net1"), Ok(Some(uuid(3))));
        snapshot.switches[0].dns_records.push(uuid(2));
        assert_eq!(zone(&snapshot, "net1"), Err(()));
    }

    #[test]
    fn a_renamed_switch_keeps_its_zone() {
        let dns = vec![row(2, SWITCH_MARK, "old")];
        let snapshot = Snapshot { switches: vec![switch(1, "new", &[2])], dns, ..Snapshot::default() };
        assert_eq!(zone(&snapshot, "new"), Ok(Some(uuid(2))));
    }

    #[test]
    fn switches_of_one_name_have_their_own_zones() {
        let twins = vec![switch(1, "twin", &[3]), switch(2, "twin", &[])];
        let made = DnsRow { uuid: zone_uuid(uuid(2)), ..row(0, SWITCH_MARK, "twin") };
        let dns = vec![row(3, SWITCH_MARK, "twin"), made];
        let snapshot = Snapshot { switches: twins, dns, ..Snapshot::default() };
        let topology = Topology::of(&snapshot);
        let homes: Vec<_> = topology.zones.iter().map(|zone| (zone.row.uuid, zone.home)).collect();
        assert!(homes.contains(&(uuid(3), Some(0))) && homes.contains(&(zone_uuid(uuid(2)), Some(1))));
    }

    #[test]
    fn dhcp_rows_of_a_switch_are_in_the_order_of_their_ports() {
        let port = |n, name: &str, dhcp| Port {
            uuid: uuid(n),
            name: name.into(),
            dhcpv4_options: Some(uuid(dhcp)),
            ..Port::default()
        };
        let dhcp = |n| DhcpOptions { uuid: uuid(n), cidr: "10.0.0.0/24".into(), ..DhcpOptions::default() };
        let mut net1 = switch(1, "net1", &[]);
        net1.ports = vec![uuid(11), uuid(12)];
        let snapshot = Snapshot {
            switches: vec![net1],
            ports: vec![port(11, "web", 21), port(12, "db", 22)],
            dhcp_options: vec![dhcp(21), dhcp(22)],
            ..Snapshot::default()
        };
        let topology = Topology::of(&snapshot);
        let rows: Vec<Uuid> = topology.leases.iter().map(|leases| leases.row.uuid).collect();
        assert_eq!(rows, [uuid(22), uuid(21)]);
    }
}
