//! Zones, as `zone ls` and `zone show` answer.

use schemars::JsonSchema;
use serde::Serialize;

use super::answer::Answer;
use super::page::Page;
use super::plain;
use super::table::{Cell, Table, label, or_dash};
use crate::model::foreign::{ForeignNames, foreign_names, nothing_but};
use crate::model::snapshot::DnsRow;
use crate::model::topology::{Network, Topology};
use crate::model::zone::Zone;

/// What `zone ls` answers.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Zones {
    /// The zones, by switch.
    pub zones: Vec<ZoneSummary>,
    /// Whose names are served on the switches without a zone.
    #[serde(skip)]
    foreign: Vec<ForeignNames>,
}

impl Zones {
    /// All zones, by switch.
    pub fn all(topology: &Topology) -> Self {
        let zones = topology.zones_by_home();
        let zones = zones.map(|(switch, zone)| ZoneSummary::of(topology, switch, zone)).collect();
        Zones { zones, foreign: foreign_names(&topology.rows.dns) }
    }
}

impl Answer for Zones {
    fn table(&self, width: Option<u16>) -> Page {
        if self.zones.is_empty() {
            return Page::from(nothing_but("No zones", &self.foreign).as_str());
        }
        let mut table = Table::new(width, &["SWITCH", "DOMAIN", "HOSTS", "RECORDS", "STATE"]);
        for zone in &self.zones {
            table.push([
                Cell::from(label(&zone.switch, zone.network_name.as_deref())),
                Cell::from(zone.domain.as_str()),
                Cell::from(zone.hosts.to_string()),
                Cell::from(zone.records.to_string()),
                Cell::from(zone.state()),
            ]);
        }
        table.page()
    }

    fn plain(&self) -> Page {
        plain::lines(self.zones.iter().map(ZoneSummary::row))
    }
}

/// What `zone show` answers.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ShownZone {
    pub zone: ZoneDetail,
}

impl ShownZone {
    pub fn of(topology: &Topology, network: &Network, zone: &Zone) -> Self {
        ShownZone { zone: ZoneDetail::of(topology, network, zone) }
    }
}

impl Answer for ShownZone {
    fn table(&self, _width: Option<u16>) -> Page {
        self.zone.lines()
    }

    fn plain(&self) -> Page {
        plain::lines([self.zone.summary.row()])
    }
}

/// A zone in a list.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ZoneSummary {
    /// The switch's name.
    pub switch: String,
    /// The name by which operators know the network, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_name: Option<String>,
    /// The zone's domain.
    pub domain: String,
    /// How many hosts it has.
    pub hosts: usize,
    /// How many keys it has: names and reverse names.
    pub records: usize,
    /// Whether the switch refers to it, so that it answers.
    pub attached: bool,
    /// Whether the switch was deleted and left the zone over.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub left_over: bool,
    /// The other switches that refer to it. It answers their guests as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shared_with: Vec<String>,
    /// The row's UUID.
    pub uuid: String,
}

impl ZoneSummary {
    fn of(topology: &Topology, switch: &str, zone: &Zone) -> Self {
        let home = zone.home.map(|index| topology.switches[index].switch);
        let is_deleted = home.is_none_or(|home| home.is_deleted) && topology.named(switch).len() < 2;
        ZoneSummary {
            switch: switch.to_owned(),
            network_name: topology.known_as(zone).map(str::to_owned),
            domain: zone.domain.as_str().to_owned(),
            hosts: zone.hosts().by_name.len(),
            records: zone.row.records.len(),
            attached: zone.is_attached() && !is_deleted,
            left_over: is_deleted,
            shared_with: topology.sharers(zone).map(|network| network.name().to_owned()).collect(),
            uuid: zone.row.uuid.to_string(),
        }
    }

    fn state(&self) -> String {
        let state = if self.left_over {
            "left over: the switch was deleted"
        } else if self.attached {
            "attached"
        } else {
            "not attached to a switch"
        };
        match &self.shared_with[..] {
            [] => state.to_owned(),
            [..] if !self.attached && !self.left_over => {
                format!("attached to {} only", self.shared_with.join(", "))
            }
            others => format!("{state}, shared with {}", others.join(", ")),
        }
    }

    fn row(&self) -> Vec<String> {
        vec![
            self.switch.clone(),
            self.domain.clone(),
            self.hosts.to_string(),
            self.records.to_string(),
            self.uuid.clone(),
        ]
    }
}

/// A zone, and what else answers on its switch.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ZoneDetail {
    /// The zone.
    #[serde(flatten)]
    pub summary: ZoneSummary,
    /// The switch's UUID; `null` where it was deleted.
    pub switch_uuid: Option<String>,
    /// The switch's subnets.
    pub subnets: Vec<String>,
    /// How many hosts are exempt from clean-up.
    pub static_hosts: usize,
    /// Rows of other owners on the switch.
    pub other_rows: Vec<OtherRow>,
}

/// A row of another owner.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct OtherRow {
    /// Its owner.
    pub owner: String,
    /// The switch whose zone it is, where it is another zone of qdns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_of: Option<String>,
    /// How many keys it has.
    pub records: usize,
    /// The row's UUID.
    pub uuid: String,
}

impl ZoneDetail {
    fn of(topology: &Topology, network: &Network, zone: &Zone) -> Self {
        let switch = network.switch;
        let hosts = zone.hosts();
        let shared = |row: &DnsRow| {
            let mut zones = topology.shared_zones(network);
            zones.find(|zone| zone.row.uuid == row.uuid).map(|zone| topology.home_name(zone).to_owned())
        };
        let others = network.rows.iter().filter(|row| row.uuid != zone.row.uuid);
        ZoneDetail {
            summary: ZoneSummary::of(topology, &switch.name, zone),
            switch_uuid: (!switch.is_deleted).then(|| switch.uuid.to_string()),
            subnets: network.subnets().iter().map(ToString::to_string).collect(),
            static_hosts: hosts.by_name.values().filter(|host| host.is_static).count(),
            other_rows: others
                .map(|row| OtherRow {
                    owner: row.owner().name().to_owned(),
                    zone_of: shared(row),
                    records: row.records.len(),
                    uuid: row.uuid.to_string(),
                })
                .collect(),
        }
    }

    fn lines(&self) -> Page {
        let zone = &self.summary;
        let uuid = self.switch_uuid.as_deref().unwrap_or("deleted");
        let mut lines = vec![("switch", format!("{} ({uuid})", zone.switch))];
        lines.extend(zone.network_name.iter().map(|name| ("network", name.clone())));
        lines.extend([
            ("subnets", or_dash(&self.subnets, ", ")),
            ("domain", zone.domain.clone()),
            ("zone", format!("{} ({})", zone.uuid, zone.state())),
            ("hosts", format!("{} ({} static)", zone.hosts, self.static_hosts)),
            ("records", zone.records.to_string()),
        ]);
        lines.extend(self.other_rows.iter().map(|row| {
            let OtherRow { owner, zone_of, records, uuid } = row;
            let text = match zone_of {
                Some(home) => format!("{records} records of the zone of {home} ({uuid}), which it shares"),
                None => format!("{records} records of {owner} ({uuid}), which qdns never writes"),
            };
            ("also", text)
        }));
        lines.iter().map(|(name, value)| format!("{name:<8} {value}")).collect()
    }
}
