//! `qdns zone set`.

use std::cell::RefCell;

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply_to};
use crate::error::Result;
use crate::model::name::Domain;
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::ovn::forwarders::Ports;
use crate::plan::zone;

/// Change the domain of a zone, with its FQDNs, PTR records and search domains.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns zone set net1 --domain prod.internal
  qdns zone set net1 --domain prod.internal --dry-run

Short names, addresses and aliases stay. Guests get the new search domain when they renew their lease.")]
pub struct SetArgs {
    /// The switch, by name or UUID
    switch: String,
    /// The new domain of the zone's FQDNs
    #[arg(long, value_name = "DOMAIN")]
    domain: String,
}

impl SetArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let domain = Domain::parse(&self.domain)?;
        let read = || {
            let (zones, found) = context.nb.read_sharing(&switch)?;
            let by_uuid = SwitchRef::parse(&found.uuid.to_string())?;
            let (mut snapshot, found) = context.nb.read_forwarders_of(&by_uuid, Ports::WithDhcp)?;
            snapshot.take_zones(zones);
            Ok((snapshot, found))
        };
        let former = RefCell::new(None);
        let applied = apply_to(context, OnLostRace::PlanAgain, read, |topology, network| {
            former.replace(topology.zone_of(network)?.map(|zone| zone.domain.clone()));
            zone::set_domain(topology, network, &domain)
        })?;
        let is_changed = !applied.is_dry_run && !applied.plan.changes.is_empty();
        let Some(former) = former.take().filter(|_| is_changed) else { return Ok(applied.reply()) };
        let read = || context.nb.read_sharing(&switch);
        let later = apply_to(context, OnLostRace::PlanAgain, read, |topology, network| {
            zone::finish_domain(topology, network, &former, &domain)
        })?;
        Ok(applied.and(later).reply())
    }
}
