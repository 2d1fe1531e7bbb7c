//! Where the programs of OVN run: on the machine itself, or in a lab's namespaces.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result};

use super::process::{child_of, mortal, signal, spawn};
use super::release::Release;
use super::space::Space;

/// A release of OVN, the namespaces it runs in, and the directory that holds its files.
#[derive(Clone)]
pub struct Place {
    pub release: Release,
    pub space: Option<Arc<Space>>,
    pub dir: PathBuf,
}

impl Place {
    /// Just the machine, unless the release needs a root of its own.
    pub fn host(dir: &Path) -> Result<Self> {
        match Release::detect()? {
            Release::Distribution => {
                Ok(Self { release: Release::Distribution, space: None, dir: dir.to_owned() })
            }
            Release::Root(_) => Self::lab(dir),
        }
    }

    /// Namespaces of its own.
    pub fn lab(dir: &Path) -> Result<Self> {
        let release = Release::detect()?;
        let space = Some(Arc::new(Space::lab(dir, &release)?));
        Ok(Self { release, space, dir: dir.to_owned() })
    }

    /// What makes OVN's programs look for all their files in this place's directory.
    pub fn env(&self) -> Vec<(String, String)> {
        let dir = self.dir.display().to_string();
        let (nb, sb) = (self.remote("ovnnb_db"), self.remote("ovnsb_db"));
        ["OVS_RUNDIR", "OVN_RUNDIR", "OVS_DBDIR", "OVN_DBDIR", "OVS_LOGDIR", "OVN_LOGDIR", "OVS_SYSCONFDIR"]
            .into_iter()
            .map(|name| (name.to_owned(), dir.clone()))
            .chain([("OVN_NB_DB".to_owned(), nb), ("OVN_SB_DB".to_owned(), sb)])
            .collect()
    }

    /// The connection method of the database server called `name`.
    pub fn remote(&self, name: &str) -> String {
        format!("unix:{}", self.dir.join(format!("{name}.sock")).display())
    }

    /// A program of OVN or OVS, which sees this place's files.
    pub fn command(&self, program: &str) -> Command {
        let command = match &self.space {
            Some(space) => self.release.command(space, program),
            None => Command::new(program),
        };
        self.prepared(command)
    }

    /// Starts `program` as a daemon that stays in the foreground; `name` is that of its log.
    pub fn daemon(&self, program: &str, name: &str, args: &[&str]) -> Result<Daemon> {
        let command = match &self.space {
            Some(space) => self.release.command(space, program),
            None => mortal(program),
        };
        let mut command = self.prepared(command);
        let log = self.dir.join(format!("{name}.log"));
        let stderr =
            File::options().create(true).append(true).open(self.dir.join(format!("{name}.stderr")))?;
        command
            .args(["-vconsole:off", &format!("--log-file={}", log.display())])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr);
        let child = spawn(command)?;
        // In namespaces, what was started is nsenter, and the daemon its child.
        let pid = match self.space {
            Some(_) => child_of(child.id()),
            None => Some(child.id()),
        };
        let pid = pid.with_context(|| format!("{program} did not start: {}", self.said(name)))?;
        Ok(Daemon { child, pid })
    }

    /// The end of what the daemon called `name` wrote to its log and to standard error.
    pub fn said(&self, name: &str) -> String {
        ["stderr", "log"]
            .iter()
            .filter_map(|kind| fs::read_to_string(self.dir.join(format!("{name}.{kind}"))).ok())
            .flat_map(|text| {
                let lines: Vec<_> = text.lines().map(str::to_owned).collect();
                lines[lines.len().saturating_sub(15)..].to_vec()
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn prepared(&self, mut command: Command) -> Command {
        // The machine's own settings, a daemon above all, must not reach into the lab.
        for name in ["OVN_NB_DAEMON", "OVN_SB_DAEMON", "OVN_NBCTL_OPTIONS"] {
            command.env_remove(name);
        }
        command.envs(self.env());
        command
    }
}

/// A running daemon; it is killed on drop.
pub struct Daemon {
    child: Child,
    pid: u32,
}

impl Daemon {
    pub fn pid(&self) -> u32 {
        self.pid
    }

    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends it at once; returns when it is gone.
    pub fn kill(&mut self) {
        if self.is_running() {
            signal("KILL", self.pid);
            // nsenter stops together with a child that was stopped.
            signal("CONT", self.child.id());
            let _ = self.child.wait();
        }
    }

    /// SIGSTOP: it is there, but answers nothing.
    pub fn stop(&self) {
        signal("STOP", self.pid);
    }

    /// SIGCONT.
    pub fn cont(&self) {
        signal("CONT", self.child.id());
        signal("CONT", self.pid);
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}
