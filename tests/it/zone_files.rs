//! `record export --format zone`: name servers load the files.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::export::{net_with_every_kind_of_host, net_with_losses, nets, row};
use crate::support::lab::Nb;
use crate::support::{run, snapshot};

/// Writes a zone file, and lets the checkers of BIND and Knot DNS load it without a complaint.
fn load(nb: &Nb, zone: &str, export: &str) -> Result<()> {
    let export = nb.qdns(export);
    let file = nb.file(&format!("{zone}.zone"), export.ok())?;
    let mut bind = Command::new("named-checkzone");
    // As named checks a primary zone: any wrong name is a failure.
    let checked = run(bind.args(["-k", "fail", "-n", "fail", "-r", "fail", "-i", "local", zone, &file]));
    let serial = checked.ok().split_whitespace().last().context("OK")?;
    assert!(serial == "OK" && checked.stdout.lines().count() == 2, "{checked}\n{}", export.stdout);
    let checked = run(Command::new("kzonecheck").args(["-o", zone, &file]));
    assert_eq!((checked.ok(), checked.stderr.as_str()), ("", ""), "{}", export.stdout);
    Ok(())
}

#[test]
fn a_zone_of_every_kind_of_host() -> Result<()> {
    load(&net_with_every_kind_of_host()?, "internal", "record export net1 --format zone")
}

#[test]
fn its_reverse_zones() -> Result<()> {
    let nb = net_with_every_kind_of_host()?;
    load(&nb, "0.0.10.in-addr.arpa", "record export net1 --reverse 10.0.0.0/24")?;
    load(&nb, "10.in-addr.arpa", "record export --reverse 10.0.0.0/8")?;
    load(&nb, "0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", "record export net1 --reverse fd00::/64")
}

