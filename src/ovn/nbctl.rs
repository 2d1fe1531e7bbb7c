//! Runs ovn-nbctl(8): which program, which database, how long, and what a failure means.

use std::ffi::OsString;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::classify;
use super::json::{Table, garbage};
use super::{process, program};
use crate::error::{Error, Kind, Result};

/// How long a cluster without a leader is left alone between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// What to do without a working ovn-nbctl.
const INSTALL: &str =
    "install it (apt-get install ovn-common), or say where it is: --ovn-nbctl PATH or QDNS_OVN_NBCTL";

/// How far a change must have come before a command returns (ovn-nbctl(8), `--wait`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Wait {
    /// The northbound database has it.
    #[default]
    None,
    /// The southbound database has it.
    Sb,
    /// Every chassis has it; never while one is dead.
    Hv,
}

/// The way to the northbound database.
#[derive(Clone, Debug, Default)]
pub struct Nbctl {
    /// The program; found in `PATH` where it has no slash.
    pub program: OsString,
    /// `--db`; without it ovn-nbctl's own rules hold (`OVN_NB_DB`, `OVN_NB_DAEMON`).
    pub db: Option<String>,
    /// Files and switches for the connection, as ovn-nbctl takes them.
    pub connection: Vec<String>,
    /// Seconds that one run may take, at least 1.
    pub timeout: u64,
    /// How far a change must have come.
    pub wait: Wait,
    /// Receives each command line before it runs, where the operator wants to see them.
    pub echo: Option<fn(&str)>,
}

impl Nbctl {
    /// Runs ovn-nbctl once; `each` has every line that it prints, as soon as it does.
    ///
    /// # Errors
    /// Kinds with exit code 3 where it could not do its work, others where it refused, and the first
    /// error of `each`.
    pub(super) fn run(&self, args: &[String], each: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        let mut all = vec![format!("--timeout={}", self.timeout)];
        all.extend(self.db.iter().map(|db| format!("--db={db}")));
        all.extend(self.connection.iter().cloned());
        all.extend_from_slice(args);
        process::echo(self.echo, &self.program, &all);
        let program = program::find(&self.program).ok_or_else(|| self.missing())?;
        // ovn-nbctl's own alarm comes first; this is for a program that has none.
        let limit = Duration::from_secs(self.timeout) + Duration::from_millis(500);
        let mut seen = Ok(());
        let finished = process::stream(program.as_os_str(), &all, limit, &mut |line| {
            if seen.is_ok() {
                seen = each(&line);
            }
        });
        let finished = finished.map_err(|error| self.not_run(&program, error))?;
        match finished.succeeded() {
            true => seen,
            false => Err(classify::failure(&finished, self.timeout, self.daemon().as_deref())),
        }
    }

    /// Runs ovn-nbctl once; `each` has every table that it prints with its number, and is done with it
    /// before the next one is read: a large database is never there as text and as rows.
    ///
    /// # Errors
    /// As [`Nbctl::run`]; garbage where it prints other than `count` tables.
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
        match found == count {
            true => Ok(()),
            false => Err(garbage(format!("ovn-nbctl printed {found} tables where {count} were asked for"))),
        }
    }

    /// Does what only reads, and again where several servers are named for as long as one run may take:
    /// a cluster that is choosing its leader has none to offer.
    ///
    /// # Errors
    /// As `read`.
    pub(super) fn until_led<T>(&self, read: impl Fn() -> Result<T>) -> Result<T> {
        let deadline = Instant::now() + Duration::from_secs(self.timeout);
        loop {
            match read() {
                Err(error) if error.kind == Kind::Unreachable && self.has_several_servers() => {
                    if Instant::now() >= deadline {
                        return Err(error.hint(
                            "a cluster answers while most of its servers run and one of them leads: ovn-appctl -t /var/run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound",
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
        self.daemon().is_none() && named.is_some_and(|db| db.contains(','))
    }

    /// Whether a daemon is used: it holds its copy of the database, so that a run costs what it prints.
    pub(super) fn is_daemon(&self) -> bool {
        self.daemon().is_some()
    }

    /// The daemon's socket, where one is used.
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
        let sentence = format!("{} cannot be executed", program.display());
        Error::new(Kind::NoSuchBinary, sentence).cause(error).hint(INSTALL)
    }
}
