//! `qdns hook libvirt` on a real database: the right records or none, and no machine is ever blocked.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::support::lab::{Nb, executable};
use crate::support::{Run, command, run, snapshot};

pub const P1: &str = "11111111-0000-4000-8000-000000000001";
const P2: &str = "11111111-0000-4000-8000-000000000002";
const P3: &str = "11111111-0000-4000-8000-000000000003";

/// Two networks: P1 and P3 on net1, P2 on net2.
pub fn nets() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "ls-add", "net2"]);
    for (switch, port, address) in
        [("net1", P1, "10.0.0.1"), ("net2", P2, "10.2.0.2"), ("net1", P3, "10.0.0.3")]
    {
        let entry = format!("0a:00:00:00:00:01 {address}");
        nb.nbctl(&["lsp-add", switch, port, "--", "lsp-set-addresses", port, &entry]);
    }
    Ok(nb)
}

/// A domain as libvirt hands it to hooks.
pub fn domain(name: &str, ports: &[&str]) -> String {
    let nics = ports.iter().map(|port| {
        format!(
            "<interface type='bridge'><mac address='0a:00:00:00:00:01'/><source bridge='br-int'/>\
             <virtualport type='openvswitch'><parameters interfaceid='{port}'/></virtualport></interface>"
        )
    });
    format!(
        "<domain type='qemu' id='1'><name>{name}</name><uuid>9a2f0000-0000-4000-8000-000000000001</uuid><devices>\
         <interface type='network'><source network='default'/></interface>{}</devices></domain>",
        nics.collect::<String>()
    )
}

/// Runs a command with a text on standard input. It must keep the promises of a hook: exit code 0, empty
/// standard output, and an end in time. Returns its standard error.
pub fn hook(mut hook: Command, xml: &str) -> Result<String> {
    let began = Instant::now();
    let mut child = hook.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    // A hook that gives up early reads no further.
    let _ = child.stdin.take().context("a pipe")?.write_all(xml.as_bytes());
    let run = Run::of(child.wait_with_output()?);
    assert_eq!(run.ok(), "");
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    Ok(run.stderr)
}

/// The hook of libvirt with its arguments and options.
fn libvirt(nb: &Nb, options: &[&str], args: &[&str]) -> Command {
    let mut hook = command(&nb.remote());
    hook.args(["hook", "libvirt"]).args(options).arg("--").args(args);
    hook
}

/// The hook of a machine that has started.
fn started(nb: &Nb, name: &str, xml: &str) -> Result<String> {
    hook(libvirt(nb, &[], &[name, "started", "begin", "-"]), xml)
}

/// All hosts: hostname, FQDN, addresses, switch, and whether it is static.
pub fn hosts(nb: &Nb) -> String {
    nb.qdns("record ls -o plain").ok().to_owned()
}

