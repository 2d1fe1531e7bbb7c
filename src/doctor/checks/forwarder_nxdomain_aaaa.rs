//! `forwarder-nxdomain-aaaa`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};

pub(super) const CHECK: Check = Check {
    code: "forwarder-nxdomain-aaaa",
    title: "a forwarder says NXDOMAIN to AAAA queries under the domain",
    category: Category::Queries,
    severity: Severity::Info,
    needs: &[Need::Northbound, Need::Probes],
    explanation: "For a host with IPv4 only, the AAAA query goes to the forwarder. NXDOMAIN means that the whole name \
        does not exist: musl believes it and fails, glibc does not. With a forwarder that says NOERROR without an \
        answer (one that has the domain as an empty local zone), musl guests work.",
    source: "RFC 2308, section 2; RFC 8020; musl, src/network/lookup_name.c",
    run: Some(Run::Once(run)),
};

/// The code of an answer that says that the name does not exist (RFC 1035, section 4.1.1).
const NXDOMAIN: u8 = 3;

fn run(input: &Input) -> Outcome {
    let probes = input.facts.probes.as_ref().map_err(|missing| missing.message.clone())?;
    Ok(probes
        .iter()
        .filter(|probe| probe.answer == Ok(NXDOMAIN))
        .map(|probe| {
            let message = format!(
                "{} says NXDOMAIN to AAAA {}: musl guests of {} fail to look up hosts without IPv6",
                probe.resolver, probe.name, probe.switch
            );
            Finding::new(&probe.resolver, message)
                .on(&probe.switch)
                .seen("asked", &probe.name)
                .seen("rcode", NXDOMAIN)
        })
        .collect())
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[fires("192.0.2.1", |facts| facts.probes = Ok(probes()))];
}
