//! `qdns sync` on a real database, once.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::snapshot;

pub fn port(nb: &Nb, name: &str, addresses: &str) {
    nb.nbctl(&["lsp-add", "net1", name, "--", "lsp-set-addresses", name, addresses]);
}

pub fn net() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    Ok(nb)
}

/// Three ports: one with a name, one with a UUID as its name, one with a name that is no hostname. `web` has an
/// earlier address, and the port of `gone` is gone.
fn net_with_ports() -> Result<Nb> {
    let nb = net()?;
    port(&nb, "web", "0a:00:00:00:00:02 10.0.0.8");
    port(&nb, "gone", "0a:00:00:00:00:09 10.0.0.9");
    nb.qdns("sync net1").ok();
    nb.nbctl(&["lsp-set-addresses", "web", "0a:00:00:00:00:02 10.0.0.2 fd00::2", "--", "lsp-del", "gone"]);
    let uuid = "5a39e9bd-5530-4c75-b598-c5f701b62600";
    port(&nb, uuid, "dynamic");
    let address = "dynamic_addresses=\"0a:00:00:00:00:03 10.0.0.3\"";
    nb.nbctl(&["set", "Logical_Switch_Port", uuid, address, "external_ids:role=db"]);
    port(&nb, "p4", "0a:00:00:00:00:04 10.0.0.4");
    nb.nbctl(&["set", "Logical_Switch_Port", "p4", "external_ids:vm_name=BAD_NAME"]);
    for host in ["kept 10.0.0.7 --static", "printer 10.0.0.99"] {
        nb.qdns(&format!("record add net1 {host}")).ok();
    }
    Ok(nb)
}

