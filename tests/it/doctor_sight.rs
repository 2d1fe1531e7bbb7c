//! `qdns doctor` where it sees little, may write nothing, or reads a database that changes: it reports what it
//! saw and what it could not see, and no false alarm stays.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::support::doctor::{self, codes, counts, findings, healthy};
use crate::support::lab::{self, Lab, Nb};
use crate::support::{Run, command, install_qdns, qdns, run, snapshot};

/// How often a network is examined while it changes.
const LOOKS: usize = 40;

/// Adds and removes records, ports, zones and switches until it must stop; returns how often.
fn keep_changing(lab: &Lab, is_over: &AtomicBool) -> usize {
    let zone = lab.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", "external_ids:switch=net1"]);
    let zone = zone.trim();
    let mut round = 0;
    while !is_over.load(Ordering::Relaxed) {
        let (host, port, switch) =
            (format!("records:w{}", round % 7), format!("p{}", round % 5), format!("s{}", round % 3));
        let address = format!("10.0.0.{}", 100 + round % 100);
        let entry = format!("{host}.internal={address}");
        let mark = format!("external_ids:switch={switch}");
        match round % 4 {
            0 => lab.nbctl(&["set", "DNS", zone, &format!("{host}={address}"), &entry]),
            1 => lab.nbctl(&[
                "--if-exists",
                "lsp-del",
                &port,
                "--",
                "lsp-add",
                "net1",
                &port,
                "--",
                "lsp-set-addresses",
                &port,
                &format!("0a:00:00:00:02:{:02x} {address}", round % 100),
            ]),
            2 => lab.nbctl(&[
                "--id=@zone",
                "create",
                "DNS",
                &mark,
                &entry,
                "--",
                "--may-exist",
                "ls-add",
                &switch,
                "--",
                "set",
                "Logical_Switch",
                &switch,
                "dns_records=@zone",
            ]),
            _ => {
                let zones = lab.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", &mark]);
                let mut args = vec!["--if-exists", "ls-del", &switch];
                for old in zones.split_whitespace() {
                    args.extend(["--", "destroy", "DNS", old]);
                }
                lab.nbctl(&args)
            }
        };
        round += 1;
    }
    for port in 0..5 {
        lab.nbctl(&["--if-exists", "lsp-del", &format!("p{port}")]);
    }
    for switch in 0..3 {
        lab.nbctl(&["--if-exists", "ls-del", &format!("s{switch}")]);
    }
    for row in lab.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]).split_whitespace() {
        if row != zone {
            lab.nbctl(&["destroy", "DNS", row]);
        }
    }
    for host in 0..7 {
        lab.nbctl(&["remove", "DNS", zone, "records", &format!("w{host}"), &format!("\"w{host}.internal\"")]);
    }
    round
}

#[test]
fn a_database_on_the_move_draws_no_alarm_that_stays() -> Result<()> {
    let lab = Lab::start()?;
    lab.upstream("172.16.0.53", &[])?;
    let _guests = healthy(&lab)?;
    lab.nbctl(&["acl-add", "net1", "from-lport", "1000", "ip4", "allow-related"]);
    let is_over = AtomicBool::new(false);
    let (seen, stalled, changes) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| keep_changing(&lab, &is_over));
        let seen: Vec<Run> = (0..LOOKS).map(|_| doctor::doctor(&lab, &[])).collect();
        lab.appctl("ovn-northd", &["pause"]);
        // Time for the writer to get ahead of it.
        std::thread::sleep(Duration::from_millis(500));
        let stalled = doctor::doctor(&lab, &[]);
        is_over.store(true, Ordering::Relaxed);
        (seen, stalled, writer.join().unwrap())
    });
    assert_eq!(stalled.code, 4, "a fault hides behind the changes: {stalled:?}");
    assert!(codes(&stalled).contains("sb-records-differ"), "{stalled:?}");
    lab.appctl("ovn-northd", &["resume"]);
    lab.hv_sync();
    assert!(changes > LOOKS, "the writer was too slow to be in the way: {changes} changes");
    for run in &seen {
        // What the writer does deserves a warning here and there, and no error.
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(counts(run).0, 0, "{run:?}");
    }
    assert!(seen.iter().any(|run| codes(run).contains("record-stale")), "doctor saw nothing of the writer");
    let after = doctor::doctor(&lab, &[]);
    assert_eq!((counts(&after), after.code), ((0, 0), 0), "{after:?}");
    Ok(())
}

