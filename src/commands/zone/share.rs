//! `qdns zone share` and `qdns zone unshare`.

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply};
use crate::error::Result;
use crate::model::topology::{Network, Topology};
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::{Plan, share};

/// Let guests of other switches resolve the names of a switch's zone.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns zone share net2 --with net1    guests of net1 resolve names of net2
  qdns zone share net2 --with net1 net3
  qdns zone show net2                 shows who shares the zone

Each of the switches then lists the DNS row of SWITCH, and OVN answers its guests from it: FQDNs, PTR records, and short \
names too. Only SWITCH changes the zone; hosts are judged by the ports of all these switches. A name that one of them \
has already would be served twice, so sharing is refused. Whether guests reach the addresses is the routers' business.")]
pub struct ShareArgs {
    #[command(flatten)]
    switches: Switches,
}

/// Take the zone of a switch off other switches: their guests no longer resolve its names.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns zone unshare net2 --with net1    guests of net1 no longer resolve them

The zone and its home, SWITCH, stay as they are. A switch that does not share the zone is no error.")]
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
