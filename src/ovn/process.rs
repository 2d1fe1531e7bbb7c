//! Runs one program of OVN until it ends or until its time limit, and collects its output.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use super::child;
use super::program::Program;
use crate::model::shell::{self, shell_word};

/// Set when qdns was asked to end, where it goes on for a moment to end well.
static IS_STOPPING: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
/// How long a program still runs after that.
const LAST_RUN: Duration = Duration::from_secs(1);
/// How often a run looks whether qdns was asked to end.
const LOOK: Duration = Duration::from_millis(100);

/// The flag that a signal sets to end the runs of all programs shortly after.
pub fn stopping() -> &'static Arc<AtomicBool> {
    &IS_STOPPING
}

pub fn is_stopping() -> bool {
    IS_STOPPING.load(Ordering::Relaxed)
}

/// When a run ends at the latest.
#[derive(Debug)]
struct Deadline {
    at: Instant,
    is_stopping: bool,
}

impl Deadline {
    /// A run that begins after qdns was asked to end has only a moment: it reads what became of the last one.
    fn after(limit: Duration) -> Self {
        Deadline { at: Instant::now() + limit, is_stopping: false }
    }

    /// The time until it, and until the next look; `None` where it is over.
    fn pause(&mut self) -> Option<Duration> {
        let now = Instant::now();
        if is_stopping() && !self.is_stopping {
            self.is_stopping = true;
            self.at = self.at.min(now + LAST_RUN);
        }
        let left = self.at.saturating_duration_since(now);
        (!left.is_zero()).then(|| left.min(LOOK))
    }
}

/// A program that ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// `None` if it was killed at the time limit.
    pub status: Option<ExitStatus>,
    /// Empty if the caller received it line by line.
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// Whether it reached its time limit: killed here, or stopped by its own alarm (ovn-nbctl(8), `--timeout`).
    pub fn timed_out(&self) -> bool {
        const SIGALRM: i32 = 14;
        self.status.is_none_or(|status| signal(status) == Some(SIGALRM))
    }

    pub fn was_killed(&self) -> bool {
        self.status.is_none_or(|status| signal(status).is_some())
    }

    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }
}

/// The signal that ended a process. A wrapper such as `sh` or `kubectl exec` reports it as exit status 128 plus the
/// signal's number (sh(1), "Exit Status").
fn signal(status: ExitStatus) -> Option<i32> {
    status.signal().or_else(|| status.code().filter(|code| (129..=192).contains(code)).map(|code| code - 128))
}

/// Passes a command line to the receiver, if there is one, in a form that a shell accepts.
pub fn echo(echo: Option<fn(&str)>, program: &Program, args: &[String]) {
    if let Some(echo) = echo {
        let name = shell_word(&program.name().to_string_lossy());
        echo(&format!("+ {name} {}", shell::joined(&program.with(args))));
    }
}

/// As [`stream`], with the whole standard output in the result.
///
/// # Errors
/// As [`stream`].
pub fn run<A: AsRef<OsStr>>(program: &OsStr, args: &[A], limit: Duration) -> io::Result<Finished> {
    let mut stdout = String::new();
    let finished = stream(program, args, limit, &mut |line| push(&mut stdout, &line, LINE_MAX))?;
    Ok(Finished { stdout, ..finished })
}

