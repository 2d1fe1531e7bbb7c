//! `qdns doctor` on a real northbound database: options, dumps, repairs, and what it cannot see.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::support::lab::Nb;
use crate::support::{Run, qdns, snapshot};

/// A network as an operator has it: router, two guests, DHCP, all names by qdns.
const NETWORK: &str = r#"
ovn-nbctl ls-add net1 \
    -- set Logical_Switch net1 other_config:subnet=10.0.0.0/24 'other_config:ipv6_prefix="fd00::"' \
    -- lr-add lr0 -- lrp-add lr0 lr0-net1 0a:00:00:ff:00:01 10.0.0.1/24 fd00::1/64 \
    -- lsp-add net1 net1-lr0 -- lsp-set-type net1-lr0 router -- lsp-set-addresses net1-lr0 router \
    -- lsp-set-options net1-lr0 router-port=lr0-net1 \
    -- lsp-add net1 web -- lsp-set-addresses web '0a:00:00:00:00:10 10.0.0.10 fd00::10' \
    -- lsp-add net1 db -- lsp-set-addresses db '0a:00:00:00:00:11 10.0.0.11 fd00::11'
D=$(ovn-nbctl create DHCP_Options cidr=10.0.0.0/24 options:server_id=10.0.0.1 \
    options:server_mac=0a:00:00:ff:00:01 options:lease_time=3600 options:router=10.0.0.1)
ovn-nbctl lsp-set-dhcpv4-options web $D -- lsp-set-dhcpv4-options db $D
qdns record add net1 web 10.0.0.10 fd00::10
qdns record add net1 db 10.0.0.11 fd00::11
qdns forwarders set net1 8.8.8.8 8.8.4.4
"#;

/// The zone and the DHCP row of the network, for what follows.
const ROWS: &str = r#"
Z=$(ovn-nbctl --bare --columns=_uuid find DNS external_ids:switch=net1 | head -n1)
D=$(ovn-nbctl --bare --columns=_uuid list DHCP_Options | head -n1)
"#;

/// Runs a shell script with the tools in its path and the database in its environment.
pub fn sh(nb: &Nb, script: &str) -> Result<()> {
    let programs = Path::new(env!("CARGO_BIN_EXE_qdns")).parent().context("a directory")?;
    let path = format!("{}:{}", programs.display(), std::env::var("PATH")?);
    let output = Command::new("sh")
        .args(["-euc", script])
        .envs([("OVN_NB_DB", nb.remote().as_str()), ("PATH", &path), ("USER", "tester")])
        .env_remove("OVN_NB_DAEMON")
        .stdin(Stdio::null())
        .output()?;
    ensure!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn network() -> Result<Nb> {
    let nb = Nb::start()?;
    sh(&nb, NETWORK)?;
    Ok(nb)
}

/// The network, broken by a shell script: `$Z` is its zone and `$D` its DHCP options.
pub fn broken(script: &str) -> Result<Nb> {
    let nb = network()?;
    sh(&nb, &format!("{ROWS}{script}"))?;
    Ok(nb)
}

/// The shell script that makes the network of [`broken`].
pub fn script(broken: &str) -> String {
    [NETWORK, ROWS, broken].concat()
}

fn report(nb: &Nb, options: &str) -> Result<Value> {
    let run = nb.qdns(&format!("doctor -o json {options}"));
    serde_json::from_str(&run.stdout).with_context(|| run.to_string())
}

/// The report's findings as they are shown, and the exit code; without the checks that were not made.
pub fn findings(nb: &Nb) -> String {
    without_skipped(nb.qdns("doctor"))
}

/// A run without the last section of its report, the checks that were not made.
fn without_skipped(mut run: Run) -> String {
    if let Some((sections, summary)) = run.stdout.rsplit_once("\n\n") {
        let lines: Vec<&str> = sections.lines().collect();
        let heading = lines.iter().rposition(|line| !line.starts_with(' ')).unwrap_or_default();
        let findings: String = lines[..heading].iter().map(|line| format!("{line}\n")).collect();
        run.stdout = findings + summary;
    }
    run.to_string()
}

/// The lines to paste for the findings of a check.
fn fixes<'a>(report: &'a Value, code: &str) -> Vec<&'a str> {
    let findings = report["findings"].as_array().into_iter().flatten();
    let of_code = findings.filter(|finding| finding["code"] == code);
    of_code.flat_map(|finding| finding["fix"].as_array()).flatten().filter_map(Value::as_str).collect()
}

