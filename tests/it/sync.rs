//! `qdns sync` on a real database: once, and following it through storms and restarts.

use std::collections::BTreeMap;
use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::{command, qdns};

/// The records of net1's zone: every key with its value.
fn records(nb: &Nb) -> BTreeMap<String, String> {
    let json = qdns(&nb.remote(), &["record", "ls", "net1", "-o", "json"]).json();
    let mut records = BTreeMap::new();
    for record in json["records"].as_array().unwrap() {
        let value = record["addresses"].as_array().unwrap().iter().map(|ip| ip.as_str().unwrap());
        let mut value = value.collect::<Vec<_>>().join(" ");
        // On the way there, a reverse name may still be the one of the host that had the address before.
        if record["ptr"] != record["addresses"] {
            value += &format!(", but reverse names for {}", record["ptr"]);
        }
        records.insert(record["hostname"].as_str().unwrap().to_owned(), value);
    }
    records
}

fn port(nb: &Nb, name: &str, addresses: &str) {
    nb.nbctl(&["lsp-add", "net1", name, "--", "lsp-set-addresses", name, addresses]);
}

fn net() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    Ok(nb)
}

/// A running `qdns sync --watch`; it is killed on drop.
struct Watcher(Child);

impl Watcher {
    fn start(nb: &Nb, name: &str, args: &[&str]) -> Result<Self> {
        let log = File::create(nb.dir().join(format!("{name}.log")))?;
        let mut command = command(&nb.remote());
        command.args(["sync", "--watch"]).args(args).stderr(log.try_clone()?).stdout(log);
        Ok(Watcher(command.spawn()?))
    }

