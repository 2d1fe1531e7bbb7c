//! What several formats have: an address, the names of a host, a time to live, and the end of a hopeless file.

use std::net::IpAddr;

use crate::model::address;
use crate::model::host::Names;
use crate::plan::import::{BadLine, Note, Parsed};

/// The most bad lines, and the most notes, that are kept of a file. Each takes some 300 bytes.
const LINES_MAX: usize = 200_000;

/// Whether the rest of a file is not read, because too many of its lines hold no host.
pub(super) fn stops(parsed: &mut Parsed) -> bool {
    if parsed.notes.len() >= LINES_MAX && parsed.bad.is_empty() {
        let line = parsed.notes.last().map_or(1, |note| note.line);
        parsed.bad.push(BadLine::new(line, format!("{LINES_MAX} lines before it hold no host")));
    }
    parsed.notes.len() >= LINES_MAX || parsed.bad.len() >= LINES_MAX
}

/// # Errors
/// A bad line, as [`address::parse`].
pub(super) fn address_at(line: usize, text: &str) -> Result<IpAddr, BadLine> {
    address::parse(text).map_err(|error| BadLine::of(line, error))
}

/// # Errors
/// A bad line if the text is none of `both`, `short` and `fqdn`.
pub(super) fn names_at(line: usize, text: &str) -> Result<Names, BadLine> {
    Names::parse(text).ok_or_else(|| {
        BadLine::new(line, format!("names {text:?} is refused")).hint("use `both`, `short` or `fqdn`")
    })
}

/// Notes a time to live that is not OVN's, once for a file.
pub(super) fn ttl_note(notes: &mut Vec<Note>, line: usize, ttl: &str) {
    const RULE: &str = "OVN answers with 3600 s, whatever a file says";
    if ttl != "3600" && !notes.iter().any(|note| note.text.ends_with(RULE)) {
        // The first place: the next line finds it at once.
        notes.insert(0, Note { line, text: format!("a time to live of {ttl} is left out: {RULE}") });
    }
}
