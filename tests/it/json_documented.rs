//! What programs read is what qdns-json(5) says: every field of every real document is documented, every documented field
//! is in a real document, and every plain line has the documented columns.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use qdns::cli::manual::{Document, documents};
use serde_json::Value;

use crate::support::doctor::{healthy, qdns as in_lab};
use crate::support::lab::{Lab, Nb};
use crate::support::{Run, qdns};

/// The fields that were seen, by the title of their document.
type Seen = BTreeMap<&'static str, BTreeSet<String>>;

/// Notes the fields of a value. A field without documented fields below it has free names.
fn note(value: &Value, path: &str, document: &Document, seen: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| note(item, &format!("{path}[]"), document, seen)),
        Value::Object(fields) => {
            let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
            let is_free = !document.fields.iter().any(|field| field.path.starts_with(&prefix));
            for (name, value) in fields.iter().filter(|_| !is_free) {
                let path = format!("{prefix}{name}");
                seen.insert(path.clone());
                note(value, &path, document, seen);
            }
        }
        _ => {}
    }
}

/// The document that a command prints: the one with the longest name that the line begins with.
fn document_of<'d>(all: &'d [Document], line: &str) -> Result<&'d Document> {
    let longest = |document: &&Document| {
        let named = document.commands.iter().filter(|name| {
            let mut words = name.split(' ');
            words.all(|word| line.split(' ').any(|typed| typed == word))
        });
        named.map(|name| name.len()).max()
    };
    let named = all.iter().filter(|document| longest(document).is_some());
    named.max_by_key(longest).with_context(|| format!("no document of {line}"))
}

/// A network with something for every field, and the lines that show it.
const NETWORK: &[&str] = &[
    "ls-add net1 -- set Logical_Switch net1 other_config:subnet=10.0.0.0/24",
    "set Logical_Switch net1 'external_ids:\"neutron:network_name\"=app-net'",
    "ls-add net2 -- ls-add net3 -- ls-add gone",
    "lsp-add net1 p1 -- lsp-set-addresses p1 '0a:00:00:00:00:01 10.0.0.10'",
    "set Logical_Switch_Port p1 'external_ids:\"neutron:port_name\"=web'",
    "lsp-add net2 p2 -- lsp-set-addresses p2 '0a:00:00:00:00:02 10.0.2.10'",
    "lr-add lr0 -- set Logical_Router lr0 options:chassis=c1",
    "lrp-add lr0 lrp2 0a:00:00:00:ff:02 10.0.2.1/24",
    "lsp-add net2 lr -- lsp-set-type lr router -- lsp-set-options lr router-port=lrp2",
    "lb-add lb1 10.0.2.80:80 10.0.2.10:80",
    "--id=@d create DHCP_Options cidr=10.0.0.0/24 options:dns_server=0xc0000235 -- set Logical_Switch_Port p1 dhcpv4_options=@d",
    "--id=@d create DHCP_Options cidr=10.0.2.0/24 options:router=10.0.2.1 -- set Logical_Switch_Port p2 dhcpv4_options=@d",
];

const LINES: &[&str] = &[
    "record add gone old 10.9.0.1",
    "zone ls",
    "record add net1 web 10.0.0.10",
    "record add net1 printer 10.0.0.99 --no-ptr --no-short --static",
    "record add net1 www --alias-of web",
    "record add net1 web 10.0.0.12 --replace",
    "record add net2 web 10.0.2.10",
    "record add net2 vip 10.0.2.80",
    "record add net2 gone 10.0.2.99",
    "record add net3 app 10.0.3.10",
    "zone share net2 --with net3 --yes",
    "zone ls",
    "status",
    "zone show net3",
    "zone show net2",
    "zone show net1",
    "zone show gone",
    "record ls",
    "record show net1 web",
    "record show net1 printer",
    "record show net3 cap",
    "record show net2 web",
    "lookup printer.internal --from p2",
    "lookup web --from p1",
    "forwarders set net2 192.0.2.53 --via auto --yes",
    "forwarders show",
    "status",
    "prune-stale net2 --yes --force",
    "sync net2 --yes",
    "record show net2 p2",
    "record show net3 app",
    "doctor --list",
    "doctor --explain zone-empty",
    "doctor --fix --yes",
];

