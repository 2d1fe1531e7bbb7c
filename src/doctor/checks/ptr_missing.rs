//! `ptr-missing`.

use std::net::IpAddr;

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::{AttachedZone, texts};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::address;
use crate::model::host::Host;
use crate::model::name::Hostname;

pub(super) const CHECK: Check = Check {
    code: "ptr-missing",
    title: "an address without a reverse name",
    category: Category::Reverse,
    severity: Severity::Info,
    needs: &[Need::Northbound],
    explanation: "Programs that log names (sshd, web servers, databases) ask for the reverse name of a peer. Without \
        one the query goes to the forwarders, which do not know private addresses, and may take seconds to say so.",
    source: "RFC 1035, section 3.5; RFC 6303, section 4",
    run: Some(Run::EachZone(run)),
};

/// How many hosts of one switch are each a finding of their own; of more, the switch is.
const MANY: usize = 5;

fn run(zone: &AttachedZone) -> Vec<Finding> {
    let lacking: Vec<(&Host, Vec<IpAddr>)> =
        zone.hosts_to_complete().filter_map(|host| Some((host, without(zone, host)?))).collect();
    if lacking.len() > MANY {
        let first: Vec<&str> = lacking.iter().take(MANY).map(|(host, _)| host.name.as_ref()).collect();
        let message =
            format!("{} hosts have no reverse name: {} and others", lacking.len(), first.join(", "));
        let finding =
            zone.finding(zone.network.name(), message).seen("count", lacking.len()).seen("hosts", first);
        let hosts = lacking.iter().map(|(host, _)| *host);
        return vec![hosts.fold(finding, |finding, host| repaired_by_host(zone, finding, host))];
    }
    let found = lacking.into_iter().map(|(host, without)| {
        let without = texts(&without);
        let message = format!("{} has no reverse name for {}", host.name, without.join(", "));
        repaired_by_host(zone, zone.finding(&host.name, message).seen("addresses", without), host)
    });
    found.collect()
}

fn repaired_by_host(zone: &AttachedZone, finding: Finding, host: &Host) -> Finding {
    finding.host_fix(zone.as_stored(host)).automatic_if(true)
}

/// The addresses of a host that have no reverse name in any row of the switch, if there are any.
fn without(zone: &AttachedZone, host: &Host) -> Option<Vec<IpAddr>> {
    let mut addresses = host.addresses();
    let has_name = |ip: &IpAddr| {
        let key = address::reverse_name(*ip);
        zone.network.rows.iter().any(|row| row.records.contains_key(&key))
    };
    addresses.retain(|ip| !has_name(ip));
    (!addresses.is_empty() && Hostname::parse(&host.name).is_ok()).then_some(addresses)
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        repaired("web", |facts| drop(records(facts).remove("10.0.0.10.in-addr.arpa"))),
        passes(|facts| {
            records(facts).remove("10.0.0.10.in-addr.arpa");
            listed(facts, row(7, ("ls_name", "x"), &[("10.0.0.10.in-addr.arpa", "vm.example.org")]));
        }),
        passes(|facts| put(facts, "Old.internal", "10.0.0.99")),
        repaired("net1", |facts| {
            for n in 0..6 {
                put(facts, &format!("many-{n}.internal"), &format!("10.0.0.{}", 30 + n));
            }
        }),
    ];
}
