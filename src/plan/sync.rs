//! The sync plan of a switch: the names and addresses of its ports, registered in its zone.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::Plan;
use super::hosts::{Draft, Wanted};
use super::stale::{self, Stale};
use crate::error::{Error, Result};
use crate::model::address::same_set;
use crate::model::name::{Domain, HostArg};
use crate::model::port_index::PortIndex;
use crate::model::shell::shell_word;
use crate::model::snapshot::Port;
use crate::model::topology::{Network, Topology};

/// The host of one port: the port's name and its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortHost {
    pub host: HostArg,
    /// At least one.
    pub addresses: Vec<IpAddr>,
    /// The name of the logical switch port.
    pub port: String,
}

/// Hosts of ports, by hostname.
pub type PortHosts = BTreeMap<String, PortHost>;

/// The hosts of a switch's ports. Names that are invalid or that several ports have are only in the warnings.
/// `extra` is one more `external_ids` key that may hold a name.
fn port_hosts(network: &Network, domain: &Domain, extra: Option<&str>) -> (PortHosts, Vec<String>) {
    let mut warnings = Vec::new();
    let mut by_name: BTreeMap<String, Vec<PortHost>> = BTreeMap::new();
    for port in network.guests() {
        match host_of(port, domain, extra) {
            Ok(Some((name, host))) => by_name.entry(name).or_default().push(host),
            Ok(None) => {}
            Err(error) => warnings.push(format!("port {}: {}", port.name, error.in_one_line())),
        }
    }
    let mut hosts = PortHosts::new();
    for (name, mut same_name) in by_name {
        if same_name.len() == 1 {
            hosts.extend(same_name.pop().map(|host| (name, host)));
        } else {
            warnings.push(several_ports(network, &name, &same_name));
        }
    }
    warnings.sort();
    (hosts, warnings)
}

/// The host of a port; `None` where the port has no name or no known address.
fn host_of(port: &Port, domain: &Domain, extra: Option<&str>) -> Result<Option<(String, PortHost)>> {
    let addresses = port.guest_addresses();
    let Some(name) = port.guest_name(extra).filter(|_| !addresses.is_empty()) else {
        return Ok(None);
    };
    let host = HostArg::parse(name)?;
    let hostname = host.under(domain)?.as_str().to_owned();
    Ok(Some((hostname, PortHost { host, addresses, port: port.name.clone() })))
}

fn several_ports(network: &Network, name: &str, same_name: &[PortHost]) -> String {
    let mut ports: Vec<&str> = same_name.iter().map(|host| host.port.as_str()).collect();
    ports.sort_unstable();
    format!(
        "ports {} of {} have the same hostname {name}, so none of them is registered: give each its own, such as \
         ovn-nbctl set Logical_Switch_Port {} external_ids:qdns-hostname={name}-1",
        ports.join(" and "),
        network.switch.name,
        shell_word(ports[0])
    )
}

/// How a switch is synced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// One more `external_ids` key that may hold a name.
    pub name_from: Option<String>,
    /// Remove hosts that have no port.
    pub prune: bool,
}

/// The plan for one switch, with what `sync --watch` remembers of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncPlan<'a> {
    pub plan: Plan,
    /// The hosts that the plan removes.
    pub stale: Vec<Stale<'a>>,
    /// How many hosts the zone had before.
    pub host_count: usize,
    /// The names of the hosts that have a port.
    pub hosts_with_port: BTreeSet<String>,
    pub port_hosts: PortHosts,
}

/// A plan that registers the names and addresses of a switch's ports. Static hosts stay as they are. Other hosts
/// that no port names stay too, unless they are stale and `prune` is set. `earlier` holds the hosts of ports from
/// earlier plans: a host of a port that is gone is stale, even where another port has its address now.
///
/// # Errors
/// As [`Draft::open`].
pub fn plan<'a>(
    topology: &Topology<'a>,
    network: &Network<'a>,
    options: &Options,
    earlier: &PortHosts,
) -> Result<SyncPlan<'a>> {
    let extra = options.name_from.as_deref();
    let mut draft = Draft::open(topology, network)?;
    let domain = draft.domain().clone();
    let index = PortIndex::of(network, &domain, extra);
    let host_count = draft.hosts().by_name.len();
    let mut hosts_with_port = stale::hosts_with_port(&draft, &index);
    let mut stale = Vec::new();
    if options.prune {
        stale = stale::find(&draft, network, &index);
        stale.extend(hosts_of_gone_ports(&draft, network, &index, earlier));
    }
    let must_stay_unused = stale::remove(&mut draft, network, extra, &stale)?;
    let (port_hosts, mut warnings) = port_hosts(network, &domain, extra);
    hosts_with_port.extend(port_hosts.keys().cloned());
    for (name, host) in &port_hosts {
        if let Err(error) = register(&mut draft, name, host) {
            warnings.push(format!("port {}: {}", host.port, error.message));
        }
    }
    let mut plan = draft.close();
    warnings.append(&mut plan.warnings);
    let plan = Plan { must_stay_unused, warnings, ..plan };
    Ok(SyncPlan { plan, stale, host_count, hosts_with_port, port_hosts })
}

