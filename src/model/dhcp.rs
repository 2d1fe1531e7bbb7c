//! Values of `DHCP_Options.options` in the syntax that ovn-controller parses.
//!
//! ovn-northd copies each value unquoted into `put_dhcp_opts(…)`, so a value with a syntax error stops DHCP for every
//! port of the row (ovn-nb(5), `DHCP_Options`; ovn-sb(5), `Logical_Flow`).

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::snapshot::DhcpOptions;

/// The option for the resolvers, in DHCPv4 and DHCPv6.
pub const DNS_SERVER: &str = "dns_server";

/// The options that carry the domains in which guests search, for DHCPv4 and for DHCPv6.
const SEARCH_OPTIONS: [&str; 3] = ["domain_name", "domain_search_list", "domain_search"];

/// Whether `forwarders set` writes an option.
pub fn is_written(option: &str) -> bool {
    option == DNS_SERVER || SEARCH_OPTIONS.contains(&option)
}

/// The value for addresses: one as it is, several in braces.
pub fn addresses(addresses: &[IpAddr]) -> String {
    let list = addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ");
    match addresses {
        [_] => list,
        _ => format!("{{{list}}}"),
    }
}

/// The value for a string: in double quotes, which are part of the value.
pub fn string(text: &str) -> String {
    format!("\"{text}\"")
}

/// The addresses in a value, with any separators; words that are not addresses are left out.
pub fn parse_addresses(value: &str) -> Vec<IpAddr> {
    value
        .split(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | ','))
        .filter_map(|word| word.parse().ok())
        .collect()
}

/// The domains in a string value, which separates them by commas.
pub fn parse_domains(value: &str) -> impl Iterator<Item = &str> {
    parse_string(value).split(',').map(str::trim).filter(|domain| !domain.is_empty())
}

/// The text of a string value without its quotes.
pub fn parse_string(value: &str) -> &str {
    value.trim().trim_matches('"')
}

impl DhcpOptions {
    /// The domains that guests get to search in, in lower case.
    pub fn search_domains(&self) -> BTreeSet<String> {
        let values = SEARCH_OPTIONS.iter().filter_map(|option| self.options.get(*option));
        let domains = values.flat_map(|value| parse_domains(value));
        let domains = domains.map(|domain| domain.trim_end_matches('.').to_lowercase());
        domains.filter(|domain| !domain.is_empty()).collect()
    }

    /// Whether a DHCPv4 row tells guests of a router.
    pub fn has_route(&self) -> bool {
        let routes = ["router", "classless_static_route", "ms_classless_static_route"];
        routes.iter().any(|option| self.options.contains_key(*option))
    }

    /// What guests get for the resolvers. ovn-controller writes the last four octets of an IPv6 address into an
    /// option for IPv4, and an IPv4 address into the last four of an option for IPv6 (lib/actions.c,
    /// `encode_put_dhcpv4_option`).
    pub fn leased_resolvers(&self) -> Vec<IpAddr> {
        let as_leased = |address: IpAddr| match address {
            IpAddr::V6(v6) if self.is_ipv4() => {
                let [.., a, b, c, d] = v6.octets();
                IpAddr::from([a, b, c, d])
            }
            IpAddr::V4(v4) if !self.is_ipv4() => IpAddr::from(u128::from(u32::from(v4)).to_be_bytes()),
            address => address,
        };
        self.resolvers().into_iter().map(as_leased).collect()
    }

    /// The domains in which resolver libraries search: option 119, or 15 without it. Those that no guest can use are
    /// left out: with a blank, a comma in option 15 (one domain), a dot in the option of DHCPv6, which OVN encodes as
    /// one label.
    pub fn leased_search(&self) -> Vec<String> {
        let text = |option: &str| self.options.get(option).map(|value| parse_string(value));
        let domains: Vec<&str> = if self.is_ipv4() {
            match (text("domain_search_list"), text("domain_name")) {
                (Some(list), _) => list.split(',').collect(),
                (None, name) => name.into_iter().filter(|name| !name.contains(',')).collect(),
            }
        } else {
            text("domain_search").into_iter().filter(|domain| !domain.contains(['.', ','])).collect()
        };
        let is_usable = |domain: &&str| !domain.is_empty() && !domain.contains(char::is_whitespace);
        domains.into_iter().filter(is_usable).map(|domain| domain.trim_end_matches('.').to_owned()).collect()
    }

    /// The resolvers that guests get, in order.
    pub fn resolvers(&self) -> Vec<IpAddr> {
        self.options.get(DNS_SERVER).map(|value| parse_addresses(value)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_ovn_parses_them() {
        let ips = ["8.8.8.8", "8.8.4.4"].map(|ip| ip.parse().unwrap());
        assert_eq!(addresses(&ips[..1]), "8.8.8.8");
        assert_eq!(addresses(&ips), "{8.8.8.8, 8.8.4.4}");
        assert_eq!(string("internal"), "\"internal\"");
        assert_eq!(parse_addresses("8.8.8.8,8.8.4.4"), ips);
        assert_eq!(parse_addresses("{8.8.8.8, 8.8.4.4}"), ips);
    }
}
