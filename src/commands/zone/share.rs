//! `qdns zone share` and `qdns zone unshare`.

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply};
use crate::error::Result;
use crate::model::topology::{Network, Topology};
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::{Plan, share};

/// Share a zone: guests of other switches resolve its names too.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns zone share net2 --with net1    guests of net1 resolve names of net2
  qdns zone share net2 --with net1 net3
  qdns zone show net2                 shows who shares the zone

The other switches then list the DNS row of SWITCH, and OVN answers their guests from it: short names, FQDNs and \
PTR records. Hosts are still added and removed with SWITCH. A host is stale only if no port of any of these \
switches has it. Sharing is refused if one of the switches already has one of the names. Sharing does not change \
routing: guests reach the addresses only through a router that connects the switches.")]
pub struct ShareArgs {
    #[command(flatten)]
    switches: Switches,
}

/// Stop sharing a zone: guests of the other switches no longer resolve its names.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns zone unshare net2 --with net1    guests of net1 no longer resolve them

The zone stays on SWITCH. To name a switch that does not share the zone is no error.")]
pub struct UnshareArgs {
    #[command(flatten)]
    switches: Switches,
}

#[derive(Args, Debug)]
struct Switches {
    /// The home of the zone, by name or UUID
    switch: String,
    /// The other switches, by name or UUID
    #[arg(long, required = true, num_args = 1.., value_name = "SWITCH")]
    with: Vec<String>,
}

impl ShareArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        self.switches.apply(context, share::share)
    }
}

impl UnshareArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        self.switches.apply(context, share::unshare)
    }
}

impl Switches {
    fn apply(
        &self,
        context: &Context,
        plan: fn(&Topology, &Network, &[&Network]) -> Result<Plan>,
    ) -> Result<Reply> {
        let home = SwitchRef::parse(&self.switch)?;
        let others = self.with.iter().map(|name| SwitchRef::parse(name)).collect::<Result<Vec<_>>>()?;
        let applied = apply(context, OnLostRace::PlanAgain, || {
            let (snapshot, home, others) = context.nb.read_shares(&home, &others)?;
            let topology = Topology::of(&snapshot);
            let others = others.iter().map(|switch| topology.network(switch.uuid));
            let others = others.collect::<Result<Vec<_>>>()?;
            plan(&topology, topology.network(home.uuid)?, &others)
        })?;
        Ok(applied.reply())
    }
}
