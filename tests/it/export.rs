//! `qdns record export` on a real database: what comes back, and what is not in it.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::snapshot;

const FORMATS: [&str; 4] = ["hosts", "csv", "json", "zone"];

pub fn nets() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "ls-add", "net2"]);
    Ok(nb)
}

/// The UUID of a switch's zone; empty if it has none.
pub fn row(nb: &Nb, switch: &str) -> String {
    let mark = format!("external_ids:switch={switch}");
    nb.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", &mark]).trim().to_owned()
}

/// The records and marks of a switch's zone, without what names the switch.
pub fn records_and_marks(nb: &Nb, switch: &str) -> String {
    let mark = format!("external_ids:switch={switch}");
    let columns = "--columns=records,external_ids";
    let zone = nb.nbctl(&["--format=csv", "--data=bare", "--no-headings", columns, "find", "DNS", &mark]);
    zone.replace(&format!("switch={switch}"), "switch=…")
}

/// `net1` with hosts of every kind.
pub fn net_with_every_kind_of_host() -> Result<Nb> {
    let nb = nets()?;
    for host in [
        "web 10.0.0.10 10.0.0.11 fd00::10",
        "www 10.0.0.10",
        "printer 10.0.0.99 --static",
        "nameless 10.0.0.12 --no-ptr",
        "six fd00::6 --no-short --static",
        "two 10.0.0.14 fd00::14",
    ] {
        nb.qdns(&format!("record add net1 {host}")).ok();
    }
    let zone = row(&nb, "net1");
    // A short name without its FQDN, and a reverse name for one of two addresses only.
    nb.nbctl(&["add", "DNS", &zone, "records", r#""half"="10.0.0.13""#]);
    nb.nbctl(&["remove", "DNS", &zone, "records", r#""14.0.0.10.in-addr.arpa""#]);
    Ok(nb)
}

#[test]
fn as_hosts() -> Result<()> {
    snapshot!(net_with_every_kind_of_host()?.qdns("record export net1 --format hosts"), @"
    # hosts of net1, domain internal
    10.0.0.13	half  # qdns: names=short ptr=no
    10.0.0.12	nameless.internal nameless  # qdns: ptr=no
    10.0.0.99	printer.internal printer  # qdns: static
    fd00::6	six.internal  # qdns: static names=fqdn
    10.0.0.14	two.internal two  # qdns: ptr=no
    fd00::14	two.internal two
    10.0.0.10	web.internal web
    10.0.0.11	web.internal web
    fd00::10	web.internal web
    10.0.0.10	www.internal www  # qdns: ptr=no
    ");
    Ok(())
}

#[test]
fn as_csv() -> Result<()> {
    snapshot!(net_with_every_kind_of_host()?.qdns("record export net1 --format csv"), @"
    hostname,fqdn,addresses,ptr,static,names,switch,alias_of
    half,half.internal,10.0.0.13,no,false,short,net1,
    nameless,nameless.internal,10.0.0.12,no,false,both,net1,
    printer,printer.internal,10.0.0.99,yes,true,both,net1,
    six,six.internal,fd00::6,yes,true,fqdn,net1,
    two,two.internal,10.0.0.14 fd00::14,fd00::14,false,both,net1,
    web,web.internal,10.0.0.10 10.0.0.11 fd00::10,yes,false,both,net1,
    www,www.internal,10.0.0.10,no,false,both,net1,
    ");
    Ok(())
}

#[test]
fn as_json() -> Result<()> {
    snapshot!(net_with_every_kind_of_host()?.qdns("record export net1 --format json"), @r#"
    {"records":[
    {"hostname":"half","fqdn":"half.internal","ip":"10.0.0.13","addresses":["10.0.0.13"],"ptr":[],"static":false,"ttl":3600,"switch":"net1","domain":"internal","names":"short"},
    {"hostname":"nameless","fqdn":"nameless.internal","ip":"10.0.0.12","addresses":["10.0.0.12"],"ptr":[],"static":false,"ttl":3600,"switch":"net1","domain":"internal"},
    {"hostname":"printer","fqdn":"printer.internal","ip":"10.0.0.99","addresses":["10.0.0.99"],"ptr":["10.0.0.99"],"static":true,"ttl":3600,"switch":"net1","domain":"internal"},
    {"hostname":"six","fqdn":"six.internal","ip":"fd00::6","addresses":["fd00::6"],"ptr":["fd00::6"],"static":true,"ttl":3600,"switch":"net1","domain":"internal","names":"fqdn"},
    {"hostname":"two","fqdn":"two.internal","ip":"10.0.0.14","addresses":["10.0.0.14","fd00::14"],"ptr":["fd00::14"],"static":false,"ttl":3600,"switch":"net1","domain":"internal"},
    {"hostname":"web","fqdn":"web.internal","ip":"10.0.0.10","addresses":["10.0.0.10","10.0.0.11","fd00::10"],"ptr":["10.0.0.10","10.0.0.11","fd00::10"],"static":false,"ttl":3600,"switch":"net1","domain":"internal"},
    {"hostname":"www","fqdn":"www.internal","ip":"10.0.0.10","addresses":["10.0.0.10"],"ptr":[],"static":false,"ttl":3600,"switch":"net1","domain":"internal"}
    ]}
    "#);
    Ok(())
}

#[test]
fn as_a_zone_file() -> Result<()> {
    snapshot!(net_with_every_kind_of_host()?.qdns("record export net1 --format zone"), @"
    $TTL 3600
    ; hosts of net1
    $ORIGIN internal.
    @	IN	SOA	localhost. hostmaster.localhost. [SERIAL] 3600 900 1209600 300  ; qdns: put your server here
    @	IN	NS	localhost.  ; qdns: put your server here
    half	IN	A	10.0.0.13  ; qdns: names=short ptr=no
    nameless	IN	A	10.0.0.12  ; qdns: ptr=no
    printer	IN	A	10.0.0.99  ; qdns: static
    six	IN	AAAA	fd00::6  ; qdns: static names=fqdn
    two	IN	A	10.0.0.14  ; qdns: ptr=no
    two	IN	AAAA	fd00::14
    web	IN	A	10.0.0.10
    web	IN	A	10.0.0.11
    web	IN	AAAA	fd00::10
    www	IN	A	10.0.0.10  ; qdns: ptr=no
    ----- stderr -----
    warning: this file has no PTR records; a reverse zone has them: qdns record export net1 --reverse 10.0.0.0/24, qdns record export net1 --reverse fd00::/64
    ");
    Ok(())
}

#[test]
fn a_zone_comes_back_the_same_from_every_format() -> Result<()> {
    let nb = net_with_every_kind_of_host()?;
    for format in FORMATS {
        let export = nb.qdns(&format!("record export net1 --format {format}"));
        // A zone file says where the PTR records are.
        assert_eq!(export.stderr.is_empty(), format != "zone", "{format}");
        let first = export.ok();
        let file = nb.file(&format!("hosts.{format}"), first)?;
        nb.qdns("zone create net2").ok();
        nb.qdns(&format!("record import net2 {file}")).ok();
        assert_eq!(records_and_marks(&nb, "net1"), records_and_marks(&nb, "net2"), "{format}");
        let second = nb.qdns(&format!("record export net2 --format {format}")).ok().replace("net2", "net1");
        // The serial number of a zone file is the time.
        let without_serial = |text: &str| {
            text.lines().filter(|line| !line.contains("SOA")).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(without_serial(first), without_serial(&second), "{format}");
        let again = nb.qdns(&format!("record import net2 {file} --prune"));
        assert_eq!(again.ok(), "Nothing to change.\n", "{format}");
        nb.qdns("zone rm net2 --yes").ok();
    }
    Ok(())
}

/// A zone made by hand, of which no format can hold all.
pub fn net_with_losses() -> Result<Nb> {
    let nb = nets()?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    let zone = row(&nb, "net1");
    for record in [
        r#""99.0.0.10.in-addr.arpa"="gone.internal""#,
        r#""98.0.0.10.in-addr.arpa"="gone.internal""#,
        r#""Db.internal"="10.0.0.2,10.0.0.3""#,
        r#""empty.internal"="""#,
        r#""77.0.0.10.in-addr.arpa"="web.internal""#,
        r#""a b.internal"="10.0.0.4""#,
    ] {
        nb.nbctl(&["add", "DNS", &zone, "records", record]);
    }
    Ok(nb)
}

#[test]
fn as_hosts_with_losses() -> Result<()> {
    snapshot!(net_with_losses()?.qdns("record export net1 --format hosts"), @"
    # hosts of net1, domain internal
    10.0.0.2	db.internal  # qdns: names=fqdn ptr=no
    10.0.0.3	db.internal  # qdns: names=fqdn ptr=no
    10.0.0.10	web.internal web
    ----- stderr -----
    warning: net1: hosts without an address, left out (1): empty
    warning: net1: reverse names that lead to no host, left out (2): 98.0.0.10.in-addr.arpa, 99.0.0.10.in-addr.arpa
    warning: net1: hosts written as they should be, not as they are stored (1): db
    warning: net1: hosts whose names do not fit in this format, left out; csv and json can hold them (1): a b
    warning: net1: reverse names of addresses that are not their host's, left out; the other formats hold them (1): 77.0.0.10.in-addr.arpa
    ");
    Ok(())
}

#[test]
fn as_csv_with_losses() -> Result<()> {
    snapshot!(net_with_losses()?.qdns("record export net1 --format csv"), @"
    hostname,fqdn,addresses,ptr,static,names,switch,alias_of
    a b,a b.internal,10.0.0.4,no,false,fqdn,net1,
    db,db.internal,10.0.0.2 10.0.0.3,no,false,fqdn,net1,
    web,web.internal,10.0.0.10,10.0.0.10 10.0.0.77,false,both,net1,
    ----- stderr -----
    warning: net1: hosts without an address, left out (1): empty
    warning: net1: reverse names that lead to no host, left out (2): 98.0.0.10.in-addr.arpa, 99.0.0.10.in-addr.arpa
    warning: net1: hosts written as they should be, not as they are stored (1): db
    ");
    Ok(())
}

#[test]
fn as_json_with_losses() -> Result<()> {
    snapshot!(net_with_losses()?.qdns("record export net1 --format json"), @r#"
    {"records":[
    {"hostname":"a b","fqdn":"a b.internal","ip":"10.0.0.4","addresses":["10.0.0.4"],"ptr":[],"static":false,"ttl":3600,"switch":"net1","domain":"internal","names":"fqdn"},
    {"hostname":"db","fqdn":"db.internal","ip":"10.0.0.2","addresses":["10.0.0.2","10.0.0.3"],"ptr":[],"static":false,"ttl":3600,"switch":"net1","domain":"internal","names":"fqdn"},
    {"hostname":"web","fqdn":"web.internal","ip":"10.0.0.10","addresses":["10.0.0.10"],"ptr":["10.0.0.10","10.0.0.77"],"static":false,"ttl":3600,"switch":"net1","domain":"internal"}
    ]}
    ----- stderr -----
    warning: net1: hosts without an address, left out (1): empty
    warning: net1: reverse names that lead to no host, left out (2): 98.0.0.10.in-addr.arpa, 99.0.0.10.in-addr.arpa
    warning: net1: hosts written as they should be, not as they are stored (1): db
    "#);
    Ok(())
}

#[test]
fn as_a_zone_file_with_losses() -> Result<()> {
    snapshot!(net_with_losses()?.qdns("record export net1 --format zone"), @"
    $TTL 3600
    ; hosts of net1
    $ORIGIN internal.
    @	IN	SOA	localhost. hostmaster.localhost. [SERIAL] 3600 900 1209600 300  ; qdns: put your server here
    @	IN	NS	localhost.  ; qdns: put your server here
    db	IN	A	10.0.0.2  ; qdns: names=fqdn ptr=no
    db	IN	A	10.0.0.3  ; qdns: names=fqdn ptr=no
    web	IN	A	10.0.0.10
    ----- stderr -----
    warning: net1: hosts without an address, left out (1): empty
    warning: net1: reverse names that lead to no host, left out (2): 98.0.0.10.in-addr.arpa, 99.0.0.10.in-addr.arpa
    warning: net1: hosts written as they should be, not as they are stored (1): db
    warning: net1: hosts whose names do not fit in this format, left out; csv and json can hold them (1): a b
    warning: net1: reverse names of addresses that are not their host's, left out; csv and json hold them (1): 77.0.0.10.in-addr.arpa
    warning: this file has no PTR records; a reverse zone has them: qdns record export net1 --reverse 10.0.0.0/24
    ");
    Ok(())
}

#[test]
fn quietly_nothing_is_said_of_losses() -> Result<()> {
    assert_eq!(net_with_losses()?.qdns("record export net1 -q").stderr, "");
    Ok(())
}

#[test]
fn rows_of_others_are_exported_on_demand_and_never_written() -> Result<()> {
    let nb = nets()?;
    let foreign = nb.nbctl(&[
        "create",
        "DNS",
        "external_ids:ls_name=neutron-1",
        "records:vm1=10.0.0.5",
        "records:vm1.cloud.internal=10.0.0.5",
        "records:5.0.0.10.in-addr.arpa=vm1.cloud.internal",
    ]);
    nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", foreign.trim()]);
    let before = nb.nbctl(&["list", "DNS", foreign.trim()]);
    snapshot!(nb.session(&["record export net1", "record export net1 --owner neutron"]), @r#"
    $ qdns record export net1
    {"records":[]}
    ----- stderr -----
    warning: switch net1 has no rows of qdns, but rows of neutron: qdns record export net1 --owner neutron
    $ qdns record export net1 --owner neutron
    {"records":[
    {"hostname":"vm1","fqdn":"vm1.cloud.internal","ip":"10.0.0.5","addresses":["10.0.0.5"],"ptr":["10.0.0.5"],"static":false,"ttl":3600,"switch":"net1","domain":"cloud.internal"}
    ]}
    "#);
    let file = nb.file("neutron.json", nb.qdns("record export net1 --owner neutron").ok())?;
    snapshot!(nb.session(&[
        &format!("record import net2 {file}"),
        "zone create net2 --domain cloud.internal",
        &format!("record import net2 {file}"),
        "zone create net1 --domain cloud.internal",
        &format!("record import net1 {file} --prune --yes"),
    ]), @r#"
    $ qdns record import net2 [DIR]/neutron.json
    ----- stderr -----
    error: 1 line of [DIR]/neutron.json cannot be imported; nothing was changed
    [DIR]/neutron.json:2: hostname "vm1.cloud.internal" has dots, but does not end in the zone's domain `internal` (use `vm1` or `vm1-cloud-internal`)
       hint: a zone has one domain; to make one with the file's: qdns zone create net2 --domain cloud.internal
    ----- exit 2 -----
    $ qdns zone create net2 --domain cloud.internal
    + zone  net2
    $ qdns record import net2 [DIR]/neutron.json
    + 5.0.0.10.in-addr.arpa  vm1.cloud.internal
    + vm1  10.0.0.5
    + vm1.cloud.internal  10.0.0.5
    $ qdns zone create net1 --domain cloud.internal
    + zone  net1
    $ qdns record import net1 [DIR]/neutron.json --prune --yes
    ----- stderr -----
    error: 1 line of [DIR]/neutron.json cannot be imported; nothing was changed
    [DIR]/neutron.json:2: a row of neutron on switch net1 has vm1.cloud.internal already
       hint: --replace lets the file win over the zone, but not over rows of other programs
    ----- exit 1 -----
    "#);
    assert_eq!(nb.nbctl(&["list", "DNS", foreign.trim()]), before);
    Ok(())
}
