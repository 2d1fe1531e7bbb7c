//! A whole OVN: databases, ovn-northd, ovs-vswitchd and ovn-controller, in namespaces of their own.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::guest::{Addressing, Guest};
use super::home::Home;
use super::nb::nbctl_command;
use super::ovsdb::{Schema, Server};
use super::place::{Daemon, Place};
use super::process::{Ran, must, run, wait_for};
use super::space::Space;

/// The name of the lab's only chassis, for `options:chassis`.
pub const CHASSIS: &str = "hv1";

/// A running OVN. Dropping it ends all of it, guests included.
pub struct Lab {
    core: Arc<Core>,
}

/// What the lab shares with its guests.
pub struct Core {
    controller: Mutex<Option<Daemon>>,
    _vswitchd: Daemon,
    northd: Mutex<Option<Daemon>>,
    ovs: Server,
    sb: Server,
    nb: Server,
    nbctl: PathBuf,
    counter: AtomicU32,
    pub place: Place,
    home: Home,
}

impl Lab {
    /// Boots the release that `QDNS_LAB_ROOT` asks for; returns when the chassis is registered.
    pub fn start() -> Result<Self> {
        let home = Home::new()?;
        let place = Place::lab(home.path())?;
        let nb = Server::launch(&place, Schema::Northbound)?;
        let sb = Server::launch(&place, Schema::Southbound)?;
        let ovs = Server::launch(&place, Schema::OpenVSwitch)?;
        for server in [&nb, &sb, &ovs] {
            server.wait()?;
        }

        must(place.command("ovs-vsctl").args(["--no-wait", "init"]).args([
            "--",
            "set",
            "Open_vSwitch",
            ".",
            // Several labs share few processors.
            "other_config:n-handler-threads=1",
            "other_config:n-revalidator-threads=1",
            &format!("external_ids:system-id={CHASSIS}"),
            &format!("external_ids:hostname={CHASSIS}"),
            &format!("external_ids:ovn-remote={}", sb.remote()),
            "external_ids:ovn-encap-type=geneve",
            "external_ids:ovn-encap-ip=127.0.0.1",
            "external_ids:ovn-bridge-datapath-type=netdev",
            "--",
            "--may-exist",
            "add-br",
            "br-int",
            "--",
            "set",
            "Bridge",
            "br-int",
            "datapath_type=netdev",
            "fail-mode=secure",
        ]))?;
        let vswitchd = place.daemon(
            "ovs-vswitchd",
            "ovs-vswitchd",
            &["--pidfile", "--disable-system", &ovs.remote()],
        )?;
        let nbctl = place.release.nbctl_path(place.space.as_deref(), home.path())?;
        let core = Core {
            controller: Mutex::new(None),
            _vswitchd: vswitchd,
            northd: Mutex::new(None),
            ovs,
            sb,
            nb,
            nbctl,
            counter: AtomicU32::new(1),
            place,
            home,
        };
        core.start_northd()?;
        // A controller that finds no bridge comes back for it only a second later.
        let bridge = core.place.dir.join("br-int.mgmt");
        let ready = wait_for(Duration::from_secs(10), || UnixStream::connect(&bridge).is_ok());
        ensure!(ready, "no bridge: {}", core.place.said("ovs-vswitchd"));
        core.start_controller()?;
        let lab = Self { core: Arc::new(core) };
        let registered = wait_for(Duration::from_secs(20), || {
            !lab.sbctl(&["--bare", "--columns=name", "find", "Chassis", &format!("name={CHASSIS}")])
                .trim()
                .is_empty()
        });
        ensure!(registered, "no chassis: {}", lab.core.place.said("ovn-controller"));
        Ok(lab)
    }

    /// Everything of this lab is in here: databases, sockets, logs.
    pub fn dir(&self) -> &Path {
        self.core.home.path()
    }

    pub fn nb_remote(&self) -> String {
        self.core.nb.remote()
    }

    pub fn sb_remote(&self) -> String {
        self.core.sb.remote()
    }

    /// The environment in which OVN's tools, run from the machine, find this lab.
    pub fn env(&self) -> Vec<(String, String)> {
        self.core.place.env()
    }

    /// The ovn-nbctl of the release under test, to be run from the machine.
    pub fn nbctl_path(&self) -> &Path {
        &self.core.nbctl
    }

    /// The release's major and minor version, such as `(23, 3)`.
    pub fn version(&self) -> Result<(u32, u32)> {
        let text = must(Command::new(self.nbctl_path()).arg("--version"))?;
        let mut numbers = text
            .split_whitespace()
            .nth(1)
            .context("no version")?
            .split('.')
            .map_while(|part| part.parse().ok());
        Ok((numbers.next().context(text.clone())?, numbers.next().context(text.clone())?))
    }

    /// Runs ovn-nbctl, which must succeed; returns its standard output.
    #[track_caller]
    pub fn nbctl(&self, args: &[&str]) -> String {
        self.try_nbctl(args).ok()
    }

