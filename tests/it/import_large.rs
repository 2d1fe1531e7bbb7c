//! Imports of many hosts: few runs of a client, progress on a terminal, and an end at any moment.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::export::{nets, records_and_marks, row};
use crate::import::{csv, hosts};
use crate::support::lab::Nb;
use crate::support::{Run, run, snapshot};

#[test]
fn ten_thousand_hosts_take_few_runs_and_show_no_progress_in_a_pipe() -> Result<()> {
    let nb = nets()?;
    let file = nb.file("hosts.csv", csv(10_000))?;
    let import = nb.qdns(&format!("record import net1 {file} -v"));
    import.ok();
    let runs = import.stderr.lines().filter(|line| line.starts_with("+ ")).count();
    assert!(runs <= 30, "{runs} runs");
    let settings = import.stderr.lines().filter(|line| line.starts_with("# ")).count();
    assert_eq!(import.stderr.lines().count(), runs + settings);
    assert_eq!(hosts(&nb), 10_000);
    Ok(())
}

#[test]
fn many_changes_are_counted() -> Result<()> {
    let nb = nets()?;
    let file = nb.file("hosts.csv", csv(34))?;
    nb.qdns("zone create net1").ok();
    let counted = nb.session(&[
        &format!("record import net1 {file} --dry-run"),
        &format!("record import net1 {file}"),
        "record add net1 host-00001 10.1.9.9 --replace",
    ]);
    snapshot!(counted, @"
    $ qdns record import net1 [DIR]/hosts.csv --dry-run
    Would change:
    + 102 records
    With --verbose each change is listed.
    $ qdns record import net1 [DIR]/hosts.csv
    + 102 records
    With --verbose each change is listed.
    $ qdns record add net1 host-00001 10.1.9.9 --replace
    - 2.0.1.10.in-addr.arpa  host-00001.internal
    + 9.9.1.10.in-addr.arpa  host-00001.internal
    ~ host-00001  10.1.0.2 -> 10.1.9.9
    ~ host-00001.internal  10.1.0.2 -> 10.1.9.9

    To undo:
      qdns record add net1 host-00001 10.1.0.2 --replace
    ");
    let file = nb.file("fewer.csv", csv(1).replace(".0.1\n", ".9.1\n"))?;
    let pruned = nb.qdns(&format!("record import net1 {file} --prune --force --yes"));
    let undo = pruned.ok().lines().filter(|line| line.starts_with("  qdns ")).count();
    assert_eq!(undo, 34, "{pruned}");
    snapshot!(pruned.stdout.lines().take(7).collect::<Vec<_>>().join("\n"), @"
    + 1 record
    ~ 2 records
    - 100 records
    With --verbose each change is listed.

    To undo:
      qdns record add net1 host-00000 10.1.0.1 --replace
    ");
    Ok(())
}

#[test]
fn with_verbose_each_of_many_changes_is_listed() -> Result<()> {
    let nb = nets()?;
    let file = nb.file("hosts.csv", csv(34))?;
    let import = nb.qdns(&format!("record import net1 {file} --verbose"));
    assert_eq!(import.ok().lines().count(), 103, "{import}");
    assert!(import.stdout.contains("\n+ host-00033.internal  10.1.0.34\n"), "{import}");
    Ok(())
}

#[test]
fn a_program_gets_each_of_many_changes() -> Result<()> {
    let nb = nets()?;
    let file = nb.file("hosts.csv", csv(34))?;
    let import = |format| nb.qdns(&format!("record import net1 {file} --dry-run -o {format}"));
    assert_eq!(import("plain").ok().lines().count(), 103);
    assert_eq!(import("json").json()["changes"].as_array().context("a list")?.len(), 103);
    Ok(())
}

/// How often a terminal shows the progress of 3000 hosts.
fn progress_on_terminal(nb: &Nb, line: &str) -> Result<usize> {
    let line = format!("sh -c 'ulimit -s 1024; exec {} {line}'", env!("CARGO_BIN_EXE_qdns"));
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).env("OVN_NB_DB", nb.remote()).env("TERM", "xterm");
    let screen = run(script.env_remove("OVN_NB_DAEMON").stdin(Stdio::null()));
    Ok(screen.ok().matches(" of 3000 hosts, ").count())
}

#[test]
fn a_terminal_shows_the_progress_of_a_large_change() -> Result<()> {
    let nb = nets()?;
    let file = nb.file("hosts.csv", csv(3_000))?;
    assert!(progress_on_terminal(&nb, &format!("record import net1 {file}"))? > 2);
    assert!(progress_on_terminal(&nb, "prune-stale net1 --yes --force")? > 2);
    Ok(())
}

#[test]
fn a_terminal_shows_no_progress_where_it_is_not_wanted() -> Result<()> {
    let nb = nets()?;
    let file = nb.file("hosts.csv", csv(3_000))?;
    for quiet in ["--quiet", "-o json", "-o plain", "--dry-run", "2>/dev/null"] {
        assert_eq!(progress_on_terminal(&nb, &format!("record import net1 {file} {quiet}"))?, 0, "{quiet}");
        nb.qdns("zone rm net1 --yes --if-exists").ok();
    }
    Ok(())
}

/// An import whose command lines are short, because the stack is small (execve(2)), so that there are many
/// transactions; it is the first of its process group, as in a terminal.
fn slow_import(nb: &Nb, file: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"ulimit -s 1024; exec "$0" record import net1 "$1" -q"#]);
    shell.args([env!("CARGO_BIN_EXE_qdns"), file]).process_group(0);
    shell.env("OVN_NB_DB", nb.remote()).env_remove("OVN_NB_DAEMON").stdin(Stdio::null());
    shell
}

#[derive(Clone, Copy)]
enum Target {
    Process,
    /// The whole group, ovn-nbctl too, as Ctrl-C does it.
    Group,
}

/// Sends a signal to a large import once its zone is there. The zone then holds whole hosts, and the same
/// command imports the rest. Returns how the interrupted import ended.
fn interrupted(signal: &str, target: Target) -> Result<Run> {
    let nb = nets()?;
    let file = nb.file("hosts.csv", csv(10_000))?;
    let import = slow_import(&nb, &file).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let started = Instant::now();
    while row(&nb, "net1").is_empty() && started.elapsed() < Duration::from_secs(20) {
        sleep(Duration::from_millis(2));
    }
    let target = match target {
        Target::Process => import.id().to_string(),
        Target::Group => format!("-{}", import.id()),
    };
    Command::new("kill").args([signal, "--", &target]).status()?;
    let ended = Run::of(import.wait_with_output()?);
    if signal == "-KILL" {
        // An ovn-nbctl that lost its parent ends what it began.
        sleep(Duration::from_millis(500));
    }
    let half = hosts(&nb);
    assert!(0 < half && half < 10_000, "{half}: {ended}");
    let zone = records_and_marks(&nb, "net1");
    assert_eq!(zone.matches(".internal=").count(), half, "{ended}");
    assert_eq!(zone.matches(".in-addr.arpa=").count(), half, "{ended}");
    run(&mut slow_import(&nb, &file)).ok();
    assert_eq!(hosts(&nb), 10_000, "{ended}");
    Ok(ended)
}

/// An interrupted import, as it is shown; the numbers differ from run to run.
fn shown(interrupted: &Run) -> String {
    let is_digit = |text: char| text.is_ascii_digit();
    let words = interrupted.to_string();
    words
        .split(' ')
        .map(|word| if word.starts_with(is_digit) { "N" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// A signal ends an import between two hosts, and the same command imports the rest.
fn ends_between_two_hosts(signal: &str, target: Target) -> Result<()> {
    let shown = shown(&interrupted(signal, target)?);
    insta::allow_duplicates! {
        snapshot!(shown, @"
        ----- stderr -----
        error: interrupted; N of N hosts were finished before that
           hint: run the same command again to finish the rest
        ----- exit N -----
        ");
    }
    Ok(())
}

#[test]
fn sigint_ends_an_import_between_two_hosts() -> Result<()> {
    ends_between_two_hosts("-INT", Target::Process)
}

#[test]
fn ctrl_c_ends_an_import_between_two_hosts() -> Result<()> {
    ends_between_two_hosts("-INT", Target::Group)
}

#[test]
fn sigterm_ends_an_import_between_two_hosts() -> Result<()> {
    ends_between_two_hosts("-TERM", Target::Process)
}

#[test]
fn sigkill_leaves_whole_hosts() -> Result<()> {
    interrupted("-KILL", Target::Process)?;
    Ok(())
}

/// Each document of a JSON text is looked at once: a text of one host a line took 4 s, and should
/// take no longer than the same hosts as one document.
#[test]
fn hosts_as_json_lines_are_read_in_one_pass() -> Result<()> {
    let nb = nets()?;
    let line =
        |n: usize| format!(r#"{{"hostname":"host-{n:05}","ip_address":"10.1.{}.{}"}}"#, n / 250, 1 + n % 250);
    let lines: Vec<String> = (0..10_000).map(line).collect();
    let best_time = |name: &str, text: &str| -> Result<Duration> {
        let import = format!("record import net1 {} --dry-run -q", nb.file(name, text)?);
        let times = (0..3).map(|_| {
            let started = Instant::now();
            nb.qdns(&import).ok();
            started.elapsed()
        });
        times.min().context("three times")
    };
    let document = best_time("one.json", &format!("[{}]", lines.join(",\n")))?;
    let separate = best_time("lines.json", &lines.join("\n"))?;
    assert!(separate < document * 3, "{separate:?} {document:?}");
    Ok(())
}
