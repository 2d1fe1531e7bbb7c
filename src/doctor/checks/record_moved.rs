//! `record-moved`.

use std::net::IpAddr;

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::{AttachedZone, texts};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::host::Host;

pub(super) const CHECK: Check = Check {
    code: "record-moved",
    title: "a host whose port has another address",
    category: Category::Guests,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "The switch has a port with the host's name, and the port does not have the address that OVN serves: \
        guests reach no machine, or another one.",
    source: "ovn-nb(5), Logical_Switch_Port:addresses, dynamic_addresses",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    zone.hosts_without_aliases().filter(|host| !host.is_static).filter_map(|host| moved(zone, host)).collect()
}

fn moved(zone: &AttachedZone, host: &Host) -> Option<Finding> {
    let port = zone.port_index().named(&host.name)?;
    let addresses = host.addresses();
    let first = port.guest_addresses();
    if addresses.iter().all(|address| first.contains(address)) {
        return None;
    }
    let real = zone.port_addresses(host)?;
    let gone: Vec<&IpAddr> = addresses.iter().filter(|address| !real.contains(address)).collect();
    let is_used = |address: &&IpAddr| {
        zone.port_index().holder(**address).is_some() || zone.input.balanced.contains(*address)
    };
    if gone.is_empty() || (gone.iter().any(is_used) && gone.len() < addresses.len()) {
        return None;
    }
    let (served, of_port) = (texts(&addresses), texts(&real));
    let message =
        format!("{} resolves to {}, and its port has {}", host.name, served.join(", "), of_port.join(", "));
    Some(
        zone.finding(&host.name, message)
            .seen("served", served)
            .seen("port", of_port)
            .host_fix(zone.as_ports_have_it(host)),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("web", |facts| nb(facts).ports[0].addresses = vec!["0a:00:00:00:00:10 10.0.0.50".into()]),
        passes(|facts| {
            nb(facts).ports[0].addresses = vec!["0a:00:00:00:00:10 10.0.0.50".into()];
            mark(facts, "qdns-static-web", "true");
        }),
    ];
}
