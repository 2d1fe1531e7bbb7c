//! The README: its commands run as they stand, in their order.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::support::lab::Nb;
use crate::support::{Run, command, run};

fn readme() -> Result<String> {
    Ok(fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"))?)
}

/// The commands for a shell of a section, one a line.
fn commands(title: &str) -> Result<Vec<String>> {
    let readme = readme()?;
    let (_, section) = readme.split_once(&format!("# {title}\n")).with_context(|| title.to_owned())?;
    let section = section.split("\n#").next().unwrap_or_default();
    let blocks = section.split("```sh\n").skip(1).filter_map(|block| block.split("```").next());
    let text: String = blocks.collect();
    Ok(text.replace("\\\n", " ").lines().map(str::to_owned).collect())
}

/// An operator's shell on a database, in a folder of his own.
struct Operator {
    nb: Nb,
    home: TempDir,
}

impl Operator {
    fn start() -> Result<Self> {
        let home = tempfile::tempdir()?;
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_qdns"), home.path().join("qdns"))?;
        std::os::unix::fs::symlink("/bin/true", home.path().join("sudo"))?;
        Ok(Operator { nb: Nb::start()?, home })
    }

    fn runs(&self, line: &str) -> Run {
        let mut shell: Command = command(&self.nb.remote());
        let path = format!("{}:{}", self.home.path().display(), std::env::var("PATH").unwrap_or_default());
        let environment: Vec<_> =
            shell.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
        shell = Command::new("/bin/sh");
        for (name, value) in environment {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.args(["-c", line]).env("PATH", path).current_dir(self.home.path()).stdin(Stdio::null());
        run(&mut shell)
    }

    /// Runs lines, which must end with 0.
    fn does(&self, lines: &[&str]) {
        for line in lines {
            self.runs(line).ok();
        }
    }

    /// Runs the commands of a section; each must end with 0, or with 4 where it finds something.
    fn follows(&self, title: &str) -> Result<()> {
        let lines = commands(title)?;
        assert!(lines.len() > 2, "{title}: {lines:?}");
        for line in lines {
            let ran = self.runs(&line);
            assert!(matches!(ran.code, 0 | 4), "{title}: {line}\n{ran}");
        }
        Ok(())
    }

    /// `net1` and `net2` behind a gateway router, and two guests with DHCP options.
    fn with_networks(self) -> Self {
        self.does(&[
            "ovn-nbctl lr-add lr0 -- set Logical_Router lr0 options:chassis=hv1",
            "ovn-nbctl ls-add net1 -- set Logical_Switch net1 other_config:subnet=10.0.0.0/24",
            "ovn-nbctl lrp-add lr0 lrp1 0a:00:00:00:00:01 10.0.0.1/24 -- lsp-add net1 lr1 -- lsp-set-type lr1 router \
             -- lsp-set-addresses lr1 router -- lsp-set-options lr1 router-port=lrp1",
            "ovn-nbctl ls-add net2 -- set Logical_Switch net2 other_config:subnet=10.0.2.0/24",
            "ovn-nbctl lsp-add net1 net1-web-port -- lsp-set-addresses net1-web-port '0a:00:00:00:00:10 10.0.0.10'",
            "ovn-nbctl lsp-add net1 net1-db-port -- lsp-set-addresses net1-db-port '0a:00:00:00:00:11 10.0.0.11'",
        ]);
        self
    }
}

#[test]
fn the_first_network_has_names_and_no_faults() -> Result<()> {
    let operator = Operator::start()?;
    operator.follows("The first network in five minutes")?;
    let found = operator.runs("qdns lookup db --from web");
    assert!(found.ok().contains("10.0.0.11"), "{found}");
    operator.runs("qdns doctor --fail-on warning").ok();
    Ok(())
}

#[test]
fn zones_and_records() -> Result<()> {
    let operator = Operator::start()?.with_networks();
    let lines = commands("Zones and records")?;
    let sharing = lines.iter().position(|line| line.contains("zone share")).context("zone share")?;
    for (number, line) in lines.iter().enumerate() {
        if number == sharing {
            operator.does(&["qdns record add net2 api 10.0.2.10"]);
        }
        let ran = operator.runs(line);
        assert_eq!(ran.code, 0, "{line}\n{ran}");
    }
    Ok(())
}

#[test]
fn forwarders() -> Result<()> {
    let operator = Operator::start()?.with_networks();
    operator.does(&[
        "qdns record add net1 web-server 10.0.0.10",
        "D=$(ovn-nbctl create DHCP_Options cidr=10.0.0.0/24 options:router=10.0.0.1 options:server_id=10.0.0.1 \
             options:server_mac=0a\\:00\\:00\\:00\\:00\\:01 options:lease_time=3600)
         ovn-nbctl lsp-set-dhcpv4-options net1-db-port $D",
        "D=$(ovn-nbctl create DHCP_Options cidr='\"fd00::/64\"' options:server_id=0a\\:00\\:00\\:00\\:00\\:01)
         ovn-nbctl lsp-set-dhcpv6-options net1-db-port $D",
    ]);
    let settings = operator.nb.file("qdns.toml", "forwarders = [\"192.0.2.53\"]\n")?;
    for line in commands("Forwarders")? {
        let ran = operator.runs(&format!("export QDNS_CONFIG={settings}; {line}"));
        assert_eq!(ran.code, 0, "{line}\n{ran}");
    }
    Ok(())
}

#[test]
fn from_a_file_to_a_file() -> Result<()> {
    let operator = Operator::start()?.with_networks();
    fs::write(operator.home.path().join("machines.csv"), "hostname,addresses\nweb,10.0.0.10\n")?;
    fs::write(
        operator.home.path().join("db.internal"),
        "$ORIGIN internal.\n$TTL 3600\ndb-server A 10.0.0.11\n",
    )?;
    operator.follows("From a file, to a file")
}

#[test]
fn when_a_name_does_not_resolve() -> Result<()> {
    let operator = Operator::start()?.with_networks();
    operator.does(&[
        "qdns record add net1 db-server 10.0.0.11",
        "qdns record add net2 web 10.0.2.10 && qdns zone set net2 --domain corp.lan --yes",
        "ovn-nbctl lsp-add net2 net2-web -- lsp-set-addresses net2-web '0a:00:00:00:02:10 10.0.2.10'",
    ]);
    operator.follows("When a name does not resolve")
}

/// What is left out: a command that does not end, and those that change the machine.
#[test]
fn names_from_ports() -> Result<()> {
    let operator = Operator::start()?.with_networks();
    for line in commands("Names from ports")? {
        let line =
            line.replace("--watch", "").replace("hook install libvirt", "hook install libvirt --dry-run");
        let line = line.replace("qdns prune-stale net1", "qdns prune-stale net1 --yes");
        let ran = operator.runs(&line);
        assert_eq!(ran.code, 0, "{line}\n{ran}");
    }
    Ok(())
}

/// Every command of the README is in one of the sections above, or known to be none for a test.
#[test]
fn every_section_with_commands_is_run() -> Result<()> {
    let readme = readme()?;
    let mut title = "";
    let mut sections = Vec::new();
    let mut is_code = false;
    for line in readme.lines() {
        match line {
            "```sh" => {
                is_code = true;
                sections.push(title);
            }
            "```" => is_code = false,
            line if !is_code && line.starts_with('#') => title = line.trim_start_matches('#').trim(),
            _ => {}
        }
    }
    sections.dedup();
    assert_eq!(
        sections,
        [
            "See it",
            "Install",
            "The first network in five minutes",
            "Zones and records",
            "Forwarders",
            "From a file, to a file",
            "Names from ports",
            "When a name does not resolve",
            "Over HTTP",
            "Several operators, and other programs",
        ]
    );
    Ok(())
}
