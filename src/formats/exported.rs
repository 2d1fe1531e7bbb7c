//! A row as files hold it: its hosts as an import makes them, and what of the row is not among them.

use std::net::IpAddr;

use crate::model::address;
use crate::model::host::{Host, HostEntry, Hosts, Keys, PortOrigin, Text, host_name};
use crate::model::listing::some_of;
use crate::model::name::Domain;
use crate::model::snapshot::DnsRow;
use crate::model::zone::domain_of;

/// The hosts of one row, as they are written to a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportedZone {
    /// The switch's name.
    pub switch: String,
    /// The domain.
    pub domain: Domain,
    /// The hosts by name, each with its FQDN as `name` and with the names and reverse names that exist.
    pub hosts: Vec<HostEntry>,
}

impl ExportedZone {
    /// The hosts of a row under its domain, and what an import of them would not bring back, a line for
    /// each kind. Another owner's row has the domain that most of its names have.
    pub fn of(switch: &str, row: &DnsRow) -> (Self, Vec<String>) {
        let names = row.records.keys().filter(|key| !address::is_reverse_name(key)).map(String::as_str);
        let domain = if row.is_ours() { domain_of(row) } else { Domain::of_most(names).unwrap_or_default() };
        let all = Hosts::of(row, &domain);
        let (mut hosts, mut rewritten, mut unaddressed) = (Vec::new(), Vec::new(), Vec::new());
        for host in all.by_name.values() {
            let exported = entry(host, &domain);
            if exported.addresses.is_empty() {
                unaddressed.push(host.name.to_string());
                continue;
            }
            if !is_all_of(&exported, host) {
                rewritten.push(host.name.to_string());
            }
            hosts.push(exported);
        }
        let dangling: Vec<String> = all.dangling.into_keys().map(Text::into_owned).collect();
        let mut lost = Vec::new();
        lost.extend(loss(switch, "hosts without an address, left out", &unaddressed));
        lost.extend(loss(switch, "reverse names that lead to no host, left out", &dangling));
        lost.extend(loss(switch, "hosts written as they should be, not as they are stored", &rewritten));
        (ExportedZone { switch: switch.to_owned(), domain, hosts }, lost)
    }

    /// The hostname of one of the zone's hosts, or its whole name outside the domain.
    pub(super) fn hostname<'h>(&self, host: &'h HostEntry) -> Text<'h> {
        host_name(&host.name, &self.domain)
    }

    /// The hosts whose names a format can hold; the others are named in the second part.
    pub(super) fn fitting(&self, fits: impl Fn(&HostEntry) -> bool) -> (Vec<&HostEntry>, Option<String>) {
        let (fit, others): (Vec<&HostEntry>, Vec<_>) = self.hosts.iter().partition(|host| fits(host));
        let others: Vec<String> = others.into_iter().map(|host| self.hostname(host).into_owned()).collect();
        let what = "hosts whose names do not fit in this format, left out; csv and json can hold them";
        (fit, loss(&self.switch, what, &others))
    }
}

/// Whether a name has no blank, quote or comment character.
pub(super) fn fits_a_line(host: &HostEntry) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    !host.name.is_empty() && host.name.chars().all(plain)
}

/// A line that names what a file does not hold, if there is anything.
pub(super) fn loss(switch: &str, what: &str, names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| format!("{switch}: {what} ({}): {}", names.len(), some_of(names)))
}

fn entry(host: &Host, domain: &Domain) -> HostEntry {
    let mut reverse = host.reverse_addresses();
    let addresses = address::from_value(host.value());
    let place = |address: &IpAddr| addresses.iter().position(|other| other == address);
    reverse.sort_by_key(|address| place(address).unwrap_or(usize::MAX));
    HostEntry {
        name: match host.full.first() {
            Some((fqdn, _)) => fqdn.to_ascii_lowercase().trim_end_matches('.').to_owned(),
            None => format!("{}.{domain}", host.name),
        },
        reverse: Some(reverse),
        addresses,
        is_static: host.is_static,
        names: host.which_names(),
        alias_of: host.alias_of.as_deref().map(str::to_owned),
        port: host.origin.map(|uuid| PortOrigin { uuid, name: None }),
    }
}

