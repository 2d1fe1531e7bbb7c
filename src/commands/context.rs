//! What every command works with: the options that all of them take, and the way to the database.

use std::ffi::OsString;

use clap::{ArgAction, Args};

use crate::error::Result;
use crate::model::snapshot::{Snapshot, Switch};
use crate::output::{self, Color, Format, Printer};
use crate::ovn::SwitchRef;
use crate::ovn::nbctl::{Nbctl, Wait};

/// What every command works with.
#[derive(Debug)]
pub struct Context {
    /// The way to the northbound database.
    pub nb: Nbctl,
    /// Where answers, warnings and progress go.
    pub printer: Printer,
    /// Options that every command takes.
    pub global: GlobalOptions,
    /// The command as it was typed, for the database's log.
    pub typed: String,
}

impl Context {
    /// The named switch with the DNS rows that concern it, or all switches and all DNS rows.
    ///
    /// # Errors
    /// As [`Nbctl::read_switch`] and [`Nbctl::read_zones`].
    pub fn read_zones(&self, switch: Option<&str>) -> Result<(Snapshot, Option<Switch>)> {
        let Some(switch) = switch else { return Ok((self.nb.read_zones()?, None)) };
        let (snapshot, switch) = self.nb.read_switch(&SwitchRef::parse(switch)?)?;
        Ok((snapshot, Some(switch)))
    }
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
            echo: (self.verbose > 0).then_some(output::note as fn(&str)),
        }
    }

    /// Where answers, warnings and progress go.
    pub fn printer(&self) -> Printer {
        Printer { format: self.output, quiet: self.quiet }
    }
}
