//! A switch with what belongs to it: DNS rows, ports and routers.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;
use uuid::Uuid;

use super::dhcp::parse_addresses;
use super::port::CIDRS_KEY;
use super::shell::CommandLine;
use super::snapshot::{DhcpOptions, DnsRow, Port, Router, RouterPort, Snapshot, Switch};
use super::switch::words;
use super::zone::marks_switch;

/// A switch with its DNS rows, ports and routers.
#[derive(Debug)]
pub struct Network<'a> {
    /// Its place in [`Topology::switches`].
    pub index: usize,
    pub switch: &'a Switch,
    word: String,
    /// The DNS rows of any owner that the switch lists, in its order.
    pub rows: Vec<&'a DnsRow>,
    /// In the switch's order.
    pub ports: Vec<&'a Port>,
    /// The connections to routers.
    pub uplinks: Vec<Uplink<'a>>,
    /// The rows of DHCP options that its ports use, each once.
    pub dhcp_rows: Vec<&'a DhcpOptions>,
}

/// A connection of a switch to a router (ovn-nb(5), `Logical_Switch_Port:options:router-port`).
#[derive(Clone, Copy, Debug)]
pub struct Uplink<'a> {
    /// The switch's port.
    pub port: &'a Port,
    /// The router's port.
    pub peer: &'a RouterPort,
    /// The router, where its row was read.
    pub router: Option<&'a Router>,
}

impl Uplink<'_> {
    /// The router's addresses on the switch, with prefix lengths.
    pub fn networks(&self) -> impl Iterator<Item = IpNet> {
        self.peer.networks.iter().filter_map(|net| net.parse().ok())
    }
}

impl<'a> Network<'a> {
    /// The switch as a command accepts it: its name, or its UUID where the name is empty or not unique.
    pub fn name(&self) -> &str {
        &self.word
    }

    /// `qdns zone share HOME --with SWITCH…`, or `unshare`; `None` without another switch.
    pub fn sharing_command(&self, verb: &str, with: &[&Network]) -> Option<CommandLine> {
        let names = with.iter().map(|network| {
            // `--with` would read a name like this as an option.
            let is_option = network.word.starts_with('-');
            if is_option { network.switch.uuid.to_string() } else { network.word.clone() }
        });
        let line = CommandLine::qdns(["zone", verb]).value(&self.word).option("--with");
        (!with.is_empty()).then(|| names.fold(line, CommandLine::option))
    }

    pub fn guests(&self) -> impl Iterator<Item = &'a Port> {
        self.ports.iter().copied().filter(|port| port.is_guest())
    }

    /// The addresses of its routers, with prefix lengths.
    pub fn router_addresses(&self) -> impl Iterator<Item = IpNet> {
        self.uplinks.iter().flat_map(Uplink::networks)
    }

    /// Its subnets, each once: those of its configuration, of the DHCP rows that its ports use, of its routers, and
    /// those that Neutron writes on its ports.
    pub fn subnets(&self) -> Vec<IpNet> {
        let of_dhcp = self.dhcp_rows.iter().filter_map(|row| row.network());
        let cidrs = self.ports.iter().filter_map(|port| port.external_ids.get(CIDRS_KEY));
        let of_neutron = cidrs.flat_map(|text| text.split_whitespace()).filter_map(|net| net.parse().ok());
        let all = self.switch.configured_subnets().into_iter().chain(of_dhcp);
        let all = all.chain(self.router_addresses()).chain(of_neutron);
        let mut seen = HashSet::new();
        let mut all: Vec<IpNet> = all.map(|net: IpNet| net.trunc()).filter(|net| seen.insert(*net)).collect();
        all.sort_by_key(|net| !net.addr().is_ipv4());
        all
    }

    /// The addresses of its routers: of OVN's, and those that its guests get by DHCP.
    pub fn gateways(&self) -> Vec<IpAddr> {
        let of_dhcp = self.dhcp_rows.iter().filter_map(|row| row.options.get("router"));
        let of_dhcp = of_dhcp.flat_map(|value| parse_addresses(value));
        let mut all: Vec<IpAddr> = self.router_addresses().map(|net| net.addr()).chain(of_dhcp).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether it reaches a physical network, whose hosts are unknown to OVN.
    pub fn is_physical(&self) -> bool {
        self.physical_port().is_some()
    }

    /// A port to a physical network.
    pub fn physical_port(&self) -> Option<&'a Port> {
        let is_physical = |port: &&Port| matches!(port.kind.as_str(), "localnet" | "vtep" | "l2gateway");
        self.ports.iter().copied().find(is_physical)
    }

    /// Whether its guests reach no other network: its routers have no other port.
    pub fn is_isolated(&self) -> bool {
        let leads_nowhere = |uplink: &Uplink| uplink.router.is_some_and(|router| router.ports.len() == 1);
        !self.is_physical() && self.uplinks.iter().all(leads_nowhere)
    }

    /// The rows of qdns that the switch lists and that are marked for it.
    pub fn own_zones(&self) -> impl Iterator<Item = &'a DnsRow> {
        let switch = self.switch;
        self.rows.iter().copied().filter(move |row| row.is_ours() && marks_switch(row, switch))
    }
}

