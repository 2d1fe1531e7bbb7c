//! Files of hosts: hosts(5), CSV, JSON and BIND zone files, read into host lines and written from them.
//!
//! Reading never stops at a bad line: every one is reported, with its number. What a format has no
//! place for stands in a comment, `# qdns: static names=fqdn ptr=no`, so that nothing is lost on
//! the way out and back in.

pub mod csv;
pub mod exported;
pub mod hosts;
pub mod json;
pub mod zone;

use std::net::IpAddr;
use std::path::Path;

use clap::ValueEnum;

use crate::error::Error;
use crate::model::address;
use crate::model::host::Names;
use crate::plan::import::{BadLine, HostLine, Note, Parsed};
use exported::{ExportedHost, ExportedZone, loss};

/// What an annotation in a comment begins with.
const ANNOTATION: &str = "qdns:";

/// How a file holds hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileFormat {
    /// hosts(5): an address and its names, a line each
    Hosts,
    /// Comma-separated, with a header: hostname, addresses, ptr, static, names
    Csv,
    /// What `record ls -o json` prints; one API body or a list of them when read
    Json,
    /// A BIND zone file (RFC 1035): A, AAAA and PTR
    Zone,
}

impl FileFormat {
    /// The format that a file's name stands for, if it stands for one.
    pub fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "csv" => Some(FileFormat::Csv),
            "json" => Some(FileFormat::Json),
            "zone" | "db" | "rev" => Some(FileFormat::Zone),
            "hosts" => Some(FileFormat::Hosts),
            _ if name == "hosts" => Some(FileFormat::Hosts),
            _ if name.starts_with("db.") => Some(FileFormat::Zone),
            _ => None,
        }
    }

    /// The format that a text looks like, if it looks like one.
    pub fn of_content(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with(['{', '[']) {
            return Some(FileFormat::Json);
        }
        let line =
            text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(['#', ';']))?;
        let first = line.split_whitespace().next().unwrap_or_default();
        if first.parse::<IpAddr>().is_ok() {
            Some(FileFormat::Hosts)
        } else if csv::is_header(line) {
            Some(FileFormat::Csv)
        } else if zone::is_record(line) {
            Some(FileFormat::Zone)
        } else {
            None
        }
    }

    /// The hosts of a text, and every line of it that holds none.
    pub fn parse(self, text: &str) -> Parsed {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match self {
            FileFormat::Hosts => hosts::parse(text),
            FileFormat::Csv => csv::parse(text),
            FileFormat::Json => json::parse(text),
            FileFormat::Zone => zone::parse(text),
        }
    }

    /// Zones as a file of this format, and what had to be left out of it.
    pub fn write(self, zones: &[ExportedZone]) -> (String, Vec<String>) {
        match self {
            FileFormat::Hosts => hosts::write(zones),
            FileFormat::Csv => (csv::write(zones), Vec::new()),
            FileFormat::Json => (json::write(zones), Vec::new()),
            FileFormat::Zone => zone::write(zones),
        }
    }
}

/// Whether a line of words can hold a host: no blank, quote or comment character in its names.
fn fits_a_line(host: &ExportedHost) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    [&host.hostname, &host.fqdn].iter().all(|name| !name.is_empty() && name.chars().all(plain))
}

/// Hosts that a format of lines can hold; the others are named in the second part.
fn fitting(zone: &ExportedZone) -> (Vec<&ExportedHost>, Option<String>) {
    let (fit, others): (Vec<&ExportedHost>, Vec<_>) = zone.hosts.iter().partition(|host| fits_a_line(host));
    let others: Vec<String> = others.into_iter().map(|host| host.hostname.clone()).collect();
    let what = "hosts whose names do not fit in this format, left out; csv and json can hold them";
    (fit, loss(&zone.switch, what, &others))
}

/// What qdns says of a host in a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Annotation {
    is_static: bool,
    names: Names,
    no_ptr: bool,
}

impl Annotation {
    /// Reads the words behind `qdns:` in a comment; a comment without it says nothing.
    ///
    /// # Errors
    /// The word that is not understood.
    fn parse(comment: &str) -> Result<Self, String> {
        let mut said = Annotation::default();
        let Some(words) = comment.trim_start().strip_prefix(ANNOTATION) else { return Ok(said) };
        for word in words.split_whitespace() {
            match word.split_once('=') {
                None if word == "static" => said.is_static = true,
                Some(("ptr", "no")) => said.no_ptr = true,
                Some(("names", names)) => {
                    said.names = Names::parse(names).ok_or_else(|| word.to_owned())?;
                }
                _ => return Err(word.to_owned()),
            }
        }
        Ok(said)
    }

    /// The annotation of one address of a host, where there is anything to say, with its comment sign.
    fn of(host: &ExportedHost, address: IpAddr, sign: char) -> String {
        let mut words = Vec::new();
        if host.is_static {
            words.push("static".to_owned());
        }
        if host.names != Names::Both {
            words.push(format!("names={}", host.names.as_str()));
        }
        if !host.ptr.contains(&address) {
            words.push("ptr=no".to_owned());
        }
        match words.is_empty() {
            true => String::new(),
            false => format!("  {sign} {ANNOTATION} {}", words.join(" ")),
        }
    }

    /// The host line of one address under this annotation.
    fn host(self, line: usize, name: &str, address: IpAddr) -> HostLine {
        HostLine {
            line,
            name: name.to_owned(),
            addresses: vec![address],
            reverse: self.no_ptr.then(Vec::new),
            is_static: self.is_static,
            names: self.names,
        }
    }
}

