//! The only place that knows ovn-nbctl(8): argument lists out, JSON in.

pub mod batches;
pub mod candidates;
pub mod classify;
pub mod forwarders;
pub mod json;
pub mod lookup;
pub mod nbctl;
pub mod ports;
pub mod process;
pub mod program;
pub mod quote;
pub mod read;
pub mod sbctl;
pub mod southbound;
mod tls;
pub mod trace;
pub mod transaction;
pub mod watch;
pub mod write;
