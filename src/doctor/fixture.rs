//! A healthy network as facts, and for each check what breaks it and what does not.

use uuid::Uuid;

use super::facts::{DUMP_FORMAT, DroppedQuery, Facts, Missing, Probe};
use super::grammar;
use crate::model::address::reverse_name;
use crate::model::balancer::{BALANCER_MARK, balancer_uuids};
use crate::model::marks::SWITCH_MARK;
use crate::model::snapshot::{
    DhcpOptions, DnsRow, Global, LoadBalancer, Map, Port, Router, RouterPort, Snapshot, Switch,
};
use crate::model::southbound::{ChassisRow, LocalChassis, ServedRow, Southbound};
use crate::model::zone::{domain_of, zone_marks, zone_uuid};

pub(super) const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(super) fn map(pairs: &[(&str, &str)]) -> Map {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A switch with two guests, a router, names, DHCP and everything that follows from it.
pub(super) fn healthy() -> Facts {
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
            networks: vec!["10.0.0.1/24".into()],
            is_gateway: false,
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
        dhcp_options: grammar::built_in(true),
        dhcpv6_options: grammar::built_in(false),
    };
    Facts {
        format: DUMP_FORMAT,
        northbound: Ok(northbound),
        southbound: Ok(southbound),
        dns_flows: Ok(vec![uuid(51)]),
        northd: Ok("active".into()),
        chassis: Ok(LocalChassis {
            name: "hv1".into(),
            version: "25.03.1".into(),
            connection: "connected".into(),
        }),
        traces: Ok(Vec::new()),
        probes: Ok(Vec::new()),
    }
}

/// What is changed in a healthy network, and what a check then says.
pub(super) struct Case {
    pub code: &'static str,
    /// The one finding's subject, or none.
    pub subject: Option<&'static str>,
    pub change: fn(&mut Facts),
}

const fn fires(code: &'static str, subject: &'static str, change: fn(&mut Facts)) -> Case {
    Case { code, subject: Some(subject), change }
}

const fn clean(code: &'static str, change: fn(&mut Facts)) -> Case {
    Case { code, subject: None, change }
}

fn nb(facts: &mut Facts) -> &mut Snapshot {
    facts.northbound.as_mut().unwrap()
}

fn sb(facts: &mut Facts) -> &mut Southbound {
    facts.southbound.as_mut().unwrap()
}

fn records(facts: &mut Facts) -> &mut Map {
    &mut nb(facts).dns[0].records
}

fn put(facts: &mut Facts, key: &str, value: &str) {
    records(facts).insert(key.into(), value.into());
}

fn option(facts: &mut Facts, key: &str, value: &str) {
    nb(facts).dhcp_options[0].options.insert(key.into(), value.into());
}

fn row(n: u128, mark: (&str, &str), records: &[(&str, &str)]) -> DnsRow {
    DnsRow { uuid: uuid(n), external_ids: map(&[mark]), records: map(records), ..DnsRow::default() }
}

/// A row on net1 beside its zone.
fn beside(facts: &mut Facts, row: DnsRow) {
    nb(facts).switches[0].dns_records.push(row.uuid);
    nb(facts).dns.push(row);
}

fn other_switch(facts: &mut Facts) {
    nb(facts).switches.push(Switch { uuid: uuid(2), name: "net2".into(), ..Switch::default() });
}

