//! The options that every command has, and the database connection that they name.

use std::ffi::OsString;

use clap::{ArgAction, Args};
use nix::unistd::Uid;

use super::audit;
use crate::error::Result;
use crate::model::snapshot::{Snapshot, Switch};
use crate::output::{self, Color, Format, Printer};
use crate::ovn::SwitchRef;
use crate::ovn::choice::Client;
use crate::ovn::northbound::{Northbound, Wait};

/// What every command gets.
#[derive(Clone, Debug)]
pub struct Context {
    /// The northbound database.
    pub nb: Northbound,
    /// Prints answers, warnings and progress.
    pub printer: Printer,
    /// The options that every command has.
    pub global: GlobalOptions,
    /// The command line as it was typed, for the comment in the database's log.
    pub typed: String,
    /// The user for whom a service runs the command; `None` where it is the user who typed it.
    pub user: Option<Uid>,
}

impl Context {
    /// The same for a command that changes nothing, if `is_check`.
    pub fn checking(&self, is_check: bool) -> Self {
        let mut context = self.clone();
        context.global.dry_run |= is_check;
        context
    }

    /// The comment of a change in the database's log.
    pub fn comment(&self) -> String {
        audit::comment(&self.typed, self.user)
    }

    /// Reads the named switch with its DNS rows, also a deleted one that left its zone over. Without a name, reads all
    /// switches and all DNS rows.
    ///
    /// # Errors
    /// As [`Northbound::read_even_deleted`] and [`Northbound::read_zones`].
    pub fn read_zones(&self, switch: Option<&str>) -> Result<(Snapshot, Option<Switch>)> {
        let Some(switch) = switch else { return Ok((self.nb.read_zones()?, None)) };
        let (snapshot, switch) = self.nb.read_even_deleted(&SwitchRef::parse(switch)?)?;
        Ok((snapshot, Some(switch)))
    }
}

/// Options that every command has.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub struct GlobalOptions {
    /// The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several separated by commas.
    /// With this option, a daemon (OVN_NB_DAEMON) is not used
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
    /// Connect to any member of a clustered database, not only to its leader
    #[arg(long, global = true)]
    pub no_leader_only: bool,
    /// The longest time that one run of ovn-nbctl may take, in seconds
    #[arg(long, global = true, value_name = "SECS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
    /// Wait until the change has reached the southbound database (sb) or every chassis (hv)
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
    /// The client that reads single rows and writes; ovn-nbctl reads whole tables in any case
    #[arg(long, global = true, value_enum, default_value_t, value_name = "CLIENT", env = "QDNS_CLIENT")]
    pub client: Client,
    /// The ovsdb-client to run
    #[arg(
        long,
        global = true,
        value_name = "PATH",
        env = "QDNS_OVSDB_CLIENT",
        default_value = "ovsdb-client",
        hide_default_value = true
    )]
    pub ovsdb_client: OsString,
    /// The format of the output
    #[arg(short, long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: Format,
    /// When to use colours; NO_COLOR turns them off
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Show what would change, and change nothing
    #[arg(short = 'n', long, global = true)]
    pub dry_run: bool,
    /// Answer every question with yes
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Print no warnings and no confirmations
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Show each command of OVN's clients on standard error, and each of many changes
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

impl GlobalOptions {
    /// The northbound database.
    pub fn northbound(&self) -> Northbound {
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
        let mut nb = Northbound {
            program: self.ovn_nbctl.clone(),
            db: self.db.clone(),
            connection,
            timeout: self.timeout,
            wait: self.wait,
            echo: (self.verbose > 0).then_some((|line| output::note(line)) as fn(&str)),
            rows: None,
        };
        nb.choose(self.client, &self.ovsdb_client);
        nb
    }

    /// Whether a person gets each change of a large one as a line.
    pub fn lists_all(&self) -> bool {
        self.verbose > 0
    }

    /// Prints answers, warnings and progress.
    pub fn printer(&self) -> Printer {
        Printer { format: self.output, quiet: self.quiet }
    }
}
