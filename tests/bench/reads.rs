//! The commands that read, beside the cheapest bare commands that print the same rows and columns to an
//! operator who has the switch's name. Where two ways could be the cheapest, both are timed: whole tables
//! in one run, or run after run only the rows that are wanted. ovn-nbctl fetches whole tables in either,
//! unless a daemon has them already.

use anyhow::Result;

use super::place::{Place, Query, references};
use super::table::Row;
use super::turns::Way;

/// What a read may cost, by what it costs bare.
const TARGET: f64 = 1.3;

const PORT: &str = "Logical_Switch_Port";
const PORT_COLUMNS: &str = "--columns=_uuid,name,type,addresses,dynamic_addresses,port_security,options,\
    external_ids,enabled,dhcpv4_options,dhcpv6_options";
const LEASE_COLUMNS: &str = "--columns=_uuid,name,type,options,dhcpv4_options,dhcpv6_options";

/// The reads of one place.
pub fn rows(place: &Place) -> Result<Vec<Row>> {
    let switch = place.switch;
    let all_zones = || vec![("one run: `list Logical_Switch`, `list DNS`", place.reading(place.zones()))];
    let one_zone = "one run: `find Logical_Switch name=SWITCH`, `find DNS external_ids:switch=SWITCH`";
    [
        place.row(&["record", "ls", switch], TARGET, vec![(one_zone, place.reading(place.zone()))]),
        place.row(&["zone", "show", switch], TARGET, vec![(one_zone, place.reading(place.zone()))]),
        place.row(&["record", "ls"], TARGET, all_zones()),
        place.row(&["record", "ls", "-o", "json"], TARGET, all_zones()),
        place.row(&["zone", "ls"], TARGET, all_zones()),
        place.row(&["forwarders", "show", switch], TARGET, vec![all_leases(place), leases_of_switch(place)]),
        place.row(
            &["prune-stale", switch, "--dry-run"],
            TARGET,
            vec![all_ports(place), ports_of_switch(place)],
        ),
        place.row(&["prune-stale", "--all", "--dry-run"], TARGET, vec![all_ports(place)]),
    ]
    .into_iter()
    .collect()
}

/// The routers and balancers that may forward for a switch.
fn balancers(query: Query) -> Query {
    query
        .then(&["--columns=_uuid,name,ports,options,load_balancer", "list", "Logical_Router"])
        .then(&["--columns=_uuid,name,networks", "list", "Logical_Router_Port"])
        .then(&["--columns=_uuid,name,protocol,vips", "list", "Load_Balancer"])
}

/// Every lease, because a DHCP row does not tell who uses it.
fn all_leases<'a>(place: &'a Place<'a>) -> (&'static str, Way<'a>) {
    let query = Query::default()
        .then(&["--columns=_uuid,name,ports,load_balancer", "list", "Logical_Switch"])
        .then(&[LEASE_COLUMNS, "find", PORT, "dhcpv4_options!=[]"])
        .then(&[LEASE_COLUMNS, "find", PORT, "dhcpv6_options!=[]"])
        .then(&[LEASE_COLUMNS, "find", PORT, "type=router"])
        .then(&["--columns=_uuid,cidr,options,external_ids", "list", "DHCP_Options"]);
    let what = "one run: `list Logical_Switch`, `find Logical_Switch_Port dhcpv4_options!=[]`, \
        `… dhcpv6_options!=[]`, `… type=router`, `list` of `DHCP_Options`, `Logical_Router`, \
        `Logical_Router_Port`, `Load_Balancer`";
    (what, place.reading(balancers(query)))
}

/// The switch, its ports, then their DHCP rows and who else uses those.
fn leases_of_switch<'a>(place: &'a Place<'a>) -> (&'static str, Way<'a>) {
    let work = move |_| {
        let name = format!("name={}", place.switch);
        let switch = ["--columns=_uuid,name,ports,load_balancer", "find", "Logical_Switch", &name];
        let ports = references(&place.read(&Query::default().then(&switch))?, "ports")?;
        let ports = place.read(&Query::default().then(&rows_of(LEASE_COLUMNS, &ports)))?;
        let mut query = Query::default();
        for column in ["dhcpv4_options", "dhcpv6_options"] {
            for row in references(&ports, column)? {
                query = query
                    .then(&["--columns=_uuid,cidr,options,external_ids", "list", "DHCP_Options", &row])
                    .then(&["--columns=_uuid", "find", PORT, &format!("{column}={row}")]);
            }
        }
        place.read(&balancers(query)).map(drop)
    };
    let what = "three runs: `find Logical_Switch name=SWITCH`; `list Logical_Switch_Port` of its ports; \
        `list DHCP_Options` of theirs, `find Logical_Switch_Port` that use those too, `list` of \
        `Logical_Router`, `Logical_Router_Port`, `Load_Balancer`";
    (what, Box::new(work))
}

/// All ports and zones.
fn all_ports<'a>(place: &'a Place<'a>) -> (&'static str, Way<'a>) {
    let query = Query::default()
        .then(&["--columns=_uuid,name,dns_records,other_config,ports", "list", "Logical_Switch"])
        .then(&[PORT_COLUMNS, "list", PORT])
        .then(&["--columns=_uuid,external_ids,records", "list", "DNS"]);
    let what = "one run: `list` of `Logical_Switch`, `Logical_Switch_Port`, `DNS`, `Logical_Router_Port`, \
        `DHCP_Options`, `Load_Balancer`, `NAT`";
    (what, place.reading(signs_of_life(query)))
}

/// What other than ports may have an address.
fn signs_of_life(query: Query) -> Query {
    query
        .then(&["--columns=_uuid,name,networks", "list", "Logical_Router_Port"])
        .then(&["--columns=_uuid,cidr,options,external_ids", "list", "DHCP_Options"])
        .then(&["--columns=_uuid,name,vips", "list", "Load_Balancer"])
        .then(&["--columns=_uuid,external_ip", "list", "NAT"])
}

/// The switch and its zone, then its ports.
fn ports_of_switch<'a>(place: &'a Place<'a>) -> (&'static str, Way<'a>) {
    let work = move |_| {
        let name = format!("name={}", place.switch);
        let columns = "--columns=_uuid,name,dns_records,other_config,ports";
        let mark = format!("external_ids:switch={}", place.switch);
        let zone = Query::default().then(&[columns, "find", "Logical_Switch", &name]).then(&[
            "--columns=_uuid,external_ids,records",
            "find",
            "DNS",
            &mark,
        ]);
        let ports = references(&place.read(&zone)?, "ports")?;
        place.read(&signs_of_life(Query::default().then(&rows_of(PORT_COLUMNS, &ports)))).map(drop)
    };
    let what = "two runs: `find Logical_Switch name=SWITCH`, `find DNS external_ids:switch=SWITCH`; then \
        `list Logical_Switch_Port` of its ports, `list` of `Logical_Router_Port`, `DHCP_Options`, \
        `Load_Balancer`, `NAT`";
    (what, Box::new(work))
}

/// A `list` of these ports.
fn rows_of<'a>(columns: &'a str, ports: &'a [String]) -> Vec<&'a str> {
    [columns, "list", PORT].into_iter().chain(ports.iter().map(String::as_str)).collect()
}
