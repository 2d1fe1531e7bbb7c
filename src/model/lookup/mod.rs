//! What a guest on a port gets for a name: which queries it sends, what OVN does with each, and what the
//! guest's resolver library returns.

pub mod askers;
pub mod client;
pub mod question;
pub mod verdict;

use std::net::IpAddr;

use self::client::{Client, Resolution};
use self::question::Question;
use self::verdict::{Loss, NoAnswer, Query, Verdict};
use super::port_names;
use super::reach::{Cause, NextHop, Reach, Stop, next_hop};
use super::release::Release;
use super::resolvers::forwards_nothing;
use super::responder::{QueryType, candidates};
use super::snapshot::{Acl, Port};
use super::topology::{Network, Topology};
use crate::error::{Error, Result};

/// The port that a query comes from, and what decides about the query.
#[derive(Clone, Debug)]
pub struct Asker<'t> {
    pub port: &'t Port,
    pub network: &'t Network<'t>,
    /// The ACLs that OVN applies on the switch: its own, and those of the port groups that have ports of it.
    pub acls: Vec<&'t Acl>,
    /// None where the port has no DHCP options.
    pub lease: Option<Lease<'t>>,
    pub release: Option<Release>,
}

/// What a port's DHCP rows tell the guest, DHCPv4 first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lease<'t> {
    pub resolvers: Vec<Resolver<'t>>,
    pub search: Vec<String>,
}

/// A resolver as the guest gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver<'t> {
    pub address: IpAddr,
    /// To whom the guest sends its queries.
    pub next_hop: NextHop<'t>,
    /// Whether it may answer what OVN passes on.
    forwards: bool,
}

