//! One key of a DNS row and its value: which keys guests ask for, and which values OVN reads.

use std::net::IpAddr;

use super::finding::Finding;
use super::fix::{Fix, entry};
use super::zones::AttachedZone;
use crate::model::address;
use crate::model::host::{Host, host_name};
use crate::model::snapshot::DnsRow;
use crate::model::topology::Network;
use crate::plan::change::Column;

/// The key as a guest asks for it.
pub fn asked_for(key: &str) -> String {
    key.strip_suffix('.').unwrap_or(key).to_lowercase()
}

/// Whether OVN would find a key.
pub fn is_asked_for(key: &str) -> bool {
    !key.ends_with('.') && !key.contains(char::is_uppercase)
}

/// Why OVN cannot serve a value, if it cannot.
pub fn flaw(key: &str, value: &str) -> Option<String> {
    if address::is_reverse_name(key) {
        return match value {
            _ if value.trim().is_empty() => Some("it is empty".to_owned()),
            _ if value.trim().contains([' ', ',']) => {
                Some("a reverse name leads to one name only".to_owned())
            }
            _ if value.ends_with('.') => Some("the trailing dot makes a malformed answer".to_owned()),
            _ => None,
        };
    }
    let mut words = value.split([' ', ',']).filter(|word| !word.is_empty()).peekable();
    match words.peek() {
        None => Some("it has no address".to_owned()),
        Some(_) => {
            words.find(|word| word.parse::<IpAddr>().is_err()).map(|word| format!("{word:?} is no address"))
        }
    }
}

/// The value in the form that OVN reads, if anything is left of it.
pub fn readable(key: &str, value: &str) -> Option<String> {
    if address::is_reverse_name(key) {
        let name = value.split([' ', ',']).find(|word| !word.is_empty())?;
        return Some(name.trim_end_matches('.').to_owned()).filter(|name| !name.is_empty());
    }
    let addresses = address::from_value(value);
    (!addresses.is_empty()).then(|| address::to_value(&addresses))
}

/// A DNS row that a switch lists, whoever owns it.
#[derive(Debug)]
pub struct ListedRow<'i, 'a> {
    pub network: &'i Network<'a>,
    pub row: &'a DnsRow,
    /// The row as the switch's own zone, where it is that.
    pub zone: Option<AttachedZone<'i, 'a>>,
}

impl<'i, 'a> ListedRow<'i, 'a> {
    /// A finding about a key and its value.
    pub fn finding(&self, key: &str, value: &str, message: String) -> Finding {
        let owner = self.row.owner();
        Finding::new(key, message)
            .on(self.network.name())
            .owned_by(owner)
            .seen("row", self.row.uuid)
            .seen("owner", owner.name())
            .seen("value", value)
    }

    /// A finding about a key, with what repairs it: the whole host where it is known what that must be, else the
    /// key alone, which becomes `to`, or goes. `--fix` applies it in a zone, unless a value would be lost.
    pub fn repaired(&self, finding: Finding, key: &str, to: Option<(&str, &str)>, is_lossy: bool) -> Finding {
        if !self.row.is_ours() {
            return finding;
        }
        if let Some(fix) = self.host_of(key).and_then(|(zone, host)| zone.as_stored_by_name(host)) {
            return finding.host_fix(fix).automatic_if(true);
        }
        let change = |key: &str, to: Option<&str>| {
            entry(Column::DnsRecords, self.row.uuid, &self.row.records, key, to)
        };
        let changes = match to {
            Some((same, value)) if same == key => vec![change(key, Some(value))],
            Some((other, value)) => vec![change(key, None), change(other, Some(value))],
            None => vec![change(key, None)],
        };
        finding.fix(Fix::Change(changes)).automatic_if(self.zone.is_some() && !is_lossy)
    }

    fn host_of(&self, key: &str) -> Option<(&AttachedZone<'i, 'a>, &Host<'a>)> {
        let zone = self.zone.as_ref().filter(|_| !address::is_reverse_name(key))?;
        Some((zone, zone.hosts.by_name.get(host_name(key, &zone.zone.domain).as_ref())?))
    }
}
