//! The checks of doctor: the list of all of them, and one explained.

use schemars::JsonSchema;
use serde::Serialize;

use super::answer::Answer;
use super::page::Page;
use super::plain;
use crate::doctor::Check;

/// How wide an explanation is at most, in characters.
const WIDTH: usize = 88;

/// A check, as the list has it.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ListedCheck {
    /// The stable name.
    pub code: &'static str,
    /// `error`, `warning` or `info`.
    pub severity: &'static str,
    /// Where it is in the report.
    pub category: &'static str,
    /// What it finds.
    pub title: &'static str,
    /// The mechanism.
    pub explanation: &'static str,
    /// Where the mechanism is documented.
    pub source: &'static str,
}

impl From<&Check> for ListedCheck {
    fn from(check: &Check) -> Self {
        ListedCheck {
            code: check.code,
            severity: check.severity.name(),
            category: check.category.title(),
            title: check.title,
            explanation: check.explanation,
            source: check.source,
        }
    }
}

/// What `doctor --list` answers.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Checks {
    /// The checks, in the order of the report.
    pub checks: Vec<ListedCheck>,
}

impl Answer for Checks {
    fn table(&self, terminal: Option<u16>) -> Page {
        let width = self.checks.iter().map(|check| check.code.len()).max().unwrap_or_default();
        let mut page = Page::default();
        for check in &self.checks {
            let line = format!("{:width$}  {:7}  {}", check.code, check.severity, check.title);
            page.push_sentence(line, terminal);
        }
        page
    }

    fn plain(&self) -> Page {
        plain::lines(self.checks.iter().map(|check| {
            [check.code, check.severity, check.category, check.title].map(str::to_owned).to_vec()
        }))
    }
}

/// What `doctor --explain` answers.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Explanation {
    pub check: ListedCheck,
}

impl Answer for Explanation {
    fn table(&self, width: Option<u16>) -> Page {
        let ListedCheck { code, severity, title, explanation, source, .. } = self.check;
        let source = format!("Source: {source}");
        let blank = || Page::from("");
        let width = width.map_or(WIDTH, usize::from).min(WIDTH);
        let wrapped = |text: &str| wrapped(text, width);
        let mut page = wrapped(&format!("{code} ({severity}): {title}"));
        [blank(), wrapped(explanation), blank(), wrapped(&source)].iter().for_each(|part| page.append(part));
        page
    }

    fn plain(&self) -> Page {
        self.table(None)
    }
}

/// A text in lines of at most so many characters, where its words allow it.
fn wrapped(text: &str, width: usize) -> Page {
    let mut page = Page::default();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            page.push(std::mem::take(&mut line));
        } else if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    page.push(line);
    page
}
