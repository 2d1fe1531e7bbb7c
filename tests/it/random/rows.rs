//! The rows of one random network: leases, DNS rows, ACLs, port security, and load balancers.

use std::sync::LazyLock;

use anyhow::Result;

use super::world::{GROUPS, GUESTS, Kind, Member, NETS, RESOLVERS, World, on_the_way};
use super::{Batch, Dice};
use crate::lookup_agrees::many;

pub const KEYS: &[&str] = &[
    "web",
    "db.internal",
    "web.internal",
    "Web.internal",
    "app.internal.",
    "app.internal",
    "only6.internal",
    "long.internal",
    "10.0.0.10.in-addr.arpa",
    "11.0.0.10.in-addr.arpa",
    "x.other.internal",
];
static VALUES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let short = [
        "10.0.0.10",
        "10.0.0.20",
        "10.0.0.11 fd00::11",
        "10.0.0.21 fd00::21",
        "fd00::12",
        "10.0.0.13,10.0.0.14",
        "10.0.0.15 10.0.0.16",
        "10.0.0.17/24 fd00::17/64",
        "Web.Internal",
        "fd00::18 10.0.0.18",
        "not-an-address",
    ];
    // Of these only the first fits into a packet.
    let long = [(20, "10.0.1."), (60, "10.0.1."), (40, "fd00::1:")];
    let long = long.map(|(count, prefix)| many(count, prefix));
    short.map(str::to_owned).into_iter().chain(long).collect()
});
/// What the guests ask for, short names twice.
pub const NAMES: &[&str] = &[
    "web",
    "web",
    "db",
    "app",
    "long",
    "db.internal",
    "web.internal",
    "app.internal",
    "only6.internal",
    "x.other",
];

/// `from-lport` matches. `@few` and `@all` are groups, `$some` and `$some6` address sets.
pub const FROM: &[&str] = &[
    "udp.dst == 53",
    "ip4 && udp.dst == 53",
    "ip6 && udp.dst == 53",
    "udp.dst == 5353",
    "ip4.dst == 8.8.8.8",
    "ip4.dst == {9.9.9.0/24, 7.7.7.7} && udp",
    "ip4.dst != 8.8.8.8 && udp.dst == 53",
    "(ip4.dst == 8.8.8.8 || ip6.dst == fd08::8) && udp.dst == {53, 853}",
    "ip6.dst == fd09::9",
    "ip4.src == 10.0.0.12",
    "ip4.src == 10.0.0.0/28 && udp",
    "ip4.src == $some && udp",
    "ip6.src == $some6",
    "ip6.src == fd00::11 && udp.dst >= 50 && udp.dst <= 60",
    "inport == \"a\" && udp",
    "inport == {\"b\", \"d\"} && ip4",
    "inport == @few && ip4",
    "inport == @few && udp.dst == 53",
    "inport == @all && ip.proto == 17",
    "tcp.dst == 53",
    "icmp4 || icmp6",
];
/// `to-lport` matches.
const TO: &[&str] = &[
    "udp.src == 53",
    "udp.dst == 53",
    "ip4.src == 8.8.8.8",
    "outport == \"a\" && udp.src == 53",
    "outport == @few && ip4",
    "ip6 && udp",
    "ip4.src == $some",
    "tcp",
];
const ACTIONS: &[&str] = &["drop", "drop", "reject", "reject", "allow", "allow-related", "allow-stateless"];
const SEARCH: &[&str] = &["", "internal", "internal", "other.internal,internal"];

