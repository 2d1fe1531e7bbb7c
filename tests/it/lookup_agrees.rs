//! `qdns lookup` agrees with `dig`, glibc and musl in a guest: random rows, names, types and capitals on a real OVN.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::sync::LazyLock;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::support::lab::{Addressing, Guest, Lab, Ran, Upstream};
use crate::support::{command, run};

pub const SEED: u64 = 0x5eed_0053;
const ROUNDS: usize = 15;
const CASES: usize = 40;
pub const PORT: &str = "asker";
/// The switch of the first resolver.
pub const ON_THE_WAY: &str = "ext-8-8-8";
/// The rounds without ACLs in which the port is disabled, and has port security without IPv6.
const DISABLED: usize = 7;
const SECURED: usize = 11;
/// The resolvers' addresses, and which of the two it is.
const SERVERS: &[(&str, usize)] = &[("8.8.8.8", 0), ("9.9.9.9", 1), ("fd09::9", 1)];
const MATCHES: &[&str] = &[
    "udp.dst == 53",
    "ip4 && udp.dst == 53",
    "ip6 && udp.dst == 53",
    "udp.dst == 5353",
    "ip4.dst == 8.8.8.8",
    "ip4.dst == 9.9.9.0/24 && udp",
    "ip6.dst == fd09::9",
    "ip4.src == 10.0.0.98",
    "ip4.src == 10.0.0.99 && udp",
    "ip6.src == fd00::99 && udp.dst >= 50 && udp.dst <= 60",
    "inport == \"asker\" && udp",
    "inport == @askers && ip4",
    "inport == @askers && udp.dst == 53",
];
const ACTIONS: &[&str] = &["drop", "reject", "allow"];
const TYPES: &[&str] = &["A", "AAAA", "PTR", "ANY"];
pub const KEYS: &[&str] = &[
    "web",
    "db.internal",
    "web.internal",
    "Web.internal",
    "app.internal.",
    "app.internal",
    "only6.internal",
    "10.0.0.10.in-addr.arpa",
    "11.0.0.10.in-addr.arpa",
    "x.other.internal",
];
static VALUES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let short = [
        "10.0.0.10",
        "10.0.0.11 fd00::11",
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
/// A value with addresses of one family.
pub fn many(count: usize, prefix: &str) -> String {
    (1..=count).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>().join(" ")
}

/// The longest answers that fit into a packet have fewer addresses.
const TOO_MANY: usize = 40;

/// Numbers that are the same in each run (xorshift).
pub struct Dice(pub u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    fn name(&mut self) -> String {
        let name = self.pick(KEYS).trim_end_matches('.');
        name.chars().map(|c| if self.below(4) == 0 { c.to_ascii_uppercase() } else { c }).collect()
    }
}

/// One query, as it goes over the wire.
struct Query {
    name: String,
    kind: &'static str,
    edns: bool,
}

impl Query {
    fn random(dice: &mut Dice) -> Self {
        Query { name: dice.name(), kind: TYPES[dice.below(TYPES.len())], edns: dice.below(4) == 0 }
    }

    /// The type and the name without capitals, as [`arrived`] counts them.
    fn key(&self) -> (String, String) {
        (self.kind.to_owned(), self.name.to_ascii_lowercase())
    }
}

/// What the guest saw of one query: nothing, an answer that no one can read, or the answer's code and what OVN answered, which its TTL
/// tells from the upstream's answers.
#[derive(Debug, PartialEq)]
enum Seen {
    Nothing,
    Unreadable,
    Reply { code: String, answers: BTreeSet<String> },
}

pub const DIG: &str = "dig +notcp +ignore +tries=1 +noall +comments +answer";

/// Asks all of it, several at once. Each query is given up after its number of seconds.
fn digs(lab: &Lab, guest: &Guest, server: &str, queries: &[(Query, u32)]) -> Result<Vec<Seen>> {
    let dir = lab.dir().join("digs");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir(&dir)?;
    let line = |(index, (query, seconds)): (usize, &(Query, u32))| {
        let edns = if query.edns { "+edns=0" } else { "+noedns" };
        format!("{index} @{server} +time={seconds} {edns} {} {}\n", query.name, query.kind)
    };
    fs::write(dir.join("queries"), queries.iter().enumerate().map(line).collect::<String>())?;
    let dir = dir.display();
    let script = format!("xargs -a {dir}/queries -P 20 -L 1 sh -c '{DIG} \"$@\" > {dir}/$0; true'");
    guest.run_for(60, &["sh", "-c", &script]).ok();
    (0..queries.len()).map(|index| Ok(seen(&fs::read_to_string(format!("{dir}/{index}"))?))).collect()
}

fn seen(out: &str) -> Seen {
    let Some(header) = out.lines().find(|line| line.starts_with(";; ->>HEADER<<-")) else {
        if out.contains("bad packet") {
            return Seen::Unreadable;
        }
        // The error of an ACL that rejects.
        let is_lost = ["timed out", "refused", "unreachable"].iter().any(|word| out.contains(word));
        assert!(is_lost, "{out}");
        return Seen::Nothing;
    };
    let code = header
        .split("status: ")
        .nth(1)
        .and_then(|rest| rest.split(',').next())
        .unwrap_or_default()
        .to_owned();
    let words = out.lines().filter(|line| !line.starts_with(';')).map(|line| line.split_whitespace());
    let words =
        words.map(|words| words.collect::<Vec<_>>()).filter(|words| words.len() >= 5 && words[1] == "3600");
    Seen::Reply {
        code,
        answers: words.map(|words| words[4].trim_end_matches('.').replace("\\032", " ")).collect(),
    }
}

/// What the lab's upstreams say to a name they do not know.
fn upstream_says(name: &str) -> &'static str {
    if name.to_ascii_lowercase().ends_with(".internal") { "NXDOMAIN" } else { "REFUSED" }
}

