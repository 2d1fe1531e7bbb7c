//! Reads the facts that doctor looks at: the northbound database in one run of ovn-nbctl, the
//! southbound one in one of ovn-sbctl beside it, its flows in another, and this machine's chassis.

use std::thread;

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
use crate::error::{Error, Kind, Result};
use crate::model::snapshot::Map;

/// Seconds that a daemon of this machine may take to answer.
const LOCAL_TIMEOUT: u64 = 3;

/// Reads everything that can be had. Without a way to the southbound database, `Err` says why.
pub fn gather(nb: &Nbctl, sb: Fact<Sbctl>) -> Facts {
    thread::scope(|scope| {
        let southbound = scope.spawn(|| match &sb {
            Ok(sb) => southbound(sb),
            Err(missing) => Err(missing.clone()),
        });
        let flows = scope.spawn(|| match &sb {
            Ok(sb) => dns_flows(sb),
            Err(missing) => Err(missing.clone()),
        });
        let northbound = nb.read_facts().map_err(Missing::from);
        let broken = || Err(Missing::because("reading it broke"));
        let southbound = southbound.join().unwrap_or_else(|_| broken());
        let dns_flows = flows.join().unwrap_or_else(|_| Err(Missing::because("reading it broke")));
        let (northd, chassis) = local(&southbound, nb.verbose);
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

impl Nbctl {
    /// Everything in the northbound database that matters to names, in one run.
    ///
    /// # Errors
    /// As [`Nbctl::run`]; garbage where a table is missing.
    pub fn read_facts(&self) -> Result<Northbound> {
        let mut query = Query::default();
        query.table("Logical_Switch", "_uuid,name,dns_records,other_config,ports,load_balancer,acls");
        query.table("DNS", "_uuid,external_ids,records");
        query.table(
            "Logical_Switch_Port",
            "_uuid,name,type,addresses,dynamic_addresses,port_security,options,external_ids,dhcpv4_options,dhcpv6_options",
        );
        query.table("DHCP_Options", "_uuid,cidr,options,external_ids");
        query.table("Logical_Router", "_uuid,name,ports,options,load_balancer");
        query.table("Logical_Router_Port", "_uuid,name,networks,gateway_chassis,ha_chassis_group,options");
        query.table("Load_Balancer", "_uuid,name,protocol,vips,options,external_ids");
        query.table("Load_Balancer_Group", "load_balancer");
        query.command(&["--columns=name,ports,acls", "find", "Port_Group", "acls!=[]"]);
        query.table("NB_Global", "nb_cfg,sb_cfg,options");
        let mut args = vec!["--format=json".to_owned()];
        args.extend(query.args);
        let printed = self.run(&args)?;
        let mut northbound = Northbound::default();
        let mut names = query.tables.iter();
        // Line by line: the values of one table are gone before the next is read.
        for line in printed.lines() {
            for table in Table::parse_all(line)? {
                let Some(name) = names.next() else { return Err(wrong_tables()) };
                match name.as_str() {
                    "NB_Global" => global(&mut northbound, &table),
                    "Load_Balancer_Group" => northbound
                        .grouped_load_balancers
                        .extend(table.rows().flat_map(|row| row.uuids("load_balancer"))),
                    "Port_Group" => northbound.guards.extend(table.rows().map(|row| Guard {
                        name: row.text("name"),
                        ports: row.uuids("ports"),
                        acls: row.uuids("acls"),
                    })),
                    _ => fill(&mut northbound.rows, name, &table)?,
                }
            }
        }
        match names.next() {
            None => Ok(northbound),
            Some(_) => Err(wrong_tables()),
        }
    }
}

fn wrong_tables() -> Error {
    Error::new(Kind::Garbage, "ovn-nbctl printed other tables than were asked for")
        .hint("check which program answers: qdns -v shows the command; --ovn-nbctl names another one")
}

fn global(northbound: &mut Northbound, table: &Table) {
    for row in table.rows() {
        northbound.nb_cfg = integer(&row, "nb_cfg");
        northbound.sb_cfg = integer(&row, "sb_cfg");
        northbound.options = row.map("options");
    }
}

fn integer(row: &Row, column: &str) -> i64 {
    row.number(column).unwrap_or_default() as i64
}

/// The southbound tables that matter, in one run. `Datapath_Binding` is read whole, because the
/// column that names the switch is another one since OVN 25.09.
fn southbound(sb: &Sbctl) -> Fact<Southbound> {
    let tables = read(
        sb,
        &[
            "--columns=nb_cfg",
            "list",
            "SB_Global",
            "--", //
            "list",
            "Datapath_Binding",
            "--", //
            "list",
            "DNS",
            "--", //
            "--columns=name,nb_cfg",
            "list",
            "Chassis_Private",
            "--", //
            "--columns=name,type",
            "list",
            "DHCP_Options",
            "--", //
            "--columns=name,type",
            "list",
            "DHCPv6_Options",
        ],
    )?;
    let [global, datapaths, dns, chassis, dhcp, dhcpv6] = &tables[..] else {
        return Err(Missing::because("ovn-sbctl printed other tables than were asked for"));
    };
    let types = |table: &Table| table.rows().map(|row| (row.text("name"), row.text("type"))).collect::<Map>();
    let uuid = |text: &String| Uuid::parse_str(text).ok();
    Ok(Southbound {
        nb_cfg: global.rows().next().map(|row| integer(&row, "nb_cfg")).unwrap_or_default(),
        datapaths: datapaths
            .rows()
            .filter_map(|row| {
                let ids = row.map("external_ids");
                let of =
                    ["logical-switch", "logical-router"].iter().find_map(|key| ids.get(*key).and_then(uuid));
                Some((row.uuid().ok()?, of.or_else(|| row.uuids("nb_uuid").first().copied())?))
            })
            .collect(),
        dns: dns
            .rows()
            .map(|row| ServedRow {
                // Since OVN 25.03 the two rows have the same UUID.
                northbound: row.map("external_ids").get("dns_id").and_then(uuid).or_else(|| row.uuid().ok()),
                datapaths: row.uuids("datapaths"),
                records: row.map("records"),
            })
            .collect(),
        chassis: chassis
            .rows()
            .map(|row| ChassisRow { name: row.text("name"), nb_cfg: integer(&row, "nb_cfg") })
            .collect(),
        dhcp_options: types(dhcp),
        dhcpv6_options: types(dhcpv6),
    })
}

/// The datapaths with a flow that looks names up; ovn-northd may share one flow among many.
fn dns_flows(sb: &Sbctl) -> Fact<Vec<Uuid>> {
    let tables = read(
        sb,
        &[
            "--columns=logical_datapath,logical_dp_group,actions",
            "find",
            "Logical_Flow",
            "pipeline=ingress",
            "match=\"udp.dst == 53\"",
            "--",
            "--columns=_uuid,datapaths",
            "list",
            "Logical_DP_Group",
        ],
    )?;
    let [flows, groups] = &tables[..] else {
        return Err(Missing::because("ovn-sbctl printed other tables than were asked for"));
    };
    let mut datapaths = Vec::new();
    for flow in flows.rows().filter(|flow| flow.text("actions").contains("dns_lookup")) {
        datapaths.extend(flow.uuids("logical_datapath"));
        let group = flow.uuids("logical_dp_group");
        let mut shared = groups.rows().filter(|row| row.uuid().is_ok_and(|uuid| group.contains(&uuid)));
        datapaths.extend(shared.next().into_iter().flat_map(|row| row.uuids("datapaths")));
    }
    datapaths.sort();
    datapaths.dedup();
    Ok(datapaths)
}

fn read(sb: &Sbctl, args: &[&str]) -> Fact<Vec<Table>> {
    Table::parse_all(&sb.run(args)?).map_err(Missing::from)
}

/// What the daemons of this machine say, if they belong to the southbound database that was read.
fn local(southbound: &Fact<Southbound>, verbose: bool) -> (Fact<String>, Fact<LocalChassis>) {
    let southbound = match southbound {
        Ok(southbound) => southbound,
        Err(missing) => return (Err(missing.clone()), Err(missing.clone())),
    };
    let ask = |program: &str, args: &[&str], failed: &str| {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        sbctl::run(program.as_ref(), &args, LOCAL_TIMEOUT, verbose, failed).map(|said| said.trim().to_owned())
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
