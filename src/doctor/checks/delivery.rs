//! Whether what the northbound database says has reached those who answer.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::world::World;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::snapshot::Map;
use crate::model::southbound::Southbound;
use crate::model::topology::Network;

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "northd-stalled",
        title: "ovn-northd does not carry changes to the southbound database",
        category: Category::Delivery,
        severity: Severity::Error,
        needs: &[Need::Northbound, Need::Southbound],
        explanation: "ovn-northd turns the northbound database into the southbound one, from which every \
            chassis answers. Where it is dead, paused or busy, names that were added do not resolve, and names \
            that were removed go on resolving. NB_Global:nb_cfg counts the changes that somebody waited for, \
            NB_Global:sb_cfg what ovn-northd has done of them; a switch without a datapath tells the same.",
        source: "ovn-nb(5), NB_Global; ovn-northd(8)",
        run: Some(Run::World(northd_stalled)),
    },
    Check {
        code: "chassis-behind",
        title: "a chassis has not caught up",
        category: Category::Delivery,
        severity: Severity::Warning,
        needs: &[Need::Southbound],
        explanation: "Each ovn-controller writes into Chassis_Private:nb_cfg how far it has come. One that is \
            behind is dead, cut off or overloaded: its guests get the answers of before, and --wait=hv never \
            returns.",
        source: "ovn-sb(5), Chassis_Private",
        run: Some(Run::World(chassis_behind)),
    },
    Check {
        code: "sb-records-differ",
        title: "what is served is not what the northbound database says",
        category: Category::Delivery,
        severity: Severity::Error,
        needs: &[Need::Northbound, Need::Southbound],
        explanation: "ovn-controller answers from the southbound DNS table, which ovn-northd copies from the \
            northbound one (external_ids:dns_id names the row). Where the two differ, ovn-northd is behind, or \
            somebody wrote into the southbound database.",
        source: "ovn-sb(5), DNS; ovn-northd(8)",
        run: Some(Run::World(records_differ)),
    },
    Check {
        code: "dns-flows-missing",
        title: "a switch with names has no responder",
        category: Category::Delivery,
        severity: Severity::Error,
        needs: &[Need::Northbound, Need::Southbound, Need::DnsFlows],
        explanation: "ovn-northd gives a switch the flow `udp.dst == 53 -> dns_lookup()` once a DNS row with \
            at least one record is attached to it. Without the flow no query is intercepted, whatever the \
            tables say.",
        source: "ovn-northd(8), Ingress Table: DNS Lookup; ovn-sb(5), Logical_Flow",
        run: Some(Run::World(flows_missing)),
    },
];

/// The command that makes ovn-northd go on.
fn revive(world: &World) -> Command {
    match world.facts.northd.as_deref() {
        Ok("paused") => Command::new("ovn-appctl", ["-t", "ovn-northd", "resume"]),
        _ => Command::new("systemctl", ["restart", "ovn-northd"]),
    }
}

fn northd_stalled(world: &World) -> Outcome {
    let sb = world.southbound().map_err(|missing| missing.message)?;
    let known: HashSet<&Uuid> = sb.datapaths.values().collect();
    let missing: Vec<&Network> =
        world.topology.switches.iter().filter(|network| !known.contains(&network.switch.uuid)).collect();
    let (nb_cfg, sb_cfg) = (world.topology.rows.global.nb_cfg, world.topology.rows.global.sb_cfg);
    if nb_cfg <= sb_cfg && missing.is_empty() {
        return Ok(Vec::new());
    }
    let message = match missing.len() {
        0 => {
            format!("a change is waited for (number {nb_cfg}), and ovn-northd has done no more than {sb_cfg}")
        }
        count => format!(
            "ovn-northd has made no datapath for {count} of {} switches",
            world.topology.switches.len()
        ),
    };
    let mut finding = Finding::new("ovn-northd", message).seen("nb_cfg", nb_cfg).seen("sb_cfg", sb_cfg);
    if !missing.is_empty() {
        let shown = || missing.iter().take(10);
        finding = finding
            .seen("switches", shown().map(|network| network.name()).collect::<Vec<_>>())
            .seen("uuids", shown().map(|network| network.switch.uuid).collect::<Vec<_>>());
    }
    if let Ok(status) = &world.facts.northd {
        finding = finding.seen("status", status);
    }
    Ok(vec![finding.fix(revive(world))])
}

