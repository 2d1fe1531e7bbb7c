//! Changes of hosts that exist: fewer addresses, another name, another domain.

use std::net::IpAddr;

use super::draft::Draft;
use super::foreign;
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::host::{Host, Keys, Text, host_name};
use crate::model::marks::DOMAIN_MARK;
use crate::model::name::{Domain, HostArg, Hostname};
use crate::model::shell::CommandLine;

impl<'a> Draft<'a> {
    /// Removes some of a host's addresses, with their PTR records.
    ///
    /// # Errors
    /// Not found where the zone has no such host, or the host does not have an address; a conflict where no address
    /// would be left, and for an alias.
    pub fn remove_addresses(&mut self, name: &str, addresses: &[IpAddr]) -> Result<()> {
        let known = self.existing(name)?;
        let switch = &self.switch.name;
        let remove = |name: &str| CommandLine::qdns(["record", "rm"]).value(switch).value(name);
        if let Some(of) = &known.alias_of {
            return Err(Error::conflict(format!("{} is an alias and has the addresses of {of}", known.name))
                .hint(format!("remove the alias: {}", remove(&known.name))));
        }
        let stored = known.addresses();
        if let Some(other) = addresses.iter().find(|address| !stored.contains(address)) {
            let has = address::to_value(&stored).replace(' ', " and ");
            return Err(Error::not_found(format!("host {} has {has}, not {other}", known.name)));
        }
        let left: Vec<IpAddr> = stored.into_iter().filter(|address| !addresses.contains(address)).collect();
        if left.is_empty() {
            return Err(Error::conflict(format!("{} would have no address left", known.name))
                .hint(format!("remove the host: {}", remove(&known.name))));
        }
        let value: Text = address::to_value(&left).into();
        let with_value = |keys: &Keys<'a>| keys.iter().map(|(key, _)| (key.clone(), value.clone())).collect();
        let goes = |key: &str| address::from_reverse_name(key).is_some_and(|ip| addresses.contains(&ip));
        let host = Host {
            short: with_value(&known.short),
            full: with_value(&known.full),
            reverse: known.reverse.iter().filter(|(key, _)| !goes(key)).cloned().collect(),
            ..known.clone()
        };
        self.put(known, host.clone());
        self.follow(&host.name);
        Ok(())
    }

