//! `qdns zone create`.

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply};
use crate::error::Result;
use crate::model::name::Domain;
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::zone;

/// Make the zone of a switch.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns zone create net1                           names end in .internal
  qdns zone create net1 --domain prod.internal    names end in .prod.internal
  qdns zone create net1 --may-exist               for scripts: an existing zone is fine

`qdns record add` makes the zone where there is none.")]
pub struct CreateArgs {
    /// The switch: its name or its UUID
    switch: String,
    /// The suffix of the zone's names
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// Accept a zone that exists
    #[arg(long)]
    may_exist: bool,
}

impl CreateArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let domain = self.domain.as_deref().map(Domain::parse).transpose()?;
        let applied = apply(context, OnLostRace::PlanAgain, || {
            let (snapshot, switch) = context.nb.read_switch(&switch)?;
            let topology = Topology::of(&snapshot);
            zone::create(&topology, topology.network(switch.uuid)?, domain.as_ref(), self.may_exist)
        })?;
        Ok(applied.reply())
    }
}
