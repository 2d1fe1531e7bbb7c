//! A zone as a draft: opened from the rows, changed host by host, closed into a plan.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use uuid::Uuid;

use super::Plan;
use super::change::{Change, Column, Entry, Listers, Listing, Reference};
use super::creation::{creation, creation_warnings, may_be_detached, usual_domain};
use crate::error::{Error, Result};
use crate::model::host::{Host, Hosts, Text, host_name};
use crate::model::marks::{DOMAIN_MARK, HostMark, SWITCH_MARK};
use crate::model::name::{Domain, Hostname};
use crate::model::nearest::closest;
use crate::model::shell::CommandLine;
use crate::model::snapshot::{DnsRow, Map, Switch};
use crate::model::subnets::Subnets;
use crate::model::topology::{Network, Topology};
use crate::model::zone::{Zone, zone_marks, zone_uuid};

/// A working copy of a zone: opened from a snapshot, changed host by host, closed into a plan.
#[derive(Debug)]
pub struct Draft<'a> {
    pub(super) switch: &'a Switch,
    pub(super) row: Option<&'a DnsRow>,
    /// Whether the switch lists the row.
    is_attached: bool,
    pub(super) domain: Domain,
    pub(super) subnets: Subnets,
    pub(super) hosts: Hosts<'a>,
    pub(super) records: Map,
    pub(super) marks: Map,
    /// The names and reverse names of all hosts that a decision depended on.
    touched: BTreeSet<String>,
    pub(super) warnings: Vec<String>,
    /// The other rows that answer the same guests.
    pub(super) foreign: Vec<OtherRow<'a>>,
    /// What the switch and those that share its zone list.
    listings: Vec<Listing>,
    /// The warnings for a zone that is created here.
    creation: Vec<String>,
    /// The keys of the dangling reverse names, by the host that they name.
    dangling: HashMap<Text<'a>, Vec<Text<'a>>>,
    /// The aliases of each host, by name.
    pub(super) aliases: BTreeMap<Text<'a>, BTreeSet<Text<'a>>>,
    /// The aliases that went with their hosts: they come back with them.
    pub(super) gone: Vec<Host<'a>>,
    /// The hosts that got another name, before and after.
    pub(super) renamed: Vec<(String, String)>,
    /// The domain before it was changed.
    pub(super) former_domain: Option<Domain>,
    /// Whether a zone that does not exist is created also without a host.
    creates_empty: bool,
}

impl<'a> Draft<'a> {
    /// Opens the zone of a switch. A switch without a zone gets a new one with [`usual_domain`].
    ///
    /// # Errors
    /// As [`Topology::zone_of`].
    pub fn open(topology: &Topology<'a>, network: &Network<'a>) -> Result<Self> {
        let zone = topology.zone_of(network)?;
        let domain = zone.map_or_else(|| usual_domain(topology, network), |zone| zone.domain.clone());
        Self::open_under(topology, network, domain)
    }

    /// As [`Draft::open`], with the hosts that the zone has under this domain.
    ///
    /// # Errors
    /// As [`Topology::zone_of`].
    pub(super) fn open_under(topology: &Topology<'a>, network: &Network<'a>, domain: Domain) -> Result<Self> {
        let zone = topology.zone_of(network)?;
        let switch = network.switch;
        let is_attached = zone.is_some_and(Zone::is_attached);
        let row = zone.map(|zone| zone.row);
        Ok(Draft {
            subnets: Subnets::of(&topology.sharing(network)),
            creation: creation_warnings(network),
            foreign: other_rows(topology, network, row),
            listings: listings(topology, network),
            ..Self::of(switch, row, is_attached, domain)
        })
    }

    /// As [`Draft::open`]. A zone that does not exist gets this domain, and is created also without a host.
    ///
    /// # Errors
    /// As [`Topology::zone_of`].
    pub fn open_as(topology: &Topology<'a>, network: &Network<'a>, domain: &Domain) -> Result<Self> {
        let draft = Self::open(topology, network)?;
        if draft.row.is_some() {
            return Ok(draft);
        }
        Ok(Draft {
            subnets: draft.subnets,
            creation: may_be_detached(network).into_iter().collect(),
            foreign: draft.foreign,
            listings: draft.listings,
            creates_empty: true,
            ..Self::of(network.switch, None, false, domain.clone())
        })
    }

