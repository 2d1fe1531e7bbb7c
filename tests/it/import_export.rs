//! Import and export on a real database: what comes back, what is refused, what large files do.

use std::fmt::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::{Run, qdns, run};

const FORMATS: [&str; 4] = ["hosts", "csv", "json", "zone"];

struct Net {
    nb: Nb,
}

impl Net {
    fn start() -> Result<Self> {
        let nb = Nb::start()?;
        nb.nbctl(&["ls-add", "net1", "--", "ls-add", "net2"]);
        Ok(Net { nb })
    }

    fn qdns(&self, args: &[&str]) -> Run {
        qdns(&self.nb.remote(), args)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.nb.dir().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The records and marks of a switch's zone, without what names the switch.
    fn zone(&self, switch: &str) -> String {
        let condition = format!("external_ids:switch={switch}");
        let row = self.nb.nbctl(&[
            "--format=csv",
            "--data=bare",
            "--no-headings",
            "--columns=records,external_ids",
            "find",
            "DNS",
            &condition,
        ]);
        row.replace(&format!("switch={switch}"), "switch=…")
    }

    fn hosts(&self, switch: &str) -> usize {
        self.qdns(&["record", "ls", switch, "-o", "plain"]).ok().lines().count()
    }
}

fn csv(hosts: usize) -> String {
    let mut text = String::from("hostname,addresses\n");
    for n in 0..hosts {
        writeln!(text, "host-{n:05},10.1.{}.{}", n / 250, 1 + n % 250).unwrap();
    }
    text
}

#[test]
fn a_zone_comes_back_the_same_from_every_format() -> Result<()> {
    let net = Net::start()?;
    for args in [
        &["web", "10.0.0.10", "10.0.0.11", "fd00::10"][..],
        &["www", "10.0.0.10"],
        &["printer", "10.0.0.99", "--static"],
        &["nameless", "10.0.0.12", "--no-ptr"],
        &["six", "fd00::6", "--no-short", "--static"],
    ] {
        net.qdns(&[&["record", "add", "net1"], args].concat()).ok();
    }
    // Half a pair the other way round: a short name without its FQDN.
    net.nb.nbctl(&["add", "DNS", net.row("net1").trim(), "records", r#""half"="10.0.0.13""#]);
    // A reverse name for one of two addresses only.
    net.qdns(&["record", "add", "net1", "two", "10.0.0.14", "fd00::14"]).ok();
    net.nb.nbctl(&["remove", "DNS", net.row("net1").trim(), "records", r#""14.0.0.10.in-addr.arpa""#]);
    for format in FORMATS {
        let export = net.qdns(&["record", "export", "net1", "--format", format]);
        assert_eq!(export.stderr, "", "{format}");
        let first = export.ok().to_owned();
        let file = net.file(&format!("hosts.{format}"), &first);
        net.qdns(&["zone", "create", "net2"]).ok();
        net.qdns(&["record", "import", "net2", &file]).ok();
        assert_eq!(net.zone("net1"), net.zone("net2"), "{format}");
        let second = net.qdns(&["record", "export", "net2", "--format", format]).ok().replace("net2", "net1");
        assert_eq!(first, second, "{format}");
        let again = net.qdns(&["record", "import", "net2", &file, "--prune", "-o", "json"]).json();
        assert_eq!(again["changed"], false, "{format}: {again}");
        net.qdns(&["zone", "rm", "net2", "--yes"]).ok();
    }
    Ok(())
}

impl Net {
    fn row(&self, switch: &str) -> String {
        self.nb.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", &format!("external_ids:switch={switch}")])
    }
}

/// Rows that were made by hand: each kind of loss is one line on standard error, with the names.
#[test]
fn an_export_says_what_of_the_zone_is_not_in_it() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["record", "add", "net1", "web", "10.0.0.10"]).ok();
    for (key, value) in [
        ("99.0.0.10.in-addr.arpa", "gone.internal"),
        ("98.0.0.10.in-addr.arpa", "gone.internal"),
        ("Db.internal", "10.0.0.2,10.0.0.3"),
        ("empty.internal", ""),
        ("77.0.0.10.in-addr.arpa", "web.internal"),
        ("a b.internal", "10.0.0.4"),
    ] {
        let pair = format!(r#""{key}"="{value}""#);
        net.nb.nbctl(&["add", "DNS", net.row("net1").trim(), "records", &pair]);
    }
    let told = [
        "hosts without an address, left out (1): empty",
        "reverse names that lead to no host, left out (2): 98.0.0.10.in-addr.arpa, 99.0.0.10.in-addr.arpa",
        "hosts written as they should be, not as they are stored (1): db",
    ];
    let no_line =
        "hosts whose names do not fit in this format, left out; csv and json can hold them (1): a b";
    let not_theirs = "reverse names of addresses that are not their host's, left out; \
                      the other formats hold them (1): 77.0.0.10.in-addr.arpa";
    for (format, more) in
        [("json", &[][..]), ("csv", &[]), ("zone", &[no_line]), ("hosts", &[no_line, not_theirs])]
    {
        let export = net.qdns(&["record", "export", "net1", "--format", format]);
        assert!(export.ok().contains("web"));
        let mut said: Vec<&str> = export.stderr.lines().collect();
        said.iter_mut().for_each(|line| *line = line.strip_prefix("warning: net1: ").unwrap());
        assert_eq!(said, [&told[..], more].concat(), "{format}");
    }
    assert_eq!(net.qdns(&["record", "export", "net1", "-q"]).stderr, "");
    Ok(())
}

#[test]
fn one_refusal_names_every_bad_line_and_changes_nothing() -> Result<()> {
    let net = Net::start()?;
    let mut lines: Vec<String> = csv(10_000).lines().map(str::to_owned).collect();
    let bad: Vec<usize> = (0..40).map(|n| 7 + n * 240).collect();
    for (n, line) in bad.iter().enumerate() {
        lines[*line] = match n % 4 {
            0 => "VM_NAME,10.2.0.1",
            1 => "x,10.2.0.300",
            2 => "gateway,10.2.0.1",
            _ => "host-00001,10.2.0.2",
        }
        .to_owned();
    }
    let file = net.file("hosts.csv", &lines.join("\n"));
    let before = net.nb.dump();
    let said = net.qdns(&["record", "import", "net1", &file]).fails(2);
    assert!(said.contains("40 lines"), "{said}");
    for line in bad {
        assert!(said.contains(&format!("{file}:{}: ", line + 1)), "{line}: {said}");
    }
    assert_eq!(before, net.nb.dump());
    Ok(())
}

#[test]
fn what_the_zone_holds_wins_unless_replaced() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["record", "add", "net1", "web", "10.0.0.1"]).ok();
    let file = net.file("hosts", "10.0.0.2 web\n10.0.0.3 db\n");
    let said = net.qdns(&["record", "import", "net1", &file]).fails(1);
    assert!(said.contains("hosts:1: ") && said.contains("--replace"), "{said}");
    assert_eq!(net.hosts("net1"), 1);
    net.qdns(&["record", "import", "net1", &file, "--replace"]).ok();
    assert!(net.zone("net1").contains("2.0.0.10.in-addr.arpa"), "{}", net.zone("net1"));
    assert!(!net.zone("net1").contains("1.0.0.10.in-addr.arpa"), "{}", net.zone("net1"));
    Ok(())
}

#[test]
fn pruning_asks_and_has_a_brake() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["record", "import", "net1", &net.file("a.csv", &csv(20))]).ok();
    let file = net.file("b.csv", &csv(10));
    let prune = ["record", "import", "net1", &file, "--prune"];
    assert!(net.qdns(&prune).fails(1).contains("--max 10"));
    let shown = net.qdns(&[&prune[..], &["--dry-run"]].concat());
    assert!(
        shown.ok().contains("- host-00019 ") && shown.stderr.contains("would be refused: 10 of the 20"),
        "{shown:?}"
    );
    assert!(net.qdns(&[&prune[..], &["--max", "10"]].concat()).fails(1).contains("--yes"));
    assert_eq!(net.hosts("net1"), 20);
    net.qdns(&[&prune[..], &["--max", "10", "--yes"]].concat()).ok();
    assert_eq!(net.hosts("net1"), 10);
    Ok(())
}

