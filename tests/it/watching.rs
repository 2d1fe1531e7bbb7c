//! `qdns sync --watch` on a real database: through storms and restarts.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::support::lab::{Cluster, Nb, wait_for};
use crate::support::{command, qdns, snapshot};
use crate::sync::{net, port};

/// The hosts of net1 with their addresses.
fn records(nb: &Nb) -> BTreeMap<String, String> {
    let list = nb.qdns("record ls net1 -o json").json();
    let list = list["records"].as_array().into_iter().flatten();
    list.map(|record| (text(&record["hostname"]), addresses(record))).collect()
}

/// A host's addresses. On the way to the final state, a reverse name may still be another host's.
fn addresses(record: &Value) -> String {
    let list = record["addresses"].as_array().into_iter().flatten();
    let addresses = list.map(text).collect::<Vec<_>>().join(" ");
    if record["ptr"] == record["addresses"] {
        addresses
    } else {
        format!("{addresses}, but reverse names for {}", record["ptr"])
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A running `qdns sync --watch`; it is killed on drop.
pub struct Watcher(Child);

impl Watcher {
    fn start(nb: &Nb, name: &str, args: &[&str]) -> Result<Self> {
        Self::start_at(&nb.remote(), &nb.dir().join(format!("{name}.log")), args)
    }

    pub fn start_at(remotes: &str, log: &Path, args: &[&str]) -> Result<Self> {
        let log = File::create(log)?;
        let mut command = command(remotes);
        command.args(["sync", "--watch"]).args(args).stderr(log.try_clone()?).stdout(log);
        Self::spawn(&mut command)
    }

    pub fn spawn(command: &mut Command) -> Result<Self> {
        Ok(Watcher(command.spawn()?))
    }

    /// SIGTERM, and the exit code.
    pub fn stop(mut self) -> Result<i32> {
        let status = Command::new("kill").arg(self.0.id().to_string()).status()?;
        ensure!(status.success(), "{status}");
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until {
            if let Some(status) = self.0.try_wait()? {
                return status.code().context("it was killed");
            }
            thread::sleep(Duration::from_millis(10));
        }
        bail!("it does not end on SIGTERM")
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until the zone is `wanted`.
fn settles(nb: &Nb, wanted: &BTreeMap<String, String>, limit: Duration) {
    let began = Instant::now();
    loop {
        let now = records(nb);
        if now == *wanted {
            return;
        }
        let logs = || {
            let log = |name: &str| fs::read_to_string(nb.dir().join(name)).unwrap_or_default();
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
fn a_watcher_follows_the_ports_and_ends_on_sigterm() -> Result<()> {
    let nb = net()?;
    let watcher = Watcher::start(&nb, "a", &["net1", "--prune"])?;
    port(&nb, "first", "0a:00:00:00:00:01 10.0.0.1");
    settles(&nb, &map(&[("first", "10.0.0.1")]), Duration::from_secs(5));
    for address in ["10.0.0.2", "10.0.0.3", "10.0.0.4"] {
        nb.nbctl(&["lsp-set-addresses", "first", &format!("0a:00:00:00:00:01 {address}")]);
        settles(&nb, &map(&[("first", address)]), Duration::from_secs(5));
    }
    // A record that is removed by hand comes back.
    nb.qdns("record rm net1 first").ok();
    settles(&nb, &map(&[("first", "10.0.0.4")]), Duration::from_secs(5));
    nb.nbctl(&["lsp-del", "first"]);
    settles(&nb, &map(&[]), Duration::from_secs(5));
    let pid = watcher.0.id();
    assert_eq!(watcher.stop()?, 0);
    let left = Command::new("pgrep").args(["-P", &pid.to_string()]).output()?;
    assert!(left.stdout.is_empty(), "monitors are left");
    Ok(())
}

#[test]
fn each_line_of_a_watcher_names_the_switch() -> Result<()> {
    let nb = net()?;
    let watcher = Watcher::start(&nb, "a", &["net1", "--prune"])?;
    port(&nb, "first", "0a:00:00:00:00:01 10.0.0.1");
    settles(&nb, &map(&[("first", "10.0.0.1")]), Duration::from_secs(5));
    nb.nbctl(&["set", "Logical_Switch_Port", "first", "external_ids:qdns-aliases=BAD_NAME"]);
    wait_for_log(&nb, "a", "bad-name");
    nb.nbctl(&["lsp-del", "first"]);
    let log = wait_for_log(&nb, "a", "ovn-nbctl add DNS");
    assert_eq!(watcher.stop()?, 0);
    snapshot!(log, @r#"
    net1: + zone  net1
    net1: + 1.0.0.10.in-addr.arpa  first.internal
    net1: + first  10.0.0.1
    net1: + first.internal  10.0.0.1
    net1: + qdns-port-first  [UUID]
    warning: switch net1: port first: alias BAD_NAME: hostname "BAD_NAME" is refused: underscores are not allowed in hostnames (RFC 1123); use `bad-name`
    net1: - 1.0.0.10.in-addr.arpa  first.internal
    net1: - first  10.0.0.1
    net1: - first.internal  10.0.0.1
    net1: - qdns-port-first  [UUID]

    Why:
      first: the port of net1 that registered it is gone

    To undo:
      qdns record add net1 first 10.0.0.1
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-first"="[UUID]"'
    "#);
    Ok(())
}

/// systemd and a terminal send a signal to all processes of a group. The monitors may end first.
#[test]
fn a_signal_to_all_of_its_processes_ends_a_watcher_without_a_word() -> Result<()> {
    let nb = net()?;
    port(&nb, "first", "0a:00:00:00:00:01 10.0.0.1");
    let mut watcher = Watcher::start(&nb, "a", &["net1"])?;
    settles(&nb, &map(&[("first", "10.0.0.1")]), Duration::from_secs(5));
    let pid = watcher.0.id().to_string();
    let monitors = Command::new("pgrep").args(["-P", &pid]).output()?;
    let monitors = String::from_utf8(monitors.stdout)?;
    Command::new("kill").args(monitors.split_whitespace()).arg(&pid).stderr(Stdio::null()).status()?;
    assert_eq!(watcher.0.wait()?.code(), Some(0));
    let log = fs::read_to_string(nb.dir().join("a.log"))?;
    assert!(!log.contains("warning"), "{log}");
    Ok(())
}

#[test]
fn a_watcher_keeps_what_was_made_by_hand() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 alias 10.0.0.1").ok();
    let watcher = Watcher::start(&nb, "a", &["--all", "--prune"])?;
    port(&nb, "web", "0a:00:00:00:00:01 10.0.0.1");
    settles_names(&nb, &["alias", "web"]);
    nb.qdns("record add net1 printer 10.0.0.99").ok();
    nb.nbctl(&["lsp-del", "web"]);
    settles_names(&nb, &["alias", "printer"]);
    thread::sleep(Duration::from_millis(500));
    settles_names(&nb, &["alias", "printer"]);
    assert_eq!(watcher.stop()?, 0);
    Ok(())
}

/// Four ports with registered names; then they are gone.
fn net_with_gone_ports() -> Result<(Nb, Watcher)> {
    let nb = net()?;
    nb.qdns("record add net1 printer 10.0.0.99").ok();
    for n in 1..5 {
        port(&nb, &format!("vm-{n}"), &format!("0a:00:00:00:00:0{n} 10.0.0.{n}"));
    }
    let watcher = Watcher::start(&nb, "a", &["net1", "--prune", "--grace", "5"])?;
    settles_names(&nb, &["printer", "vm-1", "vm-2", "vm-3", "vm-4"]);
    nb.nbctl(&["clear", "Logical_Switch", "net1", "ports"]);
    thread::sleep(Duration::from_millis(1500));
    settles_names(&nb, &["printer", "vm-1", "vm-2", "vm-3", "vm-4"]);
    Ok((nb, watcher))
}

#[test]
fn a_watcher_removes_many_hosts_only_after_the_grace() -> Result<()> {
    let (nb, watcher) = net_with_gone_ports()?;
    settles_names(&nb, &["printer"]);
    // The watcher prints what it removed after the database has it.
    let log = wait_for_log(&nb, "a", "qdns record add net1 vm-4 10.0.0.4");
    let warning = "warning: the ports of 4 of the 5 hosts of net1 are gone at once: the hosts stay for 5 s, and go \
                   then if their ports are still gone; qdns sync net1 --prune --force --yes removes them now";
    assert_eq!(log.matches(warning).count(), 1, "{log}");
    assert!(log.contains("qdns record add net1 vm-1 10.0.0.1"), "{log}");
    assert_eq!(watcher.stop()?, 0);
    Ok(())
}

#[test]
fn ports_that_come_back_within_the_grace_keep_their_hosts() -> Result<()> {
    let (nb, watcher) = net_with_gone_ports()?;
    for n in 1..5 {
        port(&nb, &format!("vm-{n}"), &format!("0a:00:00:00:00:0{n} 10.0.0.1{n}"));
    }
    thread::sleep(Duration::from_secs(6));
    let wanted = [("printer", "99"), ("vm-1", "11"), ("vm-2", "12"), ("vm-3", "13"), ("vm-4", "14")];
    let wanted = wanted.map(|(name, end)| (name.to_owned(), format!("10.0.0.{end}")));
    settles(&nb, &wanted.into(), Duration::from_secs(1));
    assert_eq!(watcher.stop()?, 0);
    Ok(())
}

/// Waits until the log of a watcher has a text; the log.
fn wait_for_log(nb: &Nb, name: &str, text: &str) -> String {
    let began = Instant::now();
    loop {
        let log = fs::read_to_string(nb.dir().join(format!("{name}.log"))).unwrap_or_default();
        if log.contains(text) {
            return log;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "wanted {text}\n{log}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until net1 has exactly these hosts.
fn settles_names(nb: &Nb, wanted: &[&str]) {
    let began = Instant::now();
    loop {
        let now: Vec<String> = records(nb).into_keys().collect();
        if now == wanted {
            return;
        }
        let log = fs::read_to_string(nb.dir().join("a.log")).unwrap_or_default();
        assert!(began.elapsed() < Duration::from_secs(10), "wanted {wanted:?}\nis {now:?}\n{log}");
        thread::sleep(Duration::from_millis(20));
    }
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
    nb.qdns("record add net1 printer 10.9.9.9 --static").ok();
    let foreign = nb.nbctl(&["create", "DNS", "external_ids:ls_name=net1", "records:foreign.org=192.0.2.1"]);
    nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", foreign.trim()]);
    let before = nb.nbctl(&["list", "DNS", foreign.trim()]);
    let watchers = ["a", "b"]
        .map(|name| Watcher::start(&nb, name, &["--all", "--prune", "--grace", "2", "--recheck", "1"]));

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
    for _ in 0..150 {
        flip(&nb, &mut dice, &mut ports);
    }
    nb.kill();
    thread::sleep(Duration::from_millis(500));
    nb.restart()?;
    for _ in 0..150 {
        flip(&nb, &mut dice, &mut ports);
    }
    let mut wanted: BTreeMap<String, String> =
        ports.into_iter().map(|(n, address)| (format!("vm-{n}"), address)).collect();
    assert!(wanted.len() > 30, "{}", wanted.len());
    wanted.insert("printer".into(), "10.9.9.9".into());
    settles(&nb, &wanted, Duration::from_secs(60));
    assert_eq!(nb.nbctl(&["list", "DNS", foreign.trim()]), before);
    let row = nb.nbctl(&["--bare", "--columns=records", "find", "DNS", "external_ids:switch=net1"]);
    assert_eq!(row.split_whitespace().count(), wanted.len() * 3, "{row}");
    for watcher in watchers {
        assert_eq!(watcher?.stop()?, 0);
    }
    thread::sleep(Duration::from_millis(100));
    assert_eq!(records(&nb), wanted);
    for name in ["a.log", "b.log"] {
        let log = fs::read_to_string(nb.dir().join(name))?;
        assert!(!log.contains("bug"), "{log}");
    }
    Ok(())
}

/// The processes that a watcher started.
fn monitors(watcher: &Watcher) -> Result<Vec<String>> {
    let list = Command::new("pgrep").args(["-P", &watcher.0.id().to_string()]).output()?;
    Ok(String::from_utf8(list.stdout)?.lines().map(str::to_owned).collect())
}

#[test]
fn no_monitor_outlives_a_watcher_that_is_killed() -> Result<()> {
    let nb = net()?;
    let mut watcher = Watcher::start(&nb, "a", &["--all"])?;
    ensure!(wait_for(Duration::from_secs(10), || monitors(&watcher).is_ok_and(|list| list.len() > 2)));
    let monitors = monitors(&watcher)?;
    watcher.0.kill()?;
    let is_running = |pid: &String| Path::new("/proc").join(pid).exists();
    ensure!(wait_for(Duration::from_secs(5), || !monitors.iter().any(is_running)), "{monitors:?}");
    Ok(())
}

#[test]
fn a_watcher_ends_on_sigterm_although_the_database_hangs() -> Result<()> {
    let nb = net()?;
    nb.stop();
    let watcher = Watcher::start(&nb, "a", &["--all"])?;
    // By then it waits for an answer.
    thread::sleep(Duration::from_secs(1));
    assert_eq!(watcher.stop()?, 0);
    nb.cont();
    Ok(())
}

#[test]
fn a_host_goes_when_nothing_says_any_longer_that_it_lives() -> Result<()> {
    let nb = net()?;
    port(&nb, "web", "0a:00:00:00:00:01 10.0.0.1");
    let watcher = Watcher::start(&nb, "a", &["--all", "--prune"])?;
    nb.qdns("record add net1 printer 10.0.0.99").ok();
    settles_names(&nb, &["printer", "web"]);
    nb.nbctl(&["lb-add", "lb1", "10.0.0.1:80", "10.0.0.2:80"]);
    nb.nbctl(&["lsp-del", "web"]);
    thread::sleep(Duration::from_millis(500));
    settles_names(&nb, &["printer", "web"]);
    nb.nbctl(&["lb-del", "lb1"]);
    settles_names(&nb, &["printer"]);
    assert_eq!(watcher.stop()?, 0);
    Ok(())
}

#[test]
fn a_switch_that_is_named_is_followed_from_when_it_exists() -> Result<()> {
    let nb = Nb::start()?;
    let watcher = Watcher::start(&nb, "a", &["net1"])?;
    wait_for_log(&nb, "a", "there is no logical switch \"net1\"");
    nb.nbctl(&["ls-add", "net1"]);
    port(&nb, "web", "0a:00:00:00:00:01 10.0.0.1");
    settles_names(&nb, &["web"]);
    assert_eq!(watcher.stop()?, 0);
    Ok(())
}

#[test]
fn names_go_on_after_the_leader_of_a_cluster_hangs() -> Result<()> {
    let cluster = Cluster::start()?;
    cluster.nbctl(&["ls-add", "net1", "--", "lsp-add", "net1", "first"]);
    cluster.nbctl(&["lsp-set-addresses", "first", "0a:00:00:00:00:01 10.0.0.1"]);
    let dir = tempfile::tempdir()?;
    let watcher = Watcher::start_at(&cluster.remotes(), &dir.path().join("log"), &["net1"])?;
    let has = |remotes: &str, host: &str| {
        let list = qdns(remotes, &["--no-leader-only", "record", "ls", "net1", "-o", "plain"]);
        list.stdout.contains(&format!("{host}.internal"))
    };
    ensure!(wait_for(Duration::from_secs(20), || has(&cluster.remotes(), "first")));
    let leader = cluster.leader()?;
    cluster.stop(leader);
    let other = cluster.remote(cluster.leader()?);
    cluster.nbctl_at(&other, &["lsp-add", "net1", "second"]);
    cluster.nbctl_at(&other, &["lsp-set-addresses", "second", "0a:00:00:00:00:02 10.0.0.2"]);
    let began = Instant::now();
    let appeared = wait_for(Duration::from_secs(30), || has(&other, "second"));
    println!("the name was late by {:?}", began.elapsed());
    cluster.cont(leader);
    ensure!(appeared, "{}", fs::read_to_string(dir.path().join("log"))?);
    assert_eq!(watcher.stop()?, 0);
    Ok(())
}
