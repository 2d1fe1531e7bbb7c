//! The lines of a file that cannot be imported, and the message that names them.

use std::collections::HashSet;

use crate::error::{Error, Kind};
use crate::model::name::{Domain, HostArg};
use crate::model::printable::escaped;
use crate::model::shell::CommandLine;

/// The most lines that are reported with their reasons; the others are reported with their numbers.
pub const REASONS: usize = 1000;
/// The most runs of line numbers that are reported.
const RUNS: usize = 1000;
/// The longest text of one line, in characters. A file may hold anything.
const TEXT_MAX: usize = 400;

/// A line that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
    /// What to write instead, where that is known.
    pub hints: Vec<String>,
    /// Whether it is valid, but OVN cannot serve it.
    pub unserved: bool,
    /// Whether it is valid, but contradicts the zone.
    pub conflict: bool,
}

impl BadLine {
    /// A bad line.
    pub fn new(line: usize, reason: impl Into<String>) -> Self {
        BadLine { line, reason: reason.into(), hints: Vec::new(), unserved: false, conflict: false }
    }

    /// The same line with one more hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same line as one that OVN cannot serve.
    #[must_use]
    pub fn unserved(mut self) -> Self {
        self.unserved = true;
        self
    }

    fn detail(&self, file: &str) -> String {
        let detail = format!("{file}:{}: {}", self.line, shown(&self.reason));
        if self.hints.is_empty() { detail } else { format!("{detail} ({})", self.hints.join("; ")) }
    }

    /// A line that was understood and refused.
    pub fn of(line: usize, error: Error) -> Self {
        let conflict = error.kind == Kind::Conflict;
        // The import has its own hint for conflicts, once for all lines.
        let hints = if conflict { Vec::new() } else { error.hints };
        BadLine { line, reason: error.message, hints, unserved: false, conflict }
    }
}

/// A text as one line of printable characters; at most [`TEXT_MAX`] characters of it.
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => format!("{}…", escaped(&text[..end])),
        None => escaped(text).into_owned(),
    }
}

/// All bad lines of a file, as one refusal; `names` are those of the file, with their lines.
pub fn refusal(
    mut bad: Vec<BadLine>,
    file: &str,
    switch: &str,
    domain: &Domain,
    has_zone: bool,
    names: &[(usize, &str)],
) -> Error {
    bad.sort_by_key(|bad| bad.line);
    let conflicts = bad.iter().filter(|bad| bad.conflict).count();
    let kind = if conflicts == bad.len() { Kind::Conflict } else { Kind::InvalidInput };
    let error = error(kind, &bad, file);
    if kind == Kind::Conflict {
        error.hint("--replace lets the file win over the zone, but not over rows of other programs")
    } else if bad.iter().all(|bad| bad.unserved) {
        error.hint("--skip-unserved imports the rest")
    } else if let Some(usual) = Domain::of_most(names.iter().map(|(_, name)| *name))
        && have_another_domain(&bad, names, domain)
    {
        let verb = if has_zone { "set" } else { "create" };
        let line = CommandLine::qdns(["zone", verb]).value(switch).option("--domain").option(usual);
        error.hint(if has_zone {
            format!("a zone has one domain; to give this one the file's, with all of its hosts: {line}")
        } else {
            format!("a zone has one domain; to make one with the file's: {line}")
        })
    } else {
        error
    }
}

/// Whether each bad line has a name of another domain.
fn have_another_domain(bad: &[BadLine], names: &[(usize, &str)], domain: &Domain) -> bool {
    let is_other = |name: &str| HostArg::parse(name).is_ok_and(|host| host.under(domain).is_err());
    let others = names.iter().filter(|(_, name)| is_other(name));
    let lines: HashSet<usize> = others.map(|(line, _)| *line).collect();
    bad.iter().all(|bad| lines.contains(&bad.line))
}

/// The error that names bad lines, which are in their order.
pub fn error(kind: Kind, bad: &[BadLine], file: &str) -> Error {
    let count = match bad.len() {
        1 => "1 line".to_owned(),
        n => format!("{n} lines"),
    };
    let message = format!("{count} of {file} cannot be imported; nothing was changed");
    Error::new(kind, message).details(details(bad, file))
}

fn details(bad: &[BadLine], file: &str) -> Vec<String> {
    let (named, numbered) = bad.split_at(bad.len().min(REASONS));
    let runs = runs(numbered.iter().map(|bad| bad.line));
    let rest = (!runs.is_empty()).then(|| format!("{file}: and lines {}", runs.join(", ")));
    named.iter().map(|bad| bad.detail(file)).chain(rest).collect()
}

/// Line numbers; consecutive ones as `FIRST-LAST`.
fn runs(lines: impl Iterator<Item = usize>) -> Vec<String> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some((_, last)) if line <= *last + 1 => *last = line,
            _ => runs.push((line, line)),
        }
    }
    let more = runs.len().saturating_sub(RUNS);
    let rest = (more > 0).then(|| format!("{more} more up to {}", runs.last().map_or(0, |run| run.1)));
    runs.iter().take(RUNS).map(run).chain(rest).collect()
}

fn run((first, last): &(usize, usize)) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message_of(lines: impl Iterator<Item = usize>) -> String {
        let bad: Vec<BadLine> = lines.map(|line| BadLine::new(line, "bad")).collect();
        let error = error(Kind::InvalidInput, &bad, "f");
        [vec![error.message], error.details].concat().join("\n")
    }

    #[test]
    fn every_line_is_named_and_the_list_stays_readable() {
        let all = message_of(1..=1000);
        assert_eq!(all.lines().count(), 1001);
        assert!(all.ends_with("f:1000: bad"));
        let numbered = message_of((1..=200_000).filter(|line| *line != 1500));
        assert_eq!(numbered.lines().count(), 1002);
        assert!(numbered.starts_with("199999 lines of f "));
        assert!(numbered.ends_with("f: and lines 1001-1499, 1501-200000"), "{}", &numbered[17_000..]);
        let scattered = message_of((1..=100_000).map(|n| n * 2));
        assert!(scattered.ends_with("4000, 98000 more up to 200000") && scattered.len() < 30_000);
    }

    #[test]
    fn every_hint_of_a_line_is_shown() {
        let bad = BadLine::new(3, "bad").hint("write this").hint("or that");
        assert_eq!(details(&[bad], "f"), ["f:3: bad (write this; or that)"]);
        let error = Error::invalid("bad").hint("write this").hint("or that");
        assert_eq!(BadLine::of(1, error).hints, ["write this", "or that"]);
    }

    #[test]
    fn a_line_of_a_file_cannot_speak_to_the_terminal_nor_fill_it() {
        assert_eq!(shown("a\u{1b}[31m\r\nb"), "a\\u{1b}[31m\\r\\nb");
        assert_eq!(shown(&"é".repeat(10_000)).chars().count(), TEXT_MAX + 1);
    }
}
