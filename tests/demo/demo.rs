//! The demonstration: a private OVN, three guests, and names that resolve, typed as an operator would.

#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
#[path = "../it/support/lab/mod.rs"]
mod lab;

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use lab::{Addressing, Guest, Lab, Nb, Ran};

/// Shows a command of the operator and runs it.
fn operator(db: &str, line: &str) -> Result<()> {
    println!("\n\x1b[1moperator$\x1b[0m {line}");
    let qdns = std::env::var_os("QDNS").unwrap_or_else(|| "qdns".into());
    let args = shlex::split(line).unwrap_or_default();
    let mut command = Command::new(qdns);
    command.args(args.iter().skip(1)).env("OVN_NB_DB", db).env_remove("OVN_NB_DAEMON").stdin(Stdio::null());
    let status = command.status().context("qdns cannot be run")?;
    ensure!(status.success(), "{line}: {status}");
    Ok(())
}

/// Shows a command in a guest, runs it, and says whether its answer is what it must be.
fn in_guest(guest: &Guest, name: &str, line: &str, wanted: &str) -> bool {
    println!("\n\x1b[1m{name}#\x1b[0m {line}");
    let output = guest.sh(line);
    let said = output.out();
    print!("{said}{}", output.err());
    let found = said.contains(wanted);
    if !found {
        println!("\x1b[31mwanted: {wanted}\x1b[0m");
    }
    found
}

/// What keeps this machine from having guests, if anything does.
fn missing() -> Option<&'static str> {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if !root {
        return Some("this is not run as root, and network namespaces need that");
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["--net", "--mount", "--pid", "--fork", "true"]).stderr(Stdio::null());
    let allowed = unshare.status().is_ok_and(|status| status.success());
    (!allowed).then_some("this machine does not allow network namespaces (unshare --net fails)")
}

fn main() -> Result<()> {
    match missing() {
        None => with_guests(),
        Some(why) => {
            println!("No guests here: {why}.\nThe rest is shown on a database alone.");
            on_a_database_alone()
        }
    }
}

fn on_a_database_alone() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "set", "Logical_Switch", "net1", "other_config:subnet=10.0.0.0/24"]);
    for line in [
        "qdns record add net1 web-server 10.0.0.10",
        "qdns record add net1 db-server 10.0.0.11 fd00::11",
        "qdns record ls net1",
        "qdns zone ls",
    ] {
        operator(&nb.remote(), line)?;
    }
    Ok(())
}

fn with_guests() -> Result<()> {
    println!("A private OVN starts: its own databases, ovn-northd, ovs-vswitchd, ovn-controller.");
    let lab = Lab::start()?;
    lab.gateway_router();
    lab.dual_net("net1", "10.0.0.0/24", "fd00::/64");
    let _upstream = lab.upstream("172.16.0.53", &[("google.com", "142.250.0.1")])?;
    let dhcp = lab.dhcp_row();
    let mut guests = Vec::new();
    for (name, ip) in [("web-server", "10.0.0.10"), ("db-server", "10.0.0.11"), ("app-server", "10.0.0.12")] {
        let mac = lab.mac();
        lab.port("net1", name, &format!("{mac} {ip}"));
        lab.nbctl(&["lsp-set-dhcpv4-options", name, dhcp.trim()]);
        guests.push(lab.guest(name, name, &mac, Addressing::None)?);
    }
    println!("Three guests are on the switch net1: web-server, db-server and app-server.");

    let db = lab.nb_remote();
    for line in [
        "qdns record add net1 web-server 10.0.0.10",
        "qdns record add net1 db-server 10.0.0.11",
        "qdns record add net1 app-server 10.0.0.12",
        "qdns forwarders set net1 172.16.0.53",
        "qdns record ls net1",
        "qdns forwarders show net1",
    ] {
        operator(&db, line)?;
    }
    lab.hv_sync();

    println!("\nweb-server leases its address, and with it the resolver and the search domain:");
    let web = &guests[0];
    web.dhcp()?;
    let mut done = in_guest(web, "web-server", "cat /etc/resolv.conf", "search internal");
    println!("\nIts own resolver finds the short name, the FQDN, the reverse name, and an external name:");
    for (line, wanted) in [
        ("getent ahostsv4 db-server | head -1", "10.0.0.11"),
        ("getent ahostsv4 db-server.internal | head -1", "10.0.0.11"),
        ("getent hosts 10.0.0.11", "db-server.internal"),
        ("getent ahostsv4 google.com | head -1", "142.250.0.1"),
    ] {
        done &= in_guest(web, "web-server", line, wanted);
    }
    guests[1].dhcp()?;
    done &= in_guest(web, "web-server", "ping -c 1 -W 2 db-server", " 0% packet loss");
    ensure!(done, "something above is not as it should be");
    println!("\nAll answers are right.");
    Ok(())
}
