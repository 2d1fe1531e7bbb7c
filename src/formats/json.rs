//! JSON: what `record ls -o json` and `record export` print, API bodies, lists of either, and several such
//! documents one after another (JSON lines).

use std::net::IpAddr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Deserializer, json};
use uuid::Uuid;

use super::exported::ExportedZone;
use super::field::{address_at, names_at, stops, ttl_note};
use crate::model::host::{HostEntry, Names, PortOrigin};
use crate::model::json::escaped;
use crate::model::responder::TTL;
use crate::plan::backup::{Backup, BalancerEntry, DhcpEntry, ZoneEntry};
use crate::plan::import::{BadLine, Home, HostLine, Parsed};

/// A document that is not a host itself.
#[derive(Deserialize)]
struct Document<'t> {
    #[serde(borrow)]
    records: Vec<&'t RawValue>,
    #[serde(borrow, default)]
    zones: Vec<&'t RawValue>,
    #[serde(borrow, default)]
    dhcp_options: Vec<&'t RawValue>,
    #[serde(borrow, default)]
    load_balancers: Vec<&'t RawValue>,
}

/// What an entry of a document is.
#[derive(Clone, Copy)]
enum Kind {
    Host,
    Zone,
    DhcpOptions,
    Balancer,
}

impl<'t> Document<'t> {
    /// The entries, in their order in the text.
    fn entries(self) -> Vec<(Kind, &'t RawValue)> {
        let of = |kind: Kind, list: Vec<&'t RawValue>| list.into_iter().map(move |entry| (kind, entry));
        let lists = [
            of(Kind::Host, self.records),
            of(Kind::Zone, self.zones),
            of(Kind::DhcpOptions, self.dhcp_options),
            of(Kind::Balancer, self.load_balancers),
        ];
        let mut all: Vec<_> = lists.into_iter().flatten().collect();
        all.sort_by_key(|(_, entry)| entry.get().as_ptr() as usize);
        all
    }
}

/// A host, with every name that a field may have.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Body {
    #[serde(default, alias = "name")]
    hostname: Option<String>,
    #[serde(default)]
    fqdn: Option<String>,
    #[serde(default, alias = "ip_address")]
    ip: Option<String>,
    #[serde(default, alias = "ip_addresses")]
    addresses: Option<Vec<String>>,
    #[serde(default)]
    ptr: Option<Vec<String>>,
    #[serde(default, rename = "static")]
    is_static: Option<bool>,
    #[serde(default)]
    names: Option<String>,
    #[serde(default)]
    alias_of: Option<String>,
    #[serde(default)]
    ttl: Option<u64>,
    #[serde(default)]
    switch: Option<String>,
    #[serde(default)]
    domain: Option<String>,
    #[serde(default)]
    port: Option<Uuid>,
    #[serde(default)]
    port_name: Option<String>,
}

/// The hosts of a JSON text: a host, a list of hosts, `{"records":[…]}`, or several of these.
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut place = Place { text, line: 1, counted: 0 };
    for document in Deserializer::from_str(text).into_iter::<&RawValue>() {
        match document {
            Ok(document) => hosts_of(&mut parsed, &mut place, document),
            Err(error) => {
                parsed.bad.push(BadLine::new(error.line(), format!("it is not JSON: {error}")));
                return parsed;
            }
        }
    }
    parsed
}

fn hosts_of(parsed: &mut Parsed, place: &mut Place, document: &RawValue) {
    let entries = if document.get().starts_with('[') {
        let list = serde_json::from_str::<Vec<&RawValue>>(document.get()).unwrap_or_default();
        list.into_iter().map(|body| (Kind::Host, body)).collect()
    } else {
        match serde_json::from_str::<Document>(document.get()) {
            Ok(document) => document.entries(),
            Err(_) => vec![(Kind::Host, document)],
        }
    };
    for (kind, entry) in entries {
        if stops(parsed) {
            return;
        }
        let line = place.line_of(entry);
        let read = match kind {
            Kind::Host => host(parsed, line, entry.get()).map(|host| parsed.hosts.push(host)),
            Kind::Zone => of_table(line, entry.get(), "a zone").map(|zone| {
                let zone = ZoneEntry { line, ..zone };
                parsed.switches.insert(zone.switch.clone());
                parsed.backup.zones.push(zone);
            }),
            Kind::DhcpOptions => of_table(line, entry.get(), "a row of DHCP options")
                .map(|row| parsed.backup.dhcp.push(DhcpEntry { line, ..row })),
            Kind::Balancer => of_table(line, entry.get(), "a load balancer")
                .map(|row| parsed.backup.balancers.push(BalancerEntry { line, ..row })),
        };
        parsed.bad.extend(read.err());
    }
}

/// An entry of another list than `records`.
fn of_table<T: DeserializeOwned>(line: usize, entry: &str, what: &str) -> Result<T, BadLine> {
    serde_json::from_str(entry).map_err(|error| not_a(line, what, &error))
}

fn not_a(line: usize, what: &str, error: &serde_json::Error) -> BadLine {
    // The place within the entry would read as one in the file.
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    BadLine::new(line + error.line().saturating_sub(1), format!("it is not {what}: {text}"))
}

/// How far lines have been counted. Each count goes on from the previous part, so that the text is read once.
struct Place<'t> {
    text: &'t str,
    line: usize,
    counted: usize,
}

