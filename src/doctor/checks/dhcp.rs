//! Whether guests get a lease at all.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::grammar;
use crate::doctor::world::World;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::snapshot::{DhcpOptions, Map, Port};
use crate::model::topology::{Leases, Network};
use crate::ovn::quote;

const NB: &[Need] = &[Need::Northbound];

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "dhcp-missing",
        title: "guest ports without DHCP options",
        category: Category::Dhcp,
        severity: Severity::Warning,
        needs: NB,
        explanation: "A guest learns its resolver and its search domain from DHCP. OVN answers DHCP only for ports \
            whose dhcpv4_options or dhcpv6_options is set; without it the guest has no address either, unless \
            somebody configures it by hand. A switch with neither a zone nor any DHCP options is taken to be \
            somebody else's.",
        source: "ovn-nb(5), Logical_Switch_Port:dhcpv4_options, dhcpv6_options",
        run: Some(Run::World(missing)),
    },
    Check {
        code: "dhcp-incomplete",
        title: "DHCP options that ovn-northd passes over",
        category: Category::Dhcp,
        severity: Severity::Error,
        needs: NB,
        explanation: "ovn-northd makes no DHCP flow for a port, and says so only in its log, where the row lacks \
            server_id, server_mac or lease_time (DHCPv4) or server_id (DHCPv6), where cidr is no network, or where \
            the port's address is not in it.",
        source: "northd/northd.c, build_dhcpv4_action and build_dhcpv6_action; ovn-nb(5), DHCP_Options",
        run: Some(Run::World(incomplete)),
    },
    Check {
        code: "dhcp-option-syntax",
        title: "a DHCP option that ovn-controller cannot read",
        category: Category::Dhcp,
        severity: Severity::Error,
        needs: NB,
        explanation: "ovn-northd pastes each option as `key = value` into put_dhcp_opts(...). Where ovn-controller \
            cannot parse that (several addresses without braces, a string without double quotes, an option that the \
            release does not know) it throws the whole flow away: DHCP stops for every port that uses the row, and \
            only ovn-controller's log says so. The options are checked by OVN's own grammar, against the options \
            and types in the southbound DHCP_Options and DHCPv6_Options where they can be read.",
        source: "northd/northd.c, build_dhcpv4_action; lib/actions.c, parse_put_opts; lib/expr.c, \
            parse_constant_set; ovn-sb(5), DHCP_Options",
        run: Some(Run::World(syntax)),
    },
];

fn missing(world: &World) -> Outcome {
    let mut findings = Vec::new();
    for network in &world.topology.switches {
        let without = |port: &&Port| port.dhcpv4_options.is_none() && port.dhcpv6_options.is_none();
        let ports: Vec<&Port> = network.guests().filter(without).collect();
        let is_managed = network.own_zones().next().is_some() || network.guests().any(|port| !without(&port));
        let Some(first) = ports.first().filter(|_| is_managed) else { continue };
        let name = network.name();
        let (count, noun) = match ports.len() {
            1 => (format!("port {}", first.name), "has"),
            count => (format!("{count} of {} guest ports", network.guests().count()), "have"),
        };
        let mut finding =
            Finding::new(name, format!("{count} of {name} {noun} no DHCP options: no lease, no resolver"))
                .on(name)
                .seen("ports", ports.iter().take(5).map(|port| &port.name).collect::<Vec<_>>())
                .seen("count", ports.len());
        if let Some(row) = row_for(world, network, &ports) {
            finding.fix = assign(row, &ports);
        }
        findings.push(finding);
    }
    Ok(findings)
}

/// A row that all the ports' addresses are in: one that the switch uses, or the only other one.
fn row_for<'a>(world: &World<'a>, network: &Network, ports: &[&Port]) -> Option<&'a DhcpOptions> {
    let serves = |row: &&DhcpOptions| {
        let net: Option<IpNet> = row.cidr.parse().ok();
        let addresses = ports.iter().map(|port| port.guest_addresses());
        net.is_some_and(|net| {
            addresses
                .into_iter()
                .all(|list| list.is_empty() || list.iter().any(|address| net.contains(address)))
        })
    };
    let used = |row: &&DhcpOptions| {
        network.ports.iter().any(|port| [port.dhcpv4_options, port.dhcpv6_options].contains(&Some(row.uuid)))
    };
    let rows = || world.topology.rows.dhcp_options.iter();
    let mut others = rows().filter(serves);
    rows().filter(used).find(serves).or_else(|| others.next().filter(|_| others.next().is_none()))
}

