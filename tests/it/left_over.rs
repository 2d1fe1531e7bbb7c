//! The zone that a deleted switch left over.

use anyhow::Result;

use crate::records::net;
use crate::support::lab::Nb;
use crate::support::snapshot;

/// A switch was deleted and left its zone, with a static host. Another one has a similar name.
fn net_with_left_over_zone() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "gone", "--", "ls-add", "gonf"]);
    nb.qdns("record add gone web 10.0.0.10").ok();
    nb.qdns("record add gone nas 10.0.0.250 --static").ok();
    nb.nbctl(&["ls-del", "gone"]);
    Ok(nb)
}

#[test]
fn the_zone_of_a_deleted_switch_is_shown_pruned_and_removed_by_its_name() -> Result<()> {
    let nb = net_with_left_over_zone()?;
    snapshot!(nb.session(&[
        "zone ls",
        "zone show gone",
        "record ls gone",
        "record rm gone web --dry-run",
        "prune-stale --all --check",
        "prune-stale gone --yes",
        "zone rm gone",
        "zone rm gone --yes",
        "zone ls",
    ]), @r#"
    $ qdns zone ls
    SWITCH  DOMAIN    HOSTS  RECORDS  STATE
    gone    internal  2      6        left over: the switch was deleted
    $ qdns zone show gone
    switch   gone (deleted)
    subnets  -
    domain   internal
    zone     [UUID] (left over: the switch was deleted)
    hosts    2 (1 static)
    records  6
    $ qdns record ls gone
    HOSTNAME      FQDN          ADDRESSES   PTR  SWITCH
    nas (static)  nas.internal  10.0.0.250  yes  gone
    web           web.internal  10.0.0.10   yes  gone
    $ qdns record rm gone web --dry-run
    Would change:
    - 10.0.0.10.in-addr.arpa  web.internal
    - web  10.0.0.10
    - web.internal  10.0.0.10

    To undo:
      ovn-nbctl add DNS [UUID] records '"10.0.0.10.in-addr.arpa"="web.internal","web"="10.0.0.10","web.internal"="10.0.0.10"'
    $ qdns prune-stale --all --check
    Nothing to change.
    $ qdns prune-stale gone --yes
    - 10.0.0.10.in-addr.arpa  web.internal
    - web  10.0.0.10
    - web.internal  10.0.0.10

    Why:
      web: switch gone was deleted

    To undo:
      ovn-nbctl add DNS [UUID] records '"10.0.0.10.in-addr.arpa"="web.internal","web"="10.0.0.10","web.internal"="10.0.0.10"'
    $ qdns zone rm gone
    ----- stderr -----
    error: this would remove the zone of the deleted switch gone with 1 host in it
       hint: --yes confirms it; --dry-run shows what would change
    ----- exit 1 -----
    $ qdns zone rm gone --yes
    - 250.0.0.10.in-addr.arpa  nas.internal
    - nas  10.0.0.250
    - nas.internal  10.0.0.250
    - zone  gone

    To undo:
      ovn-nbctl '--id=[UUID]' create DNS 'records={}' -- add DNS [UUID] records '"250.0.0.10.in-addr.arpa"="nas.internal","nas"="10.0.0.250","nas.internal"="10.0.0.250"' -- add DNS [UUID] external_ids '"qdns-domain"="internal","qdns-static-nas"="true","switch"="gone"'
    $ qdns zone ls
    No zones.
    "#);
    Ok(())
}

#[test]
fn no_other_switch_is_suggested_for_a_deleted_one() -> Result<()> {
    let nb = net_with_left_over_zone()?;
    nb.nbctl(&["ls-add", "neutron-ed6b25fe-ea2d-43a9-ae64-339033203b7b"]);
    snapshot!(nb.session(&[
        "record add gone x 10.0.0.3",
        "sync gone",
        "zone rm neutron-ed6b25fe-ea2d-43a9-ae64-339033203b7c",
    ]), @r#"
    $ qdns record add gone x 10.0.0.3
    ----- stderr -----
    error: there is no logical switch "gone"
       hint: it was deleted and left its zone over: qdns zone show gone
    ----- exit 1 -----
    $ qdns sync gone
    ----- stderr -----
    error: there is no logical switch "gone"
       hint: it was deleted and left its zone over: qdns zone show gone
    ----- exit 1 -----
    $ qdns zone rm neutron-[UUID]
    ----- stderr -----
    error: there is no logical switch "neutron-[UUID]"
       hint: ovn-nbctl ls-list lists the switches
    ----- exit 1 -----
    "#);
    Ok(())
}

/// A zone under the old name of a switch is in use.
#[test]
fn the_zone_of_a_renamed_switch_is_not_left_over() -> Result<()> {
    let nb = net()?;
    nb.qdns("record add net1 web 10.0.0.10").ok();
    nb.nbctl(&["set", "Logical_Switch", "net1", "name=renamed"]);
    nb.qdns("zone rm net1 --yes").fails(1);
    snapshot!(nb.session(&["zone ls", "record ls renamed"]), @"
    $ qdns zone ls
    SWITCH   DOMAIN    HOSTS  RECORDS  STATE
    renamed  internal  1      3        attached
    $ qdns record ls renamed
    HOSTNAME  FQDN          ADDRESSES  PTR  SWITCH
    web       web.internal  10.0.0.10  yes  renamed
    ");
    Ok(())
}

#[test]
fn a_switch_that_is_made_again_gets_its_zone_back() -> Result<()> {
    let nb = net_with_left_over_zone()?;
    nb.nbctl(&["ls-add", "gone", "--", "lsp-add", "gone", "vm"]);
    nb.nbctl(&["lsp-set-addresses", "vm", "0a:00:00:00:00:09 10.0.0.9"]);
    snapshot!(nb.session(&["sync gone", "record ls gone", "doctor --only zone-orphaned"]), @"
    $ qdns sync gone
    ~ zone  gone
    + 9.0.0.10.in-addr.arpa  vm.internal
    + vm  10.0.0.9
    + vm.internal  10.0.0.9
    + qdns-port-vm  [UUID]
    ----- stderr -----
    warning: switch gone did not list its zone; it lists it again
    $ qdns record ls gone
    HOSTNAME      FQDN          ADDRESSES   PTR  SWITCH
    nas (static)  nas.internal  10.0.0.250  yes  gone
    vm            vm.internal   10.0.0.9    yes  gone
    web           web.internal  10.0.0.10   yes  gone
    $ qdns doctor --only zone-orphaned
    Nothing found; 1 check passed.
    ");
    Ok(())
}
