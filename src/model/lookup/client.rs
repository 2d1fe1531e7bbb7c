//! What the programs of a guest get: what its resolver library makes of the answers to A and AAAA queries.

use std::net::IpAddr;

use super::verdict::{Loss, NoAnswer, Query, Verdict};
use crate::model::answer_size::{PLAIN_MAX, is_next_wrong, readable};
use crate::model::edns::{Edns, Version};
use crate::model::responder::{QueryType, Rdata};

/// The first version of musl that reads answers of more than 512 octets (its release notes).
pub const MUSL_READS_ALL: &str = "1.2.4";
/// The addresses that musl returns at most (src/network/lookup.h, `MAXADDRS`).
pub const MUSL_MAX: usize = 48;

/// What a program asks for addresses: a libc's getaddrinfo(3), or systemd-resolved(8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    Glibc,
    Musl,
    SystemdResolved,
}

/// What the programs of one kind of guest end up with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution<'a> {
    pub client: Client,
    /// The names that were asked for, in order.
    pub asks: Vec<String>,
    pub outcome: Outcome<'a>,
}

/// How a look-up by name ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// No query was sent.
    AsksNothing,
    /// OVN answers for none of the names that were asked for; the first query.
    NotInOvn(Query<'a>),
    /// OVN answers one query for a name, and the look-up fails for lack of an answer to this one.
    Failed(Query<'a>),
    Found {
        addresses: Vec<IpAddr>,
        doubt: Option<Doubt<'a>>,
        /// What musl reads of long answers, where it does not read all.
        reads: Option<Reads>,
    },
}

/// What musl before [`MUSL_READS_ALL`] reads of long answers: so many of the addresses, perhaps with one that is wrong after
/// them. Later ones read at most [`MUSL_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reads {
    pub read: usize,
    pub of: usize,
    pub is_next_wrong: bool,
}

