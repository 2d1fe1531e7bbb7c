//! What to change. Each file has one planner: a pure function from rows to a [`Plan`].

pub mod aliases;
pub mod backup;
pub mod bad_lines;
pub mod balancer;
pub mod change;
pub mod claims;
mod creation;
pub mod draft;
pub mod edits;
pub mod export;
mod foreign;
pub mod forwarders;
pub mod hosts;
pub mod import;
pub mod machine;
pub mod removal_limit;
pub mod restore;
pub mod share;
pub mod stale;
pub mod sync;
pub mod undo;
pub mod zone;

use std::collections::BTreeSet;
use std::net::IpAddr;

use uuid::Uuid;

use crate::error::Result;
use crate::model::marks::FOREIGN_MARKS;
use crate::model::name::Domain;
use crate::model::shell::CommandLine;
use crate::model::snapshot::{DnsRow, Map, Snapshot, Switch};
use change::{Change, Column, Entry, Listers, Listing, Reference};

/// The switch of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwitchId {
    pub uuid: Uuid,
    pub name: String,
}

impl From<&Switch> for SwitchId {
    fn from(switch: &Switch) -> Self {
        SwitchId { uuid: switch.uuid, name: switch.name.clone() }
    }
}

/// A host that is removed because it has no port. The removal fails if something says that the host may live when it is
/// written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// The switches whose ports are compared.
    pub switches: Vec<Uuid>,
    /// The zone's domain.
    pub domain: Domain,
    pub name: String,
    /// The addresses that no port may have.
    pub addresses: Vec<IpAddr>,
    /// The port that must not be on one of the switches.
    pub origin: Option<Uuid>,
    /// The addresses that no load balancer, NAT, router or row of another program may have.
    pub elsewhere: Vec<IpAddr>,
    /// One more `external_ids` key that may hold a port's hostname.
    pub name_from: Option<String>,
}

/// A command that restores a part of what a plan removes or replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// A command of qdns.
    Qdns(CommandLine),
    /// Changes of rows that no command of qdns makes, for ovn-nbctl.
    Changes(Vec<Change>),
}

/// The changes of one switch, with warnings and a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub switch: SwitchId,
    /// In the order in which they are written.
    pub changes: Vec<Change>,
    /// Values that the planner relied on and that must not have changed when the plan is written. `from` and `to`
    /// of each are the same.
    pub expects: Vec<Entry>,
    /// References that must still be there when the plan is written. ovsdb-client compares them, ovn-nbctl cannot.
    pub expects_references: Vec<Reference>,
    /// Switches that must list these DNS rows and no others when the plan is written. ovsdb-client compares them, ovn-nbctl
    /// cannot.
    pub expects_listings: Vec<Listing>,
    /// DNS rows, each with all of the switches that must list it when the plan is written.
    pub expects_listers: Vec<Listers>,
    /// DNS rows that must have this content and no more when the plan is written. ovn-nbctl compares them a moment before.
    pub expects_rows: Vec<DnsRow>,
    /// Hosts that must still have no port when the plan is written.
    pub must_stay_unused: Vec<Unused>,
    pub warnings: Vec<String>,
    /// The end of the question "This will …. Go on?". A plan has one where it changes more than the operator named.
    pub question: Option<String>,
    /// What restores what the plan removes or replaces; empty where it only adds.
    pub undo: Vec<Undo>,
}

impl Plan {
    /// An empty plan for a switch.
    pub fn for_switch(switch: &Switch) -> Self {
        Plan { switch: switch.into(), ..Plan::default() }
    }

    /// Plans a value for a key of a row, or with `None` its removal. A value that is there already is no change.
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

    /// Plans the whole content of a column of a row.
    pub fn set_all(&mut self, column: Column, row: Uuid, current: Option<&Map>, wanted: Map) {
        let entry = |key, from, to| Entry { column, row, key, from, to };
        let removed = current.into_iter().flatten().filter(|(key, _)| !wanted.contains_key(*key));
        let mut entries: Vec<Entry> =
            removed.map(|(key, from)| entry(key.clone(), Some(from.clone()), None)).collect();
        entries.extend(wanted.into_iter().filter_map(|(key, to)| {
            let from = current.and_then(|current| current.get(&key));
            (from != Some(&to)).then(|| entry(key, from.cloned(), Some(to)))
        }));
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        self.changes.extend(entries.into_iter().map(Change::Entry));
    }

