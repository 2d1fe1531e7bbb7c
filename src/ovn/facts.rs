//! Reads the facts that doctor looks at: the northbound database in one run of ovn-nbctl, the
//! southbound one in one of ovn-sbctl beside it, its flows in another, and this machine's chassis.

use std::collections::HashSet;
use std::thread::{self, ScopedJoinHandle};

use uuid::Uuid;

use super::json::{Row, Table};
use super::nbctl::Nbctl;
use super::read::{Query, fill};
use super::sbctl::{self, Sbctl};
use super::trace;
use crate::doctor::facts::{
    ChassisRow, DUMP_FORMAT, Fact, Facts, Guard, LocalChassis, Missing, Northbound, ServedRow, Southbound,
};
use crate::doctor::world::World;
use crate::error::Result;

/// Seconds that a daemon of this machine may take to answer.
const LOCAL_TIMEOUT: u64 = 3;

/// Reads everything that can be had. Without a way to the southbound database, `Err` says why.
pub fn gather(nb: &Nbctl, sb: Fact<Sbctl>) -> Facts {
    let reachable = || sb.as_ref().map_err(Missing::clone);
    thread::scope(|scope| {
        let southbound = scope.spawn(|| reachable().and_then(southbound));
        let dns_flows = scope.spawn(|| reachable().and_then(dns_flows));
        let northbound = nb.read_facts().map_err(Missing::from);
        let (southbound, dns_flows) = (joined(southbound), joined(dns_flows));
        let (northd, chassis) = local(&southbound, nb.echo);
        let mut facts = Facts {
            format: DUMP_FORMAT,
            northbound,
            southbound,
            dns_flows,
            northd,
            chassis,
            traces: Err(Missing::because("no query was traced")),
            probes: Err(Missing::because("no forwarder was asked: --probe asks them")),
        };
        // Only a southbound database that was read can be traced in.
        facts.traces = match (&sb, &facts.southbound) {
            (Ok(sb), Ok(_)) => trace::dropped_queries(sb, &World::of(&facts)),
            (_, Err(missing)) | (Err(missing), _) => Err(missing.clone()),
        };
        facts
    })
}

/// What a thread has read.
fn joined<T>(reading: ScopedJoinHandle<Fact<T>>) -> Fact<T> {
    reading.join().unwrap_or_else(|_| Err(Missing::because("reading it broke")))
}

impl Nbctl {
    /// Everything in the northbound database that matters to names, in one run.
    ///
    /// # Errors
    /// As [`Nbctl::run`]; garbage where a table is missing.
    pub fn read_facts(&self) -> Result<Northbound> {
        let mut query = Query::default();
        query.networks(
            "_uuid,name,type,addresses,dynamic_addresses,port_security,options,external_ids,dhcpv4_options,dhcpv6_options",
        );
        query.table("DNS", "_uuid,external_ids,records");
        query.table("NB_Global", "nb_cfg,sb_cfg,options");
        self.northbound(&query)
    }

    /// What a query reads, as checks take it.
    ///
    /// # Errors
    /// As [`Nbctl::ask`].
    pub(super) fn northbound(&self, query: &Query) -> Result<Northbound> {
        let mut northbound = Northbound::default();
        self.ask(query, &mut |name, table| {
            if matches!(name, "NB_Global" | "Load_Balancer_Group" | "Port_Group") {
                for row in table.rows() {
                    set_apart(&mut northbound, name, &row?);
                }
            }
            fill(&mut northbound.rows, name, table)
        })?;
        Ok(northbound)
    }
}

/// Takes a row that stands beside the snapshot.
fn set_apart(northbound: &mut Northbound, table: &str, row: &Row) {
    match table {
        "Load_Balancer_Group" => northbound.grouped_load_balancers.extend(row.uuids("load_balancer")),
        "Port_Group" => northbound.guards.push(Guard {
            name: row.text("name"),
            ports: row.uuids("ports"),
            acls: row.uuids("acls"),
        }),
        _ => {
            northbound.nb_cfg = integer(row, "nb_cfg");
            northbound.sb_cfg = integer(row, "sb_cfg");
            northbound.options = row.map("options");
        }
    }
}

fn integer(row: &Row, column: &str) -> i64 {
    row.number(column).unwrap_or_default() as i64
}

/// The southbound tables that matter, in one run. `Datapath_Binding` is read whole, because the
/// column that names the switch is another one since OVN 25.09.
fn southbound(sb: &Sbctl) -> Fact<Southbound> {
    let mut found = Southbound::default();
    read(
        sb,
        &[
            ("SB_Global", &["--columns=nb_cfg", "list", "SB_Global"]),
            ("Datapath_Binding", &["list", "Datapath_Binding"]),
            ("DNS", &["list", "DNS"]),
            ("Chassis_Private", &["--columns=name,nb_cfg", "list", "Chassis_Private"]),
            ("DHCP_Options", &["--columns=name,type", "list", "DHCP_Options"]),
            ("DHCPv6_Options", &["--columns=name,type", "list", "DHCPv6_Options"]),
        ],
        &mut |table, row| served(&mut found, table, row),
    )?;
    Ok(found)
}

