//! `qdns status`: one line a switch, of all switches or of some.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::foreign::load;
use crate::support::lab::Nb;
use crate::support::{command, run, snapshot};

/// A switch with one guest that leases these options.
fn leasing(nb: &Nb, switch: &str, number: u8, options: &[&str]) {
    let (port, address) = (format!("{switch}-p"), format!("0a:00:00:00:00:0{number} 10.0.{number}.10"));
    nb.nbctl(&["ls-add", switch, "--", "lsp-add", switch, &port, "--", "lsp-set-addresses", &port, &address]);
    let cidr = format!("cidr=10.0.{number}.0/24");
    let row = nb.nbctl(&[&["create", "DHCP_Options", &cidr], options].concat());
    nb.nbctl(&["lsp-set-dhcpv4-options", &port, row.trim()]);
}

/// Switches of every kind: with a zone, one that shares it, one with a router that forwards, one without anything, one
/// whose DHCP and zone disagree, one with two zones, one that was deleted, one of another program.
fn nets() -> Result<Nb> {
    let nb = Nb::start()?;
    let lease = ["options:lease_time=3600"];
    for (number, switch) in (1..).zip(["net1", "net2", "net3", "net4"]) {
        leasing(&nb, switch, number, &lease);
    }
    nb.nbctl(&["ls-add", "bare", "--", "ls-add", "gone", "--", "ls-add", "twice"]);
    for line in [
        "record add net1 web 10.0.1.10",
        "forwarders set net1 8.8.8.8 8.8.4.4",
        "zone share net1 --with net2",
        "record add net3 api 10.0.3.10",
        "zone create net4 --domain prod.internal",
        "record add net4 db 10.0.4.10",
        "record add gone old 10.0.9.9",
    ] {
        nb.qdns(line).ok();
    }
    let search = "options:domain_name=\"\\\"other.internal\\\"\"";
    nb.nbctl(&["set", "DHCP_Options", &dhcp_row(&nb, "10.0.4.0/24"), search, "options:dns_server=9.9.9.9"]);
    nb.nbctl(&["ls-del", "gone"]);
    for _ in 0..2 {
        let row = nb.nbctl(&["create", "DNS", "external_ids:switch=twice", "records:a=10.0.0.1"]);
        nb.nbctl(&["add", "Logical_Switch", "twice", "dns_records", row.trim()]);
    }
    let row = nb.nbctl(&["create", "DNS", "external_ids:incus_switch=bare", "records:c1.incus=10.0.0.84"]);
    nb.nbctl(&["add", "Logical_Switch", "bare", "dns_records", row.trim()]);
    Ok(nb)
}

fn dhcp_row(nb: &Nb, cidr: &str) -> String {
    nb.nbctl(&["--bare", "--columns=_uuid", "find", "DHCP_Options", &format!("cidr=\"{cidr}\"")])
        .trim()
        .to_owned()
}

