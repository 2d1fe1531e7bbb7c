//! The types of the output. They are what scripts rely on: they stay when the model moves.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde::Serialize;
use uuid::Uuid;

use crate::model::address;
use crate::model::balancer::{self, Holder};
use crate::model::dhcp;
use crate::model::host::Host;
use crate::model::host::Names;
use crate::model::responder::TTL;
use crate::model::snapshot::{LoadBalancer, Map};
use crate::model::topology::{Network, Topology};
use crate::model::zone::Zone;
use crate::plan::Plan;
use crate::plan::change::{Change, Column, Entry, Reference, ReferenceColumn, Row};

/// A host.
#[derive(Clone, Debug, Serialize)]
pub struct RecordView {
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
    /// The time to live in seconds.
    pub ttl: u32,
    /// The switch's name, which its hosts share.
    pub switch: Rc<str>,
    /// The zone's domain, which its hosts share.
    pub domain: Rc<str>,
    /// Which of its names the host has, where it has not both: `fqdn` or `short`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names: Option<&'static str>,
    /// What keeps the host from resolving as it should.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl RecordView {
    /// The hosts of a zone.
    pub fn of(topology: &Topology, zone: &Zone) -> Vec<Self> {
        let (switch, domain) = (Rc::from(topology.home_name(zone)), Rc::from(zone.domain.as_str()));
        zone.hosts().by_name.values().map(|host| Self::of_host(&switch, &domain, host)).collect()
    }

    /// The hosts of all zones, by switch and name.
    pub fn all(topology: &Topology) -> Vec<Self> {
        topology.zones_by_home().flat_map(|(_, zone)| Self::of(topology, zone)).collect()
    }

    fn of_host(switch: &Rc<str>, domain: &Rc<str>, host: &Host) -> Self {
        let fqdn =
            host.full.first().map_or_else(|| format!("{}.{domain}", host.name), |(key, _)| key.to_string());
        let hostname = host.short.first().map(|(key, _)| key.to_string());
        let addresses: Vec<String> = host.value().split_whitespace().map(str::to_owned).collect();
        RecordView {
            hostname: hostname.unwrap_or_else(|| {
                match fqdn.to_ascii_lowercase().ends_with(domain.as_ref()) {
                    true => fqdn.chars().take(host.name.len()).collect(),
                    false => fqdn.clone(),
                }
            }),
            ip: addresses.first().cloned().unwrap_or_default(),
            addresses,
            ptr: host.reverse_addresses().iter().map(ToString::to_string).collect(),
            is_static: host.is_static,
            ttl: TTL,
            switch: Rc::clone(switch),
            domain: Rc::clone(domain),
            names: Some(Names::of(host)).filter(|names| *names != Names::Both).map(Names::as_str),
            notes: notes(host),
            fqdn,
        }
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
    note(names().any(|(_, value)| value != host.value()), "short name and FQDN differ");
    notes
}

/// A zone in a list.
#[derive(Clone, Debug, Serialize)]
pub struct ZoneView {
    /// The switch's name.
    pub switch: String,
    /// The zone's domain.
    pub domain: String,
    /// How many hosts it has.
    pub hosts: usize,
    /// How many keys it has: names and reverse names.
    pub records: usize,
    /// Whether the switch refers to it, so that it answers.
    pub attached: bool,
    /// The row's UUID.
    pub uuid: String,
}

impl ZoneView {
    /// All zones, by switch.
    pub fn all(topology: &Topology) -> Vec<Self> {
        topology.zones_by_home().map(|(switch, zone)| Self::of(switch, zone)).collect()
    }

