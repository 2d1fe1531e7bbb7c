//! Plans that let other switches list the zone of a switch, and that end this.

use std::collections::BTreeSet;

use super::change::{Change, Listing, Reference};
use super::{Plan, Undo, zone};
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::host::host_name;
use crate::model::shell::CommandLine;
use crate::model::snapshot::DnsRow;
use crate::model::topology::{Network, Topology};
use crate::model::zone::Zone;

/// The most keys that a refusal lists.
const KEYS_SHOWN: usize = 20;

/// A plan after which other switches list the zone of a switch too, so that it answers their guests.
///
/// # Errors
/// Not found where the switch has no zone or was deleted; invalid input for the switch itself; a conflict for a switch of another
/// program, and where a switch would serve a key from two rows.
pub fn share(topology: &Topology, home: &Network, with: &[&Network]) -> Result<Plan> {
    let zone = zone_of(topology, home)?;
    if home.switch.is_deleted {
        return Err(left_over(home));
    }
    let mut plan = Plan::for_switch(home.switch);
    let own = Reference::to_zone(home.switch, zone.row.uuid);
    if zone.is_attached() {
        plan.expects_references.push(own);
    } else {
        plan.warnings.push(format!("switch {} did not list its zone; it lists it again", home.name()));
        plan.changes.push(Change::Refer(own));
    }
    let mut new: Vec<&Network> = Vec::new();
    for network in each_once(home, with)? {
        if network.switch.dns_records.contains(&zone.row.uuid) {
            continue;
        }
        refuse_foreign(network)?;
        refuse_served_twice(topology, home, network, zone.row)?;
        // A key that one of the rows gets meanwhile may be in another too.
        plan.expects_listings.push(Listing::of(network.switch));
        plan.expects_rows.extend(network.rows.iter().map(|row| (*row).clone()));
        plan.changes.push(Change::Refer(reference(home, network, zone)));
        new.push(network);
    }
    if !new.is_empty() {
        plan.expects_rows.push(zone.row.clone());
        plan.expects_rows.sort_by_key(|row| row.uuid);
        plan.expects_rows.dedup_by_key(|row| row.uuid);
    }
    plan.undo.extend(home.sharing_command("unshare", &new).map(Undo::Qdns));
    Ok(plan)
}

/// A plan after which other switches no longer list the zone of a switch.
///
/// # Errors
/// Not found where the switch has no zone; invalid input for the switch itself.
pub fn unshare(topology: &Topology, home: &Network, with: &[&Network]) -> Result<Plan> {
    let zone = zone_of(topology, home)?;
    let mut plan = Plan::for_switch(home.switch);
    let mut networks = each_once(home, with)?;
    networks.retain(|network| network.switch.dns_records.contains(&zone.row.uuid));
    let references = || networks.iter().map(|network| reference(home, network, zone));
    plan.changes.extend(references().map(Change::Unrefer));
    if home.switch.is_deleted {
        // No command shares the zone of a switch that is gone.
        let listed: Vec<Change> = references().map(Change::Refer).collect();
        plan.undo.extend((!listed.is_empty()).then_some(Undo::Changes(listed)));
    } else {
        plan.undo.extend(home.sharing_command("share", &networks).map(Undo::Qdns));
    }
    Ok(plan)
}

fn zone_of<'t, 'a>(topology: &'t Topology<'a>, home: &Network<'a>) -> Result<&'t Zone<'a>> {
    topology.zone_of(home)?.ok_or_else(|| zone::missing(topology, home))
}

fn left_over(home: &Network) -> Error {
    let remove = CommandLine::qdns(["zone", "rm"]).value(home.name());
    Error::not_found(format!(
        "switch {} was deleted and left its zone behind: no other switch can share it",
        home.name()
    ))
    .hint(format!("{remove} removes it"))
}

/// The reference of another switch to the zone of its home.
fn reference(home: &Network, network: &Network, zone: &Zone) -> Reference {
    Reference {
        row_label: network.name().to_owned(),
        target_name: format!("zone of {}", home.name()),
        ..Reference::to_zone(network.switch, zone.row.uuid)
    }
}

fn each_once<'t, 'a>(home: &Network, with: &[&'t Network<'a>]) -> Result<Vec<&'t Network<'a>>> {
    if with.iter().any(|network| network.index == home.index) {
        let name = home.name();
        return Err(Error::invalid(format!("{name} is the home of the zone, and has its names in any case"))
            .hint(format!(
                "{} shows which switches share it",
                CommandLine::qdns(["zone", "show"]).value(name)
            )));
    }
    let mut seen = BTreeSet::new();
    Ok(with.iter().copied().filter(|network| seen.insert(network.index)).collect())
}

/// # Errors
/// A conflict where the switch belongs to another program, whose rows qdns never writes.
fn refuse_foreign(network: &Network) -> Result<()> {
    let (name, owner) = (network.name(), network.switch.owner());
    if !owner.is_foreign() {
        return Ok(());
    }
    let owner = owner.name();
    Err(Error::conflict(format!("switch {name} belongs to {owner}, so qdns lets it list no other zone"))
        .hint(format!("names for its guests come from {owner}")))
}

/// # Errors
/// A conflict where another row of the switch has a key of the zone: OVN does not merge rows, so one of the two values
/// would answer by chance.
fn refuse_served_twice(topology: &Topology, home: &Network, network: &Network, zone: &DnsRow) -> Result<()> {
    let others = network.rows.iter().filter(|row| row.uuid != zone.uuid);
    let twice: Vec<(&DnsRow, &str, &str)> = others
        .flat_map(|row| {
            let common = row.records.iter().filter(|(key, _)| zone.records.contains_key(*key));
            common.map(|(key, value)| (*row, key.as_str(), value.as_str()))
        })
        .collect();
    let is_name = |(_, key, _): &&(&DnsRow, &str, &str)| !address::is_reverse_name(key);
    let Some((row, key, value)) = twice.iter().find(is_name).or(twice.first()) else { return Ok(()) };
    let (home, switch) = (home.name(), network.name());
    let detail = |(row, key, value): &(&DnsRow, &str, &str)| {
        format!("{key}: {} in the zone of {home}, {value} in {}", zone.records[*key], topology.row_label(row))
    };
    let mut details: Vec<String> = twice.iter().take(KEYS_SHOWN).map(detail).collect();
    if twice.len() > KEYS_SHOWN {
        details.push(format!("and {} more", twice.len() - KEYS_SHOWN));
    }
    let keys = if twice.len() == 1 { "key" } else { "keys" };
    let error = Error::conflict(format!(
        "switch {switch} would serve {} {keys} twice, and which value answers would be chance:",
        twice.len()
    ));
    let error = error.details(details);
    let holder = topology.zones.iter().find(|zone| zone.row.uuid == row.uuid);
    Err(match holder {
        Some(zone) => {
            let name = if address::is_reverse_name(key) { value } else { key };
            let host = host_name(name, &zone.domain);
            let remove = CommandLine::qdns(["record", "rm"]).value(topology.home_name(zone)).value(host);
            error.hint(format!("remove or rename one of the two: {remove}"))
        }
        None => error.hint(format!(
            "{} shows the rows of the switch; qdns writes only its own",
            CommandLine::qdns(["zone", "show"]).value(switch)
        )),
    })
}