/// Runs a program with no standard input. `each` receives every line of its standard output with the line end, as soon
/// as it is printed. Environment variables with more options for OVN's programs are removed: such an option could
/// change what the program does or prints.
///
/// # Errors
/// As [`std::process::Command::spawn`]: the program does not exist or cannot be executed.
pub fn stream<A: AsRef<OsStr>>(
    program: &OsStr,
    args: &[A],
    limit: Duration,
    each: &mut dyn FnMut(String),
) -> io::Result<Finished> {
    let mut deadline = Deadline::after(limit);
    let mut child = child::command(program, args)
        .env_remove("OVN_NBCTL_OPTIONS")
        .env_remove("OVN_SBCTL_OPTIONS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (stdout, stderr) = (child.stdout.take().map(lines), child.stderr.take().map(lines));
    let mut errors = String::new();
    let is_whole = drain(stdout, &mut deadline, each)
        && drain(stderr, &mut deadline, &mut |line| push(&mut errors, &line, ERRORS_MAX));
    let status = if is_whole { wait_until(&mut child, &mut deadline)? } else { child.try_wait()? };
    if status.is_none() {
        child.kill()?;
        child.wait()?;
    }
    match child::failure(status, &errors) {
        Some(error) => Err(error),
        None => Ok(Finished { status, stdout: String::new(), stderr: errors }),
    }
}

/// Adds a line to a text, unless the text would be longer than this many bytes.
fn push(text: &mut String, line: &str, limit: usize) {
    if text.len() + line.len() <= limit {
        text.push_str(line);
    }
}

/// Passes on the lines of a pipe until it is closed, or until the deadline: then `false`.
fn drain(
    pipe: Option<mpsc::Receiver<String>>,
    deadline: &mut Deadline,
    each: &mut dyn FnMut(String),
) -> bool {
    let Some(pipe) = pipe else { return false };
    while let Some(pause) = deadline.pause() {
        match pipe.recv_timeout(pause) {
            Ok(line) => each(line),
            Err(RecvTimeoutError::Disconnected) => return true,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    false
}

/// Polls for the exit status; the child has closed its pipes.
fn wait_until(child: &mut std::process::Child, deadline: &mut Deadline) -> io::Result<Option<ExitStatus>> {
    let mut pause = Duration::from_micros(20);
    loop {
        match child.try_wait()? {
            Some(status) => return Ok(Some(status)),
            None if deadline.pause().is_none() => return Ok(None),
            None => thread::sleep(pause),
        }
        // The system needs time to free the memory of a large process.
        pause = (pause * 2).min(Duration::from_millis(5));
    }
}

/// A longer line counts as long, in bytes.
const SHORT: u64 = 1 << 20;
/// The capacity for a long line, in bytes. The allocator maps so large a block for itself: it uses memory only for its
/// filled part, and returns it to the system as soon as it is freed (mallopt(3), M_MMAP_THRESHOLD).
const LONG: usize = 1 << 26;

/// The longest line that is read, in bytes. ovn-nbctl prints a table in one line: a million ports have about 1 GiB.
pub(super) const LINE_MAX: usize = 1 << 31;
/// How much of the error messages of a program is kept, in bytes.
const ERRORS_MAX: usize = 1 << 20;

/// The lines of a pipe. Each pipe has its own thread, so that neither blocks the other.
fn lines(pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || send_lines(BufReader::with_capacity(1 << 16, pipe), &sender, LINE_MAX));
    receiver
}

/// Sends the lines of a pipe. A line that is longer than the limit is cut, and is the last one.
fn send_lines(mut pipe: impl BufRead, sender: &mpsc::Sender<String>, limit: usize) {
    loop {
        let mut line = Vec::new();
        // After an error, the bytes that were read before it are the last line.
        let mut end = pipe.by_ref().take(SHORT.min(limit as u64)).read_until(b'\n', &mut line);
        if line.len() as u64 == SHORT {
            line.reserve(LONG);
            let rest = (limit as u64).saturating_sub(SHORT);
            end = pipe.by_ref().take(rest).read_until(b'\n', &mut line);
        }
        let is_cut = line.len() >= limit;
        if line.is_empty() {
            return;
        }
        let text = String::from_utf8(line)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        if sender.send(text).is_err() || end.is_err() || is_cut {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, limit: Duration) -> Finished {
        run(OsStr::new("sh"), &["-c", script], limit).unwrap()
    }

    #[test]
    fn a_program_is_killed_at_its_time_limit() {
        let limit = Duration::from_millis(200);
        assert!(sh("sleep 30", limit).timed_out());
        assert!(sh("sleep 30 & exec >&- 2>&-; sleep 30", limit).timed_out());
        assert!(sh("kill -ALRM $$", Duration::from_secs(5)).timed_out());
        assert!(sh("sh -c 'kill -ALRM $$'; exit $?", Duration::from_secs(5)).timed_out());
        assert!(sh("sh -c 'kill -KILL $$'; exit $?", Duration::from_secs(5)).was_killed());
    }

    #[test]
    fn a_line_without_an_end_is_cut() {
        let (sender, receiver) = mpsc::channel();
        send_lines(BufReader::new(io::repeat(b'x')), &sender, 3_000_000);
        drop(sender);
        assert_eq!(receiver.iter().map(|line| line.len()).collect::<Vec<_>>(), [3_000_000]);
    }

    #[test]
    fn endless_error_messages_are_kept_in_part() {
        let finished = sh("yes >&2 & sleep 0.5; kill $!; exit 3", Duration::from_secs(10));
        assert!(finished.stderr.len() <= ERRORS_MAX && finished.stderr.starts_with("y\ny\n"));
    }

    #[test]
    fn both_streams_are_read_whole() {
        let finished =
            sh("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; exit 3", Duration::from_secs(10));
        assert_eq!((finished.stdout.len(), finished.stderr.len()), (300_000, 300_000));
        assert!(!finished.succeeded() && !finished.timed_out());
    }
}
