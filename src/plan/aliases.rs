//! Aliases: names that have the addresses of a host, and follow it.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::draft::Draft;
use crate::error::{Error, Result};
use crate::model::host::{Host, Names, Text};
use crate::model::name::{HostArg, Hostname};
use crate::model::shell::CommandLine;
use crate::model::snapshot::Port;

/// An alias as the operator or a port wants it.
#[derive(Clone, Debug)]
pub struct WantedAlias {
    pub alias: HostArg,
    /// The host that it follows.
    pub host: HostArg,
    /// Take the place of a host or of another host's alias.
    pub replace: bool,
    /// The port that registers it. `None` keeps the one that the alias has.
    pub origin: Option<Uuid>,
}

impl<'a> Draft<'a> {
    /// Adds an alias. One that is there already gets the host's addresses.
    ///
    /// # Errors
    /// Not found where the zone has no such host; invalid input where a name breaks a rule; a conflict where the
    /// name is taken and `replace` is not set, where the host is an alias itself, and where a row of another program
    /// has the name.
    pub fn add_alias(&mut self, wanted: &WantedAlias) -> Result<()> {
        let alias = wanted.alias.under(&self.domain)?.clone();
        let target = wanted.host.under(&self.domain)?.clone();
        let fqdn = alias.fqdn(&self.domain)?;
        if alias == target {
            return Err(Error::invalid(format!("{alias} cannot be an alias of itself"))
                .hint("name another host after --alias-of"));
        }
        let Some(host) = self.hosts.by_name.get(target.as_str()).cloned() else {
            return Err(self.unknown_host(target.as_str()));
        };
        if let Some(other) = &host.alias_of {
            return Err(Error::conflict(format!("{target} is an alias itself, of {other}"))
                .hint(self.command(&alias, other).to_string()));
        }
        let known = self.known(&alias);
        self.check_alias_is_free(&alias, &target, &known, wanted.replace)?;
        self.check_foreign([alias.as_str(), fqdn.as_str()])?;
        self.rely_on(&host);
        self.put_alias(known, &alias, &fqdn, &host, wanted.origin);
        Ok(())
    }

    /// Adds an alias that a port lists, unless the operator added it before.
    fn add_port_alias(&mut self, alias: HostArg, host: &HostArg, port: Uuid) -> Result<()> {
        let known = self.hosts.by_name.get(alias.hostname.as_str());
        let is_by_hand = known.is_some_and(|known| {
            known.origin.is_none() && known.alias_of.as_deref() == Some(host.hostname.as_str())
        });
        let origin = (!is_by_hand).then_some(port);
        self.add_alias(&WantedAlias { alias, host: host.clone(), replace: false, origin })
    }

    /// Removes the aliases of a host. They come back if the host is added again to this draft.
    pub(super) fn remove_aliases(&mut self, host: &str) {
        for alias in self.aliases.remove(host).into_iter().flatten() {
            let Some(known) = self.hosts.by_name.remove(&alias) else { continue };
            self.gone.push(known.clone());
            self.put(known, Host { name: alias.clone(), ..Host::default() });
            self.hosts.by_name.remove(&alias);
        }
    }

    /// Gives the aliases of a host its addresses.
    pub(super) fn follow(&mut self, name: &str) {
        self.restore_aliases(name);
        let Some(host) = self.hosts.by_name.get(name).cloned() else { return };
        for alias in self.aliases.get(name).cloned().unwrap_or_default() {
            let known = self.hosts.by_name.get(&alias).cloned().unwrap_or_default();
            let Ok(hostname) = Hostname::parse(&alias) else { continue };
            let Ok(fqdn) = hostname.fqdn(&self.domain) else { continue };
            self.put_alias(known, &hostname, &fqdn, &host, None);
        }
    }

    /// Gives every alias the addresses of its host.
    pub fn follow_all(&mut self) {
        let hosts: Vec<Text> = self.aliases.keys().cloned().collect();
        hosts.iter().for_each(|host| self.follow(host));
    }

