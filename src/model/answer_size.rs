//! How long the responder's answer is, and who can read an answer of that length.
//!
//! OVN writes the name into each record (controller/pinctrl.c, `dns_build_base_answer`), sends one UDP packet, whatever
//! its size, and never sets TC.

use std::net::IpAddr;

use super::responder::Rdata;

/// The octets of an answer that musl before 1.2.4 reads (RFC 1035, section 4.2.1; src/network/lookup_name.c, `ABUF_SIZE`).
pub const PLAIN_MAX: usize = 512;

/// The header, and what follows the name in a question (RFC 1035, section 4.1).
const HEADER: usize = 12;
const QUESTION_REST: usize = 4;
/// Type, class, TTL and length of the data.
const RECORD_REST: usize = 10;

/// The octets of an answer that fit into a packet of 1500 octets: without the headers of IPv4 or IPv6, and UDP. A longer
/// one reaches no guest.
pub const fn packet_max(is_ipv4: bool) -> usize {
    if is_ipv4 { 1472 } else { 1452 }
}

/// The octets of the answer to a query for a name.
pub fn size(name: &str, data: &Rdata) -> usize {
    let records: usize = match data {
        Rdata::Addresses(addresses) => addresses.iter().map(|address| record(name, address)).sum(),
        Rdata::Name(target) => encoded(name) + RECORD_REST + encoded(target),
    };
    question(name) + records
}

/// How many of these addresses are in the first octets of the answer, in the order of the answer.
pub fn readable(name: &str, addresses: &[IpAddr], octets: usize) -> usize {
    let mut size = question(name);
    let fits = addresses.iter().take_while(|address| {
        size += record(name, address);
        size <= octets
    });
    fits.count()
}

/// Whether musl before 1.2.4 makes a wrong address of the record that the first octets cut: where they hold the length of its
/// data and not all of the data, musl takes the rest from whatever follows its buffer. It compares the end of the data with
/// that of the answer as if the data began ten octets earlier (src/network/dns_parse.c, `__dns_parse`).
pub fn is_next_wrong(name: &str, addresses: &[IpAddr], octets: usize) -> bool {
    let mut end = question(name);
    addresses.iter().any(|address| {
        end += record(name, address);
        (end - data(address).min(RECORD_REST)..end).contains(&octets)
    })
}

fn question(name: &str) -> usize {
    HEADER + encoded(name) + QUESTION_REST
}

fn record(name: &str, address: &IpAddr) -> usize {
    encoded(name) + RECORD_REST + data(address)
}

fn data(address: &IpAddr) -> usize {
    if address.is_ipv4() { 4 } else { 16 }
}

/// The octets of a name: a length before each label, and the root.
fn encoded(name: &str) -> usize {
    name.len() + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Addresses of one family.
    fn addresses(count: usize, is_ipv4: bool) -> Vec<IpAddr> {
        let address = |n: usize| if is_ipv4 { format!("10.0.1.{n}") } else { format!("fd00::1:{n}") };
        (1..=count).map(|n| address(n).parse().unwrap()).collect()
    }

    /// Each was seen with dig(1) on OVN 23.03 and 26.03.
    #[test]
    fn an_answer_has_the_size_that_was_seen() {
        for (name, count, octets) in
            [("n17.internal", 17, 506), ("n18.internal", 18, 534), ("n51.internal", 51, 1458)]
        {
            assert_eq!(size(name, &Rdata::Addresses(addresses(count, true))), octets);
        }
        assert_eq!(size("s36.internal", &Rdata::Addresses(addresses(36, false))), 1470);
        assert_eq!(
            size("10.0.0.10.in-addr.arpa", &Rdata::Name("web.internal".into())),
            12 + 24 + 4 + 24 + 10 + 14
        );
    }

    #[test]
    fn seventeen_addresses_of_such_a_name_are_read_in_512_octets() {
        assert_eq!(readable("n20.internal", &addresses(20, true), PLAIN_MAX), 17);
        assert_eq!(readable("n17.internal", &addresses(17, true), PLAIN_MAX), 17);
        assert_eq!(readable("n20.internal", &addresses(20, false), PLAIN_MAX), 12);
    }

    /// Seen with musl 1.2.3: of 20 addresses of db.internal it returned the first 17 and 10.6.183.133.
    #[test]
    fn musl_makes_a_wrong_address_of_one_that_is_cut() {
        let is_wrong = |name, count, is_ipv4| is_next_wrong(name, &addresses(count, is_ipv4), PLAIN_MAX);
        assert!(is_wrong("db.internal", 20, true));
        assert!(!is_wrong("db.internal", 17, true));
        assert!(!is_wrong("web.internal", 20, true));
    }
}
