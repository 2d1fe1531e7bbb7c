//! `port-disabled`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::snapshot::Port;

pub(super) const CHECK: Check = Check {
    code: "port-disabled",
    title: "a port that is disabled",
    category: Category::Guests,
    severity: Severity::Info,
    needs: &[Need::Northbound],
    explanation: "OVN drops everything that a guest on a disabled port sends, DNS queries too, and delivers nothing to \
        it. This is mostly on purpose, so it is no error.",
    source: "ovn-nb(5), Logical_Switch_Port:enabled",
    run: Some(Run::Once(run)),
};

/// One finding for each switch with names.
fn run(input: &Input) -> Outcome {
    let mut findings = Vec::new();
    for network in input.topology.switches.iter().filter(|network| !network.rows.is_empty()) {
        let ports: Vec<&Port> = network.guests().filter(|port| port.is_disabled()).collect();
        let Some(first) = ports.first() else { continue };
        let names: Vec<&str> = ports.iter().take(5).map(|port| port.name.as_str()).collect();
        let which = if ports.len() == 1 {
            format!("port {} is", first.name)
        } else {
            format!("{} ports are", ports.len())
        };
        let message = format!("{which} disabled: the guest gets no answer to any query");
        let finding = Finding::new(network.name(), message).on(network.name());
        findings.push(finding.seen("count", ports.len()).seen("ports", names));
    }
    Ok(findings)
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("net1", |facts| nb(facts).ports[0].enabled = Some(false)),
        passes(|facts| nb(facts).ports[0].enabled = Some(true)),
    ];
}
