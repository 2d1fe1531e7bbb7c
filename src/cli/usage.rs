//! A command line that is not run: it is wrong, or it asks for help or for the version.

use std::ffi::OsString;

use clap::error::ErrorKind;

use crate::error::Error;
use crate::model::printable::{escaped, is_printable};
use crate::output::{Format, Printer, note};

/// Why a command line is not run.
#[derive(Debug)]
pub struct Usage {
    error: clap::Error,
    wants_json: bool,
}

impl Usage {
    /// `parse` refuses words. The options are not parsed, so the words themselves are searched for `-o json`.
    pub(super) fn new(
        error: clap::Error,
        words: &[OsString],
        parse: impl Fn(Vec<String>) -> Option<clap::Error>,
    ) -> Self {
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        // clap repeats words in its message, so it gets them again in printable characters.
        let is_shown = words.iter().all(|word| word.chars().all(is_printable));
        let shown = || words.iter().map(|word| escaped(word).into_owned()).collect();
        let error = if is_shown { error } else { parse(shown()).unwrap_or(error) };
        let wants_json =
            words.windows(2).any(|pair| matches!(&*pair[0], "-o" | "--output") && pair[1] == "json")
                || words.iter().any(|word| matches!(&**word, "-ojson" | "-o=json" | "--output=json"));
        Usage { error, wants_json }
    }

    /// Prints the help or the error, and returns the exit code.
    pub fn print(&self) -> u8 {
        if self.wants_json && !self.asks_for_help() {
            let text = self.error.to_string();
            let message = text.trim().strip_prefix("error: ").unwrap_or(text.trim());
            Printer { format: Format::Json, quiet: false }.fail(&Error::invalid(message));
        } else if self.error.to_string().lines().all(|line| line.chars().all(is_printable)) {
            // If the stream is closed, no one can read the text.
            let _ = self.error.print();
        } else {
            note(self.error.to_string());
        }
        u8::try_from(self.error.exit_code()).unwrap_or(2)
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
