//! Which OVN the lab runs: the distribution's own, or the one in another root directory.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use super::home::executable;
use super::space::{ROOT, Space};

/// Names the root directory (made by `make-root.sh`) whose OVN the lab runs.
pub const VARIABLE: &str = "QDNS_LAB_ROOT";

/// The OVN under the lab.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Release {
    /// What is installed on this machine.
    Distribution,
    /// What is installed below this directory.
    Root(PathBuf),
}

impl Release {
    /// The release that the environment asks for.
    pub fn detect() -> Result<Self> {
        match env::var_os(VARIABLE) {
            Some(root) if !root.is_empty() => {
                let root = PathBuf::from(root);
                ensure!(
                    root.join("usr/bin/ovn-nbctl").exists(),
                    "{VARIABLE}={}: no OVN there; tests/it/support/lab/make-root.sh makes such a root",
                    root.display()
                );
                Ok(Self::Root(root.canonicalize()?))
            }
            _ => Ok(Self::Distribution),
        }
    }

    /// A command of OVN or OVS, run inside `space`.
    pub fn command(&self, space: &Space, program: &str) -> Command {
        match self {
            Self::Distribution => space.command(program),
            Self::Root(_) => {
                let mut command = space.command("chroot");
                command.args([ROOT, program]);
                command
            }
        }
    }

    /// An ovn-nbctl that runs from anywhere on the machine: for another root, a script written to `dir`,
    /// with those of the tools that are looked for beside it.
    pub fn nbctl_path(&self, space: Option<&Space>, dir: &Path) -> Result<PathBuf> {
        let (Self::Root(_), Some(space)) = (self, space) else {
            return Ok(PathBuf::from("ovn-nbctl"));
        };
        for tool in ["ovn-nbctl", "ovn-sbctl", "ovn-trace"] {
            let script = format!(
                "#!/bin/sh\nexec nsenter --target {} --mount -- chroot {ROOT} {tool} \"$@\"\n",
                space.init()
            );
            executable(&dir.join(tool), &script)?;
        }
        Ok(dir.join("ovn-nbctl"))
    }
}
