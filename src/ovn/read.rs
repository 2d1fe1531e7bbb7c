//! Runs a query with one of the two clients.

use super::json::Table;
use super::northbound::Northbound;
use super::query::Query;
use super::rows::fill;
use crate::error::Result;
use crate::model::snapshot::Snapshot;

impl Northbound {
    /// Reads rows with ovsdb-client where it is used, and whole tables with ovn-nbctl; again while a cluster elects its
    /// leader.
    ///
    /// # Errors
    /// As [`Northbound::tables`].
    pub(super) fn read(&self, query: Query) -> Result<Snapshot> {
        if query.selects.is_empty() {
            return Ok(Snapshot::default());
        }
        let read = self.retry_without_leader(|| {
            if let Some(client) = self.rows.as_ref().filter(|_| !query.is_wide()) {
                match client.read(&query) {
                    Err(error) if self.may_fall_back(&error) => {}
                    result => return result,
                }
            }
            self.read_once(&query)
        })?;
        Ok(Snapshot { site_domain: self.site_domain.clone(), ..read })
    }

    /// # Errors
    /// As [`Northbound::tables`].
    pub(super) fn read_once(&self, query: &Query) -> Result<Snapshot> {
        let mut snapshot = Snapshot::default();
        self.tables(&query.arguments(), query.selects.len(), &mut |number, table: &Table| {
            fill(&mut snapshot, query.selects[number].table, table)
        })?;
        Ok(snapshot)
    }
}
