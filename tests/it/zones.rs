//! `qdns zone` on a real database, and rows of DNS that are not qdns's.

use anyhow::Result;

use crate::records::{net, net_with_zone_made_by_hand, zone};
use crate::support::lab::Nb;
use crate::support::snapshot;

const FOREIGN: &[(&str, &str)] = &[
    ("aaaaaaaa-0000-4000-8000-000000000001", "ls_name=neutron-1"),
    ("aaaaaaaa-0000-4000-8000-000000000002", "lxd_switch=lxd-net2-ls-int"),
    ("aaaaaaaa-0000-4000-8000-000000000003", "incus_switch=incus-net3-ls-int"),
    ("aaaaaaaa-0000-4000-8000-000000000004", "who=knows"),
];

/// `net1` with a row of each other owner.
fn net_with_foreign_rows() -> Result<Nb> {
    let nb = net()?;
    for (uuid, mark) in FOREIGN {
        nb.nbctl(&[
            &format!("--id={uuid}"),
            "create",
            "DNS",
            &format!("external_ids:{mark}"),
            "records:other=192.0.2.1 192.0.2.2",
            "records:Other.Example.=192.0.2.1,192.0.2.2",
        ]);
        nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", uuid]);
    }
    Ok(nb)
}

/// All columns of the rows of other owners.
fn foreign(nb: &Nb) -> String {
    let rows: Vec<&str> = FOREIGN.iter().map(|(uuid, _)| *uuid).collect();
    nb.nbctl(&[&["list", "DNS"], &rows[..]].concat())
}

