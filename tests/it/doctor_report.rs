//! What a person sees of `qdns doctor` first and last, and the exit code where little or nothing could be checked.

use anyhow::{Context as _, Result};

use crate::support::lab::Nb;
use crate::support::{Run, qdns, snapshot};

/// A hundred switches with a zone each; on eight of them something is wrong.
fn hundred_switches_with_eight_faults() -> Result<Nb> {
    let nb = Nb::start()?;
    let mut args: Vec<String> = Vec::new();
    for n in 1..=100 {
        let (net, zone) = (format!("net{n}"), format!("@zone{n}"));
        let mut records =
            vec![format!("records:web=\"10.0.{n}.10\""), format!("records:web.internal=\"10.0.{n}.10\"")];
        records.push(format!("records:10.{n}.0.10.in-addr.arpa=web.internal"));
        match n {
            10 => records[0] = "records:WEB=10.0.10.10".into(),
            20 => records[1] = "records:web.internal=10.0.20.11".into(),
            30 => records[0] = "records:web=\"10.0.30.10,10.0.30.11\"".into(),
            40 => records[2] = "records:9.40.0.10.in-addr.arpa=gone.internal".into(),
            50 => records[0] = "records:wpad=10.0.50.10".into(),
            60 => records[1] = "records:web.internal=nonsense".into(),
            70 => records[0] = "records:vm_1=10.0.70.10".into(),
            _ => {}
        }
        args.extend([
            format!("--id={zone}"),
            "create".into(),
            "DNS".into(),
            format!("external_ids:switch={net}"),
        ]);
        args.extend(records);
        let lists = if n == 80 { Vec::new() } else { vec![format!("dns_records={zone}")] };
        args.extend(["--", "create", "Logical_Switch"].map(str::to_owned));
        args.push(format!("name={net}"));
        args.extend(lists);
        args.push("--".into());
    }
    nb.nbctl(&args.iter().map(String::as_str).collect::<Vec<_>>());
    Ok(nb)
}

/// The shown lines without those about checks that were not made.
fn lines(run: &Run) -> Vec<&str> {
    run.stdout.lines().take_while(|line| *line != "Not checked").collect()
}

