//! Completes words on the command line: names of switches, hosts and ports, addresses of resolvers and routers, and
//! codes of checks.
//!
//! The script of `qdns completions` runs `QDNS_COMPLETE=bash qdns -- WORDS…`. If something fails (no database, no such
//! switch, a slow database), there are no candidates and no message.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use clap::builder::Resettable;
use clap::{Arg, Command, FromArgMatches, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{EnvCompleter, Shells};

use super::definition;
use crate::commands::completions::{FILES, ONLY_FILES, VARIABLE};
use crate::commands::{GlobalOptions, Settings};
use crate::doctor::checks;
use crate::error::Result;
use crate::model::host::{Hosts, Text};
use crate::model::printable::escaped;
use crate::model::shell::shell_word;
use crate::model::snapshot::{DnsRow, Snapshot, Switch};
use crate::model::switch;
use crate::model::topology::Topology;
use crate::model::zone::domain_of;
use crate::ovn::SwitchRef;
use crate::ovn::northbound::Northbound;

/// The variable in which bash and zsh pass the index of the word to complete; fish completes the last one.
const INDEX: &str = "_CLAP_COMPLETE_INDEX";
/// The variable in which bash and zsh pass the separator of candidates; fish reads one a line.
const SEPARATOR: &str = "_CLAP_IFS";

/// The time limit for all reads of one completion.
const LIMIT: Duration = Duration::from_secs(1);

/// A word and its description for shells that show one; the description may be empty.
type Offer = (String, String);

/// Returns the words that an argument may have; the text is the beginning of the word to complete.
type Source = fn(&Words, &str) -> Result<Vec<Offer>>;

/// Answers a shell's request for completion. Returns false if the program was not started for one.
pub fn answered() -> bool {
    let Some(shell) = std::env::var(VARIABLE).ok().filter(|shell| !shell.is_empty()) else { return false };
    // An unknown shell gets no candidates, as with every other error.
    let text = Shells::builtins().completer(&shell).and_then(|completer| candidates(completer).ok());
    let _ = io::stdout().write_all(text.unwrap_or_default().as_bytes());
    true
}

/// The text that a shell reads. For an empty word no options are offered: the shell would insert their common `--`.
fn candidates(completer: &dyn EnvCompleter) -> io::Result<String> {
    let (words, word) = requested().unwrap_or_default();
    let is_empty = word.is_empty();
    let all = words.into_iter().chain([word]).collect();
    let mut text = Vec::new();
    let folder = std::env::current_dir().ok();
    let mut command = with_files(definition());
    if std::env::var_os(ONLY_FILES).is_none() {
        command = with_sources(command);
    }
    completer.write_complete(&mut command, all, folder.as_deref(), &mut text)?;
    let text = String::from_utf8_lossy(&text);
    if text.contains(FILES) {
        return Ok(FILES.to_owned());
    }
    let separator = std::env::var(SEPARATOR).unwrap_or_else(|_| "\n".to_owned());
    let offered = text.split(&separator).filter(|line| !is_empty || !line.starts_with('-'));
    Ok(offered.collect::<Vec<_>>().join(&separator))
}

/// Gives each argument that names something its source of candidates.
fn with_sources(command: Command) -> Command {
    let verb = command.get_name().to_owned();
    // Aliases such as `delete` for `rm` are accepted, but not offered.
    let aliases: Vec<String> = command.get_visible_aliases().map(str::to_owned).collect();
    let command = command.visible_alias(Resettable::Reset).aliases(aliases);
    let command = command.mut_args(|arg| match (verb.as_str(), arg.get_id().as_str()) {
        (_, "switch" | "switches" | "with") => from(arg, switches),
        ("rm" | "add" | "rename" | "show", "hostname" | "hostnames")
        | ("ls", "name")
        | ("add", "alias_of") => from(arg, hosts),
        ("lookup", "names") => from(arg, hosts),
        ("lookup", "from") => from(arg, ports_and_switches),
        (_, "from" | "port") => from(arg, ports),
        ("set", "addresses") => from(arg, resolvers),
        ("set", "via") => from(arg, routers),
        (_, "only" | "explain") => arg.add(ArgValueCompleter::new(codes)),
        (_, "skip") => arg.add(ArgValueCompleter::new(codes_of_switches)),
        _ => arg,
    });
    command.mut_subcommands(with_sources)
}

/// Lets the shell complete the arguments that are files.
fn with_files(command: Command) -> Command {
    let command = command.mut_args(|arg| {
        if !is_file(&arg) {
            return arg;
        }
        arg.add(ArgValueCompleter::new(|typed: &OsStr| {
            // A word that begins with a hyphen may become an option.
            let is_option = typed.to_string_lossy().starts_with('-');
            if is_option { Vec::new() } else { vec![CompletionCandidate::new(FILES)] }
        }))
    });
    command.mut_subcommands(with_files)
}

fn is_file(arg: &Arg) -> bool {
    let has_hint =
        matches!(arg.get_value_hint(), ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath);
    let id = arg.get_id().as_str();
    has_hint
        || matches!(
            id,
            "private_key"
                | "certificate"
                | "ca_cert"
                | "ovn_nbctl"
                | "ovn_sbctl"
                | "ovn_trace"
                | "ovsdb_client"
        )
}

fn from(arg: Arg, source: Source) -> Arg {
    let id = arg.get_id().to_string();
    arg.add(ArgValueCompleter::new(move |typed: &OsStr| matching(&id, typed, source)))
}

/// The words before the one to complete, and that one.
fn requested() -> Option<(Vec<OsString>, OsString)> {
    let mut words: Vec<OsString> = std::env::args_os().skip_while(|word| word != "--").skip(1).collect();
    let index = std::env::var(INDEX).ok().and_then(|index| index.parse().ok());
    words.truncate(index.map_or(words.len(), |index: usize| index.saturating_add(1)));
    let word = words.pop()?;
    Some((words, word))
}

/// The codes of doctor's checks; this reads no database.
fn codes(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let checks = checks::all().filter(|check| check.code.starts_with(typed.as_ref()));
    checks.map(|check| candidate(&(check.code.to_owned(), check.title.to_owned()))).collect()
}

/// As [`codes`], and the switches after a code and `=`.
fn codes_of_switches(typed: &OsStr) -> Vec<CompletionCandidate> {
    match typed.to_string_lossy().split_once('=') {
        Some((code, switch)) => matching("", OsStr::new(switch), switches)
            .into_iter()
            .map(|candidate| candidate.add_prefix(format!("{code}=")))
            .collect(),
        None => codes(typed),
    }
}

/// The words from a source that begin with the typed text and are not yet a value of the argument.
fn matching(argument: &str, typed: &OsStr, source: Source) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let Some(words) = Words::typed(argument) else { return Vec::new() };
    let others = words.others.clone();
    let prefix = typed.to_string();
    let offers = in_time(move || source(&words, &prefix)).unwrap_or_default();
    // A shell inserts a candidate without quotes, so a candidate that contains `$(…)` would run a command.
    let is_plain = |word: &String| shell_word(word) == *word;
    let is_wanted = |word: &String| word.starts_with(typed.as_ref()) && !others.contains(word);
    offers.iter().filter(|(word, _)| is_wanted(word) && is_plain(word)).map(candidate).collect()
}

