//! The benchmark: each command beside the bare ovn-nbctl commands that do the same, in one run, turn
//! by turn; the table has the medians and their ratio. `cargo bench --bench bench`.
//!
//! `QDNS_BENCH_ROUNDS` is the number of turns (15).

mod import;
#[path = "../lab/mod.rs"]
mod lab;
mod large;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lab::Nb;

/// Where commands go: a database, perhaps through a daemon.
struct Target<'a> {
    nb: &'a Nb,
    daemon: Option<&'a Path>,
}

impl Target<'_> {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("OVN_NB_DB", self.nb.remote()).env_remove("OVN_NB_DAEMON");
        if let Some(socket) = self.daemon {
            command.env("OVN_NB_DAEMON", socket);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        command
    }

    fn qdns(&self, args: &[&str]) {
        self.run(env!("CARGO_BIN_EXE_qdns"), &[&["--quiet"], args].concat());
    }

    fn bare(&self, args: &[&str]) {
        self.run("ovn-nbctl", args);
    }

    fn run(&self, program: &str, args: &[&str]) {
        let status = self.command(program).args(args).status().expect("the program runs");
        assert!(status.success(), "{program} {args:?}");
    }

    /// What a command of ovn-nbctl prints.
    fn read(&self, args: &[&str]) -> String {
        let output =
            self.command("ovn-nbctl").args(args).stdout(Stdio::piped()).output().expect("ovn-nbctl runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

/// Two ways to do the same, timed turn by turn.
fn pair(name: &str, rounds: u32, ours: impl FnMut(u32), bare: impl FnMut(u32)) {
    pair_prepared(name, rounds, ours, bare, || {});
}

/// The same with something to do before each turn that is not timed.
fn pair_prepared(
    name: &str,
    rounds: u32,
    mut ours: impl FnMut(u32),
    mut bare: impl FnMut(u32),
    mut prepare: impl FnMut(),
) {
    let mut time = |work: &mut dyn FnMut(u32), round| {
        prepare();
        let began = Instant::now();
        work(round);
        began.elapsed()
    };
    let (mut ours_took, mut bare_took) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        ours_took.push(time(&mut ours, round));
        bare_took.push(time(&mut bare, round));
    }
    let (ours, bare) = (median(ours_took), median(bare_took));
    println!(
        "| {name} | {:.1} ms | {:.1} ms | {:.2} |",
        millis(ours),
        millis(bare),
        millis(ours) / millis(bare)
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The pairs on one database; `switch` has a zone in it already.
fn pairs(title: &str, target: &Target, switch: &str, rounds: u32) {
    println!("\n{title}\n\n| qdns | qdns | bare ovn-nbctl | ratio |\n|---|---|---|---|");
    let tag = if target.daemon.is_some() { "through" } else { "direct" };
    let condition = format!("external_ids:switch={switch}");
    let row = target.read(&["--bare", "--columns=_uuid", "find", "DNS", &condition]);
    pair(
        "`record add` / `set DNS … records:k=v`",
        rounds,
        |n| {
            target.qdns(&[
                "record",
                "add",
                switch,
                &format!("bench-{tag}-{n}"),
                &format!("10.250.0.{}", n + 1),
            ])
        },
        |n| target.bare(&["set", "DNS", &row, &format!("records:bare-{tag}-{n}=10.250.1.{}", n + 1)]),
    );
    pair(
        "`record add` / get, modify, `set records={…}`",
        rounds,
        |n| {
            target.qdns(&[
                "record",
                "add",
                switch,
                &format!("bench-b{tag}-{n}"),
                &format!("10.250.2.{}", n + 1),
            ])
        },
        |n| {
            target.bare(&["find", "DNS", &condition]);
            let records = target.read(&["get", "DNS", &row, "records"]);
            let records = records.trim_end_matches('}');
            target.bare(&[
                "set",
                "DNS",
                &row,
                &format!("records={records}, \"gms-{tag}-{n}\"=\"10.250.3.{}\"}}", n + 1),
            ]);
        },
    );
    pair(
        "`record rm` / `remove DNS … records k`",
        rounds,
        |n| target.qdns(&["record", "rm", switch, &format!("bench-{tag}-{n}")]),
        |n| target.bare(&["remove", "DNS", &row, "records", &format!("bare-{tag}-{n}")]),
    );
    pair(
        "`record ls SWITCH` / `list DNS ROW`",
        rounds,
        |_| target.qdns(&["record", "ls", switch]),
        |_| target.bare(&["--format=json", "--columns=records", "list", "DNS", &row]),
    );
    pair(
        "`record ls` / `list DNS`",
        rounds,
        |_| target.qdns(&["record", "ls", "-o", "json"]),
        |_| target.bare(&["--format=json", "list", "DNS"]),
    );
    pair(
        "`zone ls` / `list DNS` and `list Logical_Switch`",
        rounds,
        |_| target.qdns(&["zone", "ls"]),
        |_| {
            let columns = "--columns=_uuid,name,dns_records";
            target.bare(&["--format=json", "list", "DNS", "--", columns, "list", "Logical_Switch"]);
        },
    );
    pair(
        "`forwarders show SWITCH` / `find Logical_Switch_Port dhcpv4_options!=[]`, `list` of both others",
        rounds,
        |_| target.qdns(&["forwarders", "show", switch]),
        |_| {
            let ports =
                ["--columns=_uuid,dhcpv4_options", "find", "Logical_Switch_Port", "dhcpv4_options!=[]"];
            let others =
                ["--", "list", "DHCP_Options", "--", "--columns=_uuid,name,ports", "list", "Logical_Switch"];
            target.bare(&[&["--format=json"][..], &ports, &others].concat());
        },
    );
}

/// Processor time of one start, in milliseconds, of `runs` starts: `/proc` counts in ticks of 10 ms.
fn start_up(runs: u32, program: &str, args: &[&str]) -> f64 {
    let ticks = || {
        let stat = std::fs::read_to_string("/proc/self/stat").expect("procfs");
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        // cutime and cstime, proc(5).
        fields[13..15].iter().filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>()
    };
    let before = ticks();
    for _ in 0..runs {
        let status =
            Command::new(program).args(args).stdout(Stdio::null()).status().expect("the program runs");
        assert!(status.success());
    }
    (ticks() - before) * 10.0 / f64::from(runs)
}

fn main() {
    let rounds = std::env::var("QDNS_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(15);
    println!(
        "Processor time of one start: `qdns --version` {:.2} ms, `ovn-nbctl --version` {:.2} ms, `true` {:.2} ms",
        start_up(500, env!("CARGO_BIN_EXE_qdns"), &["--version"]),
        start_up(500, "ovn-nbctl", &["--version"]),
        start_up(500, "true", &[]),
    );
    let empty = Nb::start();
    empty.nbctl(&["ls-add", "net-1"]);
    let direct = Target { nb: &empty, daemon: None };
    direct.qdns(&["zone", "create", "net-1"]);
    pairs("An empty database", &direct, "net-1", rounds);
    let daemon = empty.daemon();
    pairs(
        "An empty database, through a daemon",
        &Target { nb: &empty, daemon: Some(daemon.socket()) },
        "net-1",
        rounds,
    );

    import::pairs(&direct, rounds);

    let nb = Nb::start();
    large::fill(&nb, 500, 200, 400);
    pairs("500 switches, 100,000 ports, 200,000 keys", &Target { nb: &nb, daemon: None }, "net-250", rounds);
    let daemon = nb.daemon();
    let through = Target { nb: &nb, daemon: Some(daemon.socket()) };
    // The daemon reads its copy first.
    through.read(&["list", "DNS"]);
    pairs("The same, through a daemon", &through, "net-250", rounds);
}
