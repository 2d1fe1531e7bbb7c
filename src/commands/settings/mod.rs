//! Settings: an option, else an environment variable, else the settings file, else the default.

mod file;
mod trust;

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use crate::commands::global::GlobalOptions;
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::name::Domain;
use crate::output;
use crate::ovn::northbound::Northbound;
use crate::ovn::program::Program;
use file::{DEFAULT_FILE, FileSettings, parse_timeout};

/// The time limit of one run of a client, in seconds.
const TIMEOUT: u64 = 10;

/// Where a value is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Option(&'static str),
    Variable(&'static str),
    /// The path of the settings file.
    File(String),
    Default,
}

impl Source {
    /// Whether another program that runs qdns does not find the value by itself.
    pub fn must_be_carried(&self) -> bool {
        match self {
            Source::Option(_) | Source::Variable(_) => true,
            Source::File(path) => path != DEFAULT_FILE,
            Source::Default => false,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::Option(name) | Source::Variable(name) => name,
            Source::File(path) => path,
            Source::Default => "default",
        })
    }
}

/// A value and where it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    pub value: T,
    pub source: Source,
}

/// The settings that the command line, the environment and the settings file make.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The northbound database; `None` where it is ovn-nbctl's default, or a daemon is used.
    pub db: Option<Setting<String>>,
    /// The southbound database of the settings file.
    pub sb_db: Option<Setting<String>>,
    pub private_key: Option<Setting<String>>,
    pub certificate: Option<Setting<String>>,
    pub ca_cert: Option<Setting<String>>,
    /// In seconds.
    pub timeout: Setting<u64>,
    pub ovn_nbctl: Setting<Program>,
    pub ovsdb_client: Setting<Program>,
    /// The domain of new zones.
    pub domain: Option<Setting<Domain>>,
    /// The resolvers of `forwarders set` without addresses.
    pub forwarders: Option<Setting<Vec<IpAddr>>>,
}

impl Settings {
    /// # Errors
    /// Invalid input if a variable or the settings file has a value that is no setting.
    pub fn of(global: &GlobalOptions) -> Result<Self> {
        check_variables()?;
        let file = FileSettings::read()?;
        let source = || Source::File(file.path.display().to_string());
        let of_file = |value: &Option<String>| value.clone().map(|value| Setting { value, source: source() });
        let text = |option: &Option<String>, name, variable, in_file: &Option<String>| {
            let option = option.clone().map(|value| Setting { value, source: Source::Option(name) });
            option.or_else(|| of_variable(variable)).or_else(|| of_file(in_file))
        };
        let has_daemon = of_variable("OVN_NB_DAEMON").is_some();
        let db_of_file = file.db.clone().filter(|_| !has_daemon);
        let db = text(&global.db, "--db", "OVN_NB_DB", &db_of_file);
        // The southbound database of the file belongs to the northbound one of the file.
        let is_replaced =
            file.db.is_some() && !db.as_ref().is_some_and(|db| matches!(db.source, Source::File(_)));
        let default = |value| Setting { value, source: Source::Default };
        let timeout = match (global.timeout, of_variable("QDNS_TIMEOUT")) {
            (Some(value), _) => Setting { value, source: Source::Option("--timeout") },
            (None, Some(variable)) => parsed(variable, parse_timeout)?,
            (None, None) => {
                file.timeout.map_or(default(TIMEOUT), |value| Setting { value, source: source() })
            }
        };
        let ovn_nbctl = match program(global.ovn_nbctl.as_deref(), "--ovn-nbctl", "QDNS_OVN_NBCTL")? {
            Some(program) => program,
            None => match &file.ovn_nbctl {
                Some(value) => Setting { value: value.clone(), source: source() },
                None => Setting { value: Program::nbctl(), source: Source::Default },
            },
        };
        let next_to_it =
            || ovn_nbctl.value.sibling(OVSDB_CLIENT).unwrap_or_else(|_| Program::named(OVSDB_CLIENT));
        let ovsdb_client = program(global.ovsdb_client.as_deref(), "--ovsdb-client", "QDNS_OVSDB_CLIENT")?
            .unwrap_or_else(|| Setting { value: next_to_it(), source: Source::Default });
        let domain = match of_variable("QDNS_DOMAIN") {
            Some(variable) => Some(parsed(variable, Domain::parse)?),
            None => file.domain.clone().map(|value| Setting { value, source: source() }),
        };
        let forwarders = match of_variable("QDNS_FORWARDERS") {
            Some(variable) => Some(parsed(variable, parse_addresses)?),
            None => Some(&file.forwarders)
                .filter(|list| !list.is_empty())
                .map(|list| Setting { value: list.clone(), source: source() }),
        };
        Ok(Settings {
            sb_db: of_file(&file.sb_db).filter(|_| !is_replaced),
            private_key: text(&global.private_key, "--private-key", "QDNS_PRIVATE_KEY", &file.private_key),
            certificate: text(&global.certificate, "--certificate", "QDNS_CERTIFICATE", &file.certificate),
            ca_cert: text(&global.ca_cert, "--ca-cert", "QDNS_CA_CERT", &file.ca_cert),
            db,
            timeout,
            ovn_nbctl,
            ovsdb_client,
            domain,
            forwarders,
        })
    }

    /// The resolvers of the site; empty where none are configured.
    pub fn resolvers(&self) -> Vec<IpAddr> {
        self.forwarders.as_ref().map(|setting| setting.value.clone()).unwrap_or_default()
    }

