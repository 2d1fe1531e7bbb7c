//! Hosts, as `record ls` answers.

use std::rc::Rc;

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::answer::Answer;
use super::page::Page;
use super::plain;
use super::table::{Cell, Table, label};
use crate::model::address;
use crate::model::foreign::{ForeignNames, nothing_but};
use crate::model::host::{Host, Keys};
use crate::model::responder::TTL;
use crate::model::topology::Topology;
use crate::model::zone::Zone;

/// What `record ls` answers.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Records {
    /// The hosts, by switch and name.
    pub records: Vec<Record>,
    /// Whose names are served instead, where there is no host.
    #[serde(skip)]
    pub foreign: Vec<ForeignNames>,
}

impl Records {
    /// The hosts of a zone.
    pub fn of(topology: &Topology, zone: &Zone) -> Self {
        Records { records: hosts_of(topology, zone).collect(), foreign: Vec::new() }
    }

    /// The hosts of all zones, by switch and name.
    pub fn all(topology: &Topology) -> Self {
        let zones = topology.zones_by_home();
        let records = zones.flat_map(|(_, zone)| hosts_of(topology, zone)).collect();
        Records { records, foreign: Vec::new() }
    }
}

fn hosts_of(topology: &Topology, zone: &Zone) -> impl Iterator<Item = Record> {
    let home = Home::of(topology, zone);
    let hosts = zone.hosts().by_name.into_values();
    hosts.map(move |host| Record::of(&home, &host))
}

/// What the hosts of a zone share.
struct Home {
    switch: Rc<str>,
    network_name: Option<Rc<str>>,
    domain: Rc<str>,
}

impl Home {
    fn of(topology: &Topology, zone: &Zone) -> Self {
        Home {
            switch: Rc::from(topology.home_name(zone)),
            network_name: topology.known_as(zone).map(Rc::from),
            domain: Rc::from(zone.domain.as_str()),
        }
    }
}

impl Answer for Records {
    fn table(&self, width: Option<u16>) -> Page {
        if self.records.is_empty() {
            return Page::from(nothing_but("No hosts", &self.foreign).as_str());
        }
        let noted = self.records.iter().any(|record| !record.notes.is_empty());
        let header = ["HOSTNAME", "FQDN", "ADDRESSES", "PTR", "SWITCH", "NOTE"];
        let columns = if noted { header.len() } else { header.len() - 1 };
        let mut table = Table::new(width, &header[..columns]).spare(&["FQDN", "PTR"]);
        for record in &self.records {
            let mut cells = vec![
                Cell::from(match &record.alias_of {
                    Some(host) => format!("{} (alias of {host})", record.hostname),
                    None if record.is_static => format!("{} (static)", record.hostname),
                    None => record.hostname.clone(),
                }),
                Cell::from(record.fqdn.as_str()),
                Cell::from(record.addresses.join(" ")),
                Cell::from(record.pointed()),
                Cell::from(label(&record.switch, record.network_name.as_deref())),
                Cell::from(record.notes.join("; ")),
            ];
            cells.truncate(columns);
            table.push(cells);
        }
        table.page()
    }

    fn plain(&self) -> Page {
        plain::lines(self.records.iter().map(Record::row))
    }
}

/// A host.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Record {
    /// The hostname, as stored.
    pub hostname: String,
    /// The FQDN, as stored, or as it would be where it is missing.
    pub fqdn: String,
    /// The first address.
    pub ip: String,
    /// The addresses, as stored.
    pub addresses: Vec<String>,
    /// The addresses whose reverse names point to the host.
    pub ptr: Vec<String>,
    /// Whether the host is exempt from clean-up.
    #[serde(rename = "static")]
    pub is_static: bool,
    /// The UUID of the port that registered the host.
    pub port: Option<Uuid>,
    /// The host that it is an alias of.
    pub alias_of: Option<String>,
    /// The time to live in seconds.
    pub ttl: u32,
    /// The switch's name, which its hosts share.
    pub switch: Rc<str>,
    /// The name by which operators know the network, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_name: Option<Rc<str>>,
    /// The zone's domain, which its hosts share.
    pub domain: Rc<str>,
    /// Which of its names the host has, where it has not both: `fqdn` or `short`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names: Option<&'static str>,
    /// What keeps the host from resolving as it should.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Record {
    /// A host of a zone.
    pub(super) fn in_zone(topology: &Topology, zone: &Zone, host: &Host) -> Self {
        Self::of(&Home::of(topology, zone), host)
    }

    fn of(home: &Home, host: &Host) -> Self {
        let domain = &home.domain;
        let shown = |has_dot: bool, stored: &Keys| {
            let answers = host.answering().find(|(key, _)| key.contains('.') == has_dot);
            let stored = stored.first().map(|(key, _)| key.to_string());
            answers.map(|(key, _)| key.to_owned()).or(stored)
        };
        let fqdn = shown(true, &host.full).unwrap_or_else(|| format!("{}.{domain}", host.name));
        let hostname = shown(false, &host.short);
        let addresses: Vec<String> = host.value().split_whitespace().map(str::to_owned).collect();
        Record {
            hostname: hostname.unwrap_or_else(|| {
                let is_inside = fqdn.to_ascii_lowercase().ends_with(domain.as_ref());
                if is_inside { fqdn.chars().take(host.name.len()).collect() } else { fqdn.clone() }
            }),
            ip: addresses.first().cloned().unwrap_or_default(),
            addresses,
            ptr: host.reverse_addresses().iter().map(ToString::to_string).collect(),
            is_static: host.is_static,
            port: host.origin,
            alias_of: host.alias_of.as_deref().map(str::to_owned),
            ttl: TTL,
            switch: Rc::clone(&home.switch),
            network_name: home.network_name.clone(),
            domain: Rc::clone(domain),
            names: host.which_names().only(),
            notes: notes(host),
            fqdn,
        }
    }

    /// How many of the addresses have a reverse name that points to the host.
    fn pointed(&self) -> String {
        let all = self.addresses.len();
        if self.alias_of.is_some() && self.ptr.is_empty() {
            return String::new();
        }
        match self.addresses.iter().filter(|address| self.ptr.contains(address)).count() {
            0 => "no".to_owned(),
            some if some < all => format!("{some} of {all}"),
            _ => "yes".to_owned(),
        }
    }

    pub(super) fn row(&self) -> Vec<String> {
        vec![
            self.hostname.clone(),
            self.fqdn.clone(),
            self.addresses.join(" "),
            self.switch.to_string(),
            if self.is_static { "static" } else { "dynamic" }.to_owned(),
            self.alias_of.clone().unwrap_or_default(),
        ]
    }
}

/// What keeps a host from resolving as it should, in few words.
fn notes(host: &Host) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |applies: bool, text: &str| {
        if applies {
            notes.push(text.to_owned());
        }
    };
    let names = || host.names();
    note(
        names().any(|(key, _)| key.ends_with('.') || key.contains(char::is_uppercase)),
        "never matches: capitals or trailing dot",
    );
    note(names().any(|(_, value)| value.contains(',')), "nothing is served after the comma");
    note(names().any(|(_, value)| address::from_value(value).is_empty()), "no address");
    note(host.full.is_empty(), "short name only");
    note(host.answering().any(|(_, value)| value != host.value()), "short name and FQDN differ");
    notes
}
