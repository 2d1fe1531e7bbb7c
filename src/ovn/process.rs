//! Runs one program of OVN to its end or to a time limit, with everything it printed.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// What a program left behind.
#[derive(Clone, Debug)]
pub struct Finished {
    /// How it ended; `None` where it was ended because its time was up.
    pub status: Option<ExitStatus>,
    /// What it printed.
    pub stdout: String,
    /// What it said beside.
    pub stderr: String,
}

impl Finished {
    /// Whether its time was up: ended here, or by its own alarm (ovn-nbctl(8), `--timeout`).
    pub fn timed_out(&self) -> bool {
        const SIGALRM: i32 = 14;
        self.status.is_none_or(|status| signal(status) == Some(SIGALRM))
    }

    /// Whether a signal ended it.
    pub fn was_killed(&self) -> bool {
        self.status.is_none_or(|status| signal(status).is_some())
    }

    /// Whether it ended well.
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }
}

/// The signal that ended a process: its own, or one that a wrapper such as `sh` or `kubectl exec` tells
/// of as 128 and more (sh(1), "Exit Status").
fn signal(status: ExitStatus) -> Option<i32> {
    status.signal().or_else(|| status.code().filter(|code| (129..=192).contains(code)).map(|code| code - 128))
}

/// Runs a program with no standard input. Environment variables that carry options for OVN's
/// programs are kept from it: their content is not ours.
///
/// # Errors
/// As [`Command::spawn`]: the program does not exist or cannot be executed.
pub fn run<A: AsRef<OsStr>>(program: &OsStr, args: &[A], limit: Duration) -> io::Result<Finished> {
    let deadline = Instant::now() + limit;
    let mut child = Command::new(program)
        .args(args)
        .env_remove("OVN_NBCTL_OPTIONS")
        .env_remove("OVN_SBCTL_OPTIONS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().map(reader);
    let stderr = child.stderr.take().map(reader);
    let collect = |pipe: Option<mpsc::Receiver<String>>| {
        let left = deadline.saturating_duration_since(Instant::now());
        pipe.and_then(|pipe| pipe.recv_timeout(left).ok())
    };
    let (stdout, stderr) = (collect(stdout), collect(stderr));
    let status = match (&stdout, &stderr) {
        (Some(_), Some(_)) => wait_until(&mut child, deadline)?,
        _ => child.try_wait()?,
    };
    if status.is_none() {
        child.kill()?;
        child.wait()?;
    }
    Ok(Finished { status, stdout: stdout.unwrap_or_default(), stderr: stderr.unwrap_or_default() })
}

/// Both pipes are closed, so the end is near: no more than a few turns of this loop.
fn wait_until(child: &mut std::process::Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        match child.try_wait()? {
            Some(status) => return Ok(Some(status)),
            None if Instant::now() >= deadline => return Ok(None),
            None => thread::sleep(Duration::from_micros(200)),
        }
    }
}

/// Reads a pipe to its end in a thread of its own, so that neither pipe blocks the other.
fn reader(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is all there is.
        let _ = pipe.read_to_end(&mut bytes);
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        let _ = sender.send(text);
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, limit: Duration) -> Finished {
        run(OsStr::new("sh"), &["-c", script], limit).unwrap()
    }

    #[test]
    fn a_program_is_ended_when_its_time_is_up() {
        let limit = Duration::from_millis(200);
        assert!(sh("sleep 30", limit).timed_out());
        assert!(sh("sleep 30 & exec >&- 2>&-; sleep 30", limit).timed_out());
        assert!(sh("kill -ALRM $$", Duration::from_secs(5)).timed_out());
        assert!(sh("sh -c 'kill -ALRM $$'; exit $?", Duration::from_secs(5)).timed_out());
        assert!(sh("sh -c 'kill -KILL $$'; exit $?", Duration::from_secs(5)).was_killed());
    }

    #[test]
    fn both_streams_are_read_whole() {
        let finished =
            sh("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; exit 3", Duration::from_secs(10));
        assert_eq!((finished.stdout.len(), finished.stderr.len()), (300_000, 300_000));
        assert!(!finished.succeeded() && !finished.timed_out());
    }
}
