//! A terminal's width.

use std::{env, io};

use terminal_size::{Width, terminal_size_of};

/// The terminal's width in columns, else the value of `COLUMNS`. A terminal on a serial line does not know its
/// width.
pub(super) fn width() -> Option<u16> {
    let terminal = terminal_size_of(io::stdout()).map(|(Width(width), _)| width);
    terminal.or_else(|| env::var("COLUMNS").ok()?.parse().ok())
}
