//! `qdns lookup` of a port's guest: what it is asked for, who answers, and what its resolver library gets.

use anyhow::Result;

use crate::lookup_agrees::{DIG, PORT, asking, lease, network};
use crate::support::lab::{Lab, Nb, Ran};
use crate::support::{Run, command, qdns, run, snapshot};

/// `net1` with a router and the port `p1`, which leases these options; the zone has `web` and `db.internal`.
fn net_with_lease(options: &[&str]) -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "lsp-add", "net1", "p1"]);
    nb.nbctl(&["lr-add", "lr0", "--", "lrp-add", "lr0", "lrp1", "0a:00:00:00:00:01", "10.0.0.1/24"]);
    nb.nbctl(&["lsp-add", "net1", "lr", "--", "lsp-set-type", "lr", "router"]);
    nb.nbctl(&["lsp-set-options", "lr", "router-port=lrp1"]);
    let row = nb.nbctl(&[
        "create",
        "DNS",
        "external_ids:switch=net1",
        "records:web=\"10.0.0.10 fd00::10\"",
        "records:db.internal=\"10.0.0.11 fd00::11\"",
    ]);
    nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", row.trim()]);
    let row = nb.nbctl(
        &[&["create", "DHCP_Options", "cidr=10.0.0.0/24", "options:router=10.0.0.1"], options].concat(),
    );
    nb.nbctl(&["lsp-set-dhcpv4-options", "p1", row.trim()]);
    Ok(nb)
}

