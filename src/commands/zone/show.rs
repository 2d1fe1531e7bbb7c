//! `qdns zone show`.

use clap::Args;

use crate::commands::Context;
use crate::error::{Kind, Result};
use crate::model::snapshot::{Snapshot, Switch};
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::output::zones::ShownZone;
use crate::ovn::SwitchRef;
use crate::plan::zone;

/// Show the zone of a switch, and rows of other owners on it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns zone show net1
  qdns zone show net1 -o json")]
pub struct ShowArgs {
    /// The switch, by name or UUID
    switch: String,
}

impl ShowArgs {
    /// The switch, also one that was deleted and left its zone over.
    fn read(&self, context: &Context) -> Result<(Snapshot, Switch)> {
        let switch = SwitchRef::parse(&self.switch)?;
        match context.nb.read_surroundings(&switch, &[]) {
            Err(error) if error.kind == Kind::NotFound => context.nb.read_even_deleted(&switch),
            other => other,
        }
    }

    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let (snapshot, switch) = self.read(context)?;
        let topology = Topology::of(&snapshot);
        let network = topology.network(switch.uuid)?;
        let zone = topology.zone_of(network)?.ok_or_else(|| zone::missing(&topology, network))?;
        Ok(Reply::from(ShownZone::of(&topology, network, zone)))
    }
}
