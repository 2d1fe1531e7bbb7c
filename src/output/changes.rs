//! What was changed, or would be.

use std::collections::BTreeSet;

use anstyle::AnsiColor;
use serde::Serialize;
use uuid::Uuid;

use super::answer::Answer;
use super::page::{Line, Page};
use super::plain;
use crate::model::marks::is_dhcp_mark;
use crate::model::shell::joined;
use crate::model::snapshot::LoadBalancer;
use crate::ovn::transaction::arguments;
use crate::plan::change::{Change as Planned, Column, Entry, Reference, ReferenceColumn, Row};
use crate::plan::{Plan, SwitchId, Undo};

/// What was changed, or would be.
#[derive(Clone, Debug, Serialize)]
pub struct Changes {
    /// Whether the database was changed.
    pub changed: bool,
    /// Whether this is only what would change.
    pub dry_run: bool,
    /// The changes, in order.
    pub changes: Vec<Change>,
    /// The commands that restore what is removed or replaced.
    pub undo: Vec<String>,
    /// What is worth knowing.
    pub warnings: Vec<String>,
    /// The switch that was named.
    pub switch: String,
}

/// One change.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// `add`, `change` or `remove`.
    pub action: &'static str,
    /// The name of a record, an option, a mark, or `zone`.
    pub name: String,
    /// What it was.
    pub from: Option<String>,
    /// What it becomes.
    pub to: Option<String>,
    /// Where: `DNS.records`, `DHCP_Options.options` and so on, as ovn-nb(5) has them.
    pub column: &'static str,
    /// The row's UUID.
    pub row: Uuid,
}

impl Changes {
    /// The changes of a plan.
    pub fn of(plan: Plan, dry_run: bool) -> Self {
        let changed = !dry_run && !plan.changes.is_empty();
        let whole: BTreeSet<Uuid> = plan.changes.iter().filter_map(whole_row).collect();
        let mut changes = Vec::with_capacity(plan.changes.len());
        for change in plan.changes {
            Change::push(&mut changes, &plan.switch, change, &whole);
        }
        let undo = plan.undo.iter().map(undo_line).collect();
        Changes { changed, dry_run, changes, undo, warnings: plan.warnings, switch: plan.switch.name }
    }
}

fn undo_line(undo: &Undo) -> String {
    match undo {
        Undo::Qdns(line) => line.to_string(),
        Undo::Changes(changes) => format!("ovn-nbctl {}", joined(&arguments(changes))),
    }
}

/// The DNS row that a change creates or destroys. The references to it are not listed.
fn whole_row(change: &Planned) -> Option<Uuid> {
    match change {
        Planned::Create(Row::Dns(row)) | Planned::Destroy(Row::Dns(row)) => Some(row.uuid),
        _ => None,
    }
}

impl Answer for Changes {
    fn table(&self, _width: Option<u16>) -> Page {
        if self.changes.is_empty() {
            return Page::from("Nothing to change.");
        }
        let mut page = Page::default();
        if self.dry_run {
            page.push("Would change:");
        }
        lines(&self.changes).for_each(|line| page.push(line));
        self.push_undo(&mut page);
        page
    }

    fn plain(&self) -> Page {
        plain::lines(self.changes.iter().map(|change| change.cells().into()))
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn is_confirmation(&self) -> bool {
        true
    }
}

impl Changes {
    /// The changes, without the commands that restore what was there.
    pub(super) fn page(&self) -> Page {
        Changes { undo: Vec::new(), ..self.clone() }.table(None)
    }

    /// Adds the commands that restore what was there.
    pub(super) fn push_undo(&self, page: &mut Page) {
        if !self.undo.is_empty() {
            page.push("");
            page.push("To put back:");
            self.undo.iter().for_each(|line| page.push(format!("  {line}")));
        }
    }
}

/// The changes, one a line.
pub(super) fn lines(changes: &[Change]) -> impl Iterator<Item = Line> {
    changes.iter().filter(|change| !is_dhcp_mark(&change.name)).map(Change::line)
}

impl Change {
    fn line(&self) -> Line {
        let (sign, color) = match self.action {
            "add" => ("+", AnsiColor::Green),
            "remove" => ("-", AnsiColor::Red),
            _ => ("~", AnsiColor::Yellow),
        };
        let line = Line::default().styled(sign, color).text(" ").text(&self.name).text("  ");
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => line.text(from).text(" -> ").text(to),
            (from, to) => from.iter().chain(to).fold(line, |line, value| line.text(value)),
        }
    }

    /// Action, name, what it was and what it becomes.
    pub(super) fn cells(&self) -> [String; 4] {
        let or_empty = |value: &Option<String>| value.clone().unwrap_or_default();
        [self.action.to_owned(), self.name.clone(), or_empty(&self.from), or_empty(&self.to)]
    }

    /// Adds what a change to a switch's names is to a list.
    fn push(views: &mut Vec<Self>, own: &SwitchId, change: Planned, whole: &BTreeSet<Uuid>) {
        let switch = || Some(own.name.clone());
        let view = match change {
            Planned::Entry(entry) => Self::entry(entry),
            Planned::Create(Row::Dns(row)) => Self::zone("add", None, switch(), row.uuid),
            Planned::Destroy(Row::Dns(row)) => {
                views.extend(row.records.into_iter().map(|(key, value)| {
                    let (column, row) = (Column::DnsRecords, row.uuid);
                    Self::entry(Entry { column, row, key, from: Some(value), to: None })
                }));
                Self::zone("remove", switch(), None, row.uuid)
            }
            Planned::Create(Row::Balancer(row)) => Self::balancer("add", row),
            Planned::Destroy(Row::Balancer(row)) => Self::balancer("remove", row),
            Planned::Refer(reference) | Planned::Unrefer(reference) if whole.contains(&reference.target) => {
                return;
            }
            Planned::Refer(reference)
                if reference.column == ReferenceColumn::SwitchDns && reference.row == own.uuid =>
            {
                Self::zone("change", None, Some(reference.row_label), reference.target)
            }
            Planned::Refer(reference) => Self::reference("add", reference),
            Planned::Unrefer(reference) => Self::reference("remove", reference),
        };
        views.push(view);
    }

    fn entry(entry: Entry) -> Self {
        let Entry { column, row, key: name, from, to } = entry;
        let action = match (&from, &to) {
            (None, _) => "add",
            (Some(_), Some(_)) => "change",
            (Some(_), None) => "remove",
        };
        Change { action, name, from, to, column: column.path(), row }
    }

    fn balancer(action: &'static str, row: LoadBalancer) -> Self {
        let vips: Vec<String> = row.vips.iter().map(|(vip, to)| format!("{vip} to {to}")).collect();
        let vips = Some(vips.join("; "));
        let (from, to) = if action == "add" { (None, vips) } else { (vips, None) };
        let column = Column::BalancerVips.path();
        Change { action, name: row.name, from, to, column, row: row.uuid }
    }

    fn reference(action: &'static str, reference: Reference) -> Self {
        let label = Some(reference.row_label);
        let (from, to) = if action == "add" { (None, label) } else { (label, None) };
        let (name, column) = (reference.target_name, reference.column.path());
        Change { action, name, from, to, column, row: reference.row }
    }

    fn zone(action: &'static str, from: Option<String>, to: Option<String>, row: Uuid) -> Self {
        Change { action, name: "zone".to_owned(), from, to, column: "Logical_Switch.dns_records", row }
    }
}
