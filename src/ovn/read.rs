//! Reads the northbound database into a snapshot: `ovn-nbctl --format=json find … -- list …`, every
//! table of a command in one run, each with only the columns and rows that are needed.

use std::collections::{BTreeSet, HashSet};

use uuid::Uuid;

use super::json::{Row, Table};
use super::nbctl::Nbctl;
use super::quote;
use crate::error::{Error, Result};
use crate::model::snapshot::{
    Acl, DhcpOptions, DnsRow, Global, LoadBalancer, LoadBalancerGroup, Port, PortGroup, Router, RouterPort,
    Snapshot, Switch,
};
use crate::model::switch;
use crate::model::zone::zone_uuid;

/// A switch as the operator named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchRef(String);

impl SwitchRef {
    /// Accepts any name but the empty one, and a full UUID.
    ///
    /// # Errors
    /// Invalid input for the empty name.
    pub fn parse(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(Error::invalid("switch \"\" is refused: a switch has a name")
                .hint("ovn-nbctl ls-list lists the switches"));
        }
        Ok(SwitchRef(text.to_owned()))
    }

    fn uuid(&self) -> Option<Uuid> {
        switch::full_uuid(&self.0)
    }
}

impl Nbctl {
    /// Everything a command on one switch's zone needs: in one run, or in two where the switch is named by its
    /// UUID or lists rows that are not marked for it.
    ///
    /// # Errors
    /// Not found or ambiguous for the switch; otherwise as [`Nbctl::run`].
    pub fn read_switch(&self, switch: &SwitchRef) -> Result<(Snapshot, Switch)> {
        let mut query = Query::default();
        query.switch(switch, SWITCH_COLUMNS);
        if switch.uuid().is_none() {
            query.dns_of_switch(&switch.0);
        }
        let mut snapshot = self.read(query)?;
        let found = self.only(switch, &snapshot)?;
        let mut query = Query::default();
        if switch.uuid().is_some() {
            query.dns_of_switch(&found.name);
            // A second switch of the name may be the one that the mark means.
            query.switch(&SwitchRef(found.name.clone()), SWITCH_COLUMNS);
        }
        let is_read = |uuid: &Uuid| snapshot.dns_row(*uuid).is_some();
        let mut rows: Vec<Uuid> = found.dns_records.iter().copied().filter(|uuid| !is_read(uuid)).collect();
        if !snapshot.dns.iter().any(DnsRow::is_ours) {
            // The mark of a switch that was renamed is its old name.
            rows.push(zone_uuid(found.uuid));
        }
        query.dns_rows(&rows);
        self.read_more(&mut snapshot, query)?;
        self.read_homes(&mut snapshot)?;
        Ok((snapshot, found))
    }

    /// Adds the switches that marks of ours name and that were not read: a row that is marked for a switch that
    /// exists is that switch's zone.
    ///
    /// # Errors
    /// As [`Nbctl::run`].
    pub(super) fn read_homes(&self, snapshot: &mut Snapshot) -> Result<()> {
        let is_read =
            |mark: &str| snapshot.switches.iter().any(|row| row.name == mark || row.uuid.to_string() == mark);
        let marks = snapshot.dns.iter().filter(|row| row.is_ours()).filter_map(|row| row.switch_mark());
        let unread: BTreeSet<&str> = marks.filter(|mark| !mark.is_empty() && !is_read(mark)).collect();
        let mut query = Query::default();
        for mark in unread {
            query.switch(&SwitchRef(mark.to_owned()), SWITCH_COLUMNS);
        }
        self.read_more(snapshot, query)
    }

    /// Adds the switches and DNS rows of a query that are not there yet.
    fn read_more(&self, snapshot: &mut Snapshot, query: Query) -> Result<()> {
        let more = self.read(query)?;
        for switch in more.switches {
            if snapshot.switches.iter().all(|row| row.uuid != switch.uuid) {
                snapshot.switches.push(switch);
            }
        }
        for row in more.dns {
            if snapshot.dns_row(row.uuid).is_none() {
                snapshot.dns.push(row);
            }
        }
        Ok(())
    }

