//! `mark-invalid`.

use uuid::Uuid;

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::address::is_reverse_name;
use crate::model::dhcp_grammar::check_written;
use crate::model::marks::{
    DHCP_CREATION_MARK, DOMAIN_MARK, HostMark, is_strange_dhcp_mark, option_of_before_mark,
};
use crate::model::name::{Domain, Hostname};
use crate::model::snapshot::DhcpOptions;
use crate::model::zone::Zone;
use crate::plan::change::Column;

pub(super) const CHECK: Check = Check {
    code: "mark-invalid",
    title: "a mark of qdns that is not usable",
    category: Category::Zones,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "DNS:external_ids has a zone's domain in qdns-domain, and a mark for each static host and for each \
        host without a short name, for each host with the port that registered it, and for each alias. \
        DHCP_Options:external_ids has the values from before `forwarders set`. Everyone who can write the database can \
        write these marks. If the mark of the domain is not a domain, qdns uses the default domain. It ignores \
        every other invalid mark.",
    source: "RFC 1123, section 2.1; qdns(1), WHAT IS STORED",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let mut found = of_zones(input);
    found.extend(input.topology.leases.iter().flat_map(|leases| dhcp(leases.row)));
    Ok(found)
}

fn of_zones(input: &Input) -> Vec<Finding> {
    input.topology.zones.iter().flat_map(|zone| domain(zone).into_iter().chain(hosts(zone)).map(|finding| {
        match zone.home {
            Some(home) => finding.on(input.topology.switches[home].name()),
            None => finding,
        }
    })).collect()
}

/// A finding about the zone's domain.
fn domain(zone: &Zone) -> Option<Finding> {
    let text = zone.row.external_ids.get(DOMAIN_MARK)?;
    let refused = Domain::parse(text).err()?;
    let names = zone.row.records.keys().filter(|key| !is_reverse_name(key)).map(String::as_str);
    // The names show which domain the zone had.
    let meant = Domain::of_most(names).and_then(|domain| Domain::parse(domain.as_str()).ok()).unwrap_or_default();
    let message = format!("the mark {DOMAIN_MARK}: {}; qdns uses `{}`", refused.message, zone.domain);
    Some(finding(zone, DOMAIN_MARK, text, message, Some(meant.as_str())))
}

/// Findings about marks of names that are neither hostnames nor names of the zone.
fn hosts(zone: &Zone) -> Vec<Finding> {
    let marks = zone.row.external_ids.iter().filter_map(|(key, value)| Some((key, value, HostMark::of_key(key)?.1)));
    let unusable = marks.filter_map(|(key, value, host)| {
        let refused = Hostname::parse(host).err()?;
        let is_there = zone.row.records.keys().any(|name| name.split('.').next() == Some(host) || name == host);
        (!is_there).then(|| finding(zone, key, value, format!("the mark of a host: {}", refused.message), None))
    });
    unusable.chain(values(zone)).collect()
}

/// Findings about the values of marks: a port's UUID, and the name of the host that an alias follows.
fn values(zone: &Zone) -> impl Iterator<Item = Finding> {
    let marks = zone.row.external_ids.iter();
    marks.filter_map(|(key, value)| {
        let why = match HostMark::of_key(key)?.0 {
            HostMark::Port => Uuid::parse_str(value).err().map(|_| format!("{value:?} is not the UUID of a port"))?,
            HostMark::Alias if zone.row.records.contains_key(value) => return None,
            HostMark::Alias => Hostname::parse(value).err()?.message,
            HostMark::Static | HostMark::NoShort => return None,
        };
        Some(finding(zone, key, value, format!("the mark {key}: {why}"), None))
    })
}

/// Findings about what `forwarders set` marks in a row of DHCP options. It writes no row of another program.
fn dhcp(row: &DhcpOptions) -> Vec<Finding> {
    let marks = row.external_ids.iter().filter(|_| !row.owner().is_foreign());
    let unusable = marks.filter_map(|(key, value)| {
        let why = if is_strange_dhcp_mark(key) {
            "qdns writes no such option".to_owned()
        } else if key == DHCP_CREATION_MARK {
            Uuid::parse_str(value).err().map(|_| format!("{value:?} is not the UUID of a switch"))?
        } else {
            let option = option_of_before_mark(key).filter(|_| !value.is_empty())?;
            let why = check_written(option, value, row.is_ipv4()).err()?;
            format!("OVN cannot read {value:?}: {why}")
        };
        let finding = Finding::new(key, format!("the mark {key} of the options for {}: {why}", row.cidr));
        let fix = Fix::set(Column::DhcpMarks, row.uuid, &row.external_ids, key, None);
        Some(finding.seen("row", row.uuid).seen("value", value).fix(fix).automatic_if(true))
    });
    unusable.collect()
}

fn finding(zone: &Zone, key: &str, value: &str, message: String, to: Option<&str>) -> Finding {
    Finding::new(key, message)
        .seen("row", zone.row.uuid)
        .seen("value", value)
        .fix(Fix::set(Column::DnsMarks, zone.row.uuid, &zone.row.external_ids, key, to))
        .automatic_if(true)
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::facts::Facts;
    use crate::doctor::testing::*;
    use crate::model::marks::DOMAIN_MARK;

    pub const CASES: &[Case] = &[
        repaired(DOMAIN_MARK, |facts| mark(facts, DOMAIN_MARK, "internal\n$INCLUDE /etc/shadow")),
        repaired(DOMAIN_MARK, |facts| mark(facts, DOMAIN_MARK, "")),
        repaired(DOMAIN_MARK, |facts| mark(facts, DOMAIN_MARK, "local")),
        passes(|facts| mark(facts, DOMAIN_MARK, "Prod.Internal")),
        repaired("qdns-static-a b", |facts| mark(facts, "qdns-static-a b", "true")),
        repaired("qdns-no-short-", |facts| mark(facts, "qdns-no-short-", "true")),
        passes(|facts| mark(facts, "qdns-static-printer", "true")),
        repaired("qdns-port-web", |facts| mark(facts, "qdns-port-web", "web\u{1b}[2J")),
        repaired("qdns-alias-www", |facts| mark(facts, "qdns-alias-www", "web\nx")),
        repaired("qdns-before-dns_server", |facts| dhcp_mark(facts, "before-dns_server", "8.8.8.8); drop; (")),
        repaired("qdns-before-router", |facts| dhcp_mark(facts, "before-router", "")),
        repaired("qdns-created-for", |facts| dhcp_mark(facts, "created-for", "net1")),
        passes(|facts| dhcp_mark(facts, "before-dns_server", "{8.8.8.8, 8.8.4.4}")),
        passes(|facts| dhcp_mark(facts, "before-domain_name", "")),
        // name-invalid reports these.
        passes(|facts| {
            put(facts, "vm_name", "10.0.0.10");
            mark(facts, "qdns-static-vm_name", "true");
        }),
    ];

    fn dhcp_mark(facts: &mut Facts, mark: &str, value: &str) {
        nb(facts).dhcp_options[0].external_ids.insert(format!("qdns-{mark}"), value.to_owned());
    }
}