    /// SIGTERM, and the exit code.
    fn stop(mut self) -> i32 {
        let status = Command::new("kill").arg(self.0.id().to_string()).status().unwrap();
        assert!(status.success());
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end on SIGTERM");
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until the zone is `wanted`; how long that took.
fn settles(nb: &Nb, wanted: &BTreeMap<String, String>, limit: Duration) -> Duration {
    let began = Instant::now();
    loop {
        let now = records(nb);
        if now == *wanted {
            return began.elapsed();
        }
        let logs = || {
            let log = |name: &str| std::fs::read_to_string(nb.dir().join(name)).unwrap_or_default();
            let (a, b) = (log("a.log"), log("b.log"));
            let tail = |text: &str| text.lines().rev().take(12).collect::<Vec<_>>().join("\n");
            format!("{}\n--\n{}", tail(&a), tail(&b))
        };
        assert!(began.elapsed() < limit, "wanted {wanted:?}\nis {now:?}\n{}", logs());
        thread::sleep(Duration::from_millis(20));
    }
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn names_follow_the_ports_once() -> Result<()> {
    let nb = net()?;
    port(&nb, "web", "0a:00:00:00:00:02 10.0.0.2 fd00::2");
    port(&nb, "5a39e9bd-5530-4c75-b598-c5f701b62600", "dynamic");
    nb.nbctl(&[
        "set",
        "Logical_Switch_Port",
        "5a39e9bd-5530-4c75-b598-c5f701b62600",
        "dynamic_addresses=\"0a:00:00:00:00:03 10.0.0.3\"",
        "external_ids:role=db",
    ]);
    port(&nb, "p4", "0a:00:00:00:00:04 10.0.0.4");
    nb.nbctl(&["set", "Logical_Switch_Port", "p4", "external_ids:vm_name=BAD_NAME"]);
    qdns(&nb.remote(), &["record", "add", "net1", "gone", "10.0.0.9"]).ok();
    qdns(&nb.remote(), &["record", "add", "net1", "web", "10.0.0.8"]).ok();
    qdns(&nb.remote(), &["record", "add", "net1", "kept", "10.0.0.7", "--static"]).ok();

    assert_eq!(qdns(&nb.remote(), &["sync", "net1", "--check"]).code, 4);
    let run = qdns(&nb.remote(), &["sync", "net1", "--name-from", "role"]);
    run.ok();
    assert!(run.stderr.contains("BAD_NAME") && run.stderr.contains("bad-name"), "{}", run.stderr);
    let mut wanted =
        map(&[("web", "10.0.0.2 fd00::2"), ("db", "10.0.0.3"), ("gone", "10.0.0.9"), ("kept", "10.0.0.7")]);
    assert_eq!(records(&nb), wanted);
    assert_eq!(qdns(&nb.remote(), &["sync", "--all", "--check", "--name-from", "role"]).code, 0);

    let said = qdns(&nb.remote(), &["sync", "net1", "--prune", "--name-from", "role"]).fails(1);
    assert!(said.contains("--yes"), "{said}");
    qdns(&nb.remote(), &["sync", "net1", "--prune", "--yes", "--name-from", "role"]).ok();
    wanted.remove("gone");
    assert_eq!(records(&nb), wanted);
    Ok(())
}

#[test]
fn a_watcher_reacts_within_a_second_and_ends_when_told() -> Result<()> {
    let nb = net()?;
    let watcher = Watcher::start(&nb, "a", &["net1", "--prune"])?;
    port(&nb, "first", "0a:00:00:00:00:01 10.0.0.1");
    settles(&nb, &map(&[("first", "10.0.0.1")]), Duration::from_secs(5));
    // Beyond the readings with which a watch begins: from here on only the database can tell it.
    thread::sleep(Duration::from_secs(4));
    for (n, address) in ["10.0.0.2", "10.0.0.3", "10.0.0.4"].into_iter().enumerate() {
        nb.nbctl(&["lsp-set-addresses", "first", &format!("0a:00:00:00:00:01 {address}")]);
        let took = settles(&nb, &map(&[("first", address)]), Duration::from_secs(5));
        assert!(took < Duration::from_secs(1), "change {n} took {took:?}");
        thread::sleep(Duration::from_millis(700));
    }
    // What somebody takes away by hand comes back.
    qdns(&nb.remote(), &["record", "rm", "net1", "first"]).ok();
    settles(&nb, &map(&[("first", "10.0.0.4")]), Duration::from_secs(1));
    nb.nbctl(&["lsp-del", "first"]);
    let took = settles(&nb, &map(&[]), Duration::from_secs(5));
    assert!(took < Duration::from_secs(1), "{took:?}");
    let pid = watcher.0.id();
    assert_eq!(watcher.stop(), 0);
    let left = Command::new("pgrep").args(["-P", &pid.to_string()]).output()?;
    assert!(left.stdout.is_empty(), "monitors are left behind");
    Ok(())
}

#[test]
fn a_watcher_stops_at_the_brake_for_what_it_never_saw_alive() -> Result<()> {
    let nb = net()?;
    for n in 10..20 {
        qdns(&nb.remote(), &["record", "add", "net1", &format!("old-{n}"), &format!("10.0.0.{n}")]).ok();
    }
    let watcher = Watcher::start(&nb, "a", &["net1", "--prune"])?;
    port(&nb, "fresh", "0a:00:00:00:00:01 10.0.0.1");
    let until = Instant::now() + Duration::from_secs(5);
    while !records(&nb).contains_key("fresh") && Instant::now() < until {
        thread::sleep(Duration::from_millis(20));
    }
    thread::sleep(Duration::from_millis(500));
    assert_eq!(records(&nb).len(), 11);
    let said = std::fs::read_to_string(nb.dir().join("a.log"))?;
    assert!(said.contains("more than 30 %") && said.contains("--force"), "{said}");
    assert_eq!(watcher.stop(), 0);
    Ok(())
}

/// A number that looks random and is the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

#[test]
fn two_watchers_in_a_storm_leave_exactly_what_the_ports_say() -> Result<()> {
    let nb = net()?;
    qdns(&nb.remote(), &["record", "add", "net1", "printer", "10.9.9.9", "--static"]).ok();
    let foreign = nb.nbctl(&["create", "DNS", "external_ids:ls_name=net1", "records:foreign.org=192.0.2.1"]);
    nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", foreign.trim()]);
    let before = nb.nbctl(&["list", "DNS", foreign.trim()]);
    let watchers =
        [Watcher::start(&nb, "a", &["--all", "--prune"])?, Watcher::start(&nb, "b", &["--all", "--prune"])?];

    let mut dice = Dice(42);
    let mut ports: BTreeMap<u64, String> = BTreeMap::new();
    let flip = |nb: &Nb, dice: &mut Dice, ports: &mut BTreeMap<u64, String>| {
        let n = dice.below(200);
        let name = format!("vm-{n}");
        // Two names share each address, one after the other: a rival goes first.
        let rival = (n + 100) % 200;
        if ports.remove(&rival).is_some() {
            nb.nbctl(&["lsp-del", &format!("vm-{rival}")]);
        }
        match ports.remove(&n) {
            Some(_) => drop(nb.nbctl(&["lsp-del", &name])),
            None => {
                let address = format!("10.0.0.{}", n % 100 + 1);
                port(nb, &name, &format!("0a:00:00:00:{:02x}:{:02x} {address}", n / 100, n % 100));
                ports.insert(n, address);
            }
        }
    };
    for _ in 0..300 {
        flip(&nb, &mut dice, &mut ports);
    }
    nb.kill();
    thread::sleep(Duration::from_millis(500));
    nb.restart()?;
    for _ in 0..300 {
        flip(&nb, &mut dice, &mut ports);
    }
    let mut wanted: BTreeMap<String, String> =
        ports.into_iter().map(|(n, address)| (format!("vm-{n}"), address)).collect();
    assert!(wanted.len() > 30, "{}", wanted.len());
    wanted.insert("printer".into(), "10.9.9.9".into());
    settles(&nb, &wanted, Duration::from_secs(15));
    assert_eq!(nb.nbctl(&["list", "DNS", foreign.trim()]), before);
    let row = nb.nbctl(&["--bare", "--columns=records", "find", "DNS", "external_ids:switch=net1"]);
    assert_eq!(row.split_whitespace().count(), wanted.len() * 3, "{row}");
    for watcher in watchers {
        assert_eq!(watcher.stop(), 0);
    }
    thread::sleep(Duration::from_millis(100));
    assert_eq!(records(&nb), wanted);
    Ok(())
}

#[test]
fn the_unit_is_one_that_systemd_accepts() -> Result<()> {
    let nb = Nb::start()?;
    let unit = qdns(&nb.remote(), &["sync", "--print-unit"]);
    let path = nb.dir().join("qdns-sync.service");
    std::fs::write(&path, unit.ok().replace("/usr/bin/qdns", env!("CARGO_BIN_EXE_qdns")))?;
    let Ok(output) =
        Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&path).stdin(Stdio::null()).output()
    else {
        return Ok(());
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("qdns-sync.service:"), "{said}");
    Ok(())
}
