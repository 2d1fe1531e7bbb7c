//! A copy of the rows that names depend on, kept up to date by monitors. A change costs the change: the copy says which
//! switches it concerns, and gives for a switch the rows that decide about its names.

mod index;
mod rows;
mod table;

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use uuid::Uuid;

use self::index::{Index, neighbours, peer, service_addresses};
use self::rows::{Rows, parse, print};
pub use self::table::Table;
use super::query::SwitchRef;
use super::updates::RowChange;
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::snapshot::{DhcpOptions, Snapshot};
use crate::model::switch;

/// The rows, and what changed since the changes were last asked for.
#[derive(Debug, Default)]
pub struct Copy {
    rows: [Rows; Table::ALL.len()],
    index: Index,
    touched: Touched,
    /// One more `external_ids` key that may hold a port's hostname.
    name_from: Option<String>,
}

/// What changed. The switches that it concerns follow from it once for many changes.
#[derive(Debug, Default)]
struct Touched {
    switches: BTreeSet<Uuid>,
    ports: BTreeSet<Uuid>,
    dns: BTreeSet<Uuid>,
    /// Switches by name or UUID.
    names: BTreeSet<String>,
    /// Router ports, by name.
    peers: BTreeSet<String>,
    dhcp: BTreeSet<Uuid>,
    addresses: BTreeSet<IpAddr>,
}

impl Copy {
    pub fn new(name_from: Option<String>) -> Self {
        Copy { name_from, ..Copy::default() }
    }

    /// Applies changes of one table.
    ///
    /// # Errors
    /// Garbage where a row does not consist of OVSDB values.
    pub fn apply(&mut self, table: Table, changes: Vec<RowChange>) -> Result<()> {
        for change in changes {
            let uuid = change.uuid;
            let after = change.values.as_deref().filter(|values| is_indexed(table, values)).map(Box::from);
            let before = self.rows[table as usize].apply(change);
            if table == Table::Port && !self.is_same_port(uuid, before.as_deref())? {
                self.touched.ports.insert(uuid);
            }
            let before = before.filter(|values| is_indexed(table, values));
            if before == after {
                continue;
            }
            let before = one(table, uuid, before.as_deref())?;
            let after = one(table, uuid, after.as_deref())?;
            self.touch(&before, &after);
            self.index.remove(&before);
            self.index.add(&after);
        }
        Ok(())
    }

    /// Whether a port was such that the same names follow from it.
    fn is_same_port(&self, uuid: Uuid, before: Option<&str>) -> Result<bool> {
        let after = self.rows[Table::Port as usize].get(uuid);
        if before.is_none() || after.is_none() {
            return Ok(before == after);
        }
        let [before, after] = [before, after].map(|values| {
            let ports = one(Table::Port, uuid, values)?.ports.into_iter();
            Ok(ports.map(|port| port.decisive(self.name_from.as_deref())).collect::<Vec<_>>())
        });
        Ok(before? == after?)
    }

    fn touch(&mut self, before: &Snapshot, after: &Snapshot) {
        for rows in [before, after] {
            let (dns, names) = neighbours(&rows.switches, &rows.dns);
            self.touched.switches.extend(rows.switches.iter().map(|row| row.uuid));
            self.touched.dns.extend(dns);
            self.touched.names.extend(names);
            self.touched.peers.extend(rows.router_ports.iter().map(|row| row.name.clone()));
            self.touched.addresses.extend(service_addresses(rows));
        }
        if !before.dhcp_options.iter().map(decisive).eq(after.dhcp_options.iter().map(decisive)) {
            let rows = before.dhcp_options.iter().chain(&after.dhcp_options);
            self.touched.dhcp.extend(rows.map(|row| row.uuid));
        }
    }

    pub fn touch_all(&mut self) {
        self.touched =
            Touched { switches: self.index.switches.keys().copied().collect(), ..Touched::default() };
    }

