//! Whether hosts stand for guests that are there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use super::names::hosts;
use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::world::{World, addresses_in_use};
use crate::doctor::{Category, Check, Need, Outcome};
use crate::model::host::Host;

const NB: &[Need] = &[Need::Northbound];

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "address-outside-subnet",
        title: "an address that is not in the switch's subnet",
        category: Category::Guests,
        severity: Severity::Warning,
        needs: NB,
        explanation: "Guests of a switch have addresses of its subnet (Logical_Switch:other_config:subnet, \
            :ipv6_prefix). Another one is a mistype, or belongs to another network, which the guests reach \
            through a router or not at all.",
        source: "ovn-nb(5), Logical_Switch:other_config",
        run: Some(outside),
    },
    Check {
        code: "record-stale",
        title: "a host that no port stands behind",
        category: Category::Guests,
        severity: Severity::Warning,
        needs: NB,
        explanation: "No port of the switch has one of the host's addresses (static, dynamic or port security) and \
            none has its name: the machine was deleted. Whoever gets the address next inherits the name. A machine \
            that is switched off keeps its port. Hosts that were added with --static are left alone.",
        source: "ovn-nb(5), Logical_Switch_Port:addresses, dynamic_addresses, port_security",
        run: Some(stale),
    },
    Check {
        code: "record-moved",
        title: "a host whose port has another address",
        category: Category::Guests,
        severity: Severity::Error,
        needs: NB,
        explanation: "A port of the host's name is there, and its address is not the one that is served: guests \
            are sent to nobody, or to another machine.",
        source: "ovn-nb(5), Logical_Switch_Port:addresses, dynamic_addresses",
        run: Some(moved),
    },
    Check {
        code: "address-shared",
        title: "two hosts on one address",
        category: Category::Guests,
        severity: Severity::Info,
        needs: NB,
        explanation: "Two names for one machine are fine. Where they are two machines, one has the other's address, \
            and the reverse name can lead to one of them only.",
        source: "RFC 1912, section 2.4",
        run: Some(shared),
    },
    Check {
        code: "ipv4-only",
        title: "hosts without an IPv6 address",
        category: Category::Guests,
        severity: Severity::Info,
        needs: NB,
        explanation: "musl (Alpine Linux) asks for A and AAAA at once. For a name with IPv4 only, OVN answers the A \
            query and passes the AAAA query on to the forwarders. They know no .internal and say NXDOMAIN; glibc \
            takes the A answer, musl fails the whole look-up. With an IPv6 address in the record, OVN answers \
            both. options:ovn-owned is no cure: musl then waits five seconds for an answer.",
        source: "controller/pinctrl.c, pinctrl_handle_dns_lookup; musl, src/network/lookup_name.c; seen on OVN \
            23.03, 25.03 and 26.03",
        run: Some(ipv4_only),
    },
];

