//! `qdns record`: hosts with their addresses and reverse names.

mod add;
mod export;
mod import;
mod ls;
mod rm;

use clap::Subcommand;

use super::Context;
use crate::error::Result;
use crate::output::Reply;

/// What to do with records.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Add a host
    Add(add::AddArgs),
    /// Remove hosts
    #[command(visible_alias = "delete")]
    Rm(rm::RmArgs),
    /// List hosts
    #[command(visible_alias = "list")]
    Ls(ls::LsArgs),
    /// Add the hosts of a file
    Import(import::ImportArgs),
    /// Print hosts in the form that `import` takes
    Export(export::ExportArgs),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        match self {
            Verb::Add(args) => args.run(context),
            Verb::Rm(args) => args.run(context),
            Verb::Ls(args) => args.run(context),
            Verb::Import(args) => args.run(context),
            Verb::Export(args) => args.run(context),
        }
    }
}
