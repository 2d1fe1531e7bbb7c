//! qdns from a package's directory and from that of `cargo install`: which of them a unit and libvirt can run, and what says
//! why not. A mount namespace has the directories, AppArmor's files, and a directory from which nothing can be run.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::support::{Run, run, snapshot};
use crate::unit::installed;

/// `/usr/sbin` has qdns, as from a package, and so has `/root/.cargo/bin`, as from `cargo install`.
const PLACES: &str = "
mount -t tmpfs none /root
mkdir -p /root/.cargo/bin
cp $DIR/qdns /root/.cargo/bin/qdns
mount -t tmpfs none /usr/sbin
cp $DIR/qdns /usr/sbin/qdns
";

/// AppArmor is on, with Debian's profile of libvirtd.
const APPARMOR: &str = "
mount -t tmpfs none /sys/module
mkdir -p /sys/module/apparmor/parameters
echo Y >/sys/module/apparmor/parameters/enabled
mount -t tmpfs none /etc
mkdir /etc/apparmor.d
touch /etc/apparmor.d/usr.sbin.libvirtd
";

/// Runs a shell script in a mount namespace, in which `$DIR` has a copy of qdns.
fn script(directory: &Path, text: &str) -> Run {
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--propagation", "private", "sh", "-euc", text]);
    unshare.env("DIR", directory).env("OVN_NB_DB", "tcp:192.0.2.1:6641").stdin(Stdio::null());
    for name in ["OVN_NB_DAEMON", "QDNS_OVN_NBCTL", "QDNS_CONFIG"] {
        unshare.env_remove(name);
    }
    run(&mut unshare)
}

#[test]
fn a_unit_runs_qdns_from_a_package_and_not_from_a_home() -> Result<()> {
    let directory = installed()?;
    let verify = "
        /usr/sbin/qdns sync --print-unit >$DIR/qdns-sync.service
        grep ^ExecStart $DIR/qdns-sync.service
        systemd-analyze verify --man=no $DIR/qdns-sync.service 2>&1 | grep qdns-sync.service: || :
    ";
    snapshot!(script(directory.path(), &format!("{PLACES}{verify}")), @"ExecStart=/usr/sbin/qdns sync --db=tcp:192.0.2.1:6641 --all --watch --prune");
    snapshot!(script(directory.path(), &format!("{PLACES}/root/.cargo/bin/qdns sync --print-unit")), @"
    ----- stderr -----
    error: the unit cannot use /root/.cargo/bin/qdns: ProtectHome hides /root from it
       hint: sudo install -m 755 /root/.cargo/bin/qdns /usr/bin/qdns
       hint: then print the unit with /usr/bin/qdns
    ----- exit 1 -----
    ");
    snapshot!(script(directory.path(), &format!("{PLACES}/root/.cargo/bin/qdns api --print-unit")), @"
    ----- stderr -----
    error: the unit cannot use /root/.cargo/bin/qdns: ProtectHome hides /root from it
       hint: sudo install -m 755 /root/.cargo/bin/qdns /usr/bin/qdns
       hint: then print the unit with /usr/bin/qdns
    ----- exit 1 -----
    ");
    Ok(())
}

#[test]
fn the_hook_is_not_installed_where_apparmor_does_not_let_libvirt_run_qdns() -> Result<()> {
    let directory = installed()?;
    let install = "hook install libvirt --dir $DIR/hooks";
    snapshot!(script(directory.path(), &format!("{PLACES}{APPARMOR}/root/.cargo/bin/qdns {install}")), @"
    ----- stderr -----
    error: libvirt cannot run /root/.cargo/bin/qdns: AppArmor (/etc/apparmor.d/usr.sbin.libvirtd) lets it run programs of /usr/bin only
       hint: sudo install -m 755 /root/.cargo/bin/qdns /usr/bin/qdns
       hint: then install the hook with /usr/bin/qdns hook install libvirt
    ----- exit 1 -----
    ");
    assert!(!directory.path().join("hooks").exists());
    snapshot!(script(directory.path(), &format!("{PLACES}{APPARMOR}/usr/sbin/qdns {install}")), @"
    Wrote [DIR]/hooks/qdns; restart libvirt if it had no hooks before
    To see that it works, start a machine: qdns record ls shows its name, or journalctl -t qdns says why not
    ");
    snapshot!(script(directory.path(), &format!("{PLACES}/root/.cargo/bin/qdns {install}")), @"
    Wrote [DIR]/hooks/qdns; restart libvirt if it had no hooks before
    To see that it works, start a machine: qdns record ls shows its name, or journalctl -t qdns says why not
    ");
    Ok(())
}

/// The script was installed before AppArmor, or on a machine whose rules qdns does not know.
#[test]
fn the_hook_reports_that_libvirt_cannot_run_qdns() -> Result<()> {
    let directory = installed()?;
    let refuse = "
        mkdir $DIR/bin $DIR/cargo
        cp $DIR/qdns $DIR/cargo/qdns
        printf '#!/bin/sh\\necho logged: \"$@\"\\n' >$DIR/bin/logger
        chmod 755 $DIR/bin/logger
        $DIR/cargo/qdns hook install libvirt --dir $DIR/hooks >/dev/null
        mount --bind $DIR/cargo $DIR/cargo
        mount -o remount,bind,noexec $DIR/cargo
        PATH=$DIR/bin:$PATH $DIR/hooks/qdns web started begin - </dev/null 2>/dev/null
    ";
    snapshot!(script(directory.path(), refuse), @"logged: -t qdns -p daemon.warning -- [DIR]/cargo/qdns ended with code 126 and registered no name; 126 and 127 mean that libvirt cannot run it: put it where libvirt may, such as /usr/bin, and install the hook again");
    fs::remove_file(directory.path().join("cargo/qdns"))?;
    let gone = "PATH=$DIR/bin:$PATH $DIR/hooks/qdns web started begin - </dev/null 2>/dev/null";
    snapshot!(script(directory.path(), gone), @"logged: -t qdns -p daemon.warning -- [DIR]/cargo/qdns ended with code 127 and registered no name; 126 and 127 mean that libvirt cannot run it: put it where libvirt may, such as /usr/bin, and install the hook again");
    Ok(())
}