#[test]
fn a_zone_is_created_once() -> Result<()> {
    let nb = net()?;
    snapshot!(nb.session(&[
        "zone create net1 --domain prod.internal",
        "zone create net1",
        "zone create net1 --may-exist",
        "zone create net1 --may-exist --domain other.internal",
    ]), @"
    $ qdns zone create net1 --domain prod.internal
    + zone  net1
    $ qdns zone create net1
    ----- stderr -----
    error: switch net1 has a zone already, with the domain prod.internal
       hint: --may-exist accepts it; qdns zone show net1 shows it
    ----- exit 1 -----
    $ qdns zone create net1 --may-exist
    Nothing to change.
    $ qdns zone create net1 --may-exist --domain other.internal
    ----- stderr -----
    error: switch net1 has a zone already, with the domain prod.internal
       hint: to rename its domain with all that names it: qdns zone set net1 --domain other.internal
    ----- exit 1 -----
    ");
    snapshot!(zone(&nb), @"
    external_ids        : {qdns-domain=prod.internal, switch=net1}
    records             : {}
    ");
    Ok(())
}

#[test]
fn a_zone_is_shown_with_its_domain_and_hosts() -> Result<()> {
    let nb = net()?;
    nb.qdns("zone create net1 --domain prod.internal").ok();
    snapshot!(nb.session(&[
        "record add net1 web.prod.internal 10.0.0.10",
        "zone ls",
        "zone ls -o json",
        "zone show net1",
    ]), @r#"
    $ qdns record add net1 web.prod.internal 10.0.0.10
    + 10.0.0.10.in-addr.arpa  web.prod.internal
    + web  10.0.0.10
    + web.prod.internal  10.0.0.10
    $ qdns zone ls
    SWITCH  DOMAIN         HOSTS  RECORDS  STATE
    net1    prod.internal  1      3        attached
    $ qdns zone ls -o json
    {"zones":[{"switch":"net1","domain":"prod.internal","hosts":1,"records":3,"attached":true,"uuid":"[UUID]"}]}
    $ qdns zone show net1
    switch   net1 ([UUID])
    subnets  10.0.0.0/24
    domain   prod.internal
    zone     [UUID] (attached)
    hosts    1 (0 static)
    records  3
    "#);
    Ok(())
}

#[test]
fn a_zone_with_hosts_is_removed_only_with_yes() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    let before = nb.dump();
    snapshot!(nb.session(&["zone rm net1", "zone rm net1 --dry-run"]), @"
    $ qdns zone rm net1
    ----- stderr -----
    error: this would remove the zone of net1 with 1 host in it
       hint: --yes confirms it; --dry-run shows what would change
    ----- exit 1 -----
    $ qdns zone rm net1 --dry-run
    Would change:
    - 10.0.0.10.in-addr.arpa  web.internal
    - web  10.0.0.10
    - web.internal  10.0.0.10
    - zone  net1

    To undo:
      qdns zone create net1
      qdns record add net1 web 10.0.0.10
    ");
    assert_eq!(nb.dump(), before);
    snapshot!(nb.qdns("zone rm net1 --yes"), @"
    - 10.0.0.10.in-addr.arpa  web.internal
    - web  10.0.0.10
    - web.internal  10.0.0.10
    - zone  net1

    To undo:
      qdns zone create net1
      qdns record add net1 web 10.0.0.10
    ");
    snapshot!(nb.nbctl(&["list", "DNS"]), @"");
    Ok(())
}

#[test]
fn a_zone_that_is_not_there_is_removed_only_if_it_exists() -> Result<()> {
    snapshot!(net()?.session(&["zone rm net1", "zone rm net1 --if-exists"]), @"
    $ qdns zone rm net1
    ----- stderr -----
    error: switch net1 has no zone
       hint: --if-exists accepts that; qdns zone ls lists the zones
    ----- exit 1 -----
    $ qdns zone rm net1 --if-exists
    Nothing to change.
    ");
    Ok(())
}

/// `net1` with a zone as the design document makes it, which the switch then no longer lists.
fn net_with_detached_zone() -> Result<Nb> {
    let nb = net_with_zone_made_by_hand(&[])?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    nb.nbctl(&["clear", "Logical_Switch", "net1", "dns_records"]);
    Ok(nb)
}

#[test]
fn a_detached_zone_is_the_switchs_zone_for_every_reader() -> Result<()> {
    let nb = net_with_detached_zone()?;
    snapshot!(nb.session(&[
        "record ls",
        "record ls net1",
        "zone ls",
        "zone ls -o json",
        "zone show net1",
        "record export",
        "record export net1",
    ]), @r#"
    $ qdns record ls
    HOSTNAME  FQDN          ADDRESSES  PTR  SWITCH
    web       web.internal  10.0.0.10  yes  net1
    $ qdns record ls net1
    HOSTNAME  FQDN          ADDRESSES  PTR  SWITCH
    web       web.internal  10.0.0.10  yes  net1
    $ qdns zone ls
    SWITCH  DOMAIN    HOSTS  RECORDS  STATE
    net1    internal  1      3        not attached to a switch
    $ qdns zone ls -o json
    {"zones":[{"switch":"net1","domain":"internal","hosts":1,"records":3,"attached":false,"uuid":"[UUID]"}]}
    $ qdns zone show net1
    switch   net1 ([UUID])
    subnets  10.0.0.0/24
    domain   internal
    zone     [UUID] (not attached to a switch)
    hosts    1 (0 static)
    records  3
    $ qdns record export
    {"zones":[
    {"switch":"net1","domain":"internal","as_stored":{"external_ids":{"qdns-domain":null}}}
    ],
    "records":[
    {"hostname":"web","fqdn":"web.internal","ip":"10.0.0.10","addresses":["10.0.0.10"],"ptr":["10.0.0.10"],"static":false,"ttl":3600,"switch":"net1","domain":"internal"}
    ],
    "dhcp_options":[],
    "load_balancers":[]}
    $ qdns record export net1
    {"records":[
    {"hostname":"web","fqdn":"web.internal","ip":"10.0.0.10","addresses":["10.0.0.10"],"ptr":["10.0.0.10"],"static":false,"ttl":3600,"switch":"net1","domain":"internal"}
    ]}
    "#);
    Ok(())
}

#[test]
fn a_change_of_a_detached_zone_attaches_it_and_makes_no_second_one() -> Result<()> {
    let nb = net_with_detached_zone()?;
    snapshot!(nb.session(&["record add net1 db 10.0.0.11", "record ls net1", "zone ls"]), @"
    $ qdns record add net1 db 10.0.0.11
    ~ zone  net1
    + 11.0.0.10.in-addr.arpa  db.internal
    + db  10.0.0.11
    + db.internal  10.0.0.11
    ----- stderr -----
    warning: switch net1 did not list its zone; it lists it again
    $ qdns record ls net1
    HOSTNAME  FQDN          ADDRESSES  PTR  SWITCH
    db        db.internal   10.0.0.11  yes  net1
    web       web.internal  10.0.0.10  yes  net1
    $ qdns zone ls
    SWITCH  DOMAIN    HOSTS  RECORDS  STATE
    net1    internal  2      6        attached
    ");
    snapshot!(nb.nbctl(&["get", "Logical_Switch", "net1", "dns_records"]), @"[[UUID]]");
    Ok(())
}

#[test]
fn a_switch_that_lists_the_zone_of_another_has_its_own() -> Result<()> {
    let nb = net()?;
    nb.nbctl(&["ls-add", "net2"]);
    nb.qdns("record add net1 web 10.0.0.10").ok();
    let row = nb.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", "external_ids:switch=net1"]);
    nb.nbctl(&["add", "Logical_Switch", "net2", "dns_records", row.trim()]);
    let before = zone(&nb);
    snapshot!(nb.session(&["record ls net2", "record add net2 db 10.0.0.11", "zone rm net2 --yes"]), @"
    $ qdns record ls net2
    No hosts.
    ----- stderr -----
    warning: net2 shares the zone of net1, not listed here: qdns record ls net1
    $ qdns record add net2 db 10.0.0.11
    + zone  net2
    + 11.0.0.10.in-addr.arpa  db.internal
    + db  10.0.0.11
    + db.internal  10.0.0.11
    $ qdns zone rm net2 --yes
    - 11.0.0.10.in-addr.arpa  db.internal
    - db  10.0.0.11
    - db.internal  10.0.0.11
    - zone  net2

    To undo:
      qdns zone create net2
      qdns record add net2 db 10.0.0.11
    ");
    assert_eq!(zone(&nb), before);
    Ok(())
}

#[test]
fn rows_of_other_owners_are_the_same_after_every_command() -> Result<()> {
    let nb = net_with_foreign_rows()?;
    let before = foreign(&nb);
    let mut seen = String::new();
    for line in [
        "zone create net1",
        "record add net1 web 10.0.0.10",
        "record add net1 other 10.0.0.11",
        "record add net1 web 10.0.0.12 --replace --static",
        "record ls",
        "record ls net1",
        "zone ls",
        "zone show net1",
        "record rm net1 web",
        "record rm net1 other.example --if-exists",
        "forwarders show",
        "zone rm net1 --yes",
        "zone rm net1 --yes --if-exists",
    ] {
        seen += &nb.session(&[line]);
        assert_eq!(foreign(&nb), before, "{line}");
    }
    snapshot!(seen, @r#"
    $ qdns zone create net1
    + zone  net1
    $ qdns record add net1 web 10.0.0.10
    + 10.0.0.10.in-addr.arpa  web.internal
    + web  10.0.0.10
    + web.internal  10.0.0.10
    $ qdns record add net1 other 10.0.0.11
    ----- stderr -----
    error: a row of neutron on switch net1 has other already
       hint: without the short name: qdns record add net1 other 10.0.0.11 --no-short
    ----- exit 1 -----
    $ qdns record add net1 web 10.0.0.12 --replace --static
    - 10.0.0.10.in-addr.arpa  web.internal
    + 12.0.0.10.in-addr.arpa  web.internal
    ~ web  10.0.0.10 -> 10.0.0.12
    ~ web.internal  10.0.0.10 -> 10.0.0.12
    + qdns-static-web  true

    To undo:
      qdns record add net1 web 10.0.0.10 --replace
      ovn-nbctl remove DNS [UUID] external_ids '"qdns-static-web"="true"'
    $ qdns record ls
    HOSTNAME      FQDN          ADDRESSES  PTR  SWITCH
    web (static)  web.internal  10.0.0.12  yes  net1
    $ qdns record ls net1
    HOSTNAME      FQDN          ADDRESSES  PTR  SWITCH
    web (static)  web.internal  10.0.0.12  yes  net1
    $ qdns zone ls
    SWITCH  DOMAIN    HOSTS  RECORDS  STATE
    net1    internal  1      3        attached
    $ qdns zone show net1
    switch   net1 ([UUID])
    subnets  10.0.0.0/24
    domain   internal
    zone     [UUID] (attached)
    hosts    1 (1 static)
    records  3
    also     2 records of neutron ([UUID]), which qdns never writes
    also     2 records of lxd ([UUID]), which qdns never writes
    also     2 records of incus ([UUID]), which qdns never writes
    also     2 records of unknown ([UUID]), which qdns never writes
    $ qdns record rm net1 web
    - 12.0.0.10.in-addr.arpa  web.internal
    - web  10.0.0.12
    - web.internal  10.0.0.12
    - qdns-static-web  true

    To undo:
      qdns record add net1 web 10.0.0.12 --static
    $ qdns record rm net1 other.example --if-exists
    ----- stderr -----
    error: hostname "other.example" has dots, but does not end in the zone's domain `internal`
       hint: use `other` or `other-example`
    ----- exit 2 -----
    $ qdns forwarders show
    No forwarders: no port uses DHCP options.
    $ qdns zone rm net1 --yes
    - zone  net1

    To undo:
      qdns zone create net1
    $ qdns zone rm net1 --yes --if-exists
    Nothing to change.
    "#);
    let rows = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]);
    assert_eq!(rows.split_whitespace().count(), FOREIGN.len());
    Ok(())
}
