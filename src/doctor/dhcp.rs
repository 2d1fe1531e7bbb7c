//! What checks of DHCP share: the row of DHCP options that ports may use, the options of the release, the
//! resolvers that a fix names.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;
use uuid::Uuid;

use super::finding::Finding;
use super::fix::Fix;
use super::input::Input;
use crate::model::dhcp::{DNS_SERVER, parse_addresses};
use crate::model::dhcp_grammar;
use crate::model::marks::{DHCP_CREATION_MARK, wrote_mark};
use crate::model::owner::resolver_command;
use crate::model::resolvers::is_of_ovn;
use crate::model::shell::CommandLine;
use crate::model::snapshot::{DhcpOptions, Map, Port};
use crate::model::topology::{Leases, Network, Topology};
use crate::plan::Plan;
use crate::plan::change::{Column, Entry};
use crate::plan::forwarders::{self, Forwarders, Wanted};

/// What a command has in place of a resolver where none is known.
const PLACEHOLDER: &str = "RESOLVER";

/// A finding about a row, on the first switch whose ports use it.
pub fn about(input: &Input, leases: &Leases, subject: &str, message: String) -> Finding {
    let ports: usize = leases.users.values().map(Vec::len).sum();
    let finding = Finding::new(subject, message)
        .owned_by(leases.row.owner())
        .seen("dhcp_options", leases.row.uuid)
        .seen("cidr", &leases.row.cidr)
        .seen("ports", ports);
    let names: Vec<&str> = leases.users.keys().map(|index| input.topology.switches[*index].name()).collect();
    match names[..] {
        [] => finding,
        [only] => finding.on(only),
        [first, ..] => finding.on(first).seen("switches", names),
    }
}

/// A fix that writes a DHCP row; `None` where the row belongs to another program.
pub fn unless_foreign(row: &DhcpOptions, fix: Fix) -> Option<Fix> {
    (!row.owner().is_foreign()).then_some(fix)
}

/// A row of the operator that all the ports' addresses are in: one that the switch uses, or the only unused one.
/// `None` also where a port belongs to another program.
pub fn row_for<'a>(input: &Input<'a>, network: &Network, ports: &[&Port]) -> Option<&'a DhcpOptions> {
    let is_in = |net: &IpNet, port: &&Port| {
        let addresses = port.guest_addresses();
        addresses.is_empty() || addresses.iter().any(|address| net.contains(address))
    };
    let serves =
        |row: &&DhcpOptions| row.network().is_some_and(|net| ports.iter().all(|port| is_in(&net, port)));
    let is_used = |row: &&DhcpOptions| {
        network.ports.iter().any(|port| [port.dhcpv4_options, port.dhcpv6_options].contains(&Some(row.uuid)))
    };
    if ports.iter().any(|port| port.owner().is_foreign()) {
        return None;
    }
    // What `forwarders set --create-dhcp` made for another switch goes with the forwarders of that switch.
    let is_of_another = |row: &DhcpOptions| {
        let home = row.external_ids.get(DHCP_CREATION_MARK);
        home.is_some_and(|home| *home != network.switch.uuid.to_string())
    };
    let rows = || {
        let rows = input.topology.rows.dhcp_options.iter();
        rows.filter(|row| !row.owner().is_foreign() && !is_of_another(row))
    };
    let is_unused =
        |row: &&DhcpOptions| input.topology.leases.iter().all(|leases| leases.row.uuid != row.uuid);
    let mut others = rows().filter(is_unused).filter(serves);
    rows().filter(is_used).find(serves).or_else(|| others.next().filter(|_| others.next().is_none()))
}

/// The commands that make ports use a row: one transaction for up to a thousand ports.
pub fn assign(row: &DhcpOptions, ports: &[&Port]) -> Vec<Fix> {
    let verb = if row.is_ipv4() { "lsp-set-dhcpv4-options" } else { "lsp-set-dhcpv6-options" };
    let row = row.uuid.to_string();
    let command = |ports: &[&Port]| {
        let mut args: Vec<&str> = Vec::new();
        for port in ports {
            if !args.is_empty() {
                args.push("--");
            }
            args.extend([verb, &port.name, &row]);
        }
        Fix::nbctl(args)
    };
    ports.chunks(1000).map(command).collect()
}

/// The options of the release and their types, and where they are from.
pub fn option_types(input: &Input, is_ipv4: bool) -> (Map, &'static str) {
    let sb = input.facts.southbound.as_ref().ok();
    let known = sb.map(|sb| if is_ipv4 { &sb.dhcp_options } else { &sb.dhcpv6_options });
    match known.filter(|types| !types.is_empty()) {
        Some(types) => (types.clone(), "the southbound database"),
        None => {
            (dhcp_grammar::built_in(is_ipv4, input.topology.rows.release()), "the release, as qdns knows it")
        }
    }
}

