//! Hosts without a short name: by choice, which is kept, or because it was never there.

use std::fs;

use anyhow::Result;

use crate::records::{net, net_with_zone_made_by_hand, zone};
use crate::support::lab::Nb;
use crate::support::snapshot;

/// `net1` with a port whose host has its FQDN alone, by choice.
fn net_without_short_name() -> Result<Nb> {
    let nb = net()?;
    nb.nbctl(&["lsp-add", "net1", "web"]);
    nb.nbctl(&["lsp-set-addresses", "web", "0a:00:00:00:00:10 10.0.0.10 fd00::10"]);
    nb.qdns("record add net1 web 10.0.0.10 fd00::10 --no-short --no-ptr").ok();
    Ok(nb)
}

#[test]
fn the_choice_is_kept_in_the_zone() -> Result<()> {
    let nb = net_without_short_name()?;
    snapshot!(zone(&nb), @r#"
    external_ids        : {qdns-domain=internal, qdns-no-short-web="true", switch=net1}
    records             : {web.internal="10.0.0.10 fd00::10"}
    "#);
    snapshot!(nb.qdns("record add net1 web 10.0.0.10 fd00::10 --no-short --no-ptr"), @"Nothing to change.");
    Ok(())
}

#[test]
fn doctor_finds_nothing_wrong_with_the_choice() -> Result<()> {
    let nb = net_without_short_name()?;
    let report = nb.qdns("doctor net1 --fail-on warning --skip dhcp-missing -o json");
    assert!(!report.ok().contains("pair-incomplete"), "{report}");
    Ok(())
}

#[test]
fn sync_keeps_the_choice() -> Result<()> {
    let nb = net_without_short_name()?;
    nb.qdns("sync net1").ok();
    let report = nb.qdns("doctor -o json").json();
    assert!(!report["findings"].to_string().contains("record add"), "{report}");
    snapshot!(zone(&nb), @r#"
    external_ids        : {qdns-domain=internal, qdns-no-short-web="true", qdns-port-web="[UUID]", switch=net1}
    records             : {"0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa"=web.internal, "10.0.0.10.in-addr.arpa"=web.internal, web.internal="10.0.0.10 fd00::10"}
    "#);
    Ok(())
}

/// A list in each format, put back after the host was removed, gives the same database.
#[test]
fn every_format_keeps_the_choice() -> Result<()> {
    let nb = net_without_short_name()?;
    let list = nb.dir().join("list");
    let before = nb.dump();
    for (format, line) in [
        ("json", "record ls net1 -o json"),
        ("json", "record export net1"),
        ("csv", "record export net1 --format csv"),
        ("hosts", "record export net1 --format hosts"),
        ("zone", "record export net1 --format zone"),
    ] {
        fs::write(&list, nb.qdns(line).ok())?;
        nb.qdns("record rm net1 web").ok();
        assert!(!zone(&nb).contains("no-short"), "{}", zone(&nb));
        nb.qdns(&format!("record import net1 {} --format {format}", list.display())).ok();
        assert_eq!(nb.dump(), before, "{line}");
    }
    Ok(())
}

#[test]
fn the_short_name_comes_when_it_is_asked_for() -> Result<()> {
    let nb = net_without_short_name()?;
    nb.qdns("record add net1 web 10.0.0.10 fd00::10").ok();
    snapshot!(zone(&nb), @r#"
    external_ids        : {qdns-domain=internal, switch=net1}
    records             : {"0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa"=web.internal, "10.0.0.10.in-addr.arpa"=web.internal, web="10.0.0.10 fd00::10", web.internal="10.0.0.10 fd00::10"}
    "#);
    Ok(())
}

#[test]
fn the_short_name_goes_when_the_host_is_replaced_without_it() -> Result<()> {
    let nb = net_without_short_name()?;
    nb.qdns("record add net1 web 10.0.0.10 fd00::10").ok();
    nb.qdns("record add net1 web 10.0.0.10 fd00::10 --no-short --replace").ok();
    snapshot!(zone(&nb), @r#"
    external_ids        : {qdns-domain=internal, qdns-no-short-web="true", switch=net1}
    records             : {"0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa"=web.internal, "10.0.0.10.in-addr.arpa"=web.internal, web.internal="10.0.0.10 fd00::10"}
    "#);
    Ok(())
}

#[test]
fn a_short_name_that_was_never_there_is_no_choice() -> Result<()> {
    let nb = net_with_zone_made_by_hand(&["web.internal=10.0.0.10"])?;
    let is_found = || nb.qdns("doctor -o json").stdout.contains("pair-incomplete");
    assert!(is_found());
    let file = nb.dir().join("net1.json");
    fs::write(&file, nb.qdns("record export net1").ok())?;
    let before = nb.dump();
    for options in ["", "--replace", "--prune"] {
        nb.qdns(&format!("record import net1 {} {options}", file.display())).ok();
        assert_eq!(nb.dump(), before, "{options}");
    }
    assert!(is_found());
    nb.qdns("record add net1 web 10.0.0.10 --no-short --no-ptr").ok();
    assert!(!is_found());
    Ok(())
}
