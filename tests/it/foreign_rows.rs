//! The test bed of foreign networks: the rows that a real Neutron and a real Incus wrote, and rows in the shapes of other
//! programs. Every command runs on each of their switches, and their rows are the same afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::api::connect;
use crate::doctor::{findings, sh};
use crate::foreign::load;
use crate::support::lab::Nb;
use crate::support::{command, snapshot};

const TABLES: [&str; 13] = [
    "DNS",
    "DHCP_Options",
    "Load_Balancer",
    "ACL",
    "Port_Group",
    "Address_Set",
    "Logical_Switch",
    "Logical_Switch_Port",
    "Logical_Router",
    "Logical_Router_Port",
    "Logical_Router_Policy",
    "Logical_Router_Static_Route",
    "NAT",
];

/// The networks of LXD, kube-ovn, ovn-kubernetes with one virtual machine of KubeVirt, oVirt, and a program that no one
/// knows, whose row two switches share: each with the marks that the program sets, and no others.
const SHAPES: &str = r#"
dhcp() { # CIDR ROUTER MARK...
    CIDR=$1 ROUTER=$2; shift 2
    ovn-nbctl create DHCP_Options cidr=$CIDR options:server_id=$ROUTER options:server_mac=0a:00:00:ff:00:01 \
        options:lease_time=3600 options:router=$ROUTER options:dns_server=$RESOLVER "$@"
}
router() { # SWITCH ROUTER ADDRESS
    ovn-nbctl --may-exist lr-add $2 -- lrp-add $2 $2-$1 0a:00:00:ff:00:01 $3 -- lsp-add $1 $1-$2 \
        -- lsp-set-type $1-$2 router -- lsp-set-addresses $1-$2 router -- lsp-set-options $1-$2 router-port=$2-$1 \
        -- --may-exist lrp-add $2 $2-out 0a:00:00:ff:00:02 192.0.2.254/24
}
guest() { # SWITCH PORT MAC IP DHCP MARK...
    SWITCH=$1 PORT=$2 MAC=$3 IP=$4 ROW=$5; shift 5
    ovn-nbctl lsp-add $SWITCH $PORT -- lsp-set-addresses $PORT "$MAC $IP"
    [ -z "$ROW" ] || ovn-nbctl lsp-set-dhcpv4-options $PORT $ROW
    for MARK in "$@"; do ovn-nbctl set Logical_Switch_Port $PORT "external_ids:$MARK"; done
}
# LXD marks ports, DHCP options and DNS rows, and names the rest.
ovn-nbctl ls-add lxd-net2-ls-int -- set Logical_Switch lxd-net2-ls-int other_config:subnet=10.20.0.0/24
router lxd-net2-ls-int lxd-net2-lr 10.20.0.1/24
D=$(dhcp 10.20.0.0/24 10.20.0.1 'options:domain_name="\"lxd\""' external_ids:lxd_switch=lxd-net2-ls-int)
guest lxd-net2-ls-int lxd-net2-instance-c1-eth0 00:16:3e:00:00:02 10.20.0.2 $D lxd_switch=lxd-net2-ls-int
guest lxd-net2-ls-int lxd-net2-instance-c2-eth0 00:16:3e:00:00:03 10.20.0.3 '' lxd_switch=lxd-net2-ls-int
R=$(ovn-nbctl create DNS external_ids:lxd_switch=lxd-net2-ls-int \
    external_ids:lxd_switch_port=lxd-net2-instance-c1-eth0 records:c1.lxd=10.20.0.2)
