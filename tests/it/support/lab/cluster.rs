//! A northbound database of three servers that elect their leader (RAFT).

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::home::Home;
use super::nb::nbctl_command;
use super::place::{Daemon, Place};
use super::process::{Ran, must, run, wait_for};

const DATABASE: &str = "OVN_Northbound";
const SCHEMA: &str = "/usr/share/ovn/ovn-nb.ovsschema";

/// Three servers. One may be dead and the others go on.
pub struct Cluster {
    servers: Mutex<Vec<Option<Daemon>>>,
    place: Place,
    nbctl: PathBuf,
    _home: Home,
}

impl Cluster {
    /// Returns when all three are members.
    pub fn start() -> Result<Self> {
        let home = Home::new()?;
        let place = Place::host(home.path())?;
        let nbctl = place.release.nbctl_path(place.space.as_deref(), home.path())?;
        let cluster = Self { servers: Mutex::new(vec![None, None, None]), place, nbctl, _home: home };
        for server in 0..3 {
            let (file, own, first) = (cluster.file(server, "db"), cluster.raft(server), cluster.raft(0));
            let mut tool = cluster.place.command("ovsdb-tool");
            must(match server {
                0 => tool.args(["create-cluster", &file, SCHEMA, &own]),
                _ => tool.args(["join-cluster", &file, DATABASE, &own, &first]),
            })?;
            cluster.serve(server)?;
            let joined = wait_for(Duration::from_secs(20), || {
                let status = cluster.status(server);
                status.contains("Status: cluster member") && !status.contains("Leader: unknown")
            });
            ensure!(joined, "{}", cluster.place.said(&format!("nb{server}")));
        }
        Ok(cluster)
    }

    /// All three, as `--db` takes them.
    pub fn remotes(&self) -> String {
        (0..3).map(|server| self.remote(server)).collect::<Vec<_>>().join(",")
    }

    /// One of them.
    pub fn remote(&self, server: usize) -> String {
        format!("unix:{}", self.file(server, "sock"))
    }

    /// Which server leads, once one does.
    pub fn leader(&self) -> Result<usize> {
        let mut leader = None;
        wait_for(Duration::from_secs(20), || {
            leader = (0..3).find(|server| self.status(*server).contains("Role: leader"));
            leader.is_some()
        });
        leader.context("no server leads")
    }

    /// SIGKILL; the data stays.
    pub fn kill(&self, server: usize) {
        self.servers()[server] = None;
    }

    /// SIGSTOP: connections are accepted, nothing is answered.
    pub fn stop(&self, server: usize) {
        self.servers()[server].as_ref().expect("a running server").stop();
    }

    pub fn cont(&self, server: usize) {
        self.servers()[server].as_ref().expect("a running server").cont();
    }

    /// Starts a server again on its data.
    pub fn serve(&self, server: usize) -> Result<()> {
        let _ = std::fs::remove_file(self.file(server, "sock"));
        let args = [
            format!("--remote=punix:{}", self.file(server, "sock")),
            format!("--unixctl={}", self.file(server, "ctl")),
            self.file(server, "db"),
        ];
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let daemon = self.place.daemon("ovsdb-server", &format!("nb{server}"), &args)?;
        self.servers()[server] = Some(daemon);
        Ok(())
    }

    #[track_caller]
    pub fn nbctl(&self, args: &[&str]) -> String {
        self.nbctl_at(&self.remotes(), args)
    }

    #[track_caller]
    pub fn nbctl_at(&self, remotes: &str, args: &[&str]) -> String {
        let remotes = format!("--db={remotes}");
        must(&mut nbctl_command(&self.nbctl, &self.place, &[&[remotes.as_str()], args].concat())).unwrap()
    }

    fn status(&self, server: usize) -> String {
        let mut appctl: Command = self.place.command("ovs-appctl");
        let ctl = self.file(server, "ctl");
        let status = run(appctl.args(["--timeout=2", "-t", &ctl, "cluster/status", DATABASE]));
        status.map(|status| status.out()).unwrap_or_default()
    }

    fn raft(&self, server: usize) -> String {
        format!("unix:{}", self.file(server, "raft"))
    }

    fn file(&self, server: usize, kind: &str) -> String {
        self.place.dir.join(format!("nb{server}.{kind}")).display().to_string()
    }

    fn servers(&self) -> MutexGuard<'_, Vec<Option<Daemon>>> {
        self.servers.lock().unwrap_or_else(|e| e.into_inner())
    }
}
