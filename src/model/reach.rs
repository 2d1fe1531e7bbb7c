//! What becomes of a query on its way from a guest to a resolver, and where the guest sends it first.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::balancer::vip_address;
use super::dhcp::is_never_sent_to;
use super::resolvers::balancers_on_routers;
use super::snapshot::{DhcpOptions, Port};
use super::topology::{Network, Topology, Uplink};

/// How far a query of a guest to one resolver gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The responder of the guest's switch sees it, if the switch has DNS rows.
    Responder {
        /// What ends it after, where OVN has no answer.
        beyond: Option<Stop>,
        /// The other switches whose responder sees it then, in the order of the way, by the names that
        /// [`Topology::traced_as`] takes.
        later: Vec<String>,
    },
    /// It ends before the responder.
    Stopped(Stop),
    /// Not known, with the reason.
    Unknown(String),
}

/// Where a query ends, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub cause: Cause,
    /// The step of ovn-trace(8) that ends it; empty where the rows alone show it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub step: String,
}

/// Why a query ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The address is one that no packet is sent to.
    NotSent(IpAddr),
    /// The guest learns no router, and the resolver is not in its network.
    NoRoute,
    /// Nothing on the switch has the address to which the guest sends the query.
    NothingHas(IpAddr),
    /// The port is disabled.
    Disabled,
    /// Port security lets the guest's address not pass.
    PortSecurity,
    /// An ACL of a switch drops or rejects it.
    Acl {
        /// None where the trace does not lead to one of the rows.
        acl: Option<Uuid>,
        is_rejected: bool,
        /// The switch whose ACL it is, where it is not the guest's.
        switch: Option<String>,
    },
    /// A router has no route to the resolver.
    RouterHasNoRoute(String),
    /// The resolver's address is a router's, and nothing listens there.
    RouterIsResolver { router: String, is_rejected: bool },
    /// Another stage of OVN's pipeline.
    Stage(String),
}

impl Reach {
    /// The ACL that ends the query.
    pub fn acl(&self) -> Option<Uuid> {
        match self {
            Reach::Stopped(stop) | Reach::Responder { beyond: Some(stop), .. } => match &stop.cause {
                Cause::Acl { acl, .. } => *acl,
                _ => None,
            },
            _ => None,
        }
    }

    /// It reaches the resolver, and no other responder.
    pub fn open() -> Self {
        Reach::Responder { beyond: None, later: Vec::new() }
    }

    /// Whether nothing is known to end it.
    pub fn is_whole(&self) -> bool {
        matches!(self, Reach::Responder { beyond: None, .. })
    }

    /// Whether the responder may see the query.
    pub fn is_open(&self) -> bool {
        !matches!(self, Reach::Stopped(_))
    }
}

impl Cause {
    /// Whether the guest gets an error at once.
    pub fn is_rejected(&self) -> bool {
        match self {
            Cause::Acl { is_rejected, .. } | Cause::RouterIsResolver { is_rejected, .. } => *is_rejected,
            // No packet is sent, and the resolver library sees the error.
            Cause::NotSent(_) | Cause::NoRoute => true,
            _ => false,
        }
    }
}

impl Stop {
    pub fn of(cause: Cause) -> Self {
        Stop { cause, step: String::new() }
    }
}

/// What ends a query: `ACL … drops it`.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Cause::NotSent(address) => write!(f, "no packet is ever sent to {address}"),
            Cause::NoRoute => write!(f, "the guest gets no router, so it cannot send it"),
            Cause::NothingHas(address) => {
                write!(f, "nothing on the switch has {address}, so the guest cannot send it")
            }
            Cause::Disabled => write!(f, "the port is disabled"),
            Cause::PortSecurity => write!(f, "port security drops it"),
            Cause::Acl { acl, is_rejected, switch } => {
                let acl = acl.map_or_else(|| "an ACL".to_owned(), |acl| format!("ACL {acl}"));
                let of = switch.as_ref().map(|switch| format!(" of {switch}")).unwrap_or_default();
                write!(f, "{acl}{of} {} it", if *is_rejected { "rejects" } else { "drops" })
            }
            Cause::RouterHasNoRoute(router) => write!(f, "router {router} has no route to it"),
            Cause::RouterIsResolver { router, is_rejected } => {
                write!(f, "router {router} {} it", if *is_rejected { "rejects" } else { "drops" })
            }
            Cause::Stage(stage) => write!(f, "OVN drops it in {stage}"),
        }
    }
}

/// To whom a guest sends a packet for a resolver (RFC 1122, section 3.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextHop<'a> {
    /// To the port with this MAC.
    Mac(&'a str),
    /// To a machine that OVN does not know.
    Unseen,
    /// To no one: the guest sends nothing.
    Nowhere(Cause),
}