    /// The switches that the changes since the last call concern.
    ///
    /// # Errors
    /// Garbage where a row does not consist of OVSDB values.
    pub fn take_touched(&mut self) -> Result<BTreeSet<Uuid>> {
        let mut touched = std::mem::take(&mut self.touched);
        let index = &self.index;
        let peers = touched.peers.iter().filter_map(|name| index.peers.get(name)).flatten().copied();
        let mut ports: BTreeSet<Uuid> = touched.ports.iter().copied().chain(peers).collect();
        if !touched.dhcp.is_empty() {
            let texts: Vec<String> = touched.dhcp.iter().map(Uuid::to_string).collect();
            ports.extend(self.rows[Table::Port as usize].with_text(&texts));
        }
        touched.dns.extend(self.zones_with(&touched.addresses)?);
        let mut switches = touched.switches;
        switches.extend(ports.iter().filter_map(|port| index.switch_of_port.get(port)));
        switches.extend(touched.dns.iter().flat_map(|row| index.switches_of(*row)));
        for name in &touched.names {
            let marked = index.marked.get(name).into_iter().flatten();
            switches.extend(marked.flat_map(|row| index.switches_of(*row)));
            switches.extend(index.named(name));
        }
        // The ports of all switches that share a zone decide about its names.
        let zones: BTreeSet<Uuid> = switches.iter().flat_map(|switch| index.rows_of(*switch)).collect();
        let zones = zones.into_iter().filter(|row| index.is_ours(*row));
        switches.extend(zones.flat_map(|row| index.switches_of(row)));
        switches.retain(|switch| index.switches.contains_key(switch));
        Ok(switches)
    }

    /// Our rows with a host that has one of these addresses.
    fn zones_with(&self, addresses: &BTreeSet<IpAddr>) -> Result<Vec<Uuid>> {
        if addresses.is_empty() {
            return Ok(Vec::new());
        }
        let texts: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
        let rows = self.rows[Table::Dns as usize].with_text(&texts);
        Ok(rows.filter(|row| self.index.is_ours(*row)).collect())
    }

    /// The rows that decide about the names of a switch, as a reading of this switch would have them.
    ///
    /// # Errors
    /// Garbage where a row does not consist of OVSDB values.
    pub fn around(&self, switch: Uuid) -> Result<Snapshot> {
        let index = &self.index;
        let name = index.switches.get(&switch).map(|listing| listing.name.as_str()).unwrap_or_default();
        let mut switches = index.named(name);
        switches.insert(switch);
        let mut dns: BTreeSet<Uuid> = switches.iter().flat_map(|switch| index.rows_of(*switch)).collect();
        for row in dns.clone().into_iter().filter(|row| index.is_ours(*row)) {
            switches.extend(index.switches_of(row));
        }
        dns.extend(switches.iter().flat_map(|switch| index.rows_of(*switch)));
        let mut snapshot = Snapshot::default();
        self.fill(&mut snapshot, Table::Switch, switches)?;
        self.fill(&mut snapshot, Table::Dns, dns)?;
        let ports: Vec<Uuid> = snapshot.switches.iter().flat_map(|row| &row.ports).copied().collect();
        self.fill(&mut snapshot, Table::Port, ports)?;
        let peers = snapshot.ports.iter().filter_map(peer);
        let peers = peers.filter_map(|name| index.router_port_named.get(name)).copied();
        let mut others: BTreeSet<(Table, Uuid)> = peers.map(|uuid| (Table::RouterPort, uuid)).collect();
        let dhcp = snapshot.ports.iter().flat_map(|port| [port.dhcpv4_options, port.dhcpv6_options]);
        others.extend(dhcp.flatten().map(|uuid| (Table::Dhcp, uuid)));
        let values = snapshot.dns.iter().filter(|row| row.is_ours()).flat_map(|row| row.records.values());
        let addresses = values.flat_map(|value| address::from_value(value));
        others.extend(addresses.filter_map(|address| index.services.get(&address)).flatten());
        for (table, uuid) in others {
            self.fill(&mut snapshot, table, [uuid])?;
        }
        Ok(snapshot)
    }

