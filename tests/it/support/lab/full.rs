//! A northbound database on a disk that can be filled.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use super::home::Home;
use super::nb::nbctl_command;
use super::place::{Daemon, Place};
use super::process::{must, wait_for};
use super::release::Release;
use super::space::ROOT;

/// The database's file is on a tmpfs of its own, which goes with the namespaces.
pub struct Full {
    _server: Daemon,
    place: Place,
    disk: PathBuf,
    nbctl: PathBuf,
    _home: Home,
}

impl Full {
    pub fn start() -> Result<Self> {
        let home = Home::new()?;
        let place = Place::lab(home.path())?;
        let space = place.space.as_ref().context("namespaces")?;
        let disk = home.path().join("disk");
        std::fs::create_dir(&disk)?;
        let root = match place.release {
            Release::Distribution => String::new(),
            Release::Root(_) => ROOT.to_owned(),
        };
        let seen = PathBuf::from(format!("{root}{}", disk.display()));
        must(space.command("mount").args(["-t", "tmpfs", "-o", "size=128k", "tmpfs"]).arg(&seen))?;
        let database = disk.join("nb.db").display().to_string();
        let schema = "/usr/share/ovn/ovn-nb.ovsschema";
        must(place.command("ovsdb-tool").args(["create", &database, schema]))?;
        let remote = format!("--remote=p{}", place.remote("ovnnb_db"));
        let unixctl = format!("--unixctl={}/nb.ctl", home.path().display());
        let server = place.daemon("ovsdb-server", "nb", &[&remote, &unixctl, &database])?;
        let socket = home.path().join("ovnnb_db.sock");
        let up = wait_for(std::time::Duration::from_secs(10), || {
            std::os::unix::net::UnixStream::connect(&socket).is_ok()
        });
        ensure!(up, "{}", place.said("nb"));
        let nbctl = place.release.nbctl_path(place.space.as_deref(), home.path())?;
        Ok(Self { _server: server, place, disk: seen, nbctl, _home: home })
    }

    pub fn remote(&self) -> String {
        self.place.remote("ovnnb_db")
    }

    #[track_caller]
    pub fn nbctl(&self, args: &[&str]) -> String {
        must(&mut nbctl_command(&self.nbctl, &self.place, args)).unwrap()
    }

    /// No room is left but what is left of the last block.
    pub fn fill(&self) -> Result<()> {
        self.sh("dd if=/dev/zero of=\"$1/filler\" bs=1k 2>/dev/null; :")
    }

    pub fn make_room(&self) -> Result<()> {
        self.sh("rm \"$1/filler\"")
    }

    fn sh(&self, script: &str) -> Result<()> {
        let space = self.place.space.as_ref().context("namespaces")?;
        must(space.command("sh").args(["-c", script, "sh"]).arg(&self.disk))?;
        Ok(())
    }
}
