//! `qdns record add`.

use std::net::IpAddr;

use clap::Args;

use super::unused;
use crate::commands::Context;
use crate::commands::apply::{Applied, OnLostRace, apply_to};
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::host::Names;
use crate::model::name::HostArg;
use crate::model::responder::TTL;
use crate::model::shell::CommandLine;
use crate::model::topology::{Network, Topology};
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::aliases::WantedAlias;
use crate::plan::draft::Draft;
use crate::plan::hosts::Wanted;

/// Add a host, with its short name, FQDN and PTR records.
#[derive(Args, Debug, Default)]
#[command(after_help = "\
Examples:
  qdns record add net1 web-server 10.0.0.10
  qdns record add net1 web-server 10.0.0.10 fd00::10    IPv4 and IPv6
  qdns record add net1 web-server 10.0.0.12 --replace   replace its addresses
  qdns record add net1 web-server 10.0.0.11 --append    one more address
  qdns record add net1 printer 10.0.0.99 --static       a host without a port
  qdns record add net1 www --alias-of web-server        another name for it

A switch without a zone gets one, as by `qdns zone create`.")]
pub struct AddArgs {
    /// The switch, by name or UUID
    switch: String,
    /// The hostname, such as web-server or web-server.internal
    hostname: String,
    /// The host's addresses
    #[arg(conflicts_with = "alias_of", value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Add HOSTNAME as another name of this host: it always has the host's addresses, and is removed with the
    /// host
    #[arg(long, value_name = "HOST")]
    alias_of: Option<String>,
    /// Replace the host's addresses; or an alias by a host, or a host by an alias
    #[arg(long)]
    replace: bool,
    /// Add the addresses to those that the host has
    #[arg(long, conflicts_with_all = ["replace", "alias_of"])]
    append: bool,
    /// Never remove the host in prune-stale and sync --prune
    #[arg(long = "static", conflicts_with = "alias_of")]
    is_static: bool,
    /// Add no PTR records
    #[arg(long, conflicts_with = "alias_of")]
    no_ptr: bool,
    /// Add the FQDN only, without the short name; doctor does not report this
    #[arg(long, conflicts_with = "alias_of")]
    no_short: bool,
    /// The time to live in seconds; OVN always answers with 3600
    #[arg(long, value_name = "SECS")]
    ttl: Option<String>,
}

impl AddArgs {
    /// A host with both its names and all PTR records.
    pub(crate) fn host(switch: String, hostname: String, addresses: Vec<String>) -> Self {
        AddArgs { switch, hostname, addresses, ..AddArgs::default() }
    }

    /// The same as one that is never pruned, if `is_static`, and with a time to live in seconds.
    #[must_use]
    pub(crate) fn with(self, is_static: bool, ttl: Option<u64>) -> Self {
        AddArgs { is_static, ttl: ttl.map(|ttl| ttl.to_string()), ..self }
    }

    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let may_be_pruned = !self.is_static && self.alias_of.is_none() && !context.global.dry_run;
        let (switch, hostname) = (self.switch.clone(), self.hostname.clone());
        let applied = self.apply(context)?;
        if may_be_pruned && context.printer.is_watched() {
            unused::remark(context, &switch, &hostname);
        }
        Ok(applied.reply())
    }

    /// # Errors
    /// As [`Draft::add`], [`Draft::add_alias`] and [`apply_to`].
    pub(crate) fn apply(self, context: &Context) -> Result<Applied> {
        let switch = SwitchRef::parse(&self.switch)?;
        check_ttl(self.ttl.as_deref())?;
        self.check_words(context)?;
        let host = HostArg::parse(&self.hostname).map_err(|error| self.swapped(error))?;
        if let Some(target) = &self.alias_of {
            return self.alias(context, &switch, host, target);
        }
        let addresses = self.addresses.iter().map(|text| address::parse(text)).collect::<Result<_>>()?;
        let wanted = Wanted {
            reverse: self.no_ptr.then(Vec::new),
            is_static: self.is_static,
            names: Names::with_short(!self.no_short),
            replace: self.replace,
            append: self.append,
            ..Wanted::new(host, addresses)
        };
        let on_lost_race = if self.replace || self.append { OnLostRace::Fail } else { OnLostRace::PlanAgain };
        let read = || context.nb.read_surroundings(&switch, &wanted.addresses);
        apply_to(context, on_lost_race, read, |topology, network| {
            let mut draft = Draft::open(topology, network)?;
            let had_port = draft.origin(&self.hostname).is_some();
            draft.add(&wanted)?;
            let has_port = draft.origin(&self.hostname).is_some();
            let mut plan = draft.close();
            if had_port && !has_port {
                plan.warnings.push(format!(
                    "{}: a port registered it; from now on sync keeps what you set",
                    self.hostname
                ));
            }
            Ok(plan)
        })
    }
}

