//! What a guest gets that asks all the time while names change.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::hook::domain;
use crate::support::lab::{Guest, Lab, Upstream, wait_for};
use crate::support::{command, qdns};
use crate::watching::Watcher;

/// A guest that asks for the same names one after the other, again and again.
struct Asking {
    process: Child,
    log: PathBuf,
}

/// The answers to the names of one round, in their order: the addresses, or nothing.
type Round = Vec<String>;

impl Asking {
    fn start(lab: &Lab, guest: &Guest, names: &[&str]) -> Result<Self> {
        let log = lab.dir().join("asked");
        // One dig for each round: it asks the names in this order.
        let script =
            "while :; do echo round; dig +noedns +tries=1 +time=3 +noall +question +answer \"$@\"; done";
        let mut command = guest.command("sh");
        command.args(["-c", script, "sh"]).args(names).stdout(File::create(&log)?).stdin(Stdio::null());
        Ok(Asking { process: command.spawn()?, log })
    }

    /// The rounds that are complete. In others, a query or its answer was lost.
    fn rounds(&self, names: &[&str]) -> Vec<Round> {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let mut rounds: Vec<&str> = text.split("round\n").collect();
        // The last one may go on.
        rounds.pop();
        let answers = |round: &str| {
            let mut answers = Round::new();
            for line in round.lines() {
                if line.starts_with(';') && !line.starts_with(";;") {
                    answers.push(String::new());
                } else if let (Some(answer), Some((_, address))) =
                    (answers.last_mut(), line.split_once("\tA\t"))
                {
                    address.clone_into(answer);
                }
            }
            answers
        };
        rounds.into_iter().map(answers).filter(|round| round.len() == names.len()).collect()
    }

