//! `qdns record add`.

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply};
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::host::Names;
use crate::model::name::HostArg;
use crate::model::responder::TTL;
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::hosts::{Draft, Wanted};

/// Add a host.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns record add net1 web-server 10.0.0.10
  qdns record add net1 web-server 10.0.0.10 fd00::10    IPv4 and IPv6
  qdns record add net1 web-server 10.0.0.12 --replace   other addresses than before
  qdns record add net1 printer 10.0.0.99 --static       never cleaned up

The host gets its short name, its FQDN, and a reverse name for each address. The zone is made \
where there is none.")]
pub struct AddArgs {
    /// The switch: its name or its UUID
    switch: String,
    /// The host's name: web-server, or web-server.internal
    hostname: String,
    /// The host's addresses
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Take the place of other addresses of the same host
    #[arg(long)]
    replace: bool,
    /// Exempt the host from clean-up
    #[arg(long = "static")]
    is_static: bool,
    /// Make no reverse names
    #[arg(long)]
    no_ptr: bool,
    /// Make the FQDN only, not the hostname without the domain; doctor is content with it
    #[arg(long)]
    no_short: bool,
    /// The time to live in seconds; OVN serves 3600, always
    #[arg(long, value_name = "SECS")]
    ttl: Option<String>,
}

impl AddArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        check_ttl(self.ttl.as_deref())?;
        let host = HostArg::parse(&self.hostname)?;
        let addresses = self.addresses.iter().map(|text| address::parse(text)).collect::<Result<_>>()?;
        let wanted = Wanted {
            reverse: self.no_ptr.then(Vec::new),
            is_static: self.is_static,
            names: Names::with_short(!self.no_short),
            replace: self.replace,
            ..Wanted::new(host, addresses)
        };
        let on_lost_race = if self.replace { OnLostRace::Fail } else { OnLostRace::PlanAgain };
        let applied = apply(context, on_lost_race, || {
            let (snapshot, switch) = context.nb.read_switch(&switch)?;
            let topology = Topology::of(&snapshot);
            let mut draft = Draft::open(&topology, topology.network(switch.uuid)?)?;
            draft.add(&wanted)?;
            Ok(draft.close())
        })?;
        Ok(applied.reply())
    }
}

fn check_ttl(ttl: Option<&str>) -> Result<()> {
    match ttl {
        Some(ttl) if ttl != TTL.to_string() => Err(Error::invalid(format!(
            "ttl {ttl:?} is refused: OVN answers every query with {TTL} s, and no option changes it"
        ))
        .hint("leave --ttl out")),
        _ => Ok(()),
    }
}
