//! `qdns record import` on a real database: what is written, what is refused, what is asked first.

use anyhow::Result;

use crate::export::nets;
use crate::support::lab::Nb;
use crate::support::snapshot;

/// A file of so many hosts.
pub fn csv(hosts: usize) -> String {
    let line = |n: usize| format!("host-{n:05},10.1.{}.{}\n", n / 250, 1 + n % 250);
    "hostname,addresses\n".to_owned() + &(0..hosts).map(line).collect::<String>()
}

/// How many hosts `net1` has.
pub fn hosts(nb: &Nb) -> usize {
    nb.qdns("record ls net1 -o plain").ok().lines().count()
}

#[test]
fn one_refusal_names_every_bad_line() -> Result<()> {
    let nb = nets()?;
    let lines =
        "hostname,addresses\nweb,10.2.0.1\nVM_NAME,10.2.0.1\nx,10.2.0.300\ngateway,10.2.0.1\nweb,10.2.0.2\n";
    let file = nb.file("hosts.csv", lines)?;
    let before = nb.dump();
    snapshot!(nb.qdns(&format!("record import net1 {file}")), @r#"
    ----- stderr -----
    error: 4 lines of [DIR]/hosts.csv cannot be imported; nothing was changed
    [DIR]/hosts.csv:3: hostname "VM_NAME" is refused: underscores are not allowed in hostnames (RFC 1123) (use `vm-name`)
    [DIR]/hosts.csv:4: address "10.2.0.300" is refused: it is neither an IPv4 nor an IPv6 address (use an address such as `10.0.0.10` or `fd00::10`)
    [DIR]/hosts.csv:5: hostname "gateway" is reserved: the network's own name for its router (use another name, such as `gateway-1`)
    [DIR]/hosts.csv:6: web is there already, on line 2 (put all addresses of a host in one place)
    ----- exit 2 -----
    "#);
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn one_bad_line_in_many_refuses_all() -> Result<()> {
    let nb = nets()?;
    let mut lines: Vec<String> = csv(10_000).lines().map(str::to_owned).collect();
    let bad: Vec<usize> = (0..40).map(|n| 7 + n * 240).collect();
    for line in &bad {
        lines[*line] = "VM_NAME,10.2.0.1".to_owned();
    }
    let file = nb.file("hosts.csv", lines.join("\n"))?;
    let before = nb.dump();
    let refusal = nb.qdns(&format!("record import net1 {file}")).fails(2);
    for line in bad {
        assert!(refusal.contains(&format!("{file}:{}: ", line + 1)), "{line}: {refusal}");
    }
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn what_the_zone_holds_wins_unless_replaced() -> Result<()> {
    let nb = nets()?;
    nb.qdns("record add net1 web 10.0.0.1").ok();
    let file = nb.file("hosts", "10.0.0.2 web\n10.0.0.3 db\n")?;
    let before = nb.dump();
    snapshot!(nb.qdns(&format!("record import net1 {file}")), @"
    ----- stderr -----
    error: 1 line of [DIR]/hosts cannot be imported; nothing was changed
    [DIR]/hosts:1: host web has 10.0.0.1 already, not 10.0.0.2
       hint: --replace lets the file win over the zone, but not over rows of other programs
    ----- exit 1 -----
    ");
    assert_eq!(nb.dump(), before);
    snapshot!(nb.qdns(&format!("record import net1 {file} --replace")), @"
    - 1.0.0.10.in-addr.arpa  web.internal
    + 2.0.0.10.in-addr.arpa  web.internal
    + 3.0.0.10.in-addr.arpa  db.internal
    + db  10.0.0.3
    + db.internal  10.0.0.3
    ~ web  10.0.0.1 -> 10.0.0.2
    ~ web.internal  10.0.0.1 -> 10.0.0.2

    To undo:
      qdns record rm net1 db
      qdns record add net1 web 10.0.0.1 --replace
    ");
    Ok(())
}

#[test]
fn check_shows_where_the_zone_differs_and_changes_nothing() -> Result<()> {
    let nb = nets()?;
    nb.qdns("record add net1 web 10.0.0.1").ok();
    nb.qdns("record add net1 old 10.0.0.9").ok();
    let file = nb.file("hosts", "10.0.0.2 web\n10.0.0.3 db\n")?;
    let same = nb.file("same.hosts", "10.0.0.1 web\n")?;
    let before = nb.dump();
    snapshot!(nb.session(&[
        &format!("record import net1 {file} --check"),
        &format!("record import net1 {same} --check"),
        &format!("record import net1 {same} --check --prune"),
        &format!("record import net2 {same} --check -o plain"),
    ]), @"
    $ qdns record import net1 [DIR]/hosts --check
    Would change:
    - 1.0.0.10.in-addr.arpa  web.internal
    + 2.0.0.10.in-addr.arpa  web.internal
    + 3.0.0.10.in-addr.arpa  db.internal
    + db  10.0.0.3
    + db.internal  10.0.0.3
    ~ web  10.0.0.1 -> 10.0.0.2
    ~ web.internal  10.0.0.1 -> 10.0.0.2

    To undo:
      qdns record rm net1 db
      qdns record add net1 web 10.0.0.1 --replace
    ----- exit 4 -----
    $ qdns record import net1 [DIR]/same.hosts --check
    Nothing to change.
    $ qdns record import net1 [DIR]/same.hosts --check --prune
    Would change:
    - 9.0.0.10.in-addr.arpa  old.internal
    - old  10.0.0.9
    - old.internal  10.0.0.9

    To undo:
      qdns record add net1 old 10.0.0.9
    ----- exit 4 -----
    $ qdns record import net2 [DIR]/same.hosts --check -o plain
    add	zone		net2
    add	1.0.0.10.in-addr.arpa		web.internal
    add	web		10.0.0.1
    add	web.internal		10.0.0.1
    ----- exit 4 -----
    ");
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn check_of_a_bad_file_is_an_error() -> Result<()> {
    let nb = nets()?;
    let file = nb.file("hosts", "10.0.0.300 web\n")?;
    assert_eq!(nb.qdns(&format!("record import net1 {file} --check")).code, 2);
    Ok(())
}

/// A host that a port registered and that the file has with the same addresses is no difference.
#[test]
fn check_ignores_who_registered_a_host() -> Result<()> {
    let nb = nets()?;
    nb.nbctl(&["lsp-add", "net1", "web", "--", "lsp-set-addresses", "web", "00:00:00:00:00:01 10.0.0.1"]);
    nb.qdns("sync net1").ok();
    let file = nb.file("hosts", "10.0.0.1 web\n")?;
    snapshot!(nb.qdns(&format!("record import net1 {file} --check")), @"Nothing to change.");
    Ok(())
}

/// A database whose `net1` has 20 hosts, and a file with 10 of them.
fn twenty_hosts_and_a_file_of_ten() -> Result<(Nb, String)> {
    let nb = nets()?;
    nb.qdns(&format!("record import net1 {}", nb.file("twenty.csv", csv(20))?)).ok();
    let file = nb.file("ten.csv", csv(10))?;
    Ok((nb, file))
}

#[test]
fn pruning_many_hosts_needs_a_limit() -> Result<()> {
    let (nb, file) = twenty_hosts_and_a_file_of_ten()?;
    let before = nb.dump();
    snapshot!(nb.qdns(&format!("record import net1 {file} --prune --yes")), @"
    ----- stderr -----
    error: 10 of the 20 hosts of net1 are not in the file, more than 30 %
       hint: --dry-run shows them; --max 10 allows this many, --force any number
    ----- exit 1 -----
    ");
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn a_dry_run_shows_what_the_limit_refuses() -> Result<()> {
    let (nb, file) = twenty_hosts_and_a_file_of_ten()?;
    let before = nb.dump();
    snapshot!(nb.qdns(&format!("record import net1 {file} --prune --dry-run")), @"
    Would change:
    - 11.0.1.10.in-addr.arpa  host-00010.internal
    - 12.0.1.10.in-addr.arpa  host-00011.internal
    - 13.0.1.10.in-addr.arpa  host-00012.internal
    - 14.0.1.10.in-addr.arpa  host-00013.internal
    - 15.0.1.10.in-addr.arpa  host-00014.internal
    - 16.0.1.10.in-addr.arpa  host-00015.internal
    - 17.0.1.10.in-addr.arpa  host-00016.internal
    - 18.0.1.10.in-addr.arpa  host-00017.internal
    - 19.0.1.10.in-addr.arpa  host-00018.internal
    - 20.0.1.10.in-addr.arpa  host-00019.internal
    - host-00010  10.1.0.11
    - host-00010.internal  10.1.0.11
    - host-00011  10.1.0.12
    - host-00011.internal  10.1.0.12
    - host-00012  10.1.0.13
    - host-00012.internal  10.1.0.13
    - host-00013  10.1.0.14
    - host-00013.internal  10.1.0.14
    - host-00014  10.1.0.15
    - host-00014.internal  10.1.0.15
    - host-00015  10.1.0.16
    - host-00015.internal  10.1.0.16
    - host-00016  10.1.0.17
    - host-00016.internal  10.1.0.17
    - host-00017  10.1.0.18
    - host-00017.internal  10.1.0.18
    - host-00018  10.1.0.19
    - host-00018.internal  10.1.0.19
    - host-00019  10.1.0.20
    - host-00019.internal  10.1.0.20

    To undo:
      qdns record add net1 host-00010 10.1.0.11
      qdns record add net1 host-00011 10.1.0.12
      qdns record add net1 host-00012 10.1.0.13
      qdns record add net1 host-00013 10.1.0.14
      qdns record add net1 host-00014 10.1.0.15
      qdns record add net1 host-00015 10.1.0.16
      qdns record add net1 host-00016 10.1.0.17
      qdns record add net1 host-00017 10.1.0.18
      qdns record add net1 host-00018 10.1.0.19
      qdns record add net1 host-00019 10.1.0.20
    ----- stderr -----
    warning: it would be refused: 10 of the 20 hosts of net1 are not in the file, more than 30 %
    ");
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn pruning_within_the_limit_needs_yes() -> Result<()> {
    let (nb, file) = twenty_hosts_and_a_file_of_ten()?;
    let before = nb.dump();
    snapshot!(nb.qdns(&format!("record import net1 {file} --prune --max 10")), @"
    ----- stderr -----
    error: this would remove 10 hosts of net1 that [DIR]/ten.csv does not have: host-00010, host-00011, host-00012, host-00013, host-00014, host-00015, host-00016, host-00017, host-00018, host-00019
       hint: --yes confirms it; --dry-run shows what would change
    ----- exit 1 -----
    ");
    assert_eq!(nb.dump(), before);
    nb.qdns(&format!("record import net1 {file} --prune --max 10 --yes")).ok();
    assert_eq!(hosts(&nb), 10);
    Ok(())
}

#[test]
fn a_file_without_hosts_prunes_nothing_unless_forced() -> Result<()> {
    let nb = nets()?;
    nb.qdns("record add net1 web 10.0.0.1").ok();
    let before = nb.dump();
    for (name, text) in [("empty.csv", ""), ("none.json", "{\"records\":[]}\n"), ("none.hosts", "# none\n")] {
        let file = nb.file(name, text)?;
        let refusal = nb.qdns(&format!("record import net1 {file} --prune --yes")).fails(1);
        assert!(refusal.contains("has no hosts") && refusal.contains("--force"), "{refusal}");
        assert_eq!(nb.dump(), before, "{name}");
    }
    let file = nb.file("empty.csv", "")?;
    snapshot!(nb.session(&[
        &format!("record import net1 {file} --prune --yes"),
        &format!("record import net1 {file} --prune --yes --force"),
        &format!("record import net1 {file} --prune"),
    ]), @"
    $ qdns record import net1 [DIR]/empty.csv --prune --yes
    ----- stderr -----
    error: [DIR]/empty.csv has no hosts, and --prune would remove all 1 of net1
       hint: --force does it
    ----- exit 1 -----
    $ qdns record import net1 [DIR]/empty.csv --prune --yes --force
    - 1.0.0.10.in-addr.arpa  web.internal
    - web  10.0.0.1
    - web.internal  10.0.0.1

    To undo:
      qdns record add net1 web 10.0.0.1
    ----- stderr -----
    warning: [DIR]/empty.csv has no hosts
    $ qdns record import net1 [DIR]/empty.csv --prune
    Nothing to change.
    ----- stderr -----
    warning: [DIR]/empty.csv has no hosts
    ");
    assert_eq!(hosts(&nb), 0);
    Ok(())
}

#[test]
fn what_ovn_cannot_serve_is_refused_or_skipped() -> Result<()> {
    let nb = nets()?;
    let zone =
        "$ORIGIN internal.\n@ IN SOA ns hm (1 2 3 4 5)\nweb 60 IN A 10.0.0.1\nwww CNAME web\n* A 10.0.0.2\n";
    let file = nb.file("db.internal", zone)?;
    snapshot!(nb.qdns(&format!("record import net1 {file}")), @"
    ----- stderr -----
    error: 2 lines of [DIR]/db.internal cannot be imported; nothing was changed
    [DIR]/db.internal:4: CNAME of www.internal cannot be served: OVN answers A, AAAA and PTR only (give the name an A or AAAA record with the target's address)
    [DIR]/db.internal:5: *.internal cannot be served: OVN has no wildcards
       hint: --skip-unserved imports the rest
    ----- exit 2 -----
    ");
    snapshot!(nb.qdns(&format!("record import net1 {file} --skip-unserved")), @"
    + zone  net1
    + 1.0.0.10.in-addr.arpa  web.internal
    + web  10.0.0.1
    + web.internal  10.0.0.1
    ----- stderr -----
    warning: [DIR]/db.internal:2: SOA of internal is left out: it tells other servers about the zone
    warning: [DIR]/db.internal:3: a time to live of 60 is left out: OVN answers with 3600 s, whatever a file says
    warning: [DIR]/db.internal:4: CNAME of www.internal cannot be served: OVN answers A, AAAA and PTR only
    warning: [DIR]/db.internal:5: *.internal cannot be served: OVN has no wildcards
    ");
    assert_eq!(hosts(&nb), 1);
    Ok(())
}
