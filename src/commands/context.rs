//! What every command gets.

use nix::unistd::Uid;

use super::audit;
use super::global::GlobalOptions;
use super::settings::Settings;
use crate::error::Result;
use crate::model::snapshot::{Snapshot, Switch};
use crate::output::Printer;
use crate::ovn::SwitchRef;
use crate::ovn::northbound::Northbound;

/// What every command gets.
#[derive(Clone, Debug)]
pub struct Context {
    /// The northbound database.
    pub nb: Northbound,
    /// Prints answers, warnings and progress.
    pub printer: Printer,
    /// The options that every command has.
    pub global: GlobalOptions,
    /// The settings of the command line, the environment and the settings file.
    pub settings: Settings,
    /// The command line as it was typed, for the comment in the database's log.
    pub typed: String,
    /// The user for whom a service runs the command; `None` where it is the user who typed it.
    pub user: Option<Uid>,
}

impl Context {
    /// The same for a command that changes nothing, if `is_check`.
    pub fn checking(&self, is_check: bool) -> Self {
        let mut context = self.clone();
        context.global.dry_run |= is_check;
        context
    }

    /// The comment of a change in the database's log.
    pub fn comment(&self) -> String {
        audit::comment(&self.typed, self.user)
    }

    /// Reads the named switch with its DNS rows, also a deleted one that left its zone over. Without a name, reads all
    /// switches and all DNS rows.
    ///
    /// # Errors
    /// As [`Northbound::read_even_deleted`] and [`Northbound::read_zones`].
    pub fn read_zones(&self, switch: Option<&str>) -> Result<(Snapshot, Option<Switch>)> {
        let Some(switch) = switch else { return Ok((self.nb.read_zones()?, None)) };
        let (snapshot, switch) = self.nb.read_even_deleted(&SwitchRef::parse(switch)?)?;
        Ok((snapshot, Some(switch)))
    }
}
