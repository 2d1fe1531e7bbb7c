//! `qdns zone`: the names of one switch, under one domain.

mod create;
mod ls;
mod rm;
mod show;

use clap::Subcommand;

use super::Context;
use crate::error::Result;
use crate::output::Reply;

/// What to do with zones.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make the zone of a switch
    Create(create::CreateArgs),
    /// List the zones
    #[command(visible_alias = "list")]
    Ls(ls::LsArgs),
    /// Show the zone of a switch, and who else answers there
    Show(show::ShowArgs),
    /// Remove the zone of a switch, with everything in it
    #[command(visible_alias = "delete")]
    Rm(rm::RmArgs),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        match self {
            Verb::Create(args) => args.run(context),
            Verb::Ls(args) => args.run(context),
            Verb::Show(args) => args.run(context),
            Verb::Rm(args) => args.run(context),
        }
    }
}
