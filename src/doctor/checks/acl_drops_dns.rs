//! `acl-drops-dns`.

use uuid::Uuid;

use crate::doctor::facts::DroppedQuery;
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};

pub(super) const CHECK: Check = Check {
    code: "acl-drops-dns",
    title: "an ACL drops queries before OVN answers them",
    category: Category::Queries,
    severity: Severity::Error,
    needs: &[Need::Northbound, Need::Traces],
    explanation: "OVN evaluates ACLs with direction from-lport before it answers queries. One that drops or rejects \
        udp.dst == 53, or everything that is not allowed, drops the query: not even local names resolve. The proof is \
        ovn-trace(8) with a query from a port, up to the ACL.",
    source: "ovn-northd(8), Ingress Table: from-lport ACLs, before DNS Lookup; ovn-trace(8)",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let dropped = input.facts.traces.as_ref().map_err(|missing| missing.message.clone())?;
    Ok(dropped.iter().map(|query| finding(input, query)).collect())
}

fn finding(input: &Input, query: &DroppedQuery) -> Finding {
    let acl = query.acl.map(|uuid| uuid.to_string());
    let label = acl.as_ref().map_or("an ACL".to_owned(), |uuid| format!("ACL {uuid}"));
    let message = format!("port {} sends a DNS query, and {label} drops it", query.port);
    let fix = query.acl.and_then(|acl| let_queries_through(input, &query.switch, acl));
    Finding::new(acl.unwrap_or_else(|| query.port.clone()), message)
        .on(&query.switch)
        .seen("port", &query.port)
        .seen("trace", &query.step)
        .fix(fix)
}

/// An ACL above every drop, which lets queries through and leaves everything else as it is.
fn let_queries_through(input: &Input, switch: &str, acl: Uuid) -> Option<Fix> {
    let topology = &input.topology;
    if let Some(group) = topology.rows.port_groups.iter().find(|group| group.acls.contains(&acl)) {
        let query = format!("inport == @{} && udp.dst == 53", group.name);
        let words = ["--type=port-group", "acl-add", &group.name, "from-lport", "32767", &query, "allow"];
        return Some(Fix::nbctl(words));
    }
    let network = topology.switches.iter().find(|network| network.name() == switch)?;
    let uuid = network.switch.uuid.to_string();
    let words = ["acl-add", &uuid, "from-lport", "32767", "udp.dst == 53", "allow"];
    network.switch.acls.contains(&acl).then(|| Fix::nbctl(words))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[fires("00000000-0000-0000-0000-00000000003d", |facts| {
        facts.traces = Ok(vec![DroppedQuery {
            switch: "net1".into(),
            port: "web".into(),
            acl: Some(uuid(61)),
            step: "drop;".into(),
        }]);
    })];
}
