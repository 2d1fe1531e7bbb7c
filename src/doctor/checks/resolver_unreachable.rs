//! `resolver-unreachable`.

use std::net::IpAddr;

use crate::doctor::acls::{about, let_queries_through, sentence};
use crate::doctor::facts::EndedQuery;
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::balancer::vip_address;
use crate::model::reach::Cause;

pub(super) const CHECK: Check = Check {
    code: "resolver-unreachable",
    title: "queries that OVN does not answer end before the resolver",
    category: Category::Queries,
    severity: Severity::Error,
    needs: &[Need::Northbound, Need::Traces],
    explanation: "OVN answers local names and passes all other queries on to the resolver. On the way an ACL of \
        direction to-lport may drop or reject them, or one of another switch, and a router may have no route. Local \
        names with addresses of both families still resolve. For those with IPv4 only, the AAAA query is lost too: \
        musl then fails, systemd-resolved waits 4 to 20 seconds, and glibc waits 15 seconds or, where the query is \
        rejected, fails at once. The proof is ovn-trace(8).",
    source: "ovn-northd(8), Egress Table: to-lport ACLs; ovn-nb(5), Logical_Router_Static_Route; ovn-trace(8)",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let traces = input.facts.traces.as_ref().map_err(|missing| missing.message.clone())?;
    let ended = traces.ended.iter().filter(|query| query.is_beyond && !query.has_other);
    Ok(ended.filter_map(|query| finding(input, query)).collect())
}

fn finding(input: &Input, query: &EndedQuery) -> Option<Finding> {
    let resolver = query.resolver.filter(|resolver| !is_of_ovn(input, query, resolver))?;
    let message = format!("{}; where OVN has no answer, {}", sentence(query), query.stop.cause);
    Some(about(query, resolver.to_string(), message).fix(let_queries_through(input, query)))
}

/// Whether a query ends at an address of OVN's own, from which nothing forwards: other checks find that.
fn is_of_ovn(input: &Input, query: &EndedQuery, resolver: &IpAddr) -> bool {
    let mut vips = input.topology.rows.load_balancers.iter().flat_map(|row| row.vips.keys());
    match query.stop.cause {
        Cause::RouterIsResolver { .. } => true,
        Cause::Stage(_) => vips.any(|vip| vip_address(vip) == Some(*resolver)),
        _ => false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;
    use crate::model::reach::Cause;

    pub const CASES: &[Case] = &[
        fires("192.0.2.1", |facts| facts.traces = Ok(dropped(true))),
        passes(|facts| facts.traces = Ok(dropped(false))),
        passes(|facts| {
            let mut traces = dropped(true);
            traces.ended[0].stop.cause = Cause::RouterIsResolver { router: "lr".into(), is_rejected: true };
            facts.traces = Ok(traces);
        }),
    ];
}
