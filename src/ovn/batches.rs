//! Large plans, as few transactions as a command line can hold; a host's keys stay in one of them.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};

use super::nbctl::Nbctl;
use super::process;
use crate::error::{Error, Kind, Result};
use crate::model::address;
use crate::model::marks::HostMark;
use crate::model::name::in_lower_case;
use crate::plan::change::{Change, Column, Entry};
use crate::plan::{Approved, Plan};

/// What Linux grants the arguments and the environment of a program, whatever the stack's limit
/// (execve(2)), in bytes.
const LEAST: usize = 128 * 1024;
/// What an entry costs beside its text and quotes, or a variable of the environment beside its own:
/// separator, end and pointer (execve(2)), in bytes.
const PER_ARGUMENT: usize = 9;

/// How far a change of several transactions has come: hosts done, and all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The hosts that are done.
    pub done: usize,
    /// The hosts of the whole plan.
    pub all: usize,
}

impl Nbctl {
    /// Writes an approved plan: as one transaction where a command line holds it, otherwise as several, each of
    /// whole hosts. Of several, `progress` receives how far they have come.
    ///
    /// # Errors
    /// As [`Nbctl::commit_one`]; of several transactions, the message says how many hosts were done.
    pub fn commit(
        &self,
        approved: &Approved<Plan>,
        comment: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<()> {
        let plan = approved.plan();
        let size = plan.entries().map(cost).sum::<usize>();
        if size < LEAST / 2 {
            return self.commit_one(plan, comment);
        }
        let batches = batches(plan);
        let mut at = Progress { done: 0, all: batches.iter().map(|batch| batch.hosts).sum() };
        progress(at);
        let is_split = batches.len() > 1;
        let interrupted = Interrupted::watch(is_split);
        for batch in &batches {
            let result = if interrupted.is_set() {
                Err(Error::new(Kind::Rejected, "interrupted"))
            } else {
                self.commit_one(&batch.plan, comment)
            };
            result.map_err(|error| if is_split { how_far(error, at) } else { error })?;
            at.done += batch.hosts;
            progress(at);
        }
        Ok(())
    }
}

/// The same failure with how much was done before it.
fn how_far(error: Error, at: Progress) -> Error {
    Error { message: format!("{}; {} of {} hosts were done before", error.message, at.done, at.all), ..error }
        .hint("the same command again does the rest")
}

/// A transaction's worth of a plan.
#[derive(Debug)]
pub(super) struct Batch<'p> {
    pub(super) plan: Cow<'p, Plan>,
    hosts: usize,
}

/// A plan that may be larger than a command line, in parts that are not.
pub(super) fn batches(plan: &Plan) -> Vec<Batch<'_>> {
    split(plan, room())
}

/// Whole hosts, as many to a part as fit; zones are made, attached and destroyed in the first.
fn split(plan: &Plan, room: usize) -> Vec<Batch<'_>> {
    let changes = by_host(plan.entries());
    let hosts = changes.chunk_by(|(one, _), (other, _)| one == other);
    if plan.entries().map(cost).sum::<usize>() <= room {
        return vec![Batch { plan: Cow::Borrowed(plan), hosts: hosts.count() }];
    }
    let expects = by_host(&plan.expects);
    let empty = || Plan {
        switch: plan.switch.clone(),
        must_stay_unused: plan.must_stay_unused.clone(),
        ..Plan::default()
    };
    let mut batch = empty();
    batch.changes =
        plan.changes.iter().filter(|change| !matches!(change, Change::Entry(_))).cloned().collect();
    let mut batches = Vec::new();
    let (mut used, mut count) = (0, 0);
    for host in hosts {
        let size: usize = host.iter().map(|(_, entry)| cost(entry)).sum();
        if used > 0 && used + size > room {
            batches.push(Batch { plan: Cow::Owned(std::mem::replace(&mut batch, empty())), hosts: count });
            (used, count) = (0, 0);
        }
        used += size;
        count += 1;
        let name = &host[0].0;
        let expects = &expects[expects.partition_point(|(other, _)| other < name)..];
        let expects = expects.iter().take_while(|(other, _)| other == name);
        batch.changes.extend(host.iter().map(|(_, entry)| Change::Entry((*entry).clone())));
        batch.expects.extend(expects.map(|(_, entry)| (*entry).clone()));
    }
    batches.push(Batch { plan: Cow::Owned(batch), hosts: count });
    batches
}

/// Entries beside what those of one host have in common, in its order.
fn by_host<'p>(entries: impl IntoIterator<Item = &'p Entry>) -> Vec<(Cow<'p, str>, &'p Entry)> {
    let mut entries: Vec<_> = entries.into_iter().map(|entry| (group(entry), entry)).collect();
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    entries
}