#[test]
fn an_empty_file_prunes_nothing_unless_it_must() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["record", "add", "net1", "web", "10.0.0.1"]).ok();
    for (name, text) in [("empty.csv", ""), ("none.json", "{\"records\":[]}\n"), ("none.hosts", "# none\n")] {
        let file = net.file(name, text);
        let prune = ["record", "import", "net1", &file, "--prune", "--yes"];
        let said = net.qdns(&prune).fails(1);
        assert!(said.contains("has no hosts") && said.contains("--force"), "{said}");
        assert_eq!(net.hosts("net1"), 1);
    }
    let file = net.file("empty.csv", "");
    net.qdns(&["record", "import", "net1", &file, "--prune", "--yes", "--force"]).ok();
    assert_eq!(net.hosts("net1"), 0);
    net.qdns(&["record", "import", "net1", &file, "--prune"]).ok();
    Ok(())
}

#[test]
fn rows_of_others_are_exported_and_never_written() -> Result<()> {
    let net = Net::start()?;
    let row = net.nb.nbctl(&[
        "create",
        "DNS",
        "external_ids:ls_name=neutron-1",
        "records:vm1=10.0.0.5",
        "records:vm1.cloud.internal=10.0.0.5",
        "records:5.0.0.10.in-addr.arpa=vm1.cloud.internal",
    ]);
    net.nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", row.trim()]);
    let foreign = || net.nb.nbctl(&["list", "DNS", row.trim()]);
    let before = foreign();
    let own = net.qdns(&["record", "export", "net1"]);
    assert!(own.stderr.contains("--owner neutron"), "{own:?}");
    let exported = net.qdns(&["record", "export", "net1", "--owner", "neutron"]).ok().to_owned();
    let file = net.file("neutron.json", &exported);
    let said = net.qdns(&["record", "import", "net2", &file]).fails(2);
    assert!(said.contains("--domain"), "{said}");
    net.qdns(&["zone", "create", "net2", "--domain", "cloud.internal"]).ok();
    net.qdns(&["record", "import", "net2", &file]).ok();
    assert!(net.zone("net2").contains("vm1.cloud.internal"));
    net.qdns(&["zone", "create", "net1", "--domain", "cloud.internal"]).ok();
    net.qdns(&["record", "import", "net1", &file, "--prune", "--yes"]).ok();
    assert_eq!(before, foreign());
    Ok(())
}

