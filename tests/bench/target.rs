//! Where commands go: a database, perhaps through a daemon. What is run prints into a pipe that is read
//! to its end, as a script would, whichever side it is.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::lab::Nb;

/// The program that is measured.
pub const QDNS: &str = env!("CARGO_BIN_EXE_qdns");

/// A northbound database, and the daemon in front of it, if any.
pub struct Target<'a> {
    nb: &'a Nb,
    daemon: Option<&'a Path>,
}

impl<'a> Target<'a> {
    /// Each command connects to the database itself.
    pub fn direct(nb: &'a Nb) -> Self {
        Target { nb, daemon: None }
    }

    /// Commands ask an `ovn-nbctl --detach`.
    pub fn through(nb: &'a Nb, daemon: &'a Path) -> Self {
        Target { nb, daemon: Some(daemon) }
    }

    /// A directory of the database's own.
    pub fn dir(&self) -> &Path {
        self.nb.dir()
    }

    /// A program in the environment of this target.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("OVN_NB_DB", self.nb.remote());
        for variable in ["OVN_NB_DAEMON", "OVN_SB_DB", "OVN_SB_DAEMON", "OVN_NBCTL_OPTIONS"] {
            command.env_remove(variable);
        }
        if let Some(socket) = self.daemon {
            command.env("OVN_NB_DAEMON", socket);
        }
        command.stdin(Stdio::null());
        command
    }

    /// Runs qdns, which may wait as long as the bare commands do; returns what it printed.
    pub fn qdns(&self, args: &[&str]) -> Result<String> {
        // 4: doctor found something.
        self.run(QDNS, &[&["--timeout=300"], args].concat(), &[0, 4])
    }

    /// Runs ovn-nbctl; returns what it printed.
    pub fn nbctl(&self, args: &[&str]) -> Result<String> {
        self.run("ovn-nbctl", args, &[0])
    }

    /// Runs ovsdb-client, by its verb, with one transaction (RFC 7047); returns what it printed.
    pub fn client(&self, verb: &str, transaction: &Value) -> Result<String> {
        self.run("ovsdb-client", &[verb, &self.nb.remote(), &transaction.to_string()], &[0])
    }

    /// The commands of OVN's clients that a qdns command runs.
    pub fn commands_of(&self, args: &[&str]) -> Result<Vec<String>> {
        let output = self.command(QDNS).arg("-v").args(args).stderr(Stdio::piped()).output()?;
        let said = String::from_utf8(output.stderr)?;
        Ok(said.lines().filter(|line| line.starts_with("+ ")).map(str::to_owned).collect())
    }

    fn run(&self, program: &str, args: &[&str], codes: &[i32]) -> Result<String> {
        let Output { status, stdout, stderr } =
            self.command(program).args(args).output().with_context(|| format!("{program} does not run"))?;
        let is_well = status.code().is_some_and(|code| codes.contains(&code));
        let said = || String::from_utf8_lossy(&stderr).into_owned();
        ensure!(is_well, "{program} {:?}: {status}: {}", &args[..args.len().min(5)], said());
        Ok(String::from_utf8(stdout)?)
    }
}
