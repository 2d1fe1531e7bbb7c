//! What a shell asks for on TAB: names of switches, hosts and ports, from one quick read.
//!
//! The script of `qdns completions` runs `QDNS_COMPLETE=bash qdns -- WORDS…`. Whatever fails then
//! (no database, no such switch, a database too slow) gives no candidates, and not a word.

use std::ffi::{OsStr, OsString};

use clap::{Command, FromArgMatches};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::CompleteEnv;

use super::{GlobalOptions, definition};
use crate::doctor::checks;
use crate::error::Result;
use crate::model::host::{Hosts, Text};
use crate::model::words::shell_word;
use crate::model::zone::Zone;
use crate::ovn::nbctl::Nbctl;
use crate::ovn::read::SwitchRef;

/// The environment variable that names the shell which asks.
pub const VARIABLE: &str = "QDNS_COMPLETE";

/// The longest that a read may take, in seconds: a person is waiting with a finger on TAB.
const TIMEOUT: u64 = 1;

/// Answers a shell, if one asks; then there is nothing else to do.
pub fn answered() -> bool {
    let env = CompleteEnv::with_factory(completing).var(VARIABLE).bin("qdns").completer("qdns");
    // A shell that is not known gets no candidates, like every other failure.
    env.try_complete(std::env::args_os(), std::env::current_dir().ok().as_deref()).unwrap_or(true)
}

/// The definition with a source of candidates for each argument that names something in OVN.
fn completing() -> Command {
    with_sources(definition())
}

fn with_sources(command: Command) -> Command {
    let takes_hosts = matches!(command.get_name(), "rm" | "add") && has_argument(&command, "switch");
    let command = command.mut_args(|arg| match arg.get_id().as_str() {
        "switch" | "switches" => arg.add(ArgValueCompleter::new(|typed: &OsStr| matching(typed, switches))),
        "hostname" | "hostnames" if takes_hosts => {
            arg.add(ArgValueCompleter::new(|typed: &OsStr| matching(typed, hosts)))
        }
        "only" | "skip" | "explain" => arg.add(ArgValueCompleter::new(codes)),
        "from" | "port" => arg.add(ArgValueCompleter::new(|typed: &OsStr| matching(typed, ports))),
        _ => arg,
    });
    command.mut_subcommands(with_sources)
}

fn has_argument(command: &Command, id: &str) -> bool {
    command.get_arguments().any(|arg| arg.get_id() == id)
}

/// The codes of doctor's checks that begin as the word typed so far; no database is asked.
fn codes(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let codes = checks::all().map(|check| check.code).filter(|code| code.starts_with(typed.as_ref()));
    codes.map(CompletionCandidate::new).collect()
}

/// The names from a source that begin as the word typed so far.
fn matching(typed: &OsStr, source: fn(&Words) -> Result<Vec<String>>) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let names = Words::typed().and_then(|words| source(&words).ok()).unwrap_or_default();
    // A shell puts a candidate into the command line as it is, so that one with `$(…)` in it would run.
    let plain = |name: &String| shell_word(name) == *name;
    let names = names.into_iter().filter(|name| name.starts_with(typed.as_ref())).filter(plain);
    names.map(CompletionCandidate::new).collect()
}

/// What has been typed: the way to the database, and the switch.
struct Words {
    nb: Nbctl,
    switch: Option<String>,
}

impl Words {
    fn typed() -> Option<Self> {
        let words: Vec<OsString> = std::env::args_os().skip_while(|word| word != "--").skip(1).collect();
        let matches = definition().ignore_errors(true).try_get_matches_from(words).ok()?;
        let global = GlobalOptions::from_arg_matches(&matches).ok()?;
        let mut deepest = &matches;
        while let Some((_, inner)) = deepest.subcommand() {
            deepest = inner;
        }
        let switch = deepest.try_get_one::<String>("switch").ok().flatten().cloned();
        Some(Words { nb: Nbctl { timeout: TIMEOUT, verbose: false, ..global.nbctl() }, switch })
    }
}

fn switches(words: &Words) -> Result<Vec<String>> {
    words.nb.read_names("Logical_Switch")
}

fn ports(words: &Words) -> Result<Vec<String>> {
    words.nb.read_names("Logical_Switch_Port")
}

fn hosts(words: &Words) -> Result<Vec<String>> {
    let Some(switch) = &words.switch else { return Ok(Vec::new()) };
    let (snapshot, switch) = words.nb.read_switch(&SwitchRef::parse(switch)?)?;
    let zone = Zone::find(&snapshot, &switch)?;
    Ok(zone
        .map(|zone| Hosts::of(zone.row, &zone.domain()).by_name.into_keys().map(Text::into_owned).collect())
        .unwrap_or_default())
}
