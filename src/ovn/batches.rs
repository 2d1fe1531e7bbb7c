//! Splits a large plan into batches, each of whole hosts and small enough for the command line of one transaction.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};

use super::northbound::Northbound;
use super::{parallel, process};
use crate::error::{Error, Kind, Result};
use crate::model::address;
use crate::model::marks::{DOMAIN_MARK, HostMark};
use crate::model::name::in_lower_case;
use crate::plan::change::{Change, Column, Entry};
use crate::plan::{Approved, Plan};

/// The space that Linux always allows for a program's arguments and environment (execve(2)), in bytes.
const SPACE_MIN: usize = 128 * 1024;
/// The space that an argument or an environment variable takes in addition to its text: the end and the pointer
/// (execve(2)), in bytes.
const PER_ARGUMENT: usize = 9;

/// What fits into any transaction, in bytes of entries. ovsdb-client takes a transaction as one argument of at most 128
/// KiB (execve(2)), in which a value is written up to twice.
const SMALL: usize = 56 * 1024;

/// The progress of a change in several transactions, in hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: usize,
    pub all: usize,
}

impl Northbound {
    /// Writes an approved plan in one transaction, or in several of whole hosts if it is larger than a command line.
    /// `progress` receives the progress of a large plan.
    ///
    /// # Errors
    /// As [`Northbound::commit_one`]; after some of several transactions, the message has the number of finished hosts.
    pub fn commit(
        &self,
        approved: &Approved<Plan>,
        comment: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<()> {
        let plan = approved.plan();
        if is_small(plan) {
            return self.commit_one(plan, comment);
        }
        let batches = self.batches(plan);
        let mut at = Progress { done: 0, all: batches.iter().map(|batch| batch.hosts).sum() };
        progress(at);
        let is_split = batches.len() > 1;
        let _interrupted = Interrupted::watch(is_split);
        let result = self.commit_batches(&batches, comment, &mut |hosts| {
            at.done += hosts;
            progress(at);
        });
        result.map_err(|error| if is_split { with_progress(error, at) } else { error })
    }

    /// Writes batches. `finished` receives the number of hosts of each.
    fn commit_batches(
        &self,
        batches: &[Batch],
        comment: &str,
        finished: &mut dyn FnMut(usize),
    ) -> Result<()> {
        // The first batch may create the row that the others write to.
        let Some((first, others)) = batches.split_first() else { return Ok(()) };
        let write = |batch: &Batch| {
            if process::is_stopping() { Err(interrupted()) } else { self.commit_one(&batch.plan, comment) }
        };
        write(first)?;
        finished(first.hosts);
        let mut written = Ok(());
        parallel::in_order(others, self.writers(), write, |batch, result| {
            if result.is_ok() {
                finished(batch.hosts);
            }
            if written.is_ok() {
                written = result;
            }
            written.is_ok()
        });
        written
    }

    /// Writes the plans of several switches in as few transactions as they fit into. `each` receives the number of a plan
    /// and its result; once it has returned `false`, no further transaction begins. Plans that lose a race together are
    /// written one by one. `progress` receives the progress of a large change.
    pub fn commit_all(
        &self,
        plans: &[&Approved<Plan>],
        comment: &str,
        progress: &mut dyn FnMut(Progress),
        each: &mut dyn FnMut(usize, Result<()>) -> bool,
    ) {
        let groups = groups(plans, self.room());
        let mut at = Progress { done: 0, all: plans.iter().map(|plan| hosts(plan.plan())).sum() };
        let (mut first, mut goes_on) = (0, true);
        let _interrupted = Interrupted::watch(groups.len() > 1);
        let write = |plan: &Approved<Plan>, progress: &mut dyn FnMut(Progress)| {
            if process::is_stopping() { Err(interrupted()) } else { self.commit(plan, comment, progress) }
        };
        let at_once = |group: &&[&Approved<Plan>]| match group {
            [plan] => is_small(plan.plan()).then(|| write(plan, &mut |_| {})),
            plans => {
                let result = write(&Approved::join(plans), &mut |_| {});
                (!result.as_ref().is_err_and(is_of_one_plan)).then_some(result)
            }
        };
        parallel::in_order(&groups, self.writers(), at_once, |group, mut at_once| {
            for (offset, plan) in group.iter().enumerate() {
                let mut inner = |inner: Progress| progress(Progress { done: at.done + inner.done, ..at });
                let result = match &mut at_once {
                    Some(result) => take(result),
                    None if goes_on => write(plan, &mut inner),
                    None => break,
                };
                goes_on &= each(first + offset, result);
            }
            first += group.len();
            at.done += group.iter().map(|plan| hosts(plan.plan())).sum::<usize>();
            if groups.len() > 1 {
                progress(at);
            }
            goes_on
        });
    }

    /// How many transactions are written at a time. While the server makes one with ovsdb-client, the next is prepared;
    /// two of ovn-nbctl would read every table twice at the same time.
    fn writers(&self) -> usize {
        if self.rows.is_some() { 2 } else { 1 }
    }

    pub(super) fn batches<'p>(&self, plan: &'p Plan) -> Vec<Batch<'p>> {
        split(plan, self.room())
    }

    /// The space for entries in one transaction, in bytes.
    fn room(&self) -> usize {
        if self.rows.is_some() { SMALL } else { room() }
    }
}

