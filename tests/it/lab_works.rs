//! The lab itself: it boots, its guests resolve, and nothing of it is left afterwards.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::support::lab::{self, Addressing, Lab, Nb, Ran};

/// Set in the process that [`nothing_survives_a_kill`] starts and kills.
const VICTIM: &str = "QDNS_LAB_VICTIM";

/// A process, and when it started: numbers alone are used again.
type Process = (u32, String);

/// Parent and start time of the process.
fn stat(pid: u32) -> Option<(u32, String)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<_> = text.rsplit_once(')')?.1.split_whitespace().collect();
    Some((fields.get(1)?.parse().ok()?, (*fields.get(19)?).to_owned()))
}

/// Every process in one of these namespaces or with `dir` in its command line, and all below them.
fn inhabitants(namespaces: &[PathBuf], dir: &Path) -> Vec<Process> {
    let all: Vec<_> = fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid: u32| stat(pid).map(|(parent, start)| (pid, parent, start)))
        .collect();
    let belongs = |pid: u32| {
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&command).contains(&*dir.to_string_lossy())
            || fs::read_link(format!("/proc/{pid}/ns/pid")).is_ok_and(|space| namespaces.contains(&space))
    };
    let mut inside: BTreeSet<u32> = all.iter().map(|(pid, ..)| *pid).filter(|pid| belongs(*pid)).collect();
    loop {
        let known = inside.len();
        let below = all.iter().filter(|(_, parent, _)| inside.contains(parent)).map(|(pid, ..)| *pid);
        inside.extend(below.collect::<Vec<_>>());
        if inside.len() == known {
            break;
        }
    }
    all.into_iter().filter(|(pid, ..)| inside.contains(pid)).map(|(pid, _, start)| (pid, start)).collect()
}

/// Those that are still there.
fn alive(processes: &[Process]) -> Vec<&Process> {
    processes.iter().filter(|(pid, start)| stat(*pid).is_some_and(|(_, now)| now == *start)).collect()
}

fn mounts() -> Vec<String> {
    let text = fs::read_to_string("/proc/self/mountinfo").unwrap();
    text.lines().map(str::to_owned).collect()
}

/// One switch, two guests, a row of DNS, a resolver beyond a gateway router.
fn exercise(lab: &Lab) -> Result<()> {
    lab.gateway_router();
    lab.net("net1", "10.0.0.0/24");
    let web = lab.static_guest("net1", "web", "10.0.0.11/24", "8.8.8.8")?;
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
    let upstream = lab.upstream("172.16.0.53", &[("google.com", "142.250.0.1")])?;
    let db = lab.guest("db", "net1-db-port", "0a:00:00:00:00:12", Addressing::None)?;
    lab.hv_sync();

    assert_eq!(web.dig(&["@8.8.8.8", "db.internal"]), ["10.0.0.12"]);
    web.set_resolv_conf("nameserver 8.8.8.8\nsearch internal\n")?;
    let answer = web.run(&["getent", "ahostsv4", "db"]).ok();
    assert!(answer.starts_with("10.0.0.12"), "{answer}");

    let lease = db.dhcp()?;
    assert_eq!(lease.get("ip"), Some("10.0.0.12"));
    assert_eq!(lease.dns(), ["8.8.8.8", "8.8.4.4"]);
    assert_eq!(lease.get("search"), Some("internal"));
    assert_eq!(db.resolv_conf()?, "search internal\nnameserver 8.8.8.8\nnameserver 8.8.4.4\n");
    web.run(&["busybox", "ping", "-c1", "-W2", "10.0.0.12"]).ok();

    let at = format!("@{}", upstream.address);
    assert_eq!(web.dig(&[&at, "google.com"]), ["142.250.0.1"]);
    assert_eq!(web.dig(&[&at, "+tcp", "google.com"]), ["142.250.0.1"]);
    let missing = web.run(&["dig", "+noedns", &at, "nobody.internal"]).ok();
    assert!(missing.contains("NXDOMAIN"), "{missing}");
    assert!(upstream.queries().iter().any(|q| q.contains("google.com")));

    web.set_resolv_conf(&format!("nameserver {}\n", upstream.address))?;
    assert_eq!(web.musl_lookup("google.com")?.ok(), "142.250.0.1\n");
    let musl = web.musl_lookup("db.internal")?;
    assert!(!musl.status.success(), "the AAAA query is NXDOMAIN: {}", musl.out());

    db.kill()?;
    lab.nbctl(&["wait-until", "Logical_Switch_Port", "net1-db-port", "up=false"]);
    Ok(())
}

