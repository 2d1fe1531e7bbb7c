//! `qdns hook libvirt`: the hook of libvirt's QEMU driver (libvirt.org/hooks.html).
//!
//! A hook that fails prevents the start of a machine. The output of a hook changes a machine that migrates. A hook
//! that calls libvirt waits for itself. So this one never fails, prints nothing on standard output, and does not call
//! libvirt.

use std::ffi::OsString;
use std::io::{Read, stdin};
use std::os::unix::net::UnixDatagram;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use clap::{Args, ValueEnum};
use uuid::Uuid;

use crate::commands::Context;
use crate::commands::apply::{OnLostRace, retry};
use crate::error::{Error, Kind, Result};
use crate::formats::domain_xml::{DomainXml, XML_MAX};
use crate::model::name::HostArg;
use crate::model::printable::escaped;
use crate::model::snapshot::Snapshot;
use crate::model::topology::Topology;
use crate::output::text::Text;
use crate::output::{self, Reply};
use crate::ovn::northbound::Northbound;
use crate::plan::machine::MachinePorts;
use crate::plan::{Approved, Plan};

/// The socket of syslog(3), on which journald listens.
const SYSLOG: &str = "/dev/log";
/// The priority `daemon.warning` (RFC 5424, section 6.2.1).
const WARNING: &str = "<28>";

/// Register the name of a libvirt domain; libvirt runs this command.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns hook install libvirt                                    install the hook
  virsh dumpxml web | qdns hook libvirt web started begin -    run it by hand

The command reads the domain's XML from standard input. Every interface with \
<virtualport type='openvswitch'> and an interfaceid has a logical switch port. The domain's name, in lower \
case and with hyphens for underscores, gets the addresses of these ports on each of their switches. \
<metadata> may name another hostname: <qdns:hostname xmlns:qdns=\"urn:qdns\">web-1</qdns:hostname>.

The command registers the name on started, reconnect, attach and migrate. A stopped machine keeps its name \
unless --on-stop remove is given.

The hook never stops a machine: it always exits with 0 and prints nothing on standard output. Errors go to \
standard error and to the journal (journalctl -t qdns).")]
pub struct LibvirtArgs {
    /// The name of the domain
    #[arg(allow_hyphen_values = true)]
    name: OsString,
    /// The operation: prepare, start, started, stopped, release, migrate, restore, reconnect, attach
    #[arg(allow_hyphen_values = true)]
    op: OsString,
    /// The suboperation: begin or end
    #[arg(allow_hyphen_values = true, default_value = "-")]
    subop: OsString,
    /// The extra argument of the operation, or a hyphen
    #[arg(allow_hyphen_values = true, default_value = "-")]
    extra: OsString,
    /// What happens to the name of a stopped domain
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    on_stop: OnStop,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    limit: u64,
}

/// What happens to the name of a stopped domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OnStop {
    /// Keep it: the machine keeps its port and may start again
    #[default]
    Keep,
    /// Remove it, unless the machine moved to another host
    Remove,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Register,
    Unregister,
    Nothing,
}

impl LibvirtArgs {
    pub(super) fn run(self, context: &Context) -> Reply {
        let nb = Northbound { timeout: context.nb.timeout.min(self.limit), ..context.nb.clone() };
        let job = Job {
            nb,
            name: self.name.to_string_lossy().into_owned(),
            task: self.task(),
            comment: context.comment(),
            dry_run: context.global.dry_run,
        };
        let name = job.name.clone();
        let (sender, receiver) = mpsc::channel();
        // The job has its own thread, so that neither libvirt's pipe nor OVN delays the machine longer than the limit.
        thread::spawn(move || sender.send(job.run()));
        let messages = receiver.recv_timeout(Duration::from_secs(self.limit));
        for message in messages.unwrap_or_else(|_| vec![format!("gave up after {} s", self.limit)]) {
            report(&format!("{name}: {message}"));
        }
        Reply::from(Text::default())
    }

    /// Reports the error, as every other one: a machine starts also where a settings file is wrong.
    pub(super) fn without_settings(&self, error: &Error) -> Reply {
        report(&format!("{}: {}", self.name.to_string_lossy(), error.in_one_line()));
        Reply::from(Text::default())
    }

