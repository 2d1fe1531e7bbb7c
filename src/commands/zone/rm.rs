//! `qdns zone rm`.

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply};
use crate::error::Result;
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::zone;

/// Remove the zone of a switch with all its records.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns zone rm net1              ask first if the zone has hosts
  qdns zone rm net1 --yes        for scripts
  qdns zone rm net1 --dry-run    show what would be removed

Rows of other owners on the switch stay.")]
pub struct RmArgs {
    /// The switch, by name or UUID
    switch: String,
    /// Succeed if the switch has no zone
    #[arg(long)]
    if_exists: bool,
}

impl RmArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let applied = apply(context, OnLostRace::Fail, || {
            let (snapshot, switch) = context.nb.read_switch(&switch)?;
            let topology = Topology::of(&snapshot);
            zone::remove(&topology, topology.network(switch.uuid)?, self.if_exists)
        })?;
        Ok(applied.reply())
    }
}
