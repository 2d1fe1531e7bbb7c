//! Hosts: each hostname with its FQDN, addresses and reverse names, as a zone's keys have them and as files do.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

use uuid::Uuid;

use super::address;
use super::marks::HostMark;
use super::name::{Domain, Hostname, in_lower_case};
use super::snapshot::DnsRow;
use super::switch::full_uuid;

/// A text of the row, or a text of our own.
pub type Text<'a> = Cow<'a, str>;

/// Keys and their values.
pub type Keys<'a> = Vec<(Text<'a>, Text<'a>)>;

/// Which names a host has or must have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// The hostname and the FQDN.
    #[default]
    Both,
    /// Only the hostname without the domain.
    Short,
    /// Only the FQDN.
    Fqdn,
}

impl Names {
    /// Both names, or the FQDN only.
    pub fn with_short(has_short: bool) -> Self {
        if has_short { Names::Both } else { Names::Fqdn }
    }

    pub fn has_short(self) -> bool {
        self != Names::Fqdn
    }

    pub fn has_fqdn(self) -> bool {
        self != Names::Short
    }

    /// The word for it in files and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Names::Both => "both",
            Names::Short => "short",
            Names::Fqdn => "fqdn",
        }
    }

    /// The word for it if a host has only one of its names.
    pub fn only(self) -> Option<&'static str> {
        Some(self.as_str()).filter(|_| self != Names::Both)
    }

    /// What `record add` needs to make a host with these names.
    pub fn option(self) -> Option<&'static str> {
        if self.has_short() { None } else { Some("--no-short") }
    }

    /// As [`Names::as_str`] has it.
    pub fn parse(word: &str) -> Option<Self> {
        [Names::Both, Names::Short, Names::Fqdn].into_iter().find(|names| names.as_str() == word)
    }
}

/// A host as files hold it, apart from any zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostEntry {
    /// The hostname or the FQDN.
    pub name: String,
    /// In order. An entry without an address only has reverse names for a host that exists.
    pub addresses: Vec<IpAddr>,
    /// The addresses that get reverse names; `None`: all of them.
    pub reverse: Option<Vec<IpAddr>>,
    /// Whether the host is exempt from clean-up.
    pub is_static: bool,
    pub names: Names,
    /// The host that an alias follows: its hostname or FQDN. An alias needs no addresses.
    pub alias_of: Option<String>,
    /// The port that registered the host.
    pub port: Option<PortOrigin>,
}

/// The port that registered a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortOrigin {
    pub uuid: Uuid,
    /// Its name, where that is known.
    pub name: Option<String>,
}

impl HostEntry {
    /// The addresses that get reverse names.
    pub fn reverse(&self) -> &[IpAddr] {
        self.reverse.as_ref().unwrap_or(&self.addresses)
    }

    /// Adds what another entry has for the same host. `known` is of this host and its earlier entries.
    pub fn absorb(&mut self, other: &HostEntry, known: &mut KnownAddresses) {
        if self.reverse.is_none() && other.reverse.is_some() {
            self.reverse = Some(self.addresses.clone());
            known.reverse.clone_from(&known.addresses);
        }
        if let Some(reverse) = &mut self.reverse {
            extend_once(reverse, other.reverse(), &mut known.reverse);
        }
        if self.addresses.is_empty() {
            self.names = other.names;
        }
        extend_once(&mut self.addresses, &other.addresses, &mut known.addresses);
        self.is_static |= other.is_static;
        self.alias_of = self.alias_of.take().or_else(|| other.alias_of.clone());
        self.port = self.port.take().or_else(|| other.port.clone());
    }
}

/// The addresses that the entries of a host have so far. A file may have millions of them.
#[derive(Clone, Debug)]
pub struct KnownAddresses {
    addresses: HashSet<IpAddr>,
    reverse: HashSet<IpAddr>,
}

impl KnownAddresses {
    pub fn of(entry: &HostEntry) -> Self {
        KnownAddresses {
            addresses: entry.addresses.iter().copied().collect(),
            reverse: entry.reverse.iter().flatten().copied().collect(),
        }
    }
}

