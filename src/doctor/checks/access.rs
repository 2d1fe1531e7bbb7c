//! Whether the northbound database can be read at all.

use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::world::World;
use crate::doctor::{Category, Check, Outcome, Run};
use crate::error::Kind;

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "nbctl-missing",
        title: "there is no ovn-nbctl to run",
        category: Category::Access,
        severity: Severity::Error,
        needs: &[],
        explanation: "qdns reads and writes OVN through ovn-nbctl(8), which comes with OVN's own package and \
            follows its release. Without it nothing else can be looked at.",
        source: "ovn-nbctl(8)",
        run: Some(Run::World(nbctl_missing)),
    },
    Check {
        code: "nb-unreachable",
        title: "the northbound database cannot be read",
        category: Category::Access,
        severity: Severity::Error,
        needs: &[],
        explanation: "ovn-nbctl runs and gets no answer: the server does not run, the address is another one \
            (OVN_NB_DB, --db), the socket belongs to another user, the certificate is refused, or the daemon \
            behind OVN_NB_DAEMON has lost its database. Names go on resolving meanwhile: the chassis answer \
            from the southbound database.",
        source: "ovn-nbctl(8), OVN_NB_DB and OVN_NB_DAEMON; ovsdb-server(1)",
        run: Some(Run::World(nb_unreachable)),
    },
];

fn nbctl_missing(world: &World) -> Outcome {
    Ok(failure(world, true).into_iter().collect())
}

fn nb_unreachable(world: &World) -> Outcome {
    Ok(failure(world, false).into_iter().collect())
}

fn failure(world: &World, is_missing: bool) -> Option<Finding> {
    let missing = world.facts.northbound.as_ref().err()?;
    if is_missing != (missing.kind == Kind::NoSuchBinary.name()) {
        return None;
    }
    let mut finding = Finding::new(if is_missing { "ovn-nbctl" } else { "OVN_Northbound" }, &missing.message)
        .seen("kind", &missing.kind)
        .fix(match missing.kind.as_str() {
            "no-such-binary" => Command::new("apt-get", ["install", "ovn-common"]),
            "permission" => Command::new("sudo", ["qdns", "doctor"]),
            "timeout" => Command::qdns(["doctor", "--timeout=60"]),
            _ => Command::new("systemctl", ["start", "ovn-central"]),
        });
    for (what, texts) in [("said", &missing.causes), ("hint", &missing.hints)] {
        if !texts.is_empty() {
            finding = finding.seen(what, texts.join("; "));
        }
    }
    Some(finding)
}
