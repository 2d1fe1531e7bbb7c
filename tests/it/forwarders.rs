//! Forwarders on a real database: which rows are written, in which syntax, and what is asked first.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::qdns;

/// `net1` and `net2`, each with a port; both DHCPv4 rows and one DHCPv6 row.
fn nets() -> Result<(Nb, [String; 3])> {
    let nb = Nb::start()?;
    let row =
        |cidr: &str| nb.nbctl(&["create", "DHCP_Options", &format!("cidr=\"{cidr}\"")]).trim().to_owned();
    let rows = [row("10.0.0.0/24"), row("10.0.1.0/24"), row("fd00::/64")];
    for (number, row) in [("1", &rows[0]), ("2", &rows[1])] {
        let (net, port) = (format!("net{number}"), format!("p{number}"));
        nb.nbctl(&["ls-add", &net, "--", "lsp-add", &net, &port, "--", "lsp-set-dhcpv4-options", &port, row]);
    }
    nb.nbctl(&["lsp-set-dhcpv6-options", "p1", &rows[2]]);
    Ok((nb, rows))
}

fn option(nb: &Nb, row: &str, option: &str) -> String {
    nb.nbctl(&["--if-exists", "get", "DHCP_Options", row, &format!("options:{option}")]).trim().to_owned()
}

#[test]
fn each_family_gets_its_own_in_the_syntax_that_ovn_parses() -> Result<()> {
    let (nb, rows) = nets()?;
    qdns(&nb.remote(), &["forwarders", "set", "net1", "8.8.8.8", "2001:4860:4860::8888", "8.8.4.4"]).ok();
    assert_eq!(option(&nb, &rows[0], "dns_server"), "\"{8.8.8.8, 8.8.4.4}\"");
    assert_eq!(option(&nb, &rows[0], "domain_name"), "\"\\\"internal\\\"\"");
    assert_eq!(option(&nb, &rows[0], "domain_search_list"), "\"\\\"internal\\\"\"");
    assert_eq!(option(&nb, &rows[2], "dns_server"), "\"2001:4860:4860::8888\"");
    assert_eq!(option(&nb, &rows[2], "domain_search"), "\"\\\"internal\\\"\"");
    assert_eq!(option(&nb, &rows[1], "dns_server"), "", "net2's row is not net1's");
    Ok(())
}

#[test]
fn the_domain_of_the_zone_is_searched_unless_that_is_not_wanted() -> Result<()> {
    let (nb, rows) = nets()?;
    qdns(&nb.remote(), &["zone", "create", "net1", "--domain", "prod.internal"]).ok();
    let run = qdns(&nb.remote(), &["forwarders", "set", "net1", "8.8.8.8", "fd00::53"]);
    run.ok();
    assert!(run.stderr.contains("wrong in DHCPv6"), "{run:?}");
    assert_eq!(option(&nb, &rows[0], "domain_name"), "\"\\\"prod.internal\\\"\"");
    assert_eq!(option(&nb, &rows[2], "domain_search"), "");
    qdns(&nb.remote(), &["forwarders", "set", "net2", "8.8.8.8", "--no-search"]).ok();
    assert_eq!(option(&nb, &rows[1], "domain_name"), "");
    Ok(())
}

#[test]
fn a_shared_row_is_named_and_needs_yes() -> Result<()> {
    let (nb, rows) = nets()?;
    nb.nbctl(&["lsp-set-dhcpv4-options", "p2", &rows[0]]);
    let before = nb.dump();
    let said = qdns(&nb.remote(), &["forwarders", "set", "net1", "8.8.8.8"]).fails(1);
    assert!(said.contains(&rows[0]) && said.contains("net2") && said.contains("--yes"), "{said}");
    assert_eq!(nb.dump(), before);
    qdns(&nb.remote(), &["forwarders", "set", "net1", "8.8.8.8", "--yes"]).ok();
    assert_eq!(option(&nb, &rows[0], "dns_server"), "\"8.8.8.8\"");
    Ok(())
}

#[test]
fn without_dhcp_options_the_refusal_has_the_command_that_makes_them() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "set", "Logical_Switch", "net1", "other_config:subnet=10.9.0.0/24"]);
    let said = qdns(&nb.remote(), &["forwarders", "set", "net1", "8.8.8.8"]).fails(1);
    assert!(said.contains("create DHCP_Options cidr=10.9.0.0/24"), "{said}");
    assert!(said.contains("lsp-set-dhcpv4-options"), "{said}");
    Ok(())
}

#[test]
fn clear_gives_back_what_was_there_before_the_first_set() -> Result<()> {
    let (nb, rows) = nets()?;
    nb.nbctl(&[
        "set",
        "DHCP_Options",
        &rows[0],
        "options:dns_server=1.1.1.1",
        "options:domain_name=\"\\\"old\\\"\"",
    ]);
    let before = nb.dump();
    qdns(&nb.remote(), &["forwarders", "set", "net1", "8.8.8.8"]).ok();
    qdns(&nb.remote(), &["forwarders", "set", "net1", "9.9.9.9", "8.8.8.8"]).ok();
    qdns(&nb.remote(), &["forwarders", "clear", "net1"]).ok();
    assert_eq!(nb.dump(), before);
    let run = qdns(&nb.remote(), &["forwarders", "clear", "net1"]);
    run.ok();
    assert!(run.stderr.contains("not set by qdns"), "{run:?}");
    Ok(())
}
