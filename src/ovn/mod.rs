//! OVN's command-line clients: a file for each wrapped program, reads named after what they read, one path for writes.

mod batches;
pub(crate) mod child;
pub(crate) mod choice;
mod completion;
pub(crate) mod copy;
mod errors;
mod everything;
mod forwarders;
mod json;
mod leader;
mod left_over;
mod lookup;
mod nbctl;
pub(crate) mod northbound;
mod operations;
pub(crate) mod ovsdb_client;
pub(crate) mod ports;
mod process;
mod program;
mod query;
pub(crate) mod quote;
mod read;
mod rows;
pub(crate) mod sbctl;
mod shares;
pub(crate) mod southbound;
mod surroundings;
mod tls_errors;
pub(crate) mod trace;
pub(crate) mod transaction;
pub(crate) mod updates;
pub(crate) mod watch;
mod write;
mod zones;

pub(crate) use process::{is_stopping, stopping};
pub(crate) use query::SwitchRef;