/// The result of a read that succeeds within the time limit. A read that takes longer ends at its own limit.
fn in_time(read: impl FnOnce() -> Result<Vec<Offer>> + Send + 'static) -> Option<Vec<Offer>> {
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::spawn(move || sender.send(read()));
    receiver.recv_timeout(LIMIT).ok()?.ok()
}

fn candidate((word, about): &Offer) -> CompletionCandidate {
    // It may be the name that another program gave a network.
    let about = Some(escaped(about)).filter(|about| !about.is_empty());
    CompletionCandidate::new(word).help(about.map(|about| about.into_owned().into()))
}

/// The words before the one to complete: how to run ovn-nbctl, the switch, and the other values of the argument.
struct Words {
    nb: Northbound,
    switch: Option<String>,
    others: Vec<String>,
}

impl Words {
    fn typed(argument: &str) -> Option<Self> {
        let matches = definition().ignore_errors(true).try_get_matches_from(requested()?.0).ok()?;
        let global = GlobalOptions::from_arg_matches(&matches).ok()?;
        let settings = Settings::of(&global).ok()?;
        let mut deepest = &matches;
        while let Some((_, inner)) = deepest.subcommand() {
            deepest = inner;
        }
        let values = |id| deepest.try_get_many::<String>(id).ok().flatten().into_iter().flatten().cloned();
        Some(Words {
            nb: Northbound { timeout: LIMIT.as_secs(), echo: None, ..settings.northbound(&global) },
            switch: values("switch").next(),
            others: values(argument).collect(),
        })
    }
}

