//! Reads switches and their zones.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::northbound::Northbound;
use super::query::{DNS_COLUMNS, Query, SwitchRef};
use crate::error::{Error, Result};
use crate::model::shell::CommandLine;
use crate::model::snapshot::{DnsRow, Snapshot, Switch};
use crate::model::switch;
use crate::model::zone::zone_uuid;

pub(super) const SWITCH_COLUMNS: &str = "_uuid,name,dns_records,other_config,external_ids";

impl Northbound {
    /// All switches and all DNS rows.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn read_zones(&self) -> Result<Snapshot> {
        let mut query = Query::default();
        query.table("Logical_Switch", SWITCH_COLUMNS);
        query.table("DNS", DNS_COLUMNS);
        self.read(query)
    }

    /// One switch and all rows that decide which zone it has. This takes one run if the operator gave the switch's
    /// name, and the switch has a zone and lists no other rows.
    ///
    /// # Errors
    /// Not found or ambiguous for the switch; otherwise as [`Northbound::run`].
    pub fn read_switch(&self, switch: &SwitchRef) -> Result<(Snapshot, Switch)> {
        let (snapshot, found, _) = self.read_switch_and(switch, Query::default())?;
        Ok((snapshot, found))
    }

    /// As [`Northbound::read_switch`], with the rows of another query in the same run. Its switches are returned separately.
    ///
    /// # Errors
    /// As [`Northbound::read_switch`].
    pub(super) fn read_switch_and(
        &self,
        switch: &SwitchRef,
        more: Query,
    ) -> Result<(Snapshot, Switch, Vec<Switch>)> {
        let mut query = Query::default();
        query.switch(switch, SWITCH_COLUMNS);
        if switch.uuid().is_none() {
            query.dns_of_switch(switch.as_str());
        }
        query.append(more);
        let mut snapshot = self.read(query)?;
        let is_meant = |row: &Switch| {
            [Some(row.name.as_str()), row.known_as()].contains(&Some(switch.as_str()))
                || Some(row.uuid) == switch.uuid()
        };
        let (meant, others) = std::mem::take(&mut snapshot.switches).into_iter().partition(is_meant);
        snapshot.switches = meant;
        let found = self.only(switch, &snapshot)?;
        snapshot.switches.retain(|row| row.name == found.name);
        let mut query = Query::default();
        if found.name != switch.as_str() {
            query.dns_of_switch(&found.name);
            // The mark may mean another switch of the same name.
            query.switch_named(&SwitchRef::named(&found.name), SWITCH_COLUMNS);
        }
        query.dns_rows(&unread_rows(&snapshot, &found));
        self.read_more(&mut snapshot, query)?;
        self.read_marked_switches(&mut snapshot)?;
        Ok((snapshot, found, others))
    }

    /// Adds the switches that our marks name and that the snapshot lacks: a row that is marked for an existing
    /// switch is that switch's zone.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub(super) fn read_marked_switches(&self, snapshot: &mut Snapshot) -> Result<()> {
        let ours = snapshot.dns.iter().filter(|row| row.is_ours());
        let marks = ours.filter_map(DnsRow::switch_mark).filter(|mark| !mark.is_empty());
        let unread: BTreeSet<&str> = marks.filter(|mark| !has_switch(snapshot, mark)).collect();
        let mut query = Query::default();
        for mark in unread {
            query.switch_named(&SwitchRef::named(mark), SWITCH_COLUMNS);
        }
        self.read_more(snapshot, query)
    }

    /// Adds the switches and DNS rows of a query that the snapshot lacks.
    pub(super) fn read_more(&self, snapshot: &mut Snapshot, query: Query) -> Result<()> {
        snapshot.absorb(self.read(query)?);
        Ok(())
    }

    /// The one switch that a reference matches.
    ///
    /// # Errors
    /// Not found, with the most similar name; ambiguous, with all UUIDs.
    pub(super) fn only(&self, switch: &SwitchRef, snapshot: &Snapshot) -> Result<Switch> {
        if let Some(found) = switch::only(&snapshot.switches, switch.as_str())? {
            return Ok(found.clone());
        }
        let mut query = Query::default();
        query.table("Logical_Switch", "_uuid,name,dns_records,external_ids");
        query.dns_of_switch(switch.as_str());
        let all = self.read(query).unwrap_or_default();
        let ours: Vec<DnsRow> = all.dns.into_iter().filter(DnsRow::is_ours).collect();
        let error = switch::unknown(&all.switches, switch.as_str());
        Err(match switch::deleted(switch.as_str(), &ours, &all.switches) {
            Some(_) => {
                let show = CommandLine::qdns(["zone", "show"]).value(switch.as_str());
                Error { hints: vec![format!("it was deleted and left its zone over: {show}")], ..error }
            }
            None => error,
        })
    }
}

fn has_switch(snapshot: &Snapshot, mark: &str) -> bool {
    snapshot.switches.iter().any(|row| row.name == mark || row.uuid.to_string() == mark)
}

/// The DNS rows that may be a switch's zone and that the snapshot lacks.
fn unread_rows(snapshot: &Snapshot, switch: &Switch) -> Vec<Uuid> {
    let mut rows = switch.dns_records.clone();
    rows.retain(|uuid| snapshot.dns_row(*uuid).is_none());
    if !snapshot.dns.iter().any(DnsRow::is_ours) {
        // If the switch was renamed, the mark of its zone is the old name.
        rows.push(zone_uuid(switch.uuid));
    }
    rows
}
