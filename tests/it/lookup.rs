//! `qdns lookup` and `dig` in a guest agree: random rows, names, types and capitals on a real OVN.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::support::lab::{Addressing, Guest, Lab, Nb, Ran, Upstream};
use crate::support::{command, qdns, run};

const SEED: u64 = 0x5eed_0053;
const ROUNDS: usize = 15;
const CASES: usize = 40;
const PORT: &str = "asker";
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

/// What the guest saw of one query: nothing, or the answer's code and what OVN answered, which its TTL
/// tells from the upstream's answers.
#[derive(Debug, PartialEq)]
enum Seen {
    Nothing,
    Reply { code: String, answers: BTreeSet<String> },
}

const DIG: &str = "dig +notcp +ignore +tries=1 +time=3 +noall +comments +answer";

/// Asks all of it, several at once.
fn digs(lab: &Lab, guest: &Guest, server: &str, queries: &[Query]) -> Vec<Seen> {
    let dir = lab.dir().join("digs");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir(&dir).unwrap();
    let line = |(index, query): (usize, &Query)| {
        let edns = if query.edns { "+edns=0" } else { "+noedns" };
        format!("{index} @{server} {edns} {} {}\n", query.name, query.kind)
    };
    fs::write(dir.join("queries"), queries.iter().enumerate().map(line).collect::<String>()).unwrap();
    let dir = dir.display();
    let script = format!("xargs -a {dir}/queries -P 20 -L 1 sh -c '{DIG} \"$@\" > {dir}/$0; true'");
    guest.run_for(60, &["sh", "-c", &script]).ok();
    (0..queries.len()).map(|index| seen(&fs::read_to_string(format!("{dir}/{index}")).unwrap())).collect()
}

fn seen(out: &str) -> Seen {
    let Some(header) = out.lines().find(|line| line.starts_with(";; ->>HEADER<<-")) else {
        assert!(out.contains("timed out"), "{out}");
        return Seen::Nothing;
    };
    let code = header.split("status: ").nth(1).unwrap().split(',').next().unwrap().to_owned();
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
        let (kind, rest) = line["query[".len()..].split_once(']').unwrap();
        let name = rest.split_whitespace().next().unwrap().to_ascii_lowercase();
        *all.entry((kind.to_owned(), name)).or_default() += 1;
    }
    all
}

/// A network with a guest that asks, by IPv4 or IPv6, and two resolvers beyond the router; the second
/// has an address of each family.
fn field(lab: &Lab) -> Result<(Guest, [Upstream; 2])> {
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
            "for i in 1 2 3; do {DIG} +noedns @{server} x.test | grep -q NXDOMAIN && exit; done; exit 1"
        );
        guest.sh(&warm).ok();
    }
    Ok((guest, upstreams))
}

/// The port's lease names one resolver.
fn lease(lab: &Lab, server: &str) {
    let (family, cidr) = if server.contains(':') { ("v6", "fd00::/64") } else { ("v4", "10.0.0.0/24") };
    lab.nbctl(&["clear", "Logical_Switch_Port", PORT, "dhcpv4_options", "dhcpv6_options"]);
    let option = format!("options:dns_server=\"{server}\"");
    let cidr = format!("cidr=\"{cidr}\"");
    let row = lab.nbctl(&["create", "DHCP_Options", &cidr, &option]);
    lab.nbctl(&[&format!("lsp-set-dhcp{family}-options"), PORT, row.trim()]);
}

/// Rows of three owners with random keys, and random ACLs.
fn scatter(lab: &Lab, dice: &mut Dice, with_acls: bool) {
    lab.nbctl(&["clear", "Logical_Switch", "net1", "dns_records", "acls"]);
    for mark in ["switch=net1", "ls_name=net1", "incus_switch=net1"] {
        let mut row = vec!["create".to_owned(), "DNS".into(), format!("external_ids:{mark}")];
        for key in KEYS {
            if dice.below(if mark.starts_with("switch") { 2 } else { 4 }) == 0 {
                row.push(format!("records:\"{key}\"=\"{}\"", dice.pick(VALUES)));
            }
        }
        if mark.starts_with("incus") && lab.version().unwrap() > (23, 3) {
            row.push("options:ovn-owned=true".to_owned());
        }
        let row: Vec<&str> = row.iter().map(String::as_str).collect();
        let uuid = lab.nbctl(&row);
        lab.nbctl(&["add", "Logical_Switch", "net1", "dns_records", uuid.trim()]);
    }
    for number in 0..if with_acls { 1 + dice.below(4) } else { 0 } {
        // No two of the same priority: which of them wins is nobody's to say.
        let priority = (1000 + 10 * dice.below(20) + number).to_string();
        let action = if dice.below(3) == 0 { "allow" } else { "drop" };
        lab.nbctl(&["acl-add", "net1", "from-lport", &priority, dice.pick(MATCHES), action]);
    }
    lab.hv_sync();
}