/// The hosts that still have the name and the addresses of a port that is gone, although another port has one of
/// these addresses now.
fn hosts_of_gone_ports<'a>(
    draft: &Draft<'a>,
    network: &Network,
    index: &PortIndex,
    earlier: &PortHosts,
) -> Vec<Stale<'a>> {
    let mut stale = Vec::new();
    for host in draft.hosts().by_name.values() {
        let Some(earlier) = earlier.get(host.name.as_ref()) else { continue };
        let addresses = host.addresses();
        let is_gone = index.named(&host.name).is_none();
        let is_reused = addresses.iter().any(|address| index.holder(*address).is_some());
        if is_gone && is_reused && !host.is_static && same_set(&addresses, &earlier.addresses) {
            stale.push(Stale {
                switch: network.switch.name.clone(),
                host: host.clone(),
                ports: index.ports,
                unknown: Vec::new(),
                gone_port: Some(earlier.port.clone()),
            });
        }
    }
    stale
}

/// Gives a host the addresses of its port, in place of other ones.
///
/// # Errors
/// A conflict where the host is static and has other addresses; as [`Draft::add`].
fn register(draft: &mut Draft, name: &str, wanted: &PortHost) -> Result<()> {
    let known = draft.hosts().by_name.get(name);
    let agrees = known.is_none_or(|host| same_set(&host.addresses(), &wanted.addresses));
    if let Some(host) = known.filter(|host| host.is_static) {
        if agrees {
            return Ok(());
        }
        return Err(Error::conflict(format!(
            "{name} is static and keeps {}, although the port has other addresses",
            host.value()
        )));
    }
    let names = known.map(|host| host.wanted).unwrap_or_default();
    draft.add(&Wanted {
        names,
        replace: !agrees,
        ..Wanted::new(wanted.host.clone(), wanted.addresses.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{guest_port, on_first};
    use crate::model::snapshot::{DnsRow, Snapshot};

    fn port(n: u128, name: &str, vm: &str, addresses: &[&str]) -> Port {
        let mut port = guest_port(n, name, addresses);
        if !vm.is_empty() {
            port.external_ids.insert("vm-name".into(), vm.into());
        }
        port
    }

    /// The records without PTR records after a sync, and its warnings.
    fn sync(snapshot: &Snapshot, prune: bool) -> (Vec<String>, Vec<String>) {
        let options = Options { prune, ..Options::default() };
        let sync = on_first(snapshot, |t, net1| plan(t, net1, &options, &PortHosts::new())).unwrap();
        let mut after = snapshot.clone();
        sync.plan.apply_to(&mut after);
        let again = on_first(&after, |t, net1| plan(t, net1, &options, &PortHosts::new())).unwrap();
        assert_eq!(again.plan.changes, [], "a second sync changes nothing");
        let records = after.dns[0].records.iter().map(|(key, value)| format!("{key}={value}"));
        (records.filter(|text| !text.contains("arpa")).collect(), sync.plan.warnings)
    }

    #[test]
    fn a_host_gets_the_addresses_of_its_port() {
        let ports = vec![port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2 fd00::2"])];
        let (records, warnings) = sync(&Snapshot::of_net1(ports, &[("web", "10.0.0.99")], &[]), false);
        assert_eq!(records, ["web=10.0.0.2 fd00::2", "web.internal=10.0.0.2 fd00::2"]);
        assert_eq!(warnings, [""; 0]);
    }

    #[test]
    fn a_name_in_external_ids_goes_before_the_ports_own() {
        let ports = vec![port(2, "p2", "Db.internal", &["0a:00:00:00:00:02 10.0.0.2"])];
        let (records, _) = sync(&Snapshot::of_net1(ports, &[], &[]), false);
        assert_eq!(records, ["db=10.0.0.2", "db.internal=10.0.0.2"]);
    }

    #[test]
    fn another_name_of_a_ports_address_stays() {
        let ports = vec![port(2, "no_name", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let (records, _) = sync(&Snapshot::of_net1(ports, &[("alias", "10.0.0.2")], &[]), true);
        assert_eq!(records, ["alias=10.0.0.2"]);
    }

    #[test]
    fn ports_without_a_name_or_a_known_address_and_routers_register_nothing() {
        let mut router = port(4, "router-port", "", &["0a:00:00:00:00:04 10.0.0.4"]);
        router.kind = "router".into();
        let ports = vec![
            port(2, "unknown-address", "", &["unknown"]),
            port(3, "no_name", "", &["0a:00:00:00:00:03 10.0.0.3"]),
            router,
        ];
        assert_eq!(sync(&Snapshot::of_net1(ports, &[], &[]), false), (vec![], vec![]));
    }

    #[test]
    fn a_host_without_a_port_goes_only_with_prune() {
        let snapshot = Snapshot::of_net1(vec![], &[("gone", "10.0.0.7")], &[]);
        assert_eq!(sync(&snapshot, false).0, ["gone=10.0.0.7"]);
        assert_eq!(sync(&snapshot, true).0, [""; 0]);
    }

    #[test]
    fn an_invalid_name_is_reported_with_a_valid_one() {
        let ports = vec![port(2, "p2", "VM_NAME", &["0a:00:00:00:00:02 10.0.0.2"])];
        let (records, warnings) = sync(&Snapshot::of_net1(ports, &[], &[]), false);
        assert_eq!(records, [""; 0]);
        assert!(warnings[0].contains("VM_NAME") && warnings[0].contains("vm-name"), "{warnings:?}");
    }

    #[test]
    fn a_name_of_two_ports_is_reported_and_not_registered() {
        let ports = vec![
            port(3, "p3", "twin", &["0a:00:00:00:00:03 10.0.0.3"]),
            port(4, "p4", "twin", &["0a:00:00:00:00:04 10.0.0.4"]),
        ];
        let (records, warnings) = sync(&Snapshot::of_net1(ports, &[], &[]), false);
        assert_eq!(records, [""; 0]);
        assert_eq!(
            warnings,
            [
                "ports p3 and p4 of net1 have the same hostname twin, so none of them is registered: give each its \
              own, such as ovn-nbctl set Logical_Switch_Port p3 external_ids:qdns-hostname=twin-1"
            ]
        );
    }

    #[test]
    fn a_static_host_keeps_its_addresses() {
        let ports = vec![port(2, "printer", "", &["0a:00:00:00:00:02 10.0.0.5"])];
        let snapshot = Snapshot::of_net1(ports, &[("printer", "10.0.0.6")], &["qdns-static-printer"]);
        let (records, warnings) = sync(&snapshot, true);
        assert_eq!(records, ["printer=10.0.0.6"]);
        assert_eq!(
            warnings,
            ["port printer: printer is static and keeps 10.0.0.6, although the port has other addresses"]
        );
    }

    #[test]
    fn a_name_that_a_foreign_row_has_is_reported_and_not_registered() {
        let ports = vec![port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let mut snapshot = Snapshot::of_net1(ports, &[], &[]);
        let uuid = uuid::Uuid::from_u128(3);
        snapshot.switches[0].dns_records.push(uuid);
        snapshot.dns.push(DnsRow {
            uuid,
            external_ids: [("incus_switch".to_owned(), "net1".to_owned())].into(),
            records: [("web.internal".to_owned(), "10.0.0.2".to_owned())].into(),
            ..DnsRow::default()
        });
        let (records, warnings) = sync(&snapshot, false);
        assert_eq!(records, [""; 0]);
        assert_eq!(warnings, ["port web: a row of incus on switch net1 has web.internal already"]);
    }

    #[test]
    fn the_host_of_a_gone_port_is_stale_even_where_another_port_has_its_address() {
        let ports = vec![port(2, "fresh", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let records = [("gone", "10.0.0.2"), ("alias", "10.0.0.2"), ("moved", "10.0.0.2")];
        let snapshot = Snapshot::of_net1(ports, &records, &[]);
        let earlier = |name: &str, address: &str| {
            let host = HostArg::parse(name).unwrap();
            (name.to_owned(), PortHost { host, addresses: vec![address.parse().unwrap()], port: name.into() })
        };
        let earlier = PortHosts::from([earlier("gone", "10.0.0.2"), earlier("moved", "10.0.0.3")]);
        let options = Options { prune: true, ..Options::default() };
        let sync = on_first(&snapshot, |t, net1| plan(t, net1, &options, &earlier)).unwrap();
        let names: Vec<&str> = sync.stale.iter().map(|stale| stale.host.name.as_ref()).collect();
        assert_eq!(names, ["gone"], "an alias and a host with other addresses than the port had stay");
        assert_eq!(
            sync.stale[0].evidence(),
            "port gone of net1 had this name and is gone; another port has 10.0.0.2 now"
        );
        assert!(sync.plan.must_stay_unused[0].addresses.is_empty());
    }
}
