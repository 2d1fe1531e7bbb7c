//! What hosts(5) and zone files have no field for: it is in a comment, `qdns: static names=fqdn ptr=no`.

use std::net::IpAddr;

use crate::model::host::{HostEntry, Names};
use crate::plan::import::{BadLine, HostLine};

const PREFIX: &str = "qdns:";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Annotation {
    is_static: bool,
    names: Names,
    no_ptr: bool,
    alias_of: Option<String>,
}

impl Annotation {
    /// Whether a comment is one that qdns writes.
    pub(super) fn is_of_qdns(comment: &str) -> bool {
        comment.trim_start().starts_with(PREFIX)
    }

    /// Reads the comment of a line. A comment without the prefix is an empty annotation.
    ///
    /// # Errors
    /// A word that is not understood.
    pub(super) fn parse(line: usize, comment: &str) -> Result<Self, BadLine> {
        let mut annotation = Annotation::default();
        let Some(words) = comment.trim_start().strip_prefix(PREFIX) else { return Ok(annotation) };
        for word in words.split_whitespace() {
            match word.split_once('=') {
                None if word == "static" => annotation.is_static = true,
                Some(("ptr", "no")) => annotation.no_ptr = true,
                Some(("alias-of", host)) if !host.is_empty() => annotation.alias_of = Some(host.to_owned()),
                Some(("names", names)) => {
                    annotation.names = Names::parse(names).ok_or_else(|| unknown(line, word))?;
                }
                _ => return Err(unknown(line, word)),
            }
        }
        Ok(annotation)
    }

    /// The comment for one address of a host with its comment sign; empty if there is nothing to say.
    pub(super) fn of(host: &HostEntry, address: IpAddr, sign: char) -> String {
        let mut words = Vec::new();
        if host.is_static {
            words.push("static".to_owned());
        }
        words.extend(host.names.only().map(|names| format!("names={names}")));
        if let Some(of) = &host.alias_of {
            words.push(format!("alias-of={of}"));
        } else if !host.reverse().contains(&address) {
            words.push("ptr=no".to_owned());
        }
        if words.is_empty() {
            return String::new();
        }
        format!("  {sign} {PREFIX} {}", words.join(" "))
    }

    /// The host of one line that has this annotation.
    pub(super) fn host(&self, line: usize, name: &str, address: IpAddr) -> HostLine {
        let host = HostEntry {
            name: name.to_owned(),
            addresses: vec![address],
            reverse: self.no_ptr.then(Vec::new),
            is_static: self.is_static,
            names: self.names,
            alias_of: self.alias_of.clone(),
            port: None,
        };
        HostLine { line, host, home: None }
    }
}

fn unknown(line: usize, word: &str) -> BadLine {
    BadLine::new(line, format!("{word:?} after `{PREFIX}` is not understood"))
        .hint("`static`, `ptr=no`, `names=short`, `names=fqdn` or `alias-of=HOST`, or another comment")
}
