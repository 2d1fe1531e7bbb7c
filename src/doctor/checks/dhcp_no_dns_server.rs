//! `dhcp-no-dns-server`.

use std::collections::HashSet;

use uuid::Uuid;

use crate::doctor::dhcp::{about, give_resolvers};
use crate::doctor::finding::Severity;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::dhcp::DNS_SERVER;
use crate::model::snapshot::Port;
use crate::model::topology::{Leases, Network};

pub(super) const CHECK: Check = Check {
    code: "dhcp-no-dns-server",
    title: "DHCP options without dns_server",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "A guest that gets no resolver sends no query, so OVN has nothing to intercept: not even local names \
        resolve. For local names, any address that the guest can send to is enough, because OVN looks only at the \
        port of a query; for all other names the address must be that of a resolver.",
    source: "ovn-nb(5), DHCP_Options; RFC 2132, section 3.8",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let has_server = |leases: &&Leases| leases.row.options.contains_key(DNS_SERVER);
    let all = || input.topology.leases.iter();
    let served: HashSet<Uuid> = all()
        .filter(has_server)
        .flat_map(|leases| leases.users.values().flatten().map(|port| port.uuid))
        .collect();
    // A guest that gets a resolver by its other family, or by router advertisements, needs no second one.
    let is_served = |network: &Network, port: &Port| {
        served.contains(&port.uuid) || network.advertises_resolver_to(port)
    };
    let is_unserved = |leases: &&Leases| {
        let mut users = leases.users.iter();
        users.any(|(index, ports)| {
            ports.iter().any(|port| !is_served(&input.topology.switches[*index], port))
        })
    };
    let without = all().filter(|leases| !has_server(leases)).filter(is_unserved);
    Ok(without
        .map(|leases| {
            let message = format!("guests of {} get no resolver, so no name resolves", leases.row.cidr);
            about(input, leases, &leases.row.uuid.to_string(), message)
                .all_fixes(give_resolvers(input, leases, &[]))
        })
        .collect())
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[fires("00000000-0000-0000-0000-000000000015", |facts| {
        nb(facts).dhcp_options[0].options.remove("dns_server");
    }), passes(|facts| {
        nb(facts).dhcp_options[0].options.remove("dns_server");
        advertise(facts, &[("rdnss", "fd09::9")]);
    })];
}
