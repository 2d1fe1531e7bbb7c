//! The port for a word on the command line: its name or UUID, the name that operators know it by, or a name that is
//! registered for its guest.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use uuid::Uuid;

use super::address;
use super::host::host_name;
use super::listing::some_of;
use super::marks::HostMark;
use super::snapshot::{DnsRow, Port};
use super::switch::full_uuid;
use super::topology::Topology;
use super::zone::domain_of;
use crate::error::{Error, Kind, Result};

/// The port that a word names. OVN's own name goes first: who may name ports and guests must not be able to take the
/// name of another port.
///
/// # Errors
/// Not found; ambiguous where several ports have the name, with these ports and their switches.
pub fn only<'t>(topology: &'t Topology<'t>, word: &str) -> Result<&'t Port> {
    let ports = &topology.rows.ports;
    let by_name = ports.iter().find(|port| port.name == word);
    if let Some(port) = by_name.or_else(|| ports.iter().find(|port| full_uuid(word) == Some(port.uuid))) {
        return Ok(port);
    }
    let known = ports.iter().filter(|port| port.known_as() == Some(word));
    let mut named: BTreeMap<&str, &Port> = known.map(|port| (port.name.as_str(), port)).collect();
    let registered = Registered::of(topology, word);
    named.extend(registered.ports(topology));
    let named: Vec<&Port> = named.into_values().collect();
    match (&named[..], &registered.addresses[..]) {
        ([only], _) => Ok(*only),
        ([], []) => Err(Error::not_found(format!("there is no logical switch port {word:?}"))
            .hint("ovn-nbctl show lists the ports of each switch")),
        ([], addresses) => Err(no_port_has(word, addresses)),
        (several, _) => Err(ambiguous(topology, word, several)),
    }
}

/// What the DNS rows have for a name, wherever it is served.
#[derive(Default)]
struct Registered {
    addresses: Vec<IpAddr>,
    /// The ports that registered the name.
    origins: Vec<Uuid>,
    /// The addresses, by the switch that lists them.
    by_switch: HashMap<usize, Vec<IpAddr>>,
}

impl Registered {
    fn of(topology: &Topology, word: &str) -> Self {
        let key = word.strip_suffix('.').unwrap_or(word).to_ascii_lowercase();
        let mut found = Registered::default();
        for network in &topology.switches {
            for row in &network.rows {
                let Some(value) = row.records.get(&key) else { continue };
                let addresses = address::from_value(value);
                found.addresses.extend(&addresses);
                found.origins.extend(origin(row, &key));
                found.by_switch.entry(network.index).or_default().extend(addresses);
            }
        }
        found.addresses.sort_unstable();
        found.addresses.dedup();
        found
    }

    /// The ports that registered the name, and the guests' ports that have one of its addresses on a switch that serves it.
    fn ports<'t>(&self, topology: &'t Topology<'t>) -> Vec<(&'t str, &'t Port)> {
        let by_origin = topology.rows.ports.iter().filter(|port| self.origins.contains(&port.uuid));
        let by_address = self.by_switch.iter().flat_map(|(index, addresses)| {
            let has_one =
                |port: &&Port| port.guest_addresses().iter().any(|address| addresses.contains(address));
            topology.switches[*index].guests().filter(has_one)
        });
        by_origin.chain(by_address).map(|port| (port.name.as_str(), port)).collect()
    }
}

/// The port that registered the host of a key, in a zone of ours.
fn origin(row: &DnsRow, key: &str) -> Option<Uuid> {
    let host = host_name(key, &domain_of(row));
    row.external_ids.get(&HostMark::Port.key(&host)).and_then(|uuid| full_uuid(uuid))
}

fn no_port_has(word: &str, addresses: &[IpAddr]) -> Error {
    let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    Error::not_found(format!(
        "no port has the name {word:?}, and none has its address: {}",
        some_of(&addresses)
    ))
    .hint("ovn-nbctl show lists the ports of each switch")
}

fn ambiguous(topology: &Topology, word: &str, ports: &[&Port]) -> Error {
    let shown = |port: &&Port| {
        let network = topology.switches.iter().find(|network| network.switch.ports.contains(&port.uuid));
        network.map_or_else(|| port.name.clone(), |network| format!("{} of {}", port.name, network.name()))
    };
    let shown: Vec<String> = ports.iter().map(shown).collect();
    let message = format!("{} ports have the name {word:?}: {}", shown.len(), some_of(&shown));
    Error::new(Kind::Ambiguous, message).hint("name the port as OVN does, or by its UUID")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::guest_port;
    use crate::model::snapshot::Snapshot;

    fn found(rows: &Snapshot, word: &str) -> std::result::Result<String, String> {
        let topology = Topology::of(rows);
        let port = only(&topology, word);
        port.map(|port| port.name.clone()).map_err(|error| error.message)
    }

    fn known_as(mut port: Port, name: &str) -> Port {
        port.external_ids.insert("neutron:port_name".into(), name.into());
        port
    }

    fn net1() -> Snapshot {
        let ports = vec![
            guest_port(2, "p2", &["0a:00:00:00:00:02 10.0.0.2"]),
            known_as(guest_port(3, "p3", &["0a:00:00:00:00:03 10.0.0.3"]), "vm3"),
            guest_port(4, "p4", &["0a:00:00:00:00:04 10.0.0.4"]),
        ];
        let records =
            [("web", "10.0.0.2"), ("web.internal", "10.0.0.2"), ("db", "10.0.0.9"), ("moved", "10.0.0.8")];
        Snapshot::of_net1(ports, &records, &[]).with_origin("moved", 4)
    }

    #[test]
    fn a_port_has_its_own_name_and_its_uuid() {
        assert_eq!(found(&net1(), "p2"), Ok("p2".into()));
        assert_eq!(found(&net1(), &Uuid::from_u128(4).to_string()), Ok("p4".into()));
        assert_eq!(found(&net1(), "p9"), Err("there is no logical switch port \"p9\"".into()));
    }

    #[test]
    fn a_port_has_the_name_that_operators_know() {
        assert_eq!(found(&net1(), "vm3"), Ok("p3".into()));
    }

    #[test]
    fn a_port_has_the_registered_name_of_its_guest() {
        for name in ["web", "web.internal", "WEB.internal."] {
            assert_eq!(found(&net1(), name), Ok("p2".into()), "{name}");
        }
        assert_eq!(found(&net1(), "moved"), Ok("p4".into()), "by the mark of the port that registered it");
        let error = "no port has the name \"db\", and none has its address: 10.0.0.9";
        assert_eq!(found(&net1(), "db"), Err(error.into()));
    }

    #[test]
    fn a_name_of_several_ports_is_ambiguous_and_ovns_own_name_goes_first() {
        let mut rows = net1();
        rows.ports[2] = known_as(rows.ports[2].clone(), "web");
        let error = "2 ports have the name \"web\": p2 of net1, p4 of net1";
        assert_eq!(found(&rows, "web"), Err(error.into()));
        rows.ports[2] = known_as(rows.ports[2].clone(), "p2");
        assert_eq!(found(&rows, "p2"), Ok("p2".into()));
    }
}
