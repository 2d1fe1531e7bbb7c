//! One machine of a hypervisor: plans that register its name with the addresses of its ports, or remove it.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use uuid::Uuid;

use super::Plan;
use super::aliases;
use super::claims::{Claim, Claims};
use super::draft::Draft;
use super::hosts::Wanted;
use crate::error::{Error, Result};
use crate::model::address::same_set;
use crate::model::name::HostArg;
use crate::model::port_index::PortIndex;
use crate::model::snapshot::Port;
use crate::model::topology::{Network, Topology};

/// A machine's ports on one switch.
#[derive(Clone, Debug)]
pub struct MachinePorts<'a> {
    pub network: &'a Network<'a>,
    /// At least one.
    pub ports: Vec<&'a Port>,
}

impl<'a> MachinePorts<'a> {
    /// The guest ports with these names, by switch, and the names that no guest port has.
    pub fn find(topology: &'a Topology<'a>, names: &[String]) -> (Vec<Self>, Vec<String>) {
        let is_named = |port: &&Port| port.is_guest() && names.contains(&port.name);
        let all = topology.switches.iter().map(|network| MachinePorts {
            network,
            ports: network.ports.iter().copied().filter(is_named).collect(),
        });
        let found: Vec<Self> = all.filter(|machine| !machine.ports.is_empty()).collect();
        let known: BTreeSet<&String> =
            found.iter().flat_map(|machine| &machine.ports).map(|port| &port.name).collect();
        let missing = names.iter().filter(|name| !known.contains(name)).cloned().collect();
        (found, missing)
    }

    /// The addresses of the machine on this switch, each once.
    pub fn addresses(&self) -> Vec<IpAddr> {
        let mut all: Vec<IpAddr> = Vec::new();
        for address in self.ports.iter().flat_map(|port| port.guest_addresses()) {
            if !all.contains(&address) {
                all.push(address);
            }
        }
        all
    }

    /// A plan that gives the machine's name its addresses on this switch. A static host stays as it is.
    ///
    /// # Errors
    /// A conflict where the name is that of another port's host, or of a host that was made by hand with other
    /// addresses; invalid input where the name or an address breaks a rule, or no address is known.
    pub fn register(&self, topology: &Topology, host: &HostArg) -> Result<Plan> {
        let switch = self.network.switch;
        let addresses = self.addresses();
        if addresses.is_empty() {
            return Err(Error::invalid(format!(
                "port {} of {} has no known address",
                self.port_names(),
                switch.name
            )));
        }
        let mut draft = Draft::open(topology, self.network)?;
        let name = host.under(draft.domain())?.as_str().to_owned();
        let index = PortIndex::of(&topology.sharing(self.network), draft.domain(), None);
        let known = draft.hosts().by_name.get(name.as_str());
        if let Some(other) = index.named(&name).filter(|port| known.is_none() && !self.has(port.uuid)) {
            return Err(Error::conflict(format!("{name} is the name of port {}", other.name)));
        }
        let uuids: Vec<Uuid> = self.ports.iter().map(|port| port.uuid).collect();
        let claims = Claims { network: self.network, index: &index, renamed: HashSet::new() };
        let Claim::Register(addresses) = claims.check(known, &uuids, &addresses)? else {
            return Ok(Plan::for_switch(switch));
        };
        let names = known.map(|known| known.wanted).unwrap_or_default();
        let replace = known.is_some_and(|known| !same_set(&known.addresses(), &addresses));
        let kept = known.and_then(|known| known.origin).filter(|origin| uuids.contains(origin));
        let origin = kept.or(uuids.first().copied());
        draft.add(&Wanted { names, replace, origin, ..Wanted::new(host.clone(), addresses) })?;
        let mut warnings = aliases::of_ports(&mut draft, &name, &self.ports);
        let mut plan = draft.close();
        plan.warnings.append(&mut warnings);
        Ok(plan)
    }

    /// A plan that removes the machine's name from this switch, where one of its ports registered it. A static host
    /// stays.
    ///
    /// # Errors
    /// As [`Draft::open`]; invalid input where the name breaks a rule.
    pub fn unregister(&self, topology: &Topology, host: &HostArg) -> Result<Plan> {
        let mut draft = Draft::open(topology, self.network)?;
        let name = host.under(draft.domain())?.as_str().to_owned();
        let known = draft.hosts().by_name.get(name.as_str());
        let is_own = known
            .is_some_and(|known| !known.is_static && known.origin.is_some_and(|origin| self.has(origin)));
        if !is_own {
            return Ok(Plan::for_switch(self.network.switch));
        }
        draft.remove(&name)?;
        Ok(draft.close())
    }

    fn has(&self, uuid: Uuid) -> bool {
        self.ports.iter().any(|port| port.uuid == uuid)
    }

