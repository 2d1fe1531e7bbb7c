//! The rows of the southbound database that concern names, and the state of this machine's ovn-controller.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::snapshot::Map;

/// One reading of the southbound database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Southbound {
    /// `SB_Global.nb_cfg`.
    pub nb_cfg: i64,
    /// From a datapath's UUID to the UUID of its logical switch or router.
    pub datapaths: BTreeMap<Uuid, Uuid>,
    /// Rows of `DNS`.
    pub dns: Vec<ServedRow>,
    /// Rows of `Chassis_Private`.
    pub chassis: Vec<ChassisRow>,
    /// Rows of `DHCP_Options`: from an option's name to its type.
    pub dhcp_options: Map,
    /// Rows of `DHCPv6_Options`: from an option's name to its type.
    pub dhcpv6_options: Map,
}

/// The datapaths of the flows that ovn-northd makes for switches with names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsFlows {
    /// Those whose queries are looked up.
    pub lookups: Vec<Uuid>,
    /// Those where packets from UDP port 53 of any sender pass the to-lport ACLs.
    pub bypasses: Vec<Uuid>,
}

/// A row of the southbound `DNS`, from which ovn-controller answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServedRow {
    /// The UUID of its northbound row.
    pub northbound: Option<Uuid>,
    /// The datapaths whose guests it answers.
    pub datapaths: Vec<Uuid>,
    pub records: Map,
}

/// A row of `Chassis_Private`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChassisRow {
    pub name: String,
    /// The `SB_Global.nb_cfg` that the chassis has reached.
    pub nb_cfg: i64,
}

/// The ovn-controller of this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalChassis {
    /// `external_ids:system-id`.
    pub name: String,
    /// The release, as ovn-controller prints it.
    pub version: String,
    /// `connected` or `not connected`: the connection to the southbound database.
    pub connection: String,
}
