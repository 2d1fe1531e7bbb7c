//! What becomes of one query of a guest, and why.

use schemars::JsonSchema;
use serde::Serialize;

use super::path::stopped;
use super::words::{data_texts, few, kind, texts, verdict as word};
use crate::model::lookup::Asker;
use crate::model::lookup::verdict::{self, NoAnswer, Verdict};
use crate::model::reach::Reach;
use crate::model::responder::{self, Candidate, QueryType};

/// What becomes of one query.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct Query {
    /// The name as the guest asks for it.
    pub name: String,
    /// `A`, `AAAA`, `PTR` or `ANY`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `answered`, `refused`, `malformed`, `ambiguous`, `too-long`, `passed-on`, `dropped` or `none`.
    pub verdict: &'static str,
    /// Addresses, or the name that a reverse name leads to; empty unless OVN answers.
    pub answers: Vec<String>,
    /// Seconds; null unless OVN answers.
    pub ttl: Option<u32>,
    /// The switch on the way to the resolver whose rows decide; null where they are the port's own.
    pub on: Option<String>,
    /// The rows that have the name as a key.
    pub rows: Vec<Row>,
    /// One sentence.
    pub message: String,
}

/// A DNS row that has the name as a key.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
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

impl Query {
    pub(super) fn of(asker: &Asker, reaches: &[Reach], query: &verdict::Query) -> Self {
        let answers = match &query.verdict {
            Verdict::Answered(data) => data_texts(data),
            _ => Vec::new(),
        };
        Query {
            name: query.name.clone(),
            kind: kind(query.kind),
            verdict: word(&query.verdict),
            answers,
            ttl: query.verdict.is_answered().then_some(responder::TTL),
            on: query.on.map(str::to_owned),
            rows: query.rows.iter().map(Row::of).collect(),
            message: reason(asker, reaches, query),
        }
    }
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

/// dig(1) asks for ANY by TCP, which the responder does not see.
const ANY_BY_TCP: &str = ", over UDP only; dig sends ANY over TCP, which OVN passes on (+notcp: over UDP)";

/// Which rows of OVN an answer is from.
pub(super) fn from_ovn(on: Option<&str>) -> String {
    on.map_or_else(|| "from OVN".to_owned(), |on| format!("from OVN on {on}, through which the query goes"))
}

/// Why a query has its verdict.
pub(super) fn reason(asker: &Asker, reaches: &[Reach], query: &verdict::Query) -> String {
    let resolvers = texts(&asker.resolvers()).join(", ");
    match &query.verdict {
        Verdict::Answered(data) => {
            let from = from_ovn(query.on);
            let by_udp = if query.kind == QueryType::Any { ANY_BY_TCP } else { "" };
            format!("{}, TTL {}, {from}{by_udp}", few(&data_texts(data)), responder::TTL)
        }
        Verdict::Refused => "OVN refuses: the row is ovn-owned and has no such address".to_owned(),
        Verdict::Malformed(name) => format!("OVN sends an answer that no resolver can read: {name:?}"),
        Verdict::TooLong { octets, limit } => {
            format!("no answer: OVN's has {octets} octets, and a packet holds {limit}")
        }
        Verdict::Ambiguous => {
            "several rows have this key and answer differently; one wins by OVN's hash order".to_owned()
        }
        Verdict::Dropped => {
            let stop = reaches.iter().find_map(|reach| match reach {
                Reach::Stopped(stop) => Some(stop),
                _ => None,
            });
            stop.map_or_else(String::new, |stop| format!("no answer: {}", stopped(asker, stop)))
        }
        Verdict::NoAnswer(NoAnswer::Stopped(_)) => {
            let stop = reaches.iter().find_map(|reach| match reach {
                Reach::Responder { beyond, .. } => beyond.as_ref(),
                _ => None,
            });
            let why = stop.map(|stop| stopped(asker, stop)).unwrap_or_default();
            format!("no answer: OVN has nothing, and of the query to {resolvers}: {why}")
        }
        Verdict::NoAnswer(NoAnswer::FromBackend) => format!(
            "no answer: a load balancer on the switch takes what is sent to {resolvers} before the responder, and this \
             release of OVN answers from the backend's address"
        ),
        Verdict::NoAnswer(NoAnswer::NoResolver) => {
            "no answer: the guest gets no resolver, for the port's DHCP options have no dns_server".to_owned()
        }
        Verdict::NoAnswer(NoAnswer::NothingForwards(_)) => {
            format!("no answer: OVN has nothing, and nothing listens at {resolvers}")
        }
        Verdict::PassedOn => {
            let what = if query.rows.is_empty() { "not in OVN" } else { "no such record in OVN" };
            if resolvers.is_empty() {
                format!("{what}; passed on to the guest's resolver")
            } else {
                let otherwise = asker.otherwise(reaches, &query.name, query.kind);
                let otherwise =
                    otherwise.map(|(address, on)| format!("; OVN on {on} answers on the way to {address}"));
                format!(
                    "{what}; passed on to the guest's resolvers: {resolvers}{}",
                    otherwise.unwrap_or_default()
                )
            }
        }
    }
}
