//! `pair-differs`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::{AttachedZone, answering, is_same};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::address;
use crate::model::host::Host;

pub(super) const CHECK: Check = Check {
    code: "pair-differs",
    title: "a short name and its FQDN have different addresses",
    category: Category::Records,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "Both keys belong to one host. With different addresses, the machine that a guest reaches depends on \
        whether its resolver asked for the short name or for the FQDN.",
    source: "resolv.conf(5), search and ndots; systemd-resolved.service(8)",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    zone.hosts().filter_map(|host| differing(zone, host)).collect()
}

fn differing(zone: &AttachedZone, host: &Host) -> Option<Finding> {
    let mut values = answering(host).map(|(_, value)| value);
    let first = values.next()?;
    let agrees = |other: &str| {
        other == first || is_same(&address::from_value(other), &address::from_value(first))
    };
    if values.all(agrees) {
        return None;
    }
    let all: Vec<String> = answering(host).map(|(key, value)| format!("{key} is {value}")).collect();
    let message = format!("{}: which one a guest gets depends on its resolver", all.join(", "));
    // The FQDN's addresses stay.
    let kept = answering(host).last().map(|(_, value)| address::from_value(value)).unwrap_or_default();
    let fix = zone.present(&host.name, host, kept).map(|fix| fix.replacing(true));
    Some(
        zone.finding(&host.name, message)
            .seen("names", host.names().collect::<Vec<_>>())
            .host_fix(fix),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("web", |facts| put(facts, "web", "10.0.0.11")),
        passes(|facts| put(facts, "web", "fd00::10 10.0.0.10")),
        // No guest ever gets the value of this key.
        passes(|facts| put(facts, "WEB", "10.0.0.11")),
    ];
}
