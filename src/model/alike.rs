//! Sets of ports whose queries nothing in the rows can tell apart: no ACL, port group, port security, state or DHCP.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use uuid::Uuid;

use super::acls::AclIndex;
use super::snapshot::{Acl, Port};
use super::topology::Network;

/// Guests' ports of a switch that are treated alike, in the order of their names.
#[derive(Debug)]
pub struct Alike<'a> {
    /// At least one.
    pub ports: Vec<&'a Port>,
    /// Whether ACLs are applied on the switch.
    pub has_acls: bool,
}

/// The sets of a switch's ports, in the order of the names of their first ports.
pub fn sets<'a>(network: &Network<'a>, index: &AclIndex<'a>) -> Vec<Alike<'a>> {
    let words = Words::of(&index.on(network.switch));
    let mut ports: Vec<&Port> = network.guests().collect();
    ports.sort_by(|a, b| a.name.cmp(&b.name));
    let mut sets: BTreeMap<Key, Vec<&Port>> = BTreeMap::new();
    for port in ports {
        sets.entry(Key::of(port, &words, index)).or_default().push(port);
    }
    let mut sets: Vec<Alike> =
        sets.into_values().map(|ports| Alike { ports, has_acls: !words.is_empty }).collect();
    sets.sort_by(|a, b| a.ports[0].name.cmp(&b.ports[0].name));
    sets
}

/// What tells ports apart.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rows: [Option<Uuid>; 2],
    is_disabled: bool,
    /// For IPv4 and IPv6: whether port security lets the port's address pass; `None` without such an address.
    may_send: [Option<bool>; 2],
    groups: Vec<usize>,
    /// By constant of the ACLs: whether the port is or has it; of an address, whether it is below, equal or above.
    matched: Vec<u8>,
}

impl Key {
    fn of(port: &Port, words: &Words, index: &AclIndex) -> Self {
        let addresses = port.guest_addresses();
        let may_send = |is_ipv4: bool| {
            let address = *addresses.iter().find(|address| address.is_ipv4() == is_ipv4)?;
            Some(port.may_send_from(port.mac()?, address))
        };
        Key {
            rows: [port.dhcpv4_options, port.dhcpv6_options],
            is_disabled: port.is_disabled(),
            may_send: [true, false].map(may_send),
            groups: index.groups_of(port.uuid).to_vec(),
            matched: words.matched(port, index),
        }
    }
}

/// The constants in the matches of ACLs (ovn-sb(5), `Logical_Flow:match`) that may tell ports apart.
#[derive(Default)]
struct Words<'a> {
    /// Whether there is no ACL.
    is_empty: bool,
    names: BTreeSet<&'a str>,
    sets: BTreeSet<&'a str>,
    nets: BTreeSet<IpNet>,
    macs: BTreeSet<&'a str>,
    /// Whether an address is compared by `<` or `>`.
    is_ordered: bool,
}

impl<'a> Words<'a> {
    fn of(acls: &[&'a Acl]) -> Self {
        let mut words = Words { is_empty: acls.is_empty(), ..Words::default() };
        for acl in acls {
            let text = acl.expression.as_str();
            words.is_ordered |= text.contains(['<', '>']);
            words.names.extend(text.split('"').skip(1).step_by(2));
            let separators = |c: char| c.is_whitespace() || "{}(),=!&|<>".contains(c);
            for word in text.split(separators).filter(|word| !word.is_empty()) {
                if let Some(set) = word.strip_prefix('$') {
                    words.sets.insert(set);
                } else if let Some(net) = network_of(word) {
                    words.nets.insert(net);
                } else if word.split(':').count() == 6 {
                    words.macs.insert(word);
                }
            }
        }
        words
    }

    /// How a port relates to each constant.
    fn matched(&self, port: &Port, index: &AclIndex) -> Vec<u8> {
        let addresses = port.guest_addresses();
        let order = |net: &IpNet| {
            let mut of_family = addresses.iter().filter(|ip| ip.is_ipv4() == net.addr().is_ipv4());
            match of_family.next() {
                Some(ip) if net.contains(ip) => 1,
                Some(ip) if self.is_ordered && *ip > net.addr() => 2,
                _ => 0,
            }
        };
        let names = self.names.iter().map(|name| u8::from(port.name == *name));
        let sets = self.sets.iter().map(|name| u8::from(index.set_has(name, &addresses)));
        let macs =
            self.macs.iter().map(|mac| u8::from(port.mac().is_some_and(|own| own.eq_ignore_ascii_case(mac))));
        names.chain(sets).chain(self.nets.iter().map(order)).chain(macs).collect()
    }
}

/// The network of `10.0.0.0/24`, `10.0.0.5` or `10.0.0.0/255.255.255.0`.
fn network_of(word: &str) -> Option<IpNet> {
    if let Ok(net) = word.parse::<IpNet>() {
        return Some(net);
    }
    if let Some((address, mask)) = word.split_once('/') {
        return IpNet::with_netmask(address.parse().ok()?, mask.parse().ok()?).ok();
    }
    word.parse::<IpAddr>().ok().map(IpNet::from)
}
