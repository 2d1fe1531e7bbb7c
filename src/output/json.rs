//! JSON for programs: each answer is one document. What is not printable is written as `\uXXXX`, so that a document
//! can be shown on a terminal.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use crate::model::printable::is_printable;

/// What can be written as JSON, without its type being known.
pub trait Json {
    /// Writes the document while it is made: a list may have a hundred thousand hosts.
    ///
    /// # Errors
    /// As writing to `out`.
    fn write_json(&self, out: &mut dyn Write) -> io::Result<()>;
}

impl<T: Serialize> Json for T {
    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, out);
        self.serialize(&mut Serializer::with_formatter(&mut out, Escaping))?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

/// As [`CompactFormatter`], with more escapes: RFC 8259 asks for those of the C0 controls only.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| !is_printable(*c)) {
            CompactFormatter.write_string_fragment(out, &rest[..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        CompactFormatter.write_string_fragment(out, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_read_back() {
        let text = "é\u{1b}\u{7f}\u{9b}\u{200b}\u{202e}\u{2028}\u{e0041}\"\\数";
        let mut document = Vec::new();
        text.write_json(&mut document).unwrap();
        let document = String::from_utf8(document).unwrap();
        let escaped = r#""é\u001b\u007f\u009b\u200b\u202e\u2028\udb40\udc41\"\\数""#;
        assert_eq!(document, format!("{escaped}\n"));
        assert_eq!(serde_json::from_str::<String>(&document).unwrap(), text);
    }
}
