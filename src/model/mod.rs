//! What qdns knows, without any process or file: names, addresses, hosts, a snapshot of the
//! northbound database, and plans of what to change in it.

pub mod address;
pub mod balancer;
pub mod dhcp;
#[cfg(test)]
pub mod fixture;
pub mod forwarding;
pub mod host;
pub mod lookup;
pub mod marks;
pub mod name;
pub mod port;
pub mod port_index;
pub mod release;
pub mod resolvers;
pub mod responder;
pub mod snapshot;
pub mod southbound;
pub mod switch;
pub mod topology;
pub mod words;
pub mod zone;