    fn of(switch: &str, zone: &Zone) -> Self {
        ZoneView {
            switch: switch.to_owned(),
            domain: zone.domain.as_str().to_owned(),
            hosts: zone.hosts().by_name.len(),
            records: zone.row.records.len(),
            attached: zone.is_attached(),
            uuid: zone.row.uuid.to_string(),
        }
    }
}

/// A zone, and what else answers on its switch.
#[derive(Clone, Debug, Serialize)]
pub struct ZoneDetailView {
    /// The zone.
    #[serde(flatten)]
    pub zone: ZoneView,
    /// The switch's UUID.
    pub switch_uuid: String,
    /// The switch's subnets.
    pub subnets: Vec<String>,
    /// How many hosts are exempt from clean-up.
    pub static_hosts: usize,
    /// Rows of other owners on the switch.
    pub other_rows: Vec<OtherRowView>,
}

/// A row of another owner.
#[derive(Clone, Debug, Serialize)]
pub struct OtherRowView {
    /// Its owner.
    pub owner: String,
    /// How many keys it has.
    pub records: usize,
    /// The row's UUID.
    pub uuid: String,
}

impl ZoneDetailView {
    /// A zone with its surroundings.
    pub fn of(network: &Network, zone: &Zone) -> Self {
        let switch = network.switch;
        let hosts = zone.hosts();
        let others = network.rows.iter().filter(|row| row.uuid != zone.row.uuid);
        ZoneDetailView {
            zone: ZoneView::of(&switch.name, zone),
            switch_uuid: switch.uuid.to_string(),
            subnets: switch.subnets().iter().map(ToString::to_string).collect(),
            static_hosts: hosts.by_name.values().filter(|host| host.is_static).count(),
            other_rows: others
                .map(|row| OtherRowView {
                    owner: row.owner().name().to_owned(),
                    records: row.records.len(),
                    uuid: row.uuid.to_string(),
                })
                .collect(),
        }
    }
}

/// The resolvers that the guests of one switch get from one DHCP row.
#[derive(Clone, Debug, Serialize)]
pub struct ForwardersView {
    /// The switch's name.
    pub switch: String,
    /// The network that the DHCP row serves.
    pub cidr: String,
    /// The resolvers, as guests get them.
    pub servers: Vec<String>,
    /// The domain that guests search in.
    pub search: Vec<String>,
    /// How many ports of the switch use the row.
    pub ports: usize,
    /// Other switches whose ports use it too.
    pub shared_with: Vec<String>,
    /// The row's UUID.
    pub dhcp_options: String,
    /// `plain`: guests ask the resolvers themselves; `via`: they ask a VIP that forwards.
    pub mode: &'static str,
    /// The resolvers that answer in the end: the VIP's backends, or `servers` themselves.
    pub upstreams: Vec<String>,
    /// What balances, in mode `via`: `router lr0`, `switch net1`. Empty: nothing does.
    pub attached_to: Vec<String>,
    /// The names of those ports.
    pub port_names: Vec<String>,
}

impl ForwardersView {
    /// The DHCP rows of every given switch.
    pub fn of_all<'t>(topology: &Topology, switches: impl Iterator<Item = &'t Network<'t>>) -> Vec<Self> {
        let mut views: Vec<Self> = switches.flat_map(|network| Self::of(topology, network)).collect();
        views.sort_by(|a, b| a.switch.cmp(&b.switch));
        views
    }

    fn of(topology: &Topology, network: &Network) -> Vec<Self> {
        let balancers = topology.balancers_of(network);
        let rows = topology.leases_of(network).map(|(leases, ports)| {
            let addresses = leases.row.resolvers();
            let servers: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            let upstreams: Vec<String> =
                addresses.into_iter().flat_map(|vip| balancer::backends(&balancers, vip)).collect();
            let is_via = !upstreams.is_empty();
            let holders = balancers.iter().flat_map(|row| topology.holders_of(row.uuid));
            let mut attached_to: Vec<String> = holders.filter(|_| is_via).map(Holder::label).collect();
            attached_to.dedup();
            ForwardersView {
                switch: network.switch.name.clone(),
                cidr: leases.row.cidr.clone(),
                mode: if is_via { "via" } else { "plain" },
                upstreams: if is_via { upstreams } else { servers.clone() },
                servers,
                attached_to,
                port_names: ports.iter().map(|port| port.name.clone()).collect(),
                search: search_list(&leases.row.options),
                ports: ports.len(),
                shared_with: topology.shared_with(leases, network).into_iter().map(str::to_owned).collect(),
                dhcp_options: leases.row.uuid.to_string(),
            }
        });
        rows.collect()
    }
}

fn search_list(options: &Map) -> Vec<String> {
    let list =
        ["domain_search_list", "domain_search", "domain_name"].iter().find_map(|option| options.get(*option));
    list.into_iter().flat_map(|value| dhcp::parse_domains(value)).map(str::to_owned).collect()
}