#[test]
fn a_zone_made_by_hand() -> Result<()> {
    let nb = net_with_losses()?;
    let zone = row(&nb, "net1");
    for record in [
        r#""vm_1.internal"="10.0.0.30""#,
        r#""-x.internal"="10.0.0.31""#,
        r#""web.other.org"="10.0.0.32""#,
        r#""32.0.0.10.in-addr.arpa"="web.other.org""#,
        r#""a.b.internal"="10.0.0.33""#,
        r#""internal"="10.0.0.34""#,
        r#""*.internal"="10.0.0.35""#,
    ] {
        nb.nbctl(&["add", "DNS", &zone, "records", record]);
    }
    load(&nb, "internal", "record export net1 --format zone")?;
    load(&nb, "0.0.10.in-addr.arpa", "record export net1 --reverse 10.0.0.0/24")?;
    snapshot!(nb.qdns("record export net1 --format zone"), @"
    $TTL 3600
    ; hosts of net1
    $ORIGIN internal.
    @	IN	SOA	localhost. hostmaster.localhost. [SERIAL] 3600 900 1209600 300  ; qdns: put your server here
    @	IN	NS	localhost.  ; qdns: put your server here
    a.b	IN	A	10.0.0.33  ; qdns: names=fqdn ptr=no
    db	IN	A	10.0.0.2  ; qdns: names=fqdn ptr=no
    db	IN	A	10.0.0.3  ; qdns: names=fqdn ptr=no
    internal	IN	A	10.0.0.34  ; qdns: names=short ptr=no
    web	IN	A	10.0.0.10
    ----- stderr -----
    warning: net1: hosts without an address, left out (1): empty
    warning: net1: reverse names that lead to no host, left out (2): 98.0.0.10.in-addr.arpa, 99.0.0.10.in-addr.arpa
    warning: net1: hosts written as they should be, not as they are stored (1): db
    warning: net1: hosts whose names do not fit in this format, left out; csv and json can hold them (5): *, -x, a b, vm_1, web.other.org
    warning: net1: reverse names of addresses that are not their host's, left out; csv and json hold them (1): 77.0.0.10.in-addr.arpa
    warning: this file has no PTR records; a reverse zone has them: qdns record export net1 --reverse 10.0.0.0/24
    ");
    Ok(())
}

#[test]
fn a_zone_without_hosts() -> Result<()> {
    let nb = nets()?;
    nb.qdns("zone create net1 --domain empty.internal").ok();
    load(&nb, "empty.internal", "record export net1 --format zone")
}

#[test]
fn the_commands_for_the_reverse_zones_are_named() -> Result<()> {
    let nb = nets()?;
    nb.qdns("record add net1 web 10.0.0.10 10.0.1.10 fd00::10").ok();
    nb.qdns("record add net2 db 10.0.2.10").ok();
    snapshot!(nb.session(&[
        "record export net1 --format zone",
        "record export net1 --reverse 10.0.0.0/16",
        "record export --format zone",
    ]), @"
    $ qdns record export net1 --format zone
    $TTL 3600
    ; hosts of net1
    $ORIGIN internal.
    @	IN	SOA	localhost. hostmaster.localhost. [SERIAL] 3600 900 1209600 300  ; qdns: put your server here
    @	IN	NS	localhost.  ; qdns: put your server here
    web	IN	A	10.0.0.10
    web	IN	A	10.0.1.10
    web	IN	AAAA	fd00::10
    ----- stderr -----
    warning: this file has no PTR records; a reverse zone has them: qdns record export net1 --reverse 10.0.0.0/24, qdns record export net1 --reverse 10.0.1.0/24, qdns record export net1 --reverse fd00::/64
    $ qdns record export net1 --reverse 10.0.0.0/16
    $TTL 3600
    ; reverse names of 10.0.0.0/16
    $ORIGIN 0.10.in-addr.arpa.
    @	IN	SOA	localhost. hostmaster.localhost. [SERIAL] 3600 900 1209600 300  ; qdns: put your server here
    @	IN	NS	localhost.  ; qdns: put your server here
    10.0	IN	PTR	web.internal.
    10.1	IN	PTR	web.internal.
    $ qdns record export --format zone
    $TTL 3600
    ; hosts of net1
    $ORIGIN internal.
    @	IN	SOA	localhost. hostmaster.localhost. [SERIAL] 3600 900 1209600 300  ; qdns: put your server here
    @	IN	NS	localhost.  ; qdns: put your server here
    web	IN	A	10.0.0.10
    web	IN	A	10.0.1.10
    web	IN	AAAA	fd00::10
    ; hosts of net2
    $ORIGIN internal.
    @	IN	SOA	localhost. hostmaster.localhost. [SERIAL] 3600 900 1209600 300  ; qdns: put your server here
    @	IN	NS	localhost.  ; qdns: put your server here
    db	IN	A	10.0.2.10
    ----- stderr -----
    warning: a zone file has one zone, and this has 2: a name server loads the export of one switch
    warning: this file has no PTR records; a reverse zone has them: qdns record export --reverse 10.0.0.0/24, qdns record export --reverse 10.0.1.0/24, qdns record export --reverse 10.0.2.0/24, qdns record export --reverse fd00::/64
    ");
    Ok(())
}

#[test]
fn a_network_that_has_no_reverse_zone_is_refused() -> Result<()> {
    let nb = nets()?;
    snapshot!(nb.session(&[
        "record export net1 --reverse 10.0.0.0/22",
        "record export net1 --reverse 10.0.0.1",
        "record export net1 --reverse 10.0.0.0/24 --format csv",
    ]), @r#"
    $ qdns record export net1 --reverse 10.0.0.0/22
    ----- stderr -----
    error: network "10.0.0.0/22" is refused: a reverse zone has a prefix length that is a multiple of 8
       hint: use `10.0.0.0/16`
    ----- exit 2 -----
    $ qdns record export net1 --reverse 10.0.0.1
    ----- stderr -----
    error: network "10.0.0.1" is refused: it is no network
       hint: use a network such as `10.0.0.0/24` or `fd00::/64`
    ----- exit 2 -----
    $ qdns record export net1 --reverse 10.0.0.0/24 --format csv
    ----- stderr -----
    error: the argument '--reverse <NETWORK>' cannot be used with '--format <FORMAT>'

    Usage: qdns record export --reverse <NETWORK> <SWITCH>

    For more information, try '--help'.
    ----- exit 2 -----
    "#);
    Ok(())
}

/// What was exported is imported again: the zone and its reverse zone, in this order.
#[test]
fn both_files_are_imported_again() -> Result<()> {
    let nb = nets()?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    nb.qdns("record add net1 www 10.0.0.10 --no-ptr").ok();
    let zone = nb.file("internal.zone", nb.qdns("record export net1 --format zone").ok())?;
    let reverse = nb.file("reverse.zone", nb.qdns("record export net1 --reverse 10.0.0.0/24").ok())?;
    snapshot!(nb.session(&[
        &format!("record import net2 {zone}"),
        &format!("record import net2 {reverse}"),
    ]), @"
    $ qdns record import net2 [DIR]/internal.zone
    + zone  net2
    + 10.0.0.10.in-addr.arpa  web.internal
    + web  10.0.0.10
    + web.internal  10.0.0.10
    + www  10.0.0.10
    + www.internal  10.0.0.10
    $ qdns record import net2 [DIR]/reverse.zone
    Nothing to change.
    ");
    Ok(())
}
