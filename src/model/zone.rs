//! A zone: the row of the `DNS` table that holds the names of a switch, its home.

use uuid::Uuid;

use super::address;
use super::host::Hosts;
use super::marks::{DOMAIN_MARK, SWITCH_MARK};
use super::name::Domain;
use super::snapshot::{DnsRow, Map, Switch};

/// The UUID of the zone that qdns makes for a switch: a UUIDv5 in the switch's own namespace (RFC 9562,
/// section 5.5), so that a second creator fails on it.
pub fn zone_uuid(switch: Uuid) -> Uuid {
    Uuid::new_v5(&switch, b"qdns")
}

/// The marks of a zone that qdns makes.
pub fn zone_marks(switch: &Switch, domain: &Domain) -> Map {
    Map::from([
        (SWITCH_MARK.to_owned(), switch.name.clone()),
        (DOMAIN_MARK.to_owned(), domain.as_str().to_owned()),
    ])
}

/// Whether a row's mark names a switch, by its name or by its UUID, or names none.
pub fn marks_switch(row: &DnsRow, switch: &Switch) -> bool {
    row.switch_mark().is_none_or(|mark| mark == switch.name || mark == switch.uuid.to_string())
}

/// A row's domain: its mark, or the default where it has none.
pub fn domain_of(row: &DnsRow) -> Domain {
    row.external_ids.get(DOMAIN_MARK).map(|text| Domain::stored(text)).unwrap_or_default()
}

/// A row of ours, with the switches that it concerns as indexes into
/// [`Topology::switches`](super::topology::Topology::switches).
#[derive(Clone, Debug)]
pub struct Zone<'a> {
    /// The row.
    pub row: &'a DnsRow,
    /// Its domain.
    pub domain: Domain,
    /// The switch whose names it holds; `None` where that switch does not exist.
    pub home: Option<usize>,
    /// The switches that list it, whose guests it answers.
    pub listed_by: Vec<usize>,
}

impl<'a> Zone<'a> {
    /// A row of ours with its home and the switches that list it.
    pub fn new(row: &'a DnsRow, home: Option<usize>, listed_by: Vec<usize>) -> Self {
        Zone { row, domain: domain_of(row), home, listed_by }
    }

    /// Its hosts.
    pub fn hosts(&self) -> Hosts<'a> {
        Hosts::of(self.row, &self.domain)
    }

    /// Whether it has hosts.
    pub fn has_hosts(&self) -> bool {
        self.row.records.keys().any(|key| !address::is_reverse_name(key))
    }

    /// Whether its home lists it, so that it answers there.
    pub fn is_attached(&self) -> bool {
        self.home.is_some_and(|home| self.listed_by.contains(&home))
    }
}
