//! Guest addresses and their reverse names (RFC 1035, section 3.5; RFC 3596, section 2.5).

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::scan;
use crate::error::{Error, Result};

/// Accepts the address of a guest: one IPv4 or IPv6 unicast address, without prefix length or interface.
///
/// # Errors
/// Invalid input, with the rule and a valid alternative.
pub fn parse(text: &str) -> Result<IpAddr> {
    let address: IpAddr = text.parse().map_err(|_| unreadable(text))?;
    match unusable(address) {
        None => Ok(address),
        Some(why) => Err(Error::invalid(format!("address {text:?} is refused: {why}"))
            .hint("use the address of one guest, such as `10.0.0.10` or `fd00::10`")),
    }
}

/// Why an address cannot be that of a guest; `None` where it can.
pub fn unusable(address: IpAddr) -> Option<&'static str> {
    let mapped = matches!(address, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
    if mapped {
        Some("it is an IPv4-mapped IPv6 address; write the IPv4 address")
    } else if address.is_unspecified() {
        Some("it is the unspecified address")
    } else if address.is_loopback() {
        Some("it is a loopback address: every guest would reach itself")
    } else if address.is_multicast() {
        Some("it is a multicast address, not one host's")
    } else if address == IpAddr::V4(Ipv4Addr::BROADCAST) {
        Some("it is the broadcast address")
    } else if matches!(address, IpAddr::V4(v4) if v4.octets()[0] == 0) {
        Some("0.0.0.0/8 means \"this network\" (RFC 1122)")
    } else if matches!(address, IpAddr::V4(v4) if v4.octets()[0] >= 240) {
        Some("240.0.0.0/4 is reserved (RFC 1112)")
    } else if matches!(address, IpAddr::V6(v6) if v6.segments()[0] & 0xffc0 == 0xfe80) {
        Some("a link-local address needs an interface, which DNS cannot carry (RFC 4007)")
    } else {
        None
    }
}

/// The error for a text that is not an address.
fn unreadable(text: &str) -> Error {
    let refused = |why: &str| Error::invalid(format!("address {text:?} is refused: {why}"));
    if let Some((address, interface)) = text.split_once('%')
        && address.parse::<Ipv6Addr>().is_ok()
    {
        return refused(&format!("`%{interface}` is an interface of this machine, unknown to any guest"))
            .hint("use a global or unique local address, such as `fd00::10`");
    }
    if let Ok(net) = text.parse::<IpNet>() {
        return refused("it is a network, not one address").hint(format!("use `{}`", net.addr()));
    }
    if let Some(decimal) = without_leading_zeros(text) {
        return refused("a leading zero is read as octal by some programs and as decimal by others")
            .hint(format!("use `{decimal}`"));
    }
    let several: Option<Vec<IpAddr>> =
        text.split([',', ';', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
    if let Some(several) = several.filter(|addresses| addresses.len() > 1) {
        let words: Vec<String> = several.iter().map(IpAddr::to_string).collect();
        return refused("these are several addresses in one argument")
            .hint(format!("separate addresses by spaces: `{}`", words.join(" ")));
    }
    refused("it is neither an IPv4 nor an IPv6 address")
        .hint("use an address such as `10.0.0.10` or `fd00::10`")
}

/// `010.0.0.1` as `10.0.0.1`; `None` where more than the leading zeros is wrong.
fn without_leading_zeros(text: &str) -> Option<Ipv4Addr> {
    let octets: Vec<String> = text
        .split('.')
        .map(|octet| octet.parse::<u32>().map(|n| n.to_string()))
        .collect::<std::result::Result<_, _>>()
        .ok()?;
    octets.join(".").parse().ok()
}

/// The owner of the PTR record of an address, in lower case, without a trailing dot.
pub fn reverse_name(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let mut octets = v4.octets();
            octets.reverse();
            Ipv4Addr::from(octets).to_string() + ".in-addr.arpa"
        }
        IpAddr::V6(v6) => {
            let mut name = String::with_capacity(72);
            for octet in v6.octets().iter().rev() {
                for nibble in [octet & 0xf, octet >> 4] {
                    name.extend(char::from_digit(u32::from(nibble), 16));
                    name.push('.');
                }
            }
            name + "ip6.arpa"
        }
    }
}

/// Whether a key is below `in-addr.arpa` or `ip6.arpa`, in any case.
pub fn is_reverse_name(key: &str) -> bool {
    let key = key.trim_end_matches('.').as_bytes();
    let ends_with = |zone: &[u8]| {
        key.len().checked_sub(zone.len()).is_some_and(|at| key[at..].eq_ignore_ascii_case(zone))
    };
    ends_with(b".in-addr.arpa") || ends_with(b".ip6.arpa")
}

