//! Why a name does not resolve: checks as data, each a pure function from facts to what it found.

pub mod checks;
pub mod facts;
pub mod finding;
pub mod grammar;
pub mod repair;
pub mod served;
pub mod traces;
pub mod world;

#[cfg(test)]
mod fixture;

use facts::{Facts, Missing};
use finding::{Finding, Severity};
use served::Served;
use world::World;

/// What a check is about; the report is grouped by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// The tool and the databases.
    Access,
    /// The way from the northbound database to the chassis.
    Delivery,
    /// Zones and the switches they answer on.
    Zones,
    /// Names and values.
    Records,
    /// Reverse names.
    Reverse,
    /// Hosts against the ports behind them.
    Guests,
    /// What guests are told by DHCP.
    Dhcp,
    /// What becomes of a query.
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

/// A fact that a check cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The northbound database.
    Northbound,
    /// The southbound database.
    Southbound,
    /// The southbound database's flows.
    DnsFlows,
    /// What ovn-trace says.
    Traces,
    /// What the forwarders say.
    Probes,
}

impl Need {
    fn missing(self, facts: &Facts) -> Option<&Missing> {
        match self {
            Need::Northbound => facts.northbound.as_ref().err(),
            Need::Southbound => facts.southbound.as_ref().err(),
            Need::DnsFlows => facts.dns_flows.as_ref().err(),
            Need::Traces => facts.traces.as_ref().err(),
            Need::Probes => facts.probes.as_ref().err(),
        }
    }
}

/// What a check came to: what it found, or why it could not look.
pub type Outcome = Result<Vec<Finding>, String>;

/// A check.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The stable name, never used again for anything else.
    pub code: &'static str,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// Where it stands in the report.
    pub category: Category,
    /// How much a finding matters.
    pub severity: Severity,
    /// The facts it needs.
    pub needs: &'static [Need],
    /// The mechanism behind it.
    pub explanation: &'static str,
    /// Where the mechanism can be read.
    pub source: &'static str,
    /// The check itself; `None` for what can be explained and not found.
    pub run: Option<Run>,
}

/// What a check looks at.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Everything.
    World(fn(&World) -> Outcome),
    /// One zone that answers, and its switch.
    Zone(fn(&Served) -> Vec<Finding>),
}

/// What all checks came to, in the order of the list.
#[derive(Debug)]
pub struct Examination {
    /// What was found, with the check that found it.
    pub findings: Vec<(&'static Check, Finding)>,
    /// Checks that found nothing.
    pub passed: Vec<&'static Check>,
    /// Checks that could not look, and why.
    pub skipped: Vec<(&'static Check, String)>,
}

/// Runs checks on facts.
pub fn examine(facts: &Facts, checks: &[&'static Check]) -> Examination {
    let world = World::of(facts);
    let mut outcomes: Vec<(&Check, Run, Outcome)> = Vec::new();
    for check in checks.iter().copied() {
        let Some(run) = check.run else { continue };
        let missing = check.needs.iter().find_map(|need| need.missing(facts));
        let outcome = match (missing, run) {
            (Some(missing), _) => Err(missing.message.clone()),
            (None, Run::World(run)) => run(&world),
            (None, Run::Zone(_)) => Ok(Vec::new()),
        };
        outcomes.push((check, run, outcome));
    }
    for (network, zone) in world.topology.serving() {
        let served = Served::of(&world, network, zone);
        for (_, run, outcome) in &mut outcomes {
            if let (Run::Zone(run), Ok(found)) = (run, outcome) {
                found.extend(run(&served));
            }
        }
    }
    let mut examination = Examination { findings: Vec::new(), passed: Vec::new(), skipped: Vec::new() };
    for (check, _, outcome) in outcomes {
        match outcome {
            Ok(found) if found.is_empty() => examination.passed.push(check),
            Ok(found) => examination.findings.extend(found.into_iter().map(|finding| (check, finding))),
            Err(why) => examination.skipped.push((check, why)),
        }
    }
    examination
}

/// The check of this code.
pub fn find(code: &str) -> Option<&'static Check> {
    checks::all().find(|check| check.code == code)
}

#[cfg(test)]
mod tests {
    use super::fixture::{CASES, healthy};
    use super::*;
    use std::collections::HashSet;

    fn findings(check: &'static Check, facts: &Facts) -> Vec<Finding> {
        let examination = examine(facts, &[check]);
        assert!(examination.skipped.is_empty(), "{}: {:?}", check.code, examination.skipped);
        examination.findings.into_iter().map(|(_, finding)| finding).collect()
    }

    #[test]
    fn every_check_has_a_firing_case_a_clean_case_and_an_explanation() {
        let mut codes = HashSet::new();
        for check in checks::all() {
            let code = check.code;
            assert!(codes.insert(code), "{code} is there twice");
            assert!(code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{code}");
            assert!(check.explanation.len() > 80, "{code} has no explanation");
            assert!(!check.source.is_empty(), "{code} names no source");
            if check.run.is_none() {
                continue;
            }
            assert!(
                CASES.iter().any(|case| case.code == code && case.subject.is_some()),
                "{code} never fires"
            );
            assert_eq!(findings(check, &healthy()), [], "{code} on a healthy network");
        }
    }

    #[test]
    fn each_case_does_what_it_says() {
        for case in CASES {
            let check = find(case.code).unwrap_or_else(|| panic!("no check {}", case.code));
            let mut facts = healthy();
            (case.change)(&mut facts);
            let found = findings(check, &facts);
            let subjects: Vec<&str> = found.iter().map(|finding| finding.subject.as_str()).collect();
            let wanted: Vec<&str> = case.subject.into_iter().collect();
            assert_eq!(subjects, wanted, "{}", case.code);
            for finding in &found {
                assert!(!finding.message.is_empty() && !finding.evidence.is_empty(), "{}", case.code);
            }
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
}
