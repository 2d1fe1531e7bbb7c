//! A DNS row that a switch lists, of any owner, with the findings and fixes of its keys.

use super::entries::asked_for;
use super::finding::Finding;
use super::fix::{Fix, entry};
use super::zones::AttachedZone;
use crate::model::address;
use crate::model::host::{Host, host_name};
use crate::model::snapshot::DnsRow;
use crate::model::topology::Network;
use crate::plan::change::Column;

/// A DNS row that a switch lists, of any owner.
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
        let finding = Finding::new(key, message)
            .on(self.network.name())
            .owned_by(owner)
            .seen("row", self.row.uuid)
            .seen("owner", owner.name())
            .seen("value", value);
        match &self.zone {
            Some(zone) => zone.with_sharers(finding),
            None => finding,
        }
    }

    /// A finding about a key, with what repairs it: the whole host where it is known what that must be, else the
    /// key alone, which becomes `to`, or goes. `--fix` applies it in a zone, unless a value or a host would be lost.
    pub fn repaired(&self, finding: Finding, key: &str, to: Option<(&str, &str)>, is_lossy: bool) -> Finding {
        if !self.row.is_ours() {
            return finding;
        }
        if let Some((zone, host)) = self.host_of(key).filter(|(zone, host)| zone.must_not_answer(host)) {
            return finding.host_fix(zone.absent(host));
        }
        if let Some(fix) = self.host_of(key).and_then(|(zone, host)| zone.as_stored_by_name(host)) {
            return finding.host_fix(fix).automatic_if(true);
        }
        // A name that another program serves gets no value here.
        let is_foreign = self.network.has_foreign(&asked_for(key));
        let (to, is_lossy) = if is_foreign { (None, true) } else { (to, is_lossy) };
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
