//! `search-domain-unusable`.

use crate::doctor::dhcp::{about, option_types, unless_foreign};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::{Fix, entry};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::dhcp::{SEARCH_OPTIONS, parse_string, string, unusable_domain};
use crate::model::dhcp_grammar;
use crate::model::topology::Leases;
use crate::plan::change::Column;

pub(super) const CHECK: Check = Check {
    code: "search-domain-unusable",
    title: "a search domain that guests cannot use",
    category: Category::Dhcp,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "OVN sends the text as it is. domain_name (option 15) is one domain: clients drop a text with a comma or \
        a blank as invalid (udhcpc says \"bad\"). domain_search_list (option 119) is a list with commas and without \
        blanks, which become part of a name. DHCPv6's domain_search is one domain without a dot: OVN sends the text as \
        one label, so that corp.lan is one label with a dot in it, and not two labels. Short names then do not \
        resolve in guests that search only there. A domain with dots reaches IPv6 guests by router advertisements: \
        ipv6_ra_configs:dnssl.",
    source: "RFC 2132, section 3.17; RFC 3397; RFC 8415, section 10; controller/pinctrl.c, \
        DHCPV6_OPT_DOMAIN_SEARCH_CODE, from 20.03 to 26.03; seen on OVN 23.03",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let types = [true, false].map(|is_ipv4| option_types(input, is_ipv4).0);
    let mut findings = Vec::new();
    for leases in &input.topology.leases {
        let types = &types[usize::from(!leases.row.is_ipv4())];
        let options = leases.row.options.iter();
        // What OVN cannot read at all is another check's.
        let readable = options.filter(|(option, value)| {
            SEARCH_OPTIONS.contains(&option.as_str()) && dhcp_grammar::check(option, value, types).is_ok()
        });
        findings.extend(readable.filter_map(|(option, value)| finding(input, leases, option, value)));
    }
    Ok(findings)
}

fn finding(input: &Input, leases: &Leases, option: &str, value: &str) -> Option<Finding> {
    let row = leases.row;
    // Incus writes its list of domains there, and repeats it in DHCPv4 and in router advertisements.
    if row.owner().is_foreign() && !row.is_ipv4() {
        return None;
    }
    let mut domains = row.domains_of(option).into_iter();
    let (domain, why) = domains.find_map(|domain| Some((domain, unusable_domain(option, domain)?)))?;
    let message =
        format!("{option} = {value}: guests of {} cannot search in {domain:?}: {why}", row.cidr);
    let set = |option: &str, domains: &[&str]| {
        let value = (!domains.is_empty()).then(|| string(&domains.join(",")));
        entry(Column::DhcpOptions, row.uuid, &row.options, option, value.as_deref())
    };
    let separators = |c: char| c == ',' || c.is_whitespace();
    let all: Vec<&str> = parse_string(value).split(separators).filter(|domain| !domain.is_empty()).collect();
    let has_list = row.options.contains_key("domain_search_list");
    let changes = match option {
        "domain_search_list" => vec![set(option, &all)],
        "domain_name" if !has_list && all.len() > 1 => {
            vec![set(option, &all[..1]), set("domain_search_list", &all)]
        }
        "domain_name" => vec![set(option, &all[..all.len().min(1)])],
        _ => {
            let usable = all.iter().copied().filter(|domain| unusable_domain(option, domain).is_none());
            vec![set(option, &usable.take(1).collect::<Vec<_>>())]
        }
    };
    let finding = about(input, leases, option, message).seen("value", value);
    Some(finding.fix(unless_foreign(row, Fix::Change(changes))))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::facts::Facts;
    use crate::doctor::testing::*;

    /// The healthy network by DHCPv6, with this `domain_search`.
    fn v6(facts: &mut Facts, search: &str) {
        nb(facts).dhcp_options[0].cidr = "fd00::/64".into();
        nb(facts).dhcp_options[0].options =
            map(&[("server_id", "0a:00:00:00:00:01"), ("domain_search", search)]);
    }

    pub const CASES: &[Case] = &[
        fires("domain_name", |facts| option(facts, "domain_name", "\"a.internal,internal\"")),
        fires("domain_name", |facts| option(facts, "domain_name", "\"internal corp.lan\"")),
        fires("domain_search_list", |facts| option(facts, "domain_search_list", "\"internal, corp.lan\"")),
        fires("domain_search", |facts| v6(facts, "\"corp.lan\"")),
        passes(|facts| v6(facts, "\"internal\"")),
        passes(|facts| option(facts, "domain_search_list", "\"internal,corp.lan,\"")),
        passes(|facts| option(facts, "domain_name", "{\"internal\", \"corp.lan\"}")),
        passes(|facts| option(facts, "domain_name", "a.internal,internal")),
    ];
}
