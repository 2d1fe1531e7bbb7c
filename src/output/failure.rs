//! How a failure is printed: for a person line by line, for a program as JSON.

use anstyle::AnsiColor;
use serde_json::json;

use super::terminal::styled;
use crate::error::Error;

/// For a person.
pub(super) fn text(error: &Error) -> String {
    let mut text = format!("{} {}", styled("error:", AnsiColor::Red), error.message);
    for cause in error.causes() {
        text += &format!("\n  {} {cause}", styled("cause:", AnsiColor::Yellow));
    }
    for hint in &error.hints {
        text += &format!("\n   {} {hint}", styled("hint:", AnsiColor::Cyan));
    }
    text
}

/// For a program.
pub(super) fn json(error: &Error) -> String {
    let body = json!({
        "kind": error.kind.name(), "message": error.message, "causes": error.causes(), "hints": error.hints,
    });
    json!({ "error": body }).to_string()
}
