//! What the programs of a guest end up with.

use schemars::JsonSchema;
use serde::Serialize;

use super::query::reason;
use super::words::{client, kind, texts, verdict};
use crate::model::lookup::Asker;
use crate::model::lookup::client::{Doubt, Outcome, Resolution};
use crate::model::reach::Reach;

/// What the programs of one kind of guest end up with.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
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

impl Guest {
    pub(super) fn of(asker: &Asker, reaches: &[Reach], resolution: &Resolution) -> Self {
        let addresses = texts(resolution.outcome.addresses());
        let message = match &resolution.outcome {
            Outcome::AsksNothing => {
                "asks no DNS: a single label is never sent without a search domain".to_owned()
            }
            Outcome::NotInOvn(query) => format!("{}: {}", query.name, reason(asker, reaches, query)),
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
