//! Which ports' queries are traced: one of each set of ports that ACLs treat alike.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::model::snapshot::Port;
use crate::model::topology::{Network, Topology};

/// The ports to trace, with their switches: on each switch with names one port of each port group that has ACLs;
/// where the switch has ACLs itself, also one port without a group, because a group's ACL would hide the switch's.
pub fn ports<'t, 'a>(topology: &'t Topology<'a>) -> Vec<(&'t Network<'a>, &'a Port)> {
    let mut groups: HashMap<Uuid, Vec<usize>> = HashMap::new();
    for (index, group) in topology.rows.port_groups.iter().enumerate() {
        for port in &group.ports {
            groups.entry(*port).or_default().push(index);
        }
    }
    let has_names = |network: &&Network| network.rows.iter().any(|row| !row.records.is_empty());
    let networks = topology.switches.iter().filter(has_names);
    networks
        .flat_map(|network| ports_of(network, &groups).into_iter().map(move |port| (network, port)))
        .collect()
}

fn ports_of<'a>(network: &Network<'a>, groups: &HashMap<Uuid, Vec<usize>>) -> Vec<&'a Port> {
    let mut seen: HashSet<Option<usize>> = HashSet::new();
    let mut chosen: Vec<&Port> = Vec::new();
    for port in network.guests().filter(|port| port.sender(None).is_some()) {
        let is_new = match groups.get(&port.uuid) {
            Some(groups) => groups.iter().filter(|group| seen.insert(Some(**group))).count() > 0,
            None => !network.switch.acls.is_empty() && seen.insert(None),
        };
        if is_new {
            chosen.push(port);
        }
    }
    chosen
}

/// The ACLs that may drop a query from a switch: its own and those of all port groups.
pub fn acls_of(topology: &Topology, network: &Network) -> Vec<Uuid> {
    let grouped = topology.rows.port_groups.iter().flat_map(|group| &group.acls);
    network.switch.acls.iter().chain(grouped).copied().collect()
}
