//! Networks of other programs: what commands say about the rows that a real Neutron and a real Incus wrote.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::foreign_rows::foreign_rows;
use crate::support::lab::Nb;
use crate::support::{command, snapshot};

/// A database with the rows of a fixture.
pub fn load(fixture: &str) -> Result<Nb> {
    let nb = Nb::start()?;
    let output = Command::new("ovsdb-client").args(["transact", &nb.remote(), fixture]).output()?;
    let results: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    let failed: Vec<&Value> = results.iter().filter(|result| result.get("error").is_some()).collect();
    ensure!(failed.is_empty(), "{failed:?}");
    Ok(nb)
}

#[test]
fn a_refusal_names_the_owner_and_its_command() -> Result<()> {
    let nb = load(include_str!("fixtures/neutron.json"))?;
    let (app, plain) =
        ("neutron-ed6b25fe-ea2d-43a9-ae64-339033203b7b", "neutron-015a5c4a-2c36-498b-abcd-cc18206fac62");
    snapshot!(nb.session(&[
        &format!("forwarders set {app} 192.0.2.1"),
        &format!("record add {app} db-server 10.20.0.99"),
        &format!("record add {app} mine 10.20.0.51"),
        &format!("zone create {plain}"),
    ]), @"
    $ qdns forwarders set neutron-[UUID] 192.0.2.1
    ----- stderr -----
    error: DHCP rows of switch neutron-[UUID] belong to neutron, so qdns changes nothing: [UUID] (10.20.0.0/24), [UUID] (10.20.0.0/24)
       hint: openstack subnet set --dns-nameserver 192.0.2.1 [UUID]
    ----- exit 1 -----
    $ qdns record add neutron-[UUID] db-server 10.20.0.99
    ----- stderr -----
    error: a row of neutron on switch neutron-[UUID] has db-server.example.org already
       hint: choose another name; qdns zone show neutron-[UUID] shows the rows of the switch
    ----- exit 1 -----
    $ qdns record add neutron-[UUID] mine 10.20.0.51
    + zone  neutron-[UUID]
    + mine  10.20.0.51
    + mine.example.org  10.20.0.51
    ----- stderr -----
    warning: mine: the PTR record of 10.20.0.51 stays with db-server.example.org in a row of neutron on switch neutron-[UUID]
    warning: the new zone has the domain example.org, as the names from a row of neutron on this switch have
    $ qdns zone create neutron-[UUID]
    + zone  neutron-[UUID]
    ----- stderr -----
    warning: switch neutron-[UUID] belongs to neutron, which takes the zone off the switch when it registers the first name there; list it again then: qdns zone create neutron-[UUID] --may-exist
    ");
    let nb = load(include_str!("fixtures/incus.json"))?;
    snapshot!(nb.qdns("forwarders set incus-net3-ls-int 192.0.2.1"), @"
    ----- stderr -----
    error: DHCP row of switch incus-net3-ls-int belongs to incus, so qdns changes nothing: [UUID] (10.20.0.0/24)
       hint: incus network set NETWORK 'dns.nameservers=192.0.2.1'
    ----- exit 1 -----
    ");
    Ok(())
}

/// Neutron writes no subnet on its switches: it is in the DHCP rows, on the ports, and on the router's port.
#[test]
fn addresses_are_checked_against_the_subnets_of_neutron() -> Result<()> {
    let nb = load(include_str!("fixtures/neutron.json"))?;
    let app = "neutron-ed6b25fe-ea2d-43a9-ae64-339033203b7b";
    let lines = [
        &format!("record add {app} probe 10.20.0.0"),
        &format!("record add {app} probe 10.20.0.255"),
        &format!("record add {app} probe 10.20.0.1 --no-ptr"),
        &format!("record add {app} outside 10.99.0.7 --no-ptr"),
        &format!("record add {app} guest 10.20.0.77 fd00:20::77 --no-ptr"),
        &format!("zone show {app}"),
        &format!("doctor {app} --only address-outside-subnet"),
    ];
    snapshot!(nb.session(&lines.map(String::as_str)), @r#"
    $ qdns record add neutron-[UUID] probe 10.20.0.0
    ----- stderr -----
    error: address "10.20.0.0" is refused: it is the network address of neutron-[UUID]'s subnet 10.20.0.0/24
       hint: use the address of one guest in that subnet
    ----- exit 2 -----
    $ qdns record add neutron-[UUID] probe 10.20.0.255
    ----- stderr -----
    error: address "10.20.0.255" is refused: it is the broadcast address of neutron-[UUID]'s subnet 10.20.0.0/24
       hint: use the address of one guest in that subnet
    ----- exit 2 -----
    $ qdns record add neutron-[UUID] probe 10.20.0.1 --no-ptr
    + zone  neutron-[UUID]
    + probe  10.20.0.1
    + probe.example.org  10.20.0.1
    ----- stderr -----
    warning: probe: 10.20.0.1 is the address of neutron-[UUID]'s router
    warning: the new zone has the domain example.org, as the names from a row of neutron on this switch have
    $ qdns record add neutron-[UUID] outside 10.99.0.7 --no-ptr
    + outside  10.99.0.7
    + outside.example.org  10.99.0.7
    ----- stderr -----
    warning: outside: 10.99.0.7 is outside of neutron-[UUID]'s subnet 10.20.0.0/24
    $ qdns record add neutron-[UUID] guest 10.20.0.77 fd00:20::77 --no-ptr
    + guest  10.20.0.77 fd00:20::77
    + guest.example.org  10.20.0.77 fd00:20::77
    $ qdns zone show neutron-[UUID]
    switch   neutron-[UUID] ([UUID])
    network  app-net
    subnets  10.20.0.0/24, fd00:20::/64
    domain   example.org
    zone     [UUID] (attached)
    hosts    3 (0 static)
    records  6
    also     35 records of neutron ([UUID]), which qdns never writes
    $ qdns doctor neutron-[UUID] --only address-outside-subnet
    warning address-outside-subnet neutron-[UUID]: outside has 10.99.0.7, which is outside of neutron-[UUID]'s subnet 10.20.0.0/24
        fix: qdns record rm neutron-[UUID] outside --if-exists

    1 warning on neutron-[UUID]; 0 checks passed.
    "#);
    let daemon = nb.daemon()?;
    let mut add = command(&nb.remote());
    let line = ["record", "add", app, "probe", "10.20.0.255"];
    add.env("OVN_NB_DAEMON", daemon.socket()).args(line);
    crate::support::run(&mut add).fails(2);
    Ok(())
}

#[test]
fn names_of_another_program_are_counted_where_qdns_has_none() -> Result<()> {
    let nb = load(include_str!("fixtures/neutron.json"))?;
    let app = "neutron-ed6b25fe-ea2d-43a9-ae64-339033203b7b";
    snapshot!(nb.session(&[
        "record ls",
        &format!("record ls {app}"),
        &format!("record ls {app} --name x"),
        "zone ls",
        &format!("zone show {app}"),
        &format!("record rm {app} db-server.example.org"),
        &format!("record rm {app} db-server --if-exists"),
        &format!("record rm {app} db.corp.lan"),
    ]), @r#"
    $ qdns record ls
    No hosts of qdns: 23 names are served from 2 rows of neutron.
    $ qdns record ls neutron-[UUID]
    No hosts of qdns: 21 names are served from a row of neutron.
    $ qdns record ls neutron-[UUID] --name x
    No hosts.
    $ qdns zone ls
    No zones of qdns: 23 names are served from 2 rows of neutron.
    $ qdns zone show neutron-[UUID]
    ----- stderr -----
    error: switch neutron-[UUID] has no zone of qdns: 21 names are served from a row of neutron
       hint: qdns zone create neutron-[UUID]
    ----- exit 1 -----
    $ qdns record rm neutron-[UUID] db-server.example.org
    ----- stderr -----
    error: db-server.example.org is no host of switch neutron-[UUID]'s zone: a row of neutron has it
       hint: qdns changes only the zone of the switch itself
    ----- exit 1 -----
    $ qdns record rm neutron-[UUID] db-server --if-exists
    Nothing to change.
    $ qdns record rm neutron-[UUID] db.corp.lan
    ----- stderr -----
    error: hostname "db.corp.lan" has dots, but does not end in the zone's domain `example.org`
       hint: use `db` or `db-corp-lan`
    ----- exit 2 -----
    "#);
    let nb = load(include_str!("fixtures/incus.json"))?;
    snapshot!(nb.session(&["record ls incus-net3-ls-int", "zone ls"]), @"
    $ qdns record ls incus-net3-ls-int
    No hosts of qdns: 3 names are served from 3 rows of incus.
    $ qdns zone ls
    No zones of qdns: 6 names are served from 6 rows of incus.
    ");
    Ok(())
}

#[test]
fn a_new_zone_has_the_domain_that_guests_search() -> Result<()> {
    let nb = load(include_str!("fixtures/incus.json"))?;
    snapshot!(nb.session(&[
        "record add incus-net3-ls-int mine 10.20.0.51 fd00:20::51",
        "record add incus-net3-ls-int other.corp.lan 10.20.0.52 fd00:20::52",
        "doctor incus-net3-ls-int --only search-domain-missing,name-shadowed,zone-misattached",
        "zone create incus-net5-ls-int --domain prod.internal",
    ]), @"
    $ qdns record add incus-net3-ls-int mine 10.20.0.51 fd00:20::51
    + zone  incus-net3-ls-int
    + 1.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.0.0.d.f.ip6.arpa  mine.corp.lan
    + 51.0.20.10.in-addr.arpa  mine.corp.lan
    + mine  10.20.0.51 fd00:20::51
    + mine.corp.lan  10.20.0.51 fd00:20::51
    ----- stderr -----
    warning: the new zone has the domain corp.lan, as the names from 3 rows of incus on this switch have
    $ qdns record add incus-net3-ls-int other.corp.lan 10.20.0.52 fd00:20::52
    + 2.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.0.0.d.f.ip6.arpa  other.corp.lan
    + 52.0.20.10.in-addr.arpa  other.corp.lan
    + other  10.20.0.52 fd00:20::52
    + other.corp.lan  10.20.0.52 fd00:20::52
    $ qdns doctor incus-net3-ls-int --only search-domain-missing,name-shadowed,zone-misattached
    Nothing found; 3 checks passed.
    $ qdns zone create incus-net5-ls-int --domain prod.internal
    + zone  incus-net5-ls-int
    ");
    Ok(())
}

#[test]
fn rows_that_incus_did_not_put_back_are_found() -> Result<()> {
    let nb = load(include_str!("fixtures/incus-restarted.json"))?;
    snapshot!(nb.qdns("doctor --only foreign-row-unlisted"), @"
    No errors and no warnings.
    info foreign-row-unlisted incus-net3-ls-int, incus-net6-ls-int: a row of another program that its switch does not list (3 findings, -v shows them)

    3 for information; 0 checks passed.
    ");
    let guest = "incus-net3-instance-2b0d1cda-4411-4050-9928-f5ec93ae3f18-eth0";
    snapshot!(nb.qdns(&format!("lookup newone.corp2.lan --from {guest}")), @"
    newone.corp2.lan from incus-net3-instance-[UUID]-eth0 on incus-net3-ls-int: not in OVN; passed on to the guest's resolvers: 192.0.2.53, 2001:db8:ffff::53, 2606:4700:4700::1111
      row [UUID] (incus) has newone.corp2.lan, but the switch does not list it
      not seen: whether an ACL drops the query: the southbound database is unknown: only the northbound one is named
      not seen: what the resolver answers to queries that OVN passes on
    ");
    let healthy = load(include_str!("fixtures/incus.json"))?;
    snapshot!(healthy.qdns("doctor --only foreign-row-unlisted"), @"Nothing found; 1 check passed.");
    Ok(())
}

/// The zone that Neutron took off its switch is listed again by the line of the finding, and nothing else changes.
#[test]
fn a_zone_that_neutron_took_off_its_switch_comes_back() -> Result<()> {
    let nb = load(include_str!("fixtures/neutron-dropped-our-zone.json"))?;
    let before = foreign_rows(&nb)?;
    let report = nb.qdns("doctor --only zone-orphaned");
    snapshot!(report, @"
    error zone-orphaned neutron-[UUID]: the zone of neutron-[UUID] answers no query: the switch does not list it
        fix: ovn-nbctl add Logical_Switch [UUID] dns_records [UUID]

    1 error on neutron-[UUID]; 0 checks passed.
    ----- exit 4 -----
    ");
    let line = report.stdout.lines().find_map(|line| line.trim().strip_prefix("fix: ")).context("a line")?;
    let pasted = Command::new("sh").args(["-c", line]).env("OVN_NB_DB", nb.remote()).status()?;
    ensure!(pasted.success(), "{line}");
    snapshot!(nb.qdns("doctor --only zone-orphaned"), @"Nothing found; 1 check passed.");
    assert_eq!(foreign_rows(&nb)?, before);
    Ok(())
}