    /// A row as a draft; without one, a new zone.
    pub(super) fn of(switch: &'a Switch, row: Option<&'a DnsRow>, is_attached: bool, domain: Domain) -> Self {
        let hosts = row.map(|row| Hosts::of(row, &domain)).unwrap_or_default();
        let mut dangling: HashMap<Text, Vec<Text>> = HashMap::new();
        for (key, value) in &hosts.dangling {
            dangling.entry(host_name(value, &domain).into_owned().into()).or_default().push(key.clone());
        }
        let mut aliases: BTreeMap<Text, BTreeSet<Text>> = BTreeMap::new();
        for alias in hosts.by_name.values() {
            if let Some(host) = &alias.alias_of {
                aliases.entry(host.clone()).or_default().insert(alias.name.clone());
            }
        }
        Draft {
            switch,
            row,
            is_attached,
            hosts,
            dangling,
            records: row.map(|row| row.records.clone()).unwrap_or_default(),
            marks: match row {
                Some(row) => row.external_ids.clone(),
                None => zone_marks(switch, &domain),
            },
            domain,
            touched: BTreeSet::new(),
            warnings: Vec::new(),
            subnets: Subnets::default(),
            creation: Vec::new(),
            foreign: Vec::new(),
            listings: Vec::new(),
            aliases,
            gone: Vec::new(),
            renamed: Vec::new(),
            former_domain: None,
            creates_empty: false,
        }
    }

    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The hosts with the changes so far.
    pub fn hosts(&self) -> &Hosts<'a> {
        &self.hosts
    }

    /// The port that registered a host, given by its hostname or FQDN.
    pub fn origin(&self, name: &str) -> Option<Uuid> {
        self.hosts.by_name.get(&host_name(name, &self.domain)).and_then(|host| host.origin)
    }

    /// Removes a host with its short name, its FQDN, its PTR records, its marks and its aliases.
    ///
    /// # Errors
    /// Not found where the zone has no such host; invalid input where the name breaks a rule.
    pub fn remove(&mut self, name: &str) -> Result<()> {
        let known = self.existing(name)?;
        let key = known.name.clone();
        self.put(known, Host { name: key.clone(), ..Host::default() });
        self.hosts.by_name.remove(&key);
        self.remove_aliases(&key);
        Ok(())
    }

    /// Removes every record; the zone and its domain stay.
    pub fn clear(&mut self) {
        self.hosts = Hosts::default();
        self.aliases.clear();
        self.dangling.clear();
        self.records.clear();
        self.marks.retain(|mark, _| HostMark::of_key(mark).is_none());
    }

    /// The plan with the changes, without what restores the zone as it was.
    pub(super) fn changes(mut self) -> Plan {
        let mut plan = Plan { warnings: std::mem::take(&mut self.warnings), ..Plan::for_switch(self.switch) };
        let uuid = match self.row {
            Some(row) => {
                if self.is_attached && !self.switch.is_deleted {
                    plan.expects_references.push(Reference::to_zone(self.switch, row.uuid));
                }
                if !self.is_attached {
                    plan.warnings.push(format!(
                        "switch {} did not list its zone; it lists it again",
                        self.switch.name
                    ));
                    plan.changes.push(Change::Refer(Reference::to_zone(self.switch, row.uuid)));
                }
                row.uuid
            }
            None if self.records.is_empty() && !self.creates_empty => return plan,
            None => {
                plan.changes.extend(creation(self.switch, &self.domain));
                plan.warnings.append(&mut self.creation);
                zone_uuid(self.switch.uuid)
            }
        };
        let fresh_marks = zone_marks(self.switch, &self.domain);
        let row = self.row;
        for key in &self.touched {
            let before = row.and_then(|row| row.records.get(key));
            if let Some(value) = before.filter(|value| self.records.get(key) == Some(value)) {
                plan.expect(Column::DnsRecords, uuid, key, Some(value));
            }
        }
        for mark in row.into_iter().flat_map(|_| [SWITCH_MARK, DOMAIN_MARK]) {
            let before = row.and_then(|row| row.external_ids.get(mark));
            if before == self.marks.get(mark) {
                plan.expect(Column::DnsMarks, uuid, mark, before.map(String::as_str));
            }
        }
        // Another writer may let an alias follow another host.
        for (mark, host) in row.into_iter().flat_map(|row| self.moved_aliases(row)) {
            plan.expect(Column::DnsMarks, uuid, &mark, Some(&host));
        }
        let marks = row.map_or(&fresh_marks, |row| &row.external_ids);
        plan.set_all(Column::DnsRecords, uuid, row.map(|row| &row.records), self.records);
        plan.set_all(Column::DnsMarks, uuid, Some(marks), self.marks);
        let listers = row.map(|row| {
            let lists = |listing: &&Listing| listing.rows.contains(&row.uuid);
            let switches = self.listings.iter().filter(lists).map(|listing| listing.switch).collect();
            Listers { row: row.uuid, switches }
        });
        expect_served_once(&mut plan, &self.foreign, self.listings, listers);
        plan
    }

    /// The marks of the aliases whose names change and that follow the same host as before, with that host.
    fn moved_aliases(&self, row: &DnsRow) -> Vec<(String, String)> {
        let is_changed =
            |(key, value): (&str, &str)| row.records.get(key).is_none_or(|stored| stored != value);
        let aliases = self.hosts.by_name.values().filter(|host| host.alias_of.is_some());
        let changed = aliases.filter(|alias| alias.keys().any(is_changed));
        let marks = changed.map(|alias| HostMark::Alias.key(&alias.name));
        let kept = marks.filter_map(|mark| {
            let host = row.external_ids.get(&mark).filter(|host| self.marks.get(&mark) == Some(host))?;
            Some((mark, host.clone()))
        });
        kept.collect()
    }

    /// The host as it is, with the PTR records that named it before it existed.
    pub(super) fn known(&mut self, hostname: &Hostname) -> Host<'a> {
        let mut known = self.hosts.by_name.get(hostname.as_str()).cloned().unwrap_or_default();
        let own = self.dangling.remove(hostname.as_str()).unwrap_or_default();
        known.reverse.extend(own.iter().filter_map(|key| self.hosts.dangling.remove_entry(key)));
        known
    }

    /// Whether the zone had the key when it was opened.
    pub(super) fn is_stored(&self, key: &str) -> bool {
        self.row.is_some_and(|row| row.records.contains_key(key))
    }

    /// The first other row that has a key, and the value.
    pub(super) fn foreign_value(&self, key: &str) -> Option<(&OtherRow<'a>, &'a str)> {
        self.foreign.iter().find_map(|other| Some((other, other.row.records.get(key)?.as_str())))
    }

    /// Makes the plan fail where another writer changes a host that a decision depends on.
    pub(super) fn rely_on(&mut self, host: &Host) {
        self.touched.extend(host.keys().map(|(key, _)| key.to_owned()));
    }

    /// Replaces the keys and marks of a host.
    pub(super) fn put(&mut self, known: Host<'a>, host: Host<'a>) {
        for (key, _) in known.keys() {
            self.records.remove(key);
            self.touched.insert(key.to_owned());
        }
        for mark in HostMark::ALL {
            let key = mark.key(&host.name);
            match host.mark(mark) {
                Some(value) => drop(self.marks.insert(key, value)),
                None => drop(self.marks.remove(&key)),
            }
        }
        self.records.extend(host.keys().map(|(key, value)| (key.to_owned(), value.to_owned())));
        self.index_alias(&known, &host);
        self.hosts.by_name.insert(host.name.clone(), host);
    }

    pub(super) fn unknown_host(&self, name: &str) -> Error {
        let switch = &self.switch.name;
        let error = Error::not_found(format!("switch {switch} has no host {name:?}"));
        let fqdn = format!("{name}.{}", self.domain);
        if let Some((other, _)) = self.foreign_value(name).or_else(|| self.foreign_value(&fqdn)) {
            return error.hint(format!("{other} has it"));
        }
        let names = self.hosts.by_name.keys().map(Text::as_ref);
        match closest(name, names) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => {
                let list = CommandLine::qdns(["record", "ls"]).value(switch);
                error.hint(format!("{list} lists its hosts"))
            }
        }
    }
}

