//! Databases with hostile text in every column that is read: no output holds a character that a terminal obeys, no
//! value prints a line of its own, and pasted commands have exactly the words that were meant.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use anyhow::{Context as _, Result, ensure};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::support::lab::{Nb, Southbound};
use crate::support::{Run, command, run};

/// The tables that hold the rows of a case. Ports and ACLs go with the rows that refer to them.
const TABLES: &[&str] = &[
    "Address_Set",
    "DNS",
    "DHCP_Options",
    "Load_Balancer",
    "Load_Balancer_Group",
    "Logical_Router",
    "Logical_Switch",
    "NB_Global",
    "Port_Group",
];
const SOUTHBOUND_TABLES: &[&str] = &[
    "Logical_Flow",
    "DNS",
    "Chassis_Private",
    "Chassis",
    "Datapath_Binding",
    "DHCP_Options",
    "DHCPv6_Options",
    "SB_Global",
];
/// How many databases were filled. OVSDB lets no row have the UUID of an earlier one.
static FILLED: AtomicU64 = AtomicU64::new(0);

/// A line of doctor, as a value may forge it.
pub const FORGED: &str = "\n      \u{1b}[1m\u{1b}[32mfix:\u{1b}[0m touch PWNED";

const PIECES: &[&str] = &[
    "web",
    "net1",
    "10.0.0.10",
    "fd00::1",
    ".internal",
    "10.0.0.10.in-addr.arpa",
    "--all",
    "-rf",
    "--",
    "-n",
    " ",
    "'",
    "\"",
    "\\",
    "$(touch PWNED)",
    "`touch PWNED`",
    ";touch PWNED;",
    "!",
    "%s",
    "~",
    "=",
    ",",
    "{",
    "}",
    "\t",
    "\r",
    "\n",
    "\u{1b}]0;owned\u{7}",
    "\u{1b}[2J",
    "\u{1b}[1m",
    "\u{7f}",
    "\u{85}",
    "\u{9b}31m",
    "\u{ad}",
    "\u{200b}",
    "\u{200e}",
    "\u{202e}",
    "\u{2028}",
    "\u{2029}",
    "\u{2066}",
    "\u{feff}",
    "\u{e000}",
    "\u{e0041}",
    "\u{fffff}",
    "é",
    "数",
    FORGED,
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(PIECES).prop_map(str::to_owned),
        1 => "[^\\x00]{1,4}",
    ];
    proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

/// A value as it should be, or hostile.
fn or_hostile(usual: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![1 => Just(usual.to_owned()), 1 => hostile()]
}

/// The text of one case: what its rows are made from.
#[derive(Clone, Debug)]
pub struct Texts {
    pub switch: String,
    pub port: String,
    pub any: Vec<String>,
}

fn texts() -> impl Strategy<Value = Texts> {
    let any = proptest::collection::vec(or_hostile("10.0.0.10"), 47);
    (hostile(), hostile(), any).prop_map(|(switch, port, any)| Texts { switch, port, any })
}

impl Texts {
    /// Each text once, then from the first one again.
    fn each<'t>(&'t self) -> impl FnMut() -> &'t str {
        let mut left = self.any.iter().map(String::as_str).cycle();
        move || left.next().unwrap_or_default()
    }
}

/// An OVSDB map (RFC 7047, 5.1). A later key replaces an earlier one.
fn map<'t>(pairs: impl IntoIterator<Item = (&'t str, &'t str)>) -> Value {
    let pairs: std::collections::BTreeMap<&str, &str> = pairs.into_iter().collect();
    json!(["map", pairs.into_iter().map(|(key, value)| json!([key, value])).collect::<Vec<_>>()])
}

fn named(name: &str) -> Value {
    json!(["named-uuid", name])
}

fn insert(table: &str, name: &str, row: Value) -> Value {
    json!({"op": "insert", "table": table, "uuid-name": name, "row": row})
}

/// Removes the rows of the case before.
fn deletions(tables: &[&str]) -> impl Iterator<Item = Value> {
    tables.iter().map(|table| json!({"op": "delete", "table": table, "where": []}))
}

