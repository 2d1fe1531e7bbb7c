//! Fields that several formats have: an address, the names of a host, a time to live.

use std::net::IpAddr;

use crate::model::address;
use crate::model::host::Names;
use crate::plan::import::{BadLine, Note};

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
