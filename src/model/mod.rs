//! What qdns knows, without any process or file: names, addresses, hosts, a snapshot of the
//! northbound database, and plans of what to change in it.

pub mod address;
pub mod bad_lines;
pub mod balancer;
pub mod dhcp;
pub mod domain_xml;
pub mod forwarders;
pub mod glob;
pub mod guest;
pub mod host;
pub mod import;
pub mod name;
pub mod plan;
pub mod port;
pub mod registration;
pub mod release;
pub mod responder;
pub mod snapshot;
pub mod stale;
pub mod switch;
pub mod sync;
pub mod words;
pub mod zone;
