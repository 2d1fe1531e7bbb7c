//! `qdns record export`.

use std::collections::HashMap;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use uuid::Uuid;

use crate::commands::Context;
use crate::error::Result;
use crate::formats::FileFormat;
use crate::formats::exported::ExportedZone;
use crate::formats::zone_file::{self, ReverseZone};
use crate::model::listing::some_of;
use crate::model::marks::Owner;
use crate::model::shell::CommandLine;
use crate::model::snapshot::DnsRow;
use crate::model::topology::{Network, Topology};
use crate::output::Reply;
use crate::output::text::Text;
use crate::plan::backup::Backup;
use crate::plan::export;

/// Print hosts in a format that `import` reads.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns record export net1 > net1.json        everything that `import` reads
  qdns record export net1 --format hosts     for /etc/hosts
  qdns record export net1 --format zone      for a BIND server
  qdns record export net1 --reverse 10.0.0.0/24    its reverse zone
  qdns record export net1 --owner neutron    rows of OpenStack, to move them
  qdns record export > backup.json           everything, for `import --all`

In CSV, a cell that a spreadsheet would execute (it begins with = + - @, a tab or a carriage return) gets an \
apostrophe before it. `import` removes the apostrophe.

Without a switch, JSON also holds the zones with their domains, marks and sharing, and what `forwarders set` wrote.")]
pub struct ExportArgs {
    /// The switch, by name or UUID; all switches if omitted
    switch: Option<String>,
    /// The format of the output [default: json]
    #[arg(long, value_enum)]
    format: Option<FileFormat>,
    /// Print the PTR records of this network as a zone file
    #[arg(long, value_name = "NETWORK", conflicts_with = "format")]
    reverse: Option<String>,
    /// Print the rows of this owner
    #[arg(long, value_enum, default_value = "qdns")]
    owner: Owner,
}

impl ValueEnum for Owner {
    fn value_variants<'a>() -> &'a [Owner] {
        &[
            Owner::Qdns,
            Owner::Neutron,
            Owner::Lxd,
            Owner::Incus,
            Owner::KubeOvn,
            Owner::OvnKubernetes,
            Owner::Ovirt,
            Owner::Unknown,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Owner::Qdns => "Zones of qdns",
            Owner::Neutron => "OpenStack's Neutron",
            Owner::Lxd => "LXD",
            Owner::Incus => "Incus",
            Owner::KubeOvn => "Kube-OVN",
            Owner::OvnKubernetes => "OVN-Kubernetes",
            Owner::Ovirt => "oVirt",
            // No DNS row is the operator's: see `DnsRow::owner`.
            Owner::Operator => return None,
            Owner::Unknown => "Rows without a known mark",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

/// Everything that `import --all` restores.
fn backup(context: &Context) -> Result<Reply> {
    let snapshot = context.nb.read_backup()?;
    let topology = Topology::of(&snapshot);
    let ports: HashMap<Uuid, &str> =
        snapshot.ports.iter().map(|port| (port.uuid, port.name.as_str())).collect();
    let (dhcp, left_out) = export::dhcp_options(&topology);
    let (balancers, more_left_out) = export::balancers(&topology);
    left_out.iter().chain(&more_left_out).for_each(|warning| context.printer.warn(warning));
    let mut backup = Backup { dhcp, balancers, ..Backup::default() };
    let mut zones = Vec::new();
    for (switch, zone) in topology.zones_by_home() {
        let (mut exported, _) = ExportedZone::of(switch, zone.row);
        let hosts = std::mem::take(&mut exported.hosts);
        let whole = export::zone(&topology, zone, hosts);
        if !whole.refused.is_empty() {
            let names = some_of(&whole.refused);
            context.printer.warn(&format!(
                "{switch}: hosts with names or values that an import refuses or corrects, kept as they are stored ({}): {names}",
                whole.refused.len()
            ));
        }
        exported.switch.clone_from(&whole.entry.switch);
        exported.hosts = whole.hosts;
        for port in exported.hosts.iter_mut().filter_map(|host| host.port.as_mut()) {
            port.name = ports.get(&port.uuid).map(|name| (*name).to_owned());
        }
        backup.zones.push(whole.entry);
        zones.push(exported);
    }
    Ok(Reply::from(Text(FileFormat::write_backup(&zones, &backup))))
}

impl ExportArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let format = self.format.unwrap_or(FileFormat::Json);
        let reverse = self.reverse.as_deref().map(ReverseZone::parse).transpose()?;
        if self.switch.is_none()
            && self.reverse.is_none()
            && format == FileFormat::Json
            && self.owner == Owner::Qdns
        {
            return backup(context);
        }
        let (snapshot, switch) = context.read_zones(self.switch.as_deref())?;
        let topology = Topology::of(&snapshot);
        let rows = match switch {
            Some(switch) => self.rows_of(&topology, topology.network(switch.uuid)?)?,
            None => self.all_rows(&topology),
        };
        let mut zones = Vec::new();
        let mut warnings = Vec::new();
        if let (Some(switch), []) = (&self.switch, &rows[..]) {
            warnings.push(self.no_rows_warning(&topology, switch));
        }
        for (switch, row) in rows {
            let (zone, lost) = ExportedZone::of(switch, row);
            zones.push(zone);
            warnings.extend(lost);
        }
        let text = if let Some(network) = reverse {
            zone_file::write_reverse(&zones, network)
        } else {
            let (text, left_out) = format.write(&zones);
            warnings.extend(left_out);
            text
        };
        warnings.iter().for_each(|warning| context.printer.warn(warning));
        Ok(Reply::from(Text(text)))
    }

    /// The rows of the owner on one switch.
    fn rows_of<'t>(
        &self,
        topology: &'t Topology,
        network: &'t Network,
    ) -> Result<Vec<(&'t str, &'t DnsRow)>> {
        let name = network.switch.name.as_str();
        if self.owner == Owner::Qdns {
            return Ok(topology.zone_of(network)?.map(|zone| (name, zone.row)).into_iter().collect());
        }
        let rows = network.rows.iter().filter(|row| row.owner() == self.owner);
        Ok(rows.map(|row| (name, *row)).collect())
    }

    /// The rows of the owner on all switches, including zones that their switch does not list.
    fn all_rows<'t>(&self, topology: &'t Topology) -> Vec<(&'t str, &'t DnsRow)> {
        if self.owner == Owner::Qdns {
            return topology.zones_by_home().map(|(name, zone)| (name, zone.row)).collect();
        }
        let rows =
            topology.switches.iter().flat_map(|network| network.rows.iter().map(move |row| (network, *row)));
        rows.filter(|(_, row)| row.owner() == self.owner)
            .map(|(network, row)| (network.switch.name.as_str(), row))
            .collect()
    }

    fn no_rows_warning(&self, topology: &Topology, name: &str) -> String {
        let asked = self.owner;
        let rows = topology.switches.iter().flat_map(|network| &network.rows);
        let other = rows.map(|row| row.owner()).find(|owner| *owner != asked);
        match other {
            Some(owner) => format!(
                "switch {name} has no rows of {}, but rows of {}: {}",
                asked.name(),
                owner.name(),
                CommandLine::qdns(["record", "export"]).value(name).option("--owner").option(owner.name())
            ),
            None => format!("switch {name} has no rows of {}", asked.name()),
        }
    }
}
