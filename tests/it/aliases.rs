//! Aliases on a real database: an alias has the addresses of its host, also after any command changed the host.

use anyhow::Result;

use crate::records::{net, zone};
use crate::support::lab::Nb;
use crate::support::snapshot;

/// `net1` with the host `web`, its alias `www`, and the host `db`.
fn web() -> Result<Nb> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    nb.qdns("record add net1 www --alias-of web").ok();
    nb.qdns("record add net1 db 10.0.0.11").ok();
    Ok(nb)
}

/// What the zone has for a name: the values of its two keys.
fn values(nb: &Nb, name: &str) -> String {
    let records = zone(nb);
    let value = |key: String| {
        let after = records.split(&format!(" {key}=")).nth(1).or(records.split(&format!("{{{key}=")).nth(1));
        after.and_then(|rest| rest.split('"').nth(1)).unwrap_or("-").to_owned()
    };
    format!("{} {}", value(name.to_owned()), value(format!("{name}.internal")))
}

#[test]
fn an_alias_has_both_names_with_the_addresses_of_its_host() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10 fd00::10").ok();
    snapshot!(nb.session(&[
        "record add net1 www --alias-of web",
        "record add net1 www --alias-of web.internal",
        "record ls net1",
        "record ls net1 --name www -o json",
        "record ls net1 --name www -o plain",
    ]), @r#"
    $ qdns record add net1 www --alias-of web
    + www  10.0.0.10 fd00::10
    + www.internal  10.0.0.10 fd00::10
    + qdns-alias-www  web
    $ qdns record add net1 www --alias-of web.internal
    Nothing to change.
    $ qdns record ls net1
    HOSTNAME            FQDN          ADDRESSES           PTR  SWITCH
    web                 web.internal  10.0.0.10 fd00::10  yes  net1
    www (alias of web)  www.internal  10.0.0.10 fd00::10       net1
    $ qdns record ls net1 --name www -o json
    {"records":[{"hostname":"www","fqdn":"www.internal","ip":"10.0.0.10","addresses":["10.0.0.10","fd00::10"],"ptr":[],"static":false,"port":null,"alias_of":"web","ttl":3600,"switch":"net1","domain":"internal"}]}
    $ qdns record ls net1 --name www -o plain
    www	www.internal	10.0.0.10 fd00::10	net1	dynamic	web
    "#);
    snapshot!(zone(&nb), @r#"
    external_ids        : {qdns-alias-www=web, qdns-domain=internal, switch=net1}
    records             : {"0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa"=web.internal, "10.0.0.10.in-addr.arpa"=web.internal, web="10.0.0.10 fd00::10", web.internal="10.0.0.10 fd00::10", www="10.0.0.10 fd00::10", www.internal="10.0.0.10 fd00::10"}
    "#);
    Ok(())
}

#[test]
fn an_alias_follows_whatever_the_operator_does_to_its_host() -> Result<()> {
    let nb = web()?;
    for (line, expected) in [
        ("record add net1 web 10.0.0.12 --replace", "10.0.0.12 10.0.0.12"),
        ("record rename net1 web web-1", "10.0.0.12 10.0.0.12"),
        ("record add net1 web-1 10.0.0.13 --replace", "10.0.0.13 10.0.0.13"),
        ("record rename net1 web-1 web", "10.0.0.13 10.0.0.13"),
        ("record rm net1 web", "- -"),
    ] {
        nb.qdns(line).ok();
        assert_eq!(values(&nb, "www"), expected, "{line}");
    }
    assert!(!zone(&nb).contains("qdns-alias"), "{}", zone(&nb));
    Ok(())
}

#[test]
fn an_alias_moves_in_the_transaction_of_its_host() -> Result<()> {
    let nb = web()?;
    snapshot!(nb.qdns("record add net1 web 10.0.0.12 --replace --dry-run"), @"
    Would change:
    - 10.0.0.10.in-addr.arpa  web.internal
    + 12.0.0.10.in-addr.arpa  web.internal
    ~ web  10.0.0.10 -> 10.0.0.12
    ~ web.internal  10.0.0.10 -> 10.0.0.12
    ~ www  10.0.0.10 -> 10.0.0.12
    ~ www.internal  10.0.0.10 -> 10.0.0.12

    To undo:
      qdns record add net1 web 10.0.0.10 --replace
    ");
    let transactions = || nb.show_log().matches("\nrecord ").count();
    let before = transactions();
    nb.qdns("record add net1 web 10.0.0.12 --replace").ok();
    assert_eq!(transactions(), before + 1);
    Ok(())
}

#[test]
fn names_that_cannot_be_aliases_are_refused_with_the_reason() -> Result<()> {
    let nb = web()?;
    let before = nb.dump();
    snapshot!(nb.session(&[
        "record add net1 web --alias-of web",
        "record add net1 db --alias-of web",
        "record add net1 www --alias-of db",
        "record add net1 shop --alias-of www",
        "record add net1 shop --alias-of wbe",
        "record add net1 www 10.0.0.20",
        "record add net1 shop 10.0.0.20 --alias-of web",
        "record rm net1 www --address 10.0.0.10",
    ]), @r#"
    $ qdns record add net1 web --alias-of web
    ----- stderr -----
    error: web cannot be an alias of itself
       hint: name another host after --alias-of
    ----- exit 2 -----
    $ qdns record add net1 db --alias-of web
    ----- stderr -----
    error: db of net1 is a host and has 10.0.0.11
       hint: to replace it: qdns record add net1 db --alias-of web --replace
    ----- exit 1 -----
    $ qdns record add net1 www --alias-of db
    ----- stderr -----
    error: www of net1 is an alias of web already
       hint: to replace it: qdns record add net1 www --alias-of db --replace
    ----- exit 1 -----
    $ qdns record add net1 shop --alias-of www
    ----- stderr -----
    error: www is an alias itself, of web
       hint: qdns record add net1 shop --alias-of web
    ----- exit 1 -----
    $ qdns record add net1 shop --alias-of wbe
    ----- stderr -----
    error: switch net1 has no host "wbe"
       hint: qdns record ls net1 lists its hosts
    ----- exit 1 -----
    $ qdns record add net1 www 10.0.0.20
    ----- stderr -----
    error: www of net1 is an alias of web
       hint: a host in place of the alias: qdns record add net1 www 10.0.0.20 --replace
    ----- exit 1 -----
    $ qdns record add net1 shop 10.0.0.20 --alias-of web
    ----- stderr -----
    error: the argument '[ADDRESS]...' cannot be used with '--alias-of <HOST>'

    Usage: qdns record add <SWITCH> <HOSTNAME> <ADDRESS>...

    For more information, try '--help'.
    ----- exit 2 -----
    $ qdns record rm net1 www --address 10.0.0.10
    ----- stderr -----
    error: www is an alias and has the addresses of web
       hint: remove the alias: qdns record rm net1 www
    ----- exit 1 -----
    "#);
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn a_host_takes_the_place_of_an_alias_and_the_other_way_round() -> Result<()> {
    let nb = web()?;
    snapshot!(nb.session(&[
        "record add net1 www 10.0.0.20 --replace",
        "record add net1 www --alias-of db --replace",
        "record add net1 db --alias-of web --replace",
    ]), @"
    $ qdns record add net1 www 10.0.0.20 --replace
    + 20.0.0.10.in-addr.arpa  www.internal
    ~ www  10.0.0.10 -> 10.0.0.20
    ~ www.internal  10.0.0.10 -> 10.0.0.20
    - qdns-alias-www  web

    To undo:
      qdns record add net1 www --alias-of web --replace
    $ qdns record add net1 www --alias-of db --replace
    - 20.0.0.10.in-addr.arpa  www.internal
    ~ www  10.0.0.20 -> 10.0.0.11
    ~ www.internal  10.0.0.20 -> 10.0.0.11
    + qdns-alias-www  db

    To undo:
      qdns record add net1 www 10.0.0.20 --replace
    $ qdns record add net1 db --alias-of web --replace
    ----- stderr -----
    error: db of net1 has aliases: www
       hint: remove it with them first: qdns record rm net1 db
    ----- exit 1 -----
    ");
    Ok(())
}

#[test]
fn an_alias_goes_from_a_file_and_back() -> Result<()> {
    let nb = web()?;
    let before = zone(&nb);
    for format in ["json", "csv", "hosts", "zone"] {
        let exported = nb.qdns(&format!("record export net1 --format {format}")).ok().to_owned();
        nb.qdns("record rm net1 web db").ok();
        assert!(!zone(&nb).contains("www"), "{format}");
        let file = nb.file("hosts", exported)?;
        nb.qdns(&format!("record import net1 {file} --format {format}")).ok();
        assert_eq!(zone(&nb), before, "{format}");
    }
    Ok(())
}

#[test]
fn an_alias_is_in_its_place_in_each_format() -> Result<()> {
    let nb = web()?;
    nb.qdns("record rm net1 db").ok();
    snapshot!(nb.session(&[
        "record export net1",
        "record export net1 --format csv",
        "record export net1 --format hosts",
        "record export net1 --format zone",
    ]), @r#"
    $ qdns record export net1
    {"records":[
    {"hostname":"web","fqdn":"web.internal","ip":"10.0.0.10","addresses":["10.0.0.10"],"ptr":["10.0.0.10"],"static":false,"ttl":3600,"switch":"net1","domain":"internal"},
    {"hostname":"www","fqdn":"www.internal","ip":"10.0.0.10","addresses":["10.0.0.10"],"ptr":[],"static":false,"ttl":3600,"switch":"net1","domain":"internal","alias_of":"web"}
    ]}
    $ qdns record export net1 --format csv
    hostname,fqdn,addresses,ptr,static,names,switch,alias_of
    web,web.internal,10.0.0.10,yes,false,both,net1,
    www,www.internal,10.0.0.10,no,false,both,net1,web
    $ qdns record export net1 --format hosts
    # hosts of net1, domain internal
    10.0.0.10	web.internal web
    10.0.0.10	www.internal www  # qdns: alias-of=web
    $ qdns record export net1 --format zone
    $TTL 3600
    ; hosts of net1
    $ORIGIN internal.
    @	IN	SOA	localhost. hostmaster.localhost. [SERIAL] 3600 900 1209600 300  ; qdns: put your server here
    @	IN	NS	localhost.  ; qdns: put your server here
    web	IN	A	10.0.0.10
    www	IN	A	10.0.0.10  ; qdns: alias-of=web
    ----- stderr -----
    warning: this file has no PTR records; a reverse zone has them: qdns record export net1 --reverse 10.0.0.0/24
    "#);
    Ok(())
}

/// Adds a port with one address and these `external_ids`.
fn port(nb: &Nb, name: &str, address: &str, ids: &[&str]) {
    let addresses = format!("0a:00:00:00:00:{:02x} {address}", address.len());
    nb.nbctl(&["lsp-add", "net1", name, "--", "lsp-set-addresses", name, &addresses]);
    for id in ids {
        nb.nbctl(&["set", "Logical_Switch_Port", name, &format!("external_ids:{id}")]);
    }
}

#[test]
fn sync_registers_the_aliases_that_a_port_lists() -> Result<()> {
    let nb = net()?;
    port(&nb, "web", "10.0.0.10", &["qdns-aliases=\"www, Shop,bad_name\""]);
    nb.qdns("zone create net1").ok();
    snapshot!(nb.qdns("sync net1"), @r#"
    + 10.0.0.10.in-addr.arpa  web.internal
    + shop  10.0.0.10
    + shop.internal  10.0.0.10
    + web  10.0.0.10
    + web.internal  10.0.0.10
    + www  10.0.0.10
    + www.internal  10.0.0.10
    + qdns-alias-shop  web
    + qdns-alias-www  web
    + qdns-port-shop  [UUID]
    + qdns-port-web  [UUID]
    + qdns-port-www  [UUID]
    ----- stderr -----
    warning: port web: alias bad_name: hostname "bad_name" is refused: underscores are not allowed in hostnames (RFC 1123); use `bad-name`
    "#);
    // Listed no more: it goes. An alias of the operator stays.
    nb.qdns("record add net1 mine --alias-of web").ok();
    nb.nbctl(&["set", "Logical_Switch_Port", "web", "external_ids:qdns-aliases=www"]);
    snapshot!(nb.qdns("sync net1"), @r#"
    - shop  10.0.0.10
    - shop.internal  10.0.0.10
    - qdns-alias-shop  web
    - qdns-port-shop  [UUID]

    To undo:
      qdns record add net1 shop --alias-of web
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-shop"="[UUID]"'
    "#);
    // Another address: all of them move.
    nb.nbctl(&["lsp-set-addresses", "web", "0a:00:00:00:00:01 10.0.0.20"]);
    nb.qdns("sync net1").ok();
    for name in ["web", "www", "mine"] {
        assert_eq!(values(&nb, name), "10.0.0.20 10.0.0.20", "{name}");
    }
    // Another name: all of them follow.
    nb.nbctl(&["set", "Logical_Switch_Port", "web", "external_ids:qdns-hostname=app"]);
    nb.qdns("sync net1").ok();
    for (name, expected) in [("app", "10.0.0.20 10.0.0.20"), ("web", "- -")] {
        assert_eq!(values(&nb, name), expected, "{name}");
    }
    for alias in ["www", "mine"] {
        assert_eq!(values(&nb, alias), "10.0.0.20 10.0.0.20", "{alias}");
        assert!(zone(&nb).contains(&format!("qdns-alias-{alias}=app")), "{}", zone(&nb));
    }
    snapshot!(nb.qdns("sync net1"), @"Nothing to change.");
    // The port is gone: host and aliases go.
    nb.nbctl(&["lsp-del", "web"]);
    nb.qdns("sync net1 --prune --yes").ok();
    assert!(zone(&nb).contains("records             : {}"), "{}", zone(&nb));
    assert!(!zone(&nb).contains("qdns-alias"), "{}", zone(&nb));
    Ok(())
}

#[test]
fn a_port_takes_no_alias_of_an_operator_or_name_of_another_port() -> Result<()> {
    let nb = web()?;
    port(&nb, "app", "10.0.0.30", &["qdns-aliases=www,db,app"]);
    port(&nb, "www", "10.0.0.3", &[]);
    snapshot!(nb.qdns("sync net1"), @"
    + 30.0.0.10.in-addr.arpa  app.internal
    + app  10.0.0.30
    + app.internal  10.0.0.30
    + qdns-port-app  [UUID]
    ----- stderr -----
    warning: port app: alias app: app cannot be an alias of itself; name another host after --alias-of
    warning: port app: alias db: db of net1 is a host and has 10.0.0.11; to replace it: qdns record add net1 db --alias-of app --replace
    warning: port app: alias www: www of net1 is an alias of web already; to replace it: qdns record add net1 www --alias-of app --replace
    warning: port www: www of net1 is an alias of web; qdns record rm net1 www lets the port register it
    ");
    Ok(())
}

#[test]
fn prune_stale_removes_an_alias_with_its_host_and_restores_both() -> Result<()> {
    let nb = web()?;
    let before = nb.dump();
    snapshot!(nb.qdns("prune-stale net1 --yes --force"), @"
    - 10.0.0.10.in-addr.arpa  web.internal
    - 11.0.0.10.in-addr.arpa  db.internal
    - db  10.0.0.11
    - db.internal  10.0.0.11
    - web  10.0.0.10
    - web.internal  10.0.0.10
    - www  10.0.0.10
    - www.internal  10.0.0.10
    - qdns-alias-www  web

    Why:
      db: no port of net1 has 10.0.0.11 or is named db
      web: no port of net1 has 10.0.0.10 or is named web

    To undo:
      qdns record add net1 db 10.0.0.11
      qdns record add net1 web 10.0.0.10
      qdns record add net1 www --alias-of web
    ");
    for line in [
        "record add net1 db 10.0.0.11",
        "record add net1 web 10.0.0.10",
        "record add net1 www --alias-of web",
    ] {
        nb.qdns(line).ok();
    }
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn doctor_finds_nothing_in_a_right_alias_and_names_a_dangling_one() -> Result<()> {
    let nb = net()?;
    port(&nb, "web", "10.0.0.10", &[]);
    nb.qdns("zone create net1").ok();
    nb.qdns("sync net1").ok();
    nb.qdns("record add net1 www --alias-of web").ok();
    let codes = "--only alias-dangling,ptr-missing,pair-differs,pair-incomplete,record-stale,record-moved,address-shared";
    snapshot!(nb.qdns(&format!("doctor net1 {codes}")), @"Nothing found; 7 checks passed.");
    let row = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]);
    nb.nbctl(&["set", "DNS", row.trim(), "records:www=10.0.0.99"]);
    let sick = nb.qdns(&format!("doctor net1 {codes}"));
    snapshot!(sick, @"
    warning alias-dangling net1: www is an alias of web: www is 10.0.0.99, www.internal is 10.0.0.10; web is 10.0.0.10
        fix: qdns record add net1 www --alias-of web

    1 warning on net1; 6 checks passed.
    ");
    let fix = sick
        .stdout
        .lines()
        .find_map(|line| line.trim().strip_prefix("fix: qdns "))
        .unwrap_or_default()
        .to_owned();
    nb.qdns(&fix).ok();
    nb.qdns(&format!("doctor net1 {codes}")).ok();
    nb.nbctl(&["set", "DNS", row.trim(), "external_ids:qdns-alias-www=gone"]);
    snapshot!(nb.qdns(&format!("doctor net1 {codes}")), @"
    warning alias-dangling net1: www is an alias of gone, and net1 has no host gone
        fix: qdns record rm net1 www
    info address-shared net1: 10.0.0.10 is the address of web and www

    1 warning on net1, 1 for information; 5 checks passed.
    ");
    Ok(())
}
