//! The guest of a port, and what becomes of each of its queries.

use std::net::IpAddr;

use super::lease::{Lease, Resolver};
use super::verdict::{Loss, NoAnswer, Query, Verdict};
use crate::error::{Error, Result};
use crate::model::acls::AclIndex;
use crate::model::edns::Edns;
use crate::model::port_names;
use crate::model::reach::{Cause, NextHop, Reach, Stop, switch_with};
use crate::model::release::VERSION_OPTION;
use crate::model::resolvers::is_answered_from_backend;
use crate::model::responder::{QueryType, candidates};
use crate::model::snapshot::{Acl, Port};
use crate::model::topology::{Network, Topology};

/// The port that a query comes from, and what decides about the query.
#[derive(Clone, Debug)]
pub struct Asker<'t> {
    topology: &'t Topology<'t>,
    pub port: &'t Port,
    pub network: &'t Network<'t>,
    /// The ACLs that OVN applies on the switch: its own, and those of the port groups that have ports of it.
    pub acls: Vec<&'t Acl>,
    /// None where OVN does not tell the guest its resolvers.
    pub lease: Option<Lease<'t>>,
    /// The port to whose router OVN relays the guest's DHCPv4.
    pub relay: Option<&'t str>,
    pub edns: Edns,
}

impl<'t> Asker<'t> {
    /// The port that a word names, as [`port_names::only`] has it.
    ///
    /// # Errors
    /// As [`port_names::only`]; not found for the port's switch.
    pub fn find(topology: &'t Topology<'t>, word: &str) -> Result<Self> {
        let port = port_names::only(topology, word)?;
        let network = topology.switches.iter().find(|network| network.switch.ports.contains(&port.uuid));
        let network = network.ok_or_else(|| {
            Error::not_found(format!("port {} is on no switch that could be read", port.name))
        })?;
        let acls = AclIndex::of(topology.rows).on(network.switch);
        Ok(Asker::of(topology, network, port, acls))
    }

    /// The guest of a port; `acls` are those that OVN applies on its switch.
    pub fn of(
        topology: &'t Topology<'t>,
        network: &'t Network<'t>,
        port: &'t Port,
        acls: Vec<&'t Acl>,
    ) -> Self {
        Asker {
            topology,
            port,
            network,
            acls,
            lease: Lease::of(topology, network, port),
            relay: network.relay_of(port),
            edns: Edns::of(topology.rows.global.options.get(VERSION_OPTION).map(String::as_str)),
        }
    }

    pub fn resolvers(&self) -> Vec<IpAddr> {
        let lease = self.lease.iter();
        lease.flat_map(|lease| &lease.resolvers).map(|resolver| resolver.address).collect()
    }

    pub fn search(&self) -> &[String] {
        self.lease.as_ref().map_or(&[], |lease| &lease.search)
    }

    /// What ends a query to a resolver, as far as the northbound database shows.
    pub fn stop(&self, resolver: Option<&Resolver>) -> Option<Stop> {
        stop_of(self.port, resolver.map(|resolver| (resolver.address, &resolver.next_hop))).map(Stop::of)
    }

    /// How far a query to a resolver gets, as far as the northbound database shows: nothing is known to end it.
    pub fn open_reach(&self, resolver: Option<&Resolver>) -> Reach {
        let later = resolver.and_then(|resolver| switch_with(self.topology, self.network, resolver.address));
        let later = later.map(|network| network.name().to_owned());
        Reach::Responder { beyond: None, later: later.into_iter().collect() }
    }