impl Place<'_> {
    /// The line on which a part of the text begins. Parts come in their order.
    fn line_of(&mut self, part: &RawValue) -> usize {
        let start = (part.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let between = self.text.as_bytes().get(self.counted..start).unwrap_or_default();
        self.line += between.iter().filter(|byte| **byte == b'\n').count();
        self.counted = start.max(self.counted);
        self.line
    }
}

fn host(parsed: &mut Parsed, line: usize, body: &str) -> Result<HostLine, BadLine> {
    let body: Body = serde_json::from_str(body).map_err(|error| {
        not_a(line, "a host", &error).hint(r#"a host is {"hostname":"web-server","ip_address":"10.0.0.10"}"#)
    })?;
    if let Some(ttl) = body.ttl {
        ttl_note(&mut parsed.notes, line, &ttl.to_string());
    }
    parsed.switches.extend(body.switch.clone());
    let home = body.switch.map(|switch| Home { switch, domain: body.domain });
    let port = body.port.map(|uuid| PortOrigin { uuid, name: body.port_name });
    let name = body.fqdn.or(body.hostname).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| {
        BadLine::new(line, "it names no hostname")
            .hint(r#"a host is {"hostname":"web-server","ip_address":"10.0.0.10"}"#)
    })?;
    let list = |texts: Vec<String>| -> Result<Vec<IpAddr>, BadLine> {
        texts.iter().map(|text| address_at(line, text)).collect()
    };
    let addresses = list(body.addresses.unwrap_or_else(|| body.ip.into_iter().collect()))?;
    if addresses.is_empty() && body.alias_of.is_none() {
        return Err(
            BadLine::new(line, format!("{name:?} has no address")).hint("`ip_address` or `addresses`")
        );
    }
    let names = body.names.as_deref().map_or(Ok(Names::Both), |text| names_at(line, text))?;
    let reverse = body.ptr.map(list).transpose()?;
    let is_static = body.is_static.unwrap_or_default();
    let host = HostEntry { name, addresses, reverse, is_static, names, alias_of: body.alias_of, port };
    Ok(HostLine { line, host, home })
}

/// Zones as one document of the shape that `record ls -o json` prints, a host a line; `names` is
/// there where a host lacks one of them.
pub fn write(zones: &[ExportedZone]) -> String {
    format!("{{{}}}\n", list("records", &bodies(zones)))
}

/// As [`write`], with what else an import of everything restores.
pub fn write_backup(zones: &[ExportedZone], backup: &Backup) -> String {
    let lists = [
        list("zones", &lines(&backup.zones)),
        list("records", &bodies(zones)),
        list("dhcp_options", &lines(&backup.dhcp)),
        list("load_balancers", &lines(&backup.balancers)),
    ];
    format!("{{{}}}\n", lists.join(",\n"))
}

/// A member whose value is a list, an entry a line.
fn list(name: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        format!("\"{name}\":[]")
    } else {
        format!("\"{name}\":[\n{}\n]", lines.join(",\n"))
    }
}

fn lines(entries: &[impl Serialize]) -> Vec<String> {
    // A map with other keys than strings is the only thing that cannot be written.
    entries.iter().filter_map(|entry| serde_json::to_string(entry).ok()).map(|line| escaped(&line)).collect()
}

fn bodies(zones: &[ExportedZone]) -> Vec<String> {
    zones.iter().flat_map(|zone| zone.hosts.iter().map(|host| body(zone, host))).collect()
}

fn body(zone: &ExportedZone, host: &HostEntry) -> String {
    let texts = |list: &[IpAddr]| list.iter().map(IpAddr::to_string).collect::<Vec<_>>();
    let addresses = texts(&host.addresses);
    let mut body = json!({
        "hostname": zone.hostname(host), "fqdn": host.name,
        "ip": addresses.first().cloned().unwrap_or_default(), "addresses": addresses,
        "ptr": texts(host.reverse()), "static": host.is_static, "ttl": TTL,
        "switch": zone.switch, "domain": zone.domain.as_str(),
    });
    if let Some(of) = &host.alias_of {
        body["alias_of"] = json!(of);
    }
    if let Some(port) = &host.port {
        body["port"] = json!(port.uuid);
    }
    if let Some(name) = host.port.as_ref().and_then(|port| port.name.as_ref()) {
        body["port_name"] = json!(name);
    }
    if let Some(names) = host.names.only() {
        body["names"] = json!(names);
    }
    escaped(&body.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_read_and_bad_ones_are_named_by_line() {
        let body = r#"{"hostname":"web","ip_address":"10.0.0.1"}"#;
        for text in
            [body.to_owned(), format!("[{body}]"), format!("{{\"records\":[{body}]}}"), format!("{body}\n")]
        {
            assert_eq!(parse(&text).hosts.len(), 1, "{text}");
        }
        let text =
            format!("[\n{body},\n{{\"hostname\":\"db\",\n\"ip\":7}},\n{{\"ip\":\"10.0.0.3\"}}\n]\n{body}");
        let parsed = parse(&text);
        assert_eq!(parsed.hosts.iter().map(|host| host.line).collect::<Vec<_>>(), [2, 7]);
        assert_eq!(parsed.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [4, 5]);
        assert_eq!(parse("[{]").bad.len(), 1);
    }
}
