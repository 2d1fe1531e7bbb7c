//! `nbctl-missing`.

use crate::doctor::finding::Severity;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Outcome, Run};
use crate::error::Kind;

pub(super) const CHECK: Check = Check {
    code: "nbctl-missing",
    title: "there is no ovn-nbctl to run",
    category: Category::Access,
    severity: Severity::Error,
    needs: &[],
    explanation: "qdns reads and writes OVN through ovn-nbctl(8), which comes with OVN's own package and follows its \
        release. Without it nothing else can be checked.",
    source: "ovn-nbctl(8)",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let missing = input.facts.northbound.as_ref().err();
    let missing = missing.filter(|missing| missing.kind == Kind::NoSuchBinary.name());
    Ok(missing.map(|missing| missing.finding("ovn-nbctl")).into_iter().collect())
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("ovn-nbctl", |facts| unreachable(facts, "no-such-binary")),
        passes(|facts| unreachable(facts, "timeout")),
    ];
}
