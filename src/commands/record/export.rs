//! `qdns record export`.

use clap::{Args, ValueEnum};

use crate::commands::Context;
use crate::error::Result;
use crate::formats::{ExportedHost, ExportedZone, FileFormat};
use crate::model::address;
use crate::model::host::{Host, Hosts};
use crate::model::import::Names;
use crate::model::name::Domain;
use crate::model::snapshot::{self, DnsRow, Snapshot, Switch};
use crate::model::words::shell_word;
use crate::model::zone::{Zone, domain_of};
use crate::output::{Answer, Reply, note};
use crate::ovn::read::SwitchRef;

/// Print hosts in the form that `import` takes.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns record export net1 > net1.json                 all there is to know, to be imported again
  qdns record export net1 --format hosts              for /etc/hosts
  qdns record export net1 --format zone               for a BIND server
  qdns record export net1 --owner neutron             rows that OpenStack made, to move them
  qdns record export                                  every zone")]
pub struct ExportArgs {
    /// The switch: its name or its UUID; without it, all switches
    switch: Option<String>,
    /// The format
    #[arg(long, value_enum, default_value = "json")]
    format: FileFormat,
    /// Whose rows: qdns's own, or another's to move them
    #[arg(long, value_enum, default_value = "qdns")]
    owner: Owner,
}

/// Who made the rows that are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Owner {
    /// Zones of qdns
    Qdns,
    /// OpenStack's Neutron
    Neutron,
    /// LXD
    Lxd,
    /// Incus
    Incus,
    /// Rows without any known mark
    Unknown,
}

impl Owner {
    fn of_rows(self) -> snapshot::Owner {
        match self {
            Owner::Qdns => snapshot::Owner::Qdns,
            Owner::Neutron => snapshot::Owner::Neutron,
            Owner::Lxd => snapshot::Owner::Lxd,
            Owner::Incus => snapshot::Owner::Incus,
            Owner::Unknown => snapshot::Owner::Unknown,
        }
    }
}

impl ExportArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let (snapshot, switches) = match &self.switch {
            Some(switch) => {
                let (snapshot, switch) = context.nb.read_switch(&SwitchRef::parse(switch)?)?;
                (snapshot, vec![switch])
            }
            None => {
                let snapshot = context.nb.read_zones()?;
                let mut switches = snapshot.switches.clone();
                switches.sort_by(|a, b| (&a.name, a.uuid).cmp(&(&b.name, b.uuid)));
                (snapshot, switches)
            }
        };
        let mut zones = Vec::new();
        let mut warnings = Vec::new();
        for switch in &switches {
            let rows = self.rows(&snapshot, switch)?;
            if rows.is_empty() && self.switch.is_some() {
                warnings.push(self.nothing_there(&snapshot, switch));
            }
            zones.extend(rows.into_iter().map(|row| exported(switch, row)));
        }
        let (text, left_out) = self.format.write(&zones);
        warnings.extend(left_out);
        for warning in warnings.iter().filter(|_| !context.global.quiet) {
            note(&format!("warning: {warning}"));
        }
        Ok(Reply::from(Answer::Text(text)))
    }

    fn rows<'a>(&self, snapshot: &'a Snapshot, switch: &'a Switch) -> Result<Vec<&'a DnsRow>> {
        if self.owner == Owner::Qdns {
            return Ok(Zone::find(snapshot, switch)?.map(|zone| zone.row).into_iter().collect());
        }
        let owner = self.owner.of_rows();
        Ok(snapshot.dns_rows_on(switch).filter(|row| row.owner() == owner).collect())
    }

    fn nothing_there(&self, snapshot: &Snapshot, switch: &Switch) -> String {
        let name = &switch.name;
        let asked = self.owner.of_rows();
        let other = snapshot.dns_rows_on(switch).map(DnsRow::owner).find(|owner| *owner != asked);
        match other {
            Some(owner) => format!(
                "switch {name} has no rows of {}, but of {}: qdns record export {} --owner {}",
                asked.name(),
                owner.name(),
                shell_word(name),
                owner.name()
            ),
            None => format!("switch {name} has no rows of {}", asked.name()),
        }
    }
}

/// The hosts of a row under its domain; another owner's row has the domain that most of its names have.
fn exported(switch: &Switch, row: &DnsRow) -> ExportedZone {
    let domain = if row.is_ours() { domain_of(row) } else { usual_domain(row) };
    let hosts = Hosts::of(row, &domain);
    ExportedZone {
        switch: switch.name.clone(),
        hosts: hosts.by_name.values().map(|host| exported_host(host, &domain)).collect(),
        domain: domain.as_str().to_owned(),
    }
}

fn exported_host(host: &Host, domain: &Domain) -> ExportedHost {
    let mut ptr = host.reverse_addresses();
    let addresses = address::from_value(host.value());
    let place = |address: &std::net::IpAddr| addresses.iter().position(|other| other == address);
    ptr.sort_by_key(|address| place(address).unwrap_or(usize::MAX));
    ExportedHost {
        hostname: host.name.to_string(),
        fqdn: match host.full.first() {
            Some((fqdn, _)) => fqdn.to_ascii_lowercase().trim_end_matches('.').to_owned(),
            None => format!("{}.{domain}", host.name),
        },
        ptr,
        addresses,
        is_static: host.is_static,
        names: match (host.short.is_empty(), host.full.is_empty()) {
            (true, _) => Names::Fqdn,
            (false, true) => Names::Short,
            (false, false) => Names::Both,
        },
    }
}

/// What stands behind the first dot of most names.
fn usual_domain(row: &DnsRow) -> Domain {
    let mut counts: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for key in row.records.keys().filter(|key| !address::is_reverse_name(key)) {
        if let Some((_, domain)) = key.trim_end_matches('.').split_once('.') {
            *counts.entry(domain.to_ascii_lowercase()).or_default() += 1;
        }
    }
    let usual = counts.iter().max_by_key(|(_, count)| **count);
    usual.map(|(domain, _)| Domain::stored(domain)).unwrap_or_default()
}
