//! `ipv4-only`.

use std::net::IpAddr;

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::AttachedZone;
use crate::doctor::{Category, Check, Need, Run};
use crate::model::host::Host;

pub(super) const CHECK: Check = Check {
    code: "ipv4-only",
    title: "hosts without an IPv6 address",
    category: Category::Guests,
    severity: Severity::Info,
    needs: &[Need::Northbound],
    explanation: "musl (Alpine Linux) asks for A and AAAA at once. For a name with IPv4 only, OVN answers the A query \
        and passes the AAAA query on to the forwarders. They do not know .internal and say NXDOMAIN; glibc takes the A \
        answer, musl fails the whole look-up. With an IPv6 address in the record, OVN answers both. \
        options:ovn-owned does not help: musl then waits five seconds for an answer.",
    source: "controller/pinctrl.c, pinctrl_handle_dns_lookup; musl, src/network/lookup_name.c; seen on OVN 23.03, \
        25.03 and 26.03",
    run: Some(Run::EachZone(run)),
};

/// One finding for the switch: most networks have IPv4 only.
fn run(zone: &AttachedZone) -> Vec<Finding> {
    let is_ipv4_only = |host: &&Host| {
        let addresses = host.addresses();
        !addresses.is_empty() && addresses.iter().all(IpAddr::is_ipv4)
    };
    let names: Vec<&str> = zone.hosts().filter(is_ipv4_only).map(|host| host.name.as_ref()).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let noun = if names.len() == 1 { "host has" } else { "hosts have" };
    let message =
        format!("{} {noun} no IPv6 address: musl guests (Alpine) fail to look them up", names.len());
    let finding = zone.finding(zone.network.name(), message).seen("count", names.len());
    vec![finding.seen("hosts", &names[..names.len().min(5)])]
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("net1", |facts| put(facts, "four", "10.0.0.10")),
        passes(|facts| put(facts, "six", "fd00::10")),
    ];
}
