//! The load balancers of `forwarders set --via`: made, changed, moved and removed.

use std::net::{IpAddr, SocketAddr};

use uuid::Uuid;

use super::Plan;
use super::change::{Change, Column, Reference, ReferenceColumn, Row};
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::balancer::{Holder, PORT, PROTOCOLS, balancer_uuids};
use crate::model::forwarding::{networks, place};
use crate::model::marks::{BALANCER_MARK, SWITCH_MARK};
use crate::model::shell::shell_word;
use crate::model::snapshot::{LoadBalancer, Map, Router, RouterPort};
use crate::model::topology::{Network, Topology};

/// Where queries go, as the operator typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// The router's own addresses on the switch.
    Auto,
    /// This address.
    Vip(IpAddr),
}

impl Via {
    /// Accepts `auto` and an address.
    ///
    /// # Errors
    /// As [`address::parse`].
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "auto" => Ok(Via::Auto),
            _ => address::parse(text).map(Via::Vip),
        }
    }
}

/// Adds the balancers to a plan, and takes them away from where they do not belong; returns the VIPs
/// that guests shall ask.
///
/// # Errors
/// A conflict where no place works, the VIP is not the router's, or somebody else balances it;
/// invalid input where resolver and VIP are of different families.
pub fn add(
    plan: &mut Plan,
    topology: &Topology,
    network: &Network,
    resolvers: &[SocketAddr],
    via: Via,
) -> Result<Vec<IpAddr>> {
    let words: Vec<String> = resolvers.iter().map(|resolver| resolver.ip().to_string()).collect();
    let plain = format!("qdns forwarders set {} {}", shell_word(&network.switch.name), words.join(" "));
    let routers: Vec<(&Router, &RouterPort)> =
        network.uplinks.iter().filter_map(|uplink| Some((uplink.router?, uplink.peer))).collect();
    if routers.is_empty() {
        return Err(Error::conflict(format!(
            "switch {} has no router: nobody on it owns an address that could forward",
            network.switch.name
        ))
        .hint(format!("let the guests ask the resolvers themselves: {plain}")));
    }
    let (router, port) = match via {
        Via::Auto => routers[0],
        Via::Vip(vip) => *routers
            .iter()
            .find(|(_, port)| networks(port).any(|net| net.addr() == vip))
            .ok_or_else(|| not_the_routers(network, vip, &routers))?,
    };
    let own: Vec<IpAddr> = match via {
        Via::Auto => networks(port).map(|net| net.addr()).collect(),
        Via::Vip(vip) => vec![vip],
    };
    let mut vips: Vec<(IpAddr, Vec<SocketAddr>)> = Vec::new();
    for resolver in resolvers {
        let Some(vip) = own.iter().find(|vip| vip.is_ipv4() == resolver.is_ipv4()) else {
            let family = if resolver.is_ipv4() { "IPv4" } else { "IPv6" };
            return Err(Error::invalid(format!(
                "resolver {} is refused: a VIP forwards to its own family, and there is no {family} one",
                resolver.ip()
            ))
            .hint("--via auto takes the router's address of each family that it has"));
        };
        match vips.iter_mut().find(|(known, _)| known == vip) {
            Some((_, backends)) => backends.push(*resolver),
            None => vips.push((*vip, vec![*resolver])),
        }
    }
    let holder = place(topology, network, router, resolvers, &plain)?;
    check_backends(holder, port, resolvers, &own, &plain)?;
    check_rivals(topology, network, holder, vips.iter().map(|(vip, _)| *vip))?;

    let wanted: Map = vips
        .iter()
        .map(|(vip, backends)| {
            let backends: Vec<String> = backends.iter().map(SocketAddr::to_string).collect();
            (SocketAddr::new(*vip, PORT).to_string(), backends.join(","))
        })
        .collect();
    for (protocol, uuid) in PROTOCOLS.into_iter().zip(balancer_uuids(network.switch.uuid)) {
        write(plan, topology, network, holder, (protocol, uuid), &wanted);
    }
    if resolvers.len() > vips.len() {
        plan.warnings.push(
            "OVN does not notice when a resolver dies: its share of the queries gets no answer until the guest asks again"
                .to_owned(),
        );
    }
    Ok(vips.into_iter().map(|(vip, _)| vip).collect())
}

