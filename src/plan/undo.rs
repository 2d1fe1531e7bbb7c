//! The commands that restore what a plan removes or replaces. They are tried on a draft of the rows after the plan;
//! what they do not restore is left to ovn-nbctl, so that all of them together restore the rows exactly.

use super::aliases::{WantedAlias, alias_command};
use super::change::{Change, Column, Entry};
use super::draft::Draft;
use super::hosts::Wanted;
use super::{Plan, Undo};
use crate::model::address;
use crate::model::host::{Host, Hosts, Names};
use crate::model::name::{Domain, HostArg};
use crate::model::shell::CommandLine;
use crate::model::snapshot::{DnsRow, Map};

/// The most changes of one ovn-nbctl command.
const CHANGES_MAX: usize = 200;

impl Draft<'_> {
    /// The plan with the changes, and what restores the zone as it was.
    pub fn close(self) -> Plan {
        let undo = self.row.map(|row| of(&self, row)).unwrap_or_default();
        Plan { undo, ..self.changes() }
    }
}

/// The commands that turn a draft into the row that it was opened from; none where it only adds.
fn of(draft: &Draft, before: &DnsRow) -> Vec<Undo> {
    let keeps = |before: &Map, after: &Map| before.iter().all(|(key, value)| after.get(key) == Some(value));
    if keeps(&before.records, &draft.records) && keeps(&before.external_ids, &draft.marks) {
        return Vec::new();
    }
    let after = DnsRow {
        external_ids: draft.marks.clone(),
        records: draft.records.clone(),
        ..DnsRow { uuid: before.uuid, ..DnsRow::default() }
    };
    restore(draft, &after, before)
}

/// The commands that turn one row into another, on the switch of a draft.
pub(super) fn restore(draft: &Draft, from: &DnsRow, to: &DnsRow) -> Vec<Undo> {
    let Draft { switch, domain, foreign, .. } = draft;
    let mut trial = Draft::of(switch, Some(from), true, domain.clone());
    trial.foreign = foreign.clone();
    let mut restoring = Restoring { switch: &switch.name, trial, commands: Vec::new() };
    if switch.is_deleted {
        // No command of qdns adds to the zone of a switch that is not there.
    } else if let Some(former) = &draft.former_domain {
        restoring.domain(former);
    } else {
        restoring.names(&draft.renamed);
        let wanted = Hosts::of(to, domain);
        restoring.remove_new(&wanted);
        restoring.hosts(&wanted);
        restoring.aliases(&wanted);
    }
    let Restoring { trial, commands, .. } = restoring;
    let mut undo: Vec<Undo> = commands.into_iter().map(Undo::Qdns).collect();
    let mut left = difference(Column::DnsRecords, from, &trial.records, &to.records);
    left.extend(difference(Column::DnsMarks, from, &trial.marks, &to.external_ids));
    undo.extend(left.chunks(CHANGES_MAX).map(|changes| Undo::Changes(changes.to_vec())));
    undo
}

struct Restoring<'t> {
    switch: &'t str,
    trial: Draft<'t>,
    commands: Vec<CommandLine>,
}

