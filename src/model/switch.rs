//! The switch for a name or UUID on the command line, and the name or UUID for a switch.

use std::collections::HashMap;

use uuid::Uuid;

use super::nearest::closest;
use super::shell::shell_word;
use super::snapshot::Switch;
use crate::error::{Error, Kind, Result};

/// A complete UUID. ovn-nbctl takes a shorter one as a prefix, which may match another row.
pub fn full_uuid(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text).ok().filter(|_| text.len() == 36)
}

/// The switch with this name or UUID; `None` where there is none.
///
/// # Errors
/// Ambiguous where several switches have the name, with their UUIDs.
pub fn only<'a>(switches: &'a [Switch], given: &str) -> Result<Option<&'a Switch>> {
    let uuid = full_uuid(given);
    let matches: Vec<&Switch> =
        switches.iter().filter(|row| row.name == given || uuid == Some(row.uuid)).collect();
    match matches[..] {
        [] => Ok(None),
        [found] => Ok(Some(found)),
        _ => {
            let uuids: Vec<String> = matches.iter().map(|row| row.uuid.to_string()).collect();
            Err(Error::new(
                Kind::Ambiguous,
                format!("{} switches have the name {given:?}: {}", uuids.len(), uuids.join(", ")),
            )
            .hint("name it by its UUID"))
        }
    }
}

/// The error for a switch that does not exist, with the nearest name.
pub fn unknown(switches: &[Switch], given: &str) -> Error {
    let error = Error::not_found(format!("there is no logical switch {given:?}"));
    match closest(given, switches.iter().map(|row| row.name.as_str())) {
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
