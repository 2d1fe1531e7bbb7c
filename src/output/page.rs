//! Text for a terminal, made of lines. Whatever enters a line is escaped whole; styles and line ends are added
//! after, so that no value can print a style or a line of its own.

use std::borrow::Cow;

use anstyle::AnsiColor;

use super::wrap::{has_command, wrapped};
use crate::model::printable::escaped;

/// One line of printable characters, and of styles that [`Line::styled`] added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(String);

impl Line {
    /// The line with more text. Of a text that no command line could hold, only the beginning is shown.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.0.push_str(&escaped(&shortened(text)));
        self
    }

    /// The line with a word in bold and a colour; a stream without colours takes both away.
    #[must_use]
    pub(super) fn styled(mut self, word: &str, color: AnsiColor) -> Self {
        let style = anstyle::Style::new().bold().fg_color(Some(color.into()));
        self.0 += &format!("{style}{}{style:#}", escaped(word));
        self
    }

    /// The line with a heading in bold, in the colour of the terminal's text, which any background shows.
    #[must_use]
    pub(super) fn bold(mut self, heading: &str) -> Self {
        let style = anstyle::Style::new().bold();
        self.0 += &format!("{style}{}{style:#}", escaped(heading));
        self
    }

    /// The line that follows an indent.
    #[must_use]
    pub(super) fn indented(self, indent: &str) -> Self {
        // It may be the name of a switch.
        Line(Line::from(indent).0 + &self.0)
    }

    /// The line with styles, without a line end.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Cells with tabs between them.
    pub(super) fn of_cells(cells: &[String]) -> Self {
        Line(cells.iter().map(|cell| escaped(cell)).collect::<Vec<_>>().join("\t"))
    }
}

/// The longest text that is shown whole, in bytes; a word of a command line is not longer (execve(2)).
const TEXT_MAX: usize = 128 * 1024;
/// How much of a longer text is shown, in characters.
const BEGINNING: usize = 1000;

/// A text, or the beginning of one that is too long for a person, with its length.
pub(super) fn shortened(text: &str) -> Cow<'_, str> {
    if text.len() <= TEXT_MAX {
        return Cow::Borrowed(text);
    }
    let beginning: String = text.chars().take(BEGINNING).collect();
    Cow::Owned(format!("{beginning}… ({} bytes)", text.len()))
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Line::default().text(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Line::from(text.as_str())
    }
}

/// Lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page(String);

impl Page {
    /// Adds a line.
    pub fn push(&mut self, line: impl Into<Line>) {
        self.0.push_str(&line.into().0);
        self.0.push('\n');
    }

    /// Adds a sentence, on as many lines as a terminal of this width needs for whole words.
    pub(super) fn push_sentence(&mut self, sentence: impl Into<Line>, width: Option<u16>) {
        wrapped(&sentence.into().0, width).into_iter().for_each(|line| self.push(Line(line)));
    }

    /// As [`Page::push_sentence`]; a sentence with a command line stays one line, so that it can be pasted.
    pub(super) fn push_advice(&mut self, sentence: impl Into<Line>, width: Option<u16>) {
        let line = sentence.into();
        let width = width.filter(|_| !has_command(line.as_str()));
        self.push_sentence(line, width);
    }

    /// The page for a terminal of this width: no word is broken, and command lines stay whole.
    #[must_use]
    pub(super) fn fitted(&self, width: Option<u16>) -> Page {
        let mut page = Page::default();
        self.0.lines().for_each(|line| page.push_advice(Line(line.to_owned()), width));
        page
    }

    /// Adds another page's lines.
    pub fn append(&mut self, page: &Page) {
        self.0.push_str(&page.0);
    }

    /// The lines of a text that has line ends and tabs of its own: a script, a file, an explanation.
    pub(super) fn of_text(text: &str) -> Self {
        let cells = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
        text.lines().map(|line| Line::of_cells(&cells(line))).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text with line ends and with styles.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<L: Into<Line>> FromIterator<L> for Page {
    fn from_iter<I: IntoIterator<Item = L>>(lines: I) -> Self {
        let mut page = Page::default();
        lines.into_iter().for_each(|line| page.push(line));
        page
    }
}

impl From<Line> for Page {
    fn from(line: Line) -> Self {
        std::iter::once(line).collect()
    }
}

impl From<&str> for Page {
    fn from(line: &str) -> Self {
        Page::from(Line::from(line))
    }
}

impl From<String> for Page {
    fn from(line: String) -> Self {
        Page::from(Line::from(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_no_one_can_read_is_shown_in_part() {
        let long = "é".repeat(TEXT_MAX);
        let shown = Line::from(long);
        assert_eq!(shown.as_str(), format!("{}… (262144 bytes)", "é".repeat(BEGINNING)));
        let whole = "x".repeat(TEXT_MAX);
        assert_eq!(Line::from(whole.as_str()).as_str(), whole);
    }

    #[test]
    fn a_value_ends_no_line_and_has_no_style() {
        let page =
            Page::from(Line::default().styled("error:", AnsiColor::Red).text(" x\n\u{1b}[0m\tfix:\u{202e}"));
        let styled = "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m";
        assert_eq!(page.as_str(), format!("{styled} x\\n\\u{{1b}}[0m\\tfix:\\u{{202e}}\n"));
        assert_eq!(Page::of_text("a\tb\r\nc\u{9b}").as_str(), "a\tb\nc\\u{9b}\n");
    }
}
