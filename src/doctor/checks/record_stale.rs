//! `record-stale`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::{AttachedZone, texts};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::host::Host;

pub(super) const CHECK: Check = Check {
    code: "record-stale",
    title: "a host without a logical switch port",
    category: Category::Guests,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "No port of a switch that lists the zone has one of the host's addresses (static, dynamic or port \
        security), and none has its name: the machine was deleted. The next machine with the address inherits the name. \
        A machine that is switched off keeps its port. Hosts that were added with --static are left alone, and hosts that \
        may live all the same: a load balancer, NAT, a router, a port of another switch or a DNS row of another program has \
        the address, or it may be on a physical network.",
    source: "ovn-nb(5), Logical_Switch_Port:addresses, dynamic_addresses, port_security",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    zone.hosts_without_aliases().filter(|host| zone.is_stale(host)).map(|host| finding(zone, host)).collect()
}

fn finding(zone: &AttachedZone, host: &Host) -> Finding {
    let addresses = texts(&host.addresses());
    let message = format!(
        "no port of {} has {} or the name {}",
        zone.port_index().switches.join(" and "),
        addresses.join(" or "),
        host.name
    );
    zone.finding(&host.name, message)
        .seen("addresses", addresses)
        .seen("ports", zone.port_index().ports)
        .host_fix(zone.as_ports_have_it(host))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;
    use crate::model::snapshot::Nat;

    pub const CASES: &[Case] = &[
        fires("gone", |facts| put(facts, "gone", "10.0.0.77")),
        passes(|facts| {
            put(facts, "vip", "10.0.0.80");
            balancer(facts, "10.0.0.80:53", "10.0.0.10:53");
        }),
        passes(|facts| {
            put(facts, "floating", "10.0.0.81");
            nb(facts).nat.push(Nat { external_ip: "10.0.0.81".into(), ..Nat::default() });
        }),
        passes(|facts| {
            put(facts, "gone", "10.0.0.77");
            mark(facts, "qdns-static-gone", "true");
        }),
        passes(|facts| put(facts, "router-1", "10.0.0.1")),
    ];
}
