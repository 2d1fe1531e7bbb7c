//! What checks of traced queries share: the finding for one that ends, and the rule that lets it through.

use super::facts::EndedQuery;
use super::finding::Finding;
use super::fix::Fix;
use super::input::Input;
use crate::model::marks::Owner;
use crate::model::reach::Cause;
use crate::model::snapshot::{Acl, PortGroup};
use crate::model::topology::Network;

/// The highest priority of an ACL (ovn-nb(5)).
const HIGHEST: i64 = 32767;

/// A finding about a query that an ACL ends; `None` for one that something else ends.
pub fn finding(query: &EndedQuery) -> Option<Finding> {
    let Cause::Acl { acl, .. } = &query.stop.cause else { return None };
    let message = format!("{}, and {}", sentence(query), query.stop.cause);
    Some(about(query, acl.map_or_else(|| query.port.clone(), |acl| acl.to_string()), message))
}

/// A finding about a query that ends.
pub fn about(query: &EndedQuery, subject: String, message: String) -> Finding {
    let finding = Finding::new(subject, message).on(&query.switch).seen("port", &query.port);
    let finding = finding.seen("ports", query.ports).seen("trace", &query.stop.step);
    match query.resolver {
        Some(resolver) => finding.seen("resolver", resolver),
        None => finding,
    }
}

/// `port web, as 3 others, sends a DNS query to 8.8.8.8`.
pub fn sentence(query: &EndedQuery) -> String {
    let others = match query.ports - 1 {
        0 => String::new(),
        1 => ", as 1 other,".to_owned(),
        count => format!(", as {count} others,"),
    };
    let to = query.resolver.map(|resolver| format!(" to {resolver}")).unwrap_or_default();
    format!("port {}{others} sends a DNS query{to}", query.port)
}

/// An ACL above every drop, which lets the queries through that this one drops, and nothing else. Where the ACL, its
/// port group or its switch belongs to another program, it is that program's command, if it has one.
pub fn let_queries_through(input: &Input, query: &EndedQuery) -> Option<Fix> {
    let Cause::Acl { acl: Some(acl), .. } = query.stop.cause else { return None };
    let topology = &input.topology;
    let row = topology.rows.acls.iter().find(|row| row.uuid == acl)?;
    let network = topology.switches.iter().find(|network| network.name() == query.switch)?;
    let group = topology.rows.port_groups.iter().find(|group| group.acls.contains(&acl));
    let holder = topology.switches.iter().find(|network| network.switch.acls.contains(&acl));
    let owners =
        [Some(row.owner()), group.map(PortGroup::owner), holder.map(|network| network.switch.owner())];
    if let Some(owner) = owners.into_iter().flatten().find(|owner| owner.is_foreign()) {
        return foreign_rule(network, query, owner);
    }
    if row.priority >= HIGHEST {
        return None;
    }
    // Several findings may have the same line.
    let mut words = vec!["--may-exist".to_owned()];
    let holder = match (group, holder) {
        (Some(group), _) => {
            words.push("--type=port-group".to_owned());
            group.name.clone()
        }
        (None, Some(network)) => network.switch.uuid.to_string(),
        (None, None) => return None,
    };
    let direction = if row.direction.is_empty() { "from-lport" } else { &row.direction };
    let priority = HIGHEST.to_string();
    words.extend(["acl-add", &holder, direction, &priority, &narrowed(row), "allow"].map(str::to_owned));
    Some(Fix::nbctl(words))
}

/// The match of an ACL, for DNS queries only.
fn narrowed(acl: &Acl) -> String {
    const QUERIES: &str = "udp.dst == 53";
    let expression = &acl.expression;
    if expression.contains(QUERIES) && !expression.contains(['|', '!', '{']) {
        expression.clone()
    } else {
        format!("({expression}) && {QUERIES}")
    }
}

/// The command of the program that owns an ACL. Neutron has rules for each security group of the port.
fn foreign_rule(network: &Network, query: &EndedQuery, owner: Owner) -> Option<Fix> {
    let port = network.ports.iter().find(|port| port.name == query.port)?;
    let groups = port.external_ids.get("neutron:security_group_ids").filter(|_| owner == Owner::Neutron)?;
    let group = groups.split([' ', ',']).find(|group| !group.is_empty())?;
    let rule = ["security", "group", "rule", "create", "--egress", "--protocol", "udp", "--dst-port", "53"];
    Some(Fix::shell("openstack", rule.into_iter().chain([group])))
}
