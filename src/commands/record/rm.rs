//! `qdns record rm`.

use std::collections::BTreeSet;

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply};
use crate::error::{Kind, Result};
use crate::model::host::{Text, host_name};
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::hosts::Draft;

/// Remove hosts.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns record rm net1 web-server
  qdns record rm net1 web-server db-server --if-exists

Each host goes with its short name, its FQDN and the reverse names that point to it.")]
pub struct RmArgs {
    /// The switch: its name or its UUID
    switch: String,
    /// The hosts' names
    #[arg(required = true, value_name = "HOSTNAME")]
    hostnames: Vec<String>,
    /// Accept hosts that do not exist
    #[arg(long)]
    if_exists: bool,
}

impl RmArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let applied = apply(context, OnLostRace::Fail, || {
            let (snapshot, switch) = context.nb.read_switch(&switch)?;
            let topology = Topology::of(&snapshot);
            let mut draft = Draft::open(&topology, topology.network(switch.uuid)?)?;
            let domain = draft.domain().clone();
            let mut named: BTreeSet<Text> = BTreeSet::new();
            // A host may be named twice, also once with its domain and once without.
            for hostname in self.hostnames.iter().filter(|name| named.insert(host_name(name, &domain))) {
                match draft.remove(hostname) {
                    Err(error) if error.kind == Kind::NotFound && self.if_exists => {}
                    result => result?,
                }
            }
            Ok(draft.close())
        })?;
        Ok(applied.reply())
    }
}
