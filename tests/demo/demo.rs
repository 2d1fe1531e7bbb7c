//! The demonstration: a private OVN, three guests, and names that resolve, typed as an operator would. With `--keep` a
//! shell in it follows.

#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
#[path = "../it/support/lab/mod.rs"]
mod lab;

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use lab::{Addressing, Guest, Lab, Nb, Ran, executable};

/// The environment of the operator.
type Environment = Vec<(String, OsString)>;

/// Shows a command of the operator and runs it; it must end with this code.
fn operator_gets(code: i32, environment: &Environment, line: &str) -> Result<()> {
    println!("\n\x1b[1moperator$\x1b[0m {line}");
    let words = shlex::split(line).unwrap_or_default();
    let (program, args) = words.split_first().context("a program")?;
    let mut command = Command::new("/usr/bin/env");
    command
        .arg(program)
        .args(args)
        .envs(environment.clone())
        .env_remove("OVN_NB_DAEMON")
        .stdin(Stdio::null());
    let status = command.status().with_context(|| line.to_owned())?;
    ensure!(status.code() == Some(code), "{line}: {status}");
    Ok(())
}

fn operator(environment: &Environment, line: &str) -> Result<()> {
    operator_gets(0, environment, line)
}

/// The folder of a program of the operator, in front of the others.
fn path_with(directory: &Path) -> Result<OsString> {
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(directory.to_owned()).chain(std::env::split_paths(&others));
    Ok(std::env::join_paths(all)?)
}

/// What the operator has in a directory of programs: `qdns` of this build, the database, and for each guest a way in.
fn environment(directory: &Path, nb: &str, guests: &[(&str, &Guest)]) -> Result<Environment> {
    let bin = directory.join("bin");
    fs::create_dir(&bin)?;
    let qdns = std::env::var_os("QDNS").context("QDNS names the program; tests/demo.sh sets it")?;
    std::os::unix::fs::symlink(qdns, bin.join("qdns"))?;
    if !guests.is_empty() {
        let names: Vec<&str> = guests.iter().map(|(name, _)| *name).collect();
        let cases: String = guests
            .iter()
            .map(|(name, guest)| format!("{name}) exec {} \"$@\" ;;\n", entrance(guest)))
            .collect();
        let script = format!(
            "#!/bin/sh\nname=$1\n[ $# -eq 0 ] || shift\n[ $# -gt 0 ] || set -- sh\ncase $name in\n{cases}\
             *) echo 'usage: guest {} COMMAND...' >&2; exit 2 ;;\nesac\n",
            names.join("|")
        );
        executable(&bin.join("guest"), &script)?;
    }
    Ok(vec![("PATH".to_owned(), path_with(&bin)?), ("OVN_NB_DB".to_owned(), nb.into())])
}

/// The command in front of a command that runs it in the guest.
fn entrance(guest: &Guest) -> String {
    let command = guest.command("env");
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// A shell of the operator, until he leaves it.
fn shell(directory: &Path, environment: &Environment, hint: &str) -> Result<()> {
    println!("\n{hint}\nexit ends the shell, and everything with it.");
    let rc = directory.join("bashrc");
    fs::write(&rc, "[ -r ~/.bashrc ] && . ~/.bashrc\nPS1='qdns-demo\\$ '\n. completions/qdns.bash\n")?;
    let mut shell = Command::new("bash");
    shell.arg("--rcfile").arg(rc).envs(environment.clone()).env_remove("OVN_NB_DAEMON");
    // How the last command of the shell ended is the operator's business.
    shell.status().context("bash")?;
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

const NAMES: [(&str, &str); 3] =
    [("web-server", "10.0.0.10"), ("db-server", "10.0.0.11"), ("app-server", "10.0.0.12")];

/// What keeps this machine from having guests, if anything does.
fn missing() -> Option<&'static str> {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if !root {
        return Some("this is not run as root, and this user cannot make namespaces (unshare --user fails)");
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["--net", "--mount", "--pid", "--fork", "true"]).stderr(Stdio::null());
    let allowed = unshare.status().is_ok_and(|status| status.success());
    (!allowed).then_some("this machine does not allow network namespaces (unshare --net fails)")
}

