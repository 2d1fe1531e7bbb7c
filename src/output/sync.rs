//! What `prune-stale` and `sync` answer: changes, and the evidence for each host that goes.

use serde::Serialize;

use super::changes::{self, ChangesView};
use crate::plan::Plan;
use crate::plan::stale::Stale;

/// The changes of several switches, and the stale hosts among them.
#[derive(Clone, Debug, Serialize)]
pub struct LifecycleView {
    /// All changes, in the order of the switches.
    #[serde(flatten)]
    pub changes: ChangesView,
    /// The hosts that no port stands behind.
    pub stale: Vec<StaleView>,
}

/// A host that goes, why, and how it comes back.
#[derive(Clone, Debug, Serialize)]
pub struct StaleView {
    /// The switch's name.
    pub switch: String,
    /// The hostname in lower case.
    pub hostname: String,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// The addresses whose reverse names go with it.
    pub ptr: Vec<String>,
    /// What was looked for, and where.
    pub evidence: EvidenceView,
    /// The command that puts the host back.
    pub restore: String,
}

/// What was looked for, and where.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceView {
    /// The sentence.
    pub message: String,
    /// How many ports were looked at.
    pub ports: usize,
    /// The ports whose guests may have any address.
    pub unknown: Vec<String>,
}

impl LifecycleView {
    /// The plans of several switches.
    pub fn of(plans: &[Plan], stale: &[Stale], dry_run: bool) -> Self {
        let mut views = plans.iter().map(|plan| ChangesView::of(plan.clone(), dry_run));
        let mut changes = views.next().unwrap_or_else(|| ChangesView::of(Plan::default(), dry_run));
        for view in views {
            changes.changed |= view.changed;
            changes.changes.extend(view.changes);
            changes.warnings.extend(view.warnings);
            changes.switch = [changes.switch, view.switch].join(", ");
        }
        LifecycleView { changes, stale: stale.iter().map(StaleView::of).collect() }
    }

    /// The view for people.
    pub fn table(&self) -> String {
        let mut text = changes::table(&self.changes);
        if self.stale.is_empty() {
            return text;
        }
        text.push_str("\nWhy:\n");
        for stale in &self.stale {
            text += &format!("  {}: {}\n", stale.hostname, stale.evidence.message);
        }
        text.push_str("\nTo put back:\n");
        for stale in &self.stale {
            text += &format!("  {}\n", stale.restore);
        }
        text
    }
}

impl StaleView {
    fn of(stale: &Stale) -> Self {
        StaleView {
            switch: stale.switch.clone(),
            hostname: stale.host.name.to_string(),
            addresses: stale.host.addresses().iter().map(ToString::to_string).collect(),
            ptr: stale.host.reverse_addresses().iter().map(ToString::to_string).collect(),
            evidence: EvidenceView {
                message: stale.evidence(),
                ports: stale.ports,
                unknown: stale.unknown.clone(),
            },
            restore: stale.restore(),
        }
    }
}
