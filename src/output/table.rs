//! Tables for people: they fit the terminal, and say in words where there is nothing.

use anstyle::AnsiColor;
use comfy_table::{ContentArrangement, Table};

use super::view::{ChangesView, ZoneDetailView};
use super::{Answer, examination, styled};

/// An answer as a table; `width` is the terminal's, where there is one.
pub fn render(answer: &Answer, width: Option<u16>) -> String {
    match answer {
        Answer::Records(records) if records.is_empty() => "No hosts.\n".to_owned(),
        Answer::Records(records) => {
            let noted = records.iter().any(|record| !record.notes.is_empty());
            let mut table = new(width, &["HOSTNAME", "FQDN", "ADDRESSES", "PTR", "SWITCH"]);
            if noted {
                table = new(width, &["HOSTNAME", "FQDN", "ADDRESSES", "PTR", "SWITCH", "NOTE"]);
            }
            for record in records {
                let mut hostname = record.hostname.clone();
                if record.is_static {
                    hostname.push_str(" (static)");
                }
                let pointed = record.addresses.iter().filter(|address| record.ptr.contains(address)).count();
                let ptr = match (pointed, record.addresses.len()) {
                    (0, _) => "no".to_owned(),
                    (some, all) if some < all => format!("{some} of {all}"),
                    _ => "yes".to_owned(),
                };
                let mut row = vec![
                    hostname,
                    record.fqdn.clone(),
                    record.addresses.join("\n"),
                    ptr,
                    record.switch.to_string(),
                ];
                if noted {
                    row.push(record.notes.join("; "));
                }
                table.add_row(row);
            }
            finish(&table)
        }
        Answer::Zones(zones) if zones.is_empty() => "No zones.\n".to_owned(),
        Answer::Zones(zones) => {
            let mut table = new(width, &["SWITCH", "DOMAIN", "HOSTS", "RECORDS", "STATE"]);
            for zone in zones {
                table.add_row([
                    zone.switch.clone(),
                    zone.domain.clone(),
                    zone.hosts.to_string(),
                    zone.records.to_string(),
                    state(zone.attached).to_owned(),
                ]);
            }
            finish(&table)
        }
        Answer::Zone(detail) => zone(detail),
        Answer::Forwarders(forwarders) if forwarders.is_empty() => {
            "No forwarders: no port uses DHCP options.\n".to_owned()
        }
        Answer::Forwarders(forwarders) => {
            let via = forwarders.iter().any(|row| row.mode == "via");
            let header =
                ["SWITCH", "NETWORK", "RESOLVERS", "SEARCH", "PORTS", "SHARED WITH", "FORWARDS TO", "ON"];
            let columns = if via { header.len() } else { header.len() - 2 };
            let mut table = new(width, &header[..columns]);
            for row in forwarders {
                let forwards = if row.mode == "via" { row.upstreams.join("\n") } else { "-".to_owned() };
                let mut cells = vec![
                    row.switch.clone(),
                    row.cidr.clone(),
                    or_dash(&row.servers, "\n"),
                    or_dash(&row.search, " "),
                    row.ports.to_string(),
                    or_dash(&row.shared_with, ", "),
                    forwards,
                    or_dash(&row.attached_to, ", "),
                ];
                cells.truncate(columns);
                table.add_row(cells);
            }
            finish(&table)
        }
        Answer::Lifecycle(view) => view.table(),
        Answer::Changes(changes) => change_lines(changes),
        Answer::Examination(examination) => examination.report(),
        Answer::Lookups(lookups) => super::lookup::report(lookups),
        Answer::Checks(checks) => examination::list(checks),
        Answer::Explanation(check) => examination::explain(check),
        Answer::Text(text) => text.clone(),
    }
}

fn new(width: Option<u16>, header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(header.iter().copied());
    table
}

/// The table's text without the blanks at the ends of its lines.
fn finish(table: &Table) -> String {
    let mut text = String::new();
    for line in table.lines() {
        let line = line.trim_end();
        text.extend([line.strip_prefix(' ').unwrap_or(line), "\n"]);
    }
    text
}

fn state(attached: bool) -> &'static str {
    if attached { "attached" } else { "not attached to a switch" }
}

fn or_dash(list: &[String], separator: &str) -> String {
    if list.is_empty() { "-".to_owned() } else { list.join(separator) }
}

fn zone(detail: &ZoneDetailView) -> String {
    let zone = &detail.zone;
    let mut lines = vec![
        ("switch", format!("{} ({})", zone.switch, detail.switch_uuid)),
        ("subnets", or_dash(&detail.subnets, ", ")),
        ("domain", zone.domain.clone()),
        ("zone", format!("{} ({})", zone.uuid, state(zone.attached))),
        ("hosts", format!("{} ({} static)", zone.hosts, detail.static_hosts)),
        ("records", zone.records.to_string()),
    ];
    lines.extend(detail.other_rows.iter().map(|row| {
        ("also", format!("{} records of {} ({}), which qdns never writes", row.records, row.owner, row.uuid))
    }));
    lines.iter().map(|(name, value)| format!("{name:<8} {value}\n")).collect()
}

/// The changes, one a line.
pub(super) fn change_lines(view: &ChangesView) -> String {
    if view.changes.is_empty() {
        return "Nothing to change.\n".to_owned();
    }
    let mut text = String::new();
    if view.dry_run {
        text.push_str("Would change:\n");
    }
    let signs = [("+", AnsiColor::Green), ("-", AnsiColor::Red), ("~", AnsiColor::Yellow)];
    let [added, removed, changed] = signs.map(|(sign, color)| styled(sign, color));
    for change in view.changes.iter().filter(|change| !change.name.starts_with("qdns-before-")) {
        let sign = match change.action {
            "add" => &added,
            "remove" => &removed,
            _ => &changed,
        };
        text.extend([sign, " ", &change.name, "  "]);
        match (&change.from, &change.to) {
            (Some(from), Some(to)) => text.extend([from, " -> ", to]),
            (from, to) => text.extend(from.iter().chain(to).map(String::as_str)),
        }
        text.push('\n');
    }
    text
}