    /// The aliases of a host.
    pub fn aliases_of(&self, host: &str) -> impl Iterator<Item = &Host<'a>> {
        let names = self.aliases.get(host).into_iter().flatten();
        names.filter_map(|name| self.hosts.by_name.get(name))
    }

    /// Notes whose alias a name is now.
    pub(super) fn index_alias(&mut self, known: &Host<'a>, host: &Host<'a>) {
        if known.alias_of == host.alias_of {
            return;
        }
        if let Some(names) = known.alias_of.as_ref().and_then(|of| self.aliases.get_mut(of)) {
            names.remove(&host.name);
        }
        if let Some(of) = &host.alias_of {
            self.aliases.entry(of.clone()).or_default().insert(host.name.clone());
        }
    }

    /// Adds the aliases of a host again that went with it, unless their names are taken now.
    fn restore_aliases(&mut self, name: &str) {
        let (own, others): (Vec<Host>, Vec<Host>) = std::mem::take(&mut self.gone)
            .into_iter()
            .partition(|alias| alias.alias_of.as_deref() == Some(name));
        self.gone = others;
        for alias in own {
            if !self.hosts.by_name.contains_key(&alias.name) {
                self.put(Host { name: alias.name.clone(), ..Host::default() }, alias);
            }
        }
    }

    fn put_alias(
        &mut self,
        known: Host<'a>,
        alias: &Hostname,
        fqdn: &str,
        host: &Host<'a>,
        origin: Option<Uuid>,
    ) {
        let value = host.value().to_owned();
        let stays = known.alias_of.as_ref() == Some(&host.name);
        let wanted = Host {
            name: alias.as_str().to_owned().into(),
            short: vec![(alias.as_str().to_owned().into(), value.clone().into())],
            full: vec![(fqdn.to_owned().into(), value.into())],
            wanted: Names::Both,
            origin: origin.or(known.origin.filter(|_| stays)),
            alias_of: Some(host.name.clone()),
            ..Host::default()
        };
        self.put(known, wanted);
    }

    fn check_alias_is_free(
        &self,
        alias: &Hostname,
        target: &Hostname,
        known: &Host,
        replace: bool,
    ) -> Result<()> {
        let switch = &self.switch.name;
        let is_free = known.names().next().is_none() || known.alias_of.as_deref() == Some(target.as_str());
        let replace_it =
            || format!("to replace it: {}", self.command(alias, target.as_str()).option("--replace"));
        match &known.alias_of {
            _ if is_free => Ok(()),
            Some(_) | None if replace && self.aliases_of(alias.as_str()).next().is_none() => Ok(()),
            Some(other) => {
                Err(Error::conflict(format!("{alias} of {switch} is an alias of {other} already"))
                    .hint(replace_it()))
            }
            None if replace => {
                let own: Vec<&str> = self.aliases_of(alias.as_str()).map(|host| host.name.as_ref()).collect();
                let remove = CommandLine::qdns(["record", "rm"]).value(switch).value(alias);
                Err(Error::conflict(format!("{alias} of {switch} has aliases: {}", own.join(", ")))
                    .hint(format!("remove it with them first: {remove}")))
            }
            None => Err(Error::conflict(format!("{alias} of {switch} is a host and has {}", known.value()))
                .hint(replace_it())),
        }
    }

    /// The command that adds an alias.
    fn command(&self, alias: &Hostname, host: &str) -> CommandLine {
        alias_command(&self.switch.name, alias.as_str(), host)
    }
}

/// The command that adds an alias.
pub fn alias_command(switch: &str, alias: &str, host: &str) -> CommandLine {
    CommandLine::qdns(["record", "add"]).value(switch).value(alias).option("--alias-of").option(host)
}

