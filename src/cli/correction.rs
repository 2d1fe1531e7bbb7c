//! Command lines that were meant instead of a wrong one. Each is parsed before it is proposed.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

use crate::model::nearest::closest;
use crate::model::shell::joined;

/// How many command lines are proposed at most.
const MOST: usize = 3;

/// Options of other tools, and what they are here.
const OPTIONS: &[(&str, &[&str])] = &[
    ("--json", &["-o", "json"]),
    ("--plain", &["-o", "plain"]),
    ("--table", &["-o", "table"]),
    ("--force", &["--yes"]),
    ("--assume-yes", &["--yes"]),
    ("--check", &["--dry-run"]),
    ("--database", &["--db"]),
    ("--host", &["--db"]),
];

/// Options that others have for what is an argument here: the switch, which comes first, and the others where they are.
const SWITCH: &[&str] = &["--switch", "--zone", "--network", "--logical-switch", "--ls", "-s"];
const ARGUMENTS: &[&str] = &["--hostname", "--host", "--name", "--ip", "--address", "--file"];

/// Verbs that take no argument, and the ones that were meant where there is one.
const VERBS: &[(&str, &str)] = &[("ls", "show")];

/// What clap suggests.
const SUGGESTED: &[ContextKind] =
    &[ContextKind::SuggestedValue, ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand];

/// How many words of one line are corrected at most.
const DEPTH: usize = 4;

/// Why words are refused; `None` where they are accepted.
pub(super) type Refused<'a> = &'a dyn Fn(&[String]) -> Option<Error>;

