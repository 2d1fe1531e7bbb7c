//! Looks again, at the moment of writing, whether the hosts that a plan removes still have no port.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::northbound::Northbound;
use super::ovsdb_client::Versions;
use super::ports::{SWITCH_COLUMNS, ports_query};
use super::query::Query;
use super::write::NOTHING_KEPT;
use crate::error::{Error, Kind, Result};
use crate::model::life::{Life, Signs};
use crate::model::port_index::PortIndex;
use crate::model::snapshot::DnsRow;
use crate::model::topology::{Network, Topology};
use crate::plan::{Plan, Unused};

impl Northbound {
    /// Checks that the hosts which a plan removes because they have no port still have none, and that nothing else has
    /// their addresses. Returns the versions of switches, where ovsdb-client can compare them: a port that is added changes
    /// its switch. They are those of hosts that no port registered; of the others, the port must not be there.
    ///
    /// # Errors
    /// Lost race if one of them may live now; otherwise as [`Northbound::run`].
    pub(super) fn check_unused(&self, plan: &Plan) -> Result<Versions> {
        if plan.must_stay_unused.is_empty() {
            return Ok(Versions::new());
        }
        let switches = |is_wanted: &dyn Fn(&Unused) -> bool| {
            let wanted = plan.must_stay_unused.iter().filter(|unused| is_wanted(unused));
            let all: BTreeSet<Uuid> = wanted.flat_map(|unused| &unused.switches).copied().collect();
            Vec::from_iter(all)
        };
        let of_any_port = switches(&|unused| unused.origin.is_none());
        let versions = match &self.rows {
            Some(client) if !of_any_port.is_empty() => {
                let mut query = Query::default();
                query.rows("Logical_Switch", "_uuid,_version", &of_any_port);
                client.read_versions(&query)?.1
            }
            _ => Versions::new(),
        };
        let mut query = Query::default();
        query.rows("Logical_Switch", SWITCH_COLUMNS, &switches(&|_| true));
        let snapshot = match self.read_ports_of(query)? {
            Some(snapshot) => snapshot,
            None => {
                let mut query = ports_query();
                query.services();
                self.read(query)?
            }
        };
        let topology = Topology::of(&snapshot);
        let life = Life::of(&topology);
        let mut known: BTreeMap<&[Uuid], (PortIndex, Signs)> = BTreeMap::new();
        for unused in &plan.must_stay_unused {
            let (index, signs) = known
                .entry(&unused.switches)
                .or_insert_with(|| read(&topology, &life, unused, &snapshot.dns));
            if let Some(found) = found(unused, index, signs) {
                return Err(
                    Error::new(Kind::LostRace, format!("{found}, so the host is kept")).hint(NOTHING_KEPT)
                );
            }
        }
        Ok(versions)
    }
}

fn read<'l, 'a>(
    topology: &Topology<'a>,
    life: &'l Life<'a>,
    unused: &Unused,
    rows: &'a [DnsRow],
) -> (PortIndex<'a>, Signs<'l, 'a>) {
    let found = unused.switches.iter().filter_map(|uuid| topology.network(*uuid).ok());
    let networks: Vec<&Network> = found.collect();
    let index = PortIndex::of(&networks, &unused.domain, unused.name_from.as_deref());
    (index, life.at(&networks, rows))
}

/// What says that a host may live.
fn found(unused: &Unused, index: &PortIndex, signs: &Signs) -> Option<String> {
    let name = &unused.name;
    let switches = || index.switches.join(" and ");
    if let Some(port) = index.port_of(name, &unused.addresses) {
        return Some(format!(
            "port {} of {} now has the name or an address of {name}",
            port.name,
            switches()
        ));
    }
    if let Some(port) = unused.origin.and_then(|origin| index.port(origin)) {
        return Some(format!(
            "port {} of {}, which registered {name}, is there again",
            port.name,
            switches()
        ));
    }
    let sign = unused.elsewhere.iter().find_map(|address| signs.of_other(*address));
    sign.map(|sign| format!("{sign}, an address of {name}"))
}
