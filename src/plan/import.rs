//! Importing hosts: the lines of a file against a zone, as one plan or as the list of all bad lines.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use uuid::Uuid;

use super::Plan;
use super::aliases::WantedAlias;
use super::backup::Backup;
use super::bad_lines;
pub use super::bad_lines::BadLine;
use super::draft::Draft;
use super::hosts::Wanted;
use super::removal_limit::RemovalLimit;
use crate::error::{Error, Kind, Result};
use crate::model::host::{Host, HostEntry, Hosts, KnownAddresses, Names, Text, host_name};
use crate::model::listing::some_of;
use crate::model::name::{Domain, HostArg};
use crate::model::snapshot::Switch;
use crate::model::topology::{Network, Topology};

/// A line of a file that holds a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostLine {
    /// From 1.
    pub line: usize,
    pub host: HostEntry,
    /// The zone that the file names for it.
    pub home: Option<Home>,
}

/// A zone as a file names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    pub switch: String,
    pub domain: Option<String>,
}

impl HostLine {
    /// Adds another line of the same host. The first line with an address gives the number.
    fn absorb(&mut self, other: &HostLine, known: &mut KnownAddresses) {
        if self.host.addresses.is_empty() {
            self.line = other.line;
        }
        self.host.absorb(&other.host, known);
    }
}

/// A line that was left out, in part or whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The line's number, from 1.
    pub line: usize,
    /// What to know.
    pub text: String,
}

/// A file as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The lines that hold hosts, in order.
    pub hosts: Vec<HostLine>,
    /// The lines that hold none and should.
    pub bad: Vec<BadLine>,
    /// What was left out on purpose.
    pub notes: Vec<Note>,
    /// The switches that the file names.
    pub switches: BTreeSet<String>,
    /// What it has besides hosts.
    pub backup: Backup,
    /// Whether several lines of one name add up; elsewhere a second one is a mistake.
    pub repeats_add_up: bool,
}

impl Parsed {
    /// The hosts, each once, in the order of their first lines, and the lines that name one again
    /// where that is a mistake.
    pub fn merged(&self, domain: &Domain) -> (Vec<Cow<'_, HostLine>>, Vec<BadLine>) {
        let mut by_name: HashMap<Text, usize> = HashMap::with_capacity(self.hosts.len());
        let mut addresses: HashMap<usize, KnownAddresses> = HashMap::new();
        let mut merged: Vec<Cow<HostLine>> = Vec::with_capacity(self.hosts.len());
        let mut bad = Vec::new();
        for line in &self.hosts {
            let name = host_name(&line.host.name, domain);
            let index = by_name.get(&name).copied().unwrap_or(merged.len());
            match merged.get_mut(index) {
                None => {
                    by_name.insert(name, merged.len());
                    merged.push(Cow::Borrowed(line));
                }
                Some(known) if self.repeats_add_up => {
                    let known = known.to_mut();
                    let addresses = addresses.entry(index).or_insert_with(|| KnownAddresses::of(&known.host));
                    known.absorb(line, addresses);
                }
                Some(known) => bad.push(
                    BadLine::new(line.line, format!("{name} is there already, on line {}", known.line))
                        .hint("put all addresses of a host in one place"),
                ),
            }
        }
        (merged, bad)
    }
}

/// How a file is imported.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// The file's name, for people.
    pub file: String,
    /// Replace the addresses of hosts that have others in the zone.
    pub replace: bool,
    /// Remove hosts that are not in the file.
    pub prune: bool,
    /// Leave out what OVN cannot serve, instead of refusing the file.
    pub skip_unserved: bool,
    /// How many hosts `prune` may remove; without it, as [`RemovalLimit`] says.
    pub limit: RemovalLimit,
    /// The plan is only shown. What would refuse it becomes a warning.
    pub is_dry_run: bool,
    /// The zone is compared with the file: other addresses are a difference, not a conflict.
    pub is_check: bool,
    /// Hosts keep the port that the file names as their origin. Otherwise they count as made by hand.
    pub keeps_ports: bool,
}

impl Import {
    /// The port that registered an imported host.
    fn origin(&self, host: &HostEntry) -> Option<Uuid> {
        host.port.as_ref().filter(|_| self.keeps_ports).map(|port| port.uuid)
    }

