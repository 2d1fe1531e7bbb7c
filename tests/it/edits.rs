//! `record add --append`, `rm --address`, `rename`, `show` and `zone set` on a real database.

use anyhow::Result;

use crate::records::{net, zone};
use crate::support::lab::Nb;
use crate::support::snapshot;

#[test]
fn an_address_is_added_to_those_of_a_host_and_removed_again() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    let before = nb.dump();
    snapshot!(nb.session(&[
        "record add net1 web 10.0.0.11 fd00::10 --append",
        "record add net1 web 10.0.0.11 --append",
        "record rm net1 web --address 10.0.0.11 --address fd00::10 --dry-run",
        "record rm net1 web --address 10.0.0.12",
        "record rm net1 web --address 10.0.0.12 --if-exists",
        "record rm net1 web --address fd00::10",
        "record rm net1 web.internal --address 10.0.0.11",
        "record rm net1 web --address 10.0.0.10",
        "record rm net1 web db --address 10.0.0.10",
    ]), @"
    $ qdns record add net1 web 10.0.0.11 fd00::10 --append
    + 0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  web.internal
    + 11.0.0.10.in-addr.arpa  web.internal
    ~ web  10.0.0.10 -> 10.0.0.10 10.0.0.11 fd00::10
    ~ web.internal  10.0.0.10 -> 10.0.0.10 10.0.0.11 fd00::10

    To undo:
      qdns record add net1 web 10.0.0.10 --replace
    $ qdns record add net1 web 10.0.0.11 --append
    Nothing to change.
    $ qdns record rm net1 web --address 10.0.0.11 --address fd00::10 --dry-run
    Would change:
    - 0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  web.internal
    - 11.0.0.10.in-addr.arpa  web.internal
    ~ web  10.0.0.10 10.0.0.11 fd00::10 -> 10.0.0.10
    ~ web.internal  10.0.0.10 10.0.0.11 fd00::10 -> 10.0.0.10

    To undo:
      qdns record add net1 web 10.0.0.10 10.0.0.11 fd00::10 --replace
    $ qdns record rm net1 web --address 10.0.0.12
    ----- stderr -----
    error: host web has 10.0.0.10 and 10.0.0.11 and fd00::10, not 10.0.0.12
    ----- exit 1 -----
    $ qdns record rm net1 web --address 10.0.0.12 --if-exists
    Nothing to change.
    $ qdns record rm net1 web --address fd00::10
    - 0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  web.internal
    ~ web  10.0.0.10 10.0.0.11 fd00::10 -> 10.0.0.10 10.0.0.11
    ~ web.internal  10.0.0.10 10.0.0.11 fd00::10 -> 10.0.0.10 10.0.0.11

    To undo:
      qdns record add net1 web 10.0.0.10 10.0.0.11 fd00::10 --replace
    $ qdns record rm net1 web.internal --address 10.0.0.11
    - 11.0.0.10.in-addr.arpa  web.internal
    ~ web  10.0.0.10 10.0.0.11 -> 10.0.0.10
    ~ web.internal  10.0.0.10 10.0.0.11 -> 10.0.0.10

    To undo:
      qdns record add net1 web 10.0.0.10 10.0.0.11 --replace
    $ qdns record rm net1 web --address 10.0.0.10
    ----- stderr -----
    error: web would have no address left
       hint: remove the host: qdns record rm net1 web
    ----- exit 1 -----
    $ qdns record rm net1 web db --address 10.0.0.10
    ----- stderr -----
    error: --address removes addresses of one host, and several are named
       hint: name one host
    ----- exit 2 -----
    ");
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn append_to_a_host_without_a_short_name_adds_none() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10 --no-short --no-ptr --static").ok();
    snapshot!(nb.qdns("record add net1 web 10.0.0.11 --append"), @"
    + 11.0.0.10.in-addr.arpa  web.internal
    ~ web.internal  10.0.0.10 -> 10.0.0.10 10.0.0.11

    To undo:
      qdns record add net1 web 10.0.0.10 --static --no-ptr --no-short --replace
    ");
    snapshot!(zone(&nb), @r#"
    external_ids        : {qdns-domain=internal, qdns-no-short-web="true", qdns-static-web="true", switch=net1}
    records             : {"11.0.0.10.in-addr.arpa"=web.internal, web.internal="10.0.0.10 10.0.0.11"}
    "#);
    Ok(())
}

#[test]
fn append_adds_a_host_that_is_not_there() -> Result<()> {
    let nb = net()?;
    snapshot!(nb.qdns("record add net1 web 10.0.0.10 --append"), @"
    + zone  net1
    + 10.0.0.10.in-addr.arpa  web.internal
    + web  10.0.0.10
    + web.internal  10.0.0.10
    ");
    Ok(())
}

#[test]
fn a_renamed_host_keeps_addresses_marks_and_ptr_records() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10 10.0.0.11 --static").ok();
    nb.qdns("record add net1 db 10.0.0.12").ok();
    let before = nb.dump();
    snapshot!(nb.session(&[
        "record rename net1 web app",
        "record rename net1 app APP.internal",
        "record rename net1 app db",
        "record rename net1 web shop",
        "record rename net1 app localhost",
    ]), @r#"
    $ qdns record rename net1 web app
    ~ 10.0.0.10.in-addr.arpa  web.internal -> app.internal
    ~ 11.0.0.10.in-addr.arpa  web.internal -> app.internal
    + app  10.0.0.10 10.0.0.11
    + app.internal  10.0.0.10 10.0.0.11
    - web  10.0.0.10 10.0.0.11
    - web.internal  10.0.0.10 10.0.0.11
    + qdns-static-app  true
    - qdns-static-web  true

    To undo:
      qdns record rename net1 app web
    $ qdns record rename net1 app APP.internal
    Nothing to change.
    $ qdns record rename net1 app db
    ----- stderr -----
    error: net1 has a host db already, with 10.0.0.12
       hint: qdns record show net1 db shows it
    ----- exit 1 -----
    $ qdns record rename net1 web shop
    ----- stderr -----
    error: switch net1 has no host "web"
       hint: qdns record ls net1 lists its hosts
    ----- exit 1 -----
    $ qdns record rename net1 app localhost
    ----- stderr -----
    error: hostname "localhost" is reserved: always the machine itself (RFC 6761, section 6.3)
       hint: use another name, such as `localhost-1`
    ----- exit 2 -----
    "#);
    snapshot!(zone(&nb), @r#"
    external_ids        : {qdns-domain=internal, qdns-static-app="true", switch=net1}
    records             : {"10.0.0.10.in-addr.arpa"=app.internal, "11.0.0.10.in-addr.arpa"=app.internal, "12.0.0.10.in-addr.arpa"=db.internal, app="10.0.0.10 10.0.0.11", app.internal="10.0.0.10 10.0.0.11", db="10.0.0.12", db.internal="10.0.0.12"}
    "#);
    nb.qdns("record rename net1 app web").ok();
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn one_host_is_shown_with_what_belongs_to_it() -> Result<()> {
    let nb = net()?;
    nb.nbctl(&["lsp-add", "net1", "p1", "--", "lsp-set-addresses", "p1", "0a:00:00:00:00:01 10.0.0.10"]);
    nb.nbctl(&["set", "Logical_Switch_Port", "p1", "external_ids:vm-name=web"]);
    nb.qdns("zone create net1").ok();
    nb.qdns("sync net1").ok();
    nb.qdns("record add net1 www --alias-of web").ok();
    nb.qdns("record add net1 db 10.0.0.10 10.0.0.11 --static --no-ptr").ok();
    let row = nb.nbctl(&["create", "DNS", "external_ids:ls_name=net1", "records:db.internal=10.0.0.77"]);
    nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", row.trim()]);
    snapshot!(nb.session(&[
        "record show net1 web",
        "record show net1 www.internal",
        "record show net1 10.0.0.10",
        "record show net1 10.0.0.10 -o plain",
        "record show net1 db -o json",
        "record show net1 10.0.0.99",
        "record show net1 wbe",
    ]), @r#"
    $ qdns record show net1 web
    host       web
    fqdn       web.internal
    switch     net1
    addresses  10.0.0.10
    ptr        10.0.0.10
    aliases    www
    static     no
    port       p1 (present, [UUID])
    $ qdns record show net1 www.internal
    host       www
    fqdn       www.internal
    switch     net1
    alias of   web
    addresses  10.0.0.10
    port       none, made by hand
    $ qdns record show net1 10.0.0.10
    host       db
    fqdn       db.internal
    switch     net1
    addresses  10.0.0.10 10.0.0.11
    ptr        -
    aliases    -
    static     yes
    port       none, made by hand
    also       db.internal is 10.0.0.77 in a row of neutron ([UUID])

    host       web
    fqdn       web.internal
    switch     net1
    addresses  10.0.0.10
    ptr        10.0.0.10
    aliases    www
    static     no
    port       p1 (present, [UUID])
    $ qdns record show net1 10.0.0.10 -o plain
    db	db.internal	10.0.0.10 10.0.0.11	net1	static	
    web	web.internal	10.0.0.10	net1	dynamic	
    $ qdns record show net1 db -o json
    {"records":[{"hostname":"db","fqdn":"db.internal","ip":"10.0.0.10","addresses":["10.0.0.10","10.0.0.11"],"ptr":[],"static":true,"port":null,"alias_of":null,"ttl":3600,"switch":"net1","domain":"internal","aliases":[],"origin":null,"also":[{"name":"db.internal","value":"10.0.0.77","owner":"neutron","row":"[UUID]"}]}]}
    $ qdns record show net1 10.0.0.99
    ----- stderr -----
    error: no host of net1 has the address 10.0.0.99
       hint: qdns record ls net1 lists its hosts
    ----- exit 1 -----
    $ qdns record show net1 wbe
    ----- stderr -----
    error: switch net1 has no host "wbe"
       hint: qdns record ls net1 lists its hosts
    ----- exit 1 -----
    "#);
    nb.nbctl(&["lsp-del", "p1"]);
    snapshot!(nb.qdns("record show net1 web"), @"
    host       web
    fqdn       web.internal
    switch     net1
    addresses  10.0.0.10
    ptr        10.0.0.10
    aliases    www
    static     no
    port       [UUID] (gone)
    ");
    Ok(())
}

/// `net1` with a port that uses a DHCP row.
fn net_with_dhcp() -> Result<Nb> {
    let nb = net()?;
    nb.nbctl(&["lsp-add", "net1", "p1", "--", "lsp-set-addresses", "p1", "0a:00:00:00:00:01 10.0.0.10"]);
    let row = nb.nbctl(&["create", "DHCP_Options", "cidr=10.0.0.0/24", "options:mtu=1400"]);
    nb.nbctl(&["lsp-set-dhcpv4-options", "p1", row.trim()]);
    Ok(nb)
}

#[test]
fn a_zone_gets_another_domain_with_everything_that_names_it() -> Result<()> {
    let nb = net_with_dhcp()?;
    nb.qdns("record add net1 web 10.0.0.10 --static").ok();
    nb.qdns("record add net1 www --alias-of web").ok();
    nb.qdns("record add net1 db 10.0.0.11 --no-short").ok();
    nb.qdns("forwarders set net1 9.9.9.9").ok();
    let before = nb.dump();
    snapshot!(nb.qdns("zone set net1 --domain prod.internal"), @"
    ----- stderr -----
    error: this would rename 3 hosts of net1 from internal to prod.internal
       hint: --yes confirms it; --dry-run shows what would change
    ----- exit 1 -----
    ");
    snapshot!(nb.qdns("zone set net1 --domain prod.internal --yes"), @r#"
    ~ 10.0.0.10.in-addr.arpa  web.internal -> web.prod.internal
    ~ 11.0.0.10.in-addr.arpa  db.internal -> db.prod.internal
    - db.internal  10.0.0.11
    + db.prod.internal  10.0.0.11
    - web.internal  10.0.0.10
    + web.prod.internal  10.0.0.10
    - www.internal  10.0.0.10
    + www.prod.internal  10.0.0.10
    ~ qdns-domain  internal -> prod.internal
    ~ domain_name  "internal" -> "prod.internal"
    ~ domain_search_list  "internal" -> "prod.internal"

    To undo:
      qdns zone set net1 --domain internal --yes
    "#);
    snapshot!(zone(&nb), @r#"
    external_ids        : {qdns-alias-www=web, qdns-domain=prod.internal, qdns-no-short-db="true", qdns-static-web="true", switch=net1}
    records             : {"10.0.0.10.in-addr.arpa"=web.prod.internal, "11.0.0.10.in-addr.arpa"=db.prod.internal, db.prod.internal="10.0.0.11", web="10.0.0.10", web.prod.internal="10.0.0.10", www="10.0.0.10", www.prod.internal="10.0.0.10"}
    "#);
    snapshot!(nb.nbctl(&["--columns=options", "list", "DHCP_Options"]), @r#"options             : {dns_server="9.9.9.9", domain_name="\"prod.internal\"", domain_search_list="\"prod.internal\"", mtu="1400"}"#);
    snapshot!(nb.session(&[
        "zone set net1 --domain prod.internal",
        "zone set net1 --domain local",
        "zone set nte1 --domain lan",
    ]), @r#"
    $ qdns zone set net1 --domain prod.internal
    Nothing to change.
    $ qdns zone set net1 --domain local
    ----- stderr -----
    error: domain "local" is refused: multicast DNS owns it (RFC 6762)
       hint: use `internal`
    ----- exit 2 -----
    $ qdns zone set nte1 --domain lan
    ----- stderr -----
    error: there is no logical switch "nte1"
       hint: did you mean `net1`?
    ----- exit 1 -----
    "#);
    nb.qdns("zone set net1 --domain internal --yes").ok();
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn a_search_domain_that_qdns_did_not_write_stays() -> Result<()> {
    let nb = net_with_dhcp()?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    nb.qdns("forwarders set net1 9.9.9.9").ok();
    let row = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DHCP_Options"]);
    nb.nbctl(&["set", "DHCP_Options", row.trim(), r#"options:domain_name="\"corp\"""#]);
    nb.qdns("zone set net1 --domain lan --yes").ok();
    snapshot!(nb.nbctl(&["--columns=options", "list", "DHCP_Options"]), @r#"options             : {dns_server="9.9.9.9", domain_name="\"corp\"", domain_search_list="\"lan\"", mtu="1400"}"#);
    Ok(())
}

#[test]
fn ten_thousand_hosts_get_another_domain() -> Result<()> {
    let nb = net()?;
    let hosts: String = (0..10_000).map(|n| format!("10.1.{}.{} host-{n}\n", n / 250, n % 250 + 1)).collect();
    let file = nb.file("hosts", hosts)?;
    nb.qdns(&format!("record import net1 {file} --format hosts --quiet")).ok();
    nb.qdns("zone set net1 --domain prod.internal --yes").ok();
    let listed = nb.qdns("record ls net1 -o plain").ok().to_owned();
    assert_eq!(listed.lines().filter(|line| line.contains(".prod.internal\t")).count(), 10_000);
    assert!(!zone(&nb).contains("host-1.internal"));
    assert!(zone(&nb).contains("qdns-domain=prod.internal"));
    Ok(())
}

#[test]
fn what_was_typed_in_the_wrong_place_is_said_with_the_right_line() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    let before = nb.dump();
    snapshot!(nb.session(&[
        "record add net1 10.0.0.12 app",
        "record add web 10.0.0.12",
        "record add net1 app",
        "record rm net1 10.0.0.10",
        "record rm net1 10.0.0.99",
        "record rm net1 'web*'",
        "record add net1 bücher 10.0.0.12",
    ]), @r#"
    $ qdns record add net1 10.0.0.12 app
    ----- stderr -----
    error: hostname "10.0.0.12" is an address: the hostname comes before the addresses
       hint: qdns record add net1 app 10.0.0.12
    ----- exit 2 -----
    $ qdns record add web 10.0.0.12
    ----- stderr -----
    error: the switch is missing before "web"
       hint: qdns record add net1 web 10.0.0.12
    ----- exit 2 -----
    $ qdns record add net1 app
    ----- stderr -----
    error: "app" has no address
       hint: qdns record add net1 app ADDRESS
    ----- exit 2 -----
    $ qdns record rm net1 10.0.0.10
    ----- stderr -----
    error: hostname "10.0.0.10" is refused: it is an address
       hint: it is the address of web; qdns record show net1 10.0.0.10 shows more
    ----- exit 2 -----
    $ qdns record rm net1 10.0.0.99
    ----- stderr -----
    error: hostname "10.0.0.99" is refused: it is an address
       hint: no host of net1 has it; qdns record ls net1 lists its hosts
    ----- exit 2 -----
    $ qdns record rm net1 'web*'
    ----- stderr -----
    error: hostname "web*" is refused: it is a pattern, not a hostname
       hint: qdns record ls net1 --name 'web*' lists the hosts that match
    ----- exit 2 -----
    $ qdns record add net1 bücher 10.0.0.12
    ----- stderr -----
    error: hostname "bücher" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123)
       hint: use `xn--bcher-kva`
    ----- exit 2 -----
    "#);
    assert_eq!(nb.dump(), before);
    Ok(())
}