/// The ports that lease a resolver that may answer.
pub fn ports_with_a_resolver(input: &Input) -> HashSet<Uuid> {
    let is_good = |leases: &&Leases| {
        let unusable = leases.row.unusable_resolvers();
        let mut leased = leases.row.leased_resolvers().into_iter();
        leased.any(|address| unusable.iter().all(|resolver| resolver.address != address))
    };
    let rows = input.topology.leases.iter().filter(is_good);
    rows.flat_map(|leases| leases.users.values().flatten().map(|port| port.uuid)).collect()
}

/// The value of an option without which OVN answers no DHCP, where there is no doubt about it.
pub fn required_value(input: &Input, leases: &Leases, option: &str) -> Option<String> {
    let row = leases.row;
    match option {
        "lease_time" => Some("3600".to_owned()),
        "server_id" if row.is_ipv4() => {
            let net = row.network()?;
            let given = row.leased("router").into_iter();
            let networks = leases.users.keys().map(|index| &input.topology.switches[*index]);
            let known = networks.flat_map(Network::router_addresses).map(|net| net.addr());
            let mut routers = given.chain(known);
            let first = routers.find(|router| net.contains(router)).or_else(|| net.hosts().next())?;
            Some(first.to_string())
        }
        "server_id" | "server_mac" => Some("0a:00:00:00:00:01".to_owned()),
        _ => None,
    }
}

/// What gives guests resolvers, and the router to reach them by where DHCP names none.
pub fn give_resolvers(input: &Input, leases: &Leases, bad: &[IpAddr]) -> Vec<Fix> {
    let Some(set) = set_forwarders(input, leases, bad) else { return Vec::new() };
    let networks = leases.users.keys().map(|index| &input.topology.switches[*index]);
    std::iter::once(set).chain(networks.filter_map(|network| add_router(network, leases)).take(1)).collect()
}

/// Puts the address of the switch's router into a DHCPv4 row that names none.
fn add_router(network: &Network, leases: &Leases) -> Option<Fix> {
    put_router(network, leases).filter(|_| !leases.row.has_route())
}

/// Puts the address of the switch's router into a DHCPv4 row.
pub fn put_router(network: &Network, leases: &Leases) -> Option<Fix> {
    let row = leases.row;
    let net = row.network()?;
    let router = network.router_addresses().map(|net| net.addr()).find(|router| net.contains(router))?;
    let fix = Fix::set(Column::DhcpOptions, row.uuid, &row.options, "router", Some(&router.to_string()));
    unless_foreign(row, fix).filter(|_| row.is_ipv4())
}

/// The command that gives guests resolvers: those that the operator gave to the row before, or those of the settings,
/// or those of another row that answer, or those of the machine that doctor runs on, or a placeholder. Where the row
/// belongs to another program, it is that program's command; there is none where only another row of the switch does.
fn set_forwarders(input: &Input, leases: &Leases, bad: &[IpAddr]) -> Option<Fix> {
    let index = *leases.users.keys().next()?;
    let is_ipv4 = leases.row.is_ipv4();
    if leases.row.owner().is_foreign() {
        let found = resolvers_of_others(input, leases, bad);
        let found: Vec<IpAddr> = found.iter().flatten().filter_map(|ip| ip.parse().ok()).collect();
        return resolver_command(leases.row, &found).map(|command| Fix::shell(command.program, command.args));
    }
    let mut written = input.topology.leases_of(&input.topology.switches[index]);
    if written.any(|(other, _)| other.row.is_ipv4() == is_ipv4 && other.row.owner().is_foreign()) {
        return None;
    }
    let resolvers = resolvers_for(input, leases, bad).unwrap_or_else(|| vec![PLACEHOLDER.to_owned()]);
    let network = &input.topology.switches[index];
    let set = CommandLine::qdns(["forwarders", "set"]).value(network.name());
    let set = resolvers.iter().fold(set, CommandLine::value);
    let mut written = input.topology.leases_of(network).filter(|(other, _)| other.row.is_ipv4() == is_ipv4);
    let is_shared = written.any(|(other, _)| other.users.len() > 1);
    Some(Fix::qdns(&if is_shared { set.option("--yes") } else { set }))
}

/// Resolvers for a row, if there are any: those that the operator gave to the row before, or those of the settings, or
/// those of another row that answer, or those of the machine that doctor runs on.
pub fn resolvers_for(input: &Input, leases: &Leases, bad: &[IpAddr]) -> Option<Vec<String>> {
    let is_ipv4 = leases.row.is_ipv4();
    let given = leases.row.external_ids.get(&wrote_mark(DNS_SERVER)).map(|value| parse_addresses(value));
    let given = given.and_then(|given| good(input, leases, given, bad));
    let of_family = input.facts.forwarders.iter().copied().filter(|ip| ip.is_ipv4() == is_ipv4);
    let configured = || good(input, leases, of_family.collect(), bad);
    given
        .or_else(configured)
        .or_else(|| resolvers_of_others(input, leases, bad))
        .or_else(|| resolvers_of_machine(input, is_ipv4, bad))
}

