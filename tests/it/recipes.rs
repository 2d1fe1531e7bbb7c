//! The recipes of qdns-examples(7), run as the page shows them.

use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::support::lab::{Nb, Ran, executable, wait_for};
use crate::support::{Run, command, run, snapshot};

/// A section of the page: its files by their paths, and its commands.
#[derive(Debug, Default)]
struct Recipe {
    files: Vec<(String, String)>,
    commands: Vec<String>,
}

/// The characters of a line of roff source.
fn shown(line: &str) -> String {
    if line == ".sp" {
        return String::new();
    }
    let line = line.trim_start_matches("\\&").replace("\\-", "-").replace("\\*(Aq", "'");
    line.replace("\\fI", "").replace("\\fR", "").replace("\\\\", "\\")
}

/// The recipe with this title.
fn recipe(title: &str) -> Result<Recipe> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("man/qdns-examples.7"))?;
    let (_, rest) = page
        .split_once(&format!(".SH \"{title}\""))
        .or(page.split_once(&format!(".SH {title}\n")))
        .context("no such recipe")?;
    let section = rest.split("\n.SH").next().unwrap_or_default();
    let mut recipe = Recipe::default();
    let mut before = "";
    for part in section.split(".EX\n") {
        let (block, after) = part.split_once(".EE").unwrap_or(("", part));
        let text: String = block.lines().map(|line| shown(line) + "\n").collect();
        let named = shown(before.trim_end().trim_end_matches("\n.PP").lines().last().unwrap_or_default());
        match named.strip_prefix("The file ").and_then(|named| named.strip_suffix(':')) {
            Some(path) => recipe.files.push((path.to_owned(), text)),
            None if !text.is_empty() => recipe.commands.push(text),
            None => {}
        }
        before = after;
    }
    Ok(recipe)
}

/// The operator's machine: a folder in place of its root, with the files of a recipe.
struct Machine {
    nb: Nb,
    root: TempDir,
    recipe: Recipe,
    /// The directories of commands.
    path: String,
}

impl Machine {
    /// `net1` with the hosts web and db-server and their ports.
    fn with(title: &str) -> Result<Self> {
        let nb = Nb::start()?;
        nb.nbctl(&[
            "ls-add",
            "net1",
            "--",
            "set",
            "Logical_Switch",
            "net1",
            "other_config:subnet=10.0.0.0/24",
        ]);
        for (host, address) in [("web", "10.0.0.10"), ("db-server", "10.0.0.11")] {
            let port = format!("{}-port", host.trim_end_matches("-server"));
            nb.nbctl(&[
                "lsp-add",
                "net1",
                &port,
                "--",
                "lsp-set-addresses",
                &port,
                &format!("0a:00:00:00:00:01 {address}"),
            ]);
            nb.qdns(&format!("record add net1 {host} {address}")).ok();
        }
        let root = tempfile::tempdir()?;
        let bin = root.path().join("bin");
        fs::create_dir(&bin)?;
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_qdns"), bin.join("qdns"))?;
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", bin.display());
        let machine = Machine { nb, root, recipe: recipe(title)?, path };
        for (path, content) in &machine.recipe.files {
            let path = machine.place(path);
            fs::create_dir_all(path.rsplit_once('/').context("a folder")?.0)?;
            fs::write(&path, machine.moved(content))?;
            let mode = if content.starts_with("#!") { 0o755 } else { 0o644 };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        }
        Ok(machine)
    }

    /// Where a path of the page is.
    fn place(&self, path: &str) -> String {
        let root = self.root.path().display();
        if path.starts_with('/') { format!("{root}{path}") } else { format!("{root}/{path}") }
    }

    /// A text of the page with the paths of its files and folders where they are.
    fn moved(&self, text: &str) -> String {
        ["/usr/lib/nagios/", "/usr/local/bin/", "/var/lib/", "/etc/"]
            .iter()
            .fold(text.to_owned(), |text, folder| text.replace(folder, &self.place(folder)))
    }

    /// Another command that the recipe runs.
    fn program(&self, name: &str, body: &str) -> Result<()> {
        executable(&self.root.path().join("bin").join(name), &format!("#!/bin/sh\n{body}\n"))
    }

