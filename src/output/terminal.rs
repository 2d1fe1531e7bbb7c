//! A terminal's width.

use std::os::fd::AsFd;
use std::{env, io};

use terminal_size::{Width, terminal_size_of};

/// The width in columns of the terminal of standard output, else the value of `COLUMNS`. A terminal on a serial line
/// does not know its width.
pub(super) fn width() -> Option<u16> {
    width_of(io::stdout())
}

/// As [`width`], of the terminal of standard error.
pub(super) fn stderr_width() -> Option<u16> {
    width_of(io::stderr())
}

fn width_of(stream: impl AsFd) -> Option<u16> {
    let terminal = terminal_size_of(stream).map(|(Width(width), _)| width);
    terminal.or_else(|| env::var("COLUMNS").ok()?.parse().ok())
}
