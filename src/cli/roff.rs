//! What every page of the manual is made with.

use clap_mangen::roff::{Roff, roman};

/// The day of the release, which every page names.
pub(super) const RELEASED: &str = "2026-11-25";

/// The longest line of a page's source, in bytes. mandoc(1) warns above 80, and counts each character that is not ASCII
/// as its longer escape sequence.
const LINE_MAX: usize = 72;

/// Makes a page pass `mandoc -T lint`: no spaces at line ends, no break next to an empty line, short lines.
pub(super) fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut tidied = String::new();
    let mut literal = false;
    for (index, line) in lines.iter().enumerate() {
        let is_empty = |index: usize| lines.get(index).is_some_and(|line| line.is_empty());
        if *line == ".br" && (is_empty(index + 1) || index.checked_sub(1).is_some_and(is_empty)) {
            continue;
        }
        let line = if line.is_empty() { &".sp" } else { line };
        literal = (literal || *line == ".EX") && *line != ".EE";
        if literal {
            tidied.push_str(line);
            tidied.push('\n');
            continue;
        }
        let mut length = 0;
        for word in line.split(' ') {
            let fits = length == 0 || line.starts_with('.') || length + 1 + word.len() <= LINE_MAX;
            // A line must not begin with a word that looks like a macro.
            if length > 0 && (fits || word.is_empty() || word.starts_with(['.', '\''])) {
                tidied.push(' ');
                length += 1;
            } else if length > 0 {
                tidied.push('\n');
                length = 0;
            }
            tidied.push_str(word);
            length += word.len();
        }
        tidied.push('\n');
    }
    tidied
}

pub(super) fn section(title: &str, paragraphs: &[&str]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    for (index, paragraph) in paragraphs.iter().enumerate() {
        if index > 0 {
            roff.control("PP", []);
        }
        roff.text([roman(*paragraph)]);
    }
    roff
}
