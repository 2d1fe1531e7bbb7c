//! The load balancers that forward: `nameserver 10.0.0.1` answers what is not local, too.
//!
//! OVN forwards no query by itself. A load balancer whose VIP is the router's own address, port 53,
//! with the resolvers as backends, does it (ovn-nb(5), `Load_Balancer`): one row for UDP, one for TCP,
//! for a row has one protocol. Where it works was tried on each release, see [`place`].

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use uuid::Uuid;

use super::address;
use super::release::Release;
use super::snapshot::{LoadBalancer, Router, RouterPort, Snapshot, Switch};
use crate::error::{Error, Result};
use crate::plan::change::ReferenceColumn;

/// The port of DNS (RFC 1035, section 4.2), the only one that OVN's responder looks at.
pub const PORT: u16 = 53;
/// The mark of a balancer of ours; its value is the UUID of the switch it is for.
pub const BALANCER_MARK: &str = "qdns-forwards-for";
/// One row each.
pub(crate) const PROTOCOLS: [&str; 2] = ["udp", "tcp"];
/// The first release on which a balancer anywhere but on a gateway router was seen to work.
const FIRST_ELSEWHERE: Release = Release(25, 3);

/// A resolver: `8.8.8.8`, or with a port of its own `10.9.0.1:5353`, `[fd00::53]:5353`.
///
/// # Errors
/// As [`address::parse`]; invalid input for port 0.
pub fn parse_resolver(text: &str) -> Result<SocketAddr> {
    match text.parse::<SocketAddr>() {
        Ok(socket) if socket.port() == 0 => {
            Err(Error::invalid(format!("resolver {text:?} is refused: port 0 is no port"))
                .hint("leave the port out: it is 53"))
        }
        Ok(socket) => address::parse(&socket.ip().to_string()).map(|ip| SocketAddr::new(ip, socket.port())),
        Err(_) => address::parse(text).map(|ip| SocketAddr::new(ip, PORT)),
    }
}

/// The UUIDs of the balancers that qdns makes for a switch: UUIDv5 in its namespace, so that a second
/// creator fails on them (RFC 9562, section 5.5).
pub fn balancer_uuids(switch: Uuid) -> [Uuid; 2] {
    PROTOCOLS.map(|protocol| Uuid::new_v5(&switch, format!("qdns-forwards-{protocol}").as_bytes()))
}

/// The balancers of ours for a switch, in the order udp, tcp.
pub fn balancers_of<'a>(snapshot: &'a Snapshot, switch: &Switch) -> Vec<&'a LoadBalancer> {
    let is_ours = |row: &&LoadBalancer| row.external_ids.contains_key(BALANCER_MARK);
    let find = |uuid| snapshot.load_balancers.iter().find(|row| row.uuid == uuid);
    balancer_uuids(switch.uuid).into_iter().filter_map(find).filter(is_ours).collect()
}

/// What balances: the router or the switch that lists the balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder<'a> {
    /// `Logical_Router.load_balancer`.
    Router(&'a Router),
    /// `Logical_Switch.load_balancer`.
    Switch(&'a Switch),
}

impl<'a> Holder<'a> {
    /// The column that refers to balancers.
    pub(crate) fn column(self) -> ReferenceColumn {
        match self {
            Holder::Router(_) => ReferenceColumn::RouterLoadBalancers,
            Holder::Switch(_) => ReferenceColumn::SwitchLoadBalancers,
        }
    }

    pub(crate) fn uuid(self) -> Uuid {
        match self {
            Holder::Router(row) => row.uuid,
            Holder::Switch(row) => row.uuid,
        }
    }

    pub(crate) fn balancers(self) -> &'a [Uuid] {
        match self {
            Holder::Router(row) => &row.load_balancers,
            Holder::Switch(row) => &row.load_balancers,
        }
    }

    /// `router lr0`, `switch net1`.
    pub fn label(self) -> String {
        match self {
            Holder::Router(row) => format!("router {}", row.name),
            Holder::Switch(row) => format!("switch {}", row.name),
        }
    }
}

/// Everything that lists a balancer.
pub fn holders_of(snapshot: &Snapshot, balancer: Uuid) -> Vec<Holder<'_>> {
    let routers = snapshot.routers.iter().map(Holder::Router);
    let holders = routers.chain(snapshot.switches.iter().map(Holder::Switch));
    holders.filter(|holder| holder.balancers().contains(&balancer)).collect()
}

