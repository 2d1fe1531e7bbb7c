//! `qdns forwarders set`.

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply_to_switch};
use crate::error::Result;
use crate::model::address;
use crate::model::balancer::parse_resolver;
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::balancer::VipChoice;
use crate::plan::forwarders::{self, Forwarders};

/// Give a switch's guests resolvers and a search domain by DHCP.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns forwarders set net1 8.8.8.8 8.8.4.4
  qdns forwarders set net1 8.8.8.8 2001:4860:4860::8888   for DHCPv4 and DHCPv6
  qdns forwarders set net1 8.8.8.8 --no-search            keep the search domain
  qdns forwarders set net1 8.8.8.8 8.8.4.4 --via auto     they ask their router

Every DHCPv4 row that the switch's ports use gets dns_server, domain_name and domain_search_list, every \
DHCPv6 row dns_server and domain_search, in the syntax that OVN parses. Other options stay. Guests get \
the new values when they renew their lease.

With --via, guests get the router's address on the switch as their resolver. A load balancer on port 53 \
of that address forwards UDP and TCP queries that OVN does not answer. It works on a gateway router and, \
from OVN 25.03 on, on a distributed router with or without a gateway port. Elsewhere it is refused. OVN \
does not notice when a resolver fails: its share of the queries gets no answer until the guest asks again \
from another port. A later `set` without --via removes the load balancer.")]
pub struct SetArgs {
    /// The switch, by name or UUID
    switch: String,
    /// The resolvers, in the order that guests ask them
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Guests ask their router at this address; `auto` takes the router's own addresses
    #[arg(long, value_name = "VIP|auto")]
    via: Option<String>,
    /// Do not change domain_name and the search list
    #[arg(long)]
    no_search: bool,
}

impl SetArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let forwarders = match self.via.as_deref().map(VipChoice::parse).transpose()? {
            None => Forwarders::Direct(
                self.addresses.iter().map(|text| address::parse(text)).collect::<Result<_>>()?,
            ),
            Some(vip) => Forwarders::Balanced {
                vip,
                resolvers: self.addresses.iter().map(|text| parse_resolver(text)).collect::<Result<_>>()?,
            },
        };
        let read = || context.nb.read_forwarders_of(&switch);
        apply_to_switch(context, OnLostRace::Fail, read, |topology, network| {
            forwarders::set(topology, network, &forwarders, !self.no_search)
        })
    }
}