/// What may keep a program from getting an address that OVN has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt<'a> {
    /// Nothing is found unless the resolver answers this query, and not with REFUSED; after NXDOMAIN these addresses, of a
    /// later name.
    Nxdomain(Query<'a>, Vec<IpAddr>),
    /// This query is not answered: the look-up takes long where it is lost, and fails where it is rejected.
    Unanswered(Query<'a>),
    /// This query is lost without a word: the look-up takes 15 seconds.
    Late(Query<'a>),
    /// The resolver is asked this query too, and may not answer.
    Silent(Query<'a>),
    /// The resolver is asked for an earlier name, and the look-up goes on after NXDOMAIN only.
    Earlier(Query<'a>),
    /// This release passes queries with EDNS on; one that is not known may.
    Edns(Option<Version>),
}

impl Outcome<'_> {
    /// The addresses that OVN gives the program.
    pub fn addresses(&self) -> &[IpAddr] {
        match self {
            Outcome::Found { addresses, .. } => addresses,
            _ => &[],
        }
    }
}

/// What the answers to A and AAAA of one name lead to.
#[derive(Debug, PartialEq, Eq)]
enum Step<'a> {
    /// The addresses are returned.
    Found(Option<Doubt<'a>>),
    /// No address is returned for this name.
    NotFound(Outcome<'a>, Next),
}

/// How a client goes on after a name that it does not find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// With the next name.
    Name,
    /// With the name as it was typed, unless it was asked for already.
    AsTyped,
    /// Not at all.
    End,
}

impl Client {
    pub const ALL: [Client; 3] = [Client::Glibc, Client::Musl, Client::SystemdResolved];

    /// Asks for A and AAAA of one name after the other until one is found. `typed` is the name without a search
    /// domain.
    pub fn resolve<'a>(
        self,
        names: Vec<String>,
        typed: &str,
        edns: Edns,
        ask: &dyn Fn(&str, QueryType) -> Query<'a>,
    ) -> Resolution<'a> {
        let mut asks = Vec::new();
        let mut outcome = Outcome::AsksNothing;
        let mut earlier = None;
        let mut next = Next::Name;
        let mut names = names.into_iter();
        while let Some(name) = names.next() {
            if next == Next::End || (next == Next::AsTyped && name != typed) {
                continue;
            }
            let pair = [QueryType::A, QueryType::Aaaa].map(|kind| ask(&name, kind));
            let is_typed = name == typed;
            asks.push(name);
            match self.step(&pair, is_typed) {
                Step::Found(doubt) => {
                    let doubt = match self {
                        Client::Glibc => doubt.or(unanswered_before(outcome)),
                        Client::Musl => doubt,
                        Client::SystemdResolved => edns_doubt(edns).or(doubt),
                    };
                    let doubt = match doubt.or(earlier.map(Doubt::Earlier)) {
                        Some(Doubt::Nxdomain(query, _)) => {
                            let later = self.resolve(names.collect(), typed, edns, ask).outcome;
                            Some(Doubt::Nxdomain(query, later.addresses().to_vec()))
                        }
                        doubt => doubt,
                    };
                    let reads = reads(&pair).filter(|_| self == Client::Musl);
                    outcome = Outcome::Found { addresses: addresses(&pair), doubt, reads };
                    break;
                }
                Step::NotFound(reason, then) => {
                    next = then;
                    let passed_on = pair.into_iter().find(|query| query.verdict == Verdict::PassedOn);
                    earlier = earlier.or(passed_on);
                    if outcome == Outcome::AsksNothing || matches!(reason, Outcome::Failed(_)) {
                        outcome = reason;
                    }
                }
            }
        }
        Resolution { client: self, asks, outcome }
    }

    /// What the answers to A and AAAA of one name lead to.
    ///
    /// glibc (resolv/nss_dns/dns-host.c, `gethostbyname4_r`) waits for both, and fails where the A query stays
    /// without an answer. Where only the AAAA query does, it returns the IPv4 addresses after 15 s if that query is
    /// lost, and fails at once if it is rejected. After a name without an answer it leaves the search list, and
    /// asks for the name as it was typed (resolv/res_query.c, `__res_context_search`).
    ///
    /// musl (src/network/lookup_name.c, `name_from_dns`; src/network/res_msend.c) ignores REFUSED, and needs an
    /// answer to both within 5 s. NXDOMAIN to either means that the name does not exist. A name without an answer
    /// ends the look-up.
    ///
    /// systemd-resolved (src/resolve/resolved-dns-query.c) gives up on a query that stays without an answer after 4 to 20 s,
    /// and returns the addresses of the other one. After a name without any address it goes on.
    fn step<'a>(self, pair: &[Query<'a>; 2], is_typed: bool) -> Step<'a> {
        let Some(other) = pair.iter().find(|query| !query.verdict.is_answered()) else {
            return Step::Found(None);
        };
        let is_unanswered =
            other.verdict.is_lost() || (self == Client::Musl && other.verdict == Verdict::Refused);
        let next = match self {
            Client::Glibc if is_unanswered && !is_typed => Next::AsTyped,
            Client::Musl if is_unanswered => Next::End,
            _ => Next::Name,
        };
        if !pair.iter().any(|query| query.verdict.is_answered()) {
            return Step::NotFound(Outcome::NotInOvn(other.clone()), next);
        }
        match self {
            Client::Glibc if is_unanswered && other.kind == QueryType::Aaaa => match loss(&other.verdict) {
                Loss::Unknown => Step::Found(Some(Doubt::Unanswered(other.clone()))),
                Loss::Silence => Step::Found(Some(Doubt::Late(other.clone()))),
                Loss::Rejection => Step::NotFound(Outcome::Failed(other.clone()), next),
            },
            Client::SystemdResolved if is_unanswered => Step::Found(Some(Doubt::Late(other.clone()))),
            _ if is_unanswered => Step::NotFound(Outcome::Failed(other.clone()), next),
            Client::Musl => Step::Found(Some(Doubt::Nxdomain(other.clone(), Vec::new()))),
            Client::Glibc | Client::SystemdResolved if other.verdict == Verdict::PassedOn => {
                Step::Found(Some(Doubt::Silent(other.clone())))
            }
            Client::Glibc | Client::SystemdResolved => Step::Found(None),
        }
    }
}

/// What the guest sees of a query that is not answered.
fn loss(verdict: &Verdict) -> Loss {
    match verdict {
        Verdict::NoAnswer(NoAnswer::NothingForwards(loss) | NoAnswer::Stopped(loss)) => *loss,
        Verdict::TooLong { .. } | Verdict::NoAnswer(NoAnswer::FromBackend) => Loss::Silence,
        _ => Loss::Unknown,
    }
}

/// The doubt that remains where an earlier name was not answered.
fn unanswered_before(outcome: Outcome) -> Option<Doubt> {
    match outcome {
        Outcome::NotInOvn(query) | Outcome::Failed(query) if query.verdict.is_lost() => {
            Some(Doubt::Unanswered(query))
        }
        _ => None,
    }
}

fn addresses(pair: &[Query]) -> Vec<IpAddr> {
    let answers = pair.iter().filter_map(|query| match &query.verdict {
        Verdict::Answered(Rdata::Addresses(addresses)) => Some(addresses),
        _ => None,
    });
    answers.flatten().copied().collect()
}