/// How often each query reached a resolver, by type and name.
fn arrived(upstream: &Upstream, before: usize) -> BTreeMap<(String, String), usize> {
    let mut all = BTreeMap::new();
    for line in &upstream.queries()[before..] {
        let (kind, rest) = line["query[".len()..].split_once(']').unwrap_or_default();
        let name = rest.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        *all.entry((kind.to_owned(), name)).or_default() += 1;
    }
    all
}

/// A network with a guest that asks, by IPv4 or IPv6, and two resolvers beyond the router; the second
/// has an address of each family.
pub fn network(lab: &Lab) -> Result<(Guest, [Upstream; 2])> {
    lab.gateway_router();
    lab.dual_net("net1", "10.0.0.0/24", "fd00::/64");
    lab.dual_net("ext-9-9-9", "9.9.9.0/24", "fd09::/64");
    let upstreams = [lab.upstream("8.8.8.8", &[])?, lab.upstream("9.9.9.9", &[])?];
    let port = "ext-9-9-9-upstream-9-9-9-9-port";
    let entry = lab.nbctl(&["lsp-get-addresses", port]);
    lab.nbctl(&["lsp-set-addresses", port, &format!("{} fd09::9", entry.trim())]);
    upstreams[1]
        .guest
        .sh("ip addr add fd09::9/64 dev eth0 nodad && ip -6 route add default via fd09::1")
        .ok();
    let mac = lab.mac();
    lab.port("net1", PORT, &format!("{mac} 10.0.0.99 fd00::99"));
    lab.nbctl(&["pg-add", "askers", PORT]);
    let addressing = Addressing::Static {
        ips: &["10.0.0.99/24", "fd00::99/64"],
        gateways: &["10.0.0.1", "fd00::1"],
        nameservers: &["8.8.8.8"],
    };
    let guest = lab.guest("asker", PORT, &mac, addressing)?;
    lab.hv_sync();
    for (server, _) in SERVERS {
        let warm = format!(
            "for i in 1 2 3; do {DIG} +time=3 +noedns @{server} x.test | grep -q NXDOMAIN && exit; done; exit 1"
        );
        guest.sh(&warm).ok();
    }
    Ok((guest, upstreams))
}

/// The port's lease names one resolver.
pub fn lease(lab: &Lab, server: &str) {
    let (family, cidr) = if server.contains(':') { ("v6", "fd00::/64") } else { ("v4", "10.0.0.0/24") };
    lab.nbctl(&["clear", "Logical_Switch_Port", PORT, "dhcpv4_options", "dhcpv6_options"]);
    let option = format!("options:dns_server=\"{server}\"");
    let cidr = format!("cidr=\"{cidr}\"");
    let row = lab.nbctl(&["create", "DHCP_Options", &cidr, &option, "options:router=10.0.0.1"]);
    lab.nbctl(&[&format!("lsp-set-dhcp{family}-options"), PORT, row.trim()]);
}

