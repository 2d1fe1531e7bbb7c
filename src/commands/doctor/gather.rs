//! Gathers the facts that doctor checks: at the same time the northbound database, the southbound one and its flows,
//! each in one run of a client; then this machine's chassis and the traces.

use std::net::IpAddr;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crate::doctor::facts::{DUMP_FORMAT, DroppedQuery, Fact, Facts, Missing};
use crate::doctor::traces;
use crate::error::Result;
use crate::model::shell::CommandLine;
use crate::model::topology::Topology;
use crate::ovn::northbound::Northbound;
use crate::ovn::sbctl::Sbctl;
use crate::ovn::southbound::{dns_flows, local_chassis, northd, read};
use crate::ovn::trace::{Traced, trace};
use crate::resolver;

/// Reads everything that can be read; `sb` is an error where the southbound database is not known. `forwarders` are those
/// of the settings.
pub fn gather(nb: &Northbound, sb: Result<Sbctl>, forwarders: Vec<IpAddr>) -> Facts {
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
            (Ok(sb), Ok(_), Ok(rows)) => dropped_queries(sb, &Topology::of(rows)),
            (Ok(_), Ok(_), Err(_)) => Ok(Vec::new()),
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

/// Traces the queries of the chosen ports; those that an ACL drops.
///
/// # Errors
/// There is no ovn-trace, or it cannot read the southbound database; or time is up and nothing was found before.
fn dropped_queries(sb: &Sbctl, topology: &Topology) -> Fact<Vec<DroppedQuery>> {
    let deadline = Instant::now() + Duration::from_secs(sb.timeout);
    let mut dropped = Vec::new();
    for (network, port) in traces::ports(topology) {
        if Instant::now() > deadline {
            if dropped.is_empty() {
                return Err(Missing::because(format!(
                    "tracing took more than {} s; name a switch: {}",
                    sb.timeout,
                    CommandLine::qdns(["doctor"]).value(network.name())
                )));
            }
            break;
        }
        let acls = traces::acls_of(topology, network);
        if let Traced::Dropped { acl, step } = trace(sb, network.name(), port, None, &acls)? {
            dropped.push(DroppedQuery {
                switch: network.name().to_owned(),
                port: port.name.clone(),
                acl,
                step,
            });
        }
    }
    Ok(dropped)
}
