//! `search-domain-foreign`.

use crate::doctor::dhcp::{about, unless_foreign};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::dhcp::string;
use crate::model::marks::Owner;
use crate::model::name::Domain;
use crate::model::topology::{Leases, Network};
use crate::plan::change::Column;

pub(super) const CHECK: Check = Check {
    code: "search-domain-foreign",
    title: "guests do not search in the domain of another program's names",
    category: Category::Dhcp,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "Incus serves each instance under its whole name only, as c1.incus, and so do others. A short name \
        resolves where the guest appends that domain: DHCP must give it as a search domain. In Incus, dns.domain is the \
        domain of the names, and dns.search the list that guests search in, which is dns.domain where it is not set. \
        Neutron serves short names too, so that its guests need no search domain.",
    source: "Incus, doc/reference/network_ovn.md: dns.domain, dns.search; rows of Incus 6.0.4 and 7.0.2; resolv.conf(5), \
        search",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let mut findings = Vec::new();
    for leases in input.topology.leases.iter().filter(|leases| leases.row.is_ipv4()) {
        let networks = leases.users.keys().map(|index| &input.topology.switches[*index]);
        findings.extend(networks.filter_map(|network| finding(input, leases, network)));
    }
    Ok(findings)
}

fn finding(input: &Input, leases: &Leases, network: &Network) -> Option<Finding> {
    let domain = network.foreign_domain()?;
    let searched = leases.row.leased_search();
    let is_searched = searched.iter().any(|searched| searched.eq_ignore_ascii_case(domain.as_str()));
    let name = whole_name_only(network, &domain).filter(|_| !is_searched)?;
    let searches =
        if searched.is_empty() { "nowhere".to_owned() } else { format!("in {}", searched.join(", ")) };
    let switch = network.name();
    let message = format!(
        "guests of {switch} search {searches}, and names such as {name} are under {domain}: short names do not resolve"
    );
    let finding = about(input, leases, switch, message).on(switch).seen("domain", domain.as_str());
    Some(finding.seen("search", &searched).fix(fix(leases, &searched, &domain)))
}

/// A name of another program under the domain that has no short name.
fn whole_name_only<'a>(network: &Network<'a>, domain: &Domain) -> Option<&'a str> {
    let foreign = network.rows.iter().filter(|row| !row.is_ours());
    let mut names = foreign.flat_map(|row| row.names());
    names.find(|name| {
        let host = name.strip_suffix(domain.as_str()).and_then(|rest| rest.strip_suffix('.'));
        host.is_some_and(|host| !network.rows.iter().any(|row| row.records.contains_key(host)))
    })
}

/// Lets guests search in the domain too.
fn fix(leases: &Leases, searched: &[String], domain: &Domain) -> Option<Fix> {
    let row = leases.row;
    let all: Vec<&str> = searched.iter().map(String::as_str).chain([domain.as_str()]).collect();
    let list = all.join(",");
    if row.owner() == Owner::Incus {
        return Some(Fix::shell("incus", ["network", "set", "NETWORK", &format!("dns.search={list}")]));
    }
    let option = "domain_search_list";
    let value = string(&list);
    unless_foreign(row, Fix::set(Column::DhcpOptions, row.uuid, &row.options, option, Some(&value)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("net1", |facts| listed(facts, row(7, ("incus_switch", "x"), &[("c1.incus", "10.0.0.9")]))),
        passes(|facts| {
            listed(facts, row(7, ("incus_switch", "x"), &[("c1.incus", "10.0.0.9")]));
            option(facts, "domain_search_list", "\"internal,incus\"");
        }),
        passes(|facts| {
            let names = [("vm.corp.lan", "10.0.0.9"), ("vm", "10.0.0.9")];
            listed(facts, row(7, ("ls_name", "net1"), &names));
        }),
    ];

    #[test]
    fn incus_is_told_in_its_own_words() {
        let found = found(&CHECK, |facts| {
            listed(facts, row(7, ("incus_switch", "x"), &[("c1.incus", "10.0.0.9")]));
            nb(facts).dhcp_options[0].external_ids = map(&[("incus_switch", "x")]);
        });
        let words = ["network", "set", "NETWORK", "dns.search=internal,incus"];
        assert_eq!(found[0].fixes, [Fix::shell("incus", words)]);
    }
}
