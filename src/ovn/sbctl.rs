//! Runs the other programs of OVN that doctor asks: ovn-sbctl(8), ovn-appctl(8), ovs-vsctl(8). None of
//! them changes anything here.

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use super::nbctl::Nbctl;
use super::{process, program};
use crate::error::{Error, Kind, Result};

/// The way to the southbound database.
#[derive(Clone, Debug)]
pub struct Sbctl {
    /// The program; found in `PATH` where it has no slash.
    pub program: OsString,
    /// The ovn-trace(8); without it, the one of the same installation.
    pub trace: Option<OsString>,
    /// `--db`; without it ovn-sbctl's own rules hold (`OVN_SB_DB`, `OVN_SB_DAEMON`).
    pub db: Option<String>,
    /// Files and switches for the connection, as ovn-sbctl takes them.
    pub connection: Vec<String>,
    /// Seconds that one run may take, at least 1.
    pub timeout: u64,
    /// Receives each command line before it runs.
    pub echo: Option<fn(&str)>,
}

impl Sbctl {
    /// The southbound database beside a northbound one: the ovn-sbctl in the same directory, the same
    /// certificates.
    pub fn beside(nb: &Nbctl, program: Option<OsString>, db: Option<String>) -> Self {
        Sbctl {
            program: program.unwrap_or_else(|| program::next_to(&nb.program, "ovn-sbctl")),
            trace: None,
            db,
            connection: nb.connection.clone(),
            timeout: nb.timeout,
            echo: nb.echo,
        }
    }

    /// The ovn-trace(8) to run.
    pub fn tracer(&self) -> OsString {
        self.trace.clone().unwrap_or_else(|| program::next_to(&self.program, "ovn-trace"))
    }

    /// Runs ovn-sbctl once and returns what it printed.
    ///
    /// # Errors
    /// Why it could not.
    pub fn run(&self, args: &[&str]) -> Result<String> {
        let mut all = vec![format!("--timeout={}", self.timeout)];
        all.extend(self.db.iter().map(|db| format!("--db={db}")));
        all.extend(self.connection.iter().cloned());
        all.push("--format=json".to_owned());
        all.extend(args.iter().map(|arg| (*arg).to_owned()));
        run(&self.program, &all, self.timeout, self.echo, "the southbound database cannot be read")
    }
}

/// Runs a program that reads, and returns what it printed; `failed` says what is missing without it.
///
/// # Errors
/// Why it could not be run or failed.
pub fn run(
    program: &OsStr,
    args: &[String],
    timeout: u64,
    echo: Option<fn(&str)>,
    failed: &str,
) -> Result<String> {
    let name = program.to_string_lossy();
    process::echo(echo, program, args);
    let missing = |kind: Kind, why: String| Error::new(kind, format!("{failed}: {why}"));
    let limit = Duration::from_secs(timeout) + Duration::from_millis(500);
    let path = program::find(program)
        .ok_or_else(|| missing(Kind::NoSuchBinary, format!("there is no {name} on this machine")))?;
    let finished = process::run(path.as_os_str(), args, limit)
        .map_err(|error| missing(Kind::NoSuchBinary, format!("{name} cannot be run ({error})")))?;
    if finished.succeeded() {
        return Ok(finished.stdout);
    }
    let why = match finished.timed_out() {
        true => format!("no answer within {timeout} s"),
        false => {
            let last = finished.stderr.lines().rev().find(|line| !line.trim().is_empty());
            last.unwrap_or("it failed without a word").to_owned()
        }
    };
    Err(missing(if finished.timed_out() { Kind::Timeout } else { Kind::Unreachable }, why))
}
