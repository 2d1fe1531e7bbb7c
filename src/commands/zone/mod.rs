//! `qdns zone`: the zones of switches.

mod create;
mod ls;
mod rm;
mod set;
mod share;
mod show;

use clap::Subcommand;

use super::Context;
use crate::error::Result;
use crate::output::Reply;

/// The verbs of `qdns zone`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    Create(create::CreateArgs),
    #[command(visible_alias = "list")]
    Ls(ls::LsArgs),
    Show(show::ShowArgs),
    #[command(visible_alias = "delete")]
    Rm(rm::RmArgs),
    Set(set::SetArgs),
    Share(share::ShareArgs),
    Unshare(share::UnshareArgs),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        match self {
            Verb::Create(args) => args.run(context),
            Verb::Ls(args) => args.run(context),
            Verb::Show(args) => args.run(context),
            Verb::Rm(args) => args.run(context),
            Verb::Set(args) => args.run(context),
            Verb::Share(args) => args.run(context),
            Verb::Unshare(args) => args.run(context),
        }
    }
}
