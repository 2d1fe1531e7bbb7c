//! One change of the database, as a value: it can be shown, written, applied to a snapshot and inverted.

use uuid::Uuid;

use crate::model::snapshot::{DhcpOptions, DnsRow, LoadBalancer, Map, Snapshot, Switch};

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
    /// `Logical_Switch_Port.options`.
    PortOptions,
}

impl Column {
    /// Table and column, as in ovn-nb(5): `DNS.records`.
    pub fn path(self) -> &'static str {
        match self {
            Column::DnsRecords => "DNS.records",
            Column::DnsMarks => "DNS.external_ids",
            Column::DhcpOptions => "DHCP_Options.options",
            Column::DhcpMarks => "DHCP_Options.external_ids",
            Column::BalancerVips => "Load_Balancer.vips",
            Column::PortOptions => "Logical_Switch_Port.options",
        }
    }

    /// The table and the column.
    pub fn names(self) -> (&'static str, &'static str) {
        self.path().split_once('.').unwrap_or_default()
    }

    /// The content of this column of a row in a snapshot.
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
            Column::PortOptions => snapshot.ports.iter().find(|r| r.uuid == row).map(|row| &row.options),
        }
    }
}

/// One key of one row, with its old and its new value. It is written only if it still has the old value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub column: Column,
    pub row: Uuid,
    pub key: String,
    /// The old value; `None` where the key was absent.
    pub from: Option<String>,
    /// The new value; `None` removes the key.
    pub to: Option<String>,
}

impl Entry {
    /// Whether it writes something. An entry that a plan only expects does not.
    pub fn is_change(&self) -> bool {
        self.from != self.to
    }

    /// The value that the key has in a snapshot.
    pub fn value_in<'a>(&self, snapshot: &'a Snapshot) -> Option<&'a str> {
        self.column.of(snapshot, self.row)?.get(&self.key).map(String::as_str)
    }

    /// The entry as it changes a snapshot; `None` where it changes nothing. A value that is neither the old nor the
    /// new one is kept.
    pub fn written(&self, before: &Snapshot) -> Option<Entry> {
        let was = self.value_in(before);
        let kept = was.filter(|was| Some(*was) != self.from.as_deref());
        let is = kept.or(self.to.as_deref());
        (is != was).then(|| Entry { from: was.map(str::to_owned), to: is.map(str::to_owned), ..self.clone() })
    }

    fn inverse(&self, before: &Snapshot) -> Option<Entry> {
        self.written(before).map(|entry| entry.reversed())
    }

    /// The entry that undoes this one.
    pub fn reversed(&self) -> Entry {
        Entry { from: self.to.clone(), to: self.from.clone(), ..self.clone() }
    }

    fn apply_to(&self, snapshot: &mut Snapshot) {
        let dns = snapshot.dns.iter_mut().find(|row| row.uuid == self.row);
        let dhcp = snapshot.dhcp_options.iter_mut().find(|row| row.uuid == self.row);
        let balancer = snapshot.load_balancers.iter_mut().find(|row| row.uuid == self.row);
        let port = snapshot.ports.iter_mut().find(|row| row.uuid == self.row);
        let map = match self.column {
            Column::DnsRecords => dns.map(|row| &mut row.records),
            Column::DnsMarks => dns.map(|row| &mut row.external_ids),
            Column::DhcpOptions => dhcp.map(|row| &mut row.options),
            Column::DhcpMarks => dhcp.map(|row| &mut row.external_ids),
            Column::BalancerVips => balancer.map(|row| &mut row.vips),
            Column::PortOptions => port.map(|row| &mut row.options),
        };
        let Some(map) = map else { return };
        match &self.to {
            Some(value) => map.insert(self.key.clone(), value.clone()),
            None => map.remove(&self.key),
        };
    }
}

/// A column of references that qdns writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceColumn {
    /// `Logical_Switch.dns_records`.
    SwitchDns,
    /// `Logical_Router.load_balancer`.
    RouterLoadBalancers,
    /// `Logical_Switch.load_balancer`.
    SwitchLoadBalancers,
}