/// The command lines that are like the refused one and are accepted, as they are typed.
pub(super) fn of(error: &Error, words: &[String], root: &Command, refused: Refused) -> Vec<String> {
    let mut lines = Vec::new();
    for line in accepted(error, words, root, refused, DEPTH) {
        let line = format!("qdns {}", joined(&line[1..]));
        if lines.len() < MOST && !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn accepted(
    error: &Error,
    words: &[String],
    root: &Command,
    refused: Refused,
    depth: usize,
) -> Vec<Vec<String>> {
    let candidates = match error.kind() {
        ErrorKind::UnknownArgument => {
            let mut lines = known_option(error, words, root);
            lines.extend(known_place(error, words, root));
            lines
        }
        ErrorKind::InvalidSubcommand => known_command(error, words, root),
        _ => Vec::new(),
    };
    let mut lines = Vec::new();
    for candidate in candidates {
        match refused(&candidate) {
            None => lines.push(candidate),
            Some(error) if depth > 1 => lines.extend(accepted(&error, &candidate, root, refused, depth - 1)),
            Some(_) => {}
        }
    }
    lines
}

/// Takes a suggestion of clap's away that is not similar enough: `--wait` for `--switch`.
pub(super) fn drop_far_suggestions(error: &mut Error) {
    let typed = [ContextKind::InvalidValue, ContextKind::InvalidArg, ContextKind::InvalidSubcommand]
        .into_iter()
        .find_map(|kind| invalid(error, kind));
    let suggested = SUGGESTED.iter().find_map(|kind| error.get(*kind));
    let is_near = match (typed, suggested) {
        (Some(typed), Some(ContextValue::String(name))) => is_near(&typed, std::slice::from_ref(name)),
        (Some(typed), Some(ContextValue::Strings(names))) => is_near(&typed, names),
        _ => false,
    };
    if !is_near {
        let has_one = error.get(ContextKind::SuggestedArg).is_some();
        for kind in SUGGESTED.iter().chain(&[ContextKind::Suggested]) {
            error.remove(*kind);
        }
        // clap's usage has the option that it suggests.
        if has_one {
            error.remove(ContextKind::Usage);
        }
    }
}

fn is_near(typed: &str, names: &[String]) -> bool {
    let name = |word: &str| word.trim_start_matches('-').to_owned();
    let names: Vec<String> = names.iter().map(|word| name(word)).collect();
    closest(&name(typed), names.iter().map(String::as_str)).is_some()
}

fn invalid(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(word) => Some(word.clone()),
        _ => None,
    }
}

/// The line with another option, or with the option's value as an argument.
fn known_option(error: &Error, words: &[String], root: &Command) -> Vec<Vec<String>> {
    let Some(option) = invalid(error, ContextKind::InvalidArg) else { return Vec::new() };
    let is_option = |word: &String| *word == option || word.starts_with(&format!("{option}="));
    let Some(at) = words.iter().position(is_option) else { return Vec::new() };
    let mut without = words.to_vec();
    let (_, value) = match without.remove(at).split_once('=') {
        Some((_, value)) => (false, Some(value.to_owned())),
        None => (true, without.get(at).filter(|word| !word.starts_with('-')).cloned()),
    };
    let replaced = |with: &[&str]| {
        let mut line = without.clone();
        line.splice(at..at, with.iter().map(|word| (*word).to_owned()));
        line
    };
    let mut lines: Vec<Vec<String>> =
        OPTIONS.iter().filter(|(name, _)| *name == option).map(|(_, with)| replaced(with)).collect();
    if let Some(ContextValue::String(suggested)) = error.get(ContextKind::SuggestedArg)
        && is_near(&option, std::slice::from_ref(suggested))
    {
        lines.push(replaced(&[suggested]));
    }
    let Some(value) = value else { return lines };
    if words[at] == option {
        without.remove(at);
    }
    if SWITCH.contains(&option.as_str()) {
        let mut line = without.clone();
        line.insert(verb_end(&without, root), value);
        lines.push(line);
    } else if ARGUMENTS.contains(&option.as_str()) {
        let mut line = without.clone();
        line.insert(at, value);
        lines.push(line);
    } else if option == "--format" {
        let mut line = without.clone();
        line.splice(at..at, ["-o".to_owned(), value]);
        lines.push(line);
    }
    lines
}

/// The line with a word too many as the value of an option of the command, or with another verb.
fn known_place(error: &Error, words: &[String], root: &Command) -> Vec<Vec<String>> {
    let Some(word) = invalid(error, ContextKind::InvalidArg).filter(|word| !word.starts_with('-')) else {
        return Vec::new();
    };
    let Some(at) = words.iter().position(|other| *other == word) else { return Vec::new() };
    let replaced = |at: usize, with: &[&str]| {
        let mut line = words.to_vec();
        line.splice(at..=at, with.iter().map(|word| (*word).to_owned()));
        line
    };
    let end = verb_end(words, root);
    let command = words[1..end].iter().try_fold(root, |command, word| command.find_subcommand(word));
    let options = command.into_iter().flat_map(Command::get_opts).filter(|option| !option.is_global_set());
    let valued = options.filter(|option| option.get_action().takes_values());
    let lines =
        valued.filter_map(clap::Arg::get_long).map(|name| replaced(at, &[&format!("--{name}"), &word]));
    let verbs = VERBS.iter().filter(|(typed, _)| words[end - 1] == *typed);
    lines.chain(verbs.map(|(_, meant)| replaced(end - 1, &[meant]))).collect()
}

/// Where the words that name the command end.
fn verb_end(words: &[String], root: &Command) -> usize {
    let mut command = root;
    let mut end = 1;
    for (index, word) in words.iter().enumerate().skip(1) {
        if let Some(found) = command.find_subcommand(word) {
            command = found;
            end = index + 1;
        }
    }
    end
}

/// The line with a similar command, or with the noun before a verb.
fn known_command(error: &Error, words: &[String], root: &Command) -> Vec<Vec<String>> {
    let Some(typed) = invalid(error, ContextKind::InvalidSubcommand) else { return Vec::new() };
    let Some(at) = words.iter().position(|word| *word == typed) else { return Vec::new() };
    let parent =
        words[1..at].iter().try_fold(root, |command, word| command.find_subcommand(word)).unwrap_or(root);
    let with = |new: &[&str]| {
        let mut line = words.to_vec();
        line.splice(at..=at, new.iter().map(|word| (*word).to_owned()));
        line
    };
    let names = parent.get_subcommands().filter(|command| !command.is_hide_set()).map(Command::get_name);
    let near = closest(&typed, names).map(|name| with(&[name]));
    let nouns = parent.get_subcommands().filter(|noun| noun.find_subcommand(&typed).is_some());
    near.into_iter().chain(nouns.map(|noun| with(&[noun.get_name(), &typed]))).collect()
}
