//! Reads what a shell offers on TAB: one table and the few columns that are shown, in one run.

use std::collections::BTreeSet;

use super::nbctl::Nbctl;
use super::quote;
use super::read::Query;
use crate::error::Result;
use crate::model::snapshot::{DhcpOptions, RouterPort};

/// What stands behind every other text that begins as a given one: the last code point there is, and
/// OVSDB compares byte by byte.
const LAST: char = char::MAX;

impl Nbctl {
    /// The names of the logical switches, each once and in order.
    ///
    /// # Errors
    /// As [`Nbctl::run`].
    pub fn read_switch_names(&self) -> Result<BTreeSet<String>> {
        let mut query = Query::default();
        query.table("Logical_Switch", "_uuid,name");
        let names = self.read(query)?.switches.into_iter().map(|switch| switch.name);
        Ok(names.filter(|name| !name.is_empty()).collect())
    }

    /// The names of the logical switch ports that begin with a text, in order. The condition spares a
    /// daemon's client most of a large answer; without a daemon ovn-nbctl reads every port all the same.
    ///
    /// # Errors
    /// As [`Nbctl::run`].
    pub fn read_port_names(&self, beginning: &str) -> Result<Vec<String>> {
        let from = format!("name>={}", quote::string(beginning));
        let to = format!("name<{}", quote::string(&format!("{beginning}{LAST}")));
        let mut query = Query::default();
        query.command(&["--columns=_uuid,name", "find", "Logical_Switch_Port", &from, &to]);
        let mut names: Vec<String> = self.read(query)?.ports.into_iter().map(|port| port.name).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// The networks and options of all DHCP rows.
    ///
    /// # Errors
    /// As [`Nbctl::run`].
    pub fn read_dhcp_options(&self) -> Result<Vec<DhcpOptions>> {
        let mut query = Query::default();
        query.table("DHCP_Options", "_uuid,cidr,options");
        Ok(self.read(query)?.dhcp_options)
    }

    /// The names and networks of all routers' ports.
    ///
    /// # Errors
    /// As [`Nbctl::run`].
    pub fn read_router_ports(&self) -> Result<Vec<RouterPort>> {
        let mut query = Query::default();
        query.table("Logical_Router_Port", "_uuid,name,networks");
        Ok(self.read(query)?.router_ports)
    }
}
