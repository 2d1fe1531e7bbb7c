//! `pair-incomplete`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::AttachedZone;
use crate::doctor::{Category, Check, Need, Run};
use crate::model::host::Host;

pub(super) const CHECK: Check = Check {
    code: "pair-incomplete",
    title: "a short name without its FQDN, or an FQDN without its short name",
    category: Category::Records,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "A guest asks for `web` or for `web.internal`, depending on its resolver: glibc and musl take the name \
        as typed and then with the search domain, systemd-resolved asks for the FQDN only. Where one of the two keys \
        is missing, the same name works in one guest and not in another. A host that was added with --no-short has \
        only its FQDN on purpose.",
    source: "resolv.conf(5), search and ndots; systemd-resolved.service(8)",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    // A name with a dot is outside of the zone's domain and has no short form.
    let is_half = |host: &&Host| !host.name.contains('.') && host.lacks_a_name();
    zone.hosts_to_complete()
        .filter(is_half)
        .map(|host| {
            let (short, fqdn) = (host.name.to_string(), format!("{}.{}", host.name, zone.zone.domain));
            let (has, lacks) = if host.full.is_empty() { (short, fqdn) } else { (fqdn, short) };
            let fix = zone.as_stored_by_name(host);
            zone.finding(&host.name, format!("{has} resolves, {lacks} does not"))
                .seen("has", has)
                .seen("lacks", lacks)
                .host_fix(fix)
                .automatic_if(true)
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        repaired("web", |facts| drop(records(facts).remove("web"))),
        repaired("web", |facts| drop(records(facts).remove("web.internal"))),
        fires("web", |facts| {
            records(facts).remove("web");
            listed(facts, row(7, ("ls_name", "x"), &[("web", "10.0.0.9")]));
        }),
        passes(|facts| {
            records(facts).remove("web");
            mark(facts, "qdns-no-short-web", "true");
        }),
        // It never answered, and nothing has its address.
        passes(|facts| put(facts, "Old.internal", "10.0.0.99")),
    ];
}
