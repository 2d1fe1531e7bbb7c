//! A northbound database on a disk that can be filled.

use std::path::PathBuf;

use super::home::Home;
use super::nb::nbctl_command;
use super::place::{Daemon, Place};
use super::process::{Ran, must, run, wait_for};
use super::release::Release;
use super::space::ROOT;

/// The database's file is on a tmpfs of its own, which goes with the namespaces.
pub struct Full {
    _server: Daemon,
    place: Place,
    disk: PathBuf,
    home: Home,
}

impl Full {
    pub fn start() -> Self {
        let home = Home::new();
        let place = Place::lab(home.path());
        let space = place.space.as_ref().expect("namespaces");
        let disk = home.path().join("disk");
        std::fs::create_dir(&disk).unwrap();
        let root = match place.release {
            Release::Distribution => String::new(),
            Release::Root(_) => ROOT.to_owned(),
        };
        let seen = PathBuf::from(format!("{root}{}", disk.display()));
        must(space.command("mount").args(["-t", "tmpfs", "-o", "size=128k", "tmpfs"]).arg(&seen));
        let database = disk.join("nb.db").display().to_string();
        let schema = "/usr/share/ovn/ovn-nb.ovsschema";
        must(place.command("ovsdb-tool").args(["create", &database, schema]));
        let remote = format!("--remote=p{}", place.remote("ovnnb_db"));
        let unixctl = format!("--unixctl={}/nb.ctl", home.path().display());
        let server = place.daemon("ovsdb-server", "nb", &[&remote, &unixctl, &database]);
        let socket = home.path().join("ovnnb_db.sock");
        let up = wait_for(std::time::Duration::from_secs(10), || {
            std::os::unix::net::UnixStream::connect(&socket).is_ok()
        });
        assert!(up, "{}", place.said("nb"));
        Self { _server: server, place, disk: seen, home }
    }

    pub fn remote(&self) -> String {
        self.place.remote("ovnnb_db")
    }

    #[track_caller]
    pub fn nbctl(&self, args: &[&str]) -> String {
        let nbctl = self.place.release.nbctl_path(self.place.space.as_deref(), self.home.path());
        run(&mut nbctl_command(&nbctl, &self.place, args)).ok()
    }

    /// No room is left but what is left of the last block.
    pub fn fill(&self) {
        let script = "dd if=/dev/zero of=\"$1/filler\" bs=1k 2>/dev/null; :";
        self.sh(script);
    }

    pub fn make_room(&self) {
        self.sh("rm \"$1/filler\"");
    }

    fn sh(&self, script: &str) {
        let space = self.place.space.as_ref().expect("namespaces");
        must(space.command("sh").args(["-c", script, "sh"]).arg(&self.disk));
    }
}
