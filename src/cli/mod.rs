//! What was typed: the command line, its global options and its help.

pub mod complete;
pub mod manual;

use std::ffi::OsString;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::commands;
use crate::output::Format;
use crate::ovn::nbctl::{Nbctl, Wait};

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

/// Options that every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub struct GlobalOptions {
    /// The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas.
    /// Given here, a daemon (OVN_NB_DAEMON) is not used
    #[arg(long, global = true, value_name = "REMOTE")]
    pub db: Option<String>,
    /// The private key for ssl: connections
    #[arg(short = 'p', long, global = true, value_name = "FILE")]
    pub private_key: Option<String>,
    /// The certificate for ssl: connections
    #[arg(short = 'c', long, global = true, value_name = "FILE")]
    pub certificate: Option<String>,
    /// The CA's certificate for ssl: connections
    #[arg(short = 'C', long, global = true, value_name = "FILE")]
    pub ca_cert: Option<String>,
    /// Accept any member of a clustered database, not only its leader
    #[arg(long, global = true)]
    pub no_leader_only: bool,
    /// How long one run of ovn-nbctl may take, in seconds
    #[arg(long, global = true, value_name = "SECS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
    /// Return when the change has reached the southbound database (sb) or every chassis (hv)
    #[arg(long, global = true, value_enum, default_value_t, value_name = "HOW-FAR")]
    pub wait: Wait,
    /// The ovn-nbctl to run
    #[arg(
        long,
        global = true,
        value_name = "PATH",
        env = "QDNS_OVN_NBCTL",
        default_value = "ovn-nbctl",
        hide_default_value = true
    )]
    pub ovn_nbctl: OsString,
    /// How to print results
    #[arg(short, long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: Format,
    /// When to use colours; NO_COLOR is understood
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Print what would change, and change nothing
    #[arg(short = 'n', long, global = true)]
    pub dry_run: bool,
    /// Answer every question with yes
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Print no warnings and no confirmations
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Show each ovn-nbctl command on standard error
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl GlobalOptions {
    /// The way to the northbound database.
    pub fn nbctl(&self) -> Nbctl {
        let mut connection: Vec<String> = Vec::new();
        for (option, value) in [
            ("--private-key", &self.private_key),
            ("--certificate", &self.certificate),
            ("--ca-cert", &self.ca_cert),
        ] {
            connection.extend(value.iter().map(|value| format!("{option}={value}")));
        }
        if self.no_leader_only {
            connection.push("--no-leader-only".to_owned());
        }
        Nbctl {
            program: self.ovn_nbctl.clone(),
            db: self.db.clone(),
            connection,
            timeout: self.timeout,
            wait: self.wait,
            verbose: self.verbose > 0,
        }
    }
}

/// The command line's definition, from which help, completions and manual are made.
pub fn definition() -> clap::Command {
    Cli::command()
}
