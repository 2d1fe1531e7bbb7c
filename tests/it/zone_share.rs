//! `qdns zone share` and `zone unshare`: guests of another switch resolve the names of a zone, and no longer do.

use anyhow::Result;

use crate::support::lab::{Guest, Lab, Nb, Ran};
use crate::support::{command, qdns, run, snapshot};

/// `net1` and `net3` without a zone, and `net2` with two hosts in its own.
fn nets() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "ls-add", "net2", "--", "ls-add", "net3"]);
    for host in ["api 10.0.1.10", "db 10.0.1.11 --no-ptr"] {
        nb.qdns(&format!("record add net2 {host}")).ok();
    }
    Ok(nb)
}

#[test]
fn a_zone_is_shared_and_no_longer_shared() -> Result<()> {
    let nb = nets()?;
    let before = nb.dump();
    snapshot!(nb.session(&[
        "zone share net2 --with net1 net3 -n",
        "zone share net2 --with net1",
        "zone share net2 --with net1 net3 -o json",
        "zone share net2 --with net1 net3",
        "zone show net2",
        "zone show net1",
        "zone unshare net2 --with net3 -o plain",
        "zone unshare net2 --with net1 net3",
        "zone unshare net2 --with net1",
    ]), @r#"
    $ qdns zone share net2 --with net1 net3 -n
    Would change:
    + zone of net2  net1
    + zone of net2  net3

    To undo:
      qdns zone unshare net2 --with net1 net3
    $ qdns zone share net2 --with net1
    + zone of net2  net1

    To undo:
      qdns zone unshare net2 --with net1
    $ qdns zone share net2 --with net1 net3 -o json
    {"changed":true,"dry_run":false,"changes":[{"action":"add","switch":"net2","name":"zone of net2","from":null,"to":"net3","column":"Logical_Switch.dns_records","row":"[UUID]"}],"undo":["qdns zone unshare net2 --with net3"],"warnings":[]}
    $ qdns zone share net2 --with net1 net3
    Nothing to change.
    $ qdns zone show net2
    switch   net2 ([UUID])
    subnets  -
    domain   internal
    zone     [UUID] (attached, shared with net1, net3)
    hosts    2 (0 static)
    records  5
    $ qdns zone show net1
    ----- stderr -----
    error: switch net1 has no zone of its own; it shares the zone of net2
       hint: qdns zone unshare net2 --with net1 ends that
       hint: qdns zone show net2 shows the zone
    ----- exit 1 -----
    $ qdns zone unshare net2 --with net3 -o plain
    remove	zone of net2	net3	
    $ qdns zone unshare net2 --with net1 net3
    - zone of net2  net1

    To undo:
      qdns zone share net2 --with net1
    $ qdns zone unshare net2 --with net1
    Nothing to change.
    "#);
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn a_key_that_would_be_served_twice_is_refused() -> Result<()> {
    let nb = nets()?;
    nb.qdns("record add net1 api 10.0.1.10").ok();
    let row = nb.nbctl(&["create", "DNS", "external_ids:owner=cms", "records:db.internal=192.0.2.7"]);
    nb.nbctl(&["add", "Logical_Switch", "net3", "dns_records", row.trim()]);
    let before = nb.dump();
    snapshot!(nb.session(&[
        "zone share net2 --with net3 net1",
        "zone share net2 --with net1",
        "zone share net2 --with net1 -o json",
    ]), @r#"
    $ qdns zone share net2 --with net3 net1
    ----- stderr -----
    error: switch net3 would serve 1 key twice, and which value answers would be chance:
    db.internal: 10.0.1.11 in the zone of net2, 192.0.2.7 in a row of unknown
       hint: qdns zone show net3 shows the rows of the switch; qdns writes only its own
    ----- exit 1 -----
    $ qdns zone share net2 --with net1
    ----- stderr -----
    error: switch net1 would serve 3 keys twice, and which value answers would be chance:
    10.1.0.10.in-addr.arpa: api.internal in the zone of net2, api.internal in the zone of net1
    api: 10.0.1.10 in the zone of net2, 10.0.1.10 in the zone of net1
    api.internal: 10.0.1.10 in the zone of net2, 10.0.1.10 in the zone of net1
       hint: remove or rename one of the two: qdns record rm net1 api
    ----- exit 1 -----
    $ qdns zone share net2 --with net1 -o json
    ----- stderr -----
    {"error":{"kind":"conflict","message":"switch net1 would serve 3 keys twice, and which value answers would be chance:","causes":[],"hints":["remove or rename one of the two: qdns record rm net1 api"],"details":["10.1.0.10.in-addr.arpa: api.internal in the zone of net2, api.internal in the zone of net1","api: 10.0.1.10 in the zone of net2, 10.0.1.10 in the zone of net1","api.internal: 10.0.1.10 in the zone of net2, 10.0.1.10 in the zone of net1"]}}
    ----- exit 1 -----
    "#);
    assert_eq!(nb.dump(), before);
    nb.qdns("record rm net1 api").ok();
    nb.qdns("zone share net2 --with net1").ok();
    Ok(())
}

/// A refusal lists some of the keys, and counts the others.
#[test]
fn not_every_one_of_many_keys_is_listed() -> Result<()> {
    let nb = nets()?;
    for net in ["net1", "net2"] {
        let hosts: String = (2..20).map(|n| format!("10.0.0.{n} host-{n}\n")).collect();
        let file = nb.file("hosts", hosts)?;
        nb.qdns(&format!("record import {net} {file}")).ok();
    }
    let refused = nb.qdns("zone share net2 --with net1").stderr;
    let lines: Vec<&str> = refused.lines().collect();
    assert_eq!(lines.len(), 23, "{refused}");
    assert_eq!(lines[21], "and 34 more", "{refused}");
    Ok(())
}

#[test]
fn a_switch_that_cannot_share_is_refused() -> Result<()> {
    let nb = nets()?;
    nb.nbctl(&[
        "ls-add",
        "ovn-default",
        "--",
        "set",
        "Logical_Switch",
        "ovn-default",
        "external_ids:vendor=kube-ovn",
    ]);
    nb.qdns("zone share net2 --with net3").ok();
    snapshot!(nb.session(&[
        "zone share net2 --with net2",
        "zone share net1 --with net2",
        "zone share net3 --with net1",
        "zone share net2 --with net9",
        "zone share net2 --with ovn-default",
        "zone unshare net2 --with net2",
        "zone share net2",
    ]), @r#"
    $ qdns zone share net2 --with net2
    ----- stderr -----
    error: net2 is the home of the zone, and has its names in any case
       hint: qdns zone show net2 shows which switches share it
    ----- exit 2 -----
    $ qdns zone share net1 --with net2
    ----- stderr -----
    error: switch net1 has no zone
       hint: qdns zone create net1
    ----- exit 1 -----
    $ qdns zone share net3 --with net1
    ----- stderr -----
    error: switch net3 has no zone of its own; it shares the zone of net2
       hint: qdns zone unshare net2 --with net3 ends that
       hint: qdns zone show net2 shows the zone
    ----- exit 1 -----
    $ qdns zone share net2 --with net9
    ----- stderr -----
    error: there is no logical switch "net9"
       hint: did you mean `net1`?
    ----- exit 1 -----
    $ qdns zone share net2 --with ovn-default
    ----- stderr -----
    error: switch ovn-default belongs to kube-ovn, so qdns lets it list no other zone
       hint: names for its guests come from kube-ovn
    ----- exit 1 -----
    $ qdns zone unshare net2 --with net2
    ----- stderr -----
    error: net2 is the home of the zone, and has its names in any case
       hint: qdns zone show net2 shows which switches share it
    ----- exit 2 -----
    $ qdns zone share net2
    ----- stderr -----
    error: the following required arguments were not provided:
      --with <SWITCH>...

    Usage: qdns zone share --with <SWITCH>... <SWITCH>

    For more information, try '--help'.
    ----- exit 2 -----
    "#);
    Ok(())
}

/// ovn-nbctl, alone or as a daemon, does the same as ovsdb-client.
#[test]
fn each_client_shares() -> Result<()> {
    let nb = nets()?;
    let shared = nb.qdns("zone share net2 --with net1").stdout;
    let listed = || nb.nbctl(&["--bare", "--columns=dns_records", "find", "Logical_Switch", "name=net1"]);
    let row = listed();
    assert!(!row.trim().is_empty());
    nb.qdns("zone unshare net2 --with net1 --client ovn-nbctl").ok();
    assert_eq!(listed().trim(), "");
    assert_eq!(nb.qdns("zone share net2 --with net1 --client ovn-nbctl").ok(), shared);
    nb.qdns("zone unshare net2 --with net1").ok();
    let daemon = nb.daemon()?;
    let mut share = command(&nb.remote());
    share.env("OVN_NB_DAEMON", daemon.socket()).args(["zone", "share", "net2", "--with", "net1"]);
    assert_eq!(run(&mut share).ok(), shared);
    assert_eq!(listed(), row);
    Ok(())
}

/// A zone that its home does not list is listed there again.
#[test]
fn the_home_lists_its_zone_again() -> Result<()> {
    let nb = nets()?;
    nb.nbctl(&["clear", "Logical_Switch", "net2", "dns_records"]);
    snapshot!(nb.session(&["zone share net2 --with net1", "zone ls"]), @"
    $ qdns zone share net2 --with net1
    ~ zone  net2
    + zone of net2  net1

    To undo:
      qdns zone unshare net2 --with net1
    ----- stderr -----
    warning: switch net2 did not list its zone; it lists it again
    $ qdns zone ls
    SWITCH  DOMAIN    HOSTS  RECORDS  STATE
    net2    internal  2      5        attached, shared with net1
    ");
    Ok(())
}

/// A switch that was deleted left its zone over, and two others still list it.
#[test]
fn the_zone_of_a_deleted_switch_can_only_be_unshared() -> Result<()> {
    let nb = nets()?;
    nb.qdns("zone share net2 --with net1 net3").ok();
    nb.nbctl(&["ls-del", "net2", "--", "ls-add", "net4"]);
    snapshot!(nb.session(&[
        "zone share net2 --with net4",
        "zone unshare net2 --with net1 net3",
        "zone show net2",
    ]), @"
    $ qdns zone share net2 --with net4
    ----- stderr -----
    error: switch net2 was deleted and left its zone behind: no other switch can share it
       hint: qdns zone rm net2 removes it
    ----- exit 1 -----
    $ qdns zone unshare net2 --with net1 net3
    - zone of net2  net1
    - zone of net2  net3

    To undo:
      ovn-nbctl add Logical_Switch [UUID] dns_records [UUID] -- add Logical_Switch [UUID] dns_records [UUID]
    $ qdns zone show net2
    switch   net2 (deleted)
    subnets  -
    domain   internal
    zone     [UUID] (left over: the switch was deleted)
    hosts    2 (0 static)
    records  5
    ");
    Ok(())
}

#[test]
fn lookup_names_the_switch_that_has_the_name() -> Result<()> {
    let nb = nets()?;
    nb.nbctl(&["lsp-add", "net1", "p1", "--", "lsp-add", "net3", "p3"]);
    nb.qdns("record add net3 api 10.0.3.10 --no-ptr").ok();
    snapshot!(nb.session(&[
        "lookup db.internal --from p1 --type A",
        "lookup 10.0.1.10 --from p3",
        "lookup db.internal --from p3 --type A -o json",
    ]), @r#"
    $ qdns lookup db.internal --from p1 --type A
    db.internal from p1 on net1: not in OVN; passed on to the guest's resolver
      net2 has db.internal; to answer it here too: qdns zone share net2 --with net1
      not seen: the guest's resolver and search domain: the port has no DHCP options
    $ qdns lookup 10.0.1.10 --from p3
    10.0.1.10 from p3 on net3: not in OVN; passed on to the guest's resolver
      net2 has 10.1.0.10.in-addr.arpa
      not seen: the guest's resolver and search domain: the port has no DHCP options
    $ qdns lookup db.internal --from p3 --type A -o json
    {"lookups":[{"name":"db.internal","from":"p3","ports":["p3"],"switch":"net3","verdict":"passed-on","queries":[{"name":"db.internal","type":"A","verdict":"passed-on","answers":[],"ttl":null,"on":null,"rows":[],"message":"not in OVN; passed on to the guest's resolver"}],"resolvers":[],"search":[],"paths":[{"resolver":null,"learned_by":null,"reaches_responder":true,"stopped_by":null,"stopped_beyond":null,"trace":null}],"acl":null,"guests":[{"client":"glibc","asks":["db.internal"],"addresses":[],"reads":null,"message":"db.internal: not in OVN; passed on to the guest's resolver"},{"client":"musl","asks":["db.internal"],"addresses":[],"reads":null,"message":"db.internal: not in OVN; passed on to the guest's resolver"},{"client":"systemd-resolved","asks":["db.internal"],"addresses":[],"reads":null,"message":"db.internal: not in OVN; passed on to the guest's resolver"}],"elsewhere":[{"switch":"net2","name":"db.internal","share":null,"row":null,"owner":null}],"unseen":["the guest's resolver and search domain: the port has no DHCP options"]}]}
    "#);
    nb.qdns("zone share net2 --with net1").ok();
    snapshot!(nb.qdns("lookup db.internal --from p1 --type A"), @"
    db.internal from p1 on net1: 10.0.1.11 for glibc; perhaps 10.0.1.11 for musl, systemd-resolved
      A db.internal: 10.0.1.11, TTL 3600, from OVN
      glibc: 10.0.1.11; after 15 s if no resolver answers AAAA db.internal
      musl: 10.0.1.11; nothing if a resolver answers the AAAA query with NXDOMAIN or REFUSED, or not at all
      systemd-resolved: 10.0.1.11, if OVN (of unknown release) answers queries with EDNS. Old releases pass them on, and systemd-resolved repeats a query without EDNS only after NXDOMAIN, or late, after no answer
      not seen: the guest's resolver and search domain: the port has no DHCP options
    ");
    Ok(())
}

/// Two switches behind one router, a guest on each; the machine of `net2` is registered by its port.
struct World {
    web: Guest,
    api: Guest,
    lab: Lab,
}

impl World {
    fn start() -> Result<Self> {
        let lab = Lab::start()?;
        lab.gateway_router();
        lab.net("net1", "10.0.0.0/24");
        lab.net("net2", "10.0.1.0/24");
        let web = lab.static_guest("net1", "web", "10.0.0.10/24", "8.8.8.8")?;
        let api = lab.static_guest("net2", "api", "10.0.1.10/24", "8.8.8.8")?;
        lab.nbctl(&["set", "Logical_Switch_Port", "net2-api-port", "external_ids:vm-name=api"]);
        let world = World { web, api, lab };
        world.qdns("zone create net2 --domain prod.internal");
        world.qdns("sync net2");
        Ok(world)
    }

    fn qdns(&self, line: &str) {
        qdns(&self.lab.nb_remote(), &line.split(' ').collect::<Vec<_>>()).ok();
        self.lab.hv_sync();
    }

    /// What the guests of `net1` and `net2` get for the machine's FQDN, its short name and its address.
    fn answers(&self) -> [Vec<String>; 2] {
        [&self.web, &self.api].map(|guest| {
            let asked: [&[&str]; 3] = [&["api.prod.internal"], &["api"], &["-x", "10.0.1.10"]];
            asked.iter().flat_map(|args| guest.dig(args)).collect()
        })
    }
}

#[test]
fn guests_resolve_the_names_of_another_switch_while_it_shares_them() -> Result<()> {
    let world = World::start()?;
    let all: Vec<String> = ["10.0.1.10", "10.0.1.10", "api.prod.internal."].map(str::to_owned).into();
    let none: Vec<String> = Vec::new();
    assert_eq!(world.answers(), [none.clone(), all.clone()]);

    // It says that there is no AAAA record, which OVN passes on.
    let _upstream = world.lab.upstream("8.8.8.8", &[])?;
    world.qdns("zone share net2 --with net1");
    assert_eq!(world.answers(), [all.clone(), all.clone()]);
    let pinged = world.web.run(&["ping", "-c1", "-W2", "api.prod.internal"]).ok();
    assert!(pinged.contains("(10.0.1.10)"), "{pinged}");
    let named = world.web.run(&["getent", "hosts", "10.0.1.10"]).out();
    assert!(named.contains("api.prod.internal"), "{named}");

    world.qdns("zone unshare net2 --with net1");
    assert_eq!(world.answers(), [none, all]);
    Ok(())
}

/// A machine of the home that stops, moves to the other switch and is deleted: both switches answer alike.
#[test]
fn a_shared_name_follows_its_machine_on_both_switches() -> Result<()> {
    let world = World::start()?;
    let lab = &world.lab;
    world.qdns("zone share net2 --with net1");
    let other = lab.static_guest("net2", "db", "10.0.1.11/24", "8.8.8.8")?;
    lab.nbctl(&["set", "Logical_Switch_Port", "net2-db-port", "external_ids:vm-name=db"]);
    world.qdns("sync net2");
    let db = |world: &World| [&world.web, &world.api].map(|guest| guest.dig(&["db.prod.internal"]).join(" "));
    assert_eq!(db(&world), ["10.0.1.11", "10.0.1.11"]);

    // Stopped: its port is still there.
    other.kill()?;
    world.qdns("sync net2 --prune --yes");
    assert_eq!(db(&world), ["10.0.1.11", "10.0.1.11"]);

    // Moved: the port is on net1, with an address of that network.
    let port = lab.nbctl(&["--bare", "--columns=_uuid", "find", "Logical_Switch_Port", "name=net2-db-port"]);
    let (table, column, port) = ("Logical_Switch", "ports", port.trim());
    lab.nbctl(&["remove", table, "net2", column, port, "--", "add", table, "net1", column, port]);
    lab.nbctl(&["lsp-set-addresses", "net2-db-port", "0a:00:00:00:00:77 10.0.0.77"]);
    world.qdns("sync net2 --prune --yes");
    assert_eq!(db(&world), ["10.0.0.77", "10.0.0.77"]);

    // Deleted.
    lab.nbctl(&["lsp-del", "net2-db-port"]);
    world.qdns("sync net2 --prune --yes");
    assert_eq!(db(&world), ["", ""]);
    Ok(())
}