    /// Gives a host or an alias another name. Its addresses, PTR records, marks and aliases move with it.
    ///
    /// # Errors
    /// Not found where the zone has no such host; invalid input where a name breaks a rule; a conflict where the new
    /// name is taken, here or in a row of another program.
    pub fn rename(&mut self, name: &str, new: &HostArg) -> Result<()> {
        let known = self.existing(name)?;
        let new = new.under(&self.domain)?.clone();
        let fqdn = new.fqdn(&self.domain)?;
        if known.name == new.as_str() {
            return Ok(());
        }
        if let Some(other) = self.hosts.by_name.get(new.as_str()) {
            let show = CommandLine::qdns(["record", "show"]).value(&self.switch.name).value(&new);
            return Err(Error::conflict(format!(
                "{} has a host {new} already, with {}",
                self.switch.name,
                other.value()
            ))
            .hint(format!("{show} shows it")));
        }
        let short = (!known.short.is_empty()).then_some(new.as_str());
        let full = (!known.full.is_empty()).then_some(fqdn.as_str());
        self.check_foreign(short.into_iter().chain(full))?;
        let keys = |keys: &Keys<'a>, name: &str| {
            let first = keys.first();
            first.map(|(_, value)| (Text::from(name.to_owned()), value.clone())).into_iter().collect()
        };
        let points_to_it = |(key, _): &(Text<'a>, Text<'a>)| (key.clone(), fqdn.clone().into());
        let host = Host {
            name: new.as_str().to_owned().into(),
            short: keys(&known.short, new.as_str()),
            full: keys(&known.full, &fqdn),
            reverse: known.reverse.iter().map(points_to_it).collect(),
            ..known.clone()
        };
        let (old, aliases): (Text, Vec<Host>) =
            (known.name.clone(), self.aliases_of(&known.name).cloned().collect());
        self.put(known, Host { name: old.clone(), ..Host::default() });
        self.hosts.by_name.remove(&old);
        let new = host.name.clone();
        self.put(Host { name: new.clone(), ..Host::default() }, host);
        for alias in aliases {
            self.put(alias.clone(), Host { alias_of: Some(new.clone()), ..alias });
        }
        self.renamed.push((old.into_owned(), new.into_owned()));
        Ok(())
    }

    /// Gives the zone another domain: every FQDN, and every PTR record that points to one, ends in it. Names outside
    /// of the zone's domain stay. Nothing else may be changed in this draft.
    ///
    /// # Errors
    /// Invalid input where an FQDN would be too long; a conflict where one is taken, here or in a row of another
    /// program.
    pub fn set_domain(&mut self, domain: &Domain) -> Result<()> {
        let old = std::mem::replace(&mut self.domain, domain.clone());
        let inside: Vec<Host> =
            self.hosts.by_name.values().filter(|host| !host.name.contains('.')).cloned().collect();
        for host in &inside {
            let names_fqdn = |value: &str| host_name(value, &old) == host.name && value.contains('.');
            if host.full.is_empty() && !host.reverse.iter().any(|(_, value)| names_fqdn(value)) {
                continue;
            }
            let fqdn = match Hostname::parse(&host.name) {
                Ok(name) => name.fqdn(domain)?,
                Err(_) => format!("{}.{domain}", host.name),
            };
            if !host.full.is_empty() {
                // After an interrupted change of the domain, another writer may have added the old FQDN again.
                let taken =
                    self.records.get(&fqdn).filter(|value| !host.full.iter().any(|(_, own)| own == *value));
                if let Some(value) = taken {
                    let message =
                        format!("{fqdn} is in the zone of {} already, with {value}", self.switch.name);
                    return Err(Error::conflict(message).hint("choose another domain"));
                }
                self.check_foreign([fqdn.as_str()])?;
            }
            let moved = host.full.first().map(|(_, value)| (Text::from(fqdn.clone()), value.clone()));
            let points_to_it = |(key, value): &(Text<'a>, Text<'a>)| {
                (key.clone(), if names_fqdn(value) { fqdn.clone().into() } else { value.clone() })
            };
            let host_after = Host {
                full: moved.into_iter().collect(),
                reverse: host.reverse.iter().map(points_to_it).collect(),
                ..host.clone()
            };
            self.put(host.clone(), host_after);
        }
        self.marks.insert(DOMAIN_MARK.to_owned(), domain.as_str().to_owned());
        self.former_domain = Some(old);
        Ok(())
    }

    /// # Errors
    /// Not found where the zone has no such host; invalid input where the name breaks a rule.
    pub fn check_exists(&self, name: &str) -> Result<()> {
        self.existing(name).map(drop)
    }

    /// A host or an alias of the zone.
    ///
    /// # Errors
    /// Not found; invalid input where the name breaks a rule.
    pub(super) fn existing(&self, name: &str) -> Result<Host<'a>> {
        let key = host_name(name, &self.domain);
        if let Some(host) = self.hosts.by_name.get(&key) {
            return Ok(host.clone());
        }
        if let Some(error) = foreign::has_name(self.switch, &self.foreign, name) {
            return Err(error);
        }
        self.check_is_a_name(name)?;
        HostArg::parse(name)?.under(&self.domain)?;
        Err(self.unknown_host(&key))
    }

    /// # Errors
    /// Invalid input for an address and for a pattern, with the hosts that are meant.
    fn check_is_a_name(&self, name: &str) -> Result<()> {
        let switch = &self.switch.name;
        if let Ok(address) = name.parse::<IpAddr>() {
            let hosts = self.hosts.by_name.values().filter(|host| host.alias_of.is_none());
            let holders: Vec<&str> = hosts
                .filter(|host| host.addresses().contains(&address))
                .map(|host| host.name.as_ref())
                .collect();
            let error = Error::invalid(format!("hostname {name:?} is refused: it is an address"));
            return Err(match &holders[..] {
                [] => error.hint(format!(
                    "no host of {switch} has it; {} lists its hosts",
                    CommandLine::qdns(["record", "ls"]).value(switch)
                )),
                holders => {
                    let show = CommandLine::qdns(["record", "show"]).value(switch).value(name);
                    error.hint(format!("it is the address of {}; {show} shows more", holders.join(" and ")))
                }
            });
        }
        if name.contains(['*', '?']) {
            let list = CommandLine::qdns(["record", "ls"]).value(switch).option("--name").option(name);
            return Err(Error::invalid(format!(
                "hostname {name:?} is refused: it is a pattern, not a hostname"
            ))
            .hint(format!("{list} lists the hosts that match")));
        }
        Ok(())
    }

    /// # Errors
    /// A conflict where a row of another program has one of the names, and the zone does not.
    pub(super) fn check_foreign<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<()> {
        for name in names {
            if let Some((other, _)) = self.foreign_value(name).filter(|_| !self.is_stored(name)) {
                return Err(other.has_already(name, self.switch).hint(other.another_name()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::model::fixture::on_first;
    use crate::model::snapshot::Snapshot;
    use crate::plan::Plan;

    fn net1() -> Snapshot {
        let records = [
            ("web", "10.0.0.2 10.0.0.3"),
            ("web.internal", "10.0.0.2 10.0.0.3"),
            ("2.0.0.10.in-addr.arpa", "web.internal"),
            ("3.0.0.10.in-addr.arpa", "web.internal"),
            ("db.other.org", "10.0.0.4"),
        ];
        Snapshot::of_net1(vec![], &records, &["qdns-static-web"])
    }

    fn plan(snapshot: &Snapshot, change: impl FnOnce(&mut Draft) -> Result<()>) -> Result<Plan> {
        on_first(snapshot, |topology, net1| {
            let mut draft = Draft::open(topology, net1)?;
            change(&mut draft)?;
            Ok(draft.close())
        })
    }

    /// The keys and marks after a change, with their values.
    fn after(change: impl FnOnce(&mut Draft) -> Result<()>) -> Vec<String> {
        let mut snapshot = net1();
        plan(&snapshot, change).unwrap().apply_to(&mut snapshot);
        let row = &snapshot.dns[0];
        row.records.iter().chain(&row.external_ids).map(|(key, value)| format!("{key}={value}")).collect()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_of_two_addresses_is_removed_with_its_ptr_record() {
        let left = after(|draft| draft.remove_addresses("web", &[ip("10.0.0.3")]));
        assert_eq!(
            left,
            [
                "2.0.0.10.in-addr.arpa=web.internal",
                "db.other.org=10.0.0.4",
                "web=10.0.0.2",
                "web.internal=10.0.0.2",
                "qdns-static-web=true",
                "switch=net1"
            ]
        );
    }

    #[test]
    fn the_last_address_and_an_unknown_one_are_refused() {
        let remove =
            |list: &[IpAddr]| plan(&net1(), |draft| draft.remove_addresses("web", list)).unwrap_err().kind;
        assert_eq!(remove(&[ip("10.0.0.2"), ip("10.0.0.3")]), Kind::Conflict);
        assert_eq!(remove(&[ip("10.0.0.9")]), Kind::NotFound);
    }

    #[test]
    fn another_domain_is_in_every_key_value_and_mark_of_the_zone_and_nowhere_else() {
        let domain = Domain::parse("prod.internal").unwrap();
        assert_eq!(
            after(|draft| draft.set_domain(&domain)),
            [
                "2.0.0.10.in-addr.arpa=web.prod.internal",
                "3.0.0.10.in-addr.arpa=web.prod.internal",
                "db.other.org=10.0.0.4",
                "web=10.0.0.2 10.0.0.3",
                "web.prod.internal=10.0.0.2 10.0.0.3",
                "qdns-domain=prod.internal",
                "qdns-static-web=true",
                "switch=net1"
            ]
        );
    }

    #[test]
    fn an_fqdn_that_is_taken_refuses_the_domain() {
        let mut snapshot = net1();
        snapshot.dns[0].records.insert("web.other.org".into(), "10.0.0.8".into());
        let domain = Domain::parse("other.org").unwrap();
        let error = plan(&snapshot, |draft| draft.set_domain(&domain)).unwrap_err();
        assert_eq!(error.message, "web.other.org is in the zone of net1 already, with 10.0.0.8");
    }

    #[test]
    fn an_interrupted_change_of_the_domain_is_finished_by_the_same_change() {
        let mut snapshot = net1();
        // As the first of several transactions leaves it.
        let value = snapshot.dns[0].records.remove("web.internal").unwrap();
        snapshot.dns[0].records.insert("web.prod.internal".into(), value);
        for key in ["2.0.0.10.in-addr.arpa", "3.0.0.10.in-addr.arpa"] {
            snapshot.dns[0].records.insert(key.into(), "web.prod.internal".into());
        }
        let domain = Domain::parse("prod.internal").unwrap();
        plan(&snapshot, |draft| draft.set_domain(&domain)).unwrap().apply_to(&mut snapshot);
        let records: Vec<String> =
            snapshot.dns[0].records.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let whole = after(|draft| draft.set_domain(&domain));
        assert_eq!(records, whole[..records.len()]);
    }
}