    /// All switches and all DNS rows.
    ///
    /// # Errors
    /// As [`Nbctl::run`].
    pub fn read_zones(&self) -> Result<Snapshot> {
        let mut query = Query::default();
        query.table("Logical_Switch", SWITCH_COLUMNS);
        query.table("DNS", DNS_COLUMNS);
        self.read(query)
    }

    /// Everything in the northbound database that matters to names, in one run.
    ///
    /// # Errors
    /// As [`Nbctl::run`]; garbage where a table is missing.
    pub fn read_everything(&self) -> Result<Snapshot> {
        let mut query = Query::default();
        query.networks(
            "_uuid,name,type,addresses,dynamic_addresses,port_security,options,external_ids,dhcpv4_options,dhcpv6_options",
        );
        query.table("DNS", DNS_COLUMNS);
        query.table("NB_Global", "nb_cfg,sb_cfg,options");
        let mut snapshot = Snapshot::default();
        self.ask(&query, &mut |name, table| fill(&mut snapshot, name, table))?;
        Ok(snapshot)
    }

    /// The rows that a transaction touched, as they are now.
    ///
    /// # Errors
    /// As [`Nbctl::run`].
    pub fn read_rows(&self, rows: &[(&'static str, Uuid)]) -> Result<Snapshot> {
        let mut query = Query::default();
        for (table, uuid) in rows {
            query.rows(table, row_columns(table), &[*uuid]);
        }
        self.read(query)
    }

    /// The one switch that a reference matches.
    ///
    /// # Errors
    /// Not found, with the name that is nearest; ambiguous, with all UUIDs.
    pub(super) fn only(&self, switch: &SwitchRef, snapshot: &Snapshot) -> Result<Switch> {
        switch::only(&snapshot.switches, &switch.0)?.cloned().ok_or_else(|| {
            let mut query = Query::default();
            query.table("Logical_Switch", "_uuid,name");
            switch::unknown(&self.read(query).unwrap_or_default().switches, &switch.0)
        })
    }

    /// Runs the commands of a query and gathers what they print.
    ///
    /// # Errors
    /// As [`Nbctl::run`]; garbage where a table is missing.
    pub(super) fn read(&self, query: Query) -> Result<Snapshot> {
        if query.tables.is_empty() {
            return Ok(Snapshot::default());
        }
        self.until_led(|| {
            let mut snapshot = Snapshot::default();
            self.ask(&query, &mut |name, table| fill(&mut snapshot, name, table))?;
            Ok(snapshot)
        })
    }

    /// Runs the commands of a query; `each` has the tables they print, with their names.
    ///
    /// # Errors
    /// As [`Nbctl::tables`].
    pub(super) fn ask(&self, query: &Query, each: &mut dyn FnMut(&str, &Table) -> Result<()>) -> Result<()> {
        self.tables(&query.args, query.tables.len(), &mut |number, table| each(&query.tables[number], table))
    }
}

const SWITCH_COLUMNS: &str = "_uuid,name,dns_records,other_config";
pub(super) const DNS_COLUMNS: &str = "_uuid,external_ids,records";
pub(super) const DHCP_COLUMNS: &str = "_uuid,cidr,options,external_ids";
pub(super) const ROUTER_COLUMNS: &str = "_uuid,name,ports,options,load_balancer";
pub(super) const ROUTER_PORT_COLUMNS: &str = "_uuid,name,networks,gateway_chassis,ha_chassis_group,options";
pub(super) const BALANCER_COLUMNS: &str = "_uuid,name,protocol,vips,options,external_ids";
pub(super) const PORT: &str = "Logical_Switch_Port";

/// The columns of a row that a plan may touch.
pub(super) fn row_columns(table: &str) -> &'static str {
    match table {
        "DNS" => DNS_COLUMNS,
        "DHCP_Options" => DHCP_COLUMNS,
        "Load_Balancer" => BALANCER_COLUMNS,
        PORT => "_uuid,name,options",
        "Logical_Router" => "_uuid,name,load_balancer",
        "Logical_Switch" => "_uuid,name,load_balancer,dns_records",
        _ => "_uuid",
    }
}

/// The commands of one run, and the table each prints.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) args: Vec<String>,
    pub(super) tables: Vec<String>,
}

