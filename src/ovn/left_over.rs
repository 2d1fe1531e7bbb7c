//! Reads the zone that a deleted switch left over: `Logical_Switch.dns_records` is a weak reference.

use super::northbound::Northbound;
use super::query::{Query, SwitchRef};
use super::zones::SWITCH_COLUMNS;
use crate::error::{Error, Kind, Result};
use crate::model::snapshot::{DnsRow, Snapshot, Switch};
use crate::model::switch;

impl Northbound {
    /// As [`Northbound::read_sharing`]; of a switch that was deleted, the zone that it left over.
    ///
    /// # Errors
    /// As [`Northbound::read_switch`].
    pub fn read_even_deleted(&self, switch: &SwitchRef) -> Result<(Snapshot, Switch)> {
        match self.read_sharing(switch) {
            Err(error) if error.kind == Kind::NotFound => {
                let mut snapshot = Snapshot::default();
                let deleted = self.read_left_over(switch, &mut snapshot, error)?;
                Ok((snapshot, deleted))
            }
            other => other,
        }
    }

    /// Adds the zone that a deleted switch left over, with the switch as it was as far as its zone shows.
    ///
    /// # Errors
    /// As [`Northbound::run`]; the given error where there is no such zone.
    pub(super) fn read_left_over(
        &self,
        switch: &SwitchRef,
        snapshot: &mut Snapshot,
        error: Error,
    ) -> Result<Switch> {
        let mut query = Query::default();
        query.dns_of_switch(switch.as_str());
        let rows: Vec<DnsRow> = self.read(query)?.dns.into_iter().filter(DnsRow::is_ours).collect();
        let mut query = Query::default();
        rows.iter().for_each(|row| query.switches_listing(row.uuid, SWITCH_COLUMNS));
        let listing = self.read(query)?.switches;
        let Some(deleted) = switch::deleted(switch.as_str(), &rows, &listing) else { return Err(error) };
        let is_new =
            |snapshot: &Snapshot, row: &Switch| snapshot.switches.iter().all(|old| old.uuid != row.uuid);
        for row in listing.into_iter().chain([deleted.clone()]) {
            if is_new(snapshot, &row) {
                snapshot.switches.push(row);
            }
        }
        for row in rows {
            if snapshot.dns_row(row.uuid).is_none() {
                snapshot.dns.push(row);
            }
        }
        Ok(deleted)
    }
}
