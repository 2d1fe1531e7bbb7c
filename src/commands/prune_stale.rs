//! `qdns prune-stale`: removes records of hosts that have no logical switch port.

use clap::Args;

use super::Context;
use super::apply::apply_all;
use crate::error::{Error, FOUND, Kind, Result};
use crate::model::life::Life;
use crate::model::shell::shell_word;
use crate::model::snapshot::Switch;
use crate::model::topology::{Network, Topology};
use crate::output::sync::SyncChanges;
use crate::output::{self, Reply};
use crate::ovn::ports::Switches;
use crate::plan::Plan;
use crate::plan::removal_limit::RemovalLimit;
use crate::plan::stale::{self, Kept, Stale};

/// Remove records of hosts that have no logical switch port.
#[derive(Args, Debug)]
#[command(
    override_usage = "qdns prune-stale [OPTIONS] <SWITCH...|--all>",
    after_help = "\
Examples:
  qdns prune-stale net1 --dry-run    show what would be removed, and why
  qdns prune-stale net1              ask first
  qdns prune-stale --all --yes       every zone, for a timer
  qdns prune-stale --all --check     exit with 4 where a host is stale
  qdns prune-stale net1 --max 40     up to 40 hosts, even most of a zone

A host is stale if no port of its switch, or of another switch that shares the zone, has its name or one of its \
addresses (static, dynamic, in port security, or of a router). A stopped machine keeps its port, so its host \
stays. Static hosts stay. A host that may be alive without a port is shown with the reason, and stays: a load \
balancer, NAT, a router, a port of another switch or a DNS row of another program has its address, or it may be \
on a physical network. `qdns record rm` removes such a host. --max or --force is needed to remove more than three \
hosts that are also more than 30 % of their zone. \
Each removal is printed with the command that restores the host."
)]
pub struct PruneStaleArgs {
    /// The switches, by name or UUID
    #[arg(value_name = "SWITCH", required_unless_present = "all")]
    switches: Vec<String>,
    /// Every switch that has a zone
    #[arg(long, conflicts_with = "switches")]
    all: bool,
    #[command(flatten)]
    limit: LimitArgs,
    /// Change nothing; exit with 4 where a host is stale
    #[arg(long)]
    check: bool,
}

/// How many hosts of one zone may be removed at once.
#[derive(Args, Clone, Copy, Debug)]
pub struct LimitArgs {
    /// Remove at most this many hosts of a zone; where more are stale, remove none
    #[arg(long, value_name = "N")]
    max: Option<usize>,
    /// Remove any number of hosts
    #[arg(long)]
    force: bool,
}

impl LimitArgs {
    pub fn limit(self) -> RemovalLimit {
        RemovalLimit { max: self.max, force: self.force }
    }
}

impl PruneStaleArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        let switches = Switches::parse(&self.switches, self.all)?;
        let (mut snapshot, switches) = context.nb.read_guests_even_deleted(&switches)?;
        if !self.all && has_stale(&Topology::of(&snapshot), &switches)? {
            context.nb.read_other_guests(&mut snapshot)?;
        }
        let topology = Topology::of(&snapshot);
        let life = Life::of(&topology);
        let mut plans: Vec<Plan> = Vec::new();
        let (mut stale, mut kept): (Vec<Stale>, Vec<Kept>) = (Vec::new(), Vec::new());
        let mut refusals: Vec<Error> = Vec::new();
        let limit = self.limit.limit();
        let dry_run = context.global.dry_run || self.check;
        for switch in &switches {
            let network = topology.network(switch.uuid)?;
            let Some(mut plan) = plan(&topology, &life, network)? else { continue };
            let verdict = limit.check(&switch.name, plan.stale.len(), plan.hosts, "are stale");
            refusals.extend(plan.plan.warn_or_fail(verdict, dry_run).err());
            plans.push(plan.plan);
            stale.extend(plan.stale);
            kept.extend(plan.kept);
        }
        if let Some(error) = joined(refusals) {
            return Err(error);
        }
        let answer =
            SyncChanges::of(&plans, &stale, dry_run).with_kept(&kept).listing(context.global.lists_all());
        if !dry_run {
            apply_all(context, plans, || output::render(&answer), None)?;
        }
        let exit_code = if self.check && !stale.is_empty() { FOUND } else { 0 };
        Ok(Reply::new(answer, exit_code))
    }
}

/// The plan for one zone, and the hosts that it removes.
struct Planned<'a> {
    plan: Plan,
    stale: Vec<Stale<'a>>,
    kept: Vec<Kept<'a>>,
    /// How many hosts the zone has.
    hosts: usize,
}

/// A plan that removes the stale hosts of a switch's zone; `None` where the switch has no zone.
fn plan<'a>(topology: &Topology<'a>, life: &Life<'a>, network: &Network<'a>) -> Result<Option<Planned<'a>>> {
    let switch = network.switch;
    if topology.zone_of(network)?.is_none() {
        return Ok(None);
    }
    let (mut draft, stale, kept) = stale::of_network(topology, life, network)?;
    let hosts = draft.hosts().by_name.len();
    if stale.is_empty() {
        return Ok(Some(Planned { plan: Plan::for_switch(switch), stale, kept, hosts }));
    }
    let must_stay_unused = stale::remove(&mut draft, &topology.sharing(network), None, &stale)?;
    let question = Some(question(&switch.name, stale.len()));
    Ok(Some(Planned { plan: Plan { must_stay_unused, question, ..draft.close() }, stale, kept, hosts }))
}

/// Whether a host of the switches has no port, so that the signs that it may live matter.
fn has_stale(topology: &Topology, switches: &[Switch]) -> Result<bool> {
    for switch in switches {
        let planned = plan(topology, &Life::default(), topology.network(switch.uuid)?)?;
        if planned.is_some_and(|planned| !planned.stale.is_empty() || !planned.kept.is_empty()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The question before a removal.
pub fn question(switch: &str, stale: usize) -> String {
    let noun = if stale == 1 { "host" } else { "hosts" };
    format!("remove {stale} stale {noun} of {}", shell_word(switch))
}

/// One error from several refusals.
fn joined(refusals: Vec<Error>) -> Option<Error> {
    let message = refusals.iter().map(|error| error.message.clone()).collect::<Vec<_>>().join("; ");
    let error = Error::new(Kind::NeedsConfirmation, message);
    match &refusals[..] {
        [] => None,
        [only] => Some(Error { hints: only.hints.clone(), ..error }),
        _ => Some(error.hint("--dry-run shows them; name the other switches only, or give --max or --force")),
    }
}
