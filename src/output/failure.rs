//! How a failure is printed: for a person in up to three parts, for a program as JSON.

use anstyle::AnsiColor;
use serde_json::json;

use super::{Format, styled};
use crate::error::Error;

/// A failure as text for standard error.
pub fn render(error: &Error, format: Format) -> String {
    if format == Format::Json {
        let mut body = json!({ "kind": error.kind.name(), "message": error.message });
        if let Some(hint) = &error.hint {
            body["hint"] = json!(hint);
        }
        if let Some(cause) = error.cause.as_ref().filter(|cause| !cause.is_empty()) {
            body["cause"] = json!(cause);
        }
        return json!({ "error": body }).to_string();
    }
    let mut text = format!("{} {}", styled("error:", AnsiColor::Red), error.message);
    if let Some(cause) = error.cause.as_ref().filter(|cause| !cause.is_empty()) {
        text += &format!("\n  {} {cause}", styled("cause:", AnsiColor::Yellow));
    }
    if let Some(hint) = &error.hint {
        text += &format!("\n   {} {hint}", styled("hint:", AnsiColor::Cyan));
    }
    text
}
