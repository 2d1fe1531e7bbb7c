//! `qdns forwarders set`.

use clap::Args;

use crate::commands::Context;
use crate::commands::change::{self, OnLostRace};
use crate::error::Result;
use crate::model::{address, forwarders};
use crate::output::Reply;
use crate::ovn::read::SwitchRef;

/// Give a switch's guests their resolvers and search domain.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns forwarders set net1 8.8.8.8 8.8.4.4
  qdns forwarders set net1 8.8.8.8 2001:4860:4860::8888    IPv4 guests and IPv6 guests
  qdns forwarders set net1 8.8.8.8 --no-search             leave the search domain alone

Every DHCP_Options row that the switch's ports use gets dns_server, domain_name and
domain_search_list, in the syntax that OVN parses; its other options stay. Guests see it when they
renew their lease.")]
pub struct SetArgs {
    /// The switch: its name or its UUID
    switch: String,
    /// The resolvers, in order
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Leave domain_name and the search list alone
    #[arg(long)]
    no_search: bool,
}

impl SetArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let servers: Vec<_> =
            self.addresses.iter().map(|text| address::parse(text)).collect::<Result<_>>()?;
        change::run(context, OnLostRace::Tell, || {
            let (snapshot, switch) = super::read(context, &switch)?;
            forwarders::set(&snapshot, &switch, &servers, !self.no_search)
        })
    }
}