fn is_small(plan: &Plan) -> bool {
    plan.entries().map(cost).sum::<usize>() < SMALL
}

/// The result of one of several plans. Its causes are told once.
fn take(result: &mut Result<()>) -> Result<()> {
    let again = match result {
        Ok(()) => Ok(()),
        Err(error) => Err(Error { hints: error.hints.clone(), ..Error::new(error.kind, &*error.message) }),
    };
    std::mem::replace(result, again)
}

fn interrupted() -> Error {
    Error::new(Kind::Rejected, "interrupted")
}

fn hosts(plan: &Plan) -> usize {
    by_host(plan.entries(), &followed(plan)).chunk_by(|(one, _), (other, _)| one == other).count()
}

/// Whether an error may concern one of several plans that were written together.
fn is_of_one_plan(error: &Error) -> bool {
    !matches!(
        error.kind,
        Kind::Timeout | Kind::Unreachable | Kind::Permission | Kind::NoSuchBinary | Kind::Io
    )
}

/// The space that a change takes that is not an entry, and what a plan expects of rows, in bytes.
const OTHER: usize = 400;

/// Consecutive plans that fit into one transaction.
fn groups<'s, 'p>(plans: &'s [&'p Approved<Plan>], room: usize) -> Vec<&'s [&'p Approved<Plan>]> {
    let size = |plan: &Plan| {
        let entries = plan.entries().chain(&plan.expects).map(cost).sum::<usize>();
        let others = plan.changes.iter().filter(|change| !matches!(change, Change::Entry(_))).count();
        let switches = plan.must_stay_unused.first().map_or(0, |unused| unused.switches.len());
        entries
            + (others
                + switches
                + plan.expects_references.len()
                + plan.expects_listings.len()
                + plan.expects_listers.len()
                + 1)
                * OTHER
    };
    let mut groups = Vec::new();
    let (mut from, mut used) = (0, 0);
    for (number, plan) in plans.iter().enumerate() {
        let size = size(plan.plan());
        if number > from && used + size > room {
            groups.push(&plans[from..number]);
            (from, used) = (number, 0);
        }
        used += size;
    }
    groups.extend((from < plans.len()).then(|| &plans[from..]));
    groups
}

/// Adds the number of finished hosts.
fn with_progress(error: Error, at: Progress) -> Error {
    Error {
        message: format!("{}; {} of {} hosts were finished before that", error.message, at.done, at.all),
        ..error
    }
    .hint("run the same command again to finish the rest")
}

/// The part of a plan that one transaction makes.
#[derive(Debug)]
pub(super) struct Batch<'p> {
    pub(super) plan: Cow<'p, Plan>,
    hosts: usize,
}