    /// Calls `change` with whether the file wins over the zone. A comparison first shows what an import adds, and lets
    /// the file win only where that is a conflict.
    pub(super) fn try_each(&self, mut change: impl FnMut(bool) -> Result<()>) -> Result<()> {
        let wins = self.replace || self.prune;
        match change(wins) {
            Err(error) if self.is_check && !wins && error.kind == Kind::Conflict => change(true),
            result => result,
        }
    }
}

/// A plan that puts a file's hosts into a switch's zone.
///
/// # Errors
/// Invalid input or a conflict that names every bad line; needs confirmation where `prune` would
/// remove too much.
pub fn plan(topology: &Topology, network: &Network, parsed: &Parsed, import: &Import) -> Result<Plan> {
    if parsed.switches.len() > 1 {
        let names = parsed.switches.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(Error::invalid(format!("{} has hosts of several switches: {names}", import.file))
            .hint("import each into its own: qdns record import --all FILE"));
    }
    let switch = network.switch;
    let mut filled = fill(Draft::open(topology, network)?, parsed, import);
    let unserved = |bad: &&BadLine| !(bad.unserved && import.skip_unserved);
    filled.bad.extend(parsed.bad.iter().filter(unserved).cloned());
    if !filled.bad.is_empty() {
        let names = parsed.hosts.iter().map(|line| (line.line, line.host.name.as_str()));
        let names: Vec<(usize, &str)> = names.collect();
        let domain = filled.draft.domain().clone();
        let has_zone = topology.zone_of(network)?.is_some();
        return Err(bad_lines::refusal(filled.bad, &import.file, &switch.name, &domain, has_zone, &names));
    }
    let mut plan = filled.close(switch, import)?;
    let mut warnings = notes(parsed, import);
    if parsed.hosts.is_empty() {
        warnings.push(format!("{} has no hosts", import.file));
    }
    if !parsed.backup.is_empty() {
        let file = &import.file;
        warnings.push(format!("zones, sharing and forwarders of {file} are left out: --all imports them"));
    }
    plan.warnings.splice(0..0, warnings);
    Ok(plan)
}

/// A zone with the hosts of a file.
#[derive(Debug)]
pub(super) struct Filled<'a> {
    pub(super) draft: Draft<'a>,
    before: Hosts<'a>,
    pub(super) bad: Vec<BadLine>,
    /// Whether the file has no hosts at all.
    pub(super) is_empty: bool,
}

/// Puts hosts into a zone.
pub(super) fn fill<'a>(mut draft: Draft<'a>, parsed: &Parsed, import: &Import) -> Filled<'a> {
    let (hosts, mut bad) = parsed.merged(draft.domain());
    let before = draft.hosts().clone();
    if import.prune {
        draft.clear();
    }
    let pointed = pointed(&hosts, draft.domain());
    // An alias may come before its host.
    let (aliases, others): (Vec<&HostLine>, Vec<_>) =
        hosts.iter().map(Cow::as_ref).partition(|line| line.host.alias_of.is_some());
    for line in others {
        let origin = import.origin(&line.host);
        let added = import.try_each(|wins| add(&mut draft, &line.host, &before, &pointed, origin, wins));
        bad.extend(added.err().map(|error| BadLine::of(line.line, error)));
    }
    for line in aliases {
        let origin = import.origin(&line.host);
        let added = import.try_each(|wins| add_alias(&mut draft, &line.host, origin, wins));
        bad.extend(added.err().map(|error| BadLine::of(line.line, error)));
    }
    let is_empty = hosts.is_empty();
    Filled { draft, before, bad, is_empty }
}

