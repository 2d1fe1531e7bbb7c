//! Importing what `forwarders set` wrote: DHCP options and load balancers.

use std::collections::HashSet;
use std::net::SocketAddr;

use super::Restoring;
use crate::error::{Error, Result};
use crate::model::balancer::{Holder, PROTOCOLS, balancer_uuids, parse_resolver};
use crate::model::dhcp_grammar::check_written;
use crate::model::listing::some_of;
use crate::model::marks::{before_mark, is_dhcp_mark, option_of_before_mark};
use crate::model::snapshot::{DhcpOptions, Map};
use crate::model::topology::Network;
use crate::plan::backup::{BalancerEntry, DhcpEntry};
use crate::plan::bad_lines::BadLine;
use crate::plan::change::{Change, Column, Entry};
use crate::plan::forwarders::{created_again, unreadable};
use crate::plan::import::Import;
use crate::plan::{Plan, Undo, balancer};

impl Restoring<'_, '_> {
    /// Plans the options that `forwarders set` wrote, in the rows that the same ports use, or in a row that it created, again;
    /// returns a warning.
    pub(super) fn dhcp_options(&mut self, entry: &DhcpEntry) -> Option<String> {
        let topology = self.topology;
        let is_ipv4 = !entry.cidr.contains(':');
        let ports: HashSet<&str> = entry.ports.iter().map(String::as_str).collect();
        let mut found = false;
        for leases in topology.leases.iter().filter(|leases| leases.row.is_ipv4() == is_ipv4) {
            let mut users = leases.users.iter();
            let user = users.find(|(_, users)| users.iter().any(|port| ports.contains(port.name.as_str())));
            let Some((index, _)) = user else { continue };
            found = true;
            self.write_options(&topology.switches[*index], leases.row, entry);
        }
        if !found {
            match created_again(topology, entry) {
                Ok(None) => {}
                Ok(Some((network, new))) => {
                    found = true;
                    new.create(self.plan(network));
                    self.write_options(network, &new.row, entry);
                }
                Err(error) => {
                    found = true;
                    self.bad.push(BadLine::of(entry.line, error));
                }
            }
        }
        (!found).then(|| {
            let names = some_of(&entry.ports);
            format!(
                "forwarders of {} are left out: none of these ports uses DHCP options: {names}",
                entry.cidr
            )
        })
    }

    fn write_options(&mut self, network: &Network, row: &DhcpOptions, entry: &DhcpEntry) {
        match options(row, entry, self.import) {
            Ok(changes) if changes.is_empty() => {}
            Ok(changes) => {
                let plan = self.plan(network);
                plan.undo.extend(inverse(&changes).map(Undo::Changes));
                plan.changes.extend(changes.into_iter().map(Change::Entry));
            }
            Err(error) => self.bad.push(BadLine::of(entry.line, error)),
        }
    }

    /// Plans a load balancer of `forwarders set --via`; returns a warning.
    pub(super) fn balancer(&mut self, entry: &BalancerEntry) -> Option<String> {
        let network = self.network(entry.line, &entry.switch)?;
        let place = PROTOCOLS.iter().position(|protocol| *protocol == entry.protocol);
        let Some(place) = place else {
            let why = format!("protocol {:?} is neither udp nor tcp", entry.protocol);
            self.bad.push(BadLine::new(entry.line, why));
            return None;
        };
        if let Err(error) = check_vips(&entry.vips) {
            self.bad.push(BadLine::of(entry.line, error));
            return None;
        }
        let holder = match &entry.router {
            None => Holder::Switch(network.switch),
            Some(name) => match self.topology.rows.routers.iter().find(|router| router.name == *name) {
                Some(router) => Holder::Router(router),
                None => {
                    return Some(format!(
                        "the load balancer of {} for {} is left out: there is no router {name}",
                        entry.switch, entry.protocol
                    ));
                }
            },
        };
        let row = (PROTOCOLS[place], balancer_uuids(network.switch.uuid)[place]);
        let topology = self.topology;
        balancer::write(self.plan(network), topology, network, holder, row, &entry.vips);
        None
    }
}

/// The options and marks of a row as a file has them.
///
/// # Errors
/// Invalid input for a value that OVN cannot read; a conflict where the row belongs to another program, or an option has a value from neither before nor after
/// `forwarders set` and the file does not win.
fn options(row: &DhcpOptions, entry: &DhcpEntry, import: &Import) -> Result<Vec<Entry>> {
    if row.owner().is_foreign() {
        let (owner, uuid) = (row.owner().name(), row.uuid);
        return Err(Error::conflict(format!("DHCP row {uuid} ({}) belongs to {owner}", row.cidr)));
    }
    let mut plan = Plan::default();
    for option in entry.external_ids.keys().filter_map(|mark| option_of_before_mark(mark)) {
        let (is, wanted) = (row.options.get(option), entry.options.get(option));
        check_option(option, wanted, row)?;
        let before = entry.external_ids.get(&before_mark(option)).filter(|before| !before.is_empty());
        import.try_each(|wins| {
            if wins || is == wanted || is.is_none() || is == before {
                return Ok(());
            }
            let is = is.map_or("", String::as_str);
            Err(Error::conflict(format!("{option} of {} is {is} already", row.cidr)))
        })?;
        plan.set(Column::DhcpOptions, row.uuid, Some(&row.options), option, wanted.map(String::as_str));
    }
    for (mark, value) in entry.external_ids.iter().filter(|(mark, _)| is_dhcp_mark(mark)) {
        plan.set(Column::DhcpMarks, row.uuid, Some(&row.external_ids), mark, Some(value));
    }
    Ok(plan.entries().cloned().collect())
}

/// ovn-northd copies the value into a flow as it is.
fn check_option(option: &str, value: Option<&String>, row: &DhcpOptions) -> Result<()> {
    let checked = value.map_or(Ok(()), |value| check_written(option, value, row.is_ipv4()));
    checked.map_err(|why| unreadable(option, value.map_or("", String::as_str), &why))
}

/// ovn-northd copies the backends into a flow as they are.
pub(in crate::plan) fn check_vips(vips: &Map) -> Result<()> {
    for (vip, backends) in vips {
        for address in std::iter::once(vip.as_str()).chain(backends.split(',')) {
            let refused = || format!("load balancer {address:?} is refused: it is no address with a port");
            address.parse::<SocketAddr>().map_err(|_| Error::invalid(refused()))?;
            parse_resolver(address)?;
        }
    }
    Ok(())
}

/// What restores the values from before; `None` where the changes only add.
fn inverse(changes: &[Entry]) -> Option<Vec<Change>> {
    let is_replaced = changes.iter().any(|entry| entry.from.is_some());
    is_replaced.then(|| changes.iter().map(|entry| Change::Entry(entry.reversed())).collect())
}