/// Puts as many whole hosts into a batch as it has room for. Changes that are not entries go into the first batch.
fn split(plan: &Plan, room: usize) -> Vec<Batch<'_>> {
    let followed = followed(plan);
    let changes = by_host(plan.entries(), &followed);
    let hosts = changes.chunk_by(|(one, _), (other, _)| one == other);
    if plan.entries().map(cost).sum::<usize>() <= room {
        return vec![Batch { plan: Cow::Borrowed(plan), hosts: hosts.count() }];
    }
    let expects = by_host(plan.expects.iter().filter(|entry| !is_of_zone(entry)), &followed);
    let mut batch = Plan {
        expects_listings: plan.expects_listings.clone(),
        expects_listers: plan.expects_listers.clone(),
        expects_rows: plan.expects_rows.clone(),
        ..without_changes(plan)
    };
    batch.changes =
        plan.changes.iter().filter(|change| !matches!(change, Change::Entry(_))).cloned().collect();
    let mut batches = Vec::new();
    let (mut used, mut count) = (0, 0);
    for host in hosts {
        let size: usize = host.iter().map(|(_, entry)| cost(entry)).sum();
        if used > 0 && used + size > room {
            batches.push(Batch {
                plan: Cow::Owned(std::mem::replace(&mut batch, without_changes(plan))),
                hosts: count,
            });
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

/// The part of a plan that every batch has after the first.
fn without_changes(plan: &Plan) -> Plan {
    let (listings, listers) = (plan.expects_listings.iter(), plan.expects_listers.iter());
    Plan {
        expects_listings: listings.map(|listing| listing.clone().after(&plan.changes)).collect(),
        expects_listers: listers.map(|listers| listers.clone().after(&plan.changes)).collect(),
        switch: plan.switch.clone(),
        must_stay_unused: plan.must_stay_unused.clone(),
        expects_references: plan.expects_references.clone(),
        expects: plan.expects.iter().filter(|entry| is_of_zone(entry)).cloned().collect(),
        ..Plan::default()
    }
}

/// Whether an entry concerns a whole zone.
fn is_of_zone(entry: &Entry) -> bool {
    entry.column == Column::DnsMarks && HostMark::of_key(&entry.key).is_none()
}

/// The hosts that the aliases of a plan follow, by alias.
fn followed(plan: &Plan) -> HashMap<&str, &str> {
    let marks = plan.entries().chain(&plan.expects).filter(|entry| entry.column == Column::DnsMarks);
    let follows = marks.filter_map(|entry| match HostMark::of_key(&entry.key)? {
        (HostMark::Alias, alias) => Some((alias, entry.to.as_deref().or(entry.from.as_deref())?)),
        _ => None,
    });
    follows.collect()
}

/// Entries with their groups, sorted by group. An alias is in the group of its host.
fn by_host<'p>(
    entries: impl IntoIterator<Item = &'p Entry>,
    followed: &HashMap<&'p str, &'p str>,
) -> Vec<(Cow<'p, str>, &'p Entry)> {
    let group = |entry| {
        let name = group(entry);
        followed.get(name.as_ref()).map_or(name, |host| Cow::Borrowed(*host))
    };
    let mut entries: Vec<_> = entries.into_iter().map(|entry| (group(entry), entry)).collect();
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    entries
}

/// The same text for all entries of one host: the first label of a name, or of the name that a reverse name points to.
/// Entries that do not concern hosts are grouped by row.
fn group(entry: &Entry) -> Cow<'_, str> {
    let name: &str = match entry.column {
        Column::DnsRecords if address::is_reverse_name(&entry.key) => {
            entry.to.as_ref().or(entry.from.as_ref()).unwrap_or(&entry.key)
        }
        Column::DnsRecords => &entry.key,
        // After all hosts: until then an interrupted change of the domain can be repeated.
        Column::DnsMarks if entry.key == DOMAIN_MARK => return "\u{10ffff}".into(),
        Column::DnsMarks => HostMark::of_key(&entry.key).map_or(entry.key.as_str(), |(_, host)| host),
        Column::DhcpOptions | Column::DhcpMarks | Column::BalancerVips | Column::PortOptions => {
            return entry.row.to_string().into();
        }
    };
    in_lower_case(name.split('.').next().unwrap_or_default())
}

/// The space that an entry takes in a command line, in bytes: key, value, quotes and equals sign, once to remove the old
/// value and once to add the new one. A character that may be escaped adds five bytes.
fn cost(entry: &Entry) -> usize {
    let values = entry.from.iter().chain(&entry.to);
    values.map(|value| quoted_length(&entry.key) + quoted_length(value) + 5 + PER_ARGUMENT).sum()
}

fn quoted_length(text: &str) -> usize {
    text.len() + text.chars().filter(|c| !c.is_ascii_graphic() && *c != ' ').count() * 5
}

