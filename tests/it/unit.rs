//! The unit of `sync --print-unit`: the program that runs and its connection, or why systemd could not run it.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::Result;
use tempfile::TempDir;

use crate::support::{Run, check_exposure, install_qdns, run, snapshot};

/// A copy of qdns where services may run it.
pub fn installed() -> Result<TempDir> {
    let directory = tempfile::tempdir_in("/opt")?;
    install_qdns(&directory.path().join("qdns"))?;
    Ok(directory)
}

/// Runs the copy with this database in the environment.
fn print_unit(directory: &TempDir, db: &str, options: &[&str]) -> Run {
    let mut command = Command::new(directory.path().join("qdns"));
    command
        .env_remove("QDNS_OVN_NBCTL")
        .env_remove("OVN_NB_DAEMON")
        .env("OVN_NB_DB", db)
        .stdin(Stdio::null());
    run(command.args(["sync", "--print-unit"]).args(options))
}

#[test]
fn systemd_accepts_the_unit() -> Result<()> {
    let directory = installed()?;
    let options = ["-p", "/etc/a b/%key$.pem", "-c", "/etc/cert.pem", "-C", "/etc/ca.pem", "--wait", "sb"];
    let unit = print_unit(&directory, "ssl:192.0.2.1:6641", &options);
    let file = directory.path().join("qdns-sync.service");
    fs::write(&file, unit.ok())?;
    let mut verify = Command::new("systemd-analyze");
    let Ok(output) = verify.args(["verify", "--man=no"]).arg(&file).stdin(Stdio::null()).output() else {
        return Ok(());
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("qdns-sync.service:"), "{errors}");
    Ok(())
}

#[test]
fn the_unit_may_use_little_of_the_machine() -> Result<()> {
    let directory = installed()?;
    let file = directory.path().join("qdns-sync.service");
    fs::write(&file, print_unit(&directory, "ssl:192.0.2.1:6641", &[]).ok())?;
    check_exposure(&file);
    Ok(())
}

#[test]
fn the_unit_carries_the_connection() -> Result<()> {
    let directory = installed()?;
    let options = ["-p", "/etc/a b/%key$.pem", "--ovn-nbctl", "/opt/ovn/ovn-nbctl", "--wait", "hv"];
    let unit = print_unit(&directory, "ssl:192.0.2.1:6641", &options);
    let start = unit.ok().lines().find(|line| line.starts_with("ExecStart=")).unwrap_or_default();
    snapshot!(start, @r#"ExecStart=[DIR]/qdns sync --db=ssl:192.0.2.1:6641 "--private-key=/etc/a b/%%key$$.pem" --ovn-nbctl=/opt/ovn/ovn-nbctl --wait=hv --all --watch --prune"#);
    Ok(())
}

#[test]
fn what_the_unit_cannot_see_is_refused() -> Result<()> {
    let directory = installed()?;
    let db = "ssl:192.0.2.1:6641";
    snapshot!(print_unit(&directory, db, &["--ca-cert", "/root/ca.pem"]), @"
    ----- stderr -----
    error: the unit cannot use /root/ca.pem: ProtectHome hides /root from it
       hint: move /root/ca.pem to a directory that it sees, such as /etc/qdns
    ----- exit 1 -----
    ");
    snapshot!(print_unit(&directory, "unix:/tmp/nb.sock", &[]), @"
    ----- stderr -----
    error: the unit cannot use /tmp/nb.sock: PrivateTmp hides /tmp from it
       hint: move /tmp/nb.sock to a directory that it sees, such as /etc/qdns
    ----- exit 1 -----
    ");
    let hidden = tempfile::tempdir_in("/tmp")?;
    install_qdns(&hidden.path().join("qdns"))?;
    snapshot!(print_unit(&hidden, db, &[]), @"
    ----- stderr -----
    error: the unit cannot use [DIR]/qdns: PrivateTmp hides /tmp from it
       hint: sudo install -m 755 [DIR]/qdns /usr/bin/qdns
       hint: then print the unit with /usr/bin/qdns
    ----- exit 1 -----
    ");
    Ok(())
}

#[test]
fn the_unit_is_printed() -> Result<()> {
    snapshot!(print_unit(&installed()?, "", &[]), @"
    # Written by `qdns sync --print-unit`: keeps the names of all switches what their ports say.
    # Options such as --name-from belong into a drop-in: systemctl edit qdns-sync
    # To see that it works: systemctl status qdns-sync; journalctl -u qdns-sync
    [Unit]
    Description=Names of OVN networks, kept what their ports say
    Documentation=man:qdns-sync(1)
    After=network.target ovn-central.service ovn-ovsdb-server-nb.service

    [Service]
    # It has started when it follows the database, or waits for one: systemctl status says which.
    Type=notify
    WatchdogSec=120
    # For another connection print the unit again: qdns sync --print-unit --db ssl:HOST:PORT -p FILE -c FILE -C FILE
    EnvironmentFile=-/etc/default/qdns
    ExecStart=[DIR]/qdns sync --all --watch --prune
    Restart=on-failure
    RestartSec=2
    # A transaction that has begun is ended first.
    TimeoutStopSec=30

    # It needs the database's socket, a connection to it, and nothing else of the machine.
    CapabilityBoundingSet=
    AmbientCapabilities=
    NoNewPrivileges=yes
    ProtectSystem=strict
    ProtectHome=yes
    ProtectProc=invisible
    ProcSubset=pid
    ProtectClock=yes
    ProtectControlGroups=yes
    ProtectHostname=yes
    ProtectKernelLogs=yes
    ProtectKernelModules=yes
    ProtectKernelTunables=yes
    PrivateDevices=yes
    PrivateTmp=yes
    DevicePolicy=closed
    LockPersonality=yes
    MemoryDenyWriteExecute=yes
    RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
    RestrictNamespaces=yes
    RestrictRealtime=yes
    RestrictSUIDSGID=yes
    RemoveIPC=yes
    SystemCallArchitectures=native
    SystemCallFilter=@system-service
    SystemCallFilter=~@resources @privileged
    SystemCallErrorNumber=EPERM
    UMask=0077

    [Install]
    WantedBy=multi-user.target
    ");
    Ok(())
}
