//! What doctor found, for a person: errors first, equal findings of several switches as one, the verdict last; and
//! for a script.

use std::collections::HashSet;

use anstyle::AnsiColor;
use serde_json::Value;

use super::answer::Answer;
use super::changes;
use super::doctor::{Found, Report, Skipped, Summary};
use super::page::{Line, Page};
use super::plain;
use crate::doctor::finding::Severity;

/// How many lines findings may have together with their fixes. Where they have more, the findings come first and the
/// fixes after them, so that the first screen names every finding.
const SCREEN: usize = 20;
/// How many findings of one check, and how many fixes of one finding, are shown without `-v`.
const FEW: usize = 3;
/// How many skipped checks of one reason are named without `-v`.
const MANY: usize = 20;
/// How many switches are named.
const NAMES: usize = 8;
/// The clients of OVN that a report does not name.
const USUAL: [&str; 2] = ["ovn-nbctl", "ovn-sbctl"];
/// The evidence that is shown without `-v`: what a person does, and what OVN said.
const SHOWN: [&str; 2] = ["hint", "said"];

impl Answer for Report {
    fn table(&self, width: Option<u16>) -> Page {
        page(self, width)
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

/// The report as a person reads it. Fixes stay whole, so that they can be pasted.
fn page(report: &Report, width: Option<u16>) -> Page {
    let mut page = Page::default();
    if let Some(changes) = report.changes.as_ref().filter(|changes| !changes.is_empty()) {
        page.push(heading("Changed"));
        changes::lines(changes, report.is_verbose)
            .into_iter()
            .for_each(|line| page.push(line.indented("  ")));
    }
    let mut found: Vec<&Found> = report.findings.iter().collect();
    found.sort_by_key(|found| (std::cmp::Reverse(found.level), found.category));
    let (notes, faults): (Vec<&Found>, Vec<&Found>) =
        found.into_iter().partition(|found| found.level == Severity::Info);
    let is_quiet = notes.is_empty() && report.skipped.is_empty();
    if let Some(why) = &report.unread {
        page.push_sentence(format!("Nothing could be checked: {why}."), width);
    } else if faults.is_empty() && !is_quiet {
        page.push_sentence(fine(&report.summary), width);
    }
    if report.is_verbose {
        faults.iter().chain(&notes).for_each(|found| page.append(&whole(found, width)));
    } else {
        page.append(&short(&faults, width));
        short_notes(&notes).into_iter().for_each(|line| page.push_sentence(line, width));
    }
    if !report.skipped.is_empty() {
        page.push(heading("Not checked"));
        skipped_lines(&report.skipped, report.is_verbose)
            .into_iter()
            .for_each(|line| page.push_sentence(line, width));
    }
    if !page.is_empty() {
        page.push("");
    }
    if report.clients.iter().any(|client| !USUAL.contains(&client.as_str())) {
        page.push_sentence(format!("Read with {}.", report.clients.join(" and ")), width);
    }
    page.push_sentence(verdict(report, &faults), width);
    page
}

fn heading(text: &str) -> Line {
    Line::default().bold(text)
}

/// The first line of a report without errors and warnings.
fn fine(summary: &Summary) -> &'static str {
    match (summary.passed + summary.info, summary.skipped) {
        (0, _) => "Nothing was checked.",
        (_, 0) => "No errors and no warnings.",
        _ => "No errors and no warnings in what could be checked.",
    }
}

/// Equal findings: of the same check, with the same words but for the switch.
struct Group<'a> {
    first: &'a Found,
    switches: Vec<&'a str>,
}

