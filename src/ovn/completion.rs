//! Reads what shell completion offers: one table and the columns that are shown, in one run.

use super::northbound::Northbound;
use super::query::{NAMES, PORT, Query, Test, Wanted};
use crate::error::Result;
use crate::model::snapshot::{DhcpOptions, RouterPort, Switch};

impl Northbound {
    /// The logical switches with their names, of which operators may know another one.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn read_switch_names(&self) -> Result<Vec<Switch>> {
        let mut query = Query::default();
        query.table("Logical_Switch", "_uuid,name,external_ids");
        Ok(self.read(query)?.switches)
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
