//! The load balancers of `forwarders set --via`: planners that create, change, move and remove them.

use std::net::{IpAddr, SocketAddr};

use uuid::Uuid;

use super::Plan;
use super::change::{Change, Column, Reference, ReferenceColumn, Row};
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::balancer::{Holder, PORT, PROTOCOLS, balancer_uuids};
use crate::model::forwarding::{networks, place};
use crate::model::marks::{BALANCER_MARK, SWITCH_MARK};
use crate::model::shell::{CommandLine, shell_word};
use crate::model::snapshot::{LoadBalancer, Map, Router, RouterPort};
use crate::model::topology::{Network, Topology};

/// The value of `--via`: the addresses that the load balancers forward from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VipChoice {
    /// The router's own addresses on the switch, one of each address family.
    Auto,
    Address(IpAddr),
}

impl VipChoice {
    /// Accepts `auto` and an address.
    ///
    /// # Errors
    /// As [`address::parse`].
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "auto" => Ok(VipChoice::Auto),
            _ => address::parse(text).map(VipChoice::Address),
        }
    }
}

/// Plans the load balancers of a switch, and removes their references from other routers and switches. Returns the
/// VIPs, which are the resolvers of the guests.
///
/// # Errors
/// A conflict where the switch has no router, the VIP is not an address of the router, a balancer works neither on
/// the router nor on the switch, or another balancer has the VIP; invalid input where a resolver has no VIP of
/// its address family.
pub fn add(
    plan: &mut Plan,
    topology: &Topology,
    network: &Network,
    resolvers: &[SocketAddr],
    choice: VipChoice,
) -> Result<Vec<IpAddr>> {
    let without_via = command_without_via(network, resolvers);
    let (router, port) = router_of(network, choice, &without_via)?;
    let own: Vec<IpAddr> = match choice {
        VipChoice::Auto => networks(port).map(|net| net.addr()).collect(),
        VipChoice::Address(vip) => vec![vip],
    };
    let vips = backends_of_vips(resolvers, &own)?;
    let holder = place(topology, network, router, resolvers, &without_via)?;
    check_backends(holder, port, resolvers, &own, &without_via)?;
    check_other_balancers(topology, network, holder, vips.iter().map(|(vip, _)| *vip))?;

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
            "OVN does not notice when a resolver fails: its share of the queries gets no answer until the guest asks again"
                .to_owned(),
        );
    }
    Ok(vips.into_iter().map(|(vip, _)| vip).collect())
}

/// The command that gives the guests the same resolvers without a load balancer.
fn command_without_via(network: &Network, resolvers: &[SocketAddr]) -> String {
    let set = CommandLine::qdns(["forwarders", "set"]).value(&network.switch.name);
    resolvers.iter().map(SocketAddr::ip).fold(set, CommandLine::value).to_string()
}

/// The router that has the VIP, and its port on the switch.
fn router_of<'a>(
    network: &Network<'a>,
    choice: VipChoice,
    without_via: &str,
) -> Result<(&'a Router, &'a RouterPort)> {
    let routers: Vec<(&Router, &RouterPort)> =
        network.uplinks.iter().filter_map(|uplink| Some((uplink.router?, uplink.peer))).collect();
    let Some(first) = routers.first() else {
        return Err(Error::conflict(format!(
            "switch {} has no router, so it has no address that can forward",
            network.switch.name
        ))
        .hint(format!("let the guests ask the resolvers themselves: {without_via}")));
    };
    match choice {
        VipChoice::Auto => Ok(*first),
        VipChoice::Address(vip) => routers
            .iter()
            .find(|(_, port)| networks(port).any(|net| net.addr() == vip))
            .copied()
            .ok_or_else(|| not_a_routers_address(network, vip, &routers)),
    }
}

/// Each VIP with the resolvers of its address family, in the order of the resolvers.
fn backends_of_vips(resolvers: &[SocketAddr], own: &[IpAddr]) -> Result<Vec<(IpAddr, Vec<SocketAddr>)>> {
    let mut vips: Vec<(IpAddr, Vec<SocketAddr>)> = Vec::new();
    for resolver in resolvers {
        let Some(vip) = own.iter().find(|vip| vip.is_ipv4() == resolver.is_ipv4()) else {
            let family = if resolver.is_ipv4() { "IPv4" } else { "IPv6" };
            return Err(Error::invalid(format!(
                "resolver {} is refused: a VIP forwards to its own address family, and there is no {family} VIP",
                resolver.ip()
            ))
            .hint("--via auto takes the router's address of each family that it has"));
        };
        match vips.iter_mut().find(|(known, _)| known == vip) {
            Some((_, backends)) => backends.push(*resolver),
            None => vips.push((*vip, vec![*resolver])),
        }
    }
    Ok(vips)
}