fn texts(addresses: &[IpAddr]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

fn remove(world: &World, index: usize, host: &Host) -> Command {
    Command::qdns(["record", "rm", &world.word(index), &host.name])
}

fn replace(world: &World, index: usize, host: &Host, addresses: &[IpAddr]) -> Command {
    let words = ["record", "add", &world.word(index), &host.name].map(str::to_owned);
    Command::qdns(words.into_iter().chain(texts(addresses)).chain(["--replace".to_owned()]))
}

fn outside(world: &World) -> Outcome {
    let guests = Guests::of(world);
    Ok(hosts(world)
        .filter_map(|(index, _, host)| {
            let network = &world.switches[index];
            let addresses = host.addresses();
            let strays = addresses.iter().filter_map(|ip| Some((*ip, network.switch.outside_subnet(*ip)?)));
            let (stray, subnet) = strays.into_iter().next()?;
            let inside: Vec<IpAddr> =
                addresses.iter().copied().filter(|ip| network.switch.outside_subnet(*ip).is_none()).collect();
            let real = guests.named(index, host).filter(|real| !real.contains(&stray));
            let fix = match real {
                Some(real) if !real.is_empty() => replace(world, index, host, real),
                _ if !inside.is_empty() => replace(world, index, host, &inside),
                _ => remove(world, index, host),
            };
            let message = format!(
                "{} has {stray}, which is outside of {}'s subnet {subnet}",
                host.name,
                network.name()
            );
            Some(
                Finding::new(&host.name, message)
                    .on(network.name())
                    .seen("addresses", texts(&addresses))
                    .seen("subnet", subnet.to_string())
                    .fix(fix),
            )
        })
        .collect())
}

/// What stands behind hosts, looked up once for each switch.
struct Guests {
    in_use: HashMap<usize, HashSet<IpAddr>>,
    by_name: HashMap<(usize, String), Vec<IpAddr>>,
}

impl Guests {
    fn of(world: &World) -> Self {
        let mut guests = Guests { in_use: HashMap::new(), by_name: HashMap::new() };
        for (index, _) in world.serving() {
            let network = &world.switches[index];
            guests.in_use.entry(index).or_insert_with(|| {
                let balanced = world.nb.rows.load_balancers.iter().flat_map(|lb| lb.vips.keys());
                let mut used = addresses_in_use(network);
                used.extend(balanced.filter_map(|vip| vip_address(vip)));
                used
            });
            for port in network.guests() {
                let Some(name) = port.guest_name(None) else { continue };
                let addresses = guests.by_name.entry((index, name.to_lowercase())).or_default();
                addresses.extend(port.guest_addresses());
            }
        }
        guests
    }

    /// The addresses of the ports of a host's name, if there are such ports.
    fn named(&self, index: usize, host: &Host) -> Option<&Vec<IpAddr>> {
        self.by_name.get(&(index, host.name.clone()))
    }

    fn is_used(&self, index: usize, address: &IpAddr) -> bool {
        self.in_use.get(&index).is_some_and(|used| used.contains(address))
    }
}

/// The address of `10.0.0.1:53`, `[fd00::1]:53` or `10.0.0.1`.
pub(super) fn vip_address(vip: &str) -> Option<IpAddr> {
    let socket = vip.parse::<std::net::SocketAddr>().map(|socket| socket.ip());
    socket.or_else(|_| vip.trim_matches(['[', ']']).parse()).ok()
}

fn stale(world: &World) -> Outcome {
    let guests = Guests::of(world);
    Ok(hosts(world)
        .filter(|(index, _, host)| {
            let addresses = host.addresses();
            let is_used = addresses.iter().any(|address| guests.is_used(*index, address));
            !host.is_static && !addresses.is_empty() && !is_used && guests.named(*index, host).is_none()
        })
        .map(|(index, _, host)| {
            let name = world.switches[index].name();
            let addresses = texts(&host.addresses());
            let message =
                format!("no port of {name} has {} or the name {}", addresses.join(" or "), host.name);
            Finding::new(&host.name, message)
                .on(name)
                .seen("addresses", addresses)
                .seen("ports", world.switches[index].ports.len())
                .fix(remove(world, index, host))
        })
        .collect())
}

fn moved(world: &World) -> Outcome {
    let guests = Guests::of(world);
    Ok(hosts(world)
        .filter_map(|(index, _, host)| {
            let real = guests.named(index, host).filter(|real| !real.is_empty() && !host.is_static)?;
            let addresses = host.addresses();
            let gone: Vec<IpAddr> =
                addresses.iter().copied().filter(|address| !real.contains(address)).collect();
            let is_elsewhere = gone.iter().any(|address| guests.is_used(index, address));
            if gone.is_empty() || (is_elsewhere && gone.len() < addresses.len()) {
                return None;
            }
            let message = format!(
                "{} resolves to {}, and its port has {}",
                host.name,
                texts(&addresses).join(", "),
                texts(real).join(", ")
            );
            Some(
                Finding::new(&host.name, message)
                    .on(world.switches[index].name())
                    .seen("served", texts(&addresses))
                    .seen("port", texts(real))
                    .fix(replace(world, index, host, real)),
            )
        })
        .collect())
}

fn shared(world: &World) -> Outcome {
    let mut holders: BTreeMap<(usize, IpAddr), Vec<&str>> = BTreeMap::new();
    for (index, _, host) in hosts(world) {
        for address in host.addresses() {
            holders.entry((index, address)).or_default().push(&host.name);
        }
    }
    let shared = holders.into_iter().filter(|(_, names)| names.len() > 1);
    Ok(shared
        .map(|((index, address), names)| {
            Finding::new(address.to_string(), format!("{address} is the address of {}", names.join(" and ")))
                .on(world.switches[index].name())
                .seen("hosts", names)
        })
        .collect())
}

fn ipv4_only(world: &World) -> Outcome {
    let mut by_switch: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (index, _, host) in hosts(world) {
        let addresses = host.addresses();
        if !addresses.is_empty() && addresses.iter().all(IpAddr::is_ipv4) {
            by_switch.entry(index).or_default().push(&host.name);
        }
    }
    Ok(by_switch
        .into_iter()
        .map(|(index, names)| {
            let name = world.switches[index].name();
            let count = names.len();
            let noun = if count == 1 { "host has" } else { "hosts have" };
            Finding::new(
                name,
                format!("{count} {noun} no IPv6 address: musl guests (Alpine) fail to look them up"),
            )
            .on(name)
            .seen("count", count)
            .seen("hosts", &names[..count.min(5)])
        })
        .collect())
}
