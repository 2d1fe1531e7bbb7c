//! Many writers at once on a real database: nothing of anybody's is lost, and losers are told.

use std::process::{Child, Stdio};

use anyhow::Result;

use crate::support::lab::{Nb, executable};
use crate::support::{Run, command, qdns, run, snapshot};

/// Starts qdns and does not wait for it.
pub fn start(nb: &Nb, args: &[&str]) -> Child {
    command(&nb.remote()).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for all: exit codes and what was said on standard error.
pub fn finish(children: Vec<Child>) -> Vec<(i32, String)> {
    let end = |child: Child| {
        let output = child.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    children.into_iter().map(end).collect()
}

pub fn net() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    Ok(nb)
}

fn records(nb: &Nb) -> serde_json::Value {
    qdns(&nb.remote(), &["record", "ls", "net1", "-o", "json"]).json()["records"].take()
}

#[test]
fn forty_additions_at_once_without_a_zone_make_one_row_with_forty_hosts() -> Result<()> {
    let nb = net()?;
    let children = (1..=40)
        .map(|n| start(&nb, &["record", "add", "net1", &format!("host-{n}"), &format!("10.0.0.{n}")]));
    for (code, said) in finish(children.collect()) {
        assert_eq!(code, 0, "{said}");
    }
    assert_eq!(records(&nb).as_array().unwrap().len(), 40);
    assert_eq!(nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]).split_whitespace().count(), 1);
    let row = nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
    assert_eq!(row.matches("in-addr.arpa=").count(), 40);
    Ok(())
}

#[test]
fn one_of_twenty_addresses_wins_and_the_others_are_told_which() -> Result<()> {
    let nb = net()?;
    qdns(&nb.remote(), &["zone", "create", "net1"]).ok();
    let children = (1..=20).map(|n| start(&nb, &["record", "add", "net1", "web", &format!("10.0.0.{n}")]));
    let ends = finish(children.collect());
    let winner = ends.iter().position(|(code, _)| *code == 0).unwrap();
    assert_eq!(ends.iter().filter(|(code, _)| *code == 0).count(), 1, "{ends:?}");
    let address = format!("10.0.0.{}", winner + 1);
    for (_, said) in ends.iter().filter(|(code, _)| *code != 0) {
        assert!(said.contains(&format!("web has {address} already")), "{said}");
    }
    assert!(ends.iter().all(|(code, _)| matches!(code, 0 | 1)));
    let row = nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
    let reverse = format!("{}.0.0.10.in-addr.arpa=web.internal", winner + 1);
    assert_eq!(
        row.trim(),
        format!("{reverse} web={address} web.internal={address}"),
        "no loser left a trace"
    );
    Ok(())
}

#[test]
fn additions_removals_and_a_foreign_writer_lose_nothing_of_each_other() -> Result<()> {
    let nb = net()?;
    for n in 1..=20 {
        qdns(&nb.remote(), &["record", "add", "net1", &format!("old-{n}"), &format!("10.0.1.{n}")]).ok();
    }
    let uuid = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]).trim().to_owned();
    let mut children = Vec::new();
    for n in 1..=20 {
        children.push(start(&nb, &["record", "add", "net1", &format!("new-{n}"), &format!("10.0.0.{n}")]));
        children.push(start(&nb, &["record", "rm", "net1", &format!("old-{n}")]));
        nb.nbctl(&["set", "DNS", &uuid, &format!("records:foreign-{n}.org=192.0.2.{n}")]);
    }
    for (code, said) in finish(children) {
        assert_eq!(code, 0, "{said}");
    }
    let row = nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
    for n in 1..=20 {
        for key in [format!("new-{n}="), format!("new-{n}.internal="), format!("foreign-{n}.org=192.0.2.{n}")]
        {
            assert!(row.contains(&key), "{key} is lost: {row}");
        }
    }
    assert!(!row.contains("old-"), "{row}");
    assert_eq!(row.matches("in-addr.arpa=").count(), 20);
    Ok(())
}

