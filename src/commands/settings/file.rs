//! The settings file: TOML, one key for each setting.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::trust;
use crate::commands::limited_input::LimitedInput;
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::name::Domain;
use crate::model::nearest::closest;
use crate::ovn::program::Program;

/// The file that is read where no other one is named.
pub const DEFAULT_FILE: &str = "/etc/qdns/qdns.toml";
/// The variable that names another file.
pub const FILE_VARIABLE: &str = "QDNS_CONFIG";
/// The largest file, in bytes.
const FILE_MAX: u64 = 1 << 20;
/// The time limits that can be set, in seconds.
const TIMEOUTS: std::ops::RangeInclusive<u64> = 1..=86_400;

const KEYS: [&str; 9] =
    ["db", "sb-db", "private-key", "certificate", "ca-cert", "timeout", "ovn-nbctl", "domain", "forwarders"];

/// What a settings file has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSettings {
    pub path: PathBuf,
    pub db: Option<String>,
    pub sb_db: Option<String>,
    pub private_key: Option<String>,
    pub certificate: Option<String>,
    pub ca_cert: Option<String>,
    /// In seconds.
    pub timeout: Option<u64>,
    pub ovn_nbctl: Option<Program>,
    pub domain: Option<Domain>,
    pub forwarders: Vec<IpAddr>,
}

impl FileSettings {
    /// Reads the file that [`FILE_VARIABLE`] names, else [`DEFAULT_FILE`], which need not exist.
    ///
    /// # Errors
    /// Invalid input if the file cannot be read or has something that is no setting.
    pub fn read() -> Result<Self> {
        let named = std::env::var_os(FILE_VARIABLE).filter(|path| !path.is_empty());
        let is_named = named.is_some();
        let path = named.map_or_else(|| PathBuf::from(DEFAULT_FILE), PathBuf::from);
        if !is_named
            && fs::symlink_metadata(&path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
        {
            return Ok(FileSettings::default());
        }
        let settings = text_of(&path).and_then(|text| Self::parse(&text, &path));
        settings.map_err(|error| {
            if is_named { error.hint(format!("{FILE_VARIABLE} names this file")) } else { error }
        })
    }

    /// # Errors
    /// Invalid input with the file, the line and the key of the first value that is no setting.
    fn parse(text: &str, path: &Path) -> Result<Self> {
        let name = path.display();
        let table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_at(text, span.start));
            Error::invalid(format!("{name}, line {line}: {}", error.message()))
        })?;
        let mut settings = FileSettings { path: path.to_owned(), ..FileSettings::default() };
        let mut entries: Vec<_> = table.get_ref().iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let line = line_at(text, key.span().start);
            settings.set(key.get_ref(), value).map_err(|error| Error {
                message: format!("{name}, line {line}, {}: {}", key.get_ref(), error.message),
                ..error
            })?;
        }
        Ok(settings)
    }

    fn set(&mut self, key: &str, value: &Spanned<DeValue>) -> Result<()> {
        let value = value.get_ref();
        match key {
            "db" => self.db = Some(text(value)?),
            "sb-db" => self.sb_db = Some(text(value)?),
            "private-key" => self.private_key = Some(file(value)?),
            "certificate" => self.certificate = Some(file(value)?),
            "ca-cert" => self.ca_cert = Some(file(value)?),
            "timeout" => self.timeout = Some(parse_timeout(&number(value)?)?),
            "ovn-nbctl" => self.ovn_nbctl = Some(Program::parse(text(value)?.as_ref())?),
            "domain" => self.domain = Some(Domain::parse(&text(value)?)?),
            "forwarders" => self.forwarders = addresses(value)?,
            _ => return Err(unknown(key)),
        }
        Ok(())
    }
}

/// The content of a regular file.
fn text_of(path: &Path) -> Result<String> {
    let name = path.display().to_string();
    let unreadable = |error| Error::invalid(format!("{name} cannot be read")).cause(error);
    // To open a FIFO would wait for a writer. The open file is the one that is trusted: another one may take its name.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Error::invalid(format!("{name} is refused: settings are read from a regular file")));
    }
    let file = fs::File::open(path).map_err(unreadable)?;
    trust::check(&name, &file.metadata().map_err(unreadable)?)?;
    let bytes = LimitedInput { name: &name, limit: FILE_MAX }.read_open(file)?;
    String::from_utf8(bytes).map_err(|_| Error::invalid(format!("{name} is refused: it is not UTF-8")))
}

