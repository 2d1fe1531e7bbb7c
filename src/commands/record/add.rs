//! `qdns record add`.

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply_to_switch};
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::host::Names;
use crate::model::name::HostArg;
use crate::model::responder::TTL;
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::draft::Draft;
use crate::plan::hosts::Wanted;

/// Add a host, with its short name, FQDN and PTR records.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns record add net1 web-server 10.0.0.10
  qdns record add net1 web-server 10.0.0.10 fd00::10    IPv4 and IPv6
  qdns record add net1 web-server 10.0.0.12 --replace   replace its addresses
  qdns record add net1 printer 10.0.0.99 --static       a host without a logical switch port

A switch without a zone gets one, with the domain internal.")]
pub struct AddArgs {
    /// The switch, by name or UUID
    switch: String,
    /// The hostname, such as web-server or web-server.internal
    hostname: String,
    /// The host's addresses
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Replace the addresses that the host has
    #[arg(long)]
    replace: bool,
    /// Keep the host in prune-stale and sync --prune
    #[arg(long = "static")]
    is_static: bool,
    /// Add no PTR records
    #[arg(long)]
    no_ptr: bool,
    /// Add the FQDN only, without the short name; doctor does not report this
    #[arg(long)]
    no_short: bool,
    /// The time to live in seconds; OVN always answers with 3600
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
        let read = || context.nb.read_switch(&switch);
        apply_to_switch(context, on_lost_race, read, |topology, network| {
            let mut draft = Draft::open(topology, network)?;
            let had_port = draft.origin(&self.hostname).is_some();
            draft.add(&wanted)?;
            let has_port = draft.origin(&self.hostname).is_some();
            let mut plan = draft.close();
            if had_port && !has_port {
                plan.warnings.push(format!(
                    "{}: a port registered it; from now on sync keeps what you set",
                    self.hostname
                ));
            }
            Ok(plan)
        })
    }
}

fn check_ttl(ttl: Option<&str>) -> Result<()> {
    match ttl {
        Some(ttl) if ttl != TTL.to_string() => Err(Error::invalid(format!(
            "ttl {ttl:?} is refused: OVN answers every query with {TTL} s, and no option changes this"
        ))
        .hint("leave --ttl out")),
        _ => Ok(()),
    }
}
