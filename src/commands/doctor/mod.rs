//! `qdns doctor`: why names do not resolve.

mod gather;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use wildmatch::WildMatch;

use super::Context;
use super::apply::{OnLostRace, apply};
use super::limited_input::LimitedInput;
use super::southbound::SouthboundArgs;
use crate::doctor::facts::{DUMP_FORMAT, Facts, Probe};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Examination, Need, checks, examine, find, repair};
use crate::error::{Error, FOUND, Kind, NOT_CHECKED, Result};
use crate::model::json;
use crate::model::nearest::closest;
use crate::model::switch;
use crate::output::Reply;
use crate::output::changes::{Change, Changes};
use crate::output::checks::{Checks, Explanation, ListedCheck};
use crate::output::doctor::Report;
use crate::resolver;
use gather::gather;

/// Why a check was not made that the operator did not want.
const NOT_WANTED: &str = "--skip";
/// The largest dump, in bytes; one of 100,000 ports has some 100 MiB.
const DUMP_MAX: u64 = 1 << 30;
/// How long the databases have to settle before a difference between them counts.
const SETTLING: Duration = Duration::from_secs(1);
/// How often they are read again while each time another difference is found.
const SETTLING_READS: usize = 5;
/// How often `--fix` repairs and checks again.
const ROUNDS: usize = 3;

/// Find out why names do not resolve.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns doctor                               check everything that can be read
  qdns doctor net1                          only what concerns net1
  qdns doctor -v                            all evidence, fixes and notes
  qdns doctor --fail-on warning -o json     exit code 4 if it finds something
  qdns doctor --skip dhcp-missing='lab-*'   networks without DHCP on purpose
  qdns doctor --fix                         show repairs, ask, repair, check
  qdns doctor --explain value-truncated     the mechanism behind a finding
  qdns doctor --dump net.json               write what was read to a file
  qdns doctor --from-dump net.json          check the file, not the network

doctor only reads, unless --fix is given. A finding has fix: lines to paste, where a command repairs it. doctor \
also reads the southbound database (--sb-db, OVN_SB_DB) and this machine's chassis where it can reach them; it \
reports the checks that it could not make. The last line is the verdict. The exit code is 4 if something was \
found, and 3 if the northbound database could not be read or no check could be made.")]
pub struct DoctorArgs {
    /// The switches, by name or UUID; all switches if omitted
    #[arg(value_name = "SWITCH")]
    switches: Vec<String>,
    /// Only these checks; several with commas
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    only: Vec<String>,
    /// Leave out this check, or leave it out on switches that match; several with commas
    #[arg(long, value_name = "CODE[=SWITCH-GLOB]", value_delimiter = ',')]
    skip: Vec<String>,
    /// Exit with 4 if a finding has this severity or a higher one
    #[arg(long, value_enum, default_value_t = Severity::Error, value_name = "SEVERITY")]
    fail_on: Severity,
    /// Exit with 3 if nothing was found but a check could not be made; checks that --skip names and those that
    /// need --probe do not count
    #[arg(long)]
    strict: bool,
    /// Repair what is safe to repair, then check again
    #[arg(long, conflicts_with = "from_dump")]
    fix: bool,
    /// List all checks
    #[arg(long)]
    list: bool,
    /// Explain a check
    #[arg(long, value_name = "CODE", conflicts_with = "list")]
    explain: Option<String>,
    /// Ask the forwarders, from this machine, for a name under each zone's domain
    #[arg(long, conflicts_with = "from_dump")]
    probe: bool,
    /// The southbound database.
    #[command(flatten)]
    southbound: SouthboundArgs,
    /// Write what was read to a file
    #[arg(long, value_name = "FILE")]
    dump: Option<PathBuf>,
    /// Check a file that --dump wrote, instead of a database
    #[arg(long, value_name = "FILE")]
    from_dump: Option<PathBuf>,
}

