//! Plans the switches that changes concern, and writes the plans of one burst together.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::brake::{Brake, Held};
use super::manager::Manager;
use super::selection::Selection;
use crate::commands::Context;
use crate::error::{Error, Kind, Result};
use crate::model::life::Life;
use crate::model::shell::shell_word;
use crate::model::snapshot::Snapshot;
use crate::model::topology::{Network, Topology};
use crate::output::sync::SyncChanges;
use crate::ovn;
use crate::ovn::copy::Copy;
use crate::ovn::northbound::Northbound;
use crate::ovn::ports::Switches;
use crate::plan::sync::{self, Options};
use crate::plan::{Approved, Plan};

/// A switch is planned again this long after its change lost a race.
const AFTER_LOST_RACE: Duration = Duration::from_millis(20);
/// A switch is planned again this long after its change failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How often a switch is looked at whose rows do not fit together yet, and for how long.
const UNSETTLED: Duration = Duration::from_millis(30);
const UNSETTLED_AT_MOST: Duration = Duration::from_secs(1);
/// The switches that were named are looked up again this often while one does not exist.
const MISSING: Duration = Duration::from_secs(1);
/// So many plans are written together.
const PLANS_MAX: usize = 100;

/// What is remembered from one change to the next.
pub struct Follower<'a> {
    context: &'a Context,
    selection: &'a Selection,
    options: &'a Options,
    brake: Brake,
    /// The switches to plan again without a change, and when.
    again: BTreeMap<Uuid, Instant>,
    /// Since when the rows of a switch do not fit together.
    unsettled: BTreeMap<Uuid, Instant>,
    /// The warnings that were reported and still apply, by switch.
    reported: BTreeMap<Uuid, BTreeSet<String>>,
    /// Why a switch could not be changed the last time.
    failures: BTreeMap<Uuid, String>,
    /// The reports about the connection and about names of switches that were made and still apply.
    troubles: BTreeSet<String>,
}

/// A plan to write, and the answer that reports it.
struct Planned {
    switch: Uuid,
    plan: Approved<Plan>,
    answer: SyncChanges,
}

impl<'a> Follower<'a> {
    pub fn new(context: &'a Context, selection: &'a Selection, options: &'a Options, brake: Brake) -> Self {
        Follower {
            context,
            selection,
            options,
            brake,
            again: BTreeMap::new(),
            unsettled: BTreeMap::new(),
            reported: BTreeMap::new(),
            failures: BTreeMap::new(),
            troubles: BTreeSet::new(),
        }
    }

    /// One more `external_ids` key that may hold a port's hostname.
    pub fn name_from(&self) -> Option<String> {
        self.options.name_from.clone()
    }

    /// Reports a lost connection. After it the database may be another one.
    pub fn lose(&mut self, why: &str) {
        self.brake.forget();
        self.again.clear();
        self.unsettled.clear();
        if self.troubles.insert(why.to_owned()) {
            self.context.printer.warn(why);
        }
    }

    /// Plans the switches that changes concern, and writes. Returns when to call it again without a change.
    ///
    /// # Errors
    /// Errors that another try cannot help; garbage where the copy cannot be read.
    pub(super) fn sync(
        &mut self,
        nb: &Northbound,
        copy: &mut Copy,
        manager: &mut Manager,
    ) -> Result<Option<Instant>> {
        let mut due = copy.take_touched()?;
        let now = Instant::now();
        due.extend(self.again.iter().filter(|(_, at)| **at <= now).map(|(switch, _)| *switch));
        let mut next = None;
        if let Switches::Named(names) = &self.selection.switches {
            let (found, troubles) = named(copy, names);
            due.retain(|switch| found.contains(switch));
            next = (!troubles.is_empty()).then(|| now + MISSING);
            troubles.difference(&self.troubles).for_each(|trouble| self.context.printer.warn(trouble));
            self.troubles = troubles;
        } else {
            self.troubles.clear();
        }
        let mut planned = Vec::new();
        for switch in due {
            self.again.remove(&switch);
            planned.extend(self.plan(copy, switch)?);
            if planned.len() >= PLANS_MAX {
                self.write(nb, std::mem::take(&mut planned), manager)?;
            }
            manager.live();
            if ovn::is_stopping() {
                return Ok(None);
            }
        }
        self.write(nb, planned, manager)?;
        Ok(self.again.values().copied().chain(next).min())
    }

    /// Plans a switch; `None` where there is nothing to write.
    fn plan(&mut self, copy: &Copy, switch: Uuid) -> Result<Option<Planned>> {
        let site_domain = self.context.nb.site_domain.clone();
        let snapshot = Snapshot { site_domain, ..copy.around(switch)? };
        if !copy.is_settled(switch, &snapshot) && self.may_settle(switch) {
            self.again.insert(switch, Instant::now() + UNSETTLED);
            return Ok(None);
        }
        self.unsettled.remove(&switch);
        let topology = Topology::of(&snapshot);
        let life = Life::of(&topology);
        let rows: Vec<_> = snapshot.switches.iter().filter(|row| row.uuid == switch).cloned().collect();
        let mut warnings = BTreeSet::new();
        let planned = match self.selection.of(&topology, self.options, &rows).first() {
            Some(row) => {
                let planned = self.plan_selected(&topology, &life, switch, &mut warnings);
                planned.unwrap_or_else(|error| {
                    warnings.insert(failure(&row.name, &error));
                    None
                })
            }
            None => None,
        };
        self.report(switch, warnings);
        Ok(planned)
    }

