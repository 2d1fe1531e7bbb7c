//! The load balancers that forward: `nameserver 10.0.0.1` answers what is not local, too.
//!
//! OVN forwards no query by itself. A load balancer whose VIP is the router's own address, port 53,
//! with the resolvers as backends, does it (ovn-nb(5), `Load_Balancer`): one row for UDP, one for TCP,
//! for a row has one protocol. Where it works was tried on each release, see [`place`].

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use uuid::Uuid;

use super::address;
use super::plan::{Change, Column, Plan, Reference, ReferenceColumn};
use super::release::Release;
use super::snapshot::{LoadBalancer, Map, Router, RouterPort, SWITCH_MARK, Snapshot, Switch};
use super::words::shell_word;
use crate::error::{Error, Result};

/// The port of DNS (RFC 1035, section 4.2), the only one that OVN's responder looks at.
pub const PORT: u16 = 53;
/// The mark of a balancer of ours; its value is the UUID of the switch it is for.
pub const BALANCER_MARK: &str = "qdns-forwards-for";
/// One row each.
const PROTOCOLS: [&str; 2] = ["udp", "tcp"];
/// The first release on which a balancer anywhere but on a gateway router was seen to work.
const FIRST_ELSEWHERE: Release = Release(25, 3);

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
    fn column(self) -> ReferenceColumn {
        match self {
            Holder::Router(_) => ReferenceColumn::RouterLoadBalancers,
            Holder::Switch(_) => ReferenceColumn::SwitchLoadBalancers,
        }
    }

    fn uuid(self) -> Uuid {
        match self {
            Holder::Router(row) => row.uuid,
            Holder::Switch(row) => row.uuid,
        }
    }

    fn balancers(self) -> &'a [Uuid] {
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
fn routers_of<'a>(snapshot: &'a Snapshot, switch: &Switch) -> Vec<(&'a Router, &'a RouterPort)> {
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
fn networks(port: &RouterPort) -> impl Iterator<Item = IpNet> {
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
fn place<'a>(
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

/// Adds the balancers to a plan, and takes them away from where they do not belong; returns the VIPs
/// that guests shall ask.
///
/// # Errors
/// A conflict where no place works, the VIP is not the router's, or somebody else balances it;
/// invalid input where resolver and VIP are of different families.
pub fn add(
    plan: &mut Plan,
    snapshot: &Snapshot,
    switch: &Switch,
    resolvers: &[SocketAddr],
    via: Via,
) -> Result<Vec<IpAddr>> {
    let words: Vec<String> = resolvers.iter().map(|resolver| resolver.ip().to_string()).collect();
    let plain = format!("qdns forwarders set {} {}", shell_word(&switch.name), words.join(" "));
    let routers = routers_of(snapshot, switch);
    if routers.is_empty() {
        return Err(Error::conflict(format!(
            "switch {} has no router: nobody on it owns an address that could forward",
            switch.name
        ))
        .hint(format!("let the guests ask the resolvers themselves: {plain}")));
    }
    let (router, port) = match via {
        Via::Auto => routers[0],
        Via::Vip(vip) => *routers
            .iter()
            .find(|(_, port)| networks(port).any(|net| net.addr() == vip))
            .ok_or_else(|| not_the_routers(switch, vip, &routers))?,
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
    let holder = place(snapshot, snapshot.release, switch, router, resolvers, &plain)?;
    check_backends(holder, port, resolvers, &own, &plain)?;
    check_rivals(snapshot, switch, holder, vips.iter().map(|(vip, _)| *vip))?;

    let wanted: Map = vips
        .iter()
        .map(|(vip, backends)| {
            let backends: Vec<String> = backends.iter().map(SocketAddr::to_string).collect();
            (SocketAddr::new(*vip, PORT).to_string(), backends.join(","))
        })
        .collect();
    for (protocol, uuid) in PROTOCOLS.into_iter().zip(balancer_uuids(switch.uuid)) {
        write(plan, snapshot, switch, holder, (protocol, uuid), &wanted);
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
    snapshot: &Snapshot,
    switch: &Switch,
    holder: Holder,
    (protocol, uuid): (&str, Uuid),
    wanted: &Map,
) {
    let name = format!("qdns-{}-{protocol}", switch.name);
    match snapshot.load_balancers.iter().find(|row| row.uuid == uuid) {
        None => plan.changes.push(Change::Create(LoadBalancer {
            uuid,
            name: name.clone(),
            protocol: protocol.to_owned(),
            vips: wanted.clone(),
            options: Map::new(),
            external_ids: Map::from([
                (SWITCH_MARK.to_owned(), switch.name.clone()),
                (BALANCER_MARK.to_owned(), switch.uuid.to_string()),
            ]),
        })),
        Some(row) => {
            for vip in row.vips.keys().chain(wanted.keys().filter(|vip| !row.vips.contains_key(*vip))) {
                let to = wanted.get(vip).map(String::as_str);
                plan.set(Column::BalancerVips, uuid, Some(&row.vips), vip, to);
            }
        }
    }
    for other in holders_of(snapshot, uuid).into_iter().filter(|other| other.uuid() != holder.uuid()) {
        plan.changes.push(Change::Unrefer(reference(other, uuid, &name)));
    }
    if !holder.balancers().contains(&uuid) {
        plan.changes.push(Change::Refer(reference(holder, uuid, &name)));
    }
}

/// Adds to a plan that the balancers of a switch go, if there are any.
pub fn remove(plan: &mut Plan, snapshot: &Snapshot, switch: &Switch) {
    for balancer in balancers_of(snapshot, switch) {
        for holder in holders_of(snapshot, balancer.uuid) {
            plan.changes.push(Change::Unrefer(reference(holder, balancer.uuid, &balancer.name)));
        }
        plan.changes.push(Change::Destroy(balancer.clone()));
    }
}

fn reference(holder: Holder, balancer: Uuid, name: &str) -> Reference {
    Reference {
        column: holder.column(),
        row: holder.uuid(),
        row_label: holder.label(),
        target: balancer,
        target_name: name.to_owned(),
    }
}

fn not_the_routers(switch: &Switch, vip: IpAddr, routers: &[(&Router, &RouterPort)]) -> Error {
    let own = routers.iter().flat_map(|(_, port)| networks(port)).map(|net| net.addr().to_string());
    let own: Vec<String> = own.collect();
    Error::conflict(format!("VIP {vip} is refused: it is no address of a router on switch {}", switch.name))
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
    snapshot: &Snapshot,
    switch: &Switch,
    holder: Holder,
    vips: impl Iterator<Item = IpAddr>,
) -> Result<()> {
    let ours = balancer_uuids(switch.uuid);
    let keys: Vec<String> = vips.map(|vip| SocketAddr::new(vip, PORT).to_string()).collect();
    let there = |row: &&LoadBalancer| holder.balancers().contains(&row.uuid) && !ours.contains(&row.uuid);
    for rival in snapshot.load_balancers.iter().filter(there) {
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
