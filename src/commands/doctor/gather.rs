//! Gathers the facts that doctor checks: at the same time the northbound database, the southbound one and its flows,
//! each in one run of a client; then this machine's chassis and the traces.

use std::net::IpAddr;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crate::doctor::facts::{DUMP_FORMAT, EndedQuery, Fact, Facts, Missing, Traces};
use crate::doctor::traces::{PortSet, sets};
use crate::error::Result;
use crate::model::reach::Reach;
use crate::model::snapshot::Acl;
use crate::model::topology::{Network, Topology};
use crate::ovn::northbound::Northbound;
use crate::ovn::sbctl::Sbctl;
use crate::ovn::southbound::{dns_flows, local_chassis, northd, read};
use crate::ovn::trace::{TracedQuery, trace};
use crate::resolver;

/// The least time for traces. On a large network they may take a quarter of what reading it takes.
const TRACING: Duration = Duration::from_secs(3);

/// Reads everything that can be read; `sb` is an error where the southbound database is not known. `forwarders` are those
/// of the settings. Queries are traced from the named switches, or from all.
pub fn gather(nb: &Northbound, sb: Result<Sbctl>, forwarders: Vec<IpAddr>, switches: &[String]) -> Facts {
    let start = Instant::now();
    let sb = sb.map_err(Missing::from);
    let southbound = sb.as_ref().ok().map(|sb| sb.program.line());
    let clients = std::iter::once(nb.program.line()).chain(southbound).collect();
    let reachable = || sb.as_ref().map_err(Missing::clone);
    thread::scope(|scope| {
        let southbound = scope.spawn(|| reachable().and_then(|sb| read(sb).map_err(Missing::from)));
        let flows = scope.spawn(|| reachable().and_then(|sb| dns_flows(sb).map_err(Missing::from)));
        let northbound = nb.read_everything().map_err(Missing::from);
        let (southbound, dns_flows) = (joined(southbound), joined(flows));
        // The daemons of this machine matter only if they belong to the database that was read.
        let (northd, chassis) = match &southbound {
            Ok(southbound) => (
                northd(nb.echo).map_err(Missing::from),
                local_chassis(southbound, nb.echo).map_err(Missing::from),
            ),
            Err(missing) => (Err(missing.clone()), Err(missing.clone())),
        };
        let traces = match (&sb, &southbound, &northbound) {
            (Ok(sb), Ok(_), Ok(rows)) => {
                let limit = (start.elapsed() / 4).max(TRACING);
                traces(sb, &Topology::of(rows), switches, limit)
            }
            (Ok(_), Ok(_), Err(missing)) => Err(missing.clone()),
            (_, Err(missing), _) | (Err(missing), ..) => Err(missing.clone()),
        };
        Facts {
            format: DUMP_FORMAT,
            northbound,
            southbound,
            dns_flows,
            northd,
            chassis,
            traces,
            clients,
            forwarders,
            resolvers: resolver::of_machine(),
            probes: Err(Missing::because("no forwarder was asked: --probe asks them")),
        }
    })
}

/// What a thread has read.
fn joined<T>(reading: ScopedJoinHandle<Fact<T>>) -> Fact<T> {
    reading.join().unwrap_or_else(|_| Err(Missing::because("reading it failed")))
}

/// Traces a query of each set of ports to each of their resolvers, as long as there is time.
///
/// # Errors
/// There is no ovn-trace, or it cannot read the southbound database.
fn traces(sb: &Sbctl, topology: &Topology, switches: &[String], limit: Duration) -> Fact<Traces> {
    let deadline = Instant::now() + limit;
    let acls: Vec<&Acl> = topology.rows.acls.iter().collect();
    let is_wanted = |network: &Network| {
        let mut given = switches.iter();
        switches.is_empty()
            || given.any(|word| word == network.name() || *word == network.switch.uuid.to_string())
    };
    let mut traces = Traces::default();
    let mut failure = None;
    for set in sets(topology, is_wanted) {
        let found = if Instant::now() > deadline {
            traces.why = format!("there was no time after {:.0} s", limit.as_secs_f64());
            None
        } else {
            let found = trace_set(sb, &set, &acls);
            found.map_err(|error| failure = failure.take().or(Some(error))).ok()
        };
        match found {
            Some(ended) => {
                traces.traced += 1;
                traces.ended.extend(ended);
            }
            None if set.has_acls => traces.untraced += 1,
            None => traces.untraced_without_acls += 1,
        }
    }
    match failure {
        Some(error) if traces.traced == 0 => return Err(error.into()),
        Some(error) => traces.why = error.message,
        None => {}
    }
    Ok(traces)
}

/// Traces the queries of a set of ports; those that end before their resolver.
fn trace_set(sb: &Sbctl, set: &PortSet, acls: &[&Acl]) -> Result<Vec<EndedQuery>> {
    let mut reaches = Vec::new();
    for (server, mac) in &set.servers {
        let query =
            TracedQuery { switch: set.network.name(), port: set.port, server: *server, mac: *mac, acls };
        reaches.push((*server, trace(sb, &query)?));
    }
    let open = reaches.iter().filter(|(_, reach)| reach.is_open()).count();
    let whole = reaches.iter().filter(|(_, reach)| reach.is_whole()).count();
    let ended = |(resolver, reach): (Option<IpAddr>, Reach)| {
        let (is_beyond, has_other, stop) = match reach {
            Reach::Stopped(stop) => (false, open > 0, stop),
            Reach::Responder { beyond: Some(stop), .. } => (true, whole > 0, stop),
            Reach::Responder { beyond: None, .. } | Reach::Unknown(_) => return None,
        };
        Some(EndedQuery {
            switch: set.network.name().to_owned(),
            port: set.port.name.clone(),
            ports: set.count,
            resolver,
            is_beyond,
            has_other,
            stop,
        })
    };
    Ok(reaches.into_iter().filter_map(ended).collect())
}
