//! `qdns lookup` and `dig` in a guest agree: random rows, names, types and capitals on a real OVN.

mod lab;
mod tool;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use lab::{Guest, Lab, Ran};
use tool::{command, qdns, run};

const SEED: u64 = 0x5eed_0053;
const ROUNDS: usize = 5;
const CASES: usize = 120;
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

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    fn name(&mut self) -> String {
        let name = self.pick(KEYS).trim_end_matches('.');
        name.chars().map(|c| if self.below(4) == 0 { c.to_ascii_uppercase() } else { c }).collect()
    }
}

/// What OVN answered to each query, by its TTL: the upstream's answers have another.
fn digs(lab: &Lab, guest: &Guest, queries: &[(String, &str)]) -> Vec<BTreeSet<String>> {
    let lines: String = queries.iter().map(|(name, kind)| format!("{name} {kind}\n")).collect();
    let file = lab.dir().join("queries");
    fs::write(&file, lines).unwrap();
    let dig = [
        "dig",
        "@8.8.8.8",
        "+noedns",
        "+notcp",
        "+ignore",
        "+tries=2",
        "+time=2",
        "+noall",
        "+comments",
        "+answer",
    ];
    let out = guest.run_for(60, &[&dig[..], &["-f", file.to_str().unwrap()]].concat()).out();
    let mut all: Vec<BTreeSet<String>> = Vec::new();
    for line in out.lines() {
        if line.starts_with(";; ->>HEADER<<-") {
            all.push(BTreeSet::new());
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.len() >= 5 && !line.starts_with(';') && words[1] == "3600" {
            let text = words[4].trim_end_matches('.').replace("\\032", " ");
            all.last_mut().unwrap().insert(text);
        }
    }
    assert_eq!(all.len(), queries.len(), "each query is answered by somebody: {out}");
    all
}

#[test]
fn lookup_and_dig_agree() {
    println!("seed {SEED:#x}");
    let lab = Lab::start();
    lab.gateway_router();
    lab.net("net1", "10.0.0.0/24");
    let guest = lab.static_guest("net1", "asker", "10.0.0.99/24", "8.8.8.8");
    let _upstream = lab.upstream("8.8.8.8", &[("other.org", "203.0.113.99")]);
    let mut dice = Dice(SEED);
    let (mut cases, mut answered, mut ambiguous) = (0, 0, 0);
    for round in 0..ROUNDS {
        lab.nbctl(&["clear", "Logical_Switch", "net1", "dns_records"]);
        for mark in ["switch=net1", "ls_name=net1", "incus_switch=net1"] {
            let mut row = vec!["create".to_owned(), "DNS".into(), format!("external_ids:{mark}")];
            for key in KEYS {
                if dice.below(if mark.starts_with("switch") { 2 } else { 4 }) == 0 {
                    row.push(format!("records:\"{key}\"=\"{}\"", dice.pick(VALUES)));
                }
            }
            let row: Vec<&str> = row.iter().map(String::as_str).collect();
            let uuid = lab.nbctl(&row);
            lab.nbctl(&["add", "Logical_Switch", "net1", "dns_records", uuid.trim()]);
        }
        lab.hv_sync();
        let queries: Vec<(String, &str)> = (0..CASES).map(|_| (dice.name(), dice.pick(TYPES))).collect();
        let seen = digs(&lab, &guest, &queries);
        for kind in TYPES {
            let mine: Vec<usize> = (0..CASES).filter(|index| queries[*index].1 == *kind).collect();
            let mut args = vec!["-o", "json", "lookup", "--from", "net1-asker-port", "--type", kind];
            args.extend(mine.iter().map(|index| queries[*index].0.as_str()));
            let run = qdns(&lab.nb_remote(), &args);
            run.ok();
            let json = run.json();
            for (view, index) in json["lookups"].as_array().unwrap().iter().zip(&mine) {
                let query = &view["queries"][0];
                let set = |list: &serde_json::Value| -> BTreeSet<String> {
                    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
                };
                let found = &seen[*index];
                let agrees = match query["verdict"].as_str().unwrap() {
                    "ambiguous" => {
                        ambiguous += 1;
                        query["rows"].as_array().unwrap().iter().any(|row| set(&row["answers"]) == *found)
                    }
                    _ => set(&query["answers"]) == *found,
                };
                assert!(agrees, "round {round}, {:?}: dig {found:?}, lookup {view:#}", queries[*index]);
                answered += usize::from(!found.is_empty());
                cases += 1;
            }
        }
    }
    println!("{cases} cases agree, {answered} answered by OVN, {ambiguous} with several rows");
    assert!(cases >= 500 && answered > 100 && ambiguous > 10, "{cases} {answered} {ambiguous}");
}

/// qdns with both databases of the lab, and the tools of its release.
fn asking(lab: &Lab) -> Command {
    let mut command = command(&lab.nb_remote());
    command.env("OVN_SB_DB", lab.sb_remote()).env("QDNS_OVN_NBCTL", lab.nbctl_path());
    command
}

#[test]
fn an_acl_that_drops_the_query_is_named() {
    let lab = Lab::start();
    lab.gateway_router();
    lab.net("net1", "10.0.0.0/24");
    let guest = lab.static_guest("net1", "asker", "10.0.0.99/24", "8.8.8.8");
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
}