/// Doctor's report; a dump of it must give the same report and exit code.
fn doctor_and_its_dump(lab: &Lab, environment: &[(&str, &str)]) -> Result<Run> {
    let file = lab.dir().join("facts.json").display().to_string();
    let mut live = doctor::inside(lab, "qdns")?;
    let live = run(live.envs(environment.iter().copied()).args(["doctor", "-o", "json", "--dump", &file]));
    let dumped = qdns("unix:/nowhere", &["doctor", "-o", "json", "--from-dump", &file]);
    assert_eq!((dumped.json(), dumped.code), (live.json(), live.code));
    Ok(live)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The codes of the checks that could not be made, with the reasons.
fn skipped(run: &Run) -> BTreeMap<String, String> {
    let report = run.json();
    let skipped = report["skipped"].as_array().into_iter().flatten();
    skipped.map(|check| (text(&check["code"]), text(&check["why"]))).collect()
}

#[test]
fn each_missing_source_is_named_and_a_dump_says_the_same() -> Result<()> {
    let lab = Lab::start()?;
    lab.upstream("172.16.0.53", &[])?;
    let _guests = healthy(&lab)?;
    let whole = doctor_and_its_dump(&lab, &[])?;
    assert_eq!((counts(&whole), whole.code), ((0, 0), 0), "{whole:?}");
    assert_eq!(
        skipped(&whole).into_keys().collect::<Vec<_>>(),
        ["forwarder-no-answer", "forwarder-nxdomain-aaaa"]
    );

    // Broken in every part: names, delivery, DHCP and queries.
    lab.nbctl(&["acl-add", "net1", "from-lport", "1001", "udp && udp.dst == 53", "drop"]);
    let dhcp = lab.nbctl(&["--bare", "--columns=_uuid", "list", "DHCP_Options"]);
    lab.nbctl(&["set", "DHCP_Options", dhcp.trim(), "options:dns_server=8.8.8.8,8.8.4.4"]);
    lab.hv_sync();
    lab.appctl("ovn-northd", &["pause"]);
    let zone = lab.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", "external_ids:switch=net1"]);
    lab.nbctl(&["set", "DNS", zone.trim(), "records:WEB=10.0.0.11,10.0.0.12"]);
    let broken = ["acl-drops-dns", "dhcp-option-syntax", "key-never-matches", "sb-records-differ"];
    let of_northbound = ["dhcp-option-syntax", "key-never-matches"].map(str::to_owned).into();
    let all = doctor_and_its_dump(&lab, &[])?;
    assert!(codes(&all).is_superset(&broken.map(str::to_owned).into()), "{all:?}");

    let untraced = doctor_and_its_dump(&lab, &[("QDNS_OVN_TRACE", "/nowhere/ovn-trace")])?;
    assert_eq!(untraced.code, 4);
    assert!(!codes(&untraced).contains("acl-drops-dns") && codes(&untraced).contains("sb-records-differ"));
    assert!(skipped(&untraced)["acl-drops-dns"].contains("/nowhere/ovn-trace"), "{untraced:?}");

    for (variable, value) in [("OVN_SB_DB", "unix:/nowhere"), ("QDNS_OVN_SBCTL", "/nowhere/ovn-sbctl")] {
        let blind = doctor_and_its_dump(&lab, &[(variable, value)])?;
        assert_eq!((blind.code, codes(&blind).is_superset(&of_northbound)), (4, true), "{blind:?}");
        for code in ["northd-stalled", "chassis-behind", "sb-records-differ", "acl-drops-dns"] {
            assert!(skipped(&blind)[code].contains("the southbound database cannot be read"), "{blind:?}");
        }
    }
    Ok(())
}

#[test]
fn where_nothing_can_be_read_no_selection_makes_it_fine() -> Result<()> {
    let empty = Nb::start()?;
    let file = empty.dir().join("facts.json").display().to_string();
    for (db, found) in [("unix:/nowhere".to_owned(), 1), (empty.remote(), 0)] {
        for selection in [&[][..], &["--only", "zone-orphaned"]] {
            let live = run(command(&db).args(["doctor", "-o", "json", "--dump", &file]).args(selection));
            assert_eq!((counts(&live).0, live.code), (found, if found == 0 { 0 } else { 3 }), "{live:?}");
            let dumped =
                run(command(&db).args(["doctor", "-o", "json", "--from-dump", &file]).args(selection));
            assert_eq!((live.json(), live.code), (dumped.json(), dumped.code));
            assert_eq!(run(command(&db).args(["doctor", "--fix", "--yes"]).args(selection)).code, live.code);
        }
    }
    let said = run(command(&empty.remote()).args(["doctor", "--probe", "--from-dump", &file])).fails(2);
    assert!(said.contains("--from-dump"), "{said}");
    Ok(())
}

/// A program as a user who owns nothing runs it.
fn as_nobody(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program);
    command
}

fn set_mode(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    Ok(())
}

