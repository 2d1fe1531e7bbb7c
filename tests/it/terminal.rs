//! What a person or a pipe sees: help, tables, JSON, plain lines, colours, widths, closed pipes.

use std::io::Read;
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::{command, qdns, run};

fn net() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "set", "Logical_Switch", "net1", "other_config:subnet=10.0.0.0/24"]);
    for args in [
        &["record", "add", "net1", "web-server", "10.0.0.10"][..],
        &["record", "add", "net1", "db-server", "10.0.0.11", "fd00::11", "--static"],
        &["record", "add", "net1", "app", "10.0.0.12", "--no-ptr", "--no-short"],
    ] {
        qdns(&nb.remote(), args).ok();
    }
    Ok(nb)
}

/// Every command below a definition, as words.
fn commands(definition: &clap::Command, words: &[&str], all: &mut Vec<Vec<String>>) {
    all.push(words.iter().map(|word| (*word).to_owned()).collect());
    for sub in definition.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        commands(sub, &[words, &[sub.get_name()]].concat(), all);
    }
}

#[test]
fn the_help_of_every_command_is_the_reference() -> Result<()> {
    let mut all = Vec::new();
    commands(&qdns::cli::definition(), &[], &mut all);
    let mut reference = String::new();
    for words in all {
        let args: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
        let help = qdns("unix:/nonexistent", &args).ok().to_owned();
        assert!(words.is_empty() || help.contains("Examples:") || help.contains("Commands:"), "{words:?}");
        // The options that every command takes are shown once, at the top.
        let own = if words.is_empty() { &help } else { help.split("Global options:").next().unwrap() };
        reference += &format!("$ qdns {}\n{}\n\n", args.join(" "), own.trim_end());
    }
    insta::assert_snapshot!("help", reference);
    Ok(())
}

#[test]
fn lists_as_table_json_and_plain() -> Result<()> {
    let nb = net()?;
    let mut all = String::new();
    for format in ["table", "json", "plain"] {
        for args in [&["record", "ls"][..], &["record", "ls", "net1", "--name", "*-server"], &["zone", "ls"]]
        {
            let args = [&["-o", format], args].concat();
            all += &format!("$ qdns {}\n{}\n", args.join(" "), qdns(&nb.remote(), &args).ok());
        }
    }
    // UUIDs differ from run to run.
    let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    insta::with_settings!({ filters => [(uuid, "UUID")] }, { insta::assert_snapshot!("lists", all) });
    Ok(())
}

#[test]
fn a_table_fits_sixty_columns() -> Result<()> {
    let nb = net()?;
    let long = "a-rather-long-hostname-that-somebody-thought-was-a-good-idea";
    qdns(
        &nb.remote(),
        &["record", "add", "net1", long, "10.0.0.77", "fd00:1234:5678:9abc:def0:1234:5678:9abc"],
    )
    .ok();
    let narrow = run(command(&nb.remote()).args(["record", "ls", "net1"]).env("COLUMNS", "60"));
    assert!(narrow.ok().lines().all(|line| line.chars().count() <= 60), "{}", narrow.stdout);
    let free = qdns(&nb.remote(), &["record", "ls", "net1"]);
    assert!(free.ok().contains(&format!("{long}.internal")), "nothing is cut in a pipe: {}", free.stdout);
    Ok(())
}

#[test]
fn colours_are_for_terminals_unless_asked_for() -> Result<()> {
    let nb = net()?;
    let args = ["record", "add", "net1", "web-server", "10.0.0.99"];
    let coloured = |extra: &[&str], no_color: bool| {
        let mut add = command(&nb.remote());
        add.args(extra).args(args);
        if no_color {
            add.env("NO_COLOR", "1");
        }
        run(&mut add).stderr.contains('\u{1b}')
    };
    assert!(!coloured(&[], false), "a pipe");
    assert!(coloured(&["--color", "always"], false));
    assert!(!coloured(&["--color", "never"], false));
    assert!(!coloured(&[], true));
    let is_bold = |setting: &str| on_terminal(&nb, setting, &args.join(" ")).contains("\u{1b}[1m");
    assert!(is_bold("env"));
    assert!(!is_bold("env NO_COLOR=1"));
    Ok(())
}