#[test]
fn replacing_and_removing_at_once_leaves_one_whole_outcome() -> Result<()> {
    for _ in 0..5 {
        let nb = net()?;
        qdns(&nb.remote(), &["record", "add", "net1", "web", "10.0.0.1"]).ok();
        let mut children: Vec<Child> = (2..=8)
            .map(|n| start(&nb, &["record", "add", "net1", "web", &format!("10.0.0.{n}"), "--replace"]))
            .collect();
        children.push(start(&nb, &["record", "rm", "net1", "web"]));
        let ends = finish(children);
        assert!(ends.iter().all(|(code, _)| matches!(code, 0 | 1)), "{ends:?}");
        let row = nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
        let hosts = records(&nb);
        match hosts.as_array().unwrap().as_slice() {
            [] => assert_eq!(row.trim(), ""),
            [host] => {
                assert_eq!(host["ptr"], host["addresses"], "{row}");
                assert_eq!(row.split_whitespace().count(), 3, "{row}");
            }
            _ => panic!("{hosts}"),
        }
    }
    Ok(())
}

#[test]
fn a_zone_that_somebody_adds_to_while_it_is_removed_is_kept_whole() -> Result<()> {
    for _ in 0..5 {
        let nb = net()?;
        for n in 1..=5 {
            qdns(&nb.remote(), &["record", "add", "net1", &format!("old-{n}"), &format!("10.0.1.{n}")]).ok();
        }
        let mut children: Vec<Child> = Vec::new();
        for n in 1..=6 {
            children
                .push(start(&nb, &["record", "add", "net1", &format!("new-{n}"), &format!("10.0.0.{n}")]));
            if n == 3 {
                children.push(start(&nb, &["zone", "rm", "net1", "--yes"]));
            }
        }
        let ends = finish(children);
        assert!(ends.iter().all(|(code, _)| matches!(code, 0 | 1)), "{ends:?}");
        let (removed, said) = &ends[3];
        let left = nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
        match removed {
            // The zone stayed, with what was in it and what was added.
            1 => {
                assert!(said.contains("another writer changed") && left.contains("old-1="), "{said}: {left}")
            }
            // It went, and whoever added later made it anew.
            _ => assert!(!left.contains("old-"), "{left}"),
        }
    }
    Ok(())
}

#[test]
fn a_change_that_depends_on_a_host_is_lost_when_the_host_goes() -> Result<()> {
    let nb = net()?;
    qdns(&nb.remote(), &["record", "add", "net1", "web", "10.0.0.1", "--no-ptr"]).ok();
    let dir = tempfile::tempdir()?;
    let script = dir.path().join("ovn-nbctl");
    // The real ovn-nbctl; the first time a transaction is about to run, the host is taken away.
    let (qdns, removed) = (env!("CARGO_BIN_EXE_qdns"), dir.path().join("removed"));
    let removed = removed.display();
    let body = format!(
        "#!/bin/sh\ncase \"$*\" in *'(by '*) [ -e {removed} ] || {{ touch {removed}; \
         QDNS_OVN_NBCTL=ovn-nbctl {qdns} -q record rm net1 web; }} ;; esac\nexec ovn-nbctl \"$@\"\n"
    );
    executable(&script, &body)?;
    // It only adds the reverse name, to a host that is gone by then: it must notice, and add all of it.
    let mut add = command(&nb.remote());
    add.args(["record", "add", "net1", "web", "10.0.0.1"]).env("QDNS_OVN_NBCTL", &script);
    assert_eq!(run(&mut add).code, 0);
    let row = nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
    assert_eq!(row.trim(), "1.0.0.10.in-addr.arpa=web.internal web=10.0.0.1 web.internal=10.0.0.1");
    Ok(())
}

/// Runs a command of qdns with one of OVN's clients before whose transaction another writer runs these commands of
/// ovn-nbctl.
pub fn overtaken_through(client: &str, nb: &Nb, typed: &str, commands: &str) -> Result<Run> {
    let dir = tempfile::tempdir()?;
    let (script, done) = (dir.path().join(client), dir.path().join("done"));
    let (nbctl, done, db) = (nb.nbctl_path().display().to_string(), done.display(), nb.remote());
    let (transaction, variable, real) = match client {
        "ovn-nbctl" => ("'(by '", "QDNS_OVN_NBCTL", nbctl.as_str()),
        _ => ("transact", "QDNS_OVSDB_CLIENT", client),
    };
    let body = format!(
        "#!/bin/sh\ncase \"$*\" in *{transaction}*) [ -e {done} ] || {{ touch {done}; \
         {nbctl} --db={db} {commands}; }} ;; esac\nexec {real} \"$@\"\n"
    );
    executable(&script, &body)?;
    let mut overtaken = command(&db);
    overtaken.args(["--client", client, "-q"]).args(typed.split(' '));
    Ok(run(overtaken.env(variable, &script)))
}

