//! The rows of the southbound database that matter to names, and what this machine's chassis says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::snapshot::Map;

/// The southbound database, at one moment.
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

/// A row of the southbound `DNS`: what ovn-controller serves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServedRow {
    /// The northbound row it was made from.
    pub northbound: Option<Uuid>,
    /// The datapaths it is served on.
    pub datapaths: Vec<Uuid>,
    /// Keys and values.
    pub records: Map,
}

/// A row of `Chassis_Private`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChassisRow {
    /// The chassis's name.
    pub name: String,
    /// How far it has come, in terms of `SB_Global.nb_cfg`.
    pub nb_cfg: i64,
}

/// The ovn-controller of this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalChassis {
    /// `external_ids:system-id`.
    pub name: String,
    /// The release, as ovn-controller gives it.
    pub version: String,
    /// `connected` or `not connected`, to the southbound database.
    pub connection: String,
}
