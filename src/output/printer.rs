//! Decides what goes to standard output, what to standard error, in which format and in which colours.

use std::io::{self, IsTerminal, Write};

use anstyle::AnsiColor;
use clap::ValueEnum;

use super::answer::Answer;
use super::changes::Changes;
use super::failure::{self, Failure};
use super::journal::{self, Priority};
use super::json::Json;
use super::page::{Line, Page};
use super::progress::Progress;
use super::terminal;
use super::wrap::wrapped;
use crate::error::Error;
use crate::plan::Plan;

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: as wide as the terminal
    #[default]
    Table,
    /// For people: all columns, however wide
    Wide,
    /// For programs: one document
    Json,
    /// For scripts: tab-separated lines without a header
    Plain,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The way to both streams, as the command line asked for it.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    /// `-o`; it also decides how failures are printed.
    pub format: Format,
    /// `--quiet`: no warnings, no confirmations, no progress.
    pub quiet: bool,
}

impl Printer {
    /// Prints an answer after its warnings. A reader that has gone away is no error.
    ///
    /// # Errors
    /// As writing to standard output.
    pub fn print(self, answer: &dyn Answer) -> io::Result<()> {
        // A JSON document has the warnings as a field.
        if self.format != Format::Json {
            answer.warnings().iter().for_each(|warning| self.warn(warning));
        }
        let written = match (answer.text(), self.format) {
            (Some(text), _) if !io::stdout().is_terminal() => io::stdout().lock().write_all(text.as_bytes()),
            (Some(_), _) | (None, Format::Plain) => write(&answer.plain()),
            (None, Format::Json) => answer.write_json(&mut io::stdout().lock()),
            (None, Format::Table | Format::Wide) if self.quiet && answer.is_confirmation() => Ok(()),
            (None, Format::Table) => write(&table(answer)),
            (None, Format::Wide) => write(&answer.table(None)),
        };
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Prints a warning on standard error.
    pub fn warn(self, warning: &str) {
        if !self.quiet {
            let line = Line::default().styled("warning:", AnsiColor::Yellow).text(" ").text(warning);
            let mut page = Page::default();
            page.push_advice(line, report_width());
            report(Priority::Warning, page);
        }
    }

    /// Prints a failure on standard error.
    pub fn fail(self, error: &Error) {
        if self.format == Format::Json {
            // If standard error is closed, there is no other place for it.
            let _ = Failure::of(error).write_json(&mut io::stderr().lock());
        } else {
            report(Priority::Error, failure::page(error, report_width()));
        }
    }

    /// A bar that shows how many of `unit` are done.
    pub fn progress(self, unit: &str) -> Progress {
        Progress::bar(self.is_watched(), unit)
    }

    /// A sign of life during work of unknown length.
    pub fn spinner(self, message: &'static str) -> Progress {
        Progress::spinner(self.is_watched(), message)
    }

    /// Says something that is worth knowing to a person who watches.
    pub fn remark(self, line: &str) {
        if self.is_watched() {
            let mut page = Page::default();
            page.push_advice(format!("note: {line}"), terminal::stderr_width());
            note(page);
        }
    }

    /// Whether a person watches and reads tables: progress and remarks are for them.
    pub fn is_watched(self) -> bool {
        io::stderr().is_terminal() && !self.quiet && matches!(self.format, Format::Table | Format::Wide)
    }
}

/// Chooses colours for both streams, for the whole process.
pub fn set_color(color: Color) {
    match color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

/// Prints lines on standard error. If standard error is closed, there is no other place for them.
pub fn note(page: impl Into<Page>) {
    let _ = anstream::stderr().lock().write_all(page.into().as_str().as_bytes());
}

/// The width of what [`report`] prints: the journal has none.
fn report_width() -> Option<u16> {
    terminal::stderr_width().filter(|_| !journal::has_stderr())
}

/// As [`note`], with a priority for the journal.
fn report(priority: Priority, page: Page) {
    if journal::has_stderr() {
        let text = anstream::adapter::strip_str(page.as_str()).to_string();
        let _ = io::stderr().lock().write_all(journal::lines(priority, &text).as_bytes());
    } else {
        note(page);
    }
}

/// An answer as a person reads it before a question.
pub fn render(answer: &dyn Answer) -> Page {
    table(answer)
}

fn table(answer: &dyn Answer) -> Page {
    let width = terminal::width();
    answer.table(width).fitted(width)
}

/// Prints a text that has styles, such as help, on standard output or standard error. Without the width of a terminal
/// it returns false and prints nothing.
pub fn print_styled(text: &str, to_stderr: bool) -> bool {
    let width = if to_stderr { terminal::stderr_width() } else { terminal::width() };
    let Some(width) = width else { return false };
    let lines = text.lines().flat_map(|line| wrapped(line, Some(width)));
    let text: String = lines.map(|line| line + "\n").collect();
    // If the stream is closed, no one can read the text.
    let _ = if to_stderr {
        anstream::stderr().lock().write_all(text.as_bytes())
    } else {
        anstream::stdout().lock().write_all(text.as_bytes())
    };
    true
}

/// A plan as a person reads it before a question; see [`Changes::listing`].
pub fn render_plan(plan: &Plan, lists_all: bool) -> Page {
    render(&Changes::of(plan.clone(), true).listing(lists_all))
}

/// Writes lines to standard output. It is one write: anstream would write each piece between two colours by itself.
fn write(page: &Page) -> io::Result<()> {
    let text = page.as_str();
    if anstream::AutoStream::choice(&io::stdout()) == anstream::ColorChoice::Never {
        let plain = anstream::adapter::strip_str(text).to_string();
        return io::stdout().lock().write_all(plain.as_bytes());
    }
    io::stdout().lock().write_all(text.as_bytes())
}
