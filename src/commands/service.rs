//! The command line with which another program runs qdns: its own path and the connection, so that neither depends on
//! the environment of that program.

use std::env;
use std::fs;
use std::path::{Path, PathBuf, absolute};

use super::Context;
use super::settings::Source;
use crate::error::{Error, Kind, Result};
use crate::model::shell::shell_word;
use crate::ovn::choice::Client;
use crate::ovn::northbound::Wait;

/// Directories that a unit with `ProtectHome=yes` or `PrivateTmp=yes` does not see (systemd.exec(5)).
const HIDDEN: &[(&str, &str)] = &[
    ("/home", "ProtectHome"),
    ("/root", "ProtectHome"),
    ("/run/user", "ProtectHome"),
    ("/tmp", "PrivateTmp"),
    ("/var/tmp", "PrivateTmp"),
];
/// The directories of the programs that Debian's AppArmor profile lets libvirt run (`/etc/apparmor.d/usr.sbin.libvirtd`).
const LIBVIRT_RUNS: &[&str] = &["/bin", "/sbin", "/usr/bin", "/usr/sbin"];
/// The profiles of libvirt's daemons.
const PROFILES: &[&str] = &["/etc/apparmor.d/usr.sbin.libvirtd", "/etc/apparmor.d/usr.sbin.virtqemud"];
const APPARMOR: &str = "/sys/module/apparmor/parameters/enabled";

/// What the file of a unit has instead of the program and the options for the connection.
const PROGRAM: &str = "/usr/bin/qdns";
const OPTIONS: &str = " --db=DB";
/// The line of that file for the sandbox, and the sandbox.
const SANDBOX: (&str, &str) = ("# SANDBOX\n", include_str!("sandbox.conf"));

/// qdns as another program runs it.
#[derive(Debug)]
pub struct Service {
    pub program: PathBuf,
    /// The options for the connection, from the command line, the environment and another settings file than the
    /// default one, which every qdns reads by itself.
    pub options: Vec<String>,
    /// The files and sockets that the options name.
    files: Vec<PathBuf>,
}

impl Service {
    /// # Errors
    /// If the path of qdns itself is not known.
    pub fn of(context: &Context) -> Result<Self> {
        let program = env::current_exe()
            .map_err(|error| Error::new(Kind::Io, "the path of qdns itself is not known").cause(error))?;
        let mut service = Service { program, options: Vec::new(), files: Vec::new() };
        let settings = &context.settings;
        if let Some(db) = &settings.db {
            let remotes = db.value.split(',').filter_map(|remote| remote.strip_prefix("unix:"));
            service.files.extend(remotes.map(PathBuf::from));
            service.carry(&db.source, || format!("--db={}", db.value));
        }
        for (option, file) in settings.tls() {
            let path = absolute(&file.value).unwrap_or_else(|_| PathBuf::from(&file.value));
            service.carry(&file.source, || format!("{option}={}", path.display()));
            service.files.push(path);
        }
        if context.global.no_leader_only {
            service.options.push("--no-leader-only".to_owned());
        }
        for (option, program) in
            [("--ovn-nbctl", &settings.ovn_nbctl), ("--ovsdb-client", &settings.ovsdb_client)]
        {
            let path = Path::new(program.value.name());
            if path.components().count() > 1 {
                service.files.push(absolute(path).unwrap_or_else(|_| path.to_owned()));
            }
            service.carry(&program.source, || format!("{option}={}", program.value));
        }
        service.options.extend(match context.global.client {
            Client::Auto => None,
            Client::Northbound => Some("--client=ovn-nbctl".to_owned()),
            Client::Ovsdb => Some("--client=ovsdb-client".to_owned()),
        });
        let wait = match context.nb.wait {
            Wait::None => None,
            Wait::Sb => Some("--wait=sb"),
            Wait::Hv => Some("--wait=hv"),
        };
        service.options.extend(wait.map(str::to_owned));
        Ok(service)
    }

    /// The text of a unit that runs this program with its connection.
    pub fn unit(&self, text: &str) -> String {
        let options: String = self.options.iter().map(|option| format!(" {}", unit_word(option))).collect();
        let text = text.replace(SANDBOX.0, SANDBOX.1);
        text.replace(OPTIONS, &options).replace(PROGRAM, &unit_word(&self.program.to_string_lossy()))
    }

    /// Adds an option, unless the program that runs qdns finds its value by itself.
    fn carry(&mut self, source: &Source, option: impl FnOnce() -> String) {
        if source.must_be_carried() {
            self.options.push(option());
        }
    }

