//! Addresses as OVN reads them from a value (lib/ovn-util.c, `extract_ip_addresses`; OVS's lib/packets.c,
//! `ip_parse_masked_len` and `ipv6_parse_masked_len`). Its scanner takes texts that other programs refuse: `10.0.0.05` is
//! 10.0.0.5, and `10.0.0.300` is 10.0.0.44.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// The addresses of a value: separated by white space, a prefix length is skipped, and nothing is read after the first
/// thing that is no address.
pub fn addresses(value: &str) -> Vec<IpAddr> {
    let mut all = Vec::new();
    let mut rest = value.trim_start();
    while let Some((address, after)) = first(rest) {
        all.push(address);
        rest = after.trim_start();
    }
    all
}

/// The address of a word that is one address and nothing else.
pub fn word(word: &str) -> Option<IpAddr> {
    first(word).filter(|(_, rest)| rest.is_empty()).map(|(address, _)| address)
}

/// A network with a prefix length or a mask; an address alone is a network of one address (OVS's lib/packets.c,
/// `ip_parse_masked` and `ipv6_parse_masked`).
pub fn network(text: &str) -> Option<IpNet> {
    let text = text.trim_start();
    let Some((address, mask)) = text.split_once('/') else { return word(text).map(IpNet::from) };
    let address = word(address)?;
    if let Some(mask) = word(mask) {
        return IpNet::with_netmask(address, mask).ok();
    }
    let (bits, rest) = integer(mask)?;
    IpNet::new(address, u8::try_from(bits).ok()?).ok().filter(|_| rest.is_empty())
}

/// The address at the beginning of a text, and what follows it.
fn first(text: &str) -> Option<(IpAddr, &str)> {
    if let Some((address, rest)) = ipv4(text) {
        return match rest.strip_prefix('/') {
            Some(mask) => after_mask(rest, mask).map(|rest| (address.into(), rest)),
            None => Some((address.into(), rest)),
        };
    }
    let (v6, rest) = split(text, |c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
    let address: Ipv6Addr = v6.parse().ok()?;
    let Some(after_slash) = rest.strip_prefix('/') else { return Some((address.into(), rest)) };
    let (bits, rest) = split(after_slash, |c| c.is_ascii_digit());
    bits.parse::<u8>().is_ok_and(|bits| bits <= 128).then_some((address.into(), rest))
}

/// What follows a mask or a prefix length. A text that is neither is left; `None` for one that is not valid.
fn after_mask<'t>(rest: &'t str, mask: &'t str) -> Option<&'t str> {
    if let Some((mask, rest)) = ipv4(mask) {
        let bits = mask.to_bits();
        return (bits.leading_ones() + bits.trailing_zeros() >= 32).then_some(rest);
    }
    match integer(mask) {
        Some((bits, rest)) => (0..=32).contains(&bits).then_some(rest),
        None => Some(rest),
    }
}

/// Four integers, each with white space and a sign before it, of which the last eight bits count.
fn ipv4(text: &str) -> Option<(Ipv4Addr, &str)> {
    let mut octets = [0; 4];
    let mut rest = text;
    for (place, octet) in octets.iter_mut().enumerate() {
        if place > 0 {
            rest = rest.strip_prefix('.')?;
        }
        let (value, after) = integer(rest)?;
        *octet = (value & 0xff) as u8;
        rest = after;
    }
    Some((octets.into(), rest))
}

fn integer(text: &str) -> Option<(i64, &str)> {
    let text = text.trim_start();
    let (is_negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, rest) = split(unsigned, |c| c.is_ascii_digit());
    let digit = |sum: i64, c: char| sum.wrapping_mul(10).wrapping_add(i64::from(c as u32 - '0' as u32));
    let value = digits.chars().fold(0, digit);
    (!digits.is_empty()).then_some((if is_negative { value.wrapping_neg() } else { value }, rest))
}

fn split(text: &str, is_part: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The addresses of a value that OVN reads.
    fn read(value: &str) -> Vec<String> {
        addresses(value).iter().map(IpAddr::to_string).collect()
    }

    #[test]
    fn nothing_is_read_after_a_comma() {
        assert_eq!(read("10.0.0.1,10.0.0.2"), ["10.0.0.1"]);
    }

    #[test]
    fn nothing_is_read_after_a_word_that_is_no_address() {
        assert_eq!(read("10.0.0.1 x 10.0.0.2"), ["10.0.0.1"]);
    }

    #[test]
    fn a_prefix_length_and_a_mask_are_skipped() {
        assert_eq!(read("10.0.0.1/24 fd00::1/64"), ["10.0.0.1", "fd00::1"]);
        assert_eq!(read("10.0.0.1/255.255.255.0 10.0.0.2"), ["10.0.0.1", "10.0.0.2"]);
    }

    #[test]
    fn nothing_is_read_from_a_prefix_length_on_that_is_too_long() {
        assert_eq!(read("10.0.0.1/33 10.0.0.2"), [""; 0]);
        assert_eq!(read("10.0.0.1/255.0.255.0"), [""; 0]);
    }

    /// Each was seen on OVN 23.03.
    #[test]
    fn odd_texts_are_read_as_ovn_reads_them() {
        for (value, expected) in [
            ("10.0.0.05", "10.0.0.5"),
            ("010.000.0.08", "10.0.0.8"),
            ("10.0.0.300", "10.0.0.44"),
            ("10.0.0.+5", "10.0.0.5"),
            ("10. 0.0.6", "10.0.0.6"),
            ("10.0.0.-1", "10.0.0.255"),
            ("10.0.0.0x7", "10.0.0.0"),
            ("10.0.0.5fd00::1", "10.0.0.5 fd00::1"),
            ("fd00::05", "fd00::5"),
        ] {
            assert_eq!(read(value).join(" "), expected, "{value}");
        }
        assert_eq!(word("10.0.0.05"), Some("10.0.0.5".parse().unwrap()));
        assert_eq!((word("10.0.0.7x"), word("10.0.0"), word("")), (None, None, None));
    }

    /// Each was seen on OVN 23.03.
    #[test]
    fn networks_are_read_as_ovn_reads_them() {
        let read = |text: &str| network(text).map(|net| net.trunc().to_string());
        for text in ["10.0.0.5/24", "10.0.0.0/255.255.255.0", "010.0.0.0/24", " 10.0.0.0/24", "10.0.0.0/024"]
        {
            assert_eq!(read(text).as_deref(), Some("10.0.0.0/24"), "{text}");
        }
        assert_eq!(read("10.0.0.11").as_deref(), Some("10.0.0.11/32"));
        assert_eq!(read("fd00::5/64").as_deref(), Some("fd00::/64"));
        for text in ["10.0.0.0/33", "10.0.0.0/24 ", "10.0.0.0/24/24", "10.0.0.0/", "nonsense", "fd00::/129"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_address_is_read_as_it_is(v4: u32, v6: u128) {
            for address in [IpAddr::V4(v4.into()), IpAddr::V6(v6.into())] {
                prop_assert_eq!(word(&address.to_string()), Some(address));
            }
        }

        #[test]
        fn no_text_is_a_panic(text in "[0-9a-f:.%/, +x-]{0,30}") {
            addresses(&text);
        }
    }
}
