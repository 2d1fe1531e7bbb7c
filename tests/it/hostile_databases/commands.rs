//! The commands that are run on a hostile database, in three formats.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::support::lab::Nb;
use crate::support::{Run, command, run};

/// The databases, and how qdns is run on them.
pub struct Place<'n> {
    pub nb: &'n Nb,
    pub sb: Option<String>,
    pub client: &'static str,
}

impl Place<'_> {
    pub fn command(&self) -> Command {
        let mut command = command(&self.nb.remote());
        // Without a southbound database no ovn-sbctl has to wait for one.
        let sb = self.sb.as_deref().unwrap_or("unix:/nonexistent");
        command.env("OVN_SB_DB", sb).env("QDNS_CLIENT", self.client);
        command
    }

    /// Runs commands with their standard output on one terminal, and their standard error as a terminal would get it.
    pub fn on_terminal(&self, format: &str, lines: &[Vec<String>]) -> Result<Vec<Run>> {
        /// Ends an output, and the exit code after it. No output may hold it.
        const END: char = '\u{1e}';
        let dir = self.nb.dir();
        let stderr = |number: usize| dir.join(format!("stderr-{number}"));
        let mut script = String::new();
        for (number, words) in lines.iter().enumerate() {
            script += &format!(
                "{} -o {format} --color always {} 2>{} </dev/null; printf '\\036%d\\036' $?\n",
                env!("CARGO_BIN_EXE_qdns"),
                shlex::try_join(words.iter().map(String::as_str))?,
                stderr(number).display(),
            );
        }
        let file = dir.join("session.sh");
        fs::write(&file, script)?;
        let mut session = Command::new("script");
        session.args(["-qec", &format!("sh {}", file.display()), "/dev/null"]);
        session.envs(self.command().get_envs().filter_map(|(name, value)| Some((name, value?))));
        let shown = run(session.env("TERM", "xterm").stdin(Stdio::null())).stdout.replace("\r\n", "\n");
        let parts: Vec<&str> = shown.split(END).collect();
        ensure!(parts.len() == 2 * lines.len() + 1, "{} parts of {shown:?}", parts.len());
        let runs = parts.chunks_exact(2).enumerate().map(|(number, part)| {
            let stderr = String::from_utf8_lossy(&fs::read(stderr(number))?).into_owned();
            Ok(Run { code: part[1].parse()?, stdout: part[0].to_owned(), stderr })
        });
        runs.collect()
    }

    pub fn in_format(&self, format: &str, lines: &[Vec<String>]) -> Vec<Run> {
        lines.iter().map(|words| run(self.command().args(["-o", format]).args(words))).collect()
    }
}

/// Runs one command with its standard output on a terminal.
pub fn on_terminal(nb: &Nb, args: &[&str]) -> Result<Run> {
    let words = args.iter().map(|word| (*word).to_owned()).collect();
    let place = Place { nb, sb: None, client: "auto" };
    place.on_terminal("table", &[words])?.pop().context("one run")
}

/// Commands that read, or that say what they would change. Two files are written before they are read.
pub fn commands(dir: &Path, switch: &str, port: &str) -> Vec<Vec<String>> {
    let file = |name: &str| dir.join(name).display().to_string();
    let from = format!("--from={port}");
    let (from_switch, backup, dump) = (format!("--from={switch}"), file("backup.json"), file("dump.json"));
    let lines: &[&[&str]] = &[
        &["status"],
        &["status", "--", switch],
        &["zone", "ls"],
        &["zone", "show", "--", switch],
        &["-v", "zone", "show", "--", switch],
        &["zone", "rm", "--dry-run", "--", switch],
        &["zone", "create", "--dry-run", "--", switch],
        &["zone", "set", "--dry-run", "--domain=other.internal", "--", switch],
        &["zone", "share", "--dry-run", "--with=net9", "--", switch],
        &["record", "ls"],
        &["record", "ls", "--name=w*", "--", switch],
        &["record", "add", "--dry-run", "--", switch, "web", "10.0.0.99"],
        &["record", "add", "--dry-run", "--append", "--", switch, "web", "10.0.0.98"],
        &["record", "add", "--dry-run", "--replace", "--alias-of=db", "--", switch, "www"],
        &["record", "rm", "--dry-run", "--", switch, "web"],
        &["record", "rm", "--dry-run", "--address=10.0.0.10", "--", switch, "web"],
        &["record", "rename", "--dry-run", "--", switch, "db", "app"],
        &["record", "show", "--", switch, "web"],
        &["record", "show", "--", switch, "10.0.0.12"],
        &["record", "show", "--", switch, port],
        &["record", "import", "--all", "--dry-run", &backup],
        &["record", "import", "--check", "--prune", "--force", "--", switch, &backup],
        &["forwarders", "show"],
        &["forwarders", "show", "--", switch],
        &["forwarders", "set", "--dry-run", "--", switch, "9.9.9.9"],
        &["forwarders", "set", "--dry-run", "--create-dhcp", "--", switch, "9.9.9.9"],
        &["forwarders", "set", "--dry-run", "--via=auto", "--", switch, "9.9.9.9"],
        &["forwarders", "clear", "--dry-run", "--", switch],
        &["lookup", "web", &from],
        &["lookup", "10.0.0.10", "db", &from_switch],
        &["-v", "doctor"],
        &["doctor", "--fix", "--dry-run"],
        &["doctor", "--from-dump", &dump],
        &["doctor", "--from-dump", &dump, "--", switch],
        &["prune-stale", "--all", "--dry-run", "--force"],
        &["sync", "--all", "--create-zones", "--prune", "--dry-run", "--force"],
        &["sync", "--check", "--", switch],
        &["record", "export"],
        &["record", "export", "--format=json", "--", switch],
        &["record", "export", "--format=hosts", "--", switch],
        &["record", "export", "--format=zone", "--", switch],
        &["record", "export", "--reverse=10.0.0.0/24", "--", switch],
    ];
    lines.iter().map(|line| line.iter().map(|word| (*word).to_owned()).collect()).collect()
}
