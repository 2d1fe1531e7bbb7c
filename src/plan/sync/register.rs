//! Registers the hostname of a port, unless another port has it or it was made by hand.

use std::net::IpAddr;

use super::ports::{PortHost, several_ports};
use crate::error::{Error, Result};
use crate::model::address::same_set;
use crate::plan::claims::{Claim, Claims};
use crate::plan::draft::Draft;
use crate::plan::hosts::Wanted;

/// Registers the one of several claimants of a hostname that has it already, or the only one. Returns warnings for
/// the others.
pub(super) fn register_first(
    draft: &mut Draft,
    claims: &Claims,
    name: &str,
    claimants: &[PortHost],
) -> Vec<String> {
    let known = draft.hosts().by_name.get(name);
    let origin = known.and_then(|host| host.origin);
    let all: Vec<IpAddr> = claimants.iter().flat_map(|port| port.addresses.clone()).collect();
    let is_origin = |port: &PortHost| origin == Some(port.uuid);
    let has_addresses =
        |port: &PortHost| known.is_some_and(|host| same_set(&host.addresses(), &port.addresses));
    let first = match claimants {
        [only] => Some(only),
        // A machine with several ports was registered with the addresses of all of them.
        several
            if several.iter().any(is_origin)
                && known.is_some_and(|host| same_set(&host.addresses(), &all)) =>
        {
            return Vec::new();
        }
        several => {
            several.iter().find(|port| is_origin(port)).or(several.iter().find(|port| has_addresses(port)))
        }
    };
    let Some(first) = first else { return vec![several_ports(claims.network, name, claimants)] };
    let mut warnings: Vec<String> = claimants
        .iter()
        .filter(|port| *port != first)
        .map(|port| format!("port {}: {name} is the name of port {}", port.port, first.port))
        .collect();
    if let Err(error) = register(draft, claims, name, first) {
        warnings.push(format!("port {}: {}", first.port, error.message));
    }
    warnings
}

