//! The overview of switches, as `status` answers.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::answer::Answer;
use super::forwarders::Resolvers;
use super::page::Page;
use super::plain;
use super::table::{Cell, Table, label, or_dash};
use crate::doctor::Check;
use crate::doctor::finding::Finding;
use crate::model::foreign::{ForeignNames, foreign_names};
use crate::model::listing::some_of;
use crate::model::marks::Owner;
use crate::model::shell::CommandLine;
use crate::model::topology::{Network, Topology};
use crate::model::zone::Zone;

/// How many switches a line names.
const NAMED: usize = 10;

/// What `status` answers.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Status {
    /// The switches, by name.
    pub switches: Vec<SwitchStatus>,
}

/// One switch.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct SwitchStatus {
    /// The switch, as commands accept it.
    pub switch: String,
    /// The name by which operators know the network, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_name: Option<String>,
    /// The program that the switch belongs to; `null` where it is the operator's.
    pub owner: Option<&'static str>,
    /// Whether the switch was deleted and left its zone over.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub left_over: bool,
    /// The domain of its zone; `null` where it has none.
    pub domain: Option<String>,
    /// Whether several rows are its zone, so that none can be chosen.
    #[serde(skip)]
    has_several_zones: bool,
    /// How many hosts the zone has.
    pub hosts: usize,
    /// Whose names its guests resolve.
    pub names: Vec<OwnedNames>,
    /// How many of its ports get DHCP options.
    pub dhcp_ports: usize,
    /// The resolvers that its guests get.
    pub forwarders: Vec<String>,
    /// Where the VIP among them forwards to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upstreams: Vec<String>,
    /// The domains that its guests search in.
    pub search: Vec<String>,
    /// The other switches that share its zone.
    pub shared_with: Vec<String>,
    /// The switches whose zones it shares.
    pub shares: Vec<String>,
    /// What is wrong, as far as the overview shows it.
    pub findings: Vec<Noted>,
}

/// The names that the rows of one program serve.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct OwnedNames {
    /// The program, or `qdns`.
    pub owner: &'static str,
    /// How many keys are names, and not reverse names.
    pub names: usize,
}

/// A finding of doctor.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Noted {
    /// The check's stable name.
    pub code: &'static str,
    /// `error`, `warning` or `info`.
    pub severity: &'static str,
    /// One sentence.
    pub message: String,
}