/// Adds the addresses that are not there yet.
fn extend_once(list: &mut Vec<IpAddr>, more: &[IpAddr], known: &mut HashSet<IpAddr>) {
    list.extend(more.iter().copied().filter(|address| known.insert(*address)));
}

/// A host as the zone holds it, well formed or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host<'a> {
    /// The hostname in lower case; for a name outside the zone's domain, the whole name.
    pub name: Text<'a>,
    /// The keys without a dot and their values, as stored.
    pub short: Keys<'a>,
    /// The keys under the domain (or outside it) and their values, as stored.
    pub full: Keys<'a>,
    /// The reverse names that point to the host, and their values, as stored.
    pub reverse: Keys<'a>,
    /// Whether the host is exempt from clean-up.
    pub is_static: bool,
    /// Which names the host must have: a mark says that it has no short name on purpose.
    pub wanted: Names,
    /// The port that registered the host. A host that was made by hand has none.
    pub origin: Option<Uuid>,
    /// The host that an alias follows; `None` for a host.
    pub alias_of: Option<Text<'a>>,
}

impl Host<'_> {
    /// Which names exist.
    pub fn which_names(&self) -> Names {
        if !self.short.is_empty() && self.full.is_empty() {
            return Names::Short;
        }
        Names::with_short(!self.short.is_empty())
    }

    /// All keys that are names, and their values.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.short).chain(pairs(&self.full))
    }

    /// The names that OVN finds, with their values; all names where it finds none of them. What a key with a capital
    /// letter or a trailing dot says next to one that answers is not the host's.
    pub fn answering(&self) -> impl Iterator<Item = (&str, &str)> {
        let finds_none = !self.names().any(|(key, _)| is_asked_for(key));
        self.names().filter(move |(key, _)| finds_none || is_asked_for(key))
    }

    /// The value of a mark; `None` where the host does not have it.
    pub fn mark(&self, mark: HostMark) -> Option<String> {
        let flag = |is_set: bool| is_set.then(|| "true".to_owned());
        match mark {
            HostMark::Static => flag(self.is_static),
            HostMark::NoShort => flag(!self.wanted.has_short()),
            HostMark::Port => self.origin.map(|port| port.to_string()),
            HostMark::Alias => self.alias_of.as_deref().map(str::to_owned),
        }
    }

    /// Whether a name is missing, but not on purpose.
    pub fn lacks_a_name(&self) -> bool {
        (self.short.is_empty() && self.wanted.has_short()) || self.full.is_empty()
    }

    /// All keys of the host, and their values.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names().chain(pairs(&self.reverse))
    }

    /// The value of the FQDN, or of the short name where there is no FQDN, as stored. A name that OVN finds goes first.
    pub fn value(&self) -> &str {
        let of = |has_dot: bool| self.answering().find(|(key, _)| key.contains('.') == has_dot);
        of(true).or_else(|| of(false)).map(|(_, value)| value).unwrap_or_default()
    }

    /// Every address that a name of the host holds, each once; see [`Host::answering`].
    pub fn addresses(&self) -> Vec<IpAddr> {
        let mut all = Vec::new();
        let mut last = "";
        for (_, value) in self.answering() {
            if value != last {
                last = value;
                for address in address::from_value(value) {
                    if !all.contains(&address) {
                        all.push(address);
                    }
                }
            }
        }
        all
    }

    /// The addresses whose reverse names point to the host.
    pub fn reverse_addresses(&self) -> Vec<IpAddr> {
        let mut all: Vec<IpAddr> =
            self.reverse.iter().filter_map(|(key, _)| address::from_reverse_name(key)).collect();
        all.sort();
        all
    }
}

/// Whether OVN finds a key: a query is in lower case and has no trailing dot.
pub fn is_asked_for(key: &str) -> bool {
    !key.ends_with('.') && !key.contains(char::is_uppercase)
}

fn pairs<'k>(keys: &'k Keys) -> impl Iterator<Item = (&'k str, &'k str)> {
    keys.iter().map(|(key, value)| (key.as_ref(), value.as_ref()))
}

