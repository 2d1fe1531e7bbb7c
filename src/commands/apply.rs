//! The only path from a plan to the database: plan, ask, write, and plan again after a lost race.

use std::io::{IsTerminal, stderr, stdin};

use super::Context;
use crate::error::{Error, Kind, Result};
use crate::model::snapshot::{Snapshot, Switch};
use crate::model::topology::{Network, Topology};
use crate::output::changes::Changes;
use crate::output::{Page, Reply, ask, note};
use crate::plan::{Approved, Plan, SwitchId};

/// The number of attempts at a change that loses races.
const ATTEMPTS: usize = 20;

/// What to do when another writer changed the same rows first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnLostRace {
    /// Read and plan again: for plans that never overwrite what they find.
    PlanAgain,
    /// Fail: the operator decided on values that have changed.
    Fail,
}

/// A plan that was applied or, in a dry run, shown.
#[derive(Debug)]
pub struct Applied {
    pub plan: Plan,
    pub is_dry_run: bool,
    /// As [`Changes::listing`] has it.
    lists_all: bool,
}

impl Applied {
    /// The answer that reports it.
    pub fn reply(self) -> Reply {
        Reply::from(self.changes())
    }

    /// The same with what a later plan changed.
    #[must_use]
    pub fn and(mut self, later: Applied) -> Self {
        self.plan.changes.extend(later.plan.changes);
        self.plan.warnings.extend(later.plan.warnings);
        self
    }

    pub fn changes(self) -> Changes {
        Changes::of(self.plan, self.is_dry_run).listing(self.lists_all)
    }
}

/// Plans and writes. `plan` reads the database, because it is called again after a lost race.
///
/// # Errors
/// As `plan`; needs confirmation; as [`crate::ovn::northbound::Northbound::commit`].
pub fn apply(
    context: &Context,
    on_lost_race: OnLostRace,
    plan: impl Fn() -> Result<Plan>,
) -> Result<Applied> {
    let is_dry_run = context.global.dry_run;
    let lists_all = context.global.lists_all();
    retry(on_lost_race, || {
        let plan = plan()?;
        if is_dry_run || plan.changes.is_empty() {
            return Ok(Applied { plan, is_dry_run, lists_all });
        }
        let shown = |plan: &Plan| crate::output::render_plan(plan, lists_all);
        let approved = Approved::ask(plan, |plan, question| confirm(context, question, || shown(plan)))?;
        commit(context, &approved)?;
        Ok(Applied { plan: approved.into_plan(), is_dry_run, lists_all })
    })
}

/// As [`apply`], for the plans of several switches, which are written as one.
///
/// # Errors
/// As [`apply`].
pub fn apply_joined(
    context: &Context,
    on_lost_race: OnLostRace,
    plans: impl Fn() -> Result<Vec<Plan>>,
) -> Result<Changes> {
    let is_dry_run = context.global.dry_run;
    let changes = |plans: Vec<Plan>, is_dry_run: bool| {
        Changes::of_all(plans, is_dry_run).listing(context.global.lists_all()).by_switch()
    };
    retry(on_lost_race, || {
        let plans = plans()?;
        let joined = Plan::join(&plans);
        if is_dry_run || joined.changes.is_empty() {
            return Ok(changes(plans, is_dry_run));
        }
        let shown = || crate::output::render(&changes(plans.clone(), true));
        let approved = Approved::ask(joined, |_, question| confirm(context, question, shown))?;
        commit(context, &approved)?;
        Ok(changes(plans, false))
    })
}

/// As [`apply`], for one switch that `read` reads; the answer reports it.
///
/// # Errors
/// As [`apply_to`].
pub fn apply_to_switch(
    context: &Context,
    on_lost_race: OnLostRace,
    read: impl Fn() -> Result<(Snapshot, Switch)>,
    plan: impl Fn(&Topology, &Network) -> Result<Plan>,
) -> Result<Reply> {
    apply_to(context, on_lost_race, read, plan).map(Applied::reply)
}

/// As [`apply`], for one switch that `read` reads.
///
/// # Errors
/// As `read`, `plan` and [`apply`].
pub fn apply_to(
    context: &Context,
    on_lost_race: OnLostRace,
    read: impl Fn() -> Result<(Snapshot, Switch)>,
    plan: impl Fn(&Topology, &Network) -> Result<Plan>,
) -> Result<Applied> {
    apply(context, on_lost_race, || {
        let (snapshot, switch) = read()?;
        let topology = Topology::of(&snapshot);
        plan(&topology, topology.network(switch.uuid)?)
    })
}

