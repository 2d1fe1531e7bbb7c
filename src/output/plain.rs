//! Plain output for scripts: one thing a line, its columns separated by tabs, no header.

use std::borrow::Cow;

/// Rows of cells as lines.
pub(super) fn lines(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = String::new();
    for row in rows {
        text += &line(&row);
        text.push('\n');
    }
    text
}

/// A row whose last cell is pasted into a shell: quoting has taken the control characters out of it, and its
/// backslashes must stay as they are.
pub(super) fn line_with_command(row: &[String], command: &str) -> String {
    [&line(row), "\t", command, "\n"].concat()
}

fn line(row: &[String]) -> String {
    row.iter().map(|cell| one_line(cell)).collect::<Vec<_>>().join("\t")
}

/// A cell without the characters that would leave its column or that a terminal would obey.
fn one_line(cell: &str) -> Cow<'_, str> {
    let is_special = |c: char| c == '\\' || c.is_control();
    if !cell.contains(is_special) {
        return Cow::Borrowed(cell);
    }
    let mut line = String::new();
    for c in cell.chars() {
        if is_special(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    Cow::Owned(line)
}
