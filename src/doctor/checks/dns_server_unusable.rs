//! `dns-server-unusable`.

use crate::doctor::dhcp::{about, give_resolvers, ports_with_a_resolver};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::dhcp::{DNS_SERVER, is_never_sent_to};
use crate::model::topology::Leases;

pub(super) const CHECK: Check = Check {
    code: "dns-server-unusable",
    title: "guests get no resolver but addresses that no resolver has",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "OVN sends any number as an address: an IPv6 address in a row for IPv4 becomes its last four \
    octets (fd00::53 becomes 0.0.0.83), and 172.16.0.53/24 becomes the address of the network. To 0.0.0.0, a loopback or a multicast address the \
        guest sends no query, so that not even local names resolve; a guest with systemd-resolved may still ask \
        resolvers that it knows otherwise. A query to any other address reaches OVN, which answers local names, and then \
        is lost. The option must have addresses of the row's family at which a resolver answers.",
    source: "lib/actions.c, encode_put_dhcpv4_option and encode_put_dhcpv6_option; lib/lex.c; seen on OVN 23.03",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let served = ports_with_a_resolver(input);
    let is_unserved =
        |leases: &&Leases| leases.users.values().flatten().any(|port| !served.contains(&port.uuid));
    Ok(input.topology.leases.iter().filter(is_unserved).filter_map(|leases| finding(input, leases)).collect())
}

fn finding(input: &Input, leases: &Leases) -> Option<Finding> {
    let row = leases.row;
    let unusable = row.unusable_resolvers();
    if unusable.is_empty() {
        return None;
    }
    let addresses: Vec<String> = unusable.iter().map(|resolver| resolver.address.to_string()).collect();
    let whys: Vec<String> =
        unusable.iter().map(|resolver| format!("{}: {}", resolver.written, resolver.why)).collect();
    let answers = if unusable.iter().all(|resolver| is_never_sent_to(resolver.address)) {
        "no name resolves"
    } else {
        "only local names resolve"
    };
    let (subject, whys) = (addresses.join(", "), whys.join("; "));
    let message = format!("guests of {} get no resolver but {subject} ({whys}): {answers}", row.cidr);
    let bad: Vec<_> = unusable.iter().map(|resolver| resolver.address).chain(row.resolvers()).collect();
    let finding = about(input, leases, &subject, message).seen("dns_server", &row.options[DNS_SERVER]);
    Some(finding.all_fixes(give_resolvers(input, leases, &bad)))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("0.0.0.83", |facts| option(facts, "dns_server", "fd00::53")),
        fires("127.0.0.53", |facts| option(facts, "dns_server", "127.0.0.53")),
        fires("0.0.0.0, 0.0.0.0", |facts| option(facts, "dns_server", "{0.0.0.0, 0x0}")),
        fires("0.0.0.0", |facts| {
            option(facts, "dns_server", "0.0.0.0");
            foreign_dhcp(facts);
        }),
        passes(|facts| option(facts, "dns_server", "{192.0.2.1, fd00::53}")),
        passes(|facts| option(facts, "dns_server", "0xc0000201")),
    ];
}
