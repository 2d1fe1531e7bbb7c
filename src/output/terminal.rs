//! A terminal: its width, its colours, and the characters that it would obey.

use std::borrow::Cow;
use std::{env, io};

use anstyle::AnsiColor;
use terminal_size::{Width, terminal_size_of};

/// A word in bold and a colour; a stream without colours takes both away.
pub(super) fn styled(text: &str, color: AnsiColor) -> String {
    let style = anstyle::Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{text}{style:#}")
}

/// The terminal's width in columns, else the value of `COLUMNS`. A terminal on a serial line does not know its
/// width.
pub(super) fn width() -> Option<u16> {
    let terminal = terminal_size_of(io::stdout()).map(|(Width(width), _)| width);
    terminal.or_else(|| env::var("COLUMNS").ok()?.parse().ok())
}

/// A text without the control characters that a terminal would obey: they are escaped, except line ends, tabs
/// and the styles of [`styled`].
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
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
