//! Reads the rows that decide which resolvers guests get. A DHCP row does not refer to the ports that use it, so the
//! ports are read: all of them in one run, or where rows can be read those of one switch.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::northbound::Northbound;
use super::ports::PORTS_MAX;
use super::query::{
    BALANCER_COLUMNS, DHCP_COLUMNS, PORT, Query, ROUTER_COLUMNS, ROUTER_PORT_COLUMNS, SwitchRef, Test, Wanted,
};
use crate::error::Result;
use crate::model::snapshot::{Snapshot, Switch};

const SWITCH_COLUMNS: &str =
    "_uuid,name,dns_records,other_config,external_ids,ports,load_balancer,load_balancer_group";
const PORT_COLUMNS: &str = "_uuid,name,type,options,dhcpv4_options,dhcpv6_options";
/// What also decides which ports get a DHCP row.
const GUEST_COLUMNS: &str =
    "_uuid,name,type,options,dhcpv4_options,dhcpv6_options,addresses,dynamic_addresses,external_ids";
/// The columns of a port that may refer to a DHCP row.
const REFERENCES: [&str; 2] = ["dhcpv4_options", "dhcpv6_options"];

/// Which ports are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// Those that use DHCP options, and those of routers and of physical networks.
    WithDhcp,
    /// All, with their addresses.
    All,
}

impl Northbound {
    /// Switches, ports, DHCP rows, routers, load balancers and the marks of zones.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn read_forwarders(&self, ports: Ports) -> Result<Snapshot> {
        let mut query = Query::default();
        query.table("Logical_Switch", SWITCH_COLUMNS);
        match ports {
            Ports::All => query.table(PORT, GUEST_COLUMNS),
            Ports::WithDhcp => {
                for column in REFERENCES {
                    query.select(PORT, PORT_COLUMNS, Wanted::Where(column, Test::IsNotEmpty));
                }
                // Of routers, and of physical networks.
                for kind in ["router", "localnet", "vtep", "l2gateway"] {
                    query.select(PORT, PORT_COLUMNS, Wanted::Where("type", Test::Is(kind.to_owned())));
                }
            }
        }
        query.forwarding();
        self.read(query)
    }

    /// As [`Northbound::read_forwarders`], for one switch.
    ///
    /// # Errors
    /// Not found or ambiguous for the switch; otherwise as [`Northbound::run`].
    pub fn read_forwarders_of(&self, switch: &SwitchRef, ports: Ports) -> Result<(Snapshot, Switch)> {
        if let Some(narrow) = self.read_narrow(switch)? {
            return Ok(narrow);
        }
        let snapshot = self.read_forwarders(ports)?;
        let found = self.only(switch, &snapshot)?;
        Ok((snapshot, found))
    }

    /// The switch, its ports, and the other ports that use their DHCP rows. `None` where only whole tables can be read,
    /// or if the switch has too many ports.
    fn read_narrow(&self, switch: &SwitchRef) -> Result<Option<(Snapshot, Switch)>> {
        if !self.reads_rows() {
            return Ok(None);
        }
        let mut query = Query::default();
        query.switch(switch, SWITCH_COLUMNS);
        // Of the other switches, only the load balancers matter.
        query.table("Logical_Switch", "_uuid,name,load_balancer");
        query.forwarding();
        let mut snapshot = self.read(query)?;
        let found = self.only(switch, &snapshot)?;
        if found.ports.len() > PORTS_MAX {
            return Ok(None);
        }
        let mut query = Query::default();
        query.rows(PORT, GUEST_COLUMNS, &found.ports);
        snapshot.ports = self.read(query)?.ports;
        let rows = snapshot.ports.iter().flat_map(|port| [port.dhcpv4_options, port.dhcpv6_options]);
        let rows: BTreeSet<Uuid> = rows.flatten().collect();
        let mut query = Query::default();
        for row in &rows {
            for column in REFERENCES {
                query.select(PORT, PORT_COLUMNS, Wanted::Where(column, Test::Refers(*row)));
            }
        }
        let others = self.read(query)?.ports;
        let mut others: Vec<_> =
            others.into_iter().filter(|port| !found.ports.contains(&port.uuid)).collect();
        if !others.is_empty() {
            let mut query = Query::default();
            query.table("Logical_Switch", SWITCH_COLUMNS);
            snapshot.switches = self.read(query)?.switches;
            snapshot.ports.append(&mut others);
        }
        Ok(Some((snapshot, found)))
    }
}

impl Query {
    /// Adds all tables that matter to forwarders except switches and ports.
    fn forwarding(&mut self) {
        self.table("DNS", "_uuid,external_ids");
        self.table("DHCP_Options", DHCP_COLUMNS);
        self.table("Logical_Router", ROUTER_COLUMNS);
        self.table("Logical_Router_Port", ROUTER_PORT_COLUMNS);
        self.table("Load_Balancer", BALANCER_COLUMNS);
        self.table("Load_Balancer_Group", "_uuid,load_balancer");
        self.table("NB_Global", "_uuid,options");
    }
}
