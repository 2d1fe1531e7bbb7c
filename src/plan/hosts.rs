//! The rules of one host: its names, its addresses and its PTR records, as they are added to a draft.

use std::net::IpAddr;

use uuid::Uuid;

use super::draft::Draft;
use crate::error::{Error, Result};
use crate::model::address::{self, same_set};
use crate::model::host::{Host, Keys, Names, host_name};
use crate::model::name::{HostArg, Hostname};
use crate::model::reserved::trusted;
use crate::model::shell::CommandLine;

/// A host as the operator wants it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The host's name as it was typed.
    pub host: HostArg,
    /// At least one.
    pub addresses: Vec<IpAddr>,
    /// The addresses that get reverse names; `None`: all of them.
    pub reverse: Option<Vec<IpAddr>>,
    /// `prune-stale` and `sync --prune` never remove it.
    pub is_static: bool,
    /// A name that the host has already stays, unless `replace` is set.
    pub names: Names,
    /// Whether a missing short name is not on purpose, so that the host gets no mark for it.
    pub lacks_short: bool,
    /// Take the place of other addresses of the same host, or of an alias.
    pub replace: bool,
    /// `addresses` are added to those that the host has.
    pub append: bool,
    /// The port that registers the host. With `None` a host keeps its port, unless `replace` is set: what replaces
    /// it was made by hand.
    pub origin: Option<Uuid>,
}

impl Wanted {
    /// A host with both its names and all reverse names.
    pub fn new(host: HostArg, addresses: Vec<IpAddr>) -> Self {
        Wanted {
            host,
            addresses,
            reverse: None,
            is_static: false,
            names: Names::Both,
            lacks_short: false,
            replace: false,
            append: false,
            origin: None,
        }
    }
}

impl Wanted {
    /// The command of qdns that adds the host to a switch.
    pub fn command(&self, switch: &str) -> CommandLine {
        let add = CommandLine::qdns(["record", "add"]).value(switch).value(&self.host.hostname);
        let add = self.addresses.iter().fold(add, CommandLine::value);
        let has_no_ptr = self.reverse.as_ref().is_some_and(Vec::is_empty);
        let options = [
            self.is_static.then_some("--static"),
            has_no_ptr.then_some("--no-ptr"),
            self.names.option(),
            self.replace.then_some("--replace"),
            self.append.then_some("--append"),
        ];
        options.into_iter().flatten().fold(add, CommandLine::option)
    }
}

/// Whether all addresses that are added to a host are of a family that it lacks: its port has none of that family
/// either.
fn adds_a_family(known: &Host, wanted: &Wanted) -> bool {
    let stored = known.addresses();
    let added = wanted.addresses.iter().filter(|address| !stored.contains(address));
    added.into_iter().all(|address| stored.iter().all(|other| other.is_ipv4() != address.is_ipv4()))
}

/// A host with its addresses and the ones to add. The names that it has stay as they are.
fn appended_to(known: &Host, wanted: &Wanted) -> Wanted {
    let stored = known.addresses();
    let is_new = known.names().next().is_none();
    let added = wanted.addresses.iter().filter(|address| !stored.contains(address));
    Wanted {
        addresses: stored.iter().chain(added).copied().collect(),
        reverse: Some(wanted.reverse.clone().unwrap_or_else(|| wanted.addresses.clone())),
        names: if is_new { wanted.names } else { known.which_names() },
        lacks_short: known.lacks_a_name(),
        ..wanted.clone()
    }
}

