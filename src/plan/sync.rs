//! What a switch's ports say of names, against what its zone holds.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::Plan;
use super::hosts::{Draft, Wanted};
use super::stale::{self, Stale};
use crate::error::{Error, Result};
use crate::model::name::{Domain, HostArg};
use crate::model::port_index::PortIndex;
use crate::model::snapshot::Port;
use crate::model::topology::{Network, Topology};

/// A name that one port claims, with the port's addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The name.
    pub host: HostArg,
    /// The addresses, at least one.
    pub addresses: Vec<IpAddr>,
    /// The port's name.
    pub port: String,
}

/// The names that a switch's ports claim, and what is wrong with some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The claims that can be met, by name.
    pub by_name: BTreeMap<String, Claim>,
    /// Names that are invalid, and names that several ports claim.
    pub warnings: Vec<String>,
}

impl Claims {
    /// The claims of all ports that have a name and an address; `extra` is one more `external_ids` key
    /// that may hold a name.
    pub fn of(network: &Network, domain: &Domain, extra: Option<&str>) -> Self {
        let mut claims = Claims::default();
        let mut by_name: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
        for port in network.guests() {
            match claim(port, domain, extra) {
                Ok(Some((name, claim))) => by_name.entry(name).or_default().push(claim),
                Ok(None) => {}
                Err(error) => claims.warnings.push(format!("port {}: {}", port.name, error.in_one_line())),
            }
        }
        for (name, mut rivals) in by_name {
            if rivals.len() == 1 {
                claims.by_name.extend(rivals.pop().map(|claim| (name, claim)));
                continue;
            }
            let mut ports: Vec<&str> = rivals.iter().map(|claim| claim.port.as_str()).collect();
            ports.sort_unstable();
            claims.warnings.push(format!(
                "{name} is claimed by the ports {} of {}; neither gets it: give each a name of its own in external_ids:qdns-hostname",
                ports.join(" and "),
                network.switch.name
            ));
        }
        claims.warnings.sort();
        claims
    }
}

/// What one port claims; nothing where it has no name or no address that is known.
fn claim(port: &Port, domain: &Domain, extra: Option<&str>) -> Result<Option<(String, Claim)>> {
    let addresses = port.guest_addresses();
    let Some(name) = port.guest_name(extra).filter(|_| !addresses.is_empty()) else {
        return Ok(None);
    };
    let host = HostArg::parse(name)?;
    let hostname = host.under(domain)?.as_str().to_owned();
    Ok(Some((hostname, Claim { host, addresses, port: port.name.clone() })))
}

/// How a switch is made true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// One more `external_ids` key that may hold a name.
    pub name_from: Option<String>,
    /// Remove hosts that no port stands behind.
    pub prune: bool,
}

/// What ports were seen to claim: the port and its addresses, by name.
pub type Seen = BTreeMap<String, (String, Vec<IpAddr>)>;

/// The plan for one switch, and its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synced<'a> {
    /// What shall change.
    pub plan: Plan,
    /// The hosts that go.
    pub stale: Vec<Stale<'a>>,
    /// How many hosts the zone had.
    pub hosts: usize,
    /// The hosts that a port stands behind, by name.
    pub backed: BTreeSet<String>,
    /// What the ports claim.
    pub claimed: Seen,
}

