//! What every command that changes something does alike: plan, show or ask, apply, report.

use std::io::{IsTerminal, stderr, stdin};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Context;
use crate::error::{Error, Kind, Result};
use crate::output::view::ChangesView;
use crate::output::{Answer, Reply};
use crate::ovn::parts::Progress;
use crate::plan::change::Plan;

/// How often a change that lost a race is planned anew.
const ATTEMPTS: usize = 20;

/// What to do where another writer was faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnLostRace {
    /// Read and plan anew: for plans that never overwrite what they find.
    PlanAnew,
    /// Tell the operator, who decided on what is no longer so.
    Tell,
}

/// Plans and applies; `plan` reads the database itself, so that it can be called again.
///
/// # Errors
/// As `plan`; needs confirmation; as [`crate::ovn::nbctl::Nbctl::commit`].
pub fn run(context: &Context, on_lost_race: OnLostRace, plan: impl Fn() -> Result<Plan>) -> Result<Reply> {
    let mut attempt = 1;
    loop {
        let planned = plan()?;
        if context.global.dry_run || planned.changes.is_empty() {
            return Ok(report(planned, context.global.dry_run));
        }
        confirm(context, planned.question.as_deref(), || crate::output::render_plan(&planned))?;
        let bar = Bar::new(context);
        match context.nb.commit_showing(&planned, &audit_comment(&context.typed), &mut |at| bar.show(at)) {
            Ok(()) => return Ok(report(planned, false)),
            Err(error)
                if error.kind == Kind::LostRace
                    && on_lost_race == OnLostRace::PlanAnew
                    && attempt < ATTEMPTS =>
            {
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

/// How far a large change has come, for a person at a terminal only.
struct Bar(indicatif::ProgressBar);

impl Bar {
    fn new(context: &Context) -> Self {
        let target = if context.printer.shows_progress() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = ProgressStyle::with_template("{spinner} {wide_bar} {pos} of {len} hosts, {elapsed}");
        Bar(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    fn show(&self, at: Progress) {
        self.0.set_length(at.all as u64);
        self.0.set_position(at.done as u64);
        self.0.enable_steady_tick(std::time::Duration::from_millis(100));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Applies the plans of several switches, each by itself and only after one question for all; `shown` is
/// what the question is about.
///
/// # Errors
/// Needs confirmation; as `commit`, with the switches that were done before.
pub fn run_all(
    context: &Context,
    plans: &[Plan],
    shown: impl FnOnce() -> String,
    commit: impl Fn(&Plan, &str, &mut dyn FnMut(Progress)) -> Result<()>,
) -> Result<()> {
    let questions: Vec<&str> = plans.iter().filter_map(|plan| plan.question.as_deref()).collect();
    let question = Some(questions.join(", ")).filter(|question| !question.is_empty());
    confirm(context, question.as_deref(), shown)?;
    let comment = audit_comment(&context.typed);
    let mut done: Vec<&str> = Vec::new();
    for plan in plans.iter().filter(|plan| !plan.changes.is_empty()) {
        let bar = Bar::new(context);
        commit(plan, &comment, &mut |at| bar.show(at)).map_err(|error| match done[..] {
            [] => error,
            _ => Error { message: format!("{}; done already: {}", error.message, done.join(", ")), ..error },
        })?;
        done.push(&plan.switch);
    }
    Ok(())
}

fn report(plan: Plan, dry_run: bool) -> Reply {
    Reply::from(Answer::Changes(ChangesView::of(plan, dry_run)))
}

/// Asks on a terminal; elsewhere only `--yes` will do.
fn confirm(context: &Context, question: Option<&str>, shown: impl FnOnce() -> String) -> Result<()> {
    let Some(question) = question.filter(|_| !context.global.yes) else {
        return Ok(());
    };
    let refused =
        |hint: &str| Error::new(Kind::NeedsConfirmation, format!("this would {question}")).hint(hint);
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(refused("--yes does it; --dry-run shows what would change"));
    }
    crate::output::note(shown().trim_end());
    let answer = dialoguer::Confirm::new()
        .with_prompt(format!("This will {question}. Go on?"))
        .default(false)
        .interact()
        .map_err(|error| refused("--yes does it").cause(error))?;
    match answer {
        true => Ok(()),
        false => Err(Error::new(Kind::NeedsConfirmation, "nothing was changed")),
    }
}

/// What the database's log says of a change: the command and who typed it.
pub fn audit_comment(typed: &str) -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = variable("SUDO_USER").or_else(|| variable("USER")).or_else(|| variable("LOGNAME"));
    format!("{typed} (by {})", user.as_deref().unwrap_or("unknown"))
}
