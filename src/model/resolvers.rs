//! Which addresses of `dns_server` can answer what is not local.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

use uuid::Uuid;

use super::balancer::{PORT, vip_address};
use super::release::Release;
use super::snapshot::{LoadBalancer, Router};
use super::topology::{Leases, Network, Topology};

/// Whether an address is a router's, or one that only OVN's DHCP options give to the server or the gateway.
pub fn is_of_ovn(network: &Network, leases: &Leases, address: &IpAddr) -> bool {
    let option =
        |name: &str| leases.row.options.get(name).and_then(|value| value.trim().parse::<IpAddr>().ok());
    let is_router = network.router_addresses().any(|net| net.addr() == *address);
    // On a physical network the router option may name a machine that OVN does not know.
    let is_option = option("server_id") == Some(*address)
        || (option("router") == Some(*address) && !network.is_physical());
    let is_guest = || network.guests().any(|port| port.all_addresses().contains(address));
    is_router || (is_option && !is_guest())
}

/// The load balancers of a list and of groups.
pub fn balancers_in<'a>(topology: &Topology<'a>, listed: &[Uuid], groups: &[Uuid]) -> Vec<&'a LoadBalancer> {
    let rows = topology.rows;
    let grouped = rows.load_balancer_groups.iter().filter(|group| groups.contains(&group.uuid));
    let wanted: HashSet<Uuid> =
        listed.iter().chain(grouped.flat_map(|group| &group.load_balancers)).copied().collect();
    rows.load_balancers.iter().filter(|row| wanted.contains(&row.uuid)).collect()
}

/// The load balancers that OVN applies on a switch itself.
pub fn balancers_on_switch<'a>(topology: &Topology<'a>, network: &Network) -> Vec<&'a LoadBalancer> {
    balancers_in(topology, &network.switch.load_balancers, &network.switch.load_balancer_groups)
}

/// The load balancers that OVN applies on the routers of a switch.
pub fn balancers_on_routers<'a>(topology: &Topology<'a>, network: &Network) -> Vec<&'a LoadBalancer> {
    let routers = network.uplinks.iter().filter_map(|uplink| uplink.router);
    let of_router =
        |router: &Router| balancers_in(topology, &router.load_balancers, &router.load_balancer_groups);
    routers.flat_map(of_router).collect()
}

/// The backends to which a balancer forwards DNS queries over UDP for an address: those of a VIP with port 53, or with
/// no port, which takes every port and protocol (ovn-nb(5), `Load_Balancer:protocol`).
pub fn backends_for_queries(balancer: &LoadBalancer, address: IpAddr) -> Vec<&str> {
    let takes_queries = |vip: &str| match vip.parse::<SocketAddr>() {
        Ok(vip) => vip == SocketAddr::new(address, PORT) && balancer.protocol == "udp",
        Err(_) => vip_address(vip) == Some(address),
    };
    let vips = balancer.vips.iter().filter(|(vip, _)| takes_queries(vip));
    let backends = vips.flat_map(|(_, backends)| backends.split(','));
    backends.map(str::trim).filter(|backend| !backend.is_empty()).collect()
}

/// The first tested release that answers from the VIP where a load balancer on the switch takes the query before the
/// responder.
pub const ANSWERS_FROM_VIP_SINCE: Release = Release(25, 3);

/// Whether OVN answers from a backend's address what guests of the switch send to this one, and they drop the answer.
pub fn is_answered_from_backend(topology: &Topology, network: &Network, address: IpAddr) -> bool {
    let is_old = topology.rows.release().is_some_and(|release| release < ANSWERS_FROM_VIP_SINCE);
    let takes = |row: &&LoadBalancer| !backends_for_queries(row, address).is_empty();
    is_old && balancers_on_switch(topology, network).iter().any(takes)
}

/// Whether a load balancer forwards DNS queries for the address, on the switch or its routers.
pub fn is_balanced(topology: &Topology, network: &Network, address: &IpAddr) -> bool {
    balancers_for(topology, network).any(|row| !backends_for_queries(row, *address).is_empty())
}

/// Whether a load balancer forwards DNS queries for some address, on the switch or its routers.
pub fn forwards_dns(topology: &Topology, network: &Network) -> bool {
    balancers_for(topology, network).any(|row| {
        let vips = row.vips.keys().filter_map(|vip| vip.parse::<SocketAddr>().ok());
        vips.into_iter().any(|vip| !backends_for_queries(row, vip.ip()).is_empty())
    })
}

fn balancers_for<'a>(
    topology: &Topology<'a>,
    network: &Network,
) -> impl Iterator<Item = &'a LoadBalancer> + use<'a> {
    balancers_on_switch(topology, network).into_iter().chain(balancers_on_routers(topology, network))
}

