//! `dns-server-one-unusable`.

use std::net::IpAddr;

use crate::doctor::dhcp::{about, ports_with_a_resolver, unless_foreign};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::dhcp::{DNS_SERVER, UnusableResolver, addresses};
use crate::model::topology::Leases;
use crate::plan::change::Column;

pub(super) const CHECK: Check = Check {
    code: "dns-server-one-unusable",
    title: "one of several resolvers is an address that no resolver has",
    category: Category::Dhcp,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "Guests get another resolver that they can ask, so names resolve. Queries to the unusable address are \
        lost: guests that ask it first wait (glibc 5 seconds for each name, systemd-resolved until it changes to the \
        other), and with options:rotate each second name waits. How such an address comes about: \
        qdns doctor --explain dns-server-unusable.",
    source: "resolv.conf(5), nameserver and timeout; lib/actions.c, encode_put_dhcpv4_option; seen on OVN 23.03",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let served = ports_with_a_resolver(input);
    let is_served =
        |leases: &&Leases| leases.users.values().flatten().all(|port| served.contains(&port.uuid));
    let served = input.topology.leases.iter().filter(is_served);
    Ok(served.flat_map(|leases| findings(input, leases)).collect())
}

fn findings(input: &Input, leases: &Leases) -> Vec<Finding> {
    let row = leases.row;
    let unusable = row.unusable_resolvers();
    let is_good = |address: &IpAddr| unusable.iter().all(|resolver| resolver.address != *address);
    let good: Vec<IpAddr> = row.leased_resolvers().into_iter().filter(is_good).collect();
    let value = (!good.is_empty()).then(|| addresses(&good));
    let finding = |resolver: &UnusableResolver| {
        let UnusableResolver { written, address, why } = resolver;
        let message = format!(
            "guests of {} get {address} as one of their resolvers ({written}: {why}): queries to it are lost",
            row.cidr
        );
        let fix = Fix::set(Column::DhcpOptions, row.uuid, &row.options, DNS_SERVER, value.as_deref());
        about(input, leases, &address.to_string(), message)
            .seen("dns_server", &row.options[DNS_SERVER])
            .fix(unless_foreign(row, fix))
    };
    unusable.iter().map(finding).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("0.0.0.83", |facts| option(facts, "dns_server", "{192.0.2.1, fd00::53}")),
        fires("0.0.0.0", |facts| option(facts, "dns_server", "{0.0.0.0, 192.0.2.1}")),
        passes(|facts| option(facts, "dns_server", "fd00::53")),
    ];
}
