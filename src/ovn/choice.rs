//! Which of OVN's two clients reads rows and writes: the one rule.
//!
//! ovn-nbctl copies whole tables; ovsdb-client reads single rows and writes conditional transactions. Whole tables are
//! read with ovn-nbctl in any case.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;

use super::northbound::{Northbound, Wait};
use super::ovsdb_client::OvsdbClient;
use super::program::Program;
use crate::error::{Error, Kind};

/// The client for rows and for changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Client {
    /// ovsdb-client where it reaches the same database as ovn-nbctl, else ovn-nbctl
    #[default]
    Auto,
    /// Always ovn-nbctl
    #[value(name = "ovn-nbctl")]
    Northbound,
    /// Always ovsdb-client
    #[value(name = "ovsdb-client")]
    Ovsdb,
}

impl Northbound {
    /// Chooses the client for rows. By default it is ovsdb-client, except where only ovn-nbctl can do the work
    /// (`--wait`), where a daemon has a copy of the database, and where ovn-nbctl may reach another database: if it is
    /// not the machine's own program but a wrapper, such as one that runs in a container.
    pub fn choose(&mut self, client: Client, ovsdb_client: &Program) {
        let is_chosen = match client {
            Client::Auto => {
                !self.has_daemon()
                    && self.wait == Wait::None
                    && self.runs_own_program()
                    && ovsdb_client.find().is_some()
            }
            Client::Northbound => false,
            Client::Ovsdb => self.wait == Wait::None,
        };
        self.rows = is_chosen.then(|| self.client(ovsdb_client, client == Client::Ovsdb));
    }

    /// ovsdb-client for the same database.
    pub(super) fn client(&self, ovsdb_client: &Program, is_fixed: bool) -> OvsdbClient {
        OvsdbClient {
            program: ovsdb_client.clone(),
            remote: self.remote(),
            connection: self.connection.clone(),
            timeout: self.timeout,
            echo: self.echo,
            is_fixed,
        }
    }

    /// Whether ovn-nbctl is the machine's own program, not one that runs it elsewhere.
    pub fn runs_own_program(&self) -> bool {
        is_own_program(&self.program)
    }

    /// The database's address by the rules of ovn-nbctl(8).
    pub fn remote(&self) -> String {
        let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
        self.db.clone().or_else(|| variable("OVN_NB_DB")).unwrap_or_else(|| {
            let directory = variable("OVN_RUNDIR").unwrap_or_else(|| "/var/run/ovn".to_owned());
            format!("unix:{directory}/ovnnb_db.sock")
        })
    }

    /// Whether ovn-nbctl repeats a read that failed with ovsdb-client. It may reach the database, and its messages say more.
    pub(super) fn may_fall_back(&self, error: &Error) -> bool {
        let is_fixed = self.rows.as_ref().is_some_and(|client| client.is_fixed);
        !is_fixed
            && matches!(
                error.kind,
                Kind::Unreachable | Kind::Permission | Kind::NoSuchBinary | Kind::Garbage | Kind::Rejected
            )
    }
}

/// Whether a program is ovn-nbctl itself: an ELF file (elf(5)) under its own name.
fn is_own_program(nbctl: &Program) -> bool {
    let Some(path) = nbctl.find().filter(|_| !nbctl.is_wrapped()) else { return false };
    let mut magic = [0; 4];
    let read = File::open(&path).and_then(|mut file| file.read_exact(&mut magic));
    path.file_name() == Some(OsStr::new("ovn-nbctl")) && read.is_ok() && magic == *b"\x7fELF"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_script_is_a_wrapper() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ovn-nbctl");
        for (text, is_own) in [("#!/bin/sh\n", false), ("\x7fELF...", true)] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            assert_eq!(is_own_program(&Program::named(&path)), is_own, "{text}");
        }
        for command in
            ["sh".to_owned(), "/nonexistent/ovn-nbctl".to_owned(), format!("sudo {}", path.display())]
        {
            assert!(!is_own_program(&Program::parse(command.as_ref()).unwrap()), "{command}");
        }
    }

    #[test]
    fn a_chosen_client_is_used_unless_ovn_nbctl_must_wait() {
        let ovsdb_client = Program::named("ovsdb-client");
        let program = Program::named("no-such-program");
        let mut nb = Northbound { program, timeout: 1, ..Northbound::default() };
        nb.choose(Client::Ovsdb, &ovsdb_client);
        assert!(nb.rows.is_some());
        nb.wait = Wait::Sb;
        nb.choose(Client::Ovsdb, &ovsdb_client);
        assert!(nb.rows.is_none());
        nb.wait = Wait::None;
        nb.choose(Client::Auto, &ovsdb_client);
        assert!(nb.rows.is_none());
    }
}
