//! `qdns doctor` on a real northbound database: broken by hand, named exactly, mended by its own line.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::Result;
use serde_json::Value;

use crate::support::lab::Nb;
use crate::support::{Run, command, qdns, run};

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

/// A shell script with the tools in its path and the database in its environment.
fn sh(nb: &Nb, script: &str) -> Output {
    let bin = Path::new(env!("CARGO_BIN_EXE_qdns")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-euc", script])
        .env("OVN_NB_DB", nb.remote())
        .env("PATH", path)
        .env("USER", "tester")
        .env_remove("OVN_NB_DAEMON")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn network() -> Nb {
    let nb = Nb::start().unwrap();
    sh(&nb, NETWORK);
    nb
}

fn doctor(nb: &Nb, args: &[&str]) -> Run {
    let mut all = vec!["doctor", "-o", "json"];
    all.extend(args);
    qdns(&nb.remote(), &all)
}

/// Code and subject of every finding.
fn findings(report: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = report["findings"].as_array().unwrap();
    list.iter().map(|finding| (text(&finding["code"]), text(&finding["subject"]))).collect()
}

fn fixes(report: &Value, code: &str) -> Vec<String> {
    let list = report["findings"].as_array().unwrap();
    let of_code = list.iter().filter(|finding| finding["code"] == code);
    let lines = of_code.flat_map(|finding| finding["fix"].as_array().unwrap());
    lines.map(|line| line.as_str().unwrap().to_owned()).collect()
}

struct Break {
    code: &'static str,
    subject: &'static str,
    /// What cannot but be found too.
    also: &'static [&'static str],
    script: &'static str,
    /// Whether a line to paste takes the finding away.
    mends: bool,
}

const fn broken(code: &'static str, subject: &'static str, script: &'static str) -> Break {
    Break { code, subject, also: &[], script, mends: true }
}

impl Break {
    const fn also(self, also: &'static [&'static str]) -> Self {
        Break { also, ..self }
    }

    const fn unmended(self) -> Self {
        Break { mends: false, ..self }
    }
}

