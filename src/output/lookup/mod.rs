//! What a guest gets for a name, and who answers.

mod guest;
mod path;
mod query;
mod words;

use schemars::JsonSchema;
use serde::Serialize;

use self::guest::Guest;
use self::path::{Acl, Path, paths};
use self::query::Query;
use self::words::{texts, verdict};
use super::answer::Answer;
use super::elsewhere::{Elsewhere, elsewhere};
use super::page::Page;
use super::plain;
use super::table::label;
use crate::model::lookup::client::Outcome;
use crate::model::lookup::verdict::Verdict;
use crate::model::lookup::{self, Asker};
use crate::model::reach::Reach;
use crate::model::topology::Topology;

/// What `lookup` answers.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Lookups {
    /// One for each name and port.
    pub lookups: Vec<Lookup>,
    /// `-v`: a person sees the rows and the steps of traces.
    #[serde(skip)]
    pub is_verbose: bool,
}

impl Answer for Lookups {
    /// The answer first, then how the guest comes to it.
    fn table(&self, _width: Option<u16>) -> Page {
        let mut page = Page::default();
        for lookup in &self.lookups {
            lookup.write(&mut page, self.is_verbose);
        }
        page
    }

    /// Name, type, verdict, answers, the owners of the rows; one query a line.
    fn plain(&self) -> Page {
        let queries = self.lookups.iter().flat_map(|lookup| &lookup.queries);
        let row = |query: &Query| {
            let owners: Vec<&str> = query.rows.iter().map(|row| row.owner).collect();
            vec![
                query.name.clone(),
                query.kind.to_owned(),
                query.verdict.to_owned(),
                query.answers.join(" "),
                owners.join(" "),
            ]
        };
        plain::lines(queries.map(row))
    }
}

/// One name, seen from one port.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Lookup {
    /// The name as it was given.
    pub name: String,
    /// The port the query comes from.
    pub from: String,
    /// The name by which operators know the port, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_name: Option<String>,
    /// The port's switch.
    pub switch: String,
    /// The name by which operators know the network, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_name: Option<String>,
    /// The verdict of the first query that OVN answers; without one, of the first that ends in OVN, else of the first.
    pub verdict: &'static str,
    /// Each query.
    pub queries: Vec<Query>,
    /// Whether a program of the guest gets an answer, or a resolver is asked.
    #[serde(skip)]
    pub is_answered: bool,
    /// The answer in one line.
    #[serde(skip)]
    pub answer: String,
    /// The resolvers as the guest gets them from the port's DHCP rows.
    pub resolvers: Vec<String>,
    /// The search domains of the port's DHCP rows.
    pub search: Vec<String>,
    /// How far queries get, for each resolver; one entry without a resolver where the port has no DHCP options.
    pub paths: Vec<Path>,
    /// The ACL that drops the query before the responder.
    pub acl: Option<Acl>,
    /// What guests end up with; empty for reverse names.
    pub guests: Vec<Guest>,
    /// The switches that have the name, where the port's switch does not answer it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<Elsewhere>,
    /// What could not be seen.
    pub unseen: Vec<String>,
}

impl Lookup {
    pub(crate) fn of(topology: &Topology, asker: &Asker, reaches: &[Reach], lookup: &lookup::Lookup) -> Self {
        let queries: Vec<Query> =
            lookup.queries.iter().map(|query| Query::of(asker, reaches, query)).collect();
        let guests: Vec<Guest> =
            lookup.resolutions.iter().map(|found| Guest::of(asker, reaches, found)).collect();
        Lookup {
            name: lookup.question.typed.clone(),
            from: asker.port.name.clone(),
            port_name: asker.port.known_as().map(str::to_owned),
            switch: asker.network.switch.name.clone(),
            network_name: asker.network.switch.known_as().map(str::to_owned),
            verdict: verdict(&lookup.verdict()),
            is_answered: is_answered(lookup),
            answer: answer(lookup, &queries, &guests),
            queries,
            resolvers: texts(&asker.resolvers()),
            search: asker.search().to_vec(),
            paths: paths(asker, reaches),
            acl: Acl::of(asker, reaches),
            guests,
            elsewhere: elsewhere(topology, asker.network, lookup),
            unseen: unseen(asker, reaches, lookup),
        }
    }

