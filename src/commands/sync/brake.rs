//! What `sync --watch` does with hosts that would go at once: beyond the removal limit they stay for a while.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::plan::removal_limit::RemovalLimit;

/// The removal limit of one reading, and the hosts that wait because of it.
#[derive(Debug)]
pub struct Brake {
    limit: RemovalLimit,
    /// How long a host waits.
    grace: Duration,
    /// The hosts that wait, by switch, and when each may go.
    waiting: BTreeMap<Uuid, BTreeMap<String, Instant>>,
}

/// The hosts of a switch that must stay in this reading.
#[derive(Debug, Default)]
pub struct Held {
    pub hosts: BTreeSet<String>,
    /// How long they stay from when they were first held.
    pub grace: Duration,
    /// When the first of them may go; `None` where none is held.
    pub until: Option<Instant>,
}

impl Brake {
    pub fn new(limit: RemovalLimit, grace: Duration) -> Self {
        Brake { limit, grace, waiting: BTreeMap::new() }
    }

    /// Decides which of the stale hosts of one reading must stay. A host that is no longer stale stops to wait.
    pub fn hold(&mut self, switch: Uuid, stale: &BTreeSet<String>, host_count: usize, now: Instant) -> Held {
        let waiting = self.waiting.entry(switch).or_default();
        waiting.retain(|host, _| stale.contains(host));
        let may_go = |host: &String| waiting.get(host).is_some_and(|at| *at <= now);
        let hosts: BTreeSet<String> = stale.iter().filter(|host| !may_go(host)).cloned().collect();
        if self.limit.check("", hosts.len(), host_count, "").is_ok() {
            return Held::default();
        }
        for host in &hosts {
            waiting.entry(host.clone()).or_insert(now + self.grace);
        }
        let until = waiting.values().copied().filter(|at| *at > now).min();
        Held { hosts, grace: self.grace, until }
    }

    /// Forgets who waits: after a lost connection the database may be another one.
    pub fn forget(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(300);

    fn hosts(count: usize) -> BTreeSet<String> {
        (0..count).map(|n| format!("vm-{n}")).collect()
    }

    fn brake() -> (Brake, Instant) {
        (Brake::new(RemovalLimit::default(), GRACE), Instant::now())
    }

    #[test]
    fn three_hosts_go_at_once() {
        let (mut brake, now) = brake();
        assert!(brake.hold(Uuid::nil(), &hosts(3), 4, now).hosts.is_empty());
    }

    #[test]
    fn many_hosts_wait_and_go_after_the_grace() {
        let (mut brake, now) = brake();
        let held = brake.hold(Uuid::nil(), &hosts(4), 5, now);
        assert_eq!((held.hosts, held.until), (hosts(4), Some(now + GRACE)));
        assert_eq!(brake.hold(Uuid::nil(), &hosts(4), 5, now + GRACE / 2).hosts, hosts(4));
        assert!(brake.hold(Uuid::nil(), &hosts(4), 5, now + GRACE).hosts.is_empty());
    }

    #[test]
    fn a_host_whose_port_came_back_waits_again() {
        let (mut brake, now) = brake();
        brake.hold(Uuid::nil(), &hosts(4), 5, now);
        brake.hold(Uuid::nil(), &hosts(0), 5, now);
        assert_eq!(brake.hold(Uuid::nil(), &hosts(4), 5, now + GRACE).hosts, hosts(4));
    }

    #[test]
    fn nothing_is_remembered_across_a_lost_connection() {
        let (mut brake, now) = brake();
        brake.hold(Uuid::nil(), &hosts(4), 5, now);
        brake.forget();
        assert_eq!(brake.hold(Uuid::nil(), &hosts(4), 5, now + GRACE).hosts, hosts(4));
    }
}
