//! `qdns record rm`.

use std::collections::BTreeSet;

use clap::Args;
use uuid::Uuid;

use crate::commands::Context;
use crate::commands::apply::{Applied, OnLostRace, apply_to};
use crate::error::{Error, Kind, Result};
use crate::model::address;
use crate::model::host::{Text, host_name};
use crate::output::Reply;
use crate::ovn::SwitchRef;
use crate::plan::draft::Draft;

/// Remove hosts with all their names, or one address of a host.
#[derive(Args, Debug, Default)]
#[command(after_help = "\
Examples:
  qdns record rm net1 web-server
  qdns record rm net1 web-server db-server --if-exists
  qdns record rm net1 web-server --address 10.0.0.11    one of its addresses")]
pub struct RmArgs {
    /// The switch, by name or UUID
    switch: String,
    /// The hostnames, such as web-server or web-server.internal
    #[arg(required = true, value_name = "HOSTNAME")]
    hostnames: Vec<String>,
    /// Remove only this address of the host; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    address: Vec<String>,
    /// Succeed if a host does not exist, or does not have the address
    #[arg(long)]
    if_exists: bool,
}

impl RmArgs {
    /// One host with all its names and addresses.
    pub(crate) fn host(switch: String, hostname: String) -> Self {
        RmArgs { switch, hostnames: vec![hostname], ..RmArgs::default() }
    }

    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        self.apply(context).map(Applied::reply)
    }

    /// # Errors
    /// As [`Draft::remove`] and [`apply_to`].
    pub(crate) fn apply(self, context: &Context) -> Result<Applied> {
        let switch = SwitchRef::parse(&self.switch)?;
        let addresses = self.address.iter().map(|text| address::parse(text)).collect::<Result<Vec<_>>>()?;
        if !addresses.is_empty() && self.hostnames.len() > 1 {
            return Err(Error::invalid("--address removes addresses of one host, and several are named")
                .hint("name one host"));
        }
        let read = || context.nb.read_even_deleted(&switch);
        apply_to(context, OnLostRace::Fail, read, |topology, network| {
            let mut draft = Draft::open(topology, network)?;
            let domain = draft.domain().clone();
            let mut named: BTreeSet<Text> = BTreeSet::new();
            let mut warnings = Vec::new();
            // An argument may repeat a host, also with and without its domain.
            for hostname in self.hostnames.iter().filter(|name| named.insert(host_name(name, &domain))) {
                warnings.extend(draft.origin(hostname).map(|port| comes_back(hostname, port)));
                let removed = match &addresses[..] {
                    [] => draft.remove(hostname),
                    some => draft.remove_addresses(hostname, some),
                };
                match removed {
                    Err(error) if error.kind == Kind::NotFound && self.if_exists => {}
                    result => result?,
                }
            }
            let mut plan = draft.close();
            plan.warnings.append(&mut warnings);
            Ok(plan)
        })
    }
}

fn comes_back(hostname: &str, port: Uuid) -> String {
    format!(
        "{hostname}: a port registered it, and sync registers it again while that port exists; \
         ovn-nbctl set Logical_Switch_Port {port} external_ids:qdns-hostname=- prevents it"
    )
}