/// The address of a complete reverse name, in any case, with or without a trailing dot.
pub fn from_reverse_name(key: &str) -> Option<IpAddr> {
    let key = key.trim_end_matches('.').to_ascii_lowercase();
    let address = if let Some(octets) = key.strip_suffix(".in-addr.arpa") {
        let reversed: Vec<&str> = octets.rsplit('.').collect();
        IpAddr::V4(reversed.join(".").parse().ok()?)
    } else {
        let nibbles: Vec<&str> = key.strip_suffix(".ip6.arpa")?.rsplit('.').collect();
        if nibbles.len() != 32 || nibbles.iter().any(|nibble| nibble.len() != 1) {
            return None;
        }
        IpAddr::V6(Ipv6Addr::from_bits(u128::from_str_radix(&nibbles.concat(), 16).ok()?))
    };
    (reverse_name(address) == key).then_some(address)
}

/// The value of several addresses, as OVN parses it: separated by spaces. IPv4 comes first, each address once,
/// otherwise in the given order.
pub fn to_value(addresses: &[IpAddr]) -> String {
    if let [address] = addresses {
        return address.to_string();
    }
    let mut known = HashSet::with_capacity(addresses.len());
    let once: Vec<&IpAddr> = addresses.iter().filter(|address| known.insert(**address)).collect();
    let (ipv4, ipv6): (Vec<&IpAddr>, Vec<&IpAddr>) = once.into_iter().partition(|address| address.is_ipv4());
    ipv4.into_iter().chain(ipv6).map(IpAddr::to_string).collect::<Vec<_>>().join(" ")
}

/// Whether two lists hold the same addresses, in any order.
pub fn same_set(a: &[IpAddr], b: &[IpAddr]) -> bool {
    a.iter().all(|address| b.contains(address)) && b.iter().all(|address| a.contains(address))
}

/// Every address in a value, each as OVN reads it, including those after a comma, which OVN ignores.
pub fn from_value(value: &str) -> Vec<IpAddr> {
    value.split([' ', ',', '\t']).filter_map(scan::word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_refusal_has_the_rule_and_an_alternative() {
        for (text, rule, hint) in [
            ("10.0.0.0/24", "a network", "use `10.0.0.0`"),
            ("010.0.0.1", "leading zero", "use `10.0.0.1`"),
            ("fe80::1%eth0", "interface", "use a global"),
            ("fe80::1", "link-local", "use the address"),
            ("::", "unspecified", "use the address"),
            ("::1", "loopback", "use the address"),
            ("127.0.0.1", "loopback", "use the address"),
            ("255.255.255.255", "broadcast", "use the address"),
            ("224.0.0.1", "multicast", "use the address"),
            ("ff02::1", "multicast", "use the address"),
            ("0.0.0.0", "unspecified", "use the address"),
            ("::ffff:10.0.0.1", "IPv4-mapped", "use the address"),
            ("10.0.0.1,fd00::2", "several", "separate addresses by spaces: `10.0.0.1 fd00::2`"),
            ("10.0.0.1, 10.0.0.2", "several", "separate addresses by spaces: `10.0.0.1 10.0.0.2`"),
            ("10.0.0.1,web", "neither", "use an address"),
            ("web", "neither", "use an address"),
            ("", "neither", "use an address"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.message.contains(rule), "{text}: {}", error.message);
            assert!(error.hints[0].starts_with(hint), "{text}");
        }
    }

    #[test]
    fn values_are_written_ipv4_first_and_each_once() {
        let addresses = ["fd00::1", "10.0.0.2", "10.0.0.1", "10.0.0.2"].map(|a| a.parse().unwrap());
        assert_eq!(to_value(&addresses), "10.0.0.2 10.0.0.1 fd00::1");
        assert_eq!(from_value("10.0.0.1,10.0.0.2 fd00::1").len(), 3);
    }

    proptest! {
        #[test]
        fn a_reverse_name_gives_its_address_back(v4: u32, v6: u128) {
            for address in [IpAddr::V4(v4.into()), IpAddr::V6(v6.into())] {
                let name = reverse_name(address);
                prop_assert!(is_reverse_name(&name));
                prop_assert_eq!(from_reverse_name(&name), Some(address));
                prop_assert_eq!(from_reverse_name(&(name.to_uppercase() + ".")), Some(address));
            }
        }

        #[test]
        fn an_accepted_address_is_accepted_again(text in "[0-9a-f:.%/,]{0,24}") {
            if let Ok(address) = parse(&text) {
                prop_assert_eq!(parse(&address.to_string()).unwrap(), address);
            }
        }
    }
}