impl AddArgs {
    /// Adds an alias.
    fn alias(&self, context: &Context, switch: &SwitchRef, alias: HostArg, host: &str) -> Result<Applied> {
        let wanted = WantedAlias { alias, host: HostArg::parse(host)?, replace: self.replace, origin: None };
        let on_lost_race = if self.replace { OnLostRace::Fail } else { OnLostRace::PlanAgain };
        let read = || context.nb.read_sharing(switch);
        apply_to(context, on_lost_race, read, |topology, network| {
            let mut draft = Draft::open(topology, network)?;
            draft.add_alias(&wanted)?;
            Ok(draft.close())
        })
    }

    /// # Errors
    /// Invalid input where there is no address, with the word that is missing.
    fn check_words(&self, context: &Context) -> Result<()> {
        if !self.addresses.is_empty() || self.alias_of.is_some() {
            return Ok(());
        }
        Err(match self.hostname.parse() {
            Ok(address) => self.missing_word(context, address),
            Err(_) => Error::invalid(format!("{:?} has no address", self.hostname)).hint(add_line([
                &self.switch,
                &self.hostname,
                "ADDRESS",
            ])),
        })
    }

    /// One word and an address: the word may be a switch or a host. If the database cannot be read, the hint has
    /// placeholders.
    fn missing_word(&self, context: &Context, address: IpAddr) -> Error {
        let (word, text) = (self.switch.as_str(), self.hostname.as_str());
        let rows = context.nb.read_zones().unwrap_or_default();
        let topology = Topology::of(&rows);
        if topology.switches.iter().any(|network| network.name() == word) || HostArg::parse(word).is_err() {
            return Error::invalid(format!("the hostname is missing before {text:?}"))
                .hint(add_line([word, "HOSTNAME", text]));
        }
        let error = Error::invalid(format!("the switch is missing before {word:?}"));
        let has_address = |network: &&Network| network.subnets().iter().any(|net| net.contains(&address));
        let mut fitting = topology.switches.iter().filter(has_address).peekable();
        if fitting.peek().is_none() {
            return error.hint(add_line(["SWITCH", word, text]) + "; ovn-nbctl ls-list lists the switches");
        }
        fitting.take(3).fold(error, |error, network| error.hint(add_line([network.name(), word, text])))
    }

    /// A refused hostname that is an address before a hostname: the words are in the wrong order.
    fn swapped(&self, error: Error) -> Error {
        let is_address = |text: &String| text.parse::<IpAddr>().is_ok();
        let is_name = |text: &String| !is_address(text) && HostArg::parse(text).is_ok();
        if !is_address(&self.hostname) {
            return error;
        }
        let (names, addresses): (Vec<&String>, Vec<&String>) =
            self.addresses.iter().partition(|text| is_name(text));
        let Some(name) = names.first() else { return error };
        let add = CommandLine::qdns(["record", "add"]).value(&self.switch).value(name).value(&self.hostname);
        let add = addresses.into_iter().fold(add, CommandLine::value);
        Error::invalid(format!(
            "hostname {:?} is an address: the hostname comes before the addresses",
            self.hostname
        ))
        .hint(add.to_string())
    }
}

fn add_line(words: [&str; 3]) -> String {
    words.into_iter().fold(CommandLine::qdns(["record", "add"]), CommandLine::value).to_string()
}

fn check_ttl(ttl: Option<&str>) -> Result<()> {
    match ttl {
        Some(ttl) if ttl != TTL.to_string() => Err(Error::invalid(format!(
            "ttl {ttl:?} is refused: OVN answers every query with {TTL} s, and no option changes this"
        ))
        .hint("leave --ttl out")),
        _ => Ok(()),
    }
}