fn named(names: impl IntoIterator<Item = String>) -> Vec<Offer> {
    names.into_iter().map(|name| (name, String::new())).collect()
}

/// The names of switches, and the names by which operators know them, each with the other one.
fn switches(words: &Words, _: &str) -> Result<Vec<Offer>> {
    let switches = words.nb.read_switch_names()?;
    let mut offers: BTreeMap<&str, &str> = BTreeMap::new();
    for switch in &switches {
        if let Some(known) = switch.known_as().filter(|known| is_only_one(&switches, known)) {
            offers.insert(known, &switch.name);
        }
    }
    for switch in switches.iter().filter(|switch| !switch.name.is_empty()) {
        offers.insert(&switch.name, switch.known_as().unwrap_or_default());
    }
    Ok(offers.into_iter().map(|(name, other)| (name.to_owned(), other.to_owned())).collect())
}

fn is_only_one(switches: &[Switch], known: &str) -> bool {
    matches!(switch::only(switches, known), Ok(Some(_)))
}

fn ports(words: &Words, typed: &str) -> Result<Vec<Offer>> {
    Ok(named(words.nb.read_port_names(typed)?))
}

fn ports_and_switches(words: &Words, typed: &str) -> Result<Vec<Offer>> {
    let (ports, switches) = (ports(words, typed)?, switches(words, typed)?);
    Ok(ports.into_iter().chain(switches).collect())
}

/// The hosts of the switch's zone, or of all zones if no switch was typed.
fn hosts(words: &Words, _: &str) -> Result<Vec<Offer>> {
    let Some(switch) = &words.switch else { return Ok(named(all_hosts(&words.nb.read_zones()?))) };
    let (snapshot, switch) = words.nb.read_switch(&SwitchRef::parse(switch)?)?;
    let topology = Topology::of(&snapshot);
    let zone = topology.zone_of(topology.network(switch.uuid)?)?;
    Ok(zone.map(|zone| named(hosts_of(zone.row))).unwrap_or_default())
}

fn all_hosts(snapshot: &Snapshot) -> BTreeSet<String> {
    snapshot.dns.iter().filter(|row| row.is_ours()).flat_map(hosts_of).collect()
}

fn hosts_of(row: &DnsRow) -> Vec<String> {
    Hosts::of(row, &domain_of(row)).by_name.into_keys().map(Text::into_owned).collect()
}

/// The resolvers in DHCP rows; those that most rows have come first.
fn resolvers(words: &Words, _: &str) -> Result<Vec<Offer>> {
    let mut rows = words.nb.read_dhcp_options()?;
    rows.sort_by(|a, b| a.cidr.cmp(&b.cidr));
    let mut networks: BTreeMap<IpAddr, Vec<&str>> = BTreeMap::new();
    for row in &rows {
        for address in row.resolvers() {
            networks.entry(address).or_default().push(&row.cidr);
        }
    }
    let mut resolvers: Vec<(IpAddr, Vec<&str>)> = networks.into_iter().collect();
    resolvers.sort_by_key(|(_, networks)| std::cmp::Reverse(networks.len()));
    Ok(resolvers.iter().map(|(address, networks)| (address.to_string(), first_of(networks))).collect())
}

fn first_of(networks: &[&str]) -> String {
    match networks {
        [first, _, ..] => format!("{first} and {} more", networks.len() - 1),
        _ => networks.concat(),
    }
}

/// The values of `--via`: `auto` and the addresses of routers.
fn routers(words: &Words, _: &str) -> Result<Vec<Offer>> {
    let mut offers = vec![("auto".to_owned(), "the router's own address on the switch".to_owned())];
    for port in words.nb.read_router_ports()? {
        let addresses =
            port.networks.iter().filter_map(|network| Some(network.split_once('/')?.0.to_owned()));
        offers.extend(addresses.map(|address| (address, port.name.clone())));
    }
    Ok(offers)
}
