//! What `forwarders set` is asked for.

use std::net::{IpAddr, SocketAddr};

use crate::model::balancer::PORT;
use crate::model::shell::CommandLine;
use crate::plan::balancer::VipChoice;

/// The resolvers for names of other networks, and how guests reach them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forwarders {
    /// The guests ask the resolvers.
    Direct(Vec<IpAddr>),
    /// The guests ask their router, and a load balancer forwards to the resolvers.
    Balanced { vip: VipChoice, resolvers: Vec<SocketAddr> },
}

impl Forwarders {
    /// The addresses of the resolvers.
    pub fn resolvers(&self) -> Vec<IpAddr> {
        match self {
            Forwarders::Direct(servers) => servers.clone(),
            Forwarders::Balanced { resolvers, .. } => resolvers.iter().map(SocketAddr::ip).collect(),
        }
    }
}

/// What the guests of a switch get by DHCP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub forwarders: Forwarders,
    /// Whether they get the zone's domain as their search domain.
    pub search: bool,
    /// Whether guests that have no DHCP row get one.
    pub create_dhcp: bool,
}

impl Wanted {
    /// The command that sets it.
    pub fn command(&self, switch: &str) -> CommandLine {
        let line = CommandLine::qdns(["forwarders", "set"]).value(switch);
        let line = match &self.forwarders {
            Forwarders::Direct(servers) => servers.iter().fold(line, CommandLine::value),
            Forwarders::Balanced { vip, resolvers } => {
                let line =
                    resolvers.iter().map(|resolver| resolver_word(*resolver)).fold(line, CommandLine::value);
                line.option("--via").option(match vip {
                    VipChoice::Auto => "auto".to_owned(),
                    VipChoice::Address(vip) => vip.to_string(),
                })
            }
        };
        let line = if self.search { line } else { line.option("--no-search") };
        if self.create_dhcp { line.option("--create-dhcp") } else { line }
    }
}

/// A resolver as a command takes it.
fn resolver_word(resolver: SocketAddr) -> String {
    if resolver.port() == PORT { resolver.ip().to_string() } else { resolver.to_string() }
}