impl DoctorArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        if self.list {
            return Ok(Reply::from(Checks { checks: checks::all().map(ListedCheck::from).collect() }));
        }
        if let Some(code) = &self.explain {
            return Ok(Reply::from(Explanation { check: ListedCheck::from(known(code)?) }));
        }
        let selection = Selection::of(&self)?;
        let (facts, examination) = self.settled(context, &selection)?;
        if let Some(path) = &self.dump {
            write_dump(path, &facts)?;
        }
        if self.fix {
            return self.repair(context, &selection, facts, examination);
        }
        Ok(self.report(context, &facts, examination, None))
    }

    /// Reads and checks until what is found between the databases stays the same: they are read one after the
    /// other, and a difference may be a change on its way.
    fn settled(&self, context: &Context, selection: &Selection) -> Result<(Facts, Examination)> {
        let mut facts = self.facts(context)?;
        let mut examination = self.examine(&facts, selection)?;
        for _ in 0..SETTLING_READS {
            let before = undelivered(&examination);
            if self.from_dump.is_some() || before.is_empty() {
                break;
            }
            std::thread::sleep(SETTLING);
            facts = self.facts(context)?;
            examination = self.examine(&facts, selection)?;
            if undelivered(&examination) == before {
                break;
            }
        }
        Ok((facts, examination))
    }

    /// Repairs what was found and checks again, in rounds: a repair may be what another one needs.
    fn repair(
        &self,
        context: &Context,
        selection: &Selection,
        mut facts: Facts,
        mut examination: Examination,
    ) -> Result<Reply> {
        let mut made: Vec<Change> = Vec::new();
        for _ in 0..ROUNDS {
            let plan = repair::plan(&Input::of(&facts), &examination.findings);
            if plan.changes.is_empty() {
                break;
            }
            match apply(context, OnLostRace::Fail, || Ok(plan.clone())) {
                Ok(applied) if applied.is_dry_run => return Ok(applied.reply()),
                Ok(applied) => made.extend(Changes::of(applied.plan, false).changes),
                Err(error) if made.is_empty() => return Err(error),
                // The report still has to say what the earlier rounds changed.
                Err(error) => {
                    context.printer.warn(&error.in_one_line());
                    break;
                }
            }
            facts = self.facts(context)?;
            examination = self.examine(&facts, selection)?;
        }
        Ok(self.report(context, &facts, examination, Some(made)))
    }

    fn report(
        &self,
        context: &Context,
        facts: &Facts,
        examination: Examination,
        changes: Option<Vec<Change>>,
    ) -> Reply {
        let db = context.nb.db.iter().map(|db| format!("--db={db}"));
        let connection: Vec<String> = db.chain(context.nb.connection.iter().cloned()).collect();
        let is_checked = facts.northbound.is_ok() && !examination.is_empty();
        let is_whole =
            examination.skipped.iter().all(|(check, why)| why == NOT_WANTED || !self.asks_for(check));
        let report = Report {
            unread: facts.northbound.as_ref().err().map(|missing| missing.message.clone()),
            is_verbose: context.global.lists_all(),
            clients: facts.clients.clone(),
            ..Report::of(examination, changes, &connection)
        };
        let is_found = report.worst().is_some_and(|worst| worst >= self.fail_on);
        let exit_code = match (is_checked, is_found) {
            (false, _) => NOT_CHECKED,
            (true, true) => FOUND,
            (true, false) if self.strict && !is_whole => NOT_CHECKED,
            (true, false) => 0,
        };
        Reply::new(report, exit_code)
    }

    /// Whether the operator wants a check that could not be made. Forwarders are asked only with `--probe`.
    fn asks_for(&self, check: &Check) -> bool {
        !check.needs.contains(&Need::Probes) || self.probe || self.only.iter().any(|code| code == check.code)
    }

    /// Reads the facts, from the databases or from a file.
    fn facts(&self, context: &Context) -> Result<Facts> {
        let mut facts = match &self.from_dump {
            Some(path) => read_dump(path)?,
            None => {
                let _progress = context.printer.spinner("reading the databases");
                let sb = self.southbound.sbctl(context);
                gather(&context.nb, sb, context.settings.resolvers(), &self.switches)
            }
        };
        if self.probe {
            facts.probes = Ok(probe(&facts));
        }
        Ok(facts)
    }

    fn examine(&self, facts: &Facts, selection: &Selection) -> Result<Examination> {
        let names = self.switch_names(facts)?;
        let mut examination = examine(facts, &selection.checks_for(facts));
        examination.skipped.extend(selection.skipped());
        // The findings of a check are next to each other.
        let mut found: Vec<&Check> = examination.findings.iter().map(|(check, _)| *check).collect();
        found.dedup_by_key(|check| check.code);
        examination.findings.retain(|(check, finding)| {
            (names.is_empty() || concerns(check, finding, &names)) && !selection.excludes(check, finding)
        });
        for check in found {
            if !examination.findings.iter().any(|(other, _)| other.code == check.code) {
                examination.passed.push(check);
            }
        }
        Ok(examination)
    }

    /// The switches that were given, by the names that findings have for them.
    fn switch_names(&self, facts: &Facts) -> Result<Vec<String>> {
        let Ok(northbound) = &facts.northbound else { return Ok(Vec::new()) };
        let switches = &northbound.switches;
        let words = switch::words(switches);
        let found = self.switches.iter().map(|given| {
            let found = switch::only(switches, given)?.ok_or_else(|| switch::unknown(switches, given))?;
            Ok(words[&found.uuid].clone())
        });
        found.collect()
    }
}

/// The findings about the way from the northbound database to the chassis.
fn undelivered(examination: &Examination) -> Vec<Finding> {
    let delivery = examination.findings.iter().filter(|(check, _)| check.category == Category::Delivery);
    delivery.map(|(_, finding)| finding.clone()).collect()
}

