//! Which switches `sync` is for.

use crate::model::name::HostArg;
use crate::model::snapshot::Switch;
use crate::model::topology::{Network, Topology};
use crate::ovn::ports::Switches;
use crate::plan::sync::Options;

/// The switches that the operator chose.
#[derive(Debug)]
pub struct Selection {
    pub switches: Switches,
    /// Also switches without a zone that may get one.
    pub create_zones: bool,
}

impl Selection {
    /// The switches to sync: the named ones, or all that have a zone or may get one.
    pub fn of<'s>(&self, topology: &Topology, options: &Options, read: &'s [Switch]) -> Vec<&'s Switch> {
        let is_selected = |switch: &&Switch| {
            let Ok(network) = topology.network(switch.uuid) else { return false };
            match topology.zone_of(network) {
                Ok(None) => self.create_zones && may_get_zone(network, options),
                // A switch with several zones is synced, so that the error is reported.
                _ => true,
            }
        };
        read.iter().filter(|switch| self.switches != Switches::All || is_selected(switch)).collect()
    }
}

/// Whether a switch has a guest with a valid name and an address, and no mark and no DNS row of another program.
fn may_get_zone(network: &Network, options: &Options) -> bool {
    let is_foreign = network.switch.owner().is_foreign()
        || network.ports.iter().any(|port| port.owner().is_foreign())
        || network.rows.iter().any(|row| row.owner().is_foreign());
    let mut guests =
        network.guests().filter(|port| !port.is_disabled() && !port.guest_addresses().is_empty());
    let is_nameable = guests.any(|port| {
        port.guest_name(options.name_from.as_deref()).is_some_and(|name| HostArg::parse(name).is_ok())
    });
    is_nameable && !is_foreign
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{guest_port, on_first};
    use crate::model::snapshot::{DnsRow, Snapshot};

    fn net1(name: &str) -> Snapshot {
        let ports = vec![guest_port(2, name, &["0a:00:00:00:00:02 10.0.0.2"])];
        Snapshot::of_net1(ports, &[], &[]).without_zone()
    }

    fn is_selected(snapshot: &Snapshot, create_zones: bool) -> bool {
        let selection = Selection { switches: Switches::All, create_zones };
        let options = Options::default();
        on_first(snapshot, |topology, _| !selection.of(topology, &options, &snapshot.switches).is_empty())
    }

    #[test]
    fn all_means_the_switches_that_have_a_zone() {
        assert!(is_selected(&Snapshot::of_net1(vec![], &[], &[]), false));
        assert!(!is_selected(&net1("web"), false));
    }

    #[test]
    fn a_switch_with_a_guest_that_has_a_name_may_get_a_zone() {
        assert!(is_selected(&net1("web"), true));
        assert!(!is_selected(&net1("no_name"), true));
    }

    #[test]
    fn a_switch_of_another_program_gets_no_zone() {
        let mut of_switch = net1("web");
        of_switch.switches[0].external_ids.insert("neutron:network_name".into(), "prod".into());
        assert!(!is_selected(&of_switch, true));
        let mut of_port = net1("web");
        of_port.ports[0].external_ids.insert("k8s.ovn.org/pod".into(), "true".into());
        assert!(!is_selected(&of_port, true));
        let mut of_row = net1("web");
        let row = DnsRow {
            external_ids: [("incus_switch".to_owned(), "net1".to_owned())].into(),
            ..DnsRow::default()
        };
        of_row.switches[0].dns_records.push(row.uuid);
        of_row.dns.push(row);
        assert!(!is_selected(&of_row, true));
    }
}
