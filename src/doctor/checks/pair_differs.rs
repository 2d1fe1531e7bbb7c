//! `pair-differs`.

use std::net::IpAddr;

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::{AttachedZone, answering, is_same};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::address;
use crate::model::host::Host;

pub(super) const CHECK: Check = Check {
    code: "pair-differs",
    title: "a short name and its FQDN have different addresses",
    category: Category::Records,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "Both keys belong to one host. With different addresses, the machine that a guest reaches depends on \
        whether its resolver asked for the short name or for the FQDN.",
    source: "resolv.conf(5), search and ndots; systemd-resolved.service(8)",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    zone.hosts_without_aliases().filter_map(|host| differing(zone, host)).collect()
}

fn differing(zone: &AttachedZone, host: &Host) -> Option<Finding> {
    let mut values = answering(host).map(|(_, value)| value);
    let first = values.next()?;
    let agrees = |other: &str| {
        other == first || is_same(&address::from_value(other), &address::from_value(first))
    };
    if values.all(agrees) {
        return None;
    }
    let all: Vec<String> = answering(host).map(|(key, value)| format!("{key} is {value}")).collect();
    let message = format!("{}: which one a guest gets depends on its resolver", all.join(", "));
    let fix = zone.present(&host.name, host, right_addresses(zone, host)).map(|fix| fix.replacing(true));
    Some(
        zone.finding(&host.name, message)
            .seen("names", host.names().collect::<Vec<_>>())
            .host_fix(fix),
    )
}

/// The addresses of the name that has one of the port's, the FQDN first; of a host without a port the FQDN's.
fn right_addresses(zone: &AttachedZone, host: &Host) -> Vec<IpAddr> {
    let mut values: Vec<Vec<IpAddr>> =
        answering(host).map(|(_, value)| address::from_value(value)).collect();
    values.reverse();
    let Some(of_port) = zone.port_addresses(host) else { return values.remove(0) };
    let has_one = |value: &Vec<IpAddr>| value.iter().any(|address| of_port.contains(address));
    values.into_iter().find(has_one).unwrap_or(of_port)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::fix::{Fix, HostFix, HostState};
    use crate::doctor::testing::*;
    use crate::doctor::zones::texts;

    pub const CASES: &[Case] = &[
        fires("web", |facts| put(facts, "web", "10.0.0.11")),
        passes(|facts| put(facts, "web", "fd00::10 10.0.0.10")),
        // No guest ever gets the value of this key.
        passes(|facts| put(facts, "WEB", "10.0.0.11")),
    ];

    #[test]
    fn the_name_with_the_ports_address_is_right() {
        for key in ["web", "web.internal"] {
            let finding = found(&CHECK, |facts| put(facts, key, "10.0.0.99")).remove(0);
            let Fix::Host(HostFix { state: HostState::Present { addresses, replace, .. }, .. }) =
                &finding.fixes[0]
            else {
                panic!("{finding:?}")
            };
            assert_eq!((texts(addresses).join(" "), *replace), ("10.0.0.10 fd00::10".to_owned(), true));
        }
    }
}
