//! What a command gives back: an answer of any kind, which knows each of its forms.

use std::fmt::Debug;

use super::json::Json;
use super::page::Page;

/// What a command found or did. Its serialised form is the document that programs read; those fields stay
/// when the model changes.
pub trait Answer: Json + Debug {
    /// For a person; `width` is the terminal's in columns, where there is a terminal.
    fn table(&self, width: Option<u16>) -> Page;

    /// For a script: tab-separated lines without a header.
    fn plain(&self) -> Page;

    /// What is worth knowing about the answer. The document has them as a field.
    fn warnings(&self) -> &[String] {
        &[]
    }

    /// Whether the answer only confirms what was asked for.
    fn is_confirmation(&self) -> bool {
        false
    }

    /// The answer as a text that is the same in every format.
    fn text(&self) -> Option<&str> {
        None
    }
}

/// What a command gives back to `main`.
#[derive(Debug)]
pub struct Reply {
    /// Goes to standard output.
    pub answer: Box<dyn Answer>,
    /// 0, or a command's own code for "found something" (see its manual page).
    pub exit_code: u8,
}

impl Reply {
    /// Use `Reply::from` where the exit code is 0.
    pub fn new(answer: impl Answer + 'static, exit_code: u8) -> Self {
        Reply { answer: Box::new(answer), exit_code }
    }
}

impl<A: Answer + 'static> From<A> for Reply {
    fn from(answer: A) -> Self {
        Reply::new(answer, 0)
    }
}
