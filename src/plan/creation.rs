//! What creates the zone of a switch, for a plan that needs one.

use super::change::{Change, Reference, Row};
use crate::model::foreign::ForeignNames;
use crate::model::marks::Owner;
use crate::model::name::Domain;
use crate::model::shell::CommandLine;
use crate::model::snapshot::{DnsRow, Switch};
use crate::model::topology::{Network, Topology};
use crate::model::zone::{zone_marks, zone_uuid};

/// The changes that create the zone of a switch.
pub(super) fn creation(switch: &Switch, domain: &Domain) -> [Change; 2] {
    let uuid = zone_uuid(switch.uuid);
    let row = DnsRow { uuid, external_ids: zone_marks(switch, domain), ..DnsRow::default() };
    [Change::Create(Row::Dns(row)), Change::Refer(Reference::to_zone(switch, uuid))]
}

/// The domain of a new zone where none was given: that of the names which another program serves on the switch, for
/// its guests search in it; else the configured one, else the default.
pub(super) fn usual_domain(topology: &Topology, network: &Network) -> Domain {
    let configured = || topology.rows.site_domain.clone();
    network.foreign_domain().or_else(configured).unwrap_or_default()
}

/// The warnings for a new zone whose domain was not given.
pub(super) fn creation_warnings(network: &Network) -> Vec<String> {
    may_be_detached(network).into_iter().chain(chosen_domain(network)).collect()
}

pub(super) fn chosen_domain(network: &Network) -> Option<String> {
    let domain = network.foreign_domain().filter(|domain| *domain != Domain::default())?;
    let rows: Vec<String> = network.foreign_names().iter().map(ForeignNames::rows).collect();
    let rows = rows.join(" and ");
    Some(format!("the new zone has the domain {domain}, as the names from {rows} on this switch have"))
}

/// The warning for a new zone on a switch of Neutron that has no DNS row of Neutron yet: the first one replaces
/// the switch's `dns_records`. After that Neutron leaves a zone alone.
pub(super) fn may_be_detached(network: &Network) -> Option<String> {
    let switch = network.switch;
    let has_row = network.rows.iter().any(|row| row.owner() == Owner::Neutron);
    (switch.owner() == Owner::Neutron && !has_row).then(|| {
        let attach = CommandLine::qdns(["zone", "create"]).value(&switch.name).option("--may-exist");
        format!(
            "switch {} belongs to neutron, which takes the zone off the switch when it registers the first name \
             there; list it again then: {attach}",
            switch.name
        )
    })
}