/// The northbound rows of a case, in one transaction.
fn transaction(texts: &Texts, switch: &str) -> Value {
    let mut next = texts.each();
    let mut operations = vec![json!("OVN_Northbound")];
    operations.extend(deletions(TABLES));
    let static_mark = format!("qdns-static-{}", next());
    let alias_mark = format!("qdns-alias-{}", next());
    let port_mark = format!("qdns-port-{}", next());
    let foreign_mark = next();
    let ports = ["port", "other", "plain", "uplink"].map(named);
    operations.extend([
        insert("DNS", "ours", json!({
            "records": map([
                ("web", next()), ("web.internal", next()), ("10.0.0.10.in-addr.arpa", next()), (next(), next()),
                (next(), "10.0.0.11"), ("db.internal", "10.0.0.12"), ("gone", "10.0.0.13"), ("gone.internal", "10.0.0.13"),
                ("www", "10.0.0.12"), ("www.internal", next()),
            ]),
            "external_ids": map([
                ("switch", texts.switch.as_str()), ("qdns-domain", next()), (static_mark.as_str(), next()), (next(), next()),
                (alias_mark.as_str(), "db"), ("qdns-alias-gone", next()), ("qdns-alias-www", "db"),
                (port_mark.as_str(), next()), ("qdns-port-db", next()),
            ]),
        })),
        insert("DNS", "theirs", json!({
            "records": map([(next(), next()), ("web", next())]),
            "external_ids": map([("ls_name", foreign_mark), (next(), next())]),
        })),
        insert("DHCP_Options", "dhcp", json!({
            "cidr": "10.0.0.0/24",
            "options": map([("dns_server", next()), ("domain_name", next()), ("router", "10.0.0.1"), (next(), next())]),
            "external_ids": map([("qdns-before-dns_server", next()), ("qdns-wrote-dns_server", next()), (next(), next())]),
        })),
        insert("Logical_Switch_Port", "port", json!({
            "name": texts.port,
            "addresses": format!("0a:00:00:00:00:01 {}", next()),
            "external_ids": map([("qdns-hostname", next()), ("vm-name", next()), ("qdns-aliases", next()), (next(), next())]),
            "dhcpv4_options": named("dhcp"),
        })),
        insert("Logical_Switch_Port", "other", json!({
            "name": format!("{}-2", texts.port),
            "addresses": "0a:00:00:00:00:02 10.0.0.12",
            "external_ids": map([("vm-name", "db"), ("neutron:port_name", next())]),
            "dhcpv4_options": named("dhcp"),
        })),
        insert("Logical_Switch_Port", "plain", json!({
            "name": format!("{}-3", texts.port), "addresses": "0a:00:00:00:00:03 10.0.0.14", "port_security": next(),
        })),
        insert("Logical_Switch_Port", "uplink", json!({
            "name": format!("{}-4", texts.port), "type": "router", "addresses": "router",
            "options": map([("router-port", "lrp")]),
        })),
        insert("Logical_Router_Port", "lrp", json!({
            "name": "lrp", "mac": "0a:00:00:00:00:ff", "networks": "10.0.0.1/24", "options": map([(next(), next())]),
        })),
        insert("Logical_Router", "router", json!({
            "name": next(), "ports": named("lrp"), "options": map([("chassis", next()), (next(), next())]),
        })),
        insert("Load_Balancer", "balancer", json!({
            "name": next(), "vips": map([("10.0.0.1:53", next())]), "protocol": "udp",
            "external_ids": map([("qdns-forwards-for", texts.switch.as_str()), (next(), next())]),
        })),
        insert("Load_Balancer_Group", "balancers", json!({"name": next(), "load_balancer": named("balancer")})),
        insert("ACL", "acl", json!({
            "name": next().chars().take(60).collect::<String>(), "match": next(), "action": "drop",
            "direction": "from-lport", "priority": 1000,
        })),
        insert("ACL", "acl2", json!({
            "match": next(), "action": "drop", "direction": "from-lport", "priority": 1001, "external_ids": map([(next(), next())]),
        })),
        insert("Port_Group", "group", json!({
            "name": next(), "ports": named("plain"), "acls": named("acl2"), "external_ids": map([(next(), next())]),
        })),
        insert("Address_Set", "set", json!({"name": next(), "addresses": next()})),
        insert("NB_Global", "global", json!({"options": map([("northd_internal_version", next()), (next(), next())])})),
        json!({"op": "insert", "table": "Logical_Switch", "uuid": switch, "row": {
            "name": texts.switch, "ports": ["set", ports], "acls": named("acl"),
            "dns_records": ["set", [named("ours"), named("theirs")]], "load_balancer": named("balancer"),
            "load_balancer_group": named("balancers"),
            "other_config": map([("subnet", next())]), "external_ids": map([(next(), next())]),
        }}),
        insert("Logical_Switch", "second", json!({
            "name": next(), "dns_records": named("theirs"), "external_ids": map([("neutron:network_name", next())]),
        })),
    ]);
    Value::from(operations)
}

