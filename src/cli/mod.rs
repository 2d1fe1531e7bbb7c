//! What was typed: the command line, its global options and its help.

pub mod complete;
pub mod manual;

use clap::{CommandFactory, Parser, Subcommand};

use crate::commands::{self, Context, GlobalOptions};
use crate::error::Result;
use crate::output::Reply;

/// Names for the guests of OVN networks
///
/// A virtual machine is created, and its neighbours can say `ping web-server`. qdns keeps the names
/// of an OVN logical switch in OVN's own DNS responder, and tells the guests' DHCP which resolvers
/// answer everything else.
#[derive(Debug, Parser)]
#[command(
    name = "qdns",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Examples:
  qdns record add net1 web-server 10.0.0.10     the guests of net1 can say `ping web-server`
  qdns forwarders set net1 8.8.8.8 8.8.4.4      and everything else is asked of these
  qdns record ls net1                           what net1 resolves

Exit codes: 0 done, 1 refused or failed, 2 invalid input, 3 OVN cannot be reached, 4 something found"
)]
pub struct Cli {
    /// Options that every command takes.
    #[command(flatten)]
    pub global: GlobalOptions,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands, each a noun.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Zones: the names of one switch, under one domain
    #[command(subcommand, visible_alias = "zones")]
    Zone(commands::zone::Verb),
    /// Records: hosts with their addresses and reverse names
    #[command(subcommand, visible_alias = "records")]
    Record(commands::record::Verb),
    /// Forwarders: the resolvers that answer everything that is not local
    #[command(subcommand, visible_alias = "forwarder")]
    Forwarders(commands::forwarders::Verb),
    /// Remove hosts that no port stands behind
    PruneStale(commands::prune_stale::PruneStaleArgs),
    /// Make the names what the switch's ports say
    Sync(commands::sync::SyncArgs),
    /// Find out why names do not resolve
    Doctor(commands::doctor::DoctorArgs),
    /// Tell what a guest gets for a name, and who answers
    Lookup(commands::lookup::LookupArgs),
    /// Hooks: names registered by the hypervisor itself
    #[command(subcommand)]
    Hook(commands::hook::Verb),
    /// Print the completion script of a shell
    Completions(commands::completions::CompletionsArgs),
}

impl Cli {
    /// Runs the command; `typed` is the command line, for the database's log.
    ///
    /// # Errors
    /// Whatever keeps the command from being done.
    pub fn run(self, typed: String) -> Result<Reply> {
        let context =
            Context { nb: self.global.nbctl(), printer: self.global.printer(), global: self.global, typed };
        match self.command {
            Command::Zone(verb) => verb.run(&context),
            Command::Record(verb) => verb.run(&context),
            Command::Forwarders(verb) => verb.run(&context),
            Command::PruneStale(args) => args.run(&context),
            Command::Sync(args) => args.run(&context),
            Command::Doctor(args) => args.run(&context),
            Command::Lookup(args) => args.run(&context),
            Command::Hook(verb) => verb.run(&context),
            Command::Completions(args) => args.run(),
        }
    }
}

/// The command line's definition, from which help, completions and manual are made.
pub fn definition() -> clap::Command {
    Cli::command()
}
