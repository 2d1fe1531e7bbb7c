//! One intent each: `commands/<noun>/<verb>.rs` holds a command's arguments and its function.

pub mod change;
pub mod completions;
pub mod doctor;
pub mod forwarders;
pub mod hook;
pub mod lookup;
pub mod prune_stale;
pub mod record;
pub mod southbound;
pub mod sync;
pub mod zone;

use crate::cli::{Cli, Command, GlobalOptions};
use crate::error::Result;
use crate::output::Reply;
use crate::ovn::nbctl::Nbctl;

/// What every command works with.
#[derive(Debug)]
pub struct Context {
    /// The way to the northbound database.
    pub nb: Nbctl,
    /// Options that every command takes.
    pub global: GlobalOptions,
    /// The command as it was typed, for the database's log.
    pub typed: String,
}

/// Runs the command that was typed.
///
/// # Errors
/// Whatever keeps the command from being done.
pub fn run(cli: Cli, typed: String) -> Result<Reply> {
    let context = Context { nb: cli.global.nbctl(), global: cli.global, typed };
    match cli.command {
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