/// The southbound rows of a case, as a chassis and ovn-northd may write them.
fn southbound_transaction(texts: &Texts, switch: &str) -> Value {
    let mut next = texts.each();
    let mut operations = vec![json!("OVN_Southbound")];
    operations.extend(deletions(SOUTHBOUND_TABLES));
    operations.extend([
        insert("SB_Global", "global", json!({"nb_cfg": 7})),
        insert("Datapath_Binding", "datapath", json!({
            "tunnel_key": 1,
            "external_ids": map([("logical-switch", switch), ("name", texts.switch.as_str()), (next(), next())]),
        })),
        insert("DNS", "served", json!({
            "records": map([("web", next()), (next(), next())]), "datapaths": named("datapath"),
            "external_ids": map([("dns_id", next())]),
        })),
        insert("Encap", "encap", json!({"type": "geneve", "ip": next(), "chassis_name": next()})),
        insert("Chassis", "chassis", json!({"name": next(), "hostname": next(), "encaps": named("encap")})),
        insert("Chassis_Private", "private", json!({"name": next(), "chassis": named("chassis"), "nb_cfg": 1})),
        insert("DHCP_Options", "option", json!({"name": next(), "code": 6, "type": "ipv4"})),
        insert("DHCPv6_Options", "option6", json!({"name": next(), "code": 23, "type": "ipv6"})),
        insert("Logical_Flow", "flow", json!({
            "logical_datapath": named("datapath"), "pipeline": "ingress", "table_id": 1, "priority": 1,
            "match": "udp.dst == 53", "actions": format!("dns_lookup {}", next()),
            "external_ids": map([("stage-name", next()), ("stage-hint", next())]),
        })),
    ]);
    Value::from(operations)
}

fn transact(remote: &str, transaction: &Value) {
    let answer = run(Command::new("ovsdb-client").args(["transact", remote, &transaction.to_string()]));
    assert!(!answer.ok().contains("\"error\""), "{answer}");
}

/// Whether a terminal obeys a character, or a person does not see it.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e007f}')
        || c >= '\u{f0000}'
}

/// A text without the styles of qdns: bold, seven colours, and the end of both.
pub fn without_styles(text: &str) -> String {
    let styles = ["0", "1", "31", "32", "33", "34", "35", "36", "37"].map(|style| format!("\u{1b}[{style}m"));
    styles.iter().fold(text.to_owned(), |text, style| text.replace(style, ""))
}

#[track_caller]
pub fn harmless(what: &str, text: &str, allowed: &[char]) {
    let bad = text.chars().find(|c| is_hostile(*c) && !allowed.contains(c));
    assert!(bad.is_none(), "{what}: {bad:?} in {text:?}");
}

/// The databases, and how qdns is run on them.
struct Place<'n> {
    nb: &'n Nb,
    sb: Option<String>,
    client: &'static str,
}

