//! `mark-invalid`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::address::is_reverse_name;
use crate::model::marks::{DOMAIN_MARK, HostMark};
use crate::model::name::{Domain, Hostname};
use crate::model::zone::Zone;
use crate::plan::change::Column;

pub(super) const CHECK: Check = Check {
    code: "mark-invalid",
    title: "a mark of a zone that is not usable",
    category: Category::Zones,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "DNS:external_ids has a zone's domain in qdns-domain, and a mark for each static host and for each \
        host without a short name. Everyone who can write the database can write these marks. qdns uses the default \
        domain instead of a mark that is not a domain, and ignores a mark for a name that cannot be a hostname.",
    source: "RFC 1123, section 2.1; qdns(1), WHAT IS STORED",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    Ok(input.topology.zones.iter().flat_map(|zone| domain(zone).into_iter().chain(hosts(zone)).map(|finding| {
        match zone.home {
            Some(home) => finding.on(input.topology.switches[home].name()),
            None => finding,
        }
    })).collect())
}

/// A finding about the zone's domain.
fn domain(zone: &Zone) -> Option<Finding> {
    let text = zone.row.external_ids.get(DOMAIN_MARK)?;
    let refused = Domain::parse(text).err()?;
    let names = zone.row.records.keys().filter(|key| !is_reverse_name(key)).map(String::as_str);
    // The names show which domain the zone had.
    let meant = Domain::of_most(names).and_then(|domain| Domain::parse(domain.as_str()).ok()).unwrap_or_default();
    let message = format!("the mark {DOMAIN_MARK}: {}; qdns uses `{}`", refused.message, zone.domain);
    Some(finding(zone, DOMAIN_MARK, text, message, Some(meant.as_str())))
}

/// Findings about marks of names that are neither hostnames nor names of the zone.
fn hosts(zone: &Zone) -> Vec<Finding> {
    let marks = zone.row.external_ids.iter().filter_map(|(key, value)| Some((key, value, HostMark::of_key(key)?.1)));
    let unusable = marks.filter_map(|(key, value, host)| {
        let refused = Hostname::parse(host).err()?;
        let is_there = zone.row.records.keys().any(|name| name.split('.').next() == Some(host) || name == host);
        (!is_there).then(|| finding(zone, key, value, format!("the mark of a host: {}", refused.message), None))
    });
    unusable.collect()
}

fn finding(zone: &Zone, key: &str, value: &str, message: String, to: Option<&str>) -> Finding {
    Finding::new(key, message)
        .seen("row", zone.row.uuid)
        .seen("value", value)
        .fix(Fix::set(Column::DnsMarks, zone.row.uuid, &zone.row.external_ids, key, to))
        .automatic_if(true)
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;
    use crate::model::marks::DOMAIN_MARK;

    pub const CASES: &[Case] = &[
        repaired(DOMAIN_MARK, |facts| mark(facts, DOMAIN_MARK, "internal\n$INCLUDE /etc/shadow")),
        repaired(DOMAIN_MARK, |facts| mark(facts, DOMAIN_MARK, "")),
        repaired(DOMAIN_MARK, |facts| mark(facts, DOMAIN_MARK, "local")),
        passes(|facts| mark(facts, DOMAIN_MARK, "Prod.Internal")),
        repaired("qdns-static-a b", |facts| mark(facts, "qdns-static-a b", "true")),
        repaired("qdns-no-short-", |facts| mark(facts, "qdns-no-short-", "true")),
        passes(|facts| mark(facts, "qdns-static-printer", "true")),
        // name-invalid reports these.
        passes(|facts| {
            put(facts, "vm_name", "10.0.0.10");
            mark(facts, "qdns-static-vm_name", "true");
        }),
    ];
}