fn served(found: &mut Southbound, table: &str, row: &Row) {
    let uuid = |text: &String| Uuid::parse_str(text).ok();
    match table {
        "SB_Global" => found.nb_cfg = integer(row, "nb_cfg"),
        "Datapath_Binding" => {
            let ids = row.map("external_ids");
            let of = ["logical-switch", "logical-router"].iter().find_map(|key| ids.get(*key).and_then(uuid));
            let of = of.or_else(|| row.reference("nb_uuid"));
            found.datapaths.extend(row.uuid().ok().zip(of));
        }
        "DNS" => found.dns.push(ServedRow {
            // Since OVN 25.03 the two rows have the same UUID.
            northbound: row.map("external_ids").get("dns_id").and_then(uuid).or_else(|| row.uuid().ok()),
            datapaths: row.uuids("datapaths"),
            records: row.map("records"),
        }),
        "Chassis_Private" => {
            found.chassis.push(ChassisRow { name: row.text("name"), nb_cfg: integer(row, "nb_cfg") });
        }
        "DHCP_Options" => drop(found.dhcp_options.insert(row.text("name"), row.text("type"))),
        _ => drop(found.dhcpv6_options.insert(row.text("name"), row.text("type"))),
    }
}

/// The datapaths with a flow that looks names up; ovn-northd may share one flow among many.
fn dns_flows(sb: &Sbctl) -> Fact<Vec<Uuid>> {
    let (mut datapaths, mut shared, mut groups) = (Vec::new(), HashSet::new(), Vec::new());
    read(
        sb,
        &[
            (
                "Logical_Flow",
                &[
                    "--columns=logical_datapath,logical_dp_group,actions",
                    "find",
                    "Logical_Flow",
                    "pipeline=ingress",
                    "match=\"udp.dst == 53\"",
                ],
            ),
            ("Logical_DP_Group", &["--columns=_uuid,datapaths", "list", "Logical_DP_Group"]),
        ],
        &mut |table, row| {
            if table == "Logical_DP_Group" {
                groups.push((row.uuid().ok(), row.uuids("datapaths")));
            } else if row.text("actions").contains("dns_lookup") {
                datapaths.extend(row.uuids("logical_datapath"));
                shared.extend(row.reference("logical_dp_group"));
            }
        },
    )?;
    let groups = groups.into_iter().filter(|(uuid, _)| uuid.is_some_and(|uuid| shared.contains(&uuid)));
    datapaths.extend(groups.flat_map(|(_, datapaths)| datapaths));
    datapaths.sort();
    datapaths.dedup();
    Ok(datapaths)
}

/// Runs commands of ovn-sbctl as one; `each` has every row with the name of its table.
fn read(sb: &Sbctl, commands: &[(&str, &[&str])], each: &mut dyn FnMut(&str, &Row)) -> Fact<()> {
    let args = commands.iter().map(|(_, words)| *words).collect::<Vec<_>>().join(&"--");
    let printed = sb.run(&args)?;
    let tables = Table::parse_all(&printed)?;
    if tables.len() != commands.len() {
        return Err(Missing::because("ovn-sbctl printed other tables than were asked for"));
    }
    for ((name, _), table) in commands.iter().zip(&tables) {
        for row in table.rows() {
            each(name, &row?);
        }
    }
    Ok(())
}

/// What the daemons of this machine say, if they belong to the southbound database that was read.
fn local(southbound: &Fact<Southbound>, echo: Option<fn(&str)>) -> (Fact<String>, Fact<LocalChassis>) {
    let southbound = match southbound {
        Ok(southbound) => southbound,
        Err(missing) => return (Err(missing.clone()), Err(missing.clone())),
    };
    let ask = |program: &str, args: &[&str], failed: &str| {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        sbctl::run(program.as_ref(), &args, LOCAL_TIMEOUT, echo, failed).map(|said| said.trim().to_owned())
    };
    let timeout = format!("--timeout={LOCAL_TIMEOUT}");
    let northd =
        ask("ovn-appctl", &[&timeout, "-t", "ovn-northd", "status"], "ovn-northd is not on this machine")
            .map(|said| said.trim_start_matches("Status: ").to_owned());
    let chassis = || {
        let none = "no chassis is on this machine";
        let name = ask(
            "ovs-vsctl",
            &[&timeout, "--if-exists", "get", "Open_vSwitch", ".", "external_ids:system-id"],
            none,
        )?;
        let name = name.trim_matches('"').to_owned();
        if !southbound.chassis.iter().any(|chassis| chassis.name == name) {
            return Err(Missing::because("this machine is no chassis of this OVN"));
        }
        let controller = |command| ask("ovn-appctl", &[&timeout, "-t", "ovn-controller", command], none);
        let version = controller("version")?;
        Ok(LocalChassis {
            name,
            version: version.split_whitespace().nth(1).unwrap_or_default().to_owned(),
            connection: controller("connection-status")?,
        })
    };
    (northd, chassis())
}