#[test]
fn lookup_and_dig_agree() -> Result<()> {
    println!("seed {SEED:#x}");
    let lab = Lab::start()?;
    let (guest, upstreams) = field(&lab)?;
    let ignores_edns = lab.version()? < (24, 3);
    let mut dice = Dice(SEED);
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let mut add = |what: &str, number| *count.entry(what.to_owned()).or_default() += number;
    for round in 0..ROUNDS {
        let (server, at) = SERVERS[round % SERVERS.len()];
        lease(&lab, server);
        scatter(&lab, &mut dice, round % 4 != 3);
        let queries: Vec<Query> = (0..CASES)
            .map(|_| Query { name: dice.name(), kind: dice.pick(TYPES), edns: dice.below(4) == 0 })
            .collect();
        let before = upstreams.each_ref().map(|upstream| upstream.queries().len());
        let all = digs(&lab, &guest, server, &queries);
        let reached = [0, 1].map(|index| arrived(&upstreams[index], before[index]));
        let (mut expected, mut unsure) = (BTreeMap::new(), BTreeSet::new());
        for kind in TYPES {
            let mine: Vec<usize> = (0..CASES).filter(|index| queries[*index].kind == *kind).collect();
            let run = run(asking(&lab)
                .args(["-o", "json", "lookup", "--from", PORT, "--type", kind])
                .args(mine.iter().map(|index| &queries[*index].name)));
            run.ok();
            let json = run.json();
            for (view, index) in json["lookups"].as_array().unwrap().iter().zip(&mine) {
                let (asked, found) = (&queries[*index], &all[*index]);
                let query = &view["queries"][0];
                assert_eq!(view["unseen"].to_string(), "[]");
                assert_eq!(view["resolvers"].to_string(), format!("[{server:?}]"));
                let set = |list: &serde_json::Value| -> BTreeSet<String> {
                    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
                };
                let reply = |code: &str, answers| Seen::Reply { code: code.to_owned(), answers };
                let onward = || reply(upstream_says(&asked.name), BTreeSet::new());
                let mut verdict = query["verdict"].as_str().unwrap();
                if asked.edns && ignores_edns && verdict != "dropped" {
                    verdict = "passed-on";
                }
                let key = ((*kind).to_owned(), asked.name.to_ascii_lowercase());
                let agrees = match verdict {
                    "ambiguous" => {
                        unsure.insert(key);
                        query["rows"].as_array().unwrap().iter().any(|row| match set(&row["answers"]) {
                            none if none.is_empty() => *found == onward() || *found == reply("REFUSED", none),
                            some => *found == reply("NOERROR", some),
                        })
                    }
                    "answered" => *found == reply("NOERROR", set(&query["answers"])),
                    "refused" => *found == reply("REFUSED", BTreeSet::new()),
                    "dropped" => *found == Seen::Nothing,
                    "passed-on" => {
                        *expected.entry(key).or_insert(0) += 1;
                        *found == onward()
                    }
                    _ => false,
                };
                let acls = || lab.nbctl(&["acl-list", "net1"]);
                assert!(
                    agrees,
                    "round {round}, {} edns {}: dig {found:?}, lookup {view:#}, {}",
                    asked.name,
                    asked.edns,
                    acls()
                );
                add(query["verdict"].as_str().unwrap(), 1);
                add(if server.contains(':') { "by IPv6" } else { "by IPv4" }, 1);
                add("EDNS", usize::from(asked.edns));
            }
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
fn asking(lab: &Lab) -> Command {
    let mut command = command(&lab.nb_remote());
    command.env("OVN_SB_DB", lab.sb_remote()).env("QDNS_OVN_NBCTL", lab.nbctl_path());
    command
}

#[test]
fn an_acl_that_drops_the_query_is_named() -> Result<()> {
    let lab = Lab::start()?;
    lab.gateway_router();
    lab.net("net1", "10.0.0.0/24");
    let guest = lab.static_guest("net1", "asker", "10.0.0.99/24", "8.8.8.8")?;
    qdns(&lab.nb_remote(), &["record", "add", "net1", "web", "10.0.0.10"]).ok();
    lab.hv_sync();
    assert_eq!(guest.dig(&["web.internal"]), ["10.0.0.10"]);
    lab.nbctl(&["acl-add", "net1", "from-lport", "1000", "udp.dst == 53", "drop"]);
    lab.hv_sync();
    assert_eq!(guest.dig(&["web.internal"]), [""; 0]);
    let args = ["-o", "json", "lookup", "web.internal", "--from", "net1-asker-port"];
    let blind = qdns(&lab.nb_remote(), &args);
    blind.ok();
    assert!(blind.json()["lookups"][0]["unseen"].to_string().contains("ACL"), "{blind:?}");
    let seen = run(asking(&lab).args(args));
    seen.ok();
    let view = &seen.json()["lookups"][0];
    assert_eq!((&view["verdict"], &view["acl"]["match"]), (&"dropped".into(), &"udp.dst == 53".into()));
    Ok(())
}

#[test]
fn a_resolver_where_nothing_listens_answers_nobody() -> Result<()> {
    let lab = Lab::start()?;
    let (guest, _upstreams) = field(&lab)?;
    qdns(&lab.nb_remote(), &["record", "add", "net1", "web", "10.0.0.10"]).ok();
    lease(&lab, "10.0.0.1");
    lab.hv_sync();
    let verdict = |name: &str| {
        let run = run(asking(&lab).args(["-o", "json", "lookup", name, "--from", PORT, "--type", "A"]));
        run.ok();
        run.json()["lookups"][0]["verdict"].as_str().unwrap().to_owned()
    };
    let ask = |name: &str| guest.sh(&format!("{DIG} +noedns @10.0.0.1 {name} A")).out();
    assert_eq!((verdict("web.internal"), verdict("x.test")), ("answered".into(), "nobody".into()));
    assert!(ask("web.internal").contains("10.0.0.10"));
    assert!(!ask("x.test").contains("HEADER"));
    lab.nbctl(&["lb-add", "dns", "10.0.0.1:53", "8.8.8.8:53", "udp", "--", "lr-lb-add", "lr0", "dns"]);
    lab.hv_sync();
    assert_eq!(verdict("x.test"), "passed-on");
    assert!(ask("x.test").contains("NXDOMAIN"));
    Ok(())
}

/// What a program printed: the addresses, each once.
fn addresses(out: &str) -> BTreeSet<String> {
    out.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn glibc_and_musl_end_up_with_what_lookup_says() -> Result<()> {
    let lab = Lab::start()?;
    let (guest, _upstreams) = field(&lab)?;
    lease(&lab, "8.8.8.8");
    let mut dice = Dice(SEED);
    let (mut compared, mut nxdomain) = (0, 0);
    for _ in 0..3 {
        scatter(&lab, &mut dice, false);
        for key in KEYS.iter().filter(|key| !key.ends_with('.') && !key.ends_with(".arpa")) {
            let run = run(asking(&lab).args(["-o", "json", "lookup", key, "--from", PORT]));
            run.ok();
            let view = &run.json()["lookups"][0];
            if view["queries"].as_array().unwrap().iter().any(|query| query["verdict"] == "ambiguous") {
                continue;
            }
            for client in view["guests"].as_array().unwrap() {
                let told: BTreeSet<String> = client["addresses"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|a| a.as_str().unwrap().to_owned())
                    .collect();
                let found = match client["client"].as_str().unwrap() {
                    "glibc" => addresses(&guest.run(&["getent", "ahosts", key]).out()),
                    "musl" => addresses(&guest.musl_lookup(key)?.out()),
                    _ => continue,
                };
                // The upstream says NXDOMAIN to the other query, and musl believes it.
                let may_fail = client["message"].as_str().unwrap().contains("NXDOMAIN");
                let is_failure = may_fail && found.is_empty();
                assert!(found == told || is_failure, "{key}: found {found:?}, {client:#}");
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
    run.ok();
    let guests = &run.json()["lookups"][0]["guests"];
    let guest = guests.as_array().into_iter().flatten().find(|guest| guest["client"] == client);
    let addresses = guest.and_then(|guest| guest["addresses"].as_array()).into_iter().flatten();
    addresses.filter_map(|address| address.as_str()).map(str::to_owned).collect()
}

#[test]
fn glibc_and_musl_go_through_the_search_list_as_lookup_says() -> Result<()> {
    let lab = Lab::start()?;
    let (guest, _upstreams) = field(&lab)?;
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
        // NXDOMAIN for web.other.internal; glibc alone searches a name with a dot.
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

/// `net1` with a router and the port `p1`, which leases these options; the zone has `web` and `db.internal`.
fn leasing(options: &[&str]) -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "lsp-add", "net1", "p1"]);
    nb.nbctl(&["lr-add", "lr0", "--", "lrp-add", "lr0", "lrp1", "0a:00:00:00:00:01", "10.0.0.1/24"]);
    nb.nbctl(&["lsp-add", "net1", "lr", "--", "lsp-set-type", "lr", "router"]);
    nb.nbctl(&["lsp-set-options", "lr", "router-port=lrp1"]);
    let row = nb.nbctl(&[
        "create",
        "DNS",
        "external_ids:switch=net1",
        "records:web=\"10.0.0.10 fd00::10\"",
        "records:db.internal=\"10.0.0.11 fd00::11\"",
    ]);
    nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", row.trim()]);
    let row = nb.nbctl(&[&["create", "DHCP_Options", "cidr=10.0.0.0/24"], options].concat());
    nb.nbctl(&["lsp-set-dhcpv4-options", "p1", row.trim()]);
    Ok(nb)
}

/// The verdict on a name from `p1`, and on each of the names that it stands for.
fn verdicts(nb: &Nb, name: &str) -> (String, Vec<String>) {
    let run = qdns(&nb.remote(), &["-o", "json", "lookup", name, "--from", "p1", "--type", "A"]);
    run.ok();
    let view = &run.json()["lookups"][0];
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let each = |query: &serde_json::Value| format!("{} {}", text(&query["name"]), text(&query["verdict"]));
    (text(&view["verdict"]), view["queries"].as_array().unwrap().iter().map(each).collect())
}

#[test]
fn an_answer_decides_where_the_resolver_is_the_router() -> Result<()> {
    let nb = leasing(&["options:dns_server=10.0.0.1", "options:domain_name=\"\\\"internal\\\"\""])?;
    let (verdict, queries) = verdicts(&nb, "web");
    assert_eq!(queries, ["web.internal nobody", "web answered"]);
    assert_eq!(verdict, "answered");
    Ok(())
}

#[test]
fn an_answer_decides_wherever_its_domain_is_in_the_search_list() -> Result<()> {
    let nb = leasing(&["options:domain_search_list=\"\\\"other.internal,internal\\\"\""])?;
    let (verdict, queries) = verdicts(&nb, "db");
    assert_eq!(queries, ["db.other.internal nobody", "db.internal answered", "db nobody"]);
    assert_eq!(verdict, "answered");
    Ok(())
}

#[test]
fn an_answer_decides_where_the_port_leases_no_resolver() -> Result<()> {
    let nb = leasing(&["options:domain_name=\"\\\"corp\\\"\""])?;
    let (verdict, queries) = verdicts(&nb, "web");
    assert_eq!(queries, ["web.corp nobody", "web answered"]);
    assert_eq!(verdict, "answered");
    Ok(())
}

#[test]
fn without_any_answer_nobody_answers() -> Result<()> {
    let nb = leasing(&["options:dns_server=10.0.0.1"])?;
    let (verdict, queries) = verdicts(&nb, "x.test");
    assert_eq!(queries, ["x.test nobody"]);
    assert_eq!(verdict, "nobody");
    Ok(())
}
