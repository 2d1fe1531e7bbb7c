//! A lone northbound database, and ovn-nbctl in daemon mode.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Result, ensure};

use super::home::Home;
use super::ovsdb::{Schema, Server};
use super::place::Place;
use super::process::{Ran, must, run, wait_for};
use super::space::Space;

/// A northbound database with nothing behind it: no ovn-northd, no chassis.
///
/// `--wait=sb` and `--wait=hv` therefore never return on it.
pub struct Nb {
    server: Server,
    place: Place,
    nbctl: PathBuf,
    home: Home,
}

impl Nb {
    pub fn start() -> Result<Self> {
        let home = Home::new()?;
        let place = Place::host(home.path())?;
        Self::serve(home, place, Schema::Northbound.file())
    }

    /// As [`Self::start`], with the release's schema changed.
    pub fn with_schema(change: impl Fn(&mut serde_json::Value)) -> Result<Self> {
        let home = Home::new()?;
        let place = Place::host(home.path())?;
        let text = must(place.command("cat").arg(Schema::Northbound.file()))?;
        let mut schema = serde_json::from_str(&text)?;
        change(&mut schema);
        let file = home.path().join("schema.json");
        std::fs::write(&file, schema.to_string())?;
        Self::serve(home, place, &file.display().to_string())
    }

    fn serve(home: Home, place: Place, schema: &str) -> Result<Self> {
        let server = Server::launch_with(&place, Schema::Northbound, schema)?;
        server.wait()?;
        let nbctl = place.release.nbctl_path(place.space.as_deref(), home.path())?;
        Ok(Self { server, place, nbctl, home })
    }

    pub fn dir(&self) -> &Path {
        self.home.path()
    }

    /// `unix:…/ovnnb_db.sock`
    pub fn remote(&self) -> String {
        self.server.remote()
    }

    /// The ovn-nbctl of the release under test, to be run from the machine.
    pub fn nbctl_path(&self) -> &Path {
        &self.nbctl
    }

    /// Runs ovn-nbctl, which must succeed; returns its standard output.
    #[track_caller]
    pub fn nbctl(&self, args: &[&str]) -> String {
        self.try_nbctl(args).ok()
    }

    #[track_caller]
    pub fn try_nbctl(&self, args: &[&str]) -> Output {
        run(&mut nbctl_command(&self.nbctl, &self.place, args)).unwrap()
    }

    /// All rows of all tables, to be compared before and after.
    #[track_caller]
    pub fn dump(&self) -> String {
        self.server.dump().unwrap()
    }

    /// The transactions of the database, with their comments.
    #[track_caller]
    pub fn show_log(&self) -> String {
        self.server.show_log().unwrap()
    }

    /// A southbound database with nothing in it.
    pub fn southbound(&self) -> Result<Southbound> {
        let server = Server::launch(&self.place, Schema::Southbound)?;
        server.wait()?;
        Ok(Southbound(server))
    }

    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Ends the server; [`Self::restart`] starts it again on the same data.
    pub fn kill(&self) {
        self.server.kill();
    }

    pub fn restart(&self) -> Result<()> {
        self.server.restart()
    }

    /// SIGSTOP: connections are accepted, nothing is answered.
    pub fn stop(&self) {
        self.server.stop();
    }

    pub fn cont(&self) {
        self.server.cont();
    }

    /// A backup of this database, which follows it and takes no writes; returns when it has caught up.
    pub fn backup(&self) -> Result<Self> {
        Self::following(&self.remote())
    }

    /// As [`Self::backup`], of any database that can be reached from the machine.
    pub fn following(active: &str) -> Result<Self> {
        let backup = Self::start()?;
        backup.server.follow(active)?;
        let active = format!("--db={active}");
        let same = wait_for(Duration::from_secs(10), || {
            let theirs = run(Command::new(&backup.nbctl).args([&active, "--timeout=20", "ls-list"]));
            theirs.is_ok_and(|theirs| backup.try_nbctl(&["ls-list"]).out() == theirs.out())
        });
        ensure!(same, "the backup does not follow");
        Ok(backup)
    }

    /// An ovn-nbctl daemon on this database.
    pub fn daemon(&self) -> Result<NbDaemon> {
        NbDaemon::start(&self.place)
    }
}

/// A southbound database that no ovn-northd fills.
pub struct Southbound(Server);

impl Southbound {
    pub fn remote(&self) -> String {
        self.0.remote()
    }
}

/// A direct ovn-nbctl on the northbound database of `place`, with a timeout of 20 s.
pub fn nbctl_command(nbctl: &Path, place: &Place, args: &[&str]) -> Command {
    let mut command = Command::new(nbctl);
    command
        .env_remove("OVN_NB_DAEMON")
        .env_remove("OVN_NBCTL_OPTIONS")
        .envs(place.env())
        .arg(format!("--db={}", place.remote(Schema::Northbound.name())));
    if !args.iter().any(|arg| arg.starts_with("--timeout")) {
        command.arg("--timeout=20");
    }
    command.args(args);
    command
}

/// `ovn-nbctl --detach`: what `OVN_NB_DAEMON` names. It ends on drop.
pub struct NbDaemon {
    socket: PathBuf,
    space: Space,
}

impl NbDaemon {
    pub fn start(place: &Place) -> Result<Self> {
        // It detaches from its parent and so from the signal of its death: namespaces hold it.
        let space = Space::lab(&place.dir, &place.release)?;
        let socket = place.dir.join(format!("nbctl.{}.ctl", space.init()));
        let inside = Place { space: None, ..place.clone() };
        let mut command = place.release.command(&space, "ovn-nbctl");
        must(
            command
                .env_remove("OVN_NB_DAEMON")
                .envs(inside.env())
                .arg(format!("--db={}", place.remote(Schema::Northbound.name())))
                .arg(format!("--unixctl={}", socket.display()))
                .args(["--detach", "-vconsole:off"]),
        )?;
        Ok(Self { socket, space })
    }

    /// The value for `OVN_NB_DAEMON`.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Ends the daemon without cleaning up, so that its socket stays behind, dead.
    pub fn kill(&self) {
        self.space.kill();
    }
}
