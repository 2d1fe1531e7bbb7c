//! `qdns forwarders set`.

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply};
use crate::error::Result;
use crate::model::address;
use crate::model::balancer::parse_resolver;
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::balancer::Via;
use crate::plan::forwarders::{self, Resolvers};

/// Give a switch's guests their resolvers and search domain.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns forwarders set net1 8.8.8.8 8.8.4.4
  qdns forwarders set net1 8.8.8.8 2001:4860:4860::8888    IPv4 guests and IPv6 guests
  qdns forwarders set net1 8.8.8.8 --no-search             leave the search domain alone
  qdns forwarders set net1 8.8.8.8 8.8.4.4 --via auto      guests ask their router, which forwards

Every DHCP_Options row that the switch's ports use gets dns_server, domain_name and \
domain_search_list, in the syntax that OVN parses; its other options stay. Guests see it when they \
renew their lease.

With --via, guests get the router's address on the switch as their resolver, and a load balancer on \
port 53 of that address passes on what is not local, by UDP and TCP. It works on a gateway router; \
from OVN 25.03 on also on a distributed router, with a gateway port or without. Elsewhere it is \
refused. OVN does not notice when a resolver dies: its share of the queries gets no answer, until \
the guest asks again from another port. A later `set` without --via takes the balancer away.")]
pub struct SetArgs {
    /// The switch: its name or its UUID
    switch: String,
    /// The resolvers, in order
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Let guests ask this address of their router, which forwards; `auto` takes the router's own
    #[arg(long, value_name = "VIP|auto")]
    via: Option<String>,
    /// Leave domain_name and the search list alone
    #[arg(long)]
    no_search: bool,
}

impl SetArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let resolvers = match self.via.as_deref().map(Via::parse).transpose()? {
            None => Resolvers::Plain(
                self.addresses.iter().map(|text| address::parse(text)).collect::<Result<_>>()?,
            ),
            Some(via) => {
                let all = self.addresses.iter().map(|text| parse_resolver(text)).collect::<Result<_>>()?;
                Resolvers::Via(via, all)
            }
        };
        let applied = apply(context, OnLostRace::Fail, || {
            let (snapshot, switch) = context.nb.read_forwarders_of(&switch)?;
            let topology = Topology::of(&snapshot);
            forwarders::set(&topology, topology.network(switch.uuid)?, &resolvers, !self.no_search)
        })?;
        Ok(applied.reply())
    }
}
