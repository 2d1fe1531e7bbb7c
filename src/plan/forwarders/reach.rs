//! Whether guests get answers from the resolvers that they ask themselves.

use std::net::IpAddr;

use crate::error::{Error, Result};
use crate::model::balancer::vip_address;
use crate::model::listing::some_of;
use crate::model::resolvers::is_balanced;
use crate::model::shell::CommandLine;
use crate::model::snapshot::DhcpOptions;
use crate::model::topology::{Network, Topology};
use crate::plan::Plan;

/// # Errors
/// A conflict where a resolver is an address of the switch's router, and no load balancer of another owner forwards
/// from it: OVN itself forwards nothing.
pub(super) fn refuse_silent(topology: &Topology, network: &Network, servers: &[IpAddr]) -> Result<()> {
    let balancers = topology.balancers_of(network);
    let is_vip = |server: &IpAddr| {
        balancers.iter().flat_map(|row| row.vips.keys()).any(|vip| vip_address(vip) == Some(*server))
    };
    // The balancers of qdns end with this change.
    let forwards = |server: &IpAddr| is_balanced(topology, network, server) && !is_vip(server);
    let is_silent =
        |server: &IpAddr| network.router_addresses().any(|net| net.addr() == *server) && !forwards(server);
    let (silent, others): (Vec<IpAddr>, Vec<IpAddr>) = servers.iter().copied().partition(is_silent);
    let Some(first) = silent.first() else { return Ok(()) };
    let set = CommandLine::qdns(["forwarders", "set"]).value(network.name());
    let set =
        if others.is_empty() { set.value("RESOLVER") } else { others.iter().fold(set, CommandLine::value) };
    Err(Error::conflict(format!(
        "resolver {first} is refused: it is the address of a router of switch {}, where nothing answers",
        network.switch.name
    ))
    .hint(format!("let the router forward to a resolver: {}", set.option("--via").option("auto"))))
}

/// Warns where guests have no way to resolvers outside of their network: names that are not local then time out.
pub(super) fn warn_unreachable(plan: &mut Plan, network: &Network, row: &DhcpOptions, servers: &[IpAddr]) {
    let Some(net) = row.network() else { return };
    let has_router = !network.uplinks.is_empty() || row.options.contains_key("router");
    let has_route = if row.is_ipv4() { row.has_route() } else { has_router };
    if has_route || network.is_physical() {
        return;
    }
    let why = if has_router { "guests get no router by DHCP" } else { "the switch has no router" };
    let outside = servers.iter().filter(|server| !net.contains(*server));
    let outside: Vec<String> = outside.map(IpAddr::to_string).collect();
    if !outside.is_empty() {
        plan.warnings.push(format!(
            "guests of {} cannot reach {}: {why}; only local names resolve, and all others time out",
            row.cidr,
            some_of(&outside)
        ));
    }
}
