//! Tells a person that a host which was just added has no port.

use crate::commands::Context;
use crate::error::Result;
use crate::model::host::host_name;
use crate::model::life::Life;
use crate::model::shell::CommandLine;
use crate::model::topology::Topology;
use crate::ovn::ports::Switches;
use crate::plan::stale;

/// Reads the ports of the switch: after the change, which must not wait for that. A read that fails is no error of the
/// change.
pub(super) fn remark(context: &Context, switch: &str, hostname: &str) {
    if let Ok(Some(line)) = line(context, switch, hostname) {
        context.printer.remark(&line);
    }
}

fn line(context: &Context, switch: &str, hostname: &str) -> Result<Option<String>> {
    let (snapshot, switches) = context.nb.read_guests(&Switches::parse(&[switch.to_owned()], false)?)?;
    let topology = Topology::of(&snapshot);
    let Some(found) = switches.first() else { return Ok(None) };
    let life = Life::of(&topology);
    let (draft, stale, _) = stale::of_network(&topology, &life, topology.network(found.uuid)?)?;
    let name = host_name(hostname, draft.domain());
    Ok(stale.iter().find(|stale| stale.host.name == name).map(|stale| {
        let add = CommandLine::qdns(["record", "add"]).value(switch).value(&name);
        let addresses = stale.host.addresses();
        let keep = addresses.iter().fold(add, CommandLine::value).option("--static");
        let evidence = stale.evidence();
        format!("{evidence}: prune-stale would remove it; to keep it: {keep}")
    }))
}
