//! How far a long piece of work has come, on a person's terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line on standard error that disappears when it is dropped.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    pub(super) fn bar(is_shown: bool, unit: &str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), target(is_shown));
        let template = format!("{{spinner}} {{wide_bar}} {{pos}} of {{len}} {unit}, {{elapsed}}");
        Progress(match ProgressStyle::with_template(&template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    pub(super) fn spinner(is_shown: bool, message: &'static str) -> Self {
        let spinner = ProgressBar::with_draw_target(None, target(is_shown))
            .with_style(ProgressStyle::default_spinner())
            .with_message(message);
        if is_shown {
            spinner.enable_steady_tick(Duration::from_millis(120));
        }
        Progress(spinner)
    }

    /// Shows a bar with `done` of `all`.
    pub fn show(&self, done: usize, all: usize) {
        self.0.set_length(all as u64);
        self.0.set_position(done as u64);
        self.0.enable_steady_tick(Duration::from_millis(100));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn target(is_shown: bool) -> ProgressDrawTarget {
    if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}
