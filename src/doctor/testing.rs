//! What the checks' tests share: a healthy network as facts, builders that change it, and the runner of cases.

use uuid::Uuid;

use super::facts::{DUMP_FORMAT, EndedQuery, Facts, Missing, Probe, Traces};
use super::finding::Finding;
use super::input::Input;
use super::{Check, examine, repair};
use crate::model::address::reverse_name;
use crate::model::balancer::balancer_uuids;
use crate::model::dhcp_grammar;
use crate::model::marks::BALANCER_MARK;
use crate::model::reach::{Cause, Stop};
use crate::model::snapshot::{
    DhcpOptions, DnsRow, Global, LoadBalancer, Map, Port, Router, RouterPort, Snapshot, Switch,
};
use crate::model::southbound::{ChassisRow, DnsFlows, LocalChassis, ServedRow, Southbound};
use crate::model::zone::{domain_of, zone_marks, zone_uuid};

/// A change of the healthy network, and what a check then finds.
pub struct Case {
    change: fn(&mut Facts),
    /// The subject of the one finding, if there is one.
    subject: Option<&'static str>,
    /// Whether `--fix` repairs it.
    is_repaired: bool,
}

/// The check finds this subject, and `--fix` leaves it to the operator.
pub const fn fires(subject: &'static str, change: fn(&mut Facts)) -> Case {
    Case { change, subject: Some(subject), is_repaired: false }
}

/// The check finds this subject, and nothing any more after `--fix`.
pub const fn repaired(subject: &'static str, change: fn(&mut Facts)) -> Case {
    Case { change, subject: Some(subject), is_repaired: true }
}

/// It looks similar, and the check finds nothing.
pub const fn passes(change: fn(&mut Facts)) -> Case {
    Case { change, subject: None, is_repaired: false }
}

/// What a check finds in the healthy network after a change.
pub fn found(check: &'static Check, change: impl FnOnce(&mut Facts)) -> Vec<Finding> {
    let mut facts = healthy();
    change(&mut facts);
    findings(check, &facts)
}

fn findings(check: &'static Check, facts: &Facts) -> Vec<Finding> {
    let examination = examine(facts, &[check]);
    assert!(examination.skipped.is_empty(), "{}: {:?}", check.code, examination.skipped);
    examination.findings.into_iter().map(|(_, finding)| finding).collect()
}

/// The healthy network after a change and after `--fix` for one check.
pub fn after_fix(check: &'static Check, change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = healthy();
    change(&mut facts);
    for _ in 0..3 {
        let examination = examine(&facts, &[check]);
        let plan = repair::plan(&Input::of(&facts), &examination.findings);
        assert_eq!(plan.question.is_some(), !plan.changes.is_empty());
        plan.apply_to(nb(&mut facts));
    }
    facts
}

/// Runs the cases of a check.
pub fn run(check: &'static Check, cases: &[Case]) {
    assert_eq!(findings(check, &healthy()), [], "{} on a healthy network", check.code);
    let fires = cases.iter().any(|case| case.subject.is_some());
    assert_eq!(fires, check.run.is_some(), "{} has no case that fires", check.code);
    for (index, case) in cases.iter().enumerate() {
        let name = format!("case {index} of {}", check.code);
        let found = found(check, case.change);
        let subjects: Vec<&str> = found.iter().map(|finding| finding.subject.as_str()).collect();
        assert_eq!(subjects, case.subject.into_iter().collect::<Vec<_>>(), "{name}");
        for finding in &found {
            assert!(!finding.message.is_empty() && !finding.evidence.is_empty(), "{name}");
            assert_eq!(finding.is_automatic, case.is_repaired, "{name}");
        }
        if case.is_repaired {
            assert_eq!(findings(check, &after_fix(check, case.change)), [], "{name} after --fix");
        }
    }
}

/// The DHCP row becomes one of Neutron.
pub fn foreign_dhcp(facts: &mut Facts) {
    nb(facts).dhcp_options[0].external_ids = map(&[("subnet_id", "s1")]);
}