/// One name, looked up from a port.
#[derive(Clone, Debug)]
pub struct Lookup<'t> {
    pub question: Question,
    /// Every query that some resolver library sends, and the name as it was typed, which dig(1) sends.
    pub queries: Vec<Query<'t>>,
    /// Empty for reverse names.
    pub resolutions: Vec<Resolution<'t>>,
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
        Ok(Asker::of(topology, network, port))
    }

    pub fn of(topology: &'t Topology<'t>, network: &'t Network<'t>, port: &'t Port) -> Self {
        Asker {
            port,
            network,
            acls: topology.acls_on(network),
            lease: Lease::of(topology, network, port),
            release: topology.rows.release(),
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

    /// What becomes of one query; `reaches` are those of the resolvers, in their order, or one where none is known.
    pub fn ask(&self, reaches: &[Reach], name: &str, kind: QueryType) -> Query<'t> {
        let rows = candidates(self.network.rows.iter().copied(), name, kind);
        let verdict = if self.lease.as_ref().is_some_and(|lease| lease.resolvers.is_empty()) {
            Verdict::NoAnswer(NoAnswer::NoResolver)
        } else if !reaches.is_empty() && !reaches.iter().any(Reach::is_open) {
            Verdict::Dropped
        } else {
            Verdict::of(&rows, self.no_answer(reaches))
        };
        Query { name: name.to_owned(), kind, rows, verdict }
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
                Some(Reach::Responder { beyond }) => beyond.as_ref(),
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

    /// Asks a question as the programs of a guest do.
    pub fn look_up(&self, reaches: &[Reach], question: Question) -> Lookup<'t> {
        let clients = if question.is_reverse() { &[][..] } else { &Client::ALL };
        let resolve = |client: &Client| {
            let names = question.names(*client, self.search());
            client.resolve(names, &question.name, self.release, |name, kind| self.ask(reaches, name, kind))
        };
        let resolutions: Vec<Resolution> = clients.iter().map(resolve).collect();
        let is_asked = |name: &String| {
            *name == question.name || resolutions.iter().any(|resolution| resolution.asks.contains(name))
        };
        // glibc's list has every name of the others.
        let names = question.names(Client::Glibc, self.search()).into_iter().filter(is_asked);
        let queries = names
            .flat_map(|name| question.kinds.iter().map(move |kind| self.ask(reaches, &name, *kind)))
            .collect();
        Lookup { question, queries, resolutions }
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

impl<'t> Lease<'t> {
    fn of(topology: &'t Topology<'t>, network: &'t Network<'t>, port: &Port) -> Option<Self> {
        let is_user = |ports: &[&Port]| ports.iter().any(|user| user.uuid == port.uuid);
        let mut rows = topology.leases_of(network).filter(|(_, ports)| is_user(ports)).peekable();
        rows.peek()?;
        let mut lease = Lease::default();
        for (leases, _) in rows {
            lease.search.extend(leases.row.leased_search());
            lease.resolvers.extend(leases.row.leased_resolvers().into_iter().map(|address| Resolver {
                address,
                next_hop: next_hop(topology, network, leases.row, address),
                forwards: !forwards_nothing(topology, network, leases, &address),
            }));
        }
        Some(lease)
    }
}

impl Lookup<'_> {
    pub fn verdict(&self) -> Verdict {
        Verdict::overall(self.queries.iter().map(|query| &query.verdict))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::responder::Rdata;
    use crate::model::snapshot::{DhcpOptions, PortGroup, Snapshot};

    /// The port `p1` on `net1`, where `web` and `db.internal` have records.
    fn net1() -> Snapshot {
        let port = Port { uuid: Uuid::from_u128(2), name: "p1".into(), ..Port::default() };
        Snapshot::of_net1(vec![port], &[("web", "10.0.0.10"), ("db.internal", "10.0.0.11 fd00::11")], &[])
    }

    /// The same where the port leases these options by DHCPv4.
    fn leasing(options: &[(&str, &str)]) -> Snapshot {
        let mut rows = net1();
        lease(&mut rows, 3, "10.0.0.0/24", options);
        rows.ports[0].dhcpv4_options = Some(rows.dhcp_options[0].uuid);
        rows
    }

    fn lease(rows: &mut Snapshot, uuid: u128, cidr: &str, options: &[(&str, &str)]) {
        rows.dhcp_options.push(DhcpOptions {
            uuid: Uuid::from_u128(uuid),
            cidr: cidr.into(),
            options: options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            ..DhcpOptions::default()
        });
    }

    /// The resolvers and the search list of the port's lease.
    fn leased(rows: &Snapshot) -> Option<(Vec<IpAddr>, Vec<String>)> {
        let topology = Topology::of(rows);
        let asker = Asker::find(&topology, "p1").unwrap();
        asker.lease.as_ref().map(|lease| (asker.resolvers(), lease.search.clone()))
    }

    /// Why what OVN passes on is not answered, where queries get this far.
    fn no_answer(rows: &Snapshot, reaches: &[Reach]) -> Option<NoAnswer> {
        Asker::find(&Topology::of(rows), "p1").unwrap().no_answer(reaches)
    }

    fn passed() -> Vec<Reach> {
        Vec::new()
    }

    /// The overall verdict, and the names of the queries.
    fn look_up(rows: &Snapshot, reaches: &[Reach], name: &str) -> (Verdict, Vec<String>) {
        let topology = Topology::of(rows);
        let asker = Asker::find(&topology, "p1").unwrap();
        let question = Question::parse(name, Some(QueryType::A)).unwrap();
        let lookup = asker.look_up(reaches, question);
        (lookup.verdict(), lookup.queries.iter().map(|query| query.name.clone()).collect())
    }

    fn answered(address: &str) -> Verdict {
        Verdict::Answered(Rdata::Addresses(vec![address.parse().unwrap()]))
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
        assert_eq!(no_answer(&rows, &[]), None);
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
    fn a_lease_without_a_resolver_gets_no_answer() {
        assert_eq!(look_up(&leasing(&[]), &passed(), "web").0, Verdict::NoAnswer(NoAnswer::NoResolver));
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
    fn an_answer_to_a_later_name_of_the_search_list_decides() {
        let rows =
            leasing(&[("dns_server", "8.8.8.8"), ("domain_search_list", "\"other.internal,internal\"")]);
        let (verdict, names) = look_up(&rows, &passed(), "db");
        assert_eq!(names, ["db.other.internal", "db.internal", "db"]);
        assert_eq!(verdict, answered("10.0.0.11"));
    }

    #[test]
    fn an_answer_to_the_name_as_it_was_typed_decides() {
        let rows = leasing(&[("dns_server", "8.8.8.8"), ("domain_name", "\"corp\"")]);
        let (verdict, names) = look_up(&rows, &passed(), "web");
        assert_eq!(names, ["web.corp", "web"]);
        assert_eq!(verdict, answered("10.0.0.10"));
    }

    #[test]
    fn a_name_that_is_found_as_it_was_typed_is_not_searched() {
        let rows = leasing(&[("dns_server", "8.8.8.8"), ("domain_name", "\"internal\"")]);
        let (verdict, names) = look_up(&rows, &passed(), "db.internal");
        assert_eq!(names, ["db.internal"]);
        assert_eq!(verdict, answered("10.0.0.11"));
    }

    #[test]
    fn a_name_that_nothing_has_is_passed_on_or_not_answered() {
        let verdict = |rows| look_up(&rows, &passed(), "x").0;
        assert_eq!(verdict(net1()), Verdict::PassedOn);
        assert_eq!(verdict(leasing(&[("dns_server", "8.8.8.8")])), Verdict::PassedOn);
        assert_eq!(verdict(leasing(&[])), Verdict::NoAnswer(NoAnswer::NoResolver));
    }

    #[test]
    fn an_acl_drops_queries_that_a_row_would_answer() {
        let dropped = [Reach::Stopped(Stop::of(Cause::Disabled))];
        assert_eq!(look_up(&net1(), &dropped, "web").0, Verdict::Dropped);
    }

    #[test]
    fn an_acl_that_cannot_be_seen_drops_nothing() {
        let unknown = [Reach::Unknown("no ovn-trace".into())];
        assert_eq!(look_up(&net1(), &unknown, "web").0, answered("10.0.0.10"));
    }

    #[test]
    fn one_resolver_that_is_reached_is_enough() {
        let rows = leasing(&[("dns_server", "{8.8.8.8, 9.9.9.9}")]);
        let reaches = [Reach::Stopped(Stop::of(Cause::NoRoute)), Reach::Responder { beyond: None }];
        assert_eq!(look_up(&rows, &reaches, "web").0, answered("10.0.0.10"));
        assert_eq!(look_up(&rows, &reaches, "x").0, Verdict::PassedOn);
    }

    #[test]
    fn what_ends_after_the_responder_ends_what_ovn_passes_on() {
        let rows = leasing(&[("dns_server", "8.8.8.8")]);
        let reaches = [Reach::Responder { beyond: Some(Stop::of(Cause::RouterHasNoRoute("lr0".into()))) }];
        assert_eq!(look_up(&rows, &reaches, "web").0, answered("10.0.0.10"));
        assert_eq!(look_up(&rows, &reaches, "x").0, Verdict::NoAnswer(NoAnswer::Stopped(Loss::Silence)));
    }

    #[test]
    fn a_reverse_name_is_asked_for_by_no_resolver_library() {
        let rows = leasing(&[("domain_name", "\"internal\"")]);
        let topology = Topology::of(&rows);
        let asker = Asker::find(&topology, "p1").unwrap();
        let lookup = asker.look_up(&passed(), Question::parse("10.0.0.11", None).unwrap());
        assert_eq!(lookup.queries.len(), 1);
        assert_eq!(lookup.resolutions, []);
    }
}
