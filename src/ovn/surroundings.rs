//! Reads a switch with what decides about new hosts on it: the switches that share its zone, and its subnets.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;
use uuid::Uuid;

use super::northbound::Northbound;
use super::ports::{LISTING_COLUMNS, PORTS_MAX};
use super::query::{DHCP_COLUMNS, PORT, Query, SwitchRef, Test, Wanted};
use super::zones::SWITCH_COLUMNS;
use crate::error::Result;
use crate::model::snapshot::{Snapshot, Switch};

const PORT_COLUMNS: &str = "_uuid,name,type,options,external_ids,dhcpv4_options,dhcpv6_options";

impl Northbound {
    /// As [`Northbound::read_switch`], and the switches that share its zone with their DNS rows.
    ///
    /// # Errors
    /// As [`Northbound::read_switch`].
    pub fn read_sharing(&self, switch: &SwitchRef) -> Result<(Snapshot, Switch)> {
        self.read_with_sharers(switch, Query::default())
    }

    /// As [`Northbound::read_sharing`], and what the subnets of these switches follow from. Their ports are read only where
    /// an address may be outside of the subnets, at the edge of one, or a router's: without a daemon, ovn-nbctl
    /// reads the ports of all switches. Without addresses, they are read where a switch has no subnet of its own.
    ///
    /// # Errors
    /// As [`Northbound::read_switch`].
    pub fn read_surroundings(&self, switch: &SwitchRef, addresses: &[IpAddr]) -> Result<(Snapshot, Switch)> {
        let mut query = Query::default();
        query.table("Logical_Router_Port", "_uuid,name,networks");
        let (mut snapshot, found) = self.read_with_sharers(switch, query)?;
        let sharing: Vec<Uuid> = snapshot.switches.iter().map(|row| row.uuid).collect();
        if sharing.iter().any(|uuid| may_matter(&snapshot, *uuid, addresses)) {
            self.read_ports_for_subnets(&mut snapshot, &sharing)?;
        }
        Ok((snapshot, found))
    }

    /// A switch, the switches that share its zone with their DNS rows, and the rows of a query.
    fn read_with_sharers(&self, switch: &SwitchRef, mut query: Query) -> Result<(Snapshot, Switch)> {
        let is_narrow = self.rows.is_some();
        if !is_narrow {
            // Which zone the switch has is not known before it is read; a second run would read the table again.
            let lists_some = Wanted::Where("dns_records", Test::IsNotEmpty);
            query.select("Logical_Switch", LISTING_COLUMNS, lists_some);
        }
        let (mut snapshot, found, listing) = self.read_switch_and(switch, query)?;
        let ours: Vec<Uuid> = snapshot.dns.iter().filter(|row| row.is_ours()).map(|row| row.uuid).collect();
        if is_narrow {
            let mut query = Query::default();
            ours.iter().for_each(|row| query.switches_listing(*row, SWITCH_COLUMNS));
            self.read_more(&mut snapshot, query)?;
        }
        let lists_it = |row: &&Switch| row.dns_records.iter().any(|uuid| ours.contains(uuid));
        let sharers: Vec<&Switch> = snapshot.switches.iter().chain(&listing).filter(lists_it).collect();
        let is_unread = |uuid: &Uuid| snapshot.switches.iter().all(|row| row.uuid != *uuid);
        let unread: Vec<Uuid> = sharers.iter().map(|row| row.uuid).filter(is_unread).collect();
        let rows: BTreeSet<Uuid> = sharers.iter().flat_map(|row| &row.dns_records).copied().collect();
        let rows = rows.into_iter().filter(|uuid| snapshot.dns_row(*uuid).is_none());
        let mut query = Query::default();
        query.rows("Logical_Switch", SWITCH_COLUMNS, &unread);
        query.dns_rows(&Vec::from_iter(rows));
        self.read_more(&mut snapshot, query)?;
        self.read_marked_switches(&mut snapshot)?;
        Ok((snapshot, found))
    }

    fn read_ports_for_subnets(&self, snapshot: &mut Snapshot, switches: &[Uuid]) -> Result<()> {
        let mut query = Query::default();
        query.rows("Logical_Switch", "_uuid,ports", switches);
        // ovn-nbctl reads all ports for it, to find rows by the name of a port.
        query.table("DHCP_Options", DHCP_COLUMNS);
        if !self.reads_rows() {
            query.table(PORT, PORT_COLUMNS);
        }
        let read = self.read(query)?;
        let ports: Vec<Uuid> = read.switches.iter().flat_map(|row| &row.ports).copied().collect();
        snapshot.ports = read.ports;
        snapshot.dhcp_options = read.dhcp_options;
        if self.reads_rows() && ports.len() <= PORTS_MAX {
            let mut query = Query::default();
            query.rows(PORT, PORT_COLUMNS, &ports);
            snapshot.ports = self.read(query)?.ports;
        }
        for row in read.switches {
            if let Some(switch) = snapshot.switches.iter_mut().find(|switch| switch.uuid == row.uuid) {
                switch.ports = row.ports;
            }
        }
        Ok(())
    }
}

/// Whether the ports of a switch may say something about addresses that its configuration does not.
fn may_matter(snapshot: &Snapshot, switch: Uuid, addresses: &[IpAddr]) -> bool {
    let Some(switch) = snapshot.switches.iter().find(|row| row.uuid == switch) else { return false };
    let networks = snapshot.router_ports.iter().flat_map(|port| &port.networks);
    let nets = networks.filter_map(|net| net.parse::<IpNet>().ok());
    let special: HashSet<IpAddr> =
        nets.flat_map(|net| [net.addr(), net.network(), net.broadcast()]).collect();
    let configured = switch.configured_subnets();
    if addresses.is_empty() {
        return configured.is_empty();
    }
    let has_subnet = |ip: &IpAddr| configured.iter().any(|net| net.addr().is_ipv4() == ip.is_ipv4());
    addresses.iter().any(|ip| special.contains(ip) || !has_subnet(ip))
}
