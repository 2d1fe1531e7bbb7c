//! `qdns prune-stale` on a real database: exactly the leftovers go, and never a machine's name.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, Result};

use crate::support::lab::{Nb, executable};
use crate::support::{command, run, snapshot};

/// The hosts of net1.
fn hosts(nb: &Nb) -> BTreeSet<String> {
    let list = nb.qdns("record ls net1 -o plain");
    list.ok().lines().filter_map(|line| line.split('\t').next()).map(str::to_owned).collect()
}

fn records(nb: &Nb) -> String {
    nb.nbctl(&["--bare", "--columns=records", "list", "DNS"])
}

/// A switch with every kind of port: 21 hosts have a port or are static, and `leftovers` hosts do not.
fn net_with_leftovers(leftovers: usize) -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "ls-add", "net2", "--", "lr-add", "lr0"]);
    nb.nbctl(&["lrp-add", "lr0", "lr0-net1", "0a:00:00:ff:00:01", "10.0.0.1/24"]);
    nb.nbctl(&["lsp-add", "net1", "net1-lr0", "--", "lsp-set-type", "net1-lr0", "router"]);
    nb.nbctl(&["lsp-set-options", "net1-lr0", "router-port=lr0-net1"]);
    nb.nbctl(&["lsp-set-addresses", "net1-lr0", "router"]);
    let mut file = "10.0.0.1 gw\n".to_owned();
    for n in 10..26 {
        let (port, address) = (format!("port_{n}"), format!("0a:00:00:00:00:{n} 10.0.0.{n}"));
        nb.nbctl(&["lsp-add", "net1", &port, "--", "lsp-set-addresses", &port, &address]);
        // A stopped machine: its port is there and down.
        nb.nbctl(&["set", "Logical_Switch_Port", &port, "up=false"]);
        file += &format!("10.0.0.{n} vm-{n}\n");
    }
    nb.nbctl(&["lsp-add", "net1", "p_dyn", "--", "lsp-set-addresses", "p_dyn", "dynamic"]);
    nb.nbctl(&["set", "Logical_Switch_Port", "p_dyn", "dynamic_addresses=\"0a:00:00:00:01:01 10.0.0.30\""]);
    file += "10.0.0.30 dynamic\n";
    nb.nbctl(&["lsp-add", "net1", "p_unknown", "--", "lsp-set-addresses", "p_unknown", "unknown"]);
    nb.nbctl(&["set", "Logical_Switch_Port", "p_unknown", "external_ids:vm-name=appliance"]);
    file += "10.0.0.31 appliance\n";
    nb.nbctl(&["lsp-add", "net1", "p_sec", "--", "lsp-set-addresses", "p_sec", "unknown"]);
    nb.nbctl(&["lsp-set-port-security", "p_sec", "0a:00:00:00:01:03 10.0.0.32"]);
    file += "10.0.0.32 secured\n";
    for n in 100..100 + leftovers {
        file += &format!("10.0.0.{n} old-{}\nfd00::{n} old-{}\n", n - 100, n - 100);
    }
    nb.qdns(&format!("record import net1 {}", nb.file("hosts", file)?)).ok();
    nb.qdns("record add net1 printer 10.0.0.99 --static").ok();
    // The name of a port of another switch does not count.
    nb.nbctl(&["lsp-add", "net2", "old-0"]);
    nb.nbctl(&["lsp-set-addresses", "old-0", "0a:00:00:00:00:aa 10.0.2.2"]);
    Ok(nb)
}

/// As [`net_with_leftovers`], with one port that may have any address: of several, the order is that of UUIDs.
fn net_with_one_unknown(leftovers: usize) -> Result<Nb> {
    let nb = net_with_leftovers(leftovers)?;
    nb.nbctl(&["lsp-set-addresses", "p_sec", "0a:00:00:00:01:03 10.0.0.32"]);
    Ok(nb)
}

