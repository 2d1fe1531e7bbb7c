//! Tables for people: one line a row, and no word is broken. A narrow terminal gets fewer columns.

use super::page::{Page, shortened};
use crate::model::printable::escaped;

/// A table that is being filled.
pub(super) struct Table {
    width: Option<u16>,
    header: Vec<&'static str>,
    spare: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// What a cell shows, in printable characters.
pub(super) struct Cell(String);

impl Table {
    /// A table of these columns for a terminal of this width.
    pub(super) fn new(width: Option<u16>, header: &[&'static str]) -> Self {
        Table { width, header: header.to_vec(), spare: Vec::new(), rows: Vec::new() }
    }

    /// Columns that a narrow terminal does not get, the first one that goes first.
    #[must_use]
    pub(super) fn spare(mut self, columns: &[&'static str]) -> Self {
        self.spare = columns.to_vec();
        self
    }

    pub(super) fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        self.rows.push(row.into_iter().map(|cell| cell.0).collect());
    }

    /// The table's lines without the blanks at their ends.
    pub(super) fn page(mut self) -> Page {
        if let Some(width) = self.width {
            self.fit(usize::from(width));
        }
        let table = self.drawn();
        let lines = table.lines().map(|line| {
            let line = line.trim_end();
            line.strip_prefix(' ').unwrap_or(line).to_owned()
        });
        lines.collect()
    }

    /// Removes columns until the lines fit.
    fn fit(&mut self, width: usize) {
        for column in std::mem::take(&mut self.spare) {
            let widths = self.drawn().column_max_content_widths();
            if widths.into_iter().map(|column| usize::from(column) + GAP).sum::<usize>() <= width + GAP {
                break;
            }
            if let Some(index) = self.header.iter().position(|name| *name == column) {
                self.header.remove(index);
                self.rows.iter_mut().for_each(|row| drop(row.remove(index)));
            }
        }
    }

    fn drawn(&self) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        table.set_content_arrangement(comfy_table::ContentArrangement::Disabled);
        table.set_header(self.header.iter().copied());
        table.add_rows(self.rows.iter().map(|row| row.iter().map(String::as_str)));
        table
    }
}

/// The blanks between two columns.
const GAP: usize = 2;

impl Cell {
    /// A list, or a dash where it is empty.
    pub(super) fn list(list: &[String]) -> Self {
        Cell::from(or_dash(list, " "))
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

/// A switch or port, with the name that operators know where it is another one.
pub(super) fn label(name: &str, known_as: Option<&str>) -> String {
    known_as.map_or_else(|| name.to_owned(), |known_as| format!("{name} ({known_as})"))
}

/// A list in one line.
pub(super) fn or_dash(list: &[String], separator: &str) -> String {
    if list.is_empty() { "-".to_owned() } else { list.join(separator) }
}
