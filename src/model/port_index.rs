//! The ports that decide about a zone's names, by their addresses and their names.

use std::collections::HashMap;
use std::net::IpAddr;

use uuid::Uuid;

use super::host::{Host, Text, host_name};
use super::name::Domain;
use super::port::HOSTNAME_KEYS;
use super::snapshot::Port;
use super::topology::Network;

/// The ports of all switches that share a zone, by their addresses and their names.
#[derive(Clone, Debug, Default)]
pub struct PortIndex<'a> {
    addresses: HashMap<IpAddr, &'a Port>,
    /// By name in lower case and without the zone's domain.
    names: HashMap<Text<'a>, &'a Port>,
    by_uuid: HashMap<Uuid, &'a Port>,
    /// The names of the switches.
    pub switches: Vec<&'a str>,
    /// How many ports the switches have.
    pub ports: usize,
    /// The ports with `unknown` addresses, whose guests may have any address.
    pub unknown: Vec<&'a str>,
}

impl<'a> PortIndex<'a> {
    /// Indexes the ports of switches by their names and by every address that they may use: static, dynamic,
    /// virtual, of the port security, and of the switches' routers. `extra` is one more `external_ids` key that
    /// may hold a name. The ports of the first switch go before those of the others.
    pub fn of(networks: &[&Network<'a>], domain: &Domain, extra: Option<&str>) -> Self {
        let mut index = PortIndex::default();
        for network in networks {
            index.switches.push(&network.switch.name);
            index.ports += network.ports.len();
            index.add(network, domain, extra);
        }
        index
    }

    fn add(&mut self, network: &Network<'a>, domain: &Domain, extra: Option<&str>) {
        let index = self;
        for port in network.ports.iter().copied() {
            index.by_uuid.insert(port.uuid, port);
            if port.addresses.iter().any(|entry| entry.split_whitespace().any(|word| word == "unknown")) {
                index.unknown.push(&port.name);
            }
            let own = port.options.get("virtual-ip").and_then(|text| text.parse().ok());
            for address in port.all_addresses().into_iter().chain(own) {
                index.addresses.entry(address).or_insert(port);
            }
            let keys = extra.into_iter().chain(HOSTNAME_KEYS.iter().copied());
            let named = keys.filter_map(|key| port.external_ids.get(key)).chain([&port.name]);
            for name in named.filter(|name| !name.is_empty()) {
                index.names.entry(host_name(name, domain)).or_insert(port);
            }
        }
        for uplink in &network.uplinks {
            for net in uplink.networks() {
                index.addresses.entry(net.addr()).or_insert(uplink.port);
            }
        }
    }

    /// The port with this UUID.
    pub fn port(&self, uuid: Uuid) -> Option<&'a Port> {
        self.by_uuid.get(&uuid).copied()
    }

    /// The port of a host: one that has one of these addresses, or else this name.
    pub fn port_of(&self, name: &str, addresses: &[IpAddr]) -> Option<&'a Port> {
        addresses.iter().find_map(|address| self.holder(*address)).or_else(|| self.named(name))
    }

    /// Whether a host with these addresses has no port: neither one with its name or one of its addresses, nor the one
    /// that registered it. A static host is never stale. A name outside of the zone's
    /// domain is never stale, because no port can have it.
    pub fn is_stale(&self, host: &Host, addresses: &[IpAddr]) -> bool {
        let has_port = || {
            let origin = host.origin.and_then(|origin| self.port(origin));
            origin.or_else(|| self.port_of(&host.name, addresses)).is_some()
        };
        !host.is_static && !host.name.contains('.') && !has_port()
    }

    /// A port that has this name.
    pub fn named(&self, name: &str) -> Option<&'a Port> {
        self.names.get(name).copied()
    }

    /// A port that has this address.
    pub fn holder(&self, address: IpAddr) -> Option<&'a Port> {
        self.addresses.get(&address).copied()
    }
}