/// What was changed, or would be.
#[derive(Clone, Debug, Serialize)]
pub struct ChangesView {
    /// Whether the database was changed.
    pub changed: bool,
    /// Whether this is only what would change.
    pub dry_run: bool,
    /// The changes, in order.
    pub changes: Vec<ChangeView>,
    /// What is worth knowing.
    pub warnings: Vec<String>,
    /// The switch that was named.
    pub switch: String,
}

/// One change.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeView {
    /// `add`, `change` or `remove`.
    pub action: &'static str,
    /// The name of a record, an option, a mark, or `zone`.
    pub name: String,
    /// What it was.
    pub from: Option<String>,
    /// What it becomes.
    pub to: Option<String>,
    /// Where: `DNS.records`, `DHCP_Options.options` and so on, as ovn-nb(5) has them.
    pub column: &'static str,
    /// The row's UUID.
    pub row: Uuid,
}

impl ChangesView {
    /// The changes of a plan.
    pub fn of(plan: Plan, dry_run: bool) -> Self {
        let changed = !dry_run && !plan.changes.is_empty();
        let whole: BTreeSet<Uuid> = plan.changes.iter().filter_map(whole_row).collect();
        let mut changes = Vec::with_capacity(plan.changes.len());
        for change in plan.changes {
            ChangeView::push(&mut changes, &plan.switch.name, change, &whole);
        }
        ChangesView { changed, dry_run, changes, warnings: plan.warnings, switch: plan.switch.name }
    }
}

/// The DNS row that a change makes or destroys: the references to it go without saying.
fn whole_row(change: &Change) -> Option<Uuid> {
    match change {
        Change::Create(Row::Dns(row)) | Change::Destroy(Row::Dns(row)) => Some(row.uuid),
        _ => None,
    }
}

impl ChangeView {
    /// Adds what a change to a switch's names is to a list.
    fn push(views: &mut Vec<Self>, switch: &str, change: Change, whole: &BTreeSet<Uuid>) {
        let switch = || Some(switch.to_owned());
        let view = match change {
            Change::Entry(entry) => Self::entry(entry),
            Change::Create(Row::Dns(row)) => Self::zone("add", None, switch(), row.uuid),
            Change::Destroy(Row::Dns(row)) => {
                views.extend(row.records.into_iter().map(|(key, value)| {
                    let (column, row) = (Column::DnsRecords, row.uuid);
                    Self::entry(Entry { column, row, key, from: Some(value), to: None })
                }));
                Self::zone("remove", switch(), None, row.uuid)
            }
            Change::Create(Row::Balancer(row)) => Self::balancer("add", row),
            Change::Destroy(Row::Balancer(row)) => Self::balancer("remove", row),
            Change::Refer(reference) | Change::Unrefer(reference) if whole.contains(&reference.target) => {
                return;
            }
            Change::Refer(reference) if reference.column == ReferenceColumn::SwitchDns => {
                Self::zone("change", None, Some(reference.row_label), reference.target)
            }
            Change::Refer(reference) => Self::reference("add", reference),
            Change::Unrefer(reference) => Self::reference("remove", reference),
        };
        views.push(view);
    }

    fn entry(entry: Entry) -> Self {
        let Entry { column, row, key: name, from, to } = entry;
        let action = match (&from, &to) {
            (None, _) => "add",
            (Some(_), Some(_)) => "change",
            (Some(_), None) => "remove",
        };
        ChangeView { action, name, from, to, column: column.path(), row }
    }

    fn balancer(action: &'static str, row: LoadBalancer) -> Self {
        let vips: Vec<String> = row.vips.iter().map(|(vip, to)| format!("{vip} to {to}")).collect();
        let vips = Some(vips.join("; "));
        let (from, to) = if action == "add" { (None, vips) } else { (vips, None) };
        let column = Column::BalancerVips.path();
        ChangeView { action, name: row.name, from, to, column, row: row.uuid }
    }

    fn reference(action: &'static str, reference: Reference) -> Self {
        let label = Some(reference.row_label);
        let (from, to) = if action == "add" { (None, label) } else { (label, None) };
        let (name, column) = (reference.target_name, reference.column.path());
        ChangeView { action, name, from, to, column, row: reference.row }
    }

    fn zone(action: &'static str, from: Option<String>, to: Option<String>, row: Uuid) -> Self {
        ChangeView { action, name: "zone".to_owned(), from, to, column: "Logical_Switch.dns_records", row }
    }
}