/// One random network: what each guest's resolv.conf has, and who answers at an address.
#[derive(Debug)]
pub struct Drawn {
    pub leases: Vec<Leased>,
    /// Load balancers: the switch or router that has it, the VIP, and the backend that answers.
    pub balancers: Vec<(String, String, String)>,
    /// Everything in words, for a failure.
    pub words: String,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Leased {
    pub resolvers: Vec<String>,
    pub search: Vec<String>,
}

impl Drawn {
    /// Who answers what a guest sends to an address.
    pub fn kind(&self, member: &Member, address: &str) -> Kind {
        let balanced = self.balancers.iter().find(|(holder, vip, _)| {
            (holder == member.net.switch || holder == "lr0" || holder == member.net.router) && vip == address
        });
        let address = balanced.map_or(address, |(.., backend)| backend);
        let known = RESOLVERS.iter().find(|(v4, v6, _)| [*v4, *v6].contains(&address));
        known.map_or(Kind::Router, |(.., kind)| *kind)
    }
}

/// Replaces the rows of the network before by those of a seed.
pub fn draw(world: &World, seed: u64) -> Result<Drawn> {
    let mut dice = Dice::new(seed);
    let dice = &mut dice;
    let version = world.lab.version()?;
    let mut batch = Batch::default();
    clear(&mut batch);
    let balancers = balance(&mut batch, dice);
    let leases = GUESTS.iter().map(|_| Leased::default()).collect();
    let mut drawn = Drawn { leases, balancers, words: String::new() };
    let advertised_to =
        world.members.iter().map(|member| restrict(&mut batch, dice, member)).collect::<Vec<_>>();
    lease(world, &mut batch, dice, &mut drawn, &advertised_to);
    records(&mut batch, dice, version > (23, 3));
    acls(&mut batch, dice, version >= (23, 6));
    drawn.words = batch.words().join(" ").replace(" -- ", "\n");
    world.lab.nbctl(&batch.words());
    world.lab.hv_sync();
    for (member, leased) in world.members.iter().zip(&drawn.leases) {
        let search = leased.search.join(" ");
        let search = if search.is_empty() { search } else { format!("search {search}\n") };
        let servers = leased.resolvers.iter().map(|server| format!("nameserver {server}\n"));
        member.guest.set_resolv_conf(&(search + &servers.collect::<String>() + "options timeout:1\n"))?;
    }
    Ok(drawn)
}

/// Takes the rows of the network before away.
pub fn clear(batch: &mut Batch) {
    let external: Vec<String> = RESOLVERS.iter().map(|(v4, ..)| on_the_way(v4)).collect();
    for switch in NETS.iter().map(|net| net.switch).chain(external.iter().map(String::as_str)).chain(["join"])
    {
        batch.line(&format!(
            "clear Logical_Switch {switch} dns_records acls load_balancer load_balancer_group"
        ));
    }
    for router in ["lr0", "lr1"] {
        batch.line(&format!("clear Logical_Router {router} load_balancer load_balancer_group"));
    }
    for (group, _) in GROUPS {
        batch.line(&format!("clear Port_Group {group} acls"));
    }
    for net in NETS {
        batch.line(&format!("clear Logical_Router_Port {}-{} ipv6_ra_configs", net.router, net.switch));
    }
    for (port, ..) in GUESTS {
        batch.line(&format!(
            "clear Logical_Switch_Port {port} dhcpv4_options dhcpv6_options port_security enabled"
        ));
    }
    for table in ["DHCP_Options", "DNS", "Load_Balancer", "Load_Balancer_Group"] {
        batch.line(&format!("--all destroy {table}"));
    }
}

/// In a third of the networks a router forwards port 53 of its own address, in some a switch another address.
fn balance(batch: &mut Batch, dice: &mut Dice) -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    if dice.once_in(3) {
        let net = dice.pick(NETS);
        let (v4, v6, _) = dice.pick(RESOLVERS);
        let is_v4 = dice.below(3) > 0;
        let (vip, backend) =
            if is_v4 { (format!("{}.1", net.v4), *v4) } else { (format!("{}:1", net.v6), *v6) };
        let holder = if dice.once_in(6) { net.switch } else { net.router };
        add_balancer(batch, dice, "lb0", holder, &vip, backend);
        all.push((holder.to_owned(), vip, backend.to_owned()));
    }
    if dice.once_in(6) {
        let net = dice.pick(NETS);
        let (vip, _, _) = dice.pick(RESOLVERS);
        let (backend, _, _) = dice.pick(RESOLVERS);
        if vip != backend {
            add_balancer(batch, dice, "lb1", net.switch, vip, backend);
            all.push((net.switch.to_owned(), (*vip).to_owned(), (*backend).to_owned()));
        }
    }
    all
}

