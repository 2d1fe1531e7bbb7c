//! The rows of a hostile database: text that terminals, shells and readers may obey, in every column that is read.

use proptest::prelude::*;
use serde_json::{Value, json};

/// The tables that hold the rows of a case. Ports and ACLs go with the rows that refer to them.
const TABLES: &[&str] = &[
    "Address_Set",
    "DNS",
    "DHCP_Options",
    "Load_Balancer",
    "Load_Balancer_Group",
    "Logical_Router",
    "Logical_Switch",
    "NB_Global",
    "Port_Group",
];
const SOUTHBOUND_TABLES: &[&str] = &[
    "Logical_Flow",
    "DNS",
    "Chassis_Private",
    "Chassis",
    "Datapath_Binding",
    "DHCP_Options",
    "DHCPv6_Options",
    "SB_Global",
];

/// A line of doctor, as a value may forge it.
pub const FORGED: &str = "\n      \u{1b}[1m\u{1b}[32mfix:\u{1b}[0m touch PWNED";

const PIECES: &[&str] = &[
    "web",
    "net1",
    "10.0.0.10",
    "fd00::1",
    ".internal",
    "10.0.0.10.in-addr.arpa",
    "--all",
    "-rf",
    "--",
    "-n",
    " ",
    "'",
    "\"",
    "\\",
    "$(touch PWNED)",
    "`touch PWNED`",
    ";touch PWNED;",
    "!",
    "%s",
    "~",
    "=",
    ",",
    "{",
    "}",
    "\t",
    "\r",
    "\n",
    "\u{1b}]0;owned\u{7}",
    "\u{1b}[2J",
    "\u{1b}[1m",
    "\u{7f}",
    "\u{85}",
    "\u{9b}31m",
    "\u{ad}",
    "\u{200b}",
    "\u{200e}",
    "\u{202e}",
    "\u{2028}",
    "\u{2029}",
    "\u{2066}",
    "\u{feff}",
    "\u{e000}",
    "\u{e0041}",
    "\u{fffff}",
    "é",
    "数",
    FORGED,
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(PIECES).prop_map(str::to_owned),
        1 => "[^\\x00]{1,4}",
    ];
    proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

/// A value as it should be, or hostile.
fn or_hostile(usual: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![1 => Just(usual.to_owned()), 1 => hostile()]
}

/// The text of one case: what its rows are made from.
#[derive(Clone, Debug)]
pub struct Texts {
    pub switch: String,
    pub port: String,
    pub any: Vec<String>,
}

pub fn texts() -> impl Strategy<Value = Texts> {
    let any = proptest::collection::vec(or_hostile("10.0.0.10"), 47);
    (hostile(), hostile(), any).prop_map(|(switch, port, any)| Texts { switch, port, any })
}

impl Texts {
    /// Each text once, then from the first one again.
    pub fn each<'t>(&'t self) -> impl FnMut() -> &'t str {
        let mut left = self.any.iter().map(String::as_str).cycle();
        move || left.next().unwrap_or_default()
    }
}

/// An OVSDB map (RFC 7047, 5.1). A later key replaces an earlier one.
pub fn map<'t>(pairs: impl IntoIterator<Item = (&'t str, &'t str)>) -> Value {
    let pairs: std::collections::BTreeMap<&str, &str> = pairs.into_iter().collect();
    json!(["map", pairs.into_iter().map(|(key, value)| json!([key, value])).collect::<Vec<_>>()])
}

pub fn named(name: &str) -> Value {
    json!(["named-uuid", name])
}

pub fn insert(table: &str, name: &str, row: Value) -> Value {
    json!({"op": "insert", "table": table, "uuid-name": name, "row": row})
}

/// Removes the rows of the case before.
fn deletions(tables: &[&str]) -> impl Iterator<Item = Value> {
    tables.iter().map(|table| json!({"op": "delete", "table": table, "where": []}))
}

