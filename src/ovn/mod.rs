//! The only place that knows ovn-nbctl(8): argument lists out, JSON in.

pub mod candidates;
pub mod classify;
pub mod forwarders;
pub mod json;
pub mod lookup;
pub mod nbctl;
pub mod parts;
pub mod ports;
pub mod process;
pub mod quote;
pub mod read;
mod rows;
pub mod sbctl;
pub mod southbound;
mod tls;
pub mod trace;
pub mod watch;
pub mod write;