fn add_balancer(batch: &mut Batch, dice: &mut Dice, name: &str, holder: &str, vip: &str, backend: &str) {
    let with_port = |address: &str| {
        if address.contains(':') { format!("[{address}]:53") } else { format!("{address}:53") }
    };
    let mut row =
        vec![format!("--id=@{name}"), "create".to_owned(), "Load_Balancer".into(), format!("name={name}")];
    if dice.below(4) > 0 {
        row.extend([
            "protocol=udp".to_owned(),
            format!("vips:\"{}\"=\"{}\"", with_port(vip), with_port(backend)),
        ]);
    } else {
        row.push(format!("vips:\"{vip}\"=\"{backend}\""));
    }
    batch.add(&row);
    let kind = if holder.starts_with("lr") { "Logical_Router" } else { "Logical_Switch" };
    let balancer = format!("@{name}");
    if dice.once_in(3) {
        let (id, label) = (format!("--id=@{name}g"), format!("name={name}g"));
        batch.add(&[&id, "create", "Load_Balancer_Group", &label, &format!("load_balancer={balancer}")]);
        batch.add(&["add", kind, holder, "load_balancer_group", &format!("@{name}g")]);
    } else {
        batch.add(&["add", kind, holder, "load_balancer", &balancer]);
    }
}

/// Each switch has a DHCPv4 row, a DHCPv6 row, router advertisements, or several of them.
fn lease(world: &World, batch: &mut Batch, dice: &mut Dice, drawn: &mut Drawn, advertised_to: &[bool]) {
    for (index, net) in NETS.iter().enumerate() {
        let forms = *dice.pick(&["4", "4", "4", "46", "6", "4r", "r"]);
        let mut leased = Leased::default();
        let search = *dice.pick(SEARCH);
        let domains = || search.split(',').filter(|domain| !domain.is_empty()).map(str::to_owned);
        let mut rows = Vec::new();
        if forms.contains('4') {
            let servers = servers(dice, net.v4, ".1", |(v4, _, _)| v4);
            let mut row = vec![
                format!("--id=@dhcp4{index}"),
                "create".to_owned(),
                "DHCP_Options".to_owned(),
                format!("cidr={}.0/24", net.v4),
                "options:lease_time=3600".to_owned(),
                format!("options:router={}.1", net.v4),
                format!("options:server_id={}.1", net.v4),
                "options:server_mac=\"0a:00:00:00:ff:01\"".to_owned(),
                format!("options:dns_server=\"{{{}}}\"", servers.join(", ")),
            ];
            if !search.is_empty() {
                row.push(format!("options:domain_search_list=\"\\\"{search}\\\"\""));
                leased.search.extend(domains());
            }
            leased.resolvers.extend(servers);
            batch.add(&row);
            rows.push(("dhcpv4_options", format!("@dhcp4{index}")));
        }
        if forms.contains('6') {
            let servers = servers(dice, net.v6, ":1", |(_, v6, _)| v6);
            let row = [
                format!("--id=@dhcp6{index}"),
                "create".to_owned(),
                "DHCP_Options".to_owned(),
                format!("cidr=\"{}:/64\"", net.v6),
                "options:server_id=\"0a:00:00:00:ff:01\"".to_owned(),
                format!("options:dns_server=\"{{{}}}\"", servers.join(", ")),
            ];
            leased.resolvers.extend(servers);
            batch.add(&row);
            rows.push(("dhcpv6_options", format!("@dhcp6{index}")));
        }
        let mut advertised = None;
        if forms.contains('r') {
            let (_, server, _) = dice.pick(RESOLVERS);
            let configs = [("address_mode", "slaac"), ("rdnss", server), ("dnssl", search)];
            let mut set = vec![
                "set".to_owned(),
                "Logical_Router_Port".into(),
                format!("{}-{}", net.router, net.switch),
            ];
            set.extend(
                configs
                    .iter()
                    .filter(|(_, value)| !value.is_empty())
                    .map(|(key, value)| format!("ipv6_ra_configs:{key}=\"{value}\"")),
            );
            batch.add(&set);
            advertised = Some((*server).to_owned());
        }
        for ((member, lease), hears) in world.members.iter().zip(&mut drawn.leases).zip(advertised_to) {
            if member.net.switch != net.switch {
                continue;
            }
            for (column, row) in &rows {
                batch.add(&["set", "Logical_Switch_Port", member.port, &format!("{column}={row}")]);
            }
            *lease = leased.clone();
            if let Some(server) = advertised.as_ref().filter(|_| *hears) {
                lease.resolvers.push(server.clone());
                let new: Vec<_> = domains().filter(|domain| !leased.search.contains(domain)).collect();
                lease.search.extend(new);
            }
        }
    }
}

