//! Reads what decides a guest's look-up, all in one run of ovn-nbctl(8).

use std::net::IpAddr;

use uuid::Uuid;

use super::nbctl::Nbctl;
use super::read::Query;
use crate::doctor::deaf_resolvers;
use crate::doctor::facts::{Facts, Northbound};
use crate::doctor::world::World;
use crate::error::{Error, Result};
use crate::model::snapshot::{Port, Snapshot, Switch};

/// A port, its switch, and the rows that concern them.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Switches, DNS rows, the port, DHCP rows and the release.
    pub snapshot: Snapshot,
    /// The port the query comes from.
    pub port: Port,
    /// The switch the port is on.
    pub switch: Switch,
    /// The ACLs of the switch and of the port groups that the port is in.
    pub acls: Vec<Uuid>,
    /// The resolvers that the port leases and where nothing listens.
    pub deaf: Vec<IpAddr>,
}

impl Nbctl {
    /// What a query from a port meets, the port named by its name or UUID.
    ///
    /// # Errors
    /// Not found for the port, or for its switch; otherwise as [`Nbctl::run`].
    pub fn read_surroundings(&self, port: &str) -> Result<Surroundings> {
        let mut query = Query::default();
        query.networks("_uuid,name,type,addresses,dynamic_addresses,options,dhcpv4_options,dhcpv6_options");
        // Without --columns: 23.03 has no column `options` and would refuse to name it.
        query.command(&["list", "DNS"]);
        query.table("ACL", "_uuid,name,action,direction,match,priority");
        query.table("NB_Global", "_uuid,options");
        around(self.until_led(|| self.northbound(&query))?, port)
    }
}

fn around(northbound: Northbound, port: &str) -> Result<Surroundings> {
    let rows = &northbound.rows;
    let is_named = |row: &&Port| row.name == port || row.uuid.to_string() == port;
    let port = rows.ports.iter().find(is_named).cloned().ok_or_else(|| {
        Error::not_found(format!("there is no logical switch port {port:?}"))
            .hint("ovn-nbctl show lists the ports of each switch")
    })?;
    let switch = rows.switches.iter().find(|switch| switch.ports.contains(&port.uuid)).cloned();
    let switch = switch
        .ok_or_else(|| Error::not_found(format!("port {} is on no switch that could be read", port.name)))?;
    let guards = northbound.guards.iter().filter(|guard| guard.ports.contains(&port.uuid));
    let acls = switch.acls.iter().chain(guards.flat_map(|guard| &guard.acls)).copied().collect();
    let facts = Facts::of_northbound(Ok(northbound), "only the northbound database was read");
    let deaf = deaf_resolvers(&World::of(&facts), &port);
    let snapshot = facts.northbound.map(|northbound| northbound.rows).unwrap_or_default();
    Ok(Surroundings { snapshot, port, switch, acls, deaf })
}
