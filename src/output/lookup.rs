//! What a guest gets for a name, and who answers.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::Serialize;

use super::answer::Answer;
use super::elsewhere::{Elsewhere, elsewhere};
use super::page::Page;
use super::plain;
use super::table::label;
use crate::model::lookup::client::{Client, Doubt, Outcome, Resolution};
use crate::model::lookup::verdict::{NoAnswer, Verdict};
use crate::model::lookup::{self, Asker};
use crate::model::reach::{Cause, Reach, Stop};
use crate::model::responder::{self, Candidate, QueryType, Rdata};
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

/// What becomes of one query.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Query {
    /// The name as the guest asks for it.
    pub name: String,
    /// `A`, `AAAA`, `PTR` or `ANY`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `answered`, `refused`, `malformed`, `ambiguous`, `passed-on`, `dropped` or `none`.
    pub verdict: &'static str,
    /// Addresses, or the name that a reverse name leads to; empty unless OVN answers.
    pub answers: Vec<String>,
    /// Seconds; null unless OVN answers.
    pub ttl: Option<u32>,
    /// The rows that have the name as a key.
    pub rows: Vec<Row>,
    /// One sentence.
    pub message: String,
}

/// A DNS row that has the name as a key.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Row {
    /// The row's UUID.
    pub uuid: String,
    /// Who made it.
    pub owner: &'static str,
    /// The value as stored.
    pub value: String,
    /// What it would answer to this query.
    pub answers: Vec<String>,
}

/// What the programs of one kind of guest end up with.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Guest {
    /// `glibc`, `musl` or `systemd-resolved`.
    pub client: &'static str,
    /// The names it asks for, in this order, until one is found.
    pub asks: Vec<String>,
    /// The addresses that OVN gives it.
    pub addresses: Vec<String>,
    /// Whether nothing can keep it from getting them.
    #[serde(skip)]
    pub is_certain: bool,
    /// One sentence.
    pub message: String,
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

/// The ACL that drops a query.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Acl {
    /// The row's UUID; null where ovn-trace does not lead to it.
    pub uuid: Option<String>,
    /// Its expression.
    #[serde(rename = "match")]
    pub expression: Option<String>,
    /// The step of the trace that drops it.
    pub trace: String,
}

/// How far a query to one resolver gets.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Path {
    /// Null where it is not known which resolver the guest has.
    pub resolver: Option<String>,
    /// Whether the responder of the port's switch sees the query; null where this is not known.
    pub reaches_responder: Option<bool>,
    /// What ends the query before the responder.
    pub stopped_by: Option<String>,
    /// What ends the query after the responder, where OVN has no answer.
    pub stopped_beyond: Option<String>,
    /// The step of ovn-trace(8) that ends it.
    pub trace: Option<String>,
}