/// The resolvers of another row of the same address family that answer.
fn resolvers_of_others(input: &Input, leases: &Leases, bad: &[IpAddr]) -> Option<Vec<String>> {
    let is_other =
        |other: &&Leases| other.row.uuid != leases.row.uuid && other.row.is_ipv4() == leases.row.is_ipv4();
    let mut others = input.topology.leases.iter().filter(is_other);
    others.find_map(|other| good(input, other, other.row.resolvers(), bad))
}

/// The command that sets forwarders, and its plan, if qdns accepts it without a question. It leaves the search domain
/// alone where it would change it.
pub fn accepted(
    topology: &Topology,
    network: &Network,
    forwarders: &Forwarders,
) -> Option<(Plan, CommandLine)> {
    let wanted = |search| Wanted { forwarders: forwarders.clone(), search, create_dhcp: false };
    let plan = |search| forwarders::set(topology, network, &wanted(search)).ok();
    let (plan, searching) = (plan(false)?, plan(true));
    let options = |plan: &Plan| -> Vec<Entry> {
        plan.entries().filter(|entry| entry.column == Column::DhcpOptions).cloned().collect()
    };
    let is_searched = searching.is_some_and(|searching| options(&searching) == options(&plan));
    let line = wanted(is_searched).command(network.name());
    let line = if plan.question.is_some() { line.option("--yes") } else { line };
    Some((plan, line))
}

/// The resolvers of the machine that doctor runs on, if there are any of the family that are not bad.
fn resolvers_of_machine(input: &Input, is_ipv4: bool, bad: &[IpAddr]) -> Option<Vec<String>> {
    let is_good = |ip: &&IpAddr| ip.is_ipv4() == is_ipv4 && !bad.contains(ip);
    let good = input.facts.resolvers.iter().filter(is_good).map(ToString::to_string);
    Some(good.collect()).filter(|good: &Vec<String>| !good.is_empty())
}

/// The resolvers for a row that are not OVN's own and not among the bad ones, if there are any.
fn good(input: &Input, leases: &Leases, resolvers: Vec<IpAddr>, bad: &[IpAddr]) -> Option<Vec<String>> {
    let network = &input.topology.switches[*leases.users.keys().next()?];
    let is_good = |ip: &IpAddr| !is_of_ovn(network, leases, ip) && !bad.contains(ip);
    let good = resolvers.into_iter().filter(is_good).map(|ip| ip.to_string());
    Some(good.collect()).filter(|good: &Vec<String>| !good.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::doctor::testing::{healthy, map, nb, uuid};

    /// The command for the row of the healthy network, whose resolvers are bad, after a change.
    fn command(change: impl FnOnce(&mut Facts)) -> String {
        let mut facts = healthy();
        change(&mut facts);
        let input = Input::of(&facts);
        let leases = input.topology.leases.iter().find(|leases| leases.row.uuid == uuid(21)).unwrap();
        match set_forwarders(&input, leases, &leases.row.resolvers()) {
            Some(Fix::Shell(command)) => command.args.join(" "),
            other => panic!("{other:?}"),
        }
    }

    fn machine(facts: &mut Facts) {
        facts.resolvers = ["2001:db8::1", "198.51.100.1"].map(|ip| ip.parse().unwrap()).to_vec();
    }

    #[test]
    fn without_any_resolver_the_command_has_a_placeholder() {
        assert_eq!(command(|_| ()), "forwarders set net1 RESOLVER");
    }

    #[test]
    fn the_resolvers_of_the_machine_are_of_the_rows_family() {
        assert_eq!(command(machine), "forwarders set net1 198.51.100.1");
    }

    #[test]
    fn the_resolvers_that_the_operator_gave_go_first() {
        let given = |facts: &mut Facts| {
            machine(facts);
            let marks = map(&[("qdns-wrote-dns_server", "{192.0.2.1, 198.51.100.7}")]);
            nb(facts).dhcp_options[0].external_ids = marks;
        };
        assert_eq!(command(given), "forwarders set net1 198.51.100.7");
    }

    #[test]
    fn the_forwarders_of_the_settings_go_before_those_of_the_machine() {
        let configured = |facts: &mut Facts| {
            machine(facts);
            facts.forwarders = ["2001:db8::53", "198.51.100.9"].map(|ip| ip.parse().unwrap()).to_vec();
        };
        assert_eq!(command(configured), "forwarders set net1 198.51.100.9");
    }

    #[test]
    fn the_resolvers_of_another_row_go_before_those_of_the_machine() {
        let other = |facts: &mut Facts| {
            machine(facts);
            let options = map(&[("dns_server", "198.51.100.8")]);
            let row =
                DhcpOptions { uuid: uuid(22), cidr: "10.0.0.0/24".into(), options, ..DhcpOptions::default() };
            nb(facts).dhcp_options.push(row);
            nb(facts).ports[1].dhcpv4_options = Some(uuid(22));
        };
        assert_eq!(command(other), "forwarders set net1 198.51.100.8");
    }
}
