//! DHCP rows for the guests of a switch that have none. OVN answers DHCP from the address and the MAC of the switch's
//! router (ovn-nb(5), `DHCP_Options`).

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::model::dhcp_grammar::{built_in, flaws};
use crate::model::listing::some_of;
use crate::model::marks::DHCP_CREATION_MARK;
use crate::model::snapshot::{DhcpOptions, Map, Port, RouterPort};
use crate::model::topology::{Network, Topology};
use crate::plan::Plan;
use crate::plan::backup::DhcpEntry;
use crate::plan::change::{Change, Reference, Row};

/// How long a guest keeps its address, in seconds.
const LEASE_TIME: &str = "3600";

/// A row for ports that have none.
#[derive(Debug)]
pub(in crate::plan) struct NewRow<'a> {
    /// Without resolvers, if it is created here.
    pub row: DhcpOptions,
    /// Whether an earlier command created it.
    is_stored: bool,
    ports: Vec<&'a Port>,
}

impl NewRow<'_> {
    /// Plans the row, and that its ports use it.
    pub fn create(&self, plan: &mut Plan) {
        if !self.is_stored {
            plan.changes.push(Change::Create(Row::Dhcp(self.row.clone())));
        }
        let refer = |port: &&Port| Change::Refer(Reference::to_dhcp_options(port, &self.row));
        plan.changes.extend(self.ports.iter().map(refer));
    }
}

/// The rows for the guests of a switch that have none of a resolver's address family, one for each subnet. A guest
/// without an address in a subnet gets none, with a warning: OVN would not answer it.
///
/// # Errors
/// A conflict where the switch belongs to another program, or has no router in a subnet.
pub(super) fn new_rows<'a>(
    plan: &mut Plan,
    topology: &Topology<'a>,
    network: &Network<'a>,
    resolvers: &[IpAddr],
) -> Result<Vec<NewRow<'a>>> {
    let owner = network.switch.owner();
    if owner.is_foreign() {
        let (switch, owner) = (&network.switch.name, owner.name());
        return Err(Error::conflict(format!(
            "switch {switch} belongs to {owner}, which decides about its DHCP"
        )));
    }
    let mut rows = Vec::new();
    for net in network.subnets() {
        let is_ipv4 = net.addr().is_ipv4();
        if resolvers.iter().any(|ip| ip.is_ipv4() == is_ipv4) {
            let has_none = |port: &&Port| needs_row(port, is_ipv4) && !is_given(&rows, port, is_ipv4);
            let ports = network.guests().filter(has_none).filter(|port| is_in(network, port, &net));
            let ports = ports.collect();
            rows.extend(new_row(plan, topology, network, net, ports)?);
        }
    }
    warn_of_others(plan, network, &rows, resolvers);
    Ok(rows)
}

/// Whether a port gets a row of an address family already.
fn is_given(rows: &[NewRow], port: &Port, is_ipv4: bool) -> bool {
    let mut of_family = rows.iter().filter(|new| new.row.is_ipv4() == is_ipv4);
    of_family.any(|new| new.ports.iter().any(|other| other.uuid == port.uuid))
}

/// The row for ports of one subnet; `None` where there are no ports.
fn new_row<'a>(
    plan: &mut Plan,
    topology: &Topology<'a>,
    network: &Network<'a>,
    net: IpNet,
    ports: Vec<&'a Port>,
) -> Result<Option<NewRow<'a>>> {
    let (foreign, mut ports): (Vec<&Port>, Vec<&Port>) =
        ports.into_iter().partition(|port| port.owner().is_foreign());
    ports.sort_by(|one, other| one.name.cmp(&other.name));
    if let Some(first) = foreign.first() {
        let names: Vec<String> = foreign.iter().map(|port| port.name.clone()).collect();
        let (owner, names) = (first.owner().name(), some_of(&names));
        plan.warnings.push(format!("{names}: no DHCP options are made for ports of {owner}"));
    }
    if ports.is_empty() {
        return Ok(None);
    }
    let uuid = row_uuid(network.switch.uuid, &net);
    let stored = topology.rows.dhcp_row(uuid);
    let row = match stored {
        Some(row) => row.clone(),
        None => DhcpOptions {
            uuid,
            cidr: net.to_string(),
            options: options(topology, network, &net)?,
            external_ids: [(DHCP_CREATION_MARK.to_owned(), network.switch.uuid.to_string())].into(),
        },
    };
    Ok(Some(NewRow { row, is_stored: stored.is_some(), ports }))
}

