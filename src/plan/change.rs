//! A plan: the changes that one transaction makes, as a value that can be shown, tried and applied.

use std::net::IpAddr;

use uuid::Uuid;

use crate::error::Result;
use crate::model::name::Domain;
use crate::model::snapshot::{DhcpOptions, DnsRow, LoadBalancer, Map, Snapshot};

/// A column of key-value pairs that qdns writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// `DNS.records`.
    DnsRecords,
    /// `DNS.external_ids`.
    DnsMarks,
    /// `DHCP_Options.options`.
    DhcpOptions,
    /// `DHCP_Options.external_ids`.
    DhcpMarks,
    /// `Load_Balancer.vips`.
    BalancerVips,
}

impl Column {
    /// Table and column, as ovn-nb(5) has them: `DNS.records`.
    pub fn path(self) -> &'static str {
        match self {
            Column::DnsRecords => "DNS.records",
            Column::DnsMarks => "DNS.external_ids",
            Column::DhcpOptions => "DHCP_Options.options",
            Column::DhcpMarks => "DHCP_Options.external_ids",
            Column::BalancerVips => "Load_Balancer.vips",
        }
    }

    /// The table and the column.
    pub fn names(self) -> (&'static str, &'static str) {
        self.path().split_once('.').unwrap_or_default()
    }

    /// The row's content of this column in a snapshot.
    pub fn of(self, snapshot: &Snapshot, row: Uuid) -> Option<&Map> {
        let dns = |pick: fn(&DnsRow) -> &Map| snapshot.dns_row(row).map(pick);
        let dhcp =
            |pick: fn(&DhcpOptions) -> &Map| snapshot.dhcp_options.iter().find(|r| r.uuid == row).map(pick);
        match self {
            Column::DnsRecords => dns(|row| &row.records),
            Column::DnsMarks => dns(|row| &row.external_ids),
            Column::DhcpOptions => dhcp(|row| &row.options),
            Column::DhcpMarks => dhcp(|row| &row.external_ids),
            Column::BalancerVips => snapshot.load_balancer(row).map(|row| &row.vips),
        }
    }
}

/// One key of one row, from what it is to what it shall be. Nothing else is touched, and only if
/// it still is what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where the key lives.
    pub column: Column,
    /// The row.
    pub row: Uuid,
    /// The key.
    pub key: String,
    /// The value that was read; `None` where the key was absent.
    pub from: Option<String>,
    /// The value that shall be; `None` to remove the key.
    pub to: Option<String>,
}

/// A column of references that qdns writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceColumn {
    /// `Logical_Router.load_balancer`.
    RouterLoadBalancers,
    /// `Logical_Switch.load_balancer`.
    SwitchLoadBalancers,
}

impl ReferenceColumn {
    /// Table and column, as ovn-nb(5) has them: `Logical_Router.load_balancer`.
    pub fn path(self) -> &'static str {
        match self {
            ReferenceColumn::RouterLoadBalancers => "Logical_Router.load_balancer",
            ReferenceColumn::SwitchLoadBalancers => "Logical_Switch.load_balancer",
        }
    }

    /// The table and the column.
    pub fn names(self) -> (&'static str, &'static str) {
        self.path().split_once('.').unwrap_or_default()
    }
}

/// A row's reference to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where the reference lives.
    pub column: ReferenceColumn,
    /// The row that refers.
    pub row: Uuid,
    /// That row for people: `router lr0`.
    pub row_label: String,
    /// The row that is referred to.
    pub target: Uuid,
    /// That row's name, for people.
    pub target_name: String,
}

impl Reference {
    /// Whether a snapshot has the reference.
    pub fn is_in(&self, snapshot: &Snapshot) -> bool {
        let list = match self.column {
            ReferenceColumn::RouterLoadBalancers => {
                snapshot.routers.iter().find(|row| row.uuid == self.row).map(|row| &row.load_balancers)
            }
            ReferenceColumn::SwitchLoadBalancers => {
                snapshot.switches.iter().find(|row| row.uuid == self.row).map(|row| &row.load_balancers)
            }
        };
        list.is_some_and(|list| list.contains(&self.target))
    }