    #[track_caller]
    pub fn try_nbctl(&self, args: &[&str]) -> Output {
        self.core.nbctl(args)
    }

    #[track_caller]
    pub fn sbctl(&self, args: &[&str]) -> String {
        must(
            self.core
                .place
                .command("ovn-sbctl")
                .args(["--timeout=20", &format!("--db={}", self.sb_remote())])
                .args(args),
        )
        .unwrap()
    }

    /// Talks to `ovn-controller`, `ovn-northd` or `ovs-vswitchd`.
    #[track_caller]
    pub fn appctl(&self, target: &str, args: &[&str]) -> String {
        must(self.core.place.command("ovs-appctl").args(["--timeout=20", "-t", target]).args(args)).unwrap()
    }

    /// Waits until everything in the northbound database is in the data path.
    #[track_caller]
    pub fn hv_sync(&self) {
        self.nbctl(&["--timeout=30", "--wait=hv", "sync"]);
    }

    /// A program of the machine, run in the lab's namespaces; at most 60 s.
    #[track_caller]
    pub fn run_in(&self, argv: &[&str]) -> Output {
        run(self.command_in("timeout").args(["-k", "1", "60"]).args(argv)).unwrap()
    }

    /// A program of the machine in the lab's namespaces, to be started by the caller.
    pub fn command_in(&self, program: &str) -> Command {
        let mut command = self.core.space().command(program);
        command.envs(self.env());
        command
    }

    /// Attaches a machine to the logical port `port`; returns when the port is up.
    ///
    /// `mac` and the addresses are those of the guest's `eth0`: the logical port must exist, and allow them.
    pub fn guest(&self, name: &str, port: &str, mac: &str, addressing: Addressing) -> Result<Guest> {
        Guest::attach(&self.core, name, port, mac, addressing)
    }

    /// All rows of the northbound database.
    #[track_caller]
    pub fn dump(&self) -> String {
        self.core.nb.dump().unwrap()
    }

    pub fn kill_northd(&self) {
        *self.core.northd() = None;
    }

    pub fn start_northd(&self) -> Result<()> {
        self.core.start_northd()
    }

    /// The chassis is dead from now on: flows stay, nothing follows, nothing answers DNS or DHCP.
    pub fn kill_controller(&self) {
        *self.core.controller() = None;
    }

    pub fn start_controller(&self) -> Result<()> {
        self.core.start_controller()
    }

    /// Identities of the lab's namespaces, such as `net:[4026532001]`, to look for afterwards.
    pub fn namespaces(&self) -> Vec<PathBuf> {
        self.core.space().identities()
    }

    /// A number that the lab has not given out yet.
    pub(super) fn number(&self) -> u32 {
        self.core.number()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // Guests may still hold the core; what runs ends now all the same.
        self.core.space().kill();
    }
}

impl Core {
    pub fn space(&self) -> &Space {
        self.place.space.as_deref().expect("a lab has namespaces")
    }

    /// A number that no other caller got.
    pub fn number(&self) -> u32 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    #[track_caller]
    pub fn nbctl(&self, args: &[&str]) -> Output {
        run(&mut nbctl_command(&self.nbctl, &self.place, args)).unwrap()
    }

    pub fn vsctl(&self, args: &[&str]) -> Result<String> {
        must(
            self.place
                .command("ovs-vsctl")
                .args(["--timeout=20", &format!("--db={}", self.ovs.remote())])
                .args(args),
        )
    }

    pub fn musl_getaddrinfo(&self) -> Result<PathBuf> {
        let program = self.place.dir.join("getaddrinfo");
        if !program.exists() {
            let draft = self.place.dir.join(format!("getaddrinfo.{}", self.number()));
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/lab/getaddrinfo.c");
            must(
                Command::new("musl-gcc")
                    .args(["-static", "-O1", "-Wall", "-o"])
                    .args([&draft, &source])
                    .stdin(Stdio::null()),
            )?;
            fs::rename(draft, &program)?;
        }
        Ok(program)
    }

    fn start_northd(&self) -> Result<()> {
        *self.northd() = Some(self.place.daemon(
            "ovn-northd",
            "ovn-northd",
            &[
                "--pidfile",
                &format!("--ovnnb-db={}", self.nb.remote()),
                &format!("--ovnsb-db={}", self.sb.remote()),
            ],
        )?);
        Ok(())
    }

    fn start_controller(&self) -> Result<()> {
        let arguments = ["--pidfile", &self.ovs.remote()];
        *self.controller() = Some(self.place.daemon("ovn-controller", "ovn-controller", &arguments)?);
        Ok(())
    }

    fn northd(&self) -> MutexGuard<'_, Option<Daemon>> {
        self.northd.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn controller(&self) -> MutexGuard<'_, Option<Daemon>> {
        self.controller.lock().unwrap_or_else(|e| e.into_inner())
    }
}
