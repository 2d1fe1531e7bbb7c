//! A zone that answers, with its switch and its hosts: what checks of one zone look at, and what its hosts must be.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use super::entries::asked_for;
use super::finding::Finding;
use super::fix::{Fix, HostFix};
use super::input::Input;
use crate::model::address;
use crate::model::host::{Host, Hosts, host_name, is_asked_for};
use crate::model::life::Signs;
use crate::model::name::{HostArg, Hostname, suggestion};
use crate::model::port_index::PortIndex;
use crate::model::reserved::{Meaning, reserved};
use crate::model::snapshot::Port;
use crate::model::subnets::Subnets;
use crate::model::topology::Network;
use crate::model::zone::Zone;
use crate::plan::change::Column;

/// A zone that answers. It exists only while checks look at it: the hosts of all zones would take more memory
/// than everything else.
#[derive(Debug)]
pub struct AttachedZone<'i, 'a> {
    pub input: &'i Input<'a>,
    pub zone: &'i Zone<'a>,
    pub hosts: Hosts<'a>,
    pub network: &'i Network<'a>,
    /// All switches that list the zone, its home first.
    sharing: Vec<&'i Network<'a>>,
    port_index: OnceCell<PortIndex<'a>>,
    subnets: OnceCell<Subnets>,
    signs: OnceCell<Signs<'i, 'a>>,
    /// How many hosts have an address.
    holders: OnceCell<HashMap<IpAddr, usize>>,
}

impl<'i, 'a> AttachedZone<'i, 'a> {
    pub fn of(input: &'i Input<'a>, network: &'i Network<'a>, zone: &'i Zone<'a>) -> Self {
        let sharers = input.topology.sharers(zone);
        let sharing = std::iter::once(network).chain(sharers).collect();
        AttachedZone {
            input,
            zone,
            hosts: zone.hosts(),
            network,
            sharing,
            port_index: OnceCell::new(),
            subnets: OnceCell::new(),
            signs: OnceCell::new(),
            holders: OnceCell::new(),
        }
    }

