//! A zone that answers, beside its switch: what checks of one zone look at.

use std::cell::OnceCell;
use std::net::IpAddr;

use super::finding::{Command, Finding};
use super::world::World;
use crate::model::host::{Host, Hosts};
use crate::model::port_index::PortIndex;
use crate::model::topology::Network;
use crate::model::zone::Zone;

/// A zone that answers, with its hosts and its switch. It is there only while checks look at it: the
/// hosts of all zones would take more memory than everything else.
#[derive(Debug)]
pub struct Served<'w, 'a> {
    /// Everything else.
    pub world: &'w World<'a>,
    /// The zone.
    pub zone: &'w Zone<'a>,
    /// Its hosts.
    pub hosts: Hosts<'a>,
    /// Its switch.
    pub network: &'w Network<'a>,
    port_index: OnceCell<PortIndex<'a>>,
}

impl<'w, 'a> Served<'w, 'a> {
    /// A zone and its switch.
    pub fn of(world: &'w World<'a>, network: &'w Network<'a>, zone: &'w Zone<'a>) -> Self {
        Served { world, zone, hosts: zone.hosts(), network, port_index: OnceCell::new() }
    }

    /// The hosts, in the order of their names.
    pub fn hosts(&self) -> impl Iterator<Item = &Host<'a>> {
        self.hosts.by_name.values()
    }

    /// What the switch's ports stand behind.
    pub fn port_index(&self) -> &PortIndex<'a> {
        self.port_index.get_or_init(|| PortIndex::of(self.network, &self.zone.domain, None))
    }

    /// A finding about something on the switch.
    pub fn found(&self, subject: &str, message: String) -> Finding {
        Finding::new(subject, message).on(self.network.name())
    }

    /// The command that registers a host under a name, its own or another.
    pub fn add(&self, host: &Host, name: &str, addresses: &[IpAddr], option: Option<&str>) -> Command {
        let words = ["record", "add", self.network.name(), name].map(str::to_owned);
        let addresses = addresses.iter().map(ToString::to_string);
        let options = host.option().into_iter().chain(option.map(str::to_owned));
        Command::qdns(words.into_iter().chain(addresses).chain(options))
    }

    /// The command that takes a host out.
    pub fn remove(&self, name: &str) -> Command {
        Command::qdns(["record", "rm", self.network.name(), name])
    }
}
