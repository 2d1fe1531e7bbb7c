//! One machine that appears on a switch, or goes: its name with the addresses of its ports.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::Plan;
use super::hosts::{Draft, Wanted};
use crate::error::{Error, Result};
use crate::model::name::HostArg;
use crate::model::port_index::PortIndex;
use crate::model::snapshot::Port;
use crate::model::topology::{Network, Topology};

/// A machine's ports on one switch.
#[derive(Clone, Debug)]
pub struct MachinePorts<'a> {
    /// The switch.
    pub network: &'a Network<'a>,
    /// The machine's ports on it, at least one.
    pub ports: Vec<&'a Port>,
}

impl<'a> MachinePorts<'a> {
    /// The switches that have guest ports of these names, and the names that no guest port has.
    pub fn find(topology: &'a Topology<'a>, names: &[String]) -> (Vec<Self>, Vec<String>) {
        let is_named = |port: &&Port| port.is_guest() && names.contains(&port.name);
        let on = topology.switches.iter().map(|network| MachinePorts {
            network,
            ports: network.ports.iter().copied().filter(is_named).collect(),
        });
        let found: Vec<Self> = on.filter(|machine| !machine.ports.is_empty()).collect();
        let known: BTreeSet<&String> =
            found.iter().flat_map(|machine| &machine.ports).map(|port| &port.name).collect();
        let missing = names.iter().filter(|name| !known.contains(name)).cloned().collect();
        (found, missing)
    }

    /// The addresses of the machine on this switch.
    pub fn addresses(&self) -> Vec<IpAddr> {
        let mut all: Vec<IpAddr> = Vec::new();
        for address in self.ports.iter().flat_map(|port| port.guest_addresses()) {
            if !all.contains(&address) {
                all.push(address);
            }
        }
        all
    }

    /// A plan that gives the machine's name its addresses here.
    ///
    /// # Errors
    /// A conflict where the name is static, or is that of a host that another port stands behind; invalid
    /// input where a name or an address breaks a rule, or no address is known.
    pub fn register(&self, topology: &Topology, host: &HostArg) -> Result<Plan> {
        let addresses = self.addresses();
        let ports = self.ports.iter().map(|port| port.name.as_str()).collect::<Vec<_>>().join(" and ");
        if addresses.is_empty() {
            return Err(Error::invalid(format!(
                "no address is known of port {ports} of {}",
                self.network.switch.name
            )));
        }
        let mut draft = Draft::open(topology, self.network)?;
        let name = host.under(draft.domain())?.as_str().to_owned();
        let set = |list: &[IpAddr]| list.iter().copied().collect::<BTreeSet<_>>();
        let known = draft.hosts().by_name.get(name.as_str());
        let agrees = known.is_none_or(|known| set(&known.addresses()) == set(&addresses));
        if let Some(known) = known.filter(|_| !agrees) {
            let has = |whose: &str| {
                Error::conflict(format!(
                    "{name} of {} has {} {whose}",
                    self.network.switch.name,
                    known.value()
                ))
            };
            if known.is_static {
                return Err(has("and is static"));
            }
            let index = PortIndex::of(self.network, draft.domain(), None);
            let holders = known.addresses().into_iter().filter_map(|address| index.holder(address));
            let is_other = |holder: &&Port| self.ports.iter().all(|port| port.uuid != holder.uuid);
            if let Some(other) = holders.into_iter().find(|holder| is_other(holder)) {
                return Err(has(&format!("of port {}, not of {ports}", other.name)));
            }
        }
        if known.is_some_and(|known| known.is_static) {
            return Ok(Plan::for_switch(self.network.switch));
        }
        let names = known.map(|known| known.wanted).unwrap_or_default();
        draft.add(&Wanted { names, replace: !agrees, ..Wanted::new(host.clone(), addresses) })?;
        Ok(draft.close())
    }

    /// A plan without the machine's name here. A name with other addresses than the machine's is another's
    /// and stays, and so does a static one.
    ///
    /// # Errors
    /// As [`Draft::open`]; invalid input where the name breaks a rule.
    pub fn unregister(&self, topology: &Topology, host: &HostArg) -> Result<Plan> {
        let addresses = self.addresses();
        let mut draft = Draft::open(topology, self.network)?;
        let name = host.under(draft.domain())?.as_str().to_owned();
        let known = draft.hosts().by_name.get(name.as_str());
        let is_own = known.is_some_and(|known| {
            !known.is_static && known.addresses().iter().all(|address| addresses.contains(address))
        });
        if !is_own {
            return Ok(Plan::for_switch(self.network.switch));
        }
        draft.remove(&name)?;
        Ok(draft.close())
    }
}
