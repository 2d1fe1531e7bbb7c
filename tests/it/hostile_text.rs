//! Databases with hostile text in every column that is read: no output holds a character that a terminal obeys, no
//! value prints a line of its own, and pasted commands have exactly the words that were meant.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context as _, Result};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::lab::Nb;
use crate::support::{Run, answered, command, run};

/// One database for all cases; the processes die with the test.
static NB: LazyLock<Nb> = LazyLock::new(|| Nb::start().unwrap());

/// The tables that hold the rows of a case. Ports and ACLs go with the rows that refer to them.
const TABLES: &[&str] =
    &["DNS", "DHCP_Options", "Load_Balancer", "Logical_Router", "Logical_Switch", "Port_Group"];

/// A line of doctor, as a value may forge it.
const FORGED: &str = "\n      \u{1b}[1m\u{1b}[32mfix:\u{1b}[0m touch PWNED";

const PIECES: &[&str] = &[
    "web",
    "net1",
    "10.0.0.10",
    "fd00::10",
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
struct Texts {
    switch: String,
    port: String,
    any: Vec<String>,
}

fn texts() -> impl Strategy<Value = Texts> {
    let any = proptest::collection::vec(or_hostile("10.0.0.10"), 28);
    (hostile(), hostile(), any).prop_map(|(switch, port, any)| Texts { switch, port, any })
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

/// The rows of a case, in one transaction that removes those of the case before.
fn transaction(texts: &Texts) -> Value {
    let mut left = texts.any.iter().map(String::as_str).cycle();
    let mut next = || left.next().unwrap_or_default();
    let mut operations = vec![json!("OVN_Northbound")];
    operations.extend(TABLES.iter().map(|table| json!({"op": "delete", "table": table, "where": []})));
    let static_mark = format!("qdns-static-{}", next());
    let alias_mark = format!("qdns-alias-{}", next());
    let foreign_mark = next();
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
            ]),
        })),
        insert("DNS", "theirs", json!({
            "records": map([(next(), next()), ("web", next())]),
            "external_ids": map([("ls_name", foreign_mark), (next(), next())]),
        })),
        insert("DHCP_Options", "dhcp", json!({
            "cidr": "10.0.0.0/24",
            "options": map([("dns_server", next()), ("domain_name", next()), ("router", "10.0.0.1"), (next(), next())]),
            "external_ids": map([(next(), next())]),
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
            "external_ids": map([("vm-name", "db")]),
            "dhcpv4_options": named("dhcp"),
        })),
        insert("Load_Balancer", "balancer", json!({
            "name": next(), "vips": map([("10.0.0.1:53", next())]), "protocol": "udp",
            "external_ids": map([("qdns-forwards-for", texts.switch.as_str()), (next(), next())]),
        })),
        insert("ACL", "acl", json!({
            "name": next().chars().take(60).collect::<String>(), "match": next(), "action": "drop",
            "direction": "from-lport", "priority": 1000,
        })),
        insert("Logical_Switch", "switch", json!({
            "name": texts.switch, "ports": ["set", [named("port"), named("other")]], "acls": named("acl"),
            "dns_records": ["set", [named("ours"), named("theirs")]], "load_balancer": named("balancer"),
            "other_config": map([("subnet", next())]), "external_ids": map([(next(), next())]),
        })),
        insert("Logical_Switch", "second", json!({"name": next(), "dns_records": named("theirs")})),
    ]);
    Value::from(operations)
}

