//! The switch for a name or UUID on the command line, and the name or UUID for a switch.

use std::collections::HashMap;

use uuid::Uuid;

use super::nearest::closest;
use super::shell::shell_word;
use super::snapshot::{DnsRow, Switch};
use crate::error::{Error, Kind, Result};

/// A complete UUID. ovn-nbctl takes a shorter one as a prefix, which may match another row.
pub fn full_uuid(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text).ok().filter(|_| text.len() == 36)
}

/// The switch with this name or UUID, else the one that operators know by this name; `None` where there is none. OVN's
/// own name goes first: who may name networks must not be able to take the name of a switch.
///
/// # Errors
/// Ambiguous where several switches have the name, with their UUIDs or the names that OVN has for them.
pub fn only<'a>(switches: &'a [Switch], given: &str) -> Result<Option<&'a Switch>> {
    let uuid = full_uuid(given);
    let matches: Vec<&Switch> =
        switches.iter().filter(|row| row.name == given || uuid == Some(row.uuid)).collect();
    match matches[..] {
        [] => only_known_as(switches, given),
        [found] => Ok(Some(found)),
        _ => Err(several(&matches, given, |row| row.uuid.to_string()).hint("name it by its UUID")),
    }
}

fn only_known_as<'a>(switches: &'a [Switch], given: &str) -> Result<Option<&'a Switch>> {
    let matches: Vec<&Switch> = switches.iter().filter(|row| row.known_as() == Some(given)).collect();
    match matches[..] {
        [] => Ok(None),
        [found] => Ok(Some(found)),
        _ => {
            Err(several(&matches, given, |row| row.name.clone()).hint("name it as OVN does, or by its UUID"))
        }
    }
}

fn several(matches: &[&Switch], given: &str, shown: fn(&Switch) -> String) -> Error {
    let mut all: Vec<String> = matches.iter().map(|row| shown(row)).collect();
    all.sort();
    Error::new(Kind::Ambiguous, format!("{} switches have the name {given:?}: {}", all.len(), all.join(", ")))
}

/// The switch that was deleted and left these rows of ours over, which are marked for it. `None` where one other switch
/// lists a row: it is that switch's zone, which was renamed. `listing` are the switches that list the rows.
pub fn deleted(name: &str, rows: &[DnsRow], listing: &[Switch]) -> Option<Switch> {
    let lists = |row: &DnsRow| listing.iter().filter(|switch| switch.dns_records.contains(&row.uuid)).count();
    let left: Vec<Uuid> = rows.iter().filter(|row| lists(row) != 1).map(|row| row.uuid).collect();
    (!left.is_empty()).then(|| Switch {
        name: name.to_owned(),
        dns_records: left,
        is_deleted: true,
        ..Switch::default()
    })
}

/// A UUID in a name, as Neutron's names have.
fn uuid_in(name: &str) -> Option<&str> {
    const LENGTH: usize = 36;
    let texts = (0..name.len()).filter_map(|at| name.get(at..at + LENGTH));
    texts.into_iter().find(|text| full_uuid(&text.replace('_', "-")).is_some())
}

/// The error for a switch that does not exist, with the nearest name. A name with another UUID, as those of Neutron have,
/// is another network's, however near it is.
pub fn unknown(switches: &[Switch], given: &str) -> Error {
    let error = Error::not_found(format!("there is no logical switch {given:?}"));
    let is_other = |name: &str| uuid_in(name).is_some_and(|uuid| !given.contains(uuid));
    let names = switches.iter().flat_map(|row| std::iter::once(row.name.as_str()).chain(row.known_as()));
    let names = names.filter(|name| !is_other(name));
    match closest(given, names) {
        Some(near) => error.hint(format!("did you mean `{}`?", shell_word(near))),
        None => error.hint("ovn-nbctl ls-list lists the switches"),
    }
}

