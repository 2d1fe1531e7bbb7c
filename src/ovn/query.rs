//! A query: the `list` and `find` commands of one run of ovn-nbctl(8), and how it is run.

use uuid::Uuid;

use super::json::Table;
use super::nbctl::Nbctl;
use super::quote;
use super::rows::fill;
use crate::error::{Error, Result};
use crate::model::snapshot::Snapshot;
use crate::model::switch;

pub(super) const DNS_COLUMNS: &str = "_uuid,external_ids,records";
pub(super) const DHCP_COLUMNS: &str = "_uuid,cidr,options,external_ids";
pub(super) const ROUTER_COLUMNS: &str = "_uuid,name,ports,options,load_balancer";
pub(super) const ROUTER_PORT_COLUMNS: &str = "_uuid,name,networks,gateway_chassis,ha_chassis_group,options";
pub(super) const BALANCER_COLUMNS: &str = "_uuid,name,protocol,vips,options,external_ids";
pub(super) const ACL_COLUMNS: &str = "_uuid,name,action,direction,match,priority,external_ids";
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

/// A switch by its name or full UUID, as the operator typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchRef(String);

impl SwitchRef {
    /// # Errors
    /// Invalid input for the empty text.
    pub fn parse(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(Error::invalid("switch \"\" is refused: a switch has a name")
                .hint("ovn-nbctl ls-list lists the switches"));
        }
        Ok(SwitchRef(text.to_owned()))
    }

    pub(super) fn named(name: &str) -> Self {
        SwitchRef(name.to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn uuid(&self) -> Option<Uuid> {
        switch::full_uuid(&self.0)
    }
}

/// The commands of one run, and the table that each of them prints.
#[derive(Debug, Default)]
pub(super) struct Query {
    args: Vec<String>,
    tables: Vec<String>,
}

impl Query {
    /// Adds one `list` or `find`: options, the verb, the table, and its conditions or rows.
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

    /// Adds every switch that the reference matches.
    pub(super) fn switch(&mut self, switch: &SwitchRef, columns: &str) {
        let columns = format!("--columns={columns}");
        let condition = format!("name={}", quote::string(switch.as_str()));
        self.command(&[&columns, "find", "Logical_Switch", &condition]);
        if let Some(uuid) = switch.uuid() {
            self.command(&["--if-exists", &columns, "list", "Logical_Switch", &uuid.to_string()]);
        }
    }

    /// Adds the DNS rows that are marked for a switch of this name.
    pub(super) fn dns_of_switch(&mut self, name: &str) {
        let condition = format!("external_ids:switch={}", quote::string(name));
        self.command(&[&format!("--columns={DNS_COLUMNS}"), "find", "DNS", &condition]);
    }

    pub(super) fn dns_rows(&mut self, uuids: &[Uuid]) {
        self.rows("DNS", DNS_COLUMNS, uuids);
    }

    /// Adds those rows of a table that exist.
    pub(super) fn rows(&mut self, table: &str, columns: &str, uuids: &[Uuid]) {
        // `list` without a UUID would print the whole table.
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

impl Nbctl {
    /// Runs a query, again while a cluster elects its leader.
    ///
    /// # Errors
    /// As [`Nbctl::tables`].
    pub(super) fn read(&self, query: Query) -> Result<Snapshot> {
        if query.tables.is_empty() {
            return Ok(Snapshot::default());
        }
        self.retry_without_leader(|| self.read_once(&query))
    }

    /// # Errors
    /// As [`Nbctl::tables`].
    pub(super) fn read_once(&self, query: &Query) -> Result<Snapshot> {
        let mut snapshot = Snapshot::default();
        self.tables(&query.args, query.tables.len(), &mut |number, table: &Table| {
            fill(&mut snapshot, &query.tables[number], table)
        })?;
        Ok(snapshot)
    }
}
