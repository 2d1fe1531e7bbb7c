//! `qdns record show`.

use std::net::IpAddr;

use clap::Args;

use crate::commands::Context;
use crate::error::{Error, Result};
use crate::model::host::host_name;
use crate::model::shell::CommandLine;
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::output::record::ShownRecords;
use crate::ovn::SwitchRef;
use crate::ovn::ports::Switches;
use crate::plan::draft::Draft;

/// Show one host: its addresses, PTR records, aliases and port, and who else serves its name.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns record show net1 web-server
  qdns record show net1 10.0.0.10     the hosts that have this address")]
pub struct ShowArgs {
    /// The switch, by name or UUID
    switch: String,
    /// The hostname, such as web-server or web-server.internal, or an address
    #[arg(value_name = "HOSTNAME|ADDRESS")]
    hostname: String,
}

impl ShowArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let switch = SwitchRef::parse(&self.switch)?;
        let (snapshot, found) = context.nb.read_guests(&Switches::Named(vec![switch]))?;
        let topology = Topology::of(&snapshot);
        let network = &found.first().map(|switch| topology.network(switch.uuid)).transpose()?;
        let Some(network) = network else { return Err(Error::not_found("there is no such switch")) };
        let name = network.name();
        let Some(zone) = topology.zone_of(network)? else {
            return Err(Error::not_found(format!("switch {name} has no zone"))
                .hint(CommandLine::qdns(["zone", "create"]).value(name).to_string()));
        };
        let hosts = zone.hosts();
        let names: Vec<String> = match self.hostname.parse::<IpAddr>() {
            Ok(address) => {
                let holders = hosts.by_name.values().filter(|host| host.alias_of.is_none());
                let holders = holders.filter(|host| host.addresses().contains(&address));
                let names: Vec<String> = holders.map(|host| host.name.to_string()).collect();
                if names.is_empty() {
                    return Err(Error::not_found(format!("no host of {name} has the address {address}"))
                        .hint(format!(
                            "{} lists its hosts",
                            CommandLine::qdns(["record", "ls"]).value(name)
                        )));
                }
                names
            }
            Err(_) => {
                Draft::open(&topology, network)?.check_exists(&self.hostname)?;
                vec![host_name(&self.hostname, &zone.domain).into_owned()]
            }
        };
        Ok(Reply::from(ShownRecords::of(&topology, network, zone, &hosts, &names)))
    }
}