impl Filled<'_> {
    /// The plan.
    ///
    /// # Errors
    /// Needs confirmation where `prune` would remove too much.
    pub(super) fn close(self, switch: &Switch, import: &Import) -> Result<Plan> {
        let Filled { draft, before, is_empty, .. } = self;
        let gone = before.by_name.keys().filter(|name| !draft.hosts().by_name.contains_key(*name));
        let gone: Vec<String> = gone.map(Text::to_string).collect();
        // An empty file often means that the program that wrote it failed, above all in a pipe.
        let verdict = if is_empty && !gone.is_empty() && import.limit == RemovalLimit::default() {
            let (file, gone, switch) = (&import.file, gone.len(), &switch.name);
            let message = format!("{file} has no hosts, and --prune would remove all {gone} of {switch}");
            Err(Error::new(Kind::NeedsConfirmation, message).hint("--force does it"))
        } else {
            import.limit.check(&switch.name, gone.len(), before.by_name.len(), "are not in the file")
        };
        let mut plan = draft.close();
        plan.warn_or_fail(verdict, import.is_dry_run)?;
        if !gone.is_empty() {
            let hosts = if gone.len() == 1 { "host" } else { "hosts" };
            plan.question = Some(format!(
                "remove {} {hosts} of {} that {} does not have: {}",
                gone.len(),
                switch.name,
                import.file,
                some_of(&gone)
            ));
        }
        Ok(plan)
    }
}

/// The host that each reverse name points to, where the file says so.
fn pointed<'h>(hosts: &'h [Cow<HostLine>], domain: &Domain) -> HashMap<IpAddr, Text<'h>> {
    let mut pointed = HashMap::new();
    for HostLine { host, .. } in hosts.iter().map(Cow::as_ref) {
        for address in host.reverse.iter().flatten() {
            pointed.entry(*address).or_insert_with(|| host_name(&host.name, domain));
        }
    }
    pointed
}

fn add(
    draft: &mut Draft,
    host: &HostEntry,
    before: &Hosts,
    pointed: &HashMap<IpAddr, Text>,
    origin: Option<Uuid>,
    replace: bool,
) -> Result<()> {
    let wanted_host = HostArg::parse(&host.name)?;
    let name = wanted_host.under(draft.domain())?.as_str().to_owned();
    let known = before.by_name.get(name.as_str());
    let mut addresses = host.addresses.clone();
    let mut names = host.names;
    if addresses.is_empty() {
        // Only reverse names point to it, so it must be there.
        let reverse = host.reverse.as_deref().unwrap_or_default();
        addresses = known.map(Host::addresses).unwrap_or_default();
        if let Some(address) = reverse.iter().find(|address| !addresses.contains(address)) {
            return Err(Error::invalid(format!(
                "the reverse name of {address} points to {name}, which has no such address in the file or in the zone"
            ))
            .hint(format!("add it first: qdns record add SWITCH {name} {address}")));
        }
        if known.is_some_and(|known| known.short.is_empty()) {
            names = Names::Fqdn;
        }
    }
    // The file may give the reverse name of an address to another host.
    let reverse: Option<Vec<IpAddr>> = match &host.reverse {
        Some(reverse) => Some(reverse.clone()),
        None => {
            let elsewhere = |address: &&IpAddr| pointed.get(*address).is_some_and(|other| *other != name);
            addresses
                .iter()
                .any(|address| elsewhere(&address))
                .then(|| addresses.iter().filter(|address| !elsewhere(address)).copied().collect())
        }
    };
    draft.add(&Wanted {
        reverse,
        is_static: host.is_static,
        names,
        lacks_short: known.is_some_and(|known| known.short.is_empty() && known.wanted.has_short()),
        replace,
        origin,
        ..Wanted::new(wanted_host, addresses)
    })
}

fn add_alias(draft: &mut Draft, entry: &HostEntry, origin: Option<Uuid>, replace: bool) -> Result<()> {
    draft.add_alias(&WantedAlias {
        alias: HostArg::parse(&entry.name)?,
        host: HostArg::parse(entry.alias_of.as_deref().unwrap_or_default())?,
        replace,
        origin,
    })
}

/// What was left out, as warnings.
pub(super) fn notes(parsed: &Parsed, import: &Import) -> Vec<String> {
    let mut notes: Vec<(usize, &str)> =
        parsed.notes.iter().map(|note| (note.line, note.text.as_str())).collect();
    notes.extend(parsed.bad.iter().map(|bad| (bad.line, bad.reason.as_str())));
    notes.sort_unstable();
    let shown = notes.iter().take(bad_lines::REASONS);
    let mut lines: Vec<String> =
        shown.map(|(line, text)| format!("{}:{line}: {}", import.file, bad_lines::shown(text))).collect();
    if let Some((line, _)) = notes.get(lines.len()) {
        let more = notes.len() - lines.len();
        lines.push(format!("{}:{line}: and {more} more like these from here on", import.file));
    }
    lines
}
