//! Databases that are full, stopped, old or very large, and programs that die at any moment.

use std::fs;
use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::support::lab::{self, Full, Nb};
use crate::support::{command, qdns, run};

fn net() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    Ok(nb)
}

#[test]
fn a_database_that_is_stopped_and_goes_on_in_time_is_waited_for() -> Result<()> {
    let nb = net()?;
    nb.stop();
    thread::scope(|scope| {
        let add = scope.spawn(|| qdns(&nb.remote(), &["record", "add", "net1", "web", "10.0.0.10"]));
        thread::sleep(Duration::from_millis(700));
        nb.cont();
        add.join().unwrap().ok();
    });
    assert!(qdns(&nb.remote(), &["record", "ls", "net1"]).ok().contains("web.internal"));
    Ok(())
}

#[test]
fn a_full_disk_is_named_and_what_failed_is_not_there() -> Result<()> {
    let full = Full::start()?;
    full.nbctl(&["ls-add", "net1"]);
    qdns(&full.remote(), &["record", "add", "net1", "web", "10.0.0.10"]).ok();
    full.fill()?;
    // What is left of the last block still takes a few changes.
    let tries = (0..200)
        .map(|n| (n, qdns(&full.remote(), &["record", "add", "net1", &format!("host-{n}"), "10.0.0.11"])));
    let (number, failed) = tries.into_iter().find(|(_, run)| run.code != 0).expect("a full disk");
    let said = failed.fails(1);
    assert!(said.contains("cannot write to its disk") && said.contains("hint:"), "{said}");
    let listed = qdns(&full.remote(), &["record", "ls", "net1"]).ok().to_owned();
    assert!(listed.contains("web.internal") && !listed.contains(&format!("host-{number}.")), "{listed}");
    full.make_room()?;
    qdns(&full.remote(), &["record", "add", "net1", "db", "10.0.0.12"]).ok();
    Ok(())
}

#[test]
fn a_schema_from_before_the_options_of_dns_rows() -> Result<()> {
    let nb = Nb::with_schema(|schema| {
        schema["tables"]["DNS"]["columns"].as_object_mut().unwrap().remove("options");
        schema["version"] = "7.0.0".into();
    })?;
    nb.nbctl(&["ls-add", "net1"]);
    for args in [
        &["zone", "create", "net1"][..],
        &["record", "add", "net1", "web", "10.0.0.10", "fd00::10"],
        &["record", "add", "net1", "web", "10.0.0.11", "--replace"],
        &["record", "ls", "net1"],
        &["forwarders", "show"],
        &["zone", "rm", "net1", "--yes"],
    ] {
        qdns(&nb.remote(), args).ok();
    }
    assert_eq!(nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]).trim(), "");
    Ok(())
}

#[test]
fn ten_thousand_hosts_in_a_zone() -> Result<()> {
    let nb = net()?;
    qdns(&nb.remote(), &["zone", "create", "net1"]).ok();
    let row = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]).trim().to_owned();
    for first in (0..10_000).step_by(2_500) {
        let records: Vec<String> = (first..first + 2_500)
            .flat_map(|n| {
                let address = format!("10.1.{}.{}", n / 250, n % 250 + 1);
                [format!("records:host-{n}={address}"), format!("records:host-{n}.internal={address}")]
            })
            .collect();
        let records = records.iter().map(String::as_str);
        nb.nbctl(&["set", "DNS", &row].into_iter().chain(records).collect::<Vec<_>>());
    }
    let began = Instant::now();
    qdns(&nb.remote(), &["record", "add", "net1", "web", "10.0.0.10"]).ok();
    qdns(&nb.remote(), &["record", "rm", "net1", "host-5000"]).ok();
    let listed = qdns(&nb.remote(), &["record", "ls", "net1", "-o", "plain"]).ok().lines().count();
    assert_eq!(listed, 10_000);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    Ok(())
}

#[test]
fn a_thousand_addresses_in_a_value() -> Result<()> {
    let nb = net()?;
    let addresses: Vec<String> = (0..1_000).map(|n| format!("10.0.{}.{}", n / 250, n % 250 + 1)).collect();
    let all: Vec<&str> =
        ["record", "add", "net1", "many"].into_iter().chain(addresses.iter().map(String::as_str)).collect();
    qdns(&nb.remote(), &all).ok();
    let listed = qdns(&nb.remote(), &["record", "ls", "net1", "-o", "json"]).json();
    assert_eq!(listed["records"][0]["addresses"].as_array().unwrap().len(), 1_000);
    assert_eq!(listed["records"][0]["ptr"].as_array().unwrap().len(), 1_000);
    qdns(&nb.remote(), &["record", "rm", "net1", "many"]).ok();
    assert_eq!(nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]).trim(), "");
    Ok(())
}

/// Writes rows that are larger than a command line (RFC 7047, section 4.1.3).
fn transact(nb: &Nb, operations: serde_json::Value) -> Result<()> {
    let path = nb.remote().trim_start_matches("unix:").to_owned();
    let mut socket = UnixStream::connect(path)?;
    let request = serde_json::json!({"method": "transact", "params": operations, "id": 0});
    socket.write_all(request.to_string().as_bytes())?;
    let mut answer = serde_json::Deserializer::from_reader(socket).into_iter::<serde_json::Value>();
    let answer = answer.next().expect("an answer")?;
    assert!(!answer.to_string().contains("\"details\""), "{answer}");
    Ok(())
}