const BREAKS: &[Break] = &[
    broken("zone-missing", "net1", "ovn-nbctl destroy DNS $Z"),
    broken("zone-orphaned", "", "ovn-nbctl clear Logical_Switch net1 dns_records").also(&["zone-missing"]),
    broken("zone-orphaned", "", "ovn-nbctl create DNS external_ids:switch=gone records:a=10.0.0.9"),
    broken(
        "zone-duplicate",
        "net1",
        "U=$(ovn-nbctl create DNS external_ids:switch=net1); ovn-nbctl add Logical_Switch net1 dns_records $U",
    ),
    broken(
        "zone-misattached",
        "",
        "ovn-nbctl ls-add net2; U=$(ovn-nbctl create DNS external_ids:switch=net2 records:x=10.0.0.9); ovn-nbctl add Logical_Switch net1 dns_records $U",
    ),
    broken("zone-empty", "net1", "ovn-nbctl clear DNS $Z records"),
    broken(
        "name-shadowed",
        "web",
        "U=$(ovn-nbctl create DNS external_ids:ls_name=x records:web=10.0.0.9); ovn-nbctl add Logical_Switch net1 dns_records $U",
    ),
    broken("key-never-matches", "WEB", "ovn-nbctl set DNS $Z records:WEB=10.0.0.10 -- set DNS $Z 'records:WEB=10.0.0.10 fd00::10'"),
    broken(
        "key-never-matches",
        "web.internal.",
        "ovn-nbctl remove DNS $Z records web.internal -- set DNS $Z 'records:web.internal.=10.0.0.10 fd00::10'",
    ),
    broken(
        "name-invalid",
        "vm_name",
        "ovn-nbctl set DNS $Z 'records:vm_name=10.0.0.10 fd00::10' 'records:vm_name.internal=10.0.0.10 fd00::10'",
    )
    .also(&["address-shared"]),
    broken(
        "name-reserved",
        "gateway",
        "ovn-nbctl set DNS $Z 'records:gateway=10.0.0.10 fd00::10' 'records:gateway.internal=10.0.0.10 fd00::10'",
    )
    .also(&["address-shared"]),
    broken("value-truncated", "web", "ovn-nbctl set DNS $Z records:web=10.0.0.10,fd00::10"),
    broken("value-invalid", "web", "ovn-nbctl set DNS $Z 'records:web=10.0.0.10 fd00::10 none'"),
    broken("value-invalid", "10.0.0.10.in-addr.arpa", "ovn-nbctl set DNS $Z records:10.0.0.10.in-addr.arpa=web.internal."),
    broken("pair-incomplete", "web", "ovn-nbctl remove DNS $Z records web"),
    broken("pair-differs", "web", "ovn-nbctl set DNS $Z records:web=10.0.0.11").also(&["address-shared"]),
    broken("ptr-missing", "web", "ovn-nbctl remove DNS $Z records 10.0.0.10.in-addr.arpa"),
    broken("ptr-dangling", "99.0.0.10.in-addr.arpa", "ovn-nbctl set DNS $Z records:99.0.0.10.in-addr.arpa=gone.internal"),
    broken("ptr-differs", "99.0.0.10.in-addr.arpa", "ovn-nbctl set DNS $Z records:99.0.0.10.in-addr.arpa=web.internal"),
    broken("address-outside-subnet", "far", "qdns record add net1 far 10.9.0.1 fd00::77 --static"),
    broken("record-stale", "gone", "qdns record add net1 gone 10.0.0.77 fd00::77"),
    broken("record-moved", "web", "ovn-nbctl lsp-set-addresses web '0a:00:00:00:00:10 10.0.0.50 fd00::50'"),
    broken("address-shared", "10.0.0.10", "ovn-nbctl set DNS $Z records:alias=10.0.0.10 records:alias.internal=10.0.0.10")
        .also(&["ipv4-only"])
        .unmended(),
    broken("ipv4-only", "net1", "ovn-nbctl lsp-set-addresses db '0a:00:00:00:00:11 10.0.0.11'; qdns record add net1 db 10.0.0.11 --replace")
        .unmended(),
    broken("dhcp-missing", "net1", "ovn-nbctl clear Logical_Switch_Port web dhcpv4_options"),
    broken("dhcp-incomplete", "", "ovn-nbctl remove DHCP_Options $D options lease_time"),
    broken("dhcp-option-syntax", "dns_server", "ovn-nbctl set DHCP_Options $D options:dns_server=8.8.8.8,8.8.4.4"),
    broken("dhcp-option-syntax", "domain_name", "ovn-nbctl set DHCP_Options $D options:domain_name=internal"),
    broken("dhcp-option-syntax", "ttl", "ovn-nbctl set DHCP_Options $D options:ttl=60"),
    broken("dhcp-option-syntax", "web", "ovn-nbctl set Logical_Switch_Port web options:hostname=web"),
    broken("dhcp-no-dns-server", "", "ovn-nbctl remove DHCP_Options $D options dns_server"),
    broken("dns-server-answers-nothing", "10.0.0.1", "ovn-nbctl set DHCP_Options $D options:dns_server=10.0.0.1"),
    broken("dns-server-unroutable", "10.0.0.200", "ovn-nbctl set DHCP_Options $D options:dns_server=10.0.0.200"),
    broken(
        "dns-server-unroutable",
        "8.8.8.8",
        "ovn-nbctl remove DHCP_Options $D options router -- set DHCP_Options $D options:dns_server=8.8.8.8",
    ),
    broken(
        "search-domain-missing",
        "net1",
        "ovn-nbctl remove DHCP_Options $D options domain_name -- remove DHCP_Options $D options domain_search_list",
    ),
];

#[test]
fn each_break_is_named_exactly_and_its_line_mends_it() -> Result<()> {
    for case in BREAKS {
        let nb = network();
        assert_eq!(findings(&doctor(&nb, &[]).json()), BTreeSet::new(), "before {}", case.code);
        sh(&nb, &format!("{ROWS}{}", case.script));
        let broken = doctor(&nb, &[]);
        let report = broken.json();
        let found = findings(&report);
        let unexpected: Vec<_> = found
            .iter()
            .filter(|(code, _)| code != case.code && !case.also.contains(&code.as_str()))
            .collect();
        assert!(unexpected.is_empty(), "{} {}: {unexpected:?}", case.code, case.script);
        let subjects: Vec<&String> =
            found.iter().filter(|(code, _)| code == case.code).map(|(_, subject)| subject).collect();
        assert_eq!(subjects.len(), 1, "{} {}: {found:?}", case.code, case.script);
        assert!(case.subject.is_empty() || subjects[0] == case.subject, "{}: {found:?}", case.code);
        let has_error = report["summary"]["error"] != 0;
        assert_eq!(broken.code, if has_error { 4 } else { 0 }, "{broken:?}");
        assert_eq!(qdns(&nb.remote(), &["doctor"]).code, broken.code);
        if !case.mends {
            continue;
        }
        let lines = fixes(&report, case.code);
        assert!(!lines.is_empty(), "{} has no line to paste", case.code);
        sh(&nb, &lines.join("\n"));
        let after = findings(&doctor(&nb, &[]).json());
        assert!(after.iter().all(|(code, _)| code != case.code), "{} after {lines:?}: {after:?}", case.code);
    }
    Ok(())
}

