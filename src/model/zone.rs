//! Which DNS row is a switch's zone.

use uuid::Uuid;

use super::name::Domain;
use super::snapshot::{DOMAIN_MARK, DnsRow, Map, SWITCH_MARK, Snapshot, Switch};
use crate::error::{Error, Result};

/// The UUID of the zone that qdns makes on a switch: a UUIDv5 in the switch's own namespace, so
/// that a second creator fails on it (RFC 9562, section 5.5).
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

/// A switch's zone: the row that is ours, and whether the switch refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone<'a> {
    /// The switch the zone is for.
    pub switch: &'a Switch,
    /// The row.
    pub row: &'a DnsRow,
    /// Whether the switch lists the row, so that it answers.
    pub attached: bool,
}

impl<'a> Zone<'a> {
    /// The zone of a switch, if it has one: a row of ours that the switch lists, or the one with the
    /// zone's own UUID that it no longer lists.
    ///
    /// # Errors
    /// A conflict where the switch lists several rows of ours.
    pub fn find(snapshot: &'a Snapshot, switch: &'a Switch) -> Result<Option<Self>> {
        let ours: Vec<&DnsRow> = snapshot.dns_rows_on(switch).filter(|row| row.is_ours()).collect();
        match ours[..] {
            [row] => Ok(Some(Zone { switch, row, attached: true })),
            [] => Ok(snapshot.dns_row(zone_uuid(switch.uuid)).filter(|row| row.is_ours()).map(|row| Zone {
                switch,
                row,
                attached: false,
            })),
            _ => Err(Error::conflict(format!(
                "switch {} has {} zones: {}",
                switch.name,
                ours.len(),
                ours.iter().map(|row| row.uuid.to_string()).collect::<Vec<_>>().join(", ")
            ))
            .hint(format!("keep one: ovn-nbctl remove Logical_Switch {} dns_records UUID", switch.uuid))),
        }
    }

    /// The zone's domain: its mark, or the default where it has none.
    pub fn domain(&self) -> Domain {
        domain_of(self.row)
    }
}

/// A row's domain: its mark, or the default where it has none.
pub fn domain_of(row: &DnsRow) -> Domain {
    row.external_ids.get(DOMAIN_MARK).map(|text| Domain::stored(text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(n: u128, mark: &str) -> DnsRow {
        DnsRow {
            uuid: Uuid::from_u128(n),
            external_ids: Map::from([(mark.to_owned(), "net1".to_owned())]),
            ..DnsRow::default()
        }
    }

    #[test]
    fn only_a_row_of_ours_is_a_zone() {
        let mut switch = Switch { uuid: Uuid::from_u128(1), name: "net1".into(), ..Switch::default() };
        let mut snapshot =
            Snapshot { dns: vec![row(2, "ls_name"), row(3, "incus_switch")], ..Snapshot::default() };
        switch.dns_records = vec![Uuid::from_u128(2), Uuid::from_u128(3)];
        assert_eq!(Zone::find(&snapshot, &switch), Ok(None));

        snapshot.dns.push(DnsRow { uuid: zone_uuid(switch.uuid), ..row(0, SWITCH_MARK) });
        let zone = Zone::find(&snapshot, &switch).unwrap().unwrap();
        assert!(!zone.attached);
        assert_eq!(zone.domain().as_str(), "internal");

        snapshot.dns.extend([row(5, SWITCH_MARK), row(6, SWITCH_MARK)]);
        switch.dns_records.push(Uuid::from_u128(5));
        assert_eq!(Zone::find(&snapshot, &switch).unwrap().unwrap().row.uuid, Uuid::from_u128(5));
        switch.dns_records.push(Uuid::from_u128(6));
        assert!(Zone::find(&snapshot, &switch).is_err());
    }
}
