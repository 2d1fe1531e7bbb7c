//! Input without an end: devices, sparse files, pipes that never close, a FIFO that no program writes to.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::export::nets;
use crate::support::lab::Nb;
use crate::support::{Run, run, snapshot};

/// A file of 10 GiB without content.
fn sparse(nb: &Nb, name: &str) -> Result<String> {
    let path = nb.file(name, "")?;
    File::options().write(true).open(&path)?.set_len(10 << 30)?;
    Ok(path)
}

/// A qdns with at most 1 GB of memory.
fn limited(nb: &Nb, script: &str) -> Command {
    let mut bash = Command::new("bash");
    let qdns = env!("CARGO_BIN_EXE_qdns");
    bash.args(["-c", &format!("qdns() {{ {qdns} \"$@\"; }}; ulimit -v 1000000; {script}")]);
    bash.env("OVN_NB_DB", nb.remote()).env_remove("OVN_NB_DAEMON").stdin(Stdio::null());
    bash
}

/// Runs a command that must be refused within seconds and change nothing.
fn refusal(nb: &Nb, line: &str, stdin: impl Into<Stdio>) -> Result<Run> {
    let before = nb.dump();
    let started = Instant::now();
    let run = run(limited(nb, &format!("qdns {line}")).stdin(stdin));
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    assert_eq!(nb.dump(), before, "{run}");
    Ok(run)
}

#[test]
fn a_sparse_file() -> Result<()> {
    let nb = nets()?;
    let file = sparse(&nb, "sparse.csv")?;
    snapshot!(refusal(&nb, &format!("record import net1 {file}"), Stdio::null())?, @"
    ----- stderr -----
    error: [DIR]/sparse.csv is larger than 64 MiB, the most that qdns reads of it
       hint: split it into several files
    ----- exit 2 -----
    ");
    snapshot!(refusal(&nb, &format!("doctor --from-dump {file}"), Stdio::null())?, @"
    ----- stderr -----
    error: the dump [DIR]/sparse.csv is larger than 1024 MiB, the most that qdns reads of it
    ----- exit 2 -----
    ");
    snapshot!(refusal(&nb, "record import net1 -", File::open(&file)?)?, @"
    ----- stderr -----
    error: standard input is larger than 64 MiB, the most that qdns reads of it
       hint: split it into several files
    ----- exit 2 -----
    ");
    Ok(())
}

#[test]
fn a_device() -> Result<()> {
    let nb = nets()?;
    snapshot!(refusal(&nb, "record import net1 /dev/zero", Stdio::null())?, @"
    ----- stderr -----
    error: /dev/zero is a device
       hint: name a regular file or a pipe
    ----- exit 2 -----
    ");
    snapshot!(refusal(&nb, "doctor --from-dump /dev/zero", Stdio::null())?, @"
    ----- stderr -----
    error: the dump /dev/zero is a device
       hint: name a regular file or a pipe
    ----- exit 2 -----
    ");
    snapshot!(refusal(&nb, "record import net1 -", File::open("/dev/zero")?)?, @"
    ----- stderr -----
    error: standard input is a device
       hint: name a regular file or a pipe
    ----- exit 2 -----
    ");
    Ok(())
}

#[test]
fn a_pipe_that_never_ends() -> Result<()> {
    let nb = nets()?;
    let mut yes = Command::new("yes").arg("10.0.0.10 web").stdout(Stdio::piped()).spawn()?;
    let pipe = yes.stdout.take().context("a pipe")?;
    snapshot!(refusal(&nb, "record import net1 -", pipe)?, @"
    ----- stderr -----
    error: standard input is larger than 64 MiB, the most that qdns reads of it
       hint: split it into several files
    ----- exit 2 -----
    ");
    let _ = yes.kill();
    yes.wait()?;
    Ok(())
}

#[test]
fn a_fifo_without_a_writer() -> Result<()> {
    let nb = nets()?;
    let fifo = nb.dir().join("fifo.hosts").display().to_string();
    assert!(Command::new("mkfifo").arg(&fifo).status()?.success());
    snapshot!(refusal(&nb, &format!("record import net1 {fifo}"), Stdio::null())?, @"
    ----- stderr -----
    error: [DIR]/fifo.hosts is a FIFO that no program writes to
       hint: start the program that writes to it first
    ----- exit 1 -----
    ");
    Ok(())
}

#[test]
fn a_pipe_of_the_shell_and_a_late_writer() -> Result<()> {
    let nb = nets()?;
    let fifo = nb.dir().join("late.hosts").display().to_string();
    let script = format!(
        "mkfifo {fifo}; (sleep 1; echo 10.0.0.72 late >{fifo}) & \
         qdns record import net1 <(echo 10.0.0.71 piped) && qdns record import net1 {fifo}"
    );
    let run = run(&mut limited(&nb, &script));
    assert_eq!(run.code, 0, "{run}");
    let hosts = nb.qdns("record ls net1 -o plain").stdout;
    assert!(hosts.contains("piped") && hosts.contains("late"), "{hosts}");
    Ok(())
}

/// The first bad lines are enough to refuse a file.
#[test]
fn a_file_of_bad_lines() -> Result<()> {
    let nb = nets()?;
    let mut shown = String::new();
    for (name, line) in
        [("a.hosts", "x\n"), ("b.hosts", "::1 a\n"), ("c.csv", "x\n"), ("d.zone", "x\n"), ("e.json", "1 ")]
    {
        let header = if name == "c.csv" { "name,ip\n" } else { "" };
        let file = nb.file(name, [header, &line.repeat(3_000_000)].concat())?;
        let refusal = refusal(&nb, &format!("record import net1 {file}"), Stdio::null())?;
        let lines: Vec<&str> = refusal.stderr.lines().filter(|line| !line.starts_with("warning")).collect();
        shown += &format!("{}\n{}\n", lines[0], lines[lines.len() - 1]);
    }
    snapshot!(shown, @"
    error: 200000 lines of [DIR]/a.hosts cannot be imported; nothing was changed
    [DIR]/a.hosts: and lines 1001-200000
    error: 1 line of [DIR]/b.hosts cannot be imported; nothing was changed
    [DIR]/b.hosts:200000: 200000 lines before it hold no host
    error: 200000 lines of [DIR]/c.csv cannot be imported; nothing was changed
    [DIR]/c.csv: and lines 1002-200001
    error: 200000 lines of [DIR]/d.zone cannot be imported; nothing was changed
    [DIR]/d.zone: and lines 1001-199999, 1000001
    error: 200000 lines of [DIR]/e.json cannot be imported; nothing was changed
    [DIR]/e.json: and lines 1
    ");
    Ok(())
}
