//! `qdns record import`.

use std::io::{IsTerminal, stdin};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, apply_joined, apply_to};
use crate::commands::limited_input::LimitedInput;
use crate::error::{Error, FOUND, Kind, Result};
use crate::formats::FileFormat;
use crate::model::shell::CommandLine;
use crate::model::topology::{Network, Topology};
use crate::output::{Reply, note};
use crate::ovn::SwitchRef;
use crate::plan::bad_lines;
use crate::plan::import::{self, BadLine, Import, Parsed};
use crate::plan::removal_limit::RemovalLimit;
use crate::plan::restore;

/// The largest file, in bytes. A JSON file of 50,000 hosts has some 15 MiB.
const FILE_MAX: u64 = 64 << 20;

/// Add the hosts of a file.
#[derive(Args, Debug)]
#[command(
    override_usage = "qdns record import [OPTIONS] <SWITCH|--all> <FILE>",
    after_help = "\
Examples:
  qdns record import net1 /etc/hosts --dry-run   show what would be added
  qdns record import net1 machines.csv           with a header line
  qdns record import net1 db.internal            a BIND zone file
  qdns record export net1 | qdns record import net2 - --format json
  qdns record import --all backup.json           what `qdns record export` wrote
  qdns record import net1 all.csv --prune        and remove all other hosts
  qdns record import net1 all.csv --check        exit with 4 where the zone differs

qdns checks all lines first. If one is bad, it imports nothing, and the error names every bad line. \
A file has at most 64 MiB. The same command continues an interrupted import. SOA, NS and DNSSEC records of a zone file and loopback \
and multicast lines of a hosts file are left out with a warning. Every TTL becomes 3600.

--check shows how the zone differs from the file: hosts that the zone lacks, and hosts with other addresses. With \
--prune, it also shows hosts that are not in the file.

--all imports a file of several zones: JSON, or CSV with a column `switch`. A zone is created where there is none. JSON \
from `qdns record export` without a switch also restores the domains, marks, aliases and sharing of zones, and \
what `forwarders set` wrote: the DHCP options of the same ports, and the load balancers of the same routers. With \
--prune, it also removes all hosts of zones that are not in the file."
)]
pub struct ImportArgs {
    /// The switch, by name or UUID; not with --all
    #[arg(value_name = "SWITCH")]
    first: String,
    /// The file, or - for standard input
    #[arg(value_hint = clap::ValueHint::FilePath, value_name = "FILE", required_unless_present = "all")]
    second: Option<PathBuf>,
    /// Every switch that the file names
    #[arg(long)]
    all: bool,
    /// The format of the file; if omitted, its name or content decides
    #[arg(long, value_enum)]
    format: Option<FileFormat>,
    /// Replace the addresses that these hosts have
    #[arg(long)]
    replace: bool,
    /// Remove all hosts that are not in the file, static ones too
    #[arg(long)]
    prune: bool,
    /// Change nothing; show where the zone differs from the file, and exit with 4 if it does
    #[arg(long)]
    check: bool,
    /// Leave out records that OVN cannot serve (CNAME, MX, wildcards, …), each with a warning
    #[arg(long)]
    skip_unserved: bool,
    /// With --prune, remove at most this many hosts [default: three, or 30 % of the zone]
    #[arg(long, value_name = "N", requires = "prune")]
    max: Option<usize>,
    /// With --prune, remove any number of hosts
    #[arg(long, requires = "prune", conflicts_with = "max")]
    force: bool,
}

