//! `qdns forwarders` on a real database: which rows are written, in which syntax, and what needs `--yes`.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::snapshot;

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
       hint: create them: `ovn-nbctl create DHCP_Options cidr=10.9.0.0/24 options:server_id=… options:server_mac=… options:lease_time=3600 options:router=…`, then `ovn-nbctl lsp-set-dhcpv4-options PORT UUID` for each port
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
    ----- stderr -----
    warning: switch net1 has no zone, so no local name resolves yet; create one: qdns zone create net1
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    $ qdns forwarders set net1 9.9.9.9 8.8.8.8
    ~ dns_server  8.8.8.8 -> {9.9.9.9, 8.8.8.8}
    ----- stderr -----
    warning: switch net1 has no zone, so no local name resolves yet; create one: qdns zone create net1
    warning: row [UUID] for fd00::/64 stays as it is: no resolver of its address family was given
    $ qdns forwarders clear net1
    ~ dns_server  {9.9.9.9, 8.8.8.8} -> 1.1.1.1
    ~ domain_name  "internal" -> "old"
    - domain_search_list  "internal"
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
    warning: the search domain in the row for 10.0.0.0/24 stays as it is: names of the switch are served from a row of incus
    "#);
    snapshot!(nets.nb.qdns("doctor --only search-domain-missing"), @r#"
    warning search-domain-missing net1: guests of net1 do not get internal by DHCP: short names do not resolve in systemd-resolved guests
        fix: ovn-nbctl add DHCP_Options [UUID] options "\"domain_search_list\"=\"\\\"internal,incus\\\"\""

    1 warning on net1; 0 checks passed.
    "#);
    Ok(())
}