    fn list_in<'a>(&self, snapshot: &'a mut Snapshot) -> Option<&'a mut Vec<Uuid>> {
        match self.column {
            ReferenceColumn::RouterLoadBalancers => snapshot
                .routers
                .iter_mut()
                .find(|row| row.uuid == self.row)
                .map(|row| &mut row.load_balancers),
            ReferenceColumn::SwitchLoadBalancers => snapshot
                .switches
                .iter_mut()
                .find(|row| row.uuid == self.row)
                .map(|row| &mut row.load_balancers),
        }
    }
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A key is added, changed or removed.
    Entry(Entry),
    /// A zone is made and attached to its switch.
    CreateZone {
        /// The switch.
        switch: Uuid,
        /// The zone's UUID, which a second creator fails on.
        zone: Uuid,
        /// The marks it is made with.
        marks: Map,
    },
    /// A switch refers to its zone again.
    AttachZone {
        /// The switch.
        switch: Uuid,
        /// The zone.
        zone: Uuid,
    },
    /// A zone is destroyed, with everything in it.
    DestroyZone {
        /// The zone as it was read: destroyed only if it still holds just this.
        row: DnsRow,
        /// The switch that refers to it, if one does.
        switch: Option<Uuid>,
    },
    /// A row is made, under a UUID that a second creator fails on.
    Create(LoadBalancer),
    /// A row is destroyed, if it still is what was read.
    Destroy(LoadBalancer),
    /// A row refers to another from now on.
    Refer(Reference),
    /// A row no longer refers to another.
    Unrefer(Reference),
}

/// A host that is removed because no port stands behind it: a port that comes to stand behind it before
/// the removal is written keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vacant {
    /// The switch whose ports count.
    pub switch: Uuid,
    /// The zone's domain.
    pub domain: Domain,
    /// The host's name.
    pub name: String,
    /// The host's addresses.
    pub addresses: Vec<IpAddr>,
    /// One more `external_ids` key that may hold a port's hostname.
    pub name_from: Option<String>,
}

/// The changes of one transaction, what the operator should know, and what must be asked first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The name of the switch the plan is for, for people.
    pub switch: String,
    /// What shall change, in order.
    pub changes: Vec<Change>,
    /// What must still be as it was read for the changes to make sense: entries whose `from` and
    /// `to` are the same.
    pub expects: Vec<Entry>,
    /// Hosts that no port may stand behind when the changes are written.
    pub vacant: Vec<Vacant>,
    /// What is worth knowing and stops nothing.
    pub warnings: Vec<String>,
    /// What must be answered with yes first: the plan goes beyond what was named one by one.
    pub question: Option<String>,
}

impl Plan {
    /// An empty plan for a switch.
    pub fn for_switch(name: &str) -> Self {
        Plan { switch: name.to_owned(), ..Plan::default() }
    }

    /// Plans that a key of a row shall have a value, or none. Nothing is added where it is so already.
    pub fn set(&mut self, column: Column, row: Uuid, current: Option<&Map>, key: &str, to: Option<&str>) {
        let from = current.and_then(|map| map.get(key)).map(String::as_str);
        if from != to {
            self.changes.push(Change::Entry(Entry {
                column,
                row,
                key: key.to_owned(),
                from: from.map(str::to_owned),
                to: to.map(str::to_owned),
            }));
        }
    }

