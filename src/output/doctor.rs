//! What doctor found, as a document for a program.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::changes::Change;
use super::fix::lines;
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::{Category, Check, Examination};
use crate::model::marks::Owner;

/// What doctor found.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Report {
    /// The numbers.
    pub summary: Summary,
    /// What is wrong, and notes.
    pub findings: Vec<Found>,
    /// The checks that could not be made.
    pub skipped: Vec<Skipped>,
    /// The commands that read the databases.
    pub clients: Vec<String>,
    /// What `--fix` changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<Change>>,
    /// Why the northbound database could not be read, without which there is nothing to check.
    #[serde(skip)]
    pub unread: Option<String>,
    /// `-v`: a person sees the evidence and the notes whole.
    #[serde(skip)]
    pub is_verbose: bool,
}

/// How many findings of each severity, and how many checks found nothing or could not run.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
pub struct Summary {
    /// Findings that keep names from resolving.
    pub error: usize,
    /// Findings that may do so.
    pub warning: usize,
    /// Findings for information.
    pub info: usize,
    /// Checks that found nothing.
    pub passed: usize,
    /// Checks that could not be made.
    pub skipped: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug, JsonSchema, Serialize)]
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
    pub(super) title: &'static str,
    #[serde(skip)]
    pub(super) category: Category,
    #[serde(skip)]
    pub(super) level: Severity,
}

/// A check that could not run.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Skipped {
    /// The check's stable name.
    pub code: &'static str,
    /// Why it could not run.
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
        Report {
            summary,
            findings,
            skipped: skipped.collect(),
            clients: Vec::new(),
            changes,
            unread: None,
            is_verbose: false,
        }
    }

    /// The highest severity of the findings.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.level).max()
    }
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
            title: check.title,
            category: check.category,
            level: check.severity,
        }
    }
}
