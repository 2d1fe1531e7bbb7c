//! What a person or a pipe sees: tables, JSON, plain lines, colours, widths, closed pipes.

use std::io::Read as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::support::lab::{Nb, executable};
use crate::support::{Run, answered, command, run, snapshot};

fn net() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "set", "Logical_Switch", "net1", "other_config:subnet=10.0.0.0/24"]);
    for host in
        ["web-server 10.0.0.10", "db-server 10.0.0.11 fd00::11 --static", "app 10.0.0.12 --no-ptr --no-short"]
    {
        nb.qdns(&format!("record add net1 {host}")).ok();
    }
    Ok(nb)
}

#[test]
fn lists_as_tables() -> Result<()> {
    snapshot!(net()?.session(&["record ls", "record ls net1 --name *-server", "zone ls"]), @"
    $ qdns record ls
    HOSTNAME            FQDN                 ADDRESSES           PTR  SWITCH
    app                 app.internal         10.0.0.12           no   net1
    db-server (static)  db-server.internal   10.0.0.11 fd00::11  yes  net1
    web-server          web-server.internal  10.0.0.10           yes  net1
    $ qdns record ls net1 --name *-server
    HOSTNAME            FQDN                 ADDRESSES           PTR  SWITCH
    db-server (static)  db-server.internal   10.0.0.11 fd00::11  yes  net1
    web-server          web-server.internal  10.0.0.10           yes  net1
    $ qdns zone ls
    SWITCH  DOMAIN    HOSTS  RECORDS  STATE
    net1    internal  3      8        attached
    ");
    Ok(())
}

#[test]
fn lists_as_json() -> Result<()> {
    let lists = ["-o json record ls", "-o json record ls net1 --name *-server", "-o json zone ls"];
    snapshot!(net()?.session(&lists), @r#"
    $ qdns -o json record ls
    {"records":[{"hostname":"app","fqdn":"app.internal","ip":"10.0.0.12","addresses":["10.0.0.12"],"ptr":[],"static":false,"port":null,"alias_of":null,"ttl":3600,"switch":"net1","domain":"internal","names":"fqdn"},{"hostname":"db-server","fqdn":"db-server.internal","ip":"10.0.0.11","addresses":["10.0.0.11","fd00::11"],"ptr":["10.0.0.11","fd00::11"],"static":true,"port":null,"alias_of":null,"ttl":3600,"switch":"net1","domain":"internal"},{"hostname":"web-server","fqdn":"web-server.internal","ip":"10.0.0.10","addresses":["10.0.0.10"],"ptr":["10.0.0.10"],"static":false,"port":null,"alias_of":null,"ttl":3600,"switch":"net1","domain":"internal"}]}
    $ qdns -o json record ls net1 --name *-server
    {"records":[{"hostname":"db-server","fqdn":"db-server.internal","ip":"10.0.0.11","addresses":["10.0.0.11","fd00::11"],"ptr":["10.0.0.11","fd00::11"],"static":true,"port":null,"alias_of":null,"ttl":3600,"switch":"net1","domain":"internal"},{"hostname":"web-server","fqdn":"web-server.internal","ip":"10.0.0.10","addresses":["10.0.0.10"],"ptr":["10.0.0.10"],"static":false,"port":null,"alias_of":null,"ttl":3600,"switch":"net1","domain":"internal"}]}
    $ qdns -o json zone ls
    {"zones":[{"switch":"net1","domain":"internal","hosts":3,"records":8,"attached":true,"uuid":"[UUID]"}]}
    "#);
    Ok(())
}

#[test]
fn lists_as_plain_lines() -> Result<()> {
    let lists = ["-o plain record ls", "-o plain record ls net1 --name *-server", "-o plain zone ls"];
    snapshot!(net()?.session(&lists), @"
    $ qdns -o plain record ls
    app	app.internal	10.0.0.12	net1	dynamic	
    db-server	db-server.internal	10.0.0.11 fd00::11	net1	static	
    web-server	web-server.internal	10.0.0.10	net1	dynamic	
    $ qdns -o plain record ls net1 --name *-server
    db-server	db-server.internal	10.0.0.11 fd00::11	net1	static	
    web-server	web-server.internal	10.0.0.10	net1	dynamic	
    $ qdns -o plain zone ls
    net1	internal	3	8	[UUID]
    ");
    Ok(())
}

const LONG: &str = "a-rather-long-hostname-that-somebody-thought-was-a-good-idea";

/// A network with a host that does not fit on a line.
fn net_with_long_lines() -> Result<Nb> {
    let nb = net()?;
    nb.qdns(&format!("record add net1 {LONG} 10.0.0.77 fd00:1234:5678:9abc:def0:1234:5678:9abc")).ok();
    Ok(nb)
}

#[test]
fn a_narrow_terminal_gets_fewer_columns_and_no_broken_words() -> Result<()> {
    let nb = net_with_long_lines()?;
    let narrow = run(command(&nb.remote()).args(["record", "ls", "net1"]).env("COLUMNS", "60"));
    snapshot!(narrow, @"
    HOSTNAME
        ADDRESSES
        SWITCH
    a-rather-long-hostname-that-somebody-thought-was-a-good-idea
        10.0.0.77 fd00:1234:5678:9abc:def0:1234:5678:9abc  net1
    app
        10.0.0.12                                          net1
    db-server (static)
        10.0.0.11 fd00::11                                 net1
    web-server
        10.0.0.10                                          net1
    ");
    Ok(())
}

#[test]
fn wide_shows_all_columns_on_a_narrow_terminal() -> Result<()> {
    let nb = net()?;
    let list = |format| run(command(&nb.remote()).args(["record", "ls", "-o", format]).env("COLUMNS", "50"));
    snapshot!(format!("{}{}", list("table"), list("wide")), @"
    HOSTNAME            ADDRESSES           SWITCH
    app                 10.0.0.12           net1
    db-server (static)  10.0.0.11 fd00::11  net1
    web-server          10.0.0.10           net1
    HOSTNAME            FQDN                 ADDRESSES           PTR  SWITCH
    app                 app.internal         10.0.0.12           no   net1
    db-server (static)  db-server.internal   10.0.0.11 fd00::11  yes  net1
    web-server          web-server.internal  10.0.0.10           yes  net1
    ");
    Ok(())
}

#[test]
fn a_table_in_a_pipe_is_not_cut() -> Result<()> {
    snapshot!(net_with_long_lines()?.qdns("record ls net1"), @"
    HOSTNAME                                                      FQDN                                                                   ADDRESSES                                          PTR  SWITCH
    a-rather-long-hostname-that-somebody-thought-was-a-good-idea  a-rather-long-hostname-that-somebody-thought-was-a-good-idea.internal  10.0.0.77 fd00:1234:5678:9abc:def0:1234:5678:9abc  yes  net1
    app                                                           app.internal                                                           10.0.0.12                                          no   net1
    db-server (static)                                            db-server.internal                                                     10.0.0.11 fd00::11                                 yes  net1
    web-server                                                    web-server.internal                                                    10.0.0.10                                          yes  net1
    ");
    Ok(())
}

/// What a command prints on a terminal of an unknown width, as a serial line is. `setting` is a command
/// that sets the environment, such as `env`.
fn on_terminal(nb: &Nb, setting: &str, line: &str) -> String {
    let line = format!("{setting} {} {line}", env!("CARGO_BIN_EXE_qdns"));
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).env("OVN_NB_DB", nb.remote()).env("TERM", "xterm");
    run(script.env_remove("NO_COLOR").stdin(Stdio::null())).stdout
}

/// Standard error of a refusal, with escape sequences that can be read.
fn refusal(nb: &Nb, options: &[&str], no_color: bool) -> String {
    let mut add = command(&nb.remote());
    add.args(options).args(["record", "add", "net1", "web-server", "10.0.0.99"]);
    if no_color {
        add.env("NO_COLOR", "1");
    }
    run(&mut add).stderr.replace('\u{1b}', "ESC")
}

#[test]
fn a_person_is_told_that_a_host_has_no_port() -> Result<()> {
    let nb = net()?;
    nb.nbctl(&["lsp-add", "net1", "p1", "--", "lsp-set-addresses", "p1", "0a:00:00:00:00:97 10.0.0.97"]);
    let add = |words: &str| on_terminal(&nb, "NO_COLOR=1", &format!("record add net1 {words}"));
    snapshot!(add("printer 10.0.0.98").replace('\r', ""), @"
    note: no port of net1 has 10.0.0.98 or is named printer: prune-stale would remove it; to keep it: qdns record add net1 printer 10.0.0.98 --static
    + 98.0.0.10.in-addr.arpa  printer.internal
    + printer  10.0.0.98
    + printer.internal  10.0.0.98
    ");
    for words in
        ["printer 10.0.0.98 --static", "guest 10.0.0.97", "www --alias-of printer", "other 10.0.0.96 -q"]
    {
        assert!(!add(words).contains("note:"), "{words}");
    }
    assert_eq!(nb.qdns("record add net1 piped 10.0.0.95").stderr, "");
    Ok(())
}

#[test]
fn a_pipe_gets_no_colours() -> Result<()> {
    let nb = net()?;
    let plain = refusal(&nb, &[], false);
    snapshot!(plain, @"
    error: host web-server has 10.0.0.10 already, not 10.0.0.99
       hint: qdns record add net1 web-server 10.0.0.99 --replace
       hint: qdns record add net1 web-server 10.0.0.99 --append
    ");
    assert_eq!(refusal(&nb, &["--color", "never"], false), plain);
    assert_eq!(refusal(&nb, &[], true), plain);
    Ok(())
}

#[test]
fn colours_can_be_asked_for() -> Result<()> {
    snapshot!(refusal(&net()?, &["--color", "always"], false), @"
    ESC[1mESC[31merror:ESC[0m host web-server has 10.0.0.10 already, not 10.0.0.99
       ESC[1mESC[36mhint:ESC[0m qdns record add net1 web-server 10.0.0.99 --replace
       ESC[1mESC[36mhint:ESC[0m qdns record add net1 web-server 10.0.0.99 --append
    ");
    Ok(())
}

#[test]
fn a_terminal_gets_colours_unless_no_color_is_set() -> Result<()> {
    let nb = net()?;
    let is_bold = |setting: &str| {
        on_terminal(&nb, setting, "record add net1 web-server 10.0.0.99").contains("\u{1b}[1m")
    };
    assert!(is_bold("env"));
    assert!(!is_bold("env NO_COLOR=1"));
    Ok(())
}

/// A network with a row that holds escape sequences.
fn net_with_escape_sequences() -> Result<Nb> {
    let nb = net()?;
    let records = r#"records:"x\u001b[8my"="10.0.0.9\u001b]0;owned\u0007""#;
    nb.nbctl(&["set", "DNS", nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]).trim(), records]);
    Ok(nb)
}

#[test]
fn a_terminal_never_gets_escape_sequences_of_a_row() -> Result<()> {
    let nb = net_with_escape_sequences()?;
    for line in [
        "record ls",
        "record ls -o plain",
        "record add net1 x 10.0.0.9",
        "doctor net1",
        "zone rm net1 --dry-run",
        "record export net1",
        "prune-stale net1 --dry-run",
    ] {
        let shown = on_terminal(&nb, "env", line);
        assert!(!shown.contains("\u{1b}[8m") && !shown.contains("\u{1b}]0"), "{line}: {shown:?}");
        let shows_the_key = !["record add", "prune-stale"].iter().any(|verb| line.starts_with(verb));
        assert!(!shows_the_key || shown.contains("x\\u{1b}[8my"), "{line}: {shown}");
    }
    Ok(())
}

#[test]
fn a_pipe_gets_escape_sequences_as_text() -> Result<()> {
    snapshot!(net_with_escape_sequences()?.qdns("record ls"), @r"
    HOSTNAME            FQDN                  ADDRESSES                    PTR  SWITCH  NOTE
    app                 app.internal          10.0.0.12                    no   net1
    db-server (static)  db-server.internal    10.0.0.11 fd00::11           yes  net1
    web-server          web-server.internal   10.0.0.10                    yes  net1
    x\u{1b}[8my         x\u{1b}[8my.internal  10.0.0.9\u{1b}]0;owned\u{7}  no   net1    no address; short name only
    ");
    Ok(())
}

#[test]
fn a_terminal_of_unknown_width_gets_whole_lines() -> Result<()> {
    let shown = on_terminal(&net()?, "env", "record ls net1");
    snapshot!(shown.replace('\r', "").replace('\u{1b}', "ESC"), @"
    HOSTNAME            FQDN                 ADDRESSES           PTR  SWITCH
    app                 app.internal         10.0.0.12           no   net1
    db-server (static)  db-server.internal   10.0.0.11 fd00::11  yes  net1
    web-server          web-server.internal  10.0.0.10           yes  net1
    ");
    Ok(())
}

#[test]
fn a_reader_that_stops_after_a_line_is_no_failure() -> Result<()> {
    let nb = Nb::start()?;
    let mut args: Vec<String> = vec!["create".into(), "DNS".into(), "external_ids:switch=net1".into()];
    args.extend((1..=2000).map(|n| format!("records:host-{n}.internal=10.0.{}.{}", n / 200, n % 200 + 1)));
    nb.nbctl(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let line =
        format!("{} record ls -o plain | head -1; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_qdns"));
    let piped = run(Command::new("bash").args(["-c", &line]).env("OVN_NB_DB", nb.remote()));
    snapshot!(piped, @"host-1	host-1.internal	10.0.0.2	net1	dynamic");

    let mut child = command(&nb.remote()).args(["record", "ls"]).stdout(Stdio::piped()).spawn()?;
    child.stdout.take().context("a pipe")?.read_exact(&mut [0])?;
    assert_eq!(child.wait()?.code(), Some(0));
    Ok(())
}

#[test]
fn a_full_disk_is_a_failure() -> Result<()> {
    let nb = net()?;
    let full = std::fs::File::create("/dev/full")?;
    let mut list = command(&nb.remote());
    let status = list.args(["record", "ls"]).stdout(full).stderr(Stdio::null()).status()?;
    assert_eq!(status.code(), Some(1));
    Ok(())
}

/// Answers the question of `zone rm` on a terminal, after some keys before it.
fn asked(nb: &Nb, before: &str, answer: &str) -> Result<Run> {
    answered(&nb.remote(), &format!("{} zone rm net1", env!("CARGO_BIN_EXE_qdns")), before, answer)
}

#[test]
fn the_answer_no_changes_nothing() -> Result<()> {
    let nb = net()?;
    let before = nb.dump();
    let screen = asked(&nb, "", "n\n")?.fails(1);
    assert!(screen.contains("remove the zone of net1 with 3 hosts in it"), "{screen}");
    assert!(screen.contains("Nothing was changed."), "{screen}");
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn the_answer_yes_is_permission() -> Result<()> {
    let nb = net()?;
    asked(&nb, "", "y\n")?.ok();
    assert_eq!(nb.qdns("record ls -o plain").ok(), "");
    Ok(())
}

#[test]
fn keys_typed_ahead_are_no_answer() -> Result<()> {
    let nb = net()?;
    let before = nb.dump();
    asked(&nb, "y\ny\n", "n\n")?.fails(1);
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn quietly_not_even_warnings_are_shown() -> Result<()> {
    assert_eq!(net()?.qdns("-q record add net1 far 10.9.9.9").to_string(), "");
    Ok(())
}

#[test]
fn verbosely_the_commands_of_ovn_are_shown_and_can_be_pasted() -> Result<()> {
    let nb = net()?;
    let verbose = nb.qdns("-v record ls net1");
    snapshot!(verbose, @r#"
    HOSTNAME            FQDN                 ADDRESSES           PTR  SWITCH
    app                 app.internal         10.0.0.12           no   net1
    db-server (static)  db-server.internal   10.0.0.11 fd00::11  yes  net1
    web-server          web-server.internal  10.0.0.10           yes  net1
    ----- stderr -----
    # db: [DB] (OVN_NB_DB)
    # timeout: 10 (default)
    # ovn-nbctl: /usr/bin/ovn-nbctl (default)
    # ovsdb-client: /usr/bin/ovsdb-client (default)
    + ovsdb-client '--timeout=10' query [DB] '["OVN_Northbound",{"op":"select","table":"Logical_Switch","where":[["name","==","net1"]],"columns":["_uuid","name","dns_records","other_config","external_ids"]},{"op":"select","table":"Logical_Switch","where":[["external_ids","includes",["map",[["neutron:network_name","net1"]]]]],"columns":["_uuid","name","dns_records","other_config","external_ids"]},{"op":"select","table":"DNS","where":[["external_ids","includes",["map",[["switch","net1"]]]]],"columns":["_uuid","external_ids","records"]}]'
    + ovsdb-client '--timeout=10' query [DB] '["OVN_Northbound",{"op":"select","table":"Logical_Switch","where":[["dns_records","includes",["uuid","[UUID]"]]],"columns":["_uuid","name","dns_records","other_config","external_ids"]}]'
    "#);
    let pasted = verbose.stderr.lines().find_map(|line| line.strip_prefix("+ ")).context("a command")?;
    let pasted = run(Command::new("sh").args(["-c", pasted]).env("OVN_NB_DB", nb.remote()));
    assert!(pasted.ok().contains("web-server.internal"), "{pasted}");
    Ok(())
}

#[test]
fn after_a_slow_read_a_person_learns_what_makes_it_fast() -> Result<()> {
    let nb = net()?;
    let slow = nb.dir().join("slow-nbctl");
    executable(&slow, &format!("#!/bin/sh\nsleep 1.1\nexec {} \"$@\"\n", nb.nbctl_path().display()))?;
    let before = format!("QDNS_OVN_NBCTL={}", slow.display());
    let shown = on_terminal(&nb, &format!("env {before}"), "zone ls");
    let note = shown.lines().find(|line| line.starts_with("note: ")).context("a note")?;
    assert!(note.starts_with("note: reading whole tables took "), "{note}");
    assert!(note.contains(&format!("export OVN_NB_DAEMON=$({} --detach)", slow.display())), "{note}");
    let mut piped = command(&nb.remote());
    assert_eq!(run(piped.args(["zone", "ls"]).env("QDNS_OVN_NBCTL", &slow)).stderr, "");
    Ok(())
}
