//! How a failure is printed: for a person line by line, for a program as JSON.

use anstyle::AnsiColor;
use schemars::JsonSchema;
use serde::Serialize;

use super::page::{Line, Page};
use crate::error::{Error, Kind};

/// For a person.
pub(super) fn page(error: &Error, width: Option<u16>) -> Page {
    let mut page = Page::default();
    let headline = Line::default().styled("error:", AnsiColor::Red).text(" ").text(&error.message);
    page.push_sentence(headline, width);
    error.details.iter().for_each(|detail| page.push_sentence(detail.as_str(), width));
    // A program may say several lines.
    for cause in error.causes().iter().flat_map(|cause| cause.lines()) {
        let line = Line::default().text("  ").styled("cause:", AnsiColor::Yellow).text(" ").text(cause);
        page.push_sentence(line, width);
    }
    for hint in &error.hints {
        let line = Line::default().text("   ").styled("hint:", AnsiColor::Cyan).text(" ").text(hint);
        page.push_advice(line, width);
    }
    page
}

/// A failure, for a program. It goes to standard error.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Failure {
    /// What went wrong.
    error: Body,
}

#[derive(Debug, JsonSchema, Serialize)]
struct Body {
    /// The kind of the failure. It decides the exit code.
    kind: Kind,
    /// One sentence with the value and the rule.
    message: String,
    /// What led to it, the nearest first: often the words of one of OVN's clients.
    causes: Vec<String>,
    /// What to type or to change next. A hint that is a command works when it is pasted.
    hints: Vec<String>,
    /// The list that belongs to the message, such as the bad lines of a file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<String>,
}

impl Failure {
    pub(super) fn of(error: &Error) -> Self {
        Failure {
            error: Body {
                kind: error.kind,
                message: error.message.clone(),
                causes: error.causes(),
                hints: error.hints.clone(),
                details: error.details.clone(),
            },
        }
    }
}
