//! The sync plan of a switch: the names and addresses of its ports, registered in its zone.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use uuid::Uuid;

use super::Plan;
use super::aliases::{self, WantedAlias};
use super::claims::{Claim, Claims};
use super::draft::Draft;
use super::hosts::Wanted;
use super::stale::{self, Reason, Stale};
use crate::error::{Error, Result};
use crate::model::address::same_set;
use crate::model::host::Host;
use crate::model::life::Life;
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
    pub uuid: Uuid,
}

/// The hosts of a switch's ports, by hostname, and warnings about invalid names. A disabled port has none. `extra` is
/// one more `external_ids` key that may hold a name.
fn port_hosts(
    network: &Network,
    domain: &Domain,
    extra: Option<&str>,
) -> (BTreeMap<String, Vec<PortHost>>, Vec<String>) {
    let mut warnings = Vec::new();
    let mut by_name: BTreeMap<String, Vec<PortHost>> = BTreeMap::new();
    for port in network.guests().filter(|port| !port.is_disabled()) {
        match host_of(port, domain, extra) {
            Ok(Some((name, host))) => by_name.entry(name).or_default().push(host),
            Ok(None) => {}
            Err(error) => warnings.push(format!("port {}: {}", port.name, error.in_one_line())),
        }
    }
    (by_name, warnings)
}

/// The host of a port; `None` where the port has no name or no known address.
fn host_of(port: &Port, domain: &Domain, extra: Option<&str>) -> Result<Option<(String, PortHost)>> {
    let addresses = port.guest_addresses();
    let Some(name) = port.guest_name(extra).filter(|_| !addresses.is_empty()) else {
        return Ok(None);
    };
    let host = HostArg::parse(name)?;
    let hostname = host.under(domain)?.as_str().to_owned();
    Ok(Some((hostname, PortHost { host, addresses, port: port.name.clone(), uuid: port.uuid })))
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
    /// Remove hosts that a port registered and whose port is gone.
    pub prune: bool,
}

/// The plan for one switch, and what it removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncPlan<'a> {
    pub plan: Plan,
    /// The hosts that the plan removes.
    pub removed: Vec<Stale<'a>>,
    /// How many hosts the zone had before.
    pub host_count: usize,
}

impl<'a> SyncPlan<'a> {
    /// The removed hosts whose port is gone.
    pub fn stale(&self) -> impl Iterator<Item = &Stale<'a>> {
        self.removed.iter().filter(|stale| !matches!(stale.reason, Reason::Renamed(_)))
    }
}

/// A plan that registers the names and addresses of a switch's ports, and removes the names that they had before.
/// With `prune`, hosts go that a port registered and whose port is gone, without those in `held`. Hosts that were
/// made by hand and static hosts stay as they are.
///
/// # Errors
/// As [`Draft::open`].
pub fn plan<'a>(
    topology: &Topology<'a>,
    life: &Life<'a>,
    network: &Network<'a>,
    options: &Options,
    held: &BTreeSet<String>,
) -> Result<SyncPlan<'a>> {
    let extra = options.name_from.as_deref();
    let mut draft = Draft::open(topology, network)?;
    let domain = draft.domain().clone();
    let sharing = topology.sharing(network);
    let index = PortIndex::of(&sharing, &domain, extra);
    let host_count = draft.hosts().by_name.len();
    let (renamed, mut removed) = renamed(&draft, network, &index, extra);
    if options.prune {
        let signs = life.at(&sharing, &topology.rows.dns);
        let stale = stale::registered(&draft, network, &index, &signs);
        removed.extend(stale.into_iter().filter(|stale| !held.contains(stale.host.name.as_ref())));
    }
    let kept = kept_aliases(&draft, &removed);
    let must_stay_unused = stale::remove(&mut draft, &sharing, extra, &removed)?;
    let (port_hosts, mut warnings) = port_hosts(network, &domain, extra);
    let claims = Claims { network, index: &index, renamed };
    for (name, claimants) in port_hosts {
        warnings.extend(register_first(&mut draft, &claims, &name, &claimants));
    }
    warnings.extend(move_aliases(&mut draft, kept));
    warnings.extend(port_aliases(&mut draft, network));
    draft.follow_all();
    warnings.sort();
    let mut plan = draft.close();
    warnings.append(&mut plan.warnings);
    let plan = Plan { must_stay_unused, warnings, ..plan };
    Ok(SyncPlan { plan, removed, host_count })
}

