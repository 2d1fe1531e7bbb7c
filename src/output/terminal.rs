//! A terminal: its width, its colours, and the characters that it would obey.

use std::borrow::Cow;
use std::io::{self, IsTerminal};

use anstyle::AnsiColor;

/// A word in bold and a colour; a stream without colours takes both away.
pub(super) fn styled(text: &str, color: AnsiColor) -> String {
    let style = anstyle::Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{text}{style:#}")
}

/// The columns that a table may have: the terminal's, or without one those of `COLUMNS`, or no limit. A
/// terminal of no width, as on a serial line, does not know it.
pub fn width() -> Option<u16> {
    let on_terminal = io::stdout().is_terminal().then(|| comfy_table::Table::new().width()).flatten();
    let wanted = || std::env::var("COLUMNS").ok()?.parse().ok();
    on_terminal.filter(|width| *width > 0).or_else(wanted)
}

/// A text in which every character that a terminal would obey is written out, whatever a row of the
/// database holds: but for line ends, tabs, and the styles of [`styled`].
pub fn harmless(text: &str) -> Cow<'_, str> {
    let mut safe = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_control() && !matches!(c, '\n' | '\t')) {
        let (before, from) = rest.split_at(at);
        safe.push_str(before);
        let style = style_at(from);
        safe.push_str(style);
        let mut from = from[style.len()..].chars();
        if style.is_empty() {
            safe.extend(from.by_ref().take(1).flat_map(char::escape_default));
        }
        rest = from.as_str();
    }
    if safe.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(safe + rest)
}

/// The style that a text begins with: bold, one of the seven colours that are not black, or the end of both
/// (ECMA-48, 8.3.117).
fn style_at(text: &str) -> &str {
    let style = match text.as_bytes() {
        [0x1b, b'[', b'0' | b'1', b'm', ..] => text.get(..4),
        [0x1b, b'[', b'3', b'1'..=b'7', b'm', ..] => text.get(..5),
        _ => None,
    };
    style.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_styles_stay_and_everything_else_is_written_out() {
        let bold = styled("error:", AnsiColor::Red);
        let text = format!("{bold}\ta\nb\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[8mc\r\u{9b}1m");
        let safe = format!("{bold}\ta\nb\\u{{1b}}]0;owned\\u{{7}}\\u{{1b}}[2J\\u{{1b}}[8mc\\r\\u{{9b}}1m");
        assert_eq!(harmless(&text), safe);
        assert!(matches!(harmless("a\tb\n"), Cow::Borrowed(_)));
    }
}
