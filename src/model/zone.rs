//! A zone: the row of the `DNS` table with the names of one switch, its home.

use uuid::Uuid;

use super::address;
use super::host::Hosts;
use super::marks::{DOMAIN_MARK, SWITCH_MARK};
use super::name::Domain;
use super::snapshot::{DnsRow, Map, Switch};

/// The UUID of the zone that qdns creates for a switch: a UUIDv5 in the switch's namespace (RFC 9562, section 5.5), so
/// that a second creation fails.
pub fn zone_uuid(switch: Uuid) -> Uuid {
    Uuid::new_v5(&switch, b"qdns")
}

/// The marks of a zone that qdns creates.
pub fn zone_marks(switch: &Switch, domain: &Domain) -> Map {
    Map::from([
        (SWITCH_MARK.to_owned(), switch.name.clone()),
        (DOMAIN_MARK.to_owned(), domain.as_str().to_owned()),
    ])
}

/// Whether a row's mark names this switch, by name or UUID. A row without a mark may be of any switch.
pub fn marks_switch(row: &DnsRow, switch: &Switch) -> bool {
    row.switch_mark().is_none_or(|mark| mark == switch.name || mark == switch.uuid.to_string())
}

/// A row's domain: its mark, or the default where there is no mark or where it breaks the
/// rules of domains.
pub fn domain_of(row: &DnsRow) -> Domain {
    row.external_ids.get(DOMAIN_MARK).and_then(|text| Domain::parse(text).ok()).unwrap_or_default()
}

/// A row of qdns. Its switches are indexes into [`Topology::switches`](super::topology::Topology::switches).
#[derive(Clone, Debug)]
pub struct Zone<'a> {
    pub row: &'a DnsRow,
    pub domain: Domain,
    /// The switch whose names it has; `None` where that switch does not exist.
    pub home: Option<usize>,
    /// The switches that list it. It answers their guests.
    pub listed_by: Vec<usize>,
}

impl<'a> Zone<'a> {
    pub fn new(row: &'a DnsRow, home: Option<usize>, listed_by: Vec<usize>) -> Self {
        Zone { row, domain: domain_of(row), home, listed_by }
    }

    pub fn hosts(&self) -> Hosts<'a> {
        Hosts::of(self.row, &self.domain)
    }

    pub fn has_hosts(&self) -> bool {
        self.row.records.keys().any(|key| !address::is_reverse_name(key))
    }

    /// Whether its home lists it, so that it answers the home's guests.
    pub fn is_attached(&self) -> bool {
        self.home.is_some_and(|home| self.listed_by.contains(&home))
    }
}
