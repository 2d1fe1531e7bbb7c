//! Where a load balancer forwards queries: on which router or switch, and what keeps one from it.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::address;
use super::balancer::{Holder, parse_resolver, resolvers_of};
use super::release::Release;
use super::snapshot::{LoadBalancer, Router, RouterPort};
use super::topology::{Network, Topology, Uplink};
use crate::error::{Error, Result};

/// The first release on which a balancer anywhere but on a gateway router was seen to work.
const FIRST_ELSEWHERE: Release = Release(25, 3);

/// The networks of a router's port without the link-local ones, which no guest is given.
pub(crate) fn networks(port: &RouterPort) -> impl Iterator<Item = IpNet> {
    let nets = port.networks.iter().filter_map(|net| net.parse::<IpNet>().ok());
    nets.filter(|net| address::unusable(net.addr()).is_none())
}

/// Where a balancer works, for the router of a switch: on a gateway router always; from 25.03 on also
/// on a distributed router whose gateway port all answers come back through, or else on the switch. On
/// 23.03 the former loses what is not local, and the latter sends local answers from the resolver's
/// address, which guests drop.
///
/// # Errors
/// A conflict where none works, with the reason and the plain mode.
pub(crate) fn place<'a>(
    topology: &Topology<'a>,
    network: &Network<'a>,
    router: &'a Router,
    resolvers: &[SocketAddr],
    plain: &str,
) -> Result<Holder<'a>> {
    if router.options.contains_key("chassis") {
        return Ok(Holder::Router(router));
    }
    let ports = || topology.rows.router_ports.iter().filter(|port| router.ports.contains(&port.uuid));
    let has_gateway = ports().any(|port| port.is_gateway);
    let mut inner = ports().filter(|port| !port.is_gateway).flat_map(networks);
    let is_passed_by = inner.any(|net| resolvers.iter().any(|resolver| net.contains(&resolver.ip())));
    let what = match has_gateway {
        true => "a distributed router with a gateway port",
        false => "a router without a gateway",
    };
    let holder = match has_gateway && !is_passed_by {
        true => Holder::Router(router),
        false => Holder::Switch(network.switch),
    };
    match topology.rows.release() {
        Some(release) if release >= FIRST_ELSEWHERE => Ok(holder),
        Some(release) => Err(Error::conflict(format!(
            "{} is {what}, where OVN {release} cannot forward: {}",
            router.name,
            match has_gateway {
                true => "answers to what is not local get lost on the way back",
                false => "local answers would come from the resolver's address, which guests drop",
            }
        ))
        .hint(format!(
            "let the guests ask the resolvers themselves: {plain}; --via needs a gateway router, or OVN {FIRST_ELSEWHERE}"
        ))),
        None => Err(Error::conflict(format!(
            "{} is {what}, where --via needs OVN {FIRST_ELSEWHERE}, and the release is unknown: ovn-northd has not written its version into NB_Global",
            router.name
        ))
        .hint(format!("check that ovn-northd runs; or let the guests ask the resolvers themselves: {plain}"))),
    }
}

/// What keeps a balancer of ours from forwarding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its VIPs have no backends, or it has no VIPs.
    NoBackends,
    /// Nothing lists it.
    NotAttached,
    /// It is where it does not work; where it would, if anywhere, as [`Holder::label`].
    Misplaced(Option<String>),
}

/// What keeps a balancer of ours from forwarding, if anything does.
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
        // Without its version nothing can be said against it.
        None if topology.rows.release().is_none() && router.is_some() => None,
        Some(right) if holders.iter().all(|holder| holder.uuid() == right.uuid()) => None,
        right => Some(Fault::Misplaced(right.map(Holder::label))),
    }
}
