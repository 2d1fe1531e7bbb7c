//! The resolvers that guests get, as `forwarders show` answers.

use schemars::JsonSchema;
use serde::Serialize;

use super::answer::Answer;
use super::page::Page;
use super::plain;
use super::table::{Cell, Table, label, or_dash};
use crate::model::balancer::{self, Holder};
use crate::model::dhcp::{DNS_SERVER, SEARCH_OPTIONS, unusable_domain};
use crate::model::dhcp_grammar::why_no_lease;
use crate::model::snapshot::DhcpOptions;
use crate::model::topology::{Network, Topology};

/// What `forwarders show` answers.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Forwarders {
    /// One for each switch and DHCP row that its ports use.
    pub forwarders: Vec<Resolvers>,
}

impl Forwarders {
    /// The DHCP rows of every given switch.
    pub fn of<'t>(topology: &Topology, switches: impl Iterator<Item = &'t Network<'t>>) -> Self {
        let mut forwarders: Vec<Resolvers> =
            switches.flat_map(|network| Resolvers::of(topology, network)).collect();
        forwarders.sort_by(|a, b| a.switch.cmp(&b.switch));
        Forwarders { forwarders }
    }
}

impl Answer for Forwarders {
    fn table(&self, width: Option<u16>) -> Page {
        if self.forwarders.is_empty() {
            return Page::from("No forwarders: no port uses DHCP options.");
        }
        let via = self.forwarders.iter().any(|row| row.mode == "via");
        let header =
            ["SWITCH", "NETWORK", "RESOLVERS", "SEARCH", "PORTS", "SHARED WITH", "FORWARDS TO", "ON"];
        let columns = if via { header.len() } else { header.len() - 2 };
        let has_notes = self.forwarders.iter().any(|row| row.note().is_some());
        let header: Vec<&str> =
            header[..columns].iter().copied().chain(has_notes.then_some("NOTE")).collect();
        let mut table = Table::new(width, &header).spare(&["SEARCH", "SHARED WITH"]);
        for row in &self.forwarders {
            let mut cells = vec![
                Cell::from(label(&row.switch, row.network_name.as_deref())),
                Cell::from(row.cidr.as_str()),
                Cell::list(&row.servers),
                Cell::from(or_dash(&row.search, " ")),
                Cell::from(row.ports.to_string()),
                Cell::from(or_dash(&row.shared_with, ", ")),
                if row.mode == "via" { Cell::list(&row.upstreams) } else { Cell::from("-") },
                Cell::from(or_dash(&row.attached_to, ", ")),
            ];
            cells.truncate(columns);
            cells.extend(has_notes.then(|| Cell::from(row.note().unwrap_or_else(|| "-".to_owned()))));
            table.push(cells);
        }
        table.page()
    }

    fn plain(&self) -> Page {
        plain::lines(self.forwarders.iter().map(Resolvers::row))
    }
}

/// The resolvers that the guests of one switch get from one DHCP row.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Resolvers {
    /// The switch's name.
    pub switch: String,
    /// The name by which operators know the network, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_name: Option<String>,
    /// The network that the DHCP row serves.
    pub cidr: String,
    /// The resolvers, as guests get them.
    pub servers: Vec<String>,
    /// The domains that guests search in.
    pub search: Vec<String>,
    /// Why guests get no lease from the row, where OVN cannot use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_lease: Option<String>,
    /// What the row says, where guests get something else: `dns_server = fd00::53`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub row_says: Vec<String>,
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

impl Resolvers {
    pub(super) fn of(topology: &Topology, network: &Network) -> Vec<Self> {
        let balancers = topology.balancers_of(network);
        let rows = topology.leases_of(network).map(|(leases, ports)| {
            let addresses = leases.row.leased_resolvers();
            let servers: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            let upstreams: Vec<String> =
                addresses.into_iter().flat_map(|vip| balancer::backends(&balancers, vip)).collect();
            let is_via = !upstreams.is_empty();
            let holders = balancers.iter().flat_map(|row| topology.holders_of(row.uuid));
            let mut attached_to: Vec<String> = holders.filter(|_| is_via).map(Holder::label).collect();
            attached_to.dedup();
            Resolvers {
                switch: network.switch.name.clone(),
                network_name: network.switch.known_as().map(str::to_owned),
                cidr: leases.row.cidr.clone(),
                mode: if is_via { "via" } else { "plain" },
                upstreams: if is_via { upstreams } else { servers.clone() },
                servers,
                attached_to,
                port_names: ports.iter().map(|port| port.name.clone()).collect(),
                search: leases.row.leased_search(),
                no_lease: why_no_lease(leases.row, topology.rows.release()),
                row_says: row_says(leases.row),
                ports: ports.len(),
                shared_with: topology.shared_with(leases, network).into_iter().map(str::to_owned).collect(),
                dhcp_options: leases.row.uuid.to_string(),
            }
        });
        rows.collect()
    }

    /// Why guests get no lease, or what the row says that they do not get.
    fn note(&self) -> Option<String> {
        let no_lease = self.no_lease.as_ref().map(|why| format!("no lease: {why}"));
        let says = || format!("the row says {}", self.row_says.join(", "));
        no_lease.or_else(|| (!self.row_says.is_empty()).then(says))
    }

    fn row(&self) -> Vec<String> {
        vec![
            self.switch.clone(),
            self.cidr.clone(),
            self.servers.join(" "),
            self.search.join(" "),
            self.dhcp_options.clone(),
            self.mode.to_owned(),
            self.upstreams.join(" "),
        ]
    }
}

/// The options of a row from which guests get something else than it says.
fn row_says(row: &DhcpOptions) -> Vec<String> {
    let is_unusable = |option: &&str| {
        let domains = row.domains_of(option);
        domains.into_iter().any(|domain| unusable_domain(option, domain).is_some())
    };
    let differs = row.resolvers() != row.leased_resolvers();
    let options = differs.then_some(DNS_SERVER).into_iter();
    let options = options.chain(SEARCH_OPTIONS.into_iter().filter(is_unusable));
    options.filter_map(|option| Some(format!("{option} = {}", row.options.get(option)?))).collect()
}
