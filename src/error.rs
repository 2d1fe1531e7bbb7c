//! What can go wrong, as the operator sees it: a kind, a sentence, and what to type next.

use std::fmt;

/// The kinds of failure. Each has one exit code and one stable name in the JSON output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A failure: what kind, what happened, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The kind, which decides the exit code.
    pub kind: Kind,
    /// One sentence that names the value and the rule.
    pub message: String,
    /// The raw text of the tool that failed, where there is one.
    pub cause: Option<String>,
    /// What to type or change next; printed apart from the message.
    pub hint: Option<String>,
}

impl Error {
    /// A failure of the given kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), cause: None, hint: None }
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

    /// The same failure with the way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same failure with the raw text behind it.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A result whose failure the operator will read.
pub type Result<T> = std::result::Result<T, Error>;
