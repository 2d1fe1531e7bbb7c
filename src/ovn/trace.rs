//! Follows a guest's query to its resolver with ovn-trace(8): whether the responder sees it, and what ends it.
//!
//! ovn-trace does not implement `dns_lookup`: it goes on as if OVN had no answer.

use std::net::IpAddr;

use uuid::Uuid;

use super::json::Table;
use super::quote;
use super::sbctl::{Sbctl, run};
use super::trace_text::{End, Trace};
use crate::error::Result;
use crate::model::port::is_mac;
use crate::model::reach::{Cause, Reach, Stop};
use crate::model::snapshot::{Acl, Port};

/// The MAC of no machine, where it is not known to whom the guest sends the query.
const NO_MAC: &str = "0a:ff:ff:ff:ff:fe";

/// Source ports that a resolver library may choose (ip(7), `ip_local_port_range`).
const SOURCES: [u16; 3] = [50053, 40053, 33053];

/// A DNS query of a guest.
#[derive(Clone, Debug)]
pub struct TracedQuery<'a> {
    /// The switch as ovn-trace takes it.
    pub switch: &'a str,
    pub port: &'a Port,
    /// To any resolver where it is not known which the guest has.
    pub server: Option<IpAddr>,
    /// The MAC to which the guest sends it, where it is known.
    pub mac: Option<&'a str>,
    /// The ACLs that may be meant.
    pub acls: &'a [&'a Acl],
}

impl TracedQuery<'_> {
    /// Whether an ACL is about the source port.
    fn is_about_source(&self, acl: Uuid) -> bool {
        self.acls.iter().any(|row| row.uuid == acl && row.expression.contains("udp.src"))
    }

    /// The packet as ovn-trace(8) takes it.
    fn packet(&self, source: u16) -> Option<String> {
        let (mac, address) = self.port.sender(self.server)?;
        let (family, anywhere) =
            if address.is_ipv4() { ("ip4", "192.0.2.53") } else { ("ip6", "2001:db8::53") };
        let server = self.server.map_or_else(|| anywhere.to_owned(), |server| server.to_string());
        let to = self.mac.filter(|mac| is_mac(mac)).unwrap_or(NO_MAC);
        Some(format!(
            "inport == {} && eth.src == {mac} && eth.dst == {to} && {family}.src == {address} && \
             {family}.dst == {server} && ip.ttl == 64 && udp.src == {source} && udp.dst == 53",
            quote::string(&self.port.name)
        ))
    }
}

/// The arguments of ovn-trace(8). A switch may be named like one of its options.
fn arguments(sb: &Sbctl, switch: &str, packet: String) -> Vec<String> {
    let mut args: Vec<String> = sb.db.iter().map(|db| format!("--db={db}")).collect();
    args.extend(sb.connection.iter().cloned());
    // Each connection tracker sees the packet for the first time.
    args.extend(["--ct=new"; 8].map(str::to_owned));
    args.extend(["--".to_owned(), switch.to_owned(), packet]);
    args
}

/// Follows one query.
///
/// # Errors
/// There is no ovn-trace, or it cannot read the southbound database.
pub fn trace(sb: &Sbctl, query: &TracedQuery) -> Result<Reach> {
    let mut reach = Reach::open();
    for source in SOURCES {
        reach = trace_from(sb, query, source)?;
        // A resolver library takes another source port for each query.
        if !reach.acl().is_some_and(|uuid| query.is_about_source(uuid)) {
            break;
        }
    }
    Ok(reach)
}

