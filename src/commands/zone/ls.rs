//! `qdns zone ls`.

use clap::Args;

use crate::commands::Context;
use crate::error::Result;
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::output::zones::Zones;

/// List all zones.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns zone ls
  qdns zone ls -o json | jq -r '.zones[] | select(.hosts == 0).switch'")]
pub struct LsArgs {}

impl LsArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let snapshot = context.nb.read_zones()?;
        Ok(Reply::from(Zones::all(&Topology::of(&snapshot))))
    }
}