    /// What becomes of one query; `reaches` are those of the resolvers, in their order, or one where none is known.
    pub fn ask(&self, reaches: &[Reach], name: &str, kind: QueryType) -> Query<'t> {
        let mut rows = candidates(self.network.rows.iter().copied(), name, kind);
        let mut on = None;
        let query = |on, rows, verdict| Query { name: name.to_owned(), kind, on, rows, verdict };
        if self.lease.as_ref().is_some_and(|lease| lease.resolvers.is_empty()) {
            return query(on, rows, Verdict::NoAnswer(NoAnswer::NoResolver));
        }
        if !reaches.is_empty() && !reaches.iter().any(Reach::is_open) {
            return query(on, rows, Verdict::Dropped);
        }
        let mut verdict = Verdict::of(&rows, None);
        for network in self.later(reaches) {
            if verdict != Verdict::PassedOn {
                break;
            }
            let its_rows = candidates(network.rows.iter().copied(), name, kind);
            verdict = Verdict::of(&its_rows, None);
            if verdict != Verdict::PassedOn {
                (on, rows) = (Some(network.name()), its_rows);
            }
        }
        let verdict = match verdict {
            Verdict::PassedOn => self.no_answer(reaches).map_or(Verdict::PassedOn, Verdict::NoAnswer),
            _ if on.is_none() && self.is_answered_from_backends(reaches) => {
                Verdict::NoAnswer(NoAnswer::FromBackend)
            }
            verdict => verdict.in_a_packet(name, self.is_asked_by_ipv4(reaches)),
        };
        query(on, rows, verdict)
    }

    /// The resolver that the guest asks: the first that a query may reach. The index is that of its reach.
    fn asked(&self, reaches: &[Reach]) -> Option<(usize, Option<&Resolver<'t>>)> {
        let index = (0..reaches.len().max(1)).find(|index| reaches.get(*index).is_none_or(Reach::is_open))?;
        Some((index, self.lease.as_ref().and_then(|lease| lease.resolvers.get(index))))
    }

    /// Whether OVN's own answers come from a backend's address, whichever resolver the guest asks.
    fn is_answered_from_backends(&self, reaches: &[Reach]) -> bool {
        let resolvers = self.lease.iter().flat_map(|lease| &lease.resolvers).enumerate();
        let mut open =
            resolvers.filter(|(index, _)| reaches.get(*index).is_none_or(Reach::is_open)).peekable();
        open.peek().is_some()
            && open
                .all(|(_, resolver)| is_answered_from_backend(self.topology, self.network, resolver.address))
    }

    fn is_asked_by_ipv4(&self, reaches: &[Reach]) -> bool {
        let resolver = self.asked(reaches).and_then(|(_, resolver)| resolver);
        resolver.is_none_or(|resolver| resolver.address.is_ipv4())
    }

    /// The other switches whose responder sees what the guest's own switch passes on, in the order of the way.
    fn later(&self, reaches: &[Reach]) -> Vec<&'t Network<'t>> {
        let asked = self.asked(reaches);
        asked.map(|(index, resolver)| self.on_the_way(reaches.get(index), resolver)).unwrap_or_default()
    }

    /// The other switches whose responder sees a query to a resolver.
    fn on_the_way(&self, reach: Option<&Reach>, resolver: Option<&Resolver>) -> Vec<&'t Network<'t>> {
        if let Some(Reach::Responder { later, .. }) = reach {
            return later.iter().filter_map(|name| self.topology.traced_as(name)).collect();
        }
        let way = resolver.and_then(|resolver| switch_with(self.topology, self.network, resolver.address));
        way.into_iter().collect()
    }

    /// The resolver and the switch on the way to it whose rows have a name that is passed on, where the guest asks this
    /// resolver only if an earlier one refuses or is silent.
    pub fn otherwise(&self, reaches: &[Reach], name: &str, kind: QueryType) -> Option<(IpAddr, &'t str)> {
        let (asked, _) = self.asked(reaches)?;
        let resolvers = self.lease.iter().flat_map(|lease| &lease.resolvers);
        let others = resolvers
            .zip(reaches)
            .enumerate()
            .filter(|(index, (_, reach))| *index != asked && reach.is_open());
        let answers = |network: &&Network<'t>| {
            let rows = candidates(network.rows.iter().copied(), name, kind);
            Verdict::of(&rows, None) != Verdict::PassedOn
        };
        others
            .filter_map(|(_, (resolver, reach))| {
                let network = self.on_the_way(Some(reach), Some(resolver)).into_iter().find(answers)?;
                Some((resolver.address, network.name()))
            })
            .next()
    }

    /// Why no resolver answers what OVN passes on, if none does.
    fn no_answer(&self, reaches: &[Reach]) -> Option<NoAnswer> {
        let mut losses = Vec::new();
        let mut listens = false;
        let resolvers = self.lease.iter().flat_map(|lease| &lease.resolvers).map(Some);
        for (index, resolver) in resolvers.chain(self.lease.is_none().then_some(None)).enumerate() {
            let forwards = resolver.is_none_or(|resolver| resolver.forwards);
            let stop = match reaches.get(index) {
                Some(Reach::Stopped(_)) => continue,
                Some(Reach::Responder { beyond, .. }) => beyond.as_ref(),
                Some(Reach::Unknown(_)) | None => None,
            };
            match stop {
                None if forwards => return None,
                None => losses.push(Loss::Unknown),
                Some(stop) if stop.cause.is_rejected() => losses.push(Loss::Rejection),
                Some(_) => losses.push(Loss::Silence),
            }
            listens |= forwards;
        }
        let first = *losses.first()?;
        let loss = if losses.iter().all(|loss| *loss == first) { first } else { Loss::Silence };
        Some(if listens { NoAnswer::Stopped(loss) } else { NoAnswer::NothingForwards(loss) })
    }
}

