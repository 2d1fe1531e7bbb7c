//! Two rows of qdns for one switch: what moves from one to the other before the first is destroyed.

use super::fix::entry;
use crate::model::address;
use crate::model::host::Hosts;
use crate::model::marks::{HostMark, MARK_PREFIX};
use crate::model::snapshot::DnsRow;
use crate::model::zone::domain_of;
use crate::plan::change::{Change, Column};

/// What becomes of the content of a row that another row replaces.
#[derive(Debug, Default)]
pub struct Merge<'r> {
    /// Keys and marks that only the replaced row has go into the other.
    pub changes: Vec<Change>,
    /// The names that have other values in the other row, or that mean another host there.
    pub lost: Vec<&'r str>,
}

impl<'r> Merge<'r> {
    /// Everything of `other` that `kept` can take.
    pub fn of(kept: &DnsRow, other: &'r DnsRow) -> Self {
        let domain = domain_of(kept);
        let names = || other.records.iter().filter(|(key, _)| !address::is_reverse_name(key));
        if domain != domain_of(other) {
            return Merge { lost: names().map(|(key, _)| key.as_str()).collect(), ..Merge::default() };
        }
        let is_other =
            |(key, value): &(&String, &String)| kept.records.get(*key).is_some_and(|kept| kept != *value);
        let lost = names().filter(is_other).map(|(key, _)| key.as_str()).collect();
        let only_here = other.records.iter().filter(|(key, _)| !kept.records.contains_key(*key));
        let mut changes: Vec<Change> = only_here
            .map(|(key, value)| entry(Column::DnsRecords, kept.uuid, &kept.records, key, Some(value)))
            .collect();
        let known = Hosts::of(kept, &domain).by_name;
        // A mark of a host that the other row has too would change that host.
        let is_moved = |key: &str| {
            let host = HostMark::of_key(key).map(|(_, host)| host);
            key.starts_with(MARK_PREFIX)
                && !kept.external_ids.contains_key(key)
                && host.is_none_or(|host| !known.contains_key(host))
        };
        let marks = other.external_ids.iter().filter(|(key, _)| is_moved(key));
        changes
            .extend(marks.map(|(key, value)| {
                entry(Column::DnsMarks, kept.uuid, &kept.external_ids, key, Some(value))
            }));
        Merge { changes, lost }
    }
}