/// Accepts a time limit in seconds.
///
/// # Errors
/// Invalid input if it is no whole number, or out of range.
pub fn parse_timeout(text: &str) -> Result<u64> {
    let seconds = text.parse().ok().filter(|seconds| TIMEOUTS.contains(seconds));
    seconds.ok_or_else(|| {
        let (least, most) = (TIMEOUTS.start(), TIMEOUTS.end());
        Error::invalid(format!(
            "{text:?} is refused: a time limit is a whole number of seconds, {least} to {most}"
        ))
    })
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn text(value: &DeValue) -> Result<String> {
    match value.as_str() {
        Some("") => Err(Error::invalid("the value is empty; leave the key out")),
        Some(text) => Ok(text.to_owned()),
        None => Err(wrong_type(value, "a string, in quotes")),
    }
}

/// The path of a file. A relative one would depend on where qdns is started.
fn file(value: &DeValue) -> Result<String> {
    let path = text(value)?;
    if Path::new(&path).is_absolute() {
        return Ok(path);
    }
    Err(Error::invalid(format!("{path:?} is refused: it is not an absolute path")))
}

fn number(value: &DeValue) -> Result<String> {
    match value {
        DeValue::Integer(number) => Ok(number.as_str().to_owned()),
        _ => Err(wrong_type(value, "a whole number, without quotes")),
    }
}

fn addresses(value: &DeValue) -> Result<Vec<IpAddr>> {
    let DeValue::Array(values) = value else {
        return Err(wrong_type(value, "a list, such as [\"192.0.2.53\"]"));
    };
    values.iter().map(|value| address::parse(&text(value.get_ref())?)).collect()
}

fn wrong_type(value: &DeValue, expected: &str) -> Error {
    Error::invalid(format!("the value is {expected}, not of type {}", value.type_str()))
}

fn unknown(key: &str) -> Error {
    let error = Error::invalid("there is no such setting");
    match closest(key, KEYS.into_iter()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("the settings are {}", KEYS.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fuzzing::fuzz;

    fn parse(text: &str) -> Result<FileSettings> {
        FileSettings::parse(text, Path::new("q.toml"))
    }

    #[test]
    fn every_key_is_read() {
        let text = r#"
            db = "ssl:10.0.0.1:6641"
            sb-db = "ssl:10.0.0.1:6642"
            private-key = "/etc/qdns/key.pem"
            certificate = "/etc/qdns/cert.pem"
            ca-cert = "/etc/qdns/ca.pem"
            timeout = 30
            ovn-nbctl = "docker exec ovn_nb_db ovn-nbctl"
            domain = "prod.internal"
            forwarders = ["192.0.2.53", "2001:db8::53"]
        "#;
        let settings = parse(text).unwrap();
        assert_eq!(settings.sb_db.as_deref(), Some("ssl:10.0.0.1:6642"));
        assert_eq!(settings.timeout, Some(30));
        assert_eq!(settings.ovn_nbctl.unwrap().line(), "docker exec ovn_nb_db ovn-nbctl");
        assert_eq!(settings.forwarders.len(), 2);
        assert!(KEYS.iter().all(|key| text.contains(key)));
    }

    #[test]
    fn the_file_of_the_packages_has_every_key_commented_out() {
        let text = include_str!("../../../packaging/qdns.toml");
        assert_eq!(parse(text).unwrap(), FileSettings { path: "q.toml".into(), ..FileSettings::default() });
        let is_setting = |line: &&str| line.starts_with('#') && !line.starts_with("# ");
        let lines: Vec<&str> = text.lines().filter(is_setting).map(|line| &line[1..]).collect();
        let keys: Vec<&str> = lines.iter().filter_map(|line| line.split(" = ").next()).collect();
        assert_eq!(keys, KEYS);
        parse(&lines.join("\n")).unwrap();
    }

    #[test]
    fn an_error_names_file_line_and_key() {
        for (text, message) in [
            ("\nd = \"x\"", "q.toml, line 2, d: there is no such setting"),
            ("db = 7", "q.toml, line 1, db: the value is a string, in quotes, not of type integer"),
            ("db = \"\"", "q.toml, line 1, db: the value is empty; leave the key out"),
            (
                "\n\ntimeout = 0",
                "q.toml, line 3, timeout: \"0\" is refused: a time limit is a whole number of seconds, 1 to 86400",
            ),
            (
                "timeout = \"9\"",
                "q.toml, line 1, timeout: the value is a whole number, without quotes, not of type string",
            ),
            (
                "ca-cert = \"ca.pem\"",
                "q.toml, line 1, ca-cert: \"ca.pem\" is refused: it is not an absolute path",
            ),
            (
                "forwarders = \"192.0.2.53\"",
                "q.toml, line 1, forwarders: the value is a list, such as [\"192.0.2.53\"], not of type string",
            ),
            ("[site]\ndomain = \"a\"", "q.toml, line 1, site: there is no such setting"),
        ] {
            assert_eq!(parse(text).unwrap_err().message, message);
        }
        let message = |text| parse(text).unwrap_err().message;
        assert!(
            message("domain = \"a b\"").starts_with("q.toml, line 1, domain: "),
            "{}",
            message("domain = \"a b\"")
        );
        assert!(message("forwarders = [\"127.0.0.1\"]").starts_with("q.toml, line 1, forwarders: "));
        assert!(message("ovn-nbctl = \"docker 'exec\"").starts_with("q.toml, line 1, ovn-nbctl: "));
        assert!(message("\ndb = x").starts_with("q.toml, line 2: "), "{}", message("\ndb = x"));
        assert!(message("db = \"a\"\ndb = \"b\"").starts_with("q.toml, line 2: "));
    }

    #[test]
    fn fuzz_settings_files() {
        let text = "# x\ndb = \"ssl:10.0.0.1:6641\"\nprivate-key = \"/etc/qdns/key.pem\"\ntimeout = 30\novn-nbctl = \"docker exec nb ovn-nbctl\"\ndomain = 'prod.internal'\nforwarders = [\"192.0.2.53\", \"2001:db8::53\"]\n";
        let words = &[
            "\"\"\"",
            "'''",
            "[[",
            "]]",
            " = ",
            "1979-05-27",
            "0x",
            "inf",
            "ca-cert",
            "sb-db",
            "\\U00110000",
        ];
        fuzz(&[text], words, |text| {
            if let Err(error) = parse(text) {
                assert!(error.message.starts_with("q.toml, line "), "{}", error.message);
            }
        });
    }
}
