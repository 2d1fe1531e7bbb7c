//! `qdns record rename`.

use clap::Args;
use uuid::Uuid;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply_to_switch};
use crate::error::Result;
use crate::model::name::HostArg;
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::draft::Draft;

/// Rename a host or an alias, with its PTR records and aliases.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns record rename net1 web-server web-1
  qdns record rename net1 web-server web-1 --dry-run")]
pub struct RenameArgs {
    /// The switch, by name or UUID
    switch: String,
    /// The hostname, such as web-server or web-server.internal
    hostname: String,
    /// The new hostname
    new: String,
}

impl RenameArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let new = HostArg::parse(&self.new)?;
        let read = || context.nb.read_sharing(&switch);
        apply_to_switch(context, OnLostRace::Fail, read, |topology, network| {
            let mut draft = Draft::open(topology, network)?;
            let port = draft.origin(&self.hostname);
            draft.rename(&self.hostname, &new)?;
            let mut plan = draft.close();
            if !plan.changes.is_empty() {
                plan.warnings.extend(port.map(|port| comes_back(&self.hostname, &new, port)));
            }
            Ok(plan)
        })
    }
}

fn comes_back(hostname: &str, new: &HostArg, port: Uuid) -> String {
    format!(
        "{hostname}: a port registered it, and sync gives it the name of that port again; ovn-nbctl set \
         Logical_Switch_Port {port} external_ids:qdns-hostname={} prevents it",
        new.hostname
    )
}
