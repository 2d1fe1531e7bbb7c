//! The hostnames and addresses that the ports of a switch have.

use std::collections::BTreeMap;
use std::net::IpAddr;

use uuid::Uuid;

use crate::error::Result;
use crate::model::name::{Domain, HostArg};
use crate::model::shell::shell_word;
use crate::model::snapshot::Port;
use crate::model::topology::Network;

/// The host of one port: the port's name and its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortHost {
    pub host: HostArg,
    /// At least one.
    pub addresses: Vec<IpAddr>,
    /// The name of the logical switch port.
    pub port: String,
    pub uuid: Uuid,
}

/// The hosts of ports, by hostname, and warnings about invalid names. A disabled port has none. `extra` is
/// one more `external_ids` key that may hold a name.
pub(super) fn port_hosts(
    guests: &[&Port],
    domain: &Domain,
    extra: Option<&str>,
) -> (BTreeMap<String, Vec<PortHost>>, Vec<String>) {
    let mut warnings = Vec::new();
    let mut by_name: BTreeMap<String, Vec<PortHost>> = BTreeMap::new();
    for port in guests.iter().filter(|port| !port.is_disabled()) {
        match host_of(port, domain, extra) {
            Ok(Some((name, host))) => by_name.entry(name).or_default().push(host),
            Ok(None) => {}
            Err(error) => warnings.push(format!("port {}: {}", port.name, error.in_one_line())),
        }
    }
    (by_name, warnings)
}

/// The host of a port; `None` where the port has no name or no known address.
fn host_of(port: &Port, domain: &Domain, extra: Option<&str>) -> Result<Option<(String, PortHost)>> {
    let addresses = port.guest_addresses();
    let Some(name) = port.guest_name(extra).filter(|_| !addresses.is_empty()) else {
        return Ok(None);
    };
    let host = HostArg::parse(name)?;
    let hostname = host.under(domain)?.as_str().to_owned();
    Ok(Some((hostname, PortHost { host, addresses, port: port.name.clone(), uuid: port.uuid })))
}

pub(super) fn several_ports(network: &Network, name: &str, same_name: &[PortHost]) -> String {
    let mut ports: Vec<&str> = same_name.iter().map(|host| host.port.as_str()).collect();
    ports.sort_unstable();
    format!(
        "ports {} of {} have the same hostname {name}, so none of them is registered: give each its own, such as \
         ovn-nbctl set Logical_Switch_Port {} external_ids:qdns-hostname={name}-1",
        ports.join(" and "),
        network.switch.name,
        shell_word(ports[0])
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{port, sync};
    use super::*;
    use crate::model::snapshot::Snapshot;

    #[test]
    fn a_port_that_opted_out_registers_nothing_and_loses_its_name() {
        let mut opted_out = port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2"]);
        opted_out.external_ids.insert("qdns-hostname".into(), "-".into());
        opted_out.external_ids.insert("vm-name".into(), "web".into());
        let snapshot = Snapshot::of_net1(vec![opted_out], &[("db", "10.0.0.2")], &[]).with_origin("db", 2);
        assert_eq!(sync(&snapshot, false).0, [""; 0]);
    }

    #[test]
    fn a_disabled_port_registers_nothing_and_keeps_its_name() {
        let disabled =
            |name: &str| Port { enabled: Some(false), ..port(2, name, "", &["0a:00:00:00:00:02 10.0.0.2"]) };
        assert_eq!(sync(&Snapshot::of_net1(vec![disabled("web")], &[], &[]), true).0, [""; 0]);
        let snapshot = Snapshot::of_net1(vec![disabled("web")], &[("web", "10.0.0.2")], &[]);
        assert_eq!(sync(&snapshot.with_origin("web", 2), true).0, ["web=10.0.0.2"]);
    }

    #[test]
    fn a_name_in_external_ids_goes_before_the_ports_own() {
        let ports = vec![port(2, "p2", "Db.internal", &["0a:00:00:00:00:02 10.0.0.2"])];
        let (records, _) = sync(&Snapshot::of_net1(ports, &[], &[]), false);
        assert_eq!(records, ["db=10.0.0.2", "db.internal=10.0.0.2"]);
    }

    #[test]
    fn ports_without_a_name_or_a_known_address_and_routers_register_nothing() {
        let mut router = port(4, "router-port", "", &["0a:00:00:00:00:04 10.0.0.4"]);
        router.kind = "router".into();
        let ports = vec![
            port(2, "unknown-address", "", &["unknown"]),
            port(3, "no_name", "", &["0a:00:00:00:00:03 10.0.0.3"]),
            router,
        ];
        assert_eq!(sync(&Snapshot::of_net1(ports, &[], &[]), false), (vec![], vec![]));
    }

    #[test]
    fn an_invalid_name_is_reported_with_a_valid_one() {
        let ports = vec![port(2, "p2", "VM_NAME", &["0a:00:00:00:00:02 10.0.0.2"])];
        let (records, warnings) = sync(&Snapshot::of_net1(ports, &[], &[]), false);
        assert_eq!(records, [""; 0]);
        assert!(warnings[0].contains("VM_NAME") && warnings[0].contains("vm-name"), "{warnings:?}");
    }

    #[test]
    fn a_name_of_two_ports_is_reported_and_not_registered() {
        let ports = vec![
            port(3, "p3", "twin", &["0a:00:00:00:00:03 10.0.0.3"]),
            port(4, "p4", "twin", &["0a:00:00:00:00:04 10.0.0.4"]),
        ];
        let (records, warnings) = sync(&Snapshot::of_net1(ports, &[], &[]), false);
        assert_eq!(records, [""; 0]);
        assert_eq!(
            warnings,
            [
                "ports p3 and p4 of net1 have the same hostname twin, so none of them is registered: give each its \
              own, such as ovn-nbctl set Logical_Switch_Port p3 external_ids:qdns-hostname=twin-1"
            ]
        );
    }
}
