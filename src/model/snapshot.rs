//! One reading of the northbound database: the rows a command needs, as they were at one moment.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::release::{Release, VERSION_OPTION};

/// A column of key-value pairs, in the order of its keys.
pub type Map = BTreeMap<String, String>;

/// The rows that were read. A table that was not asked for is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Snapshot {
    /// Rows of `Logical_Switch`.
    pub switches: Vec<Switch>,
    /// Rows of `DNS`.
    pub dns: Vec<DnsRow>,
    /// Rows of `Logical_Switch_Port`.
    pub ports: Vec<Port>,
    /// Rows of `DHCP_Options`.
    pub dhcp_options: Vec<DhcpOptions>,
    /// Rows of `Logical_Router`.
    pub routers: Vec<Router>,
    /// Rows of `Logical_Router_Port`.
    pub router_ports: Vec<RouterPort>,
    /// Rows of `Load_Balancer`.
    pub load_balancers: Vec<LoadBalancer>,
    /// Rows of `ACL`.
    pub acls: Vec<Acl>,
    /// Rows of `Port_Group` that have ACLs.
    pub port_groups: Vec<PortGroup>,
    /// Rows of `Load_Balancer_Group`.
    pub load_balancer_groups: Vec<LoadBalancerGroup>,
    /// The row of `NB_Global`.
    pub global: Global,
}

impl Snapshot {
    /// The release of ovn-northd, where it was read and is known.
    pub fn release(&self) -> Option<Release> {
        self.global.options.get(VERSION_OPTION).and_then(|version| Release::parse(version))
    }

    /// The load balancer of this UUID.
    pub fn load_balancer(&self, uuid: Uuid) -> Option<&LoadBalancer> {
        self.load_balancers.iter().find(|row| row.uuid == uuid)
    }

    /// The DNS row of this UUID.
    pub fn dns_row(&self, uuid: Uuid) -> Option<&DnsRow> {
        self.dns.iter().find(|row| row.uuid == uuid)
    }
}

/// A row of `Logical_Switch`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Switch {
    /// The row's UUID.
    pub uuid: Uuid,
    /// Its name, which need not be unique.
    pub name: String,
    /// The DNS rows that answer on it.
    pub dns_records: Vec<Uuid>,
    /// Its ports, where they were asked for.
    pub ports: Vec<Uuid>,
    /// `other_config`: `subnet`, `ipv6_prefix` and others.
    pub other_config: Map,
    /// Its load balancers, where they were asked for.
    pub load_balancers: Vec<Uuid>,
    /// Its ACLs, where they were asked for.
    pub acls: Vec<Uuid>,
}

impl Switch {
    /// The networks whose addresses the switch hands out: `other_config:subnet`, `:ipv6_prefix` (a /64).
    pub fn subnets(&self) -> Vec<IpNet> {
        let subnet = self.other_config.get("subnet").and_then(|net| net.parse().ok());
        let prefix = self.other_config.get("ipv6_prefix").and_then(|prefix| {
            let address = prefix.split('/').next()?;
            IpNet::new(address.parse().ok()?, 64).ok()
        });
        subnet.into_iter().chain(prefix).map(|net: IpNet| net.trunc()).collect()
    }

    /// Why an address cannot be a guest's on this switch: its subnet's network or broadcast address.
    pub fn not_a_host(&self, address: IpAddr) -> Option<String> {
        self.subnets().into_iter().find_map(|net| match net {
            IpNet::V4(v4) if v4.prefix_len() < 31 => {
                let what = if address == v4.network() {
                    "network"
                } else if address == v4.broadcast() {
                    "broadcast"
                } else {
                    return None;
                };
                Some(format!("it is the {what} address of {}'s subnet {net}", self.name))
            }
            _ => None,
        })
    }

    /// The subnet of the address's family that the address is outside of.
    pub fn outside_subnet(&self, address: IpAddr) -> Option<IpNet> {
        outside_of(&self.subnets(), address)
    }
}

/// The subnet of the address's family that the address is outside of.
pub fn outside_of(subnets: &[IpNet], address: IpAddr) -> Option<IpNet> {
    let mut family = subnets.iter().filter(|net| net.addr().is_ipv4() == address.is_ipv4());
    family.next().filter(|net| !net.contains(&address)).copied()
}

