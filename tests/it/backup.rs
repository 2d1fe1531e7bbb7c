//! `qdns record export` of everything and `qdns record import --all`: what was there is there again.

use anyhow::{Context as _, Result};

use crate::support::lab::Nb;
use crate::support::snapshot;
use crate::undo::{paste, undo_of};

/// Three switches with ports, DHCP options and a router, whose rows have UUIDs that begin with this digit.
fn network(digit: char) -> Result<Nb> {
    let nb = Nb::start()?;
    let uuid = |n: usize| format!("{}-0000-4000-8000-{n:012}", digit.to_string().repeat(8));
    let mut commands = format!("--id={} create Logical_Router name=lr0 options:chassis=c1", uuid(200));
    for net in 1..=3 {
        let (switch, options) = (uuid(net), uuid(100 + net));
        commands += &format!(" -- --id={switch} create Logical_Switch name=net{net}");
        commands += &format!(" -- --id={options} create DHCP_Options cidr=10.0.{net}.0/24");
        commands += &format!(" options:router=10.0.{net}.1 options:dns_server=192.0.2.1");
        for vm in 1..=2 {
            let port = uuid(10 * net + vm);
            commands += &format!(" -- --id={port} create Logical_Switch_Port name=vm-{net}-{vm}");
            commands += &format!(r#" addresses='"00:00:00:00:0{net}:0{vm} 10.0.{net}.1{vm}"'"#);
            commands += &format!(" dhcpv4_options={options} -- add Logical_Switch {switch} ports {port}");
        }
    }
    commands += " -- lrp-add lr0 lr0-net2 00:00:00:00:ff:02 10.0.2.1/24 -- lsp-add net2 net2-lr0";
    commands += " -- lsp-set-type net2-lr0 router -- lsp-set-options net2-lr0 router-port=lr0-net2";
    let words = shlex::split(&commands).context("words")?;
    nb.nbctl(&words.iter().map(String::as_str).collect::<Vec<_>>());
    Ok(nb)
}

/// Names of every kind, sharing, forwarders of both kinds, and what other hands wrote into the zones.
fn filled() -> Result<Nb> {
    let nb = network('1')?;
    for line in [
        "zone create net2 --domain prod.internal",
        "sync net1 net2",
        "record add net1 printer 10.0.1.99 fd00::99 --static",
        "record add net1 six fd00::6 --no-short",
        "record add net1 nameless 10.0.1.50 --no-ptr",
        "record add net2 www --alias-of vm-2-1",
        "zone share net2 --with net1 net3",
        "zone create net3 --domain empty.internal",
        "forwarders set net1 8.8.8.8 8.8.4.4",
        "forwarders set net2 9.9.9.9 --via auto",
    ] {
        nb.qdns(line).ok();
    }
    let row = crate::export::row(&nb, "net1");
    let records = r#""VM_1"="10.0.1.7,10.0.1.8","gateway"="10.0.1.1","half"="10.0.1.60""#;
    nb.nbctl(&["add", "DNS", &row, "records", records, r#""9.1.0.10.in-addr.arpa"="gone.internal""#]);
    nb.nbctl(&["add", "DNS", &row, "external_ids", "note=mine", "qdns-static-ghost=true"]);
    nb.nbctl(&["remove", "DNS", &row, "external_ids", "qdns-domain"]);
    Ok(nb)
}

/// All that qdns writes.
fn written(nb: &Nb) -> String {
    let list = |table: &str, columns: &str| {
        let mut rows: Vec<String> = nb
            .nbctl(&["--format=csv", "--no-headings", &format!("--columns={columns}"), "list", table])
            .lines()
            .map(|line| format!("{table}: {line}\n"))
            .collect();
        rows.sort();
        rows.concat()
    };
    list("DNS", "_uuid,records,external_ids")
        + &list("Logical_Switch", "name,dns_records,load_balancer")
        + &list("DHCP_Options", "_uuid,cidr,options,external_ids")
        + &list("Load_Balancer", "_uuid,name,protocol,vips,options,external_ids")
        + &list("Logical_Router", "name,load_balancer")
}

/// A restored database, with a file of all that was in the first one.
fn restored(digit: char, client: &str) -> Result<(Nb, Nb)> {
    let (from, to) = (filled()?, network(digit)?);
    let file = to.file("backup.json", from.qdns("record export").ok())?;
    to.qdns(&format!("record import --all {file} --client {client}")).ok();
    let again = to.qdns(&format!("record import --all {file} --check --prune --client {client}"));
    assert_eq!(again.ok(), "Nothing to change.\n", "{again}");
    Ok((from, to))
}

#[test]
fn everything_is_restored_byte_for_byte() -> Result<()> {
    let (from, to) = restored('1', "ovsdb-client")?;
    assert_eq!(written(&to), written(&from));
    Ok(())
}

#[test]
fn everything_is_restored_through_ovn_nbctl() -> Result<()> {
    let (from, to) = restored('1', "ovn-nbctl")?;
    assert_eq!(written(&to), written(&from));
    Ok(())
}

/// A switch or port that was made again has another UUID. A host is of the port with the same name then.
#[test]
fn the_rows_of_the_network_may_have_other_uuids() -> Result<()> {
    let (from, to) = restored('2', "ovsdb-client")?;
    // What is derived from the UUID of a switch differs, so the UUIDs are left out here.
    let marks = |nb: &Nb| {
        let columns = "--columns=records,external_ids";
        let rows = nb.nbctl(&["--format=csv", "--no-headings", columns, "list", "DNS"]);
        let mut rows: Vec<String> =
            rows.replace("22222222-", "11111111-").lines().map(str::to_owned).collect();
        rows.sort();
        rows
    };
    assert_eq!(marks(&to), marks(&from));
    assert!(to.nbctl(&["list", "DNS"]).contains("qdns-port-vm-1-1=\"22222222-0000-4000-8000-000000000011\""));
    Ok(())
}

/// The row of `--create-dhcp` is none of the network's: it is made again, for the ports that are there.
#[test]
fn a_dhcp_row_that_qdns_made_is_made_again() -> Result<()> {
    let guests = |nb: &Nb| {
        for n in 3..=4 {
            let (name, addresses) = (format!("vm-2-{n}"), format!("00:00:00:00:02:0{n} 10.0.2.1{n}"));
            nb.nbctl(&["lsp-add", "net2", &name, "--", "lsp-set-addresses", &name, &addresses]);
        }
    };
    let (from, to) = (network('1')?, network('1')?);
    [&from, &to].into_iter().for_each(guests);
    from.qdns("record add net2 db 10.0.2.13").ok();
    from.qdns("forwarders set net2 9.9.9.9 --create-dhcp").ok();
    let file = to.file("backup.json", from.qdns("record export").ok())?;
    to.qdns(&format!("record import --all {file}")).ok();
    assert_eq!(to.qdns(&format!("record import --all {file} --check")).ok(), "Nothing to change.\n");
    let leases = |nb: &Nb| {
        let columns = ["--columns=dhcpv4_options", "list", "Logical_Switch_Port"];
        nb.nbctl(&[&columns[..], &["vm-2-1", "vm-2-2", "vm-2-3", "vm-2-4"]].concat())
    };
    assert_eq!((written(&to), leases(&to)), (written(&from), leases(&from)));
    // It is gone again with the forwarders.
    for nb in [&from, &to] {
        nb.qdns("forwarders clear net2").ok();
    }
    assert_eq!((written(&to), leases(&to)), (written(&from), leases(&from)));
    Ok(())
}

#[test]
fn clear_works_on_restored_forwarders() -> Result<()> {
    let (_, to) = restored('2', "ovsdb-client")?;
    to.qdns("forwarders clear net1").ok();
    let options = to.nbctl(&["--bare", "--columns=options", "find", "DHCP_Options", "cidr=10.0.1.0/24"]);
    assert_eq!(options.trim(), "dns_server=192.0.2.1 router=10.0.1.1");
    Ok(())
}

#[test]
fn the_file_is_json_of_one_entry_a_line() -> Result<()> {
    snapshot!(filled()?.qdns("record export"), @r#"
    {"zones":[
    {"switch":"net1","domain":"internal","as_stored":{"records":{"9.1.0.10.in-addr.arpa":"gone.internal","VM_1":"10.0.1.7,10.0.1.8","gateway":"10.0.1.1"},"external_ids":{"note":"mine","qdns-domain":null,"qdns-static-ghost":"true"}}},
    {"switch":"net2","domain":"prod.internal","shared_with":["net1","net3"]},
    {"switch":"net3","domain":"empty.internal"}
    ],
    "records":[
    {"hostname":"half","fqdn":"half.internal","ip":"10.0.1.60","addresses":["10.0.1.60"],"ptr":[],"static":false,"ttl":3600,"switch":"net1","domain":"internal","names":"short"},
    {"hostname":"nameless","fqdn":"nameless.internal","ip":"10.0.1.50","addresses":["10.0.1.50"],"ptr":[],"static":false,"ttl":3600,"switch":"net1","domain":"internal"},
    {"hostname":"printer","fqdn":"printer.internal","ip":"10.0.1.99","addresses":["10.0.1.99","fd00::99"],"ptr":["10.0.1.99","fd00::99"],"static":true,"ttl":3600,"switch":"net1","domain":"internal"},
    {"hostname":"six","fqdn":"six.internal","ip":"fd00::6","addresses":["fd00::6"],"ptr":["fd00::6"],"static":false,"ttl":3600,"switch":"net1","domain":"internal","names":"fqdn"},
    {"hostname":"vm-1-1","fqdn":"vm-1-1.internal","ip":"10.0.1.11","addresses":["10.0.1.11"],"ptr":["10.0.1.11"],"static":false,"ttl":3600,"switch":"net1","domain":"internal","port":"[UUID]","port_name":"vm-1-1"},
    {"hostname":"vm-1-2","fqdn":"vm-1-2.internal","ip":"10.0.1.12","addresses":["10.0.1.12"],"ptr":["10.0.1.12"],"static":false,"ttl":3600,"switch":"net1","domain":"internal","port":"[UUID]","port_name":"vm-1-2"},
    {"hostname":"vm-2-1","fqdn":"vm-2-1.prod.internal","ip":"10.0.2.11","addresses":["10.0.2.11"],"ptr":["10.0.2.11"],"static":false,"ttl":3600,"switch":"net2","domain":"prod.internal","port":"[UUID]","port_name":"vm-2-1"},
    {"hostname":"vm-2-2","fqdn":"vm-2-2.prod.internal","ip":"10.0.2.12","addresses":["10.0.2.12"],"ptr":["10.0.2.12"],"static":false,"ttl":3600,"switch":"net2","domain":"prod.internal","port":"[UUID]","port_name":"vm-2-2"},
    {"hostname":"www","fqdn":"www.prod.internal","ip":"10.0.2.11","addresses":["10.0.2.11"],"ptr":[],"static":false,"ttl":3600,"switch":"net2","domain":"prod.internal","alias_of":"vm-2-1"}
    ],
    "dhcp_options":[
    {"cidr":"10.0.1.0/24","ports":["vm-1-1","vm-1-2"],"options":{"dns_server":"{8.8.8.8, 8.8.4.4}","domain_name":"\"internal\"","domain_search_list":"\"internal\"","router":"10.0.1.1"},"external_ids":{"qdns-before-dns_server":"192.0.2.1","qdns-before-domain_name":"","qdns-before-domain_search_list":"","qdns-wrote-dns_server":"{8.8.8.8, 8.8.4.4}","qdns-wrote-domain_name":"\"internal\"","qdns-wrote-domain_search_list":"\"internal\""}},
    {"cidr":"10.0.2.0/24","ports":["vm-2-1","vm-2-2"],"options":{"dns_server":"10.0.2.1","domain_name":"\"prod.internal\"","domain_search_list":"\"prod.internal\"","router":"10.0.2.1"},"external_ids":{"qdns-before-dns_server":"192.0.2.1","qdns-before-domain_name":"","qdns-before-domain_search_list":"","qdns-wrote-dns_server":"10.0.2.1","qdns-wrote-domain_name":"\"prod.internal\"","qdns-wrote-domain_search_list":"\"prod.internal\""}}
    ],
    "load_balancers":[
    {"switch":"net2","protocol":"udp","vips":{"10.0.2.1:53":"9.9.9.9:53"},"router":"lr0"},
    {"switch":"net2","protocol":"tcp","vips":{"10.0.2.1:53":"9.9.9.9:53"},"router":"lr0"}
    ]}
    ----- stderr -----
    warning: net1: hosts with names or values that an import refuses or corrects, kept as they are stored (2): gateway.internal, vm_1.internal
    "#);
    Ok(())
}

#[test]
fn each_switch_has_its_changes_under_its_name() -> Result<()> {
    let nb = network('1')?;
    let file = nb.file("all.csv", "hostname,addresses,switch\nweb,10.0.1.5,net1\ndb,10.0.2.5,net2\n")?;
    snapshot!(nb.qdns(&format!("record import --all {file}")), @"
    net1:
      + zone  net1
      + 5.1.0.10.in-addr.arpa  web.internal
      + web  10.0.1.5
      + web.internal  10.0.1.5
    net2:
      + zone  net2
      + 5.2.0.10.in-addr.arpa  db.internal
      + db  10.0.2.5
      + db.internal  10.0.2.5
    ");
    Ok(())
}

#[test]
fn check_shows_how_zones_differ_from_a_backup() -> Result<()> {
    let nb = filled()?;
    let file = nb.file("backup.json", nb.qdns("record export").ok())?;
    nb.qdns("record add net1 printer 10.0.1.98 --replace").ok();
    nb.qdns("record add net3 new 10.0.3.9").ok();
    nb.qdns("zone unshare net2 --with net3").ok();
    nb.qdns("forwarders set net1 1.1.1.1").ok();
    let before = nb.dump();
    snapshot!(nb.session(&[
        &format!("record import --all {file} --check"),
        &format!("record import --all {file} --check --prune -o plain"),
        &format!("record import --all {file}"),
    ]), @r#"
    $ qdns record import --all [DIR]/backup.json --check
    Would change:
    net1:
      + 9.9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa  printer.internal
      - 98.1.0.10.in-addr.arpa  printer.internal
      + 99.1.0.10.in-addr.arpa  printer.internal
      ~ printer  10.0.1.98 -> 10.0.1.99 fd00::99
      ~ printer.internal  10.0.1.98 -> 10.0.1.99 fd00::99
      ~ dns_server  1.1.1.1 -> {8.8.8.8, 8.8.4.4}
    net2:
      + zone of net2  net3

    To undo:
      qdns record add net1 printer 10.0.1.98 --static --replace
      ovn-nbctl remove DHCP_Options [UUID] options '"dns_server"="{8.8.8.8, 8.8.4.4}"' -- add DHCP_Options [UUID] options '"dns_server"="1.1.1.1"' -- remove DHCP_Options [UUID] external_ids '"qdns-wrote-dns_server"="{8.8.8.8, 8.8.4.4}"' -- add DHCP_Options [UUID] external_ids '"qdns-wrote-dns_server"="1.1.1.1"'
      qdns zone unshare net2 --with net3
    ----- stderr -----
    warning: net1: names or values that qdns itself would refuse or correct, made as the file has them (3): 9.1.0.10.in-addr.arpa, VM_1, gateway
    ----- exit 4 -----
    $ qdns record import --all [DIR]/backup.json --check --prune -o plain
    add	9.9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa		printer.internal
    remove	98.1.0.10.in-addr.arpa	printer.internal	
    add	99.1.0.10.in-addr.arpa		printer.internal
    change	printer	10.0.1.98	10.0.1.99 fd00::99
    change	printer.internal	10.0.1.98	10.0.1.99 fd00::99
    change	dns_server	1.1.1.1	{8.8.8.8, 8.8.4.4}
    change	qdns-wrote-dns_server	1.1.1.1	{8.8.8.8, 8.8.4.4}
    add	zone of net2		net3
    remove	9.3.0.10.in-addr.arpa	new.empty.internal	
    remove	new	10.0.3.9	
    remove	new.empty.internal	10.0.3.9	
    ----- stderr -----
    warning: net1: names or values that qdns itself would refuse or correct, made as the file has them (3): 9.1.0.10.in-addr.arpa, VM_1, gateway
    ----- exit 4 -----
    $ qdns record import --all [DIR]/backup.json
    ----- stderr -----
    error: 2 lines of [DIR]/backup.json cannot be imported; nothing was changed
    [DIR]/backup.json:9: host printer has 10.0.1.98 already, not 10.0.1.99 fd00::99
    [DIR]/backup.json:18: dns_server of 10.0.1.0/24 is 1.1.1.1 already
       hint: --replace lets the file win over the zones, but not over rows of other programs
    ----- exit 1 -----
    "#);
    assert_eq!(nb.dump(), before);
    nb.qdns(&format!("record import --all {file} --replace --prune --yes")).ok();
    assert_eq!(nb.qdns("record export").stdout, std::fs::read_to_string(&file)?);
    Ok(())
}

#[test]
fn one_bad_entry_refuses_the_whole_file() -> Result<()> {
    let nb = network('1')?;
    nb.qdns("zone create net2").ok();
    nb.nbctl(&["set", "DHCP_Options", "11111111-0000-4000-8000-000000000101", "external_ids:subnet_id=s1"]);
    let before = nb.dump();
    let text = r#"{"zones":[
{"switch":"net1","domain":"internal"},
{"switch":"net2","domain":"prod.internal"},
{"switch":"net9","domain":"internal"},
{"switch":"net3","domain":"local"},
{"switch":"net1","domain":"internal"},
{"domain":"internal"}
],"records":[
{"hostname":"web","ip":"10.0.1.5"},
{"hostname":"web","ip":"10.0.1.300","switch":"net1"},
{"hostname":"VM_1","ip":"10.0.1.6","switch":"net1"}
],"dhcp_options":[
{"cidr":"10.0.1.0/24","ports":["vm-1-1"],"options":{},"external_ids":{"qdns-before-dns_server":""}}
],"load_balancers":[
{"switch":"net1","protocol":"sctp","vips":{}}
]}"#;
    let file = nb.file("bad.json", text)?;
    snapshot!(nb.qdns(&format!("record import --all {file}")), @r#"
    ----- stderr -----
    error: 10 lines of [DIR]/bad.json cannot be imported; nothing was changed
    [DIR]/bad.json:3: the zone of net2 has the domain internal, not prod.internal
    [DIR]/bad.json:4: there is no logical switch "net9" (did you mean `net1`?)
    [DIR]/bad.json:5: domain "local" is refused: multicast DNS owns it (RFC 6762) (use `internal`)
    [DIR]/bad.json:6: the zone of net1 is there already, on line 2
    [DIR]/bad.json:7: it is not a zone: missing field `switch`
    [DIR]/bad.json:9: web has no switch (json and csv name the switch of each host; or import the file into one switch)
    [DIR]/bad.json:10: address "10.0.1.300" is refused: it is neither an IPv4 nor an IPv6 address (use an address such as `10.0.0.10` or `fd00::10`)
    [DIR]/bad.json:11: hostname "VM_1" is refused: underscores are not allowed in hostnames (RFC 1123) (use `vm-1`)
    [DIR]/bad.json:13: DHCP row [UUID] (10.0.1.0/24) belongs to neutron
    [DIR]/bad.json:15: protocol "sctp" is neither udp nor tcp
    ----- exit 2 -----
    "#);
    assert_eq!(nb.dump(), before);
    Ok(())
}

/// ovn-northd copies these values into flows as they are.
#[test]
fn what_ovn_would_read_as_another_option_or_action_is_refused() -> Result<()> {
    let nb = network('1')?;
    nb.qdns("zone create net1").ok();
    let before = nb.dump();
    let text = r#"{"records":[],"dhcp_options":[
{"cidr":"10.0.1.0/24","ports":["vm-1-1"],"options":{"dns_server":"8.8.8.8); drop; ("},"external_ids":{"qdns-before-dns_server":""}},
{"cidr":"10.0.2.0/24","ports":["vm-2-1"],"options":{"router":"10.0.2.66"},"external_ids":{"qdns-before-router":""}}
],"load_balancers":[
{"switch":"net1","protocol":"udp","vips":{"10.0.1.1:53":"9.9.9.9:53); drop; ("}},
{"switch":"net1","protocol":"tcp","vips":{"any":"9.9.9.9:53"}}
]}"#;
    let file = nb.file("bad.json", text)?;
    snapshot!(nb.qdns(&format!("record import --all --replace {file} --yes")), @r#"
    ----- stderr -----
    error: 3 lines of [DIR]/bad.json cannot be imported; nothing was changed
    [DIR]/bad.json:2: dns_server "8.8.8.8); drop; (" is refused: OVN cannot read it: something follows the value, which OVN would read as another option or action
    [DIR]/bad.json:5: load balancer "9.9.9.9:53); drop; (" is refused: it is no address with a port
    [DIR]/bad.json:6: load balancer "any" is refused: it is no address with a port
    ----- exit 2 -----
    "#);
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn sharing_that_serves_a_name_twice_is_refused() -> Result<()> {
    let nb = network('1')?;
    let text = r#"{"zones":[{"switch":"net1","domain":"internal","shared_with":["net2"]}],"records":[
{"hostname":"web","ip":"10.0.1.5","switch":"net1"},
{"hostname":"web","ip":"10.0.2.5","switch":"net2"}]}"#;
    let file = nb.file("twice.json", text)?;
    snapshot!(nb.qdns(&format!("record import --all {file}")), @"
    ----- stderr -----
    error: 1 line of [DIR]/twice.json cannot be imported; nothing was changed
    [DIR]/twice.json:1: switch net2 would serve 2 keys twice, and which value answers would be chance: web: 10.0.1.5 in the zone of net1, 10.0.2.5 in the zone of net2; web.internal: 10.0.1.5 in the zone of net1, 10.0.2.5 in the zone of net2
       hint: --replace lets the file win over the zones, but not over rows of other programs
    ----- exit 1 -----
    ");
    Ok(())
}

#[test]
fn what_does_not_exist_any_more_is_left_out_with_a_warning() -> Result<()> {
    let from = filled()?;
    from.nbctl(&["ls-del", "net3"]);
    let to = network('1')?;
    to.nbctl(&[
        "ls-del", "net3", "--", "lr-del", "lr0", "--", "lsp-del", "vm-1-1", "--", "lsp-del", "vm-1-2",
    ]);
    let file = to.file("backup.json", from.qdns("record export").ok())?;
    snapshot!(to.qdns(&format!("record import --all {file} --dry-run -o plain")), @r#"
    add	zone		net1
    add	11.1.0.10.in-addr.arpa		vm-1-1.internal
    add	12.1.0.10.in-addr.arpa		vm-1-2.internal
    add	6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa		six.internal
    add	9.1.0.10.in-addr.arpa		gone.internal
    add	9.9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa		printer.internal
    add	99.1.0.10.in-addr.arpa		printer.internal
    add	VM_1		10.0.1.7,10.0.1.8
    add	gateway		10.0.1.1
    add	half		10.0.1.60
    add	nameless		10.0.1.50
    add	nameless.internal		10.0.1.50
    add	printer		10.0.1.99 fd00::99
    add	printer.internal		10.0.1.99 fd00::99
    add	six.internal		fd00::6
    add	vm-1-1		10.0.1.11
    add	vm-1-1.internal		10.0.1.11
    add	vm-1-2		10.0.1.12
    add	vm-1-2.internal		10.0.1.12
    add	note		mine
    remove	qdns-domain	internal	
    add	qdns-no-short-six		true
    add	qdns-port-vm-1-1		[UUID]
    add	qdns-port-vm-1-2		[UUID]
    add	qdns-static-ghost		true
    add	qdns-static-printer		true
    add	zone		net2
    add	11.2.0.10.in-addr.arpa		vm-2-1.prod.internal
    add	12.2.0.10.in-addr.arpa		vm-2-2.prod.internal
    add	vm-2-1		10.0.2.11
    add	vm-2-1.prod.internal		10.0.2.11
    add	vm-2-2		10.0.2.12
    add	vm-2-2.prod.internal		10.0.2.12
    add	www		10.0.2.11
    add	www.prod.internal		10.0.2.11
    add	qdns-alias-www		vm-2-1
    add	qdns-port-vm-2-1		[UUID]
    add	qdns-port-vm-2-2		[UUID]
    add	zone of net2		net1
    change	dns_server	192.0.2.1	10.0.2.1
    add	domain_name		"prod.internal"
    add	domain_search_list		"prod.internal"
    add	qdns-before-dns_server		192.0.2.1
    add	qdns-before-domain_name		
    add	qdns-before-domain_search_list		
    add	qdns-wrote-dns_server		10.0.2.1
    add	qdns-wrote-domain_name		"prod.internal"
    add	qdns-wrote-domain_search_list		"prod.internal"
    ----- stderr -----
    warning: net1: the ports that registered hosts do not exist (2): vm-1-1.internal, vm-1-2.internal; sync --prune removes these hosts
    warning: net1: names or values that qdns itself would refuse or correct, made as the file has them (3): 9.1.0.10.in-addr.arpa, VM_1, gateway
    warning: the zone of net3 is left out: its switch was deleted before the export
    warning: forwarders of 10.0.1.0/24 are left out: none of these ports uses DHCP options: vm-1-1, vm-1-2
    warning: the load balancer of net2 for udp is left out: there is no router lr0
    warning: the load balancer of net2 for tcp is left out: there is no router lr0
    "#);
    Ok(())
}

#[test]
fn all_takes_no_switch() -> Result<()> {
    let nb = network('1')?;
    snapshot!(nb.session(&["record import --all net1 backup.json", "record import net1"]), @r#"
    $ qdns record import --all net1 backup.json
    ----- stderr -----
    error: --all takes no switch, and "net1" is one
       hint: qdns record import backup.json --all
    ----- exit 2 -----
    $ qdns record import net1
    ----- stderr -----
    error: the following required arguments were not provided:
      <FILE>

    Usage: qdns record import [OPTIONS] <SWITCH|--all> <FILE>

    For more information, try '--help'.
    ----- exit 2 -----
    "#);
    Ok(())
}

#[test]
fn a_list_of_records_is_imported_into_all_its_switches() -> Result<()> {
    let from = filled()?;
    let to = network('1')?;
    let file = to.file("records.json", from.qdns("record ls -o json").ok())?;
    // These names break a rule, so no list of hosts can bring them.
    let text = std::fs::read_to_string(&file)?
        .replace("VM_1", "vm-7")
        .replace("vm_1", "vm-7")
        .replace("gateway", "gw");
    let text = text.replace("10.0.1.7,10.0.1.8", "10.0.1.7");
    std::fs::write(&file, text)?;
    to.qdns(&format!("record import --all {file}")).ok();
    assert_eq!(to.qdns("record ls net2").stdout, from.qdns("record ls net2").stdout);
    Ok(())
}

#[test]
fn a_file_that_names_no_switches_is_refused() -> Result<()> {
    let nb = network('1')?;
    let file = nb.file("hosts", "10.0.1.5 web\n")?;
    snapshot!(nb.qdns(&format!("record import --all {file}")), @"
    ----- stderr -----
    error: 1 line of [DIR]/hosts cannot be imported; nothing was changed
    [DIR]/hosts:1: web has no switch (json and csv name the switch of each host; or import the file into one switch)
    ----- exit 2 -----
    ");
    Ok(())
}

/// The commands that are printed restore what `--replace` replaced.
#[test]
fn a_restore_can_be_undone() -> Result<()> {
    let nb = filled()?;
    let file = nb.file("backup.json", nb.qdns("record export").ok())?;
    nb.qdns("record add net1 printer 10.0.1.98 --replace").ok();
    nb.qdns("forwarders set net1 1.1.1.1").ok();
    let before = written(&nb);
    let import = nb.qdns(&format!("record import --all {file} --replace -o json"));
    paste(&nb, &undo_of(&import.json()));
    assert_eq!(written(&nb), before);
    Ok(())
}