/// A plan that makes a switch's zone what its ports say. Static hosts stay as they are; other hosts that
/// no port names stay too, unless they are stale and `prune` is set. `seen` is what ports were seen to
/// claim before: a name whose port is gone is stale, even where its address went to another port.
///
/// # Errors
/// As [`Draft::open`].
pub fn plan<'a>(
    topology: &Topology<'a>,
    network: &Network<'a>,
    options: &Options,
    seen: &Seen,
) -> Result<Synced<'a>> {
    let extra = options.name_from.as_deref();
    let mut draft = Draft::open(topology, network)?;
    let domain = draft.domain().clone();
    let index = PortIndex::of(network, &domain, extra);
    let hosts = draft.hosts().by_name.len();
    let mut backed = stale::backed(&draft, &index);
    let mut stale = Vec::new();
    if options.prune {
        stale = stale::find(&draft, network, &index);
        stale.extend(left(&draft, network, &index, seen));
    }
    let must_stay_unused = stale::remove(&mut draft, network, extra, &stale)?;
    let claims = Claims::of(network, &domain, extra);
    backed.extend(claims.by_name.keys().cloned());
    let mut warnings = claims.warnings;
    for (name, claim) in &claims.by_name {
        if let Err(error) = meet(&mut draft, name, claim) {
            warnings.push(format!("port {}: {}", claim.port, error.message));
        }
    }
    let claimed =
        claims.by_name.into_iter().map(|(name, claim)| (name, (claim.port, claim.addresses))).collect();
    let mut plan = draft.close();
    warnings.append(&mut plan.warnings);
    Ok(Synced { plan: Plan { must_stay_unused, warnings, ..plan }, stale, hosts, backed, claimed })
}

/// The hosts that still have the name and the addresses of a port that is gone, although another port has
/// one of these addresses by now.
fn left<'a>(draft: &Draft<'a>, network: &Network, index: &PortIndex, seen: &Seen) -> Vec<Stale<'a>> {
    let set = |addresses: &[IpAddr]| addresses.iter().copied().collect::<BTreeSet<_>>();
    let hosts = draft.hosts().by_name.values().filter(|host| !host.is_static);
    let gone = hosts.filter(|host| index.named(&host.name).is_none()).filter_map(|host| {
        let (port, addresses) = seen.get(host.name.as_ref())?;
        let own = host.addresses();
        let taken = own.iter().any(|address| index.holder(*address).is_some());
        (taken && set(&own) == set(addresses)).then(|| Stale {
            switch: network.switch.name.clone(),
            host: host.clone(),
            ports: index.ports,
            unknown: Vec::new(),
            left_by: Some(port.clone()),
        })
    });
    gone.collect()
}

