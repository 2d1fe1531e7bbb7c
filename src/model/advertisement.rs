//! What guests learn without DHCP options of their port: by router advertisements (ovn-nb(5),
//! `Logical_Router_Port:ipv6_ra_configs`), or by a DHCP relay.

use std::net::IpAddr;

use super::network::{Network, Uplink};
use super::snapshot::Port;

/// With another `address_mode`, or none, a router advertises nothing (northd/northd.c, `build_ND_RA_flows_for_lrouter_port`).
const MODES: [&str; 3] = ["slaac", "dhcpv6_stateful", "dhcpv6_stateless"];

/// A resolver and search domains that a router advertises.
#[derive(Clone, Debug)]
pub struct Advertised<'a> {
    pub uplink: Uplink<'a>,
    /// `rdnss`; OVN knows one.
    pub resolver: Option<IpAddr>,
    /// `dnssl`.
    pub search: Vec<String>,
}

impl<'a> Network<'a> {
    /// What the routers of the switch advertise about DNS.
    pub fn advertised(&self) -> impl Iterator<Item = Advertised<'a>> {
        self.uplinks.iter().filter_map(advertised)
    }

    /// Whether a router advertises a resolver to the guest of a port.
    pub fn advertises_resolver_to(&self, port: &Port) -> bool {
        port.may_use_ipv6() && self.advertised().any(|found| found.resolver.is_some())
    }

    /// Whether a router advertises a search domain, in any case.
    pub fn advertises_domain(&self, domain: &str) -> bool {
        self.advertised().any(|found| found.search.iter().any(|other| other.eq_ignore_ascii_case(domain)))
    }

    /// The port to whose router OVN relays the guest's DHCPv4 (ovn-nb(5), `Logical_Switch:other_config:dhcp_relay_port`).
    /// OVN answers a port that has options itself.
    pub fn relay_of(&self, port: &Port) -> Option<&'a str> {
        let relay = self.switch.other_config.get("dhcp_relay_port")?;
        port.dhcpv4_options.is_none().then_some(relay)
    }
}

fn advertised<'a>(uplink: &Uplink<'a>) -> Option<Advertised<'a>> {
    let configs = &uplink.peer.ipv6_ra_configs;
    let is_sent = configs.get("address_mode").is_some_and(|mode| MODES.contains(&mode.as_str()))
        && uplink.networks().any(|net| net.addr().is_ipv6());
    let resolver = configs.get("rdnss").and_then(|text| text.trim().parse().ok()).filter(IpAddr::is_ipv6);
    let domains = configs.get("dnssl").into_iter().flat_map(|list| list.split(',')).map(str::trim);
    let search: Vec<String> = domains.filter(|domain| !domain.is_empty()).map(str::to_owned).collect();
    let has_something = resolver.is_some() || !search.is_empty();
    (is_sent && has_something).then_some(Advertised { uplink: *uplink, resolver, search })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::on_first;
    use crate::model::snapshot::Snapshot;

    /// The resolver and the domains that guests of `net1` learn, whose router has these configs and networks.
    fn learned(configs: &[(&str, &str)], networks: &[&str]) -> Vec<(Option<String>, Vec<String>)> {
        let mut rows = Snapshot::of_net1(Vec::new(), &[], &[]).with_gateway_router();
        let peer = &mut rows.router_ports[0];
        peer.ipv6_ra_configs = configs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        peer.networks = networks.iter().map(|net| (*net).to_owned()).collect();
        let text = |found: Advertised| (found.resolver.map(|address| address.to_string()), found.search);
        on_first(&rows, |_, network| network.advertised().map(text).collect())
    }

    const NETS: [&str; 2] = ["10.0.0.1/24", "fd00::1/64"];

    #[test]
    fn a_router_advertises_one_resolver_and_several_domains() {
        let configs = [("address_mode", "slaac"), ("rdnss", "fd09::9"), ("dnssl", "internal, corp.lan")];
        let expected = (Some("fd09::9".to_owned()), vec!["internal".to_owned(), "corp.lan".to_owned()]);
        assert_eq!(learned(&configs, &NETS), [expected]);
    }

    #[test]
    fn without_an_address_mode_or_an_ipv6_network_nothing_is_advertised() {
        assert_eq!(learned(&[("rdnss", "fd09::9")], &NETS), []);
        assert_eq!(learned(&[("address_mode", "other"), ("rdnss", "fd09::9")], &NETS), []);
        assert_eq!(learned(&[("address_mode", "slaac"), ("rdnss", "fd09::9")], &NETS[..1]), []);
        assert_eq!(learned(&[("address_mode", "slaac")], &NETS), []);
    }
}