/// Runs a line; notes the fields of its document and checks the columns of its plain lines.
fn run(nb: &Nb, line: &str, all: &[Document], seen: &mut Seen) -> Result<()> {
    let document = document_of(all, line)?;
    if !line.contains("--yes") && !line.starts_with("record add") {
        let plain = nb.qdns(&format!("-o plain {line}"));
        for row in plain.stdout.lines().filter(|_| !document.plain.is_empty()) {
            assert_eq!(row.split('\t').count(), document.plain.len(), "{line}: {row}");
        }
    }
    let answer = nb.qdns(&format!("-o json {line}"));
    assert!(matches!(answer.code, 0 | 4), "{line}: {answer}");
    note(&answer.json(), "", document, seen.entry(document.title).or_default());
    Ok(())
}

#[test]
fn every_field_of_real_output_is_documented_and_every_documented_one_is_real() -> Result<()> {
    let all = documents();
    let mut seen = Seen::new();
    let nb = Nb::start()?;
    for line in NETWORK {
        let words = shlex::split(line).context("words")?;
        nb.nbctl(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }
    for line in LINES {
        run(&nb, line, &all, &mut seen)?;
        match *line {
            "record add gone old 10.9.0.1" => drop(nb.nbctl(&["ls-del", "gone"])),
            "record add net3 app 10.0.3.10" => {
                let zone =
                    nb.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", "external_ids:switch=net3"]);
                nb.nbctl(&["set", "DNS", zone.trim(), "records:Cap.internal=10.0.3.77"]);
            }
            "record ls" => {
                let row = nb.nbctl(&["create", "DNS", "records:web.internal=10.0.2.98"]);
                nb.nbctl(&["add", "Logical_Switch", "net2", "dns_records", row.trim()]);
            }
            _ => {}
        }
    }
    let lab = Lab::start()?;
    healthy(&lab)?;
    lab.nbctl(&["acl-add", "net1", "from-lport", "1001", "udp && udp.dst == 53", "drop"]);
    lab.hv_sync();
    let dropped = in_lab(&lab, &["-o", "json", "lookup", "web", "--from", "db"]);
    let lookups = document_of(&all, "lookup")?;
    note(&dropped.json(), "", lookups, seen.entry(lookups.title).or_default());
    failure(&nb, &all, &mut seen)?;
    let mut differences = Vec::new();
    for document in &all {
        let real = &seen[document.title];
        let documented: BTreeSet<String> = document.fields.iter().map(|field| field.path.clone()).collect();
        let note = |what: &str, field: &str| format!("{}: {field} {what}", document.title);
        differences.extend(real.difference(&documented).map(|field| note("is not documented", field)));
        differences.extend(documented.difference(real).map(|field| note("is in no output", field)));
        let without = document.fields.iter().filter(|field| field.description.is_empty());
        differences.extend(without.map(|field| note("has no doc comment", &field.path)));
    }
    assert_eq!(differences, Vec::<String>::new());
    Ok(())
}

/// Notes the fields of a failure.
fn failure(nb: &Nb, all: &[Document], seen: &mut Seen) -> Result<()> {
    let document = all.iter().find(|document| document.commands.is_empty()).context("failures")?;
    let file = nb.file("bad", "10.0.0.10 a_b\n")?;
    let bad = nb.qdns(&format!("-o json record import net1 {file}"));
    let unreachable: Run = qdns("unix:/nonexistent", &["-o", "json", "zone", "ls"]);
    for run in [bad, unreachable] {
        note(&serde_json::from_str(&run.stderr)?, "", document, seen.entry(document.title).or_default());
    }
    Ok(())
}

/// A new command prints a document, or the same text in every format.
#[test]
fn every_command_has_a_document_or_prints_text() {
    const TEXT: &[&str] = &["api", "completions", "record export", "hook libvirt", "hook install"];
    let all = documents();
    let mut without = Vec::new();
    let definition = qdns::cli::definition();
    for command in definition.get_subcommands().filter(|command| !command.is_hide_set()) {
        let verbs: Vec<String> = if command.has_subcommands() {
            command
                .get_subcommands()
                .map(|verb| format!("{} {}", command.get_name(), verb.get_name()))
                .collect()
        } else {
            vec![command.get_name().to_owned()]
        };
        without.extend(verbs.into_iter().filter(|verb| {
            let is_documented = all.iter().any(|document| document.commands.contains(&verb.as_str()));
            !is_documented && !TEXT.contains(&verb.as_str())
        }));
    }
    assert_eq!(without, Vec::<String>::new(), "src/output/documents.rs names each answer");
}
