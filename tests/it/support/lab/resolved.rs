//! A real systemd-resolved in a guest, asked as the guest's programs ask it: by nss-resolve(8).

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::guest::Guest;
use super::process::wait_for;

/// A directory of its own for the sockets: all guests share the lab's /run. The daemon asks the resolvers of
/// /etc/resolv.conf.
const START: &str = "
mkdir -p /run/systemd
mount -t tmpfs -o mode=755 tmpfs /run/systemd
mkdir -p /run/systemd/resolved.conf.d
printf '[Resolve]\\nLLMNR=no\\nMulticastDNS=no\\nFallbackDNS=\\nDNSSEC=no\\nCache=no\\n' > /run/systemd/resolved.conf.d/lab.conf
exec \"$1\"
";

/// A running systemd-resolved. It ends on drop, or with its guest.
pub struct Resolved {
    daemon: Child,
    libraries: PathBuf,
}

impl Resolved {
    /// Returns when it listens.
    pub fn start(guest: &Guest) -> Result<Self> {
        let root = unpacked();
        let program = root.join("lib/systemd/systemd-resolved");
        ensure!(program.exists(), "{}: tests/setup.sh unpacks it", program.display());
        let mut directories = fs::read_dir(root.join("usr/lib"))?.flatten().map(|entry| entry.path());
        let libraries = directories.find(|path| path.join("libnss_resolve.so.2").exists());
        let libraries = libraries.context("libnss_resolve.so.2: tests/setup.sh unpacks it")?;
        let log = guest.dir().join("resolved.log");
        let mut command = guest.command("sh");
        command.args(["-ec", START, "sh"]).arg(&program);
        let daemon = command.stdout(Stdio::null()).stderr(fs::File::create(&log)?).spawn()?;
        let mut resolved = Self { daemon, libraries };
        let is_up = wait_for(Duration::from_secs(20), || {
            guest.run(&["test", "-S", "/run/systemd/resolve/io.systemd.Resolve"]).status.success()
        });
        let has_ended = resolved.daemon.try_wait()?.is_some();
        ensure!(is_up && !has_ended, "{}", fs::read_to_string(&log)?);
        Ok(resolved)
    }

    /// The command that prints the addresses that a program in the guest gets.
    pub fn getent(&self, name: &str) -> String {
        format!("env LD_LIBRARY_PATH={} getent -s hosts:resolve ahosts {name}", self.libraries.display())
    }
}

impl Drop for Resolved {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Where `tests/setup.sh` unpacks the packages, which are not installed: they would take over the machine's resolv.conf.
fn unpacked() -> PathBuf {
    let roots = env::var_os("QDNS_LAB_ROOTS").map_or_else(|| "/var/cache/qdns-lab".into(), PathBuf::from);
    roots.join("resolved")
}
