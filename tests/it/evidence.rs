//! Hosts without a port that may live all the same: what says so is shown, and no command removes them by itself.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::{command, run, snapshot};

/// `net1` with hosts that no port of it has, one for each sign of life, and one that is really gone.
fn net_with_signs() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "ls-add", "net2", "--", "ls-add", "provider", "--", "lr-add", "lr0"]);
    nb.nbctl(&["set", "Logical_Switch", "net1", "other_config:subnet=10.0.0.0/16"]);
    nb.nbctl(&["set", "Logical_Switch", "provider", "other_config:subnet=192.0.2.0/24"]);
    nb.nbctl(&["lsp-add", "provider", "ln0", "--", "lsp-set-type", "ln0", "localnet"]);
    nb.nbctl(&["lsp-add", "net2", "p2", "--", "lsp-set-addresses", "p2", "0a:00:00:00:00:02 10.0.2.2"]);
    nb.nbctl(&["lb-add", "lb1", "10.0.0.80:80", "10.0.2.2:80"]);
    nb.nbctl(&["lr-nat-add", "lr0", "dnat_and_snat", "10.0.0.81", "10.0.2.2"]);
    nb.nbctl(&["lrp-add", "lr0", "lr0-net3", "0a:00:00:ff:00:01", "10.0.0.82/24"]);
    for host in [
        "vip 10.0.0.80",
        "floating 10.0.0.81",
        "router-3 10.0.0.82",
        "elsewhere 10.0.2.2",
        "bare-metal 192.0.2.7",
        "stopped 10.0.0.84",
        "gone 10.0.0.99",
    ] {
        nb.qdns(&format!("record add net1 {host}")).ok();
    }
    // As Incus 6.0 leaves it: the instance has no port, and the switch does not list its row.
    nb.nbctl(&["create", "DNS", "external_ids:incus_switch=net1", "records:c1.incus=10.0.0.84"]);
    Ok(nb)
}

