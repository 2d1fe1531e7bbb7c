//! Follows a guest's query up to the responder with ovn-trace(8), and names the ACL that drops it.
//!
//! ovn-trace does not implement `dns_lookup`, but reaching that stage is all that is asked here.

use std::net::IpAddr;

use uuid::Uuid;

use super::json::Table;
use super::sbctl::{Sbctl, run};
use crate::error::Result;
use crate::model::snapshot::Port;

/// The stage where the responder is.
const RESPONDER: &str = "ls_in_dns_lookup";
/// What the names of the stages of from-lport ACLs begin with.
const ACL_STAGE: &str = "ls_in_acl";

/// What became of a query that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Traced {
    /// No ACL ends it before the responder.
    Passed,
    /// An ACL drops it.
    Dropped {
        /// The ACL, where it is one of those that were given.
        acl: Option<Uuid>,
        /// The step of the trace that drops it.
        step: String,
    },
    /// The port has no MAC or no address that a query could come from.
    NoSender,
}

/// A DNS query from a port to a resolver, or to any, as ovn-trace(8) takes it.
fn query(port: &Port, server: Option<IpAddr>) -> Option<String> {
    let (mac, address) = port.sender(server)?;
    let (family, anywhere) = if address.is_ipv4() { ("ip4", "192.0.2.53") } else { ("ip6", "2001:db8::53") };
    let server = server.map_or_else(|| anywhere.to_owned(), |server| server.to_string());
    Some(format!(
        "inport == {:?} && eth.src == {mac} && eth.dst == 0a:ff:ff:ff:ff:fe && {family}.src == {address} && \
         {family}.dst == {server} && ip.ttl == 64 && udp.src == 40053 && udp.dst == 53",
        port.name
    ))
}

/// Follows one query of a port to a resolver, or to any, up to the responder; `acls` are those that
/// may be meant.
///
/// # Errors
/// There is no ovn-trace, or it cannot read the southbound database.
pub fn trace(sb: &Sbctl, switch: &str, port: &Port, server: Option<IpAddr>, acls: &[Uuid]) -> Result<Traced> {
    let Some(query) = query(port, server) else { return Ok(Traced::NoSender) };
    let mut args: Vec<String> = sb.db.iter().map(|db| format!("--db={db}")).collect();
    args.extend(sb.connection.iter().cloned());
    args.extend([switch.to_owned(), query]);
    let program = sb.tracer()?;
    let trace = run(&program, &args, sb.timeout, sb.echo, "no query was traced")?;
    let Some(step) = acl_step(&trace) else { return Ok(Traced::Passed) };
    let hint = sb.run(&["--columns=external_ids", "list", "Logical_Flow", step.flow])?;
    let mut hints = Vec::new();
    for table in Table::parse_all(&hint)? {
        for row in table.rows() {
            hints.extend(row?.map("external_ids").remove("stage-hint"));
        }
    }
    let hint = hints.first().map(String::as_str).unwrap_or_default();
    let is_meant = |acl: &&Uuid| !hint.is_empty() && acl.to_string().starts_with(hint);
    Ok(Traced::Dropped { acl: acls.iter().find(is_meant).copied(), step: step.line.to_owned() })
}

/// The stage at which a trace ends.
#[derive(Debug, PartialEq, Eq)]
struct Step<'a> {
    line: &'a str,
    /// The first digits of the flow's UUID.
    flow: &'a str,
}

/// The ACL's flow that ends a trace before the responder. Since OVN 23.06 the ACL is found in one
/// stage, `ls_in_acl_eval`, and its verdict done in the next.
fn acl_step(trace: &str) -> Option<Step<'_>> {
    let mut last = None;
    let mut acl = None;
    for line in trace.lines().map(str::trim) {
        let Some((_, rest)) =
            line.split_once(". ls_").filter(|(number, _)| number.trim().parse::<u32>().is_ok())
        else {
            continue;
        };
        let stage = &line[line.len() - rest.len() - 3..];
        if stage.starts_with(RESPONDER) {
            return None;
        }
        last = Some(stage);
        if let Some((_, flow)) = stage.rsplit_once("uuid ").filter(|_| stage.starts_with(ACL_STAGE)) {
            let is_verdict = stage.starts_with("ls_in_acl_action");
            acl = acl.filter(|_| is_verdict).or(Some(Step { line: stage, flow }));
        }
    }
    acl.filter(|_| last.is_some_and(|stage| stage.starts_with(ACL_STAGE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DROPPED: &str = "\
ingress(dp=\"net1\", inport=\"p1\")
-------------------------------
 0. ls_in_check_port_sec (northd.c:8432): 1, priority 50, uuid a84d11fb
    next;
 8. ls_in_acl (northd.c:6588): inport == \"p1\" && udp, priority 2001, uuid 2eb509d9
    drop;
";
    const TIERED: &str = "\
 8. ls_in_acl_eval (northd.c:7000): udp, priority 2001, uuid 2eb509d9
    reg8[17] = 1;
 9. ls_in_acl_action (northd.c:7100): reg8[17] == 1, priority 1000, uuid 11111111
    drop;
";

    #[test]
    fn the_acl_that_ends_a_trace_is_told_from_what_passes() {
        assert_eq!(acl_step(DROPPED).unwrap().flow, "2eb509d9");
        assert_eq!(acl_step(TIERED).unwrap().flow, "2eb509d9");
        let passed = format!("{DROPPED}22. ls_in_dns_lookup (northd.c:1): 1, priority 100, uuid c2c60d20\n");
        assert_eq!(acl_step(&passed), None);
        let elsewhere = DROPPED.replace("ls_in_acl", "ls_in_other");
        assert_eq!(acl_step(&elsewhere), None);
    }
}
