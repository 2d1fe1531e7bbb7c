//! Plain output for scripts: one thing a line, its columns separated by tabs, no header. What is not printable is
//! escaped, and nothing else: a column with a command can be pasted.

use super::page::{Line, Page};

/// Rows of cells as lines.
pub(super) fn lines(rows: impl IntoIterator<Item = Vec<String>>) -> Page {
    rows.into_iter().map(|row| Line::of_cells(&row)).collect()
}
