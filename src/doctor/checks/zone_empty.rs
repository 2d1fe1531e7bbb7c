//! `zone-empty`.

use std::collections::BTreeMap;

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::HostFix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::host::Names;
use crate::model::name::Hostname;
use crate::model::topology::Network;

pub(super) const CHECK: Check = Check {
    code: "zone-empty",
    title: "a zone without records",
    category: Category::Zones,
    severity: Severity::Info,
    needs: &[Need::Northbound],
    explanation: "ovn-northd makes flows that answer queries only for switches that have at least one record: with an \
        empty zone every query goes to the forwarders.",
    source: "ovn-northd(8), Ingress Table: DNS Lookup",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let has_no_records = |network: &Network| network.rows.iter().all(|row| row.records.is_empty());
    let serving = input.topology.serving().map(|(network, _)| (network.index, network));
    let empty: BTreeMap<usize, &Network> =
        serving.filter(|(_, network)| has_no_records(network)).collect();
    Ok(empty
        .into_values()
        .map(|network| {
            let name = network.name();
            Finding::new(name, format!("the zone of {name} has no records: OVN answers no query"))
                .on(name)
                .seen("other_rows", network.rows.len() - 1)
                .host_fix(first_guest(network))
        })
        .collect())
}

/// A guest whose name and address are known.
fn first_guest(network: &Network) -> Option<HostFix> {
    network.guests().find_map(|port| {
        let name = port.guest_name(None).filter(|name| Hostname::parse(name).is_ok())?;
        let address = port.guest_addresses().first().copied()?;
        Some(HostFix::present(network, name, vec![address], Names::Both))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[fires("net1", |facts| records(facts).clear())];
}
