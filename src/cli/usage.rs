//! A command line that is not run: it is wrong, or it asks for help or for the version.

use std::ffi::OsString;

use clap::error::ErrorKind;

use crate::error::Error;
use crate::output::{Format, Printer};

/// Why a command line is not run.
#[derive(Debug)]
pub struct Usage {
    error: clap::Error,
    wants_json: bool,
}

impl Usage {
    /// The options are not parsed, so the words themselves are searched for `-o json`.
    pub(super) fn new(error: clap::Error, words: &[OsString]) -> Self {
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
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
        } else {
            // If the stream is closed, no one can read the text.
            let _ = self.error.print();
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
