//! A guest: a machine of its own on one logical port.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use anyhow::{Result, bail};

use super::ovn::Core;
use super::process::{Ran, run};
use super::space::Space;

/// How a guest comes by its addresses.
#[derive(Clone, Copy, Debug)]
pub enum Addressing<'a> {
    /// Set from the start.
    Static {
        /// With prefix length, IPv4 or IPv6: `10.0.0.11/24`.
        ips: &'a [&'a str],
        /// At most one for each family.
        gateways: &'a [&'a str],
        nameservers: &'a [&'a str],
    },
    /// None yet; [`Guest::dhcp`] gets one.
    None,
}

/// Applies what the DHCP server gave, and keeps all of it for the test: $lab_conf and $lab_lease are set by the caller.
const UDHCPC_SCRIPT: &str = r#"#!/bin/sh
case "$1" in
bound|renew)
    ip -4 addr flush dev "$interface" scope global
    ip addr add "$ip/${mask:-24}" dev "$interface"
    for gateway in $router; do ip route replace default via "$gateway"; done
    {
        [ -z "$search$domain" ] || echo "search ${search:-$domain}"
        for server in $dns; do echo "nameserver $server"; done
    } > "$lab_conf"
    env > "$lab_lease"
    ;;
esac
"#;

/// What udhcpc was given.
#[derive(Clone, Debug)]
pub struct Lease(BTreeMap<String, String>);

impl Lease {
    /// A variable of udhcpc's script: `ip`, `mask`, `router`, `dns`, `domain`, `search`, `lease`, …
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The resolvers, in order.
    pub fn dns(&self) -> Vec<&str> {
        self.get("dns").unwrap_or("").split_whitespace().collect()
    }
}

/// A machine in namespaces of its own, whose `eth0` is a logical port. It ends on drop.
pub struct Guest {
    core: Arc<Core>,
    space: Space,
    dir: PathBuf,
    interface: String,
}

impl Guest {
    pub(super) fn attach(
        core: &Arc<Core>,
        name: &str,
        port: &str,
        mac: &str,
        addressing: Addressing,
    ) -> Result<Self> {
        let number = core.number();
        let dir = core.place.dir.join(format!("guest.{number}.{name}"));
        fs::create_dir(&dir)?;
        let resolv_conf = dir.join("resolv.conf");
        fs::write(&resolv_conf, "")?;
        let guest = Self {
            space: core.space().guest(&resolv_conf)?,
            core: Arc::clone(core),
            dir,
            interface: format!("g{number}"),
        };
        guest.plug(port, mac)?;
        if let Addressing::Static { ips, gateways, nameservers } = addressing {
            guest.set_addresses(ips, gateways);
            let lines = nameservers.iter().map(|ns| format!("nameserver {ns}\n"));
            guest.set_resolv_conf(&lines.collect::<String>())?;
        }
        core.nbctl(&["wait-until", "Logical_Switch_Port", port, "up=true"]).ok();
        Ok(guest)
    }

