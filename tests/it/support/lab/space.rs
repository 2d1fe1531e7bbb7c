//! Namespaces held by one process: when it goes, all that lives in them goes.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context as _, Result, bail};

use super::process::{self, child_of, mortal, signal, spawn};
use super::release::Release;

/// Where another release's root is mounted inside a lab.
pub const ROOT: &str = "/run/lab/root";

/// Hides the machine from the lab: a private `/run`, an `/etc` whose changes stay here, and the other
/// root, if any ($2), with the lab's directory ($1) at the same path inside.
const LAB: &str = r#"
ip link set lo up
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lab/etc /run/lab/etc.work /run/lab/upper /run/lab/upper.work /run/lab/root
mount -t overlay -o lowerdir=/etc,upperdir=/run/lab/etc,workdir=/run/lab/etc.work overlay /etc
rm -f /etc/resolv.conf /etc/nsswitch.conf
: > /etc/resolv.conf
echo 'hosts: files dns' > /etc/nsswitch.conf
grep -q '^systemd-resolve:' /etc/passwd || echo 'systemd-resolve:x:64053:64053::/:/usr/sbin/nologin' >> /etc/passwd
if [ -n "$2" ]; then
    root=/run/lab/root
    mount -t overlay -o "lowerdir=$2,upperdir=/run/lab/upper,workdir=/run/lab/upper.work" overlay "$root"
    mount --rbind /dev "$root/dev"
    mount --rbind /sys "$root/sys"
    mount --rbind /proc "$root/proc"
    mkdir -p "$root$1"
    mount --bind "$1" "$root$1"
fi
"#;

/// A machine of its own in the lab, with its own resolv.conf ($1).
const GUEST: &str = r#"
ip link set lo up
mount --bind "$1" /etc/resolv.conf
"#;

/// The first process of a space: says that it is ready, then reaps.
const REAP: &str = "echo ready; exec >/dev/null 2>&1; while :; do sleep 86400 & wait $!; done";

/// A set of mount, network and process namespaces, alive as long as its first process.
pub struct Space {
    holder: Mutex<Child>,
    init: u32,
}

impl Space {
    /// The namespaces of a lab, or of a lone database of another release, whose directory is `dir`.
    pub fn lab(dir: &Path, release: &Release) -> Result<Self> {
        let root = match release {
            Release::Distribution => OsStr::new(""),
            Release::Root(root) => root.as_os_str(),
        };
        Self::start(mortal("unshare"), 1, LAB, &[dir.as_os_str(), root])
    }

    /// Namespaces of a guest, inside those of the lab.
    pub fn guest(&self, resolv_conf: &Path) -> Result<Self> {
        Self::start(self.command("unshare"), 2, GUEST, &[resolv_conf.as_os_str()])
    }

    /// `unshare` is a command that ends in that word; the first process is `depth` forks below it.
    fn start(mut unshare: Command, depth: usize, script: &str, args: &[&OsStr]) -> Result<Self> {
        unshare
            .args(["--mount", "--net", "--pid", "--mount-proc", "--fork"])
            .args(["--kill-child=KILL", "--propagation", "private", "--"])
            .args(["sh", "-ec", &format!("{script}{REAP}"), "space"])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut holder = spawn(unshare)?;
        let mut line = String::new();
        BufReader::new(holder.stdout.take().context("a pipe")?).read_line(&mut line)?;
        if line != "ready\n" {
            let mut why = String::new();
            let _ = holder.stderr.take().context("a pipe")?.read_to_string(&mut why);
            let _ = holder.wait();
            bail!("no namespaces for the lab (it needs root): {why}");
        }
        let init = (0..depth)
            .try_fold(holder.id(), |pid, _| child_of(pid))
            .context("the first process of the namespaces")?;
        Ok(Self { holder: Mutex::new(holder), init })
    }

    /// The first process, as the machine counts.
    pub fn init(&self) -> u32 {
        self.init
    }

    /// A command inside.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command
            .args(["--target", &self.init.to_string()])
            .args(["--mount", "--net", "--pid", "--", program])
            .stdin(Stdio::null());
        command
    }

    /// `ip` in this network namespace, but counting processes as the machine does.
    pub fn ip(&self, args: &[&str]) -> Result<()> {
        process::must(
            Command::new("nsenter")
                .args(["--target", &self.init.to_string(), "--net", "--", "ip"])
                .args(args),
        )?;
        Ok(())
    }

    /// Identities of the namespaces, such as `net:[4026532001]`.
    pub fn identities(&self) -> Vec<PathBuf> {
        ["mnt", "net", "pid"]
            .iter()
            .filter_map(|kind| fs::read_link(format!("/proc/{}/ns/{kind}", self.init)).ok())
            .collect()
    }

    /// Ends everything inside; returns when it is gone.
    pub fn kill(&self) {
        let mut holder = self.holder.lock().unwrap_or_else(|e| e.into_inner());
        if let Ok(None) = holder.try_wait() {
            signal("KILL", self.init);
            let _ = holder.wait();
        }
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        self.kill();
    }
}
