//! `qdns sync` on a real database: once, and following it through storms and restarts.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::support::lab::Nb;
use crate::support::{command, snapshot};

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
    fn stop(mut self) -> Result<i32> {
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

/// Three ports: one with a name, one with a UUID as its name, one with a name that is no hostname. `web` has an
/// earlier address, and the port of `gone` is gone.
fn net_with_ports() -> Result<Nb> {
    let nb = net()?;
    port(&nb, "web", "0a:00:00:00:00:02 10.0.0.8");
    port(&nb, "gone", "0a:00:00:00:00:09 10.0.0.9");
    nb.qdns("sync net1").ok();
    nb.nbctl(&["lsp-set-addresses", "web", "0a:00:00:00:00:02 10.0.0.2 fd00::2", "--", "lsp-del", "gone"]);
    let uuid = "5a39e9bd-5530-4c75-b598-c5f701b62600";
    port(&nb, uuid, "dynamic");
    let address = "dynamic_addresses=\"0a:00:00:00:00:03 10.0.0.3\"";
    nb.nbctl(&["set", "Logical_Switch_Port", uuid, address, "external_ids:role=db"]);
    port(&nb, "p4", "0a:00:00:00:00:04 10.0.0.4");
    nb.nbctl(&["set", "Logical_Switch_Port", "p4", "external_ids:vm_name=BAD_NAME"]);
    for host in ["kept 10.0.0.7 --static", "printer 10.0.0.99"] {
        nb.qdns(&format!("record add net1 {host}")).ok();
    }
    Ok(nb)
}

#[test]
fn names_follow_the_ports() -> Result<()> {
    let nb = net_with_ports()?;
    snapshot!(nb.qdns("sync net1 --name-from role"), @r#"
    + 2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  web.internal
    + 2.0.0.10.in-addr.arpa  web.internal
    + 3.0.0.10.in-addr.arpa  db.internal
    - 8.0.0.10.in-addr.arpa  web.internal
    + db  10.0.0.3
    + db.internal  10.0.0.3
    ~ web  10.0.0.8 -> 10.0.0.2 fd00::2
    ~ web.internal  10.0.0.8 -> 10.0.0.2 fd00::2
    + qdns-port-db  [UUID]

    To put back:
      qdns record rm net1 db
      qdns record add net1 web 10.0.0.8 --replace
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-web"="[UUID]"'
    ----- stderr -----
    warning: port p4: hostname "BAD_NAME" is refused: underscores are not allowed in hostnames (RFC 1123); use `bad-name`
    "#);
    snapshot!(nb.qdns("record ls net1"), @"
    HOSTNAME       FQDN              ADDRESSES  PTR  SWITCH
    db             db.internal       10.0.0.3   yes  net1
    gone           gone.internal     10.0.0.9   yes  net1
    kept (static)  kept.internal     10.0.0.7   yes  net1
    printer        printer.internal  10.0.0.99  yes  net1
    web            web.internal      10.0.0.2   yes  net1
                                     fd00::2
    ");
    Ok(())
}

#[test]
fn a_check_ends_with_4_until_names_follow_the_ports() -> Result<()> {
    let nb = net_with_ports()?;
    let before = nb.dump();
    snapshot!(nb.qdns("sync net1 --check --name-from role"), @r#"
    Would change:
    + 2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  web.internal
    + 2.0.0.10.in-addr.arpa  web.internal
    + 3.0.0.10.in-addr.arpa  db.internal
    - 8.0.0.10.in-addr.arpa  web.internal
    + db  10.0.0.3
    + db.internal  10.0.0.3
    ~ web  10.0.0.8 -> 10.0.0.2 fd00::2
    ~ web.internal  10.0.0.8 -> 10.0.0.2 fd00::2
    + qdns-port-db  [UUID]

    To put back:
      qdns record rm net1 db
      qdns record add net1 web 10.0.0.8 --replace
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-web"="[UUID]"'
    ----- stderr -----
    warning: port p4: hostname "BAD_NAME" is refused: underscores are not allowed in hostnames (RFC 1123); use `bad-name`
    ----- exit 4 -----
    "#);
    assert_eq!(nb.dump(), before);
    nb.qdns("sync net1 --name-from role").ok();
    snapshot!(nb.qdns("sync --all --check --name-from role"), @r#"
    Nothing to change.
    ----- stderr -----
    warning: port p4: hostname "BAD_NAME" is refused: underscores are not allowed in hostnames (RFC 1123); use `bad-name`
    "#);
    Ok(())
}

#[test]
fn hosts_without_a_port_go_only_with_yes() -> Result<()> {
    let nb = net_with_ports()?;
    nb.qdns("sync net1 --name-from role").ok();
    let before = nb.dump();
    snapshot!(nb.qdns("sync net1 --prune --name-from role"), @"
    ----- stderr -----
    error: this would remove 1 stale host of net1
       hint: --yes confirms it; --dry-run shows what would change
    ----- exit 1 -----
    ");
    assert_eq!(nb.dump(), before);
    snapshot!(nb.qdns("sync net1 --prune --yes --name-from role"), @r#"
    - 9.0.0.10.in-addr.arpa  gone.internal
    - gone  10.0.0.9
    - gone.internal  10.0.0.9
    - qdns-port-gone  [UUID]

    Why:
      gone: the port of net1 that registered it is gone

    To put back:
      qdns record add net1 gone 10.0.0.9
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-gone"="[UUID]"'
    ----- stderr -----
    warning: port p4: hostname "BAD_NAME" is refused: underscores are not allowed in hostnames (RFC 1123); use `bad-name`
    "#);
    snapshot!(nb.qdns("record ls net1"), @"
    HOSTNAME       FQDN              ADDRESSES  PTR  SWITCH
    db             db.internal       10.0.0.3   yes  net1
    kept (static)  kept.internal     10.0.0.7   yes  net1
    printer        printer.internal  10.0.0.99  yes  net1
    web            web.internal      10.0.0.2   yes  net1
                                     fd00::2
    ");
    Ok(())
}

#[test]
fn a_watcher_follows_the_ports_and_ends_on_sigterm() -> Result<()> {
    let nb = net()?;
    let watcher = Watcher::start(&nb, "a", &["net1", "--prune"])?;
    port(&nb, "first", "0a:00:00:00:00:01 10.0.0.1");
    settles(&nb, &map(&[("first", "10.0.0.1")]), Duration::from_secs(5));
    // After the readings at the start of a watch: from here on only the database reports changes.
    thread::sleep(Duration::from_secs(4));
    for address in ["10.0.0.2", "10.0.0.3", "10.0.0.4"] {
        nb.nbctl(&["lsp-set-addresses", "first", &format!("0a:00:00:00:00:01 {address}")]);
        settles(&nb, &map(&[("first", address)]), Duration::from_secs(5));
        thread::sleep(Duration::from_millis(700));
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

#[test]
fn what_an_operator_sets_by_hand_stays() -> Result<()> {
    let nb = net()?;
    port(&nb, "web", "0a:00:00:00:00:02 10.0.0.2");
    nb.qdns("sync net1").ok();
    snapshot!(nb.qdns("record add net1 web 10.0.0.22 --replace"), @r#"
    - 2.0.0.10.in-addr.arpa  web.internal
    + 22.0.0.10.in-addr.arpa  web.internal
    ~ web  10.0.0.2 -> 10.0.0.22
    ~ web.internal  10.0.0.2 -> 10.0.0.22
    - qdns-port-web  [UUID]

    To put back:
      qdns record add net1 web 10.0.0.2 --replace
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-web"="[UUID]"'
    ----- stderr -----
    warning: web: a port registered it; from now on sync keeps what you set
    "#);
    snapshot!(nb.qdns("sync net1 --prune"), @"
    Nothing to change.
    ----- stderr -----
    warning: port web: web of net1 has 10.0.0.22 and was made by hand; qdns record rm net1 web lets the port register it
    ");
    Ok(())
}

#[test]
fn removing_the_host_of_a_port_says_that_it_comes_back() -> Result<()> {
    let nb = net()?;
    port(&nb, "web", "0a:00:00:00:00:02 10.0.0.2");
    nb.qdns("sync net1").ok();
    snapshot!(nb.qdns("record rm net1 web"), @r#"
    - 2.0.0.10.in-addr.arpa  web.internal
    - web  10.0.0.2
    - web.internal  10.0.0.2
    - qdns-port-web  [UUID]

    To put back:
      qdns record add net1 web 10.0.0.2
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-web"="[UUID]"'
    ----- stderr -----
    warning: web: a port registered it, and sync registers it again while that port exists; ovn-nbctl set Logical_Switch_Port [UUID] external_ids:qdns-hostname=- prevents it
    "#);
    Ok(())
}

#[test]
fn all_means_the_switches_that_have_a_zone_or_may_get_one() -> Result<()> {
    let nb = net()?;
    nb.nbctl(&["ls-add", "others", "--", "lsp-add", "others", "vm"]);
    nb.nbctl(&["lsp-set-addresses", "vm", "0a:00:00:00:00:05 10.0.0.5"]);
    port(&nb, "web", "0a:00:00:00:00:02 10.0.0.2");
    snapshot!(nb.qdns("sync --all"), @"Nothing to change.");
    nb.nbctl(&["set", "Logical_Switch", "others", "external_ids:\"neutron:network_name\"=others"]);
    nb.qdns("sync --all --create-zones").ok();
    snapshot!(nb.qdns("record ls"), @"
    HOSTNAME  FQDN          ADDRESSES  PTR  SWITCH
    web       web.internal  10.0.0.2   yes  net1
    ");
    Ok(())
}

#[test]
fn a_disabled_port_and_one_that_opted_out_register_nothing() -> Result<()> {
    let nb = net()?;
    port(&nb, "off", "0a:00:00:00:00:05 10.0.0.5");
    port(&nb, "out", "0a:00:00:00:00:06 10.0.0.6");
    nb.nbctl(&["lsp-set-enabled", "off", "disabled"]);
    nb.nbctl(&["set", "Logical_Switch_Port", "out", "external_ids:qdns-hostname=-"]);
    snapshot!(nb.qdns("sync net1"), @"Nothing to change.");
    Ok(())
}

#[test]
fn a_port_takes_no_name_of_another() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 nas 10.0.0.250").ok();
    port(&nb, "db", "0a:00:00:00:00:05 10.0.0.5");
    nb.qdns("sync net1").ok();
    for (name, end, claimed) in [("new-db", "6", "db"), ("new-nas", "7", "nas")] {
        port(&nb, name, &format!("0a:00:00:00:00:0{end} 10.0.0.{end}"));
        nb.nbctl(&["set", "Logical_Switch_Port", name, &format!("external_ids:vm-name={claimed}")]);
    }
    snapshot!(nb.qdns("sync net1"), @"
    Nothing to change.
    ----- stderr -----
    warning: port new-db: db is the name of port db
    warning: port new-nas: nas of net1 has 10.0.0.250 and was made by hand; qdns record rm net1 nas lets the port register it
    ");
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
    nb.qdns("record add net1 printer 10.9.9.9 --static").ok();
    let foreign = nb.nbctl(&["create", "DNS", "external_ids:ls_name=net1", "records:foreign.org=192.0.2.1"]);
    nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", foreign.trim()]);
    let before = nb.nbctl(&["list", "DNS", foreign.trim()]);
    let watchers = ["a", "b"].map(|name| Watcher::start(&nb, name, &["--all", "--prune", "--grace", "2"]));

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
        assert_eq!(watcher?.stop()?, 0);
    }
    thread::sleep(Duration::from_millis(100));
    assert_eq!(records(&nb), wanted);
    Ok(())
}

#[test]
fn many_switches_are_written_in_one_transaction() -> Result<()> {
    let nb = Nb::start()?;
    let mut args: Vec<String> = vec!["--no-leader-only".to_owned()];
    for n in 1..=20 {
        let address = format!("0a:00:00:00:00:{n:02x} 10.0.{n}.1");
        for command in [
            format!("-- ls-add net{n}"),
            format!("-- lsp-add net{n} vm-{n}"),
            format!("-- lsp-set-addresses vm-{n}"),
        ] {
            args.extend(command.split(' ').map(str::to_owned));
        }
        args.push(address);
    }
    nb.nbctl(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let sync = nb.qdns("sync --all --create-zones --client ovsdb-client -v");
    sync.ok();
    assert_eq!(sync.stderr.matches(" transact ").count(), 1, "{}", sync.stderr);
    assert_eq!(nb.qdns("record ls -o plain").ok().lines().count(), 20);
    Ok(())
}
