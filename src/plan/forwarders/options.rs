//! The options of one DHCP row: each is written with marks that keep its earlier value, and restored from them.

use crate::model::dhcp;
use crate::model::dhcp_grammar::check_written;
use crate::model::foreign::ForeignNames;
use crate::model::marks::{before_mark, wrote_mark};
use crate::model::name::Domain;
use crate::model::snapshot::DhcpOptions;
use crate::plan::Plan;
use crate::plan::change::Column;

/// The options for the search domain, and their values; `None` where OVN cannot encode the value.
pub(super) fn search_options(
    row: &DhcpOptions,
    domain: &Domain,
) -> impl Iterator<Item = (&'static str, Option<String>)> {
    let quoted = dhcp::string(domain.as_str());
    let ipv4 = [("domain_name", Some(quoted.clone())), ("domain_search_list", Some(quoted.clone()))];
    // OVN encodes DHCPv6's list as one label (RFC 8415, section 21.4 refers to RFC 3646).
    let ipv6 = [("domain_search", (!domain.as_str().contains('.')).then_some(quoted))];
    let is_ipv4 = row.is_ipv4();
    ipv4.into_iter().filter(move |_| is_ipv4).chain(ipv6.into_iter().filter(move |_| !is_ipv4))
}

/// Plans the search domain. Where other programs serve names on the switch, a domain in the row stays: these names
/// may be under it.
pub(super) fn write_search(
    plan: &mut Plan,
    row: &DhcpOptions,
    domain: Option<&Domain>,
    foreign: &[ForeignNames],
) {
    let searched = row.search_domains();
    let written = domain.filter(|_| foreign.is_empty() || searched.is_empty());
    let Some(domain) = written else {
        if domain.is_none_or(|domain| !searched.iter().any(|searched| searched == domain.as_str())) {
            let rows: Vec<String> = foreign.iter().map(ForeignNames::rows).collect();
            plan.warnings.push(format!(
                "the search domain in the row for {} stays as it is: names of the switch are served from {}",
                row.cidr,
                rows.join(" and ")
            ));
        }
        return;
    };
    for (option, value) in search_options(row, domain) {
        match value {
            Some(value) => write(plan, row, option, &value),
            None => plan.warnings.push(format!(
                "{option} is not set in the row for {}: in DHCPv6, OVN encodes a domain with a dot, such as {domain}, wrongly",
                row.cidr
            )),
        }
    }
}

/// Plans an option's value. One mark keeps the value from before, unless qdns wrote that one too or OVN cannot read it,
/// and one keeps the new value.
pub(super) fn write(plan: &mut Plan, row: &DhcpOptions, option: &str, value: &str) {
    let (options, marks) = (Some(&row.options), Some(&row.external_ids));
    let mark = before_mark(option);
    if !row.external_ids.contains_key(&mark) || !is_as_written(row, option) {
        let is_readable = |before: &&String| check_written(option, before, row.is_ipv4()).is_ok();
        let before = row.options.get(option).filter(is_readable).map_or("", String::as_str);
        plan.set(Column::DhcpMarks, row.uuid, marks, &mark, Some(before));
    }
    plan.set(Column::DhcpMarks, row.uuid, marks, &wrote_mark(option), Some(value));
    plan.set(Column::DhcpOptions, row.uuid, options, option, Some(value));
}

/// Plans an option's value from before, and removes its marks.
pub(super) fn restore(plan: &mut Plan, row: &DhcpOptions, option: &str) {
    let (options, marks) = (Some(&row.options), Some(&row.external_ids));
    let (before_mark, wrote_mark) = (before_mark(option), wrote_mark(option));
    if is_as_written(row, option) {
        let before = row.external_ids.get(&before_mark).map(String::as_str);
        let before = before.filter(|before| !before.is_empty());
        // Everyone who can write the row can write the mark.
        let refused = before
            .and_then(|before| check_written(option, before, row.is_ipv4()).err().map(|why| (before, why)));
        let before = before.filter(|_| refused.is_none());
        plan.warnings.extend(refused.map(|(before, why)| {
            format!(
                "{option} in row {} for {} is removed: OVN cannot read its value from before, {before}: {why}",
                row.uuid, row.cidr
            )
        }));
        plan.set(Column::DhcpOptions, row.uuid, options, option, before);
    } else {
        let is = row.options.get(option).map_or("not set".to_owned(), |value| format!("{value} now"));
        plan.warnings.push(format!(
            "{option} in row {} for {} stays as it is: another program changed it after qdns wrote it; it is {is}",
            row.uuid, row.cidr
        ));
    }
    plan.set(Column::DhcpMarks, row.uuid, marks, &before_mark, None);
    plan.set(Column::DhcpMarks, row.uuid, marks, &wrote_mark, None);
}

/// Whether an option has the value that qdns wrote. A row that an earlier release of qdns wrote does not say.
fn is_as_written(row: &DhcpOptions, option: &str) -> bool {
    let wrote = row.external_ids.get(&wrote_mark(option));
    wrote.is_none_or(|wrote| row.options.get(option) == Some(wrote))
}
