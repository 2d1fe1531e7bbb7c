//! What was changed, or would be.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use anstyle::AnsiColor;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::answer::Answer;
use super::page::{Line, Page};
use super::plain;
use crate::model::marks::is_dhcp_mark;
use crate::model::shell::joined;
use crate::model::snapshot::{DhcpOptions, LoadBalancer};
use crate::ovn::transaction::arguments;
use crate::plan::change::{Change as Planned, Column, Entry, Reference, ReferenceColumn, Row};
use crate::plan::{Plan, SwitchId, Undo};

/// The most changes that a person gets as a list. Of more, the numbers are shown.
const LINES_MAX: usize = 100;

/// What was changed, or would be.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Changes {
    /// Whether there was anything to change; in a dry run, whether there is.
    pub changed: bool,
    /// Whether this is only what would change: nothing was written.
    pub dry_run: bool,
    /// The changes, in order.
    pub changes: Vec<Change>,
    /// The commands that restore what is removed or replaced.
    pub undo: Vec<String>,
    /// What is worth knowing.
    pub warnings: Vec<String>,
    /// Whether a person gets each change as a line, however many they are.
    #[serde(skip)]
    lists_all: bool,
    #[serde(skip)]
    layout: Layout,
}

/// How a person gets the lines of several switches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Layout {
    #[default]
    Plain,
    /// Those of each switch under its name, where there are several.
    BySwitch,
    /// Each with the name of its switch.
    Journal,
}

/// One change.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Change {
    /// `add`, `change` or `remove`.
    pub action: &'static str,
    /// The switch whose names or resolvers it concerns; `null` where it is not one switch's.
    pub switch: Option<Rc<str>>,
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
        let changed = !plan.changes.is_empty();
        let whole: BTreeSet<Uuid> = plan.changes.iter().filter_map(whole_row).collect();
        let mut changes = Vec::with_capacity(plan.changes.len());
        for change in plan.changes {
            Change::push(&mut changes, &plan.switch, change, &whole);
        }
        let switch = Some(plan.switch.name.as_str()).filter(|name| !name.is_empty()).map(Rc::from);
        changes.iter_mut().for_each(|change: &mut Change| change.switch.clone_from(&switch));
        let undo = plan.undo.iter().map(undo_line).collect();
        Changes {
            changed,
            dry_run,
            changes,
            undo,
            warnings: plan.warnings,
            lists_all: false,
            layout: Layout::default(),
        }
    }

    /// The changes of the plans of several switches.
    pub fn of_all(plans: impl IntoIterator<Item = Plan>, dry_run: bool) -> Self {
        let mut views = plans.into_iter().map(|plan| Changes::of(plan, dry_run));
        let mut all = views.next().unwrap_or_else(|| Changes::of(Plan::default(), dry_run));
        for view in views {
            all.changed |= view.changed;
            all.changes.extend(view.changes);
            all.undo.extend(view.undo);
            all.warnings.extend(view.warnings);
        }
        all
    }

    /// The same with the changes of each switch under its name, where there are several.
    #[must_use]
    pub fn by_switch(self) -> Self {
        Changes { layout: Layout::BySwitch, ..self }
    }

    /// The same with the name of the switch in each line, for a journal.
    #[must_use]
    pub fn with_names(self) -> Self {
        Changes { layout: Layout::Journal, ..self }
    }

    /// The same as a list of each change if `lists_all`, else of their numbers where they are many.
    #[must_use]
    pub fn listing(self, lists_all: bool) -> Self {
        Changes { lists_all, ..self }
    }
}

/// The name of the switch of these changes.
fn name(changes: &[Change]) -> &str {
    changes.first().and_then(|change| change.switch.as_deref()).unwrap_or_default()
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
        let of_switches: Vec<&[Change]> = self.changes.chunk_by(|a, b| a.switch == b.switch).collect();
        let are_listed = self.lists_all || self.changes.len() <= LINES_MAX;
        let push = |page: &mut Page, changes: &[Change], indent: &str| {
            lines(changes, self.lists_all).into_iter().for_each(|line| page.push(line.indented(indent)));
        };
        match self.layout {
            Layout::BySwitch if of_switches.len() > 1 && are_listed => {
                for changes in of_switches {
                    page.push(format!("{}:", name(changes)));
                    push(&mut page, changes, "  ");
                }
            }
            Layout::Journal => {
                of_switches
                    .iter()
                    .for_each(|changes| push(&mut page, changes, &format!("{}: ", name(changes))));
            }
            Layout::Plain | Layout::BySwitch => push(&mut page, &self.changes, ""),
        }
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
            page.push("To undo:");
            self.undo.iter().for_each(|line| page.push(format!("  {line}")));
        }
    }
}

