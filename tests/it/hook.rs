//! `qdns hook libvirt` on a real database: the right records or none, and never a machine that suffers.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::support::lab::{Nb, executable};
use crate::support::{command, qdns};

const P1: &str = "11111111-0000-4000-8000-000000000001";
const P2: &str = "11111111-0000-4000-8000-000000000002";
const P3: &str = "11111111-0000-4000-8000-000000000003";

/// Two networks: P1 and P3 on net1, P2 on net2.
fn world() -> Result<Nb> {
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
fn domain(name: &str, ports: &[&str]) -> String {
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

/// Runs a command with a text on standard input.
fn feed(mut command: Command, text: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A hook that gives up early reads no further.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    child.wait_with_output().unwrap()
}

/// Runs the hook, which must keep its promises; what it said on standard error.
fn hook(nb: &Nb, args: &[&str], xml: &str) -> String {
    let began = Instant::now();
    let mut hook = command(&nb.remote());
    hook.args(["hook", "libvirt", "--"]).args(args);
    let output = feed(hook, xml);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    String::from_utf8(output.stderr).unwrap()
}

/// Every host as `switch/hostname` with its addresses.
fn hosts(nb: &Nb) -> BTreeMap<String, String> {
    let json = qdns(&nb.remote(), &["record", "ls", "-o", "json"]).json();
    let host = |record: &serde_json::Value| {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let addresses: Vec<String> = record["addresses"].as_array().unwrap().iter().map(text).collect();
        (format!("{}/{}", text(&record["switch"]), text(&record["hostname"])), addresses.join(" "))
    };
    json["records"].as_array().unwrap().iter().map(host).collect()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn six_kinds_of_domains_get_the_right_records_or_none() -> Result<()> {
    let nb = world()?;
    let started = |name: &str, xml: &str| hook(&nb, &[name, "started", "begin", "-"], xml);

    assert_eq!(started("web", &domain("web", &[P1, P2])), "");
    let both = map(&[("net1/web", "10.0.0.1"), ("net2/web", "10.2.0.2")]);
    assert_eq!(hosts(&nb), both);
    let row = nb.nbctl(&["--bare", "--columns=records", "find", "DNS", "external_ids:switch=net2"]);
    assert!(row.contains("2.0.2.10.in-addr.arpa=web.internal"), "{row}");

    assert_eq!(started("plain", &domain("plain", &[])), "", "no OVN interface");
    assert_eq!(hosts(&nb), both);

    let said = started("a\";reboot", &domain("a&quot;;reboot", &[P3]));
    assert!(said.contains("reboot") && said.contains("qdns:hostname"), "{said}");
    assert_eq!(hosts(&nb), both);

    assert_eq!(started("My_VM", &domain("My_VM", &[P3])), "");
    let mut all = both.clone();
    all.insert("net1/my-vm".into(), "10.0.0.3".into());
    assert_eq!(hosts(&nb), all);

    let unknown = "11111111-0000-4000-8000-00000000000f";
    let said = started("lost", &domain("lost", &[unknown]));
    assert!(said.contains(&format!("no guest port {unknown}")), "{said}");

    let entities: String = (1..20).map(|n| format!("<!ENTITY e{n} '&e{};&e{};'>", n - 1, n - 1)).collect();
    let bomb = format!("<!DOCTYPE d [<!ENTITY e0 'ha'>{entities}]>{}", domain("&e19;", &[P3]));
    assert!(started("bomb", &bomb).contains("refused"));
    assert!(started("long", &" ".repeat(20 << 20)).contains("larger"));
    assert!(started("bytes", "not xml").contains("refused"));
    assert_eq!(hosts(&nb), all, "none of these left a record");
    Ok(())
}

#[test]
fn a_name_follows_its_machine_and_nobody_elses() -> Result<()> {
    let nb = world()?;
    let web = domain("web", &[P1]);
    for op in ["prepare", "start", "stopped", "release", "restore"] {
        hook(&nb, &["web", op, "begin", "-"], &web);
        assert_eq!(hosts(&nb), map(&[]), "{op}");
    }
    for op in ["started", "reconnect", "migrate"] {
        hook(&nb, &["web", op, "begin", "-"], &web);
        assert_eq!(hosts(&nb), map(&[("net1/web", "10.0.0.1")]), "{op}");
    }
    // Its port has another address now.
    nb.nbctl(&["lsp-set-addresses", P1, "0a:00:00:00:00:01 10.0.0.9 fd00::9"]);
    assert_eq!(hook(&nb, &["web", "started", "begin", "-"], &web), "");
    assert_eq!(hosts(&nb), map(&[("net1/web", "10.0.0.9 fd00::9")]));
    // Another machine of the same name does not take it.
    let said = hook(&nb, &["web", "started", "begin", "-"], &domain("WEB", &[P3]));
    assert!(said.contains(&format!("of port {P1}")), "{said}");
    // A static host stays.
    qdns(&nb.remote(), &["record", "add", "net2", "web", "10.2.0.99", "--static"]).ok();
    let said = hook(&nb, &["web", "started", "begin", "-"], &domain("web", &[P2]));
    assert!(said.contains("is static"), "{said}");
    let all = map(&[("net1/web", "10.0.0.9 fd00::9"), ("net2/web", "10.2.0.99")]);
    assert_eq!(hosts(&nb), all);

    hook(&nb, &["web", "stopped", "end", "-"], &web);
    assert_eq!(hosts(&nb), all, "a stopped machine keeps its name");
    let remove = |extra: &str, xml: &str| {
        let mut hook = command(&nb.remote());
        hook.args(["hook", "libvirt", "--on-stop", "remove", "--", "web", "stopped", "end", extra]);
        assert_eq!(feed(hook, xml).status.code(), Some(0));
    };
    remove("migrated", &web);
    remove("-", &domain("web", &[P2]));
    remove("-", &domain("web", &[P3]));
    assert_eq!(hosts(&nb), all, "it runs elsewhere, is static, or is another machine's");
    remove("-", &web);
    assert_eq!(hosts(&nb), map(&[("net2/web", "10.2.0.99")]));
    Ok(())
}

#[test]
fn metadata_names_a_machine() -> Result<()> {
    let nb = world()?;
    let metadata = "<metadata><q:hostname xmlns:q='urn:qdns'>shop</q:hostname></metadata><devices>";
    let xml = domain("8f2e", &[P1]).replace("<devices>", metadata);
    hook(&nb, &["8f2e", "started", "begin", "-"], &xml);
    assert_eq!(hosts(&nb), map(&[("net1/shop", "10.0.0.1")]));
    Ok(())
}

#[test]
fn a_dead_or_silent_database_costs_a_machine_no_more_than_the_limit() -> Result<()> {
    let nb = world()?;
    nb.stop();
    let said = hook(&nb, &["web", "started", "begin", "-"], &domain("web", &[P1]));
    assert!(said.contains("within 5 s") || said.contains("gave up"), "{said}");
    nb.cont();
    nb.kill();
    let said = hook(&nb, &["web", "started", "begin", "-"], &domain("web", &[P1]));
    assert!(said.contains("cannot be reached"), "{said}");
    // Standard input that never ends.
    let mut child = command(&nb.remote())
        .args(["hook", "libvirt", "--limit", "1", "--", "web", "started", "begin", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let open = child.stdin.take();
    let began = Instant::now();
    assert_eq!(child.wait()?.code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(3));
    drop(open);
    Ok(())
}

#[test]
fn the_drop_in_is_written_once_and_calls_the_hook() -> Result<()> {
    let nb = world()?;
    let dir = nb.dir().join("hooks/qemu.d");
    let dir = dir.to_str().unwrap();
    let install = |more: &[&str]| {
        let remote = nb.remote();
        qdns(
            "unix:/nonexistent",
            &[&["hook", "install", "libvirt", "--db", &remote, "--dir", dir], more].concat(),
        )
    };
    assert!(install(&["--dry-run"]).ok().contains("--db=unix:"));
    assert!(!nb.dir().join("hooks").exists());
    install(&[]).ok();
    assert!(install(&[]).ok().contains("already"));
    let script = nb.dir().join("hooks/qemu.d/qdns");
    assert_eq!(fs::metadata(&script)?.permissions().mode() & 0o777, 0o755);
    assert_eq!(fs::read_dir(dir)?.count(), 1);

    let mut call = Command::new(&script);
    call.args(["web", "started", "begin", "-"]);
    let output = feed(call, &domain("web", &[P1]));
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    assert_eq!(hosts(&nb), map(&[("net1/web", "10.0.0.1")]));
    let mut call = Command::new(&script);
    call.args(["--help"]);
    let output = feed(call, "");
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");

    fs::write(&script, "#!/bin/sh\n")?;
    let said = install(&[]).fails(1);
    assert!(said.contains("not of qdns"), "{said}");
    Ok(())
}

#[test]
fn a_change_that_loses_every_race_is_reported() -> Result<()> {
    let nb = world()?;
    let path = nb.dir().join("losing-nbctl");
    let real = nb.nbctl_path().display();
    let refusal = r#"ovn-nbctl: transaction error: {"details":"","error":"duplicate uuid"}"#;
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' comment '*) echo '{refusal}' >&2; exit 1;; esac\nexec {real} \"$@\"\n"
    );
    executable(&path, &script)?;
    let mut hook = command(&nb.remote());
    hook.env("QDNS_OVN_NBCTL", &path).args(["hook", "libvirt", "--", "web", "started", "begin", "-"]);
    let output = feed(hook, &domain("web", &[P1]));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8(output.stderr)?;
    assert!(said.contains("duplicate uuid"), "{said:?}");
    assert!(hosts(&nb).is_empty());
    Ok(())
}