#[test]
fn a_machine_gets_a_name_on_each_of_its_networks() -> Result<()> {
    let nb = nets()?;
    assert_eq!(started(&nb, "web", &domain("web", &[P1, P2]))?, "");
    snapshot!(nb.qdns("record ls"), @"
    HOSTNAME  FQDN          ADDRESSES  PTR  SWITCH
    web       web.internal  10.0.0.1   yes  net1
    web       web.internal  10.2.0.2   yes  net2
    ");
    Ok(())
}

#[test]
fn a_machine_gets_the_aliases_of_its_ports_and_loses_them_with_its_name() -> Result<()> {
    let nb = nets()?;
    nb.nbctl(&["set", "Logical_Switch_Port", P1, "external_ids:qdns-aliases=www,shop"]);
    assert_eq!(started(&nb, "web", &domain("web", &[P1]))?, "");
    snapshot!(nb.qdns("record ls"), @"
    HOSTNAME             FQDN           ADDRESSES  PTR  SWITCH
    shop (alias of web)  shop.internal  10.0.0.1        net1
    web                  web.internal   10.0.0.1   yes  net1
    www (alias of web)   www.internal   10.0.0.1        net1
    ");
    nb.nbctl(&["lsp-set-addresses", P1, "0a:00:00:00:00:01 10.0.0.9"]);
    assert_eq!(started(&nb, "web", &domain("web", &[P1]))?, "");
    snapshot!(nb.qdns("record ls"), @"
    HOSTNAME             FQDN           ADDRESSES  PTR  SWITCH
    shop (alias of web)  shop.internal  10.0.0.9        net1
    web                  web.internal   10.0.0.9   yes  net1
    www (alias of web)   www.internal   10.0.0.9        net1
    ");
    let stopped = libvirt(&nb, &["--on-stop", "remove"], &["web", "stopped", "end", "-"]);
    assert_eq!(hook(stopped, &domain("web", &[P1]))?, "");
    assert_eq!(hosts(&nb), "");
    Ok(())
}

#[test]
fn a_machine_without_an_ovn_interface_gets_none() -> Result<()> {
    let nb = nets()?;
    assert_eq!(started(&nb, "plain", &domain("plain", &[]))?, "");
    assert_eq!(hosts(&nb), "");
    Ok(())
}

#[test]
fn a_wrong_settings_file_stops_no_machine() -> Result<()> {
    let nb = nets()?;
    let file = nb.file("qdns.toml", "domian = \"corp.internal\"\n")?;
    let mut started = libvirt(&nb, &[], &["web", "started", "begin", "-"]);
    started.env("QDNS_CONFIG", file);
    snapshot!(hook(started, &domain("web", &[P1]))?, @"qdns: web: [DIR]/qdns.toml, line 1, domian: there is no such setting; did you mean `domain`?; QDNS_CONFIG names this file");
    Ok(())
}

#[test]
fn a_name_with_capitals_and_underscores_is_made_a_hostname() -> Result<()> {
    let nb = nets()?;
    assert_eq!(started(&nb, "My_VM", &domain("My_VM", &[P3]))?, "");
    snapshot!(hosts(&nb), @"my-vm	my-vm.internal	10.0.0.3	net1	dynamic");
    Ok(())
}

#[test]
fn a_name_that_is_no_hostname_is_refused() -> Result<()> {
    let nb = nets()?;
    snapshot!(started(&nb, "a\";reboot", &domain("a&quot;;reboot", &[P3]))?, @r#"qdns: a";reboot: hostname "a\";reboot" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123); name the guest in the domain's metadata: <qdns:hostname xmlns:qdns="urn:qdns">web-1</qdns:hostname>"#);
    assert_eq!(hosts(&nb), "");
    Ok(())
}

#[test]
fn an_unknown_port_is_named() -> Result<()> {
    let nb = nets()?;
    let unknown = "11111111-0000-4000-8000-00000000000f";
    let message = started(&nb, "lost", &domain("lost", &[unknown]))?;
    snapshot!(message, @"qdns: lost: OVN has no guest port [UUID]");
    assert!(message.contains(unknown), "{message}");
    assert_eq!(hosts(&nb), "");
    Ok(())
}

#[test]
fn xml_with_entities_is_refused() -> Result<()> {
    let nb = nets()?;
    let entities: String = (1..20).map(|n| format!("<!ENTITY e{n} '&e{};&e{};'>", n - 1, n - 1)).collect();
    let bomb = format!("<!DOCTYPE d [<!ENTITY e0 'ha'>{entities}]>{}", domain("&e19;", &[P3]));
    snapshot!(started(&nb, "bomb", &bomb)?, @r"qdns: bomb: the domain's XML is refused: XML with DTD detected");
    assert_eq!(hosts(&nb), "");
    Ok(())
}

#[test]
fn xml_of_20_mebibytes_is_refused() -> Result<()> {
    let nb = nets()?;
    snapshot!(started(&nb, "long", &" ".repeat(20 << 20))?, @r"qdns: long: the domain's XML is refused: it is larger than 1048576 bytes");
    assert_eq!(hosts(&nb), "");
    Ok(())
}

#[test]
fn what_is_no_xml_is_refused() -> Result<()> {
    let nb = nets()?;
    snapshot!(started(&nb, "bytes", "not xml")?, @r"qdns: bytes: the domain's XML is refused: unknown token at 1:1");
    assert_eq!(hosts(&nb), "");
    Ok(())
}

#[test]
fn metadata_names_a_machine() -> Result<()> {
    let nb = nets()?;
    let metadata = "<metadata><q:hostname xmlns:q='urn:qdns'>shop</q:hostname></metadata><devices>";
    let xml = domain("8f2e", &[P1]).replace("<devices>", metadata);
    assert_eq!(started(&nb, "8f2e", &xml)?, "");
    snapshot!(hosts(&nb), @"shop	shop.internal	10.0.0.1	net1	dynamic");
    Ok(())
}

#[test]
fn only_a_running_machine_gets_a_name() -> Result<()> {
    let web = domain("web", &[P1]);
    let nb = nets()?;
    for operation in ["prepare", "start", "stopped", "release", "restore"] {
        hook(libvirt(&nb, &[], &["web", operation, "begin", "-"]), &web)?;
        assert_eq!(hosts(&nb), "", "{operation}");
    }
    for operation in ["started", "reconnect", "migrate"] {
        let nb = nets()?;
        hook(libvirt(&nb, &[], &["web", operation, "begin", "-"]), &web)?;
        assert_eq!(hosts(&nb), "web\tweb.internal\t10.0.0.1\tnet1\tdynamic\t\n", "{operation}");
    }
    Ok(())
}

#[test]
fn a_name_follows_the_addresses_of_its_port() -> Result<()> {
    let nb = nets()?;
    started(&nb, "web", &domain("web", &[P1]))?;
    nb.nbctl(&["lsp-set-addresses", P1, "0a:00:00:00:00:01 10.0.0.9 fd00::9"]);
    assert_eq!(started(&nb, "web", &domain("web", &[P1]))?, "");
    snapshot!(hosts(&nb), @"web	web.internal	10.0.0.9 fd00::9	net1	dynamic");
    Ok(())
}

#[test]
fn another_machine_of_the_same_name_does_not_take_it() -> Result<()> {
    let nb = nets()?;
    started(&nb, "web", &domain("web", &[P1]))?;
    let before = hosts(&nb);
    let message = started(&nb, "web", &domain("WEB", &[P3]))?;
    snapshot!(message, @"qdns: web: web is the name of port [UUID]");
    assert!(message.contains(P1), "{message}");
    assert_eq!(hosts(&nb), before);
    Ok(())
}

#[test]
fn a_static_host_stays() -> Result<()> {
    let nb = nets()?;
    nb.qdns("record add net2 web 10.2.0.99 --static").ok();
    snapshot!(started(&nb, "web", &domain("web", &[P2]))?, @"qdns: web: web is static and keeps 10.2.0.99, although the port has other addresses");
    snapshot!(hosts(&nb), @"web	web.internal	10.2.0.99	net2	static");
    Ok(())
}

/// `web` on net1 by its port P1, and a static `web` on net2.
fn two_webs() -> Result<Nb> {
    let nb = nets()?;
    started(&nb, "web", &domain("web", &[P1]))?;
    nb.qdns("record add net2 web 10.2.0.99 --static").ok();
    Ok(nb)
}

#[test]
fn a_stopped_machine_keeps_its_name() -> Result<()> {
    let nb = two_webs()?;
    let before = hosts(&nb);
    hook(libvirt(&nb, &[], &["web", "stopped", "end", "-"]), &domain("web", &[P1]))?;
    assert_eq!(hosts(&nb), before);
    Ok(())
}

#[test]
fn a_stopped_machine_loses_its_name_on_demand() -> Result<()> {
    let nb = two_webs()?;
    let stopped = ["web", "stopped", "end", "-"];
    hook(libvirt(&nb, &["--on-stop", "remove"], &stopped), &domain("web", &[P1]))?;
    snapshot!(hosts(&nb), @"web	web.internal	10.2.0.99	net2	static");
    Ok(())
}

/// It runs elsewhere, it is static, or it is another machine's.
#[test]
fn no_other_name_is_lost_on_demand() -> Result<()> {
    let nb = two_webs()?;
    let before = hosts(&nb);
    for (reason, port) in [("migrated", P1), ("-", P2), ("-", P3)] {
        let stopped = ["web", "stopped", "end", reason];
        hook(libvirt(&nb, &["--on-stop", "remove"], &stopped), &domain("web", &[port]))?;
        assert_eq!(hosts(&nb), before, "{reason} {port}");
    }
    Ok(())
}

#[test]
fn a_silent_database_costs_a_machine_no_more_than_the_limit() -> Result<()> {
    let nb = nets()?;
    nb.stop();
    // Whichever of the two limits of 5 s ends first.
    let message = started(&nb, "web", &domain("web", &[P1]))?;
    assert!(message.contains("within 5 s") || message.contains("gave up after 5 s"), "{message}");
    nb.cont();
    Ok(())
}

#[test]
fn machines_that_start_together_cost_few_reads() -> Result<()> {
    const MACHINES: usize = 12;
    let nb = nets()?;
    nb.qdns("zone create net1").ok();
    nb.qdns("zone create net2").ok();
    let ports: Vec<String> = (0..MACHINES).map(|number| format!("port-{number}")).collect();
    for (number, port) in ports.iter().enumerate() {
        let (switch, network) = [("net1", 0), ("net2", 2)][number % 2];
        let entry = format!("0a:00:00:00:00:{number:02x} 10.{network}.0.{}", 10 + number);
        nb.nbctl(&["lsp-add", switch, port, "--", "lsp-set-addresses", port, &entry]);
    }
    let (log, client) = (nb.dir().join("runs"), nb.dir().join("ovsdb-client"));
    // The reads of ports take a while, as they do where a switch has many.
    let script = format!(
        "#!/bin/sh\necho \"$*\" >> {}\ncase $* in *port_security*) sleep 0.3 ;; esac\nexec ovsdb-client \"$@\"\n",
        log.display()
    );
    executable(&client, &script)?;
    // They all wait for the first one.
    nb.stop();
    let mut started = Vec::new();
    for port in &ports {
        let mut hook = libvirt(&nb, &[], &[port, "started", "begin", "-"]);
        hook.env("QDNS_OVSDB_CLIENT", &client)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = hook.spawn()?;
        child.stdin.take().context("a pipe")?.write_all(domain(port, &[port]).as_bytes())?;
        started.push(child);
    }
    sleep(Duration::from_millis(700));
    nb.cont();
    for child in started {
        assert_eq!(Run::of(child.wait_with_output()?).stderr, "");
    }
    assert_eq!(hosts(&nb).lines().count(), MACHINES);
    let runs = fs::read_to_string(log)?;
    assert!(runs.contains(" monitor-cond "), "no search for many names");
    // Alone, each would search for its port, read the switch of the port, and read what the switch has.
    for read in [r#""name","==","port-"#, r#""table":"Logical_Router_Port""#, r#""port_security""#] {
        let reads = runs.lines().filter(|run| run.contains(" query ") && run.contains(read)).count();
        assert!((1..=MACHINES / 2).contains(&reads), "{reads} reads of {read}");
    }
    Ok(())
}

#[test]
fn a_dead_database_is_reported() -> Result<()> {
    let nb = nets()?;
    nb.kill();
    snapshot!(started(&nb, "web", &domain("web", &[P1]))?, @"qdns: web: the northbound database cannot be reached; check that the central service of OVN runs on its host (Debian: ovn-central; Fedora: ovn-northd); name the database with --db or OVN_NB_DB: unix:SOCKET, tcp:HOST:6641 or ssl:HOST:6641");
    Ok(())
}

#[test]
fn xml_that_never_ends_costs_a_machine_no_more_than_the_limit() -> Result<()> {
    let nb = nets()?;
    let mut hook = libvirt(&nb, &["--limit", "1"], &["web", "started", "begin", "-"]);
    let mut child = hook.stdin(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let open = child.stdin.take();
    let began = Instant::now();
    assert_eq!(child.wait()?.code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(3));
    drop(open);
    Ok(())
}

#[test]
fn a_change_that_loses_every_race_is_reported() -> Result<()> {
    let nb = nets()?;
    let path = nb.dir().join("losing-nbctl");
    let real = nb.nbctl_path().display();
    let refusal = r#"ovn-nbctl: transaction error: {"details":"","error":"duplicate uuid"}"#;
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' comment '*) echo '{refusal}' >&2; exit 1;; esac\nexec {real} \"$@\"\n"
    );
    executable(&path, &script)?;
    let mut losing = libvirt(&nb, &[], &["web", "started", "begin", "-"]);
    losing.env("QDNS_OVN_NBCTL", &path);
    snapshot!(hook(losing, &domain("web", &[P1]))?, @r#"qdns: web: the northbound database refused: transaction error: {"details":"","error":"duplicate uuid"}"#);
    assert_eq!(hosts(&nb), "");
    Ok(())
}

/// `qdns hook install libvirt` into a directory of the database.
fn install(nb: &Nb, option: &str) -> Run {
    let (db, directory) = (nb.remote(), nb.dir().join("hooks/qemu.d"));
    nb.qdns(&format!("hook install libvirt --db {db} --dir {} {option}", directory.display()))
}

#[test]
fn the_script_is_installed_once() -> Result<()> {
    let nb = nets()?;
    snapshot!(install(&nb, "--dry-run"), @r#"
    Would write [DIR]/hooks/qemu.d/qdns:

    #!/bin/sh
    # Written by `qdns hook install libvirt`: registers the names of machines in OVN.
    # Exit code 0 and an empty standard output, always: anything else would stop or change a machine.
    [QDNS] hook libvirt '--db=[DB]' -- "$@" >/dev/null ||
        logger -t qdns -p daemon.warning -- [QDNS] "ended with code $? and registered no name; 126 and 127 mean that libvirt cannot run it: put it where libvirt may, such as /usr/bin, and install the hook again"
    exit 0
    "#);
    assert!(!nb.dir().join("hooks").exists());
    snapshot!(install(&nb, ""), @"
    Wrote [DIR]/hooks/qemu.d/qdns; restart libvirt if it had no hooks before
    To see that it works, start a machine: qdns record ls shows its name, or journalctl -t qdns says why not
    ");
    snapshot!(install(&nb, ""), @"[DIR]/hooks/qemu.d/qdns is installed already");
    let directory = nb.dir().join("hooks/qemu.d");
    assert_eq!(fs::metadata(directory.join("qdns"))?.permissions().mode() & 0o777, 0o755);
    assert_eq!(fs::read_dir(directory)?.count(), 1);
    Ok(())
}

#[test]
fn the_installed_script_calls_the_hook() -> Result<()> {
    let nb = nets()?;
    install(&nb, "").ok();
    let script = nb.dir().join("hooks/qemu.d/qdns");
    let mut call = Command::new(&script);
    call.args(["web", "started", "begin", "-"]);
    assert_eq!(hook(call, &domain("web", &[P1]))?, "");
    snapshot!(hosts(&nb), @"web	web.internal	10.0.0.1	net1	dynamic");
    // A machine may have a name that reads as an option.
    assert_eq!(run(Command::new(&script).arg("--help").stdin(Stdio::null())).ok(), "");
    Ok(())
}

/// libvirt's environment has none of it.
#[test]
fn the_script_carries_the_connection_of_the_environment() -> Result<()> {
    let nb = nets()?;
    let nbctl = nb.dir().join("own-nbctl");
    executable(&nbctl, &format!("#!/bin/sh\nexec {} \"$@\"\n", nb.nbctl_path().display()))?;
    let directory = nb.dir().join("hooks/qemu.d");
    let install = |options: &[&str]| -> Result<String> {
        let mut install = command(&nb.remote());
        install.args(["hook", "install", "libvirt", "--dir"]).arg(&directory).args(options);
        run(install.env("QDNS_OVN_NBCTL", &nbctl).current_dir("/etc/ssl")).ok();
        let script = fs::read_to_string(directory.join("qdns"))?;
        let start = script.lines().find(|line| line.contains("hook libvirt"));
        Ok(start.unwrap_or_default().to_owned())
    };
    snapshot!(install(&["--wait", "sb", "--ca-cert", "ca.pem"])?, @r#"[QDNS] hook libvirt '--db=[DB]' '--ca-cert=/etc/ssl/ca.pem' '--ovn-nbctl=[DIR]/own-nbctl' '--wait=sb' -- "$@" >/dev/null ||"#);
    snapshot!(install(&[])?, @r#"[QDNS] hook libvirt '--db=[DB]' '--ovn-nbctl=[DIR]/own-nbctl' -- "$@" >/dev/null ||"#);
    let mut call = Command::new(directory.join("qdns"));
    call.args(["web", "started", "begin", "-"]).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    assert_eq!(hook(call, &domain("web", &[P1]))?, "");
    snapshot!(hosts(&nb), @"web	web.internal	10.0.0.1	net1	dynamic");
    Ok(())
}

#[test]
fn a_script_of_others_is_not_overwritten() -> Result<()> {
    let nb = nets()?;
    install(&nb, "").ok();
    fs::write(nb.dir().join("hooks/qemu.d/qdns"), "#!/bin/sh\n")?;
    snapshot!(install(&nb, ""), @"
    ----- stderr -----
    error: [DIR]/hooks/qemu.d/qdns exists and was not written by qdns
       hint: move it away, or choose another directory with --dir DIR
    ----- exit 1 -----
    ");
    Ok(())
}
