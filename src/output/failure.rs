//! How a failure is printed: for a person line by line, for a program as JSON.

use anstyle::AnsiColor;
use serde_json::{Value, json};

use super::page::{Line, Page};
use crate::error::Error;

/// For a person.
pub(super) fn page(error: &Error) -> Page {
    let mut page =
        Page::from(Line::default().styled("error:", AnsiColor::Red).text(" ").text(&error.message));
    error.details.iter().for_each(|detail| page.push(detail.as_str()));
    // A program may say several lines.
    for cause in error.causes().iter().flat_map(|cause| cause.lines()) {
        page.push(Line::default().text("  ").styled("cause:", AnsiColor::Yellow).text(" ").text(cause));
    }
    for hint in &error.hints {
        page.push(Line::default().text("   ").styled("hint:", AnsiColor::Cyan).text(" ").text(hint));
    }
    page
}

/// For a program.
pub(super) fn document(error: &Error) -> Value {
    let mut body = json!({
        "kind": error.kind.name(), "message": error.message, "causes": error.causes(), "hints": error.hints,
    });
    if !error.details.is_empty() {
        body["details"] = json!(error.details);
    }
    json!({ "error": body })
}