    /// Plans that a column of a row shall have these keys with these values and no others.
    pub fn set_all(&mut self, column: Column, row: Uuid, current: Option<&Map>, shall: Map) {
        let entry = |key, from, to| Entry { column, row, key, from, to };
        let gone = current.into_iter().flatten().filter(|(key, _)| !shall.contains_key(*key));
        let mut entries: Vec<Entry> =
            gone.map(|(key, from)| entry(key.clone(), Some(from.clone()), None)).collect();
        entries.extend(shall.into_iter().filter_map(|(key, to)| {
            let from = current.and_then(|current| current.get(&key));
            (from != Some(&to)).then(|| entry(key, from.cloned(), Some(to)))
        }));
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        self.changes.extend(entries.into_iter().map(Change::Entry));
    }

    /// Plans nothing for a key, but depends on it: the change is lost where somebody else changes it.
    pub fn expect(&mut self, column: Column, row: Uuid, key: &str, value: &str) {
        let value = Some(value.to_owned());
        self.expects.push(Entry { column, row, key: key.to_owned(), from: value.clone(), to: value });
    }

    /// Stops at what refuses the plan; where the plan is only shown, that is a warning.
    ///
    /// # Errors
    /// The refusal.
    pub fn heed(&mut self, verdict: Result<()>, is_dry_run: bool) -> Result<()> {
        match verdict {
            Err(error) if is_dry_run => {
                self.warnings.push(format!("it would be refused: {}", error.message));
                Ok(())
            }
            verdict => verdict,
        }
    }

    /// The plan's changes of single keys.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.changes.iter().filter_map(|change| match change {
            Change::Entry(entry) => Some(entry),
            _ => None,
        })
    }

    /// What the snapshot becomes once the plan is done.
    pub fn apply_to(&self, snapshot: &mut Snapshot) {
        for change in &self.changes {
            match change {
                Change::Entry(entry) => apply_entry(entry, snapshot),
                Change::CreateZone { switch, zone, marks } => {
                    snapshot.dns.push(DnsRow {
                        uuid: *zone,
                        external_ids: marks.clone(),
                        ..DnsRow::default()
                    });
                    attach(snapshot, *switch, *zone);
                }
                Change::AttachZone { switch, zone } => attach(snapshot, *switch, *zone),
                Change::DestroyZone { row, .. } => {
                    snapshot.dns.retain(|other| other.uuid != row.uuid);
                    for switch in &mut snapshot.switches {
                        switch.dns_records.retain(|uuid| *uuid != row.uuid);
                    }
                }
                Change::Create(row) => snapshot.load_balancers.push(row.clone()),
                Change::Destroy(row) => snapshot.load_balancers.retain(|other| other.uuid != row.uuid),
                Change::Refer(reference) => {
                    reference.list_in(snapshot).into_iter().for_each(|list| list.push(reference.target));
                }
                Change::Unrefer(reference) => {
                    let list = reference.list_in(snapshot);
                    list.into_iter().for_each(|list| list.retain(|uuid| *uuid != reference.target));
                }
            }
        }
    }
}

fn attach(snapshot: &mut Snapshot, switch: Uuid, zone: Uuid) {
    for switch in snapshot.switches.iter_mut().filter(|row| row.uuid == switch) {
        switch.dns_records.push(zone);
    }
}

fn apply_entry(entry: &Entry, snapshot: &mut Snapshot) {
    let dns = snapshot.dns.iter_mut().find(|row| row.uuid == entry.row);
    let dhcp = snapshot.dhcp_options.iter_mut().find(|row| row.uuid == entry.row);
    let balancer = snapshot.load_balancers.iter_mut().find(|row| row.uuid == entry.row);
    let map = match entry.column {
        Column::DnsRecords => dns.map(|row| &mut row.records),
        Column::DnsMarks => dns.map(|row| &mut row.external_ids),
        Column::DhcpOptions => dhcp.map(|row| &mut row.options),
        Column::DhcpMarks => dhcp.map(|row| &mut row.external_ids),
        Column::BalancerVips => balancer.map(|row| &mut row.vips),
    };
    let Some(map) = map else { return };
    match &entry.to {
        Some(value) => map.insert(entry.key.clone(), value.clone()),
        None => map.remove(&entry.key),
    };
}
