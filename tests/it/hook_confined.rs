//! The hook as libvirt runs it where AppArmor confines libvirt.
//!
//! The rules of Debian's profile (`/etc/apparmor.d/usr.sbin.libvirtd` of libvirt-daemon-system) that concern a hook are
//! made again with mounts: programs are run from `/usr/bin` (`/usr/bin/* PUx`) and `/etc/libvirt/hooks`
//! (`/etc/libvirt/hooks/** rmix`) only. Files everywhere may be read and written (`/** rwmkl`).

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::hook::{P1, domain, hook, hosts, nets};
use crate::support::lab::{Nb, install};
use crate::support::{install_qdns, run, snapshot};

/// Runs its arguments as words of a shell in a root directory where the profile's rules hold.
const CONFINED: &str = r#"
set -eu
root=$1 programs=$2 log=$3
shift 3
mount --make-rprivate /
mount --rbind / "$root"
mount -o remount,bind,noexec "$root"
mount --bind /usr "$root/usr"
mount --bind /usr/local "$root/usr/local"
mount -o remount,bind,noexec "$root/usr/local"
mount --bind "$programs" "$root/usr/bin"
mount -t tmpfs -o noexec none "$root/etc"
mkdir -p "$root/etc/libvirt/hooks"
mount -t tmpfs none "$root/etc/libvirt/hooks"
mount -t tmpfs -o noexec none "$root/dev"
touch "$root/dev/null"
mount --bind /dev/null "$root/dev/null"
ln -s "$log" "$root/dev/log"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C chroot "$root" /bin/sh -c "$@"
"#;

/// A command in the namespace, whose `/usr/bin` has a shell, OVN's clients and qdns.
fn confined(nb: &Nb, script: &str) -> Result<Command> {
    let (root, programs) = (nb.dir().join("root"), nb.dir().join("programs"));
    for directory in [&root, &programs] {
        std::fs::create_dir_all(directory)?;
    }
    for program in ["sh", "logger", "mkdir", "ovn-nbctl", "ovsdb-client"] {
        install(&Path::new("/usr/bin").join(program), &programs.join(program))?;
    }
    install_qdns(&programs.join("qdns"))?;
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-c", CONFINED, "sh"]).args([root, programs, nb.dir().join("log")]);
    unshare.args([script, "sh", env!("CARGO_BIN_EXE_qdns"), &nb.remote()]);
    Ok(unshare)
}

const STARTED: &str = "/etc/libvirt/hooks/qemu.d/qdns web started begin -";

#[test]
fn the_hook_registers_a_machine() -> Result<()> {
    let nb = nets()?;
    let install = r#"qdns hook install libvirt --db "$2" >&2"#;
    let said = hook(confined(&nb, &format!("{install} && {STARTED}"))?, &domain("web", &[P1]))?;
    snapshot!(said, @"
    Wrote /etc/libvirt/hooks/qemu.d/qdns; restart libvirt if it had no hooks before
    To see that it works, start a machine: qdns record ls shows its name, or journalctl -t qdns says why not
    ");
    snapshot!(hosts(&nb), @"web	web.internal	10.0.0.1	net1	dynamic");
    Ok(())
}

/// A qdns that was outside of `/usr/bin` before libvirt was confined.
#[test]
fn a_hook_that_may_not_run_qdns_says_so() -> Result<()> {
    let nb = nets()?;
    let log = UnixDatagram::bind(nb.dir().join("log"))?;
    log.set_read_timeout(Some(Duration::from_secs(10)))?;
    let directory = nb.dir().join("hooks");
    nb.qdns(&format!("hook install libvirt --db {} --dir {}", nb.remote(), directory.display())).ok();
    let move_it = format!(
        r#"mkdir /etc/libvirt/hooks/qemu.d && while read -r line; do printf '%s\n' "$line"; done <{}/qdns >/etc/libvirt/hooks/qemu.d/qdns"#,
        directory.display()
    );
    let run_it = STARTED.replacen("/etc", "sh /etc", 1);
    let said = hook(confined(&nb, &format!("{move_it} && {run_it}"))?, &domain("web", &[P1]))?;
    snapshot!(said, @"/etc/libvirt/hooks/qemu.d/qdns: 4: [QDNS]: Permission denied");
    let mut message = [0; 1000];
    let length = log.recv(&mut message)?;
    let message = String::from_utf8_lossy(&message[..length]);
    let (_, message) = message.split_once("qdns: ").context("a message of qdns")?;
    snapshot!(message, @"[QDNS] ended with code 126 and registered no name; 126 and 127 mean that libvirt cannot run it: put it where libvirt may, such as /usr/bin, and install the hook again");
    assert_eq!(hosts(&nb), "");
    Ok(())
}

/// The rules are not weaker than those of the profile.
#[test]
fn other_programs_are_not_run() -> Result<()> {
    let nb = nets()?;
    let tried = run(&mut confined(&nb, r#"qdns --version >/dev/null && "$1" --version"#)?);
    snapshot!(tried, @"
    ----- stderr -----
    sh: 1: [QDNS]: Permission denied
    ----- exit 126 -----
    ");
    Ok(())
}