/// The verdict on all queries for a name together.
fn verdict(nb: &Nb, name: &str) -> String {
    let lookup = nb.qdns(&format!("lookup {name} --from p1 --type A -o json")).json();
    lookup["lookups"][0]["verdict"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn an_answer_decides_where_the_resolver_is_the_router() -> Result<()> {
    let nb = net_with_lease(&["options:dns_server=10.0.0.1", "options:domain_name=\"\\\"internal\\\"\""])?;
    snapshot!(nb.qdns("lookup web --from p1 --type A"), @"
    web from p1 on net1: perhaps 10.0.0.10 fd00::10 for glibc; nothing for musl, systemd-resolved
      A web.internal: no answer: OVN has nothing, and nothing listens at 10.0.0.1
      A web: 10.0.0.10, TTL 3600, from OVN
      glibc: 10.0.0.10 fd00::10, but late, for A web.internal gets no answer; nothing if that query is rejected
      musl: web.internal: no answer: OVN has nothing, and nothing listens at 10.0.0.1
      systemd-resolved: web.internal: no answer: OVN has nothing, and nothing listens at 10.0.0.1
    ");
    assert_eq!(verdict(&nb, "web"), "answered");
    Ok(())
}

#[test]
fn an_answer_decides_wherever_its_domain_is_in_the_search_list() -> Result<()> {
    let nb = net_with_lease(&[
        "options:dns_server=8.8.8.8",
        "options:domain_search_list=\"\\\"other.internal,internal\\\"\"",
    ])?;
    snapshot!(nb.qdns("lookup db --from p1 --type A"), @"
    db from p1 on net1: 10.0.0.11 fd00::11 for glibc, musl; perhaps 10.0.0.11 fd00::11 for systemd-resolved
      A db.other.internal: not in OVN; passed on to the guest's resolvers: 8.8.8.8
      A db.internal: 10.0.0.11, TTL 3600, from OVN
      A db: not in OVN; passed on to the guest's resolvers: 8.8.8.8
      glibc: 10.0.0.11 fd00::11, if the resolver says NXDOMAIN to A db.other.internal, which it asks for first
      musl: 10.0.0.11 fd00::11, if the resolver says NXDOMAIN to A db.other.internal, which it asks for first
      systemd-resolved: 10.0.0.11 fd00::11, if OVN (of unknown release) answers queries with EDNS. Old releases pass them on, and systemd-resolved repeats a query without EDNS only after NXDOMAIN, or late, after no answer
      not seen: what the resolver answers to queries that OVN passes on
    ");
    assert_eq!(verdict(&nb, "db"), "answered");
    Ok(())
}

#[test]
fn an_answer_to_the_typed_name_decides() -> Result<()> {
    let nb = net_with_lease(&["options:dns_server=8.8.8.8", "options:domain_name=\"\\\"corp\\\"\""])?;
    snapshot!(nb.qdns("lookup web --from p1 --type A"), @"
    web from p1 on net1: 10.0.0.10 fd00::10 for glibc, musl; nothing for systemd-resolved
      A web.corp: not in OVN; passed on to the guest's resolvers: 8.8.8.8
      A web: 10.0.0.10, TTL 3600, from OVN
      glibc: 10.0.0.10 fd00::10, if the resolver says NXDOMAIN to A web.corp, which it asks for first
      musl: 10.0.0.10 fd00::10, if the resolver says NXDOMAIN to A web.corp, which it asks for first
      systemd-resolved: web.corp: not in OVN; passed on to the guest's resolvers: 8.8.8.8
      not seen: what the resolver answers to queries that OVN passes on
    ");
    assert_eq!(verdict(&nb, "web"), "answered");
    Ok(())
}

#[test]
fn a_guest_without_a_resolver_asks_no_one() -> Result<()> {
    let nb = net_with_lease(&["options:domain_name=\"\\\"internal\\\"\""])?;
    snapshot!(nb.qdns("lookup db --from p1"), @"
    db from p1 on net1: no answer: the guest gets no resolver, for the port's DHCP options have no dns_server
    ----- exit 4 -----
    ");
    Ok(())
}

#[test]
fn a_router_that_does_not_forward_leaves_other_names_without_an_answer() -> Result<()> {
    let nb = net_with_lease(&["options:dns_server=10.0.0.1"])?;
    snapshot!(nb.qdns("lookup x.test --from p1 --type A"), @"
    x.test from p1 on net1: no answer: OVN has nothing, and nothing listens at 10.0.0.1
    ----- exit 4 -----
    ");
    assert_eq!(verdict(&nb, "x.test"), "none");
    Ok(())
}

#[test]
fn as_json_each_query_has_its_verdict() -> Result<()> {
    let nb = net_with_lease(&["options:dns_server=10.0.0.1", "options:domain_name=\"\\\"internal\\\"\""])?;
    snapshot!(nb.qdns("lookup web --from p1 --type A -o json"), @r#"{"lookups":[{"name":"web","from":"p1","ports":["p1"],"switch":"net1","verdict":"answered","queries":[{"name":"web.internal","type":"A","verdict":"none","answers":[],"ttl":null,"on":null,"rows":[],"message":"no answer: OVN has nothing, and nothing listens at 10.0.0.1"},{"name":"web","type":"A","verdict":"answered","answers":["10.0.0.10"],"ttl":3600,"on":null,"rows":[{"uuid":"[UUID]","owner":"qdns","value":"10.0.0.10 fd00::10","answers":["10.0.0.10"]}],"message":"10.0.0.10, TTL 3600, from OVN"}],"resolvers":["10.0.0.1"],"search":["internal"],"paths":[{"resolver":"10.0.0.1","learned_by":"dhcpv4","reaches_responder":true,"stopped_by":null,"stopped_beyond":null,"trace":null}],"acl":null,"guests":[{"client":"glibc","asks":["web.internal","web"],"addresses":["10.0.0.10","fd00::10"],"reads":null,"message":"10.0.0.10 fd00::10, but late, for A web.internal gets no answer; nothing if that query is rejected"},{"client":"musl","asks":["web.internal"],"addresses":[],"reads":null,"message":"web.internal: no answer: OVN has nothing, and nothing listens at 10.0.0.1"},{"client":"systemd-resolved","asks":["web.internal"],"addresses":[],"reads":null,"message":"web.internal: no answer: OVN has nothing, and nothing listens at 10.0.0.1"}],"unseen":[]}]}"#);
    Ok(())
}

/// `net_with_lease` with the guests `p2`, which is disabled, and `p3`, which leases what `p1` does; and `net2` without
/// guests.
fn nets_with_guests() -> Result<Nb> {
    let nb = net_with_lease(&["options:dns_server=8.8.8.8", "options:domain_name=\"\\\"internal\\\"\""])?;
    let row = nb.nbctl(&["get", "Logical_Switch_Port", "p1", "dhcpv4_options"]);
    for port in ["p2", "p3"] {
        nb.nbctl(&["lsp-add", "net1", port, "--", "lsp-set-dhcpv4-options", port, row.trim()]);
    }
    nb.nbctl(&["lsp-set-enabled", "p2", "disabled", "--", "ls-add", "net2"]);
    Ok(nb)
}

#[test]
fn the_guests_of_a_switch_have_one_answer_and_those_that_differ_are_named() -> Result<()> {
    let nb = nets_with_guests()?;
    snapshot!(nb.qdns("lookup db --from net1"), @"
    db from 2 guests of net1 (p1, p3): 10.0.0.11 fd00::11 for glibc, musl; perhaps 10.0.0.11 fd00::11 for systemd-resolved
      A db.internal: 10.0.0.11, TTL 3600, from OVN
      AAAA db.internal: fd00::11, TTL 3600, from OVN
      A db: not in OVN; passed on to the guest's resolvers: 8.8.8.8
      AAAA db: not in OVN; passed on to the guest's resolvers: 8.8.8.8
      glibc: 10.0.0.11 fd00::11
      musl: 10.0.0.11 fd00::11
      systemd-resolved: 10.0.0.11 fd00::11, if OVN (of unknown release) answers queries with EDNS. Old releases pass them on, and systemd-resolved repeats a query without EDNS only after NXDOMAIN, or late, after no answer
      not seen: what the resolver answers to queries that OVN passes on
    db from p2 on net1: no answer: the port is disabled
      query to 8.8.8.8: the port is disabled
    ----- exit 4 -----
    ");
    Ok(())
}

#[test]
fn without_a_guest_those_of_the_zone_that_has_the_name_are_asked() -> Result<()> {
    let nb = nets_with_guests()?;
    nb.nbctl(&["lsp-set-enabled", "p2", "enabled"]);
    snapshot!(nb.qdns("lookup db"), @"
    db from all 3 guests of net1: 10.0.0.11 fd00::11 for glibc, musl; perhaps 10.0.0.11 fd00::11 for systemd-resolved
      A db.internal: 10.0.0.11, TTL 3600, from OVN
      AAAA db.internal: fd00::11, TTL 3600, from OVN
      A db: not in OVN; passed on to the guest's resolvers: 8.8.8.8
      AAAA db: not in OVN; passed on to the guest's resolvers: 8.8.8.8
      glibc: 10.0.0.11 fd00::11
      musl: 10.0.0.11 fd00::11
      systemd-resolved: 10.0.0.11 fd00::11, if OVN (of unknown release) answers queries with EDNS. Old releases pass them on, and systemd-resolved repeats a query without EDNS only after NXDOMAIN, or late, after no answer
      not seen: what the resolver answers to queries that OVN passes on
    ");
    snapshot!(nb.qdns("lookup db --type A -o plain"), @"
    db.internal	A	answered	10.0.0.11	qdns	net1	p1 p2 p3
    db	A	passed-on			net1	p1 p2 p3
    ");
    Ok(())
}

#[test]
fn a_name_that_no_zone_has_needs_a_guest() -> Result<()> {
    let nb = nets_with_guests()?;
    snapshot!(nb.qdns("lookup x.test"), @r#"
    ----- stderr -----
    error: no switch has a record of "x.test"
       hint: name a guest or a switch that asks: --from PORT|SWITCH
    ----- exit 1 -----
    "#);
    snapshot!(nb.qdns("lookup db --from net2"), @"
    ----- stderr -----
    error: switch net2 has no guests to ask from
    ----- exit 1 -----
    ");
    snapshot!(nb.qdns("lookup db --from net3"), @r#"
    ----- stderr -----
    error: there is no logical switch port "net3"
       hint: ovn-nbctl show lists the ports of each switch
       hint: --from also takes a switch; ovn-nbctl ls-list lists them
    ----- exit 1 -----
    "#);
    Ok(())
}

#[test]
fn a_switch_on_the_way_to_the_resolver_answers() -> Result<()> {
    let nb = net_with_lease(&["options:dns_server=10.0.2.53"])?;
    nb.nbctl(&["lrp-add", "lr0", "lrp2", "0a:00:00:00:00:02", "10.0.2.1/24", "--", "ls-add", "net2"]);
    nb.nbctl(&["lsp-add", "net2", "lr2", "--", "lsp-set-type", "lr2", "router"]);
    nb.nbctl(&["lsp-set-options", "lr2", "router-port=lrp2"]);
    let row = nb.nbctl(&["create", "DNS", "external_ids:switch=net2", "records:far.internal=10.0.2.10"]);
    nb.nbctl(&["add", "Logical_Switch", "net2", "dns_records", row.trim()]);
    snapshot!(nb.qdns("lookup far.internal --from p1 --type A"), @"
    far.internal from p1 on net1: 10.0.2.10 for glibc; perhaps 10.0.2.10 for musl, systemd-resolved
      A far.internal: 10.0.2.10, TTL 3600, from OVN on net2, through which the query goes
      glibc: 10.0.2.10; after 15 s if no resolver answers AAAA far.internal
      musl: 10.0.2.10; nothing if a resolver answers the AAAA query with NXDOMAIN or REFUSED, or not at all
      systemd-resolved: 10.0.2.10, if OVN (of unknown release) answers queries with EDNS. Old releases pass them on, and systemd-resolved repeats a query without EDNS only after NXDOMAIN, or late, after no answer
    ");
    Ok(())
}

#[test]
fn a_guest_learns_its_resolver_by_router_advertisements() -> Result<()> {
    let nb = net_with_lease(&[])?;
    nb.nbctl(&["clear", "Logical_Switch_Port", "p1", "dhcpv4_options"]);
    nb.nbctl(&["set", "Logical_Router_Port", "lrp1", "networks=\"10.0.0.1/24\",\"fd00::1/64\""]);
    for config in ["address_mode=slaac", "rdnss=\"fd09::9\"", "dnssl=internal"] {
        nb.nbctl(&["set", "Logical_Router_Port", "lrp1", &format!("ipv6_ra_configs:{config}")]);
    }
    snapshot!(nb.qdns("lookup db --from p1 --type A -v").stdout, @"
    db from p1 on net1: 10.0.0.11 fd00::11 for glibc, musl; perhaps 10.0.0.11 fd00::11 for systemd-resolved
      query to fd09::9 (by router-advertisement): reaches the responder
      A db.internal: 10.0.0.11, TTL 3600, from OVN
          row [UUID] (qdns): 10.0.0.11 fd00::11
      A db: not in OVN; passed on to the guest's resolvers: fd09::9
      glibc: 10.0.0.11 fd00::11
      musl: 10.0.0.11 fd00::11
      systemd-resolved: 10.0.0.11 fd00::11, if OVN (of unknown release) answers queries with EDNS. Old releases pass them on, and systemd-resolved repeats a query without EDNS only after NXDOMAIN, or late, after no answer
      not seen: what the resolver answers to queries that OVN passes on
    ");
    snapshot!(nb.qdns("lookup x.test --from p1 --type A"), @"
    x.test from p1 on net1: not in OVN; passed on to the guest's resolvers: fd09::9
      not seen: what the resolver answers to queries that OVN passes on
    ");
    Ok(())
}

#[test]
fn what_a_guest_learns_by_a_relay_is_not_seen() -> Result<()> {
    let nb = net_with_lease(&[])?;
    nb.nbctl(&["clear", "Logical_Switch_Port", "p1", "dhcpv4_options"]);
    nb.nbctl(&["set", "Logical_Switch", "net1", "other_config:dhcp_relay_port=lr"]);
    snapshot!(nb.qdns("lookup db --from p1 --type A"), @"
    db from p1 on net1: not in OVN; passed on to the guest's resolver
      systemd-resolved: asks for a single label only with a search domain, and it is not known which the guest has
      not seen: the resolver and search domain that the guest gets by DHCP: lr relays it to another server
    ");
    Ok(())
}

#[test]
fn a_long_answer_is_read_in_part_or_lost() -> Result<()> {
    let nb = net_with_lease(&["options:dns_server=8.8.8.8"])?;
    let row = nb.nbctl(&["get", "Logical_Switch", "net1", "dns_records"]);
    for count in [20, 60] {
        let value: String = (1..=count).map(|n| format!("10.0.1.{n} ")).collect();
        let record = format!("records:n{count}.internal=\"{}fd00::1\"", value);
        nb.nbctl(&["set", "DNS", row.trim().trim_matches(['[', ']']), &record]);
    }
    snapshot!(nb.qdns("lookup n20.internal --from p1 --type AAAA"), @"
    n20.internal from p1 on net1: 10.0.1.1 10.0.1.2 10.0.1.3 and 18 more for glibc; 18 of 21 addresses for musl; perhaps 10.0.1.1 10.0.1.2 10.0.1.3 and 18 more for systemd-resolved
      AAAA n20.internal: fd00::1, TTL 3600, from OVN
      glibc: 10.0.1.1 10.0.1.2 10.0.1.3 and 18 more
      musl: 10.0.1.1 10.0.1.2 10.0.1.3 and 18 more, of which musl before 1.2.4 reads the first 18 of the answer, and a later one 21
      systemd-resolved: 10.0.1.1 10.0.1.2 10.0.1.3 and 18 more, if OVN (of unknown release) answers queries with EDNS. Old releases pass them on, and systemd-resolved repeats a query without EDNS only after NXDOMAIN, or late, after no answer
    ");
    snapshot!(nb.qdns("lookup n60.internal --from p1 --type A"), @"
    n60.internal from p1 on net1: no answer: OVN's has 1710 octets, and a packet holds 1472
      systemd-resolved: fd00::1, if OVN (of unknown release) answers queries with EDNS. Old releases pass them on, and systemd-resolved repeats a query without EDNS only after NXDOMAIN, or late, after no answer
    ----- exit 4 -----
    ");
    Ok(())
}

#[test]
fn sentences_are_wrapped_on_a_narrow_terminal_and_commands_are_not() -> Result<()> {
    let nb = nets_with_guests()?;
    nb.nbctl(&["lsp-add", "net2", "q1"]);
    let on = |columns, words: &[&str]| {
        run(command(&nb.remote()).args(["lookup", "--type", "A"]).args(words).env("COLUMNS", columns))
    };
    snapshot!(on("80", &["db", "--from", "net1"]), @"
    db from 2 guests of net1 (p1, p3): 10.0.0.11 fd00::11 for glibc, musl; perhaps
        10.0.0.11 fd00::11 for systemd-resolved
      A db.internal: 10.0.0.11, TTL 3600, from OVN
      A db: not in OVN; passed on to the guest's resolvers: 8.8.8.8
      glibc: 10.0.0.11 fd00::11
      musl: 10.0.0.11 fd00::11
      systemd-resolved: 10.0.0.11 fd00::11, if OVN (of unknown release) answers
          queries with EDNS. Old releases pass them on, and systemd-resolved repeats
          a query without EDNS only after NXDOMAIN, or late, after no answer
      not seen: what the resolver answers to queries that OVN passes on
    db from p2 on net1: no answer: the port is disabled
      query to 8.8.8.8: the port is disabled
    ----- exit 4 -----
    ");
    snapshot!(on("40", &["db", "--from", "net1"]), @"
    db from 2 guests of net1 (p1, p3):
        10.0.0.11 fd00::11 for glibc, musl;
        perhaps 10.0.0.11 fd00::11 for
        systemd-resolved
      A db.internal: 10.0.0.11, TTL 3600,
          from OVN
      A db: not in OVN; passed on to the
          guest's resolvers: 8.8.8.8
      glibc: 10.0.0.11 fd00::11
      musl: 10.0.0.11 fd00::11
      systemd-resolved: 10.0.0.11 fd00::11,
          if OVN (of unknown release)
          answers queries with EDNS. Old
          releases pass them on, and
          systemd-resolved repeats a query
          without EDNS only after NXDOMAIN,
          or late, after no answer
      not seen: what the resolver answers to
          queries that OVN passes on
    db from p2 on net1: no answer: the port
        is disabled
      query to 8.8.8.8: the port is disabled
    ----- exit 4 -----
    ");
    snapshot!(on("40", &["db.internal", "--from", "q1"]), @"
    db.internal from q1 on net2: not in OVN;
        passed on to the guest's resolver
      net1 has db.internal; to answer it here too: qdns zone share net1 --with net2
      not seen: the guest's resolver and
          search domain: the port has no
          DHCP options
    ");
    Ok(())
}

#[test]
fn any_is_answered_by_udp_only() -> Result<()> {
    let nb = net_with_lease(&["options:dns_server=8.8.8.8"])?;
    snapshot!(nb.qdns("lookup web --from p1 --type ANY"), @"
    web from p1 on net1: 10.0.0.10 fd00::10 for glibc, musl; nothing for systemd-resolved
      ANY web: 10.0.0.10 fd00::10, TTL 3600, from OVN, over UDP only; dig sends ANY over TCP, which OVN passes on (+notcp: over UDP)
      glibc: 10.0.0.10 fd00::10
      musl: 10.0.0.10 fd00::10
      systemd-resolved: asks no DNS: a single label is never sent without a search domain
    ");
    Ok(())
}

/// What `qdns lookup` shows of a name, from a port, with both databases; without the lines that differ
/// between releases of OVN.
fn lookup(lab: &Lab, name: &str, port: &str) -> Run {
    let mut run = run(asking(lab).args(["lookup", name, "--from", port]));
    let differs = |line: &&str| ["trace:", "systemd-resolved:"].iter().any(|word| line.contains(word));
    run.stdout = run.stdout.lines().filter(|line| !differs(line)).map(|line| format!("{line}\n")).collect();
    run
}

#[test]
fn an_acl_that_drops_the_query_is_named() -> Result<()> {
    let lab = Lab::start()?;
    lab.gateway_router();
    lab.net("net1", "10.0.0.0/24");
    let guest = lab.static_guest("net1", "asker", "10.0.0.99/24", "8.8.8.8")?;
    qdns(&lab.nb_remote(), &["record", "add", "net1", "web", "10.0.0.10"]).ok();
    lab.hv_sync();
    assert_eq!(guest.dig(&["web.internal"]), ["10.0.0.10"]);
    lab.nbctl(&["acl-add", "net1", "from-lport", "1000", "udp.dst == 53", "drop"]);
    lab.hv_sync();
    assert_eq!(guest.dig(&["web.internal"]), [""; 0]);
    snapshot!(lookup(&lab, "web.internal", "net1-asker-port"), @"
    web.internal from net1-asker-port on net1: no answer: the ACL udp.dst == 53 drops it
      query to any resolver: the ACL udp.dst == 53 drops it
      not seen: the guest's resolver and search domain: the port has no DHCP options
    ----- exit 4 -----
    ");
    // Without the southbound database, ACLs are not seen.
    let nb_alone =
        qdns(&lab.nb_remote(), &["-o", "json", "lookup", "web.internal", "--from", "net1-asker-port"]);
    snapshot!(nb_alone.json()["lookups"][0]["unseen"], @r#"["whether an ACL drops the query: the southbound database is unknown: only the northbound one is named","the guest's resolver and search domain: the port has no DHCP options"]"#);
    Ok(())
}

#[test]
fn a_router_answers_what_ovn_knows_and_nothing_else_unless_it_forwards() -> Result<()> {
    let lab = Lab::start()?;
    let (guest, _upstreams) = network(&lab)?;
    qdns(&lab.nb_remote(), &["record", "add", "net1", "web", "10.0.0.10"]).ok();
    lease(&lab, "10.0.0.1");
    lab.hv_sync();
    let ask = |name: &str| guest.sh(&format!("{DIG} +time=3 +noedns @10.0.0.1 {name} A")).out();
    // What systemd-resolved gets depends on the release.
    let shown = lookup(&lab, "web.internal", PORT).stdout;
    assert!(shown.starts_with("web.internal from asker on net1: 10.0.0.10 for glibc"), "{shown}");
    let others = shown.lines().filter(|line| !line.contains("systemd-resolved"));
    snapshot!(others.collect::<Vec<_>>().join("\n"), @"
      query to 10.0.0.1: reaches the responder; where OVN has no answer, router lr0 drops it
      A web.internal: 10.0.0.10, TTL 3600, from OVN
      AAAA web.internal: no answer: OVN has nothing, and nothing listens at 10.0.0.1
      glibc: 10.0.0.10, after 15 s without an answer to AAAA web.internal
      musl: nothing: it fails without an answer to AAAA web.internal
    ");
    assert!(ask("web.internal").contains("10.0.0.10"));
    snapshot!(lookup(&lab, "x.test", PORT), @"
    x.test from asker on net1: no answer: OVN has nothing, and nothing listens at 10.0.0.1
      query to 10.0.0.1: reaches the responder; where OVN has no answer, router lr0 drops it
    ----- exit 4 -----
    ");
    assert!(!ask("x.test").contains("HEADER"));
    lab.nbctl(&["lb-add", "dns", "10.0.0.1:53", "8.8.8.8:53", "udp", "--", "lr-lb-add", "lr0", "dns"]);
    lab.hv_sync();
    snapshot!(lookup(&lab, "x.test", PORT), @"
    x.test from asker on net1: not in OVN; passed on to the guest's resolvers: 10.0.0.1
      not seen: what the resolver answers to queries that OVN passes on
    ");
    assert!(ask("x.test").contains("NXDOMAIN"));
    Ok(())
}
