//! `qdns zone rm`.

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply_to_switch};
use crate::error::Result;
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

Rows of other owners on the switch stay. If the switch was deleted, this removes the zone that it left behind.")]
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
        let read = || context.nb.read_even_deleted(&switch);
        apply_to_switch(context, OnLostRace::Fail, read, |topology, network| {
            zone::remove(topology, network, self.if_exists)
        })
    }
}