    /// The hosts, in the order of their names.
    pub fn hosts(&self) -> impl Iterator<Item = &Host<'a>> {
        self.hosts.by_name.values()
    }

    /// The hosts without those that are aliases of another host of the zone.
    pub fn hosts_without_aliases(&self) -> impl Iterator<Item = &Host<'a>> {
        self.hosts().filter(|host| !self.follows(host))
    }

    /// Whether a host is an alias, and the host that it follows is there.
    pub fn follows(&self, host: &Host) -> bool {
        host.alias_of.as_ref().is_some_and(|target| self.hosts.by_name.contains_key(target))
    }

    /// The ports by address and name.
    pub fn port_index(&self) -> &PortIndex<'a> {
        self.port_index.get_or_init(|| PortIndex::of(&self.sharing, &self.zone.domain, None))
    }

    /// The subnets of the switches that list the zone.
    pub fn subnets(&self) -> &Subnets {
        self.subnets.get_or_init(|| Subnets::of(&self.sharing))
    }

    /// The guests that the zone answers.
    fn guests(&self) -> impl Iterator<Item = &'a Port> {
        self.sharing.iter().flat_map(|network| network.guests())
    }

    /// A finding about something on the switch.
    pub fn finding(&self, subject: &str, message: String) -> Finding {
        self.with_sharers(Finding::new(subject, message).on(self.network.name()))
    }

    /// A finding with all switches whose guests it concerns, where several share the zone.
    pub fn with_sharers(&self, finding: Finding) -> Finding {
        if self.sharing.len() < 2 {
            return finding;
        }
        let names: Vec<&str> = self.sharing.iter().map(|network| network.name()).collect();
        finding.seen("switches", names)
    }

    /// A finding about a reverse name, whose fix removes it.
    pub fn without_reverse_name(&self, key: &str, value: &str, message: String) -> Finding {
        let row = self.zone.row;
        self.finding(key, message)
            .seen("row", row.uuid)
            .seen("address", address::from_reverse_name(key).map(|ip| ip.to_string()))
            .seen("value", value)
            .fix(Fix::set(Column::DnsRecords, row.uuid, &row.records, key, None))
    }

    /// The name that an address must lead to: `name` where a host with the address or another row of the switch has it,
    /// else the first host with the address.
    pub fn reverse_name_of(&self, address: IpAddr, name: Option<String>) -> Option<String> {
        let others = || self.network.rows.iter().filter(|row| row.uuid != self.zone.row.uuid);
        let has_address = |host: &&Host| host.addresses().contains(&address) && !self.is_stale(host);
        let is_right = |name: &String| {
            let asked = asked_for(name);
            let host = self.hosts.by_name.get(host_name(&asked, &self.zone.domain).as_ref());
            others().any(|row| row.records.contains_key(&asked)) || host.filter(has_address).is_some()
        };
        name.filter(is_right).or_else(|| {
            let mut holders = self.hosts_without_aliases().filter(has_address);
            let name = holders.find_map(|host| Hostname::parse(&host.name).ok())?;
            name.fqdn(&self.zone.domain).ok()
        })
    }

    /// Whether a host has no port and no other sign that it lives, so that its name leads nowhere.
    pub fn is_stale(&self, host: &Host) -> bool {
        let addresses = host.addresses();
        !addresses.is_empty()
            && self.port_index().is_stale(host, &addresses)
            && self.signs().of_host(host).is_none()
    }

    /// The signs that hosts without a port live.
    pub fn signs(&self) -> &Signs<'i, 'a> {
        let rows = &self.input.topology.rows.dns;
        self.signs.get_or_init(|| self.input.life.at(&self.sharing, rows))
    }

    /// The addresses of the guest ports that may give them to a host, if there are any: of the port that registered it,
    /// and where no such port exists, of those that have its name themselves. What a port's `external_ids` say may come
    /// from anyone who may start a machine: it takes no name that was made by hand.
    pub fn port_addresses(&self, host: &Host) -> Option<Vec<IpAddr>> {
        let registered = host.origin.is_some();
        let origin = host.origin.filter(|origin| self.guests().any(|port| port.uuid == *origin));
        self.addresses_of(host, |port| match origin {
            Some(origin) => port.uuid == origin,
            None => registered || host_name(&port.name, &self.zone.domain) == host.name,
        })
    }

    /// The addresses of all guest ports that have a host's name, if there are any.
    pub fn claimed_addresses(&self, host: &Host) -> Option<Vec<IpAddr>> {
        self.addresses_of(host, |_| true)
    }

    fn addresses_of(&self, host: &Host, is_wanted: impl Fn(&Port) -> bool) -> Option<Vec<IpAddr>> {
        self.port_index().named(&host.name)?;
        let domain = &self.zone.domain;
        let is_named =
            |port: &&Port| port.guest_name(None).is_some_and(|name| host_name(name, domain) == host.name);
        let ports = self.guests().filter(is_named).filter(|port| is_wanted(port));
        Some(ports.flat_map(Port::guest_addresses).collect()).filter(|found: &Vec<IpAddr>| !found.is_empty())
    }

    /// The addresses of a host that moved: the ports with its name have addresses of that family, and the host has none
    /// of these. An address that a load balancer, NAT or a router serves did not move.
    pub fn moved_addresses(&self, host: &Host, of_ports: &[IpAddr]) -> Vec<IpAddr> {
        let addresses = host.addresses();
        let is_moved = |address: &IpAddr| {
            let of_family = |list: &[IpAddr]| -> Vec<IpAddr> {
                list.iter().filter(|ip| ip.is_ipv4() == address.is_ipv4()).copied().collect()
            };
            let (stored, real) = (of_family(&addresses), of_family(of_ports));
            !real.is_empty()
                && stored.iter().all(|ip| !real.contains(ip) && self.signs().service(*ip).is_none())
        };
        addresses.iter().filter(|address| is_moved(address)).copied().collect()
    }

    /// A host with the addresses that guests get now, and with all of its names and reverse names. `None` where its
    /// names have different addresses, or qdns would not accept it.
    pub fn as_stored(&self, host: &Host) -> Option<HostFix> {
        // What no guest ever got may be old: the ports that have the name know better.
        let of_ports = self.port_addresses(host).filter(|_| has_never_answered(host));
        let addresses = of_ports.or_else(|| agreed_addresses(host))?;
        let is_replaced = !is_same(&addresses, &host.addresses());
        Some(self.present(&host.name, host, addresses)?.replacing(is_replaced))
    }

    /// The same, for a finding about names: where hosts share an address, it is not known whose the reverse name is.
    pub fn as_stored_by_name(&self, host: &Host) -> Option<HostFix> {
        let fix = self.as_stored(host)?;
        Some(if self.shares_an_address(host) { fix.without_reverse_names() } else { fix })
    }

    fn shares_an_address(&self, host: &Host) -> bool {
        let holders = self.holders.get_or_init(|| {
            let mut holders = HashMap::new();
            for address in self.hosts_without_aliases().flat_map(Host::addresses) {
                *holders.entry(address).or_default() += 1;
            }
            holders
        });
        host.addresses().iter().any(|address| holders.get(address).is_some_and(|count| *count > 1))
    }

    /// A host as the switch's ports have it: removed where it has no port, else with the addresses of its port, or
    /// with those that are in the subnet.
    pub fn as_ports_have_it(&self, host: &Host) -> Option<HostFix> {
        let addresses = host.addresses();
        if Hostname::parse(&host.name).is_err() || why_reserved(host).is_some() {
            // The fix of name-invalid or name-reserved is for the whole host.
            return None;
        }
        if self.is_stale(host) {
            return Some(self.absent(host));
        }
        if let Some(found) = self.port_addresses(host) {
            let moved = self.moved_addresses(host, &found);
            if !moved.is_empty() {
                let is_of_moved = |ip: &IpAddr| moved.iter().any(|old| old.is_ipv4() == ip.is_ipv4());
                let kept = addresses.into_iter().filter(|address| !moved.contains(address));
                let new = found.into_iter().filter(is_of_moved);
                return Some(self.present(&host.name, host, new.chain(kept).collect())?.replacing(true));
            }
        }
        let inside: Vec<IpAddr> = addresses
            .into_iter()
            .filter(|address| {
                self.subnets().outside(*address).is_none() || self.signs().elsewhere(*address).is_some()
            })
            .collect();
        if inside.is_empty() {
            return Some(self.absent(host));
        }
        Some(self.present(&host.name, host, inside)?.replacing(true))
    }

    /// What a host that must have another name becomes: it goes, and comes back under the likeliest free name.
    pub fn renamed(&self, host: &Host) -> Vec<HostFix> {
        if self.is_stale(host) {
            return vec![self.absent(host)];
        }
        let addresses = self.port_addresses(host).unwrap_or_else(|| host.addresses());
        let name = suggestion(&host.name).or_else(|| suggestion(&format!("{}-1", host.name)));
        let is_free = |name: &String| !self.hosts.by_name.contains_key(name.as_str());
        let renamed = name
            .filter(is_free)
            .and_then(|name| self.present(&name, host, addresses))
            .map(|fix| if host.is_static { fix.keeping() } else { fix });
        std::iter::once(self.absent(host)).chain(renamed).collect()
    }

    /// A host that must have these addresses. `None` where qdns would not accept it.
    pub fn present(&self, name: &str, like: &Host, addresses: Vec<IpAddr>) -> Option<HostFix> {
        HostArg::parse(name).ok()?.under(&self.zone.domain).ok()?.fqdn(&self.zone.domain).ok()?;
        let is_refused = |address: &IpAddr| self.subnets().not_a_host(*address).is_some();
        let is_refused = addresses.iter().any(is_refused) || addresses.is_empty() || self.is_foreign(name);
        (!is_refused).then(|| HostFix::present(self.network, name, addresses, like.wanted))
    }

    /// Whether a row of another program on the switch has the name or its FQDN.
    fn is_foreign(&self, name: &str) -> bool {
        let fqdn = format!("{name}.{}", self.zone.domain);
        self.network.has_foreign(name) || self.network.has_foreign(&fqdn)
    }

    /// The hosts without aliases, and without those that must not begin to answer.
    pub fn hosts_to_complete(&self) -> impl Iterator<Item = &Host<'a>> {
        self.hosts_without_aliases().filter(|host| !self.must_not_answer(host))
    }

    /// Whether a host never answered and has no sign of life: it must not begin to answer.
    pub fn must_not_answer(&self, host: &Host) -> bool {
        has_never_answered(host) && self.is_stale(host)
    }

    pub fn absent(&self, host: &Host) -> HostFix {
        HostFix::absent(self.network, &host.name)
    }
}

