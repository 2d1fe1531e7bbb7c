//! `qdns record ls`.

use std::net::IpAddr;

use clap::Args;
use ipnet::IpNet;
use wildmatch::WildMatch;

use crate::commands::Context;
use crate::error::{Error, Result};
use crate::model::foreign::foreign_names;
use crate::model::shell::CommandLine;
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::output::records::Records;

/// List hosts with their addresses.
#[derive(Args, Debug, Default)]
#[command(after_help = "\
Examples:
  qdns record ls                           every host of every zone
  qdns record ls net1
  qdns record ls net1 --name 'web-*'
  qdns record ls --address 10.0.0.0/24     hosts in this network
  qdns record ls net1 -o plain | cut -f2   one column, for a script")]
pub struct LsArgs {
    /// The switch, by name or UUID; all switches if omitted
    switch: Option<String>,
    /// Only hosts whose hostname or FQDN matches; * matches any text, ? any character
    #[arg(long, value_name = "GLOB")]
    name: Option<String>,
    /// Only hosts with this address, or with one in this network
    #[arg(long, value_name = "IP|CIDR")]
    address: Option<String>,
}

impl LsArgs {
    /// All hosts of a switch.
    pub(crate) fn of(switch: String) -> Self {
        LsArgs { switch: Some(switch), ..LsArgs::default() }
    }

    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        let glob = self.name.as_deref().map(WildMatch::new_case_insensitive);
        let net = self.address.as_deref().map(parse_net).transpose()?;
        let (snapshot, switch) = context.read_zones(self.switch.as_deref())?;
        let topology = Topology::of(&snapshot);
        let mut records = match switch {
            Some(switch) => {
                let network = topology.network(switch.uuid)?;
                for shared in topology.shared_zones(network) {
                    let home = topology.home_name(shared);
                    let list = CommandLine::qdns(["record", "ls"]).value(home);
                    let name = network.name();
                    context
                        .printer
                        .warn(&format!("{name} shares the zone of {home}, not listed here: {list}"));
                }
                let zone = topology.zone_of(network)?;
                let records = zone.map(|zone| Records::of(&topology, zone)).unwrap_or_default();
                Records { foreign: network.foreign_names(), ..records }
            }
            None => Records { foreign: foreign_names(&snapshot.dns), ..Records::all(&topology) },
        };
        if glob.is_some() || net.is_some() {
            records.foreign.clear();
        }
        records.records.retain(|record| {
            let named = |glob: &WildMatch| glob.matches(&record.hostname) || glob.matches(&record.fqdn);
            let within = |net: &IpNet| {
                let mut addresses = record.addresses.iter().filter_map(|text| text.parse::<IpAddr>().ok());
                addresses.any(|address| net.contains(&address))
            };
            glob.as_ref().is_none_or(named) && net.as_ref().is_none_or(within)
        });
        Ok(Reply::from(records))
    }
}

fn parse_net(text: &str) -> Result<IpNet> {
    let net = text.parse::<IpNet>();
    net.or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
        Error::invalid(format!("address {text:?} is refused: it is neither an address nor a network"))
            .hint("use an address such as `10.0.0.10` or a network such as `10.0.0.0/24`")
    })
}
