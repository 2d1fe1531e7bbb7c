//! Which hosts of a zone no port stands behind, with the evidence, and how many may go at once.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::Unused;
use super::hosts::Draft;
use crate::error::{Error, Kind, Result};
use crate::model::address;
use crate::model::host::Host;
use crate::model::port_index::PortIndex;
use crate::model::shell::shell_word;
use crate::model::topology::Network;

/// A zone with fewer hosts may lose any share of them.
const BRAKE_HOSTS: usize = 10;
/// The share of a zone's hosts, in per cent, that may go without being told so.
const BRAKE_PERCENT: usize = 30;

/// A host that no port stands behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale<'a> {
    /// The switch's name.
    pub switch: String,
    /// The host.
    pub host: Host<'a>,
    /// How many ports were looked at.
    pub ports: usize,
    /// The ports whose guests may have any address.
    pub unknown: Vec<String>,
    /// The port that was seen to give the host its name and addresses, where another has them now.
    pub left_by: Option<String>,
}

impl Stale<'_> {
    /// The sentence that says why the host is stale.
    pub fn evidence(&self) -> String {
        if let Some(port) = &self.left_by {
            return format!(
                "it was the name of port {port} of {}, which is gone; {} is of another port now",
                self.switch,
                address::to_value(&self.host.addresses())
            );
        }
        let addresses = address::to_value(&self.host.addresses()).replace(' ', " or ");
        let has = if addresses.is_empty() { String::new() } else { format!("has {addresses} or ") };
        let ports = if self.ports == 1 { "1 port".to_owned() } else { format!("{} ports", self.ports) };
        let mut text = format!("none of the {ports} of {} {has}is named {}", self.switch, self.host.name);
        if !self.unknown.is_empty() {
            text += &format!("; {} may have any address", self.unknown.join(", "));
        }
        text
    }

    /// The command that puts the host back.
    pub fn restore(&self) -> String {
        let mut words = vec!["qdns record add".to_owned(), shell_word(&self.switch)];
        words.push(shell_word(&self.host.name));
        words.extend(self.host.addresses().iter().map(IpAddr::to_string));
        words.extend(self.host.reverse.is_empty().then(|| "--no-ptr".to_owned()));
        words.extend(self.host.which_names().option().map(str::to_owned));
        words.join(" ")
    }
}

/// The hosts of a zone that no port stands behind.
pub fn find<'a>(draft: &Draft<'a>, network: &Network, index: &PortIndex) -> Vec<Stale<'a>> {
    let hosts = draft.hosts().by_name.values();
    hosts
        .filter(|host| index.is_stale(host, &host.addresses()))
        .map(|host| Stale {
            switch: network.switch.name.clone(),
            host: host.clone(),
            ports: index.ports,
            unknown: index.unknown.iter().map(|name| (*name).to_owned()).collect(),
            left_by: None,
        })
        .collect()
}

/// Takes stale hosts out of a draft; what must be true of each when the change is written.
///
/// # Errors
/// As [`Draft::remove`].
pub fn remove(
    draft: &mut Draft,
    network: &Network,
    extra: Option<&str>,
    stale: &[Stale],
) -> Result<Vec<Unused>> {
    let domain = draft.domain().clone();
    let mut unused = Vec::new();
    for Stale { host, left_by, .. } in stale {
        draft.remove(&host.name)?;
        unused.push(Unused {
            switch: network.switch.uuid,
            domain: domain.clone(),
            name: host.name.to_string(),
            // Where another port has the addresses, only the name can come back.
            addresses: if left_by.is_some() { Vec::new() } else { host.addresses() },
            name_from: extra.map(str::to_owned),
        });
    }
    Ok(unused)
}

/// How many hosts of one zone may be removed at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// At most so many, whatever their share.
    pub max: Option<usize>,
    /// Any number.
    pub force: bool,
}

impl Limit {
    /// Stops what looks like a mistake: more hosts than `--max`, or without it more than 30 % of a zone
    /// with 10 hosts or more.
    ///
    /// # Errors
    /// Needs confirmation, with the flag that gives it.
    pub fn check(self, switch: &str, stale: usize, hosts: usize) -> Result<()> {
        self.check_those(switch, stale, hosts, "are stale")
    }

    /// As [`Limit::check`] for hosts of another kind, such as those that `are not in the file`.
    ///
    /// # Errors
    /// As [`Limit::check`].
    pub fn check_those(self, switch: &str, stale: usize, hosts: usize, why: &str) -> Result<()> {
        let refused = |message: String| {
            Err(Error::new(Kind::NeedsConfirmation, message)
                .hint(format!("look with --dry-run; --max {stale} allows so many, --force any number")))
        };
        match self.max {
            _ if self.force => Ok(()),
            Some(max) if stale > max => {
                refused(format!("{stale} hosts of {switch} {why}, more than --max {max}"))
            }
            Some(_) => Ok(()),
            None if hosts >= BRAKE_HOSTS && stale * 100 > hosts * BRAKE_PERCENT => refused(format!(
                "{stale} of the {hosts} hosts of {switch} {why}, more than {BRAKE_PERCENT} %"
            )),
            None => Ok(()),
        }
    }
}

