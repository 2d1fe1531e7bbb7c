//! What doctor found: for a person grouped by category, with the evidence and what to paste; for a
//! program as one document.

use std::collections::BTreeMap;

use anstyle::AnsiColor;
use serde::Serialize;
use serde_json::Value;

use super::changes::Change;
use super::{Answer, plain, styled};
use crate::doctor::finding::Severity;
use crate::doctor::{Category, Check, Examination};

/// What all checks came to.
#[derive(Clone, Debug, Serialize)]
pub struct ExaminationView {
    /// How many of each.
    pub summary: SummaryView,
    /// What is wrong.
    pub findings: Vec<FindingView>,
    /// Checks that could not look.
    pub skipped: Vec<SkippedView>,
    /// What `--fix` changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<Change>>,
}

/// How many findings of each severity, and how many checks found nothing or could not look.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SummaryView {
    /// Findings of severity error.
    pub error: usize,
    /// Findings of severity warning.
    pub warning: usize,
    /// Findings of severity info.
    pub info: usize,
    /// Checks that found nothing.
    pub passed: usize,
    /// Checks that could not look.
    pub skipped: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize)]
pub struct FindingView {
    /// The check's stable name.
    pub code: &'static str,
    /// `error`, `warning` or `info`.
    pub severity: &'static str,
    /// The switch's name, or null.
    pub switch: Option<String>,
    /// The thing itself.
    pub subject: String,
    /// One sentence.
    pub message: String,
    /// What was seen.
    pub evidence: BTreeMap<&'static str, Value>,
    /// Commands that mend it, in order.
    pub fix: Vec<String>,
    #[serde(skip)]
    category: Category,
    #[serde(skip)]
    level: Severity,
}

/// A check that could not look.
#[derive(Clone, Debug, Serialize)]
pub struct SkippedView {
    /// The check's stable name.
    pub code: &'static str,
    /// Why not.
    pub why: String,
}

impl ExaminationView {
    /// What was found; `connection` goes into the commands that mend it.
    pub fn of(examination: Examination, connection: &[String]) -> Self {
        let count =
            |severity| examination.findings.iter().filter(|(check, _)| check.severity == severity).count();
        let summary = SummaryView {
            error: count(Severity::Error),
            warning: count(Severity::Warning),
            info: count(Severity::Info),
            passed: examination.passed.len(),
            skipped: examination.skipped.len(),
        };
        let findings = examination.findings.into_iter().map(|(check, finding)| FindingView {
            code: check.code,
            severity: check.severity.name(),
            fix: finding.fix.iter().map(|command| command.line(connection)).collect(),
            switch: finding.switch,
            subject: finding.subject,
            message: finding.message,
            evidence: finding.evidence,
            category: check.category,
            level: check.severity,
        });
        let skipped =
            examination.skipped.into_iter().map(|(check, why)| SkippedView { code: check.code, why });
        ExaminationView { summary, findings: findings.collect(), skipped: skipped.collect(), changes: None }
    }

    /// How grave the gravest finding is.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.level).max()
    }

    /// The report for a person.
    pub fn report(&self) -> String {
        let mut text = String::new();
        let mut findings: Vec<&FindingView> = self.findings.iter().collect();
        findings.sort_by_key(|finding| (finding.category, std::cmp::Reverse(finding.level)));
        let mut category = None;
        for finding in findings {
            if category != Some(finding.category) {
                category = Some(finding.category);
                text += &format!("{}\n", styled(finding.category.title(), AnsiColor::White));
            }
            finding.write(&mut text);
        }
        if !self.skipped.is_empty() {
            text += &format!("{}\n", styled("Not looked at", AnsiColor::White));
            let mut by_why: Vec<(&str, Vec<&str>)> = Vec::new();
            for skipped in &self.skipped {
                match by_why.iter_mut().find(|(why, _)| *why == skipped.why) {
                    Some((_, codes)) => codes.push(skipped.code),
                    None => by_why.push((&skipped.why, vec![skipped.code])),
                }
            }
            for (why, codes) in by_why {
                text += &format!("  {}: {why}\n", codes.join(", "));
            }
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text + &self.summary.line()
    }

    /// One finding or skipped check a line.
    pub fn rows(&self) -> Vec<Vec<String>> {
        let finding = |f: &FindingView| {
            vec![
                f.severity.to_owned(),
                f.code.to_owned(),
                f.switch.clone().unwrap_or_default(),
                f.subject.clone(),
                f.message.clone(),
                f.fix.join("; "),
            ]
        };
        let skipped = |s: &SkippedView| {
            let empty = String::new;
            vec!["skipped".to_owned(), s.code.to_owned(), empty(), empty(), s.why.clone(), empty()]
        };
        self.findings.iter().map(finding).chain(self.skipped.iter().map(skipped)).collect()
    }
}

impl FindingView {
    fn write(&self, text: &mut String) {
        let color = match self.level {
            Severity::Error => AnsiColor::Red,
            Severity::Warning => AnsiColor::Yellow,
            Severity::Info => AnsiColor::Cyan,
        };
        let switch = self.switch.as_ref().map(|switch| format!(" {switch}:")).unwrap_or_default();
        *text += &format!("  {} {}{switch} {}\n", styled(self.severity, color), self.code, self.message);
        for (what, value) in &self.evidence {
            let value = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            *text += &format!("      {}: {value}\n", what.replace('_', " "));
        }
        for line in &self.fix {
            *text += &format!("      {} {line}\n", styled("fix:", AnsiColor::Green));
        }
    }
}

impl SummaryView {
    fn line(&self) -> String {
        let counted =
            |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
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
        format!("{found}; {} passed{skipped}.\n", counted(self.passed, "check"))
    }
}

/// A check, as the list and the manual have it.
#[derive(Clone, Debug, Serialize)]
pub struct CheckView {
    /// The stable name.
    pub code: &'static str,
    /// `error`, `warning` or `info`.
    pub severity: &'static str,
    /// Where it stands in the report.
    pub category: &'static str,
    /// What it finds.
    pub title: &'static str,
    /// The mechanism.
    pub explanation: String,
    /// Where the mechanism can be read.
    pub source: String,
}

impl From<&Check> for CheckView {
    fn from(check: &Check) -> Self {
        CheckView {
            code: check.code,
            severity: check.severity.name(),
            category: check.category.title(),
            title: check.title,
            explanation: check.explanation.to_owned(),
            source: check.source.to_owned(),
        }
    }
}

/// The list of all checks.
pub fn list(checks: &[CheckView]) -> String {
    let width = checks.iter().map(|check| check.code.len()).max().unwrap_or_default();
    let line = |check: &CheckView| format!("{:width$}  {:7}  {}\n", check.code, check.severity, check.title);
    checks.iter().map(line).collect()
}

/// One check, explained.
pub fn explain(check: &CheckView) -> String {
    let head = format!("{} ({}): {}\n\n", check.code, check.severity, check.title);
    let mut text = head;
    for paragraph in [check.explanation.clone(), format!("Source: {}", check.source)] {
        let mut column = 0;
        for word in paragraph.split_whitespace() {
            if column > 0 && column + word.len() > 88 {
                text.push('\n');
                column = 0;
            } else if column > 0 {
                text.push(' ');
            }
            text += word;
            column += word.len() + 1;
        }
        text += "\n\n";
    }
    text.trim_end().to_owned() + "\n"
}

impl Answer for ExaminationView {
    fn table(&self, _width: Option<u16>) -> String {
        self.report()
    }

    fn plain(&self) -> String {
        plain::lines(self.rows())
    }
}
