//! `qdns forwarders`: the resolvers that answer everything that is not local.

mod clear;
mod set;
mod show;

use clap::Subcommand;

use super::Context;
use crate::error::Result;
use crate::output::Reply;

/// What to do with forwarders.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Give a switch's guests their resolvers and search domain
    Set(set::SetArgs),
    /// Show which resolvers guests get
    #[command(visible_alias = "ls")]
    Show(show::ShowArgs),
    /// Take back what `set` wrote
    Clear(clear::ClearArgs),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        match self {
            Verb::Set(args) => args.run(context),
            Verb::Show(args) => args.run(context),
            Verb::Clear(args) => args.run(context),
        }
    }
}
