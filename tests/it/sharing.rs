//! A zone that several switches list: its names are judged by the ports of all of them, and only its home changes it.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::snapshot;

/// `net1` with a zone that `net2` lists too. Each has a port with a host in it; one host has no port.
fn shared_zone() -> Result<Nb> {
    let nb = Nb::start()?;
    for (switch, port, address) in [("net1", "p1", "10.0.0.10"), ("net2", "p2", "10.0.1.10")] {
        nb.nbctl(&["ls-add", switch, "--", "lsp-add", switch, port]);
        nb.nbctl(&["lsp-set-addresses", port, &format!("0a:00:00:00:00:01 {address}")]);
    }
    for host in ["web 10.0.0.10", "db 10.0.1.10", "gone 10.0.1.99"] {
        nb.qdns(&format!("record add net1 {host}")).ok();
    }
    share(&nb, "net1", "net2");
    Ok(nb)
}

/// Lets another switch list the zone of a switch.
fn share(nb: &Nb, home: &str, with: &str) {
    nb.nbctl(&["add", "Logical_Switch", with, "dns_records", zone_of(nb, home).trim()]);
}

#[test]
fn a_host_with_a_port_on_any_of_the_switches_is_not_stale() -> Result<()> {
    let nb = shared_zone()?;
    snapshot!(nb.session(&["prune-stale net1 --dry-run", "prune-stale net2 --dry-run"]), @"
    $ qdns prune-stale net1 --dry-run
    Would change:
    - 99.1.0.10.in-addr.arpa  gone.internal
    - gone  10.0.1.99
    - gone.internal  10.0.1.99

    Why:
      gone: none of the 2 ports of net1 and net2 has 10.0.1.99 or is named gone

    To undo:
      qdns record add net1 gone 10.0.1.99
    $ qdns prune-stale net2 --dry-run
    Nothing to change.
    ");
    assert_eq!(nb.qdns("prune-stale --all --dry-run").ok(), nb.qdns("prune-stale net1 --dry-run").ok());
    let daemon = nb.daemon()?;
    let mut prune = crate::support::command(&nb.remote());
    prune.env("OVN_NB_DAEMON", daemon.socket()).args(["prune-stale", "net1", "--dry-run"]);
    assert_eq!(crate::support::run(&mut prune).ok(), nb.qdns("prune-stale net1 --dry-run").ok());
    snapshot!(nb.qdns("doctor net2 --only record-stale,zone-misattached,zone-duplicate -o plain"), @"warning	record-stale	net1	gone	no port of net1 and net2 has 10.0.1.99 or the name gone	qdns record rm net1 gone --if-exists");
    Ok(())
}

#[test]
fn a_port_that_moves_to_another_of_the_switches_keeps_its_host() -> Result<()> {
    let nb = shared_zone()?;
    nb.qdns("sync net1").ok();
    let port = nb.nbctl(&["--bare", "--columns=_uuid", "find", "Logical_Switch_Port", "name=p1"]);
    let port = port.trim();
    let (table, column) = ("Logical_Switch", "ports");
    nb.nbctl(&["remove", table, "net1", column, port, "--", "add", table, "net2", column, port]);
    snapshot!(nb.qdns("sync net1 --prune --yes"), @"
    Nothing to change.
    ----- stderr -----
    warning: p1: the PTR record of 10.0.0.10 stays with web, which has this address
    ");
    nb.nbctl(&["lsp-set-addresses", "p1", "0a:00:00:00:00:01 10.0.1.20"]);
    nb.nbctl(&["set", "Logical_Switch_Port", "p1", "external_ids:qdns-aliases=www"]);
    snapshot!(nb.qdns("sync net1 --prune --yes"), @r#"
    + 20.1.0.10.in-addr.arpa  p1.internal
    ~ p1  10.0.0.10 -> 10.0.1.20
    ~ p1.internal  10.0.0.10 -> 10.0.1.20
    + www  10.0.1.20
    + www.internal  10.0.1.20
    + qdns-alias-www  p1
    + qdns-port-www  [UUID]

    To undo:
      qdns record rm net1 www
      qdns record add net1 p1 10.0.0.10 --no-ptr --replace
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-p1"="[UUID]"'
    "#);
    nb.nbctl(&["lsp-del", "p1"]);
    snapshot!(nb.qdns("sync net1 --prune --yes"), @r#"
    - 20.1.0.10.in-addr.arpa  p1.internal
    - p1  10.0.1.20
    - p1.internal  10.0.1.20
    - www  10.0.1.20
    - www.internal  10.0.1.20
    - qdns-alias-www  p1
    - qdns-port-p1  [UUID]
    - qdns-port-www  [UUID]

    Why:
      p1: the port of net1 that registered it is gone

    To undo:
      qdns record add net1 p1 10.0.1.20
      qdns record add net1 www --alias-of p1
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-p1"="[UUID]","qdns-port-www"="[UUID]"'
    "#);
    Ok(())
}

#[test]
fn a_switch_that_only_shares_a_zone_removes_nothing_from_it() -> Result<()> {
    let nb = shared_zone()?;
    let row = zone_of(&nb, "net1");
    let zone = nb.nbctl(&["list", "DNS", row.trim()]);
    snapshot!(nb.session(&[
        "record rm net2 web",
        "zone rm net2 --yes",
        "record add net2 web 10.0.1.11",
        "zone show net2",
        "record ls net2",
    ]), @"
    $ qdns record rm net2 web
    ----- stderr -----
    error: web is no host of switch net2's zone: the zone of net1 has it
       hint: qdns changes only the zone of the switch itself
    ----- exit 1 -----
    $ qdns zone rm net2 --yes
    ----- stderr -----
    error: switch net2 has no zone of its own; it shares the zone of net1
       hint: qdns zone unshare net1 --with net2 ends that
       hint: qdns zone show net1 shows the zone
    ----- exit 1 -----
    $ qdns record add net2 web 10.0.1.11
    ----- stderr -----
    error: the zone of net1 on switch net2 has web.internal already
       hint: choose another name; qdns zone show net2 shows the rows of the switch
    ----- exit 1 -----
    $ qdns zone show net2
    ----- stderr -----
    error: switch net2 has no zone of its own; it shares the zone of net1
       hint: qdns zone unshare net1 --with net2 ends that
       hint: qdns zone show net1 shows the zone
    ----- exit 1 -----
    $ qdns record ls net2
    No hosts.
    ----- stderr -----
    warning: net2 shares the zone of net1, not listed here: qdns record ls net1
    ");
    for line in ["prune-stale net2 --force --yes", "sync net2 --prune --yes", "zone rm net2 --yes"] {
        nb.qdns(line).ok();
        assert_eq!(nb.nbctl(&["list", "DNS", row.trim()]), zone, "{line}");
    }
    Ok(())
}

/// Whoever gives the zone a name: guests of the switch that shares it would get the name from two rows.
#[test]
fn no_command_gives_a_shared_zone_a_name_of_a_switch_that_shares_it() -> Result<()> {
    let nb = shared_zone()?;
    nb.qdns("record add net2 app 10.0.1.30").ok();
    nb.nbctl(&["lsp-add", "net1", "app", "--", "lsp-set-addresses", "app", "0a:00:00:00:00:03 10.0.0.30"]);
    nb.nbctl(&["set", "Logical_Switch_Port", "p1", "external_ids:qdns-aliases=app"]);
    nb.nbctl(&["add", "DNS", zone_of(&nb, "net2").trim(), "records", "web.lan=10.0.1.31"]);
    let before = nb.dump();
    snapshot!(nb.session(&[
        "record add net1 app 10.0.0.30",
        "record add net1 app --alias-of web",
        "record rename net1 web app",
        "zone set net1 --domain lan --yes",
        "sync net1 --dry-run",
    ]), @"
    $ qdns record add net1 app 10.0.0.30
    ----- stderr -----
    error: the zone of net2 has app.internal already
       hint: net2 shares the zone of net1, so its guests get the names of both
       hint: choose another name; qdns zone show net2 shows the rows of the switch
    ----- exit 1 -----
    $ qdns record add net1 app --alias-of web
    ----- stderr -----
    error: the zone of net2 has app already
       hint: net2 shares the zone of net1, so its guests get the names of both
       hint: choose another name; qdns zone show net2 shows the rows of the switch
    ----- exit 1 -----
    $ qdns record rename net1 web app
    ----- stderr -----
    error: the zone of net2 has app already
       hint: net2 shares the zone of net1, so its guests get the names of both
       hint: choose another name; qdns zone show net2 shows the rows of the switch
    ----- exit 1 -----
    $ qdns zone set net1 --domain lan --yes
    ----- stderr -----
    error: the zone of net2 has web.lan already
       hint: net2 shares the zone of net1, so its guests get the names of both
       hint: choose another name; qdns zone show net2 shows the rows of the switch
    ----- exit 1 -----
    $ qdns sync net1 --dry-run
    Would change:
    + p1  10.0.0.10
    + p1.internal  10.0.0.10
    + qdns-port-p1  [UUID]
    ----- stderr -----
    warning: port app: the zone of net2 has app.internal already
    warning: port p1: alias app: the zone of net2 has app already; net2 shares the zone of net1, so its guests get the names of both; choose another name; qdns zone show net2 shows the rows of the switch
    warning: p1: the PTR record of 10.0.0.10 stays with web, which has this address
    ");
    nb.nbctl(&["set", "Logical_Switch_Port", "p1", "external_ids:qdns-hostname=app"]);
    nb.qdns("sync net1").ok();
    nb.nbctl(&["remove", "Logical_Switch_Port", "p1", "external_ids", "qdns-hostname"]);
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn the_home_shows_who_shares_its_zone_and_asks_before_it_goes() -> Result<()> {
    let nb = shared_zone()?;
    snapshot!(nb.session(&["zone show net1", "zone ls", "zone ls -o json", "zone rm net1"]), @r#"
    $ qdns zone show net1
    switch   net1 ([UUID])
    subnets  -
    domain   internal
    zone     [UUID] (attached, shared with net2)
    hosts    3 (0 static)
    records  9
    $ qdns zone ls
    SWITCH  DOMAIN    HOSTS  RECORDS  STATE
    net1    internal  3      9        attached, shared with net2
    $ qdns zone ls -o json
    {"zones":[{"switch":"net1","domain":"internal","hosts":3,"records":9,"attached":true,"shared_with":["net2"],"uuid":"[UUID]"}]}
    $ qdns zone rm net1
    ----- stderr -----
    error: this would remove the zone of net1 with 3 hosts in it, which net2 shares
       hint: --yes confirms it; --dry-run shows what would change
    ----- exit 1 -----
    "#);
    Ok(())
}

#[test]
fn two_switches_can_share_each_others_zones() -> Result<()> {
    let nb = shared_zone()?;
    nb.qdns("record add net2 other 10.0.1.10 --no-ptr").ok();
    share(&nb, "net2", "net1");
    snapshot!(nb.session(&[
        "record ls net1",
        "zone show net1",
        "record add net1 new 10.0.0.11",
        "record add net1 other 10.0.0.12",
        "prune-stale --all --dry-run",
        "doctor --only record-stale,zone-misattached,zone-duplicate,name-shadowed -o plain",
    ]), @"
    $ qdns record ls net1
    HOSTNAME  FQDN           ADDRESSES  PTR  SWITCH
    db        db.internal    10.0.1.10  yes  net1
    gone      gone.internal  10.0.1.99  yes  net1
    web       web.internal   10.0.0.10  yes  net1
    ----- stderr -----
    warning: net1 shares the zone of net2, not listed here: qdns record ls net2
    $ qdns zone show net1
    switch   net1 ([UUID])
    subnets  -
    domain   internal
    zone     [UUID] (attached, shared with net2)
    hosts    3 (0 static)
    records  9
    also     2 records of the zone of net2 ([UUID]), which it shares
    $ qdns record add net1 new 10.0.0.11
    + 11.0.0.10.in-addr.arpa  new.internal
    + new  10.0.0.11
    + new.internal  10.0.0.11
    $ qdns record add net1 other 10.0.0.12
    ----- stderr -----
    error: the zone of net2 on switch net1 has other.internal already
       hint: choose another name; qdns zone show net1 shows the rows of the switch
    ----- exit 1 -----
    $ qdns prune-stale --all --dry-run
    Would change:
    - 11.0.0.10.in-addr.arpa  new.internal
    - 99.1.0.10.in-addr.arpa  gone.internal
    - gone  10.0.1.99
    - gone.internal  10.0.1.99
    - new  10.0.0.11
    - new.internal  10.0.0.11

    Why:
      gone: none of the 2 ports of net1 and net2 has 10.0.1.99 or is named gone
      new: none of the 2 ports of net1 and net2 has 10.0.0.11 or is named new

    To undo:
      qdns record add net1 gone 10.0.1.99
      qdns record add net1 new 10.0.0.11
    $ qdns doctor --only record-stale,zone-misattached,zone-duplicate,name-shadowed -o plain
    warning	record-stale	net1	new	no port of net1 and net2 has 10.0.0.11 or the name new	qdns record rm net1 new --if-exists
    warning	record-stale	net1	gone	no port of net1 and net2 has 10.0.1.99 or the name gone	qdns record rm net1 gone --if-exists
    ");
    Ok(())
}

/// The same name in two zones that both switches list: one of them must go, and not both.
#[test]
fn a_name_in_two_shared_zones_has_one_fix() -> Result<()> {
    let nb = shared_zone()?;
    nb.nbctl(&["remove", "Logical_Switch", "net2", "dns_records", zone_of(&nb, "net1").trim()]);
    nb.qdns("record add net2 web 10.0.1.11").ok();
    share(&nb, "net1", "net2");
    share(&nb, "net2", "net1");
    snapshot!(nb.qdns("doctor --only name-shadowed -o plain"), @"
    error	name-shadowed	net1	web	web is in 2 rows of net1: which of them answers is chance	
    error	name-shadowed	net1	web.internal	web.internal is in 2 rows of net1: which of them answers is chance	
    error	name-shadowed	net2	web	web is in 2 rows of net2: which of them answers is chance	
    error	name-shadowed	net2	web.internal	web.internal is in 2 rows of net2: which of them answers is chance	
    ----- exit 4 -----
    ");
    Ok(())
}

fn zone_of(nb: &Nb, switch: &str) -> String {
    nb.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", &format!("external_ids:switch={switch}")])
}