#[test]
fn each_switch_is_one_line() -> Result<()> {
    let nb = nets()?;
    snapshot!(nb.session(&["status", "status -o plain", "status net4 net1 gone", "status net9"]), @r#"
    $ qdns status
    SWITCH  DOMAIN         HOSTS  NAMES      FORWARDERS        SHARING                            FINDINGS
    bare    no zone        0      incus (1)  no DHCP           -                                  -
    net1    internal       1      qdns       8.8.8.8, 8.8.4.4  with net2                          -
    net2    no zone        0      qdns       none              names of net1                      dhcp-no-dns-server
    net3    internal       1      qdns       none              -                                  dhcp-no-dns-server, search-domain-missing
    net4    prod.internal  1      qdns       9.9.9.9           -                                  search-domain-missing
    twice   several zones  0      qdns       no DHCP           -                                  zone-duplicate
    gone    internal       1      none       no DHCP           left over: the switch was deleted  zone-orphaned

    What is wrong, and what repairs it: qdns doctor net2 net3 net4 twice
    $ qdns status -o plain
    bare		0	incus				
    net1	internal	1	qdns	8.8.8.8 8.8.4.4	net2		
    net2		0	qdns			net1	dhcp-no-dns-server
    net3	internal	1	qdns				dhcp-no-dns-server search-domain-missing
    net4	prod.internal	1	qdns	9.9.9.9			search-domain-missing
    twice		0	qdns				zone-duplicate
    gone	internal	1					zone-orphaned
    $ qdns status net4 net1 gone
    SWITCH  DOMAIN         HOSTS  NAMES  FORWARDERS        SHARING                            FINDINGS
    net1    internal       1      qdns   8.8.8.8, 8.8.4.4  with net2                          -
    net4    prod.internal  1      qdns   9.9.9.9           -                                  search-domain-missing
    gone    internal       1      none   no DHCP           left over: the switch was deleted  zone-orphaned

    What is wrong, and what repairs it: qdns doctor net4
    $ qdns status net9
    ----- stderr -----
    error: there is no logical switch "net9"
       hint: did you mean `net1`?
    ----- exit 1 -----
    "#);
    snapshot!(nb.qdns("status net4 net1 gone -o json"), @r#"{"switches":[{"switch":"net1","owner":null,"domain":"internal","hosts":1,"names":[{"owner":"qdns","names":2}],"dhcp_ports":1,"forwarders":["8.8.8.8","8.8.4.4"],"search":["internal"],"shared_with":["net2"],"shares":[],"findings":[]},{"switch":"net4","owner":null,"domain":"prod.internal","hosts":1,"names":[{"owner":"qdns","names":2}],"dhcp_ports":1,"forwarders":["9.9.9.9"],"search":["other.internal"],"shared_with":[],"shares":[],"findings":[{"code":"search-domain-missing","severity":"warning","message":"guests of net4 do not get prod.internal by DHCP: short names do not resolve in systemd-resolved guests"}]},{"switch":"gone","owner":null,"left_over":true,"domain":"internal","hosts":1,"names":[],"dhcp_ports":0,"forwarders":[],"search":[],"shared_with":[],"shares":[],"findings":[{"code":"zone-orphaned","severity":"error","message":"the zone of gone is left over: there is no such switch"}]}]}"#);
    Ok(())
}

#[test]
fn a_vip_is_shown_with_what_it_forwards_to() -> Result<()> {
    let nb = Nb::start()?;
    leasing(&nb, "net1", 1, &["options:lease_time=3600"]);
    nb.nbctl(&["lr-add", "lr0", "--", "set", "Logical_Router", "lr0", "options:chassis=hv1"]);
    nb.nbctl(&["lrp-add", "lr0", "lrp1", "0a:00:00:00:00:01", "10.0.1.1/24"]);
    nb.nbctl(&["lsp-add", "net1", "lr", "--", "lsp-set-type", "lr", "router"]);
    nb.nbctl(&["lsp-set-options", "lr", "router-port=lrp1"]);
    nb.qdns("record add net1 web 10.0.1.10").ok();
    nb.qdns("forwarders set net1 8.8.8.8 --via auto").ok();
    snapshot!(nb.session(&["status", "status net1"]), @"
    $ qdns status
    SWITCH  DOMAIN    HOSTS  NAMES  FORWARDERS           SHARING  FINDINGS
    net1    internal  1      qdns   10.0.1.1 to 8.8.8.8  -        -
    $ qdns status net1
    SWITCH  DOMAIN    HOSTS  NAMES  FORWARDERS           SHARING  FINDINGS
    net1    internal  1      qdns   10.0.1.1 to 8.8.8.8  -        -
    ");
    Ok(())
}

#[test]
fn without_a_switch_there_is_no_table() -> Result<()> {
    snapshot!(Nb::start()?.session(&["status", "status -o plain", "status -o json"]), @r#"
    $ qdns status
    No switches.
    $ qdns status -o plain
    $ qdns status -o json
    {"switches":[]}
    "#);
    Ok(())
}

#[test]
fn networks_of_neutron_are_shown_with_both_names() -> Result<()> {
    let nb = load(include_str!("fixtures/neutron.json"))?;
    nb.qdns("record add app-net api 10.20.0.77").ok();
    snapshot!(nb.session(&["status", "status public"]), @"
    $ qdns status
    SWITCH                                                    DOMAIN       HOSTS  NAMES               FORWARDERS                                           SHARING  FINDINGS
    neutron-[UUID] (plain-net)  no zone      0      none                198.51.100.53                                        -        -
    neutron-[UUID] (slaac-net)  no zone      0      neutron (2)         192.0.2.53                                           -        -
    neutron-[UUID] (public)     no zone      0      none                no DHCP                                              -        -
    neutron-[UUID] (app-net)    example.org  1      qdns, neutron (21)  198.51.100.53, 198.51.100.54, 9.9.9.9, 2001:db8::54  -        -
    $ qdns status public
    SWITCH                                                 DOMAIN   HOSTS  NAMES  FORWARDERS  SHARING  FINDINGS
    neutron-[UUID] (public)  no zone  0      none   no DHCP     -        -
    ");
    Ok(())
}

/// One switch, named, is the same as among all, whichever client reads.
#[test]
fn a_named_switch_is_shown_as_among_all() -> Result<()> {
    let nb = nets()?;
    let all = nb.qdns("status -o json").json();
    let daemon = nb.daemon()?;
    let switches = all["switches"].as_array().context("switches")?;
    assert_eq!(switches.len(), 7);
    for switch in switches {
        let name = switch["switch"].as_str().context("a name")?;
        let mut by_daemon = command(&nb.remote());
        by_daemon.env("OVN_NB_DAEMON", daemon.socket()).args(["status", name, "-o", "json"]);
        for run in [
            nb.qdns(&format!("status {name} -o json")),
            nb.qdns(&format!("status {name} -o json --client ovn-nbctl")),
            run(&mut by_daemon),
        ] {
            assert_eq!(run.json()["switches"], Value::from(vec![switch.clone()]), "{name}");
        }
    }
    Ok(())
}

/// The cost of one switch does not grow with the network: no whole table is read.
#[test]
fn a_named_switch_costs_what_it_has() -> Result<()> {
    let nb = nets()?;
    let shown = nb.qdns("status net1 -v").stderr;
    assert!(shown.contains("ovsdb-client") && !shown.contains("\"where\":[]"), "{shown}");
    assert!(!shown.contains("+ ovn-nbctl"), "{shown}");
    Ok(())
}
