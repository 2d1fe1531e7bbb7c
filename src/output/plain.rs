//! Plain output for scripts: one thing a line, its columns separated by tabs, no header.

use std::borrow::Cow;

use super::view::ChangeView;
use super::{Answer, examination};

/// An answer as lines.
pub fn render(answer: &Answer) -> String {
    let rows: Vec<Vec<String>> = match answer {
        Answer::Records(records) => records
            .iter()
            .map(|r| {
                let lifetime = if r.is_static { "static" } else { "dynamic" };
                vec![
                    r.hostname.clone(),
                    r.fqdn.clone(),
                    r.addresses.join(" "),
                    r.switch.to_string(),
                    lifetime.to_owned(),
                ]
            })
            .collect(),
        Answer::Zones(zones) => zones
            .iter()
            .map(|z| {
                vec![
                    z.switch.clone(),
                    z.domain.clone(),
                    z.hosts.to_string(),
                    z.records.to_string(),
                    z.uuid.clone(),
                ]
            })
            .collect(),
        Answer::Zone(detail) => {
            let z = &detail.zone;
            vec![vec![
                z.switch.clone(),
                z.domain.clone(),
                z.hosts.to_string(),
                z.records.to_string(),
                z.uuid.clone(),
            ]]
        }
        Answer::Forwarders(forwarders) => forwarders
            .iter()
            .map(|f| {
                vec![
                    f.switch.clone(),
                    f.cidr.clone(),
                    f.servers.join(" "),
                    f.search.join(" "),
                    f.dhcp_options.clone(),
                    f.mode.to_owned(),
                    f.upstreams.join(" "),
                ]
            })
            .collect(),
        Answer::Changes(changes) => changes.changes.iter().map(change).collect(),
        Answer::Lifecycle(view) => view.changes.changes.iter().map(change).collect(),
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

fn change(change: &ChangeView) -> Vec<String> {
    let or_empty = |value: &Option<String>| value.clone().unwrap_or_default();
    vec![change.action.to_owned(), change.name.clone(), or_empty(&change.from), or_empty(&change.to)]
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