impl ReferenceColumn {
    /// Table and column, as in ovn-nb(5): `Logical_Router.load_balancer`.
    pub fn path(self) -> &'static str {
        match self {
            ReferenceColumn::SwitchDns => "Logical_Switch.dns_records",
            ReferenceColumn::RouterLoadBalancers => "Logical_Router.load_balancer",
            ReferenceColumn::SwitchLoadBalancers => "Logical_Switch.load_balancer",
        }
    }

    /// The table and the column.
    pub fn names(self) -> (&'static str, &'static str) {
        self.path().split_once('.').unwrap_or_default()
    }
}

/// A reference from one row to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub column: ReferenceColumn,
    /// The row that has the reference.
    pub row: Uuid,
    /// That row for people: `router lr0`.
    pub row_label: String,
    pub target: Uuid,
    /// The target for people: `zone`, `qdns-net1-udp`.
    pub target_name: String,
}

impl Reference {
    /// A switch's reference to its zone.
    pub fn to_zone(switch: &Switch, zone: Uuid) -> Self {
        Reference {
            column: ReferenceColumn::SwitchDns,
            row: switch.uuid,
            row_label: switch.name.clone(),
            target: zone,
            target_name: "zone".to_owned(),
        }
    }

    /// Whether the reference is in a snapshot.
    pub fn is_in(&self, snapshot: &Snapshot) -> bool {
        let switch = || snapshot.switches.iter().find(|row| row.uuid == self.row);
        let list = match self.column {
            ReferenceColumn::SwitchDns => switch().map(|row| &row.dns_records),
            ReferenceColumn::SwitchLoadBalancers => switch().map(|row| &row.load_balancers),
            ReferenceColumn::RouterLoadBalancers => {
                snapshot.routers.iter().find(|row| row.uuid == self.row).map(|row| &row.load_balancers)
            }
        };
        list.is_some_and(|list| list.contains(&self.target))
    }

    fn list_in<'a>(&self, snapshot: &'a mut Snapshot) -> Option<&'a mut Vec<Uuid>> {
        let Snapshot { switches, routers, .. } = snapshot;
        let switch = switches.iter_mut().find(|row| row.uuid == self.row);
        match self.column {
            ReferenceColumn::SwitchDns => switch.map(|row| &mut row.dns_records),
            ReferenceColumn::SwitchLoadBalancers => switch.map(|row| &mut row.load_balancers),
            ReferenceColumn::RouterLoadBalancers => {
                routers.iter_mut().find(|row| row.uuid == self.row).map(|row| &mut row.load_balancers)
            }
        }
    }
}

/// A whole row, of the tables in which qdns creates and destroys rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A row of `DNS`.
    Dns(DnsRow),
    /// A row of `Load_Balancer`.
    Balancer(LoadBalancer),
}

impl Row {
    /// The table, as in ovn-nb(5).
    pub fn table(&self) -> &'static str {
        match self {
            Row::Dns(_) => "DNS",
            Row::Balancer(_) => "Load_Balancer",
        }
    }

    pub fn uuid(&self) -> Uuid {
        match self {
            Row::Dns(row) => row.uuid,
            Row::Balancer(row) => row.uuid,
        }
    }

    /// The row for people: `the zone of net1`, `qdns-net1-udp`.
    pub fn label(&self) -> String {
        match self {
            Row::Dns(row) => format!("the zone of {}", row.switch_mark().unwrap_or("no switch")),
            Row::Balancer(row) => row.name.clone(),
        }
    }

    /// The columns of key-value pairs, by name.
    pub fn maps(&self) -> Vec<(&'static str, &Map)> {
        match self {
            Row::Dns(row) => vec![("records", &row.records), ("external_ids", &row.external_ids)],
            Row::Balancer(row) => {
                vec![("vips", &row.vips), ("options", &row.options), ("external_ids", &row.external_ids)]
            }
        }
    }

    /// The row with the same UUID in a snapshot.
    pub fn in_snapshot(&self, snapshot: &Snapshot) -> Option<Row> {
        match self {
            Row::Dns(row) => snapshot.dns_row(row.uuid).cloned().map(Row::Dns),
            Row::Balancer(row) => snapshot.load_balancer(row.uuid).cloned().map(Row::Balancer),
        }
    }

    /// Whether another row has every key-value pair of this one.
    fn is_part_of(&self, other: &Row) -> bool {
        let pairs = self.maps().into_iter().zip(other.maps());
        pairs
            .into_iter()
            .all(|((_, own), (_, other))| own.iter().all(|(key, value)| other.get(key) == Some(value)))
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A key is added, changed or removed.
    Entry(Entry),
    /// A row is created with a fixed UUID, so that a second writer fails.
    Create(Row),
    /// A row is destroyed, if it did not change since it was read.
    Destroy(Row),
    /// A reference is added.
    Refer(Reference),
    /// A reference is removed.
    Unrefer(Reference),
}

