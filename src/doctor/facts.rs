//! What doctor reads, once: each fact is there, or there is a reason why it is not.
//!
//! `--dump` writes all of it to a file, `--from-dump` reads it from one.

use std::net::IpAddr;

use super::finding::Finding;
use crate::error::Error;
use crate::model::reach::Stop;
use crate::model::snapshot::Snapshot;
use crate::model::southbound::{DnsFlows, LocalChassis, Southbound};
use serde::{Deserialize, Serialize};

/// The number of the dump's format; a dump of another format is refused.
pub const DUMP_FORMAT: u32 = 4;

/// A fact, or why it is missing.
pub type Fact<T> = Result<T, Missing>;

/// Why a fact is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The kind of failure, as in the JSON output of errors.
    pub kind: String,
    /// One sentence.
    pub message: String,
    /// What led to it, the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

impl Missing {
    /// A fact that was not asked for, or that cannot be read from here.
    pub fn because(message: impl Into<String>) -> Self {
        Missing { kind: "not-available".to_owned(), message: message.into(), ..Missing::default() }
    }
}

impl Missing {
    /// A finding about what cannot be read.
    pub fn finding(&self, subject: &str) -> Finding {
        let lists = [("said", &self.causes), ("hint", &self.hints)];
        let lists = lists.into_iter().filter(|(_, texts)| !texts.is_empty());
        let finding = Finding::new(subject, &self.message).seen("kind", &self.kind);
        lists.fold(finding, |finding, (what, texts)| finding.seen(what, texts.join("; ")))
    }
}

impl From<Error> for Missing {
    fn from(error: Error) -> Self {
        let causes = error.causes();
        Missing { kind: error.kind.name().to_owned(), message: error.message, causes, hints: error.hints }
    }
}

/// Everything that checks look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// [`DUMP_FORMAT`].
    pub format: u32,
    /// The northbound database.
    pub northbound: Fact<Snapshot>,
    /// The southbound database, without its flows.
    pub southbound: Fact<Southbound>,
    /// The flows for switches with names.
    pub dns_flows: Fact<DnsFlows>,
    /// The state of this machine's ovn-northd: `active`, `standby` or `paused`.
    pub northd: Fact<String>,
    /// The ovn-controller of this machine.
    pub chassis: Fact<LocalChassis>,
    /// How far queries of guests get, as ovn-trace(8) reports.
    pub traces: Fact<Traces>,
    /// The commands that read the databases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<String>,
    /// The forwarders of the settings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forwarders: Vec<IpAddr>,
    /// The resolvers of the machine that doctor runs on (resolv.conf(5)), without those that only this machine reaches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolvers: Vec<IpAddr>,
    /// What the forwarders answer to AAAA queries under the zones' domains.
    pub probes: Fact<Vec<Probe>>,
}

impl Facts {
    /// The northbound database, or a part of it, and why nothing else was read.
    pub fn of_northbound(snapshot: Snapshot, why: &str) -> Self {
        Facts {
            format: DUMP_FORMAT,
            northbound: Ok(snapshot),
            southbound: Err(Missing::because(why)),
            dns_flows: Err(Missing::because(why)),
            northd: Err(Missing::because(why)),
            chassis: Err(Missing::because(why)),
            traces: Err(Missing::because(why)),
            clients: Vec::new(),
            forwarders: Vec::new(),
            resolvers: Vec::new(),
            probes: Err(Missing::because(why)),
        }
    }
}

/// The queries that were traced: one for each set of ports that are treated alike, and each resolver of theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traces {
    /// Those that do not reach their resolver.
    pub ended: Vec<EndedQuery>,
    /// How many sets of ports were traced.
    pub traced: usize,
    /// How many sets on switches with ACLs were not.
    pub untraced: usize,
    /// How many sets on other switches were not.
    pub untraced_without_acls: usize,
    /// Why some were not.
    pub why: String,
}

/// A query from a port that does not reach its resolver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedQuery {
    /// The switch's name.
    pub switch: String,
    /// The port it was sent from.
    pub port: String,
    /// How many ports of the switch are treated alike.
    pub ports: usize,
    /// The resolver, where the port leases one.
    pub resolver: Option<IpAddr>,
    /// Whether the responder sees it, so that it ends only where OVN has no answer.
    pub is_beyond: bool,
    /// Whether the query to another resolver of the port gets further.
    pub has_other: bool,
    pub stop: Stop,
}

/// What a resolver answered to an AAAA query for a name under a zone's domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The switch's name.
    pub switch: String,
    /// The resolver.
    pub resolver: String,
    /// The name that was asked for.
    pub name: String,
    /// The answer's code (RFC 1035, section 4.1.1), or why there is none.
    pub answer: Result<u8, String>,
}