#[test]
fn what_ovn_cannot_serve_is_named_or_skipped_on_demand() -> Result<()> {
    let net = Net::start()?;
    let zone =
        "$ORIGIN internal.\n@ IN SOA ns hm (1 2 3 4 5)\nweb 60 IN A 10.0.0.1\nwww CNAME web\n* A 10.0.0.2\n";
    let file = net.file("db.internal", zone);
    let said = net.qdns(&["record", "import", "net1", &file]).fails(2);
    assert!(
        said.contains(":4: CNAME") && said.contains(":5: ") && said.contains("--skip-unserved"),
        "{said}"
    );
    let done = net.qdns(&["record", "import", "net1", &file, "--skip-unserved"]);
    done.ok();
    assert!(done.stderr.contains("SOA") && done.stderr.contains("CNAME"), "{done:?}");
    assert_eq!(net.hosts("net1"), 1);
    Ok(())
}

#[test]
fn ten_thousand_hosts_take_few_runs_and_show_no_progress_in_a_pipe() -> Result<()> {
    let net = Net::start()?;
    let file = net.file("hosts.csv", &csv(10_000));
    let done = net.qdns(&["record", "import", "net1", &file, "-v"]);
    done.ok();
    let runs = done.stderr.lines().filter(|line| line.starts_with("+ ")).count();
    assert!(runs <= 10, "{runs} runs");
    assert_eq!(done.stderr.lines().count(), runs);
    assert_eq!(net.hosts("net1"), 10_000);
    Ok(())
}

