//! What a guest on a port gets for a name: which queries it sends, what OVN does with each, and what the
//! guest's resolver library returns.

pub mod asker;
pub mod askers;
pub mod client;
pub mod lease;
pub mod question;
#[cfg(test)]
mod testing;
pub mod verdict;

pub use self::asker::Asker;
use self::client::{Client, Resolution};
use self::question::Question;
use self::verdict::{Query, Verdict};
use super::reach::Reach;

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
    /// Asks a question as the programs of a guest do.
    pub fn look_up(&self, reaches: &[Reach], question: Question) -> Lookup<'t> {
        let clients = if question.is_reverse() { &[][..] } else { &Client::ALL };
        let resolve = |client: &Client| {
            let names = question.names(*client, self.search());
            client.resolve(names, &question.name, self.edns, &|name, kind| self.ask(reaches, name, kind))
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

impl Lookup<'_> {
    pub fn verdict(&self) -> Verdict {
        Verdict::overall(self.queries.iter().map(|query| &query.verdict))
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{answered, leasing, net1};
    use super::verdict::{Loss, NoAnswer};
    use super::*;
    use crate::model::reach::{Cause, Stop};
    use crate::model::responder::QueryType;
    use crate::model::snapshot::Snapshot;
    use crate::model::topology::Topology;

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

    #[test]
    fn a_lease_without_a_resolver_gets_no_answer() {
        assert_eq!(look_up(&leasing(&[]), &passed(), "web").0, Verdict::NoAnswer(NoAnswer::NoResolver));
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
        let reaches = [Reach::Stopped(Stop::of(Cause::NoRoute)), Reach::open()];
        assert_eq!(look_up(&rows, &reaches, "web").0, answered("10.0.0.10"));
        assert_eq!(look_up(&rows, &reaches, "x").0, Verdict::PassedOn);
    }

    #[test]
    fn what_ends_after_the_responder_ends_what_ovn_passes_on() {
        let rows = leasing(&[("dns_server", "8.8.8.8")]);
        let reaches = [Reach::Responder {
            beyond: Some(Stop::of(Cause::RouterHasNoRoute("lr0".into()))),
            later: Vec::new(),
        }];
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
