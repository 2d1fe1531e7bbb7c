//! `name-shadowed`.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::{Fix, HostFix};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::address;
use crate::model::host::host_name;
use crate::model::lookup::verdict::Verdict;
use crate::model::marks::Owner;
use crate::model::responder::{QueryType, candidates};
use crate::model::snapshot::DnsRow;
use crate::model::topology::Network;
use crate::model::zone::domain_of;
use crate::plan::change::Column;

pub(super) const CHECK: Check = Check {
    code: "name-shadowed",
    title: "two rows of one switch answer differently to the same name",
    category: Category::Records,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "A switch may list several DNS rows, of several owners. OVN does not merge them: ovn-controller goes \
        through the rows of the datapath in the order of a hash and answers from the first that has the key. So \
        it is chance which address a guest gets. Rows that answer the same do no harm.",
    source: "controller/pinctrl.c, pinctrl_handle_dns_lookup; controller/ovn-dns.c",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let mut findings = Vec::new();
    for network in input.topology.switches.iter().filter(|network| network.rows.len() > 1) {
        let mut holders: HashMap<&str, Vec<&DnsRow>> = HashMap::new();
        for row in &network.rows {
            for key in row.records.keys() {
                holders.entry(key).or_default().push(row);
            }
        }
        let is_chance = |(key, rows): &(&str, Vec<&DnsRow>)| rows.len() > 1 && differ(rows, key);
        let shared: BTreeMap<&str, Vec<&DnsRow>> = holders.into_iter().filter(is_chance).collect();
        for (key, mut rows) in shared {
            rows.sort_by_key(|row| (!row.is_ours(), row.uuid));
            findings.push(finding(network, key, &rows));
        }
    }
    Ok(findings)
}

/// Whether rows answer differently to a query for a key. A key that no query matches makes no difference.
fn differ(rows: &[&DnsRow], key: &str) -> bool {
    let is_ambiguous = |kind| {
        let rows = candidates(rows.iter().copied(), key, kind);
        Verdict::of(&rows, None) == Verdict::Ambiguous
    };
    let addresses = [QueryType::A, QueryType::Aaaa];
    let kinds = if address::is_reverse_name(key) { &[QueryType::Ptr][..] } else { &addresses };
    kinds.iter().copied().any(is_ambiguous)
}

fn finding(network: &Network, key: &str, rows: &[&DnsRow]) -> Finding {
    let name = network.name();
    let seen = |row: &&DnsRow| -> Value {
        json!({ "row": row.uuid, "owner": row.owner().name(), "value": row.records[key] })
    };
    let message = format!("{key} is in {} rows of {name}: which of them answers is chance", rows.len());
    let other_owner = rows.iter().map(|row| row.owner()).find(|owner| *owner != Owner::Qdns);
    Finding::new(key, message)
        .on(name)
        .owned_by(other_owner.unwrap_or(Owner::Qdns))
        .seen("rows", rows.iter().map(seen).collect::<Vec<_>>())
        .fix(fix(network, key, rows))
}

/// Takes the name out of the switch's zone. Where the other row is a zone too, the operator decides which one keeps the
/// name; several zones of one switch are merged first.
fn fix(network: &Network, key: &str, rows: &[&DnsRow]) -> Option<Fix> {
    let mut own = network.own_zones();
    let row = own.next().filter(|row| own.next().is_none() && rows.iter().any(|other| other.uuid == row.uuid))?;
    if rows.iter().all(|row| row.is_ours()) {
        return None;
    }
    if !address::is_reverse_name(key) {
        let host = host_name(key, &domain_of(row));
        return Some(Fix::Host(HostFix::absent(network, &host)));
    }
    Some(Fix::set(Column::DnsRecords, row.uuid, &row.records, key, None))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("web", |facts| listed(facts, row(7, ("ls_name", "x"), &[("web", "10.0.0.9")]))),
        passes(|facts| listed(facts, row(7, ("ls_name", "x"), &[("other", "10.0.0.9")]))),
        passes(|facts| listed(facts, row(7, ("ls_name", "x"), &[("web", "fd00::10 10.0.0.10")]))),
    ];

    #[test]
    fn the_other_owner_is_named() {
        let found =
            found(&CHECK, |facts| listed(facts, row(7, ("ls_name", "x"), &[("web", "10.0.0.9")])));
        assert_eq!(found[0].owner, Some(Owner::Neutron));
    }
}
