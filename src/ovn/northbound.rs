//! The northbound database: how it is reached, and by which clients.

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use super::ovsdb_client::OvsdbClient;
use super::program::Program;
use crate::error::{Kind, Result};
use crate::model::name::Domain;

/// The pause between two reads of a cluster that has no leader.
const PAUSE: Duration = Duration::from_millis(100);

/// Which databases and hypervisors must have a change before a command returns (ovn-nbctl(8), `--wait`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Wait {
    /// Wait for the northbound database only
    #[default]
    None,
    /// Wait for the southbound database
    Sb,
    /// Wait for every chassis; times out if one is down
    Hv,
}

/// Where the northbound database is, and the clients that read and write it.
#[derive(Clone, Debug, Default)]
pub struct Northbound {
    /// ovn-nbctl.
    pub program: Program,
    /// `--db`; without it ovn-nbctl follows `OVN_NB_DB` and `OVN_NB_DAEMON`.
    pub db: Option<String>,
    /// Options of ovn-nbctl for the connection, such as `--private-key=FILE`.
    pub connection: Vec<String>,
    /// The time limit of one run, in seconds; at least 1.
    pub timeout: u64,
    pub wait: Wait,
    /// The domain of new zones, where nothing else decides; every reading has it.
    pub site_domain: Option<Domain>,
    /// The client for single rows, where it is used; see [`super::choice`].
    pub rows: Option<OvsdbClient>,
    /// Receives each command line before it runs.
    pub echo: Option<fn(&str)>,
    /// What would have made a slow read fast, after one.
    pub slow: Arc<OnceLock<String>>,
}

impl Northbound {
    /// Reads, and repeats a read that fails while the servers of a cluster elect their leader, for at most the time
    /// limit of one run. With one server there is nothing to wait for.
    ///
    /// # Errors
    /// As `read`.
    pub(super) fn retry_without_leader<T>(&self, read: impl Fn() -> Result<T>) -> Result<T> {
        let deadline = Instant::now() + Duration::from_secs(self.timeout);
        loop {
            match read() {
                Err(error) if error.kind == Kind::Unreachable && self.has_several_servers() => {
                    if Instant::now() >= deadline {
                        return Err(error.hint(
                            "a cluster answers if most of its servers run and one of them is the leader: ovn-appctl -t /var/run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound",
                        ));
                    }
                    thread::sleep(PAUSE);
                }
                result => return result,
            }
        }
    }

    fn has_several_servers(&self) -> bool {
        let named = self.db.clone().or_else(|| std::env::var("OVN_NB_DB").ok());
        !self.has_daemon() && named.is_some_and(|db| db.contains(','))
    }

    /// Whether a read of few rows costs less than one of their tables: ovsdb-client reads single rows, and a daemon has
    /// a copy of the database.
    pub(super) fn reads_rows(&self) -> bool {
        self.rows.is_some() || self.has_daemon()
    }

    pub(super) fn has_daemon(&self) -> bool {
        self.daemon().is_some()
    }

    /// The daemon's socket, if a daemon is used. A command that runs ovn-nbctl elsewhere knows nothing of the variable.
    pub fn daemon(&self) -> Option<String> {
        let socket = std::env::var("OVN_NB_DAEMON").ok()?;
        (self.db.is_none() && !socket.is_empty() && !self.program.is_wrapped()).then_some(socket)
    }
}
