//! Which ports' queries are traced: one of each set of ports that an ACL, port security or DHCP can tell apart.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;
use uuid::Uuid;

use crate::model::lookup::stop_of;
use crate::model::reach::{NextHop, next_hop};
use crate::model::snapshot::{Acl, Port, Snapshot};
use crate::model::topology::{Network, Topology};

/// Ports of a switch that are treated alike.
#[derive(Debug)]
pub struct PortSet<'t, 'a> {
    pub network: &'t Network<'a>,
    /// One of them.
    pub port: &'a Port,
    pub count: usize,
    /// Whether ACLs are applied on the switch.
    pub has_acls: bool,
    /// The resolvers that they lease and may send to, with the MAC where it is known; one without an address where
    /// they lease none.
    pub servers: Vec<(Option<IpAddr>, Option<&'a str>)>,
}

/// The sets of ports on each switch with names, those with ACLs first. `is_wanted` chooses switches.
pub fn sets<'t, 'a>(
    topology: &'t Topology<'a>,
    is_wanted: impl Fn(&Network) -> bool,
) -> Vec<PortSet<'t, 'a>> {
    let index = AclIndex::of(topology.rows);
    let has_names = |network: &&Network| network.rows.iter().any(|row| !row.records.is_empty());
    let networks = topology.switches.iter().filter(has_names).filter(|network| is_wanted(network));
    let mut sets: Vec<PortSet> = networks.flat_map(|network| sets_of(topology, network, &index)).collect();
    sets.sort_by_key(|set| !set.has_acls);
    sets
}

fn sets_of<'t, 'a>(
    topology: &'t Topology<'a>,
    network: &'t Network<'a>,
    index: &AclIndex<'a>,
) -> Vec<PortSet<'t, 'a>> {
    let words = Words::of(&index.acls_on(network));
    let mut sets: BTreeMap<Key, PortSet> = BTreeMap::new();
    let mut ports: Vec<&Port> = network.guests().filter(|port| port.sender(None).is_some()).collect();
    ports.sort_by(|a, b| a.name.cmp(&b.name));
    for port in ports {
        let key = Key {
            rows: [port.dhcpv4_options, port.dhcpv6_options],
            families: port.guest_addresses().iter().map(IpAddr::is_ipv4).collect(),
            groups: index.groups.get(&port.uuid).cloned().unwrap_or_default(),
            matched: words.matched(port, index),
        };
        let set = sets.entry(key).or_insert_with(|| PortSet {
            network,
            port,
            count: 0,
            has_acls: !words.is_empty,
            servers: servers(topology, network, port),
        });
        set.count += 1;
    }
    let mut sets: Vec<PortSet> = sets.into_values().filter(|set| !set.servers.is_empty()).collect();
    sets.sort_by(|a, b| a.port.name.cmp(&b.port.name));
    sets
}

/// The resolvers to which a port's queries are traced: those that the rows alone do not rule out.
fn servers<'a>(
    topology: &Topology<'a>,
    network: &Network<'a>,
    port: &Port,
) -> Vec<(Option<IpAddr>, Option<&'a str>)> {
    let is_user = |users: &[&Port]| users.iter().any(|user| user.uuid == port.uuid);
    let rows: Vec<_> = topology.leases_of(network).filter(|(_, users)| is_user(users)).collect();
    if rows.is_empty() {
        return if stop_of(port, None).is_none() { vec![(None, None)] } else { Vec::new() };
    }
    let mut servers = Vec::new();
    for (leases, _) in rows {
        let unusable = leases.row.unusable_resolvers();
        let is_usable = |server: &IpAddr| unusable.iter().all(|resolver| resolver.address != *server);
        for server in leases.row.leased_resolvers().into_iter().filter(is_usable) {
            let hop = next_hop(topology, network, leases.row, server);
            if stop_of(port, Some((server, &hop))).is_some() || port.sender(Some(server)).is_none() {
                continue;
            }
            let mac = if let NextHop::Mac(mac) = hop { Some(mac) } else { None };
            servers.push((Some(server), mac));
        }
    }
    servers
}

/// What tells ports apart.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rows: [Option<Uuid>; 2],
    families: BTreeSet<bool>,
    groups: Vec<usize>,
    /// By constant of the ACLs: whether the port is or has it; of an address, whether it is below, equal or above.
    matched: Vec<u8>,
}

/// The port groups of each port, and the ACLs and addresses by name.
struct AclIndex<'a> {
    rows: &'a Snapshot,
    acls: HashMap<Uuid, &'a Acl>,
    groups: HashMap<Uuid, Vec<usize>>,
    sets: HashMap<&'a str, (HashSet<IpAddr>, Vec<IpNet>)>,
}

