//! An ovsdb-server: the one way to start a database of OVN or of Open vSwitch.

use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use anyhow::{Result, ensure};

use super::place::{Daemon, Place};
use super::process::{must, wait_for};

/// Which database a server holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Schema {
    Northbound,
    Southbound,
    OpenVSwitch,
}

impl Schema {
    /// The name of its file, socket and log, as OVN's own scripts have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Northbound => "ovnnb_db",
            Self::Southbound => "ovnsb_db",
            Self::OpenVSwitch => "db",
        }
    }

    pub fn file(self) -> &'static str {
        match self {
            Self::Northbound => "/usr/share/ovn/ovn-nb.ovsschema",
            Self::Southbound => "/usr/share/ovn/ovn-sb.ovsschema",
            Self::OpenVSwitch => "/usr/share/openvswitch/vswitch.ovsschema",
        }
    }

    fn database(self) -> &'static str {
        match self {
            Self::Northbound => "OVN_Northbound",
            Self::Southbound => "OVN_Southbound",
            Self::OpenVSwitch => "Open_vSwitch",
        }
    }
}

/// A database and the process that serves it.
pub struct Server {
    place: Place,
    schema: Schema,
    daemon: Mutex<Option<Daemon>>,
}

impl Server {
    /// Creates an empty database in the place's directory and starts its server; see [`Self::wait`].
    pub fn launch(place: &Place, schema: Schema) -> Result<Self> {
        Self::launch_with(place, schema, schema.file())
    }

    /// As [`Self::launch`], with the schema in a file of the caller's.
    pub fn launch_with(place: &Place, schema: Schema, text: &str) -> Result<Self> {
        let server = Self { place: place.clone(), schema, daemon: Mutex::new(None) };
        let file = server.file();
        must(place.command("ovsdb-tool").arg("create").arg(file).arg(text))?;
        server.serve()?;
        Ok(server)
    }

    /// Waits until the server answers.
    pub fn wait(&self) -> Result<()> {
        let socket = self.socket();
        let up = wait_for(Duration::from_secs(10), || UnixStream::connect(&socket).is_ok());
        ensure!(up, "{:?}: {}", self.schema, self.said());
        Ok(())
    }

    pub fn remote(&self) -> String {
        self.place.remote(self.schema.name())
    }

    /// The process, as the machine counts.
    pub fn pid(&self) -> u32 {
        self.daemon().as_ref().expect("a running server").pid()
    }

    /// Ends the server; the database stays.
    pub fn kill(&self) {
        *self.daemon() = None;
    }

    /// Starts the server again, on the same file and socket; returns when it answers.
    pub fn restart(&self) -> Result<()> {
        self.kill();
        let _ = std::fs::remove_file(self.socket());
        self.serve()?;
        self.wait()
    }

    pub fn stop(&self) {
        self.daemon().as_ref().expect("a running server").stop();
    }

    pub fn cont(&self) {
        self.daemon().as_ref().expect("a running server").cont();
    }

    /// All rows of all tables, in an order that depends on nothing but them.
    pub fn dump(&self) -> Result<String> {
        must(
            self.place
                .command("timeout")
                .args(["20", "ovsdb-client", "dump"])
                .args([&self.remote(), self.schema.database()]),
        )
    }

    /// Every transaction, with its comments.
    pub fn show_log(&self) -> Result<String> {
        must(self.place.command("ovsdb-tool").args(["show-log", "-m"]).arg(self.file()))
    }

    /// Becomes a backup of the server behind `active` (ovsdb-server(1), "Active-Backup").
    pub fn follow(&self, active: &str) -> Result<()> {
        let ctl = self.place.dir.join(format!("{}.ctl", self.schema.name()));
        // The server listens for commands a moment after it listens for clients.
        ensure!(
            wait_for(Duration::from_secs(10), || UnixStream::connect(&ctl).is_ok()),
            "no {}",
            ctl.display()
        );
        let ctl = ctl.display().to_string();
        for command in [
            &["ovsdb-server/set-active-ovsdb-server", active][..],
            &["ovsdb-server/connect-active-ovsdb-server"],
        ] {
            must(self.place.command("ovs-appctl").args(["-t", &ctl]).args(command))?;
        }
        Ok(())
    }

    fn serve(&self) -> Result<()> {
        let dir = self.place.dir.display();
        let name = self.schema.name();
        *self.daemon() = Some(self.place.daemon(
            "ovsdb-server",
            name,
            &[
                &format!("--remote=p{}", self.remote()),
                &format!("--unixctl={dir}/{name}.ctl"),
                &self.file().display().to_string(),
            ],
        )?);
        Ok(())
    }

    fn file(&self) -> PathBuf {
        self.place.dir.join(format!("{}.db", self.schema.name()))
    }

    fn socket(&self) -> PathBuf {
        self.place.dir.join(format!("{}.sock", self.schema.name()))
    }

    fn said(&self) -> String {
        self.place.said(self.schema.name())
    }

    fn daemon(&self) -> MutexGuard<'_, Option<Daemon>> {
        self.daemon.lock().unwrap_or_else(|e| e.into_inner())
    }
}
