//! JSON in printable characters: what else a string holds is written as `\uXXXX`, so that a document can be shown on
//! a terminal.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::printable::is_printable;

/// Writes a document while it is made.
///
/// # Errors
/// As writing to `out`.
pub fn write(value: &(impl Serialize + ?Sized), out: impl Write) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, Escaping))?)
}

/// A document without line ends. Only its strings can hold characters that are not printable.
pub fn escaped(document: &str) -> String {
    let mut escaped = String::with_capacity(document.len());
    for c in document.chars() {
        if is_printable(c) {
            escaped.push(c);
        } else {
            escaped.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    escaped
}

/// As [`serde_json::ser::CompactFormatter`], with more escapes: RFC 8259 asks for those of the C0 controls only.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.chars().all(is_printable) {
            out.write_all(fragment.as_bytes())
        } else {
            out.write_all(escaped(fragment).as_bytes())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_read_back() {
        let value = "é\u{1b}\u{7f}\u{9b}\u{200b}\u{202e}\u{2028}\u{e0041}\"\\数";
        let document = r#""é\u001b\u007f\u009b\u200b\u202e\u2028\udb40\udc41\"\\数""#;
        let mut written = Vec::new();
        write(value, &mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), document);
        assert_eq!(escaped(&serde_json::to_string(value).unwrap()), document);
        assert_eq!(serde_json::from_str::<String>(document).unwrap(), value);
    }
}
