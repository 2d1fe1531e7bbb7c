//! `name-reserved`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::{AttachedZone, texts, why_reserved};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::host::Host;

pub(super) const CHECK: Check = Check {
    code: "name-reserved",
    title: "a name with another meaning",
    category: Category::Records,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "Resolvers answer some names themselves (localhost), some belong to the network (gateway, dns), and \
        some hand a guest's traffic to the host that has them (wpad, isatap).",
    source: "RFC 6761; RFC 5214; systemd-resolved.service(8)",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    let find = |host: &Host| {
        let message = format!("{:?} is reserved: {}", host.name, why_reserved(host)?);
        let keys: Vec<&str> = host.names().map(|(key, _)| key).collect();
        let finding =
            zone.finding(&host.name, message).seen("keys", keys).seen("addresses", texts(&host.addresses()));
        Some(zone.renamed(host).into_iter().fold(finding, Finding::host_fix))
    };
    zone.hosts().filter_map(find).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::checks;
    use crate::doctor::fix::{Fix, HostState};
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[fires("gateway", |facts| put(facts, "gateway", "10.0.0.10"))];

    /// `record add gateway` is refused, so no finding may ask for it.
    #[test]
    fn no_check_asks_for_a_host_of_a_reserved_name() {
        for check in checks::all().filter(|check| check.run.is_some()) {
            for finding in found(check, |facts| put(facts, "gateway", "10.0.0.10,10.9.0.1")) {
                let asks = |fix: &Fix| match fix {
                    Fix::Host(fix) => fix.host == "gateway" && fix.state != HostState::Absent,
                    _ => false,
                };
                assert!(!finding.fixes.iter().any(asks), "{}", check.code);
            }
        }
    }
}
