//! Reads switches with their ports. A port does not refer to its switch, so all ports are read in one run, or
//! where rows can be read those of the named switches.

use std::collections::{BTreeSet, HashSet};

use uuid::Uuid;

use super::northbound::Northbound;
use super::query::{DHCP_COLUMNS, DNS_COLUMNS, PORT, Query, SwitchRef};
use crate::error::{Error, Kind, Result};
use crate::model::snapshot::{DnsRow, Snapshot, Switch};
use crate::model::zone::zone_uuid;

/// The greatest number of ports that one command line names.
pub(super) const PORTS_MAX: usize = 10_000;
pub(super) const SWITCH_COLUMNS: &str = "_uuid,name,dns_records,other_config,external_ids,ports";
/// The columns that tell which switches list a row.
pub(super) const LISTING_COLUMNS: &str = "_uuid,name,dns_records";
pub(super) const PORT_COLUMNS: &str = "_uuid,name,type,addresses,dynamic_addresses,port_security,options,external_ids,enabled,dhcpv4_options,dhcpv6_options";

/// Which switches a command is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Switches {
    All,
    Named(Vec<SwitchRef>),
}

impl Switches {
    /// # Errors
    /// As [`SwitchRef::parse`].
    pub fn parse(names: &[String], all: bool) -> Result<Self> {
        if all {
            return Ok(Switches::All);
        }
        let names = names.iter().map(|name| SwitchRef::parse(name)).collect::<Result<_>>()?;
        Ok(Switches::Named(names))
    }
}

impl Northbound {
    /// The ports and zones that describe guests, and the requested switches, each once.
    ///
    /// # Errors
    /// Not found or ambiguous for a switch; otherwise as [`Northbound::run`].
    pub fn read_guests(&self, switches: &Switches) -> Result<(Snapshot, Vec<Switch>)> {
        self.read_guests_and(switches, |_, _, error| Err(error))
    }

    /// As [`Northbound::read_guests`]; of a named switch that was deleted, the zone that it left over.
    ///
    /// # Errors
    /// As [`Northbound::read_guests`].
    pub fn read_guests_even_deleted(&self, switches: &Switches) -> Result<(Snapshot, Vec<Switch>)> {
        self.read_guests_and(switches, |name, snapshot, error| self.read_left_over(name, snapshot, error))
    }

    fn read_guests_and(
        &self,
        switches: &Switches,
        not_found: impl Fn(&SwitchRef, &mut Snapshot, Error) -> Result<Switch>,
    ) -> Result<(Snapshot, Vec<Switch>)> {
        let Switches::Named(names) = switches else {
            let snapshot = self.read_all_ports()?;
            let all = snapshot.switches.clone();
            return Ok((snapshot, all));
        };
        let mut query = Query::default();
        for name in names {
            query.switch(name, SWITCH_COLUMNS);
        }
        let mut snapshot = match self.read_ports_of(query)? {
            Some(snapshot) => snapshot,
            None => self.read_all_ports()?,
        };
        let mut found: Vec<Switch> = Vec::new();
        for name in names {
            let switch = match self.only(name, &snapshot) {
                Err(error) if error.kind == Kind::NotFound => not_found(name, &mut snapshot, error)?,
                other => other?,
            };
            if !found.contains(&switch) {
                found.push(switch);
            }
        }
        Ok((snapshot, found))
    }