/// What ends a query of a port to a resolver, as far as the northbound database shows.
pub fn stop_of(port: &Port, resolver: Option<(IpAddr, &NextHop)>) -> Option<Cause> {
    if let Some((_, NextHop::Nowhere(cause))) = resolver {
        return Some(cause.clone());
    }
    if port.is_disabled() {
        return Some(Cause::Disabled);
    }
    let (mac, address) = port.sender(resolver.map(|(address, _)| address))?;
    (!port.may_send_from(mac, address)).then_some(Cause::PortSecurity)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::lookup::testing::{answered, leasing, net1};
    use crate::model::snapshot::{DnsRow, LoadBalancer, PortGroup, RouterPort, Snapshot, Switch};

    /// Why what OVN passes on is not answered, where queries get this far.
    fn no_answer(rows: &Snapshot, reaches: &[Reach]) -> Option<NoAnswer> {
        Asker::find(&Topology::of(rows), "p1").unwrap().no_answer(reaches)
    }

    /// `net1` and `net2` on one router. The port leases a resolver on net2, which has a record of `far`.
    fn with_records_on_the_way() -> Snapshot {
        let mut rows = leasing(&[("dns_server", "10.0.2.53"), ("router", "10.0.0.1")]).with_gateway_router();
        let [switch, row, port, peer] = [60, 61, 62, 63].map(Uuid::from_u128);
        rows.routers[0].ports.push(peer);
        rows.router_ports[0].mac = "0a:00:00:00:ff:01".into();
        rows.router_ports.push(RouterPort {
            uuid: peer,
            name: "lr0-net2".into(),
            networks: vec!["10.0.2.1/24".into()],
            ..RouterPort::default()
        });
        rows.ports.push(Port {
            uuid: port,
            name: "net2-lr0".into(),
            kind: "router".into(),
            options: [("router-port".into(), "lr0-net2".into())].into(),
            ..Port::default()
        });
        let records = [("far", "10.0.2.10"), ("web", "10.0.2.11")];
        rows.dns.push(DnsRow {
            uuid: row,
            records: records.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
            ..DnsRow::default()
        });
        rows.switches.push(Switch {
            uuid: switch,
            name: "net2".into(),
            dns_records: vec![row],
            ports: vec![port],
            ..Switch::default()
        });
        rows
    }

    /// The verdict on the A query for a name, and the switch on the way whose rows decide.
    fn ask(rows: &Snapshot, reaches: &[Reach], name: &str) -> (Verdict, Option<String>) {
        let topology = Topology::of(rows);
        let query = Asker::find(&topology, "p1").unwrap().ask(reaches, name, QueryType::A);
        (query.verdict, query.on.map(str::to_owned))
    }

    #[test]
    fn a_port_is_found_by_its_uuid_too() {
        let rows = net1();
        let topology = Topology::of(&rows);
        let uuid = rows.ports[0].uuid.to_string();
        assert_eq!(Asker::find(&topology, &uuid).unwrap().port.name, "p1");
    }

    #[test]
    fn a_port_that_does_not_exist_is_not_found() {
        let error = Asker::find(&Topology::of(&net1()), "p2").map(|_| ()).unwrap_err();
        assert_eq!(error.message, "there is no logical switch port \"p2\"");
    }

    #[test]
    fn a_port_that_no_switch_has_is_not_found() {
        let mut rows = net1();
        rows.switches[0].ports.clear();
        let error = Asker::find(&Topology::of(&rows), "p1").map(|_| ()).unwrap_err();
        assert_eq!(error.message, "port p1 is on no switch that could be read");
    }

    #[test]
    fn the_acls_of_the_switch_and_of_the_groups_of_the_port_concern_it() {
        let mut rows = net1();
        let uuids = [10, 11, 12].map(Uuid::from_u128);
        rows.acls = uuids.map(|uuid| Acl { uuid, ..Acl::default() }).to_vec();
        rows.switches[0].acls.push(uuids[0]);
        for (acl, ports) in [(uuids[1], vec![rows.ports[0].uuid]), (uuids[2], Vec::new())] {
            rows.port_groups.push(PortGroup { ports, acls: vec![acl], ..PortGroup::default() });
        }
        let topology = Topology::of(&rows);
        let asker = Asker::find(&topology, "p1").unwrap();
        assert_eq!(asker.acls.iter().map(|acl| acl.uuid).collect::<Vec<_>>(), uuids[..2]);
    }

    #[test]
    fn a_lease_whose_only_resolver_is_of_ovn_gets_no_answer() {
        let rows = leasing(&[("dns_server", "10.0.0.1"), ("server_id", "10.0.0.1")]);
        assert_eq!(no_answer(&rows, &[]), Some(NoAnswer::NothingForwards(Loss::Unknown)));
    }

    #[test]
    fn a_lease_with_one_resolver_elsewhere_may_get_an_answer() {
        let rows = leasing(&[("dns_server", "{10.0.0.1, 8.8.8.8}"), ("server_id", "10.0.0.1")]);
        assert_eq!(no_answer(&rows, &[]), None);
    }

    #[test]
    fn a_switch_on_the_way_answers_what_the_own_switch_lacks() {
        let rows = with_records_on_the_way();
        let later = |names: &[&str]| {
            let later = names.iter().map(|name| (*name).to_owned()).collect();
            vec![Reach::Responder { beyond: None, later }]
        };
        let on_net2 = (answered("10.0.2.10"), Some("net2".to_owned()));
        assert_eq!(ask(&rows, &later(&["net2"]), "far"), on_net2);
        assert_eq!(ask(&rows, &later(&["net2"]), "web"), (answered("10.0.0.10"), None));
        assert_eq!(ask(&rows, &later(&["net2"]), "x"), (Verdict::PassedOn, None));
        // A trace decides whether the query comes there, and the rows where there is none.
        assert_eq!(ask(&rows, &later(&[]), "far"), (Verdict::PassedOn, None));
        assert_eq!(ask(&rows, &[Reach::Unknown("no trace".into())], "far"), on_net2);
        let topology = Topology::of(&rows);
        let asker = Asker::find(&topology, "p1").unwrap();
        let resolver = &asker.lease.as_ref().unwrap().resolvers[0];
        assert_eq!(asker.open_reach(Some(resolver)), later(&["net2"])[0]);
    }

    #[test]
    fn a_switch_on_the_way_to_another_resolver_may_answer() {
        let mut rows = with_records_on_the_way();
        let otherwise = |rows: &Snapshot, reaches: &[Reach], name: &str| {
            let topology = Topology::of(rows);
            let found = Asker::find(&topology, "p1").unwrap().otherwise(reaches, name, QueryType::A);
            found.map(|(address, on)| format!("{address} on {on}"))
        };
        let to_net2 = Reach::Responder { beyond: None, later: vec!["net2".into()] };
        assert_eq!(otherwise(&rows, std::slice::from_ref(&to_net2), "far"), None);
        rows.dhcp_options[0].options.insert("dns_server".into(), "{8.8.8.8, 10.0.2.53}".into());
        let reaches = [Reach::open(), to_net2];
        assert_eq!(otherwise(&rows, &reaches, "far").as_deref(), Some("10.0.2.53 on net2"));
        assert_eq!(otherwise(&rows, &reaches, "x"), None);
        let stopped = Reach::Stopped(Stop::of(Cause::Disabled));
        assert_eq!(otherwise(&rows, &[Reach::open(), stopped], "far"), None);
    }

    #[test]
    fn an_old_release_answers_from_the_backend_of_a_balancer_on_the_switch() {
        let mut rows = leasing(&[("dns_server", "8.8.8.8")]);
        rows.load_balancers.push(LoadBalancer {
            uuid: Uuid::from_u128(70),
            protocol: "udp".into(),
            vips: [("8.8.8.8:53".into(), "9.9.9.9:53".into())].into(),
            ..LoadBalancer::default()
        });
        rows.switches[0].load_balancers.push(Uuid::from_u128(70));
        let mut web = |release: &str| {
            rows.global.options.insert(VERSION_OPTION.into(), release.into());
            ask(&rows, &[], "web").0
        };
        assert_eq!(web("25.03.0"), answered("10.0.0.10"));
        assert_eq!(web("23.03.1"), Verdict::NoAnswer(NoAnswer::FromBackend));
        // Another resolver is asked next.
        rows.dhcp_options[0].options.insert("dns_server".into(), "{8.8.8.8, 6.6.6.6}".into());
        assert_eq!(ask(&rows, &[], "web").0, answered("10.0.0.10"));
    }

    #[test]
    fn an_answer_that_no_packet_holds_is_too_long() {
        let mut rows = leasing(&[("dns_server", "8.8.8.8")]);
        let value = |count| (1..=count).map(|n| format!("10.0.1.{n}")).collect::<Vec<_>>().join(" ");
        rows.dns[0].records.insert("n51.internal".into(), value(51));
        rows.dns[0].records.insert("n52.internal".into(), value(52));
        assert!(ask(&rows, &[], "n51.internal").0.is_answered());
        let too_long = |octets, limit| (Verdict::TooLong { octets, limit }, None);
        assert_eq!(ask(&rows, &[], "n52.internal"), too_long(1486, 1472));
        rows.dhcp_options[0].cidr = "fd00::/64".into();
        rows.dhcp_options[0].options.insert("dns_server".into(), "fd09::9".into());
        assert_eq!(ask(&rows, &[], "n51.internal"), too_long(1458, 1452));
    }

    #[test]
    fn what_comes_by_a_relay_is_not_known() {
        let relaying = |mut rows: Snapshot| {
            rows.switches[0].other_config.insert("dhcp_relay_port".into(), "net1-lr0".into());
            let topology = Topology::of(&rows);
            let asker = Asker::find(&topology, "p1").unwrap();
            (asker.lease.is_some(), asker.relay.map(str::to_owned))
        };
        assert_eq!(relaying(net1()), (false, Some("net1-lr0".to_owned())));
        // OVN answers a port that has options itself.
        assert_eq!(relaying(leasing(&[("dns_server", "8.8.8.8")])), (true, None));
    }
}