/// The names of a host that OVN finds, with their values; none where it finds none of them.
pub fn answering<'h>(host: &'h Host) -> impl Iterator<Item = (&'h str, &'h str)> {
    host.names().filter(|(key, _)| is_asked_for(key))
}

/// Whether OVN finds none of a host's names.
fn has_never_answered(host: &Host) -> bool {
    answering(host).next().is_none()
}

/// Why a host's name is reserved, if it is.
pub fn why_reserved(host: &Host) -> Option<String> {
    reserved(&host.name).map(Meaning::reason)
}

/// The addresses that all names of a host have; of names that OVN never finds, only where there are no others.
fn agreed_addresses(host: &Host) -> Option<Vec<IpAddr>> {
    let values = |(_, value): (&str, &str)| Some(address::from_value(value)).filter(|list| !list.is_empty());
    let lists: Vec<Vec<IpAddr>> = host.answering().filter_map(values).collect();
    let first = lists.first()?;
    lists.iter().all(|list| is_same(list, first)).then(|| first.clone())
}

/// Whether two lists have the same addresses, in any order.
pub fn is_same(one: &[IpAddr], other: &[IpAddr]) -> bool {
    one.iter().collect::<BTreeSet<_>>() == other.iter().collect()
}

/// Addresses as evidence.
pub fn texts(addresses: &[IpAddr]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}
