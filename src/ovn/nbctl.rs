//! Runs ovn-nbctl(8).

use std::ffi::OsString;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::errors;
use super::json::{Table, garbage};
use super::ovsdb_client::OvsdbClient;
use super::{process, program};
use crate::error::{Error, Kind, Result};

/// The pause between two reads of a cluster that has no leader.
const PAUSE: Duration = Duration::from_millis(100);

const INSTALL: &str = "install the package that has ovn-nbctl (Debian: ovn-common; Fedora: ovn), or name its path with \
    --ovn-nbctl PATH or QDNS_OVN_NBCTL";

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

/// How to run ovn-nbctl, and on which database.
#[derive(Clone, Debug, Default)]
pub struct Nbctl {
    /// Without a slash it is searched in `PATH`.
    pub program: OsString,
    /// `--db`; without it ovn-nbctl follows `OVN_NB_DB` and `OVN_NB_DAEMON`.
    pub db: Option<String>,
    /// Options of ovn-nbctl for the connection, such as `--private-key=FILE`.
    pub connection: Vec<String>,
    /// The time limit of one run, in seconds; at least 1.
    pub timeout: u64,
    pub wait: Wait,
    /// The client for single rows, where it is used; see [`super::choice`].
    pub rows: Option<OvsdbClient>,
    /// Receives each command line before it runs.
    pub echo: Option<fn(&str)>,
}

impl Nbctl {
    /// Runs ovn-nbctl once. `each` receives every printed line at once.
    ///
    /// # Errors
    /// Kinds with exit code 3 if ovn-nbctl could not work, others if it refused; or the first error of `each`.
    pub(super) fn run(&self, args: &[String], each: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        let mut all = vec![format!("--timeout={}", self.timeout)];
        all.extend(self.db.iter().map(|db| format!("--db={db}")));
        all.extend(self.connection.iter().cloned());
        all.extend_from_slice(args);
        process::echo(self.echo, &self.program, &all);
        let program = program::find(&self.program).ok_or_else(|| self.missing())?;
        // ovn-nbctl stops itself after its own timeout. The longer limit here is for a program that does not.
        let limit = Duration::from_secs(self.timeout) + Duration::from_millis(500);
        let mut seen = Ok(());
        let finished = process::stream(program.as_os_str(), &all, limit, &mut |line| {
            if seen.is_ok() {
                seen = each(&line);
            }
        });
        let finished = finished.map_err(|error| self.not_run(&program, error))?;
        if finished.succeeded() {
            seen
        } else {
            Err(errors::failure("ovn-nbctl", &finished, self.timeout, self.daemon().as_deref()))
        }
    }

    /// Runs ovn-nbctl once. `each` receives every printed table with its number. It must be done with a table before
    /// the next one is read, so that a large database is never in memory both as text and as rows.
    ///
    /// # Errors
    /// As [`Nbctl::run`]; garbage if the number of printed tables is not `count`.
    pub(super) fn tables(
        &self,
        args: &[String],
        count: usize,
        each: &mut dyn FnMut(usize, &Table) -> Result<()>,
    ) -> Result<()> {
        let args = [&["--format=json".to_owned()], args].concat();
        let mut found = 0;
        self.run(&args, &mut |line| {
            if Table::is_one(line) {
                found += 1;
                if found <= count {
                    each(found - 1, &Table::parse(line)?)?;
                }
            }
            Ok(())
        })?;
        if found != count {
            return Err(garbage(format!("ovn-nbctl printed {found} tables; {count} were expected")));
        }
        Ok(())
    }

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

    /// The daemon's socket, if a daemon is used.
    fn daemon(&self) -> Option<String> {
        let socket = std::env::var("OVN_NB_DAEMON").ok()?;
        (self.db.is_none() && !socket.is_empty()).then_some(socket)
    }

    fn missing(&self) -> Error {
        let name = self.program.to_string_lossy();
        Error::new(Kind::NoSuchBinary, format!("there is no {name} on this machine")).hint(INSTALL)
    }

    fn not_run(&self, program: &Path, error: std::io::Error) -> Error {
        if error.kind() == std::io::ErrorKind::ArgumentListTooLong {
            return Error::new(Kind::Rejected, "the change is larger than one command line")
                .cause(error)
                .hint("split it into smaller commands");
        }
        let message = format!("{} cannot be executed", program.display());
        Error::new(Kind::NoSuchBinary, message).cause(error).hint(INSTALL)
    }
}