    fn write(&self, page: &mut Page, is_verbose: bool) {
        let port = label(&self.from, self.port_name.as_deref());
        let switch = label(&self.switch, self.network_name.as_deref());
        page.push(format!("{} from {port} on {switch}: {}", self.name, self.answer));
        for path in &self.paths {
            path.write(page, is_verbose);
        }
        for query in self.queries.iter().filter(|query| is_verbose || query.message != self.answer) {
            page.push(format!("  {} {}: {}", query.kind, query.name, query.message));
            for row in query.rows.iter().filter(|_| is_verbose) {
                page.push(format!("      row {} ({}): {}", row.uuid, row.owner, row.value));
            }
        }
        for guest in self.guests.iter().filter(|guest| is_verbose || !guest.message.ends_with(&self.answer)) {
            page.push(format!("  {}: {}", guest.client, guest.message));
        }
        for other in &self.elsewhere {
            page.push(format!("  {}", other.message()));
        }
        for unseen in &self.unseen {
            page.push(format!("  not seen: {unseen}"));
        }
    }
}

/// Whether a program of the guest gets an answer, or a resolver is asked.
fn is_answered(lookup: &lookup::Lookup) -> bool {
    let is_open =
        |verdict: &Verdict| matches!(verdict, Verdict::Answered(_) | Verdict::Ambiguous | Verdict::PassedOn);
    let gets = |outcome: &Outcome| match outcome {
        Outcome::Found { .. } => true,
        Outcome::NotInOvn(query) => is_open(&query.verdict),
        Outcome::AsksNothing | Outcome::Failed(_) => false,
    };
    is_open(&lookup.verdict())
        && (lookup.resolutions.is_empty() || lookup.resolutions.iter().any(|found| gets(&found.outcome)))
}

/// The answer in one line: what the programs get, where they differ; else what becomes of the query.
fn answer(lookup: &lookup::Lookup, queries: &[Query], guests: &[Guest]) -> String {
    let overall = lookup.verdict();
    let decisive = lookup.queries.iter().position(|query| query.verdict == overall);
    let message = decisive.map_or(String::new(), |index| queries[index].message.clone());
    if !overall.is_answered() || guests.is_empty() {
        return message;
    }
    let gets = |guest: &Guest| {
        let doubt = if guest.is_certain { "" } else { "perhaps " };
        if guest.addresses.is_empty() {
            "nothing".to_owned()
        } else {
            format!("{doubt}{}", guest.addresses.join(" "))
        }
    };
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for guest in guests {
        let gets = gets(guest);
        match groups.iter_mut().find(|(other, _)| *other == gets) {
            Some((_, clients)) => clients.push(guest.client),
            None => groups.push((gets, vec![guest.client])),
        }
    }
    if let [(only, _)] = &groups[..] {
        return format!("{only}, from OVN");
    }
    let parts: Vec<String> =
        groups.iter().map(|(gets, clients)| format!("{gets} for {}", clients.join(", "))).collect();
    parts.join("; ")
}

/// What could not be seen, in sentences.
fn unseen(asker: &Asker, reaches: &[Reach], lookup: &lookup::Lookup) -> Vec<String> {
    let mut unseen = Vec::new();
    let mut unknown = reaches.iter().filter_map(|reach| match reach {
        Reach::Unknown(why) => Some(why),
        _ => None,
    });
    if let Some(why) = unknown.next() {
        unseen.push(format!("whether an ACL drops the query: {why}"));
    }
    if asker.lease.is_none() {
        unseen.push("the guest's resolver and search domain: the port has no DHCP options".to_owned());
    }
    let is_passed_on = lookup.queries.iter().any(|query| query.verdict == Verdict::PassedOn);
    if is_passed_on && asker.lease.is_some() {
        unseen.push("what the resolver answers to queries that OVN passes on".to_owned());
    }
    unseen
}
