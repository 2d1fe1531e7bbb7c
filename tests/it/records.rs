//! `qdns record` on a real database: what is stored, what is shown, what stays as it is.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::snapshot;

/// A database with `net1`.
pub fn net() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "set", "Logical_Switch", "net1", "other_config:subnet=10.0.0.0/24"]);
    Ok(nb)
}

/// The zone of `net1`, as ovn-nbctl prints it.
pub fn zone(nb: &Nb) -> String {
    nb.nbctl(&["--columns=external_ids,records", "find", "DNS", "external_ids:switch=net1"])
}

/// `net1` with a zone as `ovn-nbctl create DNS` makes it.
pub fn net_with_zone_made_by_hand(records: &[&str]) -> Result<Nb> {
    let nb = net()?;
    let zone = nb.nbctl(&["create", "DNS", "external_ids:switch=net1", "records={}"]);
    nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", zone.trim()]);
    for record in records {
        nb.nbctl(&["set", "DNS", zone.trim(), &format!("records:{record}")]);
    }
    Ok(nb)
}

#[test]
fn a_host_is_stored_with_both_names_and_reverse_names_in_one_row() -> Result<()> {
    let nb = net()?;
    snapshot!(nb.qdns("record add net1 Web-Server fd00::10 10.0.0.10"), @"
    + zone  net1
    + 0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  web-server.internal
    + 10.0.0.10.in-addr.arpa  web-server.internal
    + web-server  10.0.0.10 fd00::10
    + web-server.internal  10.0.0.10 fd00::10
    ");
    snapshot!(zone(&nb), @r#"
    external_ids        : {qdns-domain=internal, switch=net1}
    records             : {"0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa"=web-server.internal, "10.0.0.10.in-addr.arpa"=web-server.internal, web-server="10.0.0.10 fd00::10", web-server.internal="10.0.0.10 fd00::10"}
    "#);
    let uuid = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]);
    assert_eq!(uuid.trim().as_bytes()[14], b'5', "a UUIDv5: {uuid}");
    Ok(())
}

