//! Runs a query with one of the two clients.

use std::time::{Duration, Instant};

use super::json::Table;
use super::northbound::Northbound;
use super::query::Query;
use super::rows::fill;
use crate::error::Result;
use crate::model::shell;
use crate::model::snapshot::Snapshot;

/// A read that takes longer is slow.
const SLOW: Duration = Duration::from_secs(1);

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
        let began = Instant::now();
        let mut snapshot = Snapshot::default();
        self.tables(&query.arguments(), query.selects.len(), &mut |number, table: &Table| {
            fill(&mut snapshot, query.selects[number].table, table)
        })?;
        self.note_slow(began.elapsed());
        Ok(snapshot)
    }

    /// Keeps what makes a read of whole tables fast, if this one took long. A daemon has a copy of the database.
    fn note_slow(&self, took: Duration) {
        if took < SLOW || self.has_daemon() || self.program.is_wrapped() {
            return;
        }
        let db = self.db.iter().map(|db| format!("--db={db}"));
        let options: Vec<String> = db.chain(self.connection.iter().cloned()).collect();
        let start = [&[self.program.line()], &options[..], &["--detach".to_owned()]].concat();
        let line = format!(
            "reading whole tables took {:.1} s; a daemon with a copy of the database makes it fast: export OVN_NB_DAEMON=$({})",
            took.as_secs_f64(),
            shell::joined(&start)
        );
        let without_db = if self.db.is_some() { ", then leave out --db" } else { "" };
        // One line is enough for many reads.
        let _ = self.slow.set(line + without_db);
    }
}
