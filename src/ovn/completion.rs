//! Reads what shell completion offers: one table and the columns that are shown, in one run.

use std::collections::BTreeSet;

use super::northbound::Northbound;
use super::query::{NAMES, PORT, Query, Test, Wanted};
use crate::error::Result;
use crate::model::snapshot::{DhcpOptions, RouterPort};

impl Northbound {
    /// The names of the logical switches, sorted.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn read_switch_names(&self) -> Result<BTreeSet<String>> {
        let mut query = Query::default();
        query.table("Logical_Switch", NAMES);
        let names = self.read(query)?.switches.into_iter().map(|switch| switch.name);
        Ok(names.filter(|name| !name.is_empty()).collect())
    }

    /// The names of the logical switch ports that begin with a prefix, sorted.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn read_port_names(&self, prefix: &str) -> Result<Vec<String>> {
        let begins = Test::Begins(prefix.to_owned());
        let mut query = Query::default();
        query.select(PORT, NAMES, Wanted::Where("name", begins));
        let mut names: Vec<String> = self.read(query)?.ports.into_iter().map(|port| port.name).collect();
        names.retain(|name| name.starts_with(prefix));
        names.sort_unstable();
        Ok(names)
    }

    /// The network and the options of every DHCP row.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn read_dhcp_options(&self) -> Result<Vec<DhcpOptions>> {
        let mut query = Query::default();
        query.table("DHCP_Options", "_uuid,cidr,options");
        Ok(self.read(query)?.dhcp_options)
    }

    /// The name and the networks of every router port.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn read_router_ports(&self) -> Result<Vec<RouterPort>> {
        let mut query = Query::default();
        query.table("Logical_Router_Port", "_uuid,name,networks");
        Ok(self.read(query)?.router_ports)
    }
}
