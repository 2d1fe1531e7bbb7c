//! `qdns forwarders set --create-dhcp`: rows for guests behind a router that have none.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::snapshot;

/// `net1` behind a router, with guests that have no DHCP options.
fn routed() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&[
        "lr-add",
        "lr0",
        "--",
        "lrp-add",
        "lr0",
        "lrp1",
        "0a:00:00:00:00:01",
        "10.0.0.1/24",
        "fd00::1/64",
    ]);
    nb.nbctl(&["ls-add", "net1", "--", "lsp-add", "net1", "lr", "--", "lsp-set-type", "lr", "router"]);
    nb.nbctl(&["lsp-set-options", "lr", "router-port=lrp1"]);
    for (port, addresses) in [
        ("p1", "0a:00:00:00:00:11 10.0.0.11 fd00::11"),
        ("p2", "0a:00:00:00:00:12 10.0.0.12"),
        ("p3", "unknown"),
    ] {
        nb.nbctl(&["lsp-add", "net1", port, "--", "lsp-set-addresses", port, addresses]);
    }
    nb.qdns("zone create net1").ok();
    Ok(nb)
}

#[test]
fn rows_are_made_for_guests_that_have_none_and_removed_by_clear() -> Result<()> {
    let nb = routed()?;
    nb.nbctl(&["set", "Logical_Router_Port", "lrp1", "options:gateway_mtu=1400"]);
    let before = nb.dump();
    snapshot!(nb.session(&[
        "forwarders set net1 192.0.2.53 2001:db8::53",
        "forwarders set net1 192.0.2.53 2001:db8::53 --create-dhcp",
        "forwarders set net1 192.0.2.53 2001:db8::53 --create-dhcp",
        "forwarders show net1",
        "forwarders clear net1 --dry-run -o plain",
    ]), @r#"
    $ qdns forwarders set net1 192.0.2.53 2001:db8::53
    ----- stderr -----
    error: no port of switch net1 uses DHCP options, so no guest would get the resolvers
       hint: qdns forwarders set net1 192.0.2.53 2001:db8::53 --create-dhcp makes them
    ----- exit 1 -----
    $ qdns forwarders set net1 192.0.2.53 2001:db8::53 --create-dhcp
    + DHCP options  10.0.0.0/24 lease_time=3600 mtu=1400 router=10.0.0.1 server_id=10.0.0.1 server_mac=0a:00:00:00:00:01
    + dhcpv4_options  p1
    + dhcpv4_options  p2
    + dns_server  192.0.2.53
    + domain_name  "internal"
    + domain_search_list  "internal"
    + DHCP options  fd00::/64 server_id=0a:00:00:00:00:01
    + dhcpv6_options  p1
    + dns_server  2001:db8::53
    + domain_search  "internal"
    ----- stderr -----
    warning: p3: no DHCP options are made, because OVN knows no address in a subnet of net1
    $ qdns forwarders set net1 192.0.2.53 2001:db8::53 --create-dhcp
    Nothing to change.
    ----- stderr -----
    warning: p3: no DHCP options are made, because OVN knows no address in a subnet of net1
    $ qdns forwarders show net1
    SWITCH  NETWORK      RESOLVERS     SEARCH    PORTS  SHARED WITH
    net1    10.0.0.0/24  192.0.2.53    internal  2      -
    net1    fd00::/64    2001:db8::53  internal  1      -
    $ qdns forwarders clear net1 --dry-run -o plain
    remove	dhcpv4_options	p1	
    remove	dhcpv4_options	p2	
    remove	DHCP options	10.0.0.0/24 dns_server=192.0.2.53 domain_name="internal" domain_search_list="internal" lease_time=3600 mtu=1400 router=10.0.0.1 server_id=10.0.0.1 server_mac=0a:00:00:00:00:01	
    remove	dhcpv6_options	p1	
    remove	DHCP options	fd00::/64 dns_server=2001:db8::53 domain_search="internal" server_id=0a:00:00:00:00:01
    "#);
    let made = nb.dump();
    let cleared = nb.qdns("forwarders clear net1 -o json").json();
    assert_eq!(nb.dump(), before);
    let undo = shlex::split(cleared["undo"][0].as_str().unwrap_or_default()).unwrap_or_default();
    nb.nbctl(&undo.iter().skip(1).map(String::as_str).collect::<Vec<_>>());
    assert_eq!(nb.dump(), made);
    Ok(())
}

#[test]
fn a_later_guest_gets_the_row_that_was_made() -> Result<()> {
    let nb = routed()?;
    nb.qdns("forwarders set net1 192.0.2.53 --create-dhcp").ok();
    nb.nbctl(&["lsp-add", "net1", "p4", "--", "lsp-set-addresses", "p4", "0a:00:00:00:00:14 10.0.0.14"]);
    snapshot!(nb.qdns("forwarders set net1 192.0.2.53 --create-dhcp"), @"
    + dhcpv4_options  p4
    ----- stderr -----
    warning: p3: no DHCP options are made, because OVN knows no address in a subnet of net1
    ");
    Ok(())
}

#[test]
fn no_row_is_made_where_nothing_could_answer_or_another_program_decides() -> Result<()> {
    let nb = routed()?;
    nb.nbctl(&["ls-add", "net2", "--", "lsp-add", "net2", "q1"]);
    nb.nbctl(&["lsp-set-addresses", "q1", "0a:00:00:00:00:21 10.2.0.11"]);
    nb.nbctl(&["set", "Logical_Switch", "net2", "other_config:subnet=10.2.0.0/24"]);
    nb.nbctl(&["ls-add", "net3", "--", "set", "Logical_Switch", "net3", "external_ids:vendor=kube-ovn"]);
    nb.nbctl(&["ls-add", "net4"]);
    nb.nbctl(&["set", "Logical_Switch_Port", "p1", "external_ids:neutron\\:port_name=p1"]);
    let before = nb.dump();
    snapshot!(nb.session(&[
        "forwarders set net2 192.0.2.53 --create-dhcp",
        "forwarders set net3 192.0.2.53 --create-dhcp",
        "forwarders set net4 192.0.2.53 --create-dhcp",
        "forwarders set net1 2001:db8::53 --create-dhcp",
    ]), @"
    $ qdns forwarders set net2 192.0.2.53 --create-dhcp
    ----- stderr -----
    error: no router of switch net2 has an address in 10.2.0.0/24, from which OVN could answer DHCP
       hint: create it: `ovn-nbctl create DHCP_Options cidr=10.2.0.0/24 options:server_id=ADDRESS options:server_mac=MAC options:lease_time=3600 options:router=ADDRESS`, then `ovn-nbctl lsp-set-dhcpv4-options PORT UUID` for each port
    ----- exit 1 -----
    $ qdns forwarders set net3 192.0.2.53 --create-dhcp
    ----- stderr -----
    error: switch net3 belongs to kube-ovn, which decides about its DHCP
    ----- exit 1 -----
    $ qdns forwarders set net4 192.0.2.53 --create-dhcp
    ----- stderr -----
    error: no port of switch net4 uses DHCP options, so no guest would get the resolvers
       hint: switch net4 has no zone, so no local name resolves yet; create one: qdns zone create net4
    ----- exit 1 -----
    $ qdns forwarders set net1 2001:db8::53 --create-dhcp
    ----- stderr -----
    error: no port of switch net1 uses DHCP options, so no guest would get the resolvers
       hint: p1: no DHCP options are made for ports of neutron
       hint: p3: no DHCP options are made, because OVN knows no address in a subnet of net1
    ----- exit 1 -----
    ");
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn a_router_that_forwards_nothing_is_refused() -> Result<()> {
    let nb = routed()?;
    nb.qdns("forwarders set net1 192.0.2.53 --create-dhcp").ok();
    snapshot!(nb.qdns("forwarders set net1 10.0.0.1"), @"
    ----- stderr -----
    error: resolver 10.0.0.1 is refused: it is the address of a router of switch net1, where nothing answers
       hint: let the router forward to a resolver: qdns forwarders set net1 RESOLVER --via auto
    ----- exit 1 -----
    ");
    snapshot!(nb.qdns("forwarders set net1 10.0.0.1 192.0.2.53"), @"
    ----- stderr -----
    error: resolver 10.0.0.1 is refused: it is the address of a router of switch net1, where nothing answers
       hint: let the router forward to a resolver: qdns forwarders set net1 192.0.2.53 --via auto
    ----- exit 1 -----
    ");
    nb.nbctl(&["lb-add", "dns", "10.0.0.1:53", "192.0.2.53:53", "udp", "--", "ls-lb-add", "net1", "dns"]);
    nb.qdns("forwarders set net1 10.0.0.1").ok();
    Ok(())
}