impl Place<'_> {
    fn command(&self) -> Command {
        let mut command = command(&self.nb.remote());
        // Without a southbound database no ovn-sbctl has to wait for one.
        let sb = self.sb.as_deref().unwrap_or("unix:/nonexistent");
        command.env("OVN_SB_DB", sb).env("QDNS_CLIENT", self.client);
        command
    }

    /// Runs commands with their standard output on one terminal, and their standard error as a terminal would get it.
    fn on_terminal(&self, format: &str, lines: &[Vec<String>]) -> Result<Vec<Run>> {
        /// Ends an output, and the exit code after it. No output may hold it.
        const END: char = '\u{1e}';
        let dir = self.nb.dir();
        let stderr = |number: usize| dir.join(format!("stderr-{number}"));
        let mut script = String::new();
        for (number, words) in lines.iter().enumerate() {
            script += &format!(
                "{} -o {format} --color always {} 2>{} </dev/null; printf '\\036%d\\036' $?\n",
                env!("CARGO_BIN_EXE_qdns"),
                shlex::try_join(words.iter().map(String::as_str))?,
                stderr(number).display(),
            );
        }
        let file = dir.join("session.sh");
        fs::write(&file, script)?;
        let mut session = Command::new("script");
        session.args(["-qec", &format!("sh {}", file.display()), "/dev/null"]);
        session.envs(self.command().get_envs().filter_map(|(name, value)| Some((name, value?))));
        let shown = run(session.env("TERM", "xterm").stdin(Stdio::null())).stdout.replace("\r\n", "\n");
        let parts: Vec<&str> = shown.split(END).collect();
        ensure!(parts.len() == 2 * lines.len() + 1, "{} parts of {shown:?}", parts.len());
        let runs = parts.chunks_exact(2).enumerate().map(|(number, part)| {
            let stderr = String::from_utf8_lossy(&fs::read(stderr(number))?).into_owned();
            Ok(Run { code: part[1].parse()?, stdout: part[0].to_owned(), stderr })
        });
        runs.collect()
    }

    fn in_format(&self, format: &str, lines: &[Vec<String>]) -> Vec<Run> {
        lines.iter().map(|words| run(self.command().args(["-o", format]).args(words))).collect()
    }
}

/// Runs one command with its standard output on a terminal.
pub fn on_terminal(nb: &Nb, args: &[&str]) -> Result<Run> {
    let words = args.iter().map(|word| (*word).to_owned()).collect();
    let place = Place { nb, sb: None, client: "auto" };
    place.on_terminal("table", &[words])?.pop().context("one run")
}

/// Commands that read, or that say what they would change. Two files are written before they are read.
fn commands(dir: &Path, switch: &str, port: &str) -> Vec<Vec<String>> {
    let file = |name: &str| dir.join(name).display().to_string();
    let from = format!("--from={port}");
    let (from_switch, backup, dump) = (format!("--from={switch}"), file("backup.json"), file("dump.json"));
    let lines: &[&[&str]] = &[
        &["status"],
        &["status", "--", switch],
        &["zone", "ls"],
        &["zone", "show", "--", switch],
        &["-v", "zone", "show", "--", switch],
        &["zone", "rm", "--dry-run", "--", switch],
        &["zone", "create", "--dry-run", "--", switch],
        &["zone", "set", "--dry-run", "--domain=other.internal", "--", switch],
        &["zone", "share", "--dry-run", "--with=net9", "--", switch],
        &["record", "ls"],
        &["record", "ls", "--name=w*", "--", switch],
        &["record", "add", "--dry-run", "--", switch, "web", "10.0.0.99"],
        &["record", "add", "--dry-run", "--append", "--", switch, "web", "10.0.0.98"],
        &["record", "add", "--dry-run", "--replace", "--alias-of=db", "--", switch, "www"],
        &["record", "rm", "--dry-run", "--", switch, "web"],
        &["record", "rm", "--dry-run", "--address=10.0.0.10", "--", switch, "web"],
        &["record", "rename", "--dry-run", "--", switch, "db", "app"],
        &["record", "show", "--", switch, "web"],
        &["record", "show", "--", switch, "10.0.0.12"],
        &["record", "show", "--", switch, port],
        &["record", "import", "--all", "--dry-run", &backup],
        &["record", "import", "--check", "--prune", "--force", "--", switch, &backup],
        &["forwarders", "show"],
        &["forwarders", "show", "--", switch],
        &["forwarders", "set", "--dry-run", "--", switch, "9.9.9.9"],
        &["forwarders", "set", "--dry-run", "--create-dhcp", "--", switch, "9.9.9.9"],
        &["forwarders", "set", "--dry-run", "--via=auto", "--", switch, "9.9.9.9"],
        &["forwarders", "clear", "--dry-run", "--", switch],
        &["lookup", "web", &from],
        &["lookup", "10.0.0.10", "db", &from_switch],
        &["-v", "doctor"],
        &["doctor", "--fix", "--dry-run"],
        &["doctor", "--from-dump", &dump],
        &["doctor", "--from-dump", &dump, "--", switch],
        &["prune-stale", "--all", "--dry-run", "--force"],
        &["sync", "--all", "--create-zones", "--prune", "--dry-run", "--force"],
        &["sync", "--check", "--", switch],
        &["record", "export"],
        &["record", "export", "--format=json", "--", switch],
        &["record", "export", "--format=hosts", "--", switch],
        &["record", "export", "--format=zone", "--", switch],
        &["record", "export", "--reverse=10.0.0.0/24", "--", switch],
    ];
    lines.iter().map(|line| line.iter().map(|word| (*word).to_owned()).collect()).collect()
}

