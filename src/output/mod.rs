//! What is printed: answers on standard output as a table, JSON or plain lines; everything else on
//! standard error. Each answer has a file of its own and each format has one; only this module prints.

mod answer;
pub mod changes;
pub mod checks;
pub mod doctor;
mod doctor_page;
pub mod documents;
mod elsewhere;
mod failure;
mod fix;
pub mod forwarders;
pub mod http;
mod journal;
mod json;
pub mod lookup;
mod page;
mod plain;
mod printer;
mod progress;
mod question;
pub mod record;
pub mod records;
pub mod status;
pub mod sync;
mod table;
mod terminal;
pub mod text;
mod wrap;
pub mod zones;

pub use answer::Reply;
pub use page::Page;
pub use printer::{Color, Format, Printer, note, print_styled, render, render_plan, set_color};
pub use question::ask;
