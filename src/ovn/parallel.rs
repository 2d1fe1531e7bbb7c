//! Runs jobs at the same time, and reports them in their order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Runs jobs on this many threads. `each` receives a job and its result, in the order of the jobs. After it has
/// returned `false`, no further job begins; those that had begun are still reported.
pub(super) fn in_order<J: Sync, R: Send>(
    jobs: &[J],
    threads: usize,
    run: impl Fn(&J) -> R + Sync,
    mut each: impl FnMut(&J, R) -> bool,
) {
    let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, results) = mpsc::channel();
    let work = |sender: mpsc::Sender<(usize, R)>| {
        while !is_over.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(number) else { return };
            if sender.send((number, run(job))).is_err() {
                return;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            scope.spawn(|| work(sender));
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (number, result) in results {
            early.insert(number, result);
            while let Some(result) = early.remove(&due) {
                if !each(&jobs[due], result) {
                    is_over.store(true, Ordering::Relaxed);
                }
                due += 1;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        let mut seen = Vec::new();
        let slow_first = |job: &u64| thread::sleep(Duration::from_millis(if *job == 0 { 50 } else { 0 }));
        in_order(&[0, 1, 2, 3], 2, slow_first, |job, ()| {
            seen.push(*job);
            true
        });
        assert_eq!(seen, [0, 1, 2, 3]);
    }

    #[test]
    fn every_job_that_began_is_reported() {
        let (begun, mut reported) = (AtomicUsize::new(0), 0);
        let jobs = [(); 100];
        let run = |(): &()| {
            begun.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(5));
        };
        in_order(&jobs, 2, run, |(), ()| {
            reported += 1;
            reported < 3
        });
        assert_eq!(reported, begun.into_inner());
        assert!((3..50).contains(&reported), "{reported}");
    }
}