/// Whether a finding is about one of the switches, or about what all of them need.
fn concerns(check: &Check, finding: &Finding, names: &[String]) -> bool {
    match &finding.switch {
        Some(_) => names.iter().any(|name| finding.is_about(name)),
        None => matches!(check.category, Category::Access | Category::Delivery | Category::Queries),
    }
}

/// The check of this code.
fn known(code: &str) -> Result<&'static Check> {
    find(code).ok_or_else(|| {
        let error = Error::invalid(format!("there is no check {code:?}"));
        match closest(code, checks::all().map(|check| check.code)) {
            Some(near) => error.hint(format!("did you mean `{near}`? qdns doctor --list lists all checks")),
            None => error.hint("qdns doctor --list lists all checks"),
        }
    })
}

/// Which checks are made, and where.
struct Selection {
    checks: Vec<&'static Check>,
    skipped: Vec<&'static Check>,
    excluded: Vec<(&'static Check, WildMatch)>,
    /// The checks of access to the database that --only leaves out.
    access: Vec<&'static Check>,
}

impl Selection {
    fn of(args: &DoctorArgs) -> Result<Self> {
        let only: Vec<&Check> = args.only.iter().map(|code| known(code)).collect::<Result<_>>()?;
        let mut selection =
            Selection { checks: Vec::new(), skipped: Vec::new(), excluded: Vec::new(), access: Vec::new() };
        for skip in &args.skip {
            match skip.split_once('=') {
                Some((code, glob)) => {
                    selection.excluded.push((known(code)?, WildMatch::new_case_insensitive(glob)));
                }
                None => selection.skipped.push(known(skip)?),
            }
        }
        let has = |list: &[&Check], check: &Check| list.iter().any(|other| other.code == check.code);
        let candidates = checks::all().filter(|check| !has(&selection.skipped, check));
        let (checks, left): (Vec<&Check>, Vec<&Check>) =
            candidates.partition(|check| only.is_empty() || has(&only, check));
        selection.access = left.into_iter().filter(|check| check.category == Category::Access).collect();
        selection.checks = checks;
        Ok(selection)
    }

    /// The checks to make; where the database cannot be read, also those that report why: "nothing found" must
    /// mean that it was checked.
    fn checks_for(&self, facts: &Facts) -> Vec<&'static Check> {
        let access = self.access.iter().filter(|_| facts.northbound.is_err());
        self.checks.iter().chain(access).copied().collect()
    }

    fn skipped(&self) -> impl Iterator<Item = (&'static Check, String)> {
        self.skipped.iter().map(|check| (*check, NOT_WANTED.to_owned()))
    }

    fn excludes(&self, check: &Check, finding: &Finding) -> bool {
        self.excluded.iter().any(|(excluded, glob)| {
            excluded.code == check.code && finding.switch.as_ref().is_some_and(|switch| glob.matches(switch))
        })
    }
}

/// Asks each forwarder for a name that no zone has, under the domain of the switch's zone.
fn probe(facts: &Facts) -> Vec<Probe> {
    const LIMIT: Duration = Duration::from_secs(2);
    let input = Input::of(facts);
    let domains = input.topology.domains();
    let mut probes: Vec<Probe> = Vec::new();
    for leases in &input.topology.leases {
        let Some((index, (domain, _))) =
            leases.users.keys().find_map(|index| Some((*index, *domains.get(index)?)))
        else {
            continue;
        };
        for server in leases.row.resolvers() {
            let (resolver, name) = (server.to_string(), format!("qdns-probe.{domain}"));
            let known = probes.iter().find(|probe| probe.resolver == resolver && probe.name == name);
            let answer = match known {
                Some(probe) => probe.answer.clone(),
                None => resolver::ask(server, &name, resolver::AAAA, LIMIT),
            };
            probes.push(Probe {
                switch: input.topology.switches[index].name().to_owned(),
                resolver,
                name,
                answer,
            });
        }
    }
    probes
}

fn write_dump(path: &Path, facts: &Facts) -> Result<()> {
    let refused = || Error::new(Kind::Io, format!("the dump cannot be written to {}", path.display()));
    let text = serde_json::to_string(facts).map_err(|error| refused().cause(error))?;
    fs::write(path, json::escaped(&text) + "\n").map_err(|error| refused().cause(error))
}

fn read_dump(path: &Path) -> Result<Facts> {
    let name = format!("the dump {}", path.display());
    let bytes = LimitedInput { name: &name, limit: DUMP_MAX }.read_file(path)?;
    let facts: Facts = serde_json::from_slice(&bytes).map_err(|error| {
        Error::invalid(format!("{} is no dump of qdns doctor", path.display())).cause(error)
    })?;
    match facts.format {
        DUMP_FORMAT => Ok(facts),
        other => Err(Error::invalid(format!(
            "{} is a dump of form {other}; this qdns reads form {DUMP_FORMAT}",
            path.display()
        ))
        .hint("write it with the same version of qdns")),
    }
}