impl Restoring<'_> {
    fn domain(&mut self, former: &Domain) {
        if self.trial.set_domain(former).is_ok() {
            let set = CommandLine::qdns(["zone", "set"]).value(self.switch);
            self.commands.push(set.option("--domain").option(former).option("--yes"));
        }
    }

    /// Gives hosts their former names.
    fn names(&mut self, renamed: &[(String, String)]) {
        for (old, new) in renamed.iter().rev() {
            let is_done = HostArg::parse(old).is_ok_and(|old| self.trial.rename(new, &old).is_ok());
            if is_done {
                let rename = CommandLine::qdns(["record", "rename"]);
                self.commands.push(rename.value(self.switch).value(new).value(old));
            }
        }
    }

    /// Removes the hosts and aliases that were not there.
    fn remove_new(&mut self, wanted: &Hosts) {
        let is_new = |host: &&Host| !wanted.by_name.contains_key(&host.name);
        let mut new: Vec<(bool, String)> = self
            .trial
            .hosts
            .by_name
            .values()
            .filter(is_new)
            .map(|host| (host.alias_of.is_some(), host.name.to_string()))
            .collect();
        // An alias goes with its host.
        new.sort();
        let removed = new.into_iter().map(|(_, name)| name).filter(|name| self.trial.remove(name).is_ok());
        let removed: Vec<String> = removed.collect();
        if !removed.is_empty() {
            let remove = CommandLine::qdns(["record", "rm"]).value(self.switch);
            self.commands.push(removed.iter().fold(remove, CommandLine::value));
        }
    }

    fn hosts(&mut self, wanted: &Hosts) {
        for host in wanted.by_name.values().filter(|host| host.alias_of.is_none()) {
            let found = self.trial.hosts.by_name.get(&host.name);
            let is_same = |found: &Host| {
                (&found.short, &found.full, &found.reverse) == (&host.short, &host.full, &host.reverse)
            };
            if !found.is_some_and(is_same) {
                let is_there = found.is_some();
                self.host(host, is_there);
            }
        }
    }

    /// Adds a host, in as many steps as its addresses change between those with a PTR record and those without.
    fn host(&mut self, host: &Host, is_there: bool) {
        let Ok(name) = HostArg::parse(&host.name) else { return };
        let addresses = address::from_value(host.value());
        let reverse = host.reverse_addresses();
        let steps = addresses.chunk_by(|a, b| reverse.contains(a) == reverse.contains(b));
        for (number, some) in steps.enumerate() {
            let has_reverse = some.iter().any(|address| reverse.contains(address));
            let wanted = Wanted {
                replace: number == 0 && is_there,
                append: number > 0,
                is_static: number == 0 && host.is_static,
                names: if number == 0 { host.wanted } else { Names::Both },
                reverse: if has_reverse { None } else { Some(Vec::new()) },
                ..Wanted::new(name.clone(), some.to_vec())
            };
            if self.trial.add(&wanted).is_err() {
                return;
            }
            self.commands.push(wanted.command(self.switch));
        }
    }

    fn aliases(&mut self, wanted: &Hosts) {
        for alias in wanted.by_name.values() {
            let Some(of) = &alias.alias_of else { continue };
            let found = self.trial.hosts.by_name.get(&alias.name);
            if found.is_some_and(|found| (&found.alias_of, found.value()) == (&alias.alias_of, alias.value()))
            {
                continue;
            }
            let replace = found.is_some_and(|found| found.alias_of != alias.alias_of);
            let (Ok(name), Ok(host)) = (HostArg::parse(&alias.name), HostArg::parse(of)) else { continue };
            let wanted = WantedAlias { alias: name, host, replace, origin: None };
            if self.trial.add_alias(&wanted).is_ok() {
                let add = alias_command(self.switch, &alias.name, of);
                self.commands.push(if replace { add.option("--replace") } else { add });
            }
        }
    }
}

/// The changes that turn one content of a column into another.
fn difference(column: Column, row: &DnsRow, from: &Map, to: &Map) -> Vec<Change> {
    let entry = |key: &String, from: Option<&String>, to: Option<&String>| {
        let (from, to) = (from.cloned(), to.cloned());
        Change::Entry(Entry { column, row: row.uuid, key: key.clone(), from, to })
    };
    let removed = from.iter().filter(|(key, _)| !to.contains_key(*key));
    let mut changes: Vec<Change> = removed.map(|(key, value)| entry(key, Some(value), None)).collect();
    let changed = to.iter().filter(|(key, value)| from.get(*key) != Some(value));
    changes.extend(changed.map(|(key, value)| entry(key, from.get(key), Some(value))));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::on_first;
    use crate::model::snapshot::Snapshot;

    fn lines(snapshot: &Snapshot, change: impl FnOnce(&mut Draft)) -> Vec<String> {
        let plan = on_first(snapshot, |topology, net1| {
            let mut draft = Draft::open(topology, net1).unwrap();
            change(&mut draft);
            draft.close()
        });
        let line = |undo: &Undo| match undo {
            Undo::Qdns(line) => line.to_string(),
            Undo::Changes(changes) => format!("{} changes", changes.len()),
        };
        plan.undo.iter().map(line).collect()
    }

    const SOME_PTR: &[(&str, &str)] = &[
        ("web", "10.0.0.2 10.0.0.3 fd00::2"),
        ("web.internal", "10.0.0.2 10.0.0.3 fd00::2"),
        ("3.0.0.10.in-addr.arpa", "web.internal"),
    ];

    #[test]
    fn a_host_with_some_ptr_records_is_restored_in_steps() {
        let snapshot = Snapshot::of_net1(vec![], SOME_PTR, &["qdns-static-web"]);
        let restored = lines(&snapshot, |draft| draft.remove("web").unwrap());
        assert_eq!(
            restored,
            [
                "qdns record add net1 web 10.0.0.2 --static --no-ptr",
                "qdns record add net1 web 10.0.0.3 --append",
                "qdns record add net1 web fd00::2 --no-ptr --append"
            ]
        );
    }

    #[test]
    fn what_no_command_makes_is_left_to_ovn_nbctl() {
        let snapshot = Snapshot::of_net1(vec![], &[("Old_Name", "10.0.0.2,10.0.0.3")], &[]);
        assert_eq!(lines(&snapshot, |draft| draft.remove("Old_Name").unwrap()), ["1 changes"]);
    }

    #[test]
    fn a_change_that_only_adds_is_not_restored() {
        let snapshot = Snapshot::of_net1(vec![], SOME_PTR, &[]);
        let wanted = Wanted::new(HostArg::parse("db").unwrap(), vec!["10.0.0.9".parse().unwrap()]);
        assert_eq!(lines(&snapshot, |draft| draft.add(&wanted).unwrap()), [""; 0]);
    }
}
