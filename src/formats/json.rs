//! JSON: what `record ls -o json` and `record export` print, API bodies, lists of either, and several such
//! documents one after another (JSON lines).

use std::net::IpAddr;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Deserializer, json};

use super::exported::ExportedZone;
use super::field::{address_at, names_at, stops, ttl_note};
use crate::model::host::{HostEntry, Names};
use crate::model::json::escaped;
use crate::model::responder::TTL;
use crate::plan::import::{BadLine, HostLine, Parsed};

/// A document that is not a host itself.
#[derive(Deserialize)]
struct Records<'t> {
    #[serde(borrow)]
    records: Vec<&'t RawValue>,
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
    let bodies = if document.get().starts_with('[') {
        serde_json::from_str::<Vec<&RawValue>>(document.get()).unwrap_or_default()
    } else {
        match serde_json::from_str::<Records>(document.get()) {
            Ok(list) => list.records,
            Err(_) => vec![document],
        }
    };
    for body in bodies {
        if stops(parsed) {
            return;
        }
        let line = place.line_of(body);
        match host(parsed, line, body.get()) {
            Ok(host) => parsed.hosts.push(host),
            Err(bad) => parsed.bad.push(bad),
        }
    }
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
        // The place within the body would read as one in the file.
        let what = error.to_string();
        let what = what.split(" at line ").next().unwrap_or_default();
        BadLine::new(line + error.line().saturating_sub(1), format!("it is not a host: {what}"))
            .hint(r#"a host is {"hostname":"web-server","ip_address":"10.0.0.10"}"#)
    })?;
    if let Some(ttl) = body.ttl {
        ttl_note(&mut parsed.notes, line, &ttl.to_string());
    }
    parsed.switches.extend(body.switch);
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
    let host = HostEntry { name, addresses, reverse, is_static, names, alias_of: body.alias_of };
    Ok(HostLine { line, host })
}

/// Zones as one document of the shape that `record ls -o json` prints, a host a line; `names` is
/// there where a host lacks one of them.
pub fn write(zones: &[ExportedZone]) -> String {
    let mut lines = Vec::new();
    for zone in zones {
        for host in &zone.hosts {
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
            if let Some(names) = host.names.only() {
                body["names"] = json!(names);
            }
            lines.push(escaped(&body.to_string()));
        }
    }
    if lines.is_empty() {
        return "{\"records\":[]}\n".to_owned();
    }
    format!("{{\"records\":[\n{}\n]}}\n", lines.join(",\n"))
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