/// The ports whose `external_ids` give them another name than that of the host that they registered, or none, and
/// these hosts.
fn renamed<'a>(
    draft: &Draft<'a>,
    network: &Network,
    index: &PortIndex,
    extra: Option<&str>,
) -> (HashSet<Uuid>, Vec<Stale<'a>>) {
    let domain = draft.domain();
    let has_other_name = |port: &Port, host: &Host| {
        let given = port.given_name(extra).and_then(|name| HostArg::parse(name).ok());
        let given = given.as_ref().and_then(|name| name.under(domain).ok());
        port.is_opted_out() || given.is_some_and(|name| name.as_str() != host.name)
    };
    let ports: HashMap<Uuid, &Port> = network.guests().map(|port| (port.uuid, port)).collect();
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
fn kept_aliases(draft: &Draft, removed: &[Stale]) -> Vec<(Uuid, HostArg)> {
    let renamed = removed.iter().filter(|stale| matches!(stale.reason, Reason::Renamed(_)));
    let of_host = |stale: &Stale| {
        let by_hand = draft.aliases_of(&stale.host.name).filter(|alias| alias.origin.is_none());
        let names = by_hand.filter_map(|alias| HostArg::parse(&alias.name).ok());
        names.filter_map(|alias| Some((stale.host.origin?, alias))).collect::<Vec<_>>()
    };
    renamed.flat_map(of_host).collect()
}

/// Moves aliases to the hosts that their ports registered.
fn move_aliases(draft: &mut Draft, kept: Vec<(Uuid, HostArg)>) -> Vec<String> {
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
fn port_aliases(draft: &mut Draft, network: &Network) -> Vec<String> {
    let ports: HashMap<Uuid, &Port> = network.guests().map(|port| (port.uuid, port)).collect();
    let hosts = draft.hosts().by_name.values().filter(|host| host.alias_of.is_none());
    let registered = hosts.filter_map(|host| Some((host.name.to_string(), *ports.get(&host.origin?)?)));
    let registered: Vec<(String, &Port)> = registered.collect();
    registered.iter().flat_map(|(name, port)| aliases::of_ports(draft, name, &[*port])).collect()
}

/// Registers the one of several claimants of a hostname that has it already, or the only one. Returns warnings for
/// the others.
fn register_first(draft: &mut Draft, claims: &Claims, name: &str, claimants: &[PortHost]) -> Vec<String> {
    let known = draft.hosts().by_name.get(name);
    let origin = known.and_then(|host| host.origin);
    let all: Vec<IpAddr> = claimants.iter().flat_map(|port| port.addresses.clone()).collect();
    let is_origin = |port: &PortHost| origin == Some(port.uuid);
    let has_addresses =
        |port: &PortHost| known.is_some_and(|host| same_set(&host.addresses(), &port.addresses));
    let first = match claimants {
        [only] => Some(only),
        // A machine with several ports was registered with the addresses of all of them.
        several
            if several.iter().any(is_origin)
                && known.is_some_and(|host| same_set(&host.addresses(), &all)) =>
        {
            return Vec::new();
        }
        several => {
            several.iter().find(|port| is_origin(port)).or(several.iter().find(|port| has_addresses(port)))
        }
    };
    let Some(first) = first else { return vec![several_ports(claims.network, name, claimants)] };
    let mut warnings: Vec<String> = claimants
        .iter()
        .filter(|port| *port != first)
        .map(|port| format!("port {}: {name} is the name of port {}", port.port, first.port))
        .collect();
    if let Err(error) = register(draft, claims, name, first) {
        warnings.push(format!("port {}: {}", first.port, error.message));
    }
    warnings
}

/// Gives a host the addresses and the mark of its port.
///
/// # Errors
/// As [`Claims::check`] and [`Draft::add`].
fn register(draft: &mut Draft, claims: &Claims, name: &str, wanted: &PortHost) -> Result<()> {
    let known = draft.hosts().by_name.get(name);
    let claim = claims.check(known, &[wanted.uuid], &wanted.addresses);
    let Claim::Register(addresses) = claim.map_err(|error| Error::conflict(error.in_one_line()))? else {
        return Ok(());
    };
    let names = known.map(|host| host.wanted).unwrap_or_default();
    let replace = known.is_some_and(|host| !same_set(&host.addresses(), &addresses));
    draft.add(&Wanted {
        names,
        replace,
        origin: Some(wanted.uuid),
        ..Wanted::new(wanted.host.clone(), addresses)
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

    fn plan_of<'a>(snapshot: &'a Snapshot, prune: bool) -> SyncPlan<'a> {
        let options = Options { prune, ..Options::default() };
        on_first(snapshot, |topology, net1| {
            plan(topology, &Life::of(topology), net1, &options, &BTreeSet::new())
        })
        .unwrap()
    }

    fn after(snapshot: &Snapshot, prune: bool) -> Snapshot {
        let mut after = snapshot.clone();
        plan_of(snapshot, prune).plan.apply_to(&mut after);
        assert_eq!(plan_of(&after, prune).plan.changes, [], "a second sync changes nothing");
        after
    }

    /// The records without PTR records after a sync, and its warnings.
    fn sync(snapshot: &Snapshot, prune: bool) -> (Vec<String>, Vec<String>) {
        let after = after(snapshot, prune);
        let records = after.dns[0].records.iter().map(|(key, value)| format!("{key}={value}"));
        let records = records.filter(|text| !text.contains("arpa")).collect();
        (records, plan_of(snapshot, prune).plan.warnings)
    }

    /// The UUID in the mark of a host after a sync.
    fn origin(snapshot: &Snapshot, host: &str) -> Option<String> {
        let key = ["qdns-port-", host].concat();
        after(snapshot, false).dns[0].external_ids.get(&key).cloned()
    }

    fn uuid(n: u128) -> Option<String> {
        Some(Uuid::from_u128(n).to_string())
    }

    #[test]
    fn a_new_host_gets_the_addresses_and_the_mark_of_its_port() {
        let ports = vec![port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2 fd00::2"])];
        let snapshot = Snapshot::of_net1(ports, &[], &[]);
        let (records, warnings) = sync(&snapshot, false);
        assert_eq!(records, ["web=10.0.0.2 fd00::2", "web.internal=10.0.0.2 fd00::2"]);
        assert_eq!(warnings, [""; 0]);
        assert_eq!(origin(&snapshot, "web"), uuid(2));
    }

    #[test]
    fn a_host_without_a_mark_is_adopted_where_its_port_has_its_addresses() {
        let ports = vec![port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        assert_eq!(origin(&Snapshot::of_net1(ports, &[("web", "10.0.0.2")], &[]), "web"), uuid(2));
    }

    #[test]
    fn a_host_follows_its_port_to_another_address() {
        let ports = vec![port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let snapshot = Snapshot::of_net1(ports, &[("web", "10.0.0.99")], &[]).with_origin("web", 2);
        assert_eq!(sync(&snapshot, false).0, ["web=10.0.0.2", "web.internal=10.0.0.2"]);
    }

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

    #[test]
    fn a_port_that_is_made_again_takes_its_name_back() {
        let ports = vec![port(3, "web", "", &["0a:00:00:00:00:03 10.0.0.3"])];
        let snapshot = Snapshot::of_net1(ports, &[("web", "10.0.0.2")], &[]).with_origin("web", 2);
        assert_eq!(sync(&snapshot, true).0, ["web=10.0.0.3", "web.internal=10.0.0.3"]);
        assert_eq!(origin(&snapshot, "web"), uuid(3));
    }

    #[test]
    fn a_port_that_opted_out_registers_nothing_and_loses_its_name() {
        let mut opted_out = port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2"]);
        opted_out.external_ids.insert("qdns-hostname".into(), "-".into());
        opted_out.external_ids.insert("vm-name".into(), "web".into());
        let snapshot = Snapshot::of_net1(vec![opted_out], &[("db", "10.0.0.2")], &[]).with_origin("db", 2);
        assert_eq!(sync(&snapshot, false).0, [""; 0]);
    }

    #[test]
    fn a_disabled_port_registers_nothing_and_keeps_its_name() {
        let disabled =
            |name: &str| Port { enabled: Some(false), ..port(2, name, "", &["0a:00:00:00:00:02 10.0.0.2"]) };
        assert_eq!(sync(&Snapshot::of_net1(vec![disabled("web")], &[], &[]), true).0, [""; 0]);
        let snapshot = Snapshot::of_net1(vec![disabled("web")], &[("web", "10.0.0.2")], &[]);
        assert_eq!(sync(&snapshot.with_origin("web", 2), true).0, ["web=10.0.0.2"]);
    }

    #[test]
    fn a_port_does_not_take_a_name_that_was_made_by_hand() {
        let ports = vec![port(2, "nas", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let (records, warnings) = sync(&Snapshot::of_net1(ports, &[("nas", "10.0.0.250")], &[]), true);
        assert_eq!(records, ["nas=10.0.0.250"]);
        assert_eq!(
            warnings,
            [
                "port nas: nas of net1 has 10.0.0.250 and was made by hand; qdns record rm net1 nas lets the port register it"
            ]
        );
    }

    #[test]
    fn a_port_does_not_take_the_name_of_another_port() {
        let ports = vec![
            port(2, "p2", "", &["0a:00:00:00:00:02 10.0.0.2"]),
            port(3, "p3", "db", &["0a:00:00:00:00:03 10.0.0.3"]),
        ];
        let snapshot = Snapshot::of_net1(ports, &[("db", "10.0.0.2")], &[]);
        let (records, warnings) = sync(&snapshot, true);
        assert!(records.contains(&"db=10.0.0.2".to_owned()), "{records:?}");
        assert!(warnings[0].starts_with("port p3: db of net1 has 10.0.0.2 of port p2"), "{warnings:?}");
        let (records, warnings) = sync(&snapshot.with_origin("db", 2), true);
        assert!(records.contains(&"db=10.0.0.2".to_owned()), "{records:?}");
        assert_eq!(warnings, ["port p3: db is the name of port p2"]);
    }

    #[test]
    fn the_first_of_two_ports_with_one_name_keeps_it() {
        let ports = vec![
            port(2, "p2", "db", &["0a:00:00:00:00:02 10.0.0.22"]),
            port(3, "p3", "db", &["0a:00:00:00:00:03 10.0.0.3"]),
        ];
        let snapshot = Snapshot::of_net1(ports, &[("db", "10.0.0.2")], &[]).with_origin("db", 2);
        let (records, warnings) = sync(&snapshot, true);
        assert_eq!(records, ["db=10.0.0.22", "db.internal=10.0.0.22"]);
        assert_eq!(warnings, ["port p3: db is the name of port p2"]);
    }

    #[test]
    fn an_address_of_the_other_family_stays() {
        let ports = vec![port(2, "web", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let snapshot = Snapshot::of_net1(ports, &[("web", "10.0.0.1 fd00::2")], &[]).with_origin("web", 2);
        assert_eq!(sync(&snapshot, true).0, ["web=10.0.0.2 fd00::2", "web.internal=10.0.0.2 fd00::2"]);
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
    fn a_host_whose_port_is_gone_goes_only_with_prune() {
        let snapshot = Snapshot::of_net1(vec![], &[("gone", "10.0.0.7")], &[]).with_origin("gone", 7);
        assert_eq!(sync(&snapshot, false).0, ["gone=10.0.0.7"]);
        assert_eq!(sync(&snapshot, true).0, [""; 0]);
        assert_eq!(
            plan_of(&snapshot, true).removed[0].evidence(),
            "the port of net1 that registered it is gone"
        );
    }

    #[test]
    fn a_host_that_was_made_by_hand_stays_with_prune() {
        let snapshot = Snapshot::of_net1(vec![], &[("printer", "10.0.0.99")], &[]);
        assert_eq!(sync(&snapshot, true).0, ["printer=10.0.0.99"]);
    }

    #[test]
    fn a_held_host_stays_with_prune() {
        let snapshot = Snapshot::of_net1(vec![], &[("gone", "10.0.0.7")], &[]).with_origin("gone", 7);
        let options = Options { prune: true, ..Options::default() };
        let held = ["gone".to_owned()].into();
        let synced = on_first(&snapshot, |t, net1| plan(t, &Life::of(t), net1, &options, &held)).unwrap();
        assert_eq!((synced.plan.changes, synced.removed), (vec![], vec![]));
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
    fn the_host_of_a_gone_port_goes_even_where_another_port_has_its_address() {
        let ports = vec![port(2, "fresh", "", &["0a:00:00:00:00:02 10.0.0.2"])];
        let records = [("gone", "10.0.0.2"), ("alias", "10.0.0.2")];
        let snapshot = Snapshot::of_net1(ports, &records, &[]).with_origin("gone", 7);
        assert_eq!(sync(&snapshot, true).0, ["alias=10.0.0.2", "fresh=10.0.0.2", "fresh.internal=10.0.0.2"]);
        let synced = plan_of(&snapshot, true);
        assert_eq!(
            synced.removed[0].evidence(),
            "the port of net1 that registered it is gone; port fresh has 10.0.0.2 now"
        );
        assert!(synced.plan.must_stay_unused[0].addresses.is_empty());
    }
}
