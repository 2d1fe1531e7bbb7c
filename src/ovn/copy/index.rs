//! Which rows of the copy belong together: switches and their ports, rows and zones, addresses and what has them.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::net::IpAddr;

use ipnet::IpNet;
use uuid::Uuid;

use super::table::Table;
use crate::model::balancer::vip_address;
use crate::model::snapshot::{DnsRow, Port, Snapshot, Switch};
use crate::model::switch::full_uuid;
use crate::model::zone::zone_uuid;

/// Keys with several values each.
pub type Many<K, V> = HashMap<K, BTreeSet<V>>;

#[derive(Debug, Default)]
pub struct Index {
    /// The switches by UUID, without their ports.
    pub switches: HashMap<Uuid, Listing>,
    pub switch_named: Many<String, Uuid>,
    /// The switches by the name that operators know.
    pub switch_known_as: Many<String, Uuid>,
    /// The switch that a zone with this UUID was created for.
    pub created_for: HashMap<Uuid, Uuid>,
    pub switch_of_port: HashMap<Uuid, Uuid>,
    /// The switches that list a DNS row.
    pub listing: Many<Uuid, Uuid>,
    /// The DNS rows by UUID.
    pub dns: HashMap<Uuid, Marked>,
    /// The DNS rows by the switch that their mark names.
    pub marked: Many<String, Uuid>,
    pub router_port_named: HashMap<String, Uuid>,
    /// The ports of switches by the router port that they name.
    pub peers: Many<String, Uuid>,
    /// What has an address other than a port of a switch.
    pub services: Many<IpAddr, (Table, Uuid)>,
}

/// The name and the DNS rows of a switch.
#[derive(Debug, Default)]
pub struct Listing {
    pub name: String,
    pub dns_records: Vec<Uuid>,
}

/// What the marks of a DNS row say.
#[derive(Debug, Default)]
pub struct Marked {
    pub is_ours: bool,
    /// The text that names a switch.
    pub switch: Option<String>,
}

impl Index {
    pub fn add(&mut self, rows: &Snapshot) {
        for row in &rows.switches {
            self.switch_named.entry(row.name.clone()).or_default().insert(row.uuid);
            if let Some(name) = row.known_as() {
                self.switch_known_as.entry(name.to_owned()).or_default().insert(row.uuid);
            }
            self.created_for.insert(zone_uuid(row.uuid), row.uuid);
            self.switch_of_port.extend(row.ports.iter().map(|port| (*port, row.uuid)));
            for dns in &row.dns_records {
                self.listing.entry(*dns).or_default().insert(row.uuid);
            }
            let listing = Listing { name: row.name.clone(), dns_records: row.dns_records.clone() };
            self.switches.insert(row.uuid, listing);
        }
        for row in &rows.dns {
            let switch = marked_switch(row).map(str::to_owned);
            if let Some(switch) = &switch {
                self.marked.entry(switch.clone()).or_default().insert(row.uuid);
            }
            self.dns.insert(row.uuid, Marked { is_ours: row.is_ours(), switch });
        }
        for row in &rows.ports {
            if let Some(peer) = peer(row) {
                self.peers.entry(peer.to_owned()).or_default().insert(row.uuid);
            }
        }
        for row in &rows.router_ports {
            self.router_port_named.insert(row.name.clone(), row.uuid);
        }
        for (address, service) in services(rows) {
            self.services.entry(address).or_default().insert(service);
        }
    }

    pub fn remove(&mut self, rows: &Snapshot) {
        for row in &rows.switches {
            remove(&mut self.switch_named, &row.name, &row.uuid);
            row.known_as().into_iter().for_each(|name| remove(&mut self.switch_known_as, name, &row.uuid));
            self.created_for.remove(&zone_uuid(row.uuid));
            for port in &row.ports {
                if self.switch_of_port.get(port) == Some(&row.uuid) {
                    self.switch_of_port.remove(port);
                }
            }
            row.dns_records.iter().for_each(|dns| remove(&mut self.listing, dns, &row.uuid));
            self.switches.remove(&row.uuid);
        }
        for row in &rows.dns {
            if let Some(switch) = marked_switch(row) {
                remove(&mut self.marked, switch, &row.uuid);
            }
            self.dns.remove(&row.uuid);
        }
        for row in &rows.ports {
            peer(row).into_iter().for_each(|peer| remove(&mut self.peers, peer, &row.uuid));
        }
        for row in &rows.router_ports {
            if self.router_port_named.get(&row.name) == Some(&row.uuid) {
                self.router_port_named.remove(&row.name);
            }
        }
        services(rows).iter().for_each(|(address, service)| remove(&mut self.services, address, service));
    }

