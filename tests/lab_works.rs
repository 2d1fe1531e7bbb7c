//! The lab itself: it boots, its guests resolve, and nothing of it is left afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod lab;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lab::{Addressing, Lab, Nb, Ran};

/// Set in the process that [`nothing_survives_a_kill`] starts and kills.
const VICTIM: &str = "QDNS_LAB_VICTIM";

/// Processes that are in one of these namespaces, or whose command line names `dir`.
fn leftovers(namespaces: &[PathBuf], dir: &Path) -> Vec<String> {
    let me = std::process::id().to_string();
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy() != me.as_str())
        .filter_map(|entry| {
            let command = fs::read(entry.path().join("cmdline")).ok()?;
            let command = String::from_utf8_lossy(&command).replace('\0', " ");
            let inside = ["mnt", "net", "pid"].iter().any(|kind| {
                fs::read_link(entry.path().join("ns").join(kind))
                    .is_ok_and(|space| namespaces.contains(&space))
            });
            (inside || command.contains(&*dir.to_string_lossy()))
                .then(|| format!("{} {command}", entry.file_name().to_string_lossy()))
        })
        .collect()
}

fn mounts() -> Vec<String> {
    let text = fs::read_to_string("/proc/self/mountinfo").unwrap();
    text.lines().map(str::to_owned).collect()
}

/// One switch, two guests, a row of DNS, a resolver beyond a gateway router.
fn exercise(lab: &Lab) {
    lab.gateway_router();
    lab.net("net1", "10.0.0.0/24");
    let web = lab.static_guest("net1", "web", "10.0.0.11/24", "8.8.8.8");
    lab.port("net1", "net1-db-port", "0a:00:00:00:00:12 10.0.0.12");
    let options = lab
        .nbctl(&[
            "create",
            "DHCP_Options",
            "cidr=10.0.0.0/24",
            "options:server_id=10.0.0.1",
            "options:server_mac=0a:00:00:00:ff:01",
            "options:router=10.0.0.1",
            "options:lease_time=3600",
            "options:dns_server=\"{8.8.8.8, 8.8.4.4}\"",
            "options:domain_name=\"\\\"internal\\\"\"",
            "options:domain_search_list=\"\\\"internal\\\"\"",
        ])
        .trim()
        .to_owned();
    lab.nbctl(&["lsp-set-dhcpv4-options", "net1-db-port", &options]);
    lab.nbctl(&[
        "--id=@zone",
        "create",
        "DNS",
        "records:web.internal=10.0.0.11",
        "records:db.internal=10.0.0.12",
        "--",
        "add",
        "Logical_Switch",
        "net1",
        "dns_records",
        "@zone",
    ]);
    let upstream = lab.upstream("172.16.0.53", &[("google.com", "142.250.0.1")]);
    let db = lab.guest("db", "net1-db-port", "0a:00:00:00:00:12", Addressing::None);
    lab.hv_sync();

    assert_eq!(web.dig(&["@8.8.8.8", "db.internal"]), ["10.0.0.12"]);
    web.set_resolv_conf("nameserver 8.8.8.8\nsearch internal\n");
    let answer = web.run(&["getent", "ahostsv4", "db"]).ok();
    assert!(answer.starts_with("10.0.0.12"), "{answer}");

    let lease = db.dhcp().unwrap();
    assert_eq!(lease.get("ip"), Some("10.0.0.12"));
    assert_eq!(lease.dns(), ["8.8.8.8", "8.8.4.4"]);
    assert_eq!(lease.get("search"), Some("internal"));
    assert_eq!(
        db.resolv_conf(),
        "search internal\nnameserver 8.8.8.8\nnameserver 8.8.4.4\n"
    );
    web.run(&["ping", "-c1", "-W2", "10.0.0.12"]).ok();

    let at = format!("@{}", upstream.address);
    assert_eq!(web.dig(&[&at, "google.com"]), ["142.250.0.1"]);
    assert_eq!(web.dig(&[&at, "+tcp", "google.com"]), ["142.250.0.1"]);
    let missing = web.run(&["dig", "+noedns", &at, "nobody.internal"]).ok();
    assert!(missing.contains("NXDOMAIN"), "{missing}");
    assert!(upstream.queries().iter().any(|q| q.contains("google.com")));

    web.set_resolv_conf(&format!("nameserver {}\n", upstream.address));
    assert_eq!(web.musl_lookup("google.com").ok(), "142.250.0.1\n");
    let musl = web.musl_lookup("db.internal");
    assert!(!musl.status.success(), "the AAAA query is NXDOMAIN: {}", musl.out());

    db.kill();
    lab.nbctl(&["wait-until", "Logical_Switch_Port", "net1-db-port", "up=false"]);
}