/// `forwarders set net1 192.0.2.1 --via auto`, by UDP, on a gateway router.
fn forwarding(facts: &mut Facts) {
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

/// One that says NXDOMAIN, one with an empty answer, a silent one.
fn probes() -> Vec<Probe> {
    let answers = [("192.0.2.1", Ok(3)), ("192.0.2.2", Ok(0)), ("192.0.2.3", Err("timeout".to_owned()))];
    let probe = |(resolver, answer): (&str, _)| Probe {
        switch: "net1".into(),
        resolver: resolver.into(),
        name: "qdns-probe.internal".into(),
        answer,
    };
    answers.into_iter().map(probe).collect()
}

fn unreachable(facts: &mut Facts, kind: &str) {
    facts.northbound = Err(Missing { kind: kind.into(), ..Missing::because("no database") });
}

const WEB_V4: &str = "10.0.0.10.in-addr.arpa";
const DANGLING: &str = "99.0.0.10.in-addr.arpa";

pub(super) const CASES: &[Case] = &[
    fires("nbctl-missing", "ovn-nbctl", |f| unreachable(f, "no-such-binary")),
    clean("nbctl-missing", |f| unreachable(f, "timeout")),
    fires("nb-unreachable", "OVN_Northbound", |f| unreachable(f, "timeout")),
    clean("nb-unreachable", |f| unreachable(f, "no-such-binary")),
    fires("northd-stalled", "ovn-northd", |f| f.northbound.as_mut().unwrap().global.nb_cfg = 4),
    fires("northd-stalled", "ovn-northd", other_switch),
    fires("chassis-behind", "hv1", |f| sb(f).nb_cfg = 4),
    fires("sb-records-differ", "net1", |f| put(f, "new", "10.0.0.12")),
    fires("sb-records-differ", "net1", |f| sb(f).dns.clear()),
    fires("sb-records-differ", "net1", |f| sb(f).dns[0].datapaths.clear()),
    clean("sb-records-differ", |f| beside(f, row(7, ("ls_name", "net1"), &[]))),
    fires("dns-flows-missing", "net1", |f| f.dns_flows = Ok(vec![uuid(52)])),
    clean("dns-flows-missing", |f| {
        records(f).clear();
        f.dns_flows = Ok(Vec::new());
    }),
    fires("zone-missing", "net1", |f| nb(f).switches[0].dns_records.clear()),
    clean("zone-missing", other_switch),
    fires("zone-orphaned", "00000000-0000-0000-0000-000000000007", |f| {
        nb(f).dns.push(row(7, (SWITCH_MARK, "gone"), &[("a", "10.0.0.9")]));
    }),
    fires("zone-orphaned", "00000000-0000-0000-0000-000000000007", |f| {
        other_switch(f);
        nb(f).dns.push(row(7, (SWITCH_MARK, "net2"), &[("a", "10.0.0.9")]));
    }),
    clean("zone-orphaned", |f| nb(f).dns.push(row(7, ("ls_name", "gone"), &[]))),
    fires("zone-duplicate", "net1", |f| beside(f, row(7, (SWITCH_MARK, "net1"), &[("a", "10.0.0.9")]))),
    clean("zone-duplicate", |f| beside(f, row(7, ("incus_switch", "x"), &[("a", "10.0.0.9")]))),
    fires("zone-misattached", "00000000-0000-0000-0000-000000000007", |f| {
        other_switch(f);
        beside(f, row(7, (SWITCH_MARK, "net2"), &[("a", "10.0.0.9")]));
    }),
    clean("zone-misattached", |f| {
        nb(f).dns[0].external_ids.insert(SWITCH_MARK.into(), uuid(1).to_string());
    }),
    fires("zone-empty", "net1", |f| records(f).clear()),
    fires("name-shadowed", "web", |f| beside(f, row(7, ("ls_name", "x"), &[("web", "10.0.0.9")]))),
    clean("name-shadowed", |f| beside(f, row(7, ("ls_name", "x"), &[("other", "10.0.0.9")]))),
    fires("key-never-matches", "Cap", |f| put(f, "Cap", "10.0.0.10")),
    fires("key-never-matches", "dot.internal.", |f| put(f, "dot.internal.", "10.0.0.10")),
    fires("name-invalid", "vm_name", |f| put(f, "vm_name", "10.0.0.10")),
    fires("name-invalid", "my.vm", |f| put(f, "my.vm.internal", "10.0.0.10")),
    clean("name-invalid", |f| put(f, "gateway", "10.0.0.10")),
    fires("name-reserved", "gateway", |f| put(f, "gateway", "10.0.0.10")),
    fires("value-truncated", "web", |f| put(f, "web", "10.0.0.10,10.0.0.11")),
    fires("value-invalid", "web", |f| put(f, "web", "none")),
    fires("value-invalid", "web", |f| put(f, "web", "")),
    fires("value-invalid", WEB_V4, |f| put(f, WEB_V4, "web.internal.")),
    fires("value-invalid", WEB_V4, |f| put(f, WEB_V4, "web.internal db.internal")),
    clean("value-invalid", |f| put(f, "web", "10.0.0.10,10.0.0.11")),
    fires("pair-incomplete", "web", |f| drop(records(f).remove("web"))),
    fires("pair-incomplete", "web", |f| drop(records(f).remove("web.internal"))),
    clean("pair-incomplete", |f| {
        records(f).remove("web");
        nb(f).dns[0].external_ids.insert("qdns-no-short-web".into(), "true".into());
    }),
    fires("pair-differs", "web", |f| put(f, "web", "10.0.0.11")),
    clean("pair-differs", |f| put(f, "web", "fd00::10 10.0.0.10")),
    fires("ptr-missing", "web", |f| drop(records(f).remove(WEB_V4))),
    fires("ptr-missing", "net1", |f| {
        for n in 0..6 {
            put(f, &format!("many-{n}.internal"), &format!("10.0.0.{}", 30 + n));
        }
    }),
    fires("ptr-dangling", DANGLING, |f| put(f, DANGLING, "gone.internal")),
    clean("ptr-dangling", |f| {
        put(f, DANGLING, "vm.project.org");
        beside(f, row(7, ("ls_name", "x"), &[("vm.project.org", "10.0.0.99")]));
    }),
    fires("ptr-differs", DANGLING, |f| put(f, DANGLING, "web.internal")),
    fires("address-outside-subnet", "far", |f| put(f, "far", "10.9.0.1")),
    fires("record-stale", "gone", |f| put(f, "gone", "10.0.0.77")),
    clean("record-stale", |f| {
        put(f, "gone", "10.0.0.77");
        nb(f).dns[0].external_ids.insert("qdns-static-gone".into(), "true".into());
    }),
    clean("record-stale", |f| put(f, "router-1", "10.0.0.1")),
    fires("record-stale", "vip", |f| {
        put(f, "vip", "10.0.0.80");
        nb(f)
            .load_balancers
            .push(LoadBalancer { vips: map(&[("10.0.0.80:53", "10.0.0.10:53")]), ..Default::default() });
    }),
    fires("record-moved", "web", |f| {
        nb(f).ports[0].addresses = vec!["0a:00:00:00:00:10 10.0.0.50".into()];
    }),
    fires("address-shared", "10.0.0.10", |f| put(f, "alias", "10.0.0.10")),
    fires("ipv4-only", "net1", |f| {
        put(f, "four", "10.0.0.10");
    }),
    fires("dhcp-missing", "net1", |f| nb(f).ports[0].dhcpv4_options = None),
    clean("dhcp-missing", |f| {
        nb(f).switches[0].dns_records.clear();
        for port in &mut nb(f).ports {
            port.dhcpv4_options = None;
        }
    }),
    fires("dhcp-incomplete", "00000000-0000-0000-0000-000000000015", |f| {
        nb(f).dhcp_options[0].options.remove("lease_time");
    }),
    fires("dhcp-incomplete", "web", |f| {
        nb(f).ports[0].addresses = vec!["0a:00:00:00:00:10 10.1.0.10".into()];
    }),
    fires("dhcp-option-syntax", "dns_server", |f| option(f, "dns_server", "8.8.8.8,8.8.4.4")),
    fires("dhcp-option-syntax", "domain_name", |f| option(f, "domain_name", "internal")),
    fires("dhcp-option-syntax", "ttl", |f| option(f, "ttl", "60")),
    clean("dhcp-option-syntax", |f| {
        option(f, "novel", "60");
        sb(f).dhcp_options.insert("novel".into(), "uint8".into());
    }),
    fires("dhcp-no-dns-server", "00000000-0000-0000-0000-000000000015", |f| {
        nb(f).dhcp_options[0].options.remove("dns_server");
    }),
    fires("balancer-without-backends", "qdns-net1-udp", |f| {
        forwarding(f);
        nb(f).load_balancers[0].vips.insert("10.0.0.1:53".into(), String::new());
    }),
    clean("balancer-without-backends", forwarding),
    fires("balancer-not-attached", "qdns-net1-udp", |f| {
        forwarding(f);
        nb(f).routers[0].load_balancers.clear();
    }),
    clean("balancer-not-attached", forwarding),
    fires("balancer-misplaced", "qdns-net1-udp", |f| {
        forwarding(f);
        nb(f).routers[0].options.clear();
    }),
    clean("balancer-misplaced", forwarding),
    clean("balancer-misplaced", |f| {
        forwarding(f);
        nb(f).load_balancers[0].external_ids.clear();
        nb(f).routers[0].options.clear();
    }),
    clean("dns-server-answers-nothing", |f| {
        forwarding(f);
        option(f, "dns_server", "10.0.0.1");
    }),
    fires("dns-server-answers-nothing", "10.0.0.1", |f| option(f, "dns_server", "10.0.0.1")),
    clean("dns-server-answers-nothing", |f| {
        option(f, "dns_server", "10.0.0.1");
        nb(f).routers[0].load_balancers.push(uuid(41));
        nb(f).load_balancers.push(LoadBalancer {
            uuid: uuid(41),
            protocol: "udp".into(),
            vips: map(&[("10.0.0.1:53", "192.0.2.1:53")]),
            ..LoadBalancer::default()
        });
    }),
    fires("dns-server-unroutable", "10.0.0.200", |f| option(f, "dns_server", "10.0.0.200")),
    fires("dns-server-unroutable", "192.0.2.1", |f| {
        nb(f).dhcp_options[0].options.remove("router");
        option(f, "dns_server", "192.0.2.1");
    }),
    clean("dns-server-unroutable", |f| option(f, "dns_server", "10.0.0.11")),
    fires("search-domain-missing", "net1", |f| {
        nb(f).dhcp_options[0].options.retain(|key, _| !key.starts_with("domain"));
    }),
    clean("search-domain-missing", |f| option(f, "domain_name", "\"other.org\"")),
    fires("acl-drops-dns", "00000000-0000-0000-0000-00000000003d", |f| {
        f.traces = Ok(vec![DroppedQuery {
            switch: "net1".into(),
            port: "web".into(),
            acl: Some(uuid(61)),
            step: "drop;".into(),
        }]);
    }),
    fires("edns-ignored", "EDNS", |f| f.chassis.as_mut().unwrap().version = "23.03.1".into()),
    fires("forwarder-nxdomain-aaaa", "192.0.2.1", |f| f.probes = Ok(probes())),
    fires("forwarder-no-answer", "192.0.2.3", |f| f.probes = Ok(probes())),
];
