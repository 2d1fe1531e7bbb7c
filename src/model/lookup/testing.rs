//! What the unit tests of lookups share: a guest on `net1`, and what it leases.

use uuid::Uuid;

use super::verdict::Verdict;
use crate::model::responder::Rdata;
use crate::model::snapshot::{DhcpOptions, Port, Snapshot};

/// The port `p1` on `net1`, where `web` and `db.internal` have records.
pub(super) fn net1() -> Snapshot {
    let port = Port { uuid: Uuid::from_u128(2), name: "p1".into(), ..Port::default() };
    Snapshot::of_net1(vec![port], &[("web", "10.0.0.10"), ("db.internal", "10.0.0.11 fd00::11")], &[])
}

/// The same where the port leases these options by DHCPv4.
pub(super) fn leasing(options: &[(&str, &str)]) -> Snapshot {
    let mut rows = net1();
    lease(&mut rows, 3, "10.0.0.0/24", options);
    rows.ports[0].dhcpv4_options = Some(rows.dhcp_options[0].uuid);
    rows
}

pub(super) fn lease(rows: &mut Snapshot, uuid: u128, cidr: &str, options: &[(&str, &str)]) {
    rows.dhcp_options.push(DhcpOptions {
        uuid: Uuid::from_u128(uuid),
        cidr: cidr.into(),
        options: options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        ..DhcpOptions::default()
    });
}

pub(super) fn answered(address: &str) -> Verdict {
    Verdict::Answered(Rdata::Addresses(vec![address.parse().unwrap()]))
}

/// The router of `net1` advertises a resolver and a domain.
pub(super) fn advertising(mut rows: Snapshot) -> Snapshot {
    rows = rows.with_gateway_router();
    rows.router_ports[0].networks.push("fd00::1/64".into());
    let configs = [("address_mode", "slaac"), ("rdnss", "fd09::9"), ("dnssl", "internal")];
    rows.router_ports[0].ipv6_ra_configs =
        configs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    rows
}