/// Gives a host the addresses and the mark of its port.
///
/// # Errors
/// As [`Claims::check`] and [`Draft::add`].
fn register(draft: &mut Draft, claims: &Claims, name: &str, wanted: &PortHost) -> Result<()> {
    let known = draft.hosts().by_name.get(name);
    let claim = claims.check(known, &[wanted.uuid], &wanted.addresses);
    let Claim::Register(addresses) = claim.map_err(|error| Error::conflict(error.in_one_line()))? else {
        return Ok(());
    };
    let names = known.map(|host| host.wanted).unwrap_or_default();
    let replace = known.is_some_and(|host| !same_set(&host.addresses(), &addresses));
    draft.add(&Wanted {
        names,
        replace,
        origin: Some(wanted.uuid),
        ..Wanted::new(wanted.host.clone(), addresses)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{origin, port, sync, uuid};
    use crate::model::snapshot::{DnsRow, Snapshot};

    #[test]
    fn a_new_host_gets_the_addresses_and_the_mark_of_its_port() {
        let ports = vec![port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2 fd00::2"])];
        let snapshot = Snapshot::of_net1(ports, &[], &[]);
        let (records, warnings) = sync(&snapshot, false);
        assert_eq!(records, ["web=10.0.0.2 fd00::2", "web.internal=10.0.0.2 fd00::2"]);
        assert_eq!(warnings, [""; 0]);
        assert_eq!(origin(&snapshot, "web"), uuid(2));
    }

    #[test]
    fn a_host_without_a_mark_is_adopted_where_its_port_has_its_addresses() {
        let ports = vec![port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        assert_eq!(origin(&Snapshot::of_net1(ports, &[("web", "10.0.0.2")], &[]), "web"), uuid(2));
    }

    #[test]
    fn a_host_follows_its_port_to_another_address() {
        let ports = vec![port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let snapshot = Snapshot::of_net1(ports, &[("web", "10.0.0.99")], &[]).with_origin("web", 2);
        assert_eq!(sync(&snapshot, false).0, ["web=10.0.0.2", "web.internal=10.0.0.2"]);
    }

    #[test]
    fn a_port_does_not_take_a_name_that_was_made_by_hand() {
        let ports = vec![port(2, "nas", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let (records, warnings) = sync(&Snapshot::of_net1(ports, &[("nas", "10.0.0.250")], &[]), true);
        assert_eq!(records, ["nas=10.0.0.250"]);
        assert_eq!(
            warnings,
            [
                "port nas: nas of net1 has 10.0.0.250 and was made by hand; qdns record rm net1 nas lets the port register it"
            ]
        );
    }

    #[test]
    fn a_port_does_not_take_the_name_of_another_port() {
        let ports = vec![
            port(2, "p2", "", &["0a:00:00:00:00:02 10.0.0.2"]),
            port(3, "p3", "db", &["0a:00:00:00:00:03 10.0.0.3"]),
        ];
        let snapshot = Snapshot::of_net1(ports, &[("db", "10.0.0.2")], &[]);
        let (records, warnings) = sync(&snapshot, true);
        assert!(records.contains(&"db=10.0.0.2".to_owned()), "{records:?}");
        assert!(warnings[0].starts_with("port p3: db of net1 has 10.0.0.2 of port p2"), "{warnings:?}");
        let (records, warnings) = sync(&snapshot.with_origin("db", 2), true);
        assert!(records.contains(&"db=10.0.0.2".to_owned()), "{records:?}");
        assert_eq!(warnings, ["port p3: db is the name of port p2"]);
    }

    #[test]
    fn the_first_of_two_ports_with_one_name_keeps_it() {
        let ports = vec![
            port(2, "p2", "db", &["0a:00:00:00:00:02 10.0.0.22"]),
            port(3, "p3", "db", &["0a:00:00:00:00:03 10.0.0.3"]),
        ];
        let snapshot = Snapshot::of_net1(ports, &[("db", "10.0.0.2")], &[]).with_origin("db", 2);
        let (records, warnings) = sync(&snapshot, true);
        assert_eq!(records, ["db=10.0.0.22", "db.internal=10.0.0.22"]);
        assert_eq!(warnings, ["port p3: db is the name of port p2"]);
    }

    #[test]
    fn an_address_of_the_other_family_stays() {
        let ports = vec![port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let snapshot = Snapshot::of_net1(ports, &[("web", "10.0.0.1 fd00::2")], &[]).with_origin("web", 2);
        assert_eq!(sync(&snapshot, true).0, ["web=10.0.0.2 fd00::2", "web.internal=10.0.0.2 fd00::2"]);
    }

    #[test]
    fn another_name_of_a_ports_address_stays() {
        let ports = vec![port(2, "no_name", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let (records, _) = sync(&Snapshot::of_net1(ports, &[("alias", "10.0.0.2")], &[]), true);
        assert_eq!(records, ["alias=10.0.0.2"]);
    }

    #[test]
    fn a_static_host_keeps_its_addresses() {
        let ports = vec![port(2, "printer", "", &["0a:00:00:00:00:02 10.0.0.5"])];
        let snapshot = Snapshot::of_net1(ports, &[("printer", "10.0.0.6")], &["qdns-static-printer"]);
        let (records, warnings) = sync(&snapshot, true);
        assert_eq!(records, ["printer=10.0.0.6"]);
        assert_eq!(
            warnings,
            ["port printer: printer is static and keeps 10.0.0.6, although the port has other addresses"]
        );
    }

    #[test]
    fn a_name_that_a_foreign_row_has_is_reported_and_not_registered() {
        let ports = vec![port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let mut snapshot = Snapshot::of_net1(ports, &[], &[]);
        let uuid = uuid::Uuid::from_u128(3);
        snapshot.switches[0].dns_records.push(uuid);
        snapshot.dns.push(DnsRow {
            uuid,
            external_ids: [("incus_switch".to_owned(), "net1".to_owned())].into(),
            records: [("web.internal".to_owned(), "10.0.0.2".to_owned())].into(),
            ..DnsRow::default()
        });
        let (records, warnings) = sync(&snapshot, false);
        assert_eq!(records, [""; 0]);
        assert_eq!(warnings, ["port web: a row of incus on switch net1 has web.internal already"]);
    }
}