fn chassis_behind(world: &World) -> Outcome {
    let sb = world.southbound().map_err(|missing| missing.message)?;
    let behind = sb.chassis.iter().filter(|chassis| chassis.nb_cfg < sb.nb_cfg);
    Ok(behind
        .map(|chassis| {
            let message = format!(
                "chassis {} has come to change {} of {}: its guests may get the answers of before",
                chassis.name, chassis.nb_cfg, sb.nb_cfg
            );
            let finding = Finding::new(&chassis.name, message)
                .seen("chassis_nb_cfg", chassis.nb_cfg)
                .seen("nb_cfg", sb.nb_cfg);
            match &world.facts.chassis {
                Ok(local) if local.name == chassis.name => finding
                    .seen("connection", &local.connection)
                    .fix(Command::new("systemctl", ["restart", "ovn-controller"])),
                _ => finding.fix(Command::new(
                    "ssh",
                    [chassis.name.as_str(), "systemctl", "restart", "ovn-controller"],
                )),
            }
        })
        .collect())
}

fn records_differ(world: &World) -> Outcome {
    let sb = world.southbound().map_err(|missing| missing.message)?;
    let served: HashMap<Uuid, _> = sb.dns.iter().filter_map(|row| Some((row.northbound?, row))).collect();
    let datapath_of: HashMap<Uuid, Uuid> =
        sb.datapaths.iter().map(|(path, switch)| (*switch, *path)).collect();
    let mut differences: BTreeMap<usize, Vec<serde_json::Value>> = BTreeMap::new();
    for (index, network) in world.topology.switches.iter().enumerate() {
        let datapath = datapath_of.get(&network.switch.uuid);
        for row in network.rows.iter().filter(|row| !row.records.is_empty()) {
            let found = served
                .get(&row.uuid)
                .filter(|served| datapath.is_none_or(|datapath| served.datapaths.contains(datapath)));
            let keys = match found {
                None => BTreeMap::new(),
                Some(served) if served.records == row.records => continue,
                Some(served) => different(&row.records, &served.records),
            };
            differences.entry(index).or_default().push(serde_json::json!({ "row": row.uuid, "keys": keys }));
        }
    }
    Ok(differences
        .into_iter()
        .map(|(index, rows)| {
            let name = world.topology.switches[index].name();
            Finding::new(
                name,
                format!("the names that are served on {name} are not those of the northbound database"),
            )
            .on(name)
            .seen("rows", rows)
            .fix(match world.facts.northd.as_deref() {
                Ok("active") => Command::new("ovn-appctl", ["-t", "ovn-northd", "inc-engine/recompute"]),
                _ => revive(world),
            })
        })
        .collect())
}

/// The first keys of which the two databases say different things, and what each says.
fn different(said: &Map, served: &Map) -> BTreeMap<String, serde_json::Value> {
    let keys: BTreeSet<&String> = said.keys().chain(served.keys()).collect();
    let differing = keys.into_iter().filter(|key| said.get(*key) != served.get(*key)).take(10);
    let both = |key: &String| serde_json::json!({ "northbound": said.get(key), "served": served.get(key) });
    differing.map(|key| (key.clone(), both(key))).collect()
}

fn flows_missing(world: &World) -> Outcome {
    let sb: &Southbound = world.southbound().map_err(|missing| missing.message)?;
    let with_flows: HashSet<Uuid> = world.facts.dns_flows.iter().flatten().copied().collect();
    let answering: HashSet<Uuid> = sb
        .datapaths
        .iter()
        .filter(|(path, _)| with_flows.contains(path))
        .map(|(_, switch)| *switch)
        .collect();
    let known: HashSet<&Uuid> = sb.datapaths.values().collect();
    let silent = world.topology.switches.iter().filter(|network| {
        let uuid = &network.switch.uuid;
        let has_names = network.rows.iter().any(|row| !row.records.is_empty());
        has_names && known.contains(uuid) && !answering.contains(uuid)
    });
    Ok(silent
        .map(|network| {
            let name = network.name();
            Finding::new(name, format!("{name} has names and no flow that looks them up"))
                .on(name)
                .seen("uuid", network.switch.uuid)
                .seen("records", network.rows.iter().map(|row| row.records.len()).sum::<usize>())
                .fix(revive(world))
        })
        .collect())
}
