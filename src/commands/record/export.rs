//! `qdns record export`.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::commands::Context;
use crate::error::Result;
use crate::formats::FileFormat;
use crate::formats::exported::ExportedZone;
use crate::model::snapshot::{DnsRow, Owner, Snapshot, Switch};
use crate::model::words::shell_word;
use crate::model::zone::Zone;
use crate::output::{Answer, Reply};
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

impl ValueEnum for Owner {
    fn value_variants<'a>() -> &'a [Owner] {
        &[Owner::Qdns, Owner::Neutron, Owner::Lxd, Owner::Incus, Owner::Unknown]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Owner::Qdns => "Zones of qdns",
            Owner::Neutron => "OpenStack's Neutron",
            Owner::Lxd => "LXD",
            Owner::Incus => "Incus",
            Owner::Unknown => "Rows without any known mark",
        };
        Some(PossibleValue::new(self.name()).help(help))
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
            for row in rows {
                let (zone, lost) = ExportedZone::of(&switch.name, row);
                zones.push(zone);
                warnings.extend(lost);
            }
        }
        let (text, left_out) = self.format.write(&zones);
        warnings.extend(left_out);
        warnings.iter().for_each(|warning| context.printer.warn(warning));
        Ok(Reply::from(Answer::Text(text)))
    }

    fn rows<'a>(&self, snapshot: &'a Snapshot, switch: &'a Switch) -> Result<Vec<&'a DnsRow>> {
        if self.owner == Owner::Qdns {
            return Ok(Zone::find(snapshot, switch)?.map(|zone| zone.row).into_iter().collect());
        }
        Ok(snapshot.dns_rows_on(switch).filter(|row| row.owner() == self.owner).collect())
    }

    fn nothing_there(&self, snapshot: &Snapshot, switch: &Switch) -> String {
        let name = &switch.name;
        let asked = self.owner;
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
