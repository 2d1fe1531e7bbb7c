//! `qdns hook`: what others call when a machine starts or stops.

mod install;
mod libvirt;

use clap::Subcommand;

use super::Context;
use crate::error::Result;
use crate::output::Reply;

/// Who calls, and how that is set up.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Register a libvirt domain's name; called by libvirt itself
    Libvirt(libvirt::LibvirtArgs),
    /// Have a hypervisor call the hook
    Install(install::InstallArgs),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        match self {
            Verb::Libvirt(args) => Ok(args.run(context)),
            Verb::Install(args) => args.run(context),
        }
    }
}
