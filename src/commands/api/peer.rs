//! The user at the other end of the connection.

use std::io::stdin;

use nix::sys::socket::{getsockopt, sockopt};
use nix::unistd::Uid;

/// The user who connected to standard input (unix(7), `SO_PEERCRED`); `None` where it is no Unix socket.
pub fn uid() -> Option<Uid> {
    let credentials = getsockopt(&stdin(), sockopt::PeerCredentials).ok()?;
    // A pipe of the kernel's, and a socket of another family, have no process.
    (credentials.pid() > 0).then(|| Uid::from_raw(credentials.uid()))
}