impl Query {
    /// Adds one `list` or `find`, options before the verb and the table behind it.
    pub(super) fn command(&mut self, words: &[&str]) {
        if !self.args.is_empty() {
            self.args.push("--".to_owned());
        }
        let verb = words.iter().position(|word| matches!(*word, "list" | "find"));
        let table = verb.and_then(|verb| words.get(verb + 1)).copied().unwrap_or_default();
        self.tables.push(table.to_owned());
        self.args.extend(words.iter().map(|word| (*word).to_owned()));
    }

    pub(super) fn table(&mut self, table: &str, columns: &str) {
        self.command(&[&format!("--columns={columns}"), "list", table]);
    }

    /// The tables that say what is on which switch, who leases what there, and who serves and guards it.
    pub(super) fn networks(&mut self, port_columns: &str) {
        self.table("Logical_Switch", "_uuid,name,dns_records,other_config,ports,load_balancer,acls");
        self.table(PORT, port_columns);
        self.table("DHCP_Options", DHCP_COLUMNS);
        self.table("Logical_Router", ROUTER_COLUMNS);
        self.table("Logical_Router_Port", ROUTER_PORT_COLUMNS);
        self.table("Load_Balancer", BALANCER_COLUMNS);
        self.table("Load_Balancer_Group", "load_balancer");
        self.command(&["--columns=name,ports,acls", "find", "Port_Group", "acls!=[]"]);
    }

    pub(super) fn switch(&mut self, switch: &SwitchRef, columns: &str) {
        let columns = format!("--columns={columns}");
        let condition = format!("name={}", quote::string(&switch.0));
        self.command(&[&columns, "find", "Logical_Switch", &condition]);
        if let Some(uuid) = switch.uuid() {
            self.command(&["--if-exists", &columns, "list", "Logical_Switch", &uuid.to_string()]);
        }
    }

    pub(super) fn dns_of_switch(&mut self, name: &str) {
        let condition = format!("external_ids:switch={}", quote::string(name));
        self.command(&[&format!("--columns={DNS_COLUMNS}"), "find", "DNS", &condition]);
    }

    pub(super) fn dns_rows(&mut self, uuids: &[Uuid]) {
        self.rows("DNS", DNS_COLUMNS, uuids);
    }

    /// Adds the rows of these UUIDs, those that are there.
    pub(super) fn rows(&mut self, table: &str, columns: &str, uuids: &[Uuid]) {
        // Without one, all rows would be listed.
        if uuids.is_empty() {
            return;
        }
        let uuids: Vec<String> = uuids.iter().map(Uuid::to_string).collect();
        let columns = format!("--columns={columns}");
        let mut words = vec!["--if-exists", &columns, "list", table];
        words.extend(uuids.iter().map(String::as_str));
        self.command(&words);
    }
}

/// Adds a table's rows to a snapshot; a row that is there already is not added twice.
pub(super) fn fill(snapshot: &mut Snapshot, name: &str, table: &Table) -> Result<()> {
    match name {
        "Logical_Switch" => merge(&mut snapshot.switches, table, |row| row.uuid, switch),
        "DNS" => merge(&mut snapshot.dns, table, |row| row.uuid, dns_row),
        PORT => merge(&mut snapshot.ports, table, |row| row.uuid, port),
        "DHCP_Options" => merge(&mut snapshot.dhcp_options, table, |row| row.uuid, dhcp_options),
        "Logical_Router" => merge(&mut snapshot.routers, table, |row| row.uuid, router),
        "Logical_Router_Port" => merge(&mut snapshot.router_ports, table, |row| row.uuid, router_port),
        "Load_Balancer" => merge(&mut snapshot.load_balancers, table, |row| row.uuid, load_balancer),
        "ACL" => merge(&mut snapshot.acls, table, |row| row.uuid, acl),
        "NB_Global" => {
            for row in table.rows() {
                snapshot.global = global(&row?);
            }
            Ok(())
        }
        "Port_Group" => push(&mut snapshot.port_groups, table, port_group),
        "Load_Balancer_Group" => push(&mut snapshot.load_balancer_groups, table, load_balancer_group),
        _ => Ok(()),
    }
}