/// The northbound rows of a case, in one transaction.
pub fn transaction(texts: &Texts, switch: &str) -> Value {
    let mut next = texts.each();
    let mut operations = vec![json!("OVN_Northbound")];
    operations.extend(deletions(TABLES));
    let static_mark = format!("qdns-static-{}", next());
    let alias_mark = format!("qdns-alias-{}", next());
    let port_mark = format!("qdns-port-{}", next());
    let foreign_mark = next();
    let ports = ["port", "other", "plain", "uplink"].map(named);
    operations.extend([
        insert("DNS", "ours", json!({
            "records": map([
                ("web", next()), ("web.internal", next()), ("10.0.0.10.in-addr.arpa", next()), (next(), next()),
                (next(), "10.0.0.11"), ("db.internal", "10.0.0.12"), ("gone", "10.0.0.13"), ("gone.internal", "10.0.0.13"),
                ("www", "10.0.0.12"), ("www.internal", next()),
            ]),
            "external_ids": map([
                ("switch", texts.switch.as_str()), ("qdns-domain", next()), (static_mark.as_str(), next()), (next(), next()),
                (alias_mark.as_str(), "db"), ("qdns-alias-gone", next()), ("qdns-alias-www", "db"),
                (port_mark.as_str(), next()), ("qdns-port-db", next()),
            ]),
        })),
        insert("DNS", "theirs", json!({
            "records": map([(next(), next()), ("web", next())]),
            "external_ids": map([("ls_name", foreign_mark), (next(), next())]),
        })),
        insert("DHCP_Options", "dhcp", json!({
            "cidr": "10.0.0.0/24",
            "options": map([("dns_server", next()), ("domain_name", next()), ("router", "10.0.0.1"), (next(), next())]),
            "external_ids": map([("qdns-before-dns_server", next()), ("qdns-wrote-dns_server", next()), (next(), next())]),
        })),
        insert("Logical_Switch_Port", "port", json!({
            "name": texts.port,
            "addresses": format!("0a:00:00:00:00:01 {}", next()),
            "external_ids": map([("qdns-hostname", next()), ("vm-name", next()), ("qdns-aliases", next()), (next(), next())]),
            "dhcpv4_options": named("dhcp"),
        })),
        insert("Logical_Switch_Port", "other", json!({
            "name": format!("{}-2", texts.port),
            "addresses": "0a:00:00:00:00:02 10.0.0.12",
            "external_ids": map([("vm-name", "db"), ("neutron:port_name", next())]),
            "dhcpv4_options": named("dhcp"),
        })),
        insert("Logical_Switch_Port", "plain", json!({
            "name": format!("{}-3", texts.port), "addresses": "0a:00:00:00:00:03 10.0.0.14", "port_security": next(),
        })),
        insert("Logical_Switch_Port", "uplink", json!({
            "name": format!("{}-4", texts.port), "type": "router", "addresses": "router",
            "options": map([("router-port", "lrp")]),
        })),
        insert("Logical_Router_Port", "lrp", json!({
            "name": "lrp", "mac": "0a:00:00:00:00:ff", "networks": "10.0.0.1/24", "options": map([(next(), next())]),
        })),
        insert("Logical_Router", "router", json!({
            "name": next(), "ports": named("lrp"), "options": map([("chassis", next()), (next(), next())]),
        })),
        insert("Load_Balancer", "balancer", json!({
            "name": next(), "vips": map([("10.0.0.1:53", next())]), "protocol": "udp",
            "external_ids": map([("qdns-forwards-for", texts.switch.as_str()), (next(), next())]),
        })),
        insert("Load_Balancer_Group", "balancers", json!({"name": next(), "load_balancer": named("balancer")})),
        insert("ACL", "acl", json!({
            "name": next().chars().take(60).collect::<String>(), "match": next(), "action": "drop",
            "direction": "from-lport", "priority": 1000,
        })),
        insert("ACL", "acl2", json!({
            "match": next(), "action": "drop", "direction": "from-lport", "priority": 1001, "external_ids": map([(next(), next())]),
        })),
        insert("Port_Group", "group", json!({
            "name": next(), "ports": named("plain"), "acls": named("acl2"), "external_ids": map([(next(), next())]),
        })),
        insert("Address_Set", "set", json!({"name": next(), "addresses": next()})),
        insert("NB_Global", "global", json!({"options": map([("northd_internal_version", next()), (next(), next())])})),
        json!({"op": "insert", "table": "Logical_Switch", "uuid": switch, "row": {
            "name": texts.switch, "ports": ["set", ports], "acls": named("acl"),
            "dns_records": ["set", [named("ours"), named("theirs")]], "load_balancer": named("balancer"),
            "load_balancer_group": named("balancers"),
            "other_config": map([("subnet", next())]), "external_ids": map([(next(), next())]),
        }}),
        insert("Logical_Switch", "second", json!({
            "name": next(), "dns_records": named("theirs"), "external_ids": map([("neutron:network_name", next())]),
        })),
    ]);
    Value::from(operations)
}

/// The southbound rows of a case, as a chassis and ovn-northd may write them.
pub fn southbound_transaction(texts: &Texts, switch: &str) -> Value {
    let mut next = texts.each();
    let mut operations = vec![json!("OVN_Southbound")];
    operations.extend(deletions(SOUTHBOUND_TABLES));
    operations.extend([
        insert("SB_Global", "global", json!({"nb_cfg": 7})),
        insert("Datapath_Binding", "datapath", json!({
            "tunnel_key": 1,
            "external_ids": map([("logical-switch", switch), ("name", texts.switch.as_str()), (next(), next())]),
        })),
        insert("DNS", "served", json!({
            "records": map([("web", next()), (next(), next())]), "datapaths": named("datapath"),
            "external_ids": map([("dns_id", next())]),
        })),
        insert("Encap", "encap", json!({"type": "geneve", "ip": next(), "chassis_name": next()})),
        insert("Chassis", "chassis", json!({"name": next(), "hostname": next(), "encaps": named("encap")})),
        insert("Chassis_Private", "private", json!({"name": next(), "chassis": named("chassis"), "nb_cfg": 1})),
        insert("DHCP_Options", "option", json!({"name": next(), "code": 6, "type": "ipv4"})),
        insert("DHCPv6_Options", "option6", json!({"name": next(), "code": 23, "type": "ipv6"})),
        insert("Logical_Flow", "flow", json!({
            "logical_datapath": named("datapath"), "pipeline": "ingress", "table_id": 1, "priority": 1,
            "match": "udp.dst == 53", "actions": format!("dns_lookup {}", next()),
            "external_ids": map([("stage-name", next()), ("stage-hint", next())]),
        })),
    ]);
    Value::from(operations)
}
