//! A large northbound database, made by few transactions of OVSDB's own protocol (RFC 7047).

use std::io::{BufReader, Write};
use std::os::unix::net::UnixStream;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::lab::Nb;

/// Makes `switches` switches `net-1`…, each with this many ports, a zone with this
/// many keys, two to a host, and a DHCP row that all its ports use.
pub fn fill(nb: &Nb, switches: u32, ports: u32, keys: u32) -> Result<()> {
    let remote = nb.remote();
    let socket = remote.strip_prefix("unix:").context("a socket")?;
    let mut stream = UnixStream::connect(socket)?;
    for number in 1..=switches {
        let mut params = vec![json!("OVN_Northbound")];
        params.extend(switch(number, ports, keys));
        let request = json!({ "method": "transact", "params": params, "id": number });
        stream.write_all(request.to_string().as_bytes())?;
        let answer = answer(&mut stream)?;
        ensure!(answer["error"].is_null() && !answer.to_string().contains("\"error\":\""), "{answer}");
    }
    Ok(())
}

/// The operations that make one switch: its ports, its zone, and the switch itself.
fn switch(number: u32, ports: u32, keys: u32) -> Vec<Value> {
    let (high, low) = (number / 250, number % 250);
    let mut operations = Vec::new();
    for port in 1..=ports {
        operations.push(json!({
            "op": "insert", "table": "Logical_Switch_Port", "uuid-name": format!("p{port}"),
            "row": {
                "name": format!("net-{number}-port-{port}"),
                "addresses": format!("0a:00:{high:02x}:{low:02x}:00:{port:02x} 10.{high}.{low}.{port}"),
                "dhcpv4_options": ["named-uuid", "lease"],
            },
        }));
    }
    let mut records = Vec::new();
    for host in 1..=keys / 2 {
        let address = format!("10.{high}.{low}.{host}");
        records.push(json!([format!("host-{host}"), address]));
        records.push(json!([format!("host-{host}.internal"), address]));
    }
    operations.push(json!({
        "op": "insert", "table": "DNS", "uuid-name": "zone",
        "row": {
            "external_ids": ["map", [["switch", format!("net-{number}")], ["qdns-domain", "internal"]]],
            "records": ["map", records],
        },
    }));
    operations.push(json!({
        "op": "insert", "table": "DHCP_Options", "uuid-name": "lease",
        "row": {
            "cidr": format!("10.{high}.{low}.0/24"),
            "options": ["map", [
                ["lease_time", "3600"],
                ["router", format!("10.{high}.{low}.254")],
                ["server_id", format!("10.{high}.{low}.254")],
                ["server_mac", format!("0a:00:{high:02x}:{low:02x}:00:fe")],
                ["dns_server", "{8.8.8.8, 8.8.4.4}"],
                ["domain_name", "\"internal\""],
                ["domain_search_list", "\"internal\""],
            ]],
        },
    }));
    let named: Vec<Value> = (1..=ports).map(|port| json!(["named-uuid", format!("p{port}")])).collect();
    operations.push(json!({
        "op": "insert", "table": "Logical_Switch",
        "row": {
            "name": format!("net-{number}"),
            "ports": ["set", named],
            "dns_records": ["named-uuid", "zone"],
            "other_config": ["map", [["subnet", format!("10.{high}.{low}.0/24")]]],
        },
    }));
    operations
}

/// The next JSON document of a stream.
fn answer(stream: &mut UnixStream) -> Result<Value> {
    let mut reader = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, stream));
    Ok(Value::deserialize(&mut reader)?)
}
