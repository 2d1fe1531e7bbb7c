//! `qdns prune-stale` on a real database: exactly the leftovers go, and never a machine's name.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::support::lab::{Nb, executable};
use crate::support::{command, qdns, run};

/// Adds a host to net1.
fn add(nb: &Nb, args: &[&str]) {
    qdns(&nb.remote(), &[&["record", "add", "net1"], args].concat()).ok();
}

/// The hosts of net1.
fn hosts(nb: &Nb) -> BTreeSet<String> {
    let json = qdns(&nb.remote(), &["record", "ls", "net1", "-o", "json"]).json();
    let records = json["records"].as_array().unwrap();
    records.iter().map(|record| record["hostname"].as_str().unwrap().to_owned()).collect()
}

/// A switch with every kind of port and `leftovers` hosts that nothing stands behind, among 20 that stay.
fn world(leftovers: usize) -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "ls-add", "net2", "--", "lr-add", "lr0"]);
    nb.nbctl(&["lrp-add", "lr0", "lr0-net1", "0a:00:00:ff:00:01", "10.0.0.1/24"]);
    nb.nbctl(&["lsp-add", "net1", "net1-lr0", "--", "lsp-set-type", "net1-lr0", "router"]);
    nb.nbctl(&["lsp-set-options", "net1-lr0", "router-port=lr0-net1"]);
    nb.nbctl(&["lsp-set-addresses", "net1-lr0", "router"]);
    add(&nb, &["gw", "10.0.0.1"]);
    for n in 10..26 {
        let (port, address) = (format!("port_{n}"), format!("0a:00:00:00:00:{n} 10.0.0.{n}"));
        nb.nbctl(&["lsp-add", "net1", &port, "--", "lsp-set-addresses", &port, &address]);
        // A stopped machine: its port is there and down.
        nb.nbctl(&["set", "Logical_Switch_Port", &port, "up=false"]);
        add(&nb, &[&format!("vm-{n}"), &format!("10.0.0.{n}")]);
    }
    nb.nbctl(&["lsp-add", "net1", "p_dyn", "--", "lsp-set-addresses", "p_dyn", "dynamic"]);
    nb.nbctl(&["set", "Logical_Switch_Port", "p_dyn", "dynamic_addresses=\"0a:00:00:00:01:01 10.0.0.30\""]);
    add(&nb, &["dynamic", "10.0.0.30"]);
    nb.nbctl(&["lsp-add", "net1", "p_unknown", "--", "lsp-set-addresses", "p_unknown", "unknown"]);
    nb.nbctl(&["set", "Logical_Switch_Port", "p_unknown", "external_ids:vm-name=appliance"]);
    add(&nb, &["appliance", "10.0.0.31"]);
    nb.nbctl(&["lsp-add", "net1", "p_sec", "--", "lsp-set-addresses", "p_sec", "unknown"]);
    nb.nbctl(&["lsp-set-port-security", "p_sec", "0a:00:00:00:01:03 10.0.0.32"]);
    add(&nb, &["secured", "10.0.0.32"]);
    add(&nb, &["printer", "10.0.0.99", "--static"]);
    for n in 0..leftovers {
        add(&nb, &[&format!("old-{n}"), &format!("10.0.0.{}", 100 + n), &format!("fd00::{}", 100 + n)]);
    }
    // A port of another switch does not count.
    nb.nbctl(&[
        "lsp-add",
        "net2",
        "old-0",
        "--",
        "lsp-set-addresses",
        "old-0",
        "0a:00:00:00:00:aa 10.0.0.100",
    ]);
    Ok(nb)
}

