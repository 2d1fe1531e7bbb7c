//! `qdns prune-stale`: hosts that no port stands behind go.

use clap::Args;

use super::Context;
use super::apply::apply_all;
use crate::error::{Error, Kind, Result};
use crate::model::port_index::PortIndex;
use crate::model::shell::shell_word;
use crate::model::topology::{Network, Topology};
use crate::output::sync::SyncChanges;
use crate::output::{self, Reply};
use crate::ovn::ports::Switches;
use crate::plan::Plan;
use crate::plan::hosts::Draft;
use crate::plan::stale::{self, Limit, Stale};

/// The exit code of `--check` where there is something to do.
pub const FOUND: u8 = 4;

/// Remove hosts that no port stands behind.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns prune-stale net1 --dry-run    what would go, and why
  qdns prune-stale net1              asks first
  qdns prune-stale --all --yes       every zone, for a timer
  qdns prune-stale --all --check     exit code 4 where something is stale
  qdns prune-stale net1 --max 40     up to 40 hosts, however large their share

A host is stale where no port of its switch has one of its addresses (static, dynamic, of the port \
security, or of the router behind it) and none is named so. A stopped machine keeps its port, so it \
stays. Static hosts stay. More than 30 % of a zone with 10 hosts or more needs --max or --force. \
Each removal is printed with the command that takes it back.")]
pub struct PruneStaleArgs {
    /// The switches: names or UUIDs
    #[arg(value_name = "SWITCH", required_unless_present = "all")]
    switches: Vec<String>,
    /// Every switch
    #[arg(long, conflicts_with = "switches")]
    all: bool,
    #[command(flatten)]
    limit: LimitArgs,
    /// Change nothing; exit code 4 where there is something to do
    #[arg(long)]
    check: bool,
}

/// How many hosts of one zone may be removed at once.
#[derive(Args, Clone, Copy, Debug)]
pub struct LimitArgs {
    /// Remove at most so many hosts of one zone, or none
    #[arg(long, value_name = "N")]
    max: Option<usize>,
    /// Remove any number of hosts
    #[arg(long)]
    force: bool,
}

impl LimitArgs {
    /// The limit that was typed.
    pub fn limit(self) -> Limit {
        Limit { max: self.max, force: self.force }
    }
}

impl PruneStaleArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        let switches = Switches::parse(&self.switches, self.all)?;
        let (snapshot, switches) = context.nb.read_guests(&switches)?;
        let topology = Topology::of(&snapshot);
        let mut plans: Vec<Plan> = Vec::new();
        let mut stale: Vec<Stale> = Vec::new();
        let mut refusals: Vec<Error> = Vec::new();
        let limit = self.limit.limit();
        let dry_run = context.global.dry_run || self.check;
        for switch in &switches {
            let Some(mut plan) = plan(&topology, topology.network(switch.uuid)?)? else { continue };
            let verdict = limit.check(&switch.name, plan.stale.len(), plan.hosts);
            refusals.extend(plan.plan.warn_or_fail(verdict, dry_run).err());
            plans.push(plan.plan);
            stale.extend(plan.stale);
        }
        if let Some(error) = joined(refusals) {
            return Err(error);
        }
        let answer = SyncChanges::of(&plans, &stale, dry_run);
        if !dry_run {
            apply_all(context, plans, || output::render(&answer), None)?;
        }
        let exit_code = if self.check && !stale.is_empty() { FOUND } else { 0 };
        Ok(Reply::new(answer, exit_code))
    }
}

/// The plan for one zone, with its reasons.
struct Planned<'a> {
    plan: Plan,
    stale: Vec<Stale<'a>>,
    hosts: usize,
}

/// A plan without the stale hosts of a switch's zone; nothing where it has no zone.
fn plan<'a>(topology: &Topology<'a>, network: &Network<'a>) -> Result<Option<Planned<'a>>> {
    let switch = network.switch;
    if topology.zone_of(network)?.is_none() {
        return Ok(None);
    }
    let mut draft = Draft::open(topology, network)?;
    let index = PortIndex::of(network, draft.domain(), None);
    let stale = stale::find(&draft, network, &index);
    let hosts = draft.hosts().by_name.len();
    if stale.is_empty() {
        return Ok(Some(Planned { plan: Plan::for_switch(switch), stale, hosts }));
    }
    let must_stay_unused = stale::remove(&mut draft, network, None, &stale)?;
    let question = Some(question(&switch.name, stale.len()));
    Ok(Some(Planned { plan: Plan { must_stay_unused, question, ..draft.close() }, stale, hosts }))
}

/// What must be answered with yes.
pub fn question(switch: &str, stale: usize) -> String {
    let noun = if stale == 1 { "host" } else { "hosts" };
    format!("remove {stale} stale {noun} of {}", shell_word(switch))
}

/// Several refusals as one.
fn joined(refusals: Vec<Error>) -> Option<Error> {
    let message = refusals.iter().map(|error| error.message.clone()).collect::<Vec<_>>().join("; ");
    let error = Error::new(Kind::NeedsConfirmation, message);
    match &refusals[..] {
        [] => None,
        [only] => Some(Error { hints: only.hints.clone(), ..error }),
        _ => Some(error.hint("look with --dry-run; name the other switches, or give --max or --force")),
    }
}
