//! Small networks for the unit tests of planners.

use uuid::Uuid;

use super::marks::SWITCH_MARK;
use super::snapshot::{DnsRow, Port, Snapshot, Switch};
use super::topology::{Network, Topology};

/// What a function of a switch says of the first one by name.
pub(crate) fn on_first<'a, T>(
    rows: &'a Snapshot,
    function: impl FnOnce(&Topology<'a>, &Network<'a>) -> T,
) -> T {
    let topology = Topology::of(rows);
    function(&topology, &topology.switches[0])
}

impl Snapshot {
    /// `net1` with these ports, and a zone with these records and marks.
    pub(crate) fn of_net1(ports: Vec<Port>, records: &[(&str, &str)], marks: &[&str]) -> Self {
        let uuid = Uuid::from_u128(100);
        let switch = Switch {
            uuid: Uuid::from_u128(1),
            name: "net1".into(),
            dns_records: vec![uuid],
            ports: ports.iter().map(|port| port.uuid).collect(),
            ..Switch::default()
        };
        let marks = marks.iter().map(|mark| ((*mark).to_owned(), "true".to_owned()));
        let row = DnsRow {
            uuid,
            external_ids: marks.chain([(SWITCH_MARK.to_owned(), "net1".to_owned())]).collect(),
            records: records.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            ..DnsRow::default()
        };
        Snapshot { switches: vec![switch], dns: vec![row], ports, ..Snapshot::default() }
    }
}
