//! What checks look at: the facts, and the index of the northbound database.

use std::sync::LazyLock;

use super::facts::Facts;
use super::finding::Finding;
use super::fix::Fix;
use crate::model::life::Life;
use crate::model::snapshot::Snapshot;
use crate::model::southbound::Southbound;
use crate::model::topology::Topology;

/// What checks look at.
#[derive(Debug)]
pub struct Input<'a> {
    pub facts: &'a Facts,
    /// The northbound database; empty where it could not be read: then no check that needs it runs.
    pub topology: Topology<'a>,
    /// The addresses that are in use, wherever they are.
    pub life: Life<'a>,
}

static EMPTY: LazyLock<Snapshot> = LazyLock::new(Snapshot::default);

impl<'a> Input<'a> {
    pub fn of(facts: &'a Facts) -> Self {
        let topology = Topology::of(facts.northbound.as_ref().unwrap_or(&EMPTY));
        let life = Life::of(&topology);
        Input { facts, topology, life }
    }

    /// The southbound database.
    ///
    /// # Errors
    /// Why it could not be read.
    pub fn southbound(&self) -> Result<&'a Southbound, String> {
        self.facts.southbound.as_ref().map_err(|missing| missing.message.clone())
    }

    /// A finding with what makes ovn-northd work again. Packages name its service differently, and it may run on
    /// another host.
    pub fn repaired_by_northd(&self, finding: Finding) -> Finding {
        match self.facts.northd.as_deref() {
            Ok("paused") => finding.fix(Fix::shell("ovn-appctl", ["-t", "ovn-northd", "resume"])),
            _ => finding.hint(
                "restart ovn-northd on the host where it runs (Debian: the service ovn-central; Fedora: ovn-northd)",
            ),
        }
    }
}
