//! What says that a host without a port may live: the one definition for every command that removes or reports hosts.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use super::address;
use super::balancer::vip_address;
use super::host::Host;
use super::network::Network;
use super::snapshot::DnsRow;
use super::topology::Topology;

/// A sign that an address is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign<'a> {
    /// The VIP of a load balancer, with its name.
    Balancer(&'a str, IpAddr),
    /// An external address of `Logical_Router.nat`.
    Nat(IpAddr),
    /// An address of a router port, with its name.
    Router(&'a str, IpAddr),
    /// A DNS row of another program for this switch has the address, with the program: Incus 6.0 deletes the port of a
    /// stopped instance and keeps its row.
    Row(&'static str, IpAddr),
    /// A port of another switch, with the names of both.
    Port(&'a str, &'a str, IpAddr),
    /// A switch and its port to a physical network, whose hosts are unknown to OVN.
    Physical(&'a str, &'a str, IpAddr),
}

impl fmt::Display for Sign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sign::Balancer("", address) => write!(f, "a load balancer serves {address}"),
            Sign::Balancer(name, address) => write!(f, "load balancer {name} serves {address}"),
            Sign::Nat(address) => write!(f, "{address} is an external address of a router's NAT"),
            Sign::Router(name, address) => write!(f, "router port {name} has {address}"),
            Sign::Row(owner, address) => write!(f, "a DNS row of {owner} has {address}"),
            Sign::Port(name, switch, address) => write!(f, "port {name} of {switch} has {address}"),
            Sign::Physical(switch, port, address) => {
                write!(f, "{address} may be on the physical network of {switch} (port {port})")
            }
        }
    }
}

/// The addresses of a whole database that are in use.
#[derive(Debug, Default)]
pub struct Life<'a> {
    /// VIPs, NAT and router ports.
    services: HashMap<IpAddr, Sign<'a>>,
    ports: HashMap<IpAddr, Sign<'a>>,
    /// The subnets of the switches with a physical network.
    physical: Vec<(&'a str, &'a str, Vec<IpNet>)>,
}

impl<'a> Life<'a> {
    pub fn of(topology: &Topology<'a>) -> Self {
        let rows = topology.rows;
        let mut life = Life::default();
        for balancer in &rows.load_balancers {
            for address in balancer.vips.keys().filter_map(|vip| vip_address(vip)) {
                life.services.entry(address).or_insert(Sign::Balancer(&balancer.name, address));
            }
        }
        for address in rows.nat.iter().filter_map(|row| row.external_ip.parse().ok()) {
            life.services.entry(address).or_insert(Sign::Nat(address));
        }
        for port in &rows.router_ports {
            for net in port.networks.iter().filter_map(|net| net.parse::<IpNet>().ok()) {
                life.services.entry(net.addr()).or_insert(Sign::Router(&port.name, net.addr()));
            }
        }
        for network in &topology.switches {
            let switch = network.switch.name.as_str();
            for port in &network.ports {
                for address in port.all_addresses() {
                    life.ports.entry(address).or_insert(Sign::Port(&port.name, switch, address));
                }
            }
            if let Some(port) = network.physical_port() {
                life.physical.push((switch, &port.name, network.subnets()));
            }
        }
        life
    }

