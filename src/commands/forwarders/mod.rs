//! `qdns forwarders`: the resolvers that answer everything that is not local.

mod clear;
mod set;
mod show;

use clap::Subcommand;

use super::Context;
use crate::error::{Error, Result};
use crate::model::snapshot::{Snapshot, Switch};
use crate::output::Reply;
use crate::ovn::read::SwitchRef;

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

/// A switch, and every row that tells who leases what.
fn read(context: &Context, switch: &SwitchRef) -> Result<(Snapshot, Switch)> {
    let (snapshot, found) = context.nb.read_forwarders(Some(switch))?;
    let found = found.ok_or_else(|| Error::not_found("there is no such logical switch"))?;
    Ok((snapshot, found))
}