#[test]
fn a_removed_host_leaves_no_record() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web-server fd00::10 10.0.0.10").ok();
    snapshot!(nb.qdns("record rm net1 web-server.internal"), @"
    - 0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  web-server.internal
    - 10.0.0.10.in-addr.arpa  web-server.internal
    - web-server  10.0.0.10 fd00::10
    - web-server.internal  10.0.0.10 fd00::10

    To undo:
      qdns record add net1 web-server 10.0.0.10 fd00::10
    ");
    snapshot!(zone(&nb), @"
    external_ids        : {qdns-domain=internal, switch=net1}
    records             : {}
    ");
    Ok(())
}

#[test]
fn adding_an_existing_host_changes_nothing() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10 10.0.0.11 --static").ok();
    let before = nb.dump();
    snapshot!(nb.session(&[
        "record add net1 web 10.0.0.10 10.0.0.11",
        "record add net1 WEB.internal. 10.0.0.11 10.0.0.10",
        "-o json record add net1 web 10.0.0.10 10.0.0.11",
    ]), @r#"
    $ qdns record add net1 web 10.0.0.10 10.0.0.11
    Nothing to change.
    $ qdns record add net1 WEB.internal. 10.0.0.11 10.0.0.10
    Nothing to change.
    $ qdns -o json record add net1 web 10.0.0.10 10.0.0.11
    {"changed":false,"dry_run":false,"changes":[],"undo":[],"warnings":[]}
    "#);
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn other_addresses_are_a_conflict_whose_hint_resolves_it() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    let before = nb.dump();
    let conflict = nb.qdns("record add net1 web 10.0.0.11");
    snapshot!(conflict, @"
    ----- stderr -----
    error: host web has 10.0.0.10 already, not 10.0.0.11
       hint: qdns record add net1 web 10.0.0.11 --replace
       hint: qdns record add net1 web 10.0.0.11 --append
    ----- exit 1 -----
    ");
    assert_eq!(nb.dump(), before);
    let hint = conflict.stderr.lines().find_map(|line| line.trim().strip_prefix("hint: qdns "));
    snapshot!(nb.qdns(hint.unwrap_or_default()), @"
    - 10.0.0.10.in-addr.arpa  web.internal
    + 11.0.0.10.in-addr.arpa  web.internal
    ~ web  10.0.0.10 -> 10.0.0.11
    ~ web.internal  10.0.0.10 -> 10.0.0.11

    To undo:
      qdns record add net1 web 10.0.0.10 --replace
    ");
    snapshot!(zone(&nb), @r#"
    external_ids        : {qdns-domain=internal, switch=net1}
    records             : {"11.0.0.10.in-addr.arpa"=web.internal, web="10.0.0.11", web.internal="10.0.0.11"}
    "#);
    Ok(())
}

#[test]
fn a_reverse_name_of_another_host_stays() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    snapshot!(nb.session(&["record add net1 alias 10.0.0.10", "record rm net1 alias"]), @"
    $ qdns record add net1 alias 10.0.0.10
    + alias  10.0.0.10
    + alias.internal  10.0.0.10
    ----- stderr -----
    warning: alias: the PTR record of 10.0.0.10 stays with web, which has this address
    $ qdns record rm net1 alias
    - alias  10.0.0.10
    - alias.internal  10.0.0.10

    To undo:
      qdns record add net1 alias 10.0.0.10 --no-ptr
    ");
    snapshot!(zone(&nb), @r#"
    external_ids        : {qdns-domain=internal, switch=net1}
    records             : {"10.0.0.10.in-addr.arpa"=web.internal, web="10.0.0.10", web.internal="10.0.0.10"}
    "#);
    Ok(())
}

#[test]
fn options_leave_names_out() -> Result<()> {
    let nb = net()?;
    snapshot!(nb.qdns("record add net1 web 10.0.0.10 --no-ptr --no-short"), @"
    + zone  net1
    + web.internal  10.0.0.10
    + qdns-no-short-web  true
    ");
    snapshot!(zone(&nb), @r#"
    external_ids        : {qdns-domain=internal, qdns-no-short-web="true", switch=net1}
    records             : {web.internal="10.0.0.10"}
    "#);
    Ok(())
}

#[test]
fn the_ttl_is_what_ovn_answers_with() -> Result<()> {
    let nb = net()?;
    snapshot!(nb.session(&[
        "record add net1 web 10.0.0.10 --ttl 3600",
        "record add net1 db 10.0.0.11 --ttl 60",
    ]), @r#"
    $ qdns record add net1 web 10.0.0.10 --ttl 3600
    + zone  net1
    + 10.0.0.10.in-addr.arpa  web.internal
    + web  10.0.0.10
    + web.internal  10.0.0.10
    $ qdns record add net1 db 10.0.0.11 --ttl 60
    ----- stderr -----
    error: ttl "60" is refused: OVN answers every query with 3600 s, and no option changes this
       hint: leave --ttl out
    ----- exit 2 -----
    "#);
    Ok(())
}

#[test]
fn rows_made_by_hand_are_shown_as_they_are() -> Result<()> {
    let nb = net_with_zone_made_by_hand(&[
        "Web.internal=10.0.0.10,10.0.0.11",
        "db.internal=10.0.0.12",
        "VM_1=10.0.0.13",
    ])?;
    snapshot!(nb.session(&["record ls net1", "record ls net1 -o plain"]), @"
    $ qdns record ls net1
    HOSTNAME  FQDN           ADDRESSES            PTR  SWITCH  NOTE
    db        db.internal    10.0.0.12            no   net1
    VM_1      vm_1.internal  10.0.0.13            no   net1    never matches: capitals or trailing dot; short name only
    Web       Web.internal   10.0.0.10,10.0.0.11  no   net1    never matches: capitals or trailing dot; nothing is served after the comma
    $ qdns record ls net1 -o plain
    db	db.internal	10.0.0.12	net1	dynamic	
    VM_1	vm_1.internal	10.0.0.13	net1	dynamic	
    Web	Web.internal	10.0.0.10,10.0.0.11	net1	dynamic
    ");
    Ok(())
}

#[test]
fn rows_made_by_hand_are_corrected_by_the_next_change() -> Result<()> {
    let nb = net_with_zone_made_by_hand(&[
        "Web.internal=10.0.0.10,10.0.0.11",
        "db.internal=10.0.0.12",
        "VM_1=10.0.0.13",
    ])?;
    snapshot!(nb.session(&[
        "record add net1 web 10.0.0.10 10.0.0.11",
        "record add net1 db 10.0.0.12 --no-ptr",
        "record rm net1 VM_1",
    ]), @r#"
    $ qdns record add net1 web 10.0.0.10 10.0.0.11
    + 10.0.0.10.in-addr.arpa  web.internal
    + 11.0.0.10.in-addr.arpa  web.internal
    - Web.internal  10.0.0.10,10.0.0.11
    + web  10.0.0.10 10.0.0.11
    + web.internal  10.0.0.10 10.0.0.11

    To undo:
      qdns record add net1 web 10.0.0.10 10.0.0.11 --no-ptr --replace
      ovn-nbctl remove DNS [UUID] records '"web"="10.0.0.10 10.0.0.11","web.internal"="10.0.0.10 10.0.0.11"' -- add DNS [UUID] records '"Web.internal"="10.0.0.10,10.0.0.11"'
    $ qdns record add net1 db 10.0.0.12 --no-ptr
    + db  10.0.0.12
    $ qdns record rm net1 VM_1
    - VM_1  10.0.0.13

    To undo:
      ovn-nbctl add DNS [UUID] records '"VM_1"="10.0.0.13"'
    "#);
    snapshot!(zone(&nb), @r#"
    external_ids        : {switch=net1}
    records             : {"10.0.0.10.in-addr.arpa"=web.internal, "11.0.0.10.in-addr.arpa"=web.internal, db="10.0.0.12", db.internal="10.0.0.12", web="10.0.0.10 10.0.0.11", web.internal="10.0.0.10 10.0.0.11"}
    "#);
    assert_eq!(nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]).lines().count(), 1);
    Ok(())
}

#[test]
fn a_switch_is_found_by_name_and_by_uuid() -> Result<()> {
    let nb = net()?;
    let uuid = nb.nbctl(&["get", "Logical_Switch", "net1", "_uuid"]);
    let uuid = uuid.trim();
    snapshot!(nb.qdns(&format!("record add {uuid} web 10.0.0.10")), @"
    + zone  net1
    + 10.0.0.10.in-addr.arpa  web.internal
    + web  10.0.0.10
    + web.internal  10.0.0.10
    ");
    snapshot!(nb.qdns(&format!("record ls {uuid}")), @"
    HOSTNAME  FQDN          ADDRESSES  PTR  SWITCH
    web       web.internal  10.0.0.10  yes  net1
    ");
    Ok(())
}

#[test]
fn a_renamed_switch_keeps_its_hosts() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    nb.nbctl(&["set", "Logical_Switch", "net1", "name=renamed"]);
    snapshot!(nb.session(&["record add renamed db 10.0.0.11", "record ls renamed -o plain"]), @"
    $ qdns record add renamed db 10.0.0.11
    + 11.0.0.10.in-addr.arpa  db.internal
    + db  10.0.0.11
    + db.internal  10.0.0.11
    $ qdns record ls renamed -o plain
    db	db.internal	10.0.0.11	renamed	dynamic	
    web	web.internal	10.0.0.10	renamed	dynamic
    ");
    Ok(())
}

#[test]
fn an_ambiguous_switch_name_lists_all_that_have_it() -> Result<()> {
    let nb = net()?;
    let uuid = nb.nbctl(&["get", "Logical_Switch", "net1", "_uuid"]);
    nb.nbctl(&["create", "Logical_Switch", "name=net1"]);
    let run = nb.qdns("record ls net1");
    snapshot!(run, @r#"
    ----- stderr -----
    error: 2 switches have the name "net1": [UUID], [UUID]
       hint: name it by its UUID
    ----- exit 1 -----
    "#);
    assert!(run.stderr.contains(uuid.trim()), "{run}");
    Ok(())
}

#[test]
fn a_mistyped_switch_name_is_corrected() -> Result<()> {
    snapshot!(net()?.qdns("record ls nte1"), @r#"
    ----- stderr -----
    error: there is no logical switch "nte1"
       hint: did you mean `net1`?
    ----- exit 1 -----
    "#);
    Ok(())
}

#[test]
fn ovn_nbctl_runs_twice_for_an_addition_and_once_for_a_list() -> Result<()> {
    let nb = net()?;
    nb.qdns("zone create net1").ok();
    let runs = |line: &str| {
        let run = nb.qdns(&format!("-v --client ovn-nbctl {line}"));
        run.ok();
        run.stderr.lines().filter(|line| line.starts_with("+ ")).count()
    };
    assert_eq!(runs("record add net1 web 10.0.0.10"), 2);
    assert_eq!(runs("record add net1 web 10.0.0.10"), 1, "nothing to change");
    assert_eq!(runs("record ls net1"), 1);
    assert_eq!(runs("record ls"), 1);
    assert_eq!(runs("zone ls"), 1);
    assert_eq!(runs("record rm net1 web"), 2);
    Ok(())
}

#[test]
fn ovsdb_client_reads_no_whole_table_for_one_switch() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 db 10.0.0.11").ok();
    for line in ["record add net1 web 10.0.0.10", "record ls net1", "record rm net1 web"] {
        let run = nb.qdns(&format!("-v {line}"));
        run.ok();
        let commands: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("+ ")).collect();
        let is_narrow = |command: &&str| command.starts_with("+ ovsdb-client ");
        assert!(commands.iter().all(is_narrow) && commands.len() <= 4, "{line}: {commands:#?}");
        for table in ["DNS", "Logical_Switch", "Logical_Switch_Port"] {
            let whole = format!(r#""table":"{table}","where":[]"#);
            assert!(commands.iter().all(|command| !command.contains(&whole)), "{line}: {commands:#?}");
        }
    }
    Ok(())
}

#[test]
fn a_dry_run_shows_the_plan_and_changes_nothing() -> Result<()> {
    let nb = net()?;
    let before = nb.dump();
    snapshot!(nb.session(&[
        "-n record add net1 web 10.0.0.10",
        "-n -o json record add net1 web 10.0.0.10",
    ]), @r#"
    $ qdns -n record add net1 web 10.0.0.10
    Would change:
    + zone  net1
    + 10.0.0.10.in-addr.arpa  web.internal
    + web  10.0.0.10
    + web.internal  10.0.0.10
    $ qdns -n -o json record add net1 web 10.0.0.10
    {"changed":true,"dry_run":true,"changes":[{"action":"add","switch":"net1","name":"zone","from":null,"to":"net1","column":"Logical_Switch.dns_records","row":"[UUID]"},{"action":"add","switch":"net1","name":"10.0.0.10.in-addr.arpa","from":null,"to":"web.internal","column":"DNS.records","row":"[UUID]"},{"action":"add","switch":"net1","name":"web","from":null,"to":"10.0.0.10","column":"DNS.records","row":"[UUID]"},{"action":"add","switch":"net1","name":"web.internal","from":null,"to":"10.0.0.10","column":"DNS.records","row":"[UUID]"}],"undo":[],"warnings":[]}
    "#);
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn a_host_that_is_named_twice_is_removed_once() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    snapshot!(nb.session(&[
        "record rm net1 web web",
        "record add net1 db 10.0.0.10",
        "record rm net1 db DB.internal",
    ]), @"
    $ qdns record rm net1 web web
    - 10.0.0.10.in-addr.arpa  web.internal
    - web  10.0.0.10
    - web.internal  10.0.0.10

    To undo:
      qdns record add net1 web 10.0.0.10
    $ qdns record add net1 db 10.0.0.10
    + 10.0.0.10.in-addr.arpa  db.internal
    + db  10.0.0.10
    + db.internal  10.0.0.10
    $ qdns record rm net1 db DB.internal
    - 10.0.0.10.in-addr.arpa  db.internal
    - db  10.0.0.10
    - db.internal  10.0.0.10

    To undo:
      qdns record add net1 db 10.0.0.10
    ");
    Ok(())
}
