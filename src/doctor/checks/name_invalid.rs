//! `name-invalid`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::{AttachedZone, texts, why_reserved};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::host::Host;
use crate::model::name::Hostname;

pub(super) const CHECK: Check = Check {
    code: "name-invalid",
    title: "a name that is not a valid hostname",
    category: Category::Records,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "OVN serves any key. Resolvers and programs do not accept every name: RFC 1123 allows a-z, 0-9 and \
        hyphen, at most 63 of them, in one label. Some guests refuse a name with an underscore or with one dot too \
        many, and qdns cannot tell which host such a name belongs to.",
    source: "RFC 1123, section 2.1; RFC 1035, section 2.3.4",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    let find = |host: &Host| {
        let refused = Hostname::parse(&host.name).and_then(|name| name.fqdn(&zone.zone.domain)).err()?;
        let keys: Vec<&str> = host.names().map(|(key, _)| key).collect();
        let finding = zone
            .finding(&host.name, refused.message)
            .seen("keys", keys)
            .seen("addresses", texts(&host.addresses()));
        Some(zone.renamed(host).into_iter().fold(finding, Finding::host_fix))
    };
    zone.hosts().filter(|host| why_reserved(host).is_none()).filter_map(find).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("vm_name", |facts| put(facts, "vm_name", "10.0.0.10")),
        fires("my.vm", |facts| put(facts, "my.vm.internal", "10.0.0.10")),
        passes(|facts| put(facts, "gateway", "10.0.0.10")),
    ];
}
