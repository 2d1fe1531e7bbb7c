//! The commands: `commands/<noun>/<verb>.rs` has the arguments of a command and its function.

pub mod api;
pub mod apply;
mod audit;
pub mod completions;
mod context;
pub mod doctor;
pub mod forwarders;
mod global;
pub mod hook;
mod limited_input;
pub mod lookup;
pub mod prune_stale;
pub mod record;
mod service;
mod settings;
pub mod southbound;
pub mod status;
pub mod sync;
pub mod zone;

pub use context::Context;
pub use global::GlobalOptions;
pub use settings::Settings;
