//! Whether the values of keys are served, and agree with each other.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::served::Served;
use crate::doctor::world::World;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::address;
use crate::model::host::Host;
use crate::model::snapshot::DnsRow;

const NB: &[Need] = &[Need::Northbound];

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "value-truncated",
        title: "a comma in a value",
        category: Category::Records,
        severity: Severity::Error,
        needs: NB,
        explanation: "Several addresses of one name are separated by spaces. ovn-controller reads the value up to \
            the first thing that is neither an address nor a space: after a comma the rest is ignored, although \
            ovn-nb(5) shows one.",
        source: "lib/ovn-util.c, extract_ip_addresses; seen on OVN 23.03, 25.03 and 26.03",
        run: Some(Run::World(truncated)),
    },
    Check {
        code: "value-invalid",
        title: "a value that cannot be served",
        category: Category::Records,
        severity: Severity::Error,
        needs: NB,
        explanation: "The value of a name is a list of addresses; anything else gives no answer. The value of a \
            reverse name is one name without a trailing dot: it is encoded label by label as it stands, and \
            two names or an empty label make an answer that resolvers throw away.",
        source: "controller/pinctrl.c, dns_build_a_answer and dns_build_ptr_answer; RFC 1035, section 3.3.12",
        run: Some(Run::World(invalid)),
    },
    Check {
        code: "pair-incomplete",
        title: "a short name without an FQDN, or the reverse",
        category: Category::Records,
        severity: Severity::Warning,
        needs: NB,
        explanation: "A guest asks for `web` or for `web.internal`, depending on its resolver: glibc and musl take \
            the name as typed and then with the search domain, systemd-resolved asks for the FQDN only. Where one \
            of the two keys is missing, the same name works in one guest and not in another. A host that was added \
            with --no-short is left alone.",
        source: "resolv.conf(5), search and ndots; systemd-resolved.service(8)",
        run: Some(Run::Zone(incomplete)),
    },
    Check {
        code: "pair-differs",
        title: "a short name and its FQDN disagree",
        category: Category::Records,
        severity: Severity::Error,
        needs: NB,
        explanation: "Both keys are one host's. With different addresses, which machine a guest reaches depends on \
            whether its resolver asked for the short name or for the FQDN.",
        source: "resolv.conf(5), search and ndots; systemd-resolved.service(8)",
        run: Some(Run::Zone(differs)),
    },
];

/// Every key and value that answers, each with the switch's index and the row.
fn entries<'w>(world: &'w World) -> impl Iterator<Item = (usize, &'w DnsRow, &'w String, &'w String)> {
    world.topology.switches.iter().enumerate().flat_map(|(index, network)| {
        let rows = network.rows.iter();
        rows.flat_map(move |row| row.records.iter().map(move |(key, value)| (index, *row, key, value)))
    })
}

/// A value as OVN takes it, if the key's value can be put right without a guess.
pub(in crate::doctor) fn put_right(key: &str, value: &str) -> Option<String> {
    if address::is_reverse_name(key) {
        let name = value.split([' ', ',']).find(|word| !word.is_empty())?;
        return Some(name.trim_end_matches('.').to_owned()).filter(|name| !name.is_empty());
    }
    let addresses = address::from_value(value);
    (!addresses.is_empty()).then(|| address::to_value(&addresses))
}

fn rewrite(row: &DnsRow, key: &str, value: &str) -> Option<Command> {
    let right = put_right(key, value);
    let to = right.as_deref().map(|right| (key, right));
    row.is_ours().then(|| Command::entry("DNS", &row.uuid.to_string(), "records", key, value, to))
}

fn about(world: &World, index: usize, row: &DnsRow, key: &str, value: &str, message: String) -> Finding {
    Finding::new(key, message)
        .on(world.topology.switches[index].name())
        .seen("row", row.uuid)
        .seen("owner", row.owner().name())
        .seen("value", value)
        .fix(rewrite(row, key, value))
}

/// Whether a value is well formed but for its commas.
pub(in crate::doctor) fn is_truncated(key: &str, value: &str) -> bool {
    let mut words = value.split([' ', ',']).filter(|word| !word.is_empty());
    !address::is_reverse_name(key) && value.contains(',') && words.all(|word| word.parse::<IpAddr>().is_ok())
}

fn truncated(world: &World) -> Outcome {
    let cut = entries(world).filter(|(_, _, key, value)| is_truncated(key, value));
    Ok(cut
        .map(|(index, row, key, value)| {
            let served = value.split(',').next().unwrap_or_default();
            let message =
                format!("{key} is {value:?}: after the comma nothing is served, so guests get {served}");
            about(world, index, row, key, value, message)
        })
        .collect())
}

/// Why a value cannot be served.
pub(in crate::doctor) fn flaw(key: &str, value: &str) -> Option<String> {
    if address::is_reverse_name(key) {
        return match value {
            _ if value.trim().is_empty() => Some("it is empty".to_owned()),
            _ if value.trim().contains([' ', ',']) => {
                Some("a reverse name leads to one name only".to_owned())
            }
            _ if value.ends_with('.') => Some("the trailing dot makes a malformed answer".to_owned()),
            _ => None,
        };
    }
    let mut words = value.split([' ', ',']).filter(|word| !word.is_empty()).peekable();
    match words.peek() {
        None => Some("it has no address".to_owned()),
        Some(_) => {
            words.find(|word| word.parse::<IpAddr>().is_err()).map(|word| format!("{word:?} is no address"))
        }
    }
}

fn invalid(world: &World) -> Outcome {
    let flawed = entries(world).filter_map(|entry| Some((flaw(entry.2, entry.3)?, entry)));
    Ok(flawed
        .map(|(why, (index, row, key, value))| {
            about(world, index, row, key, value, format!("{key} is {value:?}: {why}"))
        })
        .collect())
}

/// The hosts that are one label under the zone's domain.
fn incomplete(served: &Served) -> Vec<Finding> {
    let is_half = |host: &&Host| !host.name.contains('.') && host.lacks_a_name();
    let half = served.hosts().filter(is_half);
    half.map(|host| {
        let (short, fqdn) = (host.name.to_string(), format!("{}.{}", host.name, served.zone.domain));
        let (there, absent) = if host.full.is_empty() { (short, fqdn) } else { (fqdn, short) };
        let addresses = host.addresses();
        served
            .found(&host.name, format!("{there} resolves, {absent} does not"))
            .seen("has", there)
            .seen("lacks", absent)
            .fix((!addresses.is_empty()).then(|| served.add(host, &host.name, &addresses, None)))
    })
    .collect()
}

fn differs(served: &Served) -> Vec<Finding> {
    let set = |value: &str| address::from_value(value).into_iter().collect::<BTreeSet<_>>();
    let find = |host: &Host| {
        let mut values = host.names().map(|(_, value)| value);
        let first = values.next()?;
        if values.all(|other| other == first || set(other) == set(first)) {
            return None;
        }
        let kept = address::from_value(host.value());
        let all: Vec<String> = host.names().map(|(key, value)| format!("{key} is {value}")).collect();
        let message = format!("{}: which one a guest gets depends on its resolver", all.join(", "));
        let finding = served.found(&host.name, message).seen("names", host.names().collect::<Vec<_>>());
        Some(finding.fix((!kept.is_empty()).then(|| served.add(host, &host.name, &kept, Some("--replace")))))
    };
    served.hosts().filter_map(find).collect()
}
