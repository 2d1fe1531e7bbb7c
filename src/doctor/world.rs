//! What checks look at: the facts, and the index of the northbound database.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::LazyLock;

use super::facts::{Facts, Missing};
use crate::model::snapshot::Snapshot;
use crate::model::southbound::Southbound;
use crate::model::topology::Topology;

/// What checks look at.
#[derive(Debug)]
pub struct World<'a> {
    /// The facts themselves.
    pub facts: &'a Facts,
    /// The northbound database; empty where it could not be read, and then no check asks for it.
    pub topology: Topology<'a>,
    /// The addresses that load balancers serve, wherever they are.
    pub balanced: HashSet<IpAddr>,
}

static EMPTY: LazyLock<Snapshot> = LazyLock::new(Snapshot::default);

impl<'a> World<'a> {
    /// Indexes the facts.
    pub fn of(facts: &'a Facts) -> Self {
        let topology = Topology::of(facts.northbound.as_ref().unwrap_or(&EMPTY));
        let balanced = topology.balanced();
        World { facts, topology, balanced }
    }

    /// The southbound database.
    ///
    /// # Errors
    /// Why it could not be read.
    pub fn southbound(&self) -> Result<&'a Southbound, Missing> {
        self.facts.southbound.as_ref().map_err(Clone::clone)
    }
}
