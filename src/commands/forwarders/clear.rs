//! `qdns forwarders clear`.

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply_to_switch};
use crate::error::Result;
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::ovn::forwarders::Ports;
use crate::plan::forwarders;

/// Undo `forwarders set`: restore the earlier DHCP options.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns forwarders clear net1
  qdns forwarders clear net1 --dry-run    show the values that come back

An option that another program has \
  changed since then stays as it is. Rows that --create-dhcp made are removed.")]
pub struct ClearArgs {
    /// The switch, by name or UUID
    switch: String,
}

impl ClearArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let read = || context.nb.read_forwarders_of(&switch, Ports::WithDhcp);
        apply_to_switch(context, OnLostRace::Fail, read, forwarders::clear)
    }
}
