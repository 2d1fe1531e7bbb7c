//! The load balancers that forward: `nameserver 10.0.0.1` answers what is not local, too.
//!
//! OVN forwards no query by itself. A load balancer whose VIP is the router's own address, port 53,
//! with the resolvers as backends, does it (ovn-nb(5), `Load_Balancer`): one row for UDP, one for TCP,
//! for a row has one protocol.

use std::net::{IpAddr, SocketAddr};

use uuid::Uuid;

use super::address;
use super::snapshot::{LoadBalancer, Router, Switch};
use crate::error::{Error, Result};

/// The port of DNS (RFC 1035, section 4.2), the only one that OVN's responder looks at.
pub const PORT: u16 = 53;
/// One row each.
pub(crate) const PROTOCOLS: [&str; 2] = ["udp", "tcp"];

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

/// What balances: the router or the switch that lists the balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder<'a> {
    /// `Logical_Router.load_balancer`.
    Router(&'a Router),
    /// `Logical_Switch.load_balancer`.
    Switch(&'a Switch),
}

impl<'a> Holder<'a> {
    pub(crate) fn uuid(self) -> Uuid {
        match self {
            Holder::Router(row) => row.uuid,
            Holder::Switch(row) => row.uuid,
        }
    }

    /// The balancers that it lists.
    pub fn balancers(self) -> &'a [Uuid] {
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

/// The address of `10.0.0.1:53`, `[fd00::1]:53` or `10.0.0.1`.
pub fn vip_address(vip: &str) -> Option<IpAddr> {
    let socket = vip.parse::<SocketAddr>().map(|socket| socket.ip());
    socket.or_else(|_| vip.trim_matches(['[', ']']).parse()).ok()
}
