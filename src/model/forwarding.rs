//! On which router or switch a load balancer forwards queries, and what is wrong with one that does not.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::address;
use super::balancer::{Holder, parse_resolver, resolvers_of};
use super::release::Release;
use super::snapshot::{LoadBalancer, Router, RouterPort};
use super::topology::{Network, Topology, Uplink};
use crate::error::{Error, Result};

/// The first tested release on which a balancer works on other routers than gateway routers.
const FIRST_ELSEWHERE: Release = Release(25, 3);

/// The networks of a router's port, without link-local ones, which guests do not get.
pub(crate) fn networks(port: &RouterPort) -> impl Iterator<Item = IpNet> {
    let nets = port.networks.iter().filter_map(|net| net.parse::<IpNet>().ok());
    nets.filter(|net| address::unusable(net.addr()).is_none())
}

/// The router or switch on which a balancer works, for one router of a switch.
///
/// On a gateway router it always works. From 25.03 on it also works on a distributed router, if all answers come
/// back through its gateway port, and otherwise on the switch. On 23.03 a distributed router loses the answers of
/// the resolvers, and a switch sends local answers from the resolver's address, which guests drop.
///
/// # Errors
/// A conflict where no place works, with the reason and the command `without_via`.
pub(crate) fn place<'a>(
    topology: &Topology<'a>,
    network: &Network<'a>,
    router: &'a Router,
    resolvers: &[SocketAddr],
    without_via: &str,
) -> Result<Holder<'a>> {
    if router.options.contains_key("chassis") {
        return Ok(Holder::Router(router));
    }
    let ports = || topology.rows.router_ports.iter().filter(|port| router.ports.contains(&port.uuid));
    let has_gateway = ports().any(|port| port.is_gateway);
    let mut inner = ports().filter(|port| !port.is_gateway).flat_map(networks);
    let is_bypassed = inner.any(|net| resolvers.iter().any(|resolver| net.contains(&resolver.ip())));
    let holder =
        if has_gateway && !is_bypassed { Holder::Router(router) } else { Holder::Switch(network.switch) };
    let (what, failure) = if has_gateway {
        ("a distributed router with a gateway port", "answers of the resolvers get lost on the way back")
    } else {
        (
            "a router without a gateway port",
            "local answers would come from the resolver's address, and guests drop them",
        )
    };
    match topology.rows.release() {
        Some(release) if release >= FIRST_ELSEWHERE => Ok(holder),
        Some(release) => Err(Error::conflict(format!(
            "{} is {what}, where OVN {release} cannot forward: {failure}",
            router.name
        ))
        .hint(format!(
            "let the guests ask the resolvers themselves: {without_via}; --via needs a gateway router, or OVN {FIRST_ELSEWHERE}"
        ))),
        None => Err(Error::conflict(format!(
            "{} is {what}, where --via needs OVN {FIRST_ELSEWHERE}, but the release is unknown: ovn-northd has not written its version into NB_Global",
            router.name
        ))
        .hint(format!("check that ovn-northd runs, or let the guests ask the resolvers themselves: {without_via}"))),
    }
}

/// Why a balancer of qdns does not forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has no VIPs, or a VIP has no backends.
    NoBackends,
    /// No router or switch lists it.
    NotAttached,
    /// A router or switch lists it where it does not work. The [`Holder::label`] of the one where it works, if any.
    Misplaced(Option<String>),
}

/// Why a balancer of qdns does not forward; `None` where it does.
pub fn fault(topology: &Topology, network: &Network, balancer: &LoadBalancer) -> Option<Fault> {
    if balancer.vips.is_empty() || balancer.vips.values().any(|backends| backends.trim().is_empty()) {
        return Some(Fault::NoBackends);
    }
    let holders = topology.holders_of(balancer.uuid);
    if holders.is_empty() {
        return Some(Fault::NotAttached);
    }
    let vips: Vec<IpAddr> =
        balancer.vips.keys().filter_map(|vip| vip.parse::<SocketAddr>().ok()).map(|vip| vip.ip()).collect();
    let resolvers: Vec<SocketAddr> =
        resolvers_of(balancer).iter().filter_map(|resolver| parse_resolver(resolver).ok()).collect();
    let is_vip = |uplink: &&Uplink| networks(uplink.peer).any(|net| vips.contains(&net.addr()));
    let router = network.uplinks.iter().find(is_vip).and_then(|uplink| uplink.router);
    let right = router.and_then(|router| place(topology, network, router, &resolvers, "").ok());
    match right {
        // Without the release its place cannot be judged.
        None if topology.rows.release().is_none() && router.is_some() => None,
        Some(right) if holders.iter().all(|holder| holder.uuid() == right.uuid()) => None,
        right => Some(Fault::Misplaced(right.map(Holder::label))),
    }
}
