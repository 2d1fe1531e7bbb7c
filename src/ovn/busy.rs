//! Connects again where a server has no room for one more connection.
//!
//! ovsdb-server lets 64 clients wait at its Unix socket. connect(2) then fails with EAGAIN, and OVN's clients, which report
//! a protocol error, give up. They have sent nothing.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use super::process::{Finished, is_stopping};

/// The first pause; each is twice as long as the one before, up to the longest.
const PAUSE: Duration = Duration::from_millis(10);
const PAUSE_MAX: Duration = Duration::from_millis(160);

/// Runs a client, again and again for at most `limit` while the server has no room.
///
/// # Errors
/// As `run`.
pub(super) fn until_connected(
    limit: Duration,
    mut run: impl FnMut() -> io::Result<Finished>,
) -> io::Result<Finished> {
    let deadline = Instant::now() + limit;
    let mut pause = PAUSE;
    loop {
        let finished = run()?;
        if !had_no_room(&finished) || Instant::now() + pause > deadline || is_stopping() {
            return Ok(finished);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

fn had_no_room(finished: &Finished) -> bool {
    let said = &finished.stderr;
    !finished.succeeded() && said.contains("unix:") && said.contains("(Protocol error)")
}