/// A bad line whose annotation is not understood.
fn bad_annotation(line: usize, word: &str) -> BadLine {
    BadLine::new(line, format!("{word:?} behind `{ANNOTATION}` is not understood"))
        .hint("`static`, `ptr=no`, `names=short` or `names=fqdn`, or another comment")
}

/// An address in a file, or the bad line it makes.
fn address_at(line: usize, text: &str) -> Result<IpAddr, BadLine> {
    address::parse(text).map_err(|error| bad_line(line, error))
}

/// A refusal as a bad line.
fn bad_line(line: usize, error: Error) -> BadLine {
    let bad = BadLine::new(line, error.message);
    error.hints.into_iter().fold(bad, BadLine::hint)
}

/// A time to live other than OVN's, told once for a file.
fn ttl_note(notes: &mut Vec<Note>, line: usize, ttl: &str) {
    const RULE: &str = "OVN answers with 3600 s, whatever a file says";
    if ttl != "3600" && !notes.iter().any(|note| note.text.ends_with(RULE)) {
        // In front, where the next line finds it at once.
        notes.insert(0, Note { line, text: format!("a time to live of {ttl} is left out: {RULE}") });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::Domain;
    use proptest::prelude::*;

    #[test]
    fn a_format_is_guessed_from_the_name_and_then_from_the_content() {
        for (name, format) in [
            ("/etc/hosts", Some(FileFormat::Hosts)),
            ("lab.CSV", Some(FileFormat::Csv)),
            ("db.internal", Some(FileFormat::Zone)),
            ("internal.zone", Some(FileFormat::Zone)),
            ("hosts.json", Some(FileFormat::Json)),
            ("net1", None),
        ] {
            assert_eq!(FileFormat::of_name(Path::new(name)), format, "{name}");
        }
        for (text, format) in [
            ("# mine\n10.0.0.1 web", Some(FileFormat::Hosts)),
            ("\u{feff}Hostname,IP\nweb,10.0.0.1", Some(FileFormat::Csv)),
            ("  [ ]", Some(FileFormat::Json)),
            ("; zone\n$TTL 60\n", Some(FileFormat::Zone)),
            ("web 300 IN A 10.0.0.1", Some(FileFormat::Zone)),
            ("hello", None),
            ("", None),
        ] {
            assert_eq!(FileFormat::of_content(text), format, "{text}");
        }
    }

    fn host() -> impl Strategy<Value = ExportedHost> {
        let addresses = proptest::collection::btree_set((any::<bool>(), 1u32..200), 1..4);
        let names = prop_oneof![Just(Names::Both), Just(Names::Short), Just(Names::Fqdn)];
        ("[a-z][a-z0-9]{0,8}", addresses, any::<[bool; 4]>(), names).prop_map(
            |(hostname, addresses, flags, names)| {
                let addresses: Vec<IpAddr> = addresses
                    .iter()
                    .map(|(v6, n)| match v6 {
                        false => IpAddr::from([10, 0, 0, *n as u8]),
                        true => IpAddr::from([0xfd00, 0, 0, 0, 0, 0, 0, *n as u16]),
                    })
                    .collect();
                let ptr = addresses.iter().zip(&flags[1..]).filter(|(_, f)| **f).map(|(a, _)| *a).collect();
                let fqdn = format!("{hostname}.internal");
                ExportedHost { fqdn, hostname, ptr, addresses, is_static: flags[0], names }
            },
        )
    }

    proptest! {
        #[test]
        fn nothing_makes_a_parser_panic(text in "(?s).{0,300}|([ \t\"();,@$\\\\#]|web|IN|A|PTR|\\$ORIGIN|10\\.0\\.0\\.1|\n|\\{|\\}|hostname|ip){0,40}") {
            for format in FileFormat::value_variants() {
                format.parse(&text);
            }
            FileFormat::of_content(&text);
        }

        #[test]
        fn what_was_written_is_read_back(hosts in proptest::collection::btree_map("[a-z]{1,4}", host(), 0..6)) {
            let mut hosts: Vec<ExportedHost> = hosts.into_values().collect();
            hosts.sort_by(|a, b| a.hostname.cmp(&b.hostname));
            hosts.dedup_by(|a, b| a.hostname == b.hostname);
            let zone = ExportedZone { switch: "net1".into(), domain: "internal".into(), hosts };
            for format in FileFormat::value_variants() {
                let (text, left_out) = format.write(std::slice::from_ref(&zone));
                prop_assert_eq!(left_out, Vec::<String>::new());
                let parsed = format.parse(&text);
                prop_assert_eq!(&parsed.bad, &vec![], "{}", text);
                prop_assert_eq!(&parsed.notes, &vec![], "{}", text);
                let (merged, bad) = parsed.merged(&Domain::default());
                prop_assert_eq!(bad, vec![]);
                for (host, line) in zone.hosts.iter().zip(&merged) {
                    let name = line.name.strip_suffix(".internal").unwrap_or(&line.name);
                    prop_assert_eq!(name, &host.hostname);
                    prop_assert_eq!(&line.addresses, &host.addresses, "{}", text);
                    let mut reverse = line.reverse.clone().unwrap_or(line.addresses.clone());
                    reverse.sort();
                    let mut ptr = host.ptr.clone();
                    ptr.sort();
                    prop_assert_eq!(reverse, ptr, "{:?} {}", format, text);
                    prop_assert_eq!((line.is_static, line.names), (host.is_static, host.names));
                }
                prop_assert_eq!(merged.len(), zone.hosts.len());
            }
        }
    }
}