    /// The signs for the hosts of a zone that these switches share.
    pub fn at(&self, sharing: &[&Network<'a>], rows: &'a [DnsRow]) -> Signs<'_, 'a> {
        let names: HashSet<&str> = sharing.iter().map(|network| network.switch.name.as_str()).collect();
        let listed: HashSet<_> = sharing.iter().flat_map(|network| &network.switch.dns_records).collect();
        let is_here = |row: &&DnsRow| {
            listed.contains(&row.uuid) || row.foreign_switch().is_some_and(|name| names.contains(name))
        };
        let mut foreign = HashMap::new();
        for row in rows.iter().filter(|row| !row.is_ours()).filter(is_here) {
            for (key, value) in &row.records {
                let of_key = address::from_reverse_name(key);
                for address in address::from_value(value).into_iter().chain(of_key) {
                    foreign.entry(address).or_insert(Sign::Row(row.owner().name(), address));
                }
            }
        }
        let own = sharing.iter().filter_map(|network| {
            Some((network.switch.name.as_str(), network.physical_port()?.name.as_str(), network.subnets()))
        });
        Signs { life: self, foreign, physical: own.collect() }
    }
}

/// The addresses that are in use, for the hosts of one zone.
#[derive(Debug)]
pub struct Signs<'l, 'a> {
    life: &'l Life<'a>,
    foreign: HashMap<IpAddr, Sign<'a>>,
    /// The zone's switches that reach a physical network.
    physical: Vec<(&'a str, &'a str, Vec<IpNet>)>,
}

impl<'a> Signs<'_, 'a> {
    /// A sign that a host without a port lives. A host that a port registered was a guest of that port: another port,
    /// or a machine on a physical network, that has its address now is another machine.
    pub fn of_host(&self, host: &Host) -> Option<Sign<'a>> {
        let addresses = host.addresses();
        let first = |sign: &dyn Fn(IpAddr) -> Option<Sign<'a>>| addresses.iter().find_map(|ip| sign(*ip));
        first(&|ip| self.service(ip))
            .or_else(|| first(&|ip| self.foreign.get(&ip).copied()))
            .or_else(|| first(&|ip| self.guest(ip)).filter(|_| host.origin.is_none()))
    }

    /// A VIP, an external address of NAT, or an address of a router.
    pub fn service(&self, address: IpAddr) -> Option<Sign<'a>> {
        self.life.services.get(&address).copied()
    }

    /// A sign that an address is in use that is neither a port nor a physical network.
    pub fn of_other(&self, address: IpAddr) -> Option<Sign<'a>> {
        self.service(address).or_else(|| self.foreign.get(&address).copied())
    }

    /// Any sign that an address is in use by another machine than a guest of the zone's switches.
    pub fn elsewhere(&self, address: IpAddr) -> Option<Sign<'a>> {
        let other = || self.foreign.get(&address).or_else(|| self.life.ports.get(&address)).copied();
        self.service(address).or_else(other).or_else(|| self.on_physical(&self.life.physical, address, false))
    }

    fn guest(&self, address: IpAddr) -> Option<Sign<'a>> {
        let port = self.life.ports.get(&address).copied();
        port.or_else(|| self.on_physical(&self.physical, address, true))
            .or_else(|| self.on_physical(&self.life.physical, address, false))
    }

    /// A physical network that may have an address. `is_open`: also one whose subnets of that family are unknown.
    fn on_physical(
        &self,
        networks: &[(&'a str, &'a str, Vec<IpNet>)],
        address: IpAddr,
        is_open: bool,
    ) -> Option<Sign<'a>> {
        let may_have = |nets: &Vec<IpNet>| {
            let mut family = nets.iter().filter(|net| net.addr().is_ipv4() == address.is_ipv4()).peekable();
            if family.peek().is_none() { is_open } else { family.any(|net| net.contains(&address)) }
        };
        let found = networks.iter().find(|(.., nets)| may_have(nets));
        found.map(|(switch, port, _)| Sign::Physical(switch, port, address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::guest_port;
    use crate::model::snapshot::{LoadBalancer, Nat, Port, Snapshot, Switch};
    use uuid::Uuid;

    /// The sign for the host `web` of net1 with the address 10.0.0.9.
    fn sign(snapshot: &Snapshot) -> Option<String> {
        let topology = Topology::of(snapshot);
        let net1 = &topology.switches[topology.named("net1")[0]];
        let zone = topology.zone_of(net1).unwrap().unwrap();
        let life = Life::of(&topology);
        let signs = life.at(&topology.sharing(net1), &snapshot.dns);
        signs.of_host(&zone.hosts().by_name["web"]).map(|sign| sign.to_string())
    }

    fn web() -> Snapshot {
        Snapshot::of_net1(vec![], &[("web", "10.0.0.9")], &[])
    }

    /// `net2` with one port.
    fn with_net2(mut snapshot: Snapshot, port: Port) -> Snapshot {
        let uuid = Uuid::from_u128(80);
        let ports = vec![port.uuid];
        snapshot.switches.push(Switch { uuid, name: "net2".into(), ports, ..Switch::default() });
        snapshot.ports.push(port);
        snapshot
    }

    #[test]
    fn a_host_without_any_sign_has_none() {
        assert_eq!(sign(&web()), None);
    }

    #[test]
    fn a_load_balancer_is_a_sign() {
        let mut snapshot = web();
        let vips = [("10.0.0.9:80".to_owned(), "10.0.0.2:80".to_owned())].into();
        snapshot.load_balancers.push(LoadBalancer { name: "lb1".into(), vips, ..LoadBalancer::default() });
        assert_eq!(sign(&snapshot).as_deref(), Some("load balancer lb1 serves 10.0.0.9"));
        let snapshot = snapshot.with_origin("web", 7);
        assert!(sign(&snapshot).is_some(), "also for a host that a port registered");
    }

    #[test]
    fn an_external_address_of_nat_is_a_sign() {
        let mut snapshot = web();
        snapshot.nat.push(Nat { external_ip: "10.0.0.9".into(), ..Nat::default() });
        assert_eq!(sign(&snapshot).as_deref(), Some("10.0.0.9 is an external address of a router's NAT"));
    }

    #[test]
    fn the_port_of_any_router_is_a_sign() {
        let mut snapshot = web().with_gateway_router();
        snapshot.router_ports[0].networks = vec!["10.0.0.9/24".into()];
        assert_eq!(sign(&snapshot).as_deref(), Some("router port lr0-net1 has 10.0.0.9"));
    }

    #[test]
    fn a_port_of_another_switch_is_a_sign_for_a_host_that_no_port_registered() {
        let port = guest_port(81, "p9", &["0a:00:00:00:00:09 10.0.0.9"]);
        let snapshot = with_net2(web(), port);
        assert_eq!(sign(&snapshot).as_deref(), Some("port p9 of net2 has 10.0.0.9"));
        assert_eq!(sign(&snapshot.with_origin("web", 7)), None);
    }

    #[test]
    fn a_foreign_row_for_the_switch_is_a_sign_whether_the_switch_lists_it_or_not() {
        let mut snapshot = web();
        snapshot.dns.push(DnsRow {
            uuid: Uuid::from_u128(90),
            external_ids: [("incus_switch".to_owned(), "net1".to_owned())].into(),
            records: [("c1.incus".to_owned(), "10.0.0.9".to_owned())].into(),
            ..DnsRow::default()
        });
        let expected = "a DNS row of incus has 10.0.0.9";
        assert_eq!(sign(&snapshot.clone().with_origin("web", 7)).as_deref(), Some(expected));
        snapshot.dns[1].external_ids.insert("incus_switch".into(), "net7".into());
        assert_eq!(sign(&snapshot), None);
        snapshot.switches[0].dns_records.push(Uuid::from_u128(90));
        assert_eq!(sign(&snapshot).as_deref(), Some(expected));
    }

    #[test]
    fn a_physical_network_is_a_sign_for_the_addresses_that_it_may_have() {
        let localnet = || Port { kind: "localnet".into(), ..guest_port(2, "ln", &["unknown"]) };
        let mut snapshot = Snapshot::of_net1(vec![localnet()], &[("web", "10.0.0.9")], &[]);
        let expected = Some("10.0.0.9 may be on the physical network of net1 (port ln)");
        assert_eq!(sign(&snapshot).as_deref(), expected);
        assert_eq!(sign(&snapshot.clone().with_origin("web", 7)), None);
        let mut subnet = |net: &str| {
            snapshot.switches[0].other_config.insert("subnet".into(), net.into());
            sign(&snapshot)
        };
        assert_eq!(subnet("10.0.0.0/24").as_deref(), expected);
        assert_eq!(subnet("10.7.0.0/24"), None);
    }

    #[test]
    fn the_physical_network_of_another_switch_is_a_sign_for_its_subnet() {
        let localnet = Port { kind: "localnet".into(), ..guest_port(81, "ln", &["unknown"]) };
        let mut snapshot = with_net2(web(), localnet);
        assert_eq!(sign(&snapshot), None);
        snapshot.switches[1].other_config.insert("subnet".into(), "10.0.0.0/24".into());
        assert_eq!(
            sign(&snapshot).as_deref(),
            Some("10.0.0.9 may be on the physical network of net2 (port ln)")
        );
    }
}
