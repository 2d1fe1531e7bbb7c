//! One host in detail, as `record show` answers.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::answer::Answer;
use super::page::Page;
use super::plain;
use super::records::Record;
use super::table::{label, or_dash};
use crate::model::address;
use crate::model::host::{Host, Hosts};
use crate::model::topology::{Network, Topology};
use crate::model::zone::Zone;

/// What `record show` answers: one host, or each host that has the address.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ShownRecords {
    /// The host, or each host with the address.
    pub records: Vec<ShownRecord>,
}

/// A host, and what belongs to it.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ShownRecord {
    /// As `record ls` has it.
    #[serde(flatten)]
    pub record: Record,
    /// The aliases of the host.
    pub aliases: Vec<String>,
    /// The port that registered the host.
    pub origin: Option<Origin>,
    /// Other rows that have one of the host's names or PTR records on the switch.
    pub also: Vec<Also>,
}

/// The port that registered a host.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Origin {
    /// The port's UUID.
    pub uuid: Uuid,
    /// The port's name; `null` where it is gone.
    pub port: Option<String>,
    /// `present`, `disabled` or `gone`.
    pub state: &'static str,
}

/// A key of another row.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Also {
    /// The key.
    pub name: String,
    /// Its value there.
    pub value: String,
    /// The owner of the row.
    pub owner: &'static str,
    /// The UUID of the row.
    pub row: Uuid,
}

impl ShownRecords {
    /// The hosts of a zone with these names.
    pub fn of(topology: &Topology, network: &Network, zone: &Zone, hosts: &Hosts, names: &[String]) -> Self {
        let shown = names.iter().filter_map(|name| hosts.by_name.get(name.as_str()));
        let shown = shown.map(|host| ShownRecord {
            record: Record::in_zone(topology, zone, host),
            aliases: aliases(hosts, host),
            origin: origin(network, host),
            also: also(network, zone, host),
        });
        ShownRecords { records: shown.collect() }
    }
}

fn aliases(hosts: &Hosts, host: &Host) -> Vec<String> {
    let aliases = hosts.by_name.values().filter(|alias| alias.alias_of.as_ref() == Some(&host.name));
    aliases.map(|alias| alias.name.to_string()).collect()
}

fn origin(network: &Network, host: &Host) -> Option<Origin> {
    let uuid = host.origin?;
    let port = network.ports.iter().find(|port| port.uuid == uuid);
    let state = match port {
        None => "gone",
        Some(port) if port.is_disabled() => "disabled",
        Some(_) => "present",
    };
    Some(Origin { uuid, port: port.map(|port| port.name.clone()), state })
}

fn also(network: &Network, zone: &Zone, host: &Host) -> Vec<Also> {
    let reverse = host.addresses().into_iter().map(address::reverse_name);
    let mut keys: Vec<String> = host.names().map(|(key, _)| key.to_owned()).chain(reverse).collect();
    keys.sort();
    keys.dedup();
    let rows = network.rows.iter().filter(|row| row.uuid != zone.row.uuid);
    rows.flat_map(|row| keys.iter().filter_map(move |key| Some((row, key, row.records.get(key)?))))
        .map(|(row, key, value)| Also {
            name: key.clone(),
            value: value.clone(),
            owner: row.owner().name(),
            row: row.uuid,
        })
        .collect()
}

impl Answer for ShownRecords {
    fn table(&self, _width: Option<u16>) -> Page {
        let mut page = Page::default();
        for (number, shown) in self.records.iter().enumerate() {
            if number > 0 {
                page.push("");
            }
            page.append(&shown.lines());
        }
        page
    }

    fn plain(&self) -> Page {
        plain::lines(self.records.iter().map(|shown| shown.record.row()))
    }
}

impl ShownRecord {
    fn lines(&self) -> Page {
        let record = &self.record;
        let mut lines = vec![
            ("host", record.hostname.clone()),
            ("fqdn", record.fqdn.clone()),
            ("switch", label(&record.switch, record.network_name.as_deref())),
        ];
        lines.extend(record.alias_of.iter().map(|host| ("alias of", host.clone())));
        lines.push(("addresses", or_dash(&record.addresses, " ")));
        if record.alias_of.is_none() {
            lines.extend([
                ("ptr", or_dash(&record.ptr, " ")),
                ("aliases", or_dash(&self.aliases, " ")),
                ("static", if record.is_static { "yes" } else { "no" }.to_owned()),
            ]);
        }
        lines.push((
            "port",
            self.origin.as_ref().map_or_else(|| "none, made by hand".to_owned(), Origin::text),
        ));
        lines.extend(record.notes.iter().map(|note| ("note", note.clone())));
        lines.extend(self.also.iter().map(|also| {
            ("also", format!("{} is {} in a row of {} ({})", also.name, also.value, also.owner, also.row))
        }));
        lines.iter().map(|(name, value)| format!("{name:<10} {value}")).collect()
    }
}

impl Origin {
    fn text(&self) -> String {
        match &self.port {
            Some(port) => format!("{port} ({}, {})", self.state, self.uuid),
            None => format!("{} ({})", self.uuid, self.state),
        }
    }
}