#[test]
fn values_of_many_megabytes_are_shown_in_part() -> Result<()> {
    let nb = net()?;
    let big = "x".repeat(2 << 20);
    transact(
        &nb,
        serde_json::json!(["OVN_Northbound",
            {"op": "insert", "table": "DNS", "uuid-name": "zone", "row": {
                "records": ["map", [["web", big], ["web.internal", "10.0.0.1"]]],
                "external_ids": ["map", [["switch", "net1"]]]}},
            {"op": "insert", "table": "Logical_Switch_Port", "uuid-name": "port", "row": {"name": big}},
            {"op": "mutate", "table": "Logical_Switch", "where": [["name", "==", "net1"]], "mutations": [
                ["dns_records", "insert", ["named-uuid", "zone"]], ["ports", "insert", ["named-uuid", "port"]]]}]),
    )?;
    for line in [
        "record ls",
        "record show net1 web",
        "record rm net1 web --dry-run",
        "zone rm net1 --dry-run",
        "doctor",
    ] {
        let shown = nb.qdns(&format!("--timeout 60 {line}"));
        assert!([0, 4].contains(&shown.code), "{line}: {}", shown.code);
        let length = shown.stdout.len() + shown.stderr.len();
        assert!(length < 100_000, "{line} shows {length} bytes");
    }
    let removed = nb.qdns("--timeout 60 record rm net1 web --dry-run");
    assert!(removed.stdout.contains("xxx… (2097152 bytes)"), "{removed}");
    Ok(())
}

/// Rows as OpenStack's ovn driver, LXD and Incus make them: their marks and their records.
const OTHERS: &[&[&str]] = &[
    &[
        "external_ids:ls_name=neutron-3b6c1f1e-6a0e-4b0c-9c3e-0d6f1f0f5a11",
        "records:web=\"10.0.0.10\"",
        "records:web.openstack.internal=\"10.0.0.10 fd00::10\"",
        "records:10.0.0.10.in-addr.arpa=web.openstack.internal",
    ],
    &[
        "external_ids:lxd_switch=net1",
        "external_ids:lxd_switch_port=lxd-net2-instance-7a1c-eth0",
        "records:web.lxd=\"10.0.0.10 fd42::10\"",
        "records:10.0.0.10.in-addr.arpa=web.lxd",
    ],
    &[
        "external_ids:incus_switch=net1",
        "external_ids:incus_switch_port=incus-net2-instance-9b2d-eth0",
        "records:web.incus=\"10.0.0.10\"",
    ],
];

#[test]
fn rows_of_neutron_lxd_and_incus_stay_as_they_are() -> Result<()> {
    let nb = net()?;
    let rows: Vec<String> = OTHERS
        .iter()
        .map(|columns| {
            let row = nb.nbctl(&[&["create", "DNS"], *columns].concat()).trim().to_owned();
            nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", &row]);
            row
        })
        .collect();
    let listed = || rows.iter().map(|row| nb.nbctl(&["list", "DNS", row])).collect::<String>();
    let before = listed();
    qdns(&nb.remote(), &["record", "add", "net1", "web", "10.0.0.10"]).fails(1);
    assert_eq!(listed(), before);
    for args in [
        &["record", "add", "net1", "mine", "10.0.0.10"][..],
        &["record", "add", "net1", "mine", "10.0.0.11", "--replace"],
        &["record", "rm", "net1", "mine"],
        &["record", "add", "net1", "db", "10.0.0.12", "--static"],
        &["zone", "rm", "net1", "--yes"],
    ] {
        qdns(&nb.remote(), args).ok();
        assert_eq!(listed(), before, "{args:?}");
    }
    let attached = nb.nbctl(&["get", "Logical_Switch", "net1", "dns_records"]);
    assert!(rows.iter().all(|row| attached.contains(row.as_str())), "{attached}");
    Ok(())
}

#[test]
fn an_ovn_nbctl_that_is_killed_at_any_moment_leaves_all_or_nothing() -> Result<()> {
    let nb = net()?;
    qdns(&nb.remote(), &["zone", "create", "net1"]).ok();
    let dir = tempfile::tempdir()?;
    let (mut done, mut failed) = (0, 0);
    for step in 0..40 {
        // Each run of it lives a little longer than the one before, so that any of them may be cut.
        let script = dir.path().join(format!("ovn-nbctl-{step}"));
        let life = format!("0.{:03}", step % 20 + 1);
        let real = nb.nbctl_path().display();
        lab::executable(
            &script,
            &format!("#!/bin/sh\n{real} \"$@\" &\nsleep {life}\nkill -KILL $! 2>/dev/null\nwait $!\n"),
        )?;
        let host = format!("host-{step}");
        let mut add = command(&nb.remote());
        add.args(["record", "add", "net1", &host, &format!("10.0.0.{}", step + 1)])
            .env("QDNS_OVN_NBCTL", &script);
        let added = run(&mut add);
        let records = nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
        let keys = [format!("{host}="), format!("{host}.internal="), format!("={host}.internal")];
        let found = keys.iter().filter(|key| records.contains(key.as_str())).count();
        assert!(found == 0 || found == 3, "{host}: half of it: {records}");
        match added.code {
            0 => assert_eq!(found, 3, "{added:?}"),
            _ if added.stderr.contains("unknown") => {}
            _ => assert_eq!(found, 0, "{added:?}"),
        }
        *if added.code == 0 { &mut done } else { &mut failed } += 1;
    }
    println!("{done} done, {failed} failed");
    assert!(fs::metadata(dir.path()).is_ok() && failed > 0, "nothing was ever cut");
    Ok(())
}
