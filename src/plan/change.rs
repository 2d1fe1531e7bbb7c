//! One change of the database, as a value: it can be shown, written, applied to a snapshot and inverted.

use uuid::Uuid;

use crate::model::snapshot::{DhcpOptions, DnsRow, LoadBalancer, Map, Port, Snapshot, Switch};

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
        let dhcp = |pick: fn(&DhcpOptions) -> &Map| snapshot.dhcp_row(row).map(pick);
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
    /// `Logical_Switch_Port.dhcpv4_options`, which has at most one reference.
    PortDhcpv4,
    /// `Logical_Switch_Port.dhcpv6_options`, which has at most one reference.
    PortDhcpv6,
}

impl ReferenceColumn {
    /// Table and column, as in ovn-nb(5): `Logical_Router.load_balancer`.
    pub fn path(self) -> &'static str {
        match self {
            ReferenceColumn::SwitchDns => "Logical_Switch.dns_records",
            ReferenceColumn::RouterLoadBalancers => "Logical_Router.load_balancer",
            ReferenceColumn::SwitchLoadBalancers => "Logical_Switch.load_balancer",
            ReferenceColumn::PortDhcpv4 => "Logical_Switch_Port.dhcpv4_options",
            ReferenceColumn::PortDhcpv6 => "Logical_Switch_Port.dhcpv6_options",
        }
    }

    /// Whether the column has at most one reference, so that one is added only where there is none.
    pub fn is_single(self) -> bool {
        matches!(self, ReferenceColumn::PortDhcpv4 | ReferenceColumn::PortDhcpv6)
    }

    /// The table and the column.
    pub fn names(self) -> (&'static str, &'static str) {
        self.path().split_once('.').unwrap_or_default()
    }
}

/// The DNS rows that a switch lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    pub switch: Uuid,
    pub rows: Vec<Uuid>,
}

impl Listing {
    pub fn of(switch: &Switch) -> Self {
        Listing { switch: switch.uuid, rows: switch.dns_records.clone() }
    }

    /// What the switch lists after changes.
    #[must_use]
    pub fn after(mut self, changes: &[Change]) -> Self {
        for change in changes {
            match change {
                Change::Refer(reference) if reference.is_of(self.switch) => {
                    self.rows.push(reference.target);
                }
                Change::Unrefer(reference) if reference.is_of(self.switch) => {
                    self.rows.retain(|row| *row != reference.target);
                }
                _ => {}
            }
        }
        self
    }
}

/// The switches that list a DNS row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listers {
    pub row: Uuid,
    pub switches: Vec<Uuid>,
}

impl Listers {
    /// Who lists the row after changes.
    #[must_use]
    pub fn after(mut self, changes: &[Change]) -> Self {
        for change in changes {
            match change {
                Change::Refer(reference) if reference.is_to(self.row) => self.switches.push(reference.row),
                Change::Unrefer(reference) if reference.is_to(self.row) => {
                    self.switches.retain(|switch| *switch != reference.row);
                }
                _ => {}
            }
        }
        self
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
    /// Whether it is one of the references of a switch to DNS rows.
    fn is_of(&self, switch: Uuid) -> bool {
        self.column == ReferenceColumn::SwitchDns && self.row == switch
    }

    /// Whether it is the reference of a switch to a DNS row.
    fn is_to(&self, row: Uuid) -> bool {
        self.column == ReferenceColumn::SwitchDns && self.target == row
    }

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

    /// A port's reference to the row with its DHCP options.
    pub fn to_dhcp_options(port: &Port, row: &DhcpOptions) -> Self {
        let column = if row.is_ipv4() { ReferenceColumn::PortDhcpv4 } else { ReferenceColumn::PortDhcpv6 };
        Reference {
            column,
            row: port.uuid,
            row_label: port.name.clone(),
            target: row.uuid,
            target_name: column.names().1.to_owned(),
        }
    }

    /// Whether the reference is in a snapshot.
    pub fn is_in(&self, snapshot: &Snapshot) -> bool {
        let switch = || snapshot.switches.iter().find(|row| row.uuid == self.row);
        let port = || snapshot.ports.iter().find(|row| row.uuid == self.row);
        let list = match self.column {
            ReferenceColumn::PortDhcpv4 => {
                return port().is_some_and(|port| port.dhcpv4_options == Some(self.target));
            }
            ReferenceColumn::PortDhcpv6 => {
                return port().is_some_and(|port| port.dhcpv6_options == Some(self.target));
            }
            ReferenceColumn::SwitchDns => switch().map(|row| &row.dns_records),
            ReferenceColumn::SwitchLoadBalancers => switch().map(|row| &row.load_balancers),
            ReferenceColumn::RouterLoadBalancers => {
                snapshot.routers.iter().find(|row| row.uuid == self.row).map(|row| &row.load_balancers)
            }
        };
        list.is_some_and(|list| list.contains(&self.target))
    }

    /// Adds the reference to a snapshot, or removes it.
    fn set_in(&self, snapshot: &mut Snapshot, is_there: bool) {
        let Snapshot { switches, routers, ports, .. } = snapshot;
        let switch = switches.iter_mut().find(|row| row.uuid == self.row);
        let port = ports.iter_mut().find(|row| row.uuid == self.row);
        let one = is_there.then_some(self.target);
        let list = match self.column {
            ReferenceColumn::SwitchDns => switch.map(|row| &mut row.dns_records),
            ReferenceColumn::SwitchLoadBalancers => switch.map(|row| &mut row.load_balancers),
            ReferenceColumn::RouterLoadBalancers => {
                routers.iter_mut().find(|row| row.uuid == self.row).map(|row| &mut row.load_balancers)
            }
            ReferenceColumn::PortDhcpv4 => return port.into_iter().for_each(|row| row.dhcpv4_options = one),
            ReferenceColumn::PortDhcpv6 => return port.into_iter().for_each(|row| row.dhcpv6_options = one),
        };
        let Some(list) = list else { return };
        list.retain(|uuid| *uuid != self.target);
        list.extend(one);
    }
}

/// A whole row, of the tables in which qdns creates and destroys rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A row of `DNS`.
    Dns(DnsRow),
    /// A row of `Load_Balancer`.
    Balancer(LoadBalancer),
    /// A row of `DHCP_Options`.
    Dhcp(DhcpOptions),
}

