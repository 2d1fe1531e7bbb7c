//! `dns-flows-missing`.

use std::collections::HashSet;

use uuid::Uuid;

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};

pub(super) const CHECK: Check = Check {
    code: "dns-flows-missing",
    title: "a switch with names has no flow that answers queries",
    category: Category::Delivery,
    severity: Severity::Error,
    needs: &[Need::Northbound, Need::Southbound, Need::DnsFlows],
    explanation: "ovn-northd gives a switch the flow `udp.dst == 53 -> dns_lookup()` when the switch lists a DNS row \
        with at least one record. Without the flow OVN intercepts no query, whatever the tables hold.",
    source: "ovn-northd(8), Ingress Table: DNS Lookup; ovn-sb(5), Logical_Flow",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let sb = input.southbound()?;
    let with_flows: HashSet<Uuid> = input.facts.dns_flows.iter().flat_map(|flows| &flows.lookups).copied().collect();
    let datapaths = || sb.datapaths.iter();
    let known: HashSet<&Uuid> = datapaths().map(|(_, switch)| switch).collect();
    let answering: HashSet<&Uuid> =
        datapaths().filter(|(path, _)| with_flows.contains(path)).map(|(_, switch)| switch).collect();
    let mut findings = Vec::new();
    for network in &input.topology.switches {
        let uuid = &network.switch.uuid;
        let records: usize = network.rows.iter().map(|row| row.records.len()).sum();
        if records == 0 || !known.contains(uuid) || answering.contains(uuid) {
            continue;
        }
        let name = network.name();
        let finding = Finding::new(name, format!("{name} has names and no flow that looks them up"))
            .on(name)
            .seen("uuid", uuid)
            .seen("records", records);
        findings.push(input.repaired_by_northd(finding));
    }
    Ok(findings)
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use crate::doctor::facts::Facts;
    use crate::doctor::testing::*;

    fn lookups(facts: &mut Facts, datapaths: Vec<Uuid>) {
        facts.dns_flows.as_mut().unwrap().lookups = datapaths;
    }

    pub const CASES: &[Case] = &[
        fires("net1", |facts| lookups(facts, vec![uuid(52)])),
        passes(|facts| {
            records(facts).clear();
            lookups(facts, Vec::new());
        }),
    ];
}
