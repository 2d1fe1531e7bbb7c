//! `northd-stalled`.

use std::collections::HashSet;

use uuid::Uuid;

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::topology::Network;

pub(super) const CHECK: Check = Check {
    code: "northd-stalled",
    title: "ovn-northd does not copy changes to the southbound database",
    category: Category::Delivery,
    severity: Severity::Error,
    needs: &[Need::Northbound, Need::Southbound],
    explanation: "ovn-northd makes the southbound database from the northbound one, and every chassis answers from \
        the southbound one. Where ovn-northd is dead, paused or busy, names that were added do not resolve, and names \
        that were removed still do. NB_Global:nb_cfg is the number of the last change that a client waited for, \
        NB_Global:sb_cfg the number that ovn-northd has reached; a switch without a datapath shows the same.",
    source: "ovn-nb(5), NB_Global; ovn-northd(8)",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let known: HashSet<&Uuid> = input.southbound()?.datapaths.values().collect();
    let switches = &input.topology.switches;
    let missing: Vec<&Network> =
        switches.iter().filter(|network| !known.contains(&network.switch.uuid)).collect();
    let (nb_cfg, sb_cfg) = (input.topology.rows.global.nb_cfg, input.topology.rows.global.sb_cfg);
    if nb_cfg <= sb_cfg && missing.is_empty() {
        return Ok(Vec::new());
    }
    let message = match missing.len() {
        0 => format!("a client waits for change {nb_cfg}, and ovn-northd has reached {sb_cfg}"),
        count => format!("ovn-northd has made no datapath for {count} of {} switches", switches.len()),
    };
    let mut finding = Finding::new("ovn-northd", message).seen("nb_cfg", nb_cfg).seen("sb_cfg", sb_cfg);
    if !missing.is_empty() {
        let shown = || missing.iter().take(10);
        finding = finding
            .seen("switches", shown().map(|network| network.name()).collect::<Vec<_>>())
            .seen("uuids", shown().map(|network| network.switch.uuid).collect::<Vec<_>>());
    }
    if let Ok(status) = &input.facts.northd {
        finding = finding.seen("status", status);
    }
    Ok(vec![input.repaired_by_northd(finding)])
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] =
        &[fires("ovn-northd", |facts| nb(facts).global.nb_cfg = 4), fires("ovn-northd", other_switch)];
}