/// One resolver or two; in some networks the router.
fn servers(
    dice: &mut Dice,
    net: &str,
    router: &str,
    address: impl Fn(&(&'static str, &'static str, Kind)) -> &'static str,
) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for _ in 0..if dice.once_in(3) { 2 } else { 1 } {
        let server =
            if dice.once_in(5) { format!("{net}{router}") } else { address(dice.pick(RESOLVERS)).to_owned() };
        if !all.contains(&server) {
            all.push(server);
        }
    }
    all
}

/// Rows of several owners on the guests' switches, on those of the resolvers and between the routers, and one that two
/// switches share.
fn records(batch: &mut Batch, dice: &mut Dice, has_options: bool) {
    let external = on_the_way(dice.pick(RESOLVERS).0);
    let rows: &[(&str, &[&str], usize)] = &[
        ("switch=net1", &["net1"], 4),
        ("switch=net2", &["net2", "net3"], 4),
        ("switch=net3", &["net3"], 2),
        ("ls_name=net1", &["net1"], 1),
        ("incus_switch=net2", &["net2"], 1),
        ("ls_name=ext", &[&external], 3),
        ("ls_name=join", &["join"], 1),
    ];
    for (index, (mark, switches, share)) in rows.iter().enumerate() {
        let mut row = vec![
            format!("--id=@dns{index}"),
            "create".to_owned(),
            "DNS".into(),
            format!("external_ids:{mark}"),
        ];
        for key in KEYS {
            // Of six keys so many are in the row.
            if dice.below(6) < *share {
                row.push(format!("records:\"{key}\"=\"{}\"", dice.pick(&VALUES)));
            }
        }
        if mark.starts_with("incus") && has_options {
            row.push("options:ovn-owned=true".to_owned());
        }
        batch.add(&row);
        for switch in *switches {
            batch.add(&["add", "Logical_Switch", *switch, "dns_records", &format!("@dns{index}")]);
        }
    }
}

/// Whether the port is enabled, and what port security lets it send; whether router advertisements reach it.
fn restrict(batch: &mut Batch, dice: &mut Dice, member: &Member) -> bool {
    let Member { port, mac, v4, v6, .. } = member;
    if dice.once_in(15) {
        batch.line(&format!("lsp-set-enabled {port} disabled"));
    }
    if !dice.once_in(3) {
        return true;
    }
    let entry = match dice.below(8) {
        0 => mac.clone(),
        1 => format!("{mac} {v4} {v6}"),
        2 => format!("{mac} {v4}"),
        3 => format!("{mac} {v4}/24 {v6}/64"),
        4 => format!("{mac} {v6}"),
        5 => format!("{mac} 10.0.9.9 {v4}"),
        6 => format!("{mac} 10.0.9.9"),
        _ => "0a:00:00:00:99:99".to_owned(),
    };
    batch.add(&["lsp-set-port-security", port, &entry]);
    !entry.contains(' ') || entry.contains(v6.as_str())
}

fn acls(batch: &mut Batch, dice: &mut Dice, has_tiers: bool) {
    if dice.once_in(4) {
        return;
    }
    let external = on_the_way(dice.pick(RESOLVERS).0);
    let holders = ["net1", "net1", "net2", "net3", "all", "few", &external, "join"];
    for number in 0..1 + dice.below(5) {
        let holder = *dice.pick(&holders);
        let is_guests = holder != external && holder != "join";
        let is_from = if is_guests { dice.below(4) > 0 } else { dice.once_in(2) };
        let expression = *dice.pick(if is_from { FROM } else { TO });
        let holder = match expression {
            with if with.contains("@few") => "few",
            with if with.contains("@all") => "all",
            _ => holder,
        };
        // No two of the same priority: which of them wins is not defined.
        let priority = (1000 + 10 * dice.below(20) + number).to_string();
        let direction = if is_from { "from-lport" } else { "to-lport" };
        let mut words = Vec::new();
        if is_from && dice.once_in(6) {
            words.push("--apply-after-lb");
        }
        let tier = format!("--tier={}", dice.below(4));
        if has_tiers && dice.once_in(3) {
            words.push(&tier);
        }
        words.extend(["acl-add", holder, direction, &priority, expression, *dice.pick(ACTIONS)]);
        batch.add(&words);
    }
}
