//! `qdns status`: one line a switch.

use clap::Args;

use super::Context;
use crate::doctor::facts::Facts;
use crate::doctor::{Check, examine, find};
use crate::error::Result;
use crate::model::snapshot::{Snapshot, Switch};
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::output::status::Status;
use crate::ovn::SwitchRef;

/// The checks of doctor that need no more than is read here.
const CHECKS: [&str; 6] = [
    "zone-orphaned",
    "zone-duplicate",
    "zone-misattached",
    "name-shadowed",
    "dhcp-no-dns-server",
    "search-domain-missing",
];

/// Show one line for each switch: its names, forwarders and faults.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns status                 every switch, also those without a zone
  qdns status net1 net2
  qdns status -o json | jq '.switches[] | select(.findings != [])'

NAMES lists the programs that provide names on the switch. FORWARDERS lists the resolvers that its guests get by \
DHCP. FINDINGS lists the faults that these columns can show, such as a search domain that is not the zone's \
domain; `qdns doctor` checks everything.")]
pub struct StatusArgs {
    /// The switches, by name or UUID; all switches if omitted
    #[arg(value_name = "SWITCH")]
    switches: Vec<String>,
}

impl StatusArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        let (snapshot, named) = self.read(context)?;
        let facts = Facts::of_northbound(snapshot, "not read for an overview");
        let checks: Vec<&Check> = CHECKS.iter().filter_map(|code| find(code)).collect();
        let findings = examine(&facts, &checks).findings;
        let Ok(snapshot) = &facts.northbound else { return Ok(Reply::from(Status::default())) };
        let is_wanted = |uuid, name: &str| {
            let mut named = named.iter();
            self.switches.is_empty()
                || named.any(|switch| (switch.uuid, switch.name.as_str()) == (uuid, name))
        };
        Ok(Reply::from(Status::of(&Topology::of(snapshot), &findings, is_wanted)))
    }

    /// What is read, and the switches that were named.
    fn read(&self, context: &Context) -> Result<(Snapshot, Vec<Switch>)> {
        if self.switches.is_empty() {
            return Ok((context.nb.read_status()?, Vec::new()));
        }
        let switches = self.switches.iter().map(|name| SwitchRef::parse(name)).collect::<Result<Vec<_>>>()?;
        let (mut snapshot, found) = context.nb.read_status_of(&switches)?;
        // Without it, the zone of a deleted switch is found as one that was left over.
        snapshot.switches.retain(|switch| !switch.is_deleted);
        Ok((snapshot, found))
    }
}
