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
use crate::model::lookup::verdict::{NoAnswer, Query, Verdict};
use crate::model::lookup::{AclEffect, Asker, Lookup};
use crate::model::responder::{self, Candidate, QueryType, Rdata};
use crate::model::topology::Topology;

/// What `lookup` answers.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Lookups {
    /// One for each name and port.
    pub lookups: Vec<LookupView>,
}

impl Answer for Lookups {
    /// Each query with its reason, then the guests, then what could not be seen.
    fn table(&self, _width: Option<u16>) -> Page {
        let mut page = Page::default();
        for lookup in &self.lookups {
            let port = label(&lookup.from, lookup.port_name.as_deref());
            let switch = label(&lookup.switch, lookup.network_name.as_deref());
            page.push(format!("{} from {port} on {switch}", lookup.name));
            for query in &lookup.queries {
                page.push(format!("  {} {}: {}", query.kind, query.name, query.message));
                for row in &query.rows {
                    page.push(format!("      row {} ({}): {}", row.uuid, row.owner, row.value));
                }
            }
            if let Some(acl) = &lookup.acl {
                page.push(format!("  trace: {}", acl.trace));
            }
            for guest in &lookup.guests {
                page.push(format!("  {}: {}", guest.client, guest.message));
            }
            for other in &lookup.elsewhere {
                page.push(format!("  {}", other.message()));
            }
            for unseen in &lookup.unseen {
                page.push(format!("  not seen: {unseen}"));
            }
        }
        page
    }

    /// Name, type, verdict, answers, the owners of the rows; one query a line.
    fn plain(&self) -> Page {
        let queries = self.lookups.iter().flat_map(|lookup| &lookup.queries);
        let row = |query: &QueryView| {
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
pub struct QueryView {
    /// The name as the guest asks for it.
    pub name: String,
    /// `A`, `AAAA`, `PTR` or `ANY`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `answered`, `refused`, `malformed`, `ambiguous`, `passed-on`, `dropped` or `nobody`.
    pub verdict: &'static str,
    /// Addresses, or the name that a reverse name leads to; empty unless OVN answers.
    pub answers: Vec<String>,
    /// Seconds; null unless OVN answers.
    pub ttl: Option<u32>,
    /// The rows that have the name as a key.
    pub rows: Vec<RowView>,
    /// One sentence.
    pub message: String,
}

/// A DNS row that has the name as a key.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct RowView {
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
pub struct GuestView {
    /// `glibc`, `musl` or `systemd-resolved`.
    pub client: &'static str,
    /// The names it asks for, in this order, until one is found.
    pub asks: Vec<String>,
    /// The addresses that OVN gives it.
    pub addresses: Vec<String>,
    /// One sentence.
    pub message: String,
}

/// One name, seen from one port.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct LookupView {
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
    pub queries: Vec<QueryView>,
    /// The resolvers of the port's DHCP rows.
    pub resolvers: Vec<String>,
    /// The search domains of the port's DHCP rows.
    pub search: Vec<String>,
    /// The ACL that drops the query.
    pub acl: Option<AclView>,
    /// What guests end up with; empty for reverse names.
    pub guests: Vec<GuestView>,
    /// The switches that have the name, where the port's switch does not answer it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<Elsewhere>,
    /// What could not be seen.
    pub unseen: Vec<String>,
}

/// The ACL that drops a query.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct AclView {
    /// The row's UUID; null where ovn-trace does not lead to it.
    pub uuid: Option<String>,
    /// Its expression.
    #[serde(rename = "match")]
    pub expression: Option<String>,
    /// The step of the trace that drops it.
    pub trace: String,
}

impl LookupView {
    pub(crate) fn of(topology: &Topology, asker: &Asker, acls: &AclEffect, lookup: &Lookup) -> Self {
        let spelling = Spelling { asker, acls };
        LookupView {
            name: lookup.question.typed.clone(),
            from: asker.port.name.clone(),
            port_name: asker.port.known_as().map(str::to_owned),
            switch: asker.network.switch.name.clone(),
            network_name: asker.network.switch.known_as().map(str::to_owned),
            verdict: verdict(&lookup.verdict()),
            queries: lookup.queries.iter().map(|query| spelling.query(query)).collect(),
            resolvers: texts(asker.resolvers()),
            search: asker.search().to_vec(),
            acl: AclView::of(acls),
            guests: lookup.resolutions.iter().map(|resolution| spelling.guest(resolution)).collect(),
            elsewhere: elsewhere(topology, asker.network, lookup),
            unseen: unseen(asker, acls),
        }
    }
}

impl AclView {
    fn of(acls: &AclEffect) -> Option<Self> {
        let AclEffect::Dropped { acl, step } = acls else { return None };
        Some(AclView {
            uuid: acl.map(|acl| acl.uuid.to_string()),
            expression: acl.map(|acl| acl.expression.clone()),
            trace: step.clone(),
        })
    }
}

impl RowView {
    fn of(row: &Candidate) -> Self {
        RowView {
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
fn unseen(asker: &Asker, acls: &AclEffect) -> Vec<String> {
    let mut unseen = Vec::new();
    if let AclEffect::Unknown(why) = acls {
        unseen.push(format!("whether an ACL drops the query: {why}"));
    }
    if asker.lease.is_none() {
        unseen.push("the guest's resolver and search domain: the port has no DHCP options".to_owned());
    }
    unseen
}

/// What the sentences about a port's queries are made from.
struct Spelling<'t> {
    asker: &'t Asker<'t>,
    acls: &'t AclEffect<'t>,
}

impl Spelling<'_> {
    fn query(&self, query: &Query) -> QueryView {
        let answers = match &query.verdict {
            Verdict::Answered(data) => data_texts(data),
            _ => Vec::new(),
        };
        QueryView {
            name: query.name.clone(),
            kind: kind(query.kind),
            verdict: verdict(&query.verdict),
            answers,
            ttl: query.verdict.is_answered().then_some(responder::TTL),
            rows: query.rows.iter().map(RowView::of).collect(),
            message: self.reason(query),
        }
    }

    /// Why a query has its verdict.
    fn reason(&self, query: &Query) -> String {
        let resolvers = texts(self.asker.resolvers()).join(", ");
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
                let acl = match self.acls {
                    AclEffect::Dropped { acl: Some(acl), .. } => &acl.expression,
                    _ => "that ovn-trace names",
                };
                format!("dropped by the ACL {acl} before the responder")
            }
            Verdict::NoAnswer(NoAnswer::NoResolver) => {
                "no answer: OVN has nothing, and the port's DHCP options have no dns_server".to_owned()
            }
            Verdict::NoAnswer(NoAnswer::NothingForwards) => {
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

    fn guest(&self, resolution: &Resolution) -> GuestView {
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
        GuestView { client: client(resolution.client), asks: resolution.asks.clone(), addresses, message }
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
        Verdict::NoAnswer(_) => "nobody",
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
