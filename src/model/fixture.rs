//! Small networks for the unit tests of planners.

use uuid::Uuid;

use super::marks::{HostMark, SWITCH_MARK};
use super::snapshot::{DnsRow, Port, Router, RouterPort, Snapshot, Switch};
use super::topology::{Network, Topology};

/// A guest's port with these `addresses`.
pub(crate) fn guest_port(n: u128, name: &str, addresses: &[&str]) -> Port {
    let addresses = addresses.iter().map(|text| (*text).to_owned()).collect();
    Port { uuid: Uuid::from_u128(n), name: name.into(), addresses, ..Port::default() }
}

/// Calls a function with the first switch by name.
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

    /// A host of the zone as this port registered it.
    pub(crate) fn with_origin(mut self, host: &str, port: u128) -> Self {
        let uuid = Uuid::from_u128(port).to_string();
        self.dns[0].external_ids.insert(HostMark::Port.key(host), uuid);
        self
    }

    /// The switch without its zone.
    pub(crate) fn without_zone(mut self) -> Self {
        self.dns.clear();
        self.switches[0].dns_records.clear();
        self
    }

    /// The switch connected to the gateway router `lr0`, which has 10.0.0.1/24 on it.
    pub(crate) fn with_gateway_router(mut self) -> Self {
        let (router, router_port, port) = (Uuid::from_u128(50), Uuid::from_u128(51), Uuid::from_u128(52));
        self.routers.push(Router {
            uuid: router,
            name: "lr0".into(),
            ports: vec![router_port],
            options: [("chassis".into(), "chassis-1".into())].into(),
            ..Router::default()
        });
        self.router_ports.push(RouterPort {
            uuid: router_port,
            name: "lr0-net1".into(),
            networks: vec!["10.0.0.1/24".into()],
            ..RouterPort::default()
        });
        self.ports.push(Port {
            uuid: port,
            name: "net1-lr0".into(),
            kind: "router".into(),
            addresses: vec!["router".into()],
            options: [("router-port".into(), "lr0-net1".into())].into(),
            ..Port::default()
        });
        self.switches[0].ports.push(port);
        self
    }
}
