//! What doctor looks at, read once: each fact is there, or there is a reason why it is not.
//!
//! The whole of it goes to a file (`--dump`) and comes back from one (`--from-dump`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Error;
use crate::model::snapshot::{Map, Snapshot};

/// The number of the dump's form; a dump of another form is refused.
pub const DUMP_FORMAT: u32 = 1;

/// A fact, or why it could not be had.
pub type Fact<T> = Result<T, Missing>;

/// Why a fact could not be had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The kind of failure, as in the JSON output of errors.
    pub kind: String,
    /// One sentence.
    pub message: String,
    /// What the tool said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Missing {
    /// A fact that was not asked for, or that this place cannot give.
    pub fn because(message: impl Into<String>) -> Self {
        Missing { kind: "not-available".to_owned(), message: message.into(), ..Missing::default() }
    }
}

impl From<Error> for Missing {
    fn from(error: Error) -> Self {
        let Error { kind, message, cause, hint } = error;
        Missing { kind: kind.name().to_owned(), message, cause, hint }
    }
}

/// Everything that checks may look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// [`DUMP_FORMAT`].
    pub format: u32,
    /// The northbound database.
    pub northbound: Fact<Northbound>,
    /// The southbound database, without its flows.
    pub southbound: Fact<Southbound>,
    /// The datapaths that have a flow which looks names up.
    pub dns_flows: Fact<Vec<Uuid>>,
    /// What the ovn-northd of this machine says of itself: `active`, `standby` or `paused`.
    pub northd: Fact<String>,
    /// The ovn-controller of this machine.
    pub chassis: Fact<LocalChassis>,
    /// What becomes of a guest's query, as ovn-trace(8) tells.
    pub traces: Fact<Vec<DroppedQuery>>,
    /// What the forwarders say to an AAAA query under the zones' domains.
    pub probes: Fact<Vec<Probe>>,
}

impl Facts {
    /// Facts of a lone northbound database; why the others are missing is `why`.
    pub fn of_northbound(northbound: Fact<Northbound>, why: &str) -> Self {
        Facts {
            format: DUMP_FORMAT,
            northbound,
            southbound: Err(Missing::because(why)),
            dns_flows: Err(Missing::because(why)),
            northd: Err(Missing::because(why)),
            chassis: Err(Missing::because(why)),
            traces: Err(Missing::because(why)),
            probes: Err(Missing::because(why)),
        }
    }
}

/// The northbound database, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Northbound {
    /// The rows of the tables that matter to names.
    pub rows: Snapshot,
    /// `NB_Global`: how far a change has come.
    pub nb_cfg: i64,
    /// `NB_Global`: what ovn-northd has done of it.
    pub sb_cfg: i64,
    /// `NB_Global.options`; `northd_internal_version` tells the release.
    pub options: Map,
    /// Rows of `Port_Group` that have ACLs.
    #[serde(default)]
    pub guards: Vec<Guard>,
    /// Load balancers of `Load_Balancer_Group` rows: they may serve any switch or router.
    pub grouped_load_balancers: Vec<Uuid>,
}

/// A row of `Port_Group` that has ACLs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// The group's name.
    pub name: String,
    /// Its ports.
    pub ports: Vec<Uuid>,
    /// Its ACLs.
    pub acls: Vec<Uuid>,
}

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

/// A query from a port that an ACL drops before the responder sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedQuery {
    /// The switch's name.
    pub switch: String,
    /// The port it was sent from.
    pub port: String,
    /// The ACL, where it could be told.
    pub acl: Option<Uuid>,
    /// The step of the trace that drops it.
    pub step: String,
}

/// What a resolver said to an AAAA query for a name under a zone's domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The switch's name.
    pub switch: String,
    /// The resolver.
    pub resolver: String,
    /// The name that was asked for.
    pub name: String,
    /// The answer's code (RFC 1035, section 4.1.1), or why there is none.
    pub answer: Result<u8, String>,
}
