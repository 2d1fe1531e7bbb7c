//! The DHCP rows that the ports of a switch use, and whether they may be written.

use std::net::IpAddr;

use super::create;
use super::wanted::Wanted;
use crate::error::{Error, Result};
use crate::model::listing::some_of;
use crate::model::owner::resolver_command;
use crate::model::snapshot::{DhcpOptions, Port, Switch};
use crate::model::topology::{Network, Topology};
use crate::plan::Plan;
use crate::plan::change::Reference;

/// # Errors
/// A conflict where a row that the resolvers would be written to belongs to another program.
pub(super) fn refuse_foreign<'a>(
    switch: &Switch,
    resolvers: &[IpAddr],
    rows: impl Iterator<Item = &'a DhcpOptions>,
) -> Result<()> {
    let foreign: Vec<&DhcpOptions> = rows.filter(|row| row.owner().is_foreign()).collect();
    let Some(first) = foreign.first() else { return Ok(()) };
    let named = foreign.iter().map(|row| format!("{} ({})", row.uuid, row.cidr)).collect::<Vec<_>>();
    let (noun, verb) = if foreign.len() == 1 { ("row", "belongs") } else { ("rows", "belong") };
    let error = Error::conflict(format!(
        "DHCP {noun} of switch {} {verb} to {}, so qdns changes nothing: {}",
        switch.name,
        first.owner().name(),
        some_of(&named)
    ));
    let commands = foreign.iter().filter_map(|row| resolver_command(row, resolvers));
    let mut hints: Vec<String> = commands.map(|command| command.line()).collect();
    hints.dedup();
    Err(hints.into_iter().fold(error, Error::hint))
}

/// A DHCP row that ports of a switch use.
#[derive(Debug)]
pub(super) struct UsedRow<'t, 'a> {
    pub row: &'a DhcpOptions,
    /// The switch's ports that use it.
    ports: &'t [&'a Port],
    /// The names of the other switches whose ports use it.
    pub shared_with: Vec<&'t str>,
}

impl UsedRow<'_, '_> {
    /// The other switches that use the row, for the question; `None` where there are none.
    pub fn sharing(&self) -> Option<String> {
        let UsedRow { row, shared_with, .. } = self;
        (!shared_with.is_empty())
            .then(|| format!("row {} ({}) with {}", row.uuid, row.cidr, shared_with.join(", ")))
    }

    /// Makes the plan fail where the switch no longer uses the row when it is written: its first port counts.
    pub fn expect_use(&self, plan: &mut Plan) {
        plan.expects_references
            .extend(self.ports.first().map(|port| Reference::to_dhcp_options(port, self.row)));
    }
}

/// The DHCP rows that the ports of a switch use.
pub(super) fn rows_of<'t, 'a>(topology: &'t Topology<'a>, network: &Network) -> Vec<UsedRow<'t, 'a>> {
    let used = topology.leases_of(network).map(|(leases, ports)| UsedRow {
        row: leases.row,
        ports,
        shared_with: topology.shared_with(leases, network),
    });
    used.collect()
}

pub(super) fn question(shared: Vec<String>) -> Option<String> {
    (!shared.is_empty())
        .then(|| format!("change DHCP options that other switches share: {}", shared.join("; ")))
}

/// The error where no guest would get the resolvers, with the command that makes rows for them; or where no rows could be
/// made, the warnings that say why.
pub(super) fn no_matching_rows(
    network: &Network,
    wanted: &Wanted,
    servers: &[IpAddr],
    warnings: Option<&Vec<String>>,
    has_no_rows: bool,
) -> Error {
    let is_ipv4 = servers.iter().any(IpAddr::is_ipv4);
    let (switch, name) = (network.switch, &network.switch.name);
    let error = Error::conflict(if has_no_rows {
        format!("no port of switch {name} uses DHCP options, so no guest would get the resolvers")
    } else {
        format!("no port of switch {name} uses DHCP options of the resolvers' address family")
    });
    if switch.owner().is_foreign() {
        return error
            .hint(format!("the switch belongs to {}, which decides about its DHCP", switch.owner().name()));
    }
    if let Some(warnings) = warnings {
        return if warnings.is_empty() {
            error.hint("it has no guest port that could get them")
        } else {
            warnings.iter().fold(error, Error::hint)
        };
    }
    if create::is_possible(network, is_ipv4) {
        let set = Wanted { create_dhcp: true, ..wanted.clone() }.command(network.name());
        return error.hint(format!("{set} makes them"));
    }
    let example = if is_ipv4 { "10.0.0.0/24" } else { "fd00::/64" };
    let subnets = network.subnets();
    let net = subnets.into_iter().find(|net| net.addr().is_ipv4() == is_ipv4).or(example.parse().ok());
    net.iter().fold(error, |error, net| error.hint(create::by_hand(net)))
}
