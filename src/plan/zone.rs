//! Making and removing the zone of a switch.

use super::Plan;
use super::change::{Change, Reference, Row};
use crate::error::{Error, Result};
use crate::model::name::Domain;
use crate::model::shell::shell_word;
use crate::model::snapshot::{DnsRow, Switch};
use crate::model::topology::{Network, Topology};
use crate::model::zone::{zone_marks, zone_uuid};

/// The changes that make the zone of a switch.
pub(super) fn made(switch: &Switch, domain: &Domain) -> [Change; 2] {
    let uuid = zone_uuid(switch.uuid);
    let row = DnsRow { uuid, external_ids: zone_marks(switch, domain), ..DnsRow::default() };
    [Change::Create(Row::Dns(row)), Change::Refer(Reference::to_zone(switch, uuid))]
}

/// A plan for a new zone on a switch.
///
/// # Errors
/// A conflict where the switch has one already, unless `may_exist` and the domain is the same.
pub fn create(
    topology: &Topology,
    network: &Network,
    domain: Option<&Domain>,
    may_exist: bool,
) -> Result<Plan> {
    let switch = network.switch;
    let mut plan = Plan::for_switch(switch);
    let wanted = domain.cloned().unwrap_or_default();
    match topology.zone_of(network)? {
        None => plan.changes.extend(made(switch, &wanted)),
        Some(zone) if !zone.is_attached() => {
            plan.warnings.push(format!("switch {} had lost its zone; it is attached again", switch.name));
            plan.changes.push(Change::Refer(Reference::to_zone(switch, zone.row.uuid)));
        }
        Some(zone) if !may_exist || domain.is_some_and(|domain| *domain != zone.domain) => {
            let command = format!("qdns zone show {}", shell_word(&switch.name));
            return Err(Error::conflict(format!(
                "switch {} has a zone already, with the domain {}",
                switch.name, zone.domain
            ))
            .hint(match may_exist {
                false => format!("--may-exist accepts it; {command} shows it"),
                true => format!("{command} shows it"),
            }));
        }
        Some(_) => {}
    }
    if wanted.is_public() && !plan.changes.is_empty() {
        plan.warnings.push(format!(
            "{wanted} may exist outside: a name under it that this zone lacks is asked of the forwarders"
        ));
    }
    Ok(plan)
}

/// A plan to remove a switch's zone with everything in it.
///
/// # Errors
/// Not found where the switch has no zone, unless `if_exists`.
pub fn remove(topology: &Topology, network: &Network, if_exists: bool) -> Result<Plan> {
    let switch = network.switch;
    let mut plan = Plan::for_switch(switch);
    let Some(zone) = topology.zone_of(network)? else {
        return match if_exists {
            true => Ok(plan),
            false => Err(Error::not_found(format!("switch {} has no zone", switch.name))
                .hint("--if-exists accepts that; qdns zone ls lists the zones")),
        };
    };
    let hosts = zone.hosts().by_name.len();
    if hosts > 0 {
        let noun = if hosts == 1 { "host" } else { "hosts" };
        plan.question = Some(format!("remove the zone of {} with {hosts} {noun} in it", switch.name));
    }
    if zone.is_attached() {
        plan.changes.push(Change::Unrefer(Reference::to_zone(switch, zone.row.uuid)));
    }
    plan.changes.push(Change::Destroy(Row::Dns(zone.row.clone())));
    Ok(plan)
}