ovn-nbctl add Logical_Switch lxd-net2-ls-int dns_records $R
ovn-nbctl lb-add lxd-net2-lb-192.0.2.9-udp 192.0.2.9:53 10.20.0.2:53 udp
# kube-ovn marks everything.
ovn-nbctl ls-add ovn-default -- set Logical_Switch ovn-default external_ids:vendor=kube-ovn
router ovn-default ovn-cluster 10.16.0.1/24
D=$(dhcp 10.16.0.0/24 10.16.0.1 external_ids:ls=ovn-default external_ids:protocol=IPv4 external_ids:vendor=kube-ovn)
guest ovn-default coredns.kube-system 00:00:00:00:16:02 10.16.0.2 $D ls=ovn-default pod=kube-system/coredns vendor=kube-ovn
guest ovn-default web.default 00:00:00:00:16:03 10.16.0.3 '' ls=ovn-default pod=default/web vendor=kube-ovn
ovn-nbctl acl-add ovn-default to-lport 2000 'outport == "web.default" && udp.src == 53' drop
ovn-nbctl pg-add ovn.default.deny web.default -- set Port_Group ovn.default.deny external_ids:vendor=kube-ovn
# ovn-kubernetes marks neither the switch of a node nor its router, and the ports of pods in its own way.
ovn-nbctl ls-add node1 -- set Logical_Switch node1 other_config:subnet=10.244.0.0/24
router node1 ovn_cluster_router 10.244.0.1/24
ovn-nbctl lsp-set-options node1-ovn_cluster_router router-port=ovn_cluster_router-node1 \
    arp_proxy='0a:58:a9:fe:01:01 169.254.1.1 10.244.0.0/16'
D=$(dhcp 10.244.0.0/24 169.254.1.1 'options:hostname="\"vm1\""' \
    'external_ids:"k8s.ovn.org/id"="default-network-controller:VirtualMachine:default/vm1:10.244.0.0/24"' \
    'external_ids:"k8s.ovn.org/owner-controller"=default-network-controller' \
    'external_ids:"k8s.ovn.org/owner-type"=VirtualMachine' 'external_ids:"k8s.ovn.org/name"="default/vm1"')
guest node1 default_virt-launcher-vm1 0a:58:0a:f4:00:05 10.244.0.5 $D namespace=default pod=true
guest node1 default_web 0a:58:0a:f4:00:06 10.244.0.6 '' namespace=default pod=true
guest node1 default_db 0a:58:0a:f4:00:07 10.244.0.7 '' namespace=default pod=true
B=$(ovn-nbctl create Load_Balancer name=Service_kube-system/kube-dns_UDP_cluster protocol=udp \
    'vips:"10.96.0.10:53"="10.244.0.7:53"' 'external_ids:"k8s.ovn.org/kind"=Service' \
    'external_ids:"k8s.ovn.org/owner"="kube-system/kube-dns"')
ovn-nbctl add Logical_Switch node1 load_balancer $B
ovn-nbctl pg-add a123_deny default_web -- set Port_Group a123_deny 'external_ids:"k8s.ovn.org/owner-type"=NetworkPolicy'
# oVirt marks ports and DHCP options.
ovn-nbctl ls-add ovirt-network
router ovirt-network ovirt-router 10.30.0.1/24
D=$(dhcp 10.30.0.0/24 10.30.0.1 external_ids:ovirt_name=subnet external_ids:ovirt_network_id=1)
guest ovirt-network 5f3c8e4e-6d1f-4c57-8f0f-0d4f5c2c9a11 56:6f:00:00:00:02 10.30.0.2 $D ovirt_device_id=1 ovirt_nic_name=nic1
guest ovirt-network 5f3c8e4e-6d1f-4c57-8f0f-0d4f5c2c9a12 56:6f:00:00:00:03 10.30.0.3 '' ovirt_device_id=2 ovirt_nic_name=nic1
# A row that two switches share.
D=$(dhcp 10.40.0.0/24 10.40.0.1 external_ids:owner=cms)
R=$(ovn-nbctl create DNS external_ids:owner=cms records:shared=10.40.0.2 records:shared.cms=10.40.0.2)
for N in 1 2; do
    ovn-nbctl ls-add cms$N -- set Logical_Switch cms$N external_ids:owner=cms -- add Logical_Switch cms$N dns_records $R
    router cms$N cms-router$N 10.40.0.1/24
    guest cms$N cms$N.vm 0a:00:00:00:40:0$N 10.40.0.$((N + 1)) $D owner=cms