/// A row that answers guests of a switch's zone besides the zone.
#[derive(Clone, Debug)]
pub(super) struct OtherRow<'a> {
    row: &'a DnsRow,
    /// What it is: `a row of neutron`.
    pub(super) label: String,
    /// The switch that lists it.
    switch: &'a str,
}

impl fmt::Display for OtherRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_its_zone = self.label.strip_prefix("the zone of ") == Some(self.switch);
        if is_its_zone {
            f.write_str(&self.label)
        } else {
            write!(f, "{} on switch {}", self.label, self.switch)
        }
    }
}

impl OtherRow<'_> {
    pub(super) fn has(&self, key: &str) -> bool {
        self.row.records.contains_key(key)
    }

    /// The conflict where the zone of a switch would get a key of this row too.
    pub(super) fn has_already(&self, key: &str, switch: &Switch) -> Error {
        let error = Error::conflict(format!("{self} has {key} already"));
        if self.switch == switch.name {
            return error;
        }
        error.hint(format!(
            "{} shares the zone of {}, so its guests get the names of both",
            self.switch, switch.name
        ))
    }

    /// A hint for a name that this row has.
    pub(super) fn another_name(&self) -> String {
        let show = CommandLine::qdns(["zone", "show"]).value(self.switch);
        format!("choose another name; {show} shows the rows of the switch")
    }
}