    fn port_names(&self) -> String {
        self.ports.iter().map(|port| port.name.as_str()).collect::<Vec<_>>().join(" and ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::guest_port;
    use crate::model::snapshot::Snapshot;

    const WEB: (&str, &str) = ("web", "10.0.0.2");
    const WEB_FQDN: (&str, &str) = ("web.internal", "10.0.0.2");

    /// `net1` with the port `p2` of the machine and the port `p3` of another one.
    fn net1(records: &[(&str, &str)], marks: &[&str]) -> Snapshot {
        let ports = vec![
            guest_port(2, "p2", &["0a:00:00:00:00:02 10.0.0.2"]),
            guest_port(3, "p3", &["0a:00:00:00:00:03 10.0.0.3"]),
        ];
        Snapshot::of_net1(ports, records, marks)
    }

    fn register(snapshot: &Snapshot) -> Result<Vec<String>> {
        records_after(snapshot, |machine, topology, host| machine.register(topology, host))
    }

    fn unregister(snapshot: &Snapshot) -> Result<Vec<String>> {
        records_after(snapshot, |machine, topology, host| machine.unregister(topology, host))
    }

    /// The records without PTR records after a plan for the machine `web` with the port `p2`.
    fn records_after(
        snapshot: &Snapshot,
        plan: impl FnOnce(&MachinePorts, &Topology, &HostArg) -> Result<Plan>,
    ) -> Result<Vec<String>> {
        let topology = Topology::of(snapshot);
        let (found, _) = MachinePorts::find(&topology, &["p2".to_owned()]);
        let plan = plan(&found[0], &topology, &HostArg::parse("web").unwrap())?;
        let mut after = snapshot.clone();
        plan.apply_to(&mut after);
        let records = after.dns[0].records.iter().filter(|(key, _)| !key.contains("arpa"));
        Ok(records.map(|(key, value)| format!("{key}={value}")).collect())
    }

    #[test]
    fn ports_are_found_by_name() {
        let snapshot = net1(&[], &[]);
        let topology = Topology::of(&snapshot);
        let (found, missing) = MachinePorts::find(&topology, &["p2".to_owned(), "p9".to_owned()]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].port_names(), "p2");
        assert_eq!(missing, ["p9"]);
    }

    #[test]
    fn a_new_machine_gets_its_name() {
        let records = register(&net1(&[], &[])).unwrap();
        assert_eq!(records, ["web=10.0.0.2", "web.internal=10.0.0.2"]);
    }

    #[test]
    fn a_host_that_was_made_by_hand_is_a_conflict() {
        let error = register(&net1(&[("web", "10.0.0.9")], &[])).unwrap_err();
        assert_eq!(error.message, "web of net1 has 10.0.0.9 and was made by hand");
        assert_eq!(error.hints, ["qdns record rm net1 web lets the port register it"]);
    }

    #[test]
    fn a_host_of_a_port_that_is_gone_is_replaced() {
        let snapshot = net1(&[("web", "10.0.0.9")], &[]).with_origin("web", 99);
        assert_eq!(register(&snapshot).unwrap(), ["web=10.0.0.2", "web.internal=10.0.0.2"]);
    }

    #[test]
    fn the_name_of_a_port_without_a_known_address_is_a_conflict() {
        let mut snapshot = net1(&[], &[]);
        snapshot.ports[1].addresses.clear();
        snapshot.ports[1].external_ids.insert("vm-name".into(), "web".into());
        assert_eq!(register(&snapshot).unwrap_err().message, "web is the name of port p3");
    }

    #[test]
    fn the_host_of_another_port_is_a_conflict() {
        let error = register(&net1(&[("web", "10.0.0.3")], &[])).unwrap_err();
        assert_eq!(error.message, "web of net1 has 10.0.0.3 of port p3");
    }

    #[test]
    fn a_static_host_with_other_addresses_is_a_conflict() {
        let snapshot = net1(&[("web", "10.0.0.9")], &["qdns-static-web"]);
        let error = register(&snapshot).unwrap_err();
        assert_eq!(error.message, "web is static and keeps 10.0.0.9, although the port has other addresses");
    }

    #[test]
    fn a_static_host_with_the_machines_address_stays_as_it_is() {
        let records = register(&net1(&[WEB], &["qdns-static-web"])).unwrap();
        assert_eq!(records, ["web=10.0.0.2"]);
    }

    #[test]
    fn a_port_without_a_known_address_is_refused() {
        let snapshot = Snapshot::of_net1(vec![guest_port(2, "p2", &["unknown"])], &[], &[]);
        let error = register(&snapshot).unwrap_err();
        assert_eq!(error.message, "port p2 of net1 has no known address");
    }

    #[test]
    fn unregister_removes_every_form_of_the_name() {
        assert_eq!(unregister(&net1(&[WEB, WEB_FQDN], &[]).with_origin("web", 2)).unwrap(), [""; 0]);
    }

    #[test]
    fn unregister_keeps_a_static_host() {
        let records = unregister(&net1(&[WEB], &["qdns-static-web"]).with_origin("web", 2)).unwrap();
        assert_eq!(records, ["web=10.0.0.2"]);
    }

    #[test]
    fn unregister_keeps_a_host_that_was_made_by_hand() {
        assert_eq!(unregister(&net1(&[WEB], &[])).unwrap(), ["web=10.0.0.2"]);
    }

    #[test]
    fn unregister_keeps_a_host_that_another_port_registered() {
        let snapshot = net1(&[WEB], &[]).with_origin("web", 3);
        assert_eq!(unregister(&snapshot).unwrap(), ["web=10.0.0.2"]);
    }
}
