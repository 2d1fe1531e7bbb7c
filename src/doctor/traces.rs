//! Which ports' queries are traced: one of each set of ports that an ACL, port security or DHCP can tell apart.

use std::net::IpAddr;

use crate::model::acls::AclIndex;
use crate::model::alike::{self, Alike};
use crate::model::lookup::asker::stop_of;
use crate::model::lookup::lease::{Lease, Resolver};
use crate::model::reach::NextHop;
use crate::model::snapshot::Port;
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
    pub servers: Vec<(Option<IpAddr>, Option<&'t str>)>,
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
    let set = |alike: Alike<'a>| {
        let port = alike.ports[0];
        port.sender(None)?;
        let servers = servers(topology, network, port);
        let (count, has_acls) = (alike.ports.len(), alike.has_acls);
        (!servers.is_empty()).then_some(PortSet { network, port, count, has_acls, servers })
    };
    alike::sets(network, index).into_iter().filter_map(set).collect()
}

/// The resolvers to which a port's queries are traced: those that the rows alone do not rule out.
fn servers<'t>(
    topology: &'t Topology<'t>,
    network: &'t Network<'t>,
    port: &Port,
) -> Vec<(Option<IpAddr>, Option<&'t str>)> {
    let Some(lease) = Lease::of(topology, network, port) else {
        return if stop_of(port, None).is_none() { vec![(None, None)] } else { Vec::new() };
    };
    let rows = network.dhcp_rows.iter();
    let used = rows.filter(|row| [port.dhcpv4_options, port.dhcpv6_options].contains(&Some(row.uuid)));
    let unusable: Vec<IpAddr> =
        used.flat_map(|row| row.unusable_resolvers()).map(|resolver| resolver.address).collect();
    let is_possible = |resolver: &Resolver| {
        let server = resolver.address;
        !unusable.contains(&server)
            && stop_of(port, Some((server, &resolver.next_hop))).is_none()
            && port.sender(Some(server)).is_some()
    };
    let resolvers = lease.resolvers.into_iter().filter(is_possible);
    resolvers
        .map(|resolver| {
            let mac = if let NextHop::Mac(mac) = resolver.next_hop { Some(mac) } else { None };
            (Some(resolver.address), mac)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::doctor::testing::{healthy, nb, uuid};
    use crate::model::snapshot::{Acl, AddressSet, PortGroup};

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
    fn state_and_port_security_tell_ports_apart() {
        // A port whose queries end at once is not traced, and hides no other.
        assert_eq!(traced("ip4", |facts| nb(facts).ports[1].enabled = Some(false)), [("web".to_owned(), 1)]);
        let other = vec!["0a:00:00:00:00:11 10.0.0.99".to_owned()];
        assert_eq!(traced("ip4", |facts| nb(facts).ports[1].port_security = other), [("web".to_owned(), 1)]);
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
