//! What `prune-stale` and `sync` answer: changes, and the evidence for each host that is removed.

use serde::Serialize;

use super::answer::Answer;
use super::changes::Changes;
use super::page::Page;
use crate::plan::Plan;
use crate::plan::stale::Stale;

/// The changes of several switches, and the stale hosts among them.
#[derive(Clone, Debug, Serialize)]
pub struct SyncChanges {
    /// All changes, in the order of the switches.
    #[serde(flatten)]
    pub changes: Changes,
    /// The hosts that have no port.
    pub stale: Vec<StaleHost>,
}

/// A host that is removed, why, and the command that adds it again.
#[derive(Clone, Debug, Serialize)]
pub struct StaleHost {
    /// The switch's name.
    pub switch: String,
    /// The hostname in lower case.
    pub hostname: String,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// The addresses whose reverse names are removed too.
    pub ptr: Vec<String>,
    /// What was looked for, and where.
    pub evidence: Evidence,
    /// The command that adds the host again.
    pub restore: String,
}

/// What was looked for, and where.
#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    /// The sentence.
    pub message: String,
    /// How many ports were looked at.
    pub ports: usize,
    /// The ports whose guests may have any address.
    pub unknown: Vec<String>,
}

impl SyncChanges {
    /// The plans of several switches.
    pub fn of(plans: &[Plan], stale: &[Stale], dry_run: bool) -> Self {
        let mut views = plans.iter().map(|plan| Changes::of(plan.clone(), dry_run));
        let mut changes = views.next().unwrap_or_else(|| Changes::of(Plan::default(), dry_run));
        for view in views {
            changes.changed |= view.changed;
            changes.changes.extend(view.changes);
            changes.undo.extend(view.undo);
            changes.warnings.extend(view.warnings);
            changes.switch = [changes.switch, view.switch].join(", ");
        }
        SyncChanges { changes, stale: stale.iter().map(StaleHost::of).collect() }
    }
}

impl Answer for SyncChanges {
    fn table(&self, width: Option<u16>) -> Page {
        if self.stale.is_empty() {
            return self.changes.table(width);
        }
        let mut page = self.changes.page();
        page.push("");
        page.push("Why:");
        for stale in &self.stale {
            page.push(format!("  {}: {}", stale.hostname, stale.evidence.message));
        }
        self.changes.push_undo(&mut page);
        page
    }

    fn plain(&self) -> Page {
        self.changes.plain()
    }

    fn warnings(&self) -> &[String] {
        &self.changes.warnings
    }

    fn is_confirmation(&self) -> bool {
        true
    }
}

impl StaleHost {
    fn of(stale: &Stale) -> Self {
        StaleHost {
            switch: stale.switch.clone(),
            hostname: stale.host.name.to_string(),
            addresses: stale.host.addresses().iter().map(ToString::to_string).collect(),
            ptr: stale.host.reverse_addresses().iter().map(ToString::to_string).collect(),
            evidence: Evidence {
                message: stale.evidence(),
                ports: stale.ports,
                unknown: stale.unknown.clone(),
            },
            restore: stale.restore(),
        }
    }
}
