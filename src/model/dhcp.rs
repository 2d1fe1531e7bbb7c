//! Values of `DHCP_Options.options` in the syntax that ovn-controller parses.
//!
//! ovn-northd copies each value unquoted into `put_dhcp_opts(…)`, so a value with a syntax error stops DHCP for every
//! port of the row (ovn-nb(5), `DHCP_Options`; ovn-sb(5), `Logical_Flow`).

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use super::address;
use super::scan;
use super::snapshot::DhcpOptions;

/// The option for the resolvers, in DHCPv4 and DHCPv6.
pub const DNS_SERVER: &str = "dns_server";

/// The options that carry the domains in which guests search, for DHCPv4 and for DHCPv6.
pub const SEARCH_OPTIONS: [&str; 3] = ["domain_search_list", "domain_name", "domain_search"];

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
    words(value).filter_map(|word| word.parse().ok()).collect()
}

fn words(value: &str) -> impl Iterator<Item = &str> {
    value.split(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | ',')).filter(|word| !word.is_empty())
}

/// A number, an address or a MAC as a number; what a mask does not cover is 0 (lib/lex.c).
fn constant(word: &str) -> Option<u128> {
    let (number, mask) = word.split_once('/').map_or((word, None), |(number, mask)| (number, Some(mask)));
    let address = number.parse::<IpAddr>();
    let value = match address {
        Ok(IpAddr::V4(v4)) => v4.to_bits().into(),
        Ok(IpAddr::V6(v6)) => v6.to_bits(),
        Err(_) => match number.strip_prefix("0x").or_else(|| number.strip_prefix("0X")) {
            Some(digits) => u128::from_str_radix(digits, 16).ok()?,
            None if number.contains(':') => u128::from_str_radix(&number.replace(':', ""), 16).ok()?,
            None => number.parse().ok()?,
        },
    };
    let Some(mask) = mask else { return Some(value) };
    let mask = match (mask.parse::<u32>(), address) {
        (Ok(bits), Ok(IpAddr::V4(_))) => {
            u128::from(u32::MAX.checked_shl(32u32.checked_sub(bits)?).unwrap_or(0))
        }
        (Ok(bits), Ok(IpAddr::V6(_))) => u128::MAX.checked_shl(128u32.checked_sub(bits)?).unwrap_or(0),
        _ => constant(mask)?,
    };
    Some(value & mask)
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.segments()[0] & 0xffc0 == 0xfe80)
}

/// Whether no guest sends a packet to this address.
pub fn is_never_sent_to(address: IpAddr) -> bool {
    address.is_unspecified()
        || address.is_loopback()
        || address.is_multicast()
        || address == IpAddr::V4(Ipv4Addr::BROADCAST)
}

/// A resolver that guests get and that answers nothing, wherever the guest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnusableResolver<'a> {
    /// As the row has it.
    pub written: &'a str,
    /// As guests get it.
    pub address: IpAddr,
    pub why: &'static str,
}

/// The text of a string value without its quotes. Of several strings in braces, OVN sends the first one.
pub fn parse_string(value: &str) -> &str {
    let value = value.trim();
    let first = value.strip_prefix('{').and_then(|list| list.split('"').nth(1));
    first.unwrap_or_else(|| value.trim_matches('"'))
}

/// Why no guest can use a domain that an option has; `None` where they can. A DHCPv4 client gets `domain_search_list`
/// as a list (RFC 3397), any other option as one domain.
pub fn unusable_domain(option: &str, domain: &str) -> Option<&'static str> {
    if domain.contains(char::is_whitespace) {
        Some("it has a blank")
    } else if domain.contains(',') {
        Some("the option carries one domain")
    } else if option == "domain_search" && domain.trim_end_matches('.').contains('.') {
        Some("in DHCPv6 OVN sends a domain with a dot as one label")
    } else {
        None
    }
}

impl DhcpOptions {
    /// The network, as ovn-northd reads it.
    pub fn network(&self) -> Option<IpNet> {
        scan::network(&self.cidr)
    }

    /// The domains of an option, one by one as clients get them, without those that are empty.
    pub fn domains_of(&self, option: &str) -> Vec<&str> {
        let Some(text) = self.options.get(option).map(|value| parse_string(value)) else { return Vec::new() };
        let is_list = option == "domain_search_list";
        let domains = if is_list { text.split(',').collect() } else { vec![text] };
        domains.into_iter().filter(|domain| !domain.trim_end_matches('.').is_empty()).collect()
    }

    /// The domains in the options for guests to search in, usable or not, in lower case, in their order.
    pub fn search_domains(&self) -> Vec<String> {
        let values = SEARCH_OPTIONS.iter().filter_map(|option| self.options.get(*option));
        let mut domains: Vec<String> = Vec::new();
        let separators = |c: char| c == ',' || c.is_whitespace();
        for domain in values.flat_map(|value| parse_string(value).split(separators)) {
            let domain = domain.trim_end_matches('.').to_lowercase();
            if !domain.is_empty() && !domains.contains(&domain) {
                domains.push(domain);
            }
        }
        domains
    }

