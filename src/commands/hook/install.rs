//! `qdns hook install`: writes a hook script for libvirt.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::libvirt::OnStop;
use crate::commands::Context;
use crate::commands::service::Service;
use crate::error::{Error, Kind, Result};
use crate::model::shell::shell_word;
use crate::output::Reply;
use crate::output::text::Text;

/// The line that marks a script of qdns.
const MARK: &str = "# Written by `qdns hook install libvirt`";

/// What the script reports where qdns did not end as it always does (sh(1), "Exit Status").
const NOT_RUN: &str = "ended with code $? and registered no name; 126 and 127 mean that libvirt cannot run it: put it \
    where libvirt may, such as /usr/bin, and install the hook again";

/// How to see that the hook works.
const SEE: &str = "To see that it works, start a machine: qdns record ls shows its name, or journalctl -t qdns says why not\n";

/// Install the script by which a hypervisor runs `qdns hook`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns hook install libvirt --dry-run          show what would be written
  qdns hook install libvirt                    write the hook of libvirt
  qdns hook install libvirt --on-stop remove   a stopped machine has no name
  sudo rm /etc/libvirt/hooks/qemu.d/qdns       uninstall

The script runs this qdns with the connection of this command: the database, the files for TLS, ovn-nbctl and \
--wait, from options or from the environment (OVN_NB_DB, QDNS_OVN_NBCTL). The script does not copy settings of \
/etc/qdns/qdns.toml: each run reads that file. If AppArmor lets libvirt run only programs in /usr/bin, qdns must \
be there.

libvirt looks for hooks when it \
starts. If this is its first hook, restart libvirtd or virtqemud (with systemd: systemctl restart libvirtd). \
Machines keep running.")]
pub struct InstallArgs {
    /// The hypervisor
    #[arg(value_enum)]
    hypervisor: Hypervisor,
    /// The directory of its hook scripts
    #[arg(long, value_name = "DIR", default_value = "/etc/libvirt/hooks/qemu.d")]
    dir: PathBuf,
    /// What happens to the name of a stopped domain
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    on_stop: OnStop,
}

/// The hypervisors with hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Hypervisor {
    /// libvirt's QEMU driver, 6.5 or later
    Libvirt,
}

impl InstallArgs {
    pub(super) fn run(self, context: &Context) -> Result<Reply> {
        let Hypervisor::Libvirt = self.hypervisor;
        let path = self.dir.join("qdns");
        let shown = path.display().to_string();
        let failed = |error: io::Error| {
            Error::new(Kind::Io, format!("{shown} cannot be written"))
                .cause(error)
                .hint("run it as root: sudo qdns hook install libvirt")
        };
        let text = self.script(context)?;
        let before = match fs::read_to_string(&path) {
            Ok(before) => Some(before),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        if before.as_ref().is_some_and(|before| !before.contains(MARK)) {
            return Err(Error::conflict(format!("{shown} exists and was not written by qdns"))
                .hint("move it away, or choose another directory with --dir DIR"));
        }
        let same = before.as_deref() == Some(text.as_str());
        if same {
            return Ok(answer(&format!("{shown} is installed already\n")));
        }
        if context.global.dry_run {
            return Ok(answer(&format!("Would write {shown}:\n\n{text}")));
        }
        write(&path, &text).map_err(failed)?;
        Ok(answer(&format!("Wrote {shown}; restart libvirt if it had no hooks before\n{SEE}")))
    }

    /// The script. It exits with 0 even where qdns is not installed any more, or may not be run.
    ///
    /// # Errors
    /// As [`Service::of`] and [`Service::check_for_libvirt`].
    fn script(&self, context: &Context) -> Result<String> {
        let service = Service::of(context)?;
        service.check_for_libvirt()?;
        let program = shell_word(&service.program.to_string_lossy());
        let mut words = vec![program.clone(), "hook libvirt".to_owned()];
        words.extend(service.options.iter().map(|option| shell_word(option)));
        if self.on_stop == OnStop::Remove {
            words.push("--on-stop remove".to_owned());
        }
        let call = words.join(" ");
        Ok(format!(
            "#!/bin/sh\n{MARK}: registers the names of machines in OVN.\n\
             # Exit code 0 and an empty standard output, always: anything else would stop or change a machine.\n\
             {call} -- \"$@\" >/dev/null ||\n    \
             logger -t qdns -p daemon.warning -- {program} \"{NOT_RUN}\"\nexit 0\n"
        ))
    }
}

fn answer(text: &str) -> Reply {
    Reply::from(Text(text.to_owned()))
}

/// Writes the script with one rename, so that libvirt never runs half of it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let draft = path.with_extension("draft");
    fs::write(&draft, text)?;
    fs::rename(&draft, path)?;
    // libvirt runs executable files only, so it never runs the draft.
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}