/// The hosts of a row, by name, and the reverse names that belong to none of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts<'a> {
    /// Hosts by their name in lower case.
    pub by_name: BTreeMap<Text<'a>, Host<'a>>,
    /// Reverse names whose value names no host of the row.
    pub dangling: BTreeMap<Text<'a>, Text<'a>>,
}

impl<'a> Hosts<'a> {
    /// Groups the keys of a row under its domain.
    pub fn of(row: &'a DnsRow, domain: &Domain) -> Self {
        let borrowed = |text: &'a String| Cow::Borrowed(text.as_str());
        let names = row.records.iter().filter(|(key, _)| !address::is_reverse_name(key));
        let mut named: Vec<(Text, &String, &String)> =
            names.map(|(key, value)| (host_name(key, domain), key, value)).collect();
        // The keys of one host keep their order.
        named.sort_by(|a, b| a.0.cmp(&b.0));
        let has_marks = row.external_ids.keys().any(|key| HostMark::of_key(key).is_some());
        let value = |mark: HostMark, name: &str| {
            if has_marks { row.external_ids.get(&mark.key(name)) } else { None }
        };
        let has = |mark, name: &str| value(mark, name).is_some();
        let by_name = named.chunk_by(|a, b| a.0 == b.0).map(|keys| {
            let name = &keys[0].0;
            let (full, short) = keys.iter().partition::<Vec<_>, _>(|(_, key, _)| key.contains('.'));
            let pairs = |keys: Vec<&(Text, &'a String, &'a String)>| {
                keys.into_iter().map(|(_, key, value)| (borrowed(key), borrowed(value))).collect()
            };
            let host = Host {
                name: name.clone(),
                short: pairs(short),
                full: pairs(full),
                reverse: Keys::new(),
                is_static: has(HostMark::Static, name),
                wanted: Names::with_short(!has(HostMark::NoShort, name)),
                origin: value(HostMark::Port, name).and_then(|text| full_uuid(text)),
                alias_of: value(HostMark::Alias, name).and_then(|text| target(name, text)),
            };
            (name.clone(), host)
        });
        let mut hosts = Hosts { by_name: by_name.collect(), dangling: BTreeMap::new() };
        for (key, value) in row.records.iter().filter(|(key, _)| address::is_reverse_name(key)) {
            match hosts.by_name.get_mut(&host_name(value, domain)) {
                Some(host) => host.reverse.push((borrowed(key), borrowed(value))),
                None => drop(hosts.dangling.insert(borrowed(key), borrowed(value))),
            }
        }
        hosts
    }
}

/// The host in the mark of an alias. A mark that names no hostname, or the alias itself, is not used.
fn target<'a>(alias: &str, text: &'a str) -> Option<Text<'a>> {
    let host = Hostname::parse(text).ok()?;
    (host.as_str() == text && text != alias).then_some(Cow::Borrowed(text))
}

/// The hostname of a name: the labels before the domain, or the whole name if it is outside the domain.
/// Case and a trailing dot make no difference.
pub fn host_name<'n>(name: &'n str, domain: &Domain) -> Text<'n> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let end = name.len().checked_sub(domain.as_str().len() + 1).filter(|end| *end > 0);
    let label = end.and_then(|end| Some((name.get(..end)?, name.get(end..)?.strip_prefix('.')?)));
    let name = match label {
        Some((label, rest)) if rest.eq_ignore_ascii_case(domain.as_str()) => label,
        _ => name,
    };
    in_lower_case(name)
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
        assert_eq!(web.value(), "10.0.0.10");
        assert_eq!(web.addresses().len(), 1, "OVN does not find Web.internal.");
        assert_eq!(web.reverse_addresses(), ["10.0.0.10".parse::<IpAddr>().unwrap()]);
        assert!(web.is_static && web.reverse.len() == 1);
        assert!(hosts.by_name.contains_key("db.other.org"));
        assert_eq!(hosts.dangling.len(), 1);
    }
}