/// The space for entries in a command line, in bytes: three quarters of what the system allows, less the environment.
/// The last quarter is for the other arguments.
fn room() -> usize {
    let allowed = process::run(OsStr::new("getconf"), &["ARG_MAX"], Duration::from_secs(1))
        .ok()
        .and_then(|finished| finished.stdout.trim().parse::<usize>().ok())
        .unwrap_or(SPACE_MIN);
    let environment: usize =
        std::env::vars_os().map(|(name, value)| name.len() + value.len() + 1 + PER_ARGUMENT).sum();
    (allowed / 4 * 3).saturating_sub(environment).max(SPACE_MIN / 4)
}

/// Catches SIGINT and SIGTERM during a change in several transactions, so that it ends between two of them, or shortly
/// after where the database does not answer.
struct Interrupted {
    signals: Vec<signal_hook::SigId>,
}

impl Interrupted {
    fn watch(is_wanted: bool) -> Self {
        let signals = [SIGINT, SIGTERM].into_iter().filter(|_| is_wanted);
        let register = |signal| signal_hook::flag::register(signal, process::stopping().clone()).ok();
        Interrupted { signals: signals.filter_map(register).collect() }
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
    use crate::model::snapshot::{DnsRow, Map};
    use crate::plan::change::Row;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    #[test]
    fn batches_are_whole_hosts_and_together_the_plan() {
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
            plan.expect(Column::DnsRecords, row, &format!("{name}.example.org"), Some(&address));
        }
        plan.expect(Column::DnsMarks, row, "switch", Some("net1"));
        let batches = split(&plan, 1000);
        assert!(batches.len() > 5, "{}", batches.len());
        assert!(matches!(batches[0].plan.changes[0], Change::Create(_)));
        assert_eq!(batches.iter().map(|batch| batch.hosts).sum::<usize>(), 50);
        let mut entries: Vec<Entry> = Vec::new();
        for batch in &batches {
            assert_eq!(batch.plan.entries().count(), 4 * batch.hosts);
            assert!(batch.plan.entries().map(cost).sum::<usize>() <= 1000);
            let changed: BTreeSet<_> = batch.plan.entries().map(group).collect();
            let (of_zone, of_hosts): (Vec<&Entry>, Vec<&Entry>) =
                batch.plan.expects.iter().partition(|entry| is_of_zone(entry));
            assert_eq!(of_zone.len(), 1);
            let expected: BTreeSet<_> = of_hosts.into_iter().map(group).collect();
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

    #[test]
    fn an_alias_is_written_with_its_host() {
        let row = Uuid::from_u128(1);
        let mut plan = Plan::default();
        for n in 0..20 {
            let (host, alias) = (format!("host-{n}"), format!("{}-alias", 20 - n));
            let before: Map = [&host, &alias].map(|name| (name.clone(), "10.0.0.1".to_owned())).into();
            for name in [&host, &alias] {
                plan.set(Column::DnsRecords, row, Some(&before), name, Some("10.0.0.2"));
            }
            plan.expect(Column::DnsMarks, row, &HostMark::Alias.key(&alias), Some(&host));
        }
        let batches = split(&plan, 500);
        assert!(batches.len() > 3, "{}", batches.len());
        for batch in &batches {
            let (hosts, aliases): (Vec<&Entry>, Vec<&Entry>) =
                batch.plan.entries().partition(|entry| entry.key.starts_with("host-"));
            assert_eq!((hosts.len(), aliases.len()), (batch.hosts, batch.hosts));
            let followed = followed(&batch.plan);
            assert!(aliases.iter().all(|alias| hosts.iter().any(|host| followed[&*alias.key] == host.key)));
        }
    }

    #[test]
    fn plans_are_written_together_as_far_as_they_fit() {
        let plan = |host: &str| {
            let mut plan = Plan::default();
            plan.set(Column::DnsRecords, Uuid::nil(), None, host, Some(&"x".repeat(1000)));
            Approved::ask(plan, |_, _| Ok(())).unwrap()
        };
        let plans = ["a", "b", "c", "d", "e"].map(plan);
        let plans: Vec<&Approved<Plan>> = plans.iter().collect();
        let sizes = |room| groups(&plans, room).iter().map(|group| group.len()).collect::<Vec<_>>();
        assert_eq!(sizes(3500), [2, 2, 1]);
        assert_eq!(sizes(1_000_000), [5]);
        assert_eq!(sizes(10), [1; 5]);
        assert_eq!(Approved::join(&plans).plan().changes.len(), 5);
    }
}
