//! Which addresses of `dns_server` can answer what is not local.

use std::collections::HashSet;
use std::net::IpAddr;

use super::balancer::vip_address;
use super::snapshot::Port;
use super::topology::{Leases, Network, Topology};

/// Whether an address is a router's, or the one that OVN's DHCP server or gateway pretends to have.
pub fn is_of_ovn(network: &Network, leases: &Leases, address: &IpAddr) -> bool {
    let option =
        |name: &str| leases.row.options.get(name).and_then(|value| value.trim().parse::<IpAddr>().ok());
    let is_router = network.router_addresses().any(|net| net.addr() == *address);
    // Behind a physical network the router option names a machine that OVN does not know.
    let pretended = option("server_id") == Some(*address)
        || (option("router") == Some(*address) && !network.is_physical());
    let is_guest = || network.guests().any(|port| port.all_addresses().contains(address));
    is_router || (pretended && !is_guest())
}

/// Whether a load balancer serves the address for DNS over UDP, on the switch or its routers.
pub fn is_balanced(topology: &Topology, network: &Network, address: &IpAddr) -> bool {
    let mut reachable: HashSet<_> = network.switch.load_balancers.iter().copied().collect();
    reachable
        .extend(network.uplinks.iter().filter_map(|uplink| uplink.router).flat_map(|r| &r.load_balancers));
    let groups = &topology.rows.load_balancer_groups;
    reachable.extend(groups.iter().flat_map(|group| &group.load_balancers));
    let mut balancers = topology.rows.load_balancers.iter().filter(|lb| reachable.contains(&lb.uuid));
    balancers.any(|lb| {
        let serves = |(vip, backends): (&String, &String)| {
            vip.ends_with(":53") && vip_address(vip) == Some(*address) && !backends.trim().is_empty()
        };
        lb.protocol == "udp" && lb.vips.iter().any(serves)
    })
}

/// Whether a resolver is an address of OVN's own that nothing forwards from.
pub fn nobody_listens(topology: &Topology, network: &Network, leases: &Leases, address: &IpAddr) -> bool {
    is_of_ovn(network, leases, address) && !is_balanced(topology, network, address)
}

/// The resolvers of a port's DHCP rows that are OVN's own and that nothing forwards from.
pub fn unanswered(topology: &Topology, port: &Port) -> Vec<IpAddr> {
    let mut unanswered = Vec::new();
    for leases in &topology.leases {
        for (index, ports) in &leases.users {
            if ports.iter().any(|user| user.uuid == port.uuid) {
                let network = &topology.switches[*index];
                let servers = leases.row.resolvers().into_iter();
                unanswered.extend(servers.filter(|ip| nobody_listens(topology, network, leases, ip)));
            }
        }
    }
    unanswered
}
