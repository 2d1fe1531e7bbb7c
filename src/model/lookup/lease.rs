//! How a guest learns its resolvers and search domains, and which these are.

use std::net::IpAddr;

use crate::model::reach::{NextHop, next_hop, next_hop_by_advertisement};
use crate::model::resolvers::{forwards_nothing, is_balanced};
use crate::model::snapshot::{DhcpOptions, Port};
use crate::model::topology::{Network, Topology};

/// What OVN tells a guest about DNS: DHCPv4 first, then DHCPv6, then router advertisements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lease<'t> {
    pub resolvers: Vec<Resolver<'t>>,
    pub search: Vec<String>,
}

/// A resolver as the guest gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver<'t> {
    pub address: IpAddr,
    pub source: Source,
    /// To whom the guest sends its queries.
    pub next_hop: NextHop<'t>,
    /// Whether it may answer what OVN passes on.
    pub(super) forwards: bool,
}

/// A way by which a guest learns a resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Dhcpv4,
    Dhcpv6,
    /// The guest has its address from elsewhere (ovn-nb(5), `DHCP_Options:options:dhcpv6_stateless`).
    StatelessDhcpv6,
    /// `ipv6_ra_configs:rdnss` of a router's port.
    Advertisement,
}

impl Source {
    fn of(row: &DhcpOptions) -> Self {
        let is_stateless = || row.options.get("dhcpv6_stateless").is_some_and(|value| value == "true");
        if row.is_ipv4() {
            Source::Dhcpv4
        } else if is_stateless() {
            Source::StatelessDhcpv6
        } else {
            Source::Dhcpv6
        }
    }
}

impl<'t> Lease<'t> {
    /// What a port's guest learns from OVN; `None` where OVN tells it no resolver and the port has no DHCP options of
    /// OVN's, so that another server may.
    pub fn of(topology: &'t Topology<'t>, network: &'t Network<'t>, port: &Port) -> Option<Self> {
        let is_user = |ports: &[&Port]| ports.iter().any(|user| user.uuid == port.uuid);
        let mut lease = Lease::default();
        let mut has_dhcp = false;
        for (leases, _) in topology.leases_of(network).filter(|(_, ports)| is_user(ports)) {
            has_dhcp = true;
            lease.search.extend(leases.row.leased_search());
            lease.resolvers.extend(leases.row.leased_resolvers().into_iter().map(|address| Resolver {
                address,
                source: Source::of(leases.row),
                next_hop: next_hop(topology, network, leases.row, address),
                forwards: !forwards_nothing(topology, network, leases, &address),
            }));
        }
        if port.may_use_ipv6() {
            lease.add_advertised(topology, network);
        }
        let is_told = !lease.resolvers.is_empty() || (has_dhcp && network.relay_of(port).is_none());
        is_told.then_some(lease)
    }

    fn add_advertised(&mut self, topology: &'t Topology<'t>, network: &'t Network<'t>) {
        for advertised in network.advertised() {
            for domain in advertised.search {
                if !self.search.contains(&domain) {
                    self.search.push(domain);
                }
            }
            let Some(address) = advertised.resolver else { continue };
            let is_router = network.router_addresses().any(|net| net.addr() == address);
            self.resolvers.push(Resolver {
                address,
                source: Source::Advertisement,
                next_hop: next_hop_by_advertisement(topology, network, &advertised.uplink, address),
                forwards: !is_router || is_balanced(topology, network, &address),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::lookup::asker::Asker;
    use crate::model::lookup::testing::{advertising, lease, leasing, net1};
    use crate::model::snapshot::Snapshot;

    /// The resolvers and the search list of the port's lease.
    fn leased(rows: &Snapshot) -> Option<(Vec<IpAddr>, Vec<String>)> {
        let topology = Topology::of(rows);
        let asker = Asker::find(&topology, "p1").unwrap();
        asker.lease.as_ref().map(|lease| (asker.resolvers(), lease.search.clone()))
    }

    #[test]
    fn a_port_without_dhcp_options_leases_nothing() {
        assert_eq!(leased(&net1()), None);
    }

    #[test]
    fn a_port_leases_resolvers_and_search_domains() {
        let rows = leasing(&[
            ("dns_server", "{8.8.8.8, 9.9.9.9}"),
            ("domain_name", "\"prod.internal\""),
            ("domain_search_list", "\"prod.internal,internal\""),
        ]);
        let (resolvers, search) = leased(&rows).unwrap();
        assert_eq!(resolvers, ["8.8.8.8", "9.9.9.9"].map(|ip| ip.parse::<IpAddr>().unwrap()));
        assert_eq!(search, ["prod.internal", "internal"]);
    }

    #[test]
    fn the_domain_is_searched_where_no_search_list_is_leased() {
        assert_eq!(leased(&leasing(&[("domain_name", "\"internal\"")])).unwrap().1, ["internal"]);
    }

    #[test]
    fn what_comes_by_dhcpv4_is_first() {
        let mut rows = leasing(&[("dns_server", "8.8.8.8")]);
        lease(&mut rows, 1, "fd00::/64", &[("dns_server", "fd09::9")]);
        rows.ports[0].dhcpv6_options = Some(Uuid::from_u128(1));
        let resolvers = ["8.8.8.8", "fd09::9"].map(|ip| ip.parse::<IpAddr>().unwrap());
        assert_eq!(leased(&rows).unwrap().0, resolvers);
    }

    #[test]
    fn router_advertisements_tell_a_guest_its_resolver_after_dhcp() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(
            leased(&advertising(net1())),
            Some((vec![address("fd09::9")], vec!["internal".to_owned()]))
        );
        let both = leased(&advertising(leasing(&[("dns_server", "8.8.8.8")])));
        assert_eq!(both.unwrap().0, [address("8.8.8.8"), address("fd09::9")]);
    }

    #[test]
    fn port_security_without_ipv6_keeps_router_advertisements_out() {
        let mut rows = advertising(net1());
        rows.ports[0].port_security = vec!["0a:00:00:00:00:01 10.0.0.10".into()];
        assert_eq!(leased(&rows), None);
        rows.ports[0].port_security = vec!["0a:00:00:00:00:01 10.0.0.10 fd00::10".into()];
        assert!(leased(&rows).is_some());
    }
}
