//! Processes that never outlive the test, and what they said.

use std::fs;
use std::io;
use std::process::{Child, Command, Output};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Sender, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

/// What a finished process printed.
pub trait Ran {
    /// Standard output as text.
    fn out(&self) -> String;
    /// Standard error as text.
    fn err(&self) -> String;
    /// Standard output of a process that must have succeeded; panics with everything it said otherwise.
    fn ok(&self) -> String;
}

impl Ran for Output {
    fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    #[track_caller]
    fn ok(&self) -> String {
        assert!(self.status.success(), "{}\nstdout: {}\nstderr: {}", self.status, self.out(), self.err());
        self.out()
    }
}

/// Runs `command` to its end.
pub fn run(command: &mut Command) -> Result<Output> {
    command.output().with_context(|| format!("{command:?}"))
}

/// Runs `command` to its end and returns its standard output; an error, which names the command, if it failed.
pub fn must(command: &mut Command) -> Result<String> {
    let output = run(command)?;
    ensure!(
        output.status.success(),
        "{command:?}\n{}\nstdout: {}\nstderr: {}",
        output.status,
        output.out(),
        output.err()
    );
    Ok(output.out())
}

/// A command that the kernel kills when the thread that started it ends; start it by [`spawn`].
pub fn mortal(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", program]);
    command
}

type Job = (Command, SyncSender<io::Result<Child>>);

/// Starts `command` from a thread that lives as long as the test process.
///
/// The parent-death signal follows the *thread* that forked, and each test has a thread of its own:
/// started from there, whatever several tests share would die with the first of them.
pub fn spawn(command: Command) -> Result<Child> {
    static NURSERY: OnceLock<Sender<Job>> = OnceLock::new();
    let nursery = NURSERY.get_or_init(|| {
        let (sender, jobs) = mpsc::channel::<Job>();
        thread::spawn(move || {
            for (mut command, reply) in jobs {
                // A test that panicked meanwhile does not wait for its answer.
                let _ = reply.send(command.spawn());
            }
        });
        sender
    });
    let shown = format!("{command:?}");
    let (reply, answer) = mpsc::sync_channel(1);
    nursery.send((command, reply)).ok().context("the thread that starts processes has ended")?;
    answer.recv()?.context(shown)
}

/// Asks `ready` again and again for at most `limit`; true as soon as it says so.
pub fn wait_for(limit: Duration, mut ready: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if ready() {
            return true;
        }
        if start.elapsed() > limit {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// The process that `pid` forked; waits for it to appear.
pub fn child_of(pid: u32) -> Option<u32> {
    let list = format!("/proc/{pid}/task/{pid}/children");
    let mut child = None;
    wait_for(Duration::from_secs(5), || {
        match fs::read_to_string(&list) {
            Ok(text) => child = text.split_whitespace().next().and_then(|p| p.parse().ok()),
            Err(_) => return true,
        }
        child.is_some()
    });
    child
}

/// Sends the signal named `name` ("KILL", "STOP", "CONT") to `pid`.
pub fn signal(name: &str, pid: u32) {
    // The process may be gone already: then there is nothing to say.
    let _ = Command::new("sh")
        .args(["-c", "kill -s \"$0\" \"$1\" 2>/dev/null", name])
        .arg(pid.to_string())
        .status();
}
