//! The journal of systemd: whether standard error goes there (systemd.exec(5), `JOURNAL_STREAM`), and the priority of
//! lines (sd-daemon(3)).

use std::env;
use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::sync::OnceLock;

/// The priorities of syslog(3) that qdns uses. A line without one is for information.
#[derive(Clone, Copy)]
pub(super) enum Priority {
    Error = 3,
    Warning = 4,
}

/// Whether what is written to standard error is read by the journal.
pub(super) fn has_stderr() -> bool {
    static IS_JOURNAL: OnceLock<bool> = OnceLock::new();
    *IS_JOURNAL.get_or_init(|| {
        let stream = env::var("JOURNAL_STREAM").unwrap_or_default();
        !stream.is_empty() && identity().is_ok_and(|identity| identity == stream)
    })
}

/// The device and inode number of standard error.
fn identity() -> io::Result<String> {
    let metadata = File::from(io::stderr().as_fd().try_clone_to_owned()?).metadata()?;
    Ok(format!("{}:{}", metadata.dev(), metadata.ino()))
}

pub(super) fn lines(priority: Priority, text: &str) -> String {
    text.lines().map(|line| format!("<{}>{line}\n", priority as u8)).collect()
}
