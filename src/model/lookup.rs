//! What a guest's query meets: its port, the switch, and the rows that concern them.

use std::net::IpAddr;

use uuid::Uuid;

use super::resolvers;
use super::snapshot::{Port, Snapshot, Switch};
use super::topology::Topology;
use crate::error::{Error, Result};

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
    /// The resolvers that the port leases and that nothing forwards from.
    pub deaf: Vec<IpAddr>,
}

impl Surroundings {
    /// What a query from a port meets, the port named by its name or UUID.
    ///
    /// # Errors
    /// Not found for the port, or for its switch.
    pub fn find(snapshot: Snapshot, port: &str) -> Result<Self> {
        let is_named = |row: &&Port| row.name == port || row.uuid.to_string() == port;
        let port = snapshot.ports.iter().find(is_named).cloned().ok_or_else(|| {
            Error::not_found(format!("there is no logical switch port {port:?}"))
                .hint("ovn-nbctl show lists the ports of each switch")
        })?;
        let switch = snapshot.switches.iter().find(|switch| switch.ports.contains(&port.uuid)).cloned();
        let switch = switch.ok_or_else(|| {
            Error::not_found(format!("port {} is on no switch that could be read", port.name))
        })?;
        let groups = snapshot.port_groups.iter().filter(|group| group.ports.contains(&port.uuid));
        let acls = switch.acls.iter().chain(groups.flat_map(|group| &group.acls)).copied().collect();
        let deaf = resolvers::unanswered(&Topology::of(&snapshot), &port);
        Ok(Surroundings { snapshot, port, switch, acls, deaf })
    }
}
