//! A northbound database behind TLS and TCP on loopback, with certificates of its own CA.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::home::{Home, executable};
use super::place::{Daemon, Place};
use super::process::{must, wait_for};
use super::release::Release;
use super::space::ROOT;

/// A database that only answers clients whose certificate is of the CA called `good`.
pub struct Secured {
    _server: Daemon,
    place: Place,
    home: Home,
    ssl: String,
    tcp: String,
}

impl Secured {
    /// The server shows the certificate called `server`: `server`, or one that is `expired`.
    pub fn start(server: &str) -> Result<Self> {
        let home = Home::new()?;
        let place = Place::lab(home.path())?;
        for authority in ["good", "other"] {
            authority_of(home.path(), authority)?;
        }
        for (name, authority, days) in [
            ("server", "good", "30"),
            ("client", "good", "30"),
            ("expired", "good", "-1"),
            ("stranger", "other", "30"),
        ] {
            certificate(home.path(), name, authority, days)?;
        }
        let file = |name: &str| home.path().join(name).display().to_string();
        let database = file("nb.db");
        let schema = "/usr/share/ovn/ovn-nb.ovsschema";
        must(place.command("ovsdb-tool").args(["create", &database, schema]))?;
        let daemon = place.daemon(
            "ovsdb-server",
            "nb",
            &[
                "--remote=pssl:0:127.0.0.1",
                &format!("--private-key={}", file(&format!("{server}.key"))),
                &format!("--certificate={}", file(&format!("{server}.pem"))),
                &format!("--ca-cert={}", file("good-ca.pem")),
                &format!("--unixctl={}", file("nb.ctl")),
                &database,
            ],
        )?;
        let ssl = listening(&place, 1)?;
        let ctl = file("nb.ctl");
        ensure!(wait_for(Duration::from_secs(10), || UnixStream::connect(&ctl).is_ok()), "no {ctl}");
        must(place.command("ovs-appctl").args(["-t", &ctl, "ovsdb-server/add-remote", "ptcp:0:127.0.0.1"]))?;
        let tcp = listening(&place, 2)?;
        Ok(Self { _server: daemon, place, home, ssl, tcp })
    }

    pub fn dir(&self) -> &Path {
        self.home.path()
    }

    /// `127.0.0.1:PORT` that speaks TLS.
    pub fn ssl(&self) -> &str {
        &self.ssl
    }

    /// `127.0.0.1:PORT` that does not.
    pub fn tcp(&self) -> &str {
        &self.tcp
    }

    /// An ovn-nbctl that sees this loopback.
    pub fn nbctl_path(&self) -> Result<PathBuf> {
        let path = self.home.path().join("ovn-nbctl");
        let init = self.place.space.as_ref().context("namespaces")?.init();
        let (enter, root) = match self.place.release {
            Release::Distribution => ("--net", String::new()),
            Release::Root(_) => ("--net --mount", format!("chroot {ROOT} ")),
        };
        let script = format!("#!/bin/sh\nexec nsenter --target {init} {enter} -- {root}ovn-nbctl \"$@\"\n");
        executable(&path, &script)?;
        Ok(path)
    }
}

/// The port of the `number`th listener, as the server's log has it.
fn listening(place: &Place, number: usize) -> Result<String> {
    let log = place.dir.join("nb.log");
    let mut port = None;
    wait_for(Duration::from_secs(10), || {
        let text = fs::read_to_string(&log).unwrap_or_default();
        let mut ports = text.lines().filter_map(|line| line.split_once("listening on port "));
        port = ports.nth(number - 1).map(|(_, port)| format!("127.0.0.1:{}", port.trim()));
        port.is_some()
    });
    port.with_context(|| format!("no listener: {}", place.said("nb")))
}

fn authority_of(dir: &Path, name: &str) -> Result<()> {
    must(
        openssl(dir)
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
            .args([
                "-nodes",
                "-keyout",
                &format!("{name}-ca.key"),
                "-out",
                &format!("{name}-ca.pem"),
                "-subj",
                &format!("/CN={name}"),
            ]),
    )?;
    Ok(())
}

fn certificate(dir: &Path, name: &str, authority: &str, days: &str) -> Result<()> {
    let (key, request) = (format!("{name}.key"), format!("{name}.csr"));
    must(
        openssl(dir)
            .args(["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
            .args(["-keyout", &key, "-out", &request, "-subj", &format!("/CN={name}")]),
    )?;
    must(openssl(dir).args(["x509", "-req", "-in", &request, "-days", days, "-CAcreateserial"]).args([
        "-CA",
        &format!("{authority}-ca.pem"),
        "-CAkey",
        &format!("{authority}-ca.key"),
        "-out",
        &format!("{name}.pem"),
    ]))?;
    Ok(())
}

fn openssl(dir: &Path) -> Command {
    let mut command = Command::new("openssl");
    command.current_dir(dir);
    command
}