/// The routers of a switch, each with its port there.
pub(crate) fn routers_of<'a>(snapshot: &'a Snapshot, switch: &Switch) -> Vec<(&'a Router, &'a RouterPort)> {
    let ports =
        snapshot.ports.iter().filter(|port| port.kind == "router" && switch.ports.contains(&port.uuid));
    let peers = ports.filter_map(|port| port.options.get("router-port"));
    let peers = peers.filter_map(|peer| snapshot.router_ports.iter().find(|port| port.name == *peer));
    peers
        .filter_map(|port| {
            let router = snapshot.routers.iter().find(|router| router.ports.contains(&port.uuid))?;
            Some((router, port))
        })
        .collect()
}

/// The networks of a router's port; the link-local ones, which no guest is told of, left out.
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
    snapshot: &'a Snapshot,
    release: Option<Release>,
    switch: &'a Switch,
    router: &'a Router,
    resolvers: &[SocketAddr],
    plain: &str,
) -> Result<Holder<'a>> {
    if router.options.contains_key("chassis") {
        return Ok(Holder::Router(router));
    }
    let ports = || snapshot.router_ports.iter().filter(|port| router.ports.contains(&port.uuid));
    let has_gateway = ports().any(|port| port.is_gateway);
    let mut inner = ports().filter(|port| !port.is_gateway).flat_map(networks);
    let is_passed_by = inner.any(|net| resolvers.iter().any(|resolver| net.contains(&resolver.ip())));
    let what = match has_gateway {
        true => "a distributed router with a gateway port",
        false => "a router without a gateway",
    };
    let holder = match has_gateway && !is_passed_by {
        true => Holder::Router(router),
        false => Holder::Switch(switch),
    };
    match release {
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
pub fn fault(
    snapshot: &Snapshot,
    switch: &Switch,
    balancer: &LoadBalancer,
    release: Option<Release>,
) -> Option<Fault> {
    if balancer.vips.is_empty() || balancer.vips.values().any(|backends| backends.trim().is_empty()) {
        return Some(Fault::NoBackends);
    }
    let holders = holders_of(snapshot, balancer.uuid);
    if holders.is_empty() {
        return Some(Fault::NotAttached);
    }
    let vips: Vec<IpAddr> =
        balancer.vips.keys().filter_map(|vip| vip.parse::<SocketAddr>().ok()).map(|vip| vip.ip()).collect();
    let resolvers: Vec<SocketAddr> =
        resolvers_of(balancer).iter().filter_map(|resolver| parse_resolver(resolver).ok()).collect();
    let routers = routers_of(snapshot, switch);
    let router = routers.iter().find(|(_, port)| networks(port).any(|net| vips.contains(&net.addr())));
    let right = router.and_then(|(router, _)| place(snapshot, release, switch, router, &resolvers, "").ok());
    match right {
        // Without its version nothing can be said against it.
        None if release.is_none() && router.is_some() => None,
        Some(right) if holders.iter().all(|holder| holder.uuid() == right.uuid()) => None,
        right => Some(Fault::Misplaced(right.map(Holder::label))),
    }
}

/// The resolvers behind all VIPs of a balancer, each once, as [`parse_resolver`] takes them.
pub fn resolvers_of(balancer: &LoadBalancer) -> Vec<String> {
    let vips = balancer.vips.keys().filter_map(|vip| vip.parse::<SocketAddr>().ok());
    vips.flat_map(|vip| backends(&[balancer], vip.ip())).collect()
}

/// The resolvers behind a VIP of the balancers, each once; empty where they have no such VIP.
pub fn backends(balancers: &[&LoadBalancer], vip: IpAddr) -> Vec<String> {
    let key = SocketAddr::new(vip, PORT).to_string();
    let lists = balancers.iter().filter_map(|row| row.vips.get(&key)).flat_map(|list| list.split(','));
    let mut all: Vec<String> = Vec::new();
    for backend in lists.filter(|backend| !backend.is_empty()) {
        let shown = match backend.parse::<SocketAddr>() {
            Ok(socket) if socket.port() == PORT => socket.ip().to_string(),
            _ => backend.to_owned(),
        };
        if !all.contains(&shown) {
            all.push(shown);
        }
    }
    all
}
