//! `qdns zone create`.

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply_to_switch};
use crate::error::Result;
use crate::model::name::Domain;
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::zone;

/// Create the zone of a switch.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns zone create net1                           FQDNs end in .internal
  qdns zone create net1 --domain prod.internal    FQDNs end in .prod.internal
  qdns zone create net1 --may-exist               for scripts

`qdns record add` creates a missing zone. Without --domain, a zone has the domain of the names that another program \
serves on the switch, else that of the settings (qdns(1), SETTINGS), else internal.")]
pub struct CreateArgs {
    /// The switch, by name or UUID
    switch: String,
    /// The domain of the zone's FQDNs [default: that of another program's names on the switch, else that of the
    /// settings, else internal]
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// Succeed if the zone exists already; with --domain, only if it has this domain
    #[arg(long)]
    may_exist: bool,
}

impl CreateArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let domain = self.domain.as_deref().map(Domain::parse).transpose()?;
        let read = || context.nb.read_switch(&switch);
        apply_to_switch(context, OnLostRace::PlanAgain, read, |topology, network| {
            zone::create(topology, network, domain.as_ref(), self.may_exist)
        })
    }
}
