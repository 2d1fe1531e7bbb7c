//! The options that every command has.

use std::ffi::OsString;

use clap::{ArgAction, Args};

use crate::output::{Color, Format, Printer};
use crate::ovn::choice::Client;
use crate::ovn::northbound::Wait;

/// Options that every command has.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub struct GlobalOptions {
    /// The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several separated by commas.
    /// With this option, a daemon (OVN_NB_DAEMON) is not used
    #[arg(long, global = true, value_name = "REMOTE")]
    pub db: Option<String>,
    /// The private key for ssl: connections (QDNS_PRIVATE_KEY)
    #[arg(short = 'p', long, global = true, value_name = "FILE")]
    pub private_key: Option<String>,
    /// The certificate for ssl: connections (QDNS_CERTIFICATE)
    #[arg(short = 'c', long, global = true, value_name = "FILE")]
    pub certificate: Option<String>,
    /// The CA's certificate for ssl: connections (QDNS_CA_CERT)
    #[arg(short = 'C', long, global = true, value_name = "FILE")]
    pub ca_cert: Option<String>,
    /// Connect to any member of a clustered database, not only to its leader
    #[arg(long, global = true)]
    pub no_leader_only: bool,
    /// The longest time that one run of ovn-nbctl may take, in seconds (QDNS_TIMEOUT) [default: 10]
    #[arg(long, global = true, value_name = "SECS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: Option<u64>,
    /// Wait until the change has reached the southbound database (sb) or every chassis (hv)
    #[arg(long, global = true, value_enum, default_value_t, value_name = "HOW-FAR")]
    pub wait: Wait,
    /// The ovn-nbctl to run: its path, or a command such as `docker exec ovn_nb_db ovn-nbctl`
    /// (QDNS_OVN_NBCTL). By default ovn-nbctl in PATH, else microovn.ovn-nbctl
    #[arg(long, global = true, value_name = "CMD")]
    pub ovn_nbctl: Option<OsString>,
    /// The program that reads single rows and writes; ovn-nbctl always reads whole tables
    #[arg(long, global = true, value_enum, default_value_t, value_name = "CLIENT", env = "QDNS_CLIENT")]
    pub client: Client,
    /// The ovsdb-client to run (QDNS_OVSDB_CLIENT). By default the one next to ovn-nbctl
    #[arg(long, global = true, value_name = "CMD")]
    pub ovsdb_client: Option<OsString>,
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
    /// Print the settings with their sources and each command of OVN's clients on standard error, and list every
    /// change
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

impl GlobalOptions {
    /// Whether a person gets each change of a large one as a line.
    pub fn lists_all(&self) -> bool {
        self.verbose > 0
    }

    /// Prints answers, warnings and progress.
    pub fn printer(&self) -> Printer {
        Printer { format: self.output, quiet: self.quiet }
    }
}
