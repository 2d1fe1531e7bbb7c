//! Tables for people: they fit the terminal, and say in words where there is nothing.

use comfy_table::ContentArrangement;

use super::page::{Page, shortened};
use crate::model::printable::escaped;

/// A table that is being filled.
pub(super) struct Table(comfy_table::Table);

/// What a cell shows: one line of printable characters, or several.
pub(super) struct Cell(String);

impl Table {
    /// A table of these columns, as wide as the terminal.
    pub(super) fn new(width: Option<u16>, header: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
        if let Some(width) = width {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        table.set_header(header.iter().copied());
        Table(table)
    }

    pub(super) fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        self.0.add_row(row.into_iter().map(|cell| cell.0));
    }

    /// The table's lines without the blanks at their ends.
    pub(super) fn page(&self) -> Page {
        let lines = self.0.lines();
        lines
            .map(|line| {
                let line = line.trim_end();
                line.strip_prefix(' ').unwrap_or(line).to_owned()
            })
            .collect()
    }
}

impl Cell {
    /// As [`Cell::lines`], with a dash for an empty list.
    pub(super) fn lines_or_dash(list: &[String]) -> Self {
        if list.is_empty() { Cell::from("-") } else { Cell::lines(list) }
    }

    /// A list with one item a line.
    pub(super) fn lines(list: &[String]) -> Self {
        let items = list.iter().map(|item| escaped(&shortened(item)).into_owned());
        Cell(items.collect::<Vec<_>>().join("\n"))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell(escaped(&shortened(text)).into_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::from(text.as_str())
    }
}

/// A switch, with the name that operators know where it is another one.
pub(super) fn switch_label(name: &str, known_as: Option<&str>) -> String {
    known_as.map_or_else(|| name.to_owned(), |known_as| format!("{name} ({known_as})"))
}

/// A list in one line.
pub(super) fn or_dash(list: &[String], separator: &str) -> String {
    if list.is_empty() { "-".to_owned() } else { list.join(separator) }
}
