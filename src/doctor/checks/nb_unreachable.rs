//! `nb-unreachable`.

use crate::doctor::finding::Severity;
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Outcome, Run};
use crate::error::Kind;
use crate::model::shell::CommandLine;

pub(super) const CHECK: Check = Check {
    code: "nb-unreachable",
    title: "the northbound database cannot be read",
    category: Category::Access,
    severity: Severity::Error,
    needs: &[],
    explanation: "ovn-nbctl runs and gets no answer: the server does not run, it listens on another address \
        (OVN_NB_DB, --db), the socket belongs to another user, the certificate is refused, or the daemon that \
        OVN_NB_DAEMON names has lost its database. Names still resolve meanwhile: the chassis answer from the \
        southbound database.",
    source: "ovn-nbctl(8), OVN_NB_DB and OVN_NB_DAEMON; ovsdb-server(1)",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let missing = input.facts.northbound.as_ref().err();
    let missing = missing.filter(|missing| missing.kind != Kind::NoSuchBinary.name());
    Ok(missing.map(|missing| missing.finding("OVN_Northbound").fix(fix(&missing.kind))).into_iter().collect())
}

/// Which service the database needs, and on which host, is not known here: the hint says what to look for.
fn fix(kind: &str) -> Option<Fix> {
    if kind == Kind::Permission.name() {
        Some(Fix::shell("sudo", ["qdns", "doctor"]))
    } else if kind == Kind::Timeout.name() {
        Some(Fix::qdns(&CommandLine::qdns(["doctor"]).option("--timeout=60")))
    } else {
        None
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("OVN_Northbound", |facts| unreachable(facts, "timeout")),
        passes(|facts| unreachable(facts, "no-such-binary")),
    ];
}
