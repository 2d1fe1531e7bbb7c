//! Starts the programs of OVN so that none outlives qdns, however qdns ends.
//!
//! The kernel ends a process with its parent only if the process asked for it itself (prctl(2), `PR_SET_PDEATHSIG`).
//! OVN's programs do not, so qdns starts itself in their place, asks, and becomes the program: the request survives
//! execve(2).

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::{CommandExt as _, parent_id};
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

/// The first argument of a qdns that becomes another program. The parent's process id and the command line follow.
const REQUEST: &str = "__become";
/// This program. The path works also after an update has replaced the file.
const THIS: &str = "/proc/self/exe";
/// The exit status of a qdns that could not become the program. Its only message is the number of the error.
const FAILED: i32 = 123;

/// Whether this program answers [`REQUEST`]. A test binary does not.
static ANSWERS: AtomicBool = AtomicBool::new(false);

/// Becomes another program if this process was started for that; returns the exit code where it cannot. In any other
/// process, the programs that are started from now on end with it.
pub fn answered() -> Option<u8> {
    let mut words = std::env::args_os().skip(1);
    if words.next().as_deref() != Some(OsStr::new(REQUEST)) {
        ANSWERS.store(Path::new(THIS).exists(), Ordering::Relaxed);
        return None;
    }
    let parent = words.next()?.to_str()?.parse().ok();
    let program = words.next()?;
    let asked = set_pdeathsig(Signal::SIGKILL);
    // The parent may have ended before the request.
    if asked.is_ok() && parent == Some(parent_id()) {
        let error = Command::new(program).args(words).exec();
        let _ = io::Write::write_all(
            &mut io::stderr(),
            error.raw_os_error().unwrap_or_default().to_string().as_bytes(),
        );
    }
    u8::try_from(FAILED).ok()
}

/// A command that ends when the thread that starts it ends.
pub(super) fn command<A: AsRef<OsStr>>(program: &OsStr, args: &[A]) -> Command {
    if !ANSWERS.load(Ordering::Relaxed) {
        let mut command = Command::new(program);
        command.args(args);
        return command;
    }
    let mut command = Command::new(THIS);
    let parent = OsString::from(std::process::id().to_string());
    command.args([OsStr::new(REQUEST), &parent, program]).args(args);
    command
}

/// Why a started command did not become the program.
pub(super) fn failure(status: Option<ExitStatus>, stderr: &str) -> Option<io::Error> {
    let has_failed = ANSWERS.load(Ordering::Relaxed) && status?.code() == Some(FAILED);
    let number = stderr.parse().ok().filter(|_| has_failed)?;
    Some(io::Error::from_raw_os_error(number))
}