fn fill(nb: &Nb, texts: &Texts) {
    let mut client = Command::new("ovsdb-client");
    let answer = run(client.args(["transact", &nb.remote(), &transaction(texts).to_string()]));
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
fn without_styles(text: &str) -> String {
    let styles = ["0", "1", "31", "32", "33", "34", "35", "36", "37"].map(|style| format!("\u{1b}[{style}m"));
    styles.iter().fold(text.to_owned(), |text, style| text.replace(style, ""))
}

#[track_caller]
fn harmless(what: &str, text: &str, allowed: &[char]) {
    let bad = text.chars().find(|c| is_hostile(*c) && !allowed.contains(c));
    assert!(bad.is_none(), "{what}: {bad:?} in {text:?}");
}

/// Runs qdns with its standard output on a terminal, and its standard error as a terminal would get it.
fn on_terminal(nb: &Nb, args: &[&str]) -> Result<Run> {
    let stderr = nb.dir().join("stderr");
    let line = format!(
        "{} --color always {} 2>{}",
        env!("CARGO_BIN_EXE_qdns"),
        shlex::try_join(args.iter().copied())?,
        stderr.display()
    );
    let mut script = Command::new("script");
    script
        .args(["-qec", &line, "/dev/null"])
        .env("OVN_NB_DB", nb.remote())
        .env("TERM", "xterm")
        .stdin(Stdio::null());
    let shown = run(&mut script);
    Ok(Run { stdout: shown.stdout.replace("\r\n", "\n"), stderr: fs::read_to_string(stderr)?, ..shown })
}

/// Commands that read, or that say what they would change.
fn commands<'t>(switch: &'t str, port: &'t str) -> Vec<Vec<&'t str>> {
    vec![
        vec!["zone", "ls"],
        vec!["zone", "show", "--", switch],
        vec!["zone", "rm", "--dry-run", "--", switch],
        vec!["record", "ls"],
        vec!["record", "add", "--dry-run", "--", switch, "web", "10.0.0.99"],
        vec!["record", "rm", "--dry-run", "--", switch, "web"],
        vec!["record", "rm", "--dry-run", "--address=10.0.0.10", "--", switch, "web"],
        vec!["record", "add", "--dry-run", "--append", "--", switch, "web", "10.0.0.98"],
        vec!["record", "add", "--dry-run", "--replace", "--alias-of=db", "--", switch, "www"],
        vec!["record", "rename", "--dry-run", "--", switch, "db", "app"],
        vec!["record", "show", "--", switch, "web"],
        vec!["zone", "set", "--dry-run", "--domain=other.internal", "--", switch],
        vec!["forwarders", "show"],
        vec!["forwarders", "set", "--dry-run", "--", switch, "9.9.9.9"],
        vec!["lookup", "web", &*Box::leak(format!("--from={port}").into_boxed_str())],
        vec!["-v", "doctor"],
        vec!["prune-stale", "--all", "--dry-run", "--force"],
        vec!["sync", "--all", "--prune", "--dry-run", "--force"],
        vec!["record", "export"],
        vec!["-v", "zone", "show", "--", switch],
    ]
}

/// The words of each line, as a shell splits it.
fn split(shell: &str, lines: &[String], dir: &std::path::Path) -> Result<Vec<Vec<String>>> {
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
    let texts = |value: &Value| {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut lines: Vec<String> = document["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|f| -> Vec<String> { texts(&f["fix"]) })
        .collect();
    lines.extend::<Vec<String>>(texts(&document["undo"]));
    lines
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
                let tried = run(command(&nb.remote()).arg("--dry-run").args(&args));
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
fn check(nb: &Nb, texts: &Texts) -> Result<()> {
    fill(nb, texts);
    for args in commands(&texts.switch, &texts.port) {
        let what = args.join(" ");
        let table = on_terminal(nb, &args)?;
        harmless(&what, &without_styles(&table.stdout), &['\n', '\t']);
        harmless(&what, &without_styles(&table.stderr), &['\n']);
        let plain = run(command(&nb.remote()).args(["-o", "plain"]).args(&args));
        let json = run(command(&nb.remote()).args(["-o", "json"]).args(&args));
        assert_eq!((table.code, plain.code), (json.code, json.code), "{what}: {table}{plain}{json}");
        assert!((0..=4).contains(&json.code), "{what}: {json}");
        harmless(&what, &plain.stderr, &['\n']);
        if what == "record export" {
            continue;
        }
        harmless(&what, &plain.stdout, &['\n', '\t']);
        harmless(&what, &json.stdout, &['\n']);
        harmless(&what, &json.stderr, &['\n']);
        if json.stdout.is_empty() {
            let error = json.stderr.lines().last().context("an error")?;
            assert!(serde_json::from_str::<Value>(error)?["error"]["message"].is_string(), "{what}: {json}");
            continue;
        }
        let document = json.json();
        let lines = pasted(&document);
        let shown = table.stdout.lines().filter(|line| line.contains("\u{1b}[32mfix:")).count();
        let fixes = document["findings"].as_array().into_iter().flatten();
        let meant: usize = fixes.filter_map(|finding| finding["fix"].as_array()).map(Vec::len).sum();
        assert_eq!(shown, meant, "{what}: {table}");
        check_pasted(nb, &texts.switch, &lines)?;
    }
    Ok(())
}

/// 30 databases, or as many as QDNS_HOSTILE_DATABASES says.
fn config() -> ProptestConfig {
    let asked = std::env::var("QDNS_HOSTILE_DATABASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(12),
        max_shrink_iters: 10,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_database_is_shown_harmlessly(texts in texts()) {
        check(&NB, &texts).unwrap();
    }
}

#[test]
fn a_dhcp_option_cannot_forge_a_fix() -> Result<()> {
    let nb = Nb::start()?;
    let texts = Texts { switch: "net1".into(), port: "vm1".into(), any: vec![format!("x{FORGED}")] };
    check(&nb, &texts)?;
    let shown = on_terminal(&nb, &["doctor"])?;
    assert!(!shown.stdout.lines().any(|line| line.contains("\u{1b}[32mfix:\u{1b}[0m touch")), "{shown}");
    assert!(shown.stdout.contains("x\\n      \\u{1b}[1m\\u{1b}[32mfix:\\u{1b}[0m touch PWNED"), "{shown}");
    Ok(())
}

#[test]
fn an_export_is_harmless_on_a_terminal_and_unchanged_in_a_file() -> Result<()> {
    let nb = Nb::start()?;
    let records = r#"records:"x\u001b[2J.internal"="10.0.0.9""#;
    nb.nbctl(&["create", "DNS", "external_ids:switch=net1", records]);
    let export = ["record", "export", "--format", "csv"];
    assert!(run(command(&nb.remote()).args(export)).ok().contains("x\u{1b}[2j"));
    let json = run(command(&nb.remote()).args(["record", "export", "--format", "json"]));
    harmless("json", json.ok(), &['\n']);
    let shown = on_terminal(&nb, &export)?;
    harmless("export", &shown.stdout, &['\n', '\t']);
    assert!(shown.stdout.contains("x\\u{1b}[2j"), "{shown}");
    Ok(())
}

#[test]
fn a_usage_error_repeats_no_escape_sequence() {
    for format in ["table", "json"] {
        for bad in ["s\u{1b}]0;owned\u{7}\nerror: forged", "\u{202e}x\u{9b}2J"] {
            for args in [vec!["zone", bad], vec!["zone", "ls", bad], vec!["--timeout", bad, "zone", "ls"]] {
                let refused = run(command("unix:/nonexistent").args(["-o", format]).args(&args));
                let said = refused.fails(2);
                harmless("usage", &said, &['\n']);
                assert!(!said.lines().any(|line| line.starts_with("error: forged")), "{said}");
            }
        }
    }
}

/// Answers the question of `zone rm` on a terminal.
fn asked(nb: &Nb, switch: &str, answer: &str) -> Result<Run> {
    let line = format!("{} zone rm -- {}", env!("CARGO_BIN_EXE_qdns"), shlex::try_quote(switch)?);
    answered(&nb.remote(), &line, "", answer)
}

#[test]
fn a_question_is_answered_with_a_line_and_shows_no_escape_sequence() -> Result<()> {
    let nb = Nb::start()?;
    let switch = "s \u{1b}]0;pwned\u{7}\u{1b}[2J w";
    let name = format!("name={}", serde_json::to_string(switch)?);
    nb.nbctl(&["create", "Logical_Switch", &name]);
    run(command(&nb.remote()).args(["record", "add", switch, "web", "10.0.0.10"])).ok();
    let before = nb.dump();
    for no in ["n\n", "\n", "\u{1b}", "\u{3}", "\u{4}", "yn\n", "nope\n"] {
        let declined = asked(&nb, switch, no)?;
        assert_eq!(declined.code, 1, "{no:?}: {declined}");
        harmless(no, &without_styles(&declined.stdout), &['\n']);
        assert!(
            declined.stdout.contains("Nothing was changed.") && declined.stdout.contains("\\u{1b}[2J"),
            "{declined}"
        );
        assert_eq!(nb.dump(), before, "{no}");
    }
    asked(&nb, switch, "yes\n")?.ok();
    assert_eq!(nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]).trim(), "");
    Ok(())
}

#[test]
fn a_switch_that_is_named_like_an_option_is_a_word_of_each_hint() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["--", "create", "Logical_Switch", "name=\"--all\""]);
    let refused = run(command(&nb.remote()).args(["zone", "show", "--", "--all"])).fails(1);
    assert!(refused.contains("hint: qdns zone create -- --all\n"), "{refused}");
    Ok(())
}