#[test]
fn exactly_the_leftovers_go_and_come_back_by_the_printed_command() -> Result<()> {
    let nb = world(5)?;
    let before = hosts(&nb);
    let dump = nb.dump();
    for args in [
        &["prune-stale", "net1", "--dry-run", "-o", "json"][..],
        &["prune-stale", "--all", "-n", "-o", "json"],
    ] {
        let kept = qdns(&nb.remote(), args).json();
        assert_eq!(kept["stale"].as_array().unwrap().len(), 5, "{kept}");
        assert!(kept["stale"][0]["evidence"]["ports"].as_u64().unwrap() >= 20, "{kept}");
        assert_eq!(kept["changes"].as_array().unwrap().len(), 5 * 4, "{kept}");
    }
    let said = qdns(&nb.remote(), &["prune-stale", "net1"]).fails(1);
    assert!(said.contains("--yes"), "{said}");
    assert_eq!(qdns(&nb.remote(), &["prune-stale", "--all", "--check"]).code, 4);
    assert_eq!(nb.dump(), dump, "so far nothing was changed");

    let done = qdns(&nb.remote(), &["prune-stale", "net1", "--yes", "-o", "json"]).json();
    let left = hosts(&nb);
    assert_eq!(left.len(), before.len() - 5);
    assert!(left.iter().all(|name| !name.starts_with("old-")), "{left:?}");
    let row = nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
    assert!(!row.contains("old-"), "{row}");
    assert_eq!(qdns(&nb.remote(), &["prune-stale", "--all", "--check"]).code, 0);

    for stale in done["stale"].as_array().unwrap() {
        let words = stale["restore"].as_str().unwrap().strip_prefix("qdns ").unwrap().to_owned();
        qdns(&nb.remote(), &words.split(' ').collect::<Vec<_>>()).ok();
    }
    assert_eq!(nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]).matches("old-").count(), 5 * 4);
    assert_eq!(nb.dump(), dump, "what was removed is back as it was");
    Ok(())
}

#[test]
fn a_third_of_a_zone_stays_unless_told_so() -> Result<()> {
    // 20 hosts stay, 9 go: 31 %.
    let nb = world(9)?;
    let before = hosts(&nb);
    assert_eq!(before.len(), 30);
    add(&nb, &["old-9", "10.0.0.109"]);
    let said = qdns(&nb.remote(), &["prune-stale", "net1", "--yes"]).fails(1);
    assert!(said.contains("--max 10") && said.contains("--force"), "{said}");
    let said = qdns(&nb.remote(), &["prune-stale", "--all", "--yes", "--max", "9"]).fails(1);
    assert!(said.contains("more than --max 9"), "{said}");
    assert_eq!(hosts(&nb).len(), 31);
    let shown = qdns(&nb.remote(), &["prune-stale", "net1", "-n"]);
    assert!(shown.ok().contains("old-9") && shown.stderr.contains("would be refused"), "{shown:?}");
    qdns(&nb.remote(), &["prune-stale", "net1", "--yes", "--max", "10"]).ok();
    assert_eq!(hosts(&nb).len(), 21);
    Ok(())
}

/// An ovn-nbctl in front of which `script` runs before each transaction, with the real one as `$nbctl`.
fn scripted(nb: &Nb, script: &str) -> Result<std::path::PathBuf> {
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
    let nb = world(5)?;
    let row = nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
    // The name is registered again for the same address, so that no record shows the race.
    let script = "[ -e \"$0.done\" ] || { touch \"$0.done\"
        $nbctl lsp-add net1 fresh -- lsp-set-addresses fresh '0a:00:00:00:02:01 10.0.0.102'; }";
    let mut prune = command(&nb.remote());
    prune.env("QDNS_OVN_NBCTL", scripted(&nb, script)?).args(["prune-stale", "net1", "--yes"]);
    let said = run(&mut prune).fails(1);
    assert!(said.contains("port fresh of net1 has the name or an address of old-2 now"), "{said}");
    assert_eq!(nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]), row, "nothing is lost");
    qdns(&nb.remote(), &["prune-stale", "net1", "--yes"]).ok();
    assert!(hosts(&nb).contains("old-2") && !hosts(&nb).contains("old-1"));
    Ok(())
}

#[test]
fn many_machines_that_come_while_their_addresses_are_pruned_keep_their_names() -> Result<()> {
    for _ in 0..5 {
        let nb = world(5)?;
        let prune = command(&nb.remote())
            .args(["prune-stale", "net1", "--yes"])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()?;
        // As whoever creates a machine does: the port first, then its name.
        for n in 0..5 {
            let (name, address) = (format!("old-{n}"), format!("10.0.0.{}", 100 + n));
            let entry = format!("0a:00:00:00:03:0{n} {address}");
            nb.nbctl(&[
                "lsp-add",
                "net1",
                &format!("fresh_{n}"),
                "--",
                "lsp-set-addresses",
                &format!("fresh_{n}"),
                &entry,
            ]);
            // One who loses a race is told, and does it again.
            let again = ["record", "add", "net1", &name, &address, "--replace"];
            assert!((0..5).any(|_| qdns(&nb.remote(), &again).code == 0), "{name}");
        }
        let output = prune.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{said}");
        let left = hosts(&nb);
        assert!((0..5).all(|n| left.contains(&format!("old-{n}"))), "{left:?} {said}");
    }
    Ok(())
}