/// Plans one load balancer with these VIPs, and the reference to it from its router or switch and from no other.
pub(super) fn write(
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
            external_ids: Map::from([
                (SWITCH_MARK.to_owned(), network.switch.name.clone()),
                (BALANCER_MARK.to_owned(), network.switch.uuid.to_string()),
            ]),
            ..LoadBalancer::default()
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

/// Plans to remove the load balancers of a switch.
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

fn not_a_routers_address(network: &Network, vip: IpAddr, routers: &[(&Router, &RouterPort)]) -> Error {
    let own = routers.iter().flat_map(|(_, port)| networks(port)).map(|net| net.addr().to_string());
    let own: Vec<String> = own.collect();
    Error::conflict(format!(
        "VIP {vip} is refused: no router has this address on switch {}",
        network.switch.name
    ))
    .hint(match own.first() {
        Some(address) => format!("use --via auto, or --via {address}"),
        None => format!(
            "give the router's port an address first: ovn-nbctl add Logical_Router_Port {} networks CIDR",
            shell_word(routers.first().map_or("PORT", |(_, port)| &port.name))
        ),
    })
}

/// Checks that the answers of the resolvers reach the guests with the VIP as their source.
fn check_backends(
    holder: Holder,
    port: &RouterPort,
    resolvers: &[SocketAddr],
    vips: &[IpAddr],
    without_via: &str,
) -> Result<()> {
    for resolver in resolvers {
        let ip = resolver.ip();
        if vips.contains(&ip) {
            return Err(Error::invalid(format!("resolver {ip} is refused: it is the VIP itself"))
                .hint("name a resolver of your network that answers names of other networks"));
        }
        if matches!(holder, Holder::Switch(_)) && resolver.port() != PORT {
            return Err(Error::conflict(format!(
                "resolver {resolver} is refused: the load balancer must be on the {}, where OVN's responder sees the resolver's port and answers on port {PORT} only",
                holder.label()
            ))
            .hint("let the resolver listen on port 53, or use a gateway router"));
        }
        if matches!(holder, Holder::Router(_)) && networks(port).any(|net| net.contains(&ip)) {
            return Err(Error::conflict(format!(
                "resolver {ip} is refused: it is on the guests' own network, so its answers do not pass the {} with the load balancer, and the guests drop them",
                holder.label()
            ))
            .hint(format!("let the guests ask it themselves: {without_via}")));
        }
    }
    Ok(())
}

/// Checks that no other load balancer on the same router or switch has one of the VIPs: OVN would choose either.
fn check_other_balancers(
    topology: &Topology,
    network: &Network,
    holder: Holder,
    vips: impl Iterator<Item = IpAddr>,
) -> Result<()> {
    let ours = balancer_uuids(network.switch.uuid);
    let keys: Vec<String> = vips.map(|vip| SocketAddr::new(vip, PORT).to_string()).collect();
    let is_other = |row: &&LoadBalancer| holder.balancers().contains(&row.uuid) && !ours.contains(&row.uuid);
    for other in topology.rows.load_balancers.iter().filter(is_other) {
        if let Some(vip) = keys.iter().find(|key| other.vips.contains_key(*key)) {
            return Err(Error::conflict(format!(
                "{} has a load balancer for {vip} already: {} ({}), which is not of qdns",
                holder.label(),
                other.name,
                other.uuid
            ))
            .hint(format!("look at it: ovn-nbctl list Load_Balancer {}", other.uuid)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::balancer::parse_resolver;
    use crate::model::fixture::{guest_port, on_first};
    use crate::model::release::VERSION_OPTION;
    use crate::model::snapshot::Snapshot;

    fn net1() -> Snapshot {
        Snapshot::of_net1(vec![guest_port(2, "web", &["0a:00:00:00:00:02 10.0.0.2"])], &[], &[])
    }

    fn add_to(snapshot: &Snapshot, resolvers: &[&str], choice: VipChoice) -> Result<Plan> {
        let resolvers: Vec<SocketAddr> = resolvers.iter().map(|text| parse_resolver(text).unwrap()).collect();
        on_first(snapshot, |topology, network| {
            let mut plan = Plan::for_switch(network.switch);
            add(&mut plan, topology, network, &resolvers, choice)?;
            Ok(plan)
        })
    }

    fn after(snapshot: &Snapshot, plan: &Plan) -> Snapshot {
        let mut after = snapshot.clone();
        plan.apply_to(&mut after);
        after
    }

    /// A switch whose router forwards to 8.8.8.8.
    fn balanced() -> Snapshot {
        let snapshot = net1().with_gateway_router();
        after(&snapshot, &add_to(&snapshot, &["8.8.8.8"], VipChoice::Auto).unwrap())
    }

    #[test]
    fn auto_balances_on_the_gateway_router_for_udp_and_tcp() {
        let snapshot = net1().with_gateway_router();
        let plan = add_to(&snapshot, &["8.8.8.8", "8.8.4.4:5353"], VipChoice::Auto).unwrap();
        let after = after(&snapshot, &plan);
        let rows: Vec<_> =
            after.load_balancers.iter().map(|row| (row.protocol.as_str(), &row.vips)).collect();
        let vips = Map::from([("10.0.0.1:53".to_owned(), "8.8.8.8:53,8.8.4.4:5353".to_owned())]);
        assert_eq!(rows, [("udp", &vips), ("tcp", &vips)]);
        assert_eq!(after.routers[0].load_balancers, balancer_uuids(after.switches[0].uuid));
    }

    #[test]
    fn the_same_balancers_need_no_change() {
        assert_eq!(add_to(&balanced(), &["8.8.8.8"], VipChoice::Auto).unwrap().changes, []);
    }

    #[test]
    fn balancers_move_from_a_switch_to_the_router() {
        let mut moved = balanced();
        moved.switches[0].load_balancers = std::mem::take(&mut moved.routers[0].load_balancers);
        let after = after(&moved, &add_to(&moved, &["8.8.8.8"], VipChoice::Auto).unwrap());
        assert!(after.switches[0].load_balancers.is_empty());
        assert_eq!(after.routers[0].load_balancers.len(), 2);
    }

    #[test]
    fn remove_leaves_nothing() {
        let mut plan = Plan::default();
        on_first(&balanced(), |topology, network| remove(&mut plan, topology, network));
        assert_eq!(after(&balanced(), &plan), net1().with_gateway_router());
    }

    #[test]
    fn a_switch_without_a_router_is_refused() {
        let error = add_to(&net1(), &["8.8.8.8"], VipChoice::Auto).unwrap_err();
        assert_eq!(error.message, "switch net1 has no router, so it has no address that can forward");
        assert_eq!(
            error.hints,
            ["let the guests ask the resolvers themselves: qdns forwarders set net1 8.8.8.8"]
        );
    }

    #[test]
    fn a_vip_that_no_router_has_is_refused() {
        let vip = VipChoice::parse("10.0.0.9").unwrap();
        let error = add_to(&net1().with_gateway_router(), &["8.8.8.8"], vip).unwrap_err();
        assert_eq!(error.message, "VIP 10.0.0.9 is refused: no router has this address on switch net1");
        assert_eq!(error.hints, ["use --via auto, or --via 10.0.0.1"]);
    }

    #[test]
    fn a_resolver_without_a_vip_of_its_family_is_refused() {
        let error = add_to(&net1().with_gateway_router(), &["fd00::53"], VipChoice::Auto).unwrap_err();
        assert_eq!(
            error.message,
            "resolver fd00::53 is refused: a VIP forwards to its own address family, and there is no IPv6 VIP"
        );
    }

    #[test]
    fn the_vip_as_a_resolver_is_refused() {
        let error = add_to(&net1().with_gateway_router(), &["10.0.0.1"], VipChoice::Auto).unwrap_err();
        assert_eq!(error.message, "resolver 10.0.0.1 is refused: it is the VIP itself");
    }

    #[test]
    fn another_balancer_with_the_vip_is_refused() {
        let mut snapshot = net1().with_gateway_router();
        let uuid = Uuid::from_u128(9);
        let vips = Map::from([("10.0.0.1:53".to_owned(), "9.9.9.9:53".to_owned())]);
        snapshot.load_balancers =
            vec![LoadBalancer { uuid, name: "theirs".into(), vips, ..LoadBalancer::default() }];
        snapshot.routers[0].load_balancers = vec![uuid];
        let error = add_to(&snapshot, &["8.8.8.8"], VipChoice::Auto).unwrap_err();
        assert_eq!(
            error.message,
            format!(
                "router lr0 has a load balancer for 10.0.0.1:53 already: theirs ({uuid}), which is not of qdns"
            )
        );
    }

    #[test]
    fn a_distributed_router_is_refused_before_25_03() {
        let mut snapshot = net1().with_gateway_router();
        snapshot.routers[0].options.clear();
        snapshot.global.options.insert(VERSION_OPTION.into(), "23.03.1-20.27.0-70.6".into());
        let error = add_to(&snapshot, &["8.8.8.8"], VipChoice::Auto).unwrap_err();
        assert!(error.message.contains("where OVN 23.03 cannot forward"), "{}", error.message);
    }
}
