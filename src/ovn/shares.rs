//! Reads a switch with its zone, and the switches that share it or are to share it.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::northbound::Northbound;
use super::query::{Query, SwitchRef};
use super::zones::SWITCH_COLUMNS;
use crate::error::Result;
use crate::model::snapshot::{Snapshot, Switch};

impl Northbound {
    /// As [`Northbound::read_even_deleted`], with other switches and the DNS rows that they list, in the order in which they
    /// are given.
    ///
    /// # Errors
    /// Not found or ambiguous for one of the switches; otherwise as [`Northbound::run`].
    pub fn read_shares(
        &self,
        home: &SwitchRef,
        others: &[SwitchRef],
    ) -> Result<(Snapshot, Switch, Vec<Switch>)> {
        let (mut snapshot, home) = self.read_even_deleted(home)?;
        let mut query = Query::default();
        others.iter().for_each(|other| query.switch(other, SWITCH_COLUMNS));
        self.read_more(&mut snapshot, query)?;
        let others = others.iter().map(|other| self.only(other, &snapshot)).collect::<Result<Vec<_>>>()?;
        let listed: BTreeSet<Uuid> = others.iter().flat_map(|other| &other.dns_records).copied().collect();
        let unread = listed.into_iter().filter(|row| snapshot.dns_row(*row).is_none());
        let mut query = Query::default();
        query.dns_rows(&Vec::from_iter(unread));
        self.read_more(&mut snapshot, query)?;
        self.read_marked_switches(&mut snapshot)?;
        Ok((snapshot, home, others))
    }
}
