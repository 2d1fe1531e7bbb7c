//! The ports of one switch by their addresses and their names.

use std::collections::HashMap;
use std::net::IpAddr;

use super::host::{Host, Text, host_name};
use super::name::Domain;
use super::port::{HOSTNAME_KEYS, Ports};
use super::snapshot::{Port, Switch};

/// What the ports of one switch stand behind.
#[derive(Clone, Debug, Default)]
pub struct PortIndex<'a> {
    /// Each address, with a port that has it.
    addresses: HashMap<IpAddr, &'a Port>,
    /// Each name in lower case and without the zone's domain, with a port named so.
    names: HashMap<Text<'a>, &'a Port>,
    /// How many ports were looked at.
    pub ports: usize,
    /// The ports whose guests may have any address.
    pub unknown: Vec<&'a str>,
}

impl<'a> PortIndex<'a> {
    /// Every address and name of the switch's ports: static, dynamic, virtual and of the port security,
    /// and those of the routers behind it. `extra` is one more `external_ids` key that may hold a name.
    pub fn of(ports: &Ports<'a>, switch: &Switch, domain: &Domain, extra: Option<&str>) -> Self {
        let mut index = PortIndex::default();
        for port in ports.on(switch) {
            index.ports += 1;
            if port.addresses.iter().any(|entry| entry.split_whitespace().any(|word| word == "unknown")) {
                index.unknown.push(&port.name);
            }
            let peer = ports.peer(port).into_iter().flat_map(|peer| &peer.networks);
            let behind = peer.filter_map(|net| net.split('/').next()?.parse().ok());
            let own = port.options.get("virtual-ip").and_then(|text| text.parse().ok());
            for address in port.all_addresses().into_iter().chain(behind).chain(own) {
                index.addresses.entry(address).or_insert(port);
            }
            let keys = extra.into_iter().chain(HOSTNAME_KEYS.iter().copied());
            let named = keys.filter_map(|key| port.external_ids.get(key)).chain([&port.name]);
            for name in named.filter(|name| !name.is_empty()) {
                index.names.entry(host_name(name, domain)).or_insert(port);
            }
        }
        index
    }

    /// The port that stands behind a host of this name and these addresses, if one does.
    pub fn backing(&self, name: &str, addresses: &[IpAddr]) -> Option<&'a Port> {
        addresses.iter().find_map(|address| self.holder(*address)).or_else(|| self.named(name))
    }

    /// Whether no port stands behind a host of these addresses. Static hosts are left alone, and so are
    /// names outside of the zone's domain: no port could be named so.
    pub fn is_stale(&self, host: &Host, addresses: &[IpAddr]) -> bool {
        !host.is_static && !host.name.contains('.') && self.backing(&host.name, addresses).is_none()
    }

    /// The port that is named so.
    pub fn named(&self, name: &str) -> Option<&'a Port> {
        self.names.get(name).copied()
    }

    /// The port that has an address.
    pub fn holder(&self, address: IpAddr) -> Option<&'a Port> {
        self.addresses.get(&address).copied()
    }
}
