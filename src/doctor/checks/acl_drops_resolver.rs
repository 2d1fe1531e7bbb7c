//! `acl-drops-resolver`.

use crate::doctor::acls::{finding, let_queries_through};
use crate::doctor::finding::Severity;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};

pub(super) const CHECK: Check = Check {
    code: "acl-drops-resolver",
    title: "an ACL drops queries to one of several resolvers",
    category: Category::Queries,
    severity: Severity::Warning,
    needs: &[Need::Northbound, Need::AclTraces],
    explanation: "A guest asks its resolvers in their order. Queries to one that an ACL drops are lost before OVN can \
        answer them: where it is the first, each look-up, of local names too, waits for its timeout (5 s in the C \
        libraries) before the next one is asked; where it is a later one, it is missing when the first fails. \
        Queries that are rejected fail over at once.",
    source: "ovn-northd(8), Ingress Table: from-lport ACLs, before DNS Lookup; resolv.conf(5), timeout",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let traces = input.facts.traces.as_ref().map_err(|missing| missing.message.clone())?;
    let ended = traces.ended.iter().filter(|query| !query.is_beyond && query.has_other);
    Ok(ended.filter_map(|query| Some(finding(query)?.fix(let_queries_through(input, query)))).collect())
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("00000000-0000-0000-0000-00000000003d", |facts| {
            let mut traces = dropped(false);
            traces.ended[0].has_other = true;
            facts.traces = Ok(traces);
        }),
        passes(|facts| facts.traces = Ok(dropped(false))),
    ];
}
