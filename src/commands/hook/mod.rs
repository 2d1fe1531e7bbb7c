//! `qdns hook`: commands that a hypervisor runs when a machine starts or stops.

mod install;
mod libvirt;

use clap::Subcommand;

use super::Context;
use crate::error::{Error, Result};
use crate::output::Reply;

/// The verbs of `qdns hook`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    Libvirt(libvirt::LibvirtArgs),
    Install(install::InstallArgs),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        match self {
            Verb::Libvirt(args) => Ok(args.run(context)),
            Verb::Install(args) => args.run(context),
        }
    }

    /// The answer where the settings are wrong.
    ///
    /// # Errors
    /// The given one, unless the command must never fail.
    pub(crate) fn without_settings(&self, error: Error) -> Result<Reply> {
        match self {
            Verb::Libvirt(args) => Ok(args.without_settings(&error)),
            Verb::Install(_) => Err(error),
        }
    }
}
