//! `qdns lookup` agrees with `dig`, glibc and musl in a guest: random rows, names, types and capitals on a real OVN.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::support::lab::{Addressing, Guest, Lab, Ran, Upstream};
use crate::support::{command, qdns, run};

const SEED: u64 = 0x5eed_0053;
const ROUNDS: usize = 15;
const CASES: usize = 40;
pub const PORT: &str = "asker";
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
];
const TYPES: &[&str] = &["A", "AAAA", "PTR", "ANY"];
const KEYS: &[&str] = &[
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
const VALUES: &[&str] = &[
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

/// Numbers that are the same in each run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn pick(&mut self, list: &[&'static str]) -> &'static str {
        list[self.below(list.len())]
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
        Query { name: dice.name(), kind: dice.pick(TYPES), edns: dice.below(4) == 0 }
    }

    /// The type and the name without capitals, as [`arrived`] counts them.
    fn key(&self) -> (String, String) {
        (self.kind.to_owned(), self.name.to_ascii_lowercase())
    }
}

/// What the guest saw of one query: nothing, or the answer's code and what OVN answered, which its TTL
/// tells from the upstream's answers.
#[derive(Debug, PartialEq)]
enum Seen {
    Nothing,
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
        assert!(out.contains("timed out"), "{out}");
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

/// Rows of three owners with random keys, and random ACLs.
fn scatter(lab: &Lab, dice: &mut Dice, with_acls: bool) -> Result<()> {
    lab.nbctl(&["clear", "Logical_Switch", "net1", "dns_records", "acls"]);
    for mark in ["switch=net1", "ls_name=net1", "incus_switch=net1"] {
        let mut row = vec!["create".to_owned(), "DNS".into(), format!("external_ids:{mark}")];
        for key in KEYS {
            if dice.below(if mark.starts_with("switch") { 2 } else { 4 }) == 0 {
                row.push(format!("records:\"{key}\"=\"{}\"", dice.pick(VALUES)));
            }
        }
        if mark.starts_with("incus") && lab.version()? > (23, 3) {
            row.push("options:ovn-owned=true".to_owned());
        }
        let row: Vec<&str> = row.iter().map(String::as_str).collect();
        let uuid = lab.nbctl(&row);
        lab.nbctl(&["add", "Logical_Switch", "net1", "dns_records", uuid.trim()]);
    }
    for number in 0..if with_acls { 1 + dice.below(4) } else { 0 } {
        // No two of the same priority: which of them wins is not defined.
        let priority = (1000 + 10 * dice.below(20) + number).to_string();
        let action = if dice.below(3) == 0 { "allow" } else { "drop" };
        lab.nbctl(&["acl-add", "net1", "from-lport", &priority, dice.pick(MATCHES), action]);
    }
    lab.hv_sync();
    Ok(())
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

fn texts(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
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
            predicted["rows"].as_array().into_iter().flatten().any(|row| match texts(&row["answers"]) {
                none if none.is_empty() => *seen == from_upstream || *seen == reply("REFUSED", none),
                some => *seen == reply("NOERROR", some),
            })
        }
        "answered" => *seen == reply("NOERROR", texts(&predicted["answers"])),
        "refused" => *seen == reply("REFUSED", BTreeSet::new()),
        "dropped" => *seen == Seen::Nothing,
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
        scatter(&lab, &mut dice, round % 4 != 3)?;
        let queries: Vec<Query> = (0..CASES).map(|_| Query::random(&mut dice)).collect();
        let predictions = predictions(&lab, &queries)?;
        // Silence needs no more than a second to show; an answer may be late on a busy machine.
        let seconds = predictions.iter().map(|lookup| if verdict(lookup) == "dropped" { 1 } else { 10 });
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
        }
        let mut at_resolver = reached[at].clone();
        at_resolver.retain(|key, _| !unsure.contains(key));
        expected.retain(|key, _| !unsure.contains(key));
        assert_eq!(at_resolver, expected, "round {round}: what reached {server}");
        assert!(reached[1 - at].is_empty(), "round {round}: {:?}", reached[1 - at]);
        add("reached the resolver", expected.values().sum::<usize>());
    }
    println!("{} cases agree: {count:?}", ROUNDS * CASES);
    for (what, least) in
        [("answered", 80), ("ambiguous", 10), ("dropped", 80), ("passed-on", 80), ("by IPv6", 150)]
    {
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

/// What a program printed: the addresses, each once.
fn addresses(out: &str) -> BTreeSet<String> {
    out.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn glibc_and_musl_end_up_with_what_lookup_says() -> Result<()> {
    let lab = Lab::start()?;
    let (guest, _upstreams) = network(&lab)?;
    lease(&lab, "8.8.8.8");
    let mut dice = Dice(SEED);
    let (mut compared, mut nxdomain) = (0, 0);
    for _ in 0..3 {
        scatter(&lab, &mut dice, false)?;
        for key in KEYS.iter().filter(|key| !key.ends_with('.') && !key.ends_with(".arpa")) {
            let run = run(asking(&lab).args(["-o", "json", "lookup", key, "--from", PORT]));
            let lookup = &run.json()["lookups"][0];
            if lookup["queries"]
                .as_array()
                .context("queries")?
                .iter()
                .any(|query| query["verdict"] == "ambiguous")
            {
                continue;
            }
            for client in lookup["guests"].as_array().context("guests")? {
                let found = match client["client"].as_str() {
                    Some("glibc") => addresses(&guest.run(&["getent", "ahosts", key]).out()),
                    Some("musl") => addresses(&guest.musl_lookup(key)?.out()),
                    _ => continue,
                };
                // The upstream says NXDOMAIN to the other query, and musl believes it.
                let may_fail = client["message"].as_str().context("a message")?.contains("NXDOMAIN");
                let is_failure = may_fail && found.is_empty();
                assert!(found == texts(&client["addresses"]) || is_failure, "{key}: {found:?}, {client:#}");
                nxdomain += usize::from(is_failure);
                compared += 1;
            }
        }
    }
    println!("{compared} look-ups by glibc and musl agree, {nxdomain} end by NXDOMAIN as foretold");
    assert!(compared >= 24 && nxdomain > 0, "{compared} {nxdomain}");
    Ok(())
}

/// The addresses that lookup says a resolver library gets, as a set.
fn predicted(lab: &Lab, name: &str, client: &str) -> BTreeSet<String> {
    let run = run(asking(lab).args(["-o", "json", "lookup", name, "--from", PORT]));
    let guests = &run.json()["lookups"][0]["guests"];
    let guest = guests.as_array().into_iter().flatten().find(|guest| guest["client"] == client);
    guest.map(|guest| texts(&guest["addresses"])).unwrap_or_default()
}

#[test]
fn glibc_and_musl_go_through_the_search_list_as_lookup_says() -> Result<()> {
    let lab = Lab::start()?;
    let (guest, _upstreams) = network(&lab)?;
    qdns(&lab.nb_remote(), &["record", "add", "net1", "web", "10.0.0.10", "fd00::10", "--no-short"]).ok();
    let row = lab.nbctl(&[
        "create",
        "DNS",
        "external_ids:ls_name=net1",
        "records:\"db.prod.internal\"=\"10.0.0.11 fd00::11\"",
    ]);
    lab.nbctl(&["add", "Logical_Switch", "net1", "dns_records", row.trim()]);
    let both = |host: &str| BTreeSet::from([format!("10.0.0.{host}"), format!("fd00::{host}")]);
    for (server, name, glibc, musl) in [
        // NXDOMAIN for web.other.internal; only glibc searches a name with a dot.
        ("8.8.8.8", "web", both("10"), both("10")),
        ("8.8.8.8", "db.prod", both("11"), BTreeSet::new()),
        // Nothing answers for web.other.internal: glibc asks for web next, musl for nothing.
        ("10.0.0.1", "web", BTreeSet::new(), BTreeSet::new()),
    ] {
        lease(&lab, server);
        let option = "options:domain_search_list=\"\\\"other.internal,internal\\\"\"";
        let row = lab.nbctl(&["get", "Logical_Switch_Port", PORT, "dhcpv4_options"]);
        lab.nbctl(&["set", "DHCP_Options", row.trim(), option]);
        lab.hv_sync();
        guest.set_resolv_conf(&format!("search other.internal internal\nnameserver {server}\n"))?;
        assert_eq!(predicted(&lab, name, "glibc"), glibc, "{name} at {server}");
        assert_eq!(
            addresses(&guest.run_for(30, &["getent", "ahosts", name]).out()),
            glibc,
            "{name} at {server}"
        );
        assert_eq!(predicted(&lab, name, "musl"), musl, "{name} at {server}");
        assert_eq!(addresses(&guest.musl_lookup(name)?.out()), musl, "{name} at {server}");
    }
    Ok(())
}

/// Values that are no addresses to other programs, and what OVN answers from them.
const ODD_VALUES: &[&str] = &[
    "10.0.0.05",
    "010.000.0.08 10.0.0.9",
    "10.0.0.300",
    "10.0.0.+5",
    "10. 0.0.6",
    "10.0.0.-1",
    "10.0.0.0x7",
    "10.0.0.7x",
    "10.0.0.008/24 10.0.0.9",
    "10.0.0.1/255.255.255.0 10.0.0.9",
    "10.0.0.4294967301",
    "10.0.0.5.6",
    "10.0.0.5fd00::1",
    "fd00::05",
    "::ffff:10.0.0.5",
];

#[test]
fn odd_values_are_read_as_ovn_reads_them() -> Result<()> {
    let lab = Lab::start()?;
    let (guest, _) = network(&lab)?;
    let mut row = vec!["create".to_owned(), "DNS".to_owned(), "external_ids:switch=net1".to_owned()];
    row.extend(ODD_VALUES.iter().enumerate().map(|(n, value)| format!("records:v{n}.internal=\"{value}\"")));
    let uuid = lab.nbctl(&row.iter().map(String::as_str).collect::<Vec<_>>());
    lab.nbctl(&["add", "Logical_Switch", "net1", "dns_records", uuid.trim()]);
    lab.hv_sync();
    for (n, value) in ODD_VALUES.iter().enumerate() {
        let (name, kind) = (format!("v{n}.internal"), if value.contains("::") { "AAAA" } else { "A" });
        let mut lookup = asking(&lab);
        lookup.args(["-o", "json", "lookup", "--from", PORT, "--type", kind, &name]);
        let predicted = texts(&run(&mut lookup).json()["lookups"][0]["queries"][0]["answers"]);
        let dig = guest.sh(&format!("{DIG} +short +time=3 +noedns @8.8.8.8 {name} {kind}"));
        assert_eq!(predicted, dig.ok().lines().map(str::to_owned).collect(), "{value}");
    }
    Ok(())
}