impl ImportArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let context = &context.checking(self.check);
        let source = Source(self.file()?);
        let import = Import {
            file: source.name(),
            replace: self.replace,
            prune: self.prune,
            skip_unserved: self.skip_unserved,
            limit: RemovalLimit { max: self.max, force: self.force },
            is_dry_run: context.global.dry_run,
            is_check: self.check,
            keeps_ports: self.all,
        };
        let parsed = self.parsed(&source, context.global.quiet)?;
        let overwrites = self.replace || self.prune;
        let on_lost_race = if overwrites { OnLostRace::Fail } else { OnLostRace::PlanAgain };
        let changes = if self.all {
            apply_joined(context, on_lost_race, || {
                let snapshot = context.nb.read_backup()?;
                restore::plan(&Topology::of(&snapshot), &parsed, &import)
            })?
        } else {
            let switch = SwitchRef::parse(&self.first)?;
            let addresses: Vec<IpAddr> =
                parsed.hosts.iter().flat_map(|line| line.host.addresses.clone()).collect();
            let read = || context.nb.read_surroundings(&switch, &addresses);
            let plan =
                |topology: &Topology, network: &Network| import::plan(topology, network, &parsed, &import);
            apply_to(context, on_lost_race, read, plan)?.changes()
        };
        let exit_code = if self.check && !changes.changes.is_empty() { FOUND } else { 0 };
        Ok(Reply::new(changes, exit_code))
    }

    /// The file, which is the only word with `--all`.
    fn file(&self) -> Result<PathBuf> {
        match (&self.second, self.all) {
            (Some(file), false) => Ok(file.clone()),
            (None, true) => Ok(PathBuf::from(&self.first)),
            _ => {
                let import = CommandLine::qdns(["record", "import"]).option("--all");
                let file = self.second.as_deref().unwrap_or(Path::new("FILE")).display().to_string();
                Err(Error::invalid(format!("--all takes no switch, and {:?} is one", self.first))
                    .hint(import.value(file).to_string()))
            }
        }
    }

    fn parsed(&self, source: &Source, is_quiet: bool) -> Result<Parsed> {
        let text = source.text(is_quiet)?;
        let named = if source.is_stdin() { None } else { FileFormat::of_name(&source.0) };
        let format = self.format.or(named).or_else(|| FileFormat::of_content(&text));
        match format {
            Some(format) => Ok(format.parse(&text)),
            None if text.trim().is_empty() => Ok(Parsed::default()),
            None => Err(Error::invalid(format!("the format of {} is unknown", source.name()))
                .hint("name it: --format hosts, csv, json or zone")),
        }
    }
}

/// The file that is imported; `-` is standard input.
struct Source(PathBuf);

impl Source {
    fn is_stdin(&self) -> bool {
        self.0.as_os_str() == "-"
    }

    fn name(&self) -> String {
        if self.is_stdin() { "standard input".to_owned() } else { self.0.display().to_string() }
    }

    fn text(&self, is_quiet: bool) -> Result<String> {
        let name = &self.name();
        let input = LimitedInput { name, limit: FILE_MAX };
        let bytes = if self.is_stdin() {
            if stdin().is_terminal() && !is_quiet {
                note("reading hosts from the terminal; Ctrl-D on an empty line ends them");
            }
            input.read_stdin()
        } else {
            input.read_file(&self.0)
        };
        let bytes = bytes.map_err(|error| match error.kind {
            _ if !error.hints.is_empty() => error,
            Kind::Io => error.hint("name a file, or - for standard input"),
            _ => error.hint("split it into several files"),
        })?;
        String::from_utf8(bytes).map_err(|error| not_utf8(name, error.as_bytes()))
    }
}

/// The error for a file that is not UTF-8: its encoding where that is certain, else its bad lines.
fn not_utf8(name: &str, bytes: &[u8]) -> Error {
    let recode = |from: &str| format!("write it as UTF-8, for example with: iconv -f {from} -t UTF-8");
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Error::invalid(format!("{name} is UTF-16, not UTF-8; nothing was changed"))
            .hint(recode("UTF-16"));
    }
    if bytes.contains(&0) {
        return Error::invalid(format!("{name} is not a text file; nothing was changed"))
            .hint("a file of hosts is text: hosts(5), CSV, JSON or a zone file");
    }
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let bad = lines.filter(|(_, line)| std::str::from_utf8(line).is_err());
    let bad: Vec<_> = bad.map(|(index, _)| BadLine::new(index + 1, "it is not UTF-8")).collect();
    bad_lines::error(Kind::InvalidInput, &bad, name).hint(recode("ISO-8859-1"))
}
