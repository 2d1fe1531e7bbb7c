//! Sentences on narrow terminals.

/// How much more than its first line the others of a sentence are indented.
const HANGING: usize = 4;
/// Below this width nothing is wrapped.
const NARROWEST: usize = 20;

/// The lines of a sentence, each of at most so many columns where its words allow it. Without a width, and for other
/// programs than a terminal, it is one line.
pub(super) fn wrapped(line: &str, width: Option<u16>) -> Vec<String> {
    let Some(width) = width.map(usize::from).filter(|width| *width >= NARROWEST) else {
        return vec![line.to_owned()];
    };
    let indent = line.len() - line.trim_start_matches(' ').len();
    let hanging = " ".repeat(indent + HANGING);
    let mut lines = vec![" ".repeat(indent)];
    let mut has_word = false;
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let last = lines.len() - 1;
        let needed = usize::from(has_word) + word.chars().count();
        if has_word && lines[last].chars().count() + needed > width {
            lines.push(format!("{hanging}{word}"));
        } else {
            let space = if has_word { " " } else { "" };
            lines[last] += &format!("{space}{word}");
        }
        has_word = true;
    }
    lines
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
    fn on_the_narrowest_terminals_nothing_is_wrapped() {
        assert_eq!(wrapped("a query to 10.0.0.1", Some(10)).len(), 1);
    }
}
