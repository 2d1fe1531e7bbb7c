//! `foreign-row-unlisted`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::listing::some_of;
use crate::model::snapshot::DnsRow;

pub(super) const CHECK: Check = Check {
    code: "foreign-row-unlisted",
    title: "a row of another program that its switch does not list",
    category: Category::Zones,
    severity: Severity::Info,
    needs: &[Need::Northbound],
    explanation: "Neutron, Incus and LXD write the name of a row's switch into its marks. OVN answers from a row only \
        if the switch lists it. Incus 6.0 takes the row of a stopped instance off the switch and does not put it back \
        when the instance starts: its name no longer resolves. Only that program can put it back; qdns never changes \
        rows of other programs.",
    source: "ovn-nb(5), Logical_Switch:dns_records; seen with Incus 6.0.4",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let rows = input.topology.rows.dns.iter().filter(|row| row.owner().is_foreign());
    let mut findings: Vec<Finding> = rows.filter_map(|row| finding(input, row)).collect();
    findings.sort_by(|a, b| (&a.switch, &a.subject).cmp(&(&b.switch, &b.subject)));
    Ok(findings)
}

/// A finding about a row whose switch exists, has a machine with the row's names, and does not list the row.
fn finding(input: &Input, row: &DnsRow) -> Option<Finding> {
    let [only] = input.topology.named(row.foreign_switch()?)[..] else { return None };
    let network = &input.topology.switches[only];
    let names: Vec<String> = row.names().map(str::to_owned).collect();
    let is_alive = match row.foreign_port() {
        Some(port) => network.ports.iter().any(|of_switch| of_switch.name == port),
        None => network.guests().next().is_some(),
    };
    if names.is_empty() || !is_alive || network.rows.iter().any(|listed| listed.uuid == row.uuid) {
        return None;
    }
    let (owner, switch) = (row.owner().name(), network.name());
    let message = format!(
        "a row of {owner} has {}, and {switch} does not list it: no guest of {switch} gets an answer",
        some_of(&names)
    );
    let finding = Finding::new(row.uuid.to_string(), message).on(switch).owned_by(row.owner());
    Some(finding.seen("names", names.len()).seen("port", row.foreign_port()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::doctor::testing::*;

    const ROW: &str = "00000000-0000-0000-0000-000000000007";

    /// A row of Incus for a port of net1 that the switch does not list.
    fn of_incus(facts: &mut Facts, port: &str) {
        let mut row = row(7, ("incus_switch", "net1"), &[("c1.incus", "10.0.0.10")]);
        row.external_ids.insert("incus_switch_port".into(), port.into());
        nb(facts).dns.push(row);
    }

    pub const CASES: &[Case] = &[
        fires(ROW, |facts| of_incus(facts, "web")),
        // A stopped instance has no port.
        passes(|facts| of_incus(facts, "gone")),
        passes(|facts| {
            of_incus(facts, "web");
            nb(facts).switches[0].dns_records.push(uuid(7));
        }),
        fires(ROW, |facts| nb(facts).dns.push(row(7, ("ls_name", "net1"), &[("vm", "10.0.0.10")]))),
        passes(|facts| nb(facts).dns.push(row(7, ("ls_name", "gone"), &[("vm", "10.0.0.10")]))),
        passes(|facts| nb(facts).dns.push(row(7, ("ls_name", "net1"), &[]))),
    ];

    #[test]
    fn a_row_of_another_program_gets_no_fix() {
        let found = found(&CHECK, |facts| of_incus(facts, "web"));
        assert_eq!(found[0].fixes, []);
        assert_eq!(found[0].owner.map(|owner| owner.name()), Some("incus"));
    }
}
