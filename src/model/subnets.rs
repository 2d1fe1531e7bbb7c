//! The subnets of the switches that share a zone, and what they say about an address.

use std::net::IpAddr;

use ipnet::IpNet;

use super::network::Network;

/// The subnets and the routers of the switches that share a zone.
#[derive(Clone, Debug, Default)]
pub struct Subnets {
    /// Each with the name of its switch. Those of the zone's home come first.
    nets: Vec<(String, IpNet)>,
    routers: Vec<(String, IpAddr)>,
}

impl Subnets {
    pub fn of(networks: &[&Network]) -> Self {
        let mut subnets = Subnets::default();
        for network in networks {
            let name = || network.switch.name.clone();
            subnets.nets.extend(network.subnets().into_iter().map(|net| (name(), net)));
            subnets.routers.extend(network.gateways().into_iter().map(|address| (name(), address)));
        }
        subnets
    }

    /// Why an address cannot be that of a guest: it is the network or broadcast address of a subnet.
    pub fn not_a_host(&self, address: IpAddr) -> Option<String> {
        self.nets.iter().find_map(|(switch, net)| {
            let what = boundary(net, address)?;
            Some(format!("it is the {what} address of {switch}'s subnet {net}"))
        })
    }

    /// A switch and its subnet of the address's family, where the address is in none of the subnets.
    pub fn outside(&self, address: IpAddr) -> Option<(&str, IpNet)> {
        let family = || self.nets.iter().filter(|(_, net)| net.addr().is_ipv4() == address.is_ipv4());
        if family().any(|(_, net)| net.contains(&address)) {
            return None;
        }
        family().next().map(|(switch, net)| (switch.as_str(), *net))
    }

    /// The switch whose router has an address.
    pub fn router(&self, address: IpAddr) -> Option<&str> {
        let found = self.routers.iter().find(|(_, router)| *router == address);
        found.map(|(switch, _)| switch.as_str())
    }
}

/// What an address is at the edge of an IPv4 network: `network` or `broadcast`.
pub fn boundary(net: &IpNet, address: IpAddr) -> Option<&'static str> {
    match net {
        IpNet::V4(v4) if v4.prefix_len() < 31 && address == v4.network() => Some("network"),
        IpNet::V4(v4) if v4.prefix_len() < 31 && address == v4.broadcast() => Some("broadcast"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{guest_port, on_first};
    use crate::model::snapshot::{DhcpOptions, Snapshot};
    use uuid::Uuid;

    /// The subnets of net1, its routers, and whether 10.20.0.255 is refused.
    fn of(snapshot: &Snapshot) -> (Vec<String>, Vec<String>, bool) {
        on_first(snapshot, |_, net1| {
            let subnets = Subnets::of(&[net1]);
            let nets = subnets.nets.iter().map(|(_, net)| net.to_string()).collect();
            let routers = subnets.routers.iter().map(|(_, address)| address.to_string()).collect();
            (nets, routers, subnets.not_a_host("10.20.0.255".parse().unwrap()).is_some())
        })
    }

    fn net1() -> Snapshot {
        Snapshot::of_net1(vec![guest_port(2, "p2", &["0a:00:00:00:00:02 10.20.0.2"])], &[], &[])
    }

    #[test]
    fn a_switch_has_the_subnet_of_its_configuration() {
        let mut snapshot = net1();
        snapshot.switches[0].other_config.insert("subnet".into(), "10.20.0.0/24".into());
        snapshot.switches[0].other_config.insert("ipv6_prefix".into(), "fd00:20::".into());
        assert_eq!(of(&snapshot), (vec!["10.20.0.0/24".into(), "fd00:20::/64".into()], vec![], true));
    }

    #[test]
    fn a_switch_has_the_subnet_of_its_ports_dhcp_row() {
        let mut snapshot = net1();
        let uuid = Uuid::from_u128(7);
        let options = [("router".to_owned(), "10.20.0.1".to_owned())].into();
        snapshot.ports[0].dhcpv4_options = Some(uuid);
        snapshot.dhcp_options.push(DhcpOptions {
            uuid,
            cidr: "10.20.0.0/24".into(),
            options,
            ..DhcpOptions::default()
        });
        assert_eq!(of(&snapshot), (vec!["10.20.0.0/24".into()], vec!["10.20.0.1".into()], true));
        snapshot.ports[0].dhcpv4_options = None;
        assert_eq!(of(&snapshot), (vec![], vec![], false));
    }

    #[test]
    fn a_switch_has_the_networks_of_its_routers() {
        let mut snapshot = net1().with_gateway_router();
        snapshot.router_ports[0].networks = vec!["10.20.0.1/24".into()];
        assert_eq!(of(&snapshot), (vec!["10.20.0.0/24".into()], vec!["10.20.0.1".into()], true));
    }

    #[test]
    fn a_switch_has_the_networks_that_neutron_writes_on_its_ports() {
        let mut snapshot = net1();
        let cidrs = "10.20.0.2/24 fd00:20::2/64".to_owned();
        snapshot.ports[0].external_ids.insert("neutron:cidrs".into(), cidrs);
        assert_eq!(of(&snapshot), (vec!["10.20.0.0/24".into(), "fd00:20::/64".into()], vec![], true));
    }

    #[test]
    fn an_address_is_outside_where_it_is_in_no_subnet() {
        let mut snapshot = net1();
        snapshot.switches[0].other_config.insert("subnet".into(), "10.20.0.0/24".into());
        on_first(&snapshot, |_, net1| {
            let subnets = Subnets::of(&[net1]);
            let outside = |text: &str| subnets.outside(text.parse().unwrap()).is_some();
            assert!(outside("10.21.0.1") && !outside("10.20.0.9") && !outside("fd00::1"));
        });
    }
}
