//! One reading of the northbound database: the rows that a command needs, with columns as in ovn-nb(5).

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::name::Domain;
use super::release::{Release, VERSION_OPTION};

/// A column of key-value pairs, in the order of its keys.
pub type Map = BTreeMap<String, String>;

/// The rows of one reading. A table that was not read is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Snapshot {
    pub switches: Vec<Switch>,
    pub dns: Vec<DnsRow>,
    pub ports: Vec<Port>,
    pub dhcp_options: Vec<DhcpOptions>,
    pub routers: Vec<Router>,
    pub router_ports: Vec<RouterPort>,
    pub load_balancers: Vec<LoadBalancer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nat: Vec<Nat>,
    pub acls: Vec<Acl>,
    pub port_groups: Vec<PortGroup>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub address_sets: Vec<AddressSet>,
    pub load_balancer_groups: Vec<LoadBalancerGroup>,
    pub global: Global,
    /// Not read: the domain of new zones that the operator configured.
    #[serde(skip)]
    pub site_domain: Option<Domain>,
}

impl Snapshot {
    /// The release of ovn-northd; `None` where it was not read or is unknown.
    pub fn release(&self) -> Option<Release> {
        self.global.options.get(VERSION_OPTION).and_then(|version| Release::parse(version))
    }

    /// Adds the switches and DNS rows of another reading that this one lacks. Deleted switches differ in their names.
    pub fn absorb(&mut self, more: Snapshot) {
        for switch in more.switches {
            if self.switches.iter().all(|row| (row.uuid, &row.name) != (switch.uuid, &switch.name)) {
                self.switches.push(switch);
            }
        }
        for row in more.dns {
            if self.dns_row(row.uuid).is_none() {
                self.dns.push(row);
            }
        }
    }

    /// Takes the DNS rows of another reading in place of its own, with what its switches say of them.
    pub fn take_zones(&mut self, zones: Snapshot) {
        for switch in zones.switches {
            match self.switches.iter_mut().find(|row| row.uuid == switch.uuid) {
                Some(row) => {
                    let Switch { name, dns_records, other_config, external_ids, .. } = switch;
                    *row = Switch { name, dns_records, other_config, external_ids, ..std::mem::take(row) };
                }
                None => self.switches.push(switch),
            }
        }
        self.dns = zones.dns;
    }

    pub fn load_balancer(&self, uuid: Uuid) -> Option<&LoadBalancer> {
        self.load_balancers.iter().find(|row| row.uuid == uuid)
    }

    pub fn dhcp_row(&self, uuid: Uuid) -> Option<&DhcpOptions> {
        self.dhcp_options.iter().find(|row| row.uuid == uuid)
    }

    pub fn dns_row(&self, uuid: Uuid) -> Option<&DnsRow> {
        self.dns.iter().find(|row| row.uuid == uuid)
    }
}

/// A row of `Logical_Switch`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Switch {
    pub uuid: Uuid,
    /// May be empty, and need not be unique.
    pub name: String,
    pub dns_records: Vec<Uuid>,
    pub ports: Vec<Uuid>,
    /// `subnet`, `ipv6_prefix` and others.
    pub other_config: Map,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub external_ids: Map,
    pub load_balancers: Vec<Uuid>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub load_balancer_groups: Vec<Uuid>,
    pub acls: Vec<Uuid>,
    /// Not a row: a switch that was deleted and left its zone over. Its UUID is not known.
    #[serde(skip)]
    pub is_deleted: bool,
}

impl Switch {
    /// The networks from which OVN assigns addresses: `other_config:subnet` and `:ipv6_prefix` (a /64). All subnets of
    /// a switch are [`Network::subnets`](super::network::Network::subnets).
    pub fn configured_subnets(&self) -> Vec<IpNet> {
        let subnet = self.other_config.get("subnet").and_then(|net| net.parse().ok());
        let prefix = self.other_config.get("ipv6_prefix").and_then(|prefix| {
            let address = prefix.split('/').next()?;
            IpNet::new(address.parse().ok()?, 64).ok()
        });
        subnet.into_iter().chain(prefix).map(|net: IpNet| net.trunc()).collect()
    }
}

