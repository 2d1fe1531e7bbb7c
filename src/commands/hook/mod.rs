//! `qdns hook`: commands that a hypervisor runs when a machine starts or stops.

mod install;
mod libvirt;

use clap::Subcommand;

use super::Context;
use crate::error::Result;
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
}