/// As [`overtaken_through`] ovsdb-client; ZONE is the zone's row. Returns what is printed, the exit code, and the records
/// after that.
fn overtaken(nb: &Nb, typed: &str, commands: &str) -> Result<String> {
    let zone = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]);
    let refused = overtaken_through("ovsdb-client", nb, typed, &commands.replace("ZONE", zone.trim()))?;
    let left = nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
    Ok(format!("{}exit {}: {}", refused.stderr, refused.code, left.trim()))
}

/// As [`overtaken`], for the removal of a host that was added by hand.
fn lost_to(commands: &str) -> Result<String> {
    let nb = net()?;
    qdns(&nb.remote(), &["record", "add", "net1", "web", "10.0.0.1"]).ok();
    overtaken(&nb, "record rm net1 web", commands)
}

/// The marks that other programs set on their rows.
const FOREIGN_MARKS: [&str; 8] = [
    "incus_switch",
    "k8s.ovn.org/owner-type",
    "ls_name",
    "lxd_switch",
    "ovirt_network_id",
    "owner",
    "subnet_id",
    "vendor",
];

#[test]
fn a_zone_that_another_program_takes_meanwhile_is_not_changed() -> Result<()> {
    snapshot!(lost_to("set DNS ZONE external_ids:ls_name=net1")?, @r#"
    error: another writer was faster: DNS.external_ids:ls_name is now "net1"
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    exit 1: 1.0.0.10.in-addr.arpa=web.internal web=10.0.0.1 web.internal=10.0.0.1
    "#);
    for mark in FOREIGN_MARKS {
        let lost = lost_to(&format!("set DNS ZONE 'external_ids:\"{mark}\"=x'"))?;
        let message = format!("another writer was faster: DNS.external_ids:{mark} is now \"x\"");
        assert!(
            lost.contains(&message) && lost.contains("exit 1") && lost.contains("web=10.0.0.1"),
            "{lost}"
        );
    }
    Ok(())
}

#[test]
fn dhcp_options_that_another_program_takes_meanwhile_are_not_changed() -> Result<()> {
    for mark in FOREIGN_MARKS {
        let nb = net_with_lease()?;
        let row = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DHCP_Options"]);
        let take = format!("set DHCP_Options {} 'external_ids:\"{mark}\"=x'", row.trim());
        let lost = overtaken(&nb, "forwarders set net1 192.0.2.53", &take)?;
        let message = format!("another writer was faster: DHCP_Options.external_ids:{mark} is now \"x\"");
        assert!(lost.contains(&message) && lost.contains("exit 1"), "{lost}");
        assert_eq!(nb.nbctl(&["--bare", "--columns=options", "list", "DHCP_Options"]).trim(), "");
    }
    Ok(())
}

#[test]
fn a_zone_that_gets_another_domain_meanwhile_is_not_changed() -> Result<()> {
    snapshot!(lost_to("set DNS ZONE external_ids:qdns-domain=example.org")?, @r#"
    error: another writer was faster: DNS.external_ids:qdns-domain is now "example.org"
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    exit 1: 1.0.0.10.in-addr.arpa=web.internal web=10.0.0.1 web.internal=10.0.0.1
    "#);
    Ok(())
}

#[test]
fn a_host_that_is_added_while_the_domain_changes_gets_the_new_one() -> Result<()> {
    for client in ["ovsdb-client", "ovn-nbctl"] {
        let nb = net()?;
        nb.qdns("record add net1 web 10.0.1.10").ok();
        let zone = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]);
        let zone = zone.trim();
        let add = format!("set DNS {zone} records:new=10.0.1.7 records:new.internal=10.0.1.7");
        overtaken_through(client, &nb, "zone set net1 --domain lan --yes", &add)?.ok();
        let left = nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
        let keys: Vec<&str> = left.split_whitespace().filter(|pair| pair.contains(".lan=")).collect();
        assert_eq!(keys, ["new.lan=10.0.1.7", "web.lan=10.0.1.10"], "{client}: {left}");
        assert!(!left.contains("internal"), "{client}: {left}");
    }
    Ok(())
}