/// Where a guest that has this row of DHCP options sends a query to a resolver.
pub fn next_hop<'a>(
    topology: &Topology<'a>,
    network: &Network<'a>,
    row: &DhcpOptions,
    resolver: IpAddr,
) -> NextHop<'a> {
    if is_never_sent_to(resolver) {
        return NextHop::Nowhere(Cause::NotSent(resolver));
    }
    let Some(net) = row.network() else { return NextHop::Unseen };
    if net.addr().is_ipv4() != resolver.is_ipv4() {
        return NextHop::Unseen;
    }
    if net.contains(&resolver) {
        return holder(topology, network, resolver);
    }
    if !row.is_ipv4() {
        // The router comes by router advertisements, from a link-local address.
        return match network.uplinks.iter().find(|uplink| uplink.networks().any(|net| net.addr().is_ipv6())) {
            Some(uplink) if !uplink.peer.mac.is_empty() => NextHop::Mac(&uplink.peer.mac),
            None if network.ports.iter().all(|port| port.is_guest()) => NextHop::Nowhere(Cause::NoRoute),
            _ => NextHop::Unseen,
        };
    }
    let has = |option: &str| row.options.contains_key(option);
    if has("classless_static_route") || has("ms_classless_static_route") {
        return NextHop::Unseen;
    }
    match row.leased("router").first() {
        Some(router) => holder(topology, network, *router),
        None => NextHop::Nowhere(Cause::NoRoute),
    }
}

/// Where a guest sends a query to a resolver that a router advertises. The router is its default route, too.
pub fn next_hop_by_advertisement<'a>(
    topology: &Topology<'a>,
    network: &Network<'a>,
    uplink: &Uplink<'a>,
    resolver: IpAddr,
) -> NextHop<'a> {
    if is_never_sent_to(resolver) {
        return NextHop::Nowhere(Cause::NotSent(resolver));
    }
    if uplink.networks().any(|net| net.contains(&resolver)) {
        return holder(topology, network, resolver);
    }
    if uplink.peer.mac.is_empty() { NextHop::Unseen } else { NextHop::Mac(&uplink.peer.mac) }
}

/// The switch that has an address and is connected by a router with the guest's switch, if it has DNS rows: its responder
/// sees the queries to that address.
pub fn switch_with<'t>(
    topology: &'t Topology<'t>,
    network: &Network,
    address: IpAddr,
) -> Option<&'t Network<'t>> {
    let has_it = |network: &Network| network.router_addresses().any(|net| net.contains(&address));
    if has_it(network) {
        return None;
    }
    let routers = |network: &Network| -> Vec<Uuid> {
        network.uplinks.iter().filter_map(|uplink| uplink.router).map(|router| router.uuid).collect()
    };
    let own = routers(network);
    let is_connected = |other: &&Network| routers(other).iter().any(|router| own.contains(router));
    let has_names = |other: &&Network| other.rows.iter().any(|row| !row.records.is_empty());
    topology.switches.iter().filter(|other| has_it(other)).filter(has_names).find(is_connected)
}

/// Who has an address on a switch: a router, another port, or perhaps a machine that OVN does not know.
pub fn holder<'a>(topology: &Topology<'a>, network: &Network<'a>, address: IpAddr) -> NextHop<'a> {
    let uplink = network.uplinks.iter().find(|uplink| uplink.networks().any(|net| net.addr() == address));
    if let Some(uplink) = uplink.filter(|uplink| !uplink.peer.mac.is_empty()) {
        return NextHop::Mac(&uplink.peer.mac);
    }
    let mut ports = network.ports.iter().copied();
    if let Some(mac) = ports.find(|port| port.all_addresses().contains(&address)).and_then(Port::mac) {
        return NextHop::Mac(mac);
    }
    if is_proxied(network, address) {
        return NextHop::Unseen;
    }
    let is_unknown = |port: &&Port| port.addresses.iter().any(|entry| entry == "unknown");
    let is_open = network.is_physical() || network.ports.iter().any(is_unknown);
    // A router answers ARP for the addresses of its load balancers and of NAT; a switch does not.
    let is_routed = network.uplinks.iter().any(|uplink| uplink.networks().any(|net| net.contains(&address)));
    if uplink.is_some() || is_open || (is_routed && is_virtual(topology, network, address)) {
        return NextHop::Unseen;
    }
    NextHop::Nowhere(Cause::NothingHas(address))
}

/// Whether the switch answers ARP and NDP for an address in the name of its router (ovn-nb(5), `options:arp_proxy`).
fn is_proxied(network: &Network, address: IpAddr) -> bool {
    let has = |word: &str| {
        let net = word.parse::<ipnet::IpNet>();
        word.parse() == Ok(address) || net.is_ok_and(|net| net.contains(&address))
    };
    let proxied = network.uplinks.iter().filter_map(|uplink| uplink.port.options.get("arp_proxy"));
    proxied.flat_map(|value| value.split_whitespace()).any(has)
}

/// Whether an address is of NAT or of a load balancer of the switch's routers.
fn is_virtual(topology: &Topology, network: &Network, address: IpAddr) -> bool {
    let balancers = balancers_on_routers(topology, network);
    let mut vips = balancers.iter().flat_map(|row| row.vips.keys());
    vips.any(|vip| vip_address(vip) == Some(address))
        || topology.rows.nat.iter().any(|row| row.external_ip.parse() == Ok(address))
}