    /// Plans no change of a key, but the whole plan fails where another writer changes it meanwhile. `None`: where another
    /// writer adds it.
    pub fn expect(&mut self, column: Column, row: Uuid, key: &str, value: Option<&str>) {
        let value = value.map(str::to_owned);
        self.expects.push(Entry { column, row, key: key.to_owned(), from: value.clone(), to: value });
    }

    /// The plan, which fails where another program marks one of its rows as its own before it is written.
    fn guarded(mut self) -> Self {
        let created: BTreeSet<Uuid> = self
            .changes
            .iter()
            .filter_map(|change| if let Change::Create(row) = change { Some(row.uuid()) } else { None })
            .collect();
        let marks = |entry: &Entry| match entry.column {
            Column::DnsRecords | Column::DnsMarks => Some((Column::DnsMarks, entry.row)),
            Column::DhcpOptions | Column::DhcpMarks => Some((Column::DhcpMarks, entry.row)),
            Column::BalancerVips | Column::PortOptions => None,
        };
        let written: BTreeSet<(Column, Uuid)> =
            self.entries().filter_map(marks).filter(|(_, row)| !created.contains(row)).collect();
        for (column, row) in written {
            FOREIGN_MARKS.iter().for_each(|mark| self.expect(column, row, mark, None));
        }
        self
    }

    /// Turns the error of a check into a warning where the plan is only shown.
    ///
    /// # Errors
    /// That of the check, where the plan is to be written.
    pub fn warn_or_fail(&mut self, check: Result<()>, is_dry_run: bool) -> Result<()> {
        match check {
            Err(error) if is_dry_run => {
                self.warnings.push(format!("it would be refused: {}", error.message));
                Ok(())
            }
            other => other,
        }
    }

    /// The changes of single keys.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.changes.iter().filter_map(|change| match change {
            Change::Entry(entry) => Some(entry),
            _ => None,
        })
    }

    /// The plans of several switches as one, which is written as one. It names no switch.
    pub fn join<'p>(plans: impl IntoIterator<Item = &'p Plan> + Clone) -> Self {
        let all = || plans.clone().into_iter();
        let questions: Vec<&str> = all().filter_map(|plan| plan.question.as_deref()).collect();
        Plan {
            switch: SwitchId::default(),
            changes: all().flat_map(|plan| plan.changes.clone()).collect(),
            expects: all().flat_map(|plan| plan.expects.clone()).collect(),
            expects_references: all().flat_map(|plan| plan.expects_references.clone()).collect(),
            expects_listings: all().flat_map(|plan| plan.expects_listings.clone()).collect(),
            expects_listers: all().flat_map(|plan| plan.expects_listers.clone()).collect(),
            expects_rows: all().flat_map(|plan| plan.expects_rows.clone()).collect(),
            must_stay_unused: all().flat_map(|plan| plan.must_stay_unused.clone()).collect(),
            warnings: all().flat_map(|plan| plan.warnings.clone()).collect(),
            question: (!questions.is_empty()).then(|| questions.join(", ")),
            undo: all().flat_map(|plan| plan.undo.clone()).collect(),
        }
    }

    /// Applies the changes to a snapshot.
    pub fn apply_to(&self, snapshot: &mut Snapshot) {
        self.changes.iter().for_each(|change| change.apply_to(snapshot));
    }
}

/// A plan that may be written: it has no question, or the answer was yes. The write path takes nothing else.
#[derive(Clone, Debug)]
pub struct Approved<T>(T);

impl Approved<Plan> {
    /// Approves a plan. A plan with a question needs `confirm` to succeed.
    ///
    /// # Errors
    /// As `confirm`.
    pub fn ask(plan: Plan, confirm: impl FnOnce(&Plan, &str) -> Result<()>) -> Result<Self> {
        if let Some(question) = &plan.question {
            confirm(&plan, question)?;
        }
        Ok(Approved(plan.guarded()))
    }

    /// Approves several plans with one question, which joins theirs.
    ///
    /// # Errors
    /// As `confirm`.
    pub fn ask_all(plans: Vec<Plan>, confirm: impl FnOnce(&str) -> Result<()>) -> Result<Vec<Self>> {
        let questions: Vec<&str> = plans.iter().filter_map(|plan| plan.question.as_deref()).collect();
        if !questions.is_empty() {
            confirm(&questions.join(", "))?;
        }
        Ok(plans.into_iter().map(|plan| Approved(plan.guarded())).collect())
    }

    /// As [`Plan::join`].
    pub fn join(plans: &[&Self]) -> Self {
        Approved(Plan::join(plans.iter().map(|approved| &approved.0)))
    }

    pub fn plan(&self) -> &Plan {
        &self.0
    }

    pub fn into_plan(self) -> Plan {
        self.0
    }
}
