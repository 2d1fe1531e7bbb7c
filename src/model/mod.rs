//! What qdns knows, without any process or file: names, addresses, hosts, a snapshot of the
//! northbound database, and plans of what to change in it.

pub mod address;
pub mod balancer;
pub mod dhcp;
pub mod domain_xml;
pub mod glob;
pub mod host;
pub mod leases;
pub mod name;
pub mod port;
pub mod port_index;
pub mod release;
pub mod responder;
pub mod snapshot;
pub mod switch;
pub mod words;
pub mod zone;
