//! What the tests of the sync plan have in common.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Options, SyncPlan, plan};
use crate::model::fixture::{guest_port, on_first};
use crate::model::life::Life;
use crate::model::snapshot::{Port, Snapshot};

pub fn port(n: u128, name: &str, vm: &str, addresses: &[&str]) -> Port {
    let mut port = guest_port(n, name, addresses);
    if !vm.is_empty() {
        port.external_ids.insert("vm-name".into(), vm.into());
    }
    port
}

pub fn plan_of<'a>(snapshot: &'a Snapshot, prune: bool) -> SyncPlan<'a> {
    let options = Options { prune, ..Options::default() };
    on_first(snapshot, |topology, net1| plan(topology, &Life::of(topology), net1, &options, &BTreeSet::new()))
        .unwrap()
}

pub fn after(snapshot: &Snapshot, prune: bool) -> Snapshot {
    let mut after = snapshot.clone();
    plan_of(snapshot, prune).plan.apply_to(&mut after);
    assert_eq!(plan_of(&after, prune).plan.changes, [], "a second sync changes nothing");
    after
}

/// The records without PTR records after a sync, and its warnings.
pub fn sync(snapshot: &Snapshot, prune: bool) -> (Vec<String>, Vec<String>) {
    let after = after(snapshot, prune);
    let records = after.dns[0].records.iter().map(|(key, value)| format!("{key}={value}"));
    let records = records.filter(|text| !text.contains("arpa")).collect();
    (records, plan_of(snapshot, prune).plan.warnings)
}

/// The UUID in the mark of a host after a sync.
pub fn origin(snapshot: &Snapshot, host: &str) -> Option<String> {
    let key = ["qdns-port-", host].concat();
    after(snapshot, false).dns[0].external_ids.get(&key).cloned()
}

pub fn uuid(n: u128) -> Option<String> {
    Some(Uuid::from_u128(n).to_string())
}