/// Gives a port's name the port's addresses. The port is the evidence, so that other addresses give way.
fn meet(draft: &mut Draft, name: &str, claim: &Claim) -> Result<()> {
    let set = |addresses: &[IpAddr]| addresses.iter().copied().collect::<BTreeSet<_>>();
    let known = draft.hosts().by_name.get(name);
    let agrees = known.is_none_or(|host| set(&host.addresses()) == set(&claim.addresses));
    if let Some(host) = known.filter(|host| host.is_static) {
        return match agrees {
            true => Ok(()),
            false => Err(Error::conflict(format!(
                "{name} is static with {}, and stays so although the port has other addresses",
                host.value()
            ))),
        };
    }
    let names = known.map(|host| host.wanted).unwrap_or_default();
    draft.add(&Wanted { names, replace: !agrees, ..Wanted::new(claim.host.clone(), claim.addresses.clone()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::on_first;
    use crate::model::snapshot::Snapshot;
    use uuid::Uuid;

    fn port(n: u128, name: &str, vm: &str, addresses: &[&str]) -> Port {
        let mut port = Port { uuid: Uuid::from_u128(n), name: name.into(), ..Port::default() };
        port.addresses = addresses.iter().map(|text| (*text).to_owned()).collect();
        if !vm.is_empty() {
            port.external_ids.insert("vm-name".into(), vm.into());
        }
        port
    }

    fn synced(snapshot: &Snapshot, prune: bool) -> (Vec<String>, Vec<String>) {
        let options = Options { prune, ..Options::default() };
        let synced = on_first(snapshot, |t, net1| plan(t, net1, &options, &Seen::new())).unwrap();
        let mut after = snapshot.clone();
        synced.plan.apply_to(&mut after);
        let again = on_first(&after, |t, net1| plan(t, net1, &options, &Seen::new())).unwrap();
        assert_eq!(again.plan.changes, [], "what is true is left alone");
        let records = after.dns[0].records.iter().map(|(key, value)| format!("{key}={value}"));
        (records.filter(|text| !text.contains("arpa")).collect(), synced.plan.warnings)
    }

    #[test]
    fn names_and_addresses_follow_the_ports() {
        let uuid = "5a39e9bd-5530-4c75-b598-c5f701b62600";
        let mut router = port(9, "router-port", "", &["0a:00:00:00:00:09 10.0.0.9"]);
        router.kind = "router".into();
        let ports = vec![
            port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2 fd00::2"]),
            port(3, uuid, "Db.internal", &["0a:00:00:00:00:03 10.0.0.3"]),
            port(4, "nothing-known", "", &["unknown"]),
            port(5, "no_name", "", &["0a:00:00:00:00:05 10.0.0.5"]),
            router,
        ];
        let snapshot = Snapshot::of_net1(ports, &[("web", "10.0.0.99"), ("alias", "10.0.0.3")], &[]);
        let (records, warnings) = synced(&snapshot, true);
        assert_eq!(
            records,
            [
                "alias=10.0.0.3",
                "db=10.0.0.3",
                "db.internal=10.0.0.3",
                "web=10.0.0.2 fd00::2",
                "web.internal=10.0.0.2 fd00::2"
            ]
        );
        assert_eq!(warnings, [""; 0]);
    }

    #[test]
    fn what_is_doubtful_is_reported_and_static_hosts_stay() {
        let ports = vec![
            port(2, "p2", "VM_NAME", &["0a:00:00:00:00:02 10.0.0.2"]),
            port(3, "p3", "twin", &["0a:00:00:00:00:03 10.0.0.3"]),
            port(4, "p4", "twin", &["0a:00:00:00:00:04 10.0.0.4"]),
            port(5, "printer", "", &["0a:00:00:00:00:05 10.0.0.5"]),
        ];
        let snapshot = Snapshot::of_net1(
            ports,
            &[("printer", "10.0.0.6"), ("gone", "10.0.0.7")],
            &["qdns-static-printer"],
        );
        let (records, warnings) = synced(&snapshot, false);
        assert_eq!(records, ["gone=10.0.0.7", "printer=10.0.0.6"]);
        assert!(warnings[0].contains("VM_NAME") && warnings[0].contains("vm-name"), "{warnings:?}");
        assert!(warnings[1].contains("claimed by the ports p3 and p4"), "{warnings:?}");
        assert!(warnings[2].contains("printer is static"), "{warnings:?}");
        assert_eq!(synced(&snapshot, true).0, ["printer=10.0.0.6"]);
    }

    #[test]
    fn a_name_goes_with_its_port_even_where_its_address_lives_on() {
        let ports = vec![port(2, "fresh", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let records = [("gone", "10.0.0.2"), ("alias", "10.0.0.2"), ("moved", "10.0.0.2")];
        let snapshot = Snapshot::of_net1(ports, &records, &[]);
        let address = |text: &str| vec![text.parse().unwrap()];
        let seen = Seen::from([
            ("gone".to_owned(), ("gone".to_owned(), address("10.0.0.2"))),
            ("moved".to_owned(), ("moved".to_owned(), address("10.0.0.3"))),
        ]);
        let options = Options { prune: true, ..Options::default() };
        let synced = on_first(&snapshot, |t, net1| plan(t, net1, &options, &seen)).unwrap();
        let names: Vec<&str> = synced.stale.iter().map(|stale| stale.host.name.as_ref()).collect();
        assert_eq!(names, ["gone"], "an alias, and what somebody gave another address, stay");
        assert!(synced.stale[0].evidence().contains("which is gone; 10.0.0.2 is of another port now"));
        assert!(synced.plan.must_stay_unused[0].addresses.is_empty());
    }
}
