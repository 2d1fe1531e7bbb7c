//! A row as files hold it: its hosts as an import makes them, and what of the row is not among them.

use std::net::IpAddr;

use crate::model::address;
use crate::model::host::Names;
use crate::model::host::{Host, Hosts, Keys, Text};
use crate::model::name::Domain;
use crate::model::snapshot::DnsRow;
use crate::model::words::some_of;
use crate::model::zone::domain_of;

/// The hosts of one row, as they are written to a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportedZone {
    /// The switch's name.
    pub switch: String,
    /// The domain.
    pub domain: String,
    /// The hosts, by name.
    pub hosts: Vec<ExportedHost>,
}

/// A host as it is written to a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportedHost {
    /// The hostname, or a whole name outside the domain.
    pub hostname: String,
    /// The FQDN.
    pub fqdn: String,
    /// The addresses, in order.
    pub addresses: Vec<IpAddr>,
    /// The addresses whose reverse names point to the host.
    pub ptr: Vec<IpAddr>,
    /// Whether the host is exempt from clean-up.
    pub is_static: bool,
    /// Which of its names exist.
    pub names: Names,
}

impl ExportedZone {
    /// The hosts of a row under its domain, and what an import of them would not bring back, a line for
    /// each kind. Another owner's row has the domain that most of its names have.
    pub fn of(switch: &str, row: &DnsRow) -> (Self, Vec<String>) {
        let names = row.records.keys().filter(|key| !address::is_reverse_name(key)).map(String::as_str);
        let domain = match row.is_ours() {
            true => domain_of(row),
            false => Domain::of_most(names).unwrap_or_default(),
        };
        let all = Hosts::of(row, &domain);
        let (mut hosts, mut rewritten, mut unaddressed) = (Vec::new(), Vec::new(), Vec::new());
        for host in all.by_name.values() {
            let exported = ExportedHost::of(host, &domain);
            if exported.addresses.is_empty() {
                unaddressed.push(host.name.to_string());
                continue;
            }
            if !exported.is_all_of(host) {
                rewritten.push(host.name.to_string());
            }
            hosts.push(exported);
        }
        let dangling: Vec<String> = all.dangling.into_keys().map(Text::into_owned).collect();
        let mut lost = Vec::new();
        lost.extend(loss(switch, "hosts without an address, left out", &unaddressed));
        lost.extend(loss(switch, "reverse names that lead to no host, left out", &dangling));
        lost.extend(loss(switch, "hosts written as they should be, not as they are stored", &rewritten));
        (ExportedZone { switch: switch.to_owned(), domain: domain.as_str().to_owned(), hosts }, lost)
    }
}

/// A line that tells what became of some names of a switch, if there are any.
pub(super) fn loss(switch: &str, what: &str, names: &[String]) -> Option<String> {
    // A name of another's row may hold anything, what a terminal obeys too.
    let shown: Vec<String> = names.iter().map(|name| name.escape_debug().to_string()).collect();
    (!names.is_empty()).then(|| format!("{switch}: {what} ({}): {}", names.len(), some_of(&shown)))
}

impl ExportedHost {
    fn of(host: &Host, domain: &Domain) -> Self {
        let mut ptr = host.reverse_addresses();
        let addresses = address::from_value(host.value());
        let place = |address: &IpAddr| addresses.iter().position(|other| other == address);
        ptr.sort_by_key(|address| place(address).unwrap_or(usize::MAX));
        ExportedHost {
            hostname: host.name.to_string(),
            fqdn: match host.full.first() {
                Some((fqdn, _)) => fqdn.to_ascii_lowercase().trim_end_matches('.').to_owned(),
                None => format!("{}.{domain}", host.name),
            },
            ptr,
            addresses,
            is_static: host.is_static,
            names: Names::of(host),
        }
    }

    /// Whether an import of what is exported makes all keys of the host, as they are stored.
    fn is_all_of(&self, host: &Host) -> bool {
        let value = address::to_value(&self.addresses);
        let is_only = |keys: &Keys, name: &str, is_wanted: bool| match &keys[..] {
            [] => !is_wanted,
            [(key, stored)] => is_wanted && key == name && *stored == value,
            _ => false,
        };
        let is_reverse = |(key, to): &(Text, Text)| {
            *to == self.fqdn
                && address::from_reverse_name(key).is_some_and(|ip| address::reverse_name(ip) == *key)
        };
        is_only(&host.full, &self.fqdn, self.names != Names::Short)
            && is_only(&host.short, &self.hostname, self.names != Names::Fqdn)
            && host.reverse.iter().all(is_reverse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::marks::SWITCH_MARK;
    use crate::model::snapshot::Map;

    #[test]
    fn what_an_import_would_not_bring_back_is_told() {
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
        for (key, value, told) in [
            ("empty.internal", "", "net1: hosts without an address, left out (1): empty"),
            ("7.0.0.10.in-addr.arpa", "gone", "net1: reverse names that lead to no host, left out (1): 7."),
            ("web", "10.0.0.1", "written as they should be, not as they are stored (1): web"),
            ("Web.internal", "10.0.0.1 fd00::1", "as they are stored (1): web"),
            ("db.internal", "10.0.0.2,10.0.0.3", "as they are stored (1): db"),
            ("2.0.0.10.in-addr.arpa", "db.internal.", "as they are stored (1): db"),
            ("0.10.in-addr.arpa", "db.internal", "as they are stored (1): db"),
        ] {
            let (_, lost) = ExportedZone::of("net1", &row(&[&good[..], &[(key, value)]].concat()));
            assert!(lost.len() == 1 && lost[0].contains(told), "{key}: {lost:?}");
        }
    }
}