done
"#;

/// The rows of a table, by UUID, with their columns.
fn rows(nb: &Nb, table: &str) -> Result<BTreeMap<String, BTreeMap<String, Value>>> {
    let text = nb.nbctl(&["--format=json", "list", table]);
    let listed: Value = serde_json::from_str(&text)?;
    let headings: Vec<String> = serde_json::from_value(listed["headings"].clone())?;
    let lines = listed["data"].as_array().context("data")?;
    let rows = lines.iter().map(|line| {
        let cells = line.as_array().into_iter().flatten().cloned();
        let row: BTreeMap<String, Value> = headings.iter().cloned().zip(cells).collect();
        (row["_uuid"][1].as_str().unwrap_or_default().to_owned(), row)
    });
    Ok(rows.collect())
}

fn is_ours(row: &BTreeMap<String, Value>) -> bool {
    let marks = row.get("external_ids").map(Value::to_string).unwrap_or_default();
    ["[\"switch\",", "[\"qdns-"].iter().any(|mark| marks.contains(mark))
}

/// A row's table and UUID, and its columns as text.
type Rows = BTreeMap<(String, String), String>;

/// Every row of the other programs as text, by table and UUID, without references to our rows.
pub fn foreign_rows(nb: &Nb) -> Result<Rows> {
    let tables: BTreeMap<&str, _> =
        TABLES.iter().map(|table| Ok((*table, rows(nb, table)?))).collect::<Result<_>>()?;
    let ours: BTreeSet<&String> = ["DNS", "Load_Balancer"]
        .iter()
        .flat_map(|table| &tables[table])
        .filter(|(_, row)| is_ours(row))
        .map(|(uuid, _)| uuid)
        .collect();
    let mut foreign = BTreeMap::new();
    for (table, rows) in &tables {
        for (uuid, row) in rows.iter().filter(|(uuid, _)| !ours.contains(uuid)) {
            let mut row = row.clone();
            for column in ["dns_records", "load_balancer"] {
                if let Some(list) = row.get_mut(column) {
                    *list = without(list, &ours);
                }
            }
            foreign.insert(((*table).to_owned(), uuid.clone()), serde_json::to_string(&row)?);
        }
    }
    Ok(foreign)
}

/// The references of a column without those to some rows.
fn without(list: &Value, rows: &BTreeSet<&String>) -> Value {
    let references =
        if list[0] == "set" { list[1].as_array().cloned().unwrap_or_default() } else { vec![list.clone()] };
    let is_kept =
        |reference: &Value| reference[1].as_str().is_none_or(|uuid| !rows.contains(&uuid.to_owned()));
    references.into_iter().filter(is_kept).collect()
}

/// Runs the hook of libvirt for a machine with this port.
fn hook(nb: &Nb, operation: &str, port: &str) -> Result<()> {
    let xml = format!(
        "<domain type='qemu'><name>hooked</name><devices><interface type='bridge'><source bridge='br-int'/>\
         <virtualport type='openvswitch'><parameters interfaceid='{port}'/></virtualport></interface></devices></domain>"
    );
    let mut hook = command(&nb.remote());
    hook.args(["hook", "libvirt", "--on-stop", "remove", "--", "hooked", operation, "begin", "-"]);
    let mut child = hook.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let _ = child.stdin.take().context("a pipe")?.write_all(xml.as_bytes());
    child.wait()?;
    Ok(())
}

