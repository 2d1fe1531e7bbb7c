//! Tables for people: they fit the terminal, and say in words where there is nothing.

use comfy_table::{ContentArrangement, Table};

/// A table of these columns, as wide as the terminal.
pub(super) fn new(width: Option<u16>, header: &[&str]) -> Table {
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
pub(super) fn finish(table: &Table) -> String {
    let mut text = String::new();
    for line in table.lines() {
        let line = line.trim_end();
        text.extend([line.strip_prefix(' ').unwrap_or(line), "\n"]);
    }
    text
}

/// A list in one cell.
pub(super) fn or_dash(list: &[String], separator: &str) -> String {
    if list.is_empty() { "-".to_owned() } else { list.join(separator) }
}
