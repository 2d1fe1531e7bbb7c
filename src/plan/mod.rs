//! What to change: one planner a file, each a pure function from rows to a [`Plan`].

pub mod bad_lines;
pub mod balancer;
pub mod change;
pub mod forwarders;
pub mod hosts;
pub mod import;
pub mod machine;
pub mod removal_limit;
pub mod stale;
pub mod sync;
pub mod zone;

use std::net::IpAddr;

use uuid::Uuid;

use crate::error::Result;
use crate::model::name::Domain;
use crate::model::snapshot::{Map, Snapshot, Switch};
use change::{Change, Column, Entry};

/// The switch that a plan is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwitchId {
    /// Its UUID.
    pub uuid: Uuid,
    /// Its name, for people.
    pub name: String,
}

impl From<&Switch> for SwitchId {
    fn from(switch: &Switch) -> Self {
        SwitchId { uuid: switch.uuid, name: switch.name.clone() }
    }
}

/// A host that is removed because it has no port: it stays if a port has its name or one of its addresses when
/// the removal is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
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
    /// The switch that the plan is for.
    pub switch: SwitchId,
    /// The changes, in order.
    pub changes: Vec<Change>,
    /// What must still be as it was read for the changes to make sense: entries whose `from` and
    /// `to` are the same.
    pub expects: Vec<Entry>,
    /// Hosts that no port may have when the changes are written.
    pub must_stay_unused: Vec<Unused>,
    /// What is worth knowing and stops nothing.
    pub warnings: Vec<String>,
    /// What must be answered with yes first: the plan goes beyond what was named one by one.
    pub question: Option<String>,
}

impl Plan {
    /// An empty plan for a switch.
    pub fn for_switch(switch: &Switch) -> Self {
        Plan { switch: switch.into(), ..Plan::default() }
    }

    /// Plans that a key of a row has a value, or none. Nothing is added where it is so already.
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

    /// Plans that a column of a row has these keys with these values and no others.
    pub fn set_all(&mut self, column: Column, row: Uuid, current: Option<&Map>, wanted: Map) {
        let entry = |key, from, to| Entry { column, row, key, from, to };
        let gone = current.into_iter().flatten().filter(|(key, _)| !wanted.contains_key(*key));
        let mut entries: Vec<Entry> =
            gone.map(|(key, from)| entry(key.clone(), Some(from.clone()), None)).collect();
        entries.extend(wanted.into_iter().filter_map(|(key, to)| {
            let from = current.and_then(|current| current.get(&key));
            (from != Some(&to)).then(|| entry(key, from.cloned(), Some(to)))
        }));
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        self.changes.extend(entries.into_iter().map(Change::Entry));
    }

    /// Plans nothing for a key, but depends on it: the change is lost where another writer changes it.
    pub fn expect(&mut self, column: Column, row: Uuid, key: &str, value: &str) {
        let value = Some(value.to_owned());
        self.expects.push(Entry { column, row, key: key.to_owned(), from: value.clone(), to: value });
    }

    /// Fails with what refuses the plan; where the plan is only shown, the refusal is a warning.
    ///
    /// # Errors
    /// The refusal.
    pub fn warn_or_fail(&mut self, verdict: Result<()>, is_dry_run: bool) -> Result<()> {
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

    /// Makes the changes in a snapshot.
    pub fn apply_to(&self, snapshot: &mut Snapshot) {
        self.changes.iter().for_each(|change| change.apply_to(snapshot));
    }
}

/// A plan that may be written: there was nothing to ask, or the question was answered with yes. The write path
/// takes nothing else.
#[derive(Clone, Debug)]
pub struct Approved<T>(T);

impl Approved<Plan> {
    /// Approves a plan; one with a question only where `confirm` says yes to it.
    ///
    /// # Errors
    /// As `confirm`.
    pub fn ask(plan: Plan, confirm: impl FnOnce(&Plan, &str) -> Result<()>) -> Result<Self> {
        if let Some(question) = &plan.question {
            confirm(&plan, question)?;
        }
        Ok(Approved(plan))
    }

    /// Approves several plans by one question, made of theirs.
    ///
    /// # Errors
    /// As `confirm`.
    pub fn ask_all(plans: Vec<Plan>, confirm: impl FnOnce(&str) -> Result<()>) -> Result<Vec<Self>> {
        let questions: Vec<&str> = plans.iter().filter_map(|plan| plan.question.as_deref()).collect();
        if !questions.is_empty() {
            confirm(&questions.join(", "))?;
        }
        Ok(plans.into_iter().map(Approved).collect())
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.0
    }

    /// The plan, once it is written.
    pub fn into_plan(self) -> Plan {
        self.0
    }
}
