//! From which guests a question is asked: the guest of a port, those of a switch, or those of the zone that has the name.

use std::cmp::Reverse;

use super::asker::Asker;
use super::question::Question;
use crate::error::{Error, Kind, Result};
use crate::model::acls::AclIndex;
use crate::model::alike::sets;
use crate::model::snapshot::Port;
use crate::model::switch;
use crate::model::topology::{Network, Topology};

/// Guests of a switch that the rows cannot tell apart.
#[derive(Clone, Debug)]
pub struct Group<'t> {
    /// One of them.
    pub asker: Asker<'t>,
    /// In the order of their names.
    pub ports: Vec<&'t Port>,
}

/// The guest of the port that a word names, else those of the switch that it names.
///
/// # Errors
/// As [`Asker::find`] and [`switch::only`]; not found where the switch has no guests.
pub fn named<'t>(topology: &'t Topology<'t>, word: &str) -> Result<Vec<Group<'t>>> {
    let missing = match Asker::find(topology, word) {
        Ok(asker) => return Ok(vec![Group { ports: vec![asker.port], asker }]),
        Err(error) => error,
    };
    if missing.kind != Kind::NotFound {
        return Err(missing);
    }
    let Some(row) = switch::only(&topology.rows.switches, word)? else {
        return Err(missing.hint("--from also takes a switch; ovn-nbctl ls-list lists them"));
    };
    let network = topology.network(row.uuid)?;
    let groups = of_switch(topology, network, &AclIndex::of(topology.rows));
    if groups.is_empty() {
        return Err(Error::not_found(format!("switch {} has no guests to ask from", network.name())));
    }
    Ok(groups)
}

/// The guests of every switch whose rows have the name, as it is typed or with a domain after it, or whose zone has it.
///
/// # Errors
/// Not found where none has it, or where those that have it have no guests.
pub fn with_name<'t>(topology: &'t Topology<'t>, question: &Question) -> Result<Vec<Group<'t>>> {
    let from = "name a guest or a switch that asks: --from PORT|SWITCH";
    let networks = networks_with(topology, question);
    if networks.is_empty() {
        return Err(Error::not_found(format!("no switch has a record of {:?}", question.typed)).hint(from));
    }
    let index = AclIndex::of(topology.rows);
    let groups: Vec<Group> =
        networks.iter().flat_map(|network| of_switch(topology, network, &index)).collect();
    if groups.is_empty() {
        let names: Vec<&str> = networks.iter().map(|network| network.name()).collect();
        let message = format!("{} has {:?}, and no guests to ask from", names.join(", "), question.typed);
        return Err(Error::not_found(message).hint(from));
    }
    Ok(groups)
}

fn networks_with<'t>(topology: &'t Topology<'t>, question: &Question) -> Vec<&'t Network<'t>> {
    let name = question.name.to_ascii_lowercase();
    let is_label = !name.contains('.') && !question.is_absolute;
    let is_it = |key: &String| {
        let rest = key.strip_prefix(&name);
        rest.is_some_and(|rest| rest.is_empty() || (is_label && rest.starts_with('.')))
    };
    let has_it = |network: &&Network| {
        // A zone that its switch does not list answers no one, and its guests are asked all the same.
        let zone = topology.zone_of(network).ok().flatten().map(|zone| zone.row);
        network.rows.iter().copied().chain(zone).any(|row| row.records.keys().any(is_it))
    };
    topology.switches.iter().filter(has_it).collect()
}

/// The largest group first.
fn of_switch<'t>(
    topology: &'t Topology<'t>,
    network: &'t Network<'t>,
    index: &AclIndex<'t>,
) -> Vec<Group<'t>> {
    let acls = index.on(network.switch);
    let group =
        |ports: Vec<&'t Port>| Group { asker: Asker::of(topology, network, ports[0], acls.clone()), ports };
    let mut groups: Vec<Group> = sets(network, index).into_iter().map(|set| group(set.ports)).collect();
    groups.sort_by_key(|group| Reverse(group.ports.len()));
    groups
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::fixture::guest_port;
    use crate::model::snapshot::{Snapshot, Switch};

    /// `net1` with three guests, of which p2 is disabled, and `net2` with one and no names.
    fn two_nets() -> Snapshot {
        let mut ports: Vec<Port> =
            [(11, "p1", "10.0.0.11"), (12, "p2", "10.0.0.12"), (13, "p3", "10.0.0.13")]
                .map(|(n, name, ip)| guest_port(n, name, &[&format!("0a:00:00:00:00:{n} {ip}")]))
                .to_vec();
        ports[1].enabled = Some(false);
        let mut rows = Snapshot::of_net1(ports, &[("web.internal", "10.0.0.11")], &[]);
        rows.ports.push(guest_port(14, "q1", &["0a:00:00:00:00:14 10.0.2.11"]));
        let uuid = Uuid::from_u128(2);
        rows.switches.push(Switch {
            uuid,
            name: "net2".into(),
            ports: vec![Uuid::from_u128(14)],
            ..Switch::default()
        });
        rows
    }

    /// The ports of each group.
    fn names(groups: Result<Vec<Group>>) -> Vec<String> {
        let name =
            |group: &Group| group.ports.iter().map(|port| port.name.as_str()).collect::<Vec<_>>().join(" ");
        groups.unwrap().iter().map(name).collect()
    }

    fn having(rows: &Snapshot, name: &str) -> Vec<String> {
        names(with_name(&Topology::of(rows), &Question::parse(name, None).unwrap()))
    }

    #[test]
    fn a_port_is_asked_alone() {
        assert_eq!(names(named(&Topology::of(&two_nets()), "p3")), ["p3"]);
    }

    #[test]
    fn the_guests_of_a_switch_are_asked_by_what_tells_them_apart() {
        assert_eq!(names(named(&Topology::of(&two_nets()), "net1")), ["p1 p3", "p2"]);
    }

    #[test]
    fn a_word_that_is_neither_a_port_nor_a_switch_is_not_found() {
        let error = named(&Topology::of(&two_nets()), "net3").unwrap_err();
        assert_eq!(error.message, "there is no logical switch port \"net3\"");
        assert!(error.hints.iter().any(|hint| hint.contains("a switch")));
    }

    #[test]
    fn the_guests_of_the_zone_that_has_a_name_are_asked() {
        let rows = two_nets();
        for name in ["web", "WEB.internal"] {
            assert_eq!(having(&rows, name), ["p1 p3", "p2"], "{name}");
        }
    }

    #[test]
    fn a_label_is_no_beginning_of_another_and_a_dotted_name_no_beginning() {
        let rows = two_nets();
        for name in ["we", "web.", "web.inter", "db"] {
            let question = Question::parse(name, None).unwrap();
            assert_eq!(
                with_name(&Topology::of(&rows), &question).unwrap_err().kind,
                Kind::NotFound,
                "{name}"
            );
        }
    }

    #[test]
    fn every_switch_that_lists_the_row_is_asked() {
        let mut rows = two_nets();
        rows.switches[1].dns_records = rows.switches[0].dns_records.clone();
        assert_eq!(having(&rows, "web"), ["p1 p3", "p2", "q1"]);
    }

    #[test]
    fn the_guests_of_a_switch_that_lost_its_zone_are_asked() {
        let mut rows = two_nets();
        rows.switches[0].dns_records.clear();
        assert_eq!(having(&rows, "web"), ["p1 p3", "p2"]);
    }
}
