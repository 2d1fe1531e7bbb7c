//! The sync plan of a switch: the names and addresses of its ports, registered in its zone.

mod ports;
mod register;
mod renames;
#[cfg(test)]
mod testing;

use std::collections::{BTreeSet, HashSet};

use uuid::Uuid;

use self::ports::port_hosts;
use self::register::register_first;
use self::renames::{kept_aliases, move_aliases, port_aliases, renamed};
use super::Plan;
use super::claims::Claims;
use super::draft::Draft;
use super::stale::{self, Reason, Stale};
use crate::error::Result;
use crate::model::life::Life;
use crate::model::port_index::PortIndex;
use crate::model::snapshot::Port;
use crate::model::topology::{Network, Topology};

/// How a switch is synced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// One more `external_ids` key that may hold a name.
    pub name_from: Option<String>,
    /// Remove hosts that a port registered and whose port is gone.
    pub prune: bool,
}

/// The plan for one switch, and what it removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncPlan<'a> {
    pub plan: Plan,
    /// The hosts that the plan removes.
    pub removed: Vec<Stale<'a>>,
    /// How many hosts the zone had before.
    pub host_count: usize,
}

impl<'a> SyncPlan<'a> {
    /// The removed hosts whose port is gone.
    pub fn stale(&self) -> impl Iterator<Item = &Stale<'a>> {
        self.removed.iter().filter(|stale| !matches!(stale.reason, Reason::Renamed(_)))
    }
}

/// A plan that registers the names and addresses of a switch's ports, and removes the names that they had before.
/// With `prune`, hosts go that a port registered and whose port is gone, without those in `held`. Hosts that were
/// made by hand and static hosts stay as they are.
///
/// # Errors
/// As [`Draft::open`].
pub fn plan<'a>(
    topology: &Topology<'a>,
    life: &Life<'a>,
    network: &Network<'a>,
    options: &Options,
    held: &BTreeSet<String>,
) -> Result<SyncPlan<'a>> {
    let extra = options.name_from.as_deref();
    let mut draft = Draft::open(topology, network)?;
    let domain = draft.domain().clone();
    let sharing = topology.sharing(network);
    let index = PortIndex::of(&sharing, &domain, extra);
    let host_count = draft.hosts().by_name.len();
    let guests = guests(&draft, network, &sharing);
    let (renamed, mut removed) = renamed(&draft, network, &guests, &index, extra);
    if options.prune {
        let signs = life.at(&sharing, &topology.rows.dns);
        let stale = stale::registered(&draft, network, &index, &signs);
        removed.extend(stale.into_iter().filter(|stale| !held.contains(stale.host.name.as_ref())));
    }
    let kept = kept_aliases(&draft, &removed);
    let must_stay_unused = stale::remove(&mut draft, &sharing, extra, &removed)?;
    let (port_hosts, mut warnings) = port_hosts(&guests, &domain, extra);
    let claims = Claims { network, index: &index, renamed };
    for (name, claimants) in port_hosts {
        warnings.extend(register_first(&mut draft, &claims, &name, &claimants));
    }
    warnings.extend(move_aliases(&mut draft, kept));
    warnings.extend(port_aliases(&mut draft, &guests));
    draft.follow_all();
    warnings.sort();
    let mut plan = draft.close();
    warnings.append(&mut plan.warnings);
    let plan = Plan { must_stay_unused, warnings, ..plan };
    Ok(SyncPlan { plan, removed, host_count })
}

/// The ports that hosts follow: those of the switch's guests, and those that registered a host and are now on a switch
/// that shares the zone.
fn guests<'a>(draft: &Draft, network: &Network<'a>, sharing: &[&Network<'a>]) -> Vec<&'a Port> {
    let origins: HashSet<Uuid> = draft.hosts().by_name.values().filter_map(|host| host.origin).collect();
    let others = sharing.iter().filter(|other| other.index != network.index);
    let moved = others.flat_map(|other| other.guests()).filter(|port| origins.contains(&port.uuid));
    network.guests().chain(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::testing::{origin, plan_of, port, sync, uuid};
    use super::*;
    use crate::model::fixture::on_first;
    use crate::model::snapshot::Snapshot;

    #[test]
    fn a_port_that_is_made_again_takes_its_name_back() {
        let ports = vec![port(3, "web", "", &["0a:00:00:00:00:03 10.0.0.3"])];
        let snapshot = Snapshot::of_net1(ports, &[("web", "10.0.0.2")], &[]).with_origin("web", 2);
        assert_eq!(sync(&snapshot, true).0, ["web=10.0.0.3", "web.internal=10.0.0.3"]);
        assert_eq!(origin(&snapshot, "web"), uuid(3));
    }

    #[test]
    fn a_host_whose_port_is_gone_goes_only_with_prune() {
        let snapshot = Snapshot::of_net1(vec![], &[("gone", "10.0.0.7")], &[]).with_origin("gone", 7);
        assert_eq!(sync(&snapshot, false).0, ["gone=10.0.0.7"]);
        assert_eq!(sync(&snapshot, true).0, [""; 0]);
        assert_eq!(
            plan_of(&snapshot, true).removed[0].evidence(),
            "the port of net1 that registered it is gone"
        );
    }

    #[test]
    fn a_host_that_was_made_by_hand_stays_with_prune() {
        let snapshot = Snapshot::of_net1(vec![], &[("printer", "10.0.0.99")], &[]);
        assert_eq!(sync(&snapshot, true).0, ["printer=10.0.0.99"]);
    }

    #[test]
    fn a_held_host_stays_with_prune() {
        let snapshot = Snapshot::of_net1(vec![], &[("gone", "10.0.0.7")], &[]).with_origin("gone", 7);
        let options = Options { prune: true, ..Options::default() };
        let held = ["gone".to_owned()].into();
        let synced = on_first(&snapshot, |t, net1| plan(t, &Life::of(t), net1, &options, &held)).unwrap();
        assert_eq!((synced.plan.changes, synced.removed), (vec![], vec![]));
    }

    #[test]
    fn the_host_of_a_gone_port_goes_even_where_another_port_has_its_address() {
        let ports = vec![port(2, "fresh", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let records = [("gone", "10.0.0.2"), ("alias", "10.0.0.2")];
        let snapshot = Snapshot::of_net1(ports, &records, &[]).with_origin("gone", 7);
        assert_eq!(sync(&snapshot, true).0, ["alias=10.0.0.2", "fresh=10.0.0.2", "fresh.internal=10.0.0.2"]);
        let synced = plan_of(&snapshot, true);
        assert_eq!(
            synced.removed[0].evidence(),
            "the port of net1 that registered it is gone; port fresh has 10.0.0.2 now"
        );
        assert!(synced.plan.must_stay_unused[0].addresses.is_empty());
    }
}
