//! The directory of one lab: named so that it can be recognised, locked as long as its owner lives.

use std::env;
use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

const PREFIX: &str = "qdns-lab-";
const LOCK: &str = "owner.lock";

/// A temporary directory that goes on drop; if the owner was killed, [`sweep`] removes it later.
pub struct Home {
    dir: TempDir,
    _lock: File,
}

impl Home {
    pub fn new() -> Result<Self> {
        sweep();
        let dir = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        // Locked before it has its name, so that a sweeper never sees it unlocked.
        let draft = dir.path().join("owner.draft");
        let lock = File::create(&draft)?;
        lock.lock()?;
        fs::rename(&draft, dir.path().join(LOCK))?;
        Ok(Self { dir, _lock: lock })
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Removes the directories of labs whose test process is gone.
pub fn sweep() {
    let Ok(entries) = fs::read_dir(env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let Ok(lock) = File::open(entry.path().join(LOCK)) else {
            continue;
        };
        match lock.try_lock() {
            // Another sweeper may be at the same directory: whoever is second finds nothing to do.
            Ok(()) => drop(fs::remove_dir_all(entry.path())),
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        }
    }
}

/// Writes a script that every user may run.
pub fn executable(path: &Path, text: &str) -> Result<()> {
    let mut install = installing(Path::new("/dev/stdin"), path).stdin(Stdio::piped()).spawn()?;
    install.stdin.take().context("a pipe")?.write_all(text.as_bytes())?;
    ensure!(install.wait()?.success(), "{} cannot be written", path.display());
    Ok(())
}

/// Copies a program to a path where every user may run it.
pub fn install(program: &Path, path: &Path) -> Result<()> {
    ensure!(installing(program, path).status()?.success(), "{} cannot be written", path.display());
    Ok(())
}

/// Another process writes the file: a test that starts a process at the same moment would hand its open file on,
/// and execve(2) refuses a file that a process has open for writing.
fn installing(from: &Path, to: &Path) -> Command {
    let mut install = Command::new("install");
    install.args(["-m", "755"]).arg(from).arg(to);
    install
}