/// The changes for a person, one a line; or their numbers, where they are many and not all are to be listed.
pub(super) fn lines(changes: &[Change], lists_all: bool) -> Vec<Line> {
    let shown: Vec<&Change> = changes.iter().filter(|change| !is_dhcp_mark(&change.name)).collect();
    if lists_all || shown.len() <= LINES_MAX {
        return shown.into_iter().map(Change::line).collect();
    }
    let mut numbers: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for change in shown {
        *numbers.entry((change.order(), change.noun())).or_default() += 1;
    }
    let mut counted = Vec::new();
    for order in 0..ACTIONS.len() {
        let of_action = numbers.iter().filter(|((other, _), _)| *other == order);
        let texts: Vec<String> = of_action
            .map(|((_, noun), count)| format!("{count} {noun}{}", if *count == 1 { "" } else { "s" }))
            .collect();
        if !texts.is_empty() {
            counted.push(signed(order).text(&texts.join(", ")));
        }
    }
    counted.push(Line::from("With --verbose each change is listed."));
    counted
}

/// The actions in the order in which they are counted, and their signs.
const ACTIONS: [(&str, &str, AnsiColor); 3] =
    [("add", "+", AnsiColor::Green), ("change", "~", AnsiColor::Yellow), ("remove", "-", AnsiColor::Red)];

/// The beginning of a line for one of [`ACTIONS`].
fn signed(order: usize) -> Line {
    let (_, sign, color) = ACTIONS[order];
    Line::default().styled(sign, color).text(" ")
}

impl Change {
    /// The place in [`ACTIONS`].
    fn order(&self) -> usize {
        ACTIONS.iter().position(|(action, _, _)| *action == self.action).unwrap_or(1)
    }

    /// What it is one of, for a number of them.
    fn noun(&self) -> &'static str {
        match self.column {
            "DNS.records" => "record",
            "DNS.external_ids" => "mark",
            "DHCP_Options.options" => "DHCP option",
            "Logical_Switch.dns_records" => "zone",
            "Load_Balancer.vips" => "load balancer",
            _ => "setting",
        }
    }

    fn line(&self) -> Line {
        let line = signed(self.order()).text(&self.name).text("  ");
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
            Planned::Create(Row::Dhcp(row)) => Self::dhcp_options("add", row),
            Planned::Destroy(Row::Dhcp(row)) => Self::dhcp_options("remove", row),
            // The zone's own switch. Other switches that list it are shown.
            Planned::Refer(reference) | Planned::Unrefer(reference)
                if whole.contains(&reference.target) && (reference.row == own.uuid || own.uuid.is_nil()) =>
            {
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
        Change { action, switch: None, name, from, to, column: column.path(), row }
    }

    fn balancer(action: &'static str, row: LoadBalancer) -> Self {
        let vips: Vec<String> = row.vips.iter().map(|(vip, to)| format!("{vip} to {to}")).collect();
        let vips = Some(vips.join("; "));
        let (from, to) = if action == "add" { (None, vips) } else { (vips, None) };
        let column = Column::BalancerVips.path();
        Change { action, switch: None, name: row.name, from, to, column, row: row.uuid }
    }

    fn dhcp_options(action: &'static str, row: DhcpOptions) -> Self {
        let options = row.options.iter().map(|(option, value)| format!(" {option}={value}"));
        let text = Some(options.fold(row.cidr, |text, option| text + &option));
        let (from, to) = if action == "add" { (None, text) } else { (text, None) };
        let (name, column) = ("DHCP options".to_owned(), Column::DhcpOptions.path());
        Change { action, switch: None, name, from, to, column, row: row.uuid }
    }

    fn reference(action: &'static str, reference: Reference) -> Self {
        let label = Some(reference.row_label);
        let (from, to) = if action == "add" { (None, label) } else { (label, None) };
        let (name, column) = (reference.target_name, reference.column.path());
        Change { action, switch: None, name, from, to, column, row: reference.row }
    }

    fn zone(action: &'static str, from: Option<String>, to: Option<String>, row: Uuid) -> Self {
        let (name, column) = ("zone".to_owned(), "Logical_Switch.dns_records");
        Change { action, switch: None, name, from, to, column, row }
    }
}