impl Change {
    /// Whether a snapshot of the changed rows has the change already.
    pub fn is_done(&self, now: &Snapshot) -> bool {
        match self {
            Change::Entry(entry) => entry.value_in(now) == entry.to.as_deref(),
            Change::Create(row) => row.in_snapshot(now).is_some_and(|found| row.is_part_of(&found)),
            Change::Destroy(row) => row.in_snapshot(now).is_none(),
            Change::Refer(reference) => reference.is_in(now),
            Change::Unrefer(reference) => !reference.is_in(now),
        }
    }

    /// The changes that undo this one, given the changed rows before it; none where it changed nothing. A zone that
    /// was created stays, because another writer may use it already.
    pub fn inverse(&self, before: &Snapshot) -> Vec<Change> {
        match self {
            Change::Entry(entry) => entry.inverse(before).map(Change::Entry).into_iter().collect(),
            Change::Create(Row::Dns(_)) => Vec::new(),
            Change::Create(row) => vec![Change::Destroy(row.clone())],
            Change::Destroy(row) => row.in_snapshot(before).map(recreation).unwrap_or_default(),
            Change::Refer(reference) if !reference.is_in(before) => vec![Change::Unrefer(reference.clone())],
            Change::Unrefer(reference) if reference.is_in(before) => vec![Change::Refer(reference.clone())],
            Change::Refer(_) | Change::Unrefer(_) => Vec::new(),
        }
    }

    /// Applies the change to a snapshot.
    pub fn apply_to(&self, snapshot: &mut Snapshot) {
        match self {
            Change::Entry(entry) => entry.apply_to(snapshot),
            Change::Create(Row::Dns(row)) => snapshot.dns.push(row.clone()),
            Change::Create(Row::Balancer(row)) => snapshot.load_balancers.push(row.clone()),
            Change::Destroy(Row::Dns(row)) => {
                snapshot.dns.retain(|other| other.uuid != row.uuid);
                // References to a DNS row are weak: OVSDB removes them with the row.
                for switch in &mut snapshot.switches {
                    switch.dns_records.retain(|uuid| *uuid != row.uuid);
                }
            }
            Change::Destroy(Row::Balancer(row)) => {
                snapshot.load_balancers.retain(|other| other.uuid != row.uuid);
            }
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

/// The changes that create a destroyed row again. The records of a zone are entries of their own, because they may
/// exceed one transaction.
fn recreation(row: Row) -> Vec<Change> {
    let Row::Dns(row) = row else { return vec![Change::Create(row)] };
    let DnsRow { uuid, ref external_ids, ref records, .. } = row;
    let bare = DnsRow { uuid, external_ids: external_ids.clone(), ..DnsRow::default() };
    let entries = records.iter().map(|(key, value)| {
        let (key, to) = (key.clone(), Some(value.clone()));
        Change::Entry(Entry { column: Column::DnsRecords, row: uuid, key, from: None, to })
    });
    std::iter::once(Change::Create(Row::Dns(bare))).chain(entries).collect()
}
