//! Reads the southbound database with ovn-sbctl(8), and the daemons of this machine with ovn-appctl(8).

use std::collections::HashSet;

use uuid::Uuid;

use super::json::{Row, Table};
use super::program::Program;
use super::sbctl::{self, Sbctl};
use crate::error::{Error, Kind, Result};
use crate::model::southbound::{ChassisRow, DnsFlows, LocalChassis, ServedRow, Southbound};

/// The time limit for a daemon of this machine, in seconds.
const LOCAL_TIMEOUT: u64 = 3;

/// The southbound tables that concern names, in one run. `Datapath_Binding` is read with all columns, because OVN 25.09
/// changed the column that names the switch.
///
/// # Errors
/// As [`sbctl::run`].
pub fn read(sb: &Sbctl) -> Result<Southbound> {
    let mut found = Southbound::default();
    each_row(
        sb,
        &[
            ("SB_Global", &["--columns=nb_cfg", "list", "SB_Global"]),
            ("Datapath_Binding", &["list", "Datapath_Binding"]),
            ("DNS", &["list", "DNS"]),
            ("Chassis_Private", &["--columns=name,nb_cfg", "list", "Chassis_Private"]),
            ("DHCP_Options", &["--columns=name,type", "list", "DHCP_Options"]),
            ("DHCPv6_Options", &["--columns=name,type", "list", "DHCPv6_Options"]),
        ],
        &mut |table, row| store(&mut found, table, row),
    )?;
    Ok(found)
}

fn store(found: &mut Southbound, table: &str, row: &Row) {
    let uuid = |text: &String| Uuid::parse_str(text).ok();
    match table {
        "SB_Global" => found.nb_cfg = row.integer("nb_cfg"),
        "Datapath_Binding" => {
            let ids = row.map("external_ids");
            let network =
                ["logical-switch", "logical-router"].iter().find_map(|key| ids.get(*key).and_then(uuid));
            let network = network.or_else(|| row.reference("nb_uuid"));
            found.datapaths.extend(row.uuid().ok().zip(network));
        }
        "DNS" => found.dns.push(ServedRow {
            // Since OVN 25.03 the northbound and the southbound row have the same UUID.
            northbound: row.map("external_ids").get("dns_id").and_then(uuid).or_else(|| row.uuid().ok()),
            datapaths: row.uuids("datapaths"),
            records: row.map("records"),
        }),
        "Chassis_Private" => {
            found.chassis.push(ChassisRow { name: row.text("name"), nb_cfg: row.integer("nb_cfg") });
        }
        "DHCP_Options" => drop(found.dhcp_options.insert(row.text("name"), row.text("type"))),
        _ => drop(found.dhcpv6_options.insert(row.text("name"), row.text("type"))),
    }
}

/// The flows for switches with names. Several datapaths may share one flow.
///
/// # Errors
/// As [`sbctl::run`].
pub fn dns_flows(sb: &Sbctl) -> Result<DnsFlows> {
    const COLUMNS: &str = "--columns=logical_datapath,logical_dp_group,actions";
    let lookups = [COLUMNS, "find", "Logical_Flow", "pipeline=ingress", "match=\"udp.dst == 53\""];
    // ACLs of the operator have lower priorities.
    let bypasses =
        [COLUMNS, "find", "Logical_Flow", "pipeline=egress", "priority=34000", "match=\"udp.src == 53\""];
    let mut read = [Flows::default(), Flows::default()];
    let mut groups: Vec<(Option<Uuid>, Vec<Uuid>)> = Vec::new();
    each_row(
        sb,
        &[
            ("lookups", &lookups),
            ("bypasses", &bypasses),
            ("groups", &["--columns=_uuid,datapaths", "list", "Logical_DP_Group"]),
        ],
        &mut |table, row| match table {
            "lookups" if row.text("actions").contains("dns_lookup") => read[0].add(row),
            "bypasses" => read[1].add(row),
            "groups" => groups.push((row.uuid().ok(), row.uuids("datapaths"))),
            _ => {}
        },
    )?;
    let [lookups, bypasses] = read.map(|flows| flows.all_datapaths(&groups));
    Ok(DnsFlows { lookups, bypasses })
}

/// Flows, each of which has either one datapath or a group of them.
#[derive(Default)]
struct Flows {
    datapaths: Vec<Uuid>,
    used_groups: HashSet<Uuid>,
}

impl Flows {
    fn add(&mut self, row: &Row) {
        self.datapaths.extend(row.uuids("logical_datapath"));
        self.used_groups.extend(row.reference("logical_dp_group"));
    }

    fn all_datapaths(self, groups: &[(Option<Uuid>, Vec<Uuid>)]) -> Vec<Uuid> {
        let Flows { mut datapaths, used_groups } = self;
        let used = groups.iter().filter(|(uuid, _)| uuid.is_some_and(|uuid| used_groups.contains(&uuid)));
        datapaths.extend(used.flat_map(|(_, datapaths)| datapaths));
        datapaths.sort();
        datapaths.dedup();
        datapaths
    }
}