    fn plan_selected<'t>(
        &mut self,
        topology: &Topology<'t>,
        life: &Life<'t>,
        switch: Uuid,
        warnings: &mut BTreeSet<String>,
    ) -> Result<Option<Planned>> {
        let network = topology.network(switch)?;
        let mut synced = sync::plan(topology, life, network, self.options, &BTreeSet::new())?;
        let stale = synced.stale().map(|stale| stale.host.name.to_string()).collect();
        let held = self.brake.hold(switch, &stale, synced.host_count, Instant::now());
        if let Some(until) = held.until {
            warnings.insert(held_warning(network, &held, synced.host_count));
            synced = sync::plan(topology, life, network, self.options, &held.hosts)?;
            self.again.insert(switch, until);
        }
        let switch_name = &network.switch.name;
        warnings.extend(synced.plan.warnings.drain(..).map(|said| format!("switch {switch_name}: {said}")));
        if synced.plan.changes.is_empty() {
            return Ok(None);
        }
        let plan =
            Approved::ask(synced.plan, |_, question| Err(Error::new(Kind::NeedsConfirmation, question)))?;
        let answer = SyncChanges::of(std::slice::from_ref(plan.plan()), &synced.removed, false)
            .listing(self.context.global.lists_all())
            .with_names();
        Ok(Some(Planned { switch, plan, answer }))
    }

    /// Writes plans and reports what was changed.
    ///
    /// # Errors
    /// Errors that another try cannot help.
    fn write(&mut self, nb: &Northbound, planned: Vec<Planned>, manager: &mut Manager) -> Result<()> {
        let comment = self.context.comment();
        let plans: Vec<&Approved<Plan>> = planned.iter().map(|planned| &planned.plan).collect();
        let mut results = Vec::new();
        nb.commit_all(&plans, &comment, &mut |_| {}, &mut |number, result| {
            results.push((number, result));
            manager.live();
            !ovn::is_stopping()
        });
        for (number, result) in results {
            let Planned { switch, plan, answer } = &planned[number];
            match result {
                // The sync goes on where standard output cannot be written.
                Ok(()) => {
                    self.failures.remove(switch);
                    let _ = self.context.printer.print(answer);
                }
                Err(error) if is_final(&error) => return Err(error),
                Err(error) if error.kind == Kind::LostRace => self.try_again(*switch, AFTER_LOST_RACE),
                Err(error) => {
                    self.try_again(*switch, AFTER_FAILURE);
                    let warning = failure(&plan.plan().switch.name, &error);
                    if self.failures.get(switch) != Some(&warning) {
                        self.context.printer.warn(&warning);
                        self.failures.insert(*switch, warning);
                    }
                }
            }
        }
        Ok(())
    }

    fn try_again(&mut self, switch: Uuid, after: Duration) {
        let at = Instant::now() + after;
        let known = self.again.entry(switch).or_insert(at);
        *known = at.min(*known);
    }

    /// Whether the rows of a switch may still come to fit together.
    fn may_settle(&mut self, switch: Uuid) -> bool {
        self.unsettled.entry(switch).or_insert_with(Instant::now).elapsed() < UNSETTLED_AT_MOST
    }

    /// Reports the warnings that a switch did not have before.
    fn report(&mut self, switch: Uuid, warnings: BTreeSet<String>) {
        let before = self.reported.remove(&switch).unwrap_or_default();
        warnings.difference(&before).for_each(|warning| self.context.printer.warn(warning));
        if !warnings.is_empty() {
            self.reported.insert(switch, warnings);
        }
    }
}

/// The switches that were named, and the errors of the names that mean none or several.
fn named(copy: &Copy, names: &[ovn::SwitchRef]) -> (BTreeSet<Uuid>, BTreeSet<String>) {
    let (mut found, mut troubles) = (BTreeSet::new(), BTreeSet::new());
    for name in names {
        match copy.find(name) {
            Ok(switch) => drop(found.insert(switch)),
            Err(error) => drop(troubles.insert(error.message)),
        }
    }
    (found, troubles)
}

/// Whether another try cannot help: a program is missing, or the command line is wrong.
pub fn is_final(error: &Error) -> bool {
    matches!(error.kind, Kind::NoSuchBinary | Kind::InvalidInput)
}

fn failure(switch: &str, error: &Error) -> String {
    format!("switch {switch}: {}", error.message)
}

/// The warning about hosts that stay for a while.
fn held_warning(network: &Network, held: &Held, host_count: usize) -> String {
    let switch = &network.switch.name;
    format!(
        "the ports of {} of the {host_count} hosts of {switch} are gone at once: the hosts stay for {} s, and go then \
         if their ports are still gone; qdns sync {} --prune --force --yes removes them now",
        held.hosts.len(),
        held.grace.as_secs(),
        shell_word(network.name())
    )
}