impl<'a> Draft<'a> {
    /// Adds or changes a host. A host that is as wanted already is no change.
    ///
    /// # Errors
    /// Invalid input where a name or an address breaks a rule; a conflict where the host has other addresses and
    /// `replace` is not set, and where it would get a name that a row of another program has.
    pub fn add(&mut self, wanted: &Wanted) -> Result<()> {
        let hostname = wanted.host.under(&self.domain)?.clone();
        let fqdn = hostname.fqdn(&self.domain)?;
        for address in &wanted.addresses {
            self.check_address(&hostname, *address)?;
        }
        let known = self.known(&hostname);
        let keeps_origin = !wanted.replace && (!wanted.append || adds_a_family(&known, wanted));
        let appended;
        let wanted = if wanted.append {
            appended = appended_to(&known, wanted);
            &appended
        } else {
            wanted
        };
        if let Some(host) = known.alias_of.as_deref().filter(|_| !wanted.replace) {
            return Err(self.is_alias(&hostname, host, wanted));
        }
        let value = self.value_for(&hostname, &known, wanted)?;
        self.check_foreign_names(&hostname, &fqdn, wanted)?;

        let keeps_short = !wanted.replace && known.short.iter().any(|(key, _)| key == hostname.as_str());
        let keeps_fqdn = !wanted.replace && !known.full.is_empty();
        let mut host =
            Host { name: hostname.as_str().to_owned().into(), is_static: known.is_static, ..Host::default() };
        if wanted.names.has_fqdn() || keeps_fqdn {
            host.full.push((fqdn.clone().into(), value.clone().into()));
        }
        if wanted.names.has_short() || keeps_short {
            host.short.push((hostname.as_str().to_owned().into(), value.into()));
        }
        let reverse = wanted.reverse.as_ref().unwrap_or(&wanted.addresses);
        host.reverse = self.reverse_for(&hostname, &fqdn, &known, wanted, reverse);
        host.is_static |= wanted.is_static;
        host.origin = wanted.origin.or(known.origin.filter(|_| keeps_origin));
        host.wanted = Names::with_short(!host.short.is_empty() || wanted.lacks_short);
        self.warn_of_trust(&known, &hostname);
        self.put(known, host);
        self.follow(hostname.as_str());
        Ok(())
    }

    fn check_address(&mut self, hostname: &Hostname, address: IpAddr) -> Result<()> {
        if let Some(why) = self.subnets.not_a_host(address) {
            return Err(Error::invalid(format!("address \"{address}\" is refused: {why}"))
                .hint("use the address of one guest in that subnet"));
        }
        if let Some((switch, net)) = self.subnets.outside(address) {
            self.warnings.push(format!("{hostname}: {address} is outside of {switch}'s subnet {net}"));
        }
        if let Some(switch) = self.subnets.router(address) {
            self.warnings.push(format!("{hostname}: {address} is the address of {switch}'s router"));
        }
        Ok(())
    }

    /// The value of the host's names.
    fn value_for(&self, hostname: &Hostname, known: &Host, wanted: &Wanted) -> Result<String> {
        let is_new = known.names().next().is_none();
        if !is_new && same_set(&known.addresses(), &wanted.addresses) && !wanted.replace {
            // The same addresses: their order stays, their spelling becomes the canonical one.
            let stored = address::from_value(known.value());
            let is_complete = same_set(&stored, &wanted.addresses);
            return Ok(address::to_value(if is_complete { &stored } else { &wanted.addresses }));
        }
        let value = address::to_value(&wanted.addresses);
        if is_new || wanted.replace || wanted.append {
            return Ok(value);
        }
        let add = CommandLine::qdns(["record", "add"]).value(&self.switch.name).value(hostname);
        let add = wanted.addresses.iter().fold(add, CommandLine::value);
        let append = add.clone().option("--append");
        Err(Error::conflict(format!("host {hostname} has {} already, not {value}", known.value()))
            .hint(add.option("--replace").to_string())
            .hint(append.to_string()))
    }

    /// The conflict with an alias of that name.
    fn is_alias(&self, hostname: &Hostname, host: &str, wanted: &Wanted) -> Error {
        let switch = &self.switch.name;
        let add = CommandLine::qdns(["record", "add"]).value(switch).value(hostname);
        let add = wanted.addresses.iter().fold(add, CommandLine::value).option("--replace");
        Error::conflict(format!("{hostname} of {switch} is an alias of {host}"))
            .hint(format!("a host in place of the alias: {add}"))
    }

