//! `ptr-differs`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::{AttachedZone, texts};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::address;

pub(super) const CHECK: Check = Check {
    code: "ptr-differs",
    title: "a reverse name that leads to a host with other addresses",
    category: Category::Reverse,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "The reverse name of the address leads to a host that does not have the address, for example because \
        another machine has it now: logs name the wrong machine, and a look-up in both directions fails.",
    source: "RFC 1912, section 2.1",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    let mut findings = Vec::new();
    for host in zone.hosts().filter(|host| !host.reverse.is_empty()) {
        let addresses = host.addresses();
        let is_other = |key: &str| !address::from_reverse_name(key).is_some_and(|ip| addresses.contains(&ip));
        for (key, value) in host.reverse.iter().filter(|(key, _)| is_other(key)) {
            let has = if addresses.is_empty() { "no address".to_owned() } else { texts(&addresses).join(", ") };
            let message = format!("{key} leads to {value}, which has {has}");
            // Of a host without addresses it is not known which it should have.
            let finding = zone.without_reverse_name(key, value, message);
            findings.push(finding.automatic_if(!addresses.is_empty()));
        }
    }
    findings
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    const REVERSE: &str = "99.0.0.10.in-addr.arpa";

    pub const CASES: &[Case] = &[repaired(REVERSE, |facts| put(facts, REVERSE, "web.internal"))];
}