#[test]
fn fix_repairs_what_is_safe_and_looks_again() -> Result<()> {
    let nb = network();
    let script = r#"
ovn-nbctl remove DNS $Z records web db.internal 10.0.0.10.in-addr.arpa \
    -- set DNS $Z records:WEB2.internal=10.0.0.10,10.0.0.11 records:99.0.0.10.in-addr.arpa=gone.internal \
    -- set DHCP_Options $D options:dns_server=8.8.8.8,8.8.4.4 options:domain_name=internal options:ttl=60
ovn-nbctl create DNS external_ids:switch=gone records:a=10.0.0.9
FOREIGN=$(ovn-nbctl create DNS external_ids:ls_name=neutron records:VM_1=10.0.0.10)
ovn-nbctl add Logical_Switch net1 dns_records $FOREIGN
"#;
    sh(&nb, &format!("{ROWS}{script}"));
    let before = nb.dump();
    assert!(doctor(&nb, &["--fix"]).fails(1).contains("needs-confirmation"));
    assert_eq!(doctor(&nb, &["--fix", "--dry-run"]).json()["dry_run"], true);
    assert_eq!(nb.dump(), before);

    let fixed = doctor(&nb, &["--fix", "--yes"]);
    let report = fixed.json();
    assert!(report["changes"].as_array().unwrap().len() > 8, "{report}");
    let left = findings(&report);
    let codes: BTreeSet<&str> = left.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, BTreeSet::from(["address-shared", "ipv4-only", "key-never-matches"]), "{left:?}");
    assert!(left.contains(&("key-never-matches".into(), "VM_1".into())), "somebody else's key stays");
    assert!(nb.dump().contains("VM_1"));
    assert!(nb.show_log().contains("qdns doctor"));
    Ok(())
}

#[test]
fn selection_and_thresholds() -> Result<()> {
    let nb = network();
    sh(
        &nb,
        &format!("{ROWS}ovn-nbctl remove DNS $Z records db -- set DNS $Z 'records:WEB=10.0.0.10 fd00::10'"),
    );
    assert_eq!(doctor(&nb, &["--only", "pair-incomplete"]).code, 0);
    assert_eq!(doctor(&nb, &["--only", "pair-incomplete", "--fail-on", "warning"]).code, 4);
    let skipped = doctor(&nb, &["--skip", "key-never-matches"]);
    assert!(skipped.json()["skipped"].to_string().contains("key-never-matches"), "{skipped:?}");
    assert_eq!(skipped.code, 0);
    assert_eq!(doctor(&nb, &["--skip", "key-never-matches=net*"]).code, 0);
    assert_eq!(doctor(&nb, &["--skip", "key-never-matches=lab*"]).code, 4);
    assert!(doctor(&nb, &["--only", "zone-empy"]).fails(2).contains("did you mean `zone-empty`"));
    assert!(doctor(&nb, &["--skip", "nonsense=x"]).fails(2).contains("--list"));
    assert!(doctor(&nb, &["--explain", "zone-empy"]).fails(2).contains("zone-empty"));
    assert!(doctor(&nb, &["nte1"]).fails(1).contains("did you mean `net1`"));
    assert_eq!(doctor(&nb, &["net1"]).code, 4);
    assert!(qdns(&nb.remote(), &["doctor", "--explain", "ttl-fixed"]).ok().contains("3600"));
    let list = qdns(&nb.remote(), &["doctor", "--list", "-o", "plain"]);
    assert!(list.ok().lines().count() > 35, "{list:?}");
    Ok(())
}

#[test]
fn a_dump_gives_the_same_report() -> Result<()> {
    let nb = network();
    sh(&nb, &format!("{ROWS}ovn-nbctl set DNS $Z records:WEB=10.0.0.10,10.0.0.11"));
    let file = nb.dir().join("net.json");
    let file = file.to_str().unwrap();
    let live = doctor(&nb, &["--dump", file]);
    let dumped = qdns("unix:/nowhere", &["doctor", "-o", "json", "--from-dump", file]);
    assert_eq!((live.stdout, live.code), (dumped.stdout, dumped.code));
    std::fs::write(file, "{}")?;
    qdns("unix:/nowhere", &["doctor", "--from-dump", file]).fails(2);
    Ok(())
}

