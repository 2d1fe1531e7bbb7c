//! The fixes of a finding as lines to paste into a shell.

use crate::doctor::finding::Finding;
use crate::doctor::fix::{Command, Fix, HostFix, HostState};
use crate::model::shell::{CommandLine, joined};
use crate::ovn::transaction::arguments;

/// How many fixes `--fix` applies in place of as many lines.
const FEW: usize = 5;

/// The lines of a finding's fixes; `connection` are the options that name the database that was read.
pub fn lines(code: &str, finding: &Finding, connection: &[String]) -> Vec<String> {
    let of = |command: &Command| line(command, connection);
    match &finding.switch {
        Some(switch) if finding.is_automatic && finding.fixes.len() > FEW => {
            let doctor = CommandLine::qdns(["doctor"]).value(switch);
            vec![of(&Command::qdns(&doctor.option("--only").option(code).option("--fix").option("--yes")))]
        }
        _ => finding.fixes.iter().map(|fix| of(&command(fix))).collect(),
    }
}

fn command(fix: &Fix) -> Command {
    match fix {
        Fix::Change(changes) => Command { program: "ovn-nbctl", args: arguments(changes) },
        Fix::Host(fix) => host(fix),
        Fix::Shell(command) => command.clone(),
    }
}

fn host(fix: &HostFix) -> Command {
    let HostState::Present { addresses, replace, is_static, names, reverse } = &fix.state else {
        let remove = CommandLine::qdns(["record", "rm"]).value(&fix.switch_name).value(&fix.host);
        // Another line for the same host may have removed it.
        return Command::qdns(&remove.option("--if-exists"));
    };
    let add = CommandLine::qdns(["record", "add"]).value(&fix.switch_name).value(&fix.host);
    let add = addresses.iter().fold(add, CommandLine::value);
    let no_ptr = (!reverse).then_some("--no-ptr");
    let options = [names.option(), no_ptr, is_static.then_some("--static"), replace.then_some("--replace")];
    Command::qdns(&options.into_iter().flatten().fold(add, CommandLine::option))
}

fn line(command: &Command, connection: &[String]) -> String {
    let mut words = vec![command.program.to_owned()];
    words.extend(command.args.iter().cloned());
    let program = words.iter().position(|word| word != "sudo").unwrap_or_default();
    if matches!(&*words[program], "qdns" | "ovn-nbctl") {
        words.splice(program + 1..program + 1, connection.iter().cloned());
    }
    joined(&words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::doctor::input::Input;
    use crate::doctor::testing::{healthy, with_ended_queries};
    use crate::doctor::{Check, checks, examine, repair};
    use crate::model::fuzzing::fuzz;
    use crate::model::host::Names;
    use crate::model::printable::is_printable;
    use crate::model::snapshot::{Map, Switch};
    use crate::model::topology::Topology;
    use crate::plan::change::Column;
    use uuid::Uuid;

    fn of(fixes: impl IntoIterator<Item = Fix>, is_automatic: bool) -> Vec<String> {
        let finding = Finding::new("web", "").on("net 1");
        let finding = fixes.into_iter().fold(finding, Finding::fix).automatic_if(is_automatic);
        lines("pair-incomplete", &finding, &["--db=unix:/x".to_owned()])
    }

    fn host_fix() -> HostFix {
        let switch = Switch { name: "net 1".into(), ..Switch::default() };
        let rows = crate::model::snapshot::Snapshot { switches: vec![switch], ..Default::default() };
        let addresses = ["10.0.0.1", "fd00::1"].map(|text| text.parse().unwrap()).to_vec();
        HostFix::present(&Topology::of(&rows).switches[0], "web", addresses, Names::Fqdn)
    }

    #[test]
    fn another_user_gets_the_database_that_was_named() {
        assert_eq!(of([Fix::shell("sudo", ["qdns", "doctor"])], false), ["sudo qdns '--db=unix:/x' doctor"]);
    }

    #[test]
    fn a_line_is_quoted_and_names_the_database_that_was_named() {
        let records = Map::from([("Web".to_owned(), "1 2".to_owned())]);
        let uuid = Uuid::nil();
        assert_eq!(
            of([Fix::set(Column::DnsRecords, uuid, &records, "Web", Some("1"))], false),
            [format!(
                r#"ovn-nbctl '--db=unix:/x' remove DNS {uuid} records '"Web"="1 2"' -- add DNS {uuid} records '"Web"="1"'"#
            )]
        );
        assert_eq!(of([Fix::shell("incus", ["start", "x"])], false), ["incus start x"]);
    }

    #[test]
    fn what_a_host_must_be_is_a_command_of_qdns() {
        assert_eq!(
            of([Fix::Host(host_fix().replacing(true).keeping())], false),
            ["qdns '--db=unix:/x' record add 'net 1' web 10.0.0.1 fd00::1 --no-short --static --replace"]
        );
    }

    #[test]
    fn many_automatic_fixes_are_one_line() {
        let many = || vec![Fix::Host(host_fix()); FEW + 1];
        assert_eq!(
            of(many(), true),
            ["qdns '--db=unix:/x' doctor 'net 1' --only pair-incomplete --fix --yes"]
        );
        assert_eq!(of(many(), false).len(), FEW + 1);
    }

    /// No check and no repair fails on a dump that was edited, and what it has to paste is printable.
    #[test]
    fn fuzz_dumps() {
        let samples = [healthy(), with_ended_queries()].map(|facts| serde_json::to_string(&facts).unwrap());
        let words = &[
            "\"Ok\"",
            "\"Err\"",
            "qdns-alias-web",
            "qdns-domain",
            "neutron:",
            "{8.8.8.8}",
            "router",
            "unknown",
            "10.0.0.0/24",
        ];
        let checks: Vec<&'static Check> = checks::all().collect();
        fuzz(&samples.each_ref().map(String::as_str), words, |text| {
            let Ok(facts) = serde_json::from_str::<Facts>(text) else { return };
            let examination = examine(&facts, &checks);
            repair::plan(&Input::of(&facts), &examination.findings);
            for (check, finding) in &examination.findings {
                for line in lines(check.code, finding, &[]) {
                    assert!(line.chars().all(is_printable), "{line:?}");
                }
            }
        });
    }
}