/// Runs several commands of ovn-sbctl at once; `each` receives every row with the name of its table.
fn each_row(sb: &Sbctl, commands: &[(&str, &[&str])], each: &mut dyn FnMut(&str, &Row)) -> Result<()> {
    let args = commands.iter().map(|(_, words)| *words).collect::<Vec<_>>().join(&"--");
    let printed = sb.run(&args)?;
    let tables = Table::parse_all(&printed)?;
    if tables.len() != commands.len() {
        return Err(unavailable("ovn-sbctl did not print the expected tables"));
    }
    for ((name, _), table) in commands.iter().zip(&tables) {
        for row in table.rows() {
            each(name, &row?);
        }
    }
    Ok(())
}

/// The status of this machine's ovn-northd: `active`, `standby` or `paused`.
///
/// # Errors
/// No ovn-northd answers on this machine.
pub fn northd(echo: Option<fn(&str)>) -> Result<String> {
    let status = ask(echo, "ovn-appctl", &["-t", "ovn-northd", "status"], "this machine runs no ovn-northd")?;
    Ok(status.trim_start_matches("Status: ").to_owned())
}

/// This machine's ovn-controller.
///
/// # Errors
/// No ovn-controller answers on this machine, or it uses another southbound database.
pub fn local_chassis(southbound: &Southbound, echo: Option<fn(&str)>) -> Result<LocalChassis> {
    const NONE: &str = "this machine runs no ovn-controller";
    let name =
        ask(echo, "ovs-vsctl", &["--if-exists", "get", "Open_vSwitch", ".", "external_ids:system-id"], NONE)?;
    let name = name.trim_matches('"').to_owned();
    if !southbound.chassis.iter().any(|chassis| chassis.name == name) {
        return Err(unavailable("this machine is not a chassis of this OVN"));
    }
    let version = ask(echo, "ovn-appctl", &["-t", "ovn-controller", "version"], NONE)?;
    let connection = ask(echo, "ovn-appctl", &["-t", "ovn-controller", "connection-status"], NONE)?;
    let version = version.split_whitespace().nth(1).unwrap_or_default().to_owned();
    Ok(LocalChassis { name, version, connection })
}

/// Runs a program that asks a daemon of this machine.
fn ask(echo: Option<fn(&str)>, program: &str, args: &[&str], failed: &str) -> Result<String> {
    let mut all = vec![format!("--timeout={LOCAL_TIMEOUT}")];
    all.extend(args.iter().map(|arg| (*arg).to_owned()));
    let answer = sbctl::run(&Program::named(program), &all, LOCAL_TIMEOUT, echo, failed)?;
    Ok(answer.trim().to_owned())
}

fn unavailable(message: &str) -> Error {
    Error::new(Kind::Unreachable, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fuzzing::fuzz;

    #[test]
    fn fuzz_rows_that_ovn_sbctl_prints() {
        let bindings = concat!(
            r#"{"data":[[["uuid","153380f9-4e26-47b3-b1fe-ccac06c67718"],["map",[["logical-switch","#,
            r#""11111111-1111-5111-8111-111111111111"],["name","net1"]]],1]],"headings":["_uuid","external_ids","tunnel_key"]}"#,
        );
        let names = concat!(
            r#"{"data":[[["uuid","253380f9-4e26-47b3-b1fe-ccac06c67718"],["map",[["dns_id","#,
            r#""11111111-1111-5111-8111-111111111111"]]],["uuid","153380f9-4e26-47b3-b1fe-ccac06c67718"],["map",[["web","#,
            r#""10.0.0.10"]]]]],"headings":["_uuid","external_ids","datapaths","records"]}"#,
        );
        let flows = concat!(
            r#"{"data":[[["set",[]],["uuid","353380f9-4e26-47b3-b1fe-ccac06c67718"],"reg0[4] = dns_lookup(); next;"]],"#,
            r#""headings":["logical_datapath","logical_dp_group","actions"]}"#,
        );
        const TABLES: [&str; 5] = ["SB_Global", "Datapath_Binding", "DNS", "Chassis_Private", "DHCP_Options"];
        let words = &[
            "[\"uuid\",",
            "[\"set\",[",
            "nb_cfg",
            "dns_lookup",
            "logical-router",
            "nb_uuid",
            "name",
            "type",
        ];
        fuzz(&[bindings, names, flows], words, |text| {
            let Ok(tables) = Table::parse_all(text) else { return };
            let (mut found, mut flows) = (Southbound::default(), Flows::default());
            let mut groups = Vec::new();
            for row in tables.iter().flat_map(Table::rows).flatten() {
                TABLES.iter().for_each(|table| store(&mut found, table, &row));
                flows.add(&row);
                groups.push((row.uuid().ok(), row.uuids("datapaths")));
            }
            flows.all_datapaths(&groups);
        });
    }
}
