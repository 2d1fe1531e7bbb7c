//! `qdns doctor` on a whole OVN: a healthy network is healthy, the design document's is not and can be
//! mended, and what happens behind the northbound database is seen.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod lab;
mod tool;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use lab::{Addressing, Guest, Lab, Ran};
use serde_json::Value;
use tool::{Run, run};

const WEB: &str = "0a:00:00:00:00:11";
const DB: &str = "0a:00:00:00:00:12";

/// A command inside the lab, where its daemons have the process numbers that they write into their
/// files; of another release, OVN's tools are those of its root.
fn inside(lab: &Lab, program: &str) -> Command {
    let bin = lab.dir().join("bin");
    if matches!(lab::Release::detect(), lab::Release::Root(_)) && !bin.exists() {
        fs::create_dir(&bin).unwrap();
        for tool in ["ovn-nbctl", "ovn-sbctl", "ovn-appctl", "ovn-trace", "ovs-vsctl"] {
            let path = bin.join(tool);
            fs::write(&path, format!("#!/bin/sh\nexec chroot /run/lab/root /usr/bin/{tool} \"$@\"\n"))
                .unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let qdns = Path::new(env!("CARGO_BIN_EXE_qdns")).parent().unwrap();
    let path = format!("{}:{}:{}", bin.display(), qdns.display(), std::env::var("PATH").unwrap());
    let mut command = lab.command_in(program);
    for name in ["OVN_NB_DAEMON", "QDNS_OVN_NBCTL"] {
        command.env_remove(name);
    }
    command.envs(lab.env()).env("PATH", path).env("USER", "tester");
    command
}

fn qdns(lab: &Lab, args: &[&str]) -> Run {
    run(inside(lab, "qdns").args(args))
}

fn doctor(lab: &Lab, args: &[&str]) -> Run {
    let mut all = vec!["doctor", "-o", "json"];
    all.extend(args);
    qdns(lab, &all)
}

fn codes(run: &Run) -> BTreeSet<String> {
    let report = run.json();
    let found = report["findings"].as_array().unwrap().iter();
    found.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

fn counts(run: &Run) -> (u64, u64) {
    let count = |what: &str| run.json()["summary"][what].as_u64().unwrap();
    (count("error"), count("warning"))
}

fn fix(lab: &Lab, run: &Run, code: &str) {
    let report: Value = run.json();
    let found = report["findings"].as_array().unwrap().iter().filter(|finding| finding["code"] == code);
    for line in found.flat_map(|finding| finding["fix"].as_array().unwrap()) {
        let done = inside(lab, "sh").args(["-c", line.as_str().unwrap()]).output().unwrap();
        assert!(done.status.success(), "{line}: {done:?}");
    }
}

/// Two guests that lease from a row of DHCP options with the given resolvers.
fn network(lab: &Lab, dns_server: Option<&str>) -> (Guest, Guest) {
    lab.gateway_router();
    lab.dual_net("net1", "10.0.0.0/24", "fd00::/64");
    lab.port("net1", "web", &format!("{WEB} 10.0.0.11 fd00::11"));
    lab.port("net1", "db", &format!("{DB} 10.0.0.12 fd00::12"));
    let server = dns_server.map(|server| format!("options:dns_server={server}"));
    let mut args = vec![
        "create",
        "DHCP_Options",
        "cidr=10.0.0.0/24",
        "options:server_id=10.0.0.1",
        "options:server_mac=0a:00:00:00:ff:01",
        "options:router=10.0.0.1",
        "options:lease_time=3600",
    ];
    args.extend(server.as_deref());
    let row = lab.nbctl(&args).trim().to_owned();
    lab.nbctl(&["lsp-set-dhcpv4-options", "web", &row, "--", "lsp-set-dhcpv4-options", "db", &row]);
    let guest = |name: &str, mac| lab.guest(name, name, mac, Addressing::None);
    (guest("web", WEB), guest("db", DB))
}

fn healthy(lab: &Lab) -> (Guest, Guest) {
    let guests = network(lab, None);
    qdns(lab, &["record", "add", "net1", "web", "10.0.0.11", "fd00::11"]).ok();
    qdns(lab, &["record", "add", "net1", "db", "10.0.0.12", "fd00::12"]).ok();
    qdns(lab, &["forwarders", "set", "net1", "172.16.0.53"]).ok();
    lab.hv_sync();
    guests
}

#[test]
fn a_network_made_with_qdns_alone_is_healthy() {
    let lab = Lab::start();
    lab.upstream("172.16.0.53", &[("google.com", "142.250.0.1")]);
    let (web, _db) = healthy(&lab);
    let report = doctor(&lab, &["--fail-on", "warning"]);
    assert_eq!((counts(&report), report.code), ((0, 0), 0), "{report:?}");
    assert_eq!(codes(&report).contains("edns-ignored"), lab.version() < (24, 3), "{report:?}");
    let skipped = report.json()["skipped"].to_string();
    for code in ["northd-stalled", "sb-records-differ", "dns-flows-missing", "chassis-behind"] {
        assert!(!skipped.contains(code), "{skipped}");
    }
    web.dhcp().unwrap();
    assert!(web.run(&["getent", "ahostsv4", "db"]).ok().starts_with("10.0.0.12"));
}

#[test]
fn the_design_documents_network_is_mended() {
    let lab = Lab::start();
    let (web, db) = network(&lab, Some("8.8.8.8,8.8.4.4"));
    let zone = lab.nbctl(&["create", "DNS", "external_ids:switch=net1", "records={}"]).trim().to_owned();
    lab.nbctl(&["add", "Logical_Switch", "net1", "dns_records", &zone]);
    lab.nbctl(&["set", "DNS", &zone, "records:web.internal=10.0.0.11"]);
    lab.nbctl(&[
        "set",
        "DNS",
        &zone,
        r#"records={"web.internal"="10.0.0.11","Db.internal"="10.0.0.12,fd00::12"}"#,
    ]);
    lab.hv_sync();
    assert!(web.dhcp().is_err(), "the list without braces ends DHCP");

    let report = doctor(&lab, &[]);
    assert_eq!(report.code, 4);
    let found = codes(&report);
    for code in [
        "dhcp-option-syntax",
        "key-never-matches",
        "value-truncated",
        "pair-incomplete",
        "search-domain-missing",
    ] {
        assert!(found.contains(code), "{code}: {found:?}");
    }
    let fixed = doctor(&lab, &["--fix", "--yes"]);
    assert_eq!((counts(&fixed), fixed.code), ((0, 0), 0), "{fixed:?}");
    lab.hv_sync();
    for guest in [&web, &db] {
        let lease = guest.dhcp().unwrap();
        assert_eq!(lease.dns(), ["8.8.8.8", "8.8.4.4"]);
        assert_eq!(lease.get("search"), Some("internal"));
    }
    assert!(web.run(&["getent", "ahostsv4", "db"]).ok().starts_with("10.0.0.12"));
    assert!(db.run(&["getent", "ahostsv4", "web.internal"]).ok().starts_with("10.0.0.11"));
}

#[test]
fn an_acl_that_drops_queries_is_named() {
    let lab = Lab::start();
    let (web, _db) = healthy(&lab);
    web.dhcp().unwrap();
    lab.nbctl(&["acl-add", "net1", "from-lport", "1001", "udp && udp.dst == 53", "drop"]);
    lab.nbctl(&["pg-add", "guarded", "db"]);
    let rule = "inport == @guarded && ip4";
    lab.nbctl(&["--type=port-group", "acl-add", "guarded", "from-lport", "1002", rule, "drop"]);
    lab.hv_sync();
    assert!(!web.run(&["getent", "ahostsv4", "db"]).status.success());
    let report = doctor(&lab, &[]);
    let acls = lab.nbctl(&["--bare", "--columns=_uuid", "list", "ACL"]);
    let found = report.json()["findings"].to_string();
    assert_eq!(report.code, 4);
    for acl in acls.split_whitespace() {
        assert!(found.contains(&format!("ACL {acl} drops")), "{acl}: {found}");
    }
    fix(&lab, &report, "acl-drops-dns");
    lab.hv_sync();
    assert_eq!(doctor(&lab, &[]).code, 0);
    assert!(web.run(&["getent", "ahostsv4", "db"]).ok().starts_with("10.0.0.12"));
}

#[test]
fn a_paused_northd_is_found_and_resumed() {
    let lab = Lab::start();
    let _guests = healthy(&lab);
    lab.appctl("ovn-northd", &["pause"]);
    qdns(&lab, &["record", "add", "net1", "late", "10.0.0.11", "fd00::11"]).ok();
    let report = doctor(&lab, &[]);
    assert_eq!(report.code, 4);
    assert!(codes(&report).contains("sb-records-differ"), "{report:?}");
    lab.nbctl(&["ls-add", "net2"]);
    let report = doctor(&lab, &[]);
    assert!(
        codes(&report).is_superset(&["northd-stalled", "sb-records-differ"].map(str::to_owned).into()),
        "{report:?}"
    );
    fix(&lab, &report, "northd-stalled");
    lab.hv_sync();
    assert_eq!(doctor(&lab, &[]).code, 0);

    // Flows that are gone while ovn-northd sleeps.
    lab.appctl("ovn-northd", &["pause"]);
    let flows = lab.sbctl(&["--bare", "--columns=_uuid", "find", "Logical_Flow", "match=\"udp.dst == 53\""]);
    for flow in flows.split_whitespace() {
        lab.sbctl(&["destroy", "Logical_Flow", flow]);
    }
    let report = doctor(&lab, &[]);
    assert_eq!(codes(&report).iter().filter(|code| *code == "dns-flows-missing").count(), 1, "{report:?}");
    fix(&lab, &report, "dns-flows-missing");
    lab.hv_sync();
    assert_eq!(doctor(&lab, &[]).code, 0);
}

#[test]
fn a_dead_northd_and_a_chassis_that_is_behind_are_named() {
    let lab = Lab::start();
    let _guests = healthy(&lab);
    lab.kill_controller();
    lab.nbctl(&["--wait=sb", "sync"]);
    let report = doctor(&lab, &[]);
    let behind = report.json()["findings"].to_string();
    assert!(behind.contains("chassis-behind") && behind.contains(lab::CHASSIS), "{report:?}");
    assert_eq!(report.code, 0);
    lab.start_controller();
    lab.hv_sync();
    assert!(!codes(&doctor(&lab, &[])).contains("chassis-behind"));

    lab.kill_northd();
    lab.nbctl(&["ls-add", "net2"]);
    let report = doctor(&lab, &[]);
    assert_eq!((report.code, codes(&report).contains("northd-stalled")), (4, true), "{report:?}");
    lab.start_northd();
    lab.hv_sync();
    assert_eq!(doctor(&lab, &[]).code, 0);
}
