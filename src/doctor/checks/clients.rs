//! What becomes of a query on its way, and what resolvers make of the answer.

use uuid::Uuid;

use crate::doctor::facts::Probe;
use crate::doctor::finding::{Command, Finding, Severity};
use crate::doctor::world::World;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::release::VERSION_OPTION;
use crate::model::topology::Network;

/// The code that an answer carries where the name does not exist (RFC 1035, section 4.1.1).
const NXDOMAIN: u8 = 3;
/// The code of a resolver that could not ask further.
const SERVFAIL: u8 = 2;
/// The code of a resolver that does not want to answer.
const REFUSED: u8 = 5;

/// The first release of each series that answers queries with EDNS; series before 23.09 that are not
/// here never do, all after it do.
const EDNS_SINCE: [(u32, u32, u32); 4] = [(22, 3, 6), (23, 3, 3), (23, 6, 3), (23, 9, 2)];

pub(super) const CHECKS: &[Check] = &[
    Check {
        code: "acl-drops-dns",
        title: "an ACL drops queries before the responder",
        category: Category::Queries,
        severity: Severity::Error,
        needs: &[Need::Northbound, Need::Traces],
        explanation: "ACLs with direction from-lport are evaluated before the responder. One that drops or rejects \
            udp.dst == 53, or everything that is not allowed, kills the query: not even local names resolve. The \
            proof is ovn-trace(8) with a query from a port, up to the ACL.",
        source: "ovn-northd(8), Ingress Table: from-lport ACLs, before DNS Lookup; ovn-trace(8)",
        run: Some(Run::World(acl_drops)),
    },
    Check {
        code: "edns-ignored",
        title: "this OVN ignores queries with EDNS",
        category: Category::Queries,
        severity: Severity::Info,
        needs: &[Need::Northbound],
        explanation: "dig and systemd-resolved with DNSSEC send an OPT record with each query (RFC 6891). \
            OVN before 22.03.6, 23.03.3, 23.06.3, 23.09.2 and 24.03 passes such queries on unanswered, so that they \
            get NXDOMAIN from the forwarders. Resolvers of the C library send none. For tests: dig +noedns.",
        source: "OVN commit \"pinctrl: dns: Ignore additional records\"; RFC 6891",
        run: Some(Run::World(edns_ignored)),
    },
    Check {
        code: "forwarder-nxdomain-aaaa",
        title: "a forwarder says NXDOMAIN to AAAA queries under the domain",
        category: Category::Queries,
        severity: Severity::Info,
        needs: &[Need::Northbound, Need::Probes],
        explanation: "For a host with IPv4 only, the AAAA query goes to the forwarder. NXDOMAIN means that the whole \
            name does not exist: musl believes it and fails, glibc does not. A forwarder that says NOERROR with no \
            answer (one that has the domain as an empty local zone) leaves musl guests working.",
        source: "RFC 2308, section 2; RFC 8020; musl, src/network/lookup_name.c",
        run: Some(Run::World(nxdomain)),
    },
    Check {
        code: "forwarder-no-answer",
        title: "a forwarder gives no answer to AAAA queries under the domain",
        category: Category::Queries,
        severity: Severity::Info,
        needs: &[Need::Northbound, Need::Probes],
        explanation: "A forwarder that is silent, refuses, or fails leaves guests without every name that is not \
            local. For a local host with IPv4 only, musl waits for the answer to its AAAA query and gives up after \
            five seconds. The question is asked from the machine that doctor runs on: guests may have another way \
            to the forwarder, or none.",
        source: "RFC 1035, section 4.1.1; musl, src/network/res_msend.c",
        run: Some(Run::World(no_answer)),
    },
    Check {
        code: "ttl-fixed",
        title: "the TTL of every answer is 3600 s",
        category: Category::Queries,
        severity: Severity::Info,
        needs: &[],
        explanation: "ovn-controller writes a TTL of 3600 seconds into every answer, a constant in its source. No \
            column or option changes it. A guest that caches (systemd-resolved, nscd, a JVM) may use an address for \
            an hour after the record was changed; `resolvectl flush-caches` in the guest ends that.",
        source: "controller/pinctrl.c, DNS_DEFAULT_RR_TTL; ovn-nb(5), DNS",
        run: None,
    },
];

