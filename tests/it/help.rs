//! The help of every command on a terminal of 80 columns, and wrong command lines with lines that work.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::records::net;
use crate::support::{Run, command, qdns, run, snapshot};

/// Every command below a definition, as words.
fn commands(definition: &clap::Command, words: &[&str], all: &mut Vec<Vec<String>>) {
    all.push(words.iter().map(|word| (*word).to_owned()).collect());
    for sub in definition.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        commands(sub, &[words, &[sub.get_name()]].concat(), all);
    }
}

/// What a terminal of 80 columns shows.
fn on_80_columns(words: &[String], option: Option<&str>) -> Run {
    run(command("unix:/nonexistent").args(words).args(option).env("COLUMNS", "80"))
}

/// The help of every command, one below the other. No line is wider than the terminal.
fn reference(option: &str, shown: impl Fn(&str, bool) -> String) -> String {
    let mut all = Vec::new();
    commands(&qdns::cli::definition(), &[], &mut all);
    let mut reference = String::new();
    for words in all {
        let help = on_80_columns(&words, Some(option)).ok().to_owned();
        assert!(help.contains("Examples:") || help.contains("Commands:"), "{words:?}");
        let wide = help.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "{words:?}");
        let broken = help.lines().skip_while(|line| *line != "Examples:").skip(1);
        let broken = broken.take_while(|line| !line.is_empty()).find(|line| !line.starts_with("  "));
        assert_eq!(broken, None, "{words:?}: an example is wrapped");
        reference += &format!(
            "$ qdns {} {option}\n{}\n\n",
            words.join(" "),
            shown(&help, words.is_empty()).trim_end()
        );
    }
    reference
}

#[test]
fn the_help_of_every_command_is_the_reference() {
    // The options that every command takes are shown once, at the top.
    let own = |help: &str, is_root: bool| {
        if is_root {
            help.to_owned()
        } else {
            help.split("Global options:").next().unwrap_or(help).to_owned()
        }
    };
    insta::assert_snapshot!("help", reference("--help", own));
}

#[test]
fn the_short_help_of_every_command() {
    insta::assert_snapshot!("short_help", reference("-h", |help, _| help.to_owned()));
}

/// The prompt needs one line of the terminal's 24.
#[test]
fn without_a_command_the_help_fits_a_terminal() {
    let bare = on_80_columns(&[], None).fails(2);
    assert!(bare.lines().count() <= 23, "{bare}");
    assert_eq!(bare, on_80_columns(&[], Some("-h")).ok());
}

/// Wrong command lines, each with the hint, typed on the same database.
const WRONG: &[&str] = &[
    "record ls --json",
    "--switch net1 record ls",
    "record add --switch net1 --hostname web2 --ip 10.0.0.20",
    "add net1 web3 10.0.0.21",
    "recrod ls net1",
    "record ls net1 --format=plain",
    "record add net1 web 10.0.0.22 --repalce",
    "record add net1 10.0.0.23 web4",
    "record add web5 10.0.0.24",
    "record rm net1 'web*'",
    "zone ls net1",
    "zone create net2 corp.internal",
    "zone set net2 site.internal",
    "zone share net1 net2",
    "record ls net1 'web*'",
    "zone create net1 --domain corp.internal",
];

/// The command in a hint or in a tip of clap.
fn proposed(stderr: &str) -> Option<&str> {
    let hints = stderr.lines().filter(|line| line.contains("hint: ") || line.contains("tip: "));
    hints.filter_map(|line| line.find("qdns ").map(|at| &line[at + "qdns ".len()..])).next()
}

#[test]
fn hints_work_when_they_are_typed() -> Result<()> {
    let nb = net()?;
    nb.nbctl(&["ls-add", "net2"]);
    nb.qdns("record add net1 web 10.0.0.10").ok();
    let mut typed = String::new();
    let file = nb.file("hosts", "10.0.0.30 db.prod.internal\n")?;
    let import = format!("record import net1 {file}");
    for line in WRONG.iter().copied().chain([import.as_str()]) {
        let wrong = nb.qdns(line);
        assert!(matches!(wrong.code, 1 | 2), "{wrong}");
        let hint = proposed(&wrong.stderr).with_context(|| wrong.to_string())?;
        let hint = hint.split(" lists the hosts").next().unwrap_or(hint);
        // On a terminal, the change of a domain is a question.
        nb.qdns(&format!("--yes {hint}")).ok();
        typed += &format!("{line}\n    {hint}\n");
    }
    snapshot!(typed, @"
    record ls --json
        record ls -o json
    --switch net1 record ls
        record ls net1
    record add --switch net1 --hostname web2 --ip 10.0.0.20
        record add net1 web2 10.0.0.20
    add net1 web3 10.0.0.21
        record add net1 web3 10.0.0.21
    recrod ls net1
        record ls net1
    record ls net1 --format=plain
        record ls net1 -o plain
    record add net1 web 10.0.0.22 --repalce
        record add net1 web 10.0.0.22 --replace
    record add net1 10.0.0.23 web4
        record add net1 web4 10.0.0.23
    record add web5 10.0.0.24
        record add net1 web5 10.0.0.24
    record rm net1 'web*'
        record ls net1 --name 'web*'
    zone ls net1
        zone show net1
    zone create net2 corp.internal
        zone create net2 --domain corp.internal
    zone set net2 site.internal
        zone set net2 --domain site.internal
    zone share net1 net2
        zone share net1 --with net2
    record ls net1 'web*'
        record ls net1 --name 'web*'
    zone create net1 --domain corp.internal
        zone set net1 --domain corp.internal
    record import net1 [DIR]/hosts
        zone set net1 --domain prod.internal
    ");
    Ok(())
}

#[test]
fn a_wrong_option_gets_no_far_suggestion() {
    snapshot!(qdns("unix:/nonexistent", &["zone", "ls", "--swatch", "x"]), @"
    ----- stderr -----
    error: unexpected argument '--swatch' found

    For more information, try '--help'.
    ----- exit 2 -----
    ");
}

#[test]
fn a_tip_is_a_hint_in_json() -> Result<()> {
    let wrong = qdns("unix:/nonexistent", &["-o", "json", "recrod", "ls"]);
    let error: Value = serde_json::from_str(&wrong.stderr)?;
    assert_eq!(error["error"]["hints"][0], "qdns -o json record ls", "{wrong}");
    Ok(())
}