impl Status {
    /// The switches that are wanted, by name, then the deleted ones that left a zone over. A deleted one has only a name.
    pub fn of(
        topology: &Topology,
        findings: &[(&'static Check, Finding)],
        is_wanted: impl Fn(Uuid, &str) -> bool,
    ) -> Self {
        let networks =
            topology.switches.iter().filter(|network| is_wanted(network.switch.uuid, &network.switch.name));
        let left = topology.zones_by_home().filter(|(name, zone)| {
            let is_left = zone.home.is_none() && topology.named(name).is_empty() && !name.is_empty();
            is_left && is_wanted(Uuid::nil(), name)
        });
        let left = left.map(|(name, zone)| SwitchStatus {
            switch: name.to_owned(),
            left_over: true,
            findings: noted(findings, name),
            ..SwitchStatus::of_zone(topology, zone)
        });
        let existing = networks.map(|network| SwitchStatus::of(topology, network, findings));
        Status { switches: existing.chain(left).collect() }
    }
}

impl SwitchStatus {
    fn of(topology: &Topology, network: &Network, findings: &[(&'static Check, Finding)]) -> Self {
        let switch = network.switch;
        let zone = topology.zone_of(network);
        let has_several_zones = zone.is_err();
        let zone = zone.ok().flatten();
        let resolvers = Resolvers::of(topology, network);
        let mut ports: Vec<_> = topology.leases_of(network).flat_map(|(_, ports)| ports).collect();
        ports.sort_unstable_by_key(|port| port.uuid);
        ports.dedup_by_key(|port| port.uuid);
        let via = resolvers.iter().filter(|row| row.mode == "via");
        SwitchStatus {
            switch: network.name().to_owned(),
            network_name: switch.known_as().map(str::to_owned),
            owner: Some(switch.owner()).filter(|owner| owner.is_foreign()).map(Owner::name),
            has_several_zones,
            names: names(network),
            dhcp_ports: ports.len(),
            forwarders: each_once(resolvers.iter().flat_map(|row| &row.servers)),
            upstreams: each_once(via.flat_map(|row| &row.upstreams)),
            search: each_once(resolvers.iter().flat_map(|row| &row.search)),
            shares: topology.shared_zones(network).map(|zone| topology.home_name(zone).to_owned()).collect(),
            findings: noted(findings, network.name()),
            ..zone.map(|zone| Self::of_zone(topology, zone)).unwrap_or_default()
        }
    }

    fn of_zone(topology: &Topology, zone: &Zone) -> Self {
        SwitchStatus {
            domain: Some(zone.domain.as_str().to_owned()),
            hosts: zone.hosts().by_name.len(),
            shared_with: topology.sharers(zone).map(|network| network.name().to_owned()).collect(),
            ..SwitchStatus::default()
        }
    }
}

/// Whose names the rows of a switch have: those of qdns first.
fn names(network: &Network) -> Vec<OwnedNames> {
    let ours = network.rows.iter().filter(|row| row.is_ours());
    let ours: usize = ours.map(|row| row.names().count()).sum();
    let ours = (ours > 0).then_some(OwnedNames { owner: Owner::Qdns.name(), names: ours });
    let others =
        foreign_names(network.rows.iter().copied()).into_iter().filter(|of_owner| of_owner.names > 0);
    let others = others.map(|ForeignNames { owner, names, .. }| OwnedNames { owner: owner.name(), names });
    ours.into_iter().chain(others).collect()
}

fn noted(findings: &[(&'static Check, Finding)], switch: &str) -> Vec<Noted> {
    let about = findings.iter().filter(|(_, finding)| finding.is_about(switch));
    let noted = about.map(|(check, finding)| Noted {
        code: check.code,
        severity: check.severity.name(),
        message: finding.message.clone(),
    });
    noted.collect()
}

fn each_once<'t>(texts: impl Iterator<Item = &'t String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in texts {
        if !all.contains(text) {
            all.push(text.clone());
        }
    }
    all
}

impl Answer for Status {
    fn table(&self, width: Option<u16>) -> Page {
        if self.switches.is_empty() {
            return Page::from("No switches.");
        }
        let header = ["SWITCH", "DOMAIN", "HOSTS", "NAMES", "FORWARDERS", "SHARING", "FINDINGS"];
        let mut table = Table::new(width, &header).spare(&["NAMES", "HOSTS"]);
        for switch in &self.switches {
            table.push([
                Cell::from(label(&switch.switch, switch.network_name.as_deref())),
                Cell::from(switch.zone()),
                Cell::from(switch.hosts.to_string()),
                Cell::from(switch.whose_names()),
                Cell::from(switch.forwarding()),
                Cell::from(switch.sharing()),
                Cell::from(or_dash(&switch.codes(), ", ")),
            ]);
        }
        let mut page = table.page();
        if let Some(line) = self.doctor_line() {
            page.push("");
            page.push(line);
        }
        page
    }

    /// Switch, domain, hosts, the programs with names, resolvers, sharers, shared zones, codes of findings.
    fn plain(&self) -> Page {
        plain::lines(self.switches.iter().map(|switch| {
            let owners: Vec<&str> = switch.names.iter().map(|names| names.owner).collect();
            vec![
                switch.switch.clone(),
                switch.domain.clone().unwrap_or_default(),
                switch.hosts.to_string(),
                owners.join(" "),
                switch.forwarders.join(" "),
                switch.shared_with.join(" "),
                switch.shares.join(" "),
                switch.codes().join(" "),
            ]
        }))
    }
}

impl Status {
    /// The command that says more about the switches with findings.
    fn doctor_line(&self) -> Option<String> {
        let found = self.switches.iter().filter(|switch| !switch.findings.is_empty() && !switch.left_over);
        let names: Vec<&str> = found.map(|switch| switch.switch.as_str()).collect();
        let is_some = self.switches.iter().any(|switch| !switch.findings.is_empty());
        let doctor = CommandLine::qdns(["doctor"]);
        let doctor = if names.len() > NAMED { doctor } else { names.iter().fold(doctor, CommandLine::value) };
        is_some.then(|| format!("What is wrong, and what repairs it: {doctor}"))
    }
}

impl SwitchStatus {
    fn zone(&self) -> &str {
        let none = if self.has_several_zones { "several zones" } else { "no zone" };
        self.domain.as_deref().unwrap_or(none)
    }

    /// The programs, with the number of names of those whose hosts are not counted.
    fn whose_names(&self) -> String {
        let ours = Owner::Qdns.name();
        let text = |OwnedNames { owner, names }: &OwnedNames| {
            if *owner == ours { ours.to_owned() } else { format!("{owner} ({names})") }
        };
        let texts: Vec<String> = self.names.iter().map(text).collect();
        if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
    }

    fn forwarding(&self) -> String {
        let resolvers = some_of(&self.forwarders);
        if self.dhcp_ports == 0 {
            "no DHCP".to_owned()
        } else if self.forwarders.is_empty() {
            "none".to_owned()
        } else if self.upstreams.is_empty() {
            resolvers
        } else {
            format!("{resolvers} to {}", some_of(&self.upstreams))
        }
    }

    fn sharing(&self) -> String {
        let mut texts = Vec::new();
        if self.left_over {
            texts.push("left over: the switch was deleted".to_owned());
        }
        if !self.shared_with.is_empty() {
            texts.push(format!("with {}", some_of(&self.shared_with)));
        }
        if !self.shares.is_empty() {
            texts.push(format!("names of {}", some_of(&self.shares)));
        }
        or_dash(&texts, "; ")
    }

    /// The codes of its findings, each once.
    fn codes(&self) -> Vec<String> {
        let mut codes: Vec<String> = self.findings.iter().map(|finding| finding.code.to_owned()).collect();
        codes.dedup();
        codes
    }
}