/// Pastes the lines of a check's findings, which must be gone then.
pub fn fixed_by_its_lines(nb: &Nb, code: &str) -> Result<()> {
    let before = report(nb, "")?;
    let lines = fixes(&before, code);
    ensure!(!lines.is_empty(), "{code} has no line to paste: {before}");
    sh(nb, &lines.join("\n"))?;
    let after = report(nb, "")?;
    let findings = after["findings"].as_array().context("findings")?;
    ensure!(findings.iter().all(|finding| finding["code"] != code), "{code} after {lines:?}: {after}");
    Ok(())
}

#[test]
fn a_network_made_with_qdns_alone_is_healthy() -> Result<()> {
    snapshot!(network()?.qdns("doctor"), @"
    No errors and no warnings in what could be checked.
    Not checked
      northd-stalled, chassis-behind, sb-records-differ, dns-flows-missing, acl-drops-dns, acl-drops-resolver, resolver-unreachable, acl-bypassed: the southbound database is unknown: only the northbound one is named
      edns-ignored: no part of OVN says which release it is
      forwarder-nxdomain-aaaa, forwarder-no-answer: no forwarder was asked: --probe asks them

    Nothing found; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    Ok(())
}

/// Several breaks at once, and a row of another owner with a key that never matches. The order of some changes
/// is that of the rows' UUIDs.
fn network_broken_in_every_part() -> Result<Nb> {
    broken(
        r#"
ovn-nbctl remove DNS $Z records web db.internal 10.0.0.10.in-addr.arpa \
    -- set DNS $Z records:WEB2.internal=10.0.0.10,10.0.0.11 records:99.0.0.10.in-addr.arpa=gone.internal \
    -- set DHCP_Options $D options:dns_server=8.8.8.8,8.8.4.4 options:domain_name=internal options:ttl=60
ovn-nbctl --id=00000000-0000-4000-8000-000000000001 create DNS external_ids:switch=gone records:a=10.0.0.9
FOREIGN=$(ovn-nbctl --id=00000000-0000-4000-8000-000000000002 create DNS external_ids:ls_name=neutron records:VM_1=10.0.0.10)
ovn-nbctl add Logical_Switch net1 dns_records $FOREIGN
"#,
    )
}

#[test]
fn a_repair_needs_yes() -> Result<()> {
    let nb = network_broken_in_every_part()?;
    let before = nb.dump();
    snapshot!(nb.qdns("doctor --fix"), @"
    ----- stderr -----
    error: this would repair dhcp-option-syntax, key-never-matches, pair-incomplete, ptr-dangling, ptr-missing, value-truncated
       hint: --yes confirms it; --dry-run shows what would change
    ----- exit 1 -----
    ");
    snapshot!(without_skipped(nb.qdns("doctor --fix --dry-run")), @r#"
    Would change:
    + 10.0.0.10.in-addr.arpa  web.internal
    - 99.0.0.10.in-addr.arpa  gone.internal
    - WEB2.internal  10.0.0.10,10.0.0.11
    + db.internal  10.0.0.11 fd00::11
    + web  10.0.0.10 fd00::10
    + web2  10.0.0.10 10.0.0.11
    + web2.internal  10.0.0.10 10.0.0.11
    ~ dns_server  8.8.8.8,8.8.4.4 -> {8.8.8.8, 8.8.4.4}
    ~ domain_name  internal -> "internal"
    - ttl  60
    "#);
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn a_repair_fixes_what_is_safe_and_looks_again() -> Result<()> {
    let nb = network_broken_in_every_part()?;
    snapshot!(without_skipped(nb.qdns("doctor --fix --yes")), @r#"
    Changed
      + 10.0.0.10.in-addr.arpa  web.internal
      - 99.0.0.10.in-addr.arpa  gone.internal
      - WEB2.internal  10.0.0.10,10.0.0.11
      + db.internal  10.0.0.11 fd00::11
      + web  10.0.0.10 fd00::10
      + web2  10.0.0.10 10.0.0.11
      + web2.internal  10.0.0.10 10.0.0.11
      ~ dns_server  8.8.8.8,8.8.4.4 -> {8.8.8.8, 8.8.4.4}
      ~ domain_name  internal -> "internal"
      - ttl  60
    error zone-orphaned gone: the zone of gone is left over: there is no such switch
        fix: qdns zone rm gone
    error key-never-matches net1 (neutron): OVN never finds VM_1: it has capital letters; guests ask for vm_1
    info address-shared net1: two hosts with one address (2 findings, -v shows them)
    info ipv4-only net1: 1 host has no IPv6 address: musl guests (Alpine) fail to look them up
    2 errors on gone, net1, 3 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    assert!(nb.dump().contains("VM_1"), "a key of another owner stays");
    assert!(nb.show_log().contains("qdns doctor"));
    Ok(())
}

/// A warning and an error.
fn network_with_two_findings() -> Result<Nb> {
    broken("ovn-nbctl remove DNS $Z records db -- set DNS $Z 'records:WEB=10.0.0.10 fd00::10'")
}

#[test]
fn the_exit_code_is_that_of_the_least_severity() -> Result<()> {
    let nb = network_with_two_findings()?;
    nb.qdns("doctor net1").fails(4);
    nb.qdns("doctor --only pair-incomplete").ok();
    nb.qdns("doctor --only pair-incomplete --fail-on warning").fails(4);
    Ok(())
}

#[test]
fn checks_are_skipped_by_code_and_by_switch() -> Result<()> {
    let nb = network_with_two_findings()?;
    let skipped = report(&nb, "--skip key-never-matches")?["skipped"].to_string();
    assert!(skipped.contains("key-never-matches"), "{skipped}");
    nb.qdns("doctor --skip key-never-matches").ok();
    nb.qdns("doctor --skip key-never-matches=net*").ok();
    nb.qdns("doctor --skip key-never-matches=lab*").fails(4);
    Ok(())
}

#[test]
fn a_mistyped_code_or_switch_is_corrected() -> Result<()> {
    snapshot!(network()?.session(&[
        "doctor --only zone-empy",
        "doctor --skip nonsense=x",
        "doctor --explain zone-empy",
        "doctor nte1",
    ]), @r#"
    $ qdns doctor --only zone-empy
    ----- stderr -----
    error: there is no check "zone-empy"
       hint: did you mean `zone-empty`? qdns doctor --list lists all checks
    ----- exit 2 -----
    $ qdns doctor --skip nonsense=x
    ----- stderr -----
    error: there is no check "nonsense"
       hint: qdns doctor --list lists all checks
    ----- exit 2 -----
    $ qdns doctor --explain zone-empy
    ----- stderr -----
    error: there is no check "zone-empy"
       hint: did you mean `zone-empty`? qdns doctor --list lists all checks
    ----- exit 2 -----
    $ qdns doctor nte1
    ----- stderr -----
    error: there is no logical switch "nte1"
       hint: did you mean `net1`?
    ----- exit 1 -----
    "#);
    Ok(())
}

#[test]
fn a_check_is_explained() -> Result<()> {
    snapshot!(qdns("unix:/nowhere", &["doctor", "--explain", "ttl-fixed"]), @"
    ttl-fixed (info): the TTL of every answer is 3600 s

    ovn-controller writes a TTL of 3600 seconds into every answer, a constant in its source.
    No column or option changes it. A guest that caches (systemd-resolved, nscd, a JVM) may
    use an address for an hour after the record was changed; `resolvectl flush-caches` in
    the guest ends that.

    Source: controller/pinctrl.c, DNS_DEFAULT_RR_TTL; ovn-nb(5), DNS
    ");
    Ok(())
}

#[test]
fn all_checks_are_listed() -> Result<()> {
    let list = qdns("unix:/nowhere", &["doctor", "--list", "-o", "plain"]);
    assert!(list.ok().lines().count() > 35, "{list}");
    Ok(())
}

#[test]
fn a_dump_gives_the_same_report() -> Result<()> {
    let nb = broken("ovn-nbctl set DNS $Z records:WEB=10.0.0.10,10.0.0.11")?;
    let file = nb.dir().join("net.json").display().to_string();
    let live = nb.qdns(&format!("doctor -o json --dump {file}"));
    let dumped = qdns("unix:/nowhere", &["doctor", "-o", "json", "--from-dump", &file]);
    assert_eq!((live.stdout, live.code), (dumped.stdout, dumped.code));
    Ok(())
}

#[test]
fn a_file_that_is_no_dump_is_refused() -> Result<()> {
    let nb = Nb::start()?;
    let file = nb.file("net.json", "{}")?;
    snapshot!(qdns("unix:/nowhere", &["doctor", "--from-dump", &file]), @"
    ----- stderr -----
    error: [DIR]/net.json is no dump of qdns doctor
      cause: missing field `format` at line 1 column 2
    ----- exit 2 -----
    ");
    Ok(())
}

#[test]
fn an_empty_database_has_no_findings_and_checks_that_are_not_made() -> Result<()> {
    snapshot!(Nb::start()?.qdns("doctor"), @"
    No errors and no warnings in what could be checked.
    Not checked
      northd-stalled, chassis-behind, sb-records-differ, dns-flows-missing, acl-drops-dns, acl-drops-resolver, resolver-unreachable, acl-bypassed: the southbound database is unknown: only the northbound one is named
      edns-ignored: no part of OVN says which release it is
      forwarder-nxdomain-aaaa, forwarder-no-answer: no forwarder was asked: --probe asks them

    Nothing found; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    Ok(())
}

#[test]
fn a_database_that_cannot_be_reached_is_a_finding() -> Result<()> {
    let run = qdns("unix:/nowhere", &["doctor", "-o", "json"]);
    run.fails(3);
    assert!(run.json()["summary"]["skipped"].as_u64().is_some_and(|skipped| skipped > 25), "{run}");
    snapshot!(without_skipped(qdns("unix:/nowhere", &["doctor"])), @"
    Nothing could be checked: the northbound database cannot be reached.
    error nb-unreachable the northbound database cannot be reached
        hint: check that the central service of OVN runs on its host (Debian: ovn-central; Fedora: ovn-northd); name the database with --db or OVN_NB_DB: unix:SOCKET, tcp:HOST:6641 or ssl:HOST:6641
        said: unix:/nowhere: database connection failed (No such file or directory)
    1 error; [N] checks passed, [N] not made: the northbound database cannot be reached, the southbound database is unknown.
    ----- exit 3 -----
    ");
    Ok(())
}

#[test]
fn an_ovn_nbctl_that_is_missing_is_a_finding() -> Result<()> {
    snapshot!(without_skipped(Nb::start()?.qdns("doctor --ovn-nbctl /nowhere/ovn-nbctl")), @"
    Nothing could be checked: there is no /nowhere/ovn-nbctl on this machine.
    error nbctl-missing there is no /nowhere/ovn-nbctl on this machine
        hint: install the package that has ovn-nbctl (Debian: ovn-common; Fedora: ovn), or name its path with --ovn-nbctl CMD or QDNS_OVN_NBCTL
    Read with /nowhere/ovn-nbctl.
    1 error; [N] checks passed, [N] not made: there is no /nowhere/ovn-nbctl on this machine, the southbound database is unknown.
    ----- exit 3 -----
    ");
    Ok(())
}

#[test]
fn a_southbound_database_that_cannot_be_read_is_named() -> Result<()> {
    let report = report(&Nb::start()?, "--sb-db unix:/nowhere")?;
    let skipped = report["skipped"].to_string();
    assert!(skipped.contains("the southbound database cannot be read"), "{skipped}");
    assert_eq!(report["findings"].to_string(), "[]");
    Ok(())
}

#[test]
fn a_database_that_does_not_answer_in_time_is_a_finding() -> Result<()> {
    let nb = Nb::start()?;
    nb.stop();
    let run = nb.qdns("doctor --timeout 1");
    nb.cont();
    snapshot!(without_skipped(run), @"
    Nothing could be checked: the northbound database did not answer within 1 s.
    error nb-unreachable the northbound database did not answer within 1 s
        hint: check that ovsdb-server runs and, in a cluster, has a leader: ovn-appctl -t /var/run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound; or use a longer --timeout
        fix: qdns doctor '--timeout=60'
    1 error; [N] checks passed, [N] not made: the northbound database did not answer within 1 s, the southbound database is unknown.
    ----- exit 3 -----
    ");
    Ok(())
}

#[test]
fn a_repair_changes_no_switch_that_was_not_named() -> Result<()> {
    let nb = Nb::start()?;
    for net in ["net1", "net2"] {
        nb.nbctl(&["ls-add", net]);
        nb.qdns(&format!("record add {net} web 10.0.0.10 --no-ptr")).ok();
    }
    let records = |net: &str| {
        nb.nbctl(&["--bare", "--columns=records", "find", "DNS", &format!("external_ids:switch={net}")])
    };
    let before = records("net2");
    nb.qdns("doctor net1 --only ptr-missing --fix --yes").ok();
    assert!(records("net1").contains("10.0.0.10.in-addr.arpa=web.internal"));
    assert_eq!(records("net2"), before);
    Ok(())
}

/// Two switches with one name, each with a host without a reverse name, and their UUIDs.
fn twins() -> Result<(Nb, [String; 2])> {
    let nb = Nb::start()?;
    let uuids = ["10.0.0.10", "10.0.0.20"].map(|address| {
        let uuid = nb.nbctl(&["create", "Logical_Switch", "name=twin"]).trim().to_owned();
        nb.qdns(&format!("record add {uuid} web {address} fd00::10 --no-ptr")).ok();
        uuid
    });
    Ok((nb, uuids))
}

#[test]
fn of_two_switches_with_one_name_both_uuids_are_named() -> Result<()> {
    let (nb, uuids) = twins()?;
    let run = nb.qdns("doctor twin");
    snapshot!(run, @r#"
    ----- stderr -----
    error: 2 switches have the name "twin": [UUID], [UUID]
       hint: name it by its UUID
    ----- exit 1 -----
    "#);
    for uuid in &uuids {
        assert!(run.stderr.contains(uuid.as_str()), "{run}");
        assert!(nb.qdns(&format!("doctor {}", &uuid[..8])).fails(1).contains("no logical switch"));
    }
    Ok(())
}

#[test]
fn of_two_switches_with_one_name_the_right_one_is_examined_and_repaired() -> Result<()> {
    let (nb, uuids) = twins()?;
    let reverse_names = || nb.dump().lines().filter(|line| line.contains("in-addr.arpa")).count();
    assert_eq!(fixes(&report(&nb, "")?, "ptr-missing").len(), 2);
    for (index, (uuid, address)) in uuids.iter().zip(["10.0.0.10", "10.0.0.20"]).enumerate() {
        let report = report(&nb, &format!("{uuid} {uuid} --only ptr-missing"))?;
        let findings = report["findings"].as_array().context("findings")?;
        assert_eq!((findings.len(), findings[0]["switch"].as_str()), (1, Some(uuid.as_str())), "{report}");
        assert!(findings[0]["message"].to_string().contains(address), "{report}");
        assert_eq!(reverse_names(), index);
        // The first by --fix, the second by the lines to paste.
        if index == 0 {
            nb.qdns(&format!("doctor {uuid} --only ptr-missing --fix --yes")).ok();
        } else {
            sh(&nb, &fixes(&report, "ptr-missing").join("\n"))?;
        }
        assert_eq!(reverse_names(), index + 1, "the other switch stays as it is");
    }
    assert_eq!(report(&nb, "")?["summary"]["error"], 0);
    Ok(())
}