    fn sh(&self, line: &str) -> Command {
        let mut shell = command(&self.nb.remote());
        let environment: Vec<_> =
            shell.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
        shell = Command::new("/bin/sh");
        shell.args(["-c", line]).env_clear().envs(environment);
        shell.env("PATH", &self.path).env("HOME", self.root.path()).env("LANG", "C.UTF-8");
        shell.current_dir(self.root.path()).stdin(Stdio::null());
        shell
    }

    /// Runs lines of the page.
    fn runs(&self, lines: &str) -> Run {
        run(&mut self.sh(&self.moved(lines)))
    }
}

/// What mandoc makes of the page has each line as it is to be pasted.
#[test]
fn the_page_shows_each_line_as_it_is_run() -> Result<()> {
    let mut mandoc = Command::new("sh");
    mandoc.args(["-c", "mandoc -Tutf8 -Owidth=200 man/qdns-examples.7 | col -b"]);
    let page = mandoc.current_dir(env!("CARGO_MANIFEST_DIR")).output()?.ok();
    for title in ["NAGIOS AND ICINGA", "PROMETHEUS", "ANSIBLE", "THE RESOLVER OF THE HYPERVISOR", "LIBVIRT"] {
        let recipe = recipe(title)?;
        assert!(!recipe.files.is_empty() && !recipe.commands.is_empty(), "{recipe:?}");
        for text in recipe.files.iter().map(|(_, text)| text).chain(&recipe.commands) {
            let missing = text.lines().find(|line| !page.contains(line.trim()));
            assert_eq!(missing, None, "{title}\n{page}");
        }
    }
    Ok(())
}

#[test]
fn the_runbook_finds_and_repairs_a_key_with_capitals() -> Result<()> {
    let machine = Machine::with("RUNBOOK: A NAME DOES NOT RESOLVE")?;
    let zone = machine.nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]);
    let zone = zone.trim();
    machine.nb.nbctl(&["remove", "DNS", zone, "records", "db-server"]);
    machine.nb.nbctl(&["set", "DNS", zone, "records:DB-Server=10.0.0.11"]);
    let lines = &machine.recipe.commands[0];
    let runs: Vec<Run> = lines.lines().map(|line| machine.runs(line)).collect();
    let codes: Vec<i32> = runs.iter().map(|run| run.code).collect();
    assert_eq!(codes, [0, 0, 4, 0, 0, 0, 0], "{lines}");
    let first = |run: &Run| run.stdout.lines().next().unwrap_or_default().to_owned();
    assert!(first(&runs[0]).contains("not in OVN") && first(&runs[5]).contains("10.0.0.11"), "{runs:?}");
    assert!(runs[2].stdout.contains("error key-never-matches net1"), "{runs:?}");
    assert!(machine.root.path().join("net1.json").exists());
    Ok(())
}

