//! `qdns forwarders` on a real database: which rows are written, in which syntax, and what needs `--yes`.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::{command, qdns, run, snapshot};

/// `net1` and `net2`, each with a port; both DHCPv4 rows and one DHCPv6 row.
struct Nets {
    nb: Nb,
    net1: String,
    net2: String,
    net1_ipv6: String,
}

impl Nets {
    fn start() -> Result<Self> {
        let nb = Nb::start()?;
        let row = |cidr: &str| {
            let cidr = format!("cidr=\"{cidr}\"");
            nb.nbctl(&["create", "DHCP_Options", &cidr]).trim().to_owned()
        };
        let [net1, net2, net1_ipv6] = ["10.0.0.0/24", "10.0.1.0/24", "fd00::/64"].map(row);
        for (net, port, row) in [("net1", "p1", &net1), ("net2", "p2", &net2)] {
            nb.nbctl(&["ls-add", net, "--", "lsp-add", net, port]);
            nb.nbctl(&["lsp-set-dhcpv4-options", port, row]);
        }
        nb.nbctl(&["lsp-set-dhcpv6-options", "p1", &net1_ipv6]);
        Ok(Nets { nb, net1, net2, net1_ipv6 })
    }

    fn options(&self, row: &str) -> String {
        self.nb.nbctl(&["get", "DHCP_Options", row, "options"])
    }
}