#[test]
fn an_alias_that_follows_another_host_meanwhile_does_not_move() -> Result<()> {
    let nb = net()?;
    for line in ["record add net1 web 10.0.0.1 --no-ptr", "record add net1 db 10.0.0.2 --no-ptr"] {
        nb.qdns(line).ok();
    }
    nb.qdns("record add net1 www --alias-of web").ok();
    let other = "set DNS ZONE external_ids:qdns-alias-www=db";
    snapshot!(overtaken(&nb, "record add net1 web 10.0.0.3 --replace --no-ptr", other)?, @r#"
    error: another writer was faster: DNS.external_ids:qdns-alias-www is now "db"
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    exit 1: db=10.0.0.2 db.internal=10.0.0.2 web=10.0.0.1 web.internal=10.0.0.1 www=10.0.0.1 www.internal=10.0.0.1
    "#);
    Ok(())
}

#[test]
fn a_zone_that_gets_another_home_meanwhile_is_not_changed() -> Result<()> {
    snapshot!(lost_to("set DNS ZONE external_ids:switch=net2")?, @r#"
    error: another writer was faster: DNS.external_ids:switch is now "net2"
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    exit 1: 1.0.0.10.in-addr.arpa=web.internal web=10.0.0.1 web.internal=10.0.0.1
    "#);
    Ok(())
}

#[test]
fn a_mark_of_another_host_is_no_lost_race() -> Result<()> {
    snapshot!(lost_to("set DNS ZONE external_ids:qdns-static-db=true records:db=10.0.0.7")?, @"exit 0: db=10.0.0.7");
    Ok(())
}

/// A zone with a host that a port registered, which is gone.
fn net_with_a_gone_port() -> Result<Nb> {
    let nb = net()?;
    nb.nbctl(&["lsp-add", "net1", "web", "--", "lsp-set-addresses", "web", "0a:00:00:00:00:01 10.0.0.1"]);
    nb.qdns("sync net1").ok();
    nb.nbctl(&["lsp-del", "web"]);
    Ok(nb)
}

const PORT: &str = "lsp-add net1 web -- lsp-set-addresses web '0a:00:00:00:00:01 10.0.0.1'";

#[test]
fn a_host_whose_port_comes_meanwhile_stays() -> Result<()> {
    let nb = net_with_a_gone_port()?;
    snapshot!(overtaken(&nb, "prune-stale net1 --yes", PORT)?, @"
    error: port web of net1 now has the name or an address of web, so the host is kept
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    exit 1: 1.0.0.10.in-addr.arpa=web.internal web=10.0.0.1 web.internal=10.0.0.1
    ");
    let nb = net_with_a_gone_port()?;
    snapshot!(overtaken(&nb, "sync net1 --prune --yes", PORT)?, @"exit 0:");
    Ok(())
}

#[test]
fn a_host_whose_address_is_used_otherwise_meanwhile_stays() -> Result<()> {
    let nb = net_with_a_gone_port()?;
    // The first transaction is lost because of the port; the next look finds the load balancer.
    let commands = "lsp-add net1 other -- lb-add lb1 10.0.0.1:80 10.0.0.2:80";
    snapshot!(overtaken(&nb, "prune-stale net1 --yes", commands)?, @"
    error: load balancer lb1 serves 10.0.0.1, an address of web, so the host is kept
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    exit 1: 1.0.0.10.in-addr.arpa=web.internal web=10.0.0.1 web.internal=10.0.0.1
    ");
    Ok(())
}

#[test]
fn another_port_that_comes_meanwhile_does_not_keep_a_host() -> Result<()> {
    let nb = net_with_a_gone_port()?;
    snapshot!(overtaken(&nb, "prune-stale net1 --yes", "lsp-add net1 other")?, @"exit 0:");
    Ok(())
}

#[test]
fn a_change_of_a_zone_that_is_detached_meanwhile_is_not_made() -> Result<()> {
    snapshot!(lost_to("clear Logical_Switch net1 dns_records")?, @"
    error: another writer changed the same rows first
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    exit 1: 1.0.0.10.in-addr.arpa=web.internal web=10.0.0.1 web.internal=10.0.0.1
    ");
    Ok(())
}

#[test]
fn a_value_that_another_writer_sets_meanwhile_stays() -> Result<()> {
    snapshot!(lost_to("set DNS ZONE records:web=10.0.0.7")?, @r#"
    error: another writer was faster: web is now "10.0.0.7"
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    exit 1: 1.0.0.10.in-addr.arpa=web.internal web=10.0.0.7 web.internal=10.0.0.1
    "#);
    Ok(())
}

/// `net1` with the port `p1`, which uses a DHCP row.
fn net_with_lease() -> Result<Nb> {
    let nb = net()?;
    let row = nb.nbctl(&["create", "DHCP_Options", "cidr=10.0.0.0/24"]);
    nb.nbctl(&["lsp-add", "net1", "p1", "--", "lsp-set-dhcpv4-options", "p1", row.trim()]);
    Ok(nb)
}

const RELEASE: &str = "clear Logical_Switch_Port p1 dhcpv4_options";

#[test]
fn a_dhcp_row_that_the_switch_no_longer_uses_is_not_written() -> Result<()> {
    let nb = net_with_lease()?;
    snapshot!(overtaken(&nb, "forwarders set net1 192.0.2.53", RELEASE)?, @"
    error: another writer changed the same rows first
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    exit 1:
    ");
    snapshot!(nb.nbctl(&["--bare", "--columns=options", "list", "DHCP_Options"]).trim(), @"");
    Ok(())
}

#[test]
fn a_dhcp_row_that_the_switch_no_longer_uses_is_not_cleared() -> Result<()> {
    let nb = net_with_lease()?;
    nb.qdns("forwarders set net1 192.0.2.53 --no-search").ok();
    snapshot!(overtaken(&nb, "forwarders clear net1", RELEASE)?, @"
    error: another writer changed the same rows first
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    exit 1:
    ");
    snapshot!(nb.nbctl(&["--bare", "--columns=options", "list", "DHCP_Options"]).trim(), @"dns_server=192.0.2.53");
    Ok(())
}

#[test]
fn a_port_that_gets_a_dhcp_row_meanwhile_keeps_it() -> Result<()> {
    let nb = net_with_lease()?;
    nb.nbctl(&["lr-add", "lr0", "--", "lrp-add", "lr0", "lrp1", "0a:00:00:00:00:01", "10.0.0.1/24"]);
    nb.nbctl(&["lsp-add", "net1", "lr", "--", "lsp-set-type", "lr", "router"]);
    nb.nbctl(&["lsp-set-options", "lr", "router-port=lrp1"]);
    nb.nbctl(&["lsp-add", "net1", "p2", "--", "lsp-set-addresses", "p2", "0a:00:00:00:00:02 10.0.0.2"]);
    let row = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DHCP_Options"]);
    let other = format!("lsp-set-dhcpv4-options p2 {}", row.trim());
    snapshot!(overtaken(&nb, "forwarders set net1 192.0.2.53 --create-dhcp", &other)?, @"
    error: another writer changed the same rows first
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    exit 1:
    ");
    assert_eq!(nb.nbctl(&["--bare", "--columns=_uuid", "list", "DHCP_Options"]), row);
    assert_eq!(nb.nbctl(&["get", "Logical_Switch_Port", "p2", "dhcpv4_options"]), row);
    Ok(())
}

#[test]
fn a_zone_that_the_switch_no_longer_lists_is_not_removed() -> Result<()> {
    let nb = net()?;
    qdns(&nb.remote(), &["record", "add", "net1", "web", "10.0.0.1"]).ok();
    snapshot!(overtaken(&nb, "zone rm net1 --yes", "clear Logical_Switch net1 dns_records")?, @"
    error: another writer changed the same rows first
       hint: no part of this change was kept; run the same command again: it starts from the current rows
    exit 1: 1.0.0.10.in-addr.arpa=web.internal web=10.0.0.1 web.internal=10.0.0.1
    ");
    Ok(())
}
