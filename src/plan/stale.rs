//! The hosts of a zone that have no logical switch port, with the evidence and the command that restores them.

use super::Unused;
use super::draft::Draft;
use crate::error::Result;
use crate::model::address;
use crate::model::host::Host;
use crate::model::life::{Life, Signs};
use crate::model::port_index::PortIndex;
use crate::model::shell::CommandLine;
use crate::model::topology::{Network, Topology};

/// Why a host goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No port has its name or one of its addresses.
    NoPort,
    /// The switch was deleted and left its zone over.
    SwitchGone,
    /// The port that registered it is gone. With the port that has one of its addresses now.
    PortGone(Option<String>),
    /// The port that registered it has another name, or opted out.
    Renamed(String),
}

/// A host that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale<'a> {
    /// The switch's name.
    pub switch: String,
    pub host: Host<'a>,
    /// The names of all switches that share the zone.
    pub switches: Vec<String>,
    /// How many ports they have.
    pub ports: usize,
    /// The ports with `unknown` addresses, whose guests may have any address.
    pub unknown: Vec<String>,
    pub reason: Reason,
}

impl Stale<'_> {
    /// Why the host is stale, as one sentence.
    pub fn evidence(&self) -> String {
        let addresses = address::to_value(&self.host.addresses()).replace(' ', " or ");
        match &self.reason {
            Reason::NoPort => {}
            Reason::SwitchGone => return format!("switch {} was deleted", self.switch),
            Reason::PortGone(None) => {
                return format!("the port of {} that registered it is gone", self.switch);
            }
            Reason::PortGone(Some(other)) => {
                return format!(
                    "the port of {} that registered it is gone; port {other} has {addresses} now",
                    self.switch
                );
            }
            Reason::Renamed(port) => {
                return format!("port {port} of {}, which registered it, has another name", self.switch);
            }
        }
        let has = if addresses.is_empty() { String::new() } else { format!("has {addresses} or ") };
        let ports = match self.ports {
            0 | 1 => "no port".to_owned(),
            many => format!("none of the {many} ports"),
        };
        let switches = self.switches.join(" and ");
        let mut text = format!("{ports} of {switches} {has}is named {}", self.host.name);
        if !self.unknown.is_empty() {
            text += &format!("; {} may have any address", self.unknown.join(", "));
        }
        text
    }
}

impl<'a> Stale<'a> {
    pub(super) fn new(host: &Host<'a>, network: &Network, index: &PortIndex, reason: Reason) -> Self {
        Stale {
            switch: network.switch.name.clone(),
            host: host.clone(),
            switches: index.switches.iter().map(|name| (*name).to_owned()).collect(),
            ports: index.ports,
            unknown: index.unknown.iter().map(|name| (*name).to_owned()).collect(),
            reason,
        }
    }
}

/// A host without a port that stays, because something says that it may live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept<'a> {
    /// The switch's name.
    pub switch: String,
    pub host: Host<'a>,
    /// What says so, as one sentence.
    pub sign: String,
}

impl Kept<'_> {
    /// The command that removes the host all the same.
    pub fn remove(&self) -> String {
        CommandLine::qdns(["record", "rm"]).value(&self.switch).value(&self.host.name).to_string()
    }
}

/// What [`find`] finds in a switch's zone, and the zone.
///
/// # Errors
/// As [`Draft::open`].
pub fn of_network<'a>(
    topology: &Topology<'a>,
    life: &Life<'a>,
    network: &Network<'a>,
) -> Result<(Draft<'a>, Vec<Stale<'a>>, Vec<Kept<'a>>)> {
    let draft = Draft::open(topology, network)?;
    let sharing = topology.sharing(network);
    let index = PortIndex::of(&sharing, draft.domain(), None);
    let signs = life.at(&sharing, &topology.rows.dns);
    let (stale, kept) = find(&draft, network, &index, &signs);
    Ok((draft, stale, kept))
}

/// The hosts of a zone that have no port and are not static: those that are stale, and those that may live.
fn find<'a>(
    draft: &Draft<'a>,
    network: &Network,
    index: &PortIndex,
    signs: &Signs,
) -> (Vec<Stale<'a>>, Vec<Kept<'a>>) {
    let (mut stale, mut kept) = (Vec::new(), Vec::new());
    // An alias goes with its host.
    let hosts = draft.hosts().by_name.values().filter(|host| host.alias_of.is_none());
    for host in hosts.filter(|host| index.is_stale(host, &host.addresses())) {
        match signs.of_host(host) {
            None => {
                let reason = if network.switch.is_deleted { Reason::SwitchGone } else { Reason::NoPort };
                stale.push(Stale::new(host, network, index, reason));
            }
            Some(sign) => kept.push(Kept {
                switch: network.switch.name.clone(),
                host: host.clone(),
                sign: sign.to_string(),
            }),
        }
    }
    (stale, kept)
}

/// The hosts that a port registered, where that port is gone and no port has the name. They go even where another
/// port has one of their addresses. Static hosts stay, and those that may live.
pub fn registered<'a>(
    draft: &Draft<'a>,
    network: &Network,
    index: &PortIndex,
    signs: &Signs,
) -> Vec<Stale<'a>> {
    let is_gone = |host: &&Host| {
        host.alias_of.is_none() && host.origin.is_some_and(|origin| index.port(origin).is_none())
    };
    let hosts = draft.hosts().by_name.values();
    hosts
        .filter(is_gone)
        .filter(|host| !host.is_static && index.named(&host.name).is_none())
        .filter(|host| signs.of_host(host).is_none())
        .map(|host| {
            let other = host.addresses().into_iter().find_map(|address| index.holder(address));
            Stale::new(host, network, index, Reason::PortGone(other.map(|port| port.name.clone())))
        })
        .collect()
}

