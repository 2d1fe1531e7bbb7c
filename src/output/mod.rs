//! What is printed: answers on standard output as a table, JSON or plain lines; everything else on
//! standard error. Each answer has a file of its own and each format has one; only this module prints.

mod answer;
pub(crate) mod changes;
pub(crate) mod checks;
pub(crate) mod doctor;
mod failure;
mod fix;
pub(crate) mod forwarders;
mod json;
pub(crate) mod lookup;
mod plain;
mod printer;
mod progress;
pub(crate) mod records;
pub(crate) mod sync;
mod table;
mod terminal;
pub(crate) mod text;
pub(crate) mod zones;

pub use answer::{Answer, Reply};
pub use printer::{Color, Format, Printer, note, render, render_plan, set_color};
pub use progress::Progress;