/// The words of each line, as a shell splits it.
fn split(shell: &str, lines: &[String], dir: &Path) -> Result<Vec<Vec<String>>> {
    let script: String =
        lines.iter().map(|line| format!("set -- {line}\nprintf '%s\\0' $# \"$@\"\n")).collect();
    let output =
        Command::new(shell).args(["-c", &script]).env("LC_ALL", "C.UTF-8").current_dir(dir).output()?;
    assert!(output.status.success(), "{shell}: {lines:?}: {output:?}");
    let text = String::from_utf8(output.stdout)?;
    let mut words = text.split_terminator('\0');
    let mut all = Vec::new();
    while let Some(count) = words.next() {
        all.push(words.by_ref().take(count.parse()?).map(str::to_owned).collect());
    }
    Ok(all)
}

/// All commands of a document that are pasted.
fn pasted(document: &Value) -> Vec<String> {
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let findings = document["findings"].as_array().into_iter().flatten();
    findings.flat_map(|finding| texts(&finding["fix"])).chain(texts(&document["undo"])).collect()
}

/// Two switches of the same name go by their UUIDs.
fn is_uuid(word: &str) -> bool {
    word.len() == 36 && word.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// Checks that three shells read the same words, that each qdns command is understood, and that nothing else runs.
fn check_pasted(nb: &Nb, switch: &str, lines: &[String]) -> Result<()> {
    let dir = nb.dir().join("shell");
    fs::create_dir_all(&dir)?;
    let words = split("bash", lines, &dir)?;
    assert_eq!(words.len(), lines.len(), "{lines:?}");
    for shell in ["dash", "zsh"] {
        assert_eq!(split(shell, lines, &dir)?, words, "{shell}: {lines:?}");
    }
    assert_eq!(fs::read_dir(&dir)?.count(), 0, "{lines:?}");
    for words in &words {
        match words[0].as_str() {
            "qdns" => {
                let args: Vec<&str> = words[1..].iter().map(String::as_str).collect();
                // It is understood before it looks for a client.
                let mut tried = command("unix:/nonexistent");
                tried.args(["--dry-run", "--ovn-nbctl=false", "--ovsdb-client=false"]).args(&args);
                let tried = run(&mut tried);
                assert!(!tried.stderr.contains("Usage:"), "{words:?}: {tried}");
                let names_switch = matches!(args[0], "record" | "zone" | "forwarders");
                assert!(
                    !names_switch || words.iter().any(|word| word == switch || is_uuid(word)),
                    "{words:?}: {switch:?}"
                );
            }
            program => assert!(["ovn-nbctl", "ovn-appctl", "sudo"].contains(&program), "{words:?}"),
        }
    }
    Ok(())
}

/// Checks every command in every format.
pub fn check(nb: &Nb, texts: &Texts) -> Result<()> {
    check_at(&Place { nb, sb: None, client: "auto" }, texts, "table")
}

fn check_at(place: &Place, texts: &Texts, format: &str) -> Result<()> {
    let nb = place.nb;
    let switch = format!("153380f9-4e26-47b3-b1fe-{:012x}", FILLED.fetch_add(1, Ordering::Relaxed));
    transact(&nb.remote(), &transaction(texts, &switch));
    if let Some(sb) = &place.sb {
        transact(sb, &southbound_transaction(texts, &switch));
    }
    let backup = run(place.command().args(["record", "export"]));
    fs::write(nb.dir().join("backup.json"), &backup.stdout)?;
    let dump = nb.dir().join("dump.json");
    run(place.command().args(["doctor", "--dump"]).arg(&dump));
    harmless("dump", &fs::read_to_string(&dump)?, &['\n']);
    let lines = commands(nb.dir(), &texts.switch, &texts.port);
    let (tables, plains, documents) = thread::scope(|scope| {
        let plains = scope.spawn(|| place.in_format("plain", &lines));
        let documents = scope.spawn(|| place.in_format("json", &lines));
        (place.on_terminal(format, &lines), plains.join(), documents.join())
    });
    let (tables, plains) = (tables?, plains.expect("the commands run"));
    let documents = documents.expect("the commands run");
    let mut found = BTreeSet::new();
    for (((words, table), plain), json) in lines.iter().zip(&tables).zip(&plains).zip(&documents) {
        found.extend(check_one(&words.join(" "), table, plain, json)?);
    }
    check_pasted(nb, &texts.switch, &Vec::from_iter(found))
}

/// Checks what one command printed in three formats; returns the lines to paste.
fn check_one(what: &str, table: &Run, plain: &Run, json: &Run) -> Result<Vec<String>> {
    harmless(what, &without_styles(&table.stdout), &['\n', '\t']);
    harmless(what, &without_styles(&table.stderr), &['\n']);
    assert_eq!((table.code, plain.code), (json.code, json.code), "{what}: {table}{plain}{json}");
    assert!((0..=4).contains(&json.code), "{what}: {json}");
    for shown in [&plain.stdout, &plain.stderr, &json.stderr] {
        harmless(what, shown, &['\n', '\t']);
    }
    if what.starts_with("record export") && !json.stdout.is_empty() {
        harmless(what, &json.stdout, &['\n', '\t']);
        return Ok(Vec::new());
    }
    harmless(what, &json.stdout, &['\n']);
    if json.stdout.is_empty() {
        let error = json.stderr.lines().last().context("an error")?;
        assert!(serde_json::from_str::<Value>(error)?["error"]["message"].is_string(), "{what}: {json}");
        return Ok(Vec::new());
    }
    let document = json.json();
    let shown = table.stdout.lines().filter(|line| line.contains("\u{1b}[32mfix:")).count();
    let fixes = document["findings"].as_array().into_iter().flatten();
    let meant: usize = fixes.filter_map(|finding| finding["fix"].as_array()).map(Vec::len).sum();
    // Without -v, similar findings are one.
    assert!(shown == meant || shown < meant && !what.starts_with("-v"), "{what}: {shown}, {meant}: {table}");
    Ok(pasted(&document))
}

/// A number in an environment variable.
fn asked(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Fills a database from a seed, and checks every command on it.
fn check_seed(nb: &Nb, sb: &Southbound, seed: u64) {
    let place = Place {
        nb,
        // Traces of queries take much of the time.
        sb: seed.is_multiple_of(4).then(|| sb.remote()),
        client: if seed.is_multiple_of(2) { "auto" } else { "ovn-nbctl" },
    };
    let format = if seed.is_multiple_of(3) { "wide" } else { "table" };
    let config = ProptestConfig {
        cases: 1,
        max_shrink_iters: 10,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let checked = TestRunner::new_with_rng(config, rng).run(&texts(), |texts| {
        check_at(&place, &texts, format).unwrap();
        Ok(())
    });
    if let Err(failure) = checked {
        panic!("QDNS_HOSTILE_SEED={seed}: {failure}");
    }
}

/// 6 databases, or as many as QDNS_HOSTILE_DATABASES says, from seeds of which QDNS_HOSTILE_SEED is the first.
#[test]
fn any_database_is_shown_harmlessly() -> Result<()> {
    let count = asked("QDNS_HOSTILE_DATABASES").unwrap_or(6);
    let first = asked("QDNS_HOSTILE_SEED").unwrap_or_else(|| u64::from(std::process::id()) << 20);
    let nb = Nb::start()?;
    let sb = nb.southbound()?;
    (first..first + count).for_each(|seed| check_seed(&nb, &sb, seed));
    Ok(())
}
