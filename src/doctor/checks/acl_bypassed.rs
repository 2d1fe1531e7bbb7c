//! `acl-bypassed`.

use std::collections::HashSet;

use uuid::Uuid;

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::acls::AclIndex;
use crate::model::snapshot::Acl;
use crate::model::topology::Network;

pub(super) const CHECK: Check = Check {
    code: "acl-bypassed",
    title: "packets from UDP port 53 pass the ACLs of a switch with names",
    category: Category::Queries,
    severity: Severity::Warning,
    needs: &[Need::Northbound, Need::Southbound, Need::DnsFlows],
    explanation: "From the first record on, ovn-northd lets the answers of the responder pass the to-lport ACLs of the \
        switch, whatever the guests' ACLs say. Up to OVN 24.03.4 and 24.09.1 the flow for this is `udp.src == 53`: any \
        sender whose packets have this source port reaches every UDP port of the guests (CVE-2025-0650). OVN 24.03.5, \
        24.09.2 and 25.03 let only the responder's own packets pass; the older series from 22.03 on were repaired in \
        their branches without a release, and distributions have packages of their own. Therefore the flow itself is \
        looked for, and not the release. Without names on the switch there is no such flow.",
    source: "CVE-2025-0650; OVN commit 474bdfcad \"Skip only OVN DNS responder packets from OUT_ACL\"; seen on OVN 23.03, \
        and not on 25.03 and 26.03",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let sb = input.southbound()?;
    let bypasses: HashSet<&Uuid> = input.facts.dns_flows.iter().flat_map(|flows| &flows.bypasses).collect();
    let open: HashSet<&Uuid> =
        sb.datapaths.iter().filter(|(path, _)| bypasses.contains(path)).map(|(_, switch)| switch).collect();
    let networks = input.topology.switches.iter().filter(|network| open.contains(&network.switch.uuid));
    let acls = AclIndex::of(input.topology.rows);
    Ok(networks.filter_map(|network| finding(input, network, &acls.on(network.switch))).collect())
}

fn finding(input: &Input, network: &Network, acls: &[&Acl]) -> Option<Finding> {
    let drops_by_default =
        input.topology.rows.global.options.get("default_acl_drop").is_some_and(|value| value == "true");
    let is_open = |acl: &&&Acl| {
        acl.direction == "to-lport" && (drops_by_default || matches!(acl.action.as_str(), "drop" | "reject"))
    };
    let count = acls.iter().filter(is_open).count();
    let name = network.name();
    let message = format!(
        "packets from UDP port 53 of any sender pass the ACLs that protect the guests of {name} (CVE-2025-0650)"
    );
    let finding = Finding::new(name, message).on(name).owned_by(network.switch.owner()).seen("acls", count);
    let finding = match input.topology.rows.release() {
        Some(release) => finding.seen("release", release.to_string()),
        None => finding,
    };
    let hint = "upgrade ovn-central to 24.03.5, 24.09.2, 25.03 or a package of your distribution with the fix";
    (count > 0).then(|| finding.hint(hint))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::facts::Facts;
    use crate::doctor::testing::*;
    use crate::model::snapshot::Acl;

    /// The switch has the flow, and an ACL.
    fn open(facts: &mut Facts, direction: &str, action: &str) {
        facts.dns_flows.as_mut().unwrap().bypasses = vec![uuid(51)];
        let (direction, action) = (direction.into(), action.into());
        nb(facts).acls.push(Acl { uuid: uuid(61), direction, action, ..Acl::default() });
        nb(facts).switches[0].acls.push(uuid(61));
    }

    pub const CASES: &[Case] = &[
        fires("net1", |facts| open(facts, "to-lport", "drop")),
        fires("net1", |facts| {
            open(facts, "to-lport", "allow");
            nb(facts).global.options.insert("default_acl_drop".into(), "true".into());
        }),
        passes(|facts| open(facts, "from-lport", "drop")),
        passes(|facts| open(facts, "to-lport", "allow")),
        passes(|facts| {
            open(facts, "to-lport", "drop");
            facts.dns_flows.as_mut().unwrap().bypasses = vec![uuid(52)];
        }),
    ];
}
