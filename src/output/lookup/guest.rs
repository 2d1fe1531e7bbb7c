//! What the programs of a guest end up with.

use schemars::JsonSchema;
use serde::Serialize;

use super::query::reason;
use super::words::{client, few, kind, texts};
use crate::model::edns::shown;
use crate::model::lookup::Asker;
use crate::model::lookup::client::{Client, Doubt, MUSL_MAX, MUSL_READS_ALL, Outcome, Reads, Resolution};
use crate::model::lookup::verdict::{Query, Verdict};
use crate::model::reach::Reach;
use crate::model::responder::QueryType;

/// What the programs of one kind of guest end up with.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct Guest {
    /// `glibc`, `musl` or `systemd-resolved`.
    pub client: &'static str,
    /// The names it asks for, in this order, until one is found.
    pub asks: Vec<String>,
    /// The addresses that OVN gives it.
    pub addresses: Vec<String>,
    /// How many of them musl before 1.2.4 reads, where it does not read all; null elsewhere.
    pub reads: Option<usize>,
    /// What it gets, in a few words.
    #[serde(skip)]
    pub gets: String,
    /// One sentence.
    pub message: String,
}

impl Guest {
    pub(super) fn of(asker: &Asker, reaches: &[Reach], resolution: &Resolution) -> Self {
        let addresses = texts(resolution.outcome.addresses());
        let message = match &resolution.outcome {
            Outcome::AsksNothing if asker.lease.is_none() => {
                "asks for a single label only with a search domain, and it is not known which the guest has"
                    .to_owned()
            }
            Outcome::AsksNothing => {
                "asks no DNS: a single label is never sent without a search domain".to_owned()
            }
            Outcome::NotInOvn(query) => format!("{}: {}", query.name, reason(asker, reaches, query)),
            Outcome::Failed(query) => failed(asker, reaches, query),
            Outcome::Found { doubt, reads, .. } => {
                let doubt = doubt.as_ref().map(|doubt| doubtful(resolution.client, doubt));
                few(&addresses)
                    + &reads.as_ref().map(truncated).unwrap_or_default()
                    + &doubt.unwrap_or_default()
            }
        };
        let (doubt, reads) = match &resolution.outcome {
            Outcome::Found { doubt, reads, .. } => (doubt.as_ref(), reads.as_ref()),
            _ => (None, None),
        };
        let got = match reads {
            Some(Reads { read, of, is_next_wrong }) => {
                format!("{read} of {of} addresses{}", if *is_next_wrong { " and a wrong one" } else { "" })
            }
            None => few(&addresses),
        };
        let gets = match doubt {
            _ if addresses.is_empty() => "nothing".to_owned(),
            None | Some(Doubt::Late(_) | Doubt::Silent(_) | Doubt::Earlier(_)) => got,
            Some(_) => format!("perhaps {got}"),
        };
        let reads = reads.map(|reads| reads.read);
        Guest {
            client: client(resolution.client),
            asks: resolution.asks.clone(),
            addresses,
            reads,
            gets,
            message,
        }
    }
}

/// Why a program gets nothing although OVN answers one of its queries.
fn failed(asker: &Asker, reaches: &[Reach], query: &Query) -> String {
    let (kind, name) = (kind(query.kind), &query.name);
    match query.verdict {
        Verdict::TooLong { .. } => {
            format!("nothing: {kind} {name} gets {}", reason(asker, reaches, query))
        }
        _ => format!("nothing: it fails without an answer to {kind} {name}"),
    }
}

/// The words that follow addresses of which musl reads some.
fn truncated(Reads { read, of, is_next_wrong }: &Reads) -> String {
    let later = of.min(&MUSL_MAX);
    let wrong = if *is_next_wrong { " and a wrong one after them" } else { "" };
    format!(
        ", of which musl before {MUSL_READS_ALL} reads the first {read} of the answer{wrong}, and a later one {later}"
    )
}

/// When a program gives up on a query without an answer and returns what it has.
fn patience(client: Client) -> &'static str {
    if client == Client::SystemdResolved { "after 4 to 20 s" } else { "after 15 s" }
}

/// The words that follow an address that a program may not get.
fn doubtful(client: Client, doubt: &Doubt) -> String {
    match doubt {
        Doubt::Nxdomain(query, later) => {
            let kind = kind(query.kind);
            if later.is_empty() {
                format!(
                    "; nothing if a resolver answers the {kind} query with NXDOMAIN or REFUSED, or not at all"
                )
            } else {
                let later = few(&texts(later));
                format!(
                    "; {later} if a resolver answers the {kind} query with NXDOMAIN, and nothing after REFUSED or no answer"
                )
            }
        }
        Doubt::Silent(query) => {
            let (kind, name) = (kind(query.kind), &query.name);
            let is_lost = client == Client::Glibc && query.kind == QueryType::A;
            let then = if is_lost { "nothing" } else { patience(client) };
            format!("; {then} if no resolver answers {kind} {name}")
        }
        Doubt::Earlier(query) => {
            format!(
                ", if the resolver says NXDOMAIN to {} {}, which it asks for first",
                kind(query.kind),
                query.name
            )
        }
        Doubt::Unanswered(query) => format!(
            ", but late, for {} {} gets no answer; nothing if that query is rejected",
            kind(query.kind),
            query.name
        ),
        Doubt::Late(query) => {
            format!(", {} without an answer to {} {}", patience(client), kind(query.kind), query.name)
        }
        Doubt::Edns(None) => {
            ", if OVN (of unknown release) answers queries with EDNS. Old releases pass them on, and \
            systemd-resolved repeats a query without EDNS only after NXDOMAIN, or late, after no answer"
                .to_owned()
        }
        Doubt::Edns(Some(version)) => format!(
            ", only if a resolver answers NXDOMAIN, or late, if none answers: OVN {} passes on queries with EDNS, and \
            systemd-resolved repeats them without EDNS only then",
            shown(*version)
        ),
    }
}
