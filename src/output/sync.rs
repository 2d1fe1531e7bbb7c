//! What `prune-stale` and `sync` answer: changes, and the evidence for each host that is removed.

use schemars::JsonSchema;
use serde::Serialize;

use super::answer::Answer;
use super::changes::Changes;
use super::page::Page;
use crate::plan::Plan;
use crate::plan::stale::{Kept, Stale};

/// The changes of several switches, and the stale hosts among them.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct SyncChanges {
    /// All changes, in the order of the switches.
    #[serde(flatten)]
    pub changes: Changes,
    /// The hosts that have no port.
    pub stale: Vec<StaleHost>,
    /// The hosts without a port that stay, because they may live.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<KeptHost>,
}

/// A host without a port that stays.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct KeptHost {
    /// The switch's name.
    pub switch: String,
    /// The hostname in lower case.
    pub hostname: String,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// What says that it may live.
    pub evidence: String,
    /// The command that removes the host all the same.
    pub remove: String,
}

/// A host that is removed, and why.
#[derive(Clone, Debug, JsonSchema, Serialize)]
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
}

/// What was looked for, and where.
#[derive(Clone, Debug, JsonSchema, Serialize)]
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
        let changes = Changes::of_all(plans.iter().cloned(), dry_run);
        SyncChanges { changes, stale: stale.iter().map(StaleHost::of).collect(), kept: Vec::new() }
    }

    /// As [`Changes::listing`].
    #[must_use]
    pub fn listing(mut self, lists_all: bool) -> Self {
        self.changes = self.changes.listing(lists_all);
        self
    }

    /// As [`Changes::with_names`].
    #[must_use]
    pub fn with_names(mut self) -> Self {
        self.changes = self.changes.with_names();
        self
    }

    /// The same with the hosts that stay.
    #[must_use]
    pub fn with_kept(mut self, kept: &[Kept]) -> Self {
        self.kept = kept.iter().map(KeptHost::of).collect();
        self
    }
}

impl Answer for SyncChanges {
    fn table(&self, width: Option<u16>) -> Page {
        let mut page = if self.stale.is_empty() { self.changes.table(width) } else { self.changes.page() };
        if !self.kept.is_empty() {
            page.push("");
            page.push("Kept, because they may live:");
            for kept in &self.kept {
                page.push(format!("  {}: {}; to remove it: {}", kept.hostname, kept.evidence, kept.remove));
            }
        }
        if self.stale.is_empty() {
            return page;
        }
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

impl KeptHost {
    fn of(kept: &Kept) -> Self {
        KeptHost {
            switch: kept.switch.clone(),
            hostname: kept.host.name.to_string(),
            addresses: kept.host.addresses().iter().map(ToString::to_string).collect(),
            evidence: kept.sign.clone(),
            remove: kept.remove(),
        }
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
        }
    }
}