    /// The PTR records of the host, without those of a host that has the same address.
    fn reverse_for(
        &mut self,
        hostname: &Hostname,
        fqdn: &str,
        known: &Host,
        wanted: &Wanted,
        addresses: &[IpAddr],
    ) -> Keys<'a> {
        let mut reverse = Keys::new();
        if !wanted.replace {
            let kept =
                known.reverse_addresses().into_iter().filter(|address| wanted.addresses.contains(address));
            reverse
                .extend(kept.map(|address| (address::reverse_name(address).into(), fqdn.to_owned().into())));
        }
        for address in addresses {
            let key = address::reverse_name(*address);
            if let Some((other, name)) = self.foreign_value(&key).filter(|_| !self.is_stored(&key)) {
                let warning = format!("{hostname}: the PTR record of {address} stays with {name} in {other}");
                self.warnings.push(warning);
                continue;
            }
            match self.records.get(&key).map(|owner| host_name(owner, &self.domain)) {
                Some(owner) if owner != hostname.as_str() && self.has_address(&owner, *address) => {
                    self.warnings.push(format!(
                        "{hostname}: the PTR record of {address} stays with {owner}, which has this address"
                    ));
                }
                _ => {
                    self.hosts.dangling.remove(key.as_str());
                    reverse.push((key.into(), fqdn.to_owned().into()));
                }
            }
        }
        reverse.sort_unstable();
        reverse.dedup();
        reverse
    }

    /// Whether the zone has a host with this name and this address.
    fn has_address(&self, name: &str, address: IpAddr) -> bool {
        self.hosts.by_name.get(name).is_some_and(|host| host.addresses().contains(&address))
    }

    /// Checks the host's names against those of other programs' rows on this switch, from which OVN may answer as
    /// well. Names that the zone has already are a warning only.
    ///
    /// # Errors
    /// A conflict for names that the zone would get.
    fn check_foreign_names(&mut self, hostname: &Hostname, fqdn: &str, wanted: &Wanted) -> Result<()> {
        let short = hostname.as_str();
        let names = [(fqdn, wanted.names.has_fqdn()), (short, wanted.names.has_short())];
        let mut taken = Vec::new();
        for (name, is_wanted) in names {
            let Some((other, _)) = self.foreign_value(name) else { continue };
            if self.is_stored(name) {
                let warning = format!("{name} is also in {other}; OVN answers from either");
                self.warnings.push(warning);
            } else if is_wanted {
                taken.push((name, other.clone()));
            }
        }
        let Some((name, other)) = taken.first() else { return Ok(()) };
        let error = other.has_already(name, self.switch);
        let switch = &self.switch.name;
        Err(if *name == short {
            let add = CommandLine::qdns(["record", "add"]).value(switch).value(hostname);
            let add = wanted.addresses.iter().fold(add, CommandLine::value).option("--no-short");
            error.hint(format!("without the short name: {add}"))
        } else {
            error.hint(other.another_name())
        })
    }

    /// Warns of a new host whose name programs trust.
    fn warn_of_trust(&mut self, known: &Host, hostname: &Hostname) {
        if let Some(meaning) = trusted(hostname.as_str()).filter(|_| known.names().next().is_none()) {
            self.warnings.push(format!("{hostname}: {}", meaning.reason()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    use crate::model::fixture::on_first;
    use crate::model::host::Hosts;
    use crate::model::marks::SWITCH_MARK;
    use crate::model::name::Domain;
    use crate::model::snapshot::{DnsRow, Snapshot, Switch};
    use crate::plan::Plan;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn snapshot(records: &[(&str, &str)]) -> Snapshot {
        let uuid = Uuid::from_u128(2);
        let switch = Switch {
            uuid: Uuid::from_u128(1),
            name: "net1".into(),
            dns_records: vec![uuid],
            other_config: [("subnet".to_owned(), "10.0.0.0/24".to_owned())].into(),
            ..Switch::default()
        };
        let row = DnsRow {
            uuid,
            external_ids: [(SWITCH_MARK.to_owned(), "net1".to_owned())].into(),
            records: records.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            ..DnsRow::default()
        };
        Snapshot { switches: vec![switch], dns: vec![row], ..Snapshot::default() }
    }

    fn wanted(host: &str, addresses: &[&str]) -> Wanted {
        let addresses = addresses.iter().map(|a| a.parse().unwrap()).collect();
        Wanted::new(HostArg::parse(host).unwrap(), addresses)
    }

    fn add(snapshot: &Snapshot, wanted: &Wanted) -> Result<Plan> {
        on_first(snapshot, |topology, net1| {
            let mut draft = Draft::open(topology, net1)?;
            draft.add(wanted)?;
            Ok(draft.close())
        })
    }

    fn after(snapshot: &Snapshot, plan: &Plan) -> Vec<(String, String)> {
        let mut snapshot = snapshot.clone();
        plan.apply_to(&mut snapshot);
        snapshot.dns[0].records.clone().into_iter().collect()
    }

    fn pairs(records: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut pairs: Vec<_> = records.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        pairs.sort();
        pairs
    }

    #[test]
    fn an_adopted_host_gets_its_missing_keys() {
        let snapshot =
            snapshot(&[("Web.internal", "10.0.0.10,10.0.0.11"), ("10.0.0.10.in-addr.arpa", "web.internal.")]);
        let plan = add(&snapshot, &wanted("web", &["10.0.0.11", "10.0.0.10"])).unwrap();
        assert_eq!(
            after(&snapshot, &plan),
            pairs(&[
                ("web", "10.0.0.10 10.0.0.11"),
                ("web.internal", "10.0.0.10 10.0.0.11"),
                ("10.0.0.10.in-addr.arpa", "web.internal"),
                ("11.0.0.10.in-addr.arpa", "web.internal"),
            ])
        );
    }

    #[test]
    fn other_addresses_are_a_conflict_unless_replaced() {
        let snapshot = snapshot(&[
            ("web", "10.0.0.10"),
            ("web.internal", "10.0.0.10"),
            ("10.0.0.10.in-addr.arpa", "web.internal"),
        ]);
        let mut want = wanted("web", &["10.0.0.11"]);
        let error = add(&snapshot, &want).unwrap_err();
        assert_eq!(error.hints[0], "qdns record add net1 web 10.0.0.11 --replace");
        want.replace = true;
        let plan = add(&snapshot, &want).unwrap();
        assert_eq!(
            after(&snapshot, &plan),
            pairs(&[
                ("web", "10.0.0.11"),
                ("web.internal", "10.0.0.11"),
                ("11.0.0.10.in-addr.arpa", "web.internal"),
            ])
        );
    }

    #[test]
    fn a_ptr_record_stays_with_the_host_that_has_the_address() {
        let snapshot = snapshot(&[("db", "10.0.0.10"), ("10.0.0.10.in-addr.arpa", "db.internal")]);
        let plan = add(&snapshot, &wanted("web", &["10.0.0.10"])).unwrap();
        assert_eq!(plan.entries().count(), 2);
        assert_eq!(plan.warnings, ["web: the PTR record of 10.0.0.10 stays with db, which has this address"]);
    }

    /// The zone with a row of Neutron next to it on the switch.
    fn next_to_neutron(records: &[(&str, &str)], foreign: &[(&str, &str)]) -> Snapshot {
        let mut snapshot = snapshot(records);
        let uuid = Uuid::from_u128(3);
        snapshot.switches[0].dns_records.push(uuid);
        snapshot.dns.push(DnsRow {
            uuid,
            external_ids: [("ls_name".to_owned(), "net1".to_owned())].into(),
            records: foreign.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            ..DnsRow::default()
        });
        snapshot
    }

    #[test]
    fn a_name_that_a_foreign_row_has_is_a_conflict() {
        let snapshot = next_to_neutron(&[], &[("web", "10.0.0.10"), ("db.internal", "10.0.0.11")]);
        let error = add(&snapshot, &wanted("web", &["10.0.0.10"])).unwrap_err();
        assert_eq!(error.kind, crate::error::Kind::Conflict);
        assert_eq!(error.message, "a row of neutron on switch net1 has web already");
        let hint = "without the short name: qdns record add net1 web 10.0.0.10 --no-short";
        assert_eq!(error.hints, [hint]);
        let error = add(&snapshot, &wanted("db", &["10.0.0.12"])).unwrap_err();
        assert_eq!(error.message, "a row of neutron on switch net1 has db.internal already");
        let without_short = Wanted { names: Names::with_short(false), ..wanted("web", &["10.0.0.10"]) };
        assert!(add(&snapshot, &without_short).is_ok());
    }

    #[test]
    fn a_host_that_has_a_foreign_name_already_stays() {
        let zone = [("web", "10.0.0.10"), ("web.internal", "10.0.0.10")];
        let plan =
            add(&next_to_neutron(&zone, &[("web", "10.0.0.10")]), &wanted("web", &["10.0.0.10"])).unwrap();
        assert_eq!(
            plan.warnings,
            ["web is also in a row of neutron on switch net1; OVN answers from either"]
        );
    }

    #[test]
    fn a_ptr_record_of_a_foreign_row_is_left_alone() {
        let snapshot = next_to_neutron(&[], &[("10.0.0.10.in-addr.arpa", "vm.example.org")]);
        let plan = add(&snapshot, &wanted("web", &["10.0.0.10"])).unwrap();
        let keys: Vec<&str> = plan.entries().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["web", "web.internal"]);
        let warning =
            "web: the PTR record of 10.0.0.10 stays with vm.example.org in a row of neutron on switch net1";
        assert_eq!(plan.warnings, [warning]);
    }

    proptest! {
        #[test]
        fn a_plan_gives_what_was_wanted_and_a_second_one_is_empty(
            before in proptest::collection::btree_map(
                "web|db|Web|web\\.internal|db\\.internal|WEB\\.internal\\.|[12]\\.0\\.0\\.10\\.in-addr\\.arpa",
                "10\\.0\\.0\\.[12]|10\\.0\\.0\\.1,10\\.0\\.0\\.2|10\\.0\\.0\\.2 fd00::1|(web|db)\\.internal", 0..6),
            host in "(web|db|new)",
            addresses in proptest::collection::vec("(10\\.0\\.0\\.1|10\\.0\\.0\\.2|fd00::1)", 1..3),
            replace: bool, is_static: bool, reverse: bool, short: bool,
        ) {
            let before: Vec<(&str, &str)> = before.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            let mut snapshot = snapshot(&before);
            let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
            let reverse = if reverse { None } else { Some(Vec::new()) };
            let names = Names::with_short(short);
            let want = Wanted { replace, is_static, reverse, names, ..wanted(&host, &addresses) };
            if let Ok(plan) = add(&snapshot, &want) {
                plan.apply_to(&mut snapshot);
                let row = snapshot.dns[0].clone();
                let hosts = Hosts::of(&row, &Domain::default());
                let host = &hosts.by_name[host.as_str()];
                let set = |list: &[IpAddr]| list.iter().copied().collect::<BTreeSet<_>>();
                prop_assert_eq!(set(&host.addresses()), set(&want.addresses));
                prop_assert!(!is_static || host.is_static);
                prop_assert_eq!(host.wanted.has_short(), !host.short.is_empty());
                prop_assert!(!short || host.short.len() == 1);
                prop_assert_eq!(host.full.len(), 1);
                prop_assert_eq!(add(&snapshot, &want).unwrap().changes, vec![]);

                let mut draft = on_first(&snapshot, Draft::open).unwrap();
                draft.remove(&host.name).unwrap();
                draft.close().apply_to(&mut snapshot);
                prop_assert_eq!(snapshot.dns[0].external_ids.len(), 1, "no mark stays without its host");
                let left = Hosts::of(&snapshot.dns[0], &Domain::default());
                prop_assert!(!left.by_name.contains_key(&host.name));
            }
        }
    }
}
