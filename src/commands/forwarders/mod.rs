//! `qdns forwarders`: the resolvers that guests get by DHCP.

mod clear;
mod set;
mod show;

use clap::Subcommand;

use super::Context;
use crate::error::Result;
use crate::output::Reply;

/// The verbs of `qdns forwarders`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    Set(set::SetArgs),
    #[command(visible_alias = "ls")]
    Show(show::ShowArgs),
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