/// The rows that answer the guests of a switch's zone besides the zone: those that the switch lists, and those of the
/// switches that share the zone.
fn other_rows<'a>(
    topology: &Topology<'a>,
    network: &Network<'a>,
    zone: Option<&DnsRow>,
) -> Vec<OtherRow<'a>> {
    let mut others: Vec<OtherRow> = Vec::new();
    for network in topology.sharing(network) {
        for row in &network.rows {
            let is_zone = zone.is_some_and(|zone| zone.uuid == row.uuid);
            if !is_zone && others.iter().all(|other| other.row.uuid != row.uuid) {
                others.push(OtherRow { row, label: topology.row_label(row), switch: &network.switch.name });
            }
        }
    }
    others
}

/// What the switches list whose guests get the names of a switch's zone.
fn listings(topology: &Topology, network: &Network) -> Vec<Listing> {
    let sharing = topology.sharing(network);
    let existing = sharing.iter().filter(|network| !network.switch.is_deleted);
    existing.map(|network| Listing::of(network.switch)).collect()
}

/// Makes a plan that adds keys fail where guests of the zone would get one of them from another row too: one that a switch
/// lists meanwhile, a row of a switch that lists the zone meanwhile, or another zone of qdns that gets the key meanwhile.
fn expect_served_once(
    plan: &mut Plan,
    others: &[OtherRow],
    listings: Vec<Listing>,
    listers: Option<Listers>,
) {
    let is_new =
        |entry: &&Entry| entry.column == Column::DnsRecords && entry.from.is_none() && entry.to.is_some();
    let new: Vec<String> = plan.entries().filter(is_new).map(|entry| entry.key.clone()).collect();
    if new.is_empty() {
        return;
    }
    for zone in others.iter().filter(|other| other.row.is_ours()) {
        for key in new.iter().filter(|key| !zone.has(key)) {
            plan.expect(Column::DnsRecords, zone.row.uuid, key, None);
        }
    }
    if !listings.is_empty() {
        plan.expects_listings.extend(listings);
        plan.expects_listers.extend(listers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::model::fixture::on_first;
    use crate::model::snapshot::Snapshot;

    #[test]
    fn removing_takes_every_form_of_the_host_and_nothing_else() {
        let snapshot = Snapshot::of_net1(
            vec![],
            &[
                ("VM_NAME", "10.0.0.10"),
                ("vm_name.internal.", "10.0.0.10"),
                ("10.0.0.10.in-addr.arpa", "vm_name.internal"),
                ("db", "10.0.0.11"),
            ],
            &[],
        );
        let mut draft = on_first(&snapshot, Draft::open).unwrap();
        draft.remove("VM_NAME").unwrap();
        assert_eq!(draft.remove("VM_NAME").unwrap_err().kind, Kind::InvalidInput);
        assert_eq!(draft.remove("bd").unwrap_err().kind, Kind::NotFound);
        let plan = draft.changes();
        let mut after = snapshot.clone();
        plan.apply_to(&mut after);
        let left = [("db".to_owned(), "10.0.0.11".to_owned())];
        assert_eq!(after.dns[0].records, left.into());
    }

    #[test]
    fn a_change_expects_that_the_row_is_still_the_zone_of_its_switch() {
        let snapshot = Snapshot::of_net1(vec![], &[("web", "10.0.0.1")], &[]);
        let mut draft = on_first(&snapshot, Draft::open).unwrap();
        draft.remove("web").unwrap();
        let plan = draft.changes();
        let marks = plan.expects.iter().filter(|entry| entry.column == Column::DnsMarks);
        let marks: Vec<(&str, Option<&str>)> =
            marks.map(|entry| (entry.key.as_str(), entry.from.as_deref())).collect();
        assert_eq!(marks, [("switch", Some("net1")), ("qdns-domain", None)]);
    }
}
