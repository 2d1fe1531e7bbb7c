//! Runs ovn-nbctl(8).

use std::path::Path;
use std::time::Duration;

use super::busy::until_connected;
use super::errors;
use super::json::{Table, garbage};
use super::northbound::Northbound;
use super::process::{self, Finished};
use crate::error::{Error, Kind, Result};

const INSTALL: &str = "install the package that has ovn-nbctl (Debian: ovn-common; Fedora: ovn), or name its path with \
    --ovn-nbctl CMD or QDNS_OVN_NBCTL";

const WHERE_FROM: &str =
    "the command is from --ovn-nbctl, QDNS_OVN_NBCTL or the settings file; qdns -v says from which";

impl Northbound {
    /// Runs ovn-nbctl once. `each` receives every printed line at once.
    ///
    /// # Errors
    /// Kinds with exit code 3 if ovn-nbctl could not work, others if it refused; or the first error of `each`.
    pub(super) fn run(&self, args: &[String], each: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        let mut all = vec![format!("--timeout={}", self.timeout)];
        let db = self.program.server(self.db.as_deref(), "OVN_NB_DB");
        all.extend(db.iter().map(|db| format!("--db={db}")));
        all.extend(self.connection.iter().cloned());
        all.extend_from_slice(args);
        process::echo(self.echo, &self.program, &all);
        let program = self.program.find().ok_or_else(|| self.missing())?;
        let all = self.program.with(&all);
        // ovn-nbctl stops itself after its own timeout. The longer limit here is for a program that does not.
        let limit = Duration::from_secs(self.timeout) + Duration::from_millis(500);
        let mut seen = Ok(());
        let finished = until_connected(limit, || {
            process::stream(program.as_os_str(), &all, limit, &mut |line| {
                if seen.is_ok() {
                    seen = each(&line);
                }
            })
        });
        let finished = finished.map_err(|error| self.not_run(&program, error))?;
        if finished.succeeded() {
            seen
        } else {
            let of_wrapper = self.not_of_ovn_nbctl(&finished);
            let failure = || errors::failure("ovn-nbctl", &finished, self.timeout, self.daemon().as_deref());
            Err(of_wrapper.unwrap_or_else(failure))
        }
    }

    /// Runs ovn-nbctl once. `each` receives every printed table with its number. It must be done with a table before
    /// the next one is read, so that a large database is never in memory both as text and as rows.
    ///
    /// # Errors
    /// As [`Northbound::run`]; garbage if the number of printed tables is not `count`.
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

    /// The error where the program that runs ovn-nbctl could not do it: none of the messages is of ovn-nbctl, which
    /// begins each with its name or logs it.
    fn not_of_ovn_nbctl(&self, finished: &Finished) -> Option<Error> {
        let is_of_ovn_nbctl = |line: &str| line.contains("ovn-nbctl:") || line.splitn(5, '|').count() == 5;
        let said = finished.stderr.trim();
        if !self.program.is_wrapped()
            || finished.was_killed()
            || said.is_empty()
            || said.lines().any(is_of_ovn_nbctl)
        {
            return None;
        }
        let error = Error::new(Kind::NoSuchBinary, format!("`{}` does not run ovn-nbctl", self.program));
        Some(error.said(said).hint(WHERE_FROM))
    }

    fn missing(&self) -> Error {
        let name = self.program.name().to_string_lossy();
        let hint = if self.program.is_wrapped() { WHERE_FROM } else { INSTALL };
        Error::new(Kind::NoSuchBinary, format!("there is no {name} on this machine")).hint(hint)
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
