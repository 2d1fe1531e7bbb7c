//! Which switches `sync` is for.

use crate::model::snapshot::Switch;
use crate::model::topology::Topology;
use crate::ovn::ports::Switches;

/// The switches to sync: the named ones, or all that have a zone.
pub fn to_sync<'s>(topology: &Topology, switches: &Switches, read: &'s [Switch]) -> Vec<&'s Switch> {
    let has_zone = |switch: &&Switch| {
        let network = topology.network(switch.uuid);
        // A switch with several zones is synced, so that the error is reported.
        network.is_ok_and(|network| !matches!(topology.zone_of(network), Ok(None)))
    };
    read.iter().filter(|switch| *switches != Switches::All || has_zone(switch)).collect()
}