#[test]
fn what_cannot_be_seen_is_said_and_never_fine() -> Result<()> {
    let empty = Nb::start()?;
    let report = doctor(&empty, &[]);
    assert_eq!(findings(&report.json()), BTreeSet::new());
    let skipped = report.json()["skipped"].to_string();
    assert!(skipped.contains("sb-records-differ") && skipped.contains("--sb-db"), "{skipped}");

    let nowhere = qdns("unix:/nowhere", &["doctor", "-o", "json"]);
    assert_eq!(nowhere.code, 4);
    assert_eq!(
        findings(&nowhere.json()),
        BTreeSet::from([("nb-unreachable".into(), "OVN_Northbound".into())])
    );
    assert!(nowhere.json()["summary"]["skipped"].as_u64().unwrap() > 25);

    let missing =
        run(command(&empty.remote()).args(["doctor", "-o", "json", "--ovn-nbctl", "/nowhere/ovn-nbctl"]));
    assert_eq!(missing.code, 4);
    assert!(findings(&missing.json()).contains(&("nbctl-missing".into(), "ovn-nbctl".into())));

    let sb = run(command(&empty.remote()).args(["doctor", "-o", "json", "--sb-db", "unix:/nowhere"]));
    assert_eq!(sb.code, 0);
    assert!(sb.json()["skipped"].to_string().contains("the southbound database cannot be read"), "{sb:?}");

    empty.stop();
    let late = doctor(&empty, &["--timeout", "1"]);
    empty.cont();
    assert_eq!(late.code, 4);
    assert!(late.json()["findings"].to_string().contains("timeout"), "{late:?}");
    Ok(())
}

#[test]
fn a_repair_touches_no_switch_that_was_not_named() -> Result<()> {
    let nb = Nb::start()?;
    for net in ["net1", "net2"] {
        nb.nbctl(&["ls-add", net]);
        qdns(&nb.remote(), &["record", "add", net, "web", "10.0.0.10", "--no-ptr"]).ok();
    }
    let records = |net: &str| {
        nb.nbctl(&["--bare", "--columns=records", "find", "DNS", &format!("external_ids:switch={net}")])
    };
    let before = records("net2");
    qdns(&nb.remote(), &["doctor", "net1", "--only", "ptr-missing", "--fix", "--yes"]).ok();
    assert!(records("net1").contains("10.0.0.10.in-addr.arpa=web.internal"));
    assert_eq!(records("net2"), before);
    Ok(())
}

#[test]
fn of_two_switches_with_one_name_the_right_one_is_examined_and_repaired() -> Result<()> {
    let nb = Nb::start()?;
    let uuids = ["10.0.0.10", "10.0.0.20"].map(|address| {
        let uuid = nb.nbctl(&["create", "Logical_Switch", "name=twin"]).trim().to_owned();
        qdns(&nb.remote(), &["record", "add", &uuid, "web", address, "fd00::10", "--no-ptr"]).ok();
        uuid
    });
    let reversed = || nb.dump().lines().filter(|line| line.contains("in-addr.arpa")).count();
    let said = doctor(&nb, &["twin"]).fails(1);
    for uuid in &uuids {
        assert!(said.contains("ambiguous") && said.contains(uuid.as_str()), "{said}");
        assert!(doctor(&nb, &[&uuid[..8]]).fails(1).contains("no logical switch"));
    }
    let report = doctor(&nb, &[]).json();
    assert_eq!(fixes(&report, "ptr-missing").len(), 2, "{report}");

    for (index, (uuid, address)) in uuids.iter().zip(["10.0.0.10", "10.0.0.20"]).enumerate() {
        let report = doctor(&nb, &[uuid, uuid, "--only", "ptr-missing"]).json();
        let list = report["findings"].as_array().unwrap();
        assert_eq!((list.len(), list[0]["switch"].as_str()), (1, Some(uuid.as_str())), "{report}");
        assert!(list[0]["message"].as_str().unwrap().contains(address), "{report}");
        assert_eq!(reversed(), index);
        match index {
            0 => qdns(&nb.remote(), &["doctor", uuid, "--only", "ptr-missing", "--fix", "--yes"]).ok().len(),
            _ => sh(&nb, &fixes(&report, "ptr-missing").join("\n")).stdout.len(),
        };
        assert_eq!(reversed(), index + 1, "the other switch is left alone");
    }
    assert_eq!(doctor(&nb, &[]).json()["summary"]["error"], 0);
    Ok(())
}