/// What a command accepts for each switch: its name, or its UUID where the name is empty or not unique.
pub fn words(switches: &[Switch]) -> HashMap<Uuid, String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for row in switches {
        *counts.entry(&row.name).or_default() += 1;
    }
    let word = |row: &Switch| {
        let is_unique = counts[row.name.as_str()] == 1;
        if row.name.is_empty() || !is_unique { row.uuid.to_string() } else { row.name.clone() }
    };
    switches.iter().map(|row| (row.uuid, word(row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_differs_in_its_uuid_is_not_near() {
        let switch = |name: &str| Switch { name: name.into(), ..Switch::default() };
        let network = "neutron-ed6b25fe-ea2d-43a9-ae64-339033203b7b";
        let switches = [switch(network), switch("ed6b25fe-ea2d-43a9-ae64-339033203b7b")];
        for given in [
            "neutron-ed6b25fe-ea2d-43a9-ae64-339033203b7c",
            "neutron-015a5c4a-2c36-498b-abcd-cc18206fac62",
            "neutron-ed6b25fe-ea2d-43a9-ae64-33903320",
            "ed6b25fe-ea2d-43a9-ae64-339033203b7c",
        ] {
            assert_eq!(unknown(&switches, given).hints, ["ovn-nbctl ls-list lists the switches"], "{given}");
        }
        let hint = &unknown(&switches, &network.replace("neutron", "neutorn")).hints[0];
        assert_eq!(*hint, format!("did you mean `{network}`?"));
    }

    #[test]
    fn a_network_is_found_by_the_name_that_operators_know() {
        let switch = |n: u128, name: &str, known_as: &str| Switch {
            uuid: Uuid::from_u128(n),
            name: name.into(),
            external_ids: [("neutron:network_name".to_owned(), known_as.to_owned())].into(),
            ..Switch::default()
        };
        let switches = [
            switch(1, "neutron-a", "private"),
            switch(2, "neutron-b", "twin"),
            switch(3, "neutron-c", "twin"),
            switch(4, "neutron-d", "net1"),
            switch(5, "net1", ""),
        ];
        assert_eq!(only(&switches, "private").unwrap(), Some(&switches[0]));
        assert_eq!(only(&switches, "net1").unwrap(), Some(&switches[4]), "OVN's name goes first");
        assert_eq!(only(&switches, "").unwrap(), None);
        let error = only(&switches, "twin").unwrap_err();
        assert_eq!(error.message, "2 switches have the name \"twin\": neutron-b, neutron-c");
        assert_eq!(unknown(&switches, "privat").hints[0], "did you mean `private`?");
    }

    #[test]
    fn a_row_that_one_other_switch_lists_is_not_left_over() {
        let row = DnsRow { uuid: Uuid::from_u128(9), ..DnsRow::default() };
        let listing =
            |n: u128| Switch { uuid: Uuid::from_u128(n), dns_records: vec![row.uuid], ..Switch::default() };
        let is_left = |listing: &[Switch]| deleted("gone", std::slice::from_ref(&row), listing).is_some();
        assert!(is_left(&[]));
        assert!(!is_left(&[listing(1)]), "the switch was renamed");
        assert!(is_left(&[listing(1), listing(2)]), "two switches share the zone");
    }

    #[test]
    fn a_word_means_one_switch_or_is_refused() {
        let switch =
            |n, name: &str| Switch { uuid: Uuid::from_u128(n), name: name.into(), ..Switch::default() };
        let switches = [switch(1, "net1"), switch(2, "twin"), switch(3, "twin"), switch(4, "")];
        let uuid = |n| Uuid::from_u128(n).to_string();
        for n in 1..=4 {
            assert_eq!(only(&switches, &uuid(n)).unwrap(), Some(&switches[n as usize - 1]));
        }
        assert_eq!(only(&switches, "net1").unwrap(), Some(&switches[0]));
        assert_eq!(only(&switches, &uuid(1)[..8]).unwrap(), None);
        let error = only(&switches, "twin").unwrap_err();
        assert_eq!(error.kind, Kind::Ambiguous);
        assert!(error.message.contains(&uuid(2)) && error.message.contains(&uuid(3)), "{error:?}");
        assert_eq!(unknown(&switches, "nte1").hints[0], "did you mean `net1`?");

        let words = words(&switches);
        for switch in &switches {
            assert_eq!(only(&switches, &words[&switch.uuid]).unwrap(), Some(switch));
        }
        assert_eq!(words[&switches[0].uuid], "net1");
    }
}
