//! Why a name does not resolve: checks as data, each a pure function from facts to what it found.

mod acls;
mod answers;
mod balancers;
pub(crate) mod checks;
mod dhcp;
mod entries;
pub(crate) mod facts;
pub(crate) mod finding;
pub(crate) mod fix;
pub(crate) mod input;
mod merge;
pub(crate) mod repair;
pub(crate) mod rows;
pub(crate) mod traces;
mod zones;

#[cfg(test)]
pub(crate) mod testing;

use std::collections::HashMap;

use uuid::Uuid;

use crate::model::zone::Zone;
use facts::{Facts, Missing};
use finding::{Finding, Severity};
use input::Input;
use rows::ListedRow;
use zones::AttachedZone;

/// What a check is about; the report is grouped by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// The programs and the databases.
    Access,
    /// From the northbound database to the chassis.
    Delivery,
    /// Zones and the switches that list them.
    Zones,
    /// Names and values.
    Records,
    /// Reverse names.
    Reverse,
    /// Hosts compared with ports.
    Guests,
    /// What guests get by DHCP.
    Dhcp,
    /// Who answers a query, and how.
    Queries,
}

impl Category {
    /// The heading in the report.
    pub fn title(self) -> &'static str {
        match self {
            Category::Access => "Access to OVN",
            Category::Delivery => "Delivery to the chassis",
            Category::Zones => "Zones",
            Category::Records => "Records",
            Category::Reverse => "Reverse names",
            Category::Guests => "Records and guests",
            Category::Dhcp => "DHCP",
            Category::Queries => "Queries",
        }
    }
}

/// A fact that a check needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The northbound database.
    Northbound,
    /// The southbound database.
    Southbound,
    /// The southbound database's flows.
    DnsFlows,
    /// What ovn-trace reports of queries.
    Traces,
    /// What ovn-trace reports of queries on switches with ACLs; on others there is nothing to find.
    AclTraces,
    /// What the forwarders answer.
    Probes,
}

impl Need {
    fn missing(self, facts: &Facts) -> Option<&Missing> {
        match self {
            Need::Northbound => facts.northbound.as_ref().err(),
            Need::Southbound => facts.southbound.as_ref().err(),
            Need::DnsFlows => facts.dns_flows.as_ref().err(),
            Need::Traces | Need::AclTraces => facts.traces.as_ref().err(),
            Need::Probes => facts.probes.as_ref().err(),
        }
    }

    /// Why a part of the fact is missing.
    fn partly_missing(self, facts: &Facts) -> Option<String> {
        let traces = facts.traces.as_ref().ok()?;
        let untraced = match self {
            Need::Traces => traces.untraced + traces.untraced_without_acls,
            Need::AclTraces => traces.untraced,
            _ => 0,
        };
        let all = traces.traced + traces.untraced + traces.untraced_without_acls;
        let noun = if all == 1 { "set" } else { "sets" };
        (untraced > 0).then(|| {
            format!("{untraced} of {all} {noun} of ports were not traced: {}; name a switch", traces.why)
        })
    }
}

/// What a check found, or why it could not run.
pub type Outcome = Result<Vec<Finding>, String>;

/// A check.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The stable name, never used again for anything else.
    pub code: &'static str,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// Where it is in the report.
    pub category: Category,
    /// How much a finding matters.
    pub severity: Severity,
    /// The facts it needs.
    pub needs: &'static [Need],
    /// The mechanism, and what follows from it.
    pub explanation: &'static str,
    /// Where the mechanism is documented.
    pub source: &'static str,
    /// The check itself; `None` for what can be explained and not found.
    pub run: Option<Run>,
}

/// The function of a check, by what it looks at.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Everything, once.
    Once(fn(&Input) -> Outcome),
    /// Each DNS row that a switch lists, of any owner.
    EachRow(fn(&ListedRow) -> Vec<Finding>),
    /// Each zone that answers.
    EachZone(fn(&AttachedZone) -> Vec<Finding>),
}