/// One balancer becomes what it shall be, where it shall be.
fn write(
    plan: &mut Plan,
    topology: &Topology,
    network: &Network,
    holder: Holder,
    (protocol, uuid): (&str, Uuid),
    wanted: &Map,
) {
    let name = format!("qdns-{}-{protocol}", network.switch.name);
    match topology.rows.load_balancers.iter().find(|row| row.uuid == uuid) {
        None => plan.changes.push(Change::Create(Row::Balancer(LoadBalancer {
            uuid,
            name: name.clone(),
            protocol: protocol.to_owned(),
            vips: wanted.clone(),
            options: Map::new(),
            external_ids: Map::from([
                (SWITCH_MARK.to_owned(), network.switch.name.clone()),
                (BALANCER_MARK.to_owned(), network.switch.uuid.to_string()),
            ]),
        }))),
        Some(row) => {
            for vip in row.vips.keys().chain(wanted.keys().filter(|vip| !row.vips.contains_key(*vip))) {
                let to = wanted.get(vip).map(String::as_str);
                plan.set(Column::BalancerVips, uuid, Some(&row.vips), vip, to);
            }
        }
    }
    for other in topology.holders_of(uuid).into_iter().filter(|other| other.uuid() != holder.uuid()) {
        plan.changes.push(Change::Unrefer(reference(other, uuid, &name)));
    }
    if !holder.balancers().contains(&uuid) {
        plan.changes.push(Change::Refer(reference(holder, uuid, &name)));
    }
}

/// Adds to a plan that the balancers of a switch go, if there are any.
pub fn remove(plan: &mut Plan, topology: &Topology, network: &Network) {
    for balancer in topology.balancers_of(network) {
        for holder in topology.holders_of(balancer.uuid) {
            plan.changes.push(Change::Unrefer(reference(holder, balancer.uuid, &balancer.name)));
        }
        plan.changes.push(Change::Destroy(Row::Balancer(balancer.clone())));
    }
}

fn reference(holder: Holder, balancer: Uuid, name: &str) -> Reference {
    Reference {
        column: match holder {
            Holder::Router(_) => ReferenceColumn::RouterLoadBalancers,
            Holder::Switch(_) => ReferenceColumn::SwitchLoadBalancers,
        },
        row: holder.uuid(),
        row_label: holder.label(),
        target: balancer,
        target_name: name.to_owned(),
    }
}

fn not_the_routers(network: &Network, vip: IpAddr, routers: &[(&Router, &RouterPort)]) -> Error {
    let own = routers.iter().flat_map(|(_, port)| networks(port)).map(|net| net.addr().to_string());
    let own: Vec<String> = own.collect();
    Error::conflict(format!(
        "VIP {vip} is refused: it is no address of a router on switch {}",
        network.switch.name
    ))
    .hint(match own.first() {
        Some(address) => format!("use --via auto, or --via {address}"),
        None => "give the router's port an address first".to_owned(),
    })
}

/// What the backends must be for their answers to come back as the VIP's.
fn check_backends(
    holder: Holder,
    port: &RouterPort,
    resolvers: &[SocketAddr],
    vips: &[IpAddr],
    plain: &str,
) -> Result<()> {
    for resolver in resolvers {
        let ip = resolver.ip();
        if vips.contains(&ip) {
            return Err(Error::invalid(format!("resolver {ip} is refused: it is the VIP itself"))
                .hint("name the resolver that shall answer what is not local, such as `8.8.8.8`"));
        }
        if matches!(holder, Holder::Switch(_)) && resolver.port() != PORT {
            return Err(Error::conflict(format!(
                "resolver {resolver} is refused: the balancer has to be on the {}, and there OVN's responder sees the resolver's port, and answers only on {PORT}",
                holder.label()
            ))
            .hint("let the resolver listen on port 53, or use a gateway router"));
        }
        if matches!(holder, Holder::Router(_)) && networks(port).any(|net| net.contains(&ip)) {
            return Err(Error::conflict(format!(
                "resolver {ip} is refused: it is on the guests' own network, so its answers would pass by the {} that balances, and guests drop them",
                holder.label()
            ))
            .hint(format!("let the guests ask it themselves: {plain}")));
        }
    }
    Ok(())
}

/// Two balancers with one VIP in one place: which of them gets a query is chance.
fn check_rivals(
    topology: &Topology,
    network: &Network,
    holder: Holder,
    vips: impl Iterator<Item = IpAddr>,
) -> Result<()> {
    let ours = balancer_uuids(network.switch.uuid);
    let keys: Vec<String> = vips.map(|vip| SocketAddr::new(vip, PORT).to_string()).collect();
    let there = |row: &&LoadBalancer| holder.balancers().contains(&row.uuid) && !ours.contains(&row.uuid);
    for rival in topology.rows.load_balancers.iter().filter(there) {
        if let Some(vip) = keys.iter().find(|key| rival.vips.contains_key(*key)) {
            return Err(Error::conflict(format!(
                "{vip} is balanced already on {}, by {} ({}), which is not ours",
                holder.label(),
                rival.name,
                rival.uuid
            ))
            .hint(format!("look at it with: ovn-nbctl list Load_Balancer {}", rival.uuid)));
        }
    }
    Ok(())
}
