//! `qdns doctor --fix`: what it changes, and that the report says so.

use anyhow::{Context as _, Result, ensure};

use crate::support::lab::Nb;
use crate::support::snapshot;

/// A switch with a port and a host that was not added by qdns, which breaks four rules.
fn broken() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "lsp-add", "net1", "web"]);
    nb.nbctl(&["lsp-set-addresses", "web", "0a:00:00:00:00:10 10.0.0.10 fd00::10"]);
    nb.qdns("zone create net1").ok();
    let zone = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]);
    nb.nbctl(&["add", "DNS", zone.trim(), "records", r#""WEB"="10.0.0.10,fd00::10""#]);
    Ok(nb)
}

const CHECKS: &str = "--only key-never-matches,value-truncated,pair-incomplete,ptr-missing";

#[test]
fn changes_are_reported_where_nothing_is_found_afterwards() -> Result<()> {
    snapshot!(broken()?.qdns(&format!("doctor {CHECKS} --fix --yes")), @"
    Changed
      + 0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  web.internal
      + 10.0.0.10.in-addr.arpa  web.internal
      - WEB  10.0.0.10,fd00::10
      + web  10.0.0.10 fd00::10
      + web.internal  10.0.0.10 fd00::10

    Nothing found; 4 checks passed.
    ");
    Ok(())
}

#[test]
fn plain_lines_have_the_changes() -> Result<()> {
    let run = broken()?.qdns(&format!("doctor {CHECKS} --fix --yes -o plain"));
    let lines: Vec<&str> = run.ok().lines().collect();
    assert_eq!(lines.len(), 5, "{run}");
    assert_eq!(lines[2], "changed\tremove\t\tWEB\t10.0.0.10,fd00::10\t");
    Ok(())
}

#[test]
fn findings_about_one_host_have_one_fix() -> Result<()> {
    let report = broken()?.qdns(&format!("doctor {CHECKS} -o json")).json();
    let findings = report["findings"].as_array().context("findings")?;
    ensure!(findings.len() == 4, "{report}");
    for finding in findings {
        assert_eq!(finding["fix"], serde_json::json!(["qdns record add net1 web 10.0.0.10 fd00::10"]));
        assert_eq!(finding["owner"], serde_json::Value::Null);
    }
    Ok(())
}

#[test]
fn the_owner_of_a_foreign_row_is_named_and_nothing_is_proposed() -> Result<()> {
    let nb = broken()?;
    let row = nb.nbctl(&["create", "DNS", "external_ids:ls_name=neutron-x", "records:VM=10.0.0.20"]);
    nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", row.trim()]);
    nb.qdns(&format!("doctor {CHECKS} --fix --yes"));
    let report = nb.qdns(&format!("doctor {CHECKS} -o json")).json();
    let finding = &report["findings"][0];
    assert_eq!((finding["subject"].as_str(), finding["owner"].as_str()), (Some("VM"), Some("neutron")));
    assert_eq!(finding["fix"], serde_json::json!([]));
    Ok(())
}

#[test]
fn reverse_names_of_many_hosts_are_one_line_and_one_repair() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    for n in 10..20 {
        nb.qdns(&format!("record add net1 vm-{n} 10.0.0.{n} --no-ptr")).ok();
    }
    let report = nb.qdns("doctor --only ptr-missing -o json").json();
    let fix = &report["findings"][0]["fix"];
    assert_eq!(*fix, serde_json::json!(["qdns doctor net1 --only ptr-missing --fix --yes"]));
    nb.qdns("doctor --only ptr-missing --fix --yes").ok();
    assert_eq!(nb.dump().matches("in-addr.arpa").count(), 10);
    Ok(())
}

#[test]
fn the_command_of_a_plain_line_can_be_pasted() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "lsp-add", "net1", "web"]);
    let row = nb.nbctl(&["create", "DHCP_Options", "cidr=10.0.0.0/24", "options:domain_name=internal"]);
    nb.nbctl(&["lsp-set-dhcpv4-options", "web", row.trim()]);
    let run = nb.qdns("doctor --only dhcp-option-syntax -o plain");
    run.fails(4);
    let command = run.stdout.trim_end().rsplit('\t').next().context("a command")?;
    let status =
        std::process::Command::new("sh").args(["-c", command]).env("OVN_NB_DB", nb.remote()).status()?;
    ensure!(status.success(), "{command}");
    let options = nb.nbctl(&["get", "DHCP_Options", row.trim(), "options"]);
    assert_eq!(options.trim(), r#"{domain_name="\"internal\""}"#);
    Ok(())
}
