//! `address-shared`.

use std::net::IpAddr;

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::AttachedZone;
use crate::doctor::{Category, Check, Need, Run};

pub(super) const CHECK: Check = Check {
    code: "address-shared",
    title: "two hosts with one address",
    category: Category::Guests,
    severity: Severity::Info,
    needs: &[Need::Northbound],
    explanation: "Two names for one machine are fine. Where they are two machines, one has the other's address. The \
        reverse name can lead to one of them only.",
    source: "RFC 1912, section 2.4",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    let mut holders: Vec<(IpAddr, &str)> = Vec::new();
    for host in zone.hosts_without_aliases() {
        holders.extend(host.addresses().into_iter().map(|address| (address, host.name.as_ref())));
    }
    holders.sort_unstable();
    let shared = holders.chunk_by(|a, b| a.0 == b.0).filter(|held| held.len() > 1);
    shared
        .map(|held| {
            let address = held[0].0.to_string();
            let names: Vec<&str> = held.iter().map(|(_, name)| *name).collect();
            let message = format!("{address} is the address of {}", names.join(" and "));
            zone.finding(&address, message).seen("hosts", names)
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[fires("10.0.0.10", |facts| put(facts, "alias", "10.0.0.10"))];
}