/// What all checks found, in the order of the list.
#[derive(Debug)]
pub struct Examination {
    /// The findings, with the check that made them.
    pub findings: Vec<(&'static Check, Finding)>,
    /// Checks that found nothing.
    pub passed: Vec<&'static Check>,
    /// Checks that could not run, and why.
    pub skipped: Vec<(&'static Check, String)>,
}

impl Examination {
    /// Whether no check was made.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.passed.is_empty()
    }
}

/// Runs checks on facts.
pub fn examine(facts: &Facts, checks: &[&'static Check]) -> Examination {
    let input = Input::of(facts);
    let mut outcomes: Vec<(&Check, Run, Outcome)> = Vec::new();
    for check in checks.iter().copied() {
        let Some(run) = check.run else { continue };
        let missing = check.needs.iter().find_map(|need| need.missing(facts));
        let outcome = match (missing, run) {
            (Some(missing), _) => Err(missing.message.clone()),
            (None, Run::Once(run)) => run(&input),
            (None, Run::EachRow(_) | Run::EachZone(_)) => Ok(Vec::new()),
        };
        outcomes.push((check, run, outcome));
    }
    // Nothing is prepared for rows that no check looks at.
    let each = outcomes.iter().any(|(_, run, _)| !matches!(run, Run::Once(_)));
    let zones: HashMap<(usize, Uuid), &Zone> =
        input.topology.serving().map(|(network, zone)| ((network.index, zone.row.uuid), zone)).collect();
    for network in input.topology.switches.iter().filter(|_| each) {
        let shared: Vec<Uuid> = input
            .topology
            .shared_zones(network)
            .filter(|zone| zone.is_attached())
            .map(|zone| zone.row.uuid)
            .collect();
        // A zone that several switches list is examined once, on its home.
        for row in network.rows.iter().filter(|row| !shared.contains(&row.uuid)) {
            let zone = zones.get(&(network.index, row.uuid));
            let zone = zone.map(|zone| AttachedZone::of(&input, network, zone));
            let listed = ListedRow { network, row, zone };
            outcomes.iter_mut().for_each(|(_, run, outcome)| add_findings(&listed, *run, outcome));
        }
    }
    let mut examination = Examination { findings: Vec::new(), passed: Vec::new(), skipped: Vec::new() };
    for (check, _, outcome) in outcomes {
        let partly = check.needs.iter().find_map(|need| need.partly_missing(facts));
        let is_whole = partly.is_none();
        examination.skipped.extend(partly.filter(|_| outcome.is_ok()).map(|why| (check, why)));
        match outcome {
            Ok(found) if found.is_empty() && is_whole => examination.passed.push(check),
            Ok(mut found) => {
                // Rows come in the order of their UUIDs, which says nothing to anyone.
                found.sort_by(|a, b| (&a.switch, &a.message).cmp(&(&b.switch, &b.message)));
                examination.findings.extend(found.into_iter().map(|finding| (check, finding)));
            }
            Err(why) => examination.skipped.push((check, why)),
        }
    }
    examination
}

fn add_findings(listed: &ListedRow, run: Run, outcome: &mut Outcome) {
    let Ok(findings) = outcome else { return };
    let found = match (run, &listed.zone) {
        (Run::EachRow(run), _) => run(listed),
        (Run::EachZone(run), Some(zone)) => run(zone),
        _ => return,
    };
    if listed.row.is_ours() && listed.network.own_zones().nth(1).is_some() {
        // Until the zones are one, a host may be in several of them, and no command writes into any.
        findings.extend(found.into_iter().map(Finding::without_fixes));
    } else {
        findings.extend(found);
    }
}

/// The check of this code.
pub fn find(code: &str) -> Option<&'static Check> {
    checks::all().find(|check| check.code == code)
}

#[cfg(test)]
mod tests {
    use super::testing::{healthy, listed, row};
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_check_has_a_code_of_its_own_and_an_explanation() {
        let mut codes = HashSet::new();
        for check in checks::all() {
            let code = check.code;
            assert!(codes.insert(code), "{code} is there twice");
            assert!(code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{code}");
            assert!(check.explanation.len() > 80, "{code} has no explanation");
            assert!(!check.source.is_empty(), "{code} names no source");
        }
    }

    #[test]
    fn a_missing_fact_skips_the_checks_that_need_it_and_no_others() {
        let mut facts = healthy();
        facts.southbound = Err(Missing::because("no southbound database"));
        let all: Vec<&Check> = checks::all().collect();
        let examination = examine(&facts, &all);
        let skipped: Vec<&str> = examination.skipped.iter().map(|(check, _)| check.code).collect();
        assert!(skipped.contains(&"sb-records-differ"));
        assert!(!skipped.contains(&"zone-orphaned"));
        assert!(examination.skipped.iter().all(|(_, why)| why == "no southbound database"));
    }

    #[test]
    fn facts_come_back_from_a_dump_as_they_were() {
        let facts = healthy();
        let text = serde_json::to_string(&facts).unwrap();
        assert_eq!(serde_json::from_str::<Facts>(&text).unwrap(), facts);
    }

    #[test]
    fn the_row_of_another_owner_is_never_repaired() {
        let mut facts = healthy();
        listed(&mut facts, row(7, ("incus_switch", "x"), &[("VM_1", "10.0.0.10,none"), ("vm", "")]));
        let all: Vec<&Check> = checks::all().collect();
        let found = examine(&facts, &all).findings;
        let foreign = found.iter().filter(|(_, finding)| finding.owner.is_some());
        assert!(foreign.clone().count() > 2);
        for (check, finding) in foreign {
            assert!(finding.fixes.is_empty() && !finding.is_automatic, "{}", check.code);
        }
        assert_eq!(repair::plan(&Input::of(&facts), &found).changes, vec![]);
    }
}