/// What a terminal shows of a command, with how it ended.
fn on_terminal(db: &str, line: &str) -> (Option<i32>, String) {
    let mut script = Command::new("script");
    script.args(["-qec", line, "/dev/null"]).env("OVN_NB_DB", db).env("TERM", "xterm");
    let output = script.env_remove("OVN_NB_DAEMON").stdin(Stdio::null()).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_terminal_shows_how_far_a_large_change_has_come_unless_it_shall_not() -> Result<()> {
    let net = Net::start()?;
    let file = net.file("hosts.csv", &csv(3_000));
    let shown = |args: &str| {
        let line = format!("sh -c 'ulimit -s 1024; exec {} {args}'", env!("CARGO_BIN_EXE_qdns"));
        let (code, screen) = on_terminal(&net.nb.remote(), &line);
        assert_eq!(code, Some(0), "{args}: {screen}");
        screen.matches(" of 3000 hosts, ").count()
    };
    let import = format!("record import net1 {file}");
    assert!(shown(&import) > 2);
    assert!(shown("prune-stale net1 --yes --force") > 2);
    for quiet in ["--quiet", "-o json", "-o plain", "--dry-run"] {
        assert_eq!(shown(&format!("{import} {quiet}")), 0, "{quiet}");
        net.qdns(&["zone", "rm", "net1", "--yes", "--if-exists"]).ok();
    }
    assert_eq!(shown(&format!("{import} 2>/dev/null")), 0);
    Ok(())
}

/// An import whose command lines are short, because the stack is small (execve(2)), so that there are many
/// transactions; it is the first of its process group, as in a terminal.
fn slow_import(net: &Net, file: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"ulimit -s 1024; exec "$0" record import net1 "$1" -q"#]);
    shell.args([env!("CARGO_BIN_EXE_qdns"), file]).process_group(0);
    shell.env("OVN_NB_DB", net.nb.remote()).env_remove("OVN_NB_DAEMON").stdin(Stdio::null());
    shell
}

#[test]
fn an_interrupted_import_is_whole_hosts_and_the_same_command_carries_on() -> Result<()> {
    let net = Net::start()?;
    let file = net.file("hosts.csv", &csv(10_000));
    // To the process alone, and, as Ctrl-C does it, to ovn-nbctl as well.
    for (signal, to_all) in [("-INT", false), ("-INT", true), ("-TERM", false), ("-KILL", false)] {
        let mut shell = slow_import(&net, &file);
        let child = shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let started = Instant::now();
        while net.row("net1").trim().is_empty() && started.elapsed() < Duration::from_secs(20) {
            sleep(Duration::from_millis(2));
        }
        let target = format!("{}{}", if to_all { "-" } else { "" }, child.id());
        Command::new("kill").args([signal, "--", &target]).status()?;
        let ended = Run::of(child.wait_with_output()?);
        let how = format!("{signal} {to_all}: {ended:?}");
        if signal != "-KILL" {
            assert_eq!(ended.code, 1, "{how}");
            assert!(ended.stderr.contains("interrupted"), "{how}");
            assert!(ended.stderr.contains("of 10000 hosts were done before"), "{how}");
            assert!(ended.stderr.contains("the same command again does the rest"), "{how}");
        }
        // An ovn-nbctl that lost its parent ends what it began.
        sleep(Duration::from_millis(if signal == "-KILL" { 500 } else { 0 }));
        let half = net.hosts("net1");
        assert!(0 < half && half < 10_000, "{half}: {how}");
        let zone = net.zone("net1");
        assert_eq!(zone.matches(".internal=").count(), half, "{how}");
        assert_eq!(zone.matches(".in-addr.arpa=").count(), half, "{how}");
        run(&mut slow_import(&net, &file)).ok();
        assert_eq!(net.hosts("net1"), 10_000, "{how}");
        net.qdns(&["zone", "rm", "net1", "--yes"]).ok();
    }
    Ok(())
}