/// What musl does not read of long answers.
fn reads(pair: &[Query; 2]) -> Option<Reads> {
    let of_query = |query: &Query| match &query.verdict {
        Verdict::Answered(Rdata::Addresses(addresses)) => {
            (readable(&query.name, addresses, PLAIN_MAX), is_next_wrong(&query.name, addresses, PLAIN_MAX))
        }
        _ => (0, false),
    };
    let all = pair.each_ref().map(of_query);
    let read = all.iter().map(|(read, _)| read).sum::<usize>().min(MUSL_MAX);
    let of = addresses(pair).len();
    let is_next_wrong = all.iter().any(|(_, is_wrong)| *is_wrong);
    (read < of).then_some(Reads { read, of, is_next_wrong })
}

/// systemd-resolved sends EDNS first.
fn edns_doubt<'a>(edns: Edns) -> Option<Doubt<'a>> {
    match edns {
        Edns::Answered => None,
        Edns::PassedOn(version) => Some(Doubt::Edns(Some(version))),
        Edns::Unknown => Some(Doubt::Edns(None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Client::{Glibc, Musl, SystemdResolved};

    const V4: &str = "10.0.0.1";
    const V6: &str = "fd00::1";
    const SILENT: Verdict = Verdict::NoAnswer(NoAnswer::NothingForwards(Loss::Unknown));

    fn answered(address: &str) -> Verdict {
        Verdict::Answered(Rdata::Addresses(vec![address.parse().unwrap()]))
    }

    fn query(name: &str, kind: QueryType, verdict: Verdict) -> Query<'static> {
        Query { name: name.to_owned(), kind, on: None, rows: Vec::new(), verdict }
    }

    /// What a client ends up with, given the verdicts on A and AAAA of each name.
    fn resolve(client: Client, names: &[(&str, [Verdict; 2])]) -> Resolution<'static> {
        let list = names.iter().map(|(name, _)| (*name).to_owned()).collect();
        client.resolve(list, "w", Edns::Answered, &|name, kind| {
            let (_, [a, aaaa]) = names.iter().find(|(known, _)| *known == name).unwrap();
            let verdict = if kind == QueryType::A { a } else { aaaa };
            query(name, kind, verdict.clone())
        })
    }

    /// What a client ends up with for one name.
    fn outcome(client: Client, a: Verdict, aaaa: Verdict) -> Outcome<'static> {
        resolve(client, &[("w", [a, aaaa])]).outcome
    }

    fn found(list: &[&str]) -> Outcome<'static> {
        Outcome::Found {
            addresses: list.iter().map(|a| a.parse().unwrap()).collect(),
            doubt: None,
            reads: None,
        }
    }

    fn doubtful(address: &str, doubt: Doubt<'static>) -> Outcome<'static> {
        Outcome::Found { addresses: vec![address.parse().unwrap()], doubt: Some(doubt), reads: None }
    }

    #[test]
    fn everyone_gets_the_addresses_of_both_families() {
        for client in Client::ALL {
            assert_eq!(outcome(client, answered(V4), answered(V6)), found(&[V4, V6]));
        }
    }

    #[test]
    fn everyone_who_sends_no_query_gets_nothing() {
        for client in Client::ALL {
            assert_eq!(resolve(client, &[]).outcome, Outcome::AsksNothing);
        }
    }

    #[test]
    fn a_name_that_ovn_lacks_is_left_to_the_resolver() {
        for client in Client::ALL {
            let first = query("w", QueryType::A, Verdict::PassedOn);
            assert_eq!(outcome(client, Verdict::PassedOn, Verdict::PassedOn), Outcome::NotInOvn(first));
        }
    }

    #[test]
    fn glibc_copes_with_a_family_that_is_passed_on() {
        let silent = |kind| Doubt::Silent(query("w", kind, Verdict::PassedOn));
        let aaaa = silent(QueryType::Aaaa);
        assert_eq!(outcome(Glibc, answered(V4), Verdict::PassedOn), doubtful(V4, aaaa));
        assert_eq!(outcome(Glibc, Verdict::PassedOn, answered(V6)), doubtful(V6, silent(QueryType::A)));
    }

    #[test]
    fn glibc_copes_with_a_family_that_is_refused() {
        assert_eq!(outcome(Glibc, answered(V4), Verdict::Refused), found(&[V4]));
    }

    #[test]
    fn glibc_may_fail_or_wait_where_the_aaaa_query_is_not_answered() {
        let doubt = Doubt::Unanswered(query("w", QueryType::Aaaa, SILENT));
        assert_eq!(outcome(Glibc, answered(V4), SILENT), doubtful(V4, doubt));
    }

    #[test]
    fn glibc_fails_at_once_where_the_aaaa_query_is_rejected_and_waits_where_it_is_lost() {
        let lost = |loss| Verdict::NoAnswer(NoAnswer::Stopped(loss));
        let aaaa = |loss| query("w", QueryType::Aaaa, lost(loss));
        let failed = Outcome::Failed(aaaa(Loss::Rejection));
        assert_eq!(outcome(Glibc, answered(V4), lost(Loss::Rejection)), failed);
        let late = doubtful(V4, Doubt::Late(aaaa(Loss::Silence)));
        assert_eq!(outcome(Glibc, answered(V4), lost(Loss::Silence)), late);
    }

    #[test]
    fn glibc_fails_where_the_a_query_is_not_answered() {
        let failed = Outcome::Failed(query("w", QueryType::A, SILENT));
        assert_eq!(outcome(Glibc, SILENT, answered(V6)), failed);
    }

    #[test]
    fn musl_believes_nxdomain_to_either_query() {
        let doubt = Doubt::Nxdomain(query("w", QueryType::Aaaa, Verdict::PassedOn), Vec::new());
        assert_eq!(outcome(Musl, answered(V4), Verdict::PassedOn), doubtful(V4, doubt));
        let doubt = Doubt::Nxdomain(query("w", QueryType::A, Verdict::PassedOn), Vec::new());
        assert_eq!(outcome(Musl, Verdict::PassedOn, answered(V6)), doubtful(V6, doubt));
    }

    #[test]
    fn musl_asks_for_the_next_name_after_nxdomain() {
        let names =
            [("w.a", [answered(V4), Verdict::PassedOn]), ("w", [answered("10.0.0.9"), answered("fd00::9")])];
        let Outcome::Found { addresses, doubt, .. } = resolve(Musl, &names).outcome else { panic!() };
        assert_eq!(addresses, [V4.parse::<IpAddr>().unwrap()]);
        let later = ["10.0.0.9", "fd00::9"].map(|address| address.parse().unwrap()).to_vec();
        assert_eq!(doubt, Some(Doubt::Nxdomain(query("w.a", QueryType::Aaaa, Verdict::PassedOn), later)));
    }

    #[test]
    fn musl_fails_where_either_query_is_not_answered() {
        let failed = |kind| Outcome::Failed(query("w", kind, SILENT));
        assert_eq!(outcome(Musl, answered(V4), SILENT), failed(QueryType::Aaaa));
        assert_eq!(outcome(Musl, SILENT, answered(V6)), failed(QueryType::A));
    }

    #[test]
    fn musl_waits_in_vain_where_a_query_is_refused() {
        let failed = Outcome::Failed(query("w", QueryType::Aaaa, Verdict::Refused));
        assert_eq!(outcome(Musl, answered(V4), Verdict::Refused), failed);
    }

    #[test]
    fn systemd_resolved_copes_with_a_family_that_is_passed_on() {
        let doubt = Doubt::Silent(query("w", QueryType::Aaaa, Verdict::PassedOn));
        assert_eq!(outcome(SystemdResolved, answered(V4), Verdict::PassedOn), doubtful(V4, doubt));
    }

    #[test]
    fn systemd_resolved_gives_up_on_a_query_that_is_not_answered() {
        let late = Doubt::Late(query("w", QueryType::Aaaa, SILENT));
        assert_eq!(outcome(SystemdResolved, answered(V4), SILENT), doubtful(V4, late));
    }

    #[test]
    fn systemd_resolved_may_fail_where_ovn_passes_edns_on() {
        let version = (23, 3, 1);
        for (edns, known) in [(Edns::Unknown, None), (Edns::PassedOn(version), Some(version))] {
            let resolution = SystemdResolved
                .resolve(vec!["w".to_owned()], "w", edns, &|name, kind| query(name, kind, answered(V4)));
            let Outcome::Found { doubt, .. } = resolution.outcome else { panic!("{resolution:?}") };
            assert_eq!(doubt, Some(Doubt::Edns(known)));
        }
    }

    #[test]
    fn musl_reads_the_first_512_octets_of_an_answer() {
        let addresses: Vec<IpAddr> = (1..=20).map(|n| format!("10.0.1.{n}").parse().unwrap()).collect();
        let long = || Verdict::Answered(Rdata::Addresses(addresses.clone()));
        let resolve = |client: Client| {
            client.resolve(vec!["web.internal".to_owned()], "web.internal", Edns::Answered, &|name, kind| {
                query(name, kind, if kind == QueryType::A { long() } else { answered(V6) })
            })
        };
        let Outcome::Found { reads, .. } = resolve(Musl).outcome else { panic!() };
        assert_eq!(reads, Some(Reads { read: 18, of: 21, is_next_wrong: false }));
        for client in [Glibc, SystemdResolved] {
            assert!(matches!(resolve(client).outcome, Outcome::Found { doubt: None, reads: None, .. }));
        }
    }

    #[test]
    fn an_answer_that_no_packet_holds_is_lost() {
        let lost = || Verdict::TooLong { octets: 1486, limit: 1472 };
        for client in [Glibc, Musl] {
            assert!(matches!(outcome(client, lost(), answered(V6)), Outcome::Failed(_)), "{client:?}");
        }
        let late = |kind| Doubt::Late(query("w", kind, lost()));
        assert_eq!(outcome(Glibc, answered(V4), lost()), doubtful(V4, late(QueryType::Aaaa)));
        assert_eq!(outcome(SystemdResolved, lost(), answered(V6)), doubtful(V6, late(QueryType::A)));
    }

    #[test]
    fn the_first_name_that_is_found_ends_the_search() {
        let names = [
            ("w.a", [Verdict::PassedOn, Verdict::PassedOn]),
            ("w.b", [answered(V4), answered(V6)]),
            ("w", [answered("10.0.0.9"), answered("fd00::9")]),
        ];
        for client in Client::ALL {
            let resolution = resolve(client, &names);
            assert_eq!(resolution.asks, ["w.a", "w.b"]);
            let Outcome::Found { addresses, doubt, .. } = resolution.outcome else { panic!() };
            assert_eq!(addresses, [V4, V6].map(|address| address.parse::<IpAddr>().unwrap()));
            assert_eq!(doubt, Some(Doubt::Earlier(query("w.a", QueryType::A, Verdict::PassedOn))));
        }
    }

    #[test]
    fn glibc_leaves_the_search_list_after_a_name_that_is_not_answered() {
        let names = [
            ("w.a", [SILENT, SILENT]),
            ("w.b", [answered("10.0.0.9"), answered("fd00::9")]),
            ("w", [answered(V4), answered(V6)]),
        ];
        let resolution = resolve(Glibc, &names);
        assert_eq!(resolution.asks, ["w.a", "w"]);
        let Outcome::Found { addresses, doubt, .. } = resolution.outcome else { panic!() };
        assert_eq!(addresses, [V4, V6].map(|address| address.parse::<IpAddr>().unwrap()));
        assert_eq!(doubt, Some(Doubt::Unanswered(query("w.a", QueryType::A, SILENT))));
    }

    #[test]
    fn glibc_stops_after_a_name_that_is_not_answered_where_the_typed_name_was_first() {
        let names = [
            ("w", [Verdict::PassedOn, Verdict::PassedOn]),
            ("w.a", [SILENT, SILENT]),
            ("w.b", [answered(V4), answered(V6)]),
        ];
        assert_eq!(resolve(Glibc, &names).asks, ["w", "w.a"]);
    }

    #[test]
    fn glibc_searches_after_the_typed_name_is_not_answered() {
        let names = [("w", [SILENT, SILENT]), ("w.a", [answered(V4), answered(V6)])];
        let doubt = Doubt::Unanswered(query("w", QueryType::A, SILENT));
        let outcome = resolve(Glibc, &names).outcome;
        let addresses = [V4, V6].map(|address| address.parse().unwrap()).to_vec();
        assert_eq!(outcome, Outcome::Found { addresses, doubt: Some(doubt), reads: None });
    }

    #[test]
    fn glibc_gets_nothing_where_no_name_that_it_asks_for_is_answered() {
        let names =
            [("w.a", [SILENT, SILENT]), ("w.b", [answered(V4), answered(V6)]), ("w", [SILENT, SILENT])];
        let outcome = resolve(Glibc, &names).outcome;
        assert_eq!(outcome, Outcome::NotInOvn(query("w.a", QueryType::A, SILENT)));
    }

    #[test]
    fn systemd_resolved_goes_on_after_a_name_that_is_not_answered() {
        let names = [("w.a", [SILENT, SILENT]), ("w.b", [answered(V4), answered(V6)])];
        assert_eq!(resolve(SystemdResolved, &names).outcome, found(&[V4, V6]));
    }

    #[test]
    fn musl_gives_up_at_the_first_name_that_is_not_answered() {
        let names = [("w.a", [SILENT, SILENT]), ("w.b", [answered(V4), answered(V6)])];
        let resolution = resolve(Musl, &names);
        assert_eq!(resolution.asks, ["w.a"]);
        assert_eq!(resolution.outcome, Outcome::NotInOvn(query("w.a", QueryType::A, SILENT)));
    }
}