    /// The options of ovn-nbctl for `ssl:` connections, with their values.
    pub fn tls(&self) -> impl Iterator<Item = (&'static str, &Setting<String>)> {
        let all = [
            ("--private-key", &self.private_key),
            ("--certificate", &self.certificate),
            ("--ca-cert", &self.ca_cert),
        ];
        all.into_iter().filter_map(|(option, setting)| Some((option, setting.as_ref()?)))
    }

    /// The northbound database.
    pub fn northbound(&self, global: &GlobalOptions) -> Northbound {
        let tls = self.tls().map(|(option, file)| format!("{option}={}", file.value));
        let mut connection: Vec<String> = tls.collect();
        if global.no_leader_only {
            connection.push("--no-leader-only".to_owned());
        }
        // ovn-nbctl reads the variable itself: with the option it would use no daemon.
        let db = self.db.as_ref().filter(|db| !matches!(db.source, Source::Variable(_)));
        let mut nb = Northbound {
            program: self.ovn_nbctl.value.clone(),
            db: db.map(|db| db.value.clone()),
            connection,
            timeout: self.timeout.value,
            wait: global.wait,
            site_domain: self.domain.as_ref().map(|domain| domain.value.clone()),
            echo: (global.verbose > 0).then_some((|line| output::note(line)) as fn(&str)),
            rows: None,
            slow: Arc::default(),
        };
        nb.choose(global.client, &self.ovsdb_client.value);
        nb
    }

    /// Each setting of the connection with its source, as comments of a shell.
    pub fn lines(&self, nb: &Northbound) -> Vec<String> {
        let line =
            |name: &str, value: &dyn fmt::Display, source: &Source| format!("# {name}: {value} ({source})");
        let mut lines = vec![match (nb.daemon(), &self.db) {
            (Some(socket), _) => format!("# db: through the daemon {socket} (OVN_NB_DAEMON)"),
            (None, Some(db)) => line("db", &db.value, &db.source),
            (None, None) if nb.runs_own_program() => line("db", &nb.remote(), &Source::Default),
            (None, None) => format!("# db: as {} chooses (default)", self.ovn_nbctl.value),
        }];
        lines.extend(
            self.tls().map(|(option, file)| line(option.trim_start_matches('-'), &file.value, &file.source)),
        );
        lines.push(line("timeout", &self.timeout.value, &self.timeout.source));
        lines.push(line("ovn-nbctl", &location(&self.ovn_nbctl.value), &self.ovn_nbctl.source));
        if nb.rows.is_some() {
            let client = &self.ovsdb_client;
            lines.push(line(OVSDB_CLIENT, &location(&client.value), &client.source));
        }
        lines.extend(self.domain.iter().map(|domain| line("domain", &domain.value, &domain.source)));
        if let Some(Setting { value, source }) = &self.forwarders {
            let list: Vec<String> = value.iter().map(IpAddr::to_string).collect();
            lines.push(line("forwarders", &list.join(" "), source));
        }
        lines
    }
}

const OVSDB_CLIENT: &str = "ovsdb-client";

/// The file or the command that runs.
fn location(program: &Program) -> String {
    match program.find() {
        Some(path) if !program.is_wrapped() => path.display().to_string(),
        _ => program.line(),
    }
}

/// The variables that say what qdns connects to, and what it runs.
const VARIABLES: [&str; 12] = [
    "OVN_NB_DAEMON",
    "OVN_NB_DB",
    "OVN_SB_DB",
    "QDNS_CA_CERT",
    "QDNS_CERTIFICATE",
    "QDNS_CLIENT",
    "QDNS_DOMAIN",
    "QDNS_FORWARDERS",
    "QDNS_OVN_NBCTL",
    "QDNS_OVSDB_CLIENT",
    "QDNS_PRIVATE_KEY",
    "QDNS_TIMEOUT",
];

/// # Errors
/// Invalid input if one of the [`VARIABLES`] is not UTF-8: as if it were not set, qdns would use another database.
fn check_variables() -> Result<()> {
    let is_utf8 = |name: &str| match env::var(name) {
        Err(env::VarError::NotUnicode(value)) => {
            Err(Error::invalid(format!("{name}: {value:?} is refused: it is not UTF-8")))
        }
        _ => Ok(()),
    };
    VARIABLES.into_iter().try_for_each(is_utf8)
}

/// The value of an environment variable. An empty one counts as not set.
fn of_variable(name: &'static str) -> Option<Setting<String>> {
    let value = env::var(name).ok().filter(|value| !value.is_empty())?;
    Some(Setting { value, source: Source::Variable(name) })
}

/// # Errors
/// As `parse`, with the source of the text.
fn parsed<T>(text: Setting<String>, parse: impl Fn(&str) -> Result<T>) -> Result<Setting<T>> {
    let Setting { value, source } = text;
    let parsed = parse(&value);
    let value = parsed.map_err(|error| Error { message: format!("{source}: {}", error.message), ..error })?;
    Ok(Setting { value, source })
}

fn program(
    option: Option<&OsStr>,
    name: &'static str,
    variable: &'static str,
) -> Result<Option<Setting<Program>>> {
    if let Some(text) = option {
        return Ok(Some(Setting { value: Program::parse(text)?, source: Source::Option(name) }));
    }
    of_variable(variable).map(|text| parsed(text, |text| Program::parse(text.as_ref()))).transpose()
}

fn parse_addresses(text: &str) -> Result<Vec<IpAddr>> {
    let words = text.split([' ', ',']).filter(|word| !word.is_empty());
    words.map(address::parse).collect()
}