/// Makes the aliases of a host those that its ports list, as far as ports registered them: those of an operator stay.
/// Returns warnings for names that cannot be aliases.
pub(super) fn of_ports(draft: &mut Draft, host: &str, ports: &[&Port]) -> Vec<String> {
    let Ok(target) = HostArg::parse(host) else { return Vec::new() };
    let mut warnings = Vec::new();
    let mut listed: BTreeSet<String> = BTreeSet::new();
    for port in ports {
        for name in port.alias_names() {
            let added = HostArg::parse(name).and_then(|alias| {
                listed.insert(alias.under(&draft.domain)?.as_str().to_owned());
                draft.add_port_alias(alias, &target, port.uuid)
            });
            if let Err(error) = added {
                warnings.push(format!("port {}: alias {name}: {}", port.name, error.in_one_line()));
            }
        }
    }
    let is_own =
        |alias: &&Host| alias.origin.is_some_and(|origin| ports.iter().any(|port| port.uuid == origin));
    let aliases = draft.aliases_of(host).filter(is_own).map(|alias| alias.name.to_string());
    let gone: Vec<String> = aliases.filter(|name| !listed.contains(name)).collect();
    for name in gone {
        // It is there.
        let _ = draft.remove(&name);
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::model::fixture::on_first;
    use crate::model::marks::HostMark;
    use crate::model::snapshot::Snapshot;
    use crate::plan::change::Column;
    use crate::plan::hosts::Wanted;

    /// `net1` with the hosts `web` and `db`, and the alias `www` of `web`.
    fn net1() -> Snapshot {
        let records = [
            ("web", "10.0.0.2"),
            ("web.internal", "10.0.0.2"),
            ("www", "10.0.0.2"),
            ("www.internal", "10.0.0.2"),
            ("db", "10.0.0.3"),
            ("db.internal", "10.0.0.3"),
        ];
        let mut snapshot = Snapshot::of_net1(vec![], &records, &[]);
        snapshot.dns[0].external_ids.insert(HostMark::Alias.key("www"), "web".into());
        snapshot
    }

    fn host(name: &str) -> HostArg {
        HostArg::parse(name).unwrap()
    }

    fn add(draft: &mut Draft, alias: &str, of: &str, replace: bool) -> Result<()> {
        draft.add_alias(&WantedAlias { alias: host(alias), host: host(of), replace, origin: None })
    }

    /// The records and marks after a change of the draft.
    fn after(snapshot: &Snapshot, change: impl FnOnce(&mut Draft) -> Result<()>) -> Result<Vec<String>> {
        let plan = on_first(snapshot, |topology, net1| {
            let mut draft = Draft::open(topology, net1)?;
            change(&mut draft)?;
            Ok(draft.close())
        })?;
        let mut after = snapshot.clone();
        plan.apply_to(&mut after);
        let row = &after.dns[0];
        let all = row.records.iter().chain(&row.external_ids).map(|(key, value)| format!("{key}={value}"));
        Ok(all.filter(|text| !text.contains("arpa") && text.contains("ww")).collect())
    }

    fn replaced(draft: &mut Draft, name: &str, address: &str) -> Result<()> {
        let wanted = Wanted::new(host(name), vec![address.parse().unwrap()]);
        draft.add(&Wanted { replace: true, ..wanted })
    }

    #[test]
    fn an_alias_follows_a_host_that_gets_another_address() {
        let changed = after(&net1(), |draft| replaced(draft, "web", "10.0.0.9")).unwrap();
        assert_eq!(changed, ["www=10.0.0.9", "www.internal=10.0.0.9", "qdns-alias-www=web"]);
    }

    #[test]
    fn an_alias_follows_a_host_that_gets_another_name() {
        let changed = after(&net1(), |draft| draft.rename("web", &host("app"))).unwrap();
        assert_eq!(changed, ["www=10.0.0.2", "www.internal=10.0.0.2", "qdns-alias-www=app"]);
    }

    #[test]
    fn an_alias_goes_with_its_host() {
        assert_eq!(after(&net1(), |draft| draft.remove("web")).unwrap(), [""; 0]);
    }

    #[test]
    fn an_alias_comes_back_with_its_host_in_one_draft() {
        let changed = after(&net1(), |draft| {
            draft.remove("web")?;
            replaced(draft, "web", "10.0.0.9")
        });
        assert_eq!(changed.unwrap(), ["www=10.0.0.9", "www.internal=10.0.0.9", "qdns-alias-www=web"]);
    }

    #[test]
    fn an_alias_moves_to_another_host_only_if_asked() {
        let error = after(&net1(), |draft| add(draft, "www", "db", false)).unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (Kind::Conflict, "www of net1 is an alias of web already")
        );
        let changed = after(&net1(), |draft| add(draft, "www", "db", true)).unwrap();
        assert_eq!(changed, ["www=10.0.0.3", "www.internal=10.0.0.3", "qdns-alias-www=db"]);
    }

    #[test]
    fn an_alias_that_differs_is_repaired_by_adding_it_again() {
        let mut snapshot = net1();
        snapshot.dns[0].records.insert("www".into(), "10.0.0.99".into());
        let changed = after(&snapshot, |draft| add(draft, "www", "web", false)).unwrap();
        assert_eq!(changed, ["www=10.0.0.2", "www.internal=10.0.0.2", "qdns-alias-www=web"]);
    }

    #[test]
    fn adding_an_alias_fails_where_another_writer_changes_its_host() {
        let snapshot = net1();
        let plan = on_first(&snapshot, |topology, net1| {
            let mut draft = Draft::open(topology, net1).unwrap();
            add(&mut draft, "shop", "web", false).unwrap();
            draft.close()
        });
        let records = plan.expects.iter().filter(|entry| entry.column == Column::DnsRecords);
        let expected: Vec<&str> = records.map(|entry| entry.key.as_str()).collect();
        assert_eq!(expected, ["web", "web.internal"]);
    }

    #[test]
    fn a_foreign_row_keeps_its_name() {
        let mut snapshot = net1();
        let uuid = uuid::Uuid::from_u128(3);
        snapshot.switches[0].dns_records.push(uuid);
        snapshot.dns.push(crate::model::snapshot::DnsRow {
            uuid,
            external_ids: [("ls_name".to_owned(), "net1".to_owned())].into(),
            records: [("shop.internal".to_owned(), "10.0.0.7".to_owned())].into(),
            ..Default::default()
        });
        let error = after(&snapshot, |draft| add(draft, "shop", "web", false)).unwrap_err();
        assert_eq!(error.message, "a row of neutron on switch net1 has shop.internal already");
    }
}