/// Plans one switch from a new reading, after a lost race.
type PlanAgain<'a> = &'a dyn Fn(&SwitchId) -> Result<Plan>;

/// Asks one question for the plans of several switches, then writes them in as few transactions as they fit into.
/// `shown` renders the plans for the question. With `plan_again`, a switch whose plan lost a race is planned and written
/// again.
///
/// # Errors
/// Needs confirmation; as [`crate::ovn::northbound::Northbound::commit`], with the switches that were changed before.
pub fn apply_all(
    context: &Context,
    plans: Vec<Plan>,
    shown: impl FnOnce() -> Page,
    plan_again: Option<PlanAgain>,
) -> Result<()> {
    let approved = Approved::ask_all(plans, |question| confirm(context, question, shown))?;
    let plans: Vec<&Approved<Plan>> =
        approved.iter().filter(|plan| !plan.plan().changes.is_empty()).collect();
    let mut done: Vec<&str> = Vec::new();
    let mut failed = Ok(());
    let bar = context.printer.progress("hosts");
    let comment = context.comment();
    let mut each = |number: usize, result: Result<()>| {
        let switch = &plans[number].plan().switch;
        let result = once_more(context, switch, plan_again, result);
        if result.is_ok() {
            done.push(&switch.name);
        }
        if failed.is_ok() {
            failed = result;
        }
        failed.is_ok()
    };
    context.nb.commit_all(&plans, &comment, &mut |at| bar.show(at.done, at.all), &mut each);
    failed.map_err(|error| with_done(error, &done))
}

/// Plans and writes a switch again whose plan lost a race.
fn once_more(
    context: &Context,
    switch: &SwitchId,
    plan_again: Option<PlanAgain>,
    result: Result<()>,
) -> Result<()> {
    match plan_again {
        Some(plan_again) if is_lost_race(&result) => retry(OnLostRace::PlanAgain, || {
            // The answer to the question covers the new plan: it follows from the same ports.
            commit(context, &Approved::ask(plan_again(switch)?, |_, _| Ok(()))?)
        }),
        _ => result,
    }
}

fn with_done(error: Error, done: &[&str]) -> Error {
    if done.is_empty() {
        return error;
    }
    Error { message: format!("{}; changed before: {}", error.message, done.join(", ")), ..error }
}

/// Repeats an attempt that lost a race.
///
/// # Errors
/// As `attempt`; after the last attempt its error.
pub fn retry<T>(on_lost_race: OnLostRace, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let mut result = attempt();
    for _ in 1..ATTEMPTS {
        if on_lost_race == OnLostRace::Fail || !is_lost_race(&result) {
            break;
        }
        result = attempt();
    }
    result
}

fn is_lost_race<T>(result: &Result<T>) -> bool {
    result.as_ref().is_err_and(|error| error.kind == Kind::LostRace)
}

fn commit(context: &Context, approved: &Approved<Plan>) -> Result<()> {
    let bar = context.printer.progress("hosts");
    context.nb.commit(approved, &context.comment(), &mut |at| bar.show(at.done, at.all))
}

/// Asks on a terminal. Without a terminal only `--yes` confirms.
fn confirm(context: &Context, question: &str, shown: impl FnOnce() -> Page) -> Result<()> {
    if context.global.yes {
        return Ok(());
    }
    let refused = || Error::new(Kind::NeedsConfirmation, format!("this would {question}"));
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(refused().hint("--yes confirms it; --dry-run shows what would change"));
    }
    note(shown());
    if ask(&format!("This will {question}. Go on? [y/N] ")) {
        Ok(())
    } else {
        Err(Error::new(Kind::NeedsConfirmation, "Nothing was changed."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_attempts_error_is_reported() {
        let mut tries = 0;
        let result: Result<()> = retry(OnLostRace::PlanAgain, || {
            tries += 1;
            Err(Error::new(Kind::LostRace, format!("try {tries}")))
        });
        assert_eq!(result.unwrap_err().message, format!("try {ATTEMPTS}"));
    }

    #[test]
    fn a_change_that_must_fail_is_tried_once() {
        let mut tries = 0;
        let result: Result<()> = retry(OnLostRace::Fail, || {
            tries += 1;
            Err(Error::new(Kind::LostRace, "lost"))
        });
        assert!(result.is_err() && tries == 1);
    }
}
