//! `qdns record`: hosts with their address records and PTR records.

pub(crate) mod add;
mod export;
mod import;
pub(crate) mod ls;
mod rename;
pub(crate) mod rm;
mod show;
mod unused;

use clap::Subcommand;

use super::Context;
use crate::error::Result;
use crate::output::Reply;

/// The verbs of `qdns record`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    Add(add::AddArgs),
    #[command(visible_alias = "delete")]
    Rm(rm::RmArgs),
    Rename(rename::RenameArgs),
    Show(show::ShowArgs),
    #[command(visible_alias = "list")]
    Ls(ls::LsArgs),
    Import(import::ImportArgs),
    Export(export::ExportArgs),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        match self {
            Verb::Add(args) => args.run(context),
            Verb::Rm(args) => args.run(context),
            Verb::Rename(args) => args.run(context),
            Verb::Show(args) => args.run(context),
            Verb::Ls(args) => args.run(context),
            Verb::Import(args) => args.run(context),
            Verb::Export(args) => args.run(context),
        }
    }
}
