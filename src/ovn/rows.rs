//! Whole rows and references as commands of a transaction: made, referred to, destroyed, and taken back.

use uuid::Uuid;

use super::quote;
use crate::model::snapshot::{LoadBalancer, Map, Snapshot};
use crate::plan::change::{Change, Plan, Reference};

const BALANCER: &str = "Load_Balancer";

/// The commands of a change; none for one that is not of whole rows.
pub(super) fn commands(change: &Change) -> Vec<Vec<String>> {
    match change {
        Change::Create(row) => create(row),
        Change::Destroy(row) => {
            // The removals make the transaction depend on the columns being as they are listed.
            let uuid = row.uuid.to_string();
            let columns = [("vips", &row.vips), ("external_ids", &row.external_ids)];
            let mut commands: Vec<Vec<String>> = columns
                .into_iter()
                .filter_map(|(column, map)| Some((column, map.first_key_value()?)))
                .map(|(column, (key, value))| {
                    words(&["remove", BALANCER, &uuid, column, &quote::pair(key, value)])
                })
                .collect();
            commands.push(words(&["destroy", BALANCER, &uuid]));
            commands
        }
        Change::Refer(reference) => vec![refer("add", reference)],
        Change::Unrefer(reference) => vec![refer("remove", reference)],
        _ => Vec::new(),
    }
}

fn create(row: &LoadBalancer) -> Vec<Vec<String>> {
    let uuid = row.uuid.to_string();
    // In `create` a value is tokenised only where it begins with a quote, so it is always given one.
    let (name, protocol) =
        (format!("name={}", quote::string(&row.name)), format!("protocol={}", row.protocol));
    let mut commands = vec![words(&[&format!("--id={uuid}"), "create", BALANCER, &name, &protocol])];
    for (column, map) in [("vips", &row.vips), ("options", &row.options), ("external_ids", &row.external_ids)]
    {
        if !map.is_empty() {
            let mut command = words(&["add", BALANCER, &uuid, column]);
            command.extend(pairs(map));
            commands.push(command);
        }
    }
    commands
}

fn refer(verb: &str, reference: &Reference) -> Vec<String> {
    let (table, column) = reference.column.names();
    words(&[verb, table, &reference.row.to_string(), column, &reference.target.to_string()])
}

/// The rows that a change touches.
pub(super) fn touched(change: &Change) -> Vec<(&'static str, Uuid)> {
    match change {
        Change::Create(row) | Change::Destroy(row) => vec![(BALANCER, row.uuid)],
        Change::Refer(reference) | Change::Unrefer(reference) => {
            vec![(reference.column.names().0, reference.row)]
        }
        _ => Vec::new(),
    }
}

/// Whether a snapshot of the touched rows shows the change.
pub(super) fn is_done(change: &Change, now: &Snapshot) -> bool {
    match change {
        Change::Create(row) => now.load_balancer(row.uuid).is_some_and(|there| there == row),
        Change::Destroy(row) => now.load_balancer(row.uuid).is_none(),
        Change::Refer(reference) => reference.is_in(now),
        Change::Unrefer(reference) => !reference.is_in(now),
        _ => false,
    }
}

/// The change that takes one back, where it did something.
pub(super) fn inverse(change: &Change, before: &Snapshot) -> Option<Change> {
    match change {
        Change::Create(row) => Some(Change::Destroy(row.clone())),
        Change::Destroy(row) => before.load_balancer(row.uuid).cloned().map(Change::Create),
        Change::Refer(reference) if !reference.is_in(before) => Some(Change::Unrefer(reference.clone())),
        Change::Unrefer(reference) if reference.is_in(before) => Some(Change::Refer(reference.clone())),
        _ => None,
    }
}

/// The name of a row that was destroyed although it was no longer what the plan had read.
pub(super) fn destroyed_otherwise<'a>(plan: &'a Plan, before: &Snapshot) -> Option<&'a str> {
    plan.changes.iter().find_map(|change| match change {
        Change::Destroy(row) if before.load_balancer(row.uuid).is_some_and(|was| was != row) => {
            Some(row.name.as_str())
        }
        _ => None,
    })
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn pairs(map: &Map) -> impl Iterator<Item = String> {
    map.iter().map(|(key, value)| quote::pair(key, value))
}