#[test]
fn a_dry_run_shows_exactly_the_leftovers() -> Result<()> {
    let nb = net_with_one_unknown(2)?;
    let before = nb.dump();
    snapshot!(nb.qdns("prune-stale net1 --dry-run"), @"
    Would change:
    - 0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  old-0.internal
    - 1.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  old-1.internal
    - 100.0.0.10.in-addr.arpa  old-0.internal
    - 101.0.0.10.in-addr.arpa  old-1.internal
    - old-0  10.0.0.100 fd00::100
    - old-0.internal  10.0.0.100 fd00::100
    - old-1  10.0.0.101 fd00::101
    - old-1.internal  10.0.0.101 fd00::101

    Why:
      old-0: none of the 20 ports of net1 has 10.0.0.100 or fd00::100 or is named old-0; p_unknown may have any address
      old-1: none of the 20 ports of net1 has 10.0.0.101 or fd00::101 or is named old-1; p_unknown may have any address

    To undo:
      qdns record add net1 old-0 10.0.0.100 fd00::100
      qdns record add net1 old-1 10.0.0.101 fd00::101
    ");
    assert_eq!(nb.qdns("prune-stale --all --dry-run").ok(), nb.qdns("prune-stale net1 --dry-run").ok());
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn as_json_each_leftover_has_its_evidence() -> Result<()> {
    snapshot!(net_with_one_unknown(1)?.qdns("prune-stale net1 --dry-run -o json"), @r#"{"changed":true,"dry_run":true,"changes":[{"action":"remove","switch":"net1","name":"0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa","from":"old-0.internal","to":null,"column":"DNS.records","row":"[UUID]"},{"action":"remove","switch":"net1","name":"100.0.0.10.in-addr.arpa","from":"old-0.internal","to":null,"column":"DNS.records","row":"[UUID]"},{"action":"remove","switch":"net1","name":"old-0","from":"10.0.0.100 fd00::100","to":null,"column":"DNS.records","row":"[UUID]"},{"action":"remove","switch":"net1","name":"old-0.internal","from":"10.0.0.100 fd00::100","to":null,"column":"DNS.records","row":"[UUID]"}],"undo":["qdns record add net1 old-0 10.0.0.100 fd00::100"],"warnings":[],"stale":[{"switch":"net1","hostname":"old-0","addresses":["10.0.0.100","fd00::100"],"ptr":["10.0.0.100","fd00::100"],"evidence":{"message":"none of the 20 ports of net1 has 10.0.0.100 or fd00::100 or is named old-0; p_unknown may have any address","ports":20,"unknown":["p_unknown"]}}]}"#);
    Ok(())
}

#[test]
fn leftovers_go_only_with_yes() -> Result<()> {
    let nb = net_with_leftovers(5)?;
    let before = nb.dump();
    snapshot!(nb.qdns("prune-stale net1"), @"
    ----- stderr -----
    error: this would remove 5 stale hosts of net1
       hint: --yes confirms it; --dry-run shows what would change
    ----- exit 1 -----
    ");
    assert_eq!(nb.dump(), before);
    let kept: BTreeSet<String> = hosts(&nb).into_iter().filter(|name| !name.starts_with("old-")).collect();
    nb.qdns("prune-stale net1 --yes").ok();
    assert_eq!(hosts(&nb), kept);
    assert!(!records(&nb).contains("old-"), "{}", records(&nb));
    Ok(())
}

#[test]
fn a_check_ends_with_4_while_there_are_leftovers() -> Result<()> {
    let nb = net_with_one_unknown(2)?;
    let before = nb.dump();
    snapshot!(nb.qdns("prune-stale --all --check"), @"
    Would change:
    - 0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  old-0.internal
    - 1.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  old-1.internal
    - 100.0.0.10.in-addr.arpa  old-0.internal
    - 101.0.0.10.in-addr.arpa  old-1.internal
    - old-0  10.0.0.100 fd00::100
    - old-0.internal  10.0.0.100 fd00::100
    - old-1  10.0.0.101 fd00::101
    - old-1.internal  10.0.0.101 fd00::101

    Why:
      old-0: none of the 20 ports of net1 has 10.0.0.100 or fd00::100 or is named old-0; p_unknown may have any address
      old-1: none of the 20 ports of net1 has 10.0.0.101 or fd00::101 or is named old-1; p_unknown may have any address

    To undo:
      qdns record add net1 old-0 10.0.0.100 fd00::100
      qdns record add net1 old-1 10.0.0.101 fd00::101
    ----- exit 4 -----
    ");
    assert_eq!(nb.dump(), before);
    nb.qdns("prune-stale net1 --yes").ok();
    snapshot!(nb.qdns("prune-stale --all --check"), @"Nothing to change.");
    Ok(())
}

#[test]
fn the_printed_commands_restore_what_was_removed() -> Result<()> {
    let nb = net_with_leftovers(5)?;
    let before = nb.dump();
    let removed = nb.qdns("prune-stale net1 --yes -o json").json();
    let commands = removed["undo"].as_array().context("a list")?;
    assert_eq!(commands.len(), 5);
    for command in commands {
        let command = command.as_str().context("a command")?;
        nb.qdns(command.strip_prefix("qdns ").context("qdns")?).ok();
    }
    assert_eq!(nb.dump(), before);
    Ok(())
}

/// 21 hosts stay and 10 are leftovers: 32 %.
#[test]
fn a_third_of_a_zone_stays_unless_allowed() -> Result<()> {
    let nb = net_with_leftovers(10)?;
    let before = nb.dump();
    snapshot!(nb.session(&["prune-stale net1 --yes", "prune-stale --all --yes --max 9"]), @"
    $ qdns prune-stale net1 --yes
    ----- stderr -----
    error: 10 of the 31 hosts of net1 are stale, more than 30 %
       hint: --dry-run shows them; --max 10 allows this many, --force any number
    ----- exit 1 -----
    $ qdns prune-stale --all --yes --max 9
    ----- stderr -----
    error: 10 hosts of net1 are stale, more than --max 9
       hint: --dry-run shows them; --max 10 allows this many, --force any number
    ----- exit 1 -----
    ");
    let dry_run = nb.qdns("prune-stale net1 --dry-run");
    snapshot!(dry_run.stderr, @"warning: it would be refused: 10 of the 31 hosts of net1 are stale, more than 30 %");
    assert!(dry_run.ok().contains("old-9"), "{dry_run}");
    assert_eq!(nb.dump(), before);
    nb.qdns("prune-stale net1 --yes --max 10").ok();
    assert_eq!(hosts(&nb).len(), 21);
    Ok(())
}

/// An ovn-nbctl that runs `script` before each transaction, with the real one as `$nbctl`.
fn scripted(nb: &Nb, script: &str) -> Result<PathBuf> {
    let path = nb.dir().join("scripted-nbctl");
    let real = nb.nbctl_path().display();
    let text = format!(
        "#!/bin/sh\nnbctl=\"{real} --db={}\"\ncase \" $* \" in\n*' comment '*)\n{script}\n;;\nesac\nexec {real} \"$@\"\n",
        nb.remote()
    );
    executable(&path, &text)?;
    Ok(path)
}

#[test]
fn a_machine_that_takes_a_stale_address_before_the_write_keeps_its_record() -> Result<()> {
    let nb = net_with_leftovers(5)?;
    let before = records(&nb);
    // The name is registered again for the same address, so that no record shows the race.
    let script = "[ -e \"$0.done\" ] || { touch \"$0.done\"
        $nbctl lsp-add net1 fresh -- lsp-set-addresses fresh '0a:00:00:00:02:01 10.0.0.102'; }";
    let mut prune = command(&nb.remote());
    prune.env("QDNS_OVN_NBCTL", scripted(&nb, script)?).args(["prune-stale", "net1", "--yes"]);
    snapshot!(run(&mut prune), @"
    ----- stderr -----
    error: port fresh of net1 now has the name or an address of old-2, so the host is kept
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    ----- exit 1 -----
    ");
    assert_eq!(records(&nb), before);
    nb.qdns("prune-stale net1 --yes").ok();
    assert!(hosts(&nb).contains("old-2") && !hosts(&nb).contains("old-1"));
    Ok(())
}

#[test]
fn many_machines_that_come_while_their_addresses_are_pruned_keep_their_names() -> Result<()> {
    for _ in 0..5 {
        let nb = net_with_leftovers(5)?;
        let prune = command(&nb.remote())
            .args(["prune-stale", "net1", "--yes"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // As a program that creates a machine does: the port first, then its name.
        for n in 0..5 {
            let (port, name, address) =
                (format!("fresh_{n}"), format!("old-{n}"), format!("10.0.0.{}", 100 + n));
            let entry = format!("0a:00:00:00:03:0{n} {address}");
            nb.nbctl(&["lsp-add", "net1", &port, "--", "lsp-set-addresses", &port, &entry]);
            // A writer that loses a race gets an error, and tries again.
            let add = format!("record add net1 {name} {address} --replace");
            assert!((0..5).any(|_| nb.qdns(&add).code == 0), "{name}");
        }
        let output = prune.wait_with_output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{errors}");
        let left = hosts(&nb);
        assert!((0..5).all(|n| left.contains(&format!("old-{n}"))), "{left:?} {errors}");
    }
    Ok(())
}
