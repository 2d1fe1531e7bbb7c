//! What is printed: answers on standard output as a table, JSON or plain lines; everything else on
//! standard error. Each answer has a file of its own and each format has one; only this module prints.

pub(crate) mod changes;
pub(crate) mod checks;
pub(crate) mod doctor;
mod failure;
mod fix;
pub(crate) mod forwarders;
mod json;
pub(crate) mod lookup;
mod plain;
mod printer;
mod progress;
pub(crate) mod records;
pub(crate) mod sync;
mod table;
mod terminal;
pub(crate) mod text;
pub(crate) mod zones;

use std::fmt::Debug;

use crate::plan::Plan;
use changes::Changes;
use json::Json;
pub use printer::{Color, Format, Printer, note, set_color};
pub use progress::Progress;

/// What a command found or did. Its serialised form is the document that programs read; those fields stay
/// when the model changes.
pub trait Answer: Json + Debug {
    /// For a person; `width` is the terminal's in columns, where there is a terminal.
    fn table(&self, width: Option<u16>) -> String;

    /// For a script: tab-separated lines without a header.
    fn plain(&self) -> String;

    /// What is worth knowing about the answer. The document has them as a field.
    fn warnings(&self) -> &[String] {
        &[]
    }

    /// Whether the answer only confirms what was asked for.
    fn is_confirmation(&self) -> bool {
        false
    }

    /// Whether the answer is a text, the same in every format.
    fn is_text(&self) -> bool {
        false
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

/// An answer as a person reads it before a question.
pub fn render(answer: &dyn Answer) -> String {
    answer.table(terminal::width()).trim_end().to_owned()
}

/// A plan as a person reads it before a question.
pub fn render_plan(plan: &Plan) -> String {
    render(&Changes::of(plan.clone(), true))
}

/// A word in bold and a colour; a stream without colours takes both away.
fn styled(text: &str, color: anstyle::AnsiColor) -> String {
    let style = anstyle::Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{text}{style:#}")
}
