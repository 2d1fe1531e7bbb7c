//! What a guest gets for a name, and who answers.

mod guest;
mod path;
mod query;
mod words;

use schemars::JsonSchema;
use serde::Serialize;

use self::guest::Guest;
use self::path::{Acl, Path, paths};
use self::query::{Query, Row, from_ovn};
use self::words::{Line, texts, verdict};
use super::answer::Answer;
use super::elsewhere::{Elsewhere, elsewhere};
use super::page::Page;
use super::plain;
use super::table::label;
use super::wrap::wrapped;
use crate::model::listing::some_of;
use crate::model::lookup::askers::Group;
use crate::model::lookup::client::Outcome;
use crate::model::lookup::verdict::Verdict;
use crate::model::lookup::{self, Asker};
use crate::model::reach::Reach;
use crate::model::topology::Topology;

/// What `lookup` answers.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Lookups {
    /// One for each name and set of guests that get the same.
    pub lookups: Vec<Lookup>,
    /// `-v`: a person sees the rows and the steps of traces.
    #[serde(skip)]
    pub is_verbose: bool,
}

impl Lookups {
    /// The answers to each question.
    pub(crate) fn of(questions: Vec<Vec<Lookup>>, is_verbose: bool) -> Self {
        Lookups { lookups: questions.into_iter().flat_map(merged).collect(), is_verbose }
    }

    /// Whether every guest that was asked from gets an answer, or its resolver is asked.
    pub(crate) fn is_answered(&self) -> bool {
        self.lookups.iter().all(|lookup| lookup.is_answered)
    }
}

/// Guests of a switch that get the same become one answer.
fn merged(all: Vec<Lookup>) -> Vec<Lookup> {
    let mut lookups: Vec<Lookup> = Vec::new();
    for lookup in all {
        match lookups.iter_mut().find(|other| other.is_same_for(&lookup)) {
            Some(other) => other.add(lookup.ports),
            None => lookups.push(lookup),
        }
    }
    lookups
}

impl Answer for Lookups {
    /// The answer first, then how the guest comes to it.
    fn table(&self, width: Option<u16>) -> Page {
        let lines = self.lookups.iter().flat_map(|lookup| lookup.lines(self.is_verbose));
        let wrap = |line: Line| match line {
            Line::Sentence(text) => wrapped(&text, width),
            Line::Whole(text) => vec![text],
        };
        lines.flat_map(wrap).collect()
    }

    /// Name, type, verdict, answers, the owners of the rows, the switch and the ports that ask; one query a line.
    fn plain(&self) -> Page {
        let queries =
            self.lookups.iter().flat_map(|lookup| lookup.queries.iter().map(move |query| (lookup, query)));
        let row = |(lookup, query): (&Lookup, &Query)| {
            let owners: Vec<&str> = query.rows.iter().map(|row| row.owner).collect();
            vec![
                query.name.clone(),
                query.kind.to_owned(),
                query.verdict.to_owned(),
                query.answers.join(" "),
                owners.join(" "),
                lookup.switch.clone(),
                lookup.ports.join(" "),
            ]
        };
        plain::lines(queries.map(row))
    }
}

