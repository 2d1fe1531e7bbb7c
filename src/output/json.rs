//! JSON for programs: each answer is one document.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use crate::model::json;

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
        json::write(self, &mut out)?;
        out.write_all(b"\n")?;
        out.flush()
    }
}
