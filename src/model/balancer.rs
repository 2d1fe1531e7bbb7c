//! The load balancers that forward queries from the router's address to the resolvers.
//!
//! OVN's responder does not forward queries. A load balancer whose VIP is the router's own address, port 53, with
//! the resolvers as backends, does it (ovn-nb(5), `Load_Balancer`). A row has one protocol, so there is one row for
//! UDP and one for TCP.

use std::net::{IpAddr, SocketAddr};

use uuid::Uuid;

use super::address;
use super::snapshot::{LoadBalancer, Router, Switch};
use crate::error::{Error, Result};

/// The port of DNS (RFC 1035, section 4.2), the only port that OVN's responder answers on.
pub const PORT: u16 = 53;
/// The protocols of the two rows, in their order.
pub(crate) const PROTOCOLS: [&str; 2] = ["udp", "tcp"];

/// Accepts a resolver: `8.8.8.8`, or with a port `10.9.0.1:5353` and `[fd00::53]:5353`.
///
/// # Errors
/// As [`address::parse`]; invalid input for port 0.
pub fn parse_resolver(text: &str) -> Result<SocketAddr> {
    match text.parse::<SocketAddr>() {
        Ok(socket) if socket.port() == 0 => {
            Err(Error::invalid(format!("resolver {text:?} is refused: there is no port 0"))
                .hint("leave the port out: it is 53"))
        }
        Ok(socket) => address::parse(&socket.ip().to_string()).map(|ip| SocketAddr::new(ip, socket.port())),
        Err(_) => address::parse(text).map(|ip| SocketAddr::new(ip, PORT)),
    }
}

/// The UUIDs of the balancers that qdns creates for a switch. They are UUIDv5 in the switch's namespace (RFC 9562,
/// section 5.5), so that a second creation fails.
pub fn balancer_uuids(switch: Uuid) -> [Uuid; 2] {
    PROTOCOLS.map(|protocol| Uuid::new_v5(&switch, format!("qdns-forwards-{protocol}").as_bytes()))
}

/// The router or the switch that lists a balancer.
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

impl LoadBalancer {
    /// Its name, or its UUID where it has none.
    pub fn label(&self) -> String {
        if self.name.is_empty() { self.uuid.to_string() } else { self.name.clone() }
    }
}

/// The backends of all VIPs of a balancer, as [`parse_resolver`] accepts them.
pub fn resolvers_of(balancer: &LoadBalancer) -> Vec<String> {
    let vips = balancer.vips.keys().filter_map(|vip| vip.parse::<SocketAddr>().ok());
    vips.flat_map(|vip| backends(&[balancer], vip.ip())).collect()
}

/// The backends of one VIP in these balancers, each once; empty where they do not have the VIP.
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
