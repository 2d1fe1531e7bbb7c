//! Runs one program of OVN to its end or to a time limit, with everything it printed.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::model::words::shell_word;

/// What a program left behind.
#[derive(Clone, Debug)]
pub struct Finished {
    /// How it ended; `None` where it was ended because its time was up.
    pub status: Option<ExitStatus>,
    /// What it printed, where nobody had it line by line.
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

/// Hands a command line to the receiver, if there is one, in a form that a shell takes.
pub fn echo(echo: Option<fn(&str)>, program: &OsStr, args: &[String]) {
    if let Some(echo) = echo {
        let words: Vec<String> = args.iter().map(|arg| shell_word(arg)).collect();
        echo(&format!("+ {} {}", program.to_string_lossy(), words.join(" ")));
    }
}

/// Runs a program to its end and keeps what it printed, as [`stream`] otherwise.
///
/// # Errors
/// As [`stream`].
pub fn run<A: AsRef<OsStr>>(program: &OsStr, args: &[A], limit: Duration) -> io::Result<Finished> {
    let mut stdout = String::new();
    let finished = stream(program, args, limit, &mut |line| stdout.push_str(&line))?;
    Ok(Finished { stdout, ..finished })
}

/// Runs a program with no standard input; `each` has every line of its standard output, with its end,
/// as it is printed. Environment variables that carry options for OVN's programs are kept from it:
/// their content is not ours.
///
/// # Errors
/// As [`Command::spawn`]: the program does not exist or cannot be executed.
pub fn stream<A: AsRef<OsStr>>(
    program: &OsStr,
    args: &[A],
    limit: Duration,
    each: &mut dyn FnMut(String),
) -> io::Result<Finished> {
    let deadline = Instant::now() + limit;
    let mut child = Command::new(program)
        .args(args)
        .env_remove("OVN_NBCTL_OPTIONS")
        .env_remove("OVN_SBCTL_OPTIONS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (stdout, stderr) = (child.stdout.take().map(lines), child.stderr.take().map(lines));
    let mut said = String::new();
    let is_whole = drain(stdout, deadline, each) && drain(stderr, deadline, &mut |line| said.push_str(&line));
    let status = match is_whole {
        true => wait_until(&mut child, deadline)?,
        false => child.try_wait()?,
    };
    if status.is_none() {
        child.kill()?;
        child.wait()?;
    }
    Ok(Finished { status, stdout: String::new(), stderr: said })
}

/// Hands over the lines of a pipe until it is closed, or until the deadline: then `false`.
fn drain(pipe: Option<mpsc::Receiver<String>>, deadline: Instant, each: &mut dyn FnMut(String)) -> bool {
    let Some(pipe) = pipe else { return false };
    loop {
        match pipe.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => each(line),
            Err(end) => return end == mpsc::RecvTimeoutError::Disconnected,
        }
    }
}

/// Both pipes are closed, so the end is near: no more than a few turns of this loop.
fn wait_until(child: &mut std::process::Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    let mut pause = Duration::from_micros(20);
    loop {
        match child.try_wait()? {
            Some(status) => return Ok(Some(status)),
            None if Instant::now() >= deadline => return Ok(None),
            None => thread::sleep(pause),
        }
        // One with much memory to give back takes its time.
        pause = (pause * 2).min(Duration::from_millis(5));
    }
}

/// What is read of a line before it counts as long, in bytes.
const SHORT: u64 = 1 << 20;
/// Room for a long line, in bytes. So much is given back to the system as soon as it is free (mallopt(3),
/// M_MMAP_THRESHOLD), and takes memory only as far as it is filled.
const LONG: usize = 1 << 26;

/// The lines of a pipe, read in a thread of its own, so that neither pipe blocks the other.
fn lines(pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut pipe = BufReader::with_capacity(1 << 16, pipe);
        loop {
            let mut line = Vec::new();
            // What was read before an error is all there is.
            let mut end = pipe.by_ref().take(SHORT).read_until(b'\n', &mut line);
            if line.len() as u64 == SHORT {
                line.reserve(LONG);
                end = pipe.read_until(b'\n', &mut line);
            }
            if line.is_empty() {
                return;
            }
            let text = String::from_utf8(line)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
            if sender.send(text).is_err() || end.is_err() {
                return;
            }
        }
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