/// The row of a backup that qdns created for a switch, for those of the ports which have none now; `None` for another row,
/// and where there is no such port.
///
/// # Errors
/// Invalid input where OVN cannot read an option, or the marks are those of another program.
pub(in crate::plan) fn created_again<'t, 'a>(
    topology: &'t Topology<'a>,
    entry: &DhcpEntry,
) -> Result<Option<(&'t Network<'a>, NewRow<'a>)>> {
    let created = entry.external_ids.contains_key(DHCP_CREATION_MARK);
    let net = entry.cidr.parse().ok().filter(|_| created);
    let Some((network, ports, net)) = net.and_then(|net| ports_without(topology, entry, net)) else {
        return Ok(None);
    };
    let mut external_ids = entry.external_ids.clone();
    external_ids.insert(DHCP_CREATION_MARK.to_owned(), network.switch.uuid.to_string());
    let uuid = row_uuid(network.switch.uuid, &net);
    let stored = topology.rows.dhcp_row(uuid);
    let row = match stored {
        Some(row) => row.clone(),
        None => {
            let options = entry.options.clone();
            let row = DhcpOptions { uuid, cidr: net.to_string(), options, external_ids };
            check(&row)?;
            row
        }
    };
    Ok(Some((network, NewRow { row, is_stored: stored.is_some(), ports })))
}

/// Whether a row may be created as a file has it. ovn-northd copies all its options into a flow as they are.
fn check(row: &DhcpOptions) -> Result<()> {
    if row.owner().is_foreign() {
        let (cidr, owner) = (&row.cidr, row.owner().name());
        return Err(Error::invalid(format!(
            "the marks of the DHCP options of {cidr} are those of {owner}, whose rows qdns does not write"
        )));
    }
    let is_ipv4 = row.is_ipv4();
    match flaws(&row.options, &built_in(is_ipv4, None), is_ipv4).first() {
        None => Ok(()),
        Some(flaw) => Err(unreadable(&flaw.option, &row.options[&flaw.option], &flaw.why)),
    }
}

/// The refusal of an option's value.
pub(in crate::plan) fn unreadable(option: &str, value: &str, why: &str) -> Error {
    Error::invalid(format!("{option} {value:?} is refused: OVN cannot read it: {why}"))
}

/// The ports of an entry that have no row of its address family, on the first switch that has such ports.
fn ports_without<'t, 'a>(
    topology: &'t Topology<'a>,
    entry: &DhcpEntry,
    net: IpNet,
) -> Option<(&'t Network<'a>, Vec<&'a Port>, IpNet)> {
    let is_named = |port: &&Port| entry.ports.contains(&port.name) && !port.owner().is_foreign();
    let is_meant = |port: &&Port| is_named(port) && needs_row(port, net.addr().is_ipv4());
    let ours = topology.switches.iter().filter(|network| !network.switch.owner().is_foreign());
    let found = ours.map(|network| (network, network.guests().filter(is_meant).collect::<Vec<_>>()));
    let (network, mut ports) = found.into_iter().find(|(_, ports)| !ports.is_empty())?;
    ports.sort_by(|one, other| one.name.cmp(&other.name));
    Some((network, ports, net))
}

/// The rows that were created for a switch.
pub(super) fn created_for<'a>(topology: &Topology<'a>, network: &Network) -> Vec<&'a DhcpOptions> {
    let rows = topology.rows.dhcp_options.iter();
    let is_own = |row: &&DhcpOptions| is_created_for(row, network) && !row.owner().is_foreign();
    let mut rows: Vec<&DhcpOptions> = rows.filter(is_own).collect();
    rows.sort_by_key(|row| (!row.is_ipv4(), &row.cidr));
    rows
}

pub(super) fn is_created_for(row: &DhcpOptions, network: &Network) -> bool {
    row.external_ids.get(DHCP_CREATION_MARK) == Some(&network.switch.uuid.to_string())
}

/// Plans that the ports of a switch use a row no longer, and that it is destroyed.
pub(super) fn destroy(plan: &mut Plan, network: &Network, row: &DhcpOptions) {
    let is_user = |port: &&Port| [port.dhcpv4_options, port.dhcpv6_options].contains(&Some(row.uuid));
    let mut users: Vec<&Port> = network.ports.iter().copied().filter(is_user).collect();
    users.sort_by(|one, other| one.name.cmp(&other.name));
    plan.changes.extend(users.into_iter().map(|port| Change::Unrefer(Reference::to_dhcp_options(port, row))));
    plan.changes.push(Change::Destroy(Row::Dhcp(row.clone())));
}

/// The UUID of a row, so that a second creation fails (RFC 9562, section 5.5).
fn row_uuid(switch: Uuid, net: &IpNet) -> Uuid {
    Uuid::new_v5(&switch, format!("qdns-dhcp-{net}").as_bytes())
}

