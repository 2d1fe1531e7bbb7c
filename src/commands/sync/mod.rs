//! `qdns sync`: registers the names and addresses of a switch's ports.

mod brake;
mod follower;
mod manager;
mod recheck;
mod selection;
mod unit;
mod watch;

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;

use self::brake::Brake;
use self::selection::Selection;
use super::Context;
use super::apply::apply_all;
use super::prune_stale::{LimitArgs, question};
use crate::error::{Error, FOUND, Result};
use crate::model::life::Life;
use crate::model::topology::{Network, Topology};
use crate::output::sync::SyncChanges;
use crate::output::text::Text;
use crate::output::{self, Reply};
use crate::ovn::SwitchRef;
use crate::ovn::ports::Switches;
use crate::plan::stale::Stale;
use crate::plan::sync::{self, Options, SyncPlan};
use crate::plan::{Plan, SwitchId};

/// Register the names and addresses of a switch's ports.
#[derive(Args, Debug)]
#[command(
    override_usage = "qdns sync [OPTIONS] <SWITCH...|--all>",
    after_help = "\
Examples:
  qdns sync net1 --dry-run          show what would change
  qdns sync net1                    register every named port
  qdns sync --all --prune --yes     and remove hosts whose port is gone
  qdns sync --all --create-zones    make zones too, where there is none
  qdns sync --all --check           exit with 4 where something would change
  qdns sync --all --watch --prune   after every change; never asks
  qdns sync --print-unit            a systemd unit that does so

A port's hostname is its external_ids:qdns-hostname, else vm-name, vm_name or hostname, else the port's \
own name where that is a valid hostname and not a UUID. Its addresses are the static ones and the ones \
that OVN assigned for `dynamic`. Ports of routers, localnet ports, localports, disabled ports and ports \
with unknown addresses register nothing. A port with external_ids:qdns-hostname=- opts out.

A host gets its short name, its FQDN, its PTR records and a mark that names its port. It follows that port: if \
the port's addresses or its name change, the host changes too. A port does not take a name that another port has, \
or that an operator added with other addresses. A warning reports this, and each invalid name.

--all means the switches that have a zone. --create-zones adds switches without a zone if they have a guest with \
a name and an address and belong to no other program.

--prune removes only hosts that a port registered and whose port is gone. What operators add stays. --max or \
--force is needed to remove more than three hosts that are also more than 30 % of their zone. With --watch, \
such hosts stay for --grace seconds, and a warning reports them. After that they are removed if their ports are \
still gone.

With systemd, install the unit: qdns sync --print-unit | sudo tee \
/etc/systemd/system/qdns-sync.service, then sudo systemctl enable --now qdns-sync. Without systemd, any \
supervisor can run \
qdns sync --all --watch --prune; it ends on SIGTERM."
)]
pub struct SyncArgs {
    /// The switches, by name or UUID
    #[arg(value_name = "SWITCH", required_unless_present_any = ["all", "print_unit"])]
    switches: Vec<String>,
    /// Every switch that has a zone
    #[arg(long, conflicts_with = "switches")]
    all: bool,
    /// With --all, also make zones for switches that have named guests and belong to no other program
    #[arg(long, requires = "all")]
    create_zones: bool,
    /// Remove hosts that a port registered and whose port is gone
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    limit: LimitArgs,
    /// Change nothing; exit with 4 where something would change
    #[arg(long, conflicts_with = "watch")]
    check: bool,
    /// Sync after every change of the database, until stopped
    #[arg(long)]
    watch: bool,
    /// With --watch, how many seconds to wait before more hosts than the limit are removed
    #[arg(long, value_name = "SECS", default_value_t = 300, requires = "watch")]
    grace: u64,
    /// With --watch, how often the copy of the database is compared with a new reading
    #[arg(long, value_name = "SECS", default_value_t = 600, requires = "watch", hide = true)]
    recheck: u64,
    /// Take the hostname from this key of a port's external_ids first
    #[arg(long, value_name = "KEY")]
    name_from: Option<String>,
    /// Print a systemd unit that runs this qdns with the connection of this command
    #[arg(long, conflicts_with_all = ["switches", "all", "prune", "check", "watch"])]
    print_unit: bool,
}

impl SyncArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        if self.print_unit {
            return Ok(Reply::from(Text(unit::text(context)?)));
        }
        let selection = Selection {
            switches: Switches::parse(&self.switches, self.all)?,
            create_zones: self.create_zones,
        };
        let options = Options { name_from: self.name_from.clone(), prune: self.prune };
        if self.watch {
            if context.global.dry_run {
                return Err(Error::invalid("--watch and --dry-run exclude each other")
                    .hint("--dry-run without --watch shows what would change now"));
            }
            let brake = Brake::new(self.limit.limit(), Duration::from_secs(self.grace));
            return watch::run(context, &selection, &options, brake, Duration::from_secs(self.recheck));
        }
        let dry_run = context.global.dry_run || self.check;
        let (snapshot, read) = context.nb.read_guests(&selection.switches)?;
        let topology = Topology::of(&snapshot);
        let life = Life::of(&topology);
        let mut plans: Vec<Plan> = Vec::new();
        let mut stale: Vec<Stale> = Vec::new();
        for switch in selection.of(&topology, &options, &read) {
            let mut synced =
                self.plan(&topology, &life, topology.network(switch.uuid)?, &options, dry_run)?;
            stale.append(&mut synced.removed);
            plans.push(synced.plan);
        }
        let answer = SyncChanges::of(&plans, &stale, dry_run).listing(context.global.lists_all());
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
        life: &Life<'a>,
        network: &Network<'a>,
        options: &Options,
        dry_run: bool,
    ) -> Result<SyncPlan<'a>> {
        let mut synced = sync::plan(topology, life, network, options, &BTreeSet::new())?;
        let count = synced.stale().count();
        let verdict = self.limit.limit().check(&network.switch.name, count, synced.host_count, "are stale");
        synced.plan.warn_or_fail(verdict, dry_run)?;
        if count > 0 {
            synced.plan.question = Some(question(&network.switch.name, count));
        }
        Ok(synced)
    }

    /// A new plan from a new reading, for a switch whose first plan lost a race.
    fn plan_again(&self, context: &Context, switch: &SwitchId, options: &Options) -> Result<Plan> {
        let named = Switches::Named(vec![SwitchRef::parse(&switch.uuid.to_string())?]);
        let (snapshot, _) = context.nb.read_guests(&named)?;
        let topology = Topology::of(&snapshot);
        Ok(self.plan(&topology, &Life::of(&topology), topology.network(switch.uuid)?, options, false)?.plan)
    }
}
