//! `qdns forwarders clear`.

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply};
use crate::error::Result;
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::forwarders;

/// Take back what `set` wrote.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns forwarders clear net1

Each option becomes what it was before `qdns forwarders set`.")]
pub struct ClearArgs {
    /// The switch: its name or its UUID
    switch: String,
}

impl ClearArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let applied = apply(context, OnLostRace::Fail, || {
            let (snapshot, switch) = context.nb.read_forwarders_of(&switch)?;
            let topology = Topology::of(&snapshot);
            forwarders::clear(&topology, topology.network(switch.uuid)?)
        })?;
        Ok(applied.reply())
    }
}