pub const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub fn map(pairs: &[(&str, &str)]) -> Map {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A switch with two guests, a router, names, DHCP and everything that follows from it.
pub fn healthy() -> Facts {
    let switch = Switch {
        uuid: uuid(1),
        name: "net1".into(),
        dns_records: vec![zone_uuid(uuid(1))],
        ports: vec![uuid(11), uuid(12), uuid(13)],
        other_config: map(&[("subnet", "10.0.0.0/24"), ("ipv6_prefix", "fd00::")]),
        ..Switch::default()
    };
    let mut records = Map::new();
    for (name, n) in [("web", 10), ("db", 11)] {
        let (v4, v6) = (format!("10.0.0.{n}"), format!("fd00::{n}"));
        for key in [name.to_owned(), format!("{name}.internal")] {
            records.insert(key, format!("{v4} {v6}"));
        }
        for address in [v4, v6] {
            records.insert(reverse_name(address.parse().unwrap()), format!("{name}.internal"));
        }
    }
    let zone = DnsRow {
        uuid: zone_uuid(uuid(1)),
        external_ids: zone_marks(&switch, &domain_of(&DnsRow::default())),
        records: records.clone(),
        ..DnsRow::default()
    };
    let guest = |n, name: &str, end: &str| Port {
        uuid: uuid(n),
        name: name.into(),
        addresses: vec![format!("0a:00:00:00:00:{end} 10.0.0.{end} fd00::{end}")],
        dhcpv4_options: Some(uuid(21)),
        ..Port::default()
    };
    let peer = Port {
        uuid: uuid(13),
        name: "net1-lr".into(),
        kind: "router".into(),
        addresses: vec!["router".into()],
        options: map(&[("router-port", "lr-net1")]),
        ..Port::default()
    };
    let dhcp = DhcpOptions {
        uuid: uuid(21),
        cidr: "10.0.0.0/24".into(),
        options: map(&[
            ("server_id", "10.0.0.1"),
            ("server_mac", "0a:00:00:00:00:01"),
            ("lease_time", "3600"),
            ("router", "10.0.0.1"),
            ("dns_server", "{192.0.2.1, 192.0.2.2}"),
            ("domain_name", "\"internal\""),
            ("domain_search_list", "\"internal\""),
        ]),
        ..DhcpOptions::default()
    };
    let northbound = Snapshot {
        switches: vec![switch],
        dns: vec![zone],
        ports: vec![guest(11, "web", "10"), guest(12, "db", "11"), peer],
        dhcp_options: vec![dhcp],
        routers: vec![Router {
            uuid: uuid(31),
            name: "lr".into(),
            ports: vec![uuid(32)],
            ..Router::default()
        }],
        router_ports: vec![RouterPort {
            uuid: uuid(32),
            name: "lr-net1".into(),
            mac: "0a:00:00:00:00:01".into(),
            networks: vec!["10.0.0.1/24".into()],
            ..RouterPort::default()
        }],
        global: Global {
            nb_cfg: 3,
            sb_cfg: 3,
            options: map(&[("northd_internal_version", "25.03.1-20.41.0-78.8")]),
        },
        ..Snapshot::default()
    };
    let southbound = Southbound {
        nb_cfg: 3,
        datapaths: [(uuid(51), uuid(1)), (uuid(52), uuid(31))].into(),
        dns: vec![ServedRow { northbound: Some(zone_uuid(uuid(1))), datapaths: vec![uuid(51)], records }],
        chassis: vec![ChassisRow { name: "hv1".into(), nb_cfg: 3 }],
        dhcp_options: dhcp_grammar::built_in(true, None),
        dhcpv6_options: dhcp_grammar::built_in(false, None),
    };
    Facts {
        format: DUMP_FORMAT,
        northbound: Ok(northbound),
        southbound: Ok(southbound),
        dns_flows: Ok(DnsFlows { lookups: vec![uuid(51)], bypasses: Vec::new() }),
        northd: Ok("active".into()),
        chassis: Ok(LocalChassis {
            name: "hv1".into(),
            version: "25.03.1".into(),
            connection: "connected".into(),
        }),
        traces: Ok(Traces::default()),
        clients: Vec::new(),
        forwarders: Vec::new(),
        resolvers: Vec::new(),
        probes: Ok(Vec::new()),
    }
}

/// The northbound database.
pub fn nb(facts: &mut Facts) -> &mut Snapshot {
    facts.northbound.as_mut().unwrap()
}

/// The southbound database.
pub fn sb(facts: &mut Facts) -> &mut Southbound {
    facts.southbound.as_mut().unwrap()
}

/// The zone's keys and values.
pub fn records(facts: &mut Facts) -> &mut Map {
    &mut nb(facts).dns[0].records
}

/// Gives a key of the zone a value.
pub fn put(facts: &mut Facts, key: &str, value: &str) {
    records(facts).insert(key.into(), value.into());
}

/// The router advertises this.
pub fn advertise(facts: &mut Facts, configs: &[(&str, &str)]) {
    let peer = &mut nb(facts).router_ports[0];
    peer.networks.push("fd00::1/64".into());
    peer.ipv6_ra_configs = map(configs);
    peer.ipv6_ra_configs.insert("address_mode".into(), "slaac".into());
}

/// A value with this many IPv4 addresses.
pub fn addresses(count: usize) -> String {
    (1..=count).map(|n| format!("10.0.1.{n}")).collect::<Vec<_>>().join(" ")
}

/// Marks the zone.
pub fn mark(facts: &mut Facts, key: &str, value: &str) {
    nb(facts).dns[0].external_ids.insert(key.into(), value.into());
}

/// Gives a DHCP option a value.
pub fn option(facts: &mut Facts, key: &str, value: &str) {
    nb(facts).dhcp_options[0].options.insert(key.into(), value.into());
}

/// A DNS row with one mark.
pub fn row(n: u128, mark: (&str, &str), records: &[(&str, &str)]) -> DnsRow {
    DnsRow { uuid: uuid(n), external_ids: map(&[mark]), records: map(records), ..DnsRow::default() }
}

/// Lets net1 list one more row.
pub fn listed(facts: &mut Facts, row: DnsRow) {
    nb(facts).switches[0].dns_records.push(row.uuid);
    nb(facts).dns.push(row);
}

/// A second switch without ports, net2.
pub fn other_switch(facts: &mut Facts) {
    nb(facts).switches.push(Switch { uuid: uuid(2), name: "net2".into(), ..Switch::default() });
}

/// A load balancer on no router and no switch.
pub fn balancer(facts: &mut Facts, vip: &str, backends: &str) {
    let vips = map(&[(vip, backends)]);
    nb(facts).load_balancers.push(LoadBalancer {
        uuid: uuid(41),
        protocol: "udp".into(),
        vips,
        ..LoadBalancer::default()
    });
}

/// `forwarders set net1 192.0.2.1 --via auto`, by UDP, on a gateway router.
pub fn forwarding(facts: &mut Facts) {
    let [uuid, _] = balancer_uuids(uuid(1));
    let nb = nb(facts);
    nb.routers[0].options.insert("chassis".into(), "hv1".into());
    nb.routers[0].load_balancers.push(uuid);
    nb.load_balancers.push(LoadBalancer {
        uuid,
        name: "qdns-net1-udp".into(),
        protocol: "udp".into(),
        vips: map(&[("10.0.0.1:53", "192.0.2.1:53")]),
        external_ids: map(&[(BALANCER_MARK, "net1")]),
        ..LoadBalancer::default()
    });
}

/// What three resolvers of net1 said: NXDOMAIN, an empty answer, nothing.
pub fn probes() -> Vec<Probe> {
    let answers = [("192.0.2.1", Ok(3)), ("192.0.2.2", Ok(0)), ("192.0.2.3", Err("timeout".to_owned()))];
    let probe = |(resolver, answer): (&str, _)| Probe {
        switch: "net1".into(),
        resolver: resolver.into(),
        name: "qdns-probe.internal".into(),
        answer,
    };
    answers.into_iter().map(probe).collect()
}

/// Lets reading the northbound database fail.
pub fn unreachable(facts: &mut Facts, kind: &str) {
    facts.northbound = Err(Missing { kind: kind.into(), ..Missing::because("no database") });
}

/// A query of web that the ACL 61 ends, before the responder or beyond it.
pub fn dropped(is_beyond: bool) -> Traces {
    let cause = Cause::Acl { acl: Some(uuid(61)), is_rejected: false, switch: None };
    let ended = EndedQuery {
        switch: "net1".into(),
        port: "web".into(),
        ports: 1,
        resolver: Some("192.0.2.1".parse().unwrap()),
        is_beyond,
        has_other: false,
        stop: Stop { cause, step: "drop;".into() },
    };
    Traces { ended: vec![ended], traced: 1, ..Traces::default() }
}

/// The healthy network, where two queries do not reach their resolver.
pub fn with_ended_queries() -> Facts {
    let ended = |cause| EndedQuery {
        switch: "net1".into(),
        port: "web".into(),
        ports: 2,
        resolver: "10.0.0.1".parse().ok(),
        is_beyond: false,
        has_other: false,
        stop: Stop { cause, step: "8. ls_in_acl: udp, priority 2001, uuid 2eb509d9".into() },
    };
    let acl = Cause::Acl { acl: Some(uuid(77)), is_rejected: false, switch: None };
    let ended = vec![ended(acl), ended(Cause::PortSecurity)];
    Facts { traces: Ok(Traces { ended, traced: 2, ..Traces::default() }), ..healthy() }
}