/// One name, asked by guests of a switch that get the same.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct Lookup {
    /// The name as it was given.
    pub name: String,
    /// The port the query comes from: the first of `ports`.
    pub from: String,
    /// The ports whose guests get the same, of those that were asked from.
    pub ports: Vec<String>,
    /// The name by which operators know the port, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_name: Option<String>,
    /// The port's switch.
    pub switch: String,
    /// How many guests the switch has.
    #[serde(skip)]
    pub guest_count: usize,
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
    /// The resolvers as the guest gets them from the port's DHCP rows and from router advertisements.
    pub resolvers: Vec<String>,
    /// The search domains of the port's DHCP rows and of router advertisements.
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
    pub(crate) fn of(topology: &Topology, group: &Group, reaches: &[Reach], lookup: &lookup::Lookup) -> Self {
        let asker = &group.asker;
        let queries: Vec<Query> =
            lookup.queries.iter().map(|query| Query::of(asker, reaches, query)).collect();
        let guests: Vec<Guest> =
            lookup.resolutions.iter().map(|found| Guest::of(asker, reaches, found)).collect();
        Lookup {
            name: lookup.question.typed.clone(),
            from: asker.port.name.clone(),
            ports: group.ports.iter().map(|port| port.name.clone()).collect(),
            guest_count: asker.network.guests().count(),
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

    /// Whether the guests of another lookup on the switch get the same in the same way.
    fn is_same_for(&self, other: &Lookup) -> bool {
        let anonymous = |lookup: &Lookup| {
            let mut lookup = lookup.clone();
            (lookup.from, lookup.port_name, lookup.ports) = (String::new(), None, Vec::new());
            // A trace names the port.
            lookup.paths.iter_mut().for_each(|path| path.trace = None);
            lookup
        };
        self.switch == other.switch && anonymous(self) == anonymous(other)
    }

    fn add(&mut self, ports: Vec<String>) {
        self.ports.extend(ports);
        self.ports.sort();
    }

    /// `p1 on net1`, `all 7 guests of net1`, `2 guests of net1 (p1, p2)`.
    fn askers(&self) -> String {
        let switch = label(&self.switch, self.network_name.as_deref());
        match self.ports.len() {
            1 => format!("{} on {switch}", label(&self.from, self.port_name.as_deref())),
            all if all == self.guest_count => format!("all {all} guests of {switch}"),
            count => format!("{count} guests of {switch} ({})", some_of(&self.ports)),
        }
    }

    fn lines(&self, is_verbose: bool) -> Vec<Line> {
        let sentence = Line::Sentence;
        let mut lines = vec![sentence(format!("{} from {}: {}", self.name, self.askers(), self.answer))];
        lines.extend(self.paths.iter().flat_map(|path| path.lines(is_verbose)));
        for query in self.queries.iter().filter(|query| is_verbose || query.message != self.answer) {
            lines.push(sentence(format!("  {} {}: {}", query.kind, query.name, query.message)));
            let rows = query.rows.iter().filter(|_| is_verbose);
            let row = |row: &Row| format!("      row {} ({}): {}", row.uuid, row.owner, row.value);
            lines.extend(rows.map(row).map(Line::Whole));
        }
        let guests = self.guests.iter().filter(|guest| is_verbose || !guest.message.ends_with(&self.answer));
        lines.extend(guests.map(|guest| sentence(format!("  {}: {}", guest.client, guest.message))));
        lines.extend(self.elsewhere.iter().map(|other| Line::Whole(format!("  {}", other.message()))));
        lines.extend(self.unseen.iter().map(|unseen| sentence(format!("  not seen: {unseen}"))));
        lines
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
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for guest in guests {
        match groups.iter_mut().find(|(other, _)| *other == guest.gets) {
            Some((_, clients)) => clients.push(guest.client),
            None => groups.push((guest.gets.clone(), vec![guest.client])),
        }
    }
    if let [(only, _)] = &groups[..] {
        let on = decisive.and_then(|index| queries[index].on.as_deref());
        return format!("{only}, {}", from_ovn(on));
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
    match (asker.relay, &asker.lease) {
        (Some(relay), _) => unseen.push(format!(
            "the resolver and search domain that the guest gets by DHCP: {relay} relays it to another server"
        )),
        (None, None) => {
            unseen.push("the guest's resolver and search domain: the port has no DHCP options".to_owned());
        }
        (None, Some(_)) => {}
    }
    let is_passed_on = lookup.queries.iter().any(|query| query.verdict == Verdict::PassedOn);
    if is_passed_on && asker.lease.is_some() {
        unseen.push("what the resolver answers to queries that OVN passes on".to_owned());
    }
    unseen
}