    fn task(&self) -> Task {
        match self.op.to_str() {
            Some("started" | "reconnect" | "attach" | "migrate") => Task::Register,
            // A machine that migrated still runs, on another host.
            Some("stopped") if self.on_stop == OnStop::Remove && self.extra != "migrated" => Task::Unregister,
            _ => Task::Nothing,
        }
    }
}

/// Writes a message to standard error and to syslog. A missing syslog is not an error.
fn report(line: &str) {
    let line: String = line.chars().take(2000).collect();
    let line = escaped(&line);
    output::note(format!("qdns: {line}"));
    if let Ok(socket) = UnixDatagram::unbound() {
        let _ = socket.set_nonblocking(true);
        let _ = socket.send_to(format!("{WARNING}qdns[{}]: {line}", std::process::id()).as_bytes(), SYSLOG);
    }
}

/// One call of the hook.
struct Job {
    nb: Northbound,
    name: String,
    task: Task,
    comment: String,
    dry_run: bool,
}

impl Job {
    /// Runs the task. Returns the errors as messages.
    fn run(&self) -> Vec<String> {
        let xml = read_xml();
        if self.task == Task::Nothing {
            return Vec::new();
        }
        let message = |error: Error| error.in_one_line();
        let domain = match xml.and_then(|xml| DomainXml::parse(&xml)) {
            Ok(domain) if domain.ports.is_empty() => return Vec::new(),
            Ok(domain) if domain.name.is_empty() => DomainXml { name: self.name.clone(), ..domain },
            Ok(domain) => domain,
            Err(error) => return vec![message(error)],
        };
        match self.all_networks(&domain) {
            Ok(failures) => failures.into_iter().map(message).collect(),
            Err(error) => vec![message(error)],
        }
    }

    /// Changes each network by itself, so that an error on one does not stop the others. Returns the errors.
    fn all_networks(&self, domain: &DomainXml) -> Result<Vec<Error>> {
        let host = domain.host()?;
        let snapshot = self.nb.read_guests_with_ports(&domain.ports)?;
        let topology = Topology::of(&snapshot);
        let (found, missing) = MachinePorts::find(&topology, &domain.ports);
        let unknown = missing.iter().filter(|_| self.task == Task::Register);
        let mut failures: Vec<Error> =
            unknown.map(|port| Error::not_found(format!("OVN has no guest port {port}"))).collect();
        for machine in &found {
            let switch = machine.network.switch.uuid;
            failures.extend(self.one_network(&snapshot, switch, domain, &host).err());
        }
        Ok(failures)
    }

    /// Plans and writes the change of one network, after a lost race from a new reading.
    fn one_network(&self, first: &Snapshot, switch: Uuid, domain: &DomainXml, host: &HostArg) -> Result<()> {
        let mut latest: Option<Snapshot> = None;
        retry(OnLostRace::PlanAgain, || {
            let topology = Topology::of(latest.as_ref().unwrap_or(first));
            let (found, _) = MachinePorts::find(&topology, &domain.ports);
            // The machine may have left the network meanwhile.
            let Some(machine) = found.iter().find(|machine| machine.network.switch.uuid == switch) else {
                return Ok(());
            };
            let plan = if self.task == Task::Register {
                machine.register(&topology, host)?
            } else {
                machine.unregister(&topology, host)?
            };
            let result = self.write(plan);
            if result.as_ref().is_err_and(|error| error.kind == Kind::LostRace) {
                latest = Some(self.nb.read_guests_with_ports(&domain.ports)?);
            }
            result
        })
    }

    fn write(&self, plan: Plan) -> Result<()> {
        if self.dry_run {
            output::note(output::render_plan(&plan, true));
            return Ok(());
        }
        let approved = Approved::ask(plan, |_, question| Err(Error::new(Kind::NeedsConfirmation, question)))?;
        self.nb.commit(&approved, &self.comment, &mut |_| {})
    }
}

/// The domain's XML from standard input, at most one byte more than [`XML_MAX`].
fn read_xml() -> Result<String> {
    let mut bytes = Vec::new();
    stdin()
        .lock()
        .take(XML_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::new(Kind::Io, "the domain's XML cannot be read").cause(error))?;
    String::from_utf8(bytes).map_err(|_| Error::invalid("the domain's XML is refused: it is not UTF-8"))
}