    /// Waits until a later round is like this.
    fn waits_for(&self, names: &[&str], wanted: &[&str]) -> Result<()> {
        let before = self.rounds(names).len();
        let is_wanted = || self.rounds(names).iter().skip(before).any(|round| round == wanted);
        let seen = wait_for(Duration::from_secs(30), is_wanted);
        ensure!(seen, "wanted {wanted:?}, got {:?}", self.rounds(names).last());
        Ok(())
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `net1` with a guest that asks, and a resolver that says NXDOMAIN for what OVN does not answer.
struct World {
    guest: Guest,
    _upstream: Upstream,
    lab: Lab,
}

impl World {
    fn start() -> Result<Self> {
        let lab = Lab::start()?;
        lab.gateway_router();
        lab.net("net1", "10.0.0.0/16");
        let upstream = lab.upstream("172.16.0.53", &[])?;
        let guest = lab.static_guest("net1", "asking", "10.0.255.5/16", "172.16.0.53")?;
        Ok(World { guest, _upstream: upstream, lab })
    }

    fn qdns(&self, line: &str) {
        qdns(&self.lab.nb_remote(), &line.split(' ').collect::<Vec<_>>()).ok();
    }

    /// Runs the hook of libvirt for the machine of a port.
    fn hook(&self, name: &str, operation: &str) -> Result<()> {
        let mut hook = command(&self.lab.nb_remote());
        hook.args(["hook", "libvirt", "--on-stop", "remove", "--", name]).args(operation.split(' '));
        let mut child = hook.stdin(Stdio::piped()).spawn()?;
        child.stdin.take().context("a pipe")?.write_all(domain(name, &[PORT]).as_bytes())?;
        ensure!(child.wait()?.success());
        Ok(())
    }
}

const PORT: &str = "11111111-0000-4000-8000-000000000001";

/// The host's name, before and after it is renamed, comes before its alias and after it.
const ASKED: [&str; 5] = ["web.internal", "app.internal", "www.internal", "web.internal", "app.internal"];

/// Whether the alias agreed with its host in a round: it had the same answer as the host before or after it.
fn agrees(round: &Round) -> bool {
    let host = |at: usize| if round[at].is_empty() { &round[at + 1] } else { &round[at] };
    [host(0), host(3)].contains(&&round[2])
}

#[test]
fn an_alias_agrees_with_its_host_throughout_the_life_of_a_machine() -> Result<()> {
    let world = World::start()?;
    let lab = &world.lab;
    let ports = |args: &[&str]| lab.nbctl(args);
    world.qdns("zone create net1");
    let watcher = Watcher::start_at(&lab.nb_remote(), &lab.dir().join("log"), &["net1", "--prune"])?;
    let asking = Asking::start(lab, &world.guest, &ASKED)?;
    let seen = |wanted: [&str; 5]| asking.waits_for(&ASKED, &wanted);
    seen([""; 5])?;

    // Defined and started: libvirt's hook names the port.
    lab.port("net1", PORT, "0a:00:00:00:05:01 10.0.0.11");
    ports(&["set", "Logical_Switch_Port", PORT, "external_ids:vm-name=web", "external_ids:qdns-aliases=www"]);
    world.hook("web", "started begin -")?;
    seen(["10.0.0.11", "", "10.0.0.11", "10.0.0.11", ""])?;

    for address in ["10.0.0.12", "10.0.0.13"] {
        ports(&["lsp-set-addresses", PORT, &format!("0a:00:00:00:05:01 {address}")]);
        seen([address, "", address, address, ""])?;
    }

    ports(&["set", "Logical_Switch_Port", PORT, "external_ids:vm-name=app"]);
    seen(["", "10.0.0.13", "10.0.0.13", "", "10.0.0.13"])?;

    // Migrated: it starts on another chassis, then stops on the first.
    world.hook("app", "migrate begin -")?;
    ports(&["lsp-set-options", PORT, "requested-chassis=hv2"]);
    world.hook("app", "started begin -")?;
    world.hook("app", "stopped end migrated")?;
    seen(["", "10.0.0.13", "10.0.0.13", "", "10.0.0.13"])?;
    let migrated = asking.rounds(&ASKED).len();

    ports(&["lsp-del", PORT]);
    seen([""; 5])?;

    let rounds = asking.rounds(&ASKED);
    let wrong: Vec<&Round> = rounds.iter().filter(|round| !agrees(round)).collect();
    assert!(wrong.is_empty(), "{} of {} rounds: {wrong:?}", wrong.len(), rounds.len());
    let started = rounds.iter().position(|round| !round[2].is_empty()).context("no answer")?;
    let silent = rounds[started..migrated].iter().filter(|round| round[2].is_empty()).count();
    assert_eq!(silent, 0, "the alias was gone while its machine lived");
    assert_eq!(watcher.stop()?, 0);
    Ok(())
}

/// The domain of 10,000 hosts changes in several transactions, while other hosts are added.
#[test]
fn each_host_has_the_old_or_the_new_domain_while_it_changes() -> Result<()> {
    let world = World::start()?;
    let hosts: String = (0..10_000).map(|n| format!("10.0.{}.{} host-{n}\n", n / 250, n % 250 + 1)).collect();
    let file = world.lab.dir().join("hosts");
    fs::write(&file, hosts)?;
    world.qdns(&format!("record import net1 {} --format hosts --quiet", file.display()));
    world.lab.hv_sync();
    // Hosts from the first to the last transaction. The old name is asked first: the new one is there before it goes.
    let hosts = ["host-0", "host-1999", "host-3999", "host-5999", "host-7999", "host-9999"];
    let names: Vec<String> =
        hosts.iter().flat_map(|host| [format!("{host}.internal"), format!("{host}.prod.internal")]).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let asking = Asking::start(&world.lab, &world.guest, &names)?;
    let addresses = ["10.0.0.1", "10.0.7.250", "10.0.15.250", "10.0.23.250", "10.0.31.250", "10.0.39.250"];
    let old: Vec<&str> = addresses.iter().flat_map(|address| [address, ""]).collect();
    let new: Vec<&str> = addresses.iter().flat_map(|address| ["", address]).collect();
    asking.waits_for(&names, &old)?;

    let mut set = command(&world.lab.nb_remote());
    set.args(["zone", "set", "net1", "--domain", "prod.internal", "--yes", "--quiet"]);
    let mut set = set.spawn()?;
    let mut added: BTreeSet<String> = BTreeSet::new();
    while set.try_wait()?.is_none() {
        let number = added.len() + 1;
        world.qdns(&format!("record add net1 late-{number} 10.0.200.{number}"));
        added.insert(format!("late-{number}.prod.internal"));
    }
    ensure!(set.wait()?.success());
    asking.waits_for(&names, &new)?;

    let rounds = asking.rounds(&names);
    let is_silent = |pair: &[String]| pair.iter().all(String::is_empty);
    let silent = rounds.iter().filter(|round| round.chunks(2).any(is_silent)).count();
    assert_eq!(silent, 0, "of {} rounds", rounds.len());
    let between = rounds.iter().filter(|round| *round != &old && *round != &new).count();
    println!("{} rounds, {between} of them between, {} hosts added", rounds.len(), added.len());
    let list = qdns(&world.lab.nb_remote(), &["record", "ls", "net1", "-o", "plain"]);
    let fqdns: BTreeSet<&str> = list.ok().lines().filter_map(|line| line.split('\t').nth(1)).collect();
    assert_eq!(fqdns.len(), 10_000 + added.len());
    assert!(fqdns.iter().all(|fqdn| fqdn.ends_with(".prod.internal")));
    assert!(added.iter().all(|fqdn| fqdns.contains(fqdn.as_str())));
    Ok(())
}