/// Removes stale hosts from a draft. Returns what must still be true of each when the change is written.
///
/// # Errors
/// As [`Draft::remove`].
pub fn remove(
    draft: &mut Draft,
    sharing: &[&Network],
    extra: Option<&str>,
    stale: &[Stale],
) -> Result<Vec<Unused>> {
    let domain = draft.domain().clone();
    let mut unused = Vec::new();
    for Stale { host, reason, .. } in stale {
        draft.remove(&host.name)?;
        if matches!(reason, Reason::Renamed(_) | Reason::SwitchGone) {
            continue;
        }
        unused.push(Unused {
            switches: sharing.iter().map(|network| network.switch.uuid).collect(),
            domain: domain.clone(),
            name: host.name.to_string(),
            // Another port may have the addresses of a port that is gone.
            addresses: if *reason == Reason::NoPort { host.addresses() } else { Vec::new() },
            origin: host.origin.filter(|_| *reason != Reason::NoPort),
            elsewhere: host.addresses(),
            name_from: extra.map(str::to_owned),
        });
    }
    Ok(unused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{guest_port, on_first};
    use crate::model::life::Life;
    use crate::model::snapshot::Snapshot;
    use crate::model::topology::Topology;

    fn stale(snapshot: &Snapshot) -> Vec<String> {
        on_first(snapshot, |topology, net1| {
            let draft = Draft::open(topology, net1).unwrap();
            let index = PortIndex::of(&topology.sharing(net1), draft.domain(), None);
            let life = Life::of(topology);
            let signs = life.at(&[net1], &snapshot.dns);
            let (stale, _) = find(&draft, net1, &index, &signs);
            stale.iter().map(|stale| stale.host.name.to_string()).collect()
        })
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn a_host_with_a_static_address_of_a_port_stays() {
        let ports = vec![guest_port(2, "p2", &["0a:00:00:00:00:02 10.0.0.11"])];
        assert_eq!(stale(&Snapshot::of_net1(ports, &[("web.internal", "10.0.0.11")], &[])), NONE);
    }

    #[test]
    fn a_host_with_a_dynamic_address_of_a_port_stays() {
        let mut dynamic = guest_port(2, "5a39e9bd-5530-4c75-b598-c5f701b62600", &["dynamic"]);
        dynamic.dynamic_addresses = Some("0a:00:00:00:00:02 10.0.0.12".into());
        assert_eq!(stale(&Snapshot::of_net1(vec![dynamic], &[("web", "10.0.0.12")], &[])), NONE);
    }

    #[test]
    fn a_host_with_one_address_in_a_ports_security_stays() {
        let mut secured = guest_port(2, "p2", &["unknown"]);
        secured.port_security = vec!["0a:00:00:00:00:02 10.0.0.13".into()];
        assert_eq!(stale(&Snapshot::of_net1(vec![secured], &[("web", "10.0.0.13 10.0.0.99")], &[])), NONE);
    }

    #[test]
    fn a_host_with_a_routers_address_stays() {
        let snapshot = Snapshot::of_net1(vec![], &[("gw", "10.0.0.1")], &[]).with_gateway_router();
        assert_eq!(stale(&snapshot), NONE);
    }

    #[test]
    fn a_host_with_the_hostname_of_a_port_stays() {
        let mut named = guest_port(2, "p2", &[]);
        named.external_ids.insert("vm-name".into(), "Stopped".into());
        let snapshot = Snapshot::of_net1(vec![named], &[("stopped.internal", "10.0.0.98")], &[]);
        assert_eq!(stale(&snapshot), NONE);
    }

    #[test]
    fn a_static_host_stays() {
        let snapshot = Snapshot::of_net1(vec![], &[("kept", "10.0.0.97")], &["qdns-static-kept"]);
        assert_eq!(stale(&snapshot), NONE);
    }

    #[test]
    fn a_host_outside_of_the_zones_domain_stays() {
        assert_eq!(stale(&Snapshot::of_net1(vec![], &[("db.other.org", "10.0.0.96")], &[])), NONE);
    }

    #[test]
    fn a_host_without_any_of_these_is_stale() {
        let ports = vec![guest_port(2, "p2", &["0a:00:00:00:00:02 10.0.0.11"])];
        assert_eq!(stale(&Snapshot::of_net1(ports, &[("gone", "10.0.0.95")], &[])), ["gone"]);
    }

    #[test]
    fn a_port_of_no_switch_does_not_keep_a_host() {
        let ports = vec![guest_port(2, "web", &["0a:00:00:00:00:02 10.0.0.11"])];
        let mut snapshot = Snapshot::of_net1(ports, &[("web", "10.0.0.11")], &[]);
        snapshot.switches[0].ports.clear();
        assert_eq!(stale(&snapshot), ["web"]);
    }

    #[test]
    fn the_evidence_and_the_restoring_command_name_every_address() {
        let hosts = [
            ("gone", "10.0.0.95 fd00::95"),
            ("gone.internal", "10.0.0.95 fd00::95"),
            ("95.0.0.10.in-addr.arpa", "gone.internal"),
        ];
        let snapshot = Snapshot::of_net1(vec![guest_port(2, "any", &["unknown"])], &hosts, &[]);
        let topology = Topology::of(&snapshot);
        let net1 = &topology.switches[0];
        let draft = Draft::open(&topology, net1).unwrap();
        let index = PortIndex::of(&topology.sharing(net1), draft.domain(), None);
        let life = Life::of(&topology);
        let found = &find(&draft, net1, &index, &life.at(&[net1], &snapshot.dns)).0[0];
        assert_eq!(
            found.evidence(),
            "no port of net1 has 10.0.0.95 or fd00::95 or is named gone; any may have any address"
        );
    }
}
