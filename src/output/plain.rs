//! Plain output for scripts: one thing a line, its columns separated by tabs, no header.

use std::borrow::Cow;

use super::changes::ChangeView;
use super::forwarders::ForwardersView;
use super::zones::ZoneView;
use super::{Answer, examination, records};

/// An answer as lines.
pub fn render(answer: &Answer) -> String {
    let rows: Vec<Vec<String>> = match answer {
        Answer::Records(records) => records::rows(records),
        Answer::Zones(zones) => zones.iter().map(ZoneView::row).collect(),
        Answer::Zone(detail) => vec![detail.zone.row()],
        Answer::Forwarders(forwarders) => forwarders.iter().map(ForwardersView::row).collect(),
        Answer::Changes(changes) => changes.changes.iter().map(ChangeView::row).collect(),
        Answer::Lifecycle(view) => view.changes.changes.iter().map(ChangeView::row).collect(),
        Answer::Examination(examination) => examination.rows(),
        Answer::Lookups(lookups) => super::lookup::rows(lookups),
        Answer::Checks(checks) => checks
            .iter()
            .map(|c| [c.code, c.severity, c.category, c.title].map(str::to_owned).to_vec())
            .collect(),
        Answer::Explanation(check) => return examination::explain(check),
        Answer::Text(text) => return text.clone(),
    };
    rows.iter()
        .map(|row| row.iter().map(|cell| one_line(cell)).collect::<Vec<_>>().join("\t") + "\n")
        .collect()
}

/// A cell that is sure to stay in its column and to do nothing to a terminal, whatever a row holds.
fn one_line(cell: &str) -> Cow<'_, str> {
    let is_special = |c: char| c == '\\' || c.is_control();
    if !cell.contains(is_special) {
        return Cow::Borrowed(cell);
    }
    let mut line = String::new();
    for c in cell.chars() {
        match is_special(c) {
            true => line.extend(c.escape_default()),
            false => line.push(c),
        }
    }
    Cow::Owned(line)
}