/// Rows of three owners with random keys, and of one on the way to the first resolver; and random ACLs of the switch and
/// of a port group.
pub fn scatter(lab: &Lab, dice: &mut Dice, with_acls: bool) -> Result<()> {
    lab.nbctl(&["clear", "Logical_Switch", "net1", "dns_records", "acls"]);
    lab.nbctl(&["clear", "Logical_Switch", ON_THE_WAY, "dns_records"]);
    lab.nbctl(&["clear", "Port_Group", "askers", "acls"]);
    for (mark, switch) in [
        ("switch=net1", "net1"),
        ("ls_name=net1", "net1"),
        ("incus_switch=net1", "net1"),
        ("ls_name=ext", ON_THE_WAY),
    ] {
        let mut row = vec!["create".to_owned(), "DNS".into(), format!("external_ids:{mark}")];
        // Of four keys so many are in the row.
        let share = match mark {
            "switch=net1" => 2,
            "ls_name=ext" => 3,
            _ => 1,
        };
        for key in KEYS {
            if dice.below(4) < share {
                row.push(format!("records:\"{key}\"=\"{}\"", dice.pick(&VALUES)));
            }
        }
        if mark.starts_with("incus") && lab.version()? > (23, 3) {
            row.push("options:ovn-owned=true".to_owned());
        }
        let row: Vec<&str> = row.iter().map(String::as_str).collect();
        let uuid = lab.nbctl(&row);
        lab.nbctl(&["add", "Logical_Switch", switch, "dns_records", uuid.trim()]);
    }
    for number in 0..if with_acls { 1 + dice.below(4) } else { 0 } {
        // No two of the same priority: which of them wins is not defined.
        let priority = (1000 + 10 * dice.below(20) + number).to_string();
        let (expression, action) = (dice.pick(MATCHES), dice.pick(ACTIONS));
        let on = if expression.contains("@askers") { "askers" } else { "net1" };
        lab.nbctl(&["acl-add", on, "from-lport", &priority, expression, action]);
    }
    lab.hv_sync();
    Ok(())
}

/// What the port lets the guest send: in one round nothing, in another IPv4 only.
fn restrict(lab: &Lab, round: usize) {
    let enabled = if round == DISABLED { "disabled" } else { "enabled" };
    lab.nbctl(&["lsp-set-enabled", PORT, enabled]);
    let entry = lab.nbctl(&["lsp-get-addresses", PORT]);
    let secured = entry.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    lab.nbctl(&["lsp-set-port-security", PORT, if round == SECURED { &secured } else { "" }]);
}

/// What `qdns lookup` predicts of each query, in their order.
fn predictions(lab: &Lab, queries: &[Query]) -> Result<Vec<Value>> {
    let mut all = vec![Value::Null; queries.len()];
    for kind in TYPES {
        let of_kind: Vec<usize> = (0..queries.len()).filter(|index| queries[*index].kind == *kind).collect();
        let mut lookup = asking(lab);
        lookup.args(["-o", "json", "lookup", "--from", PORT, "--type", kind]);
        let run = run(lookup.args(of_kind.iter().map(|index| &queries[*index].name)));
        assert!(matches!(run.code, 0 | 4), "{run}");
        let mut lookups = run.json();
        let lookups = lookups["lookups"].as_array_mut().context("lookups")?;
        for (index, lookup) in of_kind.into_iter().zip(lookups) {
            all[index] = lookup.take();
        }
    }
    Ok(all)
}

