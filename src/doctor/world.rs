//! The facts with what belongs together looked up once: zones with their switches, switches with their
//! guests, DHCP rows with those who lease from them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;
use uuid::Uuid;

use super::facts::{Facts, Missing, Northbound};
use crate::model::address;
use crate::model::host::Hosts;
use crate::model::name::Domain;
use crate::model::port::Ports;
use crate::model::snapshot::{DhcpOptions, DnsRow, Port, Router, RouterPort, Switch};
use crate::model::switch::words;
use crate::model::zone::domain_of;

/// What checks look at.
#[derive(Debug)]
pub struct World<'a> {
    /// The facts themselves.
    pub facts: &'a Facts,
    /// The northbound database; empty where it could not be read, and then no check asks for it.
    pub nb: &'a Northbound,
    /// Every switch with its surroundings, in the order of their names.
    pub switches: Vec<Network<'a>>,
    /// Every row of ours.
    pub zones: Vec<ZoneOf<'a>>,
    /// Rows of DHCP options that ports use.
    pub dhcp: Vec<Leases<'a>>,
    /// The addresses that load balancers serve, wherever they are.
    pub balanced: HashSet<IpAddr>,
    /// The ports by what refers to them.
    pub ports: Ports<'a>,
    by_name: HashMap<&'a str, Vec<usize>>,
    by_uuid: HashMap<Uuid, usize>,
}

/// A switch with its surroundings.
#[derive(Debug)]
pub struct Network<'a> {
    /// The row.
    pub switch: &'a Switch,
    /// What the switch is called, also where another has the same name.
    word: String,
    /// The rows that answer on it, whoever owns them.
    pub rows: Vec<&'a DnsRow>,
    /// Its ports.
    pub ports: Vec<&'a Port>,
    /// The routers it is connected to, with the port they have on it.
    pub routers: Vec<(Option<&'a Router>, &'a RouterPort)>,
}

impl<'a> Network<'a> {
    /// The switch as a command takes it: its name, or its UUID where another switch has the same name.
    pub fn name(&self) -> &str {
        &self.word
    }

    /// Ports with a guest behind them.
    pub fn guests(&self) -> impl Iterator<Item = &'a Port> {
        self.ports.iter().copied().filter(|port| port.is_guest())
    }

    /// The addresses of its routers.
    pub fn router_addresses(&self) -> impl Iterator<Item = IpNet> {
        let ports = self.routers.iter().map(|(_, port)| *port);
        ports.flat_map(|port| port.networks.iter().filter_map(|net| net.parse().ok()))
    }

    /// Whether it reaches a physical network, so that what is on it cannot be known.
    pub fn is_physical(&self) -> bool {
        self.ports.iter().any(|port| matches!(port.kind.as_str(), "localnet" | "vtep" | "l2gateway"))
    }

    /// The rows of ours on it that are meant for it.
    pub fn own_zones(&self) -> impl Iterator<Item = &'a DnsRow> {
        let switch = self.switch;
        self.rows.iter().copied().filter(move |row| row.is_ours() && is_for(row, switch))
    }
}

/// Whether a row's mark names a switch, by its name or by its UUID, or names none.
pub fn is_for(row: &DnsRow, switch: &Switch) -> bool {
    row.switch_mark().is_none_or(|mark| mark == switch.name || mark == switch.uuid.to_string())
}

/// A row of ours.
#[derive(Debug)]
pub struct ZoneOf<'a> {
    /// The row.
    pub row: &'a DnsRow,
    /// Its domain.
    pub domain: Domain,
    /// The switches that list it, as indexes into [`World::switches`].
    pub on: Vec<usize>,
}

impl<'a> ZoneOf<'a> {
    /// Its hosts.
    pub fn hosts(&self) -> Hosts<'a> {
        Hosts::of(self.row, &self.domain)
    }

    /// Whether it has hosts.
    fn has_hosts(&self) -> bool {
        self.row.records.keys().any(|key| !address::is_reverse_name(key))
    }
}

/// A row of DHCP options, and who leases from it.
#[derive(Debug)]
pub struct Leases<'a> {
    /// The row.
    pub row: &'a DhcpOptions,
    /// The switches whose ports use it, as indexes, with these ports.
    pub users: BTreeMap<usize, Vec<&'a Port>>,
}

static EMPTY: std::sync::LazyLock<Northbound> = std::sync::LazyLock::new(Northbound::default);