#[test]
fn the_first_screen_names_every_fault_of_a_hundred_switches() -> Result<()> {
    let run = hundred_switches_with_eight_faults()?.qdns("doctor --skip record-stale");
    run.fails(4);
    let screen = lines(&run)[..24].join("\n");
    for net in [10, 20, 30, 40, 50, 60, 70, 80] {
        assert!(screen.contains(&format!(" net{net}:")), "net{net}: {run}");
    }
    snapshot!(screen, @r#"
    error zone-orphaned net80: the zone of net80 answers no query: the switch does not list it
    error key-never-matches net10: OVN never finds WEB: it has capital letters; guests ask for web
    error value-truncated net30: web is "10.0.30.10,10.0.30.11": OVN ignores what follows the comma, so guests get 10.0.30.10
    error value-invalid net60: web.internal is "nonsense": "nonsense" is no address
    error pair-differs net20: web is 10.0.20.10, web.internal is 10.0.20.11: which one a guest gets depends on its resolver
    error pair-differs net30: web is 10.0.30.10,10.0.30.11, web.internal is 10.0.30.10: which one a guest gets depends on its resolver
    error pair-differs net60: web is 10.0.60.10, web.internal is nonsense: which one a guest gets depends on its resolver
    warning name-invalid net70: hostname "vm_1" is refused: underscores are not allowed in hostnames (RFC 1123)
    warning name-reserved net50: "wpad" is reserved: browsers load their proxy settings from a host of this name (draft-ietf-wrec-wpad-01)
    warning pair-incomplete 2 findings on net50, net70, first: web.internal resolves, web does not
    warning pair-incomplete net50: wpad resolves, wpad.internal does not
    warning pair-incomplete net70: vm_1 resolves, vm_1.internal does not
    warning ptr-dangling net40: 9.40.0.10.in-addr.arpa leads to gone.internal, which net40 does not have
    How to fix them
    error zone-orphaned net80: the zone of net80 answers no query: the switch does not list it
        fix: ovn-nbctl add Logical_Switch [UUID] dns_records [UUID]
    error key-never-matches net10: OVN never finds WEB: it has capital letters; guests ask for web
        fix: qdns record add net10 web 10.0.10.10
    error value-truncated net30: web is "10.0.30.10,10.0.30.11": OVN ignores what follows the comma, so guests get 10.0.30.10
        fix: ovn-nbctl remove DNS [UUID] records '"web"="10.0.30.10,10.0.30.11"' -- add DNS [UUID] records '"web"="10.0.30.10 10.0.30.11"'
    error value-invalid net60: web.internal is "nonsense": "nonsense" is no address
        fix: qdns record add net60 web 10.0.60.10
    error pair-differs net20: web is 10.0.20.10, web.internal is 10.0.20.11: which one a guest gets depends on its resolver
        fix: qdns record add net20 web 10.0.20.11 --replace
    "#);
    snapshot!(run.stdout.lines().last().context("a verdict")?, @"7 errors on net10, net20, net30, net60, net80, 7 warnings on net40, net50, net70, 104 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked, --skip.");
    Ok(())
}

#[test]
fn equal_findings_of_many_switches_are_one() -> Result<()> {
    let nb = Nb::start()?;
    for n in 1..=12 {
        let net = format!("net{n:02}");
        nb.nbctl(&["ls-add", &net]);
        nb.qdns(&format!("record add {net} web 10.0.0.10 fd00::10 --static")).ok();
        nb.nbctl(&["clear", "Logical_Switch", &net, "dns_records"]);
    }
    snapshot!(nb.qdns("doctor --only zone-orphaned"), @"
    error zone-orphaned 12 findings on net01, net02, net03, net04, net05, net06, net07, net08 and 4 more, first: the zone of net01 answers no query: the switch does not list it
        fix: ovn-nbctl add Logical_Switch [UUID] dns_records [UUID]
        more lines: -v shows them

    12 errors on net01, net02, net03, net04, net05, net06, net07, net08 and 4 more; 0 checks passed.
    ----- exit 4 -----
    ");
    Ok(())
}

#[test]
fn the_evidence_and_the_notes_are_whole_where_they_are_asked_for() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "ls-add", "net2"]);
    for net in ["net1", "net2"] {
        nb.qdns(&format!("record add {net} web 10.0.0.10 --static --no-ptr")).ok();
    }
    let codes = "--only ipv4-only,ptr-missing";
    snapshot!(nb.qdns(&format!("doctor {codes}")), @"
    No errors and no warnings.
    info ptr-missing 2 findings on net1, net2, first: web has no reverse name for 10.0.0.10
    info ipv4-only 2 findings on net1, net2, first: 1 host has no IPv6 address: musl guests (Alpine) fail to look them up

    4 for information; 0 checks passed.
    ");
    snapshot!(nb.qdns(&format!("doctor -v {codes}")).stdout, @r#"
    No errors and no warnings.
    info ptr-missing net1: web has no reverse name for 10.0.0.10
        addresses: ["10.0.0.10"]
        fix: qdns record add net1 web 10.0.0.10
    info ptr-missing net2: web has no reverse name for 10.0.0.10
        addresses: ["10.0.0.10"]
        fix: qdns record add net2 web 10.0.0.10
    info ipv4-only net1: 1 host has no IPv6 address: musl guests (Alpine) fail to look them up
        count: 1
        hosts: ["web"]
    info ipv4-only net2: 1 host has no IPv6 address: musl guests (Alpine) fail to look them up
        count: 1
        hosts: ["web"]

    4 for information; 0 checks passed.
    "#);
    Ok(())
}

#[test]
fn many_checks_that_were_not_made_for_one_reason_are_a_number() {
    let run = qdns("unix:/nowhere", &["doctor"]);
    let number = " checks (-v names them): the northbound database cannot be reached\n";
    assert!(run.fails(3).contains(number), "{run}");
    let all = qdns("unix:/nowhere", &["-v", "doctor"]);
    assert!(all.fails(3).contains("zone-missing, zone-orphaned, zone-duplicate, "), "{all}");
}

#[test]
fn what_could_not_be_looked_at_is_never_fine() -> Result<()> {
    // No database, and the check that would say so left out.
    snapshot!(qdns("unix:/nowhere", &["doctor", "--skip", "nb-unreachable", "--only", "zone-empty"]), @"
    Nothing could be checked: the northbound database cannot be reached.
    Not checked
      zone-empty: the northbound database cannot be reached
      nb-unreachable: --skip

    Nothing found; [N] checks passed, [N] not made: the northbound database cannot be reached, --skip.
    ----- exit 3 -----
    ");
    let nb = Nb::start()?;
    snapshot!(nb.qdns("doctor --only acl-drops-dns"), @"
    Nothing was checked.
    Not checked
      acl-drops-dns: the southbound database is unknown: only the northbound one is named

    Nothing found; [N] checks passed, [N] not made: the southbound database is unknown.
    ----- exit 3 -----
    ");
    snapshot!(nb.qdns("doctor --only acl-drops-dns,zone-empty"), @"
    No errors and no warnings in what could be checked.
    Not checked
      acl-drops-dns: the southbound database is unknown: only the northbound one is named

    Nothing found; [N] checks passed, [N] not made: the southbound database is unknown.
    ");
    snapshot!(nb.qdns("doctor --only acl-drops-dns,zone-empty --strict"), @"
    No errors and no warnings in what could be checked.
    Not checked
      acl-drops-dns: the southbound database is unknown: only the northbound one is named

    Nothing found; [N] checks passed, [N] not made: the southbound database is unknown.
    ----- exit 3 -----
    ");
    // What was not asked for is not missing.
    nb.qdns("doctor --only forwarder-no-answer,zone-empty --strict").fails(3);
    nb.qdns("doctor --only zone-empty --skip acl-drops-dns --strict").ok();
    Ok(())
}