/// All switches in the order of their names.
pub fn networks<'a>(rows: &'a Snapshot) -> Vec<Network<'a>> {
    let dns: HashMap<Uuid, &DnsRow> = rows.dns.iter().map(|row| (row.uuid, row)).collect();
    let ports: HashMap<Uuid, &Port> = rows.ports.iter().map(|port| (port.uuid, port)).collect();
    let router_ports: HashMap<&str, &RouterPort> =
        rows.router_ports.iter().map(|port| (port.name.as_str(), port)).collect();
    let routers: HashMap<Uuid, &Router> =
        rows.routers.iter().flat_map(|router| router.ports.iter().map(move |port| (*port, router))).collect();
    let dhcp: HashMap<Uuid, &DhcpOptions> = rows.dhcp_options.iter().map(|row| (row.uuid, row)).collect();
    let mut words = words(&rows.switches);
    let mut switches: Vec<&Switch> = rows.switches.iter().collect();
    switches.sort_by_key(|switch| (&switch.name, switch.uuid));
    let network = |(index, switch): (usize, &'a Switch)| {
        let ports: Vec<&Port> = switch.ports.iter().filter_map(|uuid| ports.get(uuid).copied()).collect();
        Network {
            index,
            switch,
            word: words.remove(&switch.uuid).unwrap_or_default(),
            rows: switch.dns_records.iter().filter_map(|uuid| dns.get(uuid).copied()).collect(),
            uplinks: ports.iter().filter_map(|port| uplink(port, &router_ports, &routers)).collect(),
            dhcp_rows: dhcp_rows(&ports, &dhcp),
            ports,
        }
    };
    switches.into_iter().enumerate().map(network).collect()
}

/// The rows of DHCP options that ports use, each once.
fn dhcp_rows<'a>(ports: &[&Port], rows: &HashMap<Uuid, &'a DhcpOptions>) -> Vec<&'a DhcpOptions> {
    let used = ports.iter().flat_map(|port| [port.dhcpv4_options, port.dhcpv6_options]);
    let used: BTreeSet<Uuid> = used.flatten().collect();
    used.iter().filter_map(|uuid| rows.get(uuid).copied()).collect()
}

/// The connection that a switch's port is; `None` where the port or its peer is not a router's.
fn uplink<'a>(
    port: &'a Port,
    router_ports: &HashMap<&str, &'a RouterPort>,
    routers: &HashMap<Uuid, &'a Router>,
) -> Option<Uplink<'a>> {
    let name = port.options.get("router-port").filter(|_| port.kind == "router")?;
    let peer = router_ports.get(name.as_str()).copied()?;
    Some(Uplink { port, peer, router: routers.get(&peer.uuid).copied() })
}
