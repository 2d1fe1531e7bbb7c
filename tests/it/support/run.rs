//! The program under test: `qdns` as an operator runs it, against a given database.

use std::fmt;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result};

use super::lab::{self, Nb};

/// What a run of qdns left behind.
#[derive(Clone, Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(output: Output) -> Self {
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Standard output of a run that must have succeeded.
    #[track_caller]
    pub fn ok(&self) -> &str {
        assert_eq!(self.code, 0, "{self:?}");
        &self.stdout
    }

    /// The same for one that must have ended with this code; both streams.
    #[track_caller]
    pub fn fails(&self, code: i32) -> String {
        assert_eq!(self.code, code, "{self:?}");
        format!("{}{}", self.stdout, self.stderr)
    }

    /// The JSON document on standard output.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// All that a person sees: standard output, then standard error and an exit code that is not 0.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "----- stderr -----\n{}", self.stderr)?;
        }
        if self.code != 0 {
            writeln!(f, "----- exit {} -----", self.code)?;
        }
        Ok(())
    }
}

impl Nb {
    /// Writes a file next to the database; returns its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> Result<String> {
        let path = self.dir().join(name);
        fs::write(&path, content)?;
        Ok(path.display().to_string())
    }

    /// Runs a line of words as a shell splits it, such as `record ls net1`.
    #[track_caller]
    pub fn qdns(&self, line: &str) -> Run {
        let words = shlex::split(line).unwrap_or_else(|| panic!("quotes are not closed: {line}"));
        qdns(&self.remote(), &words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Runs several lines one after the other; returns each with all that a person sees.
    #[track_caller]
    pub fn session(&self, lines: &[&str]) -> String {
        lines.iter().map(|line| format!("$ qdns {line}\n{}", self.qdns(line))).collect()
    }
}

/// The program, with the environment that a test controls and no other.
pub fn command(db: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qdns"));
    for name in ["OVN_NB_DAEMON", "OVN_NBCTL_OPTIONS", "NO_COLOR", "COLUMNS", "SUDO_USER", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    for name in ["CONFIG", "DOMAIN", "FORWARDERS", "TIMEOUT", "OVN_NBCTL", "OVSDB_CLIENT"] {
        command.env_remove(format!("QDNS_{name}"));
    }
    command.env("OVN_NB_DB", db).env("USER", "tester").stdin(Stdio::null());
    command
}

/// Copies qdns to a path where every user may run it.
pub fn install_qdns(path: &Path) -> Result<()> {
    lab::install(Path::new(env!("CARGO_BIN_EXE_qdns")), path)
}

/// Runs qdns against a database.
pub fn qdns(db: &str, args: &[&str]) -> Run {
    Run::of(command(db).args(args).output().expect("qdns runs"))
}

/// Runs a prepared command.
pub fn run(command: &mut Command) -> Run {
    Run::of(command.output().expect("qdns runs"))
}

/// Runs a line on a terminal and types an answer to its question, after some keys before it; returns how the command ended,
/// and the screen. A shell reads the line.
pub fn answered(db: &str, line: &str, before: &str, answer: &str) -> Result<Run> {
    let mut script = Command::new("script");
    script.args(["-qec", line, "/dev/null"]).env("OVN_NB_DB", db).env("TERM", "xterm");
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut keyboard = child.stdin.take().context("a pipe")?;
    let mut screen = child.stdout.take().context("a pipe")?;
    keyboard.write_all(before.as_bytes())?;
    let (mut shown, mut byte) = (Vec::new(), [0]);
    while !shown.ends_with(b"[y/N] ") && screen.read(&mut byte)? == 1 {
        shown.extend(byte);
    }
    // The terminal is still in its line mode, in which Ctrl-C would be a signal.
    std::thread::sleep(std::time::Duration::from_millis(200));
    keyboard.write_all(answer.as_bytes())?;
    screen.read_to_end(&mut shown)?;
    let code = child.wait()?.code().unwrap_or(-1);
    let stdout = String::from_utf8_lossy(&shown).replace("\r\n", "\n");
    Ok(Run { code, stdout, stderr: String::new() })
}