#[test]
fn two_labs_at_once_leave_nothing() -> Result<()> {
    let mounts_before = mounts();
    let labs = thread::scope(|scope| {
        let start = || -> Result<Lab> {
            let begin = Instant::now();
            let lab = Lab::start()?;
            println!("boot of OVN {:?}: {:?}", lab.version()?, begin.elapsed());
            exercise(&lab)?;
            println!("done after {:?}", begin.elapsed());
            Ok(lab)
        };
        let handles = [scope.spawn(start), scope.spawn(start)];
        handles.map(|handle| handle.join().unwrap())
    });
    // Their threads have ended, and the labs are still up.
    for lab in labs {
        let lab = lab?;
        lab.nbctl(&["--wait=hv", "ls-add", "later"]);
        let (namespaces, dir) = (lab.namespaces(), lab.dir().to_owned());
        assert_eq!(namespaces.len(), 3);
        let processes = inhabitants(&namespaces, &dir);
        assert!(processes.len() > 7, "{processes:?}");
        drop(lab);
        assert!(alive(&processes).is_empty(), "{:?}", alive(&processes));
        assert!(inhabitants(&[], &dir).is_empty());
        assert!(!dir.exists());
    }
    assert_eq!(mounts(), mounts_before);
    Ok(())
}

#[test]
fn nothing_survives_a_kill() -> Result<()> {
    if env::var_os(VICTIM).is_some() {
        let lab = Lab::start()?;
        lab.net("net1", "10.0.0.0/24");
        let _web = lab.static_guest("net1", "web", "10.0.0.11/24", "10.0.0.1")?;
        let nb = Nb::start()?;
        let daemon = nb.daemon()?;
        assert!(daemon.socket().exists());
        let spaces = lab.namespaces();
        let spaces: Vec<_> = spaces.iter().map(|s| s.to_string_lossy()).collect();
        println!("\nup {} {} {}", lab.dir().display(), nb.dir().display(), spaces.join(" "));
        thread::sleep(Duration::from_secs(60));
        return Ok(());
    }
    let mut victim = Command::new(env::current_exe()?)
        .args(["--exact", "lab_works::nothing_survives_a_kill", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()?;
    let up = BufReader::new(victim.stdout.take().context("a pipe")?)
        .lines()
        .map_while(Result::ok)
        .find(|line| line.starts_with("up "))
        .context("the victim's lab comes up")?;
    let mut words = up.split(' ').skip(1).map(PathBuf::from);
    let (lab, nb) = (words.next().context("a directory")?, words.next().context("a directory")?);
    let namespaces: Vec<_> = words.collect();
    let processes = [inhabitants(&namespaces, &lab), inhabitants(&[], &nb)].concat();
    assert!(processes.len() > 12, "{processes:?}");

    victim.kill()?;
    victim.wait()?;
    let deadline = Instant::now() + Duration::from_secs(5);
    while !alive(&processes).is_empty() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
    }
    assert!(alive(&processes).is_empty(), "{:?}", alive(&processes));
    assert!(inhabitants(&[], &lab).is_empty() && inhabitants(&[], &nb).is_empty());
    lab::sweep();
    assert!(!lab.exists() && !nb.exists());
    Ok(())
}

#[test]
fn a_lone_database_starts_stops_and_remembers() -> Result<()> {
    let begin = Instant::now();
    let nb = Nb::start()?;
    println!("northbound database: {:?}", begin.elapsed());
    nb.nbctl(&["ls-add", "net1", "--", "comment", "first words"]);
    let before = nb.dump();
    assert!(before.contains("net1"));
    nb.restart()?;
    assert_eq!(nb.dump(), before);
    assert!(nb.show_log().contains("first words"));

    let daemon = nb.daemon()?;
    let listed =
        Command::new(nb.nbctl_path()).arg("ls-list").env("OVN_NB_DAEMON", daemon.socket()).output()?;
    assert!(listed.ok().contains("net1"));

    nb.stop();
    assert!(!nb.try_nbctl(&["--timeout=1", "ls-list"]).status.success());
    nb.cont();
    assert!(nb.nbctl(&["ls-list"]).contains("net1"));
    nb.kill();
    assert!(!nb.try_nbctl(&["--timeout=1", "ls-list"]).status.success());
    Ok(())
}