    fn plug(&self, port: &str, mac: &str) -> Result<()> {
        let interface = self.interface.as_str();
        let init = self.space.init().to_string();
        self.core.space().ip(&[
            "link", "add", interface, "type", "veth", "peer", "name", "eth0", "address", mac, "netns", &init,
        ])?;
        self.core.space().ip(&["link", "set", interface, "up"])?;
        // OVS in user space hands packets over as they are: a checksum left to hardware stays undone.
        self.sh("set -e
             ethtool -K eth0 tx off >/dev/null
             echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad
             ip link set eth0 up")
            .ok();
        let iface_id = format!("external_ids:iface-id=\"{port}\"");
        self.core.vsctl(&[
            "--no-wait",
            "add-port",
            "br-int",
            interface,
            "--",
            "set",
            "Interface",
            interface,
            &iface_id,
        ])?;
        Ok(())
    }

    fn set_addresses(&self, ips: &[&str], gateways: &[&str]) {
        for ip in ips {
            let no_dad: &[&str] = if ip.contains(':') { &["nodad"] } else { &[] };
            let add = ["ip", "addr", "add", ip, "dev", "eth0"];
            self.run(&[&add, no_dad].concat()).ok();
        }
        for gateway in gateways {
            let family = if gateway.contains(':') { "-6" } else { "-4" };
            self.run(&["ip", family, "route", "add", "default", "via", gateway]).ok();
        }
    }

    /// Runs a program of the machine in the guest, for at most 10 s (then its status is 124).
    #[track_caller]
    pub fn run(&self, argv: &[&str]) -> Output {
        self.run_for(10, argv)
    }

    /// As [`Self::run`], for at most `seconds`.
    #[track_caller]
    pub fn run_for(&self, seconds: u32, argv: &[&str]) -> Output {
        let seconds = seconds.to_string();
        run(self.command("timeout").args(["-k", "1", &seconds]).args(argv)).unwrap()
    }

    /// Runs a shell script in the guest, for at most 10 s.
    #[track_caller]
    pub fn sh(&self, script: &str) -> Output {
        self.run(&["sh", "-c", script])
    }

    /// A program of the machine in the guest, to be started by the caller.
    pub fn command(&self, program: &str) -> Command {
        self.space.command(program)
    }

    pub fn set_resolv_conf(&self, text: &str) -> Result<()> {
        // In place: the guest has this very file mounted.
        fs::write(self.dir.join("resolv.conf"), text)?;
        Ok(())
    }

    pub fn resolv_conf(&self) -> Result<String> {
        Ok(fs::read_to_string(self.dir.join("resolv.conf"))?)
    }

    /// `dig +short +noedns ARGS`: the answers, one a line; empty if there are none or nobody answered.
    #[track_caller]
    pub fn dig(&self, args: &[&str]) -> Vec<String> {
        let dig = ["dig", "+short", "+noedns", "+tries=1", "+time=3"];
        let out = self.run(&[&dig, args].concat()).out();
        out.lines().filter(|line| !line.starts_with(';')).map(str::to_owned).collect()
    }

    /// Gets a lease and applies it; an error is what udhcpc said.
    pub fn dhcp(&self) -> Result<Lease> {
        let script = self.dir.join("udhcpc.sh");
        let lease = self.dir.join("lease");
        let _ = fs::remove_file(&lease);
        super::home::executable(&script, UDHCPC_SCRIPT)?;
        let output = run(self
            .command("timeout")
            .env("lab_conf", self.dir.join("resolv.conf"))
            .env("lab_lease", &lease)
            .args(["-k", "1", "10", "busybox", "udhcpc", "-i", "eth0"])
            .args(["-n", "-q", "-f", "-t", "5", "-T", "1", "-O", "search", "-s"])
            .arg(&script))?;
        match fs::read_to_string(&lease) {
            Ok(text) if output.status.success() => Ok(Lease(
                text.lines()
                    .filter_map(|line| line.split_once('='))
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect(),
            )),
            _ => bail!(output.out() + &output.err()),
        }
    }

    /// Looks `name` up by musl's resolver, in the guest's resolv.conf.
    pub fn musl_lookup(&self, name: &str) -> Result<Output> {
        let program = self.musl_getaddrinfo()?;
        Ok(self.run_for(20, &[&program.display().to_string(), name]))
    }

    /// The program that looks its argument up by musl's resolver.
    pub fn musl_getaddrinfo(&self) -> Result<PathBuf> {
        self.core.musl_getaddrinfo()
    }

    /// A directory of this guest's, at the same path inside.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The guest is gone, and its interface with it; the logical port stays, and goes down.
    pub fn kill(self) -> Result<()> {
        self.core.vsctl(&["--no-wait", "--if-exists", "del-port", "br-int", &self.interface])?;
        Ok(())
    }
}
