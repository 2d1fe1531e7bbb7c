//! What removes or replaces something prints the commands that restore it: pasted, the database is as before.

use std::process::Command;

use anyhow::Result;
use serde_json::Value;

use crate::records::net;
use crate::support::lab::Nb;
use crate::support::{command, run};

/// Pastes the commands into a shell.
pub fn paste(nb: &Nb, lines: &[String]) {
    let own = std::path::Path::new(env!("CARGO_BIN_EXE_qdns")).parent().unwrap().display().to_string();
    let path = format!("{own}:{}", std::env::var("PATH").unwrap());
    let mut shell = Command::new("dash");
    shell.args(["-e", "-c", &lines.join("\n")]).env("OVN_NB_DB", nb.remote()).env("PATH", path);
    run(shell.env_remove("OVN_NB_DAEMON")).ok();
}

pub fn undo_of(document: &Value) -> Vec<String> {
    let lines = document["undo"].as_array().into_iter().flatten();
    lines.map(|line| line.as_str().unwrap().to_owned()).collect()
}

/// A network with hosts of every kind.
fn every_kind() -> Result<Nb> {
    let nb = net()?;
    nb.nbctl(&["lsp-add", "net1", "p1", "--", "lsp-set-addresses", "p1", "0a:00:00:00:00:01 10.0.0.50"]);
    nb.nbctl(&["set", "Logical_Switch_Port", "p1", "external_ids:vm-name=auto"]);
    for line in [
        "record add net1 web 10.0.0.10 fd00::10",
        "record add net1 www --alias-of web",
        "record add net1 shop --alias-of web",
        "record add net1 kept 10.0.0.11 --static",
        "record add net1 long 10.0.0.12 --no-short",
        "record add net1 bare 10.0.0.13 --no-ptr",
        "record add net1 some 10.0.0.14 --no-ptr",
        "record add net1 some 10.0.0.15 --append",
        "record add net1 twin 10.0.0.10",
        "sync net1",
    ] {
        nb.qdns(line).ok();
    }
    let row = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]);
    for record in ["Odd_Name=10.0.0.20,10.0.0.21", "99.0.0.10.in-addr.arpa=gone.internal"] {
        nb.nbctl(&["set", "DNS", row.trim(), &format!("records:{record}")]);
    }
    Ok(nb)
}

#[test]
fn pasted_undo_lines_restore_every_kind_of_host() -> Result<()> {
    let nb = every_kind()?;
    let before = nb.dump();
    let hosts = nb.file("hosts", "10.0.0.60 new\n10.0.0.11 kept\n")?;
    for line in [
        "record rm net1 web".to_owned(),
        "record rm net1 www".to_owned(),
        "record rm net1 kept long bare some twin auto".to_owned(),
        "record rm net1 Odd_Name".to_owned(),
        "record rm net1 web --address fd00::10".to_owned(),
        "record add net1 web 10.0.0.70 --replace --static".to_owned(),
        "record add net1 web 10.0.0.71 --append".to_owned(),
        "record add net1 some 10.0.0.72 --replace --no-ptr".to_owned(),
        "record add net1 auto 10.0.0.73 --replace".to_owned(),
        "record add net1 www 10.0.0.74 --replace".to_owned(),
        "record add net1 www --alias-of kept --replace".to_owned(),
        "record add net1 bare --alias-of web --replace".to_owned(),
        "record add net1 fresh 10.0.0.99".to_owned(),
        "record rename net1 web app".to_owned(),
        "record rename net1 www app".to_owned(),
        "record rename net1 auto manual".to_owned(),
        "zone set net1 --domain prod.internal --yes".to_owned(),
        "zone rm net1 --yes".to_owned(),
        "prune-stale net1 --yes --force".to_owned(),
        format!("record import net1 {hosts} --prune --force --yes --format hosts"),
    ] {
        let document = nb.qdns(&format!("{line} -o json")).json();
        assert_ne!(nb.dump(), before, "{line} changes nothing");
        let undo = undo_of(&document);
        assert!(!undo.is_empty(), "{line}: {document}");
        paste(&nb, &undo);
        assert_eq!(nb.dump(), before, "{line}: {undo:#?}");
    }
    Ok(())
}

#[test]
fn a_sync_that_moves_a_host_says_how_it_was() -> Result<()> {
    let nb = every_kind()?;
    let before = nb.dump();
    nb.nbctl(&["lsp-set-addresses", "p1", "0a:00:00:00:00:01 10.0.0.51"]);
    let document = run(command(&nb.remote()).args(["sync", "net1", "-o", "json"])).json();
    nb.nbctl(&["lsp-set-addresses", "p1", "0a:00:00:00:00:01 10.0.0.50"]);
    assert_ne!(nb.dump(), before);
    paste(&nb, &undo_of(&document));
    assert_eq!(nb.dump(), before, "{document}");
    Ok(())
}

#[test]
fn pasted_undo_lines_restore_the_zone_of_a_deleted_switch() -> Result<()> {
    let nb = every_kind()?;
    nb.nbctl(&["ls-del", "net1"]);
    let before = nb.dump();
    for line in ["record rm net1 web", "prune-stale net1 --yes --force", "zone rm net1 --yes"] {
        let document = nb.qdns(&format!("{line} -o json")).json();
        assert_ne!(nb.dump(), before, "{line} changes nothing");
        paste(&nb, &undo_of(&document));
        assert_eq!(nb.dump(), before, "{line}: {document}");
    }
    Ok(())
}

/// A zone that others share, whose home is there or was deleted.
#[test]
fn pasted_undo_lines_restore_who_shares_a_zone() -> Result<()> {
    let nb = every_kind()?;
    nb.nbctl(&["ls-add", "shares1", "--", "ls-add", "shares2", "--", "ls-add", "-new"]);
    nb.qdns("zone share net1 --with shares1 shares2").ok();
    let restores = |line: &str| {
        let before = nb.dump();
        let document = nb.qdns(&format!("{line} -o json")).json();
        assert_ne!(nb.dump(), before, "{line} changes nothing");
        paste(&nb, &undo_of(&document));
        assert_eq!(nb.dump(), before, "{line}: {document}");
    };
    restores("zone share net1 --with=-new");
    let others = ["zone unshare net1 --with shares1 shares2", "zone rm net1 --yes"];
    others.iter().for_each(|line| restores(line));
    nb.nbctl(&["ls-del", "net1"]);
    others.iter().for_each(|line| restores(line));
    Ok(())
}

#[test]
fn what_only_adds_has_no_undo() -> Result<()> {
    let nb = net()?;
    let document = nb.qdns("record add net1 web 10.0.0.10 -o json").json();
    assert_eq!(document["undo"], Value::from(Vec::<String>::new()));
    Ok(())
}