impl Row {
    /// The table, as in ovn-nb(5).
    pub fn table(&self) -> &'static str {
        match self {
            Row::Dns(_) => "DNS",
            Row::Balancer(_) => "Load_Balancer",
            Row::Dhcp(_) => "DHCP_Options",
        }
    }

    pub fn uuid(&self) -> Uuid {
        match self {
            Row::Dns(row) => row.uuid,
            Row::Balancer(row) => row.uuid,
            Row::Dhcp(row) => row.uuid,
        }
    }

    /// The row for people: `the zone of net1`, `qdns-net1-udp`.
    pub fn label(&self) -> String {
        match self {
            Row::Dns(row) => format!("the zone of {}", row.switch_mark().unwrap_or("no switch")),
            Row::Balancer(row) => row.name.clone(),
            Row::Dhcp(row) => format!("the DHCP options for {}", row.cidr),
        }
    }

    /// The columns of key-value pairs, by name.
    pub fn maps(&self) -> Vec<(&'static str, &Map)> {
        match self {
            Row::Dns(row) => vec![("records", &row.records), ("external_ids", &row.external_ids)],
            Row::Balancer(row) => {
                vec![("vips", &row.vips), ("options", &row.options), ("external_ids", &row.external_ids)]
            }
            Row::Dhcp(row) => vec![("options", &row.options), ("external_ids", &row.external_ids)],
        }
    }

    /// The row with the same UUID in a snapshot.
    pub fn in_snapshot(&self, snapshot: &Snapshot) -> Option<Row> {
        match self {
            Row::Dns(row) => snapshot.dns_row(row.uuid).cloned().map(Row::Dns),
            Row::Balancer(row) => snapshot.load_balancer(row.uuid).cloned().map(Row::Balancer),
            Row::Dhcp(row) => snapshot.dhcp_row(row.uuid).cloned().map(Row::Dhcp),
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
            Change::Create(Row::Dhcp(row)) => snapshot.dhcp_options.push(row.clone()),
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
            Change::Destroy(Row::Dhcp(row)) => {
                snapshot.dhcp_options.retain(|other| other.uuid != row.uuid);
                // As those to a DNS row.
                for port in &mut snapshot.ports {
                    port.dhcpv4_options = port.dhcpv4_options.filter(|uuid| *uuid != row.uuid);
                    port.dhcpv6_options = port.dhcpv6_options.filter(|uuid| *uuid != row.uuid);
                }
            }
            Change::Refer(reference) => reference.set_in(snapshot, true),
            Change::Unrefer(reference) => reference.set_in(snapshot, false),
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
