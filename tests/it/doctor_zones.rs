//! What `qdns doctor` finds in zones that are broken by hand, and that its own lines fix it.

use anyhow::Result;

use crate::doctor::{broken, findings, fixed_by_its_lines};
use crate::support::snapshot;

#[test]
fn zone_missing() -> Result<()> {
    let nb = broken("ovn-nbctl destroy DNS $Z")?;
    snapshot!(findings(&nb), @"
    No errors and no warnings in what could be checked.
    info zone-missing net1: net1 has 2 guest ports and no zone: no name resolves
    1 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    fixed_by_its_lines(&nb, "zone-missing")
}

#[test]
fn zone_orphaned_by_its_switch() -> Result<()> {
    let nb = broken("ovn-nbctl clear Logical_Switch net1 dns_records")?;
    snapshot!(findings(&nb), @"
    error zone-orphaned net1: the zone of net1 answers no query: the switch does not list it
        fix: ovn-nbctl add Logical_Switch [UUID] dns_records [UUID]
    info zone-missing net1: net1 has 2 guest ports and no zone: no name resolves
    1 error on net1, 1 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "zone-orphaned")
}

#[test]
fn zone_orphaned_of_no_switch() -> Result<()> {
    let nb = broken("ovn-nbctl create DNS external_ids:switch=gone records:a=10.0.0.9")?;
    snapshot!(findings(&nb), @"
    error zone-orphaned gone: the zone of gone is left over: there is no such switch
        fix: qdns zone rm gone
    1 error on gone; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    // The command asks, and so removes nothing in a script.
    nb.qdns("zone rm gone").fails(1);
    nb.qdns("zone rm gone --yes").ok();
    snapshot!(nb.qdns("doctor --only zone-orphaned"), @"Nothing found; 1 check passed.");
    Ok(())
}

#[test]
fn zone_duplicate() -> Result<()> {
    let nb = broken(
        "U=$(ovn-nbctl create DNS external_ids:switch=net1); ovn-nbctl add Logical_Switch net1 dns_records $U",
    )?;
    snapshot!(findings(&nb), @"
    error zone-duplicate net1: net1 has 2 zones; [UUID] stays
        fix: ovn-nbctl remove Logical_Switch [UUID] dns_records [UUID] -- destroy DNS [UUID]
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "zone-duplicate")
}

#[test]
fn zone_misattached() -> Result<()> {
    let nb = broken(
        "ovn-nbctl ls-add net2; U=$(ovn-nbctl create DNS external_ids:switch=net2 records:x=10.0.0.9); ovn-nbctl add Logical_Switch net1 dns_records $U",
    )?;
    snapshot!(findings(&nb), @"
    error zone-misattached net1: a zone that is marked for net2 answers on net1
        fix: ovn-nbctl add Logical_Switch [UUID] dns_records [UUID]
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "zone-misattached")
}

#[test]
fn zone_empty() -> Result<()> {
    let nb = broken("ovn-nbctl clear DNS $Z records")?;
    // The example is one of the two ports: which, depends on UUIDs.
    let shown = findings(&nb).replace("net1 db 10.0.0.11", "net1 web 10.0.0.10");
    snapshot!(shown, @"
    No errors and no warnings in what could be checked.
    info zone-empty net1: the zone of net1 has no records: OVN answers no query
    1 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    fixed_by_its_lines(&nb, "zone-empty")
}

#[test]
fn name_shadowed() -> Result<()> {
    let nb = broken(
        "U=$(ovn-nbctl --id=00000000-0000-4000-8000-000000000001 create DNS external_ids:ls_name=x records:web=10.0.0.9); ovn-nbctl add Logical_Switch net1 dns_records $U",
    )?;
    snapshot!(findings(&nb), @"
    error name-shadowed net1 (neutron): web is in 2 rows of net1: which of them answers is chance
        fix: qdns record rm net1 web --if-exists
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "name-shadowed")
}

#[test]
fn key_never_matches_with_capitals() -> Result<()> {
    let nb =
        broken("ovn-nbctl set DNS $Z records:WEB=10.0.0.10 -- set DNS $Z 'records:WEB=10.0.0.10 fd00::10'")?;
    snapshot!(findings(&nb), @"
    error key-never-matches net1: OVN never finds WEB: it has capital letters; guests ask for web
        fix: qdns record add net1 web 10.0.0.10 fd00::10
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "key-never-matches")
}

#[test]
fn key_never_matches_with_a_trailing_dot() -> Result<()> {
    let nb = broken(
        "ovn-nbctl remove DNS $Z records web.internal -- set DNS $Z 'records:web.internal.=10.0.0.10 fd00::10'",
    )?;
    snapshot!(findings(&nb), @"
    error key-never-matches net1: OVN never finds web.internal.: it has a trailing dot; guests ask for web.internal
        fix: qdns record add net1 web 10.0.0.10 fd00::10
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "key-never-matches")
}

#[test]
fn name_invalid() -> Result<()> {
    let nb = broken(
        "ovn-nbctl set DNS $Z 'records:vm_name=10.0.0.10 fd00::10' 'records:vm_name.internal=10.0.0.10 fd00::10'",
    )?;
    snapshot!(findings(&nb), @r#"
    warning name-invalid net1: hostname "vm_name" is refused: underscores are not allowed in hostnames (RFC 1123)
        fix: qdns record rm net1 vm_name --if-exists
        fix: qdns record add net1 vm-name 10.0.0.10 fd00::10
    info address-shared net1: two hosts with one address (2 findings, -v shows them)
    1 warning on net1, 2 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    "#);
    fixed_by_its_lines(&nb, "name-invalid")
}

#[test]
fn name_reserved() -> Result<()> {
    let nb = broken(
        "ovn-nbctl set DNS $Z 'records:gateway=10.0.0.10 fd00::10' 'records:gateway.internal=10.0.0.10 fd00::10'",
    )?;
    snapshot!(findings(&nb), @r#"
    warning name-reserved net1: "gateway" is reserved: the network's own name for its router
        fix: qdns record rm net1 gateway --if-exists
        fix: qdns record add net1 gateway-1 10.0.0.10 fd00::10
    info address-shared net1: two hosts with one address (2 findings, -v shows them)
    1 warning on net1, 2 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    "#);
    fixed_by_its_lines(&nb, "name-reserved")
}

#[test]
fn value_truncated() -> Result<()> {
    let nb = broken("ovn-nbctl set DNS $Z records:web=10.0.0.10,fd00::10")?;
    snapshot!(findings(&nb), @r#"
    error value-truncated net1: web is "10.0.0.10,fd00::10": OVN ignores what follows the comma, so guests get 10.0.0.10
        fix: qdns record add net1 web 10.0.0.10 fd00::10
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    fixed_by_its_lines(&nb, "value-truncated")
}

#[test]
fn value_invalid_of_a_name() -> Result<()> {
    let nb = broken("ovn-nbctl set DNS $Z 'records:web=10.0.0.10 fd00::10 none'")?;
    snapshot!(findings(&nb), @r#"
    error value-invalid net1: web is "10.0.0.10 fd00::10 none": "none" is no address
        fix: qdns record add net1 web 10.0.0.10 fd00::10
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    fixed_by_its_lines(&nb, "value-invalid")
}

#[test]
fn value_invalid_of_a_reverse_name() -> Result<()> {
    let nb = broken("ovn-nbctl set DNS $Z records:10.0.0.10.in-addr.arpa=web.internal.")?;
    snapshot!(findings(&nb), @r#"
    error value-invalid net1: 10.0.0.10.in-addr.arpa is "web.internal.": the trailing dot makes a malformed answer
        fix: ovn-nbctl remove DNS [UUID] records '"10.0.0.10.in-addr.arpa"="web.internal."' -- add DNS [UUID] records '"10.0.0.10.in-addr.arpa"="web.internal"'
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    fixed_by_its_lines(&nb, "value-invalid")
}

#[test]
fn pair_incomplete() -> Result<()> {
    let nb = broken("ovn-nbctl remove DNS $Z records web")?;
    snapshot!(findings(&nb), @"
    warning pair-incomplete net1: web.internal resolves, web does not
        fix: qdns record add net1 web 10.0.0.10 fd00::10
    1 warning on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    fixed_by_its_lines(&nb, "pair-incomplete")
}

#[test]
fn pair_differs() -> Result<()> {
    let nb = broken("ovn-nbctl set DNS $Z records:web=10.0.0.11")?;
    snapshot!(findings(&nb), @"
    error pair-differs net1: web is 10.0.0.11, web.internal is 10.0.0.10 fd00::10: which one a guest gets depends on its resolver
        fix: qdns record add net1 web 10.0.0.10 fd00::10 --replace
    info address-shared net1: 10.0.0.11 is the address of db and web
    1 error on net1, 1 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "pair-differs")
}

#[test]
fn ptr_missing() -> Result<()> {
    let nb = broken("ovn-nbctl remove DNS $Z records 10.0.0.10.in-addr.arpa")?;
    snapshot!(findings(&nb), @"
    No errors and no warnings in what could be checked.
    info ptr-missing net1: web has no reverse name for 10.0.0.10
    1 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    fixed_by_its_lines(&nb, "ptr-missing")
}

#[test]
fn ptr_dangling() -> Result<()> {
    let nb = broken("ovn-nbctl set DNS $Z records:99.0.0.10.in-addr.arpa=gone.internal")?;
    snapshot!(findings(&nb), @r#"
    warning ptr-dangling net1: 99.0.0.10.in-addr.arpa leads to gone.internal, which net1 does not have
        fix: ovn-nbctl remove DNS [UUID] records '"99.0.0.10.in-addr.arpa"="gone.internal"'
    1 warning on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    "#);
    fixed_by_its_lines(&nb, "ptr-dangling")
}

#[test]
fn ptr_differs() -> Result<()> {
    let nb = broken("ovn-nbctl set DNS $Z records:99.0.0.10.in-addr.arpa=web.internal")?;
    snapshot!(findings(&nb), @r#"
    warning ptr-differs net1: 99.0.0.10.in-addr.arpa leads to web.internal, which has 10.0.0.10, fd00::10
        fix: ovn-nbctl remove DNS [UUID] records '"99.0.0.10.in-addr.arpa"="web.internal"'
    1 warning on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    "#);
    fixed_by_its_lines(&nb, "ptr-differs")
}

#[test]
fn address_outside_subnet() -> Result<()> {
    let nb = broken("qdns record add net1 far 10.9.0.1 fd00::77 --static")?;
    snapshot!(findings(&nb), @"
    warning address-outside-subnet net1: far has 10.9.0.1, which is outside of net1's subnet 10.0.0.0/24
        fix: qdns record add net1 far fd00::77 --replace
    1 warning on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    fixed_by_its_lines(&nb, "address-outside-subnet")
}

#[test]
fn record_stale() -> Result<()> {
    let nb = broken("qdns record add net1 gone 10.0.0.77 fd00::77")?;
    snapshot!(findings(&nb), @"
    warning record-stale net1: no port of net1 has 10.0.0.77 or fd00::77 or the name gone
        fix: qdns record rm net1 gone --if-exists
    1 warning on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    fixed_by_its_lines(&nb, "record-stale")
}

#[test]
fn record_moved() -> Result<()> {
    let nb = broken("ovn-nbctl lsp-set-addresses web '0a:00:00:00:00:10 10.0.0.50 fd00::50'")?;
    snapshot!(findings(&nb), @"
    error record-moved net1: web resolves to 10.0.0.10, fd00::10, and its port has 10.0.0.50, fd00::50
        fix: qdns record add net1 web 10.0.0.50 fd00::50 --replace
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "record-moved")
}

#[test]
fn address_shared() -> Result<()> {
    let nb = broken("ovn-nbctl set DNS $Z records:alias=10.0.0.10 records:alias.internal=10.0.0.10")?;
    snapshot!(findings(&nb), @"
    No errors and no warnings in what could be checked.
    info address-shared net1: 10.0.0.10 is the address of alias and web
    info ipv4-only net1: 1 host has no IPv6 address: musl guests (Alpine) fail to look them up
    2 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    Ok(())
}

#[test]
fn ipv4_only() -> Result<()> {
    let nb = broken(
        "ovn-nbctl lsp-set-addresses db '0a:00:00:00:00:11 10.0.0.11'; qdns record add net1 db 10.0.0.11 --replace",
    )?;
    snapshot!(findings(&nb), @"
    No errors and no warnings in what could be checked.
    info ipv4-only net1: 1 host has no IPv6 address: musl guests (Alpine) fail to look them up
    1 for information; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    Ok(())
}
