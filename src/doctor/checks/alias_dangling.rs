//! Aliases that lead to no host, or have other addresses than their host.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::{Fix, entry};
use crate::doctor::zones::{AttachedZone, is_same};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::address;
use crate::model::host::Host;
use crate::model::marks::HostMark;
use crate::model::shell::CommandLine;
use crate::plan::aliases::alias_command;
use crate::plan::change::{Change, Column};

pub(super) const CHECK: Check = Check {
    code: "alias-dangling",
    title: "an alias that does not follow its host",
    category: Category::Records,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "OVN has no CNAME: an alias is a name with the same addresses as its host, and the mark \
        qdns-alias-ALIAS names the host. qdns changes both together. Where a program or a person changed one of them \
        only, the alias leads to an address that its host does not have.",
    source: "RFC 1034, section 3.6.2; qdns(1), WHAT IS STORED",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    let aliases = zone.hosts().filter_map(|alias| followed(zone, alias));
    aliases.chain(without_records(zone)).collect()
}

/// A finding about an alias whose host is not there, is an alias itself, or has other addresses.
fn followed(zone: &AttachedZone, alias: &Host) -> Option<Finding> {
    let of = alias.alias_of.as_deref()?;
    let switch = zone.network.name();
    let Some(host) = zone.hosts.by_name.get(of) else {
        let message = format!("{} is an alias of {of}, and {switch} has no host {of}", alias.name);
        let remove = CommandLine::qdns(["record", "rm"]).value(switch).value(&alias.name);
        return Some(zone.finding(&alias.name, message).seen("alias_of", of).fix(Fix::qdns(&remove)));
    };
    if let Some(other) = &host.alias_of {
        let message = format!("{} is an alias of {of}, which is an alias itself, of {other}", alias.name);
        let follow = alias_command(switch, &alias.name, other).option("--replace");
        return Some(zone.finding(&alias.name, message).seen("alias_of", of).fix(Fix::qdns(&follow)));
    }
    let addresses = host.addresses();
    let agrees = |(_, value): (&str, &str)| is_same(&address::from_value(value), &addresses);
    if alias.names().all(agrees) && !alias.lacks_a_name() {
        return None;
    }
    let names: Vec<String> = alias.names().map(|(key, value)| format!("{key} is {value}")).collect();
    let message = format!("{} is an alias of {of}: {}; {of} is {}", alias.name, names.join(", "), host.value());
    let follow = alias_command(switch, &alias.name, of);
    Some(zone.finding(&alias.name, message).seen("alias_of", of).fix(Fix::qdns(&follow)))
}

/// Findings about marks of aliases that have no records.
fn without_records(zone: &AttachedZone) -> Vec<Finding> {
    let row = zone.zone.row;
    let marks = row.external_ids.iter().filter_map(|(key, of)| match HostMark::of_key(key)? {
        (HostMark::Alias, alias) => Some((key, alias, of)),
        _ => None,
    });
    let lost = marks.filter(|(_, alias, _)| !zone.hosts.by_name.contains_key(*alias));
    let finding = |(key, alias, of): (&String, &str, &String)| {
        let change: Change = entry(Column::DnsMarks, row.uuid, &row.external_ids, key, None);
        zone.finding(alias, format!("the mark {key} says that {alias} is an alias of {of}, and there is no such name"))
            .seen("alias_of", of)
            .fix(Fix::Change(vec![change]))
    };
    lost.map(finding).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("www", |facts| {
            put(facts, "www", "10.0.0.10");
            mark(facts, "qdns-alias-www", "gone");
        }),
        fires("www", |facts| {
            put(facts, "www", "10.0.0.11");
            mark(facts, "qdns-alias-www", "web");
        }),
        fires("www", |facts| {
            put(facts, "www", "10.0.0.10 fd00::10");
            mark(facts, "qdns-alias-www", "web");
        }),
        fires("www", |facts| mark(facts, "qdns-alias-www", "web")),
        passes(|facts| {
            put(facts, "www", "10.0.0.10 fd00::10");
            put(facts, "www.internal", "10.0.0.10 fd00::10");
            mark(facts, "qdns-alias-www", "web");
        }),
    ];
}
