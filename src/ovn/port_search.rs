//! Finds the switches of ports by the ports' names.
//!
//! OVSDB has no index for queries: a search by name looks at every port, and takes 20 ms of the server where there are
//! 100,000. So processes that search at the same time do it together.

use std::collections::HashSet;

use uuid::Uuid;

use super::northbound::Northbound;
use super::ports::{SWITCH_COLUMNS, other_tables};
use super::query::{NAMES, PORT, Query, Test, Wanted};
use crate::error::Result;
use crate::model::snapshot::{Port, Snapshot};

/// How many searches by name cost the server less than a read of all names.
const FEW: usize = 20;

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
        let mut query = Query::of_few_columns();
        if names.len() > FEW {
            query.table(PORT, NAMES);
        } else {
            for name in &names {
                query.select(PORT, NAMES, Wanted::Where("name", Test::Is((*name).clone())));
            }
        }
        let mut ports = self.read(query)?.ports;
        ports.retain(|port| names.contains(&port.name));
        let mut query = other_tables();
        for port in &ports {
            query.select("Logical_Switch", SWITCH_COLUMNS, Wanted::Where("ports", Test::Refers(port.uuid)));
        }
        let rows = self.read(query)?;
        Ok(Found { ports, rows })
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
