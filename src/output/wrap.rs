//! Sentences on narrow terminals.

use anstream::adapter::strip_str;

/// How much more than its first line the others of a sentence are indented.
const HANGING: usize = 4;
/// Below this width nothing is wrapped.
const NARROWEST: usize = 20;

/// The programs whose command lines stay whole, so that they can be pasted.
const PROGRAMS: [&str; 7] =
    ["qdns ", "ovn-nbctl ", "ovn-sbctl ", "ovs-vsctl ", "ovs-appctl ", "systemctl ", "openstack "];

/// Whether a person may want to paste some of this text.
pub(super) fn has_command(text: &str) -> bool {
    PROGRAMS.iter().any(|program| text.contains(program))
}

/// The lines of a sentence, each of at most so many columns where its words allow it. Without a width, and for other
/// programs than a terminal, it is one line. Styles take no column.
pub(super) fn wrapped(line: &str, width: Option<u16>) -> Vec<String> {
    let Some(width) = width.map(usize::from).filter(|width| *width >= NARROWEST) else {
        return vec![line.to_owned()];
    };
    if columns(line) <= width {
        return vec![line.to_owned()];
    }
    let indent = line.len() - line.trim_start_matches(' ').len();
    let hanging = " ".repeat(indent + HANGING);
    let mut lines = vec![" ".repeat(indent)];
    // The blanks in front of the next word: a table's columns keep their places as far as the line goes.
    let mut blanks = 0;
    let mut has_word = false;
    for word in line[indent..].split(' ') {
        if word.is_empty() {
            blanks += 1;
            continue;
        }
        let last = lines.len() - 1;
        if has_word && columns(&lines[last]) + blanks + columns(word) > width {
            lines.push(format!("{hanging}{word}"));
        } else {
            lines[last] += &" ".repeat(blanks);
            lines[last] += word;
        }
        (has_word, blanks) = (true, 1);
    }
    lines
}

fn columns(text: &str) -> usize {
    strip_str(text).to_string().chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_fits_is_one_line() {
        assert_eq!(wrapped("  a query to 10.0.0.1", Some(21)), ["  a query to 10.0.0.1"]);
        assert_eq!(wrapped("  a query to 10.0.0.1", None), ["  a query to 10.0.0.1"]);
    }

    #[test]
    fn a_longer_one_goes_on_below_with_more_indent() {
        let lines = ["  a query to 10.0.0.1", "      and to 10.0.0.2"];
        assert_eq!(wrapped("  a query to 10.0.0.1 and to 10.0.0.2", Some(21)), lines);
    }

    #[test]
    fn a_word_that_is_longer_than_the_line_stays_whole() {
        let name = "a-name-that-is-longer-than-the-line.internal";
        assert_eq!(
            wrapped(&format!("A {name}: none"), Some(20)),
            ["A".to_owned(), format!("    {name}:"), "    none".to_owned()]
        );
    }

    #[test]
    fn the_columns_of_a_table_keep_their_places() {
        let row = "net1    internal  172.16.0.53, 172.16.0.54  -";
        assert_eq!(wrapped(row, Some(40)), ["net1    internal  172.16.0.53,", "    172.16.0.54  -"]);
        assert_eq!(wrapped(row, Some(60)), [row]);
    }

    #[test]
    fn a_style_takes_no_column() {
        let line = "\u{1b}[1mwarning:\u{1b}[0m a query to 10.0.0.1";
        assert_eq!(wrapped(line, Some(28)), [line]);
        assert_eq!(wrapped(line, Some(27)).len(), 2);
    }

    #[test]
    fn on_the_narrowest_terminals_nothing_is_wrapped() {
        assert_eq!(wrapped("a query to 10.0.0.1", Some(10)).len(), 1);
    }
}