    /// # Errors
    /// A conflict if the unit that `sync --print-unit` prints does not see qdns or a file of the connection.
    pub fn check_for_systemd(&self) -> Result<()> {
        for path in self.files.iter().chain([&self.program]) {
            let Some((directory, setting)) = HIDDEN.iter().find(|(directory, _)| path.starts_with(directory))
            else {
                continue;
            };
            let shown = path.display();
            let error =
                Error::conflict(format!("the unit cannot use {shown}: {setting} hides {directory} from it"));
            return Err(if *path == self.program {
                error.hint(self.installation()).hint("then print the unit with /usr/bin/qdns")
            } else {
                error.hint(format!("move {shown} to a directory that it sees, such as /etc/qdns"))
            });
        }
        Ok(())
    }

    /// # Errors
    /// A conflict if AppArmor does not let libvirt run qdns.
    pub fn check_for_libvirt(&self) -> Result<()> {
        let is_enabled = fs::read_to_string(APPARMOR).is_ok_and(|text| text.starts_with('Y'));
        match PROFILES.iter().find(|profile| is_enabled && Path::new(profile).exists()) {
            Some(profile) => self.check_under(profile),
            None => Ok(()),
        }
    }

    /// The rules of an AppArmor profile of libvirt: a program is run from these directories only, not from those in them.
    fn check_under(&self, profile: &str) -> Result<()> {
        let directory = self.program.parent().unwrap_or(Path::new("/"));
        if LIBVIRT_RUNS.iter().any(|allowed| directory == Path::new(allowed)) {
            return Ok(());
        }
        let shown = self.program.display();
        let message =
            format!("libvirt cannot run {shown}: AppArmor ({profile}) lets it run programs of /usr/bin only");
        Err(Error::conflict(message)
            .hint(self.installation())
            .hint("then install the hook with /usr/bin/qdns hook install libvirt"))
    }

    /// The command that installs this program where every service can run it.
    fn installation(&self) -> String {
        format!("sudo install -m 755 {} /usr/bin/qdns", shell_word(&self.program.to_string_lossy()))
    }
}

/// A word of `ExecStart=` (systemd.service(5), "Command lines").
fn unit_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,@+[]".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '%' | '$' => quoted.extend([c, c]),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                quoted.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("\\x{byte:02x}")));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(program: &str, files: &[&str]) -> Service {
        Service {
            program: program.into(),
            options: Vec::new(),
            files: files.iter().map(PathBuf::from).collect(),
        }
    }

    #[test]
    fn a_unit_sees_no_home_and_no_temporary_file() {
        assert!(service("/usr/local/bin/qdns", &["/etc/qdns/key.pem"]).check_for_systemd().is_ok());
        assert!(service("/homes/qdns", &[]).check_for_systemd().is_ok());
        for (program, file, hidden) in [
            ("/root/.cargo/bin/qdns", "/etc/key.pem", "/root/.cargo/bin/qdns: ProtectHome hides /root"),
            ("/home/me/qdns", "/etc/key.pem", "/home/me/qdns: ProtectHome hides /home"),
            ("/usr/bin/qdns", "/root/key.pem", "/root/key.pem: ProtectHome hides /root"),
            ("/tmp/qdns", "/etc/key.pem", "/tmp/qdns: PrivateTmp hides /tmp"),
        ] {
            let error = service(program, &[file]).check_for_systemd().unwrap_err();
            assert!(error.message.contains(hidden), "{}", error.message);
        }
    }

    #[test]
    fn libvirt_runs_the_programs_that_its_profile_names() {
        let profile = PROFILES[0];
        for (program, is_run) in [
            ("/usr/bin/qdns", true),
            ("/usr/sbin/qdns", true),
            ("/usr/local/bin/qdns", false),
            ("/usr/bin/other/qdns", false),
            ("/root/.cargo/bin/qdns", false),
        ] {
            assert_eq!(service(program, &[]).check_under(profile).is_ok(), is_run, "{program}");
        }
    }

    /// Where libvirt is installed with its profile, the directories are those of the profile.
    #[test]
    fn the_profile_has_these_directories() {
        let Ok(text) = fs::read_to_string(PROFILES[0]) else { return };
        for directory in LIBVIRT_RUNS {
            assert!(text.contains(&format!("  {directory}/* PUx,")), "{directory}");
        }
        assert!(!text.contains("/usr/local/bin"));
    }

    #[test]
    fn systemd_reads_back_the_words_of_a_unit() {
        for (word, written) in [
            ("--db=ssl:[fd00::1]:6641,tcp:a:1", "--db=ssl:[fd00::1]:6641,tcp:a:1"),
            ("/a b/%n$x", "\"/a b/%%n$$x\""),
            ("a\"\\\n", "\"a\\\"\\\\\\x0a\""),
            ("", "\"\""),
        ] {
            assert_eq!(unit_word(word), written);
        }
    }
}
