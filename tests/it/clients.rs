//! Clients of OVN that run elsewhere: in a container, in a snap, through a plugin.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::support::lab::{Nb, executable};
use crate::support::{command, run, snapshot};

/// A database with `net1`, and a directory with programs of which some run OVN's clients, without the environment that
/// they are started with.
struct Elsewhere {
    nb: Nb,
    bin: tempfile::TempDir,
}

impl Elsewhere {
    fn start() -> Result<Self> {
        let nb = Nb::start()?;
        nb.nbctl(&["ls-add", "net1"]);
        Ok(Elsewhere { nb, bin: tempfile::tempdir()? })
    }

    /// A script in the directory.
    fn program(&self, name: &str, body: &str) -> Result<()> {
        executable(&self.bin.path().join(name), &format!("#!/bin/sh\n{body}\n"))
    }

    /// `docker exec NAME COMMAND…`, where only the container `ovn_nb_db` runs.
    fn docker(&self) -> Result<()> {
        self.program(
            "docker",
            "[ \"$1 $2\" = 'exec ovn_nb_db' ] || { echo \"Error response from daemon: No such container: $2\" >&2; exit 1; }\n\
             shift 2; exec env -i PATH=/usr/bin:/usr/sbin:/bin \"$@\"",
        )
    }

    fn qdns(&self, args: &[&str]) -> Command {
        let mut qdns = command(&self.nb.remote());
        qdns.env("PATH", format!("{}:/usr/bin:/bin", self.bin.path().display())).args(args);
        qdns
    }

    /// As [`Self::qdns`], on a machine without OVN.
    fn alone(&self, args: &[&str]) -> Command {
        let mut qdns = self.qdns(args);
        qdns.env("PATH", self.bin.path());
        qdns
    }
}

const IN_CONTAINER: &str = "docker exec ovn_nb_db ovn-nbctl";

