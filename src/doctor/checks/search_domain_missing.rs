//! `search-domain-missing`.

use crate::doctor::dhcp::{about, unless_foreign};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::{Fix, entry};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::dhcp;
use crate::model::name::Domain;
use crate::model::topology::{Leases, Network};
use crate::plan::change::Column;

pub(super) const CHECK: Check = Check {
    code: "search-domain-missing",
    title: "guests do not get the zone's domain by DHCP",
    category: Category::Dhcp,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "systemd-resolved sends no single-label name to a DNS server; with a search domain it asks for \
        `web.internal` when a person types `web`. The domain comes by DHCP: domain_name (option 15) and \
        domain_search_list (option 119); or by router advertisements: ipv6_ra_configs:dnssl.",
    source: "systemd-resolved.service(8), Synthetic Records and Protocols; resolved.conf(5), \
        ResolveUnicastSingleLabel; RFC 3397",
    run: Some(Run::Once(run)),
};

/// The options that carry the domain to the guests.
const OPTIONS: [&str; 2] = ["domain_name", "domain_search_list"];

fn run(input: &Input) -> Outcome {
    let domains = input.topology.domains();
    let mut findings = Vec::new();
    for leases in input.topology.leases.iter().filter(|leases| leases.row.is_ipv4()) {
        let searched = leases.row.search_domains();
        for index in leases.users.keys() {
            let Some((domain, true)) = domains.get(index) else { continue };
            let network = &input.topology.switches[*index];
            // A program that leases its own names decides which domain its guests search in.
            let is_foreign = leases.row.owner().is_foreign() && !network.foreign_names().is_empty();
            let is_told = searched.iter().any(|searched| searched == domain.as_str())
                || network.advertises_domain(domain.as_str());
            if !is_foreign && !is_told {
                findings.push(finding(input, leases, network, domain, &searched));
            }
        }
    }
    Ok(findings)
}

fn finding(
    input: &Input,
    leases: &Leases,
    network: &Network,
    domain: &Domain,
    searched: &[String],
) -> Finding {
    let (row, name) = (leases.row, network.name());
    let message = format!(
        "guests of {name} do not get {domain} by DHCP: short names do not resolve in systemd-resolved guests"
    );
    let set = |option: &str, domains: &[&str]| {
        let value = dhcp::string(&domains.join(","));
        entry(Column::DhcpOptions, row.uuid, &row.options, option, Some(&value))
    };
    let domain = domain.as_str();
    let changes = if searched.is_empty() {
        OPTIONS.iter().map(|option| set(option, &[domain])).collect()
    } else {
        let list: Vec<&str> = std::iter::once(domain).chain(searched.iter().map(String::as_str)).collect();
        vec![set("domain_search_list", &list)]
    };
    let is_unset = OPTIONS.iter().all(|option| !row.options.contains_key(*option));
    about(input, leases, name, message)
        .on(name)
        .seen("domain", domain)
        .fix(unless_foreign(row, Fix::Change(changes)))
        .automatic_if(is_unset && leases.users.len() == 1)
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        repaired("net1", |facts| {
            nb(facts).dhcp_options[0].options.retain(|key, _| !key.starts_with("domain"));
        }),
        fires("net1", |facts| {
            option(facts, "domain_name", "\"other.org\"");
            option(facts, "domain_search_list", "\"other.org\"");
        }),
        fires("net1", |facts| {
            nb(facts).dhcp_options[0].options.retain(|key, _| !key.starts_with("domain"));
            foreign_dhcp(facts);
        }),
        passes(|facts| option(facts, "domain_name", "\"other.org\"")),
        passes(|facts| {
            nb(facts).dhcp_options[0].options.retain(|key, _| !key.starts_with("domain"));
            advertise(facts, &[("dnssl", "corp.lan,internal")]);
        }),
        passes(|facts| {
            nb(facts).dhcp_options[0].options.retain(|key, _| !key.starts_with("domain"));
            foreign_dhcp(facts);
            listed(facts, row(7, ("ls_name", "net1"), &[("vm.corp.lan", "10.0.0.9")]));
        }),
    ];
}