/// Whether an import of an entry makes all keys of its host as they are stored.
fn is_all_of(entry: &HostEntry, host: &Host) -> bool {
    let value = address::to_value(&entry.addresses);
    let is_only = |keys: &Keys, name: &str, is_wanted: bool| match &keys[..] {
        [] => !is_wanted,
        [(key, stored)] => is_wanted && key == name && *stored == value,
        _ => false,
    };
    let is_reverse = |(key, to): &(Text, Text)| {
        *to == entry.name
            && address::from_reverse_name(key).is_some_and(|ip| address::reverse_name(ip) == *key)
    };
    is_only(&host.full, &entry.name, entry.names.has_fqdn())
        && is_only(&host.short, &host.name, entry.names.has_short())
        && host.reverse.iter().all(is_reverse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::FileFormat;
    use crate::model::fuzzing::fuzz;
    use crate::model::marks::SWITCH_MARK;
    use crate::model::snapshot::Map;

    #[test]
    fn what_an_import_would_not_bring_back_is_reported() {
        let row = |records: &[(&str, &str)]| DnsRow {
            records: records.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            external_ids: Map::from([(SWITCH_MARK.to_owned(), "net1".to_owned())]),
            ..DnsRow::default()
        };
        let good = [
            ("web", "10.0.0.1 fd00::1"),
            ("web.internal", "10.0.0.1 fd00::1"),
            ("1.0.0.10.in-addr.arpa", "web.internal"),
            ("9.0.0.10.in-addr.arpa", "web.internal"),
            ("db.internal", "10.0.0.2"),
            ("half", "10.0.0.3"),
            ("db.other.org", "10.0.0.4"),
        ];
        let (zone, lost) = ExportedZone::of("net1", &row(&good));
        assert_eq!((zone.hosts.len(), lost), (4, vec![]));
        for (key, value, expected) in [
            ("empty.internal", "", "net1: hosts without an address, left out (1): empty"),
            ("7.0.0.10.in-addr.arpa", "gone", "net1: reverse names that lead to no host, left out (1): 7."),
            ("web", "10.0.0.1", "written as they should be, not as they are stored (1): web"),
            ("Web.internal", "10.0.0.1 fd00::1", "as they are stored (1): web"),
            ("db.internal", "10.0.0.2,10.0.0.3", "as they are stored (1): db"),
            ("2.0.0.10.in-addr.arpa", "db.internal.", "as they are stored (1): db"),
            ("0.10.in-addr.arpa", "db.internal", "as they are stored (1): db"),
        ] {
            let (_, lost) = ExportedZone::of("net1", &row(&[&good[..], &[(key, value)]].concat()));
            assert!(lost.len() == 1 && lost[0].contains(expected), "{key}: {lost:?}");
        }
    }

    /// The comment of a hosts file and the origin of a zone file name the domain of another program's row.
    #[test]
    fn a_domain_that_no_file_can_hold_is_not_written() {
        for name in ["x.\u{7f}web", "x.b\n$INCLUDE /etc/shadow", "x.b c", "x..b"] {
            let row = DnsRow {
                records: Map::from([(name.to_owned(), "10.0.0.1".to_owned())]),
                ..DnsRow::default()
            };
            let (zone, _) = ExportedZone::of("net1", &row);
            assert_eq!(zone.domain, Domain::default(), "{name:?}");
        }
    }

    /// The lines `key=value` of a text.
    fn pairs(text: &str) -> Map {
        let pairs = text.split('\n').filter_map(|line| line.split_once('='));
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn fuzz_marks_and_records() {
        let text = "switch=net1\nqdns-domain=internal\nqdns-static-web=true\nqdns-port-web=153380f9-4e26-47b3-b1fe-ccac06c67718\nqdns-alias-www=web\nqdns-no-short-db=\n\nweb=10.0.0.1 fd00::1\nweb.internal=10.0.0.1\n1.0.0.10.in-addr.arpa=web.internal\nWWW=10.0.0.1\n";
        let words = &[
            "qdns-domain=",
            "qdns-static-",
            "qdns-alias-",
            ".in-addr.arpa",
            ".ip6.arpa",
            "\n\n",
            "=web",
            "ls_name=",
        ];
        fuzz(&[text], words, |text| {
            let (marks, records) = text.split_once("\n\n").unwrap_or((text, text));
            let row = DnsRow { external_ids: pairs(marks), records: pairs(records), ..DnsRow::default() };
            let (zone, _) = ExportedZone::of("net1", &row);
            assert!(!row.is_ours() || Domain::parse(zone.domain.as_str()).is_ok(), "{:?}", zone.domain);
            for format in [FileFormat::Hosts, FileFormat::Zone] {
                let (file, _) = format.write(std::slice::from_ref(&zone));
                assert!(!file.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{file:?}");
            }
        });
    }
}