/// The names in the DNS rows of a fixture.
fn foreign_names(nb: &Nb) -> Result<BTreeSet<String>> {
    let rows = rows(nb, "DNS")?;
    let maps = rows.values().filter(|row| !is_ours(row)).map(|row| &row["records"][1]);
    let keys = maps.filter_map(Value::as_array).flatten().filter_map(|pair| pair[0].as_str());
    Ok(keys.filter(|key| !key.ends_with(".arpa") && !key.contains('.')).map(str::to_owned).collect())
}

/// A switch of the operator, whose port a watcher names.
const OPERATORS: &str = "operators-network";

/// A database with the rows of a fixture, and a switch of the operator.
fn with_operator(nb: Nb) -> Nb {
    nb.nbctl(&["ls-add", OPERATORS, "--", "lsp-add", OPERATORS, "machine"]);
    nb.nbctl(&["lsp-set-addresses", "machine", "0a:00:00:00:00:09 10.99.0.9"]);
    nb
}

/// A database with the networks of [`SHAPES`].
fn shapes() -> Result<Nb> {
    let nb = Nb::start()?;
    sh(&nb, &format!("RESOLVER=10.96.0.10\n{SHAPES}"))?;
    Ok(nb)
}

/// Runs a command that does what it must or is refused.
fn runs(nb: &Nb, line: &str) -> Result<()> {
    let run = nb.qdns(line);
    ensure!([0, 1, 4].contains(&run.code), "{line}: {run}");
    Ok(())
}

