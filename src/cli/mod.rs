//! The command line: its commands and global options, and what runs them.

pub mod complete;
mod correction;
mod examples_manual;
mod help;
mod json_manual;
pub mod manual;
mod roff;
mod usage;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use crate::commands::completions::script as completion_script;
use crate::commands::{self, Context, GlobalOptions, Settings};
use crate::error::{Error, Kind, Result};
use crate::model::shell::shell_word;
use crate::output::{self, Printer, Reply};
pub use crate::ovn::child::answered as became_another_program;
pub use usage::Usage;

/// Names for the guests of OVN networks
///
/// qdns keeps the names of an OVN logical switch in OVN's own DNS responder, so that a guest can say
/// `ping web-server`. It also sets which resolvers the guests get by DHCP for all other names.
#[derive(Debug, Parser)]
#[command(
    name = "qdns",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Examples:
  qdns record add net1 web-server 10.0.0.10   guests can say `ping web-server`
  qdns forwarders set net1 192.0.2.53         who answers all other names
  qdns doctor net1                            why names do not resolve",
    after_long_help = "\
Examples:
  qdns record add net1 web-server 10.0.0.10   guests can say `ping web-server`
  qdns forwarders set net1 192.0.2.53         who answers all other names
  qdns doctor net1                            why names do not resolve

Exit codes: 0 done, 1 refused or failed, 2 invalid input,
3 OVN cannot be reached, 4 something found"
)]
pub struct Cli {
    #[command(flatten)]
    global: GlobalOptions,
    #[command(subcommand)]
    command: Command,
    /// The command line in a form that a shell accepts, for the database's log.
    #[arg(skip)]
    typed: String,
}

// A command without a text here has it at its arguments.
#[derive(Debug, Subcommand)]
enum Command {
    Status(commands::status::StatusArgs),
    /// Manage zones: one switch's names under one domain
    #[command(subcommand, visible_alias = "zones")]
    Zone(commands::zone::Verb),
    /// Manage records: hosts, addresses, PTR records
    #[command(subcommand, visible_alias = "records")]
    Record(commands::record::Verb),
    /// Manage forwarders: resolvers that guests get
    #[command(subcommand, visible_alias = "forwarder")]
    Forwarders(commands::forwarders::Verb),
    PruneStale(commands::prune_stale::PruneStaleArgs),
    Sync(commands::sync::SyncArgs),
    Doctor(commands::doctor::DoctorArgs),
    Lookup(commands::lookup::LookupArgs),
    /// Register a machine's name when its hypervisor starts it
    #[command(subcommand)]
    Hook(commands::hook::Verb),
    Api(commands::api::ApiArgs),
    Completions(commands::completions::CompletionsArgs),
}

/// Parses a command line; the first word is the program's name.
///
/// # Errors
/// The command line is wrong, or it asks for help or for the version.
pub fn parse(words: impl Iterator<Item = OsString>) -> std::result::Result<Cli, Usage> {
    let words: Vec<OsString> = words.collect();
    let mut cli = try_parse(&words).map_err(|error| Usage::new(error, &words, &definition(), &refused))?;
    let arguments: Vec<String> =
        words.iter().skip(1).map(|word| shell_word(&word.to_string_lossy())).collect();
    cli.typed = format!("qdns {}", arguments.join(" "));
    output::set_color(cli.global.color);
    Ok(cli)
}

fn refused(words: &[String]) -> Option<clap::Error> {
    try_parse(&words.iter().map(OsString::from).collect::<Vec<_>>()).err()
}

fn try_parse(words: &[OsString]) -> std::result::Result<Cli, clap::Error> {
    let mut command = if help::is_long(words) { definition() } else { help::short(definition()) };
    let matches = command.try_get_matches_from_mut(words)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

impl Cli {
    /// Prints in the format that the command line asks for.
    pub fn printer(&self) -> Printer {
        self.global.printer()
    }

    /// Runs the command, prints its answer, and returns the exit code.
    ///
    /// # Errors
    /// The command failed, or standard output cannot be written.
    pub fn run(self) -> Result<u8> {
        let printer = self.printer();
        let (reply, slow) = self.reply()?;
        printer
            .print(reply.answer.as_ref())
            .map_err(|error| Error::new(Kind::Io, "standard output cannot be written").cause(error))?;
        slow.iter().for_each(|line| printer.remark(line));
        let exit_code = reply.exit_code;
        // The process ends now, and the system frees its memory at once. Dropping a large answer takes longer.
        std::mem::forget(reply);
        Ok(exit_code)
    }

    /// The answer, and what would have made a slow read fast.
    fn reply(self) -> Result<(Reply, Option<String>)> {
        if let Command::Completions(args) = self.command {
            return Ok((args.run()?, None));
        }
        let settings = match (Settings::of(&self.global), &self.command) {
            (Err(error), Command::Hook(verb)) => return Ok((verb.without_settings(error)?, None)),
            (settings, _) => settings?,
        };
        let nb = settings.northbound(&self.global);
        if self.global.verbose > 0 {
            settings.lines(&nb).into_iter().for_each(output::note);
        }
        let context = Context {
            nb,
            printer: self.global.printer(),
            global: self.global,
            settings,
            typed: self.typed,
            user: None,
        };
        let reply = match self.command {
            Command::Status(args) => args.run(&context),
            Command::Zone(verb) => verb.run(&context),
            Command::Record(verb) => verb.run(&context),
            Command::Forwarders(verb) => verb.run(&context),
            Command::PruneStale(args) => args.run(&context),
            Command::Sync(args) => args.run(&context),
            Command::Doctor(args) => args.run(&context),
            Command::Lookup(args) => args.run(&context),
            Command::Hook(verb) => verb.run(&context),
            Command::Api(args) => args.run(&context),
            Command::Completions(args) => args.run(),
        }?;
        Ok((reply, context.nb.slow.get().cloned()))
    }
}

/// The definition of the command line. Help, completions and manual pages are made from it.
pub fn definition() -> clap::Command {
    Cli::command()
}
