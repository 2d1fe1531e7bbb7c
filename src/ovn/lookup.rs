//! Reads what decides a guest's look-up, all in one run of ovn-nbctl(8).

use std::collections::HashSet;
use std::net::IpAddr;

use uuid::Uuid;

use super::json::Table;
use super::nbctl::Nbctl;
use super::read::{Query, fill};
use crate::doctor::deaf_resolvers;
use crate::doctor::facts::{Facts, Northbound};
use crate::doctor::world::World;
use crate::error::{Error, Kind, Result};
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
    /// DNS rows with `options:ovn-owned=true`.
    pub ovn_owned: HashSet<Uuid>,
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
        query.table("Logical_Switch", "_uuid,name,dns_records,other_config,ports,load_balancer,acls");
        // Without --columns: 23.03 has no column `options` and would refuse to name it.
        query.command(&["list", "DNS"]);
        query.table(
            "Logical_Switch_Port",
            "_uuid,name,type,addresses,dynamic_addresses,options,dhcpv4_options,dhcpv6_options",
        );
        query.table("DHCP_Options", "_uuid,cidr,options,external_ids");
        query.table("Logical_Router", "_uuid,name,ports,options,load_balancer");
        query.table("Logical_Router_Port", "_uuid,name,networks");
        query.table("Load_Balancer", "_uuid,name,protocol,vips,options,external_ids");
        query.table("Load_Balancer_Group", "load_balancer");
        query.table("ACL", "_uuid,name,action,direction,match,priority");
        query.command(&["--columns=name,ports,acls", "find", "Port_Group", "acls!=[]"]);
        query.table("NB_Global", "_uuid,options");
        let mut args = vec!["--format=json".to_owned()];
        args.extend(query.args);
        let tables = Table::parse_all(&self.run_until_led(&args)?)?;
        if tables.len() != query.tables.len() {
            let message = format!("ovn-nbctl printed {} tables of {}", tables.len(), query.tables.len());
            return Err(Error::new(Kind::Garbage, message));
        }
        let (mut snapshot, mut groups) = (Snapshot::default(), Vec::new());
        let (mut ovn_owned, mut grouped_load_balancers) = (HashSet::new(), Vec::new());
        for (name, table) in query.tables.iter().zip(&tables) {
            fill(&mut snapshot, name, table)?;
            for row in table.rows() {
                match name.as_str() {
                    "Port_Group" => groups.push((row.uuids("ports"), row.uuids("acls"))),
                    "Load_Balancer_Group" => grouped_load_balancers.extend(row.uuids("load_balancer")),
                    "DNS" if row.map("options").get("ovn-owned").is_some_and(|v| v == "true") => {
                        ovn_owned.insert(row.uuid()?);
                    }
                    _ => {}
                }
            }
        }
        let is_named = |row: &&Port| row.name == port || row.uuid.to_string() == port;
        let port = snapshot.ports.iter().find(is_named).cloned().ok_or_else(|| {
            Error::not_found(format!("there is no logical switch port {port:?}"))
                .hint("ovn-nbctl show lists the ports of each switch")
        })?;
        let switch =
            snapshot.switches.iter().find(|switch| switch.ports.contains(&port.uuid)).cloned().ok_or_else(
                || Error::not_found(format!("port {} is on no switch that could be read", port.name)),
            )?;
        let grouped = groups.into_iter().filter(|(ports, _)| ports.contains(&port.uuid));
        let acls = switch.acls.iter().copied().chain(grouped.flat_map(|(_, acls)| acls)).collect();
        let northbound = Northbound { rows: snapshot, grouped_load_balancers, ..Northbound::default() };
        let facts = Facts::of_northbound(Ok(northbound), "only the northbound database was read");
        let deaf = deaf_resolvers(&World::of(&facts), &port);
        let snapshot = facts.northbound.map(|northbound| northbound.rows).unwrap_or_default();
        Ok(Surroundings { snapshot, port, switch, ovn_owned, acls, deaf })
    }
}