impl<'a> AclIndex<'a> {
    fn of(rows: &'a Snapshot) -> Self {
        let mut groups: HashMap<Uuid, Vec<usize>> = HashMap::new();
        for (index, group) in rows.port_groups.iter().enumerate() {
            for port in &group.ports {
                groups.entry(*port).or_default().push(index);
            }
        }
        let set = |addresses: &'a [String]| {
            let single = addresses.iter().filter_map(|text| text.parse().ok()).collect();
            let nets = addresses.iter().filter_map(|text| text.parse::<IpNet>().ok()).collect();
            (single, nets)
        };
        AclIndex {
            rows,
            acls: rows.acls.iter().map(|acl| (acl.uuid, acl)).collect(),
            groups,
            sets: rows.address_sets.iter().map(|row| (row.name.as_str(), set(&row.addresses))).collect(),
        }
    }

    /// The ACLs that OVN applies on a switch: its own, and those of the port groups that have ports of it.
    fn acls_on(&self, network: &Network) -> Vec<&'a Acl> {
        let ports = network.switch.ports.iter().filter_map(|port| self.groups.get(port));
        let groups: BTreeSet<usize> = ports.flatten().copied().collect();
        let grouped = groups.into_iter().flat_map(|index| &self.rows.port_groups[index].acls);
        let uuids = network.switch.acls.iter().chain(grouped);
        uuids.filter_map(|uuid| self.acls.get(uuid).copied()).collect()
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
        let in_set = |name: &&str| {
            let Some((single, nets)) = index.sets.get(*name) else { return false };
            addresses.iter().any(|ip| single.contains(ip) || nets.iter().any(|net| net.contains(ip)))
        };
        let order = |net: &IpNet| {
            let mut of_family = addresses.iter().filter(|ip| ip.is_ipv4() == net.addr().is_ipv4());
            match of_family.next() {
                Some(ip) if net.contains(ip) => 1,
                Some(ip) if self.is_ordered && *ip > net.addr() => 2,
                _ => 0,
            }
        };
        let names = self.names.iter().map(|name| u8::from(port.name == *name));
        let sets = self.sets.iter().map(|name| u8::from(in_set(name)));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::doctor::testing::{healthy, nb, uuid};
    use crate::model::snapshot::{AddressSet, PortGroup};

    /// The ports that are traced in the healthy network with one ACL, each with the number of ports like it. It has
    /// the guests web (10.0.0.10) and db (10.0.0.11).
    fn traced(expression: &str, change: impl FnOnce(&mut Facts)) -> Vec<(String, usize)> {
        let mut facts = healthy();
        let acl = Acl { uuid: uuid(61), expression: expression.into(), ..Acl::default() };
        nb(&mut facts).acls.push(acl);
        nb(&mut facts).switches[0].acls.push(uuid(61));
        change(&mut facts);
        let topology = Topology::of(nb(&mut facts));
        let sets = sets(&topology, |_| true);
        sets.iter().map(|set| (set.port.name.clone(), set.count)).collect()
    }

    fn each() -> Vec<(String, usize)> {
        vec![("db".into(), 1), ("web".into(), 1)]
    }

    #[test]
    fn ports_that_nothing_tells_apart_are_one_set() {
        assert_eq!(traced("ip4 && udp.dst == 53", |_| ()), [("db".to_owned(), 2)]);
        assert_eq!(traced("ip4.src == 10.0.0.0/24", |_| ()), [("db".to_owned(), 2)]);
    }

    #[test]
    fn an_acl_tells_ports_apart_by_name_address_mac_order_and_set() {
        assert_eq!(traced("inport == \"db\" && ip4", |_| ()), each());
        assert_eq!(traced("inport == {\"x\", \"db\"}", |_| ()), each());
        assert_eq!(traced("ip4.src == {10.0.0.11, 10.0.0.12}", |_| ()), each());
        assert_eq!(traced("ip4.src == 10.0.0.11/255.255.255.255", |_| ()), each());
        assert_eq!(traced("ip4.src > 10.0.0.10", |_| ()), each());
        assert_eq!(traced("eth.src == 0a:00:00:00:00:11", |_| ()), each());
        let set = AddressSet { name: "guarded".into(), addresses: vec!["10.0.0.11".into()] };
        assert_eq!(traced("ip4.src == $guarded", |facts| nb(facts).address_sets.push(set)), each());
    }

    #[test]
    fn port_groups_and_dhcp_tell_ports_apart() {
        let group = PortGroup { name: "g".into(), ports: vec![uuid(12)], ..PortGroup::default() };
        assert_eq!(traced("inport == @g", |facts| nb(facts).port_groups.push(group)), each());
        assert_eq!(traced("ip4", |facts| nb(facts).ports[1].dhcpv4_options = None), each());
    }

    #[test]
    fn queries_go_to_each_resolver_of_the_lease() {
        let mut facts = healthy();
        let topology = Topology::of(nb(&mut facts));
        let sets = sets(&topology, |_| true);
        let servers: Vec<_> = sets[0].servers.iter().filter_map(|(server, _)| *server).collect();
        assert_eq!(servers, ["192.0.2.1", "192.0.2.2"].map(|ip| ip.parse::<IpAddr>().unwrap()));
    }
}