/// A row of `DNS`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DnsRow {
    /// The row's UUID.
    pub uuid: Uuid,
    /// Its owner's marks.
    pub external_ids: Map,
    /// Keys and values as stored.
    pub records: Map,
    /// Whether queries of other types for its names are refused (`options:ovn-owned`), where it was asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ovn_owned: bool,
}

/// A row of `Logical_Switch_Port`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Port {
    /// The row's UUID.
    pub uuid: Uuid,
    /// Its name, unique in the database.
    pub name: String,
    /// Empty for a guest's port; `router`, `localnet`, `localport` and others.
    pub kind: String,
    /// `addresses` as stored: `MAC IP…`, `dynamic`, `router`, `unknown`.
    pub addresses: Vec<String>,
    /// What `dynamic` became: `MAC IP…`.
    pub dynamic_addresses: Option<String>,
    /// `port_security` as stored.
    pub port_security: Vec<String>,
    /// `options` as stored; `router-port` names the peer of a `router` port.
    pub options: Map,
    /// `external_ids` as stored.
    pub external_ids: Map,
    /// Whether a chassis has bound it; `None` where that is not known.
    pub up: Option<bool>,
    /// The DHCPv4 row the port uses.
    pub dhcpv4_options: Option<Uuid>,
    /// The DHCPv6 row the port uses.
    pub dhcpv6_options: Option<Uuid>,
}

/// A row of `DHCP_Options`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DhcpOptions {
    /// The row's UUID.
    pub uuid: Uuid,
    /// The network it serves, as stored.
    pub cidr: String,
    /// Options in OVN's syntax.
    pub options: Map,
    /// `external_ids` as stored.
    pub external_ids: Map,
}

impl DhcpOptions {
    /// Whether the row is for DHCPv4.
    pub fn is_ipv4(&self) -> bool {
        !self.cidr.contains(':')
    }
}

/// A row of `Logical_Router`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Router {
    /// The row's UUID.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// Its ports.
    pub ports: Vec<Uuid>,
    /// `options`; with `chassis` it is a gateway router.
    pub options: Map,
    /// Its load balancers.
    pub load_balancers: Vec<Uuid>,
}

/// A row of `Logical_Router_Port`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouterPort {
    /// The row's UUID.
    pub uuid: Uuid,
    /// Its name, unique in the database.
    pub name: String,
    /// Its addresses with prefix lengths.
    pub networks: Vec<String>,
    /// Whether the port is bound to chassis: a distributed router's gateway port.
    pub is_gateway: bool,
}

/// A row of `Load_Balancer`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadBalancer {
    /// The row's UUID.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// `udp`, `tcp`, `sctp`, or empty for OVN's default, `tcp`.
    pub protocol: String,
    /// From `VIP:PORT` to `BACKEND:PORT,…`.
    pub vips: Map,
    /// `options` as stored.
    pub options: Map,
    /// `external_ids` as stored.
    pub external_ids: Map,
}

/// A row of `ACL`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Acl {
    /// The row's UUID.
    pub uuid: Uuid,
    /// Its name, where it has one.
    pub name: String,
    /// `allow`, `allow-related`, `drop`, `reject` and others.
    pub action: String,
    /// `from-lport` or `to-lport`.
    pub direction: String,
    /// The expression, as stored.
    pub expression: String,
    /// Higher goes first.
    pub priority: i64,
}

/// A row of `Port_Group`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PortGroup {
    /// The group's name.
    pub name: String,
    /// Its ports.
    pub ports: Vec<Uuid>,
    /// Its ACLs.
    pub acls: Vec<Uuid>,
}

/// A row of `Load_Balancer_Group`: its load balancers may serve any switch or router.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadBalancerGroup {
    /// Its load balancers.
    pub load_balancers: Vec<Uuid>,
}

/// The row of `NB_Global`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Global {
    /// The number of the latest change that someone waited for.
    pub nb_cfg: i64,
    /// The number of the latest change that ovn-northd has carried to the southbound database.
    pub sb_cfg: i64,
    /// `options` as stored; `northd_internal_version` holds the release.
    pub options: Map,
}