fn main() -> Result<()> {
    let keeps = std::env::args().any(|arg| arg == "--keep");
    match missing() {
        None => with_guests(keeps),
        Some(why) => {
            println!("No guests here: {why}.\nThe rest is shown on a database alone.");
            on_a_database_alone(keeps)
        }
    }
}

fn on_a_database_alone(keeps: bool) -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "set", "Logical_Switch", "net1", "other_config:subnet=10.0.0.0/24"]);
    let environment = environment(nb.dir(), &nb.remote(), &[])?;
    for line in [
        "qdns record add net1 web-server 10.0.0.10",
        "qdns record add net1 db-server 10.0.0.11 fd00::11",
        "qdns record ls net1",
        "qdns zone ls",
    ] {
        operator(&environment, line)?;
    }
    if keeps {
        shell(nb.dir(), &environment, "A shell: qdns and ovn-nbctl reach this database.")?;
    }
    Ok(())
}

fn with_guests(keeps: bool) -> Result<()> {
    println!("A private OVN starts: its own databases, ovn-northd, ovs-vswitchd, ovn-controller.");
    let lab = Lab::start()?;
    lab.gateway_router();
    lab.dual_net("net1", "10.0.0.0/24", "fd00::/64");
    let _upstream = lab.upstream("172.16.0.53", &[("google.com", "142.250.0.1")])?;
    let dhcp = lab.dhcp_row();
    let mut guests = Vec::new();
    for (name, ip) in NAMES {
        let mac = lab.mac();
        lab.port("net1", name, &format!("{mac} {ip}"));
        lab.nbctl(&["lsp-set-dhcpv4-options", name, dhcp.trim()]);
        guests.push(lab.guest(name, name, &mac, Addressing::None)?);
    }
    println!("Three guests are on the switch net1: web-server, db-server and app-server.");

    let named: Vec<(&str, &Guest)> = NAMES.iter().map(|(name, _)| *name).zip(&guests).collect();
    let mut environment = environment(lab.dir(), &lab.nb_remote(), &named)?;
    environment.push(("OVN_SB_DB".to_owned(), lab.sb_remote().into()));
    for line in [
        "qdns record add net1 web-server 10.0.0.10",
        "qdns record add net1 db-server 10.0.0.11",
        "qdns record add net1 app-server 10.0.0.12",
        "qdns forwarders set net1 172.16.0.53",
        "qdns record ls net1",
        "qdns forwarders show net1",
    ] {
        operator(&environment, line)?;
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

    println!("\nWhat does a guest get, from whom, and why? lookup answers without the guest:");
    operator(&environment, "qdns lookup db-server --from web-server")?;
    println!(
        "\nA plain ovn-nbctl sets two resolvers with a comma. Nothing complains, and no guest gets a lease any more:"
    );
    let break_it =
        format!("ovn-nbctl set DHCP_Options {} options:dns_server=\"172.16.0.53,172.16.0.54\"", dhcp.trim());
    operator(&environment, &break_it)?;
    lab.hv_sync();
    ensure!(web.dhcp().is_err(), "a lease in spite of the broken option");
    println!("\ndoctor says why, and repairs it:");
    operator_gets(4, &environment, "qdns doctor net1")?;
    operator(&environment, "qdns doctor net1 --fix --yes")?;
    lab.hv_sync();
    web.dhcp()?;
    done &= in_guest(web, "web-server", "ping -c 1 -W 2 db-server", " 0% packet loss");
    ensure!(done, "something above is not as it should be");
    println!("\nAll answers are right.");
    if keeps {
        let hint = "A shell: qdns and ovn-nbctl reach this OVN, and guest NAME COMMAND runs a command in a guest, such as\n\
                    guest web-server ping -c 1 db-server";
        shell(lab.dir(), &environment, hint)?;
    }
    Ok(())
}
