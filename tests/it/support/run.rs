//! The program under test: `qdns` as an operator runs it, against a given database.

use std::process::{Command, Output, Stdio};

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

/// The program, with the environment that a test controls and no other.
pub fn command(db: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qdns"));
    for name in ["OVN_NB_DAEMON", "OVN_NBCTL_OPTIONS", "NO_COLOR", "COLUMNS", "SUDO_USER", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.env("OVN_NB_DB", db).env("USER", "tester").stdin(Stdio::null());
    command
}

/// Runs qdns against a database.
pub fn qdns(db: &str, args: &[&str]) -> Run {
    Run::of(command(db).args(args).output().expect("qdns runs"))
}

/// Runs a prepared command.
pub fn run(command: &mut Command) -> Run {
    Run::of(command.output().expect("qdns runs"))
}