    /// What [`Northbound::read_guests`] reads, of the switches that have one of these ports, or of all switches.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn read_guests_with_ports(&self, names: &[String]) -> Result<Snapshot> {
        if !self.reads_rows() {
            return self.read_all_ports();
        }
        let switches = self.find_switches_of_ports(names)?;
        match self.add_ports_of(switches, &|query| self.read_together(&query))? {
            Some(snapshot) => Ok(snapshot),
            None => self.read_all_ports(),
        }
    }

    /// All switches with their ports and zones, and the router ports.
    fn read_all_ports(&self) -> Result<Snapshot> {
        let mut query = ports_query();
        query.table("DNS", DNS_COLUMNS);
        query.table("DHCP_Options", DHCP_COLUMNS);
        query.services();
        self.read(query)
    }

    /// Adds the other switches with the addresses of their ports, which a daemon's narrow reading leaves out.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn read_other_guests(&self, snapshot: &mut Snapshot) -> Result<()> {
        if !self.reads_rows() {
            return Ok(());
        }
        let mut query = Query::default();
        query.table("Logical_Switch", "_uuid,name,other_config,ports");
        query.table(PORT, "_uuid,name,type,addresses,dynamic_addresses,port_security");
        let read = self.read(query)?;
        let known: HashSet<Uuid> = snapshot.switches.iter().map(|row| row.uuid).collect();
        snapshot.switches.extend(read.switches.into_iter().filter(|row| !known.contains(&row.uuid)));
        let known: HashSet<Uuid> = snapshot.ports.iter().map(|row| row.uuid).collect();
        snapshot.ports.extend(read.ports.into_iter().filter(|row| !known.contains(&row.uuid)));
        Ok(())
    }

    /// The switches of a query with their ports and DNS rows, and the other switches that list their zones. `None`
    /// where only whole tables can be read, or if the switches have too many ports.
    pub(super) fn read_ports_of(&self, mut switches: Query) -> Result<Option<Snapshot>> {
        if !self.reads_rows() {
            return Ok(None);
        }
        switches.append(other_tables());
        let switches = self.read(switches)?;
        self.add_ports_of(switches, &|query| self.read(query))
    }

    /// Adds to switches their ports and DNS rows, and the other switches that list their zones. `None` if the switches
    /// have too many ports.
    fn add_ports_of(
        &self,
        mut snapshot: Snapshot,
        read: &dyn Fn(Query) -> Result<Snapshot>,
    ) -> Result<Option<Snapshot>> {
        let ports = ports_of(&snapshot.switches);
        if ports.len() > PORTS_MAX {
            return Ok(None);
        }
        let own = snapshot.switches.iter().map(|switch| zone_uuid(switch.uuid));
        let zones: BTreeSet<Uuid> =
            snapshot.switches.iter().flat_map(|switch| &switch.dns_records).copied().chain(own).collect();
        let mut query = Query::default();
        query.dns_rows(&Vec::from_iter(zones.iter().copied()));
        let names: BTreeSet<&str> = snapshot.switches.iter().map(|switch| switch.name.as_str()).collect();
        for name in names {
            query.dns_of_switch(name);
            query.foreign_rows_of_switch(name);
        }
        zones.iter().for_each(|row| query.switches_listing(*row, LISTING_COLUMNS));
        query.rows(PORT, PORT_COLUMNS, &ports);
        let read = read(query)?;
        (snapshot.dns, snapshot.ports) = (read.dns, read.ports);
        let sharers = unread_sharers(&snapshot, &read.switches);
        let mut query = Query::default();
        query.rows("Logical_Switch", SWITCH_COLUMNS, &sharers);
        // A zone that was made by hand and that its home does not list.
        let unasked = snapshot.dns.iter().filter(|row| row.is_ours() && !zones.contains(&row.uuid));
        unasked.for_each(|row| query.switches_listing(row.uuid, SWITCH_COLUMNS));
        let mut sharers = self.read(query)?.switches;
        sharers.retain(|row| snapshot.switches.iter().all(|known| known.uuid != row.uuid));
        let ports = ports_of(&sharers);
        if snapshot.ports.len() + ports.len() > PORTS_MAX {
            return Ok(None);
        }
        let mut query = Query::default();
        query.rows(PORT, PORT_COLUMNS, &ports);
        // The rows that only they list: their guests get the names of both.
        let listed: BTreeSet<Uuid> = sharers.iter().flat_map(|row| &row.dns_records).copied().collect();
        let unread = listed.into_iter().filter(|row| snapshot.dns_row(*row).is_none());
        query.dns_rows(&Vec::from_iter(unread));
        let read = self.read(query)?;
        snapshot.ports.extend(read.ports);
        snapshot.dns.extend(read.dns);
        snapshot.switches.extend(sharers);
        self.read_marked_switches(&mut snapshot)?;
        Ok(Some(snapshot))
    }
}

fn ports_of(switches: &[Switch]) -> Vec<Uuid> {
    switches.iter().flat_map(|switch| &switch.ports).copied().collect()
}

/// The switches that list a zone of the snapshot and are not in it.
fn unread_sharers(snapshot: &Snapshot, listing: &[Switch]) -> Vec<Uuid> {
    let is_ours = |uuid: &Uuid| snapshot.dns_row(*uuid).is_some_and(DnsRow::is_ours);
    let is_unread = |row: &&Switch| snapshot.switches.iter().all(|known| known.uuid != row.uuid);
    let sharers = listing.iter().filter(is_unread).filter(|row| row.dns_records.iter().any(is_ours));
    let sharers: BTreeSet<Uuid> = sharers.map(|row| row.uuid).collect();
    Vec::from_iter(sharers)
}

/// What decides about names besides switches, their ports and DNS rows.
pub(super) fn other_tables() -> Query {
    let mut query = Query::default();
    query.table("Logical_Router_Port", "_uuid,name,networks");
    query.table("DHCP_Options", DHCP_COLUMNS);
    query.services();
    query
}

pub(super) fn ports_query() -> Query {
    let mut query = Query::default();
    query.table("Logical_Switch", SWITCH_COLUMNS);
    query.table(PORT, PORT_COLUMNS);
    query.table("Logical_Router_Port", "_uuid,name,networks");
    query
}
