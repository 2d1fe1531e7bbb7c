//! Hostile text where it was once printed as it is: forged lines, terminal sequences in questions, exports, usage errors
//! and hints.

use std::fs::File;
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Result;

use crate::hostile_databases::{FORGED, Texts, check, harmless, on_terminal, without_styles};
use crate::support::lab::{Nb, executable, wait_for};
use crate::support::{Run, answered, command, run};
use crate::watching::Watcher;

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

/// zsh and fish show the description of a word; it may be a name that another program gave a network.
#[test]
fn the_description_of_a_completion_is_written_out() -> Result<()> {
    let nb = Nb::start()?;
    let name = format!(
        "external_ids:\"neutron:network_name\"={}",
        serde_json::to_string("\u{202e}a\n\u{1b}[2J\tb")?
    );
    nb.nbctl(&["--", "create", "Logical_Switch", "name=net1", &name]);
    for (shell, offered) in
        [("fish", "net1\t\\u{202e}a\\n\\u{1b}[2J\\tb\n"), ("zsh", "net1:\\\\u{202e}a\\\\n\\\\u{1b}[2J\\\\tb")]
    {
        let mut asked = command(&nb.remote());
        asked
            .env("QDNS_COMPLETE", shell)
            .env("_CLAP_COMPLETE_INDEX", "3")
            .args(["--", "qdns", "record", "ls", "ne"]);
        assert_eq!(run(&mut asked).ok(), offered, "{shell}");
    }
    Ok(())
}

/// Each line of a watcher begins with the name of its switch.
#[test]
fn the_name_of_a_switch_before_a_line_is_written_out() -> Result<()> {
    let nb = Nb::start()?;
    let name = format!("name={}", serde_json::to_string("s\n\u{1b}[2J\u{202e}")?);
    nb.nbctl(&[
        "create",
        "Logical_Switch",
        &name,
        "ports=@p",
        "--",
        "--id=@p",
        "create",
        "Logical_Switch_Port",
        "name=web",
        r#"addresses="0a:00:00:00:00:01 10.0.0.1""#,
    ]);
    let out = nb.dir().join("out.log");
    let mut watch = command(&nb.remote());
    watch
        .args(["sync", "--watch", "--all", "--create-zones"])
        .stdout(File::create(&out)?)
        .stderr(Stdio::null());
    let watcher = Watcher::spawn(&mut watch)?;
    let shown = || std::fs::read_to_string(&out).unwrap_or_default();
    assert!(wait_for(Duration::from_secs(30), || shown().contains("web.internal")));
    assert_eq!(watcher.stop()?, 0);
    assert!(shown().contains("s\\n\\u{1b}[2J\\u{202e}: + web"), "{}", shown());
    harmless("watch", &shown(), &['\n']);
    Ok(())
}

/// What a client says about a lost connection is a part of the status that systemd shows.
#[test]
fn no_message_of_a_client_becomes_one_to_the_service_manager() -> Result<()> {
    let nb = Nb::start()?;
    let (client, socket) = (nb.dir().join("ovsdb-client"), nb.dir().join("notify"));
    executable(&client, "#!/bin/sh\nprintf 'x\\nMAINPID=1\\nERRNO=2\\n' >&2\nexit 1\n")?;
    let notified = UnixDatagram::bind(&socket)?;
    notified.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut watch = command(&nb.remote());
    watch.args(["sync", "--watch", "--all", "--client", "ovn-nbctl"]).env("QDNS_OVSDB_CLIENT", &client);
    let watcher =
        Watcher::spawn(watch.env("NOTIFY_SOCKET", &socket).stderr(Stdio::null()).stdout(Stdio::null()))?;
    let mut message = [0; 4096];
    let length = notified.recv(&mut message)?;
    assert_eq!(watcher.stop()?, 0);
    let message = std::str::from_utf8(&message[..length])?;
    assert!(message.starts_with("STATUS=") && message.contains("x\\nMAINPID=1"), "{message:?}");
    assert_eq!(message.lines().count(), 1, "{message:?}");
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
