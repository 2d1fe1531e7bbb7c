//! Names that operators know: Neutron gives switches and ports names made of UUIDs, and keeps the operators' own names
//! in `external_ids`.

use anyhow::Result;

use crate::foreign::load;
use crate::support::lab::Nb;
use crate::support::snapshot;

/// A real Neutron's networks, one of them with a zone of ours.
fn neutron() -> Result<Nb> {
    let nb = load(include_str!("fixtures/neutron.json"))?;
    nb.qdns("record add app-net api 10.20.0.77").ok();
    Ok(nb)
}

#[test]
fn a_network_is_named_and_shown_as_its_operators_know_it() -> Result<()> {
    let nb = neutron()?;
    snapshot!(nb.session(&[
        "zone show app-net",
        "zone ls",
        "record ls app-net",
        "record ls app-net -o json",
        "record show app-net api",
        "record rm app-net api -n",
        "forwarders show plain-net",
        "sync app-net -n",
        "prune-stale app-net -n -q",
        "record ls app-nett",
    ]), @r#"
    $ qdns zone show app-net
    switch   neutron-[UUID] ([UUID])
    network  app-net
    subnets  10.20.0.0/24, fd00:20::/64
    domain   example.org
    zone     [UUID] (attached)
    hosts    1 (0 static)
    records  3
    also     35 records of neutron ([UUID]), which qdns never writes
    $ qdns zone ls
    SWITCH                                                  DOMAIN       HOSTS  RECORDS  STATE
    neutron-[UUID] (app-net)  example.org  1      3        attached
    $ qdns record ls app-net
    HOSTNAME  FQDN             ADDRESSES   PTR  SWITCH
    api       api.example.org  10.20.0.77  yes  neutron-[UUID] (app-net)
    $ qdns record ls app-net -o json
    {"records":[{"hostname":"api","fqdn":"api.example.org","ip":"10.20.0.77","addresses":["10.20.0.77"],"ptr":["10.20.0.77"],"static":false,"port":null,"alias_of":null,"ttl":3600,"switch":"neutron-[UUID]","network_name":"app-net","domain":"example.org"}]}
    $ qdns record show app-net api
    host       api
    fqdn       api.example.org
    switch     neutron-[UUID] (app-net)
    addresses  10.20.0.77
    ptr        10.20.0.77
    aliases    -
    static     no
    port       none, made by hand
    $ qdns record rm app-net api -n
    Would change:
    - 77.0.20.10.in-addr.arpa  api.example.org
    - api  10.20.0.77
    - api.example.org  10.20.0.77

    To undo:
      qdns record add neutron-[UUID] api 10.20.0.77
    $ qdns forwarders show plain-net
    SWITCH                                                    NETWORK       RESOLVERS      SEARCH       PORTS  SHARED WITH
    neutron-[UUID] (plain-net)  10.22.0.0/24  198.51.100.53  example.org  2      -
    $ qdns sync app-net -n
    Nothing to change.
    $ qdns prune-stale app-net -n -q
    $ qdns record ls app-nett
    ----- stderr -----
    error: there is no logical switch "app-nett"
       hint: did you mean `app-net`?
    ----- exit 1 -----
    "#);
    Ok(())
}

/// A tenant may name a network like a switch of the operator: OVN's own name goes first.
#[test]
fn the_name_of_a_switch_goes_first() -> Result<()> {
    let nb = neutron()?;
    nb.nbctl(&["ls-add", "app-net"]);
    snapshot!(nb.session(&["record add app-net api 10.0.0.10", "zone ls"]), @"
    $ qdns record add app-net api 10.0.0.10
    + zone  app-net
    + 10.0.0.10.in-addr.arpa  api.internal
    + api  10.0.0.10
    + api.internal  10.0.0.10
    $ qdns zone ls
    SWITCH                                                  DOMAIN       HOSTS  RECORDS  STATE
    app-net                                                 internal     1      3        attached
    neutron-[UUID] (app-net)  example.org  1      3        attached
    ");
    Ok(())
}

#[test]
fn a_name_of_several_networks_is_refused_with_the_list() -> Result<()> {
    let nb = neutron()?;
    let plain = "neutron-015a5c4a-2c36-498b-abcd-cc18206fac62";
    nb.nbctl(&["set", "Logical_Switch", plain, "external_ids:\"neutron:network_name\"=app-net"]);
    for line in [
        "record ls app-net",
        "record ls app-net --client ovn-nbctl",
        "forwarders show app-net",
        "sync app-net",
    ] {
        let refused = nb.qdns(line);
        assert_eq!(refused.stderr, nb.qdns("zone show app-net").stderr, "{line}");
    }
    snapshot!(nb.qdns("zone show app-net"), @r#"
    ----- stderr -----
    error: 2 switches have the name "app-net": neutron-[UUID], neutron-[UUID]
       hint: name it as OVN does, or by its UUID
    ----- exit 1 -----
    "#);
    // The names differ in a way that the filter of snapshots hides.
    let refused = nb.qdns("zone show app-net").fails(1);
    assert!(refused.contains(&format!("{plain}, neutron-ed6b25fe-ea2d-43a9-ae64-339033203b7b")), "{refused}");
    Ok(())
}

/// What `lookup` shows of a name from a guest: the first line and the first query.
fn first_lines(nb: &Nb, line: &str) -> String {
    let run = nb.qdns(line);
    let shown: String = run.stdout.lines().take(2).map(|line| format!("{line}\n")).collect();
    format!("$ qdns {line}\n{shown}{}", run.stderr)
}

#[test]
fn a_guest_is_named_by_its_port_in_neutron_and_by_its_registered_name() -> Result<()> {
    let nb = neutron()?;
    // A guest of ours, with the same short name as one of Neutron.
    nb.nbctl(&["ls-add", "net1", "--", "lsp-add", "net1", "p1"]);
    nb.nbctl(&["lsp-set-addresses", "p1", "0a:00:00:00:00:01 10.0.0.10"]);
    nb.qdns("record add net1 db-server 10.0.0.10").ok();
    let lookups = ["web", "web-server.example.org", "db-server.internal", "db-server", "api", "nope"];
    let shown = lookups.map(|from| first_lines(&nb, &format!("lookup db-server --type A --from {from}")));
    snapshot!(shown.concat(), @r#"
    $ qdns lookup db-server --type A --from web
    db-server from [UUID] (web) on neutron-[UUID] (app-net): 10.20.0.51 fd00:20::ad for glibc, musl; perhaps 10.20.0.51 fd00:20::ad for systemd-resolved
      A db-server.example.org: 10.20.0.51, TTL 3600, from OVN
    $ qdns lookup db-server --type A --from web-server.example.org
    db-server from [UUID] (web) on neutron-[UUID] (app-net): 10.20.0.51 fd00:20::ad for glibc, musl; perhaps 10.20.0.51 fd00:20::ad for systemd-resolved
      A db-server.example.org: 10.20.0.51, TTL 3600, from OVN
    $ qdns lookup db-server --type A --from db-server.internal
    db-server from p1 on net1: 10.0.0.10 for glibc; perhaps 10.0.0.10 for musl; nothing for systemd-resolved
      A db-server: 10.0.0.10, TTL 3600, from OVN
    $ qdns lookup db-server --type A --from db-server
    error: 2 ports have the name "db-server": [UUID] of neutron-[UUID], p1 of net1
       hint: name the port as OVN does, or by its UUID
    $ qdns lookup db-server --type A --from api
    error: no port has the name "api", and none has its address: 10.20.0.77
       hint: ovn-nbctl show lists the ports of each switch
       hint: --from also takes a switch; ovn-nbctl ls-list lists them
    $ qdns lookup db-server --type A --from nope
    error: there is no logical switch port "nope"
       hint: ovn-nbctl show lists the ports of each switch
       hint: --from also takes a switch; ovn-nbctl ls-list lists them
    "#);
    let document = nb.qdns("lookup db-server --from web -o json").json();
    let lookup = &document["lookups"][0];
    assert_eq!((&lookup["port_name"], &lookup["network_name"]), (&"web".into(), &"app-net".into()));
    Ok(())
}