#[test]
fn two_labs_at_once_leave_nothing() {
    let mounts_before = mounts();
    let labs = thread::scope(|scope| {
        let start = || {
            let begin = Instant::now();
            let lab = Lab::start();
            println!("boot of OVN {:?}: {:?}", lab.version(), begin.elapsed());
            exercise(&lab);
            println!("done after {:?}", begin.elapsed());
            lab
        };
        let handles = [scope.spawn(start), scope.spawn(start)];
        handles.map(|handle| handle.join().unwrap())
    });
    // Their threads have ended, and the labs are still up.
    for lab in labs {
        lab.nbctl(&["--wait=hv", "ls-add", "later"]);
        let (namespaces, dir) = (lab.namespaces(), lab.dir().to_owned());
        assert_eq!(namespaces.len(), 3);
        assert!(!leftovers(&namespaces, &dir).is_empty());
        drop(lab);
        assert_eq!(leftovers(&namespaces, &dir), [""; 0]);
        assert!(!dir.exists());
    }
    assert_eq!(mounts(), mounts_before);
}

#[test]
fn nothing_survives_a_kill() {
    if env::var_os(VICTIM).is_some() {
        let lab = Lab::start();
        lab.net("net1", "10.0.0.0/24");
        let _web = lab.static_guest("net1", "web", "10.0.0.11/24", "10.0.0.1");
        let nb = Nb::start();
        let daemon = nb.daemon();
        assert!(daemon.socket().exists());
        let spaces = lab.namespaces();
        let spaces: Vec<_> = spaces.iter().map(|s| s.to_string_lossy()).collect();
        println!("\nup {} {} {}", lab.dir().display(), nb.dir().display(), spaces.join(" "));
        thread::sleep(Duration::from_secs(60));
        return;
    }
    let mut victim = Command::new(env::current_exe().unwrap())
        .args(["--exact", "nothing_survives_a_kill", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let up = BufReader::new(victim.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .find(|line| line.starts_with("up "))
        .expect("the victim's lab comes up");
    let mut words = up.split(' ').skip(1).map(PathBuf::from);
    let (lab, nb) = (words.next().unwrap(), words.next().unwrap());
    let namespaces: Vec<_> = words.collect();
    let left = || [leftovers(&namespaces, &lab), leftovers(&[], &nb)].concat();
    assert!(left().len() > 8, "{:?}", left());

    victim.kill().unwrap();
    victim.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    while !left().is_empty() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(left(), [""; 0]);
    lab::sweep();
    assert!(!lab.exists() && !nb.exists());
}

#[test]
fn a_lone_database_starts_stops_and_remembers() {
    let begin = Instant::now();
    let nb = Nb::start();
    println!("northbound database: {:?}", begin.elapsed());
    nb.nbctl(&["ls-add", "net1", "--", "comment", "first words"]);
    let before = nb.dump();
    assert!(before.contains("net1"));
    nb.restart();
    assert_eq!(nb.dump(), before);
    assert!(nb.show_log().contains("first words"));

    let daemon = nb.daemon();
    let listed = Command::new(nb.nbctl_path())
        .arg("ls-list")
        .env("OVN_NB_DAEMON", daemon.socket())
        .output()
        .unwrap();
    assert!(listed.ok().contains("net1"));

    nb.stop();
    assert!(!nb.try_nbctl(&["--timeout=1", "ls-list"]).status.success());
    nb.cont();
    assert!(nb.nbctl(&["ls-list"]).contains("net1"));
    nb.kill();
    assert!(!nb.try_nbctl(&["--timeout=1", "ls-list"]).status.success());
}
