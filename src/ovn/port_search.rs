//! Finds the switches of ports by the ports' names.
//!
//! OVSDB has no index for queries: a search by name looks at every port, and takes 20 ms of the server where there are
//! 100,000. So processes that search at the same time do it together.

use std::collections::HashSet;

use serde_json::json;
use uuid::Uuid;

use super::northbound::Northbound;
use super::ports::{SWITCH_COLUMNS, other_tables};
use super::query::{NAMES, PORT, Query, Test, Wanted};
use crate::error::Result;
use crate::model::snapshot::{Port, Snapshot};

/// Up to this many searches by name cost the server less than a read of all names (440 ms of 100,000).
const FEW: usize = 20;
/// Up to this many searches by name cost it less than one search for all of them (120 ms for 50 names).
const VERY_FEW: usize = 3;

/// Ports with their names and no more, and the switches that have them.
struct Found {
    ports: Vec<Port>,
    rows: Snapshot,
}

impl Northbound {
    /// The switches of the ports with these names, with what else [`other_tables`] has.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub(super) fn find_switches_of_ports(&self, names: &[String]) -> Result<Snapshot> {
        let find = |questions: &[&Vec<String>]| self.find(questions.iter().copied().flatten());
        let answer = |found: &Found, names: &Vec<String>| found.answer(names);
        let found = self.together("switches of ports", &names.to_vec(), find, answer)?;
        Ok(Snapshot { site_domain: self.site_domain.clone(), ..found })
    }

    fn find<'n>(&self, names: impl Iterator<Item = &'n String>) -> Result<Found> {
        let names: HashSet<&String> = names.collect();
        let ports = self.search(&names)?;
        let mut query = other_tables();
        for port in &ports {
            query.select("Logical_Switch", SWITCH_COLUMNS, Wanted::Where("ports", Test::Refers(port.uuid)));
        }
        let rows = self.read(query)?;
        Ok(Found { ports, rows })
    }

    fn search(&self, names: &HashSet<&String>) -> Result<Vec<Port>> {
        if names.len() > VERY_FEW
            && let Some(ports) = self.search_at_once(names)?
        {
            return Ok(ports);
        }
        if names.len() <= FEW {
            return self.search_each(names.iter().copied());
        }
        let mut query = Query::of_few_columns();
        query.table(PORT, NAMES);
        let mut ports = self.read(query)?.ports;
        ports.retain(|port| names.contains(&port.name));
        Ok(ports)
    }

    fn search_each<'n>(&self, names: impl Iterator<Item = &'n String>) -> Result<Vec<Port>> {
        let mut query = Query::of_few_columns();
        for name in names {
            query.select(PORT, NAMES, Wanted::Where("name", Test::Is(name.clone())));
        }
        Ok(self.read(query)?.ports)
    }

    /// Searches for many names in one pass with the beginning of a monitor: a query has no alternatives, a monitor has.
    /// `None` where this does not work. A monitor that finds nothing says nothing, so one of the names must be there.
    fn search_at_once(&self, names: &HashSet<&String>) -> Result<Option<Vec<Port>>> {
        let Some(client) = &self.rows else { return Ok(None) };
        if self.search_each(names.iter().copied().take(VERY_FEW))?.is_empty() {
            return Ok(None);
        }
        let conditions: Vec<_> = names.iter().map(|name| json!(["name", "==", name])).collect();
        let found = client.first_of_monitor(&json!(conditions).to_string(), PORT, "name");
        let port = |(uuid, values): (Uuid, String)| {
            serde_json::from_str(&values).ok().map(|name| Port { uuid, name, ..Port::default() })
        };
        Ok(found.and_then(|rows| rows.into_iter().map(port).collect()))
    }
}

impl Found {
    /// What concerns the ports with these names.
    fn answer(&self, names: &[String]) -> Snapshot {
        let named = self.ports.iter().filter(|port| names.contains(&port.name));
        let named: HashSet<Uuid> = named.map(|port| port.uuid).collect();
        let mut rows = self.rows.clone();
        rows.switches.retain(|switch| switch.ports.iter().any(|port| named.contains(port)));
        rows
    }
}