fn trace_from(sb: &Sbctl, query: &TracedQuery, source: u16) -> Result<Reach> {
    let Some(packet) = query.packet(source) else {
        let why = "the port has no MAC and no address of the resolver's family to trace a query from";
        return Ok(Reach::Unknown(why.to_owned()));
    };
    let args = arguments(sb, query.switch, packet);
    let text = run(&sb.tracer()?, &args, sb.timeout, sb.echo, "no query was traced")?;
    let trace = Trace::of(&text);
    let stop = |end: &End| -> Result<Stop> {
        Ok(Stop { cause: cause(sb, query, &trace, end)?, step: end.line.to_owned() })
    };
    match &trace.end {
        None => Ok(Reach::Responder { beyond: None, later: trace.later() }),
        Some(end) if end.is_at_start && trace.responders.is_empty() => Ok(Reach::Stopped(stop(end)?)),
        // It is not known to whom the guest sends it.
        Some(_) if query.mac.is_none() => Ok(Reach::open()),
        Some(end) => Ok(Reach::Responder { beyond: Some(stop(end)?), later: trace.later() }),
    }
}

/// Why a query ends at a step.
fn cause(sb: &Sbctl, query: &TracedQuery, trace: &Trace, end: &End) -> Result<Cause> {
    let name = end.datapath.to_owned();
    let is_elsewhere = !trace.responders.is_empty() && trace.responders.first() != Some(&end.datapath);
    Ok(match end.stage {
        stage if stage.contains("_acl") => Cause::Acl {
            acl: acl(sb, query, end.flow)?,
            is_rejected: end.is_rejected,
            switch: is_elsewhere.then_some(name),
        },
        stage if stage.starts_with("ls_in_") && stage.contains("port_sec") => {
            if query.port.is_disabled() {
                Cause::Disabled
            } else {
                Cause::PortSecurity
            }
        }
        stage if stage.starts_with("lr_in_ip_routing") => Cause::RouterHasNoRoute(name),
        "lr_in_ip_input" => Cause::RouterIsResolver { router: name, is_rejected: end.is_rejected },
        stage => Cause::Stage(format!("{stage} of {name}")),
    })
}

/// The ACL that a flow was made from.
fn acl(sb: &Sbctl, query: &TracedQuery, flow: &str) -> Result<Option<Uuid>> {
    if flow.is_empty() {
        return Ok(None);
    }
    let hint = sb.run(&["--columns=external_ids", "list", "Logical_Flow", flow])?;
    let mut hints = Vec::new();
    for table in Table::parse_all(&hint)? {
        for row in table.rows() {
            hints.extend(row?.map("external_ids").remove("stage-hint"));
        }
    }
    let hint = hints.first().map(String::as_str).unwrap_or_default();
    let mut uuids = query.acls.iter().map(|acl| acl.uuid);
    Ok(uuids.find(|acl| !hint.is_empty() && acl.to_string().starts_with(hint)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::guest_port;
    use crate::ovn::program::Program;

    #[test]
    fn a_switch_that_is_named_like_an_option_is_no_option() {
        let sb = Sbctl {
            program: Program::named("ovn-sbctl"),
            trace: None,
            db: Some("unix:sb".to_owned()),
            connection: Vec::new(),
            timeout: 1,
            echo: None,
        };
        let args = arguments(&sb, "--db=tcp:192.0.2.66:6642", "packet".to_owned());
        assert_eq!(args[args.len() - 3..], ["--", "--db=tcp:192.0.2.66:6642", "packet"]);
    }

    /// OVN reads strings as JSON (lib/lex.c, `lex_parse_string`).
    #[test]
    fn the_name_of_a_port_is_one_string() {
        let port = guest_port(1, "a\" || 1 || \"\u{1b}é", &["0a:00:00:00:00:01 10.0.0.10"]);
        let mac = Some("1||1:2:3:4:5:6");
        let query = TracedQuery { switch: "net1", port: &port, server: None, mac, acls: &[] };
        let packet = query.packet(7).unwrap();
        assert!(packet.contains(&format!("eth.dst == {NO_MAC} && ")), "{packet}");
        assert!(packet.starts_with(r#"inport == "a\" || 1 || \"\u001bé" && eth.src == 0a:"#), "{packet}");
    }
}