    /// Whether a DHCPv4 row tells guests of a router.
    pub fn has_route(&self) -> bool {
        let routes = ["router", "classless_static_route", "ms_classless_static_route"];
        routes.iter().any(|option| self.options.contains_key(*option))
    }

    /// The addresses that guests get by an option. ovn-controller writes the last four octets of a constant into an
    /// option for IPv4, and all of it as a number into an option for IPv6 (lib/actions.c, `encode_put_dhcpv4_option`).
    pub fn leased(&self, option: &str) -> Vec<IpAddr> {
        let value = self.options.get(option).map(String::as_str).unwrap_or_default();
        words(value).filter_map(constant).map(|number| self.as_leased(number)).collect()
    }

    /// The resolvers that guests get, in order.
    pub fn leased_resolvers(&self) -> Vec<IpAddr> {
        self.leased(DNS_SERVER)
    }

    /// The resolvers that guests get and that answer nothing, wherever the guest is.
    pub fn unusable_resolvers(&self) -> Vec<UnusableResolver<'_>> {
        let value = self.options.get(DNS_SERVER).map(String::as_str).unwrap_or_default();
        let unusable = |written| {
            let address = self.as_leased(constant(written)?);
            let why = match written.parse::<IpAddr>() {
                Ok(IpAddr::V6(_)) if self.is_ipv4() => "OVN sends the last four octets of an IPv6 address",
                Ok(IpAddr::V4(_)) if !self.is_ipv4() => "it is an IPv4 address in an option for IPv6",
                _ if is_link_local(address) => return None,
                _ => address::unusable(address)?,
            };
            Some(UnusableResolver { written, address, why })
        };
        words(value).filter_map(unusable).collect()
    }

    fn as_leased(&self, number: u128) -> IpAddr {
        if self.is_ipv4() { IpAddr::V4((number as u32).into()) } else { IpAddr::V6(number.into()) }
    }

    /// The domains in which resolver libraries search: option 119, or 15 without it. Those that no guest can use are
    /// left out.
    pub fn leased_search(&self) -> Vec<String> {
        let option = match (self.is_ipv4(), self.options.contains_key("domain_search_list")) {
            (true, true) => "domain_search_list",
            (true, false) => "domain_name",
            (false, _) => "domain_search",
        };
        let domains = self.domains_of(option).into_iter();
        let usable = domains.filter(|domain| unusable_domain(option, domain).is_none());
        usable.map(|domain| domain.trim_end_matches('.').to_owned()).collect()
    }

    /// The addresses in `dns_server`, which are not always what guests get.
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

    fn row(cidr: &str, options: &[(&str, &str)]) -> DhcpOptions {
        let options = options.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        DhcpOptions { cidr: cidr.into(), options, ..DhcpOptions::default() }
    }

    /// Each was seen on OVN 23.03.
    #[test]
    fn guests_get_the_constants_of_an_option_as_addresses() {
        for (value, leased) in [
            ("{8.8.8.8, fd00::53}", "8.8.8.8 0.0.0.83"),
            ("0xac100035", "172.16.0.53"),
            ("2886729781", "172.16.0.53"),
            ("172.16.0.53/24", "172.16.0.0"),
        ] {
            let row = row("10.0.0.0/24", &[(DNS_SERVER, value)]);
            let texts: Vec<String> = row.leased_resolvers().iter().map(IpAddr::to_string).collect();
            assert_eq!(texts.join(" "), leased, "{value}");
        }
        let row = row("fd00::/64", &[(DNS_SERVER, "{fd00::53, 8.8.8.8}")]);
        assert_eq!(row.leased_resolvers(), ["fd00::53", "::8.8.8.8"].map(|ip| ip.parse::<IpAddr>().unwrap()));
    }

    #[test]
    fn domains_that_guests_cannot_use_are_left_out() {
        let list = [("domain_search_list", "\"internal,,corp.lan, other.org,\""), ("domain_name", "\"a\"")];
        assert_eq!(row("10.0.0.0/24", &list).leased_search(), ["internal", "corp.lan"]);
        let name = |value| row("10.0.0.0/24", &[("domain_name", value)]).leased_search();
        assert_eq!(name("\"a.internal,internal\""), [""; 0]);
        assert_eq!(name("{\"internal\", \"corp.lan\"}"), ["internal"]);
        let v6 = |value| row("fd00::/64", &[("domain_search", value)]).leased_search();
        assert_eq!((v6("\"corp.lan\""), v6("\"internal\"")), (vec![], vec!["internal".to_owned()]));
    }

    #[test]
    fn search_domains_keep_their_order() {
        let options = [("domain_name", "\"b\""), ("domain_search_list", "\"c,B.,a\"")];
        assert_eq!(row("10.0.0.0/24", &options).search_domains(), ["c", "b", "a"]);
    }
}
