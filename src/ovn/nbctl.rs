//! Runs ovn-nbctl(8).

use std::path::Path;
use std::time::Duration;

use super::errors;
use super::json::{Table, garbage};
use super::northbound::Northbound;
use super::{process, program};
use crate::error::{Error, Kind, Result};

const INSTALL: &str = "install the package that has ovn-nbctl (Debian: ovn-common; Fedora: ovn), or name its path with \
    --ovn-nbctl PATH or QDNS_OVN_NBCTL";

impl Northbound {
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
