//! What can go wrong, as the operator sees it: a kind, a sentence, and what to type next.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// The exit code of a command that found what it looks for: a fault, or something to do.
pub const FOUND: u8 = 4;
/// The exit code of a command that could not look.
pub const NOT_CHECKED: u8 = 3;

/// The kinds of failure. Each has one exit code and one stable name in the JSON output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A value breaks a rule. Nothing was changed.
    InvalidInput,
    /// A named thing does not exist.
    NotFound,
    /// A name matches more than one thing.
    Ambiguous,
    /// The request contradicts what is stored.
    Conflict,
    /// Another writer was faster.
    LostRace,
    /// The change needs a `yes` that was not given.
    NeedsConfirmation,
    /// OVN understood the request and turned it down.
    Rejected,
    /// There is no ovn-nbctl to run.
    NoSuchBinary,
    /// The database cannot be reached.
    Unreachable,
    /// The database may not be used by this user.
    Permission,
    /// No answer in time.
    Timeout,
    /// ovn-nbctl answered something that cannot be understood.
    Garbage,
    /// A file or stream of this machine could not be read or written.
    Io,
}

impl Kind {
    pub const ALL: [Kind; 13] = [
        Kind::InvalidInput,
        Kind::NotFound,
        Kind::Ambiguous,
        Kind::Conflict,
        Kind::LostRace,
        Kind::NeedsConfirmation,
        Kind::Rejected,
        Kind::NoSuchBinary,
        Kind::Unreachable,
        Kind::Permission,
        Kind::Timeout,
        Kind::Garbage,
        Kind::Io,
    ];

    /// The stable name, as `error.kind` in the JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Kind::InvalidInput => "invalid-input",
            Kind::NotFound => "not-found",
            Kind::Ambiguous => "ambiguous",
            Kind::Conflict => "conflict",
            Kind::LostRace => "lost-race",
            Kind::NeedsConfirmation => "needs-confirmation",
            Kind::Rejected => "rejected",
            Kind::NoSuchBinary => "no-such-binary",
            Kind::Unreachable => "unreachable",
            Kind::Permission => "permission",
            Kind::Timeout => "timeout",
            Kind::Garbage => "garbage",
            Kind::Io => "io",
        }
    }

    /// The process's exit code: 1 refused or failed, 2 invalid input, 3 OVN cannot be reached.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::InvalidInput => 2,
            Kind::NotFound
            | Kind::Ambiguous
            | Kind::Conflict
            | Kind::LostRace
            | Kind::NeedsConfirmation
            | Kind::Rejected
            | Kind::Io => 1,
            Kind::NoSuchBinary | Kind::Unreachable | Kind::Permission | Kind::Timeout | Kind::Garbage => 3,
        }
    }
}

/// A failure: its kind, what happened, what to do next, and what lies beneath.
#[derive(Debug)]
pub struct Error {
    /// The kind, which decides the exit code.
    pub kind: Kind,
    /// One sentence that names the value and the rule.
    pub message: String,
    /// A list that belongs to the message, each item printed on a line of its own.
    pub details: Vec<String>,
    /// What to type or change next, each printed on a line of its own.
    pub hints: Vec<String>,
    pub(crate) source: Option<anyhow::Error>,
}

impl Error {
    /// A failure of the given kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), details: Vec::new(), hints: Vec::new(), source: None }
    }

    /// A value that breaks a rule.
    pub fn invalid(message: impl Into<String>) -> Self {
        Error::new(Kind::InvalidInput, message)
    }

    /// A request that contradicts what is stored.
    pub fn conflict(message: impl Into<String>) -> Self {
        Error::new(Kind::Conflict, message)
    }

    /// A thing that does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Error::new(Kind::NotFound, message)
    }

    /// The same failure with a list that belongs to its message.
    #[must_use]
    pub fn details(mut self, details: Vec<String>) -> Self {
        self.details = details;
        self
    }

    /// The same failure with one more way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same failure with the error that led to it; its own causes come along.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.source = Some(cause.into());
        self
    }

    /// The same failure with what a program said. An empty text says nothing.
    #[must_use]
    pub fn said(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.source = Some(anyhow::Error::msg(text));
        }
        self
    }

    /// The sentences of all causes, the nearest first.
    pub fn causes(&self) -> Vec<String> {
        self.source.iter().flat_map(anyhow::Error::chain).map(ToString::to_string).collect()
    }

    /// The message and the hints, for where there is one line.
    pub fn in_one_line(&self) -> String {
        let hints = self.hints.iter().map(String::as_str);
        std::iter::once(self.message.as_str()).chain(hints).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}

/// A result whose failure the operator will read.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }

    #[test]
    fn every_hint_and_every_cause_is_kept() {
        let inner = Error::new(Kind::Io, "the disk is full").said("errno 28");
        let error = Error::conflict("no zone").hint("make one").hint("or look").cause(inner);
        assert_eq!(error.hints, ["make one", "or look"]);
        assert_eq!(error.causes(), ["the disk is full", "errno 28"]);
        assert_eq!(error.in_one_line(), "no zone; make one; or look");
    }
}