/// What entries of one host have in common: the first label of their names, or of what their
/// reverse names point to; elsewhere the row.
fn group(entry: &Entry) -> Cow<'_, str> {
    let name: &str = match entry.column {
        Column::DnsRecords if address::is_reverse_name(&entry.key) => {
            entry.to.as_ref().or(entry.from.as_ref()).unwrap_or(&entry.key)
        }
        Column::DnsRecords => &entry.key,
        Column::DnsMarks => HostMark::of_key(&entry.key).map_or(entry.key.as_str(), |(_, host)| host),
        Column::DhcpOptions | Column::DhcpMarks | Column::BalancerVips | Column::PortOptions => {
            return entry.row.to_string().into();
        }
    };
    in_lower_case(name.split('.').next().unwrap_or_default())
}

/// What an entry takes of a command line, in bytes: key, value, quotes and equals sign, once to
/// remove it and once to add it. Escaped characters are counted double.
fn cost(entry: &Entry) -> usize {
    let length =
        |text: &str| text.len() + text.chars().filter(|c| !c.is_ascii_graphic() && *c != ' ').count() * 5;
    let pair = |value: &String| length(&entry.key) + length(value) + 5 + PER_ARGUMENT;
    entry.from.iter().chain(&entry.to).map(pair).sum()
}

/// What a command line has room for, in bytes: three quarters of what the system grants, without the
/// environment; the rest is for the other arguments.
fn room() -> usize {
    let granted = process::run(OsStr::new("getconf"), &["ARG_MAX"], Duration::from_secs(1))
        .ok()
        .and_then(|finished| finished.stdout.trim().parse::<usize>().ok())
        .unwrap_or(LEAST);
    let environment: usize =
        std::env::vars_os().map(|(name, value)| name.len() + value.len() + 1 + PER_ARGUMENT).sum();
    (granted / 4 * 3).saturating_sub(environment).max(LEAST / 4)
}

/// Whether Ctrl-C was pressed, while somebody wants to know; then the change ends between two
/// transactions, and not in one.
struct Interrupted {
    flag: Arc<AtomicBool>,
    signals: Vec<signal_hook::SigId>,
}

impl Interrupted {
    fn watch(wanted: bool) -> Self {
        let flag = Arc::new(AtomicBool::new(false));
        let signals = [SIGINT, SIGTERM].into_iter().filter(|_| wanted);
        let signals = signals.filter_map(|signal| signal_hook::flag::register(signal, flag.clone()).ok());
        Interrupted { signals: signals.collect(), flag }
    }

    fn is_set(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }
}

impl Drop for Interrupted {
    fn drop(&mut self) {
        for signal in self.signals.drain(..) {
            signal_hook::low_level::unregister(signal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::DnsRow;
    use crate::plan::change::Row;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    #[test]
    fn parts_are_whole_hosts_and_together_the_plan() {
        let row = Uuid::from_u128(1);
        let mut plan = Plan::default();
        plan.changes.push(Change::Create(Row::Dns(DnsRow::default())));
        for n in 0..50 {
            let (name, address) = (format!("host-{n}"), format!("10.0.0.{n}"));
            plan.set(
                Column::DnsRecords,
                row,
                None,
                &format!("{n}.0.0.10.in-addr.arpa"),
                Some(&format!("{name}.internal")),
            );
            plan.set(Column::DnsRecords, row, None, &name, Some(&address));
            plan.set(Column::DnsRecords, row, None, &format!("{name}.internal"), Some(&address));
            plan.set(Column::DnsMarks, row, None, &HostMark::Static.key(&name), Some("true"));
            plan.expect(Column::DnsRecords, row, &format!("{name}.example.org"), &address);
        }
        let batches = split(&plan, 1000);
        assert!(batches.len() > 5, "{}", batches.len());
        assert!(matches!(batches[0].plan.changes[0], Change::Create(_)));
        assert_eq!(batches.iter().map(|batch| batch.hosts).sum::<usize>(), 50);
        let mut entries: Vec<Entry> = Vec::new();
        for batch in &batches {
            assert_eq!(batch.plan.entries().count(), 4 * batch.hosts);
            assert!(batch.plan.entries().map(cost).sum::<usize>() <= 1000);
            let changed: BTreeSet<_> = batch.plan.entries().map(group).collect();
            let expected: BTreeSet<_> = batch.plan.expects.iter().map(group).collect();
            assert_eq!((changed.len(), &changed), (batch.hosts, &expected));
            entries.extend(batch.plan.entries().cloned());
        }
        entries.sort_by(|a, b| (a.column, &a.key).cmp(&(b.column, &b.key)));
        let mut all: Vec<Entry> = plan.entries().cloned().collect();
        all.sort_by(|a, b| (a.column, &a.key).cmp(&(b.column, &b.key)));
        assert_eq!(entries, all);
        assert!(
            matches!(&split(&plan, 1_000_000)[..], [Batch { plan: whole, hosts: 50 }] if **whole == plan)
        );
    }
}