#[test]
fn a_command_with_arguments_reads_and_writes() -> Result<()> {
    let elsewhere = Elsewhere::start()?;
    elsewhere.docker()?;
    let qdns = |args: &[&str]| run(elsewhere.qdns(args).env("QDNS_OVN_NBCTL", IN_CONTAINER));
    snapshot!(qdns(&["record", "add", "net1", "web", "10.0.0.10"]), @"
    + zone  net1
    + 10.0.0.10.in-addr.arpa  web.internal
    + web  10.0.0.10
    + web.internal  10.0.0.10
    ");
    snapshot!(qdns(&["-v", "zone", "ls"]), @"
    SWITCH  DOMAIN    HOSTS  RECORDS  STATE
    net1    internal  1      3        attached
    ----- stderr -----
    # db: [DB] (OVN_NB_DB)
    # timeout: 10 (default)
    # ovn-nbctl: docker exec ovn_nb_db ovn-nbctl (QDNS_OVN_NBCTL)
    + docker exec ovn_nb_db ovn-nbctl '--timeout=10' '--db=[DB]' '--format=json' '--columns=_uuid,name,dns_records,other_config,external_ids' list Logical_Switch -- '--columns=_uuid,external_ids,records' list DNS
    ");
    Ok(())
}

#[test]
fn a_command_that_does_not_run_ovn_nbctl_is_named() -> Result<()> {
    let elsewhere = Elsewhere::start()?;
    elsewhere.docker()?;
    let with = |nbctl: &str| run(&mut elsewhere.qdns(&["--ovn-nbctl", nbctl, "zone", "ls"]));
    snapshot!(with("docker exec ovn_sb_db ovn-nbctl"), @"
    ----- stderr -----
    error: `docker exec ovn_sb_db ovn-nbctl` does not run ovn-nbctl
      cause: Error response from daemon: No such container: ovn_sb_db
       hint: the command is from --ovn-nbctl, QDNS_OVN_NBCTL or the settings file; qdns -v says from which
    ----- exit 3 -----
    ");
    snapshot!(with("missing-program exec ovn_nb_db ovn-nbctl"), @"
    ----- stderr -----
    error: there is no missing-program on this machine
       hint: the command is from --ovn-nbctl, QDNS_OVN_NBCTL or the settings file; qdns -v says from which
    ----- exit 3 -----
    ");
    snapshot!(with("docker exec 'ovn_nb_db ovn-nbctl"), @r#"
    ----- stderr -----
    error: command "docker exec 'ovn_nb_db ovn-nbctl" is refused: it is empty, or a quote is not closed
       hint: name a program, or a command with its arguments, such as: docker exec ovn_nb_db ovn-nbctl
    ----- exit 2 -----
    "#);
    snapshot!(with("docker exec ovn_nb_db ovn-nbctl --no-such-option"), @"
    ----- stderr -----
    error: ovn-nbctl refused: unrecognized option '--no-such-option'
       hint: qdns -v shows the command of OVN that was run
    ----- exit 1 -----
    ");
    Ok(())
}

#[test]
fn the_other_clients_are_in_the_same_container() -> Result<()> {
    let elsewhere = Elsewhere::start()?;
    elsewhere.docker()?;
    let doctor = run(elsewhere
        .qdns(&["-v", "doctor", "--only", "sb-records-differ", "--sb-db", "unix:/nonexistent"])
        .env("QDNS_OVN_NBCTL", IN_CONTAINER));
    let said = &doctor.stderr;
    assert!(
        said.contains("+ docker exec ovn_nb_db ovn-sbctl '--timeout=10' '--db=unix:/nonexistent'"),
        "{said}"
    );
    Ok(())
}

/// `lookup` asks ovn-trace, which is next to the client that was found.
#[test]
fn lookup_runs_the_trace_of_the_same_place() -> Result<()> {
    let elsewhere = Elsewhere::start()?;
    elsewhere.docker()?;
    for client in ["ovn-nbctl", "ovn-sbctl", "ovn-trace"] {
        elsewhere.program(&format!("microovn.{client}"), &format!("exec /usr/bin/{client} \"$@\""))?;
    }
    let addresses = ["--", "lsp-set-addresses", "p1", "0a:00:00:00:00:01 10.0.0.10"];
    elsewhere.nb.nbctl(&[&["lsp-add", "net1", "p1"][..], &addresses].concat());
    elsewhere.nb.qdns("record add net1 web 10.0.0.10").ok();
    let lookup = ["-v", "lookup", "web.internal", "--from", "p1", "--sb-db", "unix:/nonexistent"];
    let in_container = run(elsewhere.qdns(&lookup).env("QDNS_OVN_NBCTL", IN_CONTAINER));
    assert!(in_container.stderr.contains("+ docker exec ovn_nb_db ovn-trace "), "{in_container}");
    let in_snap = run(&mut elsewhere.alone(&lookup));
    assert!(in_snap.stderr.contains("+ microovn.ovn-trace "), "{in_snap}");
    Ok(())
}

#[test]
fn a_plugin_of_kubectl_runs_two_clients() -> Result<()> {
    let elsewhere = Elsewhere::start()?;
    let db = elsewhere.nb.remote();
    let body = format!(
        "[ \"$1\" = ko ] || exit 1; client=ovn-$2; shift 2; exec env -i PATH=/usr/bin:/bin OVN_NB_DB={db} $client \"$@\""
    );
    elsewhere.program("kubectl", &body)?;
    let qdns = |args: &[&str]| {
        let mut qdns = elsewhere.qdns(args);
        run(qdns.env_remove("OVN_NB_DB").env("QDNS_OVN_NBCTL", "kubectl ko nbctl"))
    };
    snapshot!(qdns(&["record", "add", "net1", "web", "10.0.0.10"]), @"
    + zone  net1
    + 10.0.0.10.in-addr.arpa  web.internal
    + web  10.0.0.10
    + web.internal  10.0.0.10
    ");
    let doctor = qdns(&["-v", "doctor", "--only", "sb-records-differ"]);
    assert!(doctor.stderr.contains("+ kubectl ko sbctl "), "{doctor}");
    Ok(())
}

#[test]
fn the_clients_of_microovn_are_found() -> Result<()> {
    let elsewhere = Elsewhere::start()?;
    for client in ["ovn-nbctl", "ovn-sbctl"] {
        elsewhere.program(&format!("microovn.{client}"), &format!("exec /usr/bin/{client} \"$@\""))?;
    }
    let list = run(&mut elsewhere.alone(&["-v", "zone", "ls"]));
    snapshot!(list, @"
    No zones.
    ----- stderr -----
    # db: [DB] (OVN_NB_DB)
    # timeout: 10 (default)
    # ovn-nbctl: [DIR]/microovn.ovn-nbctl (default)
    + microovn.ovn-nbctl '--timeout=10' '--format=json' '--columns=_uuid,name,dns_records,other_config,external_ids' list Logical_Switch -- '--columns=_uuid,external_ids,records' list DNS
    ");
    let doctor = run(&mut elsewhere.alone(&["-v", "doctor", "--sb-db", "unix:/nonexistent"]));
    assert!(doctor.stderr.contains("+ microovn.ovn-sbctl "), "{doctor}");
    Ok(())
}

#[test]
fn the_machines_own_client_goes_before_that_of_microovn() -> Result<()> {
    let elsewhere = Elsewhere::start()?;
    elsewhere.program("microovn.ovn-nbctl", "exit 1")?;
    assert!(Path::new("/usr/bin/ovn-nbctl").exists());
    run(&mut elsewhere.qdns(&["zone", "ls"])).ok();
    Ok(())
}
