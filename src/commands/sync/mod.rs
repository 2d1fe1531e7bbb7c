//! `qdns sync`: the names of switches, made what their ports say.

mod watch;

use std::ffi::OsString;

use clap::Args;

use super::Context;
use super::apply::apply_all;
use super::prune_stale::{FOUND, LimitArgs, question};
use crate::error::{Error, Result};
use crate::model::topology::{Network, Topology};
use crate::output::sync::SyncChanges;
use crate::output::text::Text;
use crate::output::{self, Reply};
use crate::ovn::SwitchRef;
use crate::ovn::ports::Switches;
use crate::plan::stale::Stale;
use crate::plan::sync::{self, Options, Seen, Synced};
use crate::plan::{Plan, SwitchId};

/// The unit for systemd(1).
const UNIT: &str = include_str!("qdns-sync.service");

/// Make the names what the switch's ports say.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns sync net1 --dry-run           what would change
  qdns sync net1                     every port's name, with its addresses
  qdns sync --all --prune --yes      and away with the hosts that no port stands behind
  qdns sync --all --check            exit code 4 where something is to be done
  qdns sync --all --watch --prune    follow the database until stopped; asks nothing
  qdns sync --print-unit | sudo tee /etc/systemd/system/qdns-sync.service
  sudo systemctl enable --now qdns-sync

A port's hostname is its external_ids:qdns-hostname, else vm-name, vm_name or hostname, else the \
port's own name where that is a valid hostname and no UUID. Its addresses are the static ones and what \
`dynamic` became. Ports of routers, localnet ports, localports and ports with unknown addresses name \
nothing. A host gets its short name, its FQDN and its reverse names; other addresses than the port's \
give way. Names that are invalid or that two ports claim are reported, and static hosts stay as they \
are. --prune removes under the rules of qdns-prune-stale(1); while watching, a host whose port was seen \
to go does not count for the 30 %, and its name goes even where another port has its address by now.")]
pub struct SyncArgs {
    /// The switches: names or UUIDs
    #[arg(value_name = "SWITCH", required_unless_present_any = ["all", "print_unit"])]
    switches: Vec<String>,
    /// Every switch
    #[arg(long, conflicts_with = "switches")]
    all: bool,
    /// Remove hosts that no port stands behind
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    limit: LimitArgs,
    /// Change nothing; exit code 4 where there is something to do
    #[arg(long, conflicts_with = "watch")]
    check: bool,
    /// Follow the database and keep the names true until stopped
    #[arg(long)]
    watch: bool,
    /// Look into this key of a port's external_ids first
    #[arg(long, value_name = "KEY")]
    name_from: Option<String>,
    /// The ovsdb-client to run for --watch
    #[arg(
        long,
        value_name = "PATH",
        env = "QDNS_OVSDB_CLIENT",
        default_value = "ovsdb-client",
        hide_default_value = true
    )]
    ovsdb_client: OsString,
    /// Print the unit that runs this under systemd
    #[arg(long, exclusive = true)]
    print_unit: bool,
}

impl SyncArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        if self.print_unit {
            return Ok(Reply::from(Text(UNIT.to_owned())));
        }
        let switches = Switches::parse(&self.switches, self.all)?;
        let options = Options { name_from: self.name_from.clone(), prune: self.prune };
        if self.watch {
            if context.global.dry_run {
                return Err(Error::invalid("--watch and --dry-run do not go together")
                    .hint("--dry-run without --watch shows what would change now"));
            }
            return watch::run(context, &switches, &options, self.limit.limit(), &self.ovsdb_client);
        }
        let dry_run = context.global.dry_run || self.check;
        let (snapshot, switches) = context.nb.read_guests(&switches)?;
        let topology = Topology::of(&snapshot);
        let mut plans: Vec<Plan> = Vec::new();
        let mut stale: Vec<Stale> = Vec::new();
        for switch in &switches {
            let mut synced = self.plan(&topology, topology.network(switch.uuid)?, &options, dry_run)?;
            stale.append(&mut synced.stale);
            plans.push(synced.plan);
        }
        let answer = SyncChanges::of(&plans, &stale, dry_run);
        let found = self.check && !answer.changes.changes.is_empty();
        if !dry_run {
            let again = |switch: &SwitchId| self.plan_again(context, switch, &options);
            apply_all(context, plans, || output::render(&answer), Some(&again))?;
        }
        Ok(Reply::new(answer, if found { FOUND } else { 0 }))
    }

    fn plan<'a>(
        &self,
        topology: &Topology<'a>,
        network: &Network<'a>,
        options: &Options,
        dry_run: bool,
    ) -> Result<Synced<'a>> {
        let mut synced = sync::plan(topology, network, options, &Seen::new())?;
        let verdict = self.limit.limit().check(&network.switch.name, synced.stale.len(), synced.hosts);
        synced.plan.warn_or_fail(verdict, dry_run)?;
        if !synced.stale.is_empty() {
            synced.plan.question = Some(question(&network.switch.name, synced.stale.len()));
        }
        Ok(synced)
    }

    /// The plan for a switch whose first plan lost a race: what its ports say now is what counts.
    fn plan_again(&self, context: &Context, switch: &SwitchId, options: &Options) -> Result<Plan> {
        let named = Switches::Named(vec![SwitchRef::parse(&switch.uuid.to_string())?]);
        let (snapshot, _) = context.nb.read_guests(&named)?;
        let topology = Topology::of(&snapshot);
        Ok(self.plan(&topology, topology.network(switch.uuid)?, options, false)?.plan)
    }
}
