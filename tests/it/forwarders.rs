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

    To undo:
      qdns forwarders clear net1
    ----- stderr -----
    warning: switch net1 has no zone, so no local name resolves yet; create one: qdns zone create net1
    warning: guests of 10.0.0.0/24 cannot reach 8.8.8.8: the switch has no router; only local names resolve, and all others time out
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    $ qdns forwarders set net1 9.9.9.9 8.8.8.8
    ~ dns_server  8.8.8.8 -> {9.9.9.9, 8.8.8.8}

    To undo:
      qdns forwarders set net1 8.8.8.8
    ----- stderr -----
    warning: switch net1 has no zone, so no local name resolves yet; create one: qdns zone create net1
    warning: guests of 10.0.0.0/24 cannot reach 9.9.9.9, 8.8.8.8: the switch has no router; only local names resolve, and all others time out
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    $ qdns forwarders clear net1
    ~ dns_server  {9.9.9.9, 8.8.8.8} -> 1.1.1.1
    ~ domain_name  "internal" -> "old"
    - domain_search_list  "internal"

    To undo:
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

    To undo:
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

    To undo:
      qdns forwarders set net1 192.0.2.53 10.0.0.53
    ----- stderr -----
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    ");
    nets.nb.nbctl(&["lsp-del", "ext", "--", "set", "DHCP_Options", &nets.net1, "options:router=10.0.0.9"]);
    snapshot!(nets.nb.qdns("forwarders set net1 192.0.2.55"), @"
    ~ dns_server  192.0.2.54 -> 192.0.2.55

    To undo:
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
