//! What is: names, addresses, hosts, and the rows of OVN's databases. Nothing here runs a program or reads a file.

pub mod a_label;
pub mod acls;
pub mod address;
pub mod advertisement;
pub mod alike;
pub mod answer_size;
pub mod balancer;
pub mod dhcp;
pub mod dhcp_grammar;
mod dhcp_lexer;
pub mod edns;
#[cfg(test)]
pub mod fixture;
pub mod foreign;
pub mod forwarding;
#[cfg(test)]
pub mod fuzzing;
pub mod host;
pub mod json;
pub mod life;
pub mod listing;
pub mod lookup;
pub mod marks;
pub mod name;
pub mod nearest;
pub mod network;
pub mod owner;
pub mod port;
pub mod port_index;
pub mod port_names;
pub mod printable;
pub mod reach;
pub mod release;
pub mod reserved;
pub mod resolvers;
pub mod responder;
pub mod scan;
pub mod shell;
pub mod snapshot;
pub mod southbound;
pub mod subnets;
pub mod switch;
pub mod topology;
pub mod zone;
