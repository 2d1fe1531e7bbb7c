//! `qdns sync --watch` on a hostile database: through one hostile change, until SIGTERM.

use std::fs::{self, File};
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::commands::Place;
use super::pasted::{check_pasted, pasted};
use super::rows::{Texts, insert, map, named};
use super::shown::{harmless, without_styles};
use super::transact;
use crate::support::lab::wait_for;
use crate::watching::Watcher;

/// How long the watcher may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// A switch with nothing hostile, whose names show that the watcher goes on.
fn clean_switch() -> Value {
    json!([
        "OVN_Northbound",
        insert(
            "Logical_Switch_Port",
            "first",
            json!({
                "name": "clean-1", "addresses": "0a:00:00:00:01:01 10.9.0.1",
                "external_ids": map([("vm-name", "first")]),
            })
        ),
        insert("Logical_Switch", "clean", json!({"name": "clean", "ports": named("first")})),
    ])
}

/// Another name of the guest, another one for the switch and the DHCP options, and a second name on the clean switch.
fn hostile_change(texts: &Texts) -> Value {
    let mut next = texts.each();
    let at =
        |table: &str, name: &str| json!({"op": "update", "table": table, "where": [["name", "==", name]]});
    let with = |mut operation: Value, row: Value| {
        operation["row"] = row;
        operation
    };
    json!(["OVN_Northbound",
        with(at("Logical_Switch_Port", &texts.port), json!({
            "external_ids": map([("qdns-hostname", next()), ("vm-name", next()), ("qdns-aliases", next())]),
            "addresses": format!("0a:00:00:00:00:01 {}", next()),
        })),
        with(at("Logical_Switch", &texts.switch), json!({
            "name": format!("{}{}", texts.switch, next()), "external_ids": map([("neutron:network_name", next())]),
        })),
        insert("Logical_Switch_Port", "second", json!({
            "name": "clean-2", "addresses": "0a:00:00:00:01:02 10.9.0.2",
            "external_ids": map([("vm-name", "second")]),
        })),
        {"op": "mutate", "table": "Logical_Switch", "where": [["name", "==", "clean"]],
            "mutations": [["ports", "insert", named("second")]]},
    ])
}

/// Checks all that the watcher prints and tells the service manager.
pub fn check_watch(place: &Place, texts: &Texts, format: &str) -> Result<()> {
    let nb = place.nb;
    transact(&nb.remote(), &clean_switch());
    let (out, err, manager) = (nb.dir().join("out.log"), nb.dir().join("err.log"), nb.dir().join("notify"));
    let _ = fs::remove_file(&manager);
    let notified = UnixDatagram::bind(&manager)?;
    notified.set_nonblocking(true)?;
    let mut command = place.command();
    command.args([
        "-v",
        "-o",
        format,
        "--color",
        "always",
        "sync",
        "--watch",
        "--all",
        "--create-zones",
        "--prune",
    ]);
    command.args(["--grace", "0"]).env("NOTIFY_SOCKET", &manager);
    command.stdout(File::create(&out)?).stderr(File::create(&err)?);
    let watcher = Watcher::spawn(&mut command)?;
    let has = |host: &str| {
        let records = nb.nbctl(&["--bare", "--columns=records", "list", "DNS"]);
        records.contains(&format!("{host}.internal"))
    };
    let said = || {
        format!(
            "{}{}",
            fs::read_to_string(&out).unwrap_or_default(),
            fs::read_to_string(&err).unwrap_or_default()
        )
    };
    ensure!(wait_for(LIMIT, || has("first")), "{}", said());
    transact(&nb.remote(), &hostile_change(texts));
    ensure!(wait_for(LIMIT, || has("second")), "{}", said());
    assert_eq!(watcher.stop()?, 0, "{}", said());
    let (out, err) = (fs::read_to_string(&out)?, fs::read_to_string(&err)?);
    harmless("watch", &without_styles(&err), &['\n']);
    harmless("watch", &without_styles(&out), &['\n', '\t']);
    let mut message = [0; 4096];
    while let Ok(length) = notified.recv(&mut message) {
        let message = std::str::from_utf8(&message[..length])?;
        harmless("notify", message, &['\n']);
        let keys = ["STATUS=", "READY=1", "STOPPING=1"];
        assert!(message.lines().all(|line| keys.iter().any(|key| line.starts_with(key))), "{message:?}");
    }
    if format == "json" {
        let documents = out.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>();
        let documents = documents.with_context(|| out.clone())?;
        let lines: Vec<String> = documents.iter().flat_map(pasted).collect();
        check_pasted(nb, None, &lines)?;
    }
    Ok(())
}
