//! How far a guest's queries get: what ends each of them on its way.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::{Line, source};
use crate::model::lookup::Asker;
use crate::model::lookup::lease::Resolver;
use crate::model::reach::{Cause, Reach, Stop};

/// The ACL that drops a query.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
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
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct Path {
    /// Null where it is not known which resolver the guest has.
    pub resolver: Option<String>,
    /// How the guest learns the resolver: `dhcpv4`, `dhcpv6`, `dhcpv6-stateless` or `router-advertisement`; null where
    /// it is not known.
    pub learned_by: Option<&'static str>,
    /// Whether the responder of the port's switch sees the query; null where this is not known.
    pub reaches_responder: Option<bool>,
    /// What ends the query before the responder.
    pub stopped_by: Option<String>,
    /// What ends the query after the responder, where OVN has no answer.
    pub stopped_beyond: Option<String>,
    /// The step of ovn-trace(8) that ends it.
    pub trace: Option<String>,
}

impl Path {
    pub(super) fn lines(&self, is_verbose: bool) -> Vec<Line> {
        let to = self.resolver.as_ref().map_or("any resolver".to_owned(), |resolver| {
            // By DHCPv4, unless another way is named.
            let others = self.learned_by.filter(|source| *source != "dhcpv4");
            others.map_or_else(|| resolver.clone(), |source| format!("{resolver} (by {source})"))
        });
        let end = match (&self.stopped_by, &self.stopped_beyond) {
            (Some(why), _) => Some(why.clone()),
            (None, Some(why)) => Some(format!("reaches the responder; where OVN has no answer, {why}")),
            (None, None) if is_verbose && self.reaches_responder == Some(true) => {
                Some("reaches the responder".to_owned())
            }
            (None, None) => None,
        };
        let trace = self.trace.as_ref().filter(|_| is_verbose);
        let end = end.map(|end| Line::Sentence(format!("  query to {to}: {end}")));
        let trace = trace.map(|trace| Line::Whole(format!("      trace: {trace}")));
        end.into_iter().chain(trace).collect()
    }
}

impl Acl {
    pub(super) fn of(asker: &Asker, reaches: &[Reach]) -> Option<Self> {
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

/// How far queries get, for each resolver.
pub(super) fn paths(asker: &Asker, reaches: &[Reach]) -> Vec<Path> {
    let resolvers: Vec<&Resolver> = asker.lease.iter().flat_map(|lease| &lease.resolvers).collect();
    let path = |(index, reach): (usize, &Reach)| {
        let (before, beyond) = match reach {
            Reach::Stopped(stop) => (Some(stop), None),
            Reach::Responder { beyond, .. } => (None, beyond.as_ref()),
            Reach::Unknown(_) => (None, None),
        };
        let step = before.or(beyond).map(|stop| stop.step.clone()).filter(|step| !step.is_empty());
        Path {
            resolver: resolvers.get(index).map(|resolver| resolver.address.to_string()),
            learned_by: resolvers.get(index).map(|resolver| source(resolver.source)),
            reaches_responder: (!matches!(reach, Reach::Unknown(_))).then_some(before.is_none()),
            stopped_by: before.map(|stop| stopped(asker, stop)),
            stopped_beyond: beyond.map(|stop| stopped(asker, stop)),
            trace: step,
        }
    };
    reaches.iter().enumerate().map(path).collect()
}

/// What ends a query; an ACL by its match, as a person knows it.
pub(super) fn stopped(asker: &Asker, stop: &Stop) -> String {
    match (&stop.cause, acl_of(asker, stop)) {
        (Cause::Acl { is_rejected, .. }, Some(acl)) => {
            format!("the ACL {} {} it", acl.expression, if *is_rejected { "rejects" } else { "drops" })
        }
        (cause, _) => cause.to_string(),
    }
}
