//! `ptr-dangling`.

use std::collections::HashSet;

use crate::doctor::entries::{asked_for, flaw};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::AttachedZone;
use crate::doctor::{Category, Check, Need, Run};

pub(super) const CHECK: Check = Check {
    code: "ptr-dangling",
    title: "a reverse name that leads to no host",
    category: Category::Reverse,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "The reverse name of the address leads to a name that this switch does not have. A program that looks \
        a peer's name up in both directions (sshd, mail servers) refuses the peer or waits for the forwarders.",
    source: "RFC 1912, section 2.1",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    if zone.hosts.dangling.is_empty() {
        return Vec::new();
    }
    let others = zone.network.rows.iter().filter(|row| row.uuid != zone.zone.row.uuid);
    let elsewhere: HashSet<String> =
        others.flat_map(|row| row.records.keys().map(|key| asked_for(key))).collect();
    let leads_nowhere =
        |key: &str, value: &str| !elsewhere.contains(&asked_for(value)) && flaw(key, value).is_none();
    let dangling = zone.hosts.dangling.iter().filter(|(key, value)| leads_nowhere(key, value));
    dangling
        .map(|(key, value)| {
            let message = format!("{key} leads to {value}, which {} does not have", zone.network.name());
            zone.without_reverse_name(key, value, message).automatic_if(true)
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    const REVERSE: &str = "99.0.0.10.in-addr.arpa";

    pub const CASES: &[Case] = &[
        repaired(REVERSE, |facts| put(facts, REVERSE, "gone.internal")),
        passes(|facts| {
            put(facts, REVERSE, "vm.project.org");
            listed(facts, row(7, ("ls_name", "x"), &[("vm.project.org", "10.0.0.99")]));
        }),
    ];
}