#[test]
fn a_user_who_may_only_read_sees_everything_and_changes_nothing() -> Result<()> {
    if lab::Release::detect()? != lab::Release::Distribution {
        // In a root of its own a server sees no other's socket.
        return Ok(());
    }
    let lab = Lab::start()?;
    lab.upstream("172.16.0.53", &[])?;
    let _guests = healthy(&lab)?;
    let zone = lab.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", "external_ids:switch=net1"]);
    lab.nbctl(&["set", "DNS", zone.trim(), "records:WEB=10.0.0.11"]);
    lab.hv_sync();
    let backup = Nb::following(&lab.nb_remote())?;
    let program = backup.dir().join("qdns");
    install_qdns(&program)?;
    let doctor = |db: &str, args: &[&str]| {
        let mut doctor = as_nobody(&program);
        doctor.env_remove("OVN_NB_DAEMON").env("OVN_NB_DB", db).env("OVN_SB_DB", lab.sb_remote());
        run(doctor.args(["doctor", "-o", "json"]).args(args))
    };
    set_mode(backup.dir(), 0o755)?;
    set_mode(lab.dir(), 0o755)?;

    // No socket may be opened.
    let denied = doctor(&backup.remote(), &[]);
    assert_eq!((denied.code, codes(&denied)), (3, BTreeSet::from(["nb-unreachable".to_owned()])));
    assert!(denied.json()["findings"].to_string().contains("\"permission\""), "{denied:?}");
    assert!(skipped(&denied)["chassis-behind"].contains("Permission denied"), "{denied:?}");
    assert_eq!(doctor(&backup.remote(), &["--fix", "--yes"]).code, 3);

    // The northbound one may.
    set_mode(&backup.dir().join("ovnnb_db.sock"), 0o777)?;
    let half = doctor(&backup.remote(), &[]);
    assert_eq!((half.code, codes(&half).contains("key-never-matches")), (4, true), "{half:?}");
    assert!(skipped(&half)["sb-records-differ"].contains("Permission denied"), "{half:?}");

    // Both may: the report is that of an operator who may write.
    set_mode(&lab.dir().join("ovnsb_db.sock"), 0o777)?;
    set_mode(&lab.dir().join("ovnnb_db.sock"), 0o777)?;
    let whole = doctor(&backup.remote(), &[]);
    let active = doctor(&lab.nb_remote(), &[]);
    assert_eq!((whole.json(), whole.code), (active.json(), 4));
    assert!(!skipped(&whole).contains_key("sb-records-differ"), "{whole:?}");

    let before = (lab.dump(), backup.dump());
    let refused = doctor(&backup.remote(), &["--fix", "--yes"]);
    assert!(refused.fails(3).contains("read-only"), "{refused:?}");
    assert_eq!(doctor(&backup.remote(), &["--fix", "--dry-run"]).json()["dry_run"], true);
    assert_eq!((lab.dump(), backup.dump()), before);
    assert_eq!(doctor(&lab.nb_remote(), &["--fix", "--yes"]).code, 0);
    Ok(())
}

#[test]
fn each_forwarder_is_asked_and_each_bad_answer_has_its_finding() -> Result<()> {
    let lab = Lab::start()?;
    let [nxdomain, empty, dead] = ["172.16.0.53", "172.16.0.54", "172.16.0.55"];
    let _upstreams = (lab.upstream(nxdomain, &[])?, lab.upstream(empty, &[("internal", "192.0.2.1")])?);
    let (web, _db) = healthy(&lab)?;
    doctor::qdns(&lab, &["forwarders", "set", "net1", nxdomain, empty, dead]).ok();
    // A domain that the resolver does not know.
    let row = lab.nbctl(&["create", "DHCP_Options", "cidr=10.0.1.0/24", "options:dns_server=172.16.0.53"]);
    lab.nbctl(&[
        "ls-add",
        "net2",
        "--",
        "lsp-add",
        "net2",
        "p2",
        "--",
        "lsp-set-dhcpv4-options",
        "p2",
        row.trim(),
    ]);
    doctor::qdns(&lab, &["zone", "create", "net2", "--domain", "corp.internal.lan"]).ok();
    lab.hv_sync();
    web.dhcp()?;

    let file = lab.dir().join("facts.json").display().to_string();
    let only = "forwarder-nxdomain-aaaa,forwarder-no-answer";
    let mut probing = doctor::in_guest(&lab, &web, "qdns")?;
    let live = run(probing.args(["doctor", "-o", "json", "--probe", "--only", only, "--dump", &file]));
    let report = live.json();
    snapshot!(findings(&live), @"
    info forwarder-no-answer this machine got no answer from 172.16.0.53 to AAAA qdns-probe.corp.internal.lan: it refuses (REFUSED)
    info forwarder-no-answer this machine got no answer from 172.16.0.55 to AAAA qdns-probe.internal: no answer within 2 s
    info forwarder-nxdomain-aaaa 172.16.0.53 says NXDOMAIN to AAAA qdns-probe.internal: musl guests of net1 fail to look up hosts without IPv6
    ");
    let subjects = report["findings"].as_array().context("findings")?.iter();
    let subjects =
        subjects.map(|finding| format!("{} {}", text(&finding["switch"]), text(&finding["subject"])));
    let expected = [format!("net1 {nxdomain}"), format!("net1 {dead}"), format!("net2 {nxdomain}")];
    assert_eq!(subjects.collect::<BTreeSet<_>>(), expected.into());
    assert!(report["findings"].to_string().contains("qdns-probe.corp.internal.lan"), "{report}");
    assert_eq!(live.code, 0);

    // The answers go into the dump, and are not asked for again.
    let dumped =
        run(command("unix:/nowhere").args(["doctor", "-o", "json", "--only", only, "--from-dump", &file]));
    assert_eq!(dumped.json(), report);
    Ok(())
}