    /// The switches with this name or UUID.
    pub fn named(&self, text: &str) -> BTreeSet<Uuid> {
        let by_uuid = full_uuid(text).filter(|uuid| self.switches.contains_key(uuid));
        let by_name = self.switch_named.get(text).into_iter().flatten().copied();
        by_name.chain(by_uuid).collect()
    }

    /// The DNS rows that decide about the names of a switch: those that it lists, and those that may be its zone.
    pub fn rows_of(&self, switch: Uuid) -> BTreeSet<Uuid> {
        let Some(Listing { name, dns_records }) = self.switches.get(&switch) else { return BTreeSet::new() };
        let by_mark = [name.clone(), switch.to_string()].into_iter();
        let by_mark = by_mark.filter_map(|mark| self.marked.get(&mark)).flatten().copied();
        let own = Some(zone_uuid(switch)).filter(|uuid| self.dns.contains_key(uuid));
        dns_records.iter().copied().chain(by_mark).chain(own).collect()
    }

    /// The switches whose names a DNS row may have.
    pub fn switches_of(&self, row: Uuid) -> BTreeSet<Uuid> {
        let listing = self.listing.get(&row).into_iter().flatten().copied();
        let marked = self.dns.get(&row).and_then(|row| row.switch.as_deref());
        let marked = marked.into_iter().flat_map(|mark| self.named(mark));
        listing.chain(marked).chain(self.created_for.get(&row).copied()).collect()
    }

    pub fn is_ours(&self, row: Uuid) -> bool {
        self.dns.get(&row).is_some_and(|row| row.is_ours)
    }
}

fn remove<K: Hash + Eq + std::borrow::Borrow<Q>, Q: Hash + Eq + ?Sized, V: Ord>(
    many: &mut Many<K, V>,
    key: &Q,
    value: &V,
) {
    let Some(values) = many.get_mut(key) else { return };
    values.remove(value);
    if values.is_empty() {
        many.remove(key);
    }
}

/// The text in which a DNS row names its switch.
fn marked_switch(row: &DnsRow) -> Option<&str> {
    row.switch_mark().or_else(|| row.foreign_switch())
}

/// The router port that a switch's port names.
pub fn peer(port: &Port) -> Option<&str> {
    port.options.get("router-port").map(String::as_str)
}

/// The addresses of load balancers, NAT and router ports.
fn services(rows: &Snapshot) -> Vec<(IpAddr, (Table, Uuid))> {
    let mut found = Vec::new();
    for row in &rows.load_balancers {
        let addresses = row.vips.keys().filter_map(|vip| vip_address(vip));
        found.extend(addresses.map(|address| (address, (Table::Balancer, row.uuid))));
    }
    for row in &rows.nat {
        found.extend(row.external_ip.parse().ok().map(|address| (address, (Table::Nat, row.uuid))));
    }
    for row in &rows.router_ports {
        let nets = row.networks.iter().filter_map(|net| net.parse::<IpNet>().ok());
        found.extend(nets.map(|net| (net.addr(), (Table::RouterPort, row.uuid))));
    }
    found
}

/// The addresses that [`Index::services`] has of rows.
pub fn service_addresses(rows: &Snapshot) -> impl Iterator<Item = IpAddr> {
    services(rows).into_iter().map(|(address, _)| address)
}

/// The switches and DNS rows that rows of these two tables name, before or after a change.
pub fn neighbours(switches: &[Switch], dns: &[DnsRow]) -> (BTreeSet<Uuid>, BTreeSet<String>) {
    let rows = switches.iter().flat_map(|row| &row.dns_records).copied();
    let rows =
        rows.chain(dns.iter().map(|row| row.uuid)).chain(switches.iter().map(|row| zone_uuid(row.uuid)));
    let marks = dns.iter().filter_map(marked_switch);
    let names = switches.iter().map(|row| row.name.as_str()).chain(marks);
    (rows.collect(), names.map(str::to_owned).collect())
}