/// Runs everything that reads or writes one switch.
fn run_on(nb: &Nb, switch: &str, other: &str) -> Result<()> {
    let import = nb.file("hosts", "10.20.0.77 imported\nfd00:20::77 imported\n")?;
    for taken in foreign_names(nb)?.iter().take(2) {
        runs(nb, &format!("record add {switch} {taken} 10.20.0.78"))?;
    }
    for line in [
        format!("zone create {switch}"),
        format!("record add {switch} probe 10.20.0.51 10.20.0.3 fd00:20::ad"),
        format!("record add {switch} probe 10.20.0.52 --replace"),
        format!("record add {switch} probe fd00:20::52 --append --static"),
        format!("record add {switch} nick --alias-of probe"),
        format!("record show {switch} probe"),
        format!("record show {switch} 10.20.0.52"),
        format!("record rename {switch} probe renamed"),
        format!("record export {switch} --format zone"),
        format!("record import {switch} {import} --replace --prune --yes"),
        format!("zone set {switch} --domain qdns.internal --yes"),
        format!("zone show {switch}"),
        format!("zone share {switch} --with {other}"),
        format!("zone unshare {switch} --with {other}"),
        format!("forwarders set {switch} 192.0.2.1 2001:db8::1 --yes"),
        format!("forwarders set {switch} 192.0.2.1 --via auto --yes"),
        format!("forwarders set {switch} 192.0.2.1 2001:db8::1 --create-dhcp --yes"),
        format!("forwarders show {switch}"),
        format!("forwarders clear {switch} --yes"),
        format!("status {switch}"),
        format!("lookup imported --from {switch}"),
        format!("sync {switch}"),
        format!("sync {switch} --prune --force --yes"),
        format!("doctor {switch} --fix --yes"),
        format!("prune-stale {switch} --force --yes"),
        format!("record rm {switch} imported --if-exists"),
    ] {
        runs(nb, &line)?;
    }
    request(nb, "POST", switch, r#"{"hostname":"web-server","ip_address":"10.20.0.79"}"#)?;
    request(nb, "GET", switch, "")?;
    request(nb, "DELETE", &format!("{switch}/dns/web-server"), "")
}

/// Asks the HTTP API.
fn request(nb: &Nb, method: &str, path: &str, body: &str) -> Result<()> {
    let (mut stream, mut process) = connect(nb, &[])?;
    let path = if path.contains('/') { path.to_owned() } else { format!("{path}/dns") };
    let length = body.len();
    write!(
        stream,
        "{method} /api/v1/networks/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    process.wait()?;
    ensure!(answer.starts_with("HTTP/1.1 ") && !answer.starts_with("HTTP/1.1 500"), "{answer}");
    Ok(())
}

/// Runs what is for all switches.
fn run_on_all(nb: &Nb) -> Result<()> {
    let (backup, dump) = (nb.file("backup.json", "")?, nb.file("dump", "")?);
    let exported = nb.qdns("record export");
    std::fs::write(&backup, exported.ok())?;
    for line in [
        "status".to_owned(),
        "record ls".to_owned(),
        "record export --format hosts".to_owned(),
        "record export --format csv".to_owned(),
        "zone ls".to_owned(),
        "forwarders show".to_owned(),
        "forwarders set --all 192.0.2.1 2001:db8::1 --yes".to_owned(),
        "forwarders set --all 192.0.2.1 2001:db8::1 --create-dhcp --yes".to_owned(),
        "sync --all --create-zones".to_owned(),
        "sync --all --create-zones --prune --force --yes".to_owned(),
        "prune-stale --all --force --yes".to_owned(),
        "doctor --fix --yes".to_owned(),
        format!("doctor --dump {dump}"),
        format!("doctor --from-dump {dump}"),
        format!("record import --all {backup} --check"),
        format!("record import --all {backup} --replace --prune --force --yes"),
    ] {
        runs(nb, &line)?;
    }
    Ok(())
}

/// Runs the watcher until it names the port of the operator's switch.
fn watch(nb: &Nb) -> Result<()> {
    nb.qdns(&format!("zone rm {OPERATORS} --if-exists --yes")).ok();
    let mut watch = command(&nb.remote());
    watch.args(["sync", "--all", "--create-zones", "--prune", "--watch", "--grace", "0"]);
    let mut watcher = watch.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let deadline = Instant::now() + Duration::from_secs(60);
    let is_named = || nb.qdns(&format!("record ls {OPERATORS}")).stdout.contains("machine.");
    while !is_named() && Instant::now() < deadline {
        sleep(Duration::from_millis(50));
    }
    let has_named = is_named();
    watcher.kill()?;
    watcher.wait()?;
    ensure!(has_named, "no watcher");
    Ok(())
}

/// Runs everything on every switch.
fn run_everything(nb: &Nb) -> Result<()> {
    let switches = rows(nb, "Logical_Switch")?;
    let mut by_ports: Vec<_> = switches.values().collect();
    by_ports.sort_by_key(|row| std::cmp::Reverse(row["ports"].to_string().len()));
    // Five of Neutron's nine have guests that differ.
    let names: Vec<&str> = by_ports.iter().filter_map(|row| row["name"].as_str()).take(5).collect();
    // Another program's switches get no zone by themselves.
    let had_none = nb.qdns("zone ls -o plain").stdout.is_empty();
    nb.qdns("sync --all --create-zones").ok();
    let zones = nb.qdns("zone ls -o plain").stdout;
    let ours: Vec<&str> = zones.lines().filter_map(|line| line.split('\t').next()).collect();
    ensure!(ours == [OPERATORS] || !had_none, "{zones}");
    for switch in &names {
        let other = names.iter().find(|other| *other != switch).context("another switch")?;
        run_on(nb, switch, other)?;
    }
    run_on_all(nb)?;
    for row in rows(nb, "Logical_Switch_Port")?.values().take(8) {
        let port = row["name"].as_str().context("a name")?;
        hook(nb, "started", port)?;
        hook(nb, "stopped", port)?;
    }
    watch(nb)?;
    for switch in &names {
        runs(nb, &format!("zone rm {switch} --if-exists --yes"))?;
    }
    Ok(())
}

/// No line of doctor's names a row of another program, except a switch that lists a zone of ours.
fn check_fix_lines(nb: &Nb, foreign: &Rows) -> Result<()> {
    let report = nb.qdns("doctor -o json").json();
    for finding in report["findings"].as_array().context("findings")? {
        for line in finding["fix"].as_array().into_iter().flatten() {
            let line = line.as_str().context("a line")?;
            let named = foreign.keys().find(|(table, uuid)| table != "Logical_Switch" && line.contains(uuid));
            ensure!(named.is_none(), "{named:?}: {finding:#}");
            ensure!(!line.contains("acl-add") && !line.contains("lsp-set-dhcp"), "{finding:#}");
            ensure!(!line.contains("forwarders set"), "{finding:#}");
        }
    }
    Ok(())
}

fn no_row_changes(nb: Nb) -> Result<()> {
    let nb = with_operator(nb);
    let before = foreign_rows(&nb)?;
    check_fix_lines(&nb, &before)?;
    run_everything(&nb)?;
    check_fix_lines(&nb, &before)?;
    let after = foreign_rows(&nb)?;
    for (row, text) in &before {
        assert_eq!(after.get(row), Some(text), "{row:?}");
    }
    assert_eq!(after.len(), before.len());
    Ok(())
}

#[test]
fn the_rows_of_neutron_stay_as_they_are() -> Result<()> {
    no_row_changes(load(include_str!("fixtures/neutron.json"))?)
}

#[test]
fn the_rows_of_a_neutron_that_dropped_our_zone_stay_as_they_are() -> Result<()> {
    no_row_changes(load(include_str!("fixtures/neutron-dropped-our-zone.json"))?)
}

#[test]
fn the_rows_of_incus_stay_as_they_are() -> Result<()> {
    no_row_changes(load(include_str!("fixtures/incus.json"))?)
}

#[test]
fn the_rows_of_a_restarted_incus_stay_as_they_are() -> Result<()> {
    no_row_changes(load(include_str!("fixtures/incus-restarted.json"))?)
}

#[test]
fn rows_in_the_shapes_of_other_programs_stay_as_they_are() -> Result<()> {
    no_row_changes(shapes()?)
}

/// The DHCP rows have no resolver, and one option that ovn-controller cannot read.
#[test]
fn sick_rows_in_the_shapes_of_other_programs_stay_as_they_are() -> Result<()> {
    let nb = shapes()?;
    for row in nb.nbctl(&["--bare", "--columns=_uuid", "list", "DHCP_Options"]).split_whitespace() {
        nb.nbctl(&["remove", "DHCP_Options", row, "options", "dns_server"]);
        nb.nbctl(&["set", "DHCP_Options", row, "options:domain_name=lan"]);
    }
    no_row_changes(nb)
}

/// Neutron writes `domain_search` without quotes, which OVN cannot read: the one error of a real one.
#[test]
fn doctor_finds_no_error_on_the_healthy_networks_of_others() -> Result<()> {
    snapshot!(findings(&load(include_str!("fixtures/neutron.json"))?), @"
    error dhcp-option-syntax neutron-[UUID] (neutron): domain_search = corp.example: corp.example is neither a number nor a string in double quotes; no port of fd00:20::/64 gets a lease
    info zone-missing neutron-[UUID] (neutron): neutron-[UUID] has 2 guest ports and no zone: no name resolves
    1 error on neutron-[UUID], 1 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    snapshot!(findings(&load(include_str!("fixtures/incus.json"))?), @"
    No errors and no warnings in what could be checked.
    Nothing found; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    snapshot!(findings(&shapes()?), @"
    warning dhcp-missing lxd-net2-ls-int (lxd): port lxd-net2-instance-c2-eth0 of lxd-net2-ls-int has no DHCP options: no lease, no resolver
    warning dhcp-missing ovirt-network (ovirt): port [UUID] of ovirt-network has no DHCP options: no lease, no resolver
    info zone-missing ovirt-network, ovn-default: a switch with guests has no zone (2 findings, -v shows them)
    2 warnings on lxd-net2-ls-int, ovirt-network, 2 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    Ok(())
}
