//! What is printed: results on standard output as a table, JSON or plain lines; everything else on
//! standard error. Rendering returns text; only this module prints.

pub mod changes;
pub mod examination;
pub mod failure;
pub mod forwarders;
pub mod lookup;
pub mod plain;
pub mod records;
pub mod sync;
pub mod table;
mod terminal;
pub mod zones;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use serde::Serialize;

use crate::error::Error;
use crate::plan::Plan;
use changes::ChangesView;
use examination::{CheckView, ExaminationView};
use forwarders::ForwardersView;
use records::RecordView;
use zones::{ZoneDetailView, ZoneView};

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Table,
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

/// What a command found or did.
#[derive(Debug)]
pub enum Answer {
    /// Hosts.
    Records(Vec<RecordView>),
    /// Zones.
    Zones(Vec<ZoneView>),
    /// One zone, with what else answers on its switch.
    Zone(ZoneDetailView),
    /// The resolvers that guests get.
    Forwarders(Vec<ForwardersView>),
    /// What was changed, or would be.
    Changes(ChangesView),
    /// The same of several switches, with the reasons for what goes.
    Lifecycle(sync::LifecycleView),
    /// What guests get for names.
    Lookups(Vec<lookup::LookupView>),
    /// What doctor found.
    Examination(Box<ExaminationView>),
    /// All checks.
    Checks(Vec<CheckView>),
    /// One check, explained.
    Explanation(CheckView),
    /// Text that is the same in every format.
    Text(String),
}

impl Answer {
    /// What is worth knowing beside the answer.
    fn warnings(&self) -> &[String] {
        match self {
            Answer::Changes(changes) => &changes.warnings,
            Answer::Lifecycle(view) => &view.changes.warnings,
            _ => &[],
        }
    }

    /// Whether the answer only confirms what was asked for.
    fn is_confirmation(&self) -> bool {
        matches!(self, Answer::Changes(_) | Answer::Lifecycle(_))
    }
}

/// An answer, and the exit code that goes with it.
#[derive(Debug)]
pub struct Reply {
    /// What is printed.
    pub answer: Answer,
    /// The process's exit code.
    pub exit_code: u8,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Reply { answer, exit_code: 0 }
    }
}

/// Decides what goes to standard output, what to standard error, and in which form.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    /// How answers are printed.
    pub format: Format,
    /// Print no warnings and no confirmations.
    pub quiet: bool,
}

impl Printer {
    /// Prints an answer, its warnings first.
    ///
    /// # Errors
    /// Whatever keeps standard output from taking it. A reader that has gone away is no error.
    pub fn print(self, answer: &Answer) -> io::Result<()> {
        // JSON carries its warnings in the document.
        if self.format != Format::Json {
            answer.warnings().iter().for_each(|warning| self.warn(warning));
        }
        let written = match self.format {
            Format::Json => write_json(answer, io::stdout().lock()),
            Format::Plain => io::stdout().lock().write_all(plain::render(answer).as_bytes()),
            Format::Table if self.quiet && answer.is_confirmation() => Ok(()),
            Format::Table => write_table(&table::render(answer, terminal::width())),
        };
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Prints a warning on standard error.
    pub fn warn(self, warning: &str) {
        if !self.quiet {
            note(&format!("{} {warning}", styled("warning:", anstyle::AnsiColor::Yellow)));
        }
    }

    /// Prints a failure on standard error.
    pub fn fail(self, error: &Error) {
        note(&failure::render(error, self.format));
    }

    /// Whether progress is shown: a person watches, and reads tables.
    pub fn shows_progress(self) -> bool {
        io::stderr().is_terminal() && !self.quiet && self.format == Format::Table
    }
}

/// Writes a table without the characters that a terminal would obey, in one piece: anstream writes what is
/// between two colours by itself.
fn write_table(text: &str) -> io::Result<()> {
    let text = terminal::harmless(text);
    if anstream::AutoStream::choice(&io::stdout()) == anstream::ColorChoice::Never {
        let plain = anstream::adapter::strip_str(&text).to_string();
        return io::stdout().lock().write_all(plain.as_bytes());
    }
    io::stdout().lock().write_all(text.as_bytes())
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

/// A line on standard error. Where even that is gone there is nobody left to tell.
pub fn note(line: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{}", terminal::harmless(line));
}

/// A plan as a person reads it before a question.
pub fn render_plan(plan: &Plan) -> String {
    let view = ChangesView::of(plan.clone(), true);
    table::render(&Answer::Changes(view), terminal::width()).trim_end().to_owned()
}

/// A word in bold and a colour; a stream without colours takes both away.
pub fn styled(text: &str, color: anstyle::AnsiColor) -> String {
    let style = anstyle::Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{text}{style:#}")
}

/// The answer as one JSON document. It is written as it is made: a list may have a hundred thousand hosts.
fn write_json(answer: &Answer, out: impl Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    match answer {
        Answer::Records(records) => write_named(&mut out, "records", records),
        Answer::Zones(zones) => write_named(&mut out, "zones", zones),
        Answer::Zone(zone) => write_named(&mut out, "zone", zone),
        Answer::Forwarders(forwarders) => write_named(&mut out, "forwarders", forwarders),
        Answer::Changes(changes) => serde_json::to_writer(&mut out, changes),
        Answer::Lifecycle(view) => serde_json::to_writer(&mut out, view),
        Answer::Lookups(lookups) => write_named(&mut out, "lookups", lookups),
        Answer::Examination(examination) => serde_json::to_writer(&mut out, examination),
        Answer::Checks(checks) => write_named(&mut out, "checks", checks),
        Answer::Explanation(check) => write_named(&mut out, "check", check),
        Answer::Text(text) => {
            out.write_all(text.as_bytes())?;
            return out.flush();
        }
    }?;
    out.write_all(b"\n")?;
    out.flush()
}

fn write_named(out: impl Write, name: &str, value: &impl Serialize) -> serde_json::Result<()> {
    serde_json::to_writer(out, &BTreeMap::from([(name, value)]))
}
