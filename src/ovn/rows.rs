//! Converts the rows that ovn-nbctl(8) prints to the types of the model.

use std::collections::HashSet;

use uuid::Uuid;

use super::json::{Row, Table};
use crate::error::Result;
use crate::model::snapshot::{
    Acl, AddressSet, DhcpOptions, DnsRow, Global, LoadBalancer, LoadBalancerGroup, Nat, Port, PortGroup,
    Router, RouterPort, Snapshot, Switch,
};

/// Adds a table's rows to a snapshot, each once.
pub(super) fn fill(snapshot: &mut Snapshot, name: &str, table: &Table) -> Result<()> {
    match name {
        "Logical_Switch" => merge(&mut snapshot.switches, table, |row| row.uuid, switch),
        "DNS" => merge(&mut snapshot.dns, table, |row| row.uuid, dns_row),
        "Logical_Switch_Port" => merge(&mut snapshot.ports, table, |row| row.uuid, port),
        "DHCP_Options" => merge(&mut snapshot.dhcp_options, table, |row| row.uuid, dhcp_options),
        "Logical_Router" => merge(&mut snapshot.routers, table, |row| row.uuid, router),
        "Logical_Router_Port" => merge(&mut snapshot.router_ports, table, |row| row.uuid, router_port),
        "Load_Balancer" => merge(&mut snapshot.load_balancers, table, |row| row.uuid, load_balancer),
        "NAT" => merge(&mut snapshot.nat, table, |row| row.uuid, nat),
        "ACL" => merge(&mut snapshot.acls, table, |row| row.uuid, acl),
        "NB_Global" => {
            for row in table.rows() {
                snapshot.global = global(&row?);
            }
            Ok(())
        }
        "Port_Group" => push(&mut snapshot.port_groups, table, port_group),
        "Address_Set" => push(&mut snapshot.address_sets, table, address_set),
        "Load_Balancer_Group" => push(&mut snapshot.load_balancer_groups, table, load_balancer_group),
        _ => Ok(()),
    }
}

fn push<T>(rows: &mut Vec<T>, table: &Table, read: impl Fn(&Row) -> T) -> Result<()> {
    for row in table.rows() {
        rows.push(read(&row?));
    }
    Ok(())
}

fn merge<T>(
    rows: &mut Vec<T>,
    table: &Table,
    uuid: impl Fn(&T) -> Uuid,
    read: impl Fn(&Row) -> Result<T>,
) -> Result<()> {
    let mut known: HashSet<Uuid> = rows.iter().map(&uuid).collect();
    rows.reserve_exact(table.rows().len());
    for row in table.rows() {
        let row = read(&row?)?;
        if known.insert(uuid(&row)) {
            rows.push(row);
        }
    }
    Ok(())
}

fn global(row: &Row) -> Global {
    Global { nb_cfg: row.integer("nb_cfg"), sb_cfg: row.integer("sb_cfg"), options: row.map("options") }
}

fn port_group(row: &Row) -> PortGroup {
    PortGroup {
        name: row.text("name"),
        ports: row.uuids("ports"),
        acls: row.uuids("acls"),
        external_ids: row.map("external_ids"),
    }
}

fn load_balancer_group(row: &Row) -> LoadBalancerGroup {
    LoadBalancerGroup { uuid: row.uuid().unwrap_or_default(), load_balancers: row.uuids("load_balancer") }
}

fn address_set(row: &Row) -> AddressSet {
    AddressSet { name: row.text("name"), addresses: row.texts("addresses") }
}

fn switch(row: &Row) -> Result<Switch> {
    Ok(Switch {
        uuid: row.uuid()?,
        name: row.text("name"),
        dns_records: row.uuids("dns_records"),
        ports: row.uuids("ports"),
        other_config: row.map("other_config"),
        external_ids: row.map("external_ids"),
        load_balancers: row.uuids("load_balancer"),
        load_balancer_groups: row.uuids("load_balancer_group"),
        acls: row.uuids("acls"),
        is_deleted: false,
    })
}

fn dns_row(row: &Row) -> Result<DnsRow> {
    Ok(DnsRow {
        uuid: row.uuid()?,
        external_ids: row.map("external_ids"),
        records: row.map("records"),
        ovn_owned: row.map("options").get("ovn-owned").is_some_and(|value| value == "true"),
    })
}

fn port(row: &Row) -> Result<Port> {
    Ok(Port {
        uuid: row.uuid()?,
        name: row.text("name"),
        kind: row.text("type"),
        addresses: row.texts("addresses"),
        dynamic_addresses: Some(row.text("dynamic_addresses")).filter(|text| !text.is_empty()),
        port_security: row.texts("port_security"),
        options: row.map("options"),
        external_ids: row.map("external_ids"),
        up: row.texts("up").first().map(|up| up == "true"),
        enabled: row.texts("enabled").first().map(|enabled| enabled == "true"),
        dhcpv4_options: row.reference("dhcpv4_options"),
        dhcpv6_options: row.reference("dhcpv6_options"),
    })
}

fn router(row: &Row) -> Result<Router> {
    Ok(Router {
        uuid: row.uuid()?,
        name: row.text("name"),
        ports: row.uuids("ports"),
        options: row.map("options"),
        load_balancers: row.uuids("load_balancer"),
        load_balancer_groups: row.uuids("load_balancer_group"),
    })
}

fn router_port(row: &Row) -> Result<RouterPort> {
    let gateways = row.uuids("gateway_chassis").len() + row.uuids("ha_chassis_group").len();
    let options = row.map("options");
    let redirect = options.contains_key("redirect-chassis");
    Ok(RouterPort {
        uuid: row.uuid()?,
        name: row.text("name"),
        mac: row.text("mac"),
        networks: row.texts("networks"),
        options,
        ipv6_ra_configs: row.map("ipv6_ra_configs"),
        is_gateway: gateways > 0 || redirect,
    })
}

fn load_balancer(row: &Row) -> Result<LoadBalancer> {
    Ok(LoadBalancer {
        uuid: row.uuid()?,
        name: row.text("name"),
        protocol: row.text("protocol"),
        vips: row.map("vips"),
        options: row.map("options"),
        external_ids: row.map("external_ids"),
        has_health_check: !row.uuids("health_check").is_empty(),
    })
}

fn nat(row: &Row) -> Result<Nat> {
    Ok(Nat { uuid: row.uuid()?, external_ip: row.text("external_ip") })
}

fn acl(row: &Row) -> Result<Acl> {
    Ok(Acl {
        uuid: row.uuid()?,
        name: row.text("name"),
        action: row.text("action"),
        direction: row.text("direction"),
        expression: row.text("match"),
        priority: row.integer("priority"),
        external_ids: row.map("external_ids"),
    })
}

fn dhcp_options(row: &Row) -> Result<DhcpOptions> {
    Ok(DhcpOptions {
        uuid: row.uuid()?,
        cidr: row.text("cidr"),
        options: row.map("options"),
        external_ids: row.map("external_ids"),
    })
}