#[test]
fn the_plugin_has_the_exit_codes_of_nagios() -> Result<()> {
    let machine = Machine::with("NAGIOS AND ICINGA")?;
    let plugin = machine.recipe.commands[0].trim();
    let state = |options: &str| machine.runs(&format!("{plugin} {options}"));
    snapshot!(state("--skip dhcp-missing"), @"QDNS OK: errors: 0, warnings: 0|errors=0 warnings=0");
    snapshot!(state(""), @"
    QDNS WARNING: errors: 0, warnings: 1|errors=0 warnings=1
    warning dhcp-missing: 2 of 2 guest ports of net1 have no DHCP options: no lease, no resolver
    ----- exit 1 -----
    ");
    let zone = machine.nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]);
    machine.nb.nbctl(&["set", "DNS", zone.trim(), "records:DB-Server=10.0.0.11"]);
    snapshot!(state(""), @"
    QDNS CRITICAL: errors: 1, warnings: 1|errors=1 warnings=1
    error key-never-matches: OVN never finds DB-Server: it has capital letters; guests ask for db-server
    warning dhcp-missing: 2 of 2 guest ports of net1 have no DHCP options: no lease, no resolver
    ----- exit 2 -----
    ");
    snapshot!(state("net9"), @r#"
    QDNS UNKNOWN: there is no logical switch "net9"
    ----- exit 3 -----
    "#);
    snapshot!(state("--only sb-records-differ --strict"), @"
    QDNS UNKNOWN: checks that could not be made: 2
    ----- exit 3 -----
    ");
    machine.nb.kill();
    let dead = state("");
    assert!(dead.stdout.starts_with("QDNS UNKNOWN: ") && dead.code == 3, "{dead}");
    Ok(())
}

#[test]
fn the_timer_writes_metrics() -> Result<()> {
    let machine = Machine::with("PROMETHEUS")?;
    fs::create_dir_all(machine.place("/var/lib/prometheus/node-exporter"))?;
    let unit = |name: &str| machine.place(&format!("/etc/systemd/system/{name}"));
    let mut verify = Command::new("systemd-analyze");
    verify.args(["verify", "--man=no", &unit("qdns-metrics.service"), &unit("qdns-metrics.timer")]);
    let complaints = verify.output()?.err();
    assert!(!complaints.contains("qdns-metrics"), "{complaints}");
    let start = fs::read_to_string(unit("qdns-metrics.service"))?;
    let start =
        start.lines().find_map(|line| line.strip_prefix("ExecStart=")).context("a command")?.to_owned();
    let metrics = || -> Result<String> {
        let ran = run(&mut machine.sh(&start));
        assert_eq!(format!("{ran}"), "");
        let text = fs::read_to_string(machine.place("/var/lib/prometheus/node-exporter/qdns.prom"))?;
        // How many checks there are is a matter of the release.
        Ok(text
            .lines()
            .filter(|line| !line.contains("passed") && !line.contains("skipped"))
            .map(|line| format!("{line}\n"))
            .collect())
    };
    snapshot!(metrics()?, @r#"
    qdns_up 1
    qdns_doctor{result="error"} 0
    qdns_doctor{result="warning"} 1
    qdns_doctor{result="info"} 1
    qdns_hosts{switch="net1"} 2
    "#);
    machine.nb.kill();
    snapshot!(metrics()?, @"qdns_up 0");
    Ok(())
}

#[test]
fn ansible_reports_and_makes_a_difference() -> Result<()> {
    let machine = Machine::with("ANSIBLE")?;
    fs::create_dir_all(machine.place("/etc/qdns"))?;
    fs::write(machine.place("/etc/qdns/net1.csv"), "hostname,addresses\nweb,10.0.0.10\napp,10.0.0.25\n")?;
    let (check, play) = machine.recipe.commands[0].split_once('\n').context("two lines")?;
    let recap = |line: &str| {
        let ran = machine.runs(line);
        let recap = ran.ok().lines().find(|line| line.starts_with("localhost "));
        recap.unwrap_or_default().split_whitespace().skip(2).collect::<Vec<_>>().join(" ")
    };
    snapshot!(recap(check), @"ok=1 changed=1 unreachable=0 failed=0 skipped=1 rescued=0 ignored=0");
    assert!(machine.nb.qdns("record ls").ok().contains("db-server"));
    snapshot!(recap(play), @"ok=2 changed=2 unreachable=0 failed=0 skipped=0 rescued=0 ignored=0");
    snapshot!(machine.nb.qdns("record ls"), @"
    HOSTNAME  FQDN          ADDRESSES  PTR  SWITCH
    app       app.internal  10.0.0.25  yes  net1
    web       web.internal  10.0.0.10  yes  net1
    ");
    snapshot!(recap(play), @"ok=1 changed=0 unreachable=0 failed=0 skipped=1 rescued=0 ignored=0");
    Ok(())
}

#[test]
fn the_resolver_of_the_hypervisor_follows_the_zones() -> Result<()> {
    let machine = Machine::with("THE RESOLVER OF THE HYPERVISOR")?;
    machine.program("systemctl", "exit 0")?;
    let lines = &machine.recipe.commands[0];
    let (first, export) = lines.trim_end().rsplit_once('\n').context("lines")?;
    machine.runs(first).ok();
    let port = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port();
    let file = machine.place("/etc/dnsmasq.d/qdns.conf");
    let mut dnsmasq = Command::new("setpriv");
    dnsmasq.args([
        "--pdeathsig",
        "KILL",
        "--",
        "dnsmasq",
        "--keep-in-foreground",
        "--no-resolv",
        "--no-hosts",
        "--bind-interfaces",
    ]);
    dnsmasq
        .args(["--listen-address=127.0.0.1", "--user=root", "--pid-file="])
        .arg(format!("--conf-file={file}"))
        .arg(format!("--port={port}"));
    let mut dnsmasq = dnsmasq.stderr(Stdio::null()).spawn()?;
    let answer = |name: &str| {
        let mut dig = Command::new("dig");
        dig.args(["@127.0.0.1", "-p", &port.to_string(), "+short", "+time=1", "+tries=1", name]);
        dig.output().map(|output| output.out()).unwrap_or_default()
    };
    machine.runs(export).ok();
    let limit = Duration::from_secs(20);
    assert!(wait_for(limit, || answer("web.internal") == "10.0.0.10\n"), "{}", answer("web.internal"));
    machine.nb.qdns("record rm net1 web").ok();
    machine.runs(export).ok();
    assert!(wait_for(limit, || answer("web.internal").is_empty()));
    assert_eq!(answer("db-server.internal"), "10.0.0.11\n");
    dnsmasq.kill()?;
    dnsmasq.wait()?;
    Ok(())
}

#[test]
fn a_domain_of_libvirt_gets_its_name() -> Result<()> {
    let machine = Machine::with("LIBVIRT")?;
    let hooks = machine.place("/hooks");
    machine.program("systemctl", "exit 0")?;
    machine.program(
        "virsh",
        &format!(
            "[ \"$1\" = start ] || exit 0\n\
             {{ echo \"<domain><name>$2</name><devices>\"; cat interface.xml; echo '</devices></domain>'; }} |\n\
             {hooks}/qdns \"$2\" started begin -"
        ),
    )?;
    machine.nb.qdns("record rm net1 web").ok();
    let lines = machine.recipe.commands[0]
        .replace("hook install libvirt", &format!("hook install libvirt --dir {hooks}"));
    snapshot!(machine.runs(&lines), @"
    Wrote [DIR]/hooks/qdns; restart libvirt if it had no hooks before
    To see that it works, start a machine: qdns record ls shows its name, or journalctl -t qdns says why not
    HOSTNAME  FQDN          ADDRESSES  PTR  SWITCH
    web       web.internal  10.0.0.20  yes  net1
    ");
    Ok(())
}

/// Only `microovn.ovn-nbctl` is in the PATH, as the snap has it.
#[test]
fn microovn_needs_no_setting() -> Result<()> {
    let mut machine = Machine::with("MICROOVN")?;
    machine.program("microovn.ovn-nbctl", "PATH=/usr/bin:/bin exec ovn-nbctl \"$@\"")?;
    machine.path = machine.place("/bin");
    snapshot!(machine.runs(&machine.recipe.commands[0]), @"
    + 25.0.0.10.in-addr.arpa  app.internal
    + app  10.0.0.25
    + app.internal  10.0.0.25
    SWITCH  DOMAIN    HOSTS  NAMES  FORWARDERS  SHARING  FINDINGS
    net1    internal  3      qdns   no DHCP     -        -
    ");
    Ok(())
}

#[test]
fn a_container_needs_one_setting() -> Result<()> {
    let mut machine = Machine::with("OVN IN CONTAINERS")?;
    machine.program(
        "docker",
        "[ \"$1 $2\" = 'exec ovn_nb_db' ] || exit 1\nshift 2\nPATH=/usr/bin:/bin exec \"$@\"",
    )?;
    machine.path = machine.place("/bin");
    let lines = format!("export QDNS_CONFIG=/etc/qdns/qdns.toml\n{}", machine.recipe.commands[0]);
    snapshot!(machine.runs(&lines), @"
    SWITCH  DOMAIN    HOSTS  RECORDS  STATE
    net1    internal  2      6        attached
    + 25.0.0.10.in-addr.arpa  app.internal
    + app  10.0.0.25
    + app.internal  10.0.0.25
    ----- stderr -----
    # db: [DB] (OVN_NB_DB)
    # timeout: 10 (default)
    # ovn-nbctl: docker exec ovn_nb_db ovn-nbctl ([DIR]/etc/qdns/qdns.toml)
    + docker exec ovn_nb_db ovn-nbctl '--timeout=10' '--db=[DB]' '--format=json' '--columns=_uuid,name,dns_records,other_config,external_ids' list Logical_Switch -- '--columns=_uuid,external_ids,records' list DNS
    ");
    Ok(())
}
