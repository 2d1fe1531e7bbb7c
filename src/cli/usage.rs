//! A command line that is not run: it is wrong, or it asks for help or for the version.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::correction;
use crate::error::Error;
use crate::model::printable::{escaped, is_printable};
use crate::output::{Format, Printer, note, print_styled};

/// Why a command line is not run.
#[derive(Debug)]
pub struct Usage {
    error: clap::Error,
    /// Command lines that work.
    hints: Vec<String>,
    wants_json: bool,
}

impl Usage {
    /// `refused` says why words are refused. The options are not parsed, so the words themselves are searched for
    /// `-o json`.
    pub(super) fn new(
        error: clap::Error,
        words: &[OsString],
        definition: &clap::Command,
        refused: correction::Refused,
    ) -> Self {
        let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        // clap repeats words in its message, so it gets them again in printable characters.
        let is_shown = words.iter().all(|word| word.chars().all(is_printable));
        let shown = || words.iter().map(|word| escaped(word).into_owned()).collect::<Vec<_>>();
        let mut error = if is_shown { error } else { refused(&shown()).unwrap_or(error) };
        let hints = correction::of(&error, &words, definition, refused);
        correction::drop_far_suggestions(&mut error);
        if !hints.is_empty() {
            error.remove(ContextKind::SuggestedArg);
            error.remove(ContextKind::SuggestedSubcommand);
            let tips = hints.iter().map(|hint| StyledStr::from(hint.clone())).collect();
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
        }
        let wants_json =
            words.windows(2).any(|pair| matches!(&*pair[0], "-o" | "--output") && pair[1] == "json")
                || words.iter().any(|word| matches!(&**word, "-ojson" | "-o=json" | "--output=json"));
        Usage { error, hints, wants_json }
    }

    /// Prints the help or the error, and returns the exit code.
    pub fn print(&self) -> u8 {
        if self.wants_json && !self.asks_for_help() {
            Printer { format: Format::Json, quiet: false }.fail(&self.failure());
        } else if self.error.to_string().lines().all(|line| line.chars().all(is_printable)) {
            let text = self.error.render().ansi().to_string();
            if !print_styled(&text, self.error.use_stderr()) {
                // If the stream is closed, no one can read the text.
                let _ = self.error.print();
            }
        } else {
            note(self.error.to_string());
        }
        u8::try_from(self.error.exit_code()).unwrap_or(2)
    }

    /// The first paragraph of clap's message in one line, and its tips.
    fn failure(&self) -> Error {
        let text = self.error.to_string();
        let text = text.trim().strip_prefix("error: ").unwrap_or(text.trim());
        let message = text.split("\n\n").next().unwrap_or(text);
        let message = message.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        let tips = text.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
        let usage = text.lines().filter_map(|line| line.strip_prefix("Usage: "));
        let hints: Vec<&str> = if self.hints.is_empty() {
            tips.chain(usage).collect()
        } else {
            self.hints.iter().map(String::as_str).collect()
        };
        hints.into_iter().fold(Error::invalid(message), |error, hint| error.hint(hint))
    }

    fn asks_for_help(&self) -> bool {
        matches!(
            self.error.kind(),
            ErrorKind::DisplayHelp
                | ErrorKind::DisplayVersion
                | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        )
    }
}
