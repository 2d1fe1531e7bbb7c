//! Runs ovn-sbctl(8), and any other program of OVN that only reads.

use std::time::Duration;

use super::northbound::Northbound;
use super::process;
use super::program::Program;
use crate::error::{Error, Kind, Result};

/// How to run ovn-sbctl and ovn-trace, and on which database.
#[derive(Clone, Debug)]
pub struct Sbctl {
    pub program: Program,
    /// The ovn-trace(8) to run; by default the one next to ovn-sbctl.
    pub trace: Option<Program>,
    /// `--db`; without it ovn-sbctl follows `OVN_SB_DB` and `OVN_SB_DAEMON`.
    pub db: Option<String>,
    /// Options of ovn-sbctl for the connection, such as `--private-key=FILE`.
    pub connection: Vec<String>,
    /// The time limit of one run, in seconds; at least 1.
    pub timeout: u64,
    /// Receives each command line before it runs.
    pub echo: Option<fn(&str)>,
}

impl Sbctl {
    /// By default the ovn-sbctl next to ovn-nbctl, always with the same certificates.
    ///
    /// # Errors
    /// As [`Program::sibling`].
    pub fn next_to(nb: &Northbound, program: Option<Program>, db: Option<String>) -> Result<Self> {
        let program = program.map_or_else(|| nb.program.sibling("ovn-sbctl"), Ok)?;
        Ok(Sbctl {
            trace: None,
            db: program.server(db.as_deref(), "OVN_SB_DB"),
            program,
            connection: nb.connection.clone(),
            timeout: nb.timeout,
            echo: nb.echo,
        })
    }

    /// # Errors
    /// As [`Program::sibling`].
    pub fn tracer(&self) -> Result<Program> {
        self.trace.clone().map_or_else(|| self.program.sibling("ovn-trace"), Ok)
    }

    /// Runs ovn-sbctl once and returns its output.
    ///
    /// # Errors
    /// As [`run`].
    pub fn run(&self, args: &[&str]) -> Result<String> {
        let mut all = vec![format!("--timeout={}", self.timeout)];
        all.extend(self.db.iter().map(|db| format!("--db={db}")));
        all.extend(self.connection.iter().cloned());
        all.push("--format=json".to_owned());
        all.extend(args.iter().map(|arg| (*arg).to_owned()));
        run(&self.program, &all, self.timeout, self.echo, "the southbound database cannot be read")
    }
}

/// Runs a program that only reads, and returns its output. `failed` begins the error's message.
///
/// # Errors
/// No such binary, timeout, or unreachable if the program failed.
pub fn run(
    program: &Program,
    args: &[String],
    timeout: u64,
    echo: Option<fn(&str)>,
    failed: &str,
) -> Result<String> {
    let name = program.name().to_string_lossy();
    process::echo(echo, program, args);
    let limit = Duration::from_secs(timeout) + Duration::from_millis(500);
    let no_binary = |why: String| Error::new(Kind::NoSuchBinary, format!("{failed}: {why}"));
    let path = program.find().ok_or_else(|| no_binary(format!("there is no {name} on this machine")))?;
    let finished = process::run(path.as_os_str(), &program.with(args), limit)
        .map_err(|error| no_binary(format!("{name} cannot be run ({error})")))?;
    if finished.succeeded() {
        return Ok(finished.stdout);
    }
    if finished.timed_out() {
        return Err(Error::new(Kind::Timeout, format!("{failed}: no answer within {timeout} s")));
    }
    let last = finished.stderr.lines().rev().find(|line| !line.trim().is_empty());
    let why = last.unwrap_or("it failed and printed no reason");
    Err(Error::new(Kind::Unreachable, format!("{failed}: {why}")))
}