/// A row of `DNS`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DnsRow {
    pub uuid: Uuid,
    pub external_ids: Map,
    pub records: Map,
    /// `options:ovn-owned`: OVN refuses queries of other types for its names. False where it was not read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ovn_owned: bool,
}

/// A row of `Logical_Switch_Port`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Port {
    pub uuid: Uuid,
    /// Unique in the database.
    pub name: String,
    /// The column `type`: empty for a guest's port; `router`, `localnet`, `localport` and others.
    pub kind: String,
    /// `MAC IP…`, `dynamic`, `router` or `unknown`.
    pub addresses: Vec<String>,
    /// What OVN assigned for `dynamic`: `MAC IP…`.
    pub dynamic_addresses: Option<String>,
    pub port_security: Vec<String>,
    /// `router-port` names the peer of a `router` port.
    pub options: Map,
    pub external_ids: Map,
    /// Whether a chassis has bound it; `None` where this is unknown.
    pub up: Option<bool>,
    /// Not set means enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    pub dhcpv4_options: Option<Uuid>,
    pub dhcpv6_options: Option<Uuid>,
}

/// A row of `DHCP_Options`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DhcpOptions {
    pub uuid: Uuid,
    pub cidr: String,
    /// In OVN's syntax, see [`dhcp`](super::dhcp).
    pub options: Map,
    pub external_ids: Map,
}

impl DhcpOptions {
    pub fn is_ipv4(&self) -> bool {
        !self.cidr.contains(':')
    }
}

/// A row of `Logical_Router`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Router {
    pub uuid: Uuid,
    pub name: String,
    pub ports: Vec<Uuid>,
    /// With `chassis` it is a gateway router.
    pub options: Map,
    pub load_balancers: Vec<Uuid>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub load_balancer_groups: Vec<Uuid>,
}

/// A row of `Logical_Router_Port`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouterPort {
    pub uuid: Uuid,
    /// Unique in the database.
    pub name: String,
    /// Empty where it was not read.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mac: String,
    /// Addresses with prefix lengths.
    pub networks: Vec<String>,
    /// `gateway_mtu` and others.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub options: Map,
    /// What it advertises to IPv6 guests: `address_mode`, `rdnss`, `dnssl` and others.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub ipv6_ra_configs: Map,
    /// Whether it is a distributed router's gateway port, which is bound to chassis.
    pub is_gateway: bool,
}

/// A row of `Load_Balancer`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadBalancer {
    pub uuid: Uuid,
    pub name: String,
    /// `udp`, `tcp`, `sctp`, or empty for OVN's default, `tcp`.
    pub protocol: String,
    /// From `VIP:PORT` to `BACKEND:PORT,…`.
    pub vips: Map,
    pub options: Map,
    pub external_ids: Map,
    /// Whether OVN leaves out backends that do not answer (the column `health_check`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_health_check: bool,
}

/// A row of `NAT`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Nat {
    pub uuid: Uuid,
    pub external_ip: String,
}

/// A row of `ACL`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Acl {
    pub uuid: Uuid,
    /// May be empty.
    pub name: String,
    /// `allow`, `allow-related`, `drop`, `reject` and others.
    pub action: String,
    /// `from-lport` or `to-lport`.
    pub direction: String,
    /// The column `match`.
    pub expression: String,
    /// The highest is evaluated first.
    pub priority: i64,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub external_ids: Map,
}

/// A row of `Port_Group`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PortGroup {
    pub name: String,
    pub ports: Vec<Uuid>,
    pub acls: Vec<Uuid>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub external_ids: Map,
}

/// A row of `Load_Balancer_Group`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadBalancerGroup {
    pub uuid: Uuid,
    pub load_balancers: Vec<Uuid>,
}

/// A row of `Address_Set`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressSet {
    pub name: String,
    /// Addresses and networks, or MACs.
    pub addresses: Vec<String>,
}

/// The row of `NB_Global`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Global {
    /// The number of the latest change that a client waited for.
    pub nb_cfg: i64,
    /// The number of the latest change that ovn-northd wrote to the southbound database.
    pub sb_cfg: i64,
    /// `northd_internal_version` is the release.
    pub options: Map,
}
