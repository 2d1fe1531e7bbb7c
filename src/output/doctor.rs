//! What doctor found: for a person grouped by category, with the evidence and what to paste; for a program as one
//! document.

use std::collections::BTreeMap;

use anstyle::AnsiColor;
use serde::Serialize;
use serde_json::Value;

use super::answer::Answer;
use super::changes::{self, Change};
use super::fix::lines;
use super::page::{Line, Page};
use super::plain;
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::{Category, Check, Examination};
use crate::model::marks::Owner;

/// What doctor found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub summary: Summary,
    pub findings: Vec<Found>,
    pub skipped: Vec<Skipped>,
    /// What `--fix` changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<Change>>,
}

/// How many findings of each severity, and how many checks found nothing or could not run.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Summary {
    pub error: usize,
    pub warning: usize,
    pub info: usize,
    pub passed: usize,
    pub skipped: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// The check's stable name.
    pub code: &'static str,
    /// `error`, `warning` or `info`.
    pub severity: &'static str,
    /// The switch's name, or null.
    pub switch: Option<String>,
    /// The owner of the row that it is about, where that is not qdns.
    pub owner: Option<&'static str>,
    /// The thing itself.
    pub subject: String,
    /// One sentence.
    pub message: String,
    /// What was seen.
    pub evidence: BTreeMap<&'static str, Value>,
    /// Commands that repair it, in order.
    pub fix: Vec<String>,
    #[serde(skip)]
    category: Category,
    #[serde(skip)]
    level: Severity,
}

/// A check that could not run.
#[derive(Clone, Debug, Serialize)]
pub struct Skipped {
    /// The check's stable name.
    pub code: &'static str,
    pub why: String,
}

impl Report {
    /// What was found; `connection` are the options that name the database, for the commands that repair it.
    pub fn of(examination: Examination, changes: Option<Vec<Change>>, connection: &[String]) -> Self {
        let count =
            |severity| examination.findings.iter().filter(|(check, _)| check.severity == severity).count();
        let summary = Summary {
            error: count(Severity::Error),
            warning: count(Severity::Warning),
            info: count(Severity::Info),
            passed: examination.passed.len(),
            skipped: examination.skipped.len(),
        };
        let found = |(check, finding)| Found::of(check, finding, connection);
        let findings = examination.findings.into_iter().map(found).collect();
        let skipped = examination.skipped.into_iter().map(|(check, why)| Skipped { code: check.code, why });
        Report { summary, findings, skipped: skipped.collect(), changes }
    }

    /// The highest severity of the findings.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.level).max()
    }
}

impl Answer for Report {
    fn table(&self, _width: Option<u16>) -> Page {
        let mut page = Page::default();
        if let Some(changes) = self.changes.as_ref().filter(|changes| !changes.is_empty()) {
            page.push(heading("Changed"));
            changes::lines(changes).for_each(|line| page.push(line.indented("  ")));
        }
        let mut findings: Vec<&Found> = self.findings.iter().collect();
        findings.sort_by_key(|finding| (finding.category, std::cmp::Reverse(finding.level)));
        for of_category in findings.chunk_by(|a, b| a.category == b.category) {
            page.push(heading(of_category[0].category.title()));
            of_category.iter().for_each(|finding| finding.write(&mut page));
        }
        if !self.skipped.is_empty() {
            page.push(heading("Not checked"));
            page.append(&skipped_lines(&self.skipped));
        }
        if !page.is_empty() {
            page.push("");
        }
        page.push(self.summary.line());
        page
    }

    /// One change, finding or skipped check a line.
    fn plain(&self) -> Page {
        let empty = String::new;
        let changes = self.changes.iter().flatten().map(|change| {
            let [action, name, from, to] = change.cells();
            vec!["changed".to_owned(), action, empty(), name, from, to]
        });
        let findings = self.findings.iter().map(|f| {
            let texts = [f.severity, f.code, f.switch.as_deref().unwrap_or_default(), &f.subject, &f.message];
            texts.into_iter().map(str::to_owned).chain([f.fix.join("; ")]).collect()
        });
        let skipped = self
            .skipped
            .iter()
            .map(|s| vec!["skipped".to_owned(), s.code.to_owned(), empty(), empty(), s.why.clone(), empty()]);
        plain::lines(changes.chain(findings).chain(skipped))
    }
}

fn heading(text: &str) -> Line {
    Line::default().styled(text, AnsiColor::White)
}

/// The skipped checks, one line for each reason.
fn skipped_lines(skipped: &[Skipped]) -> Page {
    let mut by_why: Vec<(&str, Vec<&str>)> = Vec::new();
    for Skipped { code, why } in skipped {
        match by_why.iter_mut().find(|(other, _)| other == why) {
            Some((_, codes)) => codes.push(code),
            None => by_why.push((why, vec![code])),
        }
    }
    by_why.iter().map(|(why, codes)| format!("  {}: {why}", codes.join(", "))).collect()
}

impl Found {
    fn of(check: &Check, finding: Finding, connection: &[String]) -> Self {
        Found {
            code: check.code,
            severity: check.severity.name(),
            fix: lines(check.code, &finding, connection),
            switch: finding.switch,
            owner: finding.owner.map(Owner::name),
            subject: finding.subject,
            message: finding.message,
            evidence: finding.evidence,
            category: check.category,
            level: check.severity,
        }
    }

    fn write(&self, page: &mut Page) {
        let color = match self.level {
            Severity::Error => AnsiColor::Red,
            Severity::Warning => AnsiColor::Yellow,
            Severity::Info => AnsiColor::Cyan,
        };
        let switch = self.switch.as_ref().map(|switch| format!(" {switch}:")).unwrap_or_default();
        let severity = Line::default().text("  ").styled(self.severity, color);
        page.push(severity.text(&format!(" {}{switch} {}", self.code, self.message)));
        for (what, value) in &self.evidence {
            let value = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            page.push(format!("      {}: {value}", what.replace('_', " ")));
        }
        for line in &self.fix {
            page.push(Line::default().text("      ").styled("fix:", AnsiColor::Green).text(" ").text(line));
        }
    }
}

impl Summary {
    fn line(&self) -> String {
        let mut parts: Vec<String> = [(self.error, "error"), (self.warning, "warning")]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| counted(*count, noun))
            .collect();
        if self.info > 0 {
            parts.push(format!("{} for information", self.info));
        }
        let found = if parts.is_empty() { "Nothing found".to_owned() } else { parts.join(", ") };
        let skipped = match self.skipped {
            0 => String::new(),
            count => format!(", {} not made", counted(count, "check")),
        };
        format!("{found}; {} passed{skipped}.", counted(self.passed, "check"))
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
