//! Through a daemon only the rows of the named switch are read: the answers are the same, and as few.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::{Run, command, qdns, run};

/// `net1` beside `net2`: a DHCP row that both use and one that is net1's own, a router with a load
/// balancer, a router's port, a stale host, and a zone that its switch has lost.
fn nets() -> Result<Nb> {
    let nb = Nb::start()?;
    let db = nb.remote();
    let row =
        |cidr: &str| nb.nbctl(&["create", "DHCP_Options", &format!("cidr=\"{cidr}\"")]).trim().to_owned();
    let (shared, own) = (row("10.0.0.0/24"), row("fd00::/64"));
    for (net, port, end) in [("net1", "web", "10"), ("net2", "db", "11"), ("net3", "alone", "12")] {
        nb.nbctl(&["ls-add", net, "--", "lsp-add", net, port]);
        nb.nbctl(&["lsp-set-addresses", port, &format!("0a:00:00:00:00:{end} 10.0.0.{end} fd00::{end}")]);
        qdns(&db, &["record", "add", net, port, &format!("10.0.0.{end}"), &format!("fd00::{end}")]).ok();
    }
    nb.nbctl(&["lsp-set-dhcpv4-options", "web", &shared, "--", "lsp-set-dhcpv4-options", "db", &shared]);
    nb.nbctl(&["lsp-set-dhcpv6-options", "web", &own]);
    nb.nbctl(&["lr-add", "lr0", "--", "lrp-add", "lr0", "lr0-net1", "0a:00:00:00:00:01", "10.0.0.1/24"]);
    nb.nbctl(&["set", "Logical_Router", "lr0", "options:chassis=gw"]);
    nb.nbctl(&["lsp-add", "net1", "net1-lr0", "--", "lsp-set-type", "net1-lr0", "router"]);
    nb.nbctl(&["set", "Logical_Switch_Port", "net1-lr0", "options:router-port=lr0-net1", "addresses=router"]);
    for (host, address) in [("gone", "10.0.0.77"), ("gate", "10.0.0.1")] {
        qdns(&db, &["record", "add", "net1", host, address]).ok();
    }
    nb.nbctl(&["clear", "Logical_Switch", "net3", "dns_records"]);
    Ok(nb)
}

#[test]
fn the_answers_are_those_without_a_daemon() -> Result<()> {
    let nb = nets()?;
    let daemon = nb.daemon()?;
    let net1 = nb.nbctl(&["get", "Logical_Switch", "net1", "_uuid"]).trim().to_owned();
    let through = |args: &[&str]| -> Run {
        run(command("unix:/nonexistent").env("OVN_NB_DAEMON", daemon.socket()).args(args))
    };
    let agree = |args: &[&str]| {
        let (direct, through) = (qdns(&nb.remote(), args), through(args));
        assert_eq!(
            (direct.code, &direct.stdout, &direct.stderr),
            (through.code, &through.stdout, &through.stderr)
        );
        direct
    };
    for switch in ["net1", "net2", "net3", &net1] {
        agree(&["forwarders", "show", switch, "-o", "json"]).ok();
        agree(&["prune-stale", switch, "--dry-run", "-o", "json"]).ok();
        agree(&["sync", switch, "--prune", "--dry-run", "-o", "json"]).ok();
    }
    let stale = agree(&["prune-stale", "net1", "net2", "--dry-run"]);
    assert!(stale.stdout.contains("gone") && !stale.stdout.contains("gate"), "{stale:?}");
    let shown = agree(&["forwarders", "show", "net1", "-o", "json"]).json();
    assert_eq!(shown["forwarders"][0]["shared_with"][0], "net2");
    agree(&["forwarders", "show", "net4"]).fails(1);
    agree(&["prune-stale", "net4"]).fails(1);

    through(&["forwarders", "set", "net1", "192.0.2.1", "--via", "10.0.0.1", "--yes"]).ok();
    assert_eq!(agree(&["forwarders", "show", "net1", "-o", "json"]).json()["forwarders"][0]["mode"], "via");
    through(&["forwarders", "clear", "net1", "--yes"]).ok();
    through(&["prune-stale", "net1", "--yes"]).ok();
    assert!(!agree(&["record", "ls"]).stdout.contains("gone"));
    Ok(())
}

#[test]
fn no_other_switch_is_read() -> Result<()> {
    let nb = nets()?;
    let daemon = nb.daemon()?;
    for args in [&["prune-stale", "net2", "--dry-run"][..], &["sync", "net2", "--dry-run"]] {
        let said =
            run(command("unix:/nonexistent").env("OVN_NB_DAEMON", daemon.socket()).args(args).arg("-v"));
        let whole = |line: &&str| {
            line.contains("list Logical_Switch_Port --") || line.ends_with("list Logical_Switch_Port")
        };
        assert_eq!(said.stderr.lines().find(whole), None, "{said:?}");
        assert!(said.stderr.contains("list Logical_Switch_Port"), "{said:?}");
    }
    Ok(())
}
