//! What `qdns doctor` finds in DHCP options that are broken by hand, and that its own lines fix it.

use anyhow::Result;

use crate::doctor::{broken, findings, fixed_by_its_lines};
use crate::support::snapshot;

#[test]
fn dhcp_missing() -> Result<()> {
    let nb = broken("ovn-nbctl clear Logical_Switch_Port web dhcpv4_options")?;
    snapshot!(findings(&nb), @"
    warning dhcp-missing net1: port web of net1 has no DHCP options: no lease, no resolver
        fix: ovn-nbctl lsp-set-dhcpv4-options web [UUID]
    1 warning on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ");
    fixed_by_its_lines(&nb, "dhcp-missing")
}

#[test]
fn dhcp_incomplete() -> Result<()> {
    let nb = broken("ovn-nbctl remove DHCP_Options $D options lease_time")?;
    snapshot!(findings(&nb), @r#"
    error dhcp-incomplete net1: the options for 10.0.0.0/24 lack lease_time: OVN answers no DHCP for them
        fix: ovn-nbctl add DHCP_Options [UUID] options '"lease_time"="3600"'
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    fixed_by_its_lines(&nb, "dhcp-incomplete")
}

#[test]
fn dhcp_option_syntax_of_dns_server() -> Result<()> {
    let nb = broken("ovn-nbctl set DHCP_Options $D options:dns_server=8.8.8.8,8.8.4.4")?;
    snapshot!(findings(&nb), @r#"
    error dhcp-option-syntax net1: dns_server = 8.8.8.8,8.8.4.4: several values need braces: {A, B}; OVN takes what follows the first for an option's name; no port of 10.0.0.0/24 gets a lease
        fix: ovn-nbctl remove DHCP_Options [UUID] options '"dns_server"="8.8.8.8,8.8.4.4"' -- add DHCP_Options [UUID] options '"dns_server"="{8.8.8.8, 8.8.4.4}"'
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    fixed_by_its_lines(&nb, "dhcp-option-syntax")
}

#[test]
fn dhcp_option_syntax_of_domain_name() -> Result<()> {
    let nb = broken("ovn-nbctl set DHCP_Options $D options:domain_name=internal")?;
    snapshot!(findings(&nb), @r#"
    error dhcp-option-syntax net1: domain_name = internal: internal is neither a number nor a string in double quotes; no port of 10.0.0.0/24 gets a lease
        fix: ovn-nbctl remove DHCP_Options [UUID] options '"domain_name"="internal"' -- add DHCP_Options [UUID] options "\"domain_name\"=\"\\\"internal\\\"\""
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    fixed_by_its_lines(&nb, "dhcp-option-syntax")
}

#[test]
fn dhcp_option_syntax_of_ttl() -> Result<()> {
    let nb = broken("ovn-nbctl set DHCP_Options $D options:ttl=60")?;
    snapshot!(findings(&nb), @r#"
    error dhcp-option-syntax net1: ttl = 60: this OVN knows no option ttl; no port of 10.0.0.0/24 gets a lease
        fix: ovn-nbctl remove DHCP_Options [UUID] options '"ttl"="60"'
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    fixed_by_its_lines(&nb, "dhcp-option-syntax")
}

#[test]
fn dhcp_option_syntax_of_a_ports_hostname() -> Result<()> {
    let nb = broken("ovn-nbctl set Logical_Switch_Port web options:hostname=web")?;
    snapshot!(findings(&nb), @r#"
    error dhcp-option-syntax net1: hostname = web: web is neither a number nor a string in double quotes; port web gets no lease
        fix: ovn-nbctl remove Logical_Switch_Port [UUID] options '"hostname"="web"' -- add Logical_Switch_Port [UUID] options "\"hostname\"=\"\\\"web\\\"\""
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    fixed_by_its_lines(&nb, "dhcp-option-syntax")
}

#[test]
fn dhcp_no_dns_server() -> Result<()> {
    let nb = broken("ovn-nbctl remove DHCP_Options $D options dns_server")?;
    snapshot!(findings(&nb), @"
    error dhcp-no-dns-server net1: guests of 10.0.0.0/24 get no resolver, so no name resolves
        fix: qdns forwarders set net1 8.8.8.8 8.8.4.4
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "dhcp-no-dns-server")
}

#[test]
fn dns_server_answers_nothing() -> Result<()> {
    let nb = broken("ovn-nbctl set DHCP_Options $D options:dns_server=10.0.0.1")?;
    snapshot!(findings(&nb), @"
    error dns-server-answers-nothing net1: guests of 10.0.0.0/24 ask 10.0.0.1, where no resolver listens: only local names resolve
        fix: qdns forwarders set net1 8.8.8.8 8.8.4.4
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "dns-server-answers-nothing")
}

#[test]
fn dns_server_unroutable_in_the_subnet() -> Result<()> {
    let nb = broken("ovn-nbctl set DHCP_Options $D options:dns_server=10.0.0.200")?;
    snapshot!(findings(&nb), @"
    error dns-server-unroutable net1: guests of 10.0.0.0/24 ask 10.0.0.200, and no port of the switch has that address: not even local names resolve
        fix: qdns forwarders set net1 8.8.8.8 8.8.4.4
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "dns-server-unroutable")
}

#[test]
fn dns_server_unroutable_without_a_router() -> Result<()> {
    let nb = broken(
        "ovn-nbctl remove DHCP_Options $D options router -- set DHCP_Options $D options:dns_server=8.8.8.8",
    )?;
    snapshot!(findings(&nb), @r#"
    error dns-server-unroutable net1: guests of 10.0.0.0/24 ask 8.8.8.8, and they get no router by DHCP: not even local names resolve
        fix: ovn-nbctl add DHCP_Options [UUID] options '"router"="10.0.0.1"'
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    fixed_by_its_lines(&nb, "dns-server-unroutable")
}

#[test]
fn search_domain_missing() -> Result<()> {
    let nb = broken(
        "ovn-nbctl remove DHCP_Options $D options domain_name -- remove DHCP_Options $D options domain_search_list",
    )?;
    snapshot!(findings(&nb), @r#"
    warning search-domain-missing net1: guests of net1 do not get internal by DHCP: short names do not resolve in systemd-resolved guests
        fix: ovn-nbctl add DHCP_Options [UUID] options "\"domain_name\"=\"\\\"internal\\\"\",\"domain_search_list\"=\"\\\"internal\\\"\""
    1 warning on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    "#);
    fixed_by_its_lines(&nb, "search-domain-missing")
}

#[test]
fn dns_server_unusable() -> Result<()> {
    let nb = broken(r#"ovn-nbctl set DHCP_Options $D options:dns_server=127.0.0.53"#)?;
    snapshot!(findings(&nb), @"
    error dns-server-unusable net1: guests of 10.0.0.0/24 get no resolver but 127.0.0.53 (127.0.0.53: it is a loopback address: every guest would reach itself): no name resolves
        fix: qdns forwarders set net1 8.8.8.8 8.8.4.4
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "dns-server-unusable")
}

#[test]
fn dns_server_one_unusable() -> Result<()> {
    let nb = broken(r#"ovn-nbctl set DHCP_Options $D 'options:dns_server="{8.8.8.8, fd00::53}"'"#)?;
    snapshot!(findings(&nb), @r#"
    warning dns-server-one-unusable net1: guests of 10.0.0.0/24 get 0.0.0.83 as one of their resolvers (fd00::53: OVN sends the last four octets of an IPv6 address): queries to it are lost
        fix: ovn-nbctl remove DHCP_Options [UUID] options '"dns_server"="{8.8.8.8, fd00::53}"' -- add DHCP_Options [UUID] options '"dns_server"="8.8.8.8"'
    1 warning on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    "#);
    fixed_by_its_lines(&nb, "dns-server-one-unusable")
}

#[test]
fn search_domain_unusable_of_two_domains() -> Result<()> {
    let nb = broken(
        r#"ovn-nbctl remove DHCP_Options $D options domain_search_list -- set DHCP_Options $D 'options:domain_name="\"internal,corp.lan\""'"#,
    )?;
    snapshot!(findings(&nb), @r#"
    warning search-domain-unusable net1: domain_name = "internal,corp.lan": guests of 10.0.0.0/24 cannot search in "internal,corp.lan": the option carries one domain
        fix: ovn-nbctl remove DHCP_Options [UUID] options "\"domain_name\"=\"\\\"internal,corp.lan\\\"\"" -- add DHCP_Options [UUID] options "\"domain_name\"=\"\\\"internal\\\"\",\"domain_search_list\"=\"\\\"internal,corp.lan\\\"\""
    1 warning on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    "#);
    fixed_by_its_lines(&nb, "search-domain-unusable")
}

#[test]
fn search_domain_unusable_with_a_blank() -> Result<()> {
    let nb =
        broken(r#"ovn-nbctl set DHCP_Options $D 'options:domain_search_list="\"internal, corp.lan\""'"#)?;
    snapshot!(findings(&nb), @r#"
    warning search-domain-unusable net1: domain_search_list = "internal, corp.lan": guests of 10.0.0.0/24 cannot search in " corp.lan": it has a blank
        fix: ovn-nbctl remove DHCP_Options [UUID] options "\"domain_search_list\"=\"\\\"internal, corp.lan\\\"\"" -- add DHCP_Options [UUID] options "\"domain_search_list\"=\"\\\"internal,corp.lan\\\"\""
    1 warning on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    "#);
    fixed_by_its_lines(&nb, "search-domain-unusable")
}

#[test]
fn dhcp_lease_useless() -> Result<()> {
    let nb = broken(r#"ovn-nbctl set DHCP_Options $D options:lease_time=0"#)?;
    snapshot!(findings(&nb), @r#"
    error dhcp-lease-useless net1: lease_time = 0: guests of 10.0.0.0/24 may take no such lease
        fix: ovn-nbctl remove DHCP_Options [UUID] options '"lease_time"="0"' -- add DHCP_Options [UUID] options '"lease_time"="3600"'
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    fixed_by_its_lines(&nb, "dhcp-lease-useless")
}

#[test]
fn dhcp_option_syntax_of_the_servers_mac() -> Result<()> {
    let nb = broken(r#"ovn-nbctl set DHCP_Options $D options:server_mac=nonsense"#)?;
    snapshot!(findings(&nb), @r#"
    error dhcp-option-syntax net1: server_mac = nonsense: it takes one MAC address, XX:XX:XX:XX:XX:XX; no port of 10.0.0.0/24 gets a lease
        fix: ovn-nbctl remove DHCP_Options [UUID] options '"server_mac"="nonsense"' -- add DHCP_Options [UUID] options '"server_mac"="0a:00:00:00:00:01"'
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    fixed_by_its_lines(&nb, "dhcp-option-syntax")
}

#[test]
fn dhcp_option_syntax_of_the_servers_address() -> Result<()> {
    let nb = broken(r#"ovn-nbctl set DHCP_Options $D 'options:server_id="fd00::1"'"#)?;
    snapshot!(findings(&nb), @r#"
    error dhcp-option-syntax net1: server_id = fd00::1: it takes one IPv4 address; no port of 10.0.0.0/24 gets a lease
        fix: ovn-nbctl remove DHCP_Options [UUID] options '"server_id"="fd00::1"' -- add DHCP_Options [UUID] options '"server_id"="10.0.0.1"'
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    "#);
    fixed_by_its_lines(&nb, "dhcp-option-syntax")
}

#[test]
fn dhcp_router_unknown() -> Result<()> {
    let nb =
        broken(r#"ovn-nbctl set DHCP_Options $D options:router=10.0.0.254 options:dns_server=10.0.0.11"#)?;
    snapshot!(findings(&nb), @r#"
    warning dhcp-router-unknown net1: guests of 10.0.0.0/24 get the router 10.0.0.254, and no port of net1 has that address: they reach nothing outside of their network
        fix: ovn-nbctl remove DHCP_Options [UUID] options '"router"="10.0.0.254"' -- add DHCP_Options [UUID] options '"router"="10.0.0.1"'
    1 warning on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    "#);
    fixed_by_its_lines(&nb, "dhcp-router-unknown")
}

#[test]
fn dhcp_no_address() -> Result<()> {
    let nb = broken(r#"ovn-nbctl lsp-set-addresses web 0a:00:00:00:00:0a"#)?;
    snapshot!(findings(&nb), @"
    error dhcp-no-address net1: port web of net1 gets no lease: its addresses are 0a:00:00:00:00:0a
        fix: ovn-nbctl lsp-set-addresses web '0a:00:00:00:00:0a dynamic'
    1 error on net1; [N] checks passed, [N] not made: the southbound database is unknown, no part of OVN says which release it is, no forwarder was asked.
    ----- exit 4 -----
    ");
    fixed_by_its_lines(&nb, "dhcp-no-address")
}
