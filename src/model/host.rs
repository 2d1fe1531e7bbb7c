//! Hosts: what the keys of a zone amount to, each hostname with its FQDN, addresses and reverse names.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::address;
use super::name::Domain;
use super::snapshot::{DnsRow, Map, STATIC_MARK_PREFIX};

/// A host as the zone holds it, well formed or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// The hostname in lower case; for a name outside the zone's domain, the whole name.
    pub name: String,
    /// The keys without a dot and their values, as stored.
    pub short: Map,
    /// The keys under the domain (or outside it) and their values, as stored.
    pub full: Map,
    /// The reverse names that point to the host, and their values, as stored.
    pub reverse: Map,
    /// Whether the host is exempt from clean-up.
    pub is_static: bool,
}

impl Host {
    /// All keys that are names, and their values.
    pub fn names(&self) -> impl Iterator<Item = (&String, &String)> {
        self.short.iter().chain(&self.full)
    }

    /// The value of the FQDN, or of the short name where there is no FQDN, as stored.
    pub fn value(&self) -> &str {
        let first = self.full.values().next().or_else(|| self.short.values().next());
        first.map(String::as_str).unwrap_or_default()
    }

    /// Every address that any key of the host holds, each once.
    pub fn addresses(&self) -> Vec<IpAddr> {
        let mut all = Vec::new();
        for address in self.names().flat_map(|(_, value)| address::from_value(value)) {
            if !all.contains(&address) {
                all.push(address);
            }
        }
        all
    }

    /// The addresses whose reverse names point to the host.
    pub fn reverse_addresses(&self) -> Vec<IpAddr> {
        let mut all: Vec<IpAddr> =
            self.reverse.keys().filter_map(|key| address::from_reverse_name(key)).collect();
        all.sort();
        all
    }
}

/// The hosts of a row, by name, and the reverse names that belong to none of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    /// Hosts by their name in lower case.
    pub by_name: BTreeMap<String, Host>,
    /// Reverse names whose value names no host of the row.
    pub dangling: Map,
}

impl Hosts {
    /// Groups the keys of a row under its domain.
    pub fn of(row: &DnsRow, domain: &Domain) -> Self {
        let mut hosts = Hosts::default();
        let (reverse, names): (Vec<_>, Vec<_>) =
            row.records.iter().partition(|(key, _)| address::is_reverse_name(key));
        for (key, value) in names {
            let name = host_name(key, domain);
            let host = hosts.by_name.entry(name.clone()).or_default();
            let column = if key.contains('.') { &mut host.full } else { &mut host.short };
            column.insert(key.clone(), value.clone());
            host.is_static = row.external_ids.contains_key(&format!("{STATIC_MARK_PREFIX}{name}"));
            host.name = name;
        }
        for (key, value) in reverse {
            let entry = (key.clone(), value.clone());
            match hosts.by_name.get_mut(&host_name(value, domain)) {
                Some(host) => host.reverse.extend([entry]),
                None => hosts.dangling.extend([entry]),
            }
        }
        hosts
    }
}

/// The hostname that a name stands for: what is left of the domain, or the whole name outside it.
/// Case and a trailing dot make no difference.
pub fn host_name(name: &str, domain: &Domain) -> String {
    let lower = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    match lower.strip_suffix(domain.as_str()).and_then(|rest| rest.strip_suffix('.')) {
        Some(label) if !label.is_empty() => label.to_owned(),
        _ => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_one_host_are_grouped_whatever_their_form() {
        let row = DnsRow {
            records: [
                ("Web.internal.", "10.0.0.10,10.0.0.11"),
                ("web", "10.0.0.10"),
                ("10.0.0.10.in-addr.arpa", "web.internal"),
                ("99.0.0.10.in-addr.arpa", "gone.internal"),
                ("db.other.org", "10.0.0.12"),
            ]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into(),
            external_ids: [("qdns-static-web".to_owned(), "true".to_owned())].into(),
            ..DnsRow::default()
        };
        let hosts = Hosts::of(&row, &Domain::default());
        let web = &hosts.by_name["web"];
        assert_eq!(web.names().count(), 2);
        assert_eq!(web.addresses().len(), 2);
        assert_eq!(web.reverse_addresses(), ["10.0.0.10".parse::<IpAddr>().unwrap()]);
        assert!(web.is_static && web.reverse.len() == 1);
        assert!(hosts.by_name.contains_key("db.other.org"));
        assert_eq!(hosts.dangling.len(), 1);
    }
}