/// The hosts that a port stands behind, by name.
pub fn backed(draft: &Draft, index: &PortIndex) -> BTreeSet<String> {
    let hosts = draft.hosts().by_name.values();
    let backed = hosts.filter(|host| index.backing(&host.name, &host.addresses()).is_some());
    backed.map(|host| host.name.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::on_first;
    use crate::model::snapshot::{Port, RouterPort, Snapshot};
    use crate::model::topology::Topology;
    use uuid::Uuid;

    fn port(n: u128, name: &str, kind: &str, addresses: &[&str]) -> Port {
        let addresses = addresses.iter().map(|text| (*text).to_owned()).collect();
        Port { uuid: Uuid::from_u128(n), name: name.into(), kind: kind.into(), addresses, ..Port::default() }
    }

    fn stale(snapshot: &Snapshot) -> Vec<String> {
        on_first(snapshot, |topology, net1| {
            let draft = Draft::open(topology, net1).unwrap();
            let index = PortIndex::of(net1, draft.domain(), None);
            find(&draft, net1, &index).iter().map(|stale| stale.host.name.to_string()).collect()
        })
    }

    #[test]
    fn a_host_is_stale_only_where_nothing_stands_behind_it() {
        let mut dynamic = port(2, "5a39e9bd-5530-4c75-b598-c5f701b62600", "", &["dynamic"]);
        dynamic.dynamic_addresses = Some("0a:00:00:00:00:02 10.0.0.12".into());
        let mut secured = port(3, "p3", "", &["unknown"]);
        secured.port_security = vec!["0a:00:00:00:00:03 10.0.0.13".into()];
        let mut router = port(4, "net1-lr0", "router", &["router"]);
        router.options.insert("router-port".into(), "lr0-net1".into());
        let mut named = port(5, "p5", "", &[]);
        named.external_ids.insert("vm-name".into(), "Stopped".into());
        let ports =
            vec![port(6, "p6", "", &["0a:00:00:00:00:06 10.0.0.11"]), dynamic, secured, router, named];
        let hosts = [
            ("static-address.internal", "10.0.0.11"),
            ("dynamic", "10.0.0.12"),
            ("secured", "10.0.0.13 10.0.0.99"),
            ("gw", "10.0.0.1"),
            ("stopped.internal", "10.0.0.98"),
            ("kept", "10.0.0.97"),
            ("db.other.org", "10.0.0.96"),
            ("gone", "10.0.0.95"),
        ];
        let mut snapshot = Snapshot::of_net1(ports, &hosts, &["qdns-static-kept"]);
        let networks = vec!["10.0.0.1/24".into()];
        snapshot.router_ports =
            vec![RouterPort { name: "lr0-net1".into(), networks, ..RouterPort::default() }];
        assert_eq!(stale(&snapshot), ["gone"]);
        snapshot.switches[0].ports.clear();
        assert_eq!(stale(&snapshot).len(), 6, "ports of other switches count for nothing");
    }

    #[test]
    fn evidence_and_way_back_name_everything() {
        let hosts = [
            ("gone", "10.0.0.95 fd00::95"),
            ("gone.internal", "10.0.0.95 fd00::95"),
            ("95.0.0.10.in-addr.arpa", "gone.internal"),
        ];
        let snapshot = Snapshot::of_net1(vec![port(2, "any", "", &["unknown"])], &hosts, &[]);
        let topology = Topology::of(&snapshot);
        let net1 = &topology.switches[0];
        let draft = Draft::open(&topology, net1).unwrap();
        let index = PortIndex::of(net1, draft.domain(), None);
        let found = &find(&draft, net1, &index)[0];
        assert_eq!(
            found.evidence(),
            "none of the 1 port of net1 has 10.0.0.95 or fd00::95 or is named gone; any may have any address"
        );
        assert_eq!(found.restore(), "qdns record add net1 gone 10.0.0.95 fd00::95");
    }

    #[test]
    fn the_brake_holds_above_thirty_per_cent_of_ten_hosts() {
        let check = |stale, hosts| Limit::default().check("net1", stale, hosts);
        assert!(check(9, 9).is_ok() && check(3, 10).is_ok());
        assert!(check(4, 10).unwrap_err().hints[0].contains("--max 4"));
        assert!(check(30, 100).is_ok() && check(31, 100).is_err());
        let max = |max| Limit { max: Some(max), force: false };
        assert!(max(31).check("net1", 31, 100).is_ok() && max(2).check("net1", 3, 100).is_err());
        assert!(Limit { max: Some(1), force: true }.check("net1", 99, 100).is_ok());
    }
}