#[test]
fn prune_stale_shows_what_may_live_and_keeps_it() -> Result<()> {
    let nb = net_with_signs()?;
    let dry_run = nb.qdns("prune-stale net1 --dry-run");
    snapshot!(dry_run, @"
    Would change:
    - 99.0.0.10.in-addr.arpa  gone.internal
    - gone  10.0.0.99
    - gone.internal  10.0.0.99

    Kept, because they may live:
      bare-metal: 192.0.2.7 may be on the physical network of provider (port ln0); to remove it: qdns record rm net1 bare-metal
      elsewhere: port p2 of net2 has 10.0.2.2; to remove it: qdns record rm net1 elsewhere
      floating: 10.0.0.81 is an external address of a router's NAT; to remove it: qdns record rm net1 floating
      router-3: router port lr0-net3 has 10.0.0.82; to remove it: qdns record rm net1 router-3
      stopped: a DNS row of incus has 10.0.0.84; to remove it: qdns record rm net1 stopped
      vip: load balancer lb1 serves 10.0.0.80; to remove it: qdns record rm net1 vip

    Why:
      gone: no port of net1 has 10.0.0.99 or is named gone

    To undo:
      qdns record add net1 gone 10.0.0.99
    ");
    let daemon = nb.daemon()?;
    let mut prune = command(&nb.remote());
    prune.env("OVN_NB_DAEMON", daemon.socket()).args(["prune-stale", "net1", "--dry-run"]);
    assert_eq!(run(&mut prune).ok(), dry_run.ok());
    snapshot!(nb.qdns("prune-stale net1 --yes -o json"), @r#"{"changed":true,"dry_run":false,"changes":[{"action":"remove","switch":"net1","name":"99.0.0.10.in-addr.arpa","from":"gone.internal","to":null,"column":"DNS.records","row":"[UUID]"},{"action":"remove","switch":"net1","name":"gone","from":"10.0.0.99","to":null,"column":"DNS.records","row":"[UUID]"},{"action":"remove","switch":"net1","name":"gone.internal","from":"10.0.0.99","to":null,"column":"DNS.records","row":"[UUID]"}],"undo":["qdns record add net1 gone 10.0.0.99"],"warnings":[],"stale":[{"switch":"net1","hostname":"gone","addresses":["10.0.0.99"],"ptr":["10.0.0.99"],"evidence":{"message":"no port of net1 has 10.0.0.99 or is named gone","ports":0,"unknown":[]}}],"kept":[{"switch":"net1","hostname":"bare-metal","addresses":["192.0.2.7"],"evidence":"192.0.2.7 may be on the physical network of provider (port ln0)","remove":"qdns record rm net1 bare-metal"},{"switch":"net1","hostname":"elsewhere","addresses":["10.0.2.2"],"evidence":"port p2 of net2 has 10.0.2.2","remove":"qdns record rm net1 elsewhere"},{"switch":"net1","hostname":"floating","addresses":["10.0.0.81"],"evidence":"10.0.0.81 is an external address of a router's NAT","remove":"qdns record rm net1 floating"},{"switch":"net1","hostname":"router-3","addresses":["10.0.0.82"],"evidence":"router port lr0-net3 has 10.0.0.82","remove":"qdns record rm net1 router-3"},{"switch":"net1","hostname":"stopped","addresses":["10.0.0.84"],"evidence":"a DNS row of incus has 10.0.0.84","remove":"qdns record rm net1 stopped"},{"switch":"net1","hostname":"vip","addresses":["10.0.0.80"],"evidence":"load balancer lb1 serves 10.0.0.80","remove":"qdns record rm net1 vip"}]}"#);
    snapshot!(nb.session(&["prune-stale --all --check", "record rm net1 vip"]), @"
    $ qdns prune-stale --all --check
    Nothing to change.

    Kept, because they may live:
      bare-metal: 192.0.2.7 may be on the physical network of provider (port ln0); to remove it: qdns record rm net1 bare-metal
      elsewhere: port p2 of net2 has 10.0.2.2; to remove it: qdns record rm net1 elsewhere
      floating: 10.0.0.81 is an external address of a router's NAT; to remove it: qdns record rm net1 floating
      router-3: router port lr0-net3 has 10.0.0.82; to remove it: qdns record rm net1 router-3
      stopped: a DNS row of incus has 10.0.0.84; to remove it: qdns record rm net1 stopped
      vip: load balancer lb1 serves 10.0.0.80; to remove it: qdns record rm net1 vip
    $ qdns record rm net1 vip
    - 80.0.0.10.in-addr.arpa  vip.internal
    - vip  10.0.0.80
    - vip.internal  10.0.0.80

    To undo:
      qdns record add net1 vip 10.0.0.80
    ");
    Ok(())
}

#[test]
fn doctor_reports_only_what_shows_no_sign_of_life() -> Result<()> {
    let nb = net_with_signs()?;
    snapshot!(nb.qdns("doctor net1 --only record-stale,address-outside-subnet"), @"
    warning record-stale net1: no port of net1 has 10.0.0.99 or the name gone
        fix: qdns record rm net1 gone --if-exists

    1 warning on net1; 1 check passed.
    ");
    Ok(())
}

/// On the switch with the physical network itself every address may be there, except of a host that a port registered.
#[test]
fn a_guest_whose_port_is_gone_is_not_on_the_physical_network() -> Result<()> {
    let nb = net_with_signs()?;
    nb.nbctl(&["lsp-add", "provider", "vm", "--", "lsp-set-addresses", "vm", "0a:00:00:00:00:09 192.0.2.9"]);
    nb.qdns("record add provider printer 192.0.2.99").ok();
    nb.qdns("sync provider").ok();
    nb.nbctl(&["lsp-del", "vm"]);
    snapshot!(nb.qdns("prune-stale provider --dry-run"), @r#"
    Would change:
    - 9.2.0.192.in-addr.arpa  vm.internal
    - vm  192.0.2.9
    - vm.internal  192.0.2.9
    - qdns-port-vm  [UUID]

    Kept, because they may live:
      printer: 192.0.2.99 may be on the physical network of provider (port ln0); to remove it: qdns record rm provider printer

    Why:
      vm: no port of provider has 192.0.2.9 or is named vm

    To undo:
      qdns record add provider vm 192.0.2.9
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-vm"="[UUID]"'
    "#);
    Ok(())
}

/// A stopped instance of Incus 6.0 has no port. Its name stays while Incus has a row for it.
#[test]
fn sync_keeps_the_name_of_a_stopped_instance() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "lsp-add", "net1", "c1"]);
    nb.nbctl(&["lsp-set-addresses", "c1", "0a:00:00:00:00:01 10.0.0.84"]);
    nb.qdns("sync net1").ok();
    let row = nb.nbctl(&["create", "DNS", "external_ids:incus_switch=net1", "records:c1.incus=10.0.0.84"]);
    nb.nbctl(&["lsp-del", "c1"]);
    snapshot!(nb.session(&["sync net1 --prune --yes", "record ls net1"]), @"
    $ qdns sync net1 --prune --yes
    Nothing to change.
    $ qdns record ls net1
    HOSTNAME  FQDN         ADDRESSES  PTR  SWITCH
    c1        c1.internal  10.0.0.84  yes  net1
    ");
    nb.nbctl(&["destroy", "DNS", row.trim()]);
    snapshot!(nb.qdns("sync net1 --prune --yes"), @r#"
    - 84.0.0.10.in-addr.arpa  c1.internal
    - c1  10.0.0.84
    - c1.internal  10.0.0.84
    - qdns-port-c1  [UUID]

    Why:
      c1: the port of net1 that registered it is gone

    To undo:
      qdns record add net1 c1 10.0.0.84
      ovn-nbctl add DNS [UUID] external_ids '"qdns-port-c1"="[UUID]"'
    "#);
    Ok(())
}
