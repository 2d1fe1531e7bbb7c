//! Hosts whose port has another name now, and the aliases that follow the port.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::model::host::Host;
use crate::model::name::HostArg;
use crate::model::port_index::PortIndex;
use crate::model::snapshot::Port;
use crate::model::topology::Network;
use crate::plan::aliases::{self, WantedAlias};
use crate::plan::draft::Draft;
use crate::plan::stale::{Reason, Stale};

/// The ports whose `external_ids` give them another name than that of the host that they registered, or none, and
/// these hosts.
pub(super) fn renamed<'a>(
    draft: &Draft<'a>,
    network: &Network,
    guests: &[&Port],
    index: &PortIndex,
    extra: Option<&str>,
) -> (HashSet<Uuid>, Vec<Stale<'a>>) {
    let domain = draft.domain();
    let has_other_name = |port: &Port, host: &Host| {
        let given = port.given_name(extra).and_then(|name| HostArg::parse(name).ok());
        let given = given.as_ref().and_then(|name| name.under(domain).ok());
        port.is_opted_out() || given.is_some_and(|name| name.as_str() != host.name)
    };
    let ports: HashMap<Uuid, &Port> = guests.iter().map(|port| (port.uuid, *port)).collect();
    let (mut uuids, mut hosts) = (HashSet::new(), Vec::new());
    for host in draft.hosts().by_name.values().filter(|host| !host.is_static && host.alias_of.is_none()) {
        let Some(port) = host.origin.and_then(|origin| ports.get(&origin)) else { continue };
        if has_other_name(port, host) {
            uuids.insert(port.uuid);
            hosts.push(Stale::new(host, network, index, Reason::Renamed(port.name.clone())));
        }
    }
    (uuids, hosts)
}

/// The aliases that an operator gave to hosts whose port has another name now, with the port that registered the host.
pub(super) fn kept_aliases(draft: &Draft, removed: &[Stale]) -> Vec<(Uuid, HostArg)> {
    let renamed = removed.iter().filter(|stale| matches!(stale.reason, Reason::Renamed(_)));
    let of_host = |stale: &Stale| {
        let by_hand = draft.aliases_of(&stale.host.name).filter(|alias| alias.origin.is_none());
        let names = by_hand.filter_map(|alias| HostArg::parse(&alias.name).ok());
        names.filter_map(|alias| Some((stale.host.origin?, alias))).collect::<Vec<_>>()
    };
    renamed.flat_map(of_host).collect()
}

/// Moves aliases to the hosts that their ports registered.
pub(super) fn move_aliases(draft: &mut Draft, kept: Vec<(Uuid, HostArg)>) -> Vec<String> {
    let mut warnings = Vec::new();
    for (port, alias) in kept {
        let mut hosts = draft.hosts().by_name.values();
        let host = hosts.find(|host| host.origin == Some(port) && host.alias_of.is_none());
        let Some(Ok(host)) = host.map(|host| HostArg::parse(&host.name)) else { continue };
        let name = alias.hostname.clone();
        let moved = draft.add_alias(&WantedAlias { alias, host, replace: false, origin: None });
        warnings.extend(moved.err().map(|error| format!("alias {name}: {}", error.in_one_line())));
    }
    warnings
}

/// Gives the hosts that ports registered the aliases that the ports list.
pub(super) fn port_aliases(draft: &mut Draft, guests: &[&Port]) -> Vec<String> {
    let ports: HashMap<Uuid, &Port> = guests.iter().map(|port| (port.uuid, *port)).collect();
    let hosts = draft.hosts().by_name.values().filter(|host| host.alias_of.is_none());
    let registered = hosts.filter_map(|host| Some((host.name.to_string(), *ports.get(&host.origin?)?)));
    let registered: Vec<(String, &Port)> = registered.collect();
    registered.iter().flat_map(|(name, port)| aliases::of_ports(draft, name, &[*port])).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{plan_of, port, sync};
    use crate::model::snapshot::Snapshot;

    #[test]
    fn a_host_follows_its_port_to_another_name() {
        let ports = vec![port(2, "p2", "new", &["0a:00:00:00:00:02 10.0.0.2"])];
        let snapshot = Snapshot::of_net1(ports, &[("old", "10.0.0.2")], &[]).with_origin("old", 2);
        assert_eq!(sync(&snapshot, false).0, ["new=10.0.0.2", "new.internal=10.0.0.2"]);
        assert_eq!(
            plan_of(&snapshot, false).removed[0].evidence(),
            "port p2 of net1, which registered it, has another name"
        );
    }

    #[test]
    fn two_ports_can_swap_their_names() {
        let ports = vec![
            port(2, "p2", "b", &["0a:00:00:00:00:02 10.0.0.2"]),
            port(3, "p3", "a", &["0a:00:00:00:00:03 10.0.0.3"]),
        ];
        let records = [("a", "10.0.0.2"), ("b", "10.0.0.3")];
        let snapshot = Snapshot::of_net1(ports, &records, &[]).with_origin("a", 2).with_origin("b", 3);
        let records = sync(&snapshot, true).0;
        assert_eq!(records, ["a=10.0.0.3", "a.internal=10.0.0.3", "b=10.0.0.2", "b.internal=10.0.0.2"]);
    }
}