/// The items of a list.
pub fn list(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

pub fn texts(items: &Value) -> BTreeSet<String> {
    list(items).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The verdict of a lookup's only query.
fn verdict(lookup: &Value) -> &str {
    lookup["queries"][0]["verdict"].as_str().unwrap_or_default()
}

/// Whether a guest saw what a verdict predicts of a query.
fn agrees(query: &Query, seen: &Seen, lookup: &Value, verdict: &str) -> bool {
    let predicted = &lookup["queries"][0];
    let reply = |code: &str, answers| Seen::Reply { code: code.to_owned(), answers };
    let from_upstream = reply(upstream_says(&query.name), BTreeSet::new());
    match verdict {
        "ambiguous" => {
            list(&predicted["rows"]).any(|row| match texts(&row["answers"]) {
                // It may be answered on the way.
                none if none.is_empty() => *seen != Seen::Nothing,
                some if some.len() >= TOO_MANY => *seen == Seen::Nothing,
                some => *seen == reply("NOERROR", some),
            })
        }
        "answered" => *seen == reply("NOERROR", texts(&predicted["answers"])),
        "refused" => *seen == reply("REFUSED", BTreeSet::new()),
        "malformed" => *seen == Seen::Unreadable,
        "dropped" | "too-long" => *seen == Seen::Nothing,
        "passed-on" => *seen == from_upstream,
        _ => false,
    }
}

#[test]
fn lookup_and_dig_agree() -> Result<()> {
    println!("seed {SEED:#x}");
    let lab = Lab::start()?;
    let (guest, upstreams) = network(&lab)?;
    let ignores_edns = lab.version()? < (24, 3);
    let mut dice = Dice(SEED);
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let mut add = |what: &str, number| *count.entry(what.to_owned()).or_default() += number;
    for round in 0..ROUNDS {
        let (server, at) = SERVERS[round % SERVERS.len()];
        lease(&lab, server);
        restrict(&lab, round);
        scatter(&lab, &mut dice, round % 4 != 3)?;
        let queries: Vec<Query> = (0..CASES).map(|_| Query::random(&mut dice)).collect();
        let predictions = predictions(&lab, &queries)?;
        // Silence needs no more than a second to show; an answer may be late on a busy machine.
        let is_lost = |lookup: &Value| ["dropped", "too-long"].contains(&verdict(lookup));
        let seconds = predictions.iter().map(|lookup| if is_lost(lookup) { 1 } else { 10 });
        let queries: Vec<(Query, u32)> = queries.into_iter().zip(seconds).collect();
        let before = upstreams.each_ref().map(|upstream| upstream.queries().len());
        let all = digs(&lab, &guest, server, &queries)?;
        let reached = [0, 1].map(|index| arrived(&upstreams[index], before[index]));

        let (mut expected, mut unsure) = (BTreeMap::new(), BTreeSet::new());
        for (((query, _), lookup), seen) in queries.iter().zip(&predictions).zip(&all) {
            assert!(!lookup["unseen"].to_string().contains("ACL"), "{lookup:#}");
            assert_eq!(lookup["resolvers"].to_string(), format!("[{server:?}]"));
            let mut predicted = verdict(lookup);
            if query.edns && ignores_edns && predicted != "dropped" {
                predicted = "passed-on";
            }
            assert!(
                agrees(query, seen, lookup, predicted),
                "round {round}, {} edns {}: dig {seen:?}, lookup {lookup:#}, {}",
                query.name,
                query.edns,
                lab.nbctl(&["acl-list", "net1"])
            );
            match predicted {
                "ambiguous" => drop(unsure.insert(query.key())),
                "passed-on" => *expected.entry(query.key()).or_insert(0) += 1,
                _ => {}
            }
            add(verdict(lookup), 1);
            add(if server.contains(':') { "by IPv6" } else { "by IPv4" }, 1);
            add("EDNS", usize::from(query.edns));
            add("on the way", usize::from(predicted == "answered" && !lookup["queries"][0]["on"].is_null()));
        }
        let mut at_resolver = reached[at].clone();
        at_resolver.retain(|key, _| !unsure.contains(key));
        expected.retain(|key, _| !unsure.contains(key));
        assert_eq!(at_resolver, expected, "round {round}: what reached {server}");
        assert!(reached[1 - at].is_empty(), "round {round}: {:?}", reached[1 - at]);
        add("reached the resolver", expected.values().sum::<usize>());
    }
    println!("{} cases agree: {count:?}", ROUNDS * CASES);
    for (what, least) in [
        ("answered", 80),
        ("ambiguous", 10),
        ("too-long", 10),
        ("dropped", 80),
        ("passed-on", 80),
        ("by IPv6", 150),
        ("on the way", 5),
    ] {
        assert!(count.get(what).is_some_and(|count| *count >= least), "{what}: {count:?}");
    }
    Ok(())
}

/// qdns with both databases of the lab, and the tools of its release.
pub fn asking(lab: &Lab) -> Command {
    let mut command = command(&lab.nb_remote());
    command.env("OVN_SB_DB", lab.sb_remote()).env("QDNS_OVN_NBCTL", lab.nbctl_path());
    command
}
