//! A clustered northbound database whose leader dies: an exit code says what was done.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::support::lab::Cluster;
use crate::support::{Run, qdns};

/// What one command was asked to do, and how it ended.
struct Written {
    host: String,
    adds: bool,
    run: Run,
}

/// Adds hosts, and removes every fourth again: `writes` times at least, and until all kills are over.
fn write(remotes: &str, writer: usize, writes: usize, is_over: &AtomicBool) -> Vec<Written> {
    let mut all: Vec<Written> = Vec::new();
    for number in 0.. {
        if number >= writes && is_over.load(Ordering::Relaxed) {
            break;
        }
        let adds = number % 4 != 3;
        let host = match adds {
            true => format!("host-{writer}-{number}"),
            false => format!("host-{writer}-{}", number - 1),
        };
        let address = format!("10.{writer}.{}.{}", number / 200, number % 200 + 1);
        let run = match adds {
            true => qdns(remotes, &["record", "add", "net1", &host, &address]),
            false => qdns(remotes, &["record", "rm", "net1", &host, "--if-exists"]),
        };
        all.push(Written { host, adds, run });
    }
    all
}

/// `writers` at once, while the leader is killed `kills` times.
fn storm(writers: usize, writes: usize, kills: usize) {
    let cluster = Cluster::start().unwrap();
    cluster.nbctl(&["ls-add", "net1"]);
    let remotes = cluster.remotes();
    let is_over = AtomicBool::new(false);
    let written = thread::scope(|scope| {
        let (cluster, remotes, is_over) = (&cluster, &remotes, &is_over);
        let killer = scope.spawn(move || {
            for _ in 0..kills {
                thread::sleep(Duration::from_millis(300));
                let leader = cluster.leader().unwrap();
                cluster.kill(leader);
                thread::sleep(Duration::from_millis(1500));
                cluster.serve(leader).unwrap();
            }
            is_over.store(true, Ordering::Relaxed);
        });
        let writers: Vec<_> =
            (0..writers).map(|writer| scope.spawn(move || write(remotes, writer, writes, is_over))).collect();
        killer.join().unwrap();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect::<Vec<_>>()
    });

    let listed = qdns(&remotes, &["record", "ls", "net1", "-o", "plain"]).ok().to_owned();
    let there = |host: &str| listed.lines().any(|line| line.starts_with(&format!("{host}\t")));
    let (mut done, mut failed, mut lies) = (0, 0, Vec::new());
    for writer in &written {
        for (number, step) in writer.iter().enumerate() {
            match step.run.code {
                0 => done += 1,
                _ => failed += 1,
            }
            let removed_later = step.adds
                && writer[number + 1..].iter().any(|later| later.host == step.host && later.run.code == 0);
            let expected = step.adds == (step.run.code == 0) && !removed_later;
            // A removal that failed says nothing of a host whose addition failed, too.
            let was_added = step.adds || number > 0 && writer[number - 1].run.code == 0;
            if was_added && there(&step.host) != expected && !step.run.stderr.contains("unknown") {
                lies.push(format!("{} adds={} {:?}", step.host, step.adds, step.run));
            }
        }
    }
    assert!(lies.is_empty(), "{} lies: {lies:#?}", lies.len());
    let is_unknown = |step: &&Written| step.run.stderr.contains("unknown");
    let unknown: Vec<&Run> = written.iter().flatten().filter(is_unknown).map(|step| &step.run).collect();
    println!("{kills} kills: {done} done, {failed} failed, {} of them unknown", unknown.len());
    assert!(done > failed * 10, "{done} done, {failed} failed");
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn exit_codes_are_true_while_the_leader_is_killed() -> Result<()> {
    storm(4, 40, 2);
    Ok(())
}

/// Some minutes: `cargo test --test it cluster -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes"]
fn exit_codes_are_true_over_ten_kills_and_two_thousand_writes() -> Result<()> {
    storm(8, 250, 10);
    Ok(())
}

#[test]
fn a_follower_serves_who_asks_no_leader_and_one_dead_server_of_several_is_passed_over() -> Result<()> {
    let cluster = Cluster::start()?;
    cluster.nbctl(&["ls-add", "net1"]);
    qdns(&cluster.remotes(), &["record", "add", "net1", "web", "10.0.0.10"]).ok();
    let leader = cluster.leader()?;
    let follower = cluster.remote((leader + 1) % 3);
    let listed = qdns(&follower, &["--no-leader-only", "record", "ls", "net1"]);
    assert!(listed.ok().contains("web.internal"));
    // ovsdb-client looks for the leader only where several servers are named.
    let refused = qdns(&follower, &["--timeout", "2", "--client", "ovn-nbctl", "record", "ls", "net1"]);
    let said = refused.fails(3);
    assert!(said.contains("is not the leader") && said.contains("--no-leader-only"), "{said}");

    cluster.kill(leader);
    cluster.leader()?;
    qdns(&cluster.remotes(), &["record", "add", "net1", "db", "10.0.0.11"]).ok();
    // Two of three are no majority.
    cluster.kill(cluster.leader()?);
    let said =
        qdns(&cluster.remotes(), &["--timeout", "2", "record", "add", "net1", "app", "10.0.0.12"]).fails(3);
    assert!(said.contains("one of them is the leader"), "{said}");
    Ok(())
}