    fn fill(
        &self,
        snapshot: &mut Snapshot,
        table: Table,
        rows: impl IntoIterator<Item = Uuid>,
    ) -> Result<()> {
        self.rows[table as usize].fill(snapshot, table.name(), table.columns(), rows)
    }

    /// Whether the rows of a switch fit together. The monitors of two tables report one transaction one after another.
    pub fn is_settled(&self, switch: Uuid, snapshot: &Snapshot) -> bool {
        let Some(row) = snapshot.switches.iter().find(|row| row.uuid == switch) else { return true };
        let [ports, dns] = [Table::Port, Table::Dns].map(|table| &self.rows[table as usize]);
        let ours = self.index.rows_of(switch).into_iter().filter(|row| self.index.is_ours(*row));
        row.ports.iter().all(|port| ports.has(*port))
            && row.dns_records.iter().all(|row| dns.has(*row))
            && ours.into_iter().all(|row| self.index.listing.contains_key(&row))
    }

    /// The switch that a reference names.
    ///
    /// # Errors
    /// Not found; ambiguous.
    pub fn find(&self, switch: &SwitchRef) -> Result<Uuid> {
        let mut snapshot = Snapshot::default();
        let known_as = self.index.switch_known_as.get(switch.as_str()).into_iter().flatten().copied();
        let named = self.index.named(switch.as_str()).into_iter().chain(known_as);
        self.fill(&mut snapshot, Table::Switch, named)?;
        let found = switch::only(&snapshot.switches, switch.as_str())?;
        let missing = || Error::not_found(format!("there is no logical switch {:?}", switch.as_str()));
        found.map(|found| found.uuid).ok_or_else(missing)
    }
}

/// The content of the copy's rows as numbers, for a comparison with another reading.
#[derive(Debug, Default)]
pub struct Prints(HashMap<(Table, Uuid), u64>);

impl Prints {
    pub fn apply(&mut self, table: Table, changes: Vec<RowChange>) {
        for change in changes {
            match change.values {
                Some(values) => drop(self.0.insert((table, change.uuid), print(&values))),
                None => drop(self.0.remove(&(table, change.uuid))),
            }
        }
    }

    /// The rows of a copy that are not the same here, with both contents.
    pub fn differences(&self, copy: &Copy) -> BTreeSet<Difference> {
        let mut found = BTreeSet::new();
        let mut same = 0;
        for table in Table::ALL {
            for (uuid, print) in copy.rows[table as usize].prints() {
                match self.0.get(&(table, uuid)).copied() {
                    Some(here) if here == print => same += 1,
                    here => drop(found.insert((table, uuid, Some(print), here))),
                }
            }
        }
        if same < self.0.len() {
            let is_missing = |(table, uuid): &(Table, Uuid)| !copy.rows[*table as usize].has(*uuid);
            let missing = self.0.iter().filter(|(row, _)| is_missing(row));
            found.extend(missing.map(|((table, uuid), print)| (*table, *uuid, None, Some(*print))));
        }
        found
    }
}

/// A row with what the copy and another reading have of it.
pub type Difference = (Table, Uuid, Option<u64>, Option<u64>);

/// Whether the index has something of a row. Of ports it has only those of routers: there are many others.
fn is_indexed(table: Table, values: &str) -> bool {
    table != Table::Port || values.contains("router-port")
}

/// A snapshot with one row, or with none.
fn one(table: Table, uuid: Uuid, values: Option<&str>) -> Result<Snapshot> {
    let mut snapshot = Snapshot::default();
    parse(&mut snapshot, table.name(), table.columns(), values.map(|values| (uuid, values)))?;
    Ok(snapshot)
}