/// The findings, equal ones as one, in their order.
fn grouped<'a>(findings: &[&'a Found]) -> Vec<Group<'a>> {
    let mut groups: Vec<(String, Group)> = Vec::new();
    for found in findings {
        let words = without_switch(found);
        match groups.iter_mut().find(|(other, group)| group.first.code == found.code && *other == words) {
            Some((_, group)) => group.switches.extend(found.switch.as_deref()),
            None => {
                groups.push((
                    words,
                    Group { first: found, switches: found.switch.iter().map(|s| &**s).collect() },
                ));
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The words of a finding without the name of its switch.
fn without_switch(found: &Found) -> String {
    let message = match &found.switch {
        Some(switch) => found.message.replace(switch.as_str(), "\0"),
        None => found.message.clone(),
    };
    format!("{:?}\0{message}", found.owner)
}

/// Errors and warnings without their evidence. Of many findings of one check the first are shown, and the switches
/// of the others.
fn short(faults: &[&Found], width: Option<u16>) -> Page {
    let mut blocks: Vec<(Page, Page)> = Vec::new();
    let sentence = |line: Line| {
        let mut page = Page::default();
        page.push_sentence(line, width);
        page
    };
    for of_check in faults.chunk_by(|a, b| a.code == b.code) {
        let groups = grouped(of_check);
        let few = if groups.len() > FEW + 1 { FEW } else { groups.len() };
        blocks.extend(groups[..few].iter().map(|group| (sentence(group.headline()), group.fixes(width))));
        if few < groups.len() {
            let rest = &groups[few..];
            let switches: Vec<&str> = rest.iter().flat_map(|group| &group.switches).copied().collect();
            let subjects: Vec<&str> = rest.iter().map(|group| group.first.subject.as_str()).collect();
            let on = if switches.is_empty() { String::new() } else { format!(" on {}", names(&switches)) };
            let more = format!(
                " {}{on}: {} more: {} (-v shows them)",
                of_check[0].code,
                rest.len(),
                names(&subjects)
            );
            blocks.push((sentence(severity(of_check[0]).text(&more)), Page::default()));
        }
    }
    let lines = |page: &Page| page.as_str().lines().count();
    let length = blocks.iter().map(|(headline, fixes)| lines(headline) + lines(fixes)).sum::<usize>();
    let mut page = Page::default();
    for (headline, fixes) in &blocks {
        page.append(headline);
        if length <= SCREEN {
            page.append(fixes);
        }
    }
    if length > SCREEN {
        page.push(heading("How to fix them"));
        for (headline, fixes) in blocks.iter().filter(|(_, fixes)| !fixes.is_empty()) {
            page.append(headline);
            page.append(fixes);
        }
    }
    page
}

/// One line for each check that has something to note.
fn short_notes(notes: &[&Found]) -> Vec<Line> {
    let line = |of_check: &[&Found]| {
        let first = of_check[0];
        if let [group] = &grouped(of_check)[..] {
            return group.headline();
        }
        let switches: Vec<&str> = of_check.iter().filter_map(|found| found.switch.as_deref()).collect();
        let on = if switches.is_empty() { String::new() } else { format!(" {}", names(&switches)) };
        severity(first).text(&format!(
            " {}{on}: {} ({} findings, -v shows them)",
            first.code,
            first.title,
            of_check.len()
        ))
    };
    notes.chunk_by(|a, b| a.code == b.code).map(line).collect()
}

impl Group<'_> {
    /// Severity, code, switches and the words of the first finding.
    fn headline(&self) -> Line {
        let found = self.first;
        let owner = found.owner.map(|owner| format!(" ({owner})")).unwrap_or_default();
        let of = match (&found.switch, &self.switches[..]) {
            (None, _) => String::new(),
            (Some(switch), [_]) => format!(" {switch}{owner}:"),
            (_, switches) => {
                format!(" {} on {}{owner}, first:", counted(switches.len(), "finding"), names(switches))
            }
        };
        severity(found).text(&format!(" {}{of} {}", found.code, found.message))
    }

    /// What a person does about the first finding, and that there is more.
    fn fixes(&self, width: Option<u16>) -> Page {
        let mut page = Page::default();
        let shown = self.first.evidence.iter().filter(|(what, _)| SHOWN.contains(what));
        shown.for_each(|(what, value)| page.push_sentence(evidence(what, value), width));
        let fixes = &self.first.fix;
        let few = if fixes.len() > FEW + 1 { FEW } else { fixes.len() };
        fixes[..few].iter().for_each(|line| page.push(fix(line)));
        if few < fixes.len() || (self.switches.len() > 1 && !fixes.is_empty()) {
            page.push("    more lines: -v shows them");
        }
        page
    }
}

/// A finding with its evidence and all its fixes.
fn whole(found: &Found, width: Option<u16>) -> Page {
    let group = Group { first: found, switches: found.switch.iter().map(|switch| &**switch).collect() };
    let mut page = Page::default();
    page.push_sentence(group.headline(), width);
    found.evidence.iter().for_each(|(what, value)| page.push_sentence(evidence(what, value), width));
    found.fix.iter().for_each(|line| page.push(fix(line)));
    page
}

fn severity(found: &Found) -> Line {
    let color = match found.level {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::Cyan,
    };
    Line::default().styled(found.severity, color)
}

fn evidence(what: &str, value: &Value) -> String {
    let value = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    format!("    {}: {value}", what.replace('_', " "))
}

fn fix(line: &str) -> Line {
    Line::default().text("    ").styled("fix:", AnsiColor::Green).text(" ").text(line)
}

/// The skipped checks, one line for each reason. Of very many only the number is shown without `-v`.
fn skipped_lines(skipped: &[Skipped], is_verbose: bool) -> Vec<String> {
    let mut by_why: Vec<(&str, Vec<&str>)> = Vec::new();
    for Skipped { code, why } in skipped {
        match by_why.iter_mut().find(|(other, _)| other == why) {
            Some((_, codes)) => codes.push(code),
            None => by_why.push((why, vec![code])),
        }
    }
    let shown = |codes: &[&str]| match codes.len() {
        count if count > MANY && !is_verbose => format!("{count} checks (-v names them)"),
        _ => codes.join(", "),
    };
    by_why.iter().map(|(why, codes)| format!("  {}: {why}", shown(codes))).collect()
}

/// What was found on which switches, and how much was looked at.
fn verdict(report: &Report, faults: &[&Found]) -> String {
    let Summary { passed, info, skipped, .. } = report.summary;
    let of = |level: Severity, noun: &str| {
        let of_level: Vec<&&Found> = faults.iter().filter(|found| found.level == level).collect();
        let mut switches: Vec<&str> = of_level.iter().filter_map(|found| found.switch.as_deref()).collect();
        switches.sort_unstable();
        switches.dedup();
        let on = if switches.is_empty() { String::new() } else { format!(" on {}", names(&switches)) };
        (!of_level.is_empty()).then(|| format!("{}{on}", counted(of_level.len(), noun)))
    };
    let notes = (info > 0).then(|| format!("{info} for information"));
    let mut parts: Vec<String> = [of(Severity::Error, "error"), of(Severity::Warning, "warning"), notes]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() {
        parts.push("Nothing found".to_owned());
    }
    let not_made = if skipped == 0 {
        String::new()
    } else {
        format!(", {skipped} not made: {}", reasons(&report.skipped).join(", "))
    };
    format!("{}; {} passed{not_made}.", parts.join(", "), counted(passed, "check"))
}

/// Why checks were not made, each reason once and without its details.
fn reasons(skipped: &[Skipped]) -> Vec<&str> {
    let mut all: Vec<&str> = Vec::new();
    for Skipped { why, .. } in skipped {
        let brief = why.split_once(": ").map_or(why.as_str(), |(brief, _)| brief);
        if !all.contains(&brief) {
            all.push(brief);
        }
    }
    all
}

/// The first names of a list, each once, and how many more there are.
fn names(list: &[&str]) -> String {
    let mut seen = HashSet::new();
    let list: Vec<&str> = list.iter().copied().filter(|name| seen.insert(*name)).collect();
    match list.len() {
        count if count > NAMES + 1 => format!("{} and {} more", list[..NAMES].join(", "), count - NAMES),
        _ => list.join(", "),
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
