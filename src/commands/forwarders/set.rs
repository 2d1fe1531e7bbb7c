//! `qdns forwarders set`.

use clap::Args;
use uuid::Uuid;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply_all, apply_to_switch};
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::balancer::parse_resolver;
use crate::model::shell::CommandLine;
use crate::model::topology::Topology;
use crate::output::changes::Changes;
use crate::output::{self, Reply};
use crate::ovn::SwitchRef;
use crate::ovn::forwarders::Ports;
use crate::plan::Plan;
use crate::plan::balancer::VipChoice;
use crate::plan::forwarders::{self, Forwarders, Wanted};

/// The exit code where switches were left out.
const PARTLY: u8 = 1;

/// Give a switch's guests resolvers and a search domain by DHCP.
#[derive(Args, Debug)]
#[command(
    override_usage = "qdns forwarders set [OPTIONS] <SWITCH|--all> [ADDRESS]...",
    after_help = "\
Examples:
  qdns forwarders set net1 192.0.2.53 198.51.100.53
  qdns forwarders set net1 192.0.2.53 2001:db8::53    for DHCPv4 and DHCPv6
  qdns forwarders set net1                            those of the settings
  qdns forwarders set --all                           wherever there is a zone
  qdns forwarders set net1 192.0.2.53 --no-search     keep the search domain
  qdns forwarders set net1 192.0.2.53 --via auto      they ask their router
  qdns forwarders set net1 192.0.2.53 --create-dhcp   for guests without DHCP

Every DHCPv4 row that the switch's ports use gets dns_server, domain_name and domain_search_list, every \
DHCPv6 row dns_server and domain_search, in the syntax that OVN parses. Other options stay. Guests get \
the new values when they renew their lease.

With --create-dhcp, guests that have no DHCP options get some, for IPv4, IPv6 or both, as the resolvers are: one \
row for each subnet in which the switch has a router. OVN then answers DHCP with the router's address and MAC as \
the server. The lease has the router, a lease time of 3600 seconds, and an MTU: that of other rows, else \
gateway_mtu of the router port. `forwarders clear` removes these rows.

With --all, a switch that cannot be changed is left out with a warning, and the exit code is 1.

With --via, guests get the router's address on the switch as their resolver. A load balancer on port 53 \
of that address forwards UDP and TCP queries that OVN does not answer. It works on a gateway router and, \
from OVN 25.03 on, on a distributed router with or without a gateway port. Elsewhere it is refused. OVN does not \
notice that a resolver fails: queries that it sends to this resolver get no answer until the guest asks again \
from another port. A later `set` without --via removes the load balancer."
)]
pub struct SetArgs {
    /// The switch, by name or UUID
    #[arg(required_unless_present = "all")]
    switch: Option<String>,
    /// The resolvers, in the order that guests ask them; if omitted, those of the settings
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Every switch that has a zone
    #[arg(long)]
    all: bool,
    /// Guests ask their router at this address; `auto` takes the router's own addresses
    #[arg(long, value_name = "VIP|auto")]
    via: Option<String>,
    /// Do not change domain_name and the search list
    #[arg(long)]
    no_search: bool,
    /// Make DHCP options for guests that have none
    #[arg(long)]
    create_dhcp: bool,
}

impl SetArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let vip = self.via.as_deref().map(VipChoice::parse).transpose()?;
        let named = self.switch.as_ref().filter(|_| !self.all);
        let switch = named.map(|switch| SwitchRef::parse(switch)).transpose()?;
        let resolvers = self.resolvers(context)?;
        let forwarders = match vip {
            None => {
                Forwarders::Direct(resolvers.iter().map(|text| address::parse(text)).collect::<Result<_>>()?)
            }
            Some(vip) => Forwarders::Balanced {
                vip,
                resolvers: resolvers.iter().map(|text| parse_resolver(text)).collect::<Result<_>>()?,
            },
        };
        let wanted = Wanted { forwarders, search: !self.no_search, create_dhcp: self.create_dhcp };
        let ports = if self.create_dhcp { Ports::All } else { Ports::WithDhcp };
        let Some(switch) = switch else { return set_all(context, &wanted, ports) };
        let read = || context.nb.read_forwarders_of(&switch, ports);
        apply_to_switch(context, OnLostRace::Fail, read, |topology, network| {
            forwarders::set(topology, network, &wanted)
        })
    }

    /// The given resolvers, else those of the settings. With --all, the first word is a resolver too.
    fn resolvers(&self, context: &Context) -> Result<Vec<String>> {
        let first = self.switch.iter().filter(|_| self.all);
        let given: Vec<String> = first.chain(&self.addresses).cloned().collect();
        if !given.is_empty() {
            return Ok(given);
        }
        let configured: Vec<String> = context.settings.resolvers().iter().map(ToString::to_string).collect();
        if configured.is_empty() {
            let set = CommandLine::qdns(["forwarders", "set"]);
            let set = self.switch.iter().fold(set, CommandLine::value).value("ADDRESS");
            let set = if self.all { set.option("--all") } else { set };
            return Err(Error::invalid("no resolver is given, and none is configured")
                .hint(set.to_string())
                .hint(
                    "or write the resolvers of the site to /etc/qdns/qdns.toml: forwarders = [\"ADDRESS\"]",
                ));
        }
        Ok(configured)
    }
}

/// Sets the forwarders of every switch that has a zone. A switch that is refused does not stop the others.
fn set_all(context: &Context, wanted: &Wanted, ports: Ports) -> Result<Reply> {
    let mut rows = context.nb.read_forwarders(ports)?;
    let has_zone = |topology: &Topology| -> Vec<Uuid> {
        let switches = topology.switches.iter();
        let with_zone = switches.filter(|network| !matches!(topology.zone_of(network), Ok(None)));
        with_zone.map(|network| network.switch.uuid).collect()
    };
    let switches = has_zone(&Topology::of(&rows));
    let mut plans: Vec<Plan> = Vec::new();
    let mut refused: Vec<String> = Vec::new();
    let mut left = &switches[..];
    while !left.is_empty() {
        let topology = Topology::of(&rows);
        let mut shares_rows = false;
        while let (Some((uuid, rest)), false) = (left.split_first(), shares_rows) {
            left = rest;
            let network = topology.network(*uuid)?;
            match forwarders::set(&topology, network, wanted) {
                Ok(plan) => {
                    shares_rows = plan.question.is_some();
                    plans.push(plan);
                }
                Err(error) => {
                    refused.push(format!("{} is left out: {}", network.name(), error.in_one_line()))
                }
            }
        }
        // The next switch finds the row as this one leaves it.
        plans.last().filter(|_| shares_rows).into_iter().for_each(|plan| plan.apply_to(&mut rows));
    }
    let is_dry_run = context.global.dry_run;
    let mut answer = Changes::of_all(plans.iter().cloned(), is_dry_run);
    let exit_code = if refused.is_empty() { 0 } else { PARTLY };
    answer.warnings.extend(refused);
    if !is_dry_run {
        apply_all(context, plans, || output::render(&answer), None)?;
    }
    Ok(Reply::new(answer, exit_code))
}