/// What names depend on in a row of DHCP options.
fn decisive(row: &DhcpOptions) -> (&str, Option<&String>) {
    (&row.cidr, row.options.get("router"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fuzzing::fuzz;
    use crate::ovn::updates;

    const HOME: u128 = 1;
    const SHARER: u128 = 2;
    const OTHER: u128 = 3;
    const PORT: u128 = 20;
    const ZONE: u128 = 30;

    fn uuid(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn uuids(list: &[u128]) -> String {
        let list: Vec<String> = list.iter().map(|n| format!(r#"["uuid","{}"]"#, uuid(*n))).collect();
        format!(r#"["set",[{}]]"#, list.join(","))
    }

    fn set(copy: &mut Copy, table: Table, n: u128, values: Option<String>) {
        let values = values.map(String::into_boxed_str);
        copy.apply(table, vec![RowChange { uuid: uuid(n), values }]).unwrap();
    }

    fn switch(name: &str, rows: &[u128], ports: &[u128]) -> Option<String> {
        let (rows, ports) = (uuids(rows), uuids(ports));
        Some(format!(r#""{name}",{rows},["map",[]],["map",[]],{ports}"#))
    }

    fn port(name: &str, kind: &str, options: &str) -> Option<String> {
        let none = r#"["set",[]]"#;
        Some(format!(
            r#""{name}","{kind}","0a:00:00:00:00:01 10.0.0.1",{none},{none},["map",[{options}]],["map",[]],{none},{},{none}"#,
            uuids(&[60])
        ))
    }

    fn zone(mark: &str, address: &str) -> Option<String> {
        Some(format!(r#"["map",[["switch","{mark}"]]],["map",[["web","{address}"]]]"#))
    }

    fn router_port(net: &str) -> Option<String> {
        Some(format!(r#""lrp1","{net}""#))
    }

    /// The zone of `home`, which `sharer` lists too; a port on `home`, one to a router on `other`.
    fn copy() -> Copy {
        let mut copy = Copy::default();
        set(&mut copy, Table::Switch, HOME, switch("home", &[ZONE], &[PORT]));
        set(&mut copy, Table::Switch, SHARER, switch("sharer", &[ZONE], &[21]));
        set(&mut copy, Table::Switch, OTHER, switch("other", &[], &[22]));
        set(&mut copy, Table::Port, PORT, port("p1", "", ""));
        set(&mut copy, Table::Port, 21, port("p2", "", ""));
        set(&mut copy, Table::Port, 22, port("to-router", "router", r#"["router-port","lrp1"]"#));
        set(&mut copy, Table::Dns, ZONE, zone("home", "10.0.0.1"));
        set(&mut copy, Table::RouterPort, 50, router_port("10.9.0.1/24"));
        copy.take_touched().unwrap();
        copy
    }

    /// The switches that a change of a row concerns.
    fn touched(table: Table, n: u128, values: Option<String>) -> Vec<u128> {
        let mut copy = copy();
        set(&mut copy, table, n, values);
        copy.take_touched().unwrap().iter().map(Uuid::as_u128).collect()
    }

    #[test]
    fn a_port_concerns_its_switch_and_those_that_share_the_zone() {
        assert_eq!(touched(Table::Port, 21, port("new", "", "")), [HOME, SHARER]);
        assert_eq!(touched(Table::Port, PORT, None), [HOME, SHARER]);
        assert_eq!(touched(Table::Port, 22, None), [OTHER]);
    }

    #[test]
    fn marks_of_a_port_on_which_no_name_depends_concern_no_switch() {
        let marked = |marks: &str| {
            let row = port("p1", "", "").unwrap();
            Some(row.replacen(r#"["map",[]],["map",[]]"#, &format!(r#"["map",[]],["map",[{marks}]]"#), 1))
        };
        let touched = |marks: &str| {
            let mut copy = copy();
            copy.name_from = Some("role".to_owned());
            set(&mut copy, Table::Port, PORT, marked(marks));
            copy.take_touched().unwrap().len()
        };
        assert_eq!(touched(r#"["neutron:revision_number","7"]"#), 0);
        for key in ["vm-name", "qdns-hostname", "qdns-aliases", "neutron:cidrs", "role"] {
            assert_eq!(touched(&format!(r#"["{key}","web"]"#)), 2, "{key}");
        }
    }

    #[test]
    fn a_zone_concerns_its_home_and_all_that_list_it() {
        assert_eq!(touched(Table::Dns, ZONE, zone("home", "10.0.0.2")), [HOME, SHARER]);
        assert_eq!(touched(Table::Dns, ZONE, zone("other", "10.0.0.1")), [HOME, SHARER, OTHER]);
        assert_eq!(touched(Table::Dns, 31, zone("other", "10.0.0.1")), [OTHER]);
        assert_eq!(touched(Table::Switch, SHARER, switch("sharer", &[], &[21])), [HOME, SHARER]);
    }

    #[test]
    fn another_name_concerns_who_had_and_who_gets_it() {
        assert_eq!(touched(Table::Switch, OTHER, switch("home", &[], &[22])), [HOME, SHARER, OTHER]);
        assert_eq!(touched(Table::Switch, HOME, None), [SHARER]);
    }

    #[test]
    fn a_switch_is_found_by_the_name_that_operators_know() {
        let mut copy = copy();
        let find = |copy: &Copy, name: &str| copy.find(&SwitchRef::parse(name).unwrap());
        assert_eq!(find(&copy, "other").unwrap(), uuid(OTHER));
        assert!(find(&copy, "app-net").is_err());
        let marks = r#"["map",[["neutron:network_name","app-net"]]]"#;
        let row = format!(r#""neutron-1",["set",[]],["map",[]],{marks},["set",[]]"#);
        set(&mut copy, Table::Switch, OTHER, Some(row));
        assert_eq!(find(&copy, "app-net").unwrap(), uuid(OTHER));
        set(&mut copy, Table::Switch, OTHER, None);
        assert!(find(&copy, "app-net").is_err());
    }

    #[test]
    fn an_address_in_use_concerns_the_zones_that_have_it() {
        let vip = |vip: &str| Some(format!(r#""lb1",["map",[["{vip}","10.0.0.9:80"]]]"#));
        assert_eq!(touched(Table::Balancer, 40, vip("10.0.0.1:80")), [HOME, SHARER]);
        assert_eq!(touched(Table::Balancer, 40, vip("10.0.0.7:80")), [0; 0]);
        assert_eq!(touched(Table::Nat, 41, Some(r#""10.0.0.1""#.to_owned())), [HOME, SHARER]);
        assert_eq!(touched(Table::RouterPort, 50, router_port("10.0.0.1/24")), [HOME, SHARER, OTHER]);
    }

    #[test]
    fn dhcp_options_concern_the_ports_that_use_them_where_subnets_may_follow() {
        let dhcp = |cidr: &str, lease: u32| {
            Some(format!(r#""{cidr}",["map",[["lease_time","{lease}"]]],["map",[]]"#))
        };
        assert_eq!(touched(Table::Dhcp, 60, dhcp("10.0.0.0/24", 60)), [HOME, SHARER, OTHER]);
        let mut copy = copy();
        set(&mut copy, Table::Dhcp, 60, dhcp("10.0.0.0/24", 60));
        copy.take_touched().unwrap();
        set(&mut copy, Table::Dhcp, 60, dhcp("10.0.0.0/24", 90));
        assert!(copy.take_touched().unwrap().is_empty());
    }

    #[test]
    fn the_rows_of_a_switch_are_those_that_decide_about_its_names() {
        let mut copy = copy();
        set(&mut copy, Table::Nat, 41, Some(r#""10.0.0.1""#.to_owned()));
        set(&mut copy, Table::Nat, 42, Some(r#""10.0.0.2""#.to_owned()));
        let around = copy.around(uuid(SHARER)).unwrap();
        let names: BTreeSet<&str> = around.switches.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["home", "sharer"].into());
        assert_eq!((around.ports.len(), around.dns.len(), around.router_ports.len()), (2, 1, 0));
        assert_eq!(around.nat.iter().map(|row| row.uuid).collect::<Vec<_>>(), [uuid(41)]);
        assert_eq!(copy.around(uuid(OTHER)).unwrap().router_ports[0].networks, ["10.9.0.1/24"]);
    }

    #[test]
    fn rows_of_one_transaction_settle_one_after_another() {
        let mut copy = copy();
        let is_settled = |copy: &Copy| copy.is_settled(uuid(OTHER), &copy.around(uuid(OTHER)).unwrap());
        assert!(is_settled(&copy));
        set(&mut copy, Table::Switch, OTHER, switch("other", &[32], &[22, 23]));
        assert!(!is_settled(&copy));
        set(&mut copy, Table::Port, 23, port("p3", "", ""));
        assert!(!is_settled(&copy));
        set(&mut copy, Table::Dns, 32, zone("other", "10.0.0.3"));
        assert!(is_settled(&copy));
        set(&mut copy, Table::Switch, OTHER, switch("other", &[], &[22, 23]));
        assert!(!is_settled(&copy), "no switch lists its zone");
    }

    #[test]
    fn a_comparison_finds_missing_other_and_additional_rows() {
        let mut copy = Copy::default();
        let mut prints = Prints::default();
        for (n, here, there) in
            [(1, "10.0.0.1", "10.0.0.1"), (2, "10.0.0.2", "10.0.0.9"), (3, "10.0.0.3", "")]
        {
            set(&mut copy, Table::Dns, n, zone("home", here));
            let values = zone("home", there).filter(|_| !there.is_empty()).map(String::into_boxed_str);
            prints.apply(Table::Dns, vec![RowChange { uuid: uuid(n), values }]);
        }
        let values = zone("home", "10.0.0.4").map(String::into_boxed_str);
        prints.apply(Table::Dns, vec![RowChange { uuid: uuid(4), values }]);
        let found: Vec<u128> = prints.differences(&copy).iter().map(|(_, row, ..)| row.as_u128()).collect();
        assert_eq!(found, [2, 3, 4]);
    }

    #[test]
    fn fuzz_updates_that_a_monitor_prints() {
        const P1: &str = "7448fcf2-991f-41b7-8c3b-466c59b44165";
        const P2: &str = "9394422c-5661-4590-a4d0-61f150cc2966";
        let headings: Vec<&str> =
            ["row", "action"].into_iter().chain(Table::Dns.columns().split(',')).collect();
        let table =
            |rows: &str| format!(r#"{{"data":[{rows}],"headings":{}}}"#, serde_json::json!(headings)) + "\n";
        let row = |uuid: &str, action: &str| {
            format!(
                r#"["{uuid}","{action}",["map",[["switch","net1"],["qdns-domain","a.b"]]],["map",[["web","10.0.0.1"]]]]"#
            )
        };
        let first = table(&row(P1, "initial"));
        let later = table(&[row(P2, "insert"), row(P1, "old"), row("", "new"), row(P2, "delete")].join(","));
        let words = &["\"old\"", "\"new\"", "\"delete\"", "\"initial\"", "headings", "data"];
        fuzz(&[&first, &later, &[first.clone(), later.clone()].concat()], words, |text| {
            let mut copy = copy();
            let _ = updates::read(text.as_bytes(), Table::Dns.columns(), &mut |update| {
                copy.apply(Table::Dns, update.rows).is_ok()
            });
            let _ = (copy.take_touched(), copy.around(uuid(1)));
        });
    }
}
