//! What a backup holds besides hosts: zones with their sharing, and what `forwarders set` wrote.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::snapshot::Map;

/// The entries of a file, each with its line, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backup {
    pub zones: Vec<ZoneEntry>,
    pub dhcp: Vec<DhcpEntry>,
    pub balancers: Vec<BalancerEntry>,
}

impl Backup {
    pub fn is_empty(&self) -> bool {
        self.zones.is_empty() && self.dhcp.is_empty() && self.balancers.is_empty()
    }
}

/// A zone without its hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneEntry {
    #[serde(skip)]
    pub line: usize,
    pub switch: String,
    pub domain: String,
    /// The other switches that list it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_with: Vec<String>,
    /// Whether its switch was deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_over: bool,
    #[serde(default, skip_serializing_if = "Stored::is_empty")]
    pub as_stored: Stored,
}

/// Keys and marks that an import of the zone's hosts does not make as they are stored: names that break a rule, values
/// that OVN reads otherwise than they look. `None` where an import makes a key that is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub records: BTreeMap<String, Option<String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub external_ids: BTreeMap<String, Option<String>>,
}

impl Stored {
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.external_ids.is_empty()
    }

    /// What turns the columns that an import makes into those that are stored.
    pub fn difference(made: (&Map, &Map), stored: (&Map, &Map)) -> Self {
        Stored { records: difference(made.0, stored.0), external_ids: difference(made.1, stored.1) }
    }
}

fn difference(made: &Map, stored: &Map) -> BTreeMap<String, Option<String>> {
    let missing = stored.iter().filter(|(key, value)| made.get(*key) != Some(value));
    let missing = missing.map(|(key, value)| (key.clone(), Some(value.clone())));
    let surplus = made.keys().filter(|key| !stored.contains_key(*key)).map(|key| (key.clone(), None));
    missing.chain(surplus).collect()
}

/// A row of DHCP options that `forwarders set` wrote. Its ports say which row it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DhcpEntry {
    #[serde(skip)]
    pub line: usize,
    pub cidr: String,
    /// The names of the ports that use it.
    pub ports: Vec<String>,
    pub options: Map,
    pub external_ids: Map,
}

/// A load balancer of `forwarders set --via`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancerEntry {
    #[serde(skip)]
    pub line: usize,
    pub switch: String,
    /// `udp` or `tcp`.
    pub protocol: String,
    pub vips: Map,
    /// The router that lists it; `None` where the switch does.
    #[serde(default)]
    pub router: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_turns_one_column_into_the_other() {
        let map = |pairs: &[(&str, &str)]| -> Map {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let (made, stored) =
            (map(&[("a", "1"), ("b", "2"), ("c", "3")]), map(&[("a", "1"), ("b", "x"), ("d", "4")]));
        let expected = [("b", Some("x")), ("c", None), ("d", Some("4"))]
            .map(|(key, value)| (key.to_owned(), value.map(str::to_owned)));
        assert_eq!(difference(&made, &stored), expected.into());
    }
}
