//! `forwarder-no-answer`.

use crate::doctor::facts::Probe;
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};

pub(super) const CHECK: Check = Check {
    code: "forwarder-no-answer",
    title: "a forwarder gives no answer to AAAA queries under the domain",
    category: Category::Queries,
    severity: Severity::Info,
    needs: &[Need::Northbound, Need::Probes],
    explanation: "With a forwarder that is silent, refuses or fails, guests resolve no name that is not local. For a \
        local host with IPv4 only, musl waits for the answer to its AAAA query and gives up after five seconds. The \
        query is sent from the machine that doctor runs on: guests may reach the forwarder by another way, or not at \
        all.",
    source: "RFC 1035, section 4.1.1; musl, src/network/res_msend.c",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let probes = input.facts.probes.as_ref().map_err(|missing| missing.message.clone())?;
    Ok(probes
        .iter()
        .filter_map(|probe| {
            let why = why_useless(probe)?;
            let message =
                format!("this machine got no answer from {} to AAAA {}: {why}", probe.resolver, probe.name);
            Some(
                Finding::new(&probe.resolver, message)
                    .on(&probe.switch)
                    .seen("asked", &probe.name)
                    .seen("answer", why),
            )
        })
        .collect())
}

/// Why an answer is none; the codes are those of RFC 1035, section 4.1.1.
fn why_useless(probe: &Probe) -> Option<String> {
    match &probe.answer {
        Ok(0 | 3) => None,
        Ok(2) => Some("it fails (SERVFAIL)".to_owned()),
        Ok(5) => Some("it refuses (REFUSED)".to_owned()),
        Ok(code) => Some(format!("it answers with code {code}")),
        Err(why) => Some(why.clone()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[fires("192.0.2.3", |facts| facts.probes = Ok(probes()))];
}
