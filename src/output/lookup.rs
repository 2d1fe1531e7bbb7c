//! What a guest gets for a name, and who answers.

use serde::Serialize;

use super::{Answer, plain};

/// What becomes of one query.
#[derive(Clone, Debug, Serialize)]
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
#[derive(Clone, Debug, Serialize)]
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
#[derive(Clone, Debug, Serialize)]
pub struct GuestView {
    /// `glibc`, `musl` or `systemd-resolved`.
    pub client: &'static str,
    /// The names it asks for, in this order.
    pub asks: Vec<String>,
    /// The addresses that OVN gives it.
    pub addresses: Vec<String>,
    /// What comes of it.
    pub message: String,
}

/// One name, seen from one port.
#[derive(Clone, Debug, Serialize)]
pub struct LookupView {
    /// The name as it was given.
    pub name: String,
    /// The port the query comes from.
    pub from: String,
    /// The port's switch.
    pub switch: String,
    /// The worst that decides: the verdict of the first query that OVN answers, else of the first.
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
    /// What could not be seen.
    pub unseen: Vec<String>,
}

/// The ACL that drops a query.
#[derive(Clone, Debug, Serialize)]
pub struct AclView {
    /// The row's UUID; null where ovn-trace does not lead to it.
    pub uuid: Option<String>,
    /// Its expression.
    #[serde(rename = "match")]
    pub expression: Option<String>,
    /// The step of the trace that drops it.
    pub trace: String,
}

/// For a person: each query with its reason, then the guests, then what could not be seen.
pub fn report(lookups: &[LookupView]) -> String {
    let mut text = String::new();
    for lookup in lookups {
        text += &format!("{} from {} on {}\n", lookup.name, lookup.from, lookup.switch);
        for query in &lookup.queries {
            text += &format!("  {} {}: {}\n", query.kind, query.name, query.message);
            for row in &query.rows {
                text += &format!("      row {} ({}): {}\n", row.uuid, row.owner, row.value);
            }
        }
        if let Some(acl) = &lookup.acl {
            text += &format!("  trace: {}\n", acl.trace);
        }
        for guest in &lookup.guests {
            text += &format!("  {}: {}\n", guest.client, guest.message);
        }
        for unseen in &lookup.unseen {
            text += &format!("  not seen: {unseen}\n");
        }
    }
    text
}

/// For scripts: name, type, verdict, answers, the owners of the rows; one query a line.
pub fn rows(lookups: &[LookupView]) -> Vec<Vec<String>> {
    let queries = lookups.iter().flat_map(|lookup| &lookup.queries);
    queries
        .map(|query| {
            let owners: Vec<&str> = query.rows.iter().map(|row| row.owner).collect();
            vec![
                query.name.clone(),
                query.kind.to_owned(),
                query.verdict.to_owned(),
                query.answers.join(" "),
                owners.join(" "),
            ]
        })
        .collect()
}

/// What `lookup` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Lookups {
    pub lookups: Vec<LookupView>,
}

impl Answer for Lookups {
    fn table(&self, _width: Option<u16>) -> String {
        report(&self.lookups)
    }

    fn plain(&self) -> String {
        plain::lines(rows(&self.lookups))
    }
}