impl<'a> World<'a> {
    /// Looks everything up, each row once.
    pub fn of(facts: &'a Facts) -> Self {
        let nb = facts.northbound.as_ref().unwrap_or(&EMPTY);
        let rows = &nb.rows;
        let dns: HashMap<Uuid, &DnsRow> = rows.dns.iter().map(|row| (row.uuid, row)).collect();
        let ports = Ports::of(rows);
        let routers: HashMap<Uuid, &Router> = rows
            .routers
            .iter()
            .flat_map(|router| router.ports.iter().map(move |port| (*port, router)))
            .collect();
        let mut words = words(&rows.switches);
        let mut switches: Vec<Network> = rows
            .switches
            .iter()
            .map(|switch| {
                let on: Vec<&Port> = ports.on(switch).collect();
                let peers = on.iter().filter(|port| port.kind == "router");
                let peers = peers.filter_map(|port| ports.peer(port));
                Network {
                    word: words.remove(&switch.uuid).unwrap_or_default(),
                    switch,
                    rows: switch.dns_records.iter().filter_map(|uuid| dns.get(uuid).copied()).collect(),
                    routers: peers.map(|peer| (routers.get(&peer.uuid).copied(), peer)).collect(),
                    ports: on,
                }
            })
            .collect();
        switches.sort_by(|a, b| (&a.switch.name, a.switch.uuid).cmp(&(&b.switch.name, b.switch.uuid)));
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, network) in switches.iter().enumerate() {
            by_name.entry(&network.switch.name).or_default().push(index);
        }
        let by_uuid =
            switches.iter().enumerate().map(|(index, network)| (network.switch.uuid, index)).collect();
        let zones = zones(nb, &switches);
        let dhcp = leases(nb, &switches);
        let vips = rows.load_balancers.iter().flat_map(|balancer| balancer.vips.keys());
        let balanced = vips.filter_map(|vip| vip_address(vip)).collect();
        World { facts, nb, switches, zones, dhcp, balanced, ports, by_name, by_uuid }
    }

    /// The switches that a mark names.
    pub fn named(&self, mark: &str) -> Vec<usize> {
        match self.by_name.get(mark) {
            Some(found) => found.clone(),
            None => Uuid::parse_str(mark)
                .ok()
                .and_then(|uuid| self.by_uuid.get(&uuid))
                .copied()
                .into_iter()
                .collect(),
        }
    }

    /// Zones that answer, each with the switch it is meant for; a zone on a wrong switch is left to the
    /// check that says so.
    pub fn serving(&self) -> impl Iterator<Item = (usize, &ZoneOf<'a>)> {
        self.zones.iter().filter_map(|zone| {
            let on = zone.on.iter().copied();
            let mut meant = on.filter(|index| is_for(zone.row, self.switches[*index].switch));
            meant.next().map(|index| (index, zone))
        })
    }

    /// The domain and whether there are hosts, of each switch that has a zone.
    pub fn domains(&self) -> HashMap<usize, (&Domain, bool)> {
        self.serving().map(|(index, zone)| (index, (&zone.domain, zone.has_hosts()))).collect()
    }

    /// The southbound database.
    ///
    /// # Errors
    /// Why it could not be read.
    pub fn southbound(&self) -> Result<&'a super::facts::Southbound, Missing> {
        self.facts.southbound.as_ref().map_err(Clone::clone)
    }
}

fn zones<'a>(nb: &'a Northbound, switches: &[Network<'a>]) -> Vec<ZoneOf<'a>> {
    let mut on: HashMap<Uuid, Vec<usize>> = HashMap::new();
    for (index, network) in switches.iter().enumerate() {
        for row in &network.rows {
            on.entry(row.uuid).or_default().push(index);
        }
    }
    let ours = nb.rows.dns.iter().filter(|row| row.is_ours());
    let mut zones: Vec<ZoneOf> = ours
        .map(|row| {
            let domain = domain_of(row);
            ZoneOf { row, domain, on: on.remove(&row.uuid).unwrap_or_default() }
        })
        .collect();
    zones.sort_by_key(|zone| (zone.on.first().copied(), zone.row.uuid));
    zones
}

fn leases<'a>(nb: &'a Northbound, switches: &[Network<'a>]) -> Vec<Leases<'a>> {
    let mut users: HashMap<Uuid, BTreeMap<usize, Vec<&Port>>> = HashMap::new();
    for (index, network) in switches.iter().enumerate() {
        for port in &network.ports {
            for row in [port.dhcpv4_options, port.dhcpv6_options].into_iter().flatten() {
                users.entry(row).or_default().entry(index).or_default().push(port);
            }
        }
    }
    let rows = nb.rows.dhcp_options.iter();
    let mut leases: Vec<Leases> =
        rows.filter_map(|row| Some(Leases { row, users: users.remove(&row.uuid)? })).collect();
    leases.sort_by_key(|lease| (lease.users.keys().next().copied(), !lease.row.is_ipv4(), lease.row.uuid));
    leases
}

/// The address of `10.0.0.1:53`, `[fd00::1]:53` or `10.0.0.1`.
pub fn vip_address(vip: &str) -> Option<IpAddr> {
    let socket = vip.parse::<std::net::SocketAddr>().map(|socket| socket.ip());
    socket.or_else(|_| vip.trim_matches(['[', ']']).parse()).ok()
}

/// The addresses that something stands behind on a switch: guests, routers, load balancers.
pub fn addresses_in_use(network: &Network) -> HashSet<IpAddr> {
    let ports = network.ports.iter().flat_map(|port| port.all_addresses());
    ports.chain(network.router_addresses().map(|net| net.addr())).collect()
}