/// Whether a resolver is an address of OVN's own that nothing forwards from.
pub fn forwards_nothing(topology: &Topology, network: &Network, leases: &Leases, address: &IpAddr) -> bool {
    is_of_ovn(network, leases, address) && !is_balanced(topology, network, address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::{DhcpOptions, LoadBalancerGroup, Port, RouterPort, Snapshot};

    const ROUTER: &str = "10.0.0.1";

    /// `net1` with the guest 10.0.0.10 and the router 10.0.0.1, whose DHCP row has these options.
    fn net1(options: &[(&str, &str)]) -> Snapshot {
        let [lease, peer] = [2, 3].map(Uuid::from_u128);
        let guest = Port {
            uuid: Uuid::from_u128(4),
            addresses: vec!["0a:00:00:00:00:01 10.0.0.10".into()],
            dhcpv4_options: Some(lease),
            ..Port::default()
        };
        let uplink = Port {
            uuid: Uuid::from_u128(5),
            kind: "router".into(),
            options: [("router-port".into(), "lrp1".into())].into(),
            ..Port::default()
        };
        let options = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Snapshot {
            dhcp_options: vec![DhcpOptions { uuid: lease, options, ..DhcpOptions::default() }],
            routers: vec![Router { uuid: Uuid::from_u128(6), ports: vec![peer], ..Router::default() }],
            router_ports: vec![RouterPort {
                uuid: peer,
                name: "lrp1".into(),
                networks: vec![format!("{ROUTER}/24")],
                ..RouterPort::default()
            }],
            ..Snapshot::of_net1(vec![guest, uplink], &[], &[])
        }
    }

    fn is_of_ovn_on(rows: &Snapshot, address: &str) -> bool {
        let topology = Topology::of(rows);
        is_of_ovn(&topology.switches[0], &topology.leases[0], &address.parse().unwrap())
    }

    /// Whether a balancer of the router serves [`ROUTER`].
    fn balances(protocol: &str, vip: &str, backends: &str) -> bool {
        let mut rows = net1(&[]);
        let balancer = LoadBalancer {
            uuid: Uuid::from_u128(7),
            protocol: protocol.into(),
            vips: [(vip.to_owned(), backends.to_owned())].into(),
            ..LoadBalancer::default()
        };
        rows.routers[0].load_balancers.push(balancer.uuid);
        rows.load_balancers.push(balancer);
        let topology = Topology::of(&rows);
        let is_silent =
            forwards_nothing(&topology, &topology.switches[0], &topology.leases[0], &ROUTER.parse().unwrap());
        !is_silent
    }

    #[test]
    fn the_address_of_a_router_is_of_ovn() {
        assert!(is_of_ovn_on(&net1(&[]), ROUTER));
    }

    #[test]
    fn an_address_elsewhere_is_not_of_ovn() {
        assert!(!is_of_ovn_on(&net1(&[("server_id", ROUTER), ("router", ROUTER)]), "8.8.8.8"));
    }

    #[test]
    fn the_address_of_the_dhcp_server_is_of_ovn() {
        assert!(is_of_ovn_on(&net1(&[("server_id", "10.0.0.2")]), "10.0.0.2"));
    }

    #[test]
    fn the_address_of_a_gateway_that_is_no_router_is_of_ovn() {
        assert!(is_of_ovn_on(&net1(&[("router", "10.0.0.254")]), "10.0.0.254"));
    }

    #[test]
    fn the_gateway_of_a_physical_network_is_not_of_ovn() {
        let mut rows = net1(&[("router", "10.0.0.254")]);
        let localnet = Port { uuid: Uuid::from_u128(8), kind: "localnet".into(), ..Port::default() };
        rows.switches[0].ports.push(localnet.uuid);
        rows.ports.push(localnet);
        assert!(!is_of_ovn_on(&rows, "10.0.0.254"));
    }

    #[test]
    fn the_address_of_a_guest_is_not_of_ovn() {
        assert!(!is_of_ovn_on(&net1(&[("server_id", "10.0.0.10")]), "10.0.0.10"));
    }

    #[test]
    fn a_balancer_for_udp_and_port_53_forwards() {
        assert!(balances("udp", "10.0.0.1:53", "8.8.8.8:53"));
    }

    #[test]
    fn a_balancer_for_tcp_does_not_forward_queries() {
        assert!(!balances("tcp", "10.0.0.1:53", "8.8.8.8:53"));
    }

    #[test]
    fn a_vip_without_a_port_takes_queries_too() {
        assert!(balances("udp", ROUTER, "8.8.8.8"));
        assert!(balances("tcp", ROUTER, "8.8.8.8"));
        assert!(!balances("udp", "fd00::53", "fd01::1"));
    }

    #[test]
    fn a_group_balances_where_the_router_lists_it() {
        let mut rows = net1(&[]);
        let [group, balancer] = [8, 9].map(Uuid::from_u128);
        rows.load_balancers.push(LoadBalancer {
            uuid: balancer,
            vips: [(ROUTER.into(), "8.8.8.8".into())].into(),
            ..LoadBalancer::default()
        });
        rows.load_balancer_groups.push(LoadBalancerGroup { uuid: group, load_balancers: vec![balancer] });
        let is_balanced = |rows: &Snapshot| {
            let topology = Topology::of(rows);
            super::is_balanced(&topology, &topology.switches[0], &ROUTER.parse().unwrap())
        };
        assert!(!is_balanced(&rows));
        rows.routers[0].load_balancer_groups.push(group);
        assert!(is_balanced(&rows));
    }

    #[test]
    fn a_balancer_for_another_port_does_not_forward_queries() {
        assert!(!balances("udp", "10.0.0.1:5353", "8.8.8.8:53"));
    }

    #[test]
    fn a_balancer_for_another_address_does_not_forward_queries() {
        assert!(!balances("udp", "10.0.0.2:53", "8.8.8.8:53"));
    }

    #[test]
    fn a_balancer_without_backends_does_not_forward() {
        assert!(!balances("udp", "10.0.0.1:53", " "));
    }

    #[test]
    fn a_balancer_that_the_router_does_not_list_does_not_forward() {
        let mut rows = net1(&[]);
        rows.load_balancers.push(LoadBalancer {
            uuid: Uuid::from_u128(7),
            protocol: "udp".into(),
            vips: [("10.0.0.1:53".into(), "8.8.8.8:53".into())].into(),
            ..LoadBalancer::default()
        });
        let topology = Topology::of(&rows);
        assert!(!is_balanced(&topology, &topology.switches[0], &ROUTER.parse().unwrap()));
    }
}
