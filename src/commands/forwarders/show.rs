//! `qdns forwarders show`.

use clap::Args;

use crate::commands::Context;
use crate::error::Result;
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::output::forwarders::Forwarders;
use crate::ovn::SwitchRef;
use crate::ovn::forwarders::Ports;

/// Show the resolvers that guests get by DHCP.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns forwarders show
  qdns forwarders show net1 -o json")]
pub struct ShowArgs {
    /// The switch, by name or UUID; all switches if omitted
    switch: Option<String>,
}

impl ShowArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let forwarders = match &self.switch {
            Some(switch) => {
                let (snapshot, switch) =
                    context.nb.read_forwarders_of(&SwitchRef::parse(switch)?, Ports::WithDhcp)?;
                let topology = Topology::of(&snapshot);
                Forwarders::of(&topology, std::iter::once(topology.network(switch.uuid)?))
            }
            None => {
                let snapshot = context.nb.read_forwarders(Ports::WithDhcp)?;
                let topology = Topology::of(&snapshot);
                Forwarders::of(&topology, topology.switches.iter())
            }
        };
        Ok(Reply::from(forwarders))
    }
}
