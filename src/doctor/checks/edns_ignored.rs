//! `edns-ignored`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::edns::{Edns, shown};
use crate::model::release::VERSION_OPTION;

pub(super) const CHECK: Check = Check {
    code: "edns-ignored",
    title: "this OVN ignores queries with EDNS",
    category: Category::Queries,
    severity: Severity::Info,
    needs: &[Need::Northbound],
    explanation: "dig and systemd-resolved send an OPT record with their queries (RFC 6891). OVN before 22.03.6, 23.03.3, \
        23.06.3, 23.09.2 and 24.03 passes such queries on to the resolver that the guest asks. Where that one says \
        NXDOMAIN, systemd-resolved asks again without OPT, and OVN answers. Where it says nothing, this takes up to 20 s; \
        where it says REFUSED, local names do not resolve in such guests. Resolvers of the C library send no OPT record. For tests: dig +noedns.",
    source: "OVN commit \"pinctrl: dns: Ignore additional records\"; RFC 6891; seen with systemd-resolved 252 on OVN 23.03",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let local = input.facts.chassis.as_ref().ok().map(|chassis| chassis.version.as_str());
    let northd = input.topology.rows.global.options.get(VERSION_OPTION).map(String::as_str);
    let versions = [local, northd].into_iter().flatten();
    let known = versions.map(|version| (version, Edns::of(Some(version))));
    match known.into_iter().find(|(_, edns)| *edns != Edns::Unknown) {
        None => Err("no part of OVN says which release it is".to_owned()),
        Some((version, Edns::PassedOn(release))) => {
            let message = format!(
                "OVN {} does not answer queries with EDNS: guests with systemd-resolved resolve local names \
                at once only if their resolver answers NXDOMAIN; test with dig +noedns",
                shown(release)
            );
            Ok(vec![Finding::new("EDNS", message).seen("version", version)])
        }
        Some(_) => Ok(Vec::new()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] =
        &[fires("EDNS", |facts| facts.chassis.as_mut().unwrap().version = "23.03.1".into())];
}