/// What a command prints on a terminal of an unknown width, as a serial line is.
fn on_terminal(nb: &Nb, setting: &str, args: &str) -> String {
    let output = Command::new("script")
        .args(["-qec", &format!("{setting} {} {args}", env!("CARGO_BIN_EXE_qdns")), "/dev/null"])
        .env("OVN_NB_DB", nb.remote())
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn what_a_row_holds_says_nothing_to_the_terminal() -> Result<()> {
    let nb = net()?;
    let records = r#"records:"x\u001b[8my"="10.0.0.9\u001b]0;owned\u0007""#;
    nb.nbctl(&["set", "DNS", nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]).trim(), records]);
    for args in [
        "record ls",
        "record ls -o plain",
        "record add net1 x 10.0.0.9",
        "doctor net1",
        "zone rm net1 --dry-run",
        "record export net1",
        "prune-stale net1 --dry-run",
    ] {
        let said = on_terminal(&nb, "env", args);
        assert!(!said.contains("\u{1b}[8m") && !said.contains("\u{1b}]0"), "{args}: {said:?}");
        let is_told = !["record add", "prune-stale"].iter().any(|verb| args.starts_with(verb));
        assert!(!is_told || said.contains("x\\u{1b}[8my"), "{args}: {said}");
    }
    let listed = qdns(&nb.remote(), &["record", "ls"]);
    assert!(listed.ok().contains("x\\u{1b}[8my"), "nothing is hidden in a pipe: {}", listed.stdout);
    Ok(())
}

#[test]
fn a_terminal_of_unknown_width_gets_whole_lines() -> Result<()> {
    let nb = net()?;
    let listed = on_terminal(&nb, "env", "record ls net1");
    assert!(listed.lines().any(|line| line.contains("web-server          web-server.internal")), "{listed}");
    Ok(())
}

#[test]
fn a_reader_that_goes_away_is_no_failure() -> Result<()> {
    let nb = Nb::start()?;
    let mut args: Vec<String> = vec!["create".into(), "DNS".into(), "external_ids:switch=net1".into()];
    args.extend((1..=2000).map(|n| format!("records:host-{n}.internal=10.0.{}.{}", n / 200, n % 200 + 1)));
    nb.nbctl(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let line =
        format!("{} record ls -o plain | head -1; echo ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_qdns"));
    let output = Command::new("bash").args(["-c", &line]).env("OVN_NB_DB", nb.remote()).output()?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.starts_with("host-1\t") && stdout.ends_with("\n0\n"), "{stdout}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");

    let mut child = command(&nb.remote()).args(["record", "ls"]).stdout(Stdio::piped()).spawn()?;
    let mut byte = [0];
    child.stdout.take().unwrap().read_exact(&mut byte)?;
    assert_eq!(child.wait()?.code(), Some(0));
    Ok(())
}

#[test]
fn a_full_disk_behind_the_output_is_a_failure() -> Result<()> {
    let nb = net()?;
    let full = std::fs::File::create("/dev/full")?;
    let mut list = command(&nb.remote());
    let status = list.args(["record", "ls"]).stdout(full).stderr(Stdio::null()).status()?;
    assert_eq!(status.code(), Some(1));
    Ok(())
}

#[test]
fn a_question_is_asked_on_a_terminal_and_only_there() -> Result<()> {
    let nb = net()?;
    let answer = |text: &str| {
        let line = format!("sleep 0.3; printf '{text}'; sleep 0.5");
        let mut typist = Command::new("sh").args(["-c", &line]).stdout(Stdio::piped()).spawn().unwrap();
        let program = format!("{} zone rm net1", env!("CARGO_BIN_EXE_qdns"));
        let output = Command::new("script")
            .args(["-qec", &program, "/dev/null"])
            .env("OVN_NB_DB", nb.remote())
            .env("TERM", "xterm")
            .stdin(typist.stdout.take().unwrap())
            .output()
            .unwrap();
        typist.wait().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, screen) = answer("n");
    assert!(screen.contains("remove the zone of net1 with 3 hosts in it"), "{screen}");
    assert_eq!(code, Some(1), "{screen}");
    assert_eq!(qdns(&nb.remote(), &["record", "ls", "-o", "plain"]).ok().lines().count(), 3);
    let (code, screen) = answer("y");
    assert_eq!(code, Some(0), "{screen}");
    assert_eq!(qdns(&nb.remote(), &["record", "ls", "-o", "plain"]).ok(), "");
    Ok(())
}

#[test]
fn quiet_says_nothing_and_verbose_shows_commands_that_can_be_typed() -> Result<()> {
    let nb = net()?;
    let quiet = qdns(&nb.remote(), &["-q", "record", "add", "net1", "far", "10.9.9.9"]);
    assert_eq!((quiet.ok(), quiet.stderr.as_str()), ("", ""));
    let verbose = qdns(&nb.remote(), &["-v", "record", "ls", "net1"]);
    let typed = verbose.stderr.lines().next().unwrap().strip_prefix("+ ").unwrap();
    let output = Command::new("sh").args(["-c", typed]).env("OVN_NB_DB", nb.remote()).output()?;
    assert!(String::from_utf8_lossy(&output.stdout).contains("web-server.internal"), "{typed}");
    Ok(())
}