#[test]
fn each_family_gets_its_own_in_the_syntax_that_ovn_parses() -> Result<()> {
    let nets = Nets::start()?;
    snapshot!(nets.nb.qdns("forwarders set net1 8.8.8.8 2001:4860:4860::8888 8.8.4.4"), @r#"
    + dns_server  {8.8.8.8, 8.8.4.4}
    + domain_name  "internal"
    + domain_search_list  "internal"
    + dns_server  2001:4860:4860::8888
    + domain_search  "internal"
    ----- stderr -----
    warning: switch net1 has no zone, so no local name resolves yet; create one: qdns zone create net1
    warning: guests of 10.0.0.0/24 cannot reach 8.8.8.8, 8.8.4.4: the switch has no router; only local names resolve, and all others time out
    warning: guests of fd00::/64 cannot reach 2001:4860:4860::8888: the switch has no router; only local names resolve, and all others time out
    "#);
    snapshot!(nets.options(&nets.net1), @r#"{dns_server="{8.8.8.8, 8.8.4.4}", domain_name="\"internal\"", domain_search_list="\"internal\""}"#);
    snapshot!(nets.options(&nets.net1_ipv6), @r#"{dns_server="2001:4860:4860::8888", domain_search="\"internal\""}"#);
    snapshot!(nets.options(&nets.net2), @"{}");
    Ok(())
}

#[test]
fn the_domain_of_the_zone_is_searched() -> Result<()> {
    let nets = Nets::start()?;
    nets.nb.qdns("zone create net1 --domain prod.internal").ok();
    snapshot!(nets.nb.qdns("forwarders set net1 8.8.8.8 fd00::53"), @r#"
    + dns_server  8.8.8.8
    + domain_name  "prod.internal"
    + domain_search_list  "prod.internal"
    + dns_server  fd00::53
    ----- stderr -----
    warning: guests of 10.0.0.0/24 cannot reach 8.8.8.8: the switch has no router; only local names resolve, and all others time out
    warning: domain_search is not set in the row for fd00::/64: in DHCPv6, OVN encodes a domain with a dot, such as prod.internal, wrongly
    "#);
    snapshot!(nets.options(&nets.net1), @r#"{dns_server="8.8.8.8", domain_name="\"prod.internal\"", domain_search_list="\"prod.internal\""}"#);
    snapshot!(nets.options(&nets.net1_ipv6), @r#"{dns_server="fd00::53"}"#);
    Ok(())
}

#[test]
fn no_domain_is_searched_with_no_search() -> Result<()> {
    let nets = Nets::start()?;
    snapshot!(nets.nb.qdns("forwarders set net2 8.8.8.8 --no-search"), @"
    + dns_server  8.8.8.8
    ----- stderr -----
    warning: switch net2 has no zone, so no local name resolves yet; create one: qdns zone create net2
    warning: guests of 10.0.1.0/24 cannot reach 8.8.8.8: the switch has no router; only local names resolve, and all others time out
    ");
    snapshot!(nets.options(&nets.net2), @r#"{dns_server="8.8.8.8"}"#);
    Ok(())
}

#[test]
fn a_shared_row_is_named_and_needs_yes() -> Result<()> {
    let nets = Nets::start()?;
    nets.nb.nbctl(&["lsp-set-dhcpv4-options", "p2", &nets.net1]);
    let before = nets.nb.dump();
    let refusal = nets.nb.qdns("forwarders set net1 8.8.8.8");
    snapshot!(refusal, @"
    ----- stderr -----
    error: this would change DHCP options that other switches share: row [UUID] (10.0.0.0/24) with net2
       hint: --yes confirms it; --dry-run shows what would change
    ----- exit 1 -----
    ");
    assert!(refusal.stderr.contains(&nets.net1), "{refusal}");
    assert_eq!(nets.nb.dump(), before);
    snapshot!(nets.nb.qdns("forwarders set net1 8.8.8.8 --yes"), @r#"
    + dns_server  8.8.8.8
    + domain_name  "internal"
    + domain_search_list  "internal"
    ----- stderr -----
    warning: switch net1 has no zone, so no local name resolves yet; create one: qdns zone create net1
    warning: guests of 10.0.0.0/24 cannot reach 8.8.8.8: the switch has no router; only local names resolve, and all others time out
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    "#);
    snapshot!(nets.options(&nets.net1), @r#"{dns_server="8.8.8.8", domain_name="\"internal\"", domain_search_list="\"internal\""}"#);
    Ok(())
}

#[test]
fn without_dhcp_options_the_hint_is_the_command_that_creates_them() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "set", "Logical_Switch", "net1", "other_config:subnet=10.9.0.0/24"]);
    snapshot!(nb.qdns("forwarders set net1 8.8.8.8"), @"
    ----- stderr -----
    error: no port of switch net1 uses DHCP options, so no guest would get the resolvers
       hint: create it: `ovn-nbctl create DHCP_Options cidr=10.9.0.0/24 options:server_id=ADDRESS options:server_mac=MAC options:lease_time=3600 options:router=ADDRESS`, then `ovn-nbctl lsp-set-dhcpv4-options PORT UUID` for each port
    ----- exit 1 -----
    ");
    Ok(())
}

#[test]
fn clear_restores_what_was_there_before_the_first_set() -> Result<()> {
    let nets = Nets::start()?;
    let old = ["options:dns_server=1.1.1.1", r#"options:domain_name="\"old\"""#];
    nets.nb.nbctl(&["set", "DHCP_Options", &nets.net1, old[0], old[1]]);
    let before = nets.nb.dump();
    snapshot!(nets.nb.session(&[
        "forwarders set net1 8.8.8.8",
        "forwarders set net1 9.9.9.9 8.8.8.8",
        "forwarders clear net1",
    ]), @r#"
    $ qdns forwarders set net1 8.8.8.8
    ~ dns_server  1.1.1.1 -> 8.8.8.8
    ~ domain_name  "old" -> "internal"
    + domain_search_list  "internal"

    To put back:
      qdns forwarders clear net1
    ----- stderr -----
    warning: switch net1 has no zone, so no local name resolves yet; create one: qdns zone create net1
    warning: guests of 10.0.0.0/24 cannot reach 8.8.8.8: the switch has no router; only local names resolve, and all others time out
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    $ qdns forwarders set net1 9.9.9.9 8.8.8.8
    ~ dns_server  8.8.8.8 -> {9.9.9.9, 8.8.8.8}

    To put back:
      qdns forwarders set net1 8.8.8.8
    ----- stderr -----
    warning: switch net1 has no zone, so no local name resolves yet; create one: qdns zone create net1
    warning: guests of 10.0.0.0/24 cannot reach 9.9.9.9, 8.8.8.8: the switch has no router; only local names resolve, and all others time out
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    $ qdns forwarders clear net1
    ~ dns_server  {9.9.9.9, 8.8.8.8} -> 1.1.1.1
    ~ domain_name  "internal" -> "old"
    - domain_search_list  "internal"

    To put back:
      qdns forwarders set net1 9.9.9.9 8.8.8.8
    "#);
    assert_eq!(nets.nb.dump(), before);
    Ok(())
}

#[test]
fn clear_leaves_what_qdns_did_not_set() -> Result<()> {
    let nets = Nets::start()?;
    nets.nb.nbctl(&["set", "DHCP_Options", &nets.net1, "options:dns_server=1.1.1.1"]);
    let before = nets.nb.dump();
    snapshot!(nets.nb.qdns("forwarders clear net1"), @"
    Nothing to change.
    ----- stderr -----
    warning: row [UUID] for 10.0.0.0/24 stays as it is: qdns did not set its dns_server
    ");
    assert_eq!(nets.nb.dump(), before);
    Ok(())
}

/// `net1` with a row of Incus that has a name under `incus`.
fn next_to_incus(nets: &Nets) {
    let row =
        nets.nb.nbctl(&["create", "DNS", "external_ids:incus_switch=net1", "records:c2.incus=10.0.0.2"]);
    nets.nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", row.trim()]);
    let search = r#"options:domain_name="\"incus\"""#;
    nets.nb.nbctl(&["set", "DHCP_Options", &nets.net1, search]);
}

#[test]
fn the_search_domain_stays_where_another_program_serves_the_names() -> Result<()> {
    let nets = Nets::start()?;
    next_to_incus(&nets);
    snapshot!(nets.nb.qdns("forwarders set net1 192.0.2.1"), @"
    + dns_server  192.0.2.1
    ----- stderr -----
    warning: guests of 10.0.0.0/24 cannot reach 192.0.2.1: the switch has no router; only local names resolve, and all others time out
    warning: the search domain in the row for 10.0.0.0/24 stays as it is: names of the switch are served from a row of incus
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    ");
    snapshot!(nets.options(&nets.net1), @r#"{dns_server="192.0.2.1", domain_name="\"incus\""}"#);
    Ok(())
}

#[test]
fn the_search_domain_stays_where_names_of_two_programs_are_served() -> Result<()> {
    let nets = Nets::start()?;
    next_to_incus(&nets);
    nets.nb.qdns("zone create net1 --domain internal").ok();
    nets.nb.qdns("record add net1 web 10.0.0.10 fd00::10").ok();
    snapshot!(nets.nb.qdns("forwarders set net1 192.0.2.1 fd00::53"), @r#"
    + dns_server  192.0.2.1
    + dns_server  fd00::53
    + domain_search  "internal"
    ----- stderr -----
    warning: guests of 10.0.0.0/24 cannot reach 192.0.2.1: the switch has no router; only local names resolve, and all others time out
    warning: the search domain in the row for 10.0.0.0/24 stays as it is: names of the switch are served from a row of incus
    "#);
    snapshot!(nets.nb.qdns("doctor --only search-domain-missing"), @r#"
    warning search-domain-missing net1: guests of net1 do not get internal by DHCP: short names do not resolve in systemd-resolved guests
        fix: ovn-nbctl add DHCP_Options [UUID] options "\"domain_search_list\"=\"\\\"internal,incus\\\"\""

    1 warning on net1; 0 checks passed.
    "#);
    Ok(())
}

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
fn without_addresses_the_configured_ones_are_set() -> Result<()> {
    let nets = Nets::start()?;
    nets.nb.qdns("zone create net1").ok();
    snapshot!(nets.nb.qdns("forwarders set net1"), @r#"
    ----- stderr -----
    error: no resolver is given, and none is configured
       hint: qdns forwarders set net1 ADDRESS
       hint: or write the resolvers of the site to /etc/qdns/qdns.toml: forwarders = ["ADDRESS"]
    ----- exit 2 -----
    "#);
    let set = |variable: &str| {
        let mut qdns = command(&nets.nb.remote());
        run(qdns.args(["forwarders", "set", "net1"]).env("QDNS_FORWARDERS", variable))
    };
    snapshot!(set("192.0.2.53 2001:db8::53"), @r#"
    + dns_server  192.0.2.53
    + domain_name  "internal"
    + domain_search_list  "internal"
    + dns_server  2001:db8::53
    + domain_search  "internal"
    ----- stderr -----
    warning: guests of 10.0.0.0/24 cannot reach 192.0.2.53: the switch has no router; only local names resolve, and all others time out
    warning: guests of fd00::/64 cannot reach 2001:db8::53: the switch has no router; only local names resolve, and all others time out
    "#);
    snapshot!(set("192.0.2.53,resolver"), @r#"
    ----- stderr -----
    error: QDNS_FORWARDERS: address "resolver" is refused: it is neither an IPv4 nor an IPv6 address
       hint: use an address such as `10.0.0.10` or `fd00::10`
    ----- exit 2 -----
    "#);
    Ok(())
}

#[test]
fn all_are_the_switches_that_have_a_zone() -> Result<()> {
    let nets = Nets::start()?;
    let nb = &nets.nb;
    nb.nbctl(&["ls-add", "net3", "--", "ls-add", "net4"]);
    nb.nbctl(&["lsp-set-dhcpv4-options", "p2", &nets.net1]);
    for line in
        ["zone create net1 --domain a.internal", "zone create net2 --domain b.internal", "zone create net3"]
    {
        nb.qdns(line).ok();
    }
    snapshot!(nb.qdns("forwarders set --all 192.0.2.53"), @"
    ----- stderr -----
    error: this would change DHCP options that other switches share: row [UUID] (10.0.0.0/24) with net2, change DHCP options that other switches share: row [UUID] (10.0.0.0/24) with net1
       hint: --yes confirms it; --dry-run shows what would change
    ----- exit 1 -----
    ");
    snapshot!(nb.qdns("forwarders set --all 192.0.2.53 --yes"), @r#"
    + dns_server  192.0.2.53
    + domain_name  "a.internal"
    + domain_search_list  "a.internal"
    ~ domain_name  "a.internal" -> "b.internal"
    ~ domain_search_list  "a.internal" -> "b.internal"

    To put back:
      ovn-nbctl remove DHCP_Options [UUID] options "\"domain_search_list\"=\"\\\"b.internal\\\"\"" -- add DHCP_Options [UUID] options "\"domain_search_list\"=\"\\\"a.internal\\\"\"" -- remove DHCP_Options [UUID] external_ids "\"qdns-wrote-domain_search_list\"=\"\\\"b.internal\\\"\"" -- add DHCP_Options [UUID] external_ids "\"qdns-wrote-domain_search_list\"=\"\\\"a.internal\\\"\"" -- remove DHCP_Options [UUID] options "\"domain_name\"=\"\\\"b.internal\\\"\"" -- add DHCP_Options [UUID] options "\"domain_name\"=\"\\\"a.internal\\\"\"" -- remove DHCP_Options [UUID] external_ids "\"qdns-wrote-domain_name\"=\"\\\"b.internal\\\"\"" -- add DHCP_Options [UUID] external_ids "\"qdns-wrote-domain_name\"=\"\\\"a.internal\\\"\""
    ----- stderr -----
    warning: guests of 10.0.0.0/24 cannot reach 192.0.2.53: the switch has no router; only local names resolve, and all others time out
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    warning: guests of 10.0.0.0/24 cannot reach 192.0.2.53: the switch has no router; only local names resolve, and all others time out
    warning: net3 is left out: no port of switch net3 uses DHCP options, so no guest would get the resolvers; create it: `ovn-nbctl create DHCP_Options cidr=10.0.0.0/24 options:server_id=ADDRESS options:server_mac=MAC options:lease_time=3600 options:router=ADDRESS`, then `ovn-nbctl lsp-set-dhcpv4-options PORT UUID` for each port
    ----- exit 1 -----
    "#);
    snapshot!(nets.options(&nets.net1), @r#"{dns_server="192.0.2.53", domain_name="\"b.internal\"", domain_search_list="\"b.internal\""}"#);
    nb.qdns("zone rm net3").ok();
    snapshot!(nb.qdns("forwarders set 192.0.2.54 --all --yes --no-search -o plain"), @"
    change	qdns-wrote-dns_server	192.0.2.53	192.0.2.54
    change	dns_server	192.0.2.53	192.0.2.54
    ----- stderr -----
    warning: guests of 10.0.0.0/24 cannot reach 192.0.2.54: the switch has no router; only local names resolve, and all others time out
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    warning: guests of 10.0.0.0/24 cannot reach 192.0.2.54: the switch has no router; only local names resolve, and all others time out
    ");
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

#[test]
fn guests_of_an_isolated_network_reach_no_resolver() -> Result<()> {
    let nets = Nets::start()?;
    nets.nb.qdns("zone create net1").ok();
    snapshot!(nets.nb.qdns("forwarders set net1 192.0.2.53 10.0.0.53"), @r#"
    + dns_server  {192.0.2.53, 10.0.0.53}
    + domain_name  "internal"
    + domain_search_list  "internal"
    ----- stderr -----
    warning: guests of 10.0.0.0/24 cannot reach 192.0.2.53: the switch has no router; only local names resolve, and all others time out
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    "#);
    nets.nb.nbctl(&["lsp-add", "net1", "ext", "--", "lsp-set-type", "ext", "localnet"]);
    snapshot!(nets.nb.qdns("forwarders set net1 192.0.2.54"), @"
    ~ dns_server  {192.0.2.53, 10.0.0.53} -> 192.0.2.54

    To put back:
      qdns forwarders set net1 192.0.2.53 10.0.0.53
    ----- stderr -----
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    ");
    nets.nb.nbctl(&["lsp-del", "ext", "--", "set", "DHCP_Options", &nets.net1, "options:router=10.0.0.9"]);
    snapshot!(nets.nb.qdns("forwarders set net1 192.0.2.55"), @"
    ~ dns_server  192.0.2.54 -> 192.0.2.55

    To put back:
      qdns forwarders set net1 192.0.2.54
    ----- stderr -----
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    ");
    Ok(())
}

#[test]
fn what_restores_the_values_is_a_command_where_one_does_exactly_that() -> Result<()> {
    let nets = Nets::start()?;
    let nb = &nets.nb;
    nb.qdns("zone create net1").ok();
    nb.nbctl(&["set", "DHCP_Options", &nets.net1, "options:dns_server=192.0.2.1"]);
    nb.nbctl(&["clear", "Logical_Switch_Port", "p1", "dhcpv6_options"]);
    let mut dumps = vec![nb.dump()];
    let mut undo: Vec<String> = Vec::new();
    for line in ["set net1 192.0.2.2", "set net1 192.0.2.3 --no-search", "clear net1"] {
        let set = nb.qdns(&format!("forwarders {line} -o json")).json();
        undo.push(set["undo"][0].as_str().unwrap_or_default().to_owned());
        dumps.push(nb.dump());
    }
    snapshot!(undo.join("\n"), @"
    qdns forwarders clear net1
    qdns forwarders set net1 192.0.2.2
    qdns forwarders set net1 192.0.2.3
    ");
    for (line, dump) in undo.iter().zip(&dumps).rev() {
        let words = shlex::split(line).unwrap_or_default();
        let args: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        if words[0] == "qdns" {
            qdns(&nb.remote(), &args).ok();
        } else {
            nb.nbctl(&args);
        }
        assert_eq!(nb.dump(), *dump, "{line}");
    }
    Ok(())
}