fn needs_row(port: &Port, is_ipv4: bool) -> bool {
    let row = if is_ipv4 { port.dhcpv4_options } else { port.dhcpv6_options };
    row.is_none() && !matches!(port.kind.as_str(), "virtual" | "vtep")
}

/// Whether OVN gives the port an address of the subnet, or will: `dynamic` is assigned from the switch's own.
fn is_in(network: &Network, port: &Port, net: &IpNet) -> bool {
    let is_assigned = || {
        let words = port.addresses.iter().flat_map(|entry| entry.split_whitespace());
        words.into_iter().any(|word| word == "dynamic") && network.switch.configured_subnets().contains(net)
    };
    port.guest_addresses().iter().any(|address| net.contains(address)) || is_assigned()
}

/// Warns of guests that get no row, because none of their addresses is known and in a subnet.
fn warn_of_others(plan: &mut Plan, network: &Network, rows: &[NewRow], resolvers: &[IpAddr]) {
    let has_resolver = |ip: &IpAddr| resolvers.iter().any(|resolver| resolver.is_ipv4() == ip.is_ipv4());
    let is_left = |port: &&Port| {
        let has_row = |is_ipv4| !needs_row(port, is_ipv4) || is_given(rows, port, is_ipv4);
        let addresses = port.guest_addresses();
        !has_row(true) && !has_row(false) && (addresses.is_empty() || addresses.iter().any(has_resolver))
    };
    let left = network.guests().filter(is_left).filter(|port| !port.owner().is_foreign());
    let mut names: Vec<String> = left.map(|port| port.name.clone()).collect();
    names.sort();
    if !names.is_empty() {
        plan.warnings.push(format!(
            "{}: no DHCP options are made, because OVN knows no address in a subnet of {}",
            some_of(&names),
            network.switch.name
        ));
    }
}

/// The options that OVN needs to answer, the router and the MTU.
///
/// # Errors
/// A conflict where no router has an address in the subnet.
fn options(topology: &Topology, network: &Network, net: &IpNet) -> Result<Map> {
    let in_net = |nets: Vec<IpNet>| nets.into_iter().map(|own| own.addr()).find(|own| net.contains(own));
    let routers = network.uplinks.iter();
    let mut routers = routers.filter_map(|uplink| Some((in_net(uplink.networks().collect())?, uplink.peer)));
    let Some((address, peer)) = routers.next() else {
        return Err(Error::conflict(format!(
            "no router of switch {} has an address in {net}, from which OVN could answer DHCP",
            network.switch.name
        ))
        .hint(by_hand(net)));
    };
    let option = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    if !net.addr().is_ipv4() {
        return Ok([option("server_id", &peer.mac)].into());
    }
    let address = address.to_string();
    let mut options = Map::from([
        option("server_id", &address),
        option("server_mac", &peer.mac),
        option("lease_time", LEASE_TIME),
        option("router", &address),
    ]);
    options.extend(mtu(topology, network, peer).map(|mtu| option("mtu", &mtu)));
    Ok(options)
}

/// The MTU of the switch's other rows, else the one that its router enforces, else the one that all rows have.
fn mtu(topology: &Topology, network: &Network, router: &RouterPort) -> Option<String> {
    let is_number = |mtu: &&String| mtu.parse::<u16>().is_ok();
    let of_row = |row: &DhcpOptions| row.options.get("mtu").filter(is_number).cloned();
    let own = network.dhcp_rows.iter().find_map(|row| of_row(row));
    let enforced = || router.options.get("gateway_mtu").filter(is_number).cloned();
    let of_all = || {
        let all: HashSet<String> = topology.rows.dhcp_options.iter().filter_map(of_row).collect();
        all.iter().next().filter(|_| all.len() == 1).cloned()
    };
    own.or_else(enforced).or_else(of_all)
}

/// The commands that make a row without qdns.
pub(super) fn by_hand(net: &IpNet) -> String {
    let (options, command) = if net.addr().is_ipv4() {
        let options =
            "options:server_id=ADDRESS options:server_mac=MAC options:lease_time=3600 options:router=ADDRESS";
        (options, "lsp-set-dhcpv4-options")
    } else {
        ("options:server_id=MAC", "lsp-set-dhcpv6-options")
    };
    format!(
        "create it: `ovn-nbctl create DHCP_Options cidr={net} {options}`, then `ovn-nbctl {command} PORT UUID` for each port"
    )
}

/// Whether `forwarders set --create-dhcp` would make a row of an address family for the switch.
pub(super) fn is_possible(network: &Network, is_ipv4: bool) -> bool {
    let routed: BTreeSet<IpNet> = network.router_addresses().map(|net| net.trunc()).collect();
    !network.switch.owner().is_foreign() && routed.iter().any(|net| net.addr().is_ipv4() == is_ipv4)
}