fn push<T>(rows: &mut Vec<T>, table: &Table, read: impl Fn(&Row) -> T) -> Result<()> {
    for row in table.rows() {
        rows.push(read(&row?));
    }
    Ok(())
}

fn merge<T>(
    rows: &mut Vec<T>,
    table: &Table,
    uuid: impl Fn(&T) -> Uuid,
    read: impl Fn(&Row) -> Result<T>,
) -> Result<()> {
    let mut known: HashSet<Uuid> = rows.iter().map(&uuid).collect();
    rows.reserve_exact(table.rows().len());
    for row in table.rows() {
        let row = read(&row?)?;
        if known.insert(uuid(&row)) {
            rows.push(row);
        }
    }
    Ok(())
}

fn global(row: &Row) -> Global {
    Global { nb_cfg: row.integer("nb_cfg"), sb_cfg: row.integer("sb_cfg"), options: row.map("options") }
}

fn port_group(row: &Row) -> PortGroup {
    PortGroup { name: row.text("name"), ports: row.uuids("ports"), acls: row.uuids("acls") }
}

fn load_balancer_group(row: &Row) -> LoadBalancerGroup {
    LoadBalancerGroup { load_balancers: row.uuids("load_balancer") }
}

fn switch(row: &Row) -> Result<Switch> {
    Ok(Switch {
        uuid: row.uuid()?,
        name: row.text("name"),
        dns_records: row.uuids("dns_records"),
        ports: row.uuids("ports"),
        other_config: row.map("other_config"),
        load_balancers: row.uuids("load_balancer"),
        acls: row.uuids("acls"),
    })
}

fn dns_row(row: &Row) -> Result<DnsRow> {
    Ok(DnsRow {
        uuid: row.uuid()?,
        external_ids: row.map("external_ids"),
        records: row.map("records"),
        ovn_owned: row.map("options").get("ovn-owned").is_some_and(|value| value == "true"),
    })
}

fn port(row: &Row) -> Result<Port> {
    let optional = |column| Some(row.text(column)).filter(|text| !text.is_empty());
    Ok(Port {
        uuid: row.uuid()?,
        name: row.text("name"),
        kind: row.text("type"),
        addresses: row.texts("addresses"),
        dynamic_addresses: optional("dynamic_addresses"),
        port_security: row.texts("port_security"),
        options: row.map("options"),
        external_ids: row.map("external_ids"),
        up: row.texts("up").first().map(|up| up == "true"),
        dhcpv4_options: row.reference("dhcpv4_options"),
        dhcpv6_options: row.reference("dhcpv6_options"),
    })
}

fn router(row: &Row) -> Result<Router> {
    Ok(Router {
        uuid: row.uuid()?,
        name: row.text("name"),
        ports: row.uuids("ports"),
        options: row.map("options"),
        load_balancers: row.uuids("load_balancer"),
    })
}

fn router_port(row: &Row) -> Result<RouterPort> {
    let gateways = row.uuids("gateway_chassis").len() + row.uuids("ha_chassis_group").len();
    let redirect = row.map("options").contains_key("redirect-chassis");
    Ok(RouterPort {
        uuid: row.uuid()?,
        name: row.text("name"),
        networks: row.texts("networks"),
        is_gateway: gateways > 0 || redirect,
    })
}

fn load_balancer(row: &Row) -> Result<LoadBalancer> {
    Ok(LoadBalancer {
        uuid: row.uuid()?,
        name: row.text("name"),
        protocol: row.text("protocol"),
        vips: row.map("vips"),
        options: row.map("options"),
        external_ids: row.map("external_ids"),
    })
}

fn acl(row: &Row) -> Result<Acl> {
    Ok(Acl {
        uuid: row.uuid()?,
        name: row.text("name"),
        action: row.text("action"),
        direction: row.text("direction"),
        expression: row.text("match"),
        priority: row.integer("priority"),
    })
}

fn dhcp_options(row: &Row) -> Result<DhcpOptions> {
    Ok(DhcpOptions {
        uuid: row.uuid()?,
        cidr: row.text("cidr"),
        options: row.map("options"),
        external_ids: row.map("external_ids"),
    })
}
