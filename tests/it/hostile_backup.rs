//! Files of `record import --all` that were changed by someone else: what they hold is input like everything else.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::snapshot;

/// `net1` with a guest that has no DHCP options, and with one that has.
fn net() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "lsp-add", "net1", "vm1", "--", "lsp-add", "net1", "vm2"]);
    nb.nbctl(&["lsp-set-addresses", "vm1", "0a:00:00:00:00:01 10.0.0.1"]);
    nb.nbctl(&["lsp-set-addresses", "vm2", "0a:00:00:00:00:02 10.0.0.2"]);
    let row = nb.nbctl(&["create", "DHCP_Options", "cidr=10.0.0.0/24", "options:router=10.0.0.254"]);
    nb.nbctl(&["lsp-set-dhcpv4-options", "vm2", row.trim()]);
    Ok(nb)
}

/// Imports a file with one entry of a list; nothing may change where it is refused.
fn imported(nb: &Nb, list: &str, entry: &str) -> Result<String> {
    let before = nb.dump();
    let records = if list == "records" { "" } else { r#","records":[]"# };
    let file = nb.file("backup.json", format!("{{\"{list}\":[\n{entry}\n]{records}}}"))?;
    let run = nb.qdns(&format!("record import --all {file}"));
    assert!(run.code == 0 || nb.dump() == before, "{run}");
    Ok(run.to_string())
}

/// ovn-northd copies every option of a row into a flow as it is.
#[test]
fn each_option_of_a_row_that_is_created_again_is_one_that_ovn_can_read() -> Result<()> {
    let nb = net()?;
    let entry = |options: &str, marks: &str| {
        format!(
            r#"{{"cidr":"10.0.0.0/24","ports":["vm1"],"options":{{"server_id":"10.0.0.254","server_mac":"0a:00:00:00:00:ff","lease_time":"3600"{options}}},"external_ids":{{"qdns-created-for":"x"{marks}}}}}"#
        )
    };
    let mut shown = String::new();
    for (options, marks) in [
        (r#","mtu":"1500); drop; (""#, ""),
        (r#","mtu = 1500, router":"10.0.0.254""#, ""),
        (r#","router":"10.0.0.254; output;""#, ""),
        ("", r#","neutron:port_name":"x""#),
        (r#","router":"10.0.0.254""#, ""),
    ] {
        shown += &imported(&nb, "dhcp_options", &entry(options, marks))?;
    }
    snapshot!(shown, @r#"
    ----- stderr -----
    error: 1 line of [DIR]/backup.json cannot be imported; nothing was changed
    [DIR]/backup.json:2: mtu "1500); drop; (" is refused: OVN cannot read it: something follows the value, which OVN would read as another option or action
    ----- exit 2 -----
    ----- stderr -----
    error: 1 line of [DIR]/backup.json cannot be imported; nothing was changed
    [DIR]/backup.json:2: mtu = 1500, router "10.0.0.254" is refused: OVN cannot read it: "mtu = 1500, router" is no name that OVN can read
    ----- exit 2 -----
    ----- stderr -----
    error: 1 line of [DIR]/backup.json cannot be imported; nothing was changed
    [DIR]/backup.json:2: router "10.0.0.254; output;" is refused: OVN cannot read it: something follows the value, which OVN would read as another option or action
    ----- exit 2 -----
    ----- stderr -----
    error: 1 line of [DIR]/backup.json cannot be imported; nothing was changed
    [DIR]/backup.json:2: the marks of the DHCP options of 10.0.0.0/24 are those of neutron, whose rows qdns does not write
    ----- exit 2 -----
    + DHCP options  10.0.0.0/24 lease_time=3600 router=10.0.0.254 server_id=10.0.0.254 server_mac=0a:00:00:00:00:ff
    + dhcpv4_options  vm1
    "#);
    Ok(())
}

#[test]
fn the_mark_of_a_zone_names_the_domain_of_its_hosts() -> Result<()> {
    let nb = net()?;
    let entry =
        r#"{"switch":"net1","domain":"internal","as_stored":{"external_ids":{"qdns-domain":"example.org"}}}"#;
    snapshot!(imported(&nb, "zones", entry)?, @"
    ----- stderr -----
    error: 1 line of [DIR]/backup.json cannot be imported; nothing was changed
    [DIR]/backup.json:2: qdns-domain is example.org, but the domain of the zone is internal
    ----- exit 2 -----
    ");
    Ok(())
}

/// A backup has what was stored, also names that no command accepts. The import restores them, and a warning lists them.
#[test]
fn names_that_break_a_rule_are_named() -> Result<()> {
    let nb = net()?;
    let entry = r#"{"switch":"net1","domain":"internal","as_stored":{"records":{"wpad.internal":"203.0.113.66","x\n\u001b[1mfix: y":"127.0.0.1","gone":null}}}"#;
    snapshot!(imported(&nb, "zones", entry)?, @r"
    + zone  net1
    + wpad.internal  203.0.113.66
    + x\n\u{1b}[1mfix: y  127.0.0.1
    ----- stderr -----
    warning: net1: names or values that qdns itself would refuse or correct, made as the file has them (2): wpad.internal, x\n\u{1b}[1mfix: y
    ");
    Ok(())
}

/// A value that an import refuses would make the whole backup useless.
#[test]
fn a_backup_leaves_out_what_its_import_would_refuse() -> Result<()> {
    let nb = net()?;
    nb.qdns("zone create net1").ok();
    nb.qdns("forwarders set net1 9.9.9.9").ok();
    let row = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DHCP_Options"]);
    nb.nbctl(&["set", "DHCP_Options", row.trim(), r#"options:dns_server="9.9.9.9); drop; (""#]);
    nb.nbctl(&["lb-add", "lb1", "10.0.0.1:53", "9.9.9.9:53", "udp", "--", "ls-lb-add", "net1", "lb1"]);
    let switch = nb.nbctl(&["--bare", "--columns=_uuid", "list", "Logical_Switch"]);
    nb.nbctl(&["set", "Load_Balancer", "lb1", &format!("external_ids:qdns-forwards-for={}", switch.trim())]);
    nb.nbctl(&["set", "Load_Balancer", "lb1", r#"vips:"10.0.0.1:53"="9.9.9.9:53); drop; (""#]);
    let export = nb.qdns("record export");
    snapshot!(&export, @r#"
    {"zones":[
    {"switch":"net1","domain":"internal"}
    ],
    "records":[],
    "dhcp_options":[
    {"cidr":"10.0.0.0/24","ports":["vm2"],"options":{"domain_name":"\"internal\"","domain_search_list":"\"internal\"","router":"10.0.0.254"},"external_ids":{"qdns-before-domain_name":"","qdns-before-domain_search_list":"","qdns-wrote-domain_name":"\"internal\"","qdns-wrote-domain_search_list":"\"internal\""}}
    ],
    "load_balancers":[]}
    ----- stderr -----
    warning: DHCP options of 10.0.0.0/24 that OVN cannot read, left out (1): dns_server
    "#);
    let file = nb.file("backup.json", &export.stdout)?;
    snapshot!(nb.qdns(&format!("record import --all {file}")), @"Nothing to change.");
    Ok(())
}