/// The commands that make ports use a row: one transaction for up to a thousand ports.
fn assign(row: &DhcpOptions, ports: &[&Port]) -> Vec<Command> {
    let verb = if row.is_ipv4() { "lsp-set-dhcpv4-options" } else { "lsp-set-dhcpv6-options" };
    let row = row.uuid.to_string();
    ports
        .chunks(1000)
        .map(|ports| {
            let mut args: Vec<String> = Vec::new();
            for port in ports {
                if !args.is_empty() {
                    args.push("--".to_owned());
                }
                args.extend([verb, &port.name, &row].map(str::to_owned));
            }
            Command::nbctl(args)
        })
        .collect()
}

/// The name of the first switch whose ports use a row, and a finding about the row on it.
pub(super) fn about(world: &World, leases: &Leases, subject: &str, message: String) -> Finding {
    let finding =
        Finding::new(subject, message).seen("dhcp_options", leases.row.uuid).seen("cidr", &leases.row.cidr);
    let ports: usize = leases.users.values().map(Vec::len).sum();
    let names: Vec<&str> = leases.users.keys().map(|index| world.topology.switches[*index].name()).collect();
    let finding = finding.seen("ports", ports);
    match names[..] {
        [] => finding,
        [only] => finding.on(only),
        [first, ..] => finding.on(first).seen("switches", names),
    }
}

fn incomplete(world: &World) -> Outcome {
    let mut findings = Vec::new();
    for leases in &world.topology.leases {
        let row = leases.row;
        let uuid = row.uuid.to_string();
        let required: &[&str] =
            if row.is_ipv4() { &["server_id", "server_mac", "lease_time"] } else { &["server_id"] };
        let absent: Vec<&str> =
            required.iter().copied().filter(|option| !row.options.contains_key(*option)).collect();
        if !absent.is_empty() {
            let message = format!(
                "the options for {} lack {}: OVN answers no DHCP for them",
                row.cidr,
                absent.join(", ")
            );
            let finding = about(world, leases, &uuid, message).seen("lacks", &absent);
            findings.push(finding.fix(complete(world, leases, &absent)));
            continue;
        }
        let Ok(net) = row.cidr.parse::<IpNet>() else {
            let message = format!("{:?} is no network: OVN answers no DHCP for its ports", row.cidr);
            findings.push(about(world, leases, &uuid, message));
            continue;
        };
        for (index, ports) in &leases.users {
            let strays = ports.iter().filter(|port| {
                let addresses = port.guest_addresses();
                let family = |ip: &&IpAddr| ip.is_ipv4() == row.is_ipv4();
                let mut family = addresses.iter().filter(family).peekable();
                family.peek().is_some() && !family.any(|address| net.contains(address))
            });
            for port in strays {
                let name = world.topology.switches[*index].name();
                let addresses: Vec<String> = port.guest_addresses().iter().map(ToString::to_string).collect();
                let message = format!(
                    "port {} has {}, and its DHCP options are for {net}",
                    port.name,
                    addresses.join(", ")
                );
                let finding = Finding::new(&port.name, message)
                    .on(name)
                    .seen("cidr", &row.cidr)
                    .seen("addresses", addresses);
                let fix =
                    row_for(world, &world.topology.switches[*index], &[port]).map(|row| assign(row, &[port]));
                findings.push(fix.into_iter().flatten().fold(finding, Finding::fix));
            }
        }
    }
    Ok(findings)
}