#[test]
fn names_follow_the_ports() -> Result<()> {
    let nb = net_with_ports()?;
    snapshot!(nb.qdns("sync net1 --name-from role"), @r#"
    + 2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  web.internal
    + 2.0.0.10.in-addr.arpa  web.internal
    + 3.0.0.10.in-addr.arpa  db.internal
    - 8.0.0.10.in-addr.arpa  web.internal
    + db  10.0.0.3
    + db.internal  10.0.0.3
    ~ web  10.0.0.8 -> 10.0.0.2 fd00::2
    ~ web.internal  10.0.0.8 -> 10.0.0.2 fd00::2
    + qdns-port-db  [UUID]

    To undo:
      qdns record rm net1 db
      qdns record add net1 web 10.0.0.8 --replace
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-web"="[UUID]"'
    ----- stderr -----
    warning: port p4: hostname "BAD_NAME" is refused: underscores are not allowed in hostnames (RFC 1123); use `bad-name`
    "#);
    snapshot!(nb.qdns("record ls net1"), @"
    HOSTNAME       FQDN              ADDRESSES         PTR  SWITCH
    db             db.internal       10.0.0.3          yes  net1
    gone           gone.internal     10.0.0.9          yes  net1
    kept (static)  kept.internal     10.0.0.7          yes  net1
    printer        printer.internal  10.0.0.99         yes  net1
    web            web.internal      10.0.0.2 fd00::2  yes  net1
    ");
    Ok(())
}

#[test]
fn a_check_ends_with_4_until_names_follow_the_ports() -> Result<()> {
    let nb = net_with_ports()?;
    let before = nb.dump();
    snapshot!(nb.qdns("sync net1 --check --name-from role"), @r#"
    Would change:
    + 2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  web.internal
    + 2.0.0.10.in-addr.arpa  web.internal
    + 3.0.0.10.in-addr.arpa  db.internal
    - 8.0.0.10.in-addr.arpa  web.internal
    + db  10.0.0.3
    + db.internal  10.0.0.3
    ~ web  10.0.0.8 -> 10.0.0.2 fd00::2
    ~ web.internal  10.0.0.8 -> 10.0.0.2 fd00::2
    + qdns-port-db  [UUID]

    To undo:
      qdns record rm net1 db
      qdns record add net1 web 10.0.0.8 --replace
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-web"="[UUID]"'
    ----- stderr -----
    warning: port p4: hostname "BAD_NAME" is refused: underscores are not allowed in hostnames (RFC 1123); use `bad-name`
    ----- exit 4 -----
    "#);
    assert_eq!(nb.dump(), before);
    nb.qdns("sync net1 --name-from role").ok();
    snapshot!(nb.qdns("sync --all --check --name-from role"), @r#"
    Nothing to change.
    ----- stderr -----
    warning: port p4: hostname "BAD_NAME" is refused: underscores are not allowed in hostnames (RFC 1123); use `bad-name`
    "#);
    Ok(())
}

#[test]
fn hosts_without_a_port_go_only_with_yes() -> Result<()> {
    let nb = net_with_ports()?;
    nb.qdns("sync net1 --name-from role").ok();
    let before = nb.dump();
    snapshot!(nb.qdns("sync net1 --prune --name-from role"), @"
    ----- stderr -----
    error: this would remove 1 stale host of net1
       hint: --yes confirms it; --dry-run shows what would change
    ----- exit 1 -----
    ");
    assert_eq!(nb.dump(), before);
    snapshot!(nb.qdns("sync net1 --prune --yes --name-from role"), @r#"
    - 9.0.0.10.in-addr.arpa  gone.internal
    - gone  10.0.0.9
    - gone.internal  10.0.0.9
    - qdns-port-gone  [UUID]

    Why:
      gone: the port of net1 that registered it is gone

    To undo:
      qdns record add net1 gone 10.0.0.9
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-gone"="[UUID]"'
    ----- stderr -----
    warning: port p4: hostname "BAD_NAME" is refused: underscores are not allowed in hostnames (RFC 1123); use `bad-name`
    "#);
    snapshot!(nb.qdns("record ls net1"), @"
    HOSTNAME       FQDN              ADDRESSES         PTR  SWITCH
    db             db.internal       10.0.0.3          yes  net1
    kept (static)  kept.internal     10.0.0.7          yes  net1
    printer        printer.internal  10.0.0.99         yes  net1
    web            web.internal      10.0.0.2 fd00::2  yes  net1
    ");
    Ok(())
}

#[test]
fn what_an_operator_sets_by_hand_stays() -> Result<()> {
    let nb = net()?;
    port(&nb, "web", "0a:00:00:00:00:02 10.0.0.2");
    nb.qdns("sync net1").ok();
    snapshot!(nb.qdns("record add net1 web 10.0.0.22 --replace"), @r#"
    - 2.0.0.10.in-addr.arpa  web.internal
    + 22.0.0.10.in-addr.arpa  web.internal
    ~ web  10.0.0.2 -> 10.0.0.22
    ~ web.internal  10.0.0.2 -> 10.0.0.22
    - qdns-port-web  [UUID]

    To undo:
      qdns record add net1 web 10.0.0.2 --replace
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-web"="[UUID]"'
    ----- stderr -----
    warning: web: a port registered it; from now on sync keeps what you set
    "#);
    snapshot!(nb.qdns("sync net1 --prune"), @"
    Nothing to change.
    ----- stderr -----
    warning: port web: web of net1 has 10.0.0.22 and was made by hand; qdns record rm net1 web lets the port register it
    ");
    Ok(())
}

#[test]
fn removing_the_host_of_a_port_says_that_it_comes_back() -> Result<()> {
    let nb = net()?;
    port(&nb, "web", "0a:00:00:00:00:02 10.0.0.2");
    nb.qdns("sync net1").ok();
    snapshot!(nb.qdns("record rm net1 web"), @r#"
    - 2.0.0.10.in-addr.arpa  web.internal
    - web  10.0.0.2
    - web.internal  10.0.0.2
    - qdns-port-web  [UUID]

    To undo:
      qdns record add net1 web 10.0.0.2
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-web"="[UUID]"'
    ----- stderr -----
    warning: web: a port registered it, and sync registers it again while that port exists; ovn-nbctl set Logical_Switch_Port [UUID] external_ids:qdns-hostname=- prevents it
    "#);
    Ok(())
}

#[test]
fn all_means_the_switches_that_have_a_zone_or_may_get_one() -> Result<()> {
    let nb = net()?;
    nb.nbctl(&["ls-add", "others", "--", "lsp-add", "others", "vm"]);
    nb.nbctl(&["lsp-set-addresses", "vm", "0a:00:00:00:00:05 10.0.0.5"]);
    port(&nb, "web", "0a:00:00:00:00:02 10.0.0.2");
    snapshot!(nb.qdns("sync --all"), @"Nothing to change.");
    nb.nbctl(&["set", "Logical_Switch", "others", "external_ids:\"neutron:network_name\"=others"]);
    nb.qdns("sync --all --create-zones").ok();
    snapshot!(nb.qdns("record ls"), @"
    HOSTNAME  FQDN          ADDRESSES  PTR  SWITCH
    web       web.internal  10.0.0.2   yes  net1
    ");
    Ok(())
}

#[test]
fn a_disabled_port_and_one_that_opted_out_register_nothing() -> Result<()> {
    let nb = net()?;
    port(&nb, "off", "0a:00:00:00:00:05 10.0.0.5");
    port(&nb, "out", "0a:00:00:00:00:06 10.0.0.6");
    nb.nbctl(&["lsp-set-enabled", "off", "disabled"]);
    nb.nbctl(&["set", "Logical_Switch_Port", "out", "external_ids:qdns-hostname=-"]);
    snapshot!(nb.qdns("sync net1"), @"Nothing to change.");
    Ok(())
}

#[test]
fn a_port_takes_no_name_of_another() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 nas 10.0.0.250").ok();
    port(&nb, "db", "0a:00:00:00:00:05 10.0.0.5");
    nb.qdns("sync net1").ok();
    for (name, end, claimed) in [("new-db", "6", "db"), ("new-nas", "7", "nas")] {
        port(&nb, name, &format!("0a:00:00:00:00:0{end} 10.0.0.{end}"));
        nb.nbctl(&["set", "Logical_Switch_Port", name, &format!("external_ids:vm-name={claimed}")]);
    }
    snapshot!(nb.qdns("sync net1"), @"
    Nothing to change.
    ----- stderr -----
    warning: port new-db: db is the name of port db
    warning: port new-nas: nas of net1 has 10.0.0.250 and was made by hand; qdns record rm net1 nas lets the port register it
    ");
    Ok(())
}

#[test]
fn many_switches_are_written_in_one_transaction() -> Result<()> {
    let nb = Nb::start()?;
    let mut args: Vec<String> = vec!["--no-leader-only".to_owned()];
    for n in 1..=20 {
        let address = format!("0a:00:00:00:00:{n:02x} 10.0.{n}.1");
        for command in [
            format!("-- ls-add net{n}"),
            format!("-- lsp-add net{n} vm-{n}"),
            format!("-- lsp-set-addresses vm-{n}"),
        ] {
            args.extend(command.split(' ').map(str::to_owned));
        }
        args.push(address);
    }
    nb.nbctl(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let sync = nb.qdns("sync --all --create-zones --client ovsdb-client -v");
    sync.ok();
    assert_eq!(sync.stderr.matches(" transact ").count(), 1, "{}", sync.stderr);
    assert_eq!(nb.qdns("record ls -o plain").ok().lines().count(), 20);
    Ok(())
}