impl Lookup {
    pub(crate) fn of(topology: &Topology, asker: &Asker, reaches: &[Reach], lookup: &lookup::Lookup) -> Self {
        let spelling = Spelling { asker, reaches };
        let queries: Vec<Query> = lookup.queries.iter().map(|query| spelling.query(query)).collect();
        let guests: Vec<Guest> = lookup.resolutions.iter().map(|found| spelling.guest(found)).collect();
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
            paths: spelling.paths(),
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

impl Path {
    fn write(&self, page: &mut Page, is_verbose: bool) {
        let to = self.resolver.as_ref().map_or("any resolver".to_owned(), Clone::clone);
        if let Some(why) = &self.stopped_by {
            page.push(format!("  query to {to}: {why}"));
        } else if let Some(why) = &self.stopped_beyond {
            page.push(format!("  query to {to}: reaches the responder; where OVN has no answer, {why}"));
        } else if is_verbose && self.reaches_responder == Some(true) {
            page.push(format!("  query to {to}: reaches the responder"));
        }
        if let Some(trace) = self.trace.as_ref().filter(|_| is_verbose) {
            page.push(format!("      trace: {trace}"));
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

impl Acl {
    fn of(asker: &Asker, reaches: &[Reach]) -> Option<Self> {
        let stop = reaches.iter().find_map(|reach| match reach {
            Reach::Stopped(stop) if matches!(stop.cause, Cause::Acl { .. }) => Some(stop),
            _ => None,
        })?;
        let acl = acl_of(asker, stop);
        Some(Acl {
            uuid: acl.map(|acl| acl.uuid.to_string()),
            expression: acl.map(|acl| acl.expression.clone()),
            trace: stop.step.clone(),
        })
    }
}

/// The ACL that ends a query, where it is one of the switch.
fn acl_of<'t>(asker: &Asker<'t>, stop: &Stop) -> Option<&'t crate::model::snapshot::Acl> {
    let Cause::Acl { acl: Some(uuid), .. } = stop.cause else { return None };
    asker.acls.iter().copied().find(|acl| acl.uuid == uuid)
}

impl Row {
    fn of(row: &Candidate) -> Self {
        Row {
            uuid: row.row.uuid.to_string(),
            owner: row.row.owner().name(),
            value: row.value.to_owned(),
            answers: match &row.answer {
                responder::Answer::Data(data) => data_texts(data),
                _ => Vec::new(),
            },
        }
    }
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

/// What the sentences about a port's queries are made from.
struct Spelling<'t> {
    asker: &'t Asker<'t>,
    reaches: &'t [Reach],
}

impl Spelling<'_> {
    fn query(&self, query: &lookup::verdict::Query) -> Query {
        let answers = match &query.verdict {
            Verdict::Answered(data) => data_texts(data),
            _ => Vec::new(),
        };
        Query {
            name: query.name.clone(),
            kind: kind(query.kind),
            verdict: verdict(&query.verdict),
            answers,
            ttl: query.verdict.is_answered().then_some(responder::TTL),
            rows: query.rows.iter().map(Row::of).collect(),
            message: self.reason(query),
        }
    }

    /// Why a query has its verdict.
    fn reason(&self, query: &lookup::verdict::Query) -> String {
        let resolvers = texts(&self.asker.resolvers()).join(", ");
        match &query.verdict {
            Verdict::Answered(data) => {
                format!("{}, TTL {}, from OVN", data_texts(data).join(" "), responder::TTL)
            }
            Verdict::Refused => "OVN refuses: the row is ovn-owned and has no such address".to_owned(),
            Verdict::Malformed(name) => format!("OVN sends an answer that no resolver can read: {name:?}"),
            Verdict::Ambiguous => {
                "several rows have this key and answer differently; one wins by OVN's hash order".to_owned()
            }
            Verdict::Dropped => {
                let stop = self.reaches.iter().find_map(|reach| match reach {
                    Reach::Stopped(stop) => Some(stop),
                    _ => None,
                });
                stop.map_or_else(String::new, |stop| format!("no answer: {}", self.stopped(stop)))
            }
            Verdict::NoAnswer(NoAnswer::Stopped(_)) => {
                let stop = self.reaches.iter().find_map(|reach| match reach {
                    Reach::Responder { beyond } => beyond.as_ref(),
                    _ => None,
                });
                let why = stop.map(|stop| self.stopped(stop)).unwrap_or_default();
                format!("no answer: OVN has nothing, and of the query to {resolvers}: {why}")
            }
            Verdict::NoAnswer(NoAnswer::NoResolver) => {
                "no answer: the guest gets no resolver, for the port's DHCP options have no dns_server"
                    .to_owned()
            }
            Verdict::NoAnswer(NoAnswer::NothingForwards(_)) => {
                format!("no answer: OVN has nothing, and nothing listens at {resolvers}")
            }
            Verdict::PassedOn => {
                let what = if query.rows.is_empty() { "not in OVN" } else { "nothing of this type in OVN" };
                if resolvers.is_empty() {
                    format!("{what}; passed on to the resolver that the guest has")
                } else {
                    format!("{what}; passed on to where the guest sends it: {resolvers}")
                }
            }
        }
    }

    /// What ends a query; an ACL by its match, as a person knows it.
    fn stopped(&self, stop: &Stop) -> String {
        match (&stop.cause, acl_of(self.asker, stop)) {
            (Cause::Acl { is_rejected, .. }, Some(acl)) => {
                format!("the ACL {} {} it", acl.expression, if *is_rejected { "rejects" } else { "drops" })
            }
            (cause, _) => cause.to_string(),
        }
    }

    fn paths(&self) -> Vec<Path> {
        let resolvers = self.asker.resolvers();
        let path = |(index, reach): (usize, &Reach)| {
            let (before, beyond) = match reach {
                Reach::Stopped(stop) => (Some(stop), None),
                Reach::Responder { beyond } => (None, beyond.as_ref()),
                Reach::Unknown(_) => (None, None),
            };
            let step = before.or(beyond).map(|stop| stop.step.clone()).filter(|step| !step.is_empty());
            Path {
                resolver: resolvers.get(index).map(IpAddr::to_string),
                reaches_responder: (!matches!(reach, Reach::Unknown(_))).then_some(before.is_none()),
                stopped_by: before.map(|stop| self.stopped(stop)),
                stopped_beyond: beyond.map(|stop| self.stopped(stop)),
                trace: step,
            }
        };
        self.reaches.iter().enumerate().map(path).collect()
    }

    fn guest(&self, resolution: &Resolution) -> Guest {
        let addresses = texts(resolution.outcome.addresses());
        let message = match &resolution.outcome {
            Outcome::AsksNothing => {
                "asks no DNS: a single label is never sent without a search domain".to_owned()
            }
            Outcome::NotInOvn(query) => format!("{}: {}", query.name, self.reason(query)),
            Outcome::Failed(query) => {
                format!("nothing: it fails without an answer to {} {}", kind(query.kind), query.name)
            }
            Outcome::Found { doubt, .. } => {
                addresses.join(" ") + &doubt.as_ref().map(doubtful).unwrap_or_default()
            }
        };
        let is_certain = !matches!(&resolution.outcome, Outcome::Found { doubt: Some(doubt), .. } if !matches!(doubt, Doubt::Late(_)));
        Guest {
            client: client(resolution.client),
            asks: resolution.asks.clone(),
            addresses,
            is_certain,
            message,
        }
    }
}

/// The words that follow an address that a program may not get.
fn doubtful(doubt: &Doubt) -> String {
    match doubt {
        Doubt::Nxdomain(query) => format!(
            ", unless the {} query, which is {}, comes back with NXDOMAIN: then nothing",
            kind(query.kind),
            verdict(&query.verdict)
        ),
        Doubt::Unanswered(query) => format!(
            ", but late, for {} {} gets no answer; nothing if that query is rejected",
            kind(query.kind),
            query.name
        ),
        Doubt::Late(query) => {
            format!(", after 15 s without an answer to {} {}", kind(query.kind), query.name)
        }
        Doubt::Edns(release) => {
            let release =
                release.map_or_else(|| "of unknown release".to_owned(), |release| release.to_string());
            format!(
                ", where OVN ({release}) answers EDNS queries: those before 24.03 may pass them on to the resolver"
            )
        }
    }
}

fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Answered(_) => "answered",
        Verdict::Refused => "refused",
        Verdict::Malformed(_) => "malformed",
        Verdict::Ambiguous => "ambiguous",
        Verdict::PassedOn => "passed-on",
        Verdict::Dropped => "dropped",
        Verdict::NoAnswer(_) => "none",
    }
}

fn kind(kind: QueryType) -> &'static str {
    match kind {
        QueryType::A => "A",
        QueryType::Aaaa => "AAAA",
        QueryType::Ptr => "PTR",
        QueryType::Any => "ANY",
    }
}

fn client(client: Client) -> &'static str {
    match client {
        Client::Glibc => "glibc",
        Client::Musl => "musl",
        Client::SystemdResolved => "systemd-resolved",
    }
}

fn data_texts(data: &Rdata) -> Vec<String> {
    match data {
        Rdata::Addresses(addresses) => texts(addresses),
        Rdata::Name(name) => vec![name.clone()],
    }
}

fn texts(addresses: &[IpAddr]) -> Vec<String> {
    addresses.iter().map(IpAddr::to_string).collect()
}