fn acl_drops(world: &World) -> Outcome {
    let dropped = world.facts.traces.as_ref().map_err(|missing| missing.message.clone())?;
    Ok(dropped
        .iter()
        .map(|query| {
            let acl = query.acl.map(|uuid| uuid.to_string());
            let named = acl.as_ref().map_or("an ACL".to_owned(), |uuid| format!("ACL {uuid}"));
            let network = world.topology.switches.iter().find(|network| network.name() == query.switch);
            let fix = query.acl.and_then(|acl| let_queries_through(world, network, acl));
            let subject = acl.clone().unwrap_or_else(|| query.port.clone());
            let message = format!("{named} drops the query that port {} sends to the responder", query.port);
            Finding::new(subject, message)
                .on(&query.switch)
                .seen("port", &query.port)
                .seen("trace", &query.step)
                .fix(fix)
        })
        .collect())
}

/// An ACL above every drop: queries are let through, and everything else stays as it is.
fn let_queries_through(world: &World, network: Option<&Network>, acl: Uuid) -> Option<Command> {
    if let Some(group) = world.topology.rows.port_groups.iter().find(|group| group.acls.contains(&acl)) {
        let query = format!("inport == @{} && udp.dst == 53", group.name);
        let words = ["--type=port-group", "acl-add", &group.name, "from-lport", "32767", &query, "allow"];
        return Some(Command::nbctl(words));
    }
    let network = network.filter(|network| network.switch.acls.contains(&acl))?;
    let switch = network.switch.uuid.to_string();
    Some(Command::nbctl(["acl-add", &switch, "from-lport", "32767", "udp.dst == 53", "allow"]))
}

/// The numbers of `23.03.1-20.27.0-70.6`.
fn release(version: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = version.split('-').next()?.split('.').map(str::parse::<u32>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn ignores_edns((year, month, patch): (u32, u32, u32)) -> bool {
    let since = EDNS_SINCE.iter().find(|since| (since.0, since.1) == (year, month));
    match since {
        Some(since) => patch < since.2,
        None => (year, month) < (23, 9),
    }
}

fn edns_ignored(world: &World) -> Outcome {
    let local = world.facts.chassis.as_ref().ok().map(|chassis| chassis.version.as_str());
    let northd = world.topology.rows.global.options.get(VERSION_OPTION).map(String::as_str);
    let Some((version, numbers)) =
        [local, northd].into_iter().flatten().find_map(|version| Some((version, release(version)?)))
    else {
        return Err("no part of OVN says which release it is".to_owned());
    };
    if !ignores_edns(numbers) {
        return Ok(Vec::new());
    }
    let (year, month, patch) = numbers;
    let message =
        format!("OVN {year}.{month:02}.{patch} passes queries with EDNS on: use dig +noedns to test");
    Ok(vec![Finding::new("EDNS", message).seen("version", version)])
}

fn nxdomain(world: &World) -> Outcome {
    let probes = world.facts.probes.as_ref().map_err(|missing| missing.message.clone())?;
    Ok(probes
        .iter()
        .filter(|probe| probe.answer == Ok(NXDOMAIN))
        .map(|probe| {
            let message = format!(
                "{} says NXDOMAIN to AAAA {}: musl guests of {} fail to look up hosts without IPv6",
                probe.resolver, probe.name, probe.switch
            );
            Finding::new(&probe.resolver, message)
                .on(&probe.switch)
                .seen("asked", &probe.name)
                .seen("rcode", NXDOMAIN)
        })
        .collect())
}

fn no_answer(world: &World) -> Outcome {
    let probes = world.facts.probes.as_ref().map_err(|missing| missing.message.clone())?;
    let failed = |probe: &Probe| match &probe.answer {
        Ok(0 | NXDOMAIN) => None,
        Ok(SERVFAIL) => Some("it fails (SERVFAIL)".to_owned()),
        Ok(REFUSED) => Some("it refuses (REFUSED)".to_owned()),
        Ok(code) => Some(format!("it answers with code {code}")),
        Err(why) => Some(why.clone()),
    };
    Ok(probes
        .iter()
        .filter_map(|probe| Some((probe, failed(probe)?)))
        .map(|(probe, why)| {
            let message =
                format!("{} does not tell this machine of AAAA {}: {why}", probe.resolver, probe.name);
            Finding::new(&probe.resolver, message)
                .on(&probe.switch)
                .seen("asked", &probe.name)
                .seen("answer", &why)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_that_ignore_edns_are_known_by_their_number() {
        for (version, ignores) in [
            ("23.03.1-20.27.0-70.6", true),
            ("23.03.3", false),
            ("22.12.1", true),
            ("23.09.1", true),
            ("24.03.0", false),
            ("25.03.1-20.41.0-78.8", false),
            ("26.03.0", false),
        ] {
            assert_eq!(ignores_edns(release(version).unwrap()), ignores, "{version}");
        }
    }
}