/// Sets what is absent, where there is no doubt what it shall be.
fn complete(world: &World, leases: &Leases, absent: &[&str]) -> Option<Command> {
    let net: IpNet = leases.row.cidr.parse().ok()?;
    let routers = leases.users.keys().flat_map(|index| world.topology.switches[*index].router_addresses());
    let router = routers.map(|net| net.addr()).find(|address| net.contains(address));
    let server = match leases.row.options.get("router").and_then(|value| value.parse::<IpAddr>().ok()) {
        Some(address) => address,
        None => router.or_else(|| net.hosts().next())?,
    };
    let mut args = ["set", "DHCP_Options", &leases.row.uuid.to_string()].map(str::to_owned).to_vec();
    for option in absent {
        let value = match *option {
            "server_id" if leases.row.is_ipv4() => server.to_string(),
            "lease_time" => "3600".to_owned(),
            _ => "0a:00:00:00:00:01".to_owned(),
        };
        args.push(format!("options:{option}={}", quote::string(&value)));
    }
    Some(Command::nbctl(args))
}

/// The options and types of the release, and where they are from.
pub(in crate::doctor) fn types(world: &World, is_ipv4: bool) -> (Map, &'static str) {
    let known = world.facts.southbound.as_ref().ok();
    let known = known.map(|sb| if is_ipv4 { &sb.dhcp_options } else { &sb.dhcpv6_options });
    match known.filter(|types| !types.is_empty()) {
        Some(types) => (types.clone(), "the southbound database"),
        None => (grammar::built_in(is_ipv4), "OVN as qdns knows it"),
    }
}

fn syntax(world: &World) -> Outcome {
    let (ipv4, ipv6) = (types(world, true), types(world, false));
    let mut findings = Vec::new();
    for leases in &world.topology.leases {
        let row = leases.row;
        let (types, source) = if row.is_ipv4() { &ipv4 } else { &ipv6 };
        for flaw in grammar::flaws(&row.options, types, row.is_ipv4()) {
            let value = &row.options[&flaw.option];
            let message = format!(
                "{} = {value}: {}; DHCP is dead for the ports of {}",
                flaw.option, flaw.why, row.cidr
            );
            findings.push(
                about(world, leases, &flaw.option, message)
                    .seen("value", value)
                    .seen("options_of", *source)
                    .fix(set(row, &flaw.option, grammar::mended(&flaw.option, value, types))),
            );
        }
    }
    for (network, port) in
        world.topology.switches.iter().flat_map(|network| network.guests().map(move |port| (network, port)))
    {
        // The port's own hostname goes into the same action (ovn-nb(5), Logical_Switch_Port:options).
        let Some(value) = port.options.get("hostname").filter(|_| port.dhcpv4_options.is_some()) else {
            continue;
        };
        if let Err(why) = grammar::check("hostname", value, &ipv4.0) {
            let mended = grammar::mended("hostname", value, &ipv4.0);
            let mut args = ["Logical_Switch_Port", &port.name].map(str::to_owned).to_vec();
            match mended {
                Some(value) => {
                    args.insert(0, "set".to_owned());
                    args.push(format!("options:hostname={}", quote::string(&value)));
                }
                None => {
                    args.insert(0, "remove".to_owned());
                    args.extend(["options", "hostname"].map(str::to_owned));
                }
            }
            let message = format!("hostname = {value}: {why}; DHCP is dead for port {}", port.name);
            findings.push(
                Finding::new(&port.name, message)
                    .on(network.name())
                    .seen("value", value)
                    .fix(Command::nbctl(args)),
            );
        }
    }
    Ok(findings)
}

/// Sets an option, or removes it.
pub(super) fn set(row: &DhcpOptions, option: &str, value: Option<String>) -> Command {
    let uuid = row.uuid.to_string();
    match value {
        Some(value) => {
            let key = if option.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                option.to_owned()
            } else {
                quote::string(option)
            };
            Command::nbctl([
                "set",
                "DHCP_Options",
                &uuid,
                &format!("options:{key}={}", quote::string(&value)),
            ])
        }
        None => {
            let key = quote::string(option);
            Command::nbctl(["remove", "DHCP_Options", &uuid, "options", &key])
        }
    }
}
