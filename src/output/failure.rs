//! How a failure is printed: for a person in up to three parts, for a program as JSON.

use anstyle::AnsiColor;
use serde_json::json;

use super::{Format, styled};
use crate::error::Error;

/// A failure as text for standard error.
pub fn render(error: &Error, format: Format) -> String {
    let causes = error.causes();
    if format == Format::Json {
        let body = json!({
            "kind": error.kind.name(), "message": error.message, "causes": causes, "hints": error.hints,
        });
        return json!({ "error": body }).to_string();
    }
    let mut text = format!("{} {}", styled("error:", AnsiColor::Red), error.message);
    for cause in causes {
        text += &format!("\n  {} {cause}", styled("cause:", AnsiColor::Yellow));
    }
    for hint in &error.hints {
        text += &format!("\n   {} {hint}", styled("hint:", AnsiColor::Cyan));
    }
    text
}
