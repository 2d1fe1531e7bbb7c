//! Networks on a whole OVN for doctor to look at, and what it says of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::support::lab::{Addressing, Guest, Lab, Release, executable};
use crate::support::run::{Run, run};

pub const WEB: &str = "0a:00:00:00:00:11";
pub const DB: &str = "0a:00:00:00:00:12";

/// A command inside the lab, where its daemons have the process numbers that they write into their
/// files; of another release, OVN's tools are those of its root.
pub fn inside(lab: &Lab, program: &str) -> Result<Command> {
    with_tools(lab, lab.command_in(program))
}

/// A command in a guest's namespaces, with the lab's tools and databases.
pub fn in_guest(lab: &Lab, guest: &Guest, program: &str) -> Result<Command> {
    with_tools(lab, guest.command(program))
}

fn with_tools(lab: &Lab, mut command: Command) -> Result<Command> {
    let bin = lab.dir().join("bin");
    if matches!(Release::detect()?, Release::Root(_)) && !bin.exists() {
        fs::create_dir(&bin)?;
        for tool in ["ovn-nbctl", "ovn-sbctl", "ovn-appctl", "ovn-trace", "ovs-vsctl"] {
            let path = bin.join(tool);
            executable(&path, &format!("#!/bin/sh\nexec chroot /run/lab/root /usr/bin/{tool} \"$@\"\n"))?;
        }
    }
    let qdns = Path::new(env!("CARGO_BIN_EXE_qdns")).parent().context("a directory")?;
    let path = format!("{}:{}:{}", bin.display(), qdns.display(), std::env::var("PATH")?);
    for name in ["OVN_NB_DAEMON", "QDNS_OVN_NBCTL"] {
        command.env_remove(name);
    }
    command.envs(lab.env()).env("PATH", path).env("USER", "tester");
    Ok(command)
}

#[track_caller]
pub fn qdns(lab: &Lab, args: &[&str]) -> Run {
    run(inside(lab, "qdns").unwrap().args(args))
}

#[track_caller]
pub fn doctor(lab: &Lab, args: &[&str]) -> Run {
    let mut all = vec!["doctor", "-o", "json"];
    all.extend(args);
    qdns(lab, &all)
}

#[track_caller]
pub fn codes(run: &Run) -> BTreeSet<String> {
    let report = run.json();
    let found = report["findings"].as_array().unwrap().iter();
    found.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

/// What only some releases have.
pub const OF_RELEASES: [&str; 2] = ["edns-ignored", "acl-bypassed"];

/// Every finding with severity, code and message, one a line and sorted, for their order may be that of UUIDs;
/// without those that only some releases have.
#[track_caller]
pub fn findings(run: &Run) -> String {
    let report = run.json();
    let findings = report["findings"].as_array().into_iter().flatten();
    let findings = findings.filter(|finding| OF_RELEASES.iter().all(|code| finding["code"] != *code));
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let line =
        |finding: &Value| ["severity", "code", "message"].map(|name| text(finding, name)).join(" ") + "\n";
    findings.map(line).collect::<BTreeSet<_>>().into_iter().collect()
}

#[track_caller]
pub fn counts(run: &Run) -> (u64, u64) {
    let count = |what: &str| run.json()["summary"][what].as_u64().unwrap();
    (count("error"), count("warning"))
}

pub fn fix(lab: &Lab, run: &Run, code: &str) -> Result<()> {
    let report = run.json();
    let found = report["findings"].as_array().context("findings")?.iter();
    for finding in found.filter(|finding| finding["code"] == code) {
        for line in finding["fix"].as_array().context("lines")? {
            let done = inside(lab, "sh")?.args(["-c", line.as_str().context("text")?]).output()?;
            ensure!(done.status.success(), "{line}: {done:?}");
        }
    }
    Ok(())
}

/// Two guests that lease from a row of DHCP options with the given resolvers.
pub fn network(lab: &Lab, dns_server: Option<&str>) -> Result<(Guest, Guest)> {
    lab.gateway_router();
    lab.dual_net("net1", "10.0.0.0/24", "fd00::/64");
    lab.port("net1", "web", &format!("{WEB} 10.0.0.11 fd00::11"));
    lab.port("net1", "db", &format!("{DB} 10.0.0.12 fd00::12"));
    let row = lab.dhcp_row();
    if let Some(server) = dns_server {
        lab.nbctl(&["set", "DHCP_Options", &row, &format!("options:dns_server={server}")]);
    }
    lab.nbctl(&["lsp-set-dhcpv4-options", "web", &row, "--", "lsp-set-dhcpv4-options", "db", &row]);
    let guest = |name: &str, mac| lab.guest(name, name, mac, Addressing::None);
    Ok((guest("web", WEB)?, guest("db", DB)?))
}

/// An address beyond the router that queries reach, though nothing answers there, unless an upstream has it.
pub fn reachable(lab: &Lab, address: &str) {
    let network = address.rsplit_once('.').map(|(network, _)| network).unwrap_or_default();
    let switch = format!("ext-{}", network.replace('.', "-"));
    if lab.nbctl(&["--bare", "find", "Logical_Switch", &format!("name={switch}")]).trim().is_empty() {
        lab.net(&switch, &format!("{network}.0/24"));
        lab.nbctl(&["lsp-add", &switch, &format!("{switch}-resolver")]);
        lab.nbctl(&[
            "lsp-set-type",
            &format!("{switch}-resolver"),
            "localport",
            "--",
            "lsp-set-addresses",
            &format!("{switch}-resolver"),
            &format!("{} {address}", lab.mac()),
        ]);
    }
}

pub fn healthy(lab: &Lab) -> Result<(Guest, Guest)> {
    reachable(lab, "172.16.0.53");
    let guests = network(lab, None)?;
    qdns(lab, &["record", "add", "net1", "web", "10.0.0.11", "fd00::11"]).ok();
    qdns(lab, &["record", "add", "net1", "db", "10.0.0.12", "fd00::12"]).ok();
    qdns(lab, &["forwarders", "set", "net1", "172.16.0.53"]).ok();
    lab.hv_sync();
    Ok(guests)
}
