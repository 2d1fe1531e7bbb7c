//! `edns-ignored`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::release::VERSION_OPTION;

pub(super) const CHECK: Check = Check {
    code: "edns-ignored",
    title: "this OVN ignores queries with EDNS",
    category: Category::Queries,
    severity: Severity::Info,
    needs: &[Need::Northbound],
    explanation: "dig and systemd-resolved send an OPT record with their queries (RFC 6891). OVN before 22.03.6, 23.03.3, \
        23.06.3, 23.09.2 and 24.03 passes such queries on to the resolver that the guest asks. Where that one says \
        NXDOMAIN, systemd-resolved asks again without OPT, and OVN answers; where it says REFUSED or nothing, local names \
        do not resolve in such guests. Resolvers of the C library send no OPT record. For tests: dig +noedns.",
    source: "OVN commit \"pinctrl: dns: Ignore additional records\"; RFC 6891; seen with systemd-resolved 252 on OVN 23.03",
    run: Some(Run::Once(run)),
};

/// The first release of each series that answers queries with EDNS; series before 23.09 that are not here never do,
/// all after it do.
const EDNS_SINCE: [(u32, u32, u32); 4] = [(22, 3, 6), (23, 3, 3), (23, 6, 3), (23, 9, 2)];

fn run(input: &Input) -> Outcome {
    let local = input.facts.chassis.as_ref().ok().map(|chassis| chassis.version.as_str());
    let northd = input.topology.rows.global.options.get(VERSION_OPTION).map(String::as_str);
    let versions = [local, northd].into_iter().flatten();
    let known = versions.filter_map(|version| Some((version, release(version)?))).next();
    let Some((version, release)) = known else {
        return Err("no part of OVN says which release it is".to_owned());
    };
    if !ignores_edns(release) {
        return Ok(Vec::new());
    }
    let (year, month, patch) = release;
    let message =
        format!("OVN {year}.{month:02}.{patch} does not answer queries with EDNS: use dig +noedns to test");
    Ok(vec![Finding::new("EDNS", message).seen("version", version)])
}

/// The numbers of `23.03.1-20.27.0-70.6`.
fn release(version: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = version.split('-').next()?.split('.').map(str::parse::<u32>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn ignores_edns((year, month, patch): (u32, u32, u32)) -> bool {
    let since = EDNS_SINCE.iter().find(|since| (since.0, since.1) == (year, month));
    match since {
        Some(since) => patch < since.2,
        None => (year, month) < (23, 9),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] =
        &[fires("EDNS", |facts| facts.chassis.as_mut().unwrap().version = "23.03.1".into())];

    #[test]
    fn releases_that_ignore_edns_are_known_by_their_number() {
        for (version, ignores) in [
            ("23.03.1-20.27.0-70.6", true),
            ("23.03.3", false),
            ("22.12.1", true),
            ("23.09.1", true),
            ("24.03.0", false),
            ("25.03.1-20.41.0-78.8", false),
            ("26.03.0", false),
        ] {
            assert_eq!(ignores_edns(release(version).unwrap()), ignores, "{version}");
        }
    }
}
