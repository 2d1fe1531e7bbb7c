//! `qdns record import`.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;

use crate::commands::Context;
use crate::commands::change::{self, OnLostRace};
use crate::error::{Error, Kind, Result};
use crate::formats::FileFormat;
use crate::model::import::{self, Import};
use crate::model::stale::Limit;
use crate::output::Reply;
use crate::ovn::read::SwitchRef;

/// Add the hosts of a file.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns record import net1 /etc/hosts --dry-run     what it would add
  qdns record import net1 machines.csv             hostname,addresses in its first line
  qdns record import net1 db.internal              a BIND zone file
  qdns record export net1 | qdns record import net2 - --format json
  qdns record import net1 all.csv --prune          the zone becomes the file, and nothing else

Every line is checked first: a bad one refuses the whole file, and all are named. The same command \
carries on where an import was interrupted. SOA, NS and DNSSEC records of a zone file are left out \
with a warning, as are loopback and multicast lines of a hosts file; times to live become 3600.")]
pub struct ImportArgs {
    /// The switch: its name or its UUID
    switch: String,
    /// The file, or - for standard input
    #[arg(value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// The file's format; without it, told from its name or its content
    #[arg(long, value_enum)]
    format: Option<FileFormat>,
    /// Take the place of other addresses of the same hosts
    #[arg(long)]
    replace: bool,
    /// Make the zone just what the file says: other hosts are removed, static ones too
    #[arg(long)]
    prune: bool,
    /// Leave out what OVN cannot serve (CNAME, MX, wildcards, …), with a warning each
    #[arg(long)]
    skip_unserved: bool,
    /// With --prune, remove at most this many hosts [default: 30 % of a zone of 10 or more]
    #[arg(long, value_name = "N", requires = "prune")]
    max: Option<usize>,
    /// With --prune, remove however many
    #[arg(long, requires = "prune", conflicts_with = "max")]
    force: bool,
}

impl ImportArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let import = Import {
            file: if self.is_stdin() { "standard input".to_owned() } else { self.file.display().to_string() },
            replace: self.replace,
            prune: self.prune,
            skip_unserved: self.skip_unserved,
            limit: Limit { max: self.max, force: self.force },
        };
        let text = self.text(&import.file)?;
        let named = if self.is_stdin() { None } else { FileFormat::of_name(&self.file) };
        let format = self.format.or(named).or_else(|| FileFormat::of_content(&text));
        let parsed = match format {
            Some(format) => format.parse(&text),
            None if text.trim().is_empty() => import::Parsed::default(),
            None => {
                return Err(Error::invalid(format!(
                    "{} looks like no format that is understood",
                    import.file
                ))
                .hint("name it: --format hosts, csv, json or zone"));
            }
        };
        let overwrites = self.replace || self.prune;
        let on_lost_race = if overwrites { OnLostRace::Tell } else { OnLostRace::PlanAnew };
        change::run(context, on_lost_race, || {
            let (snapshot, switch) = context.nb.read_switch(&switch)?;
            import::plan(&snapshot, &switch, &parsed, &import)
        })
    }

    fn is_stdin(&self) -> bool {
        self.file.as_os_str() == "-"
    }

    fn text(&self, name: &str) -> Result<String> {
        let bytes = match self.is_stdin() {
            true => {
                let mut bytes = Vec::new();
                std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
            }
            false => std::fs::read(&self.file),
        };
        let bytes = bytes.map_err(|error| {
            Error::new(Kind::Io, format!("{name} cannot be read")).cause(error.to_string())
        })?;
        String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count();
            Error::invalid(format!("{name}:{line}: it is not UTF-8; nothing was changed"))
                .hint("write it as UTF-8, for example with: iconv -f UTF-16 -t UTF-8")
        })
    }
}
