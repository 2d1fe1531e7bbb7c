//! What the watcher tells the service manager (sd_notify(3)): that it is ready, what it does, and that it lives. Nothing
//! where no manager listens.

use std::time::{Duration, Instant};

use sd_notify::NotifyState;

use crate::model::printable::escaped;

/// The service manager that started qdns.
pub(super) struct Manager {
    /// How often it must hear of a living watcher.
    interval: Option<Duration>,
    heard: Instant,
    status: String,
}

impl Manager {
    pub(super) fn of_environment() -> Self {
        // Three times within its limit, so that a busy machine may miss one.
        let interval = sd_notify::watchdog_enabled().map(|limit| limit / 3);
        Manager { interval, heard: Instant::now(), status: String::new() }
    }

    /// Tells what the watcher does. With the first status the service has started: one that waits for its database, too.
    pub(super) fn tell(&mut self, status: &str) {
        if self.status == status {
            return;
        }
        let is_first = self.status.is_empty();
        status.clone_into(&mut self.status);
        // A line of its own would be another message to the manager.
        send(&[NotifyState::Status(&escaped(status))]);
        if is_first {
            send(&[NotifyState::Ready]);
        }
    }

    /// Tells that the watcher lives, where it is time. Returns when to call this again.
    pub(super) fn live(&mut self) -> Option<Instant> {
        let interval = self.interval?;
        if self.heard.elapsed() >= interval {
            send(&[NotifyState::Watchdog]);
            self.heard = Instant::now();
        }
        Some(self.heard + interval)
    }

    pub(super) fn stop(&self) {
        send(&[NotifyState::Stopping]);
    }
}

/// A manager that does not listen ends the service itself.
fn send(state: &[NotifyState]) {
    let _ = sd_notify::notify(state);
}
