//! What OVN's DNS responder makes of one query: the rows of a switch, a name and a type in, an answer out
//! (controller/pinctrl.c, `pinctrl_handle_dns_lookup`; lib/ovn-util.c, `extract_ip_addresses`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::snapshot::DnsRow;

/// Seconds a guest may keep an answer; no option changes it (controller/pinctrl.c, `DNS_DEFAULT_RR_TTL`).
pub const TTL: u32 = 3600;

/// The types of query that the responder looks at (RFC 1035, section 3.2.2; RFC 3596, section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueryType {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// A name.
    Ptr,
    /// Addresses of both families.
    Any,
}

/// What the responder says to one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// These addresses, in an order that changes from answer to answer since OVN 25.03.
    Addresses(Vec<IpAddr>),
    /// This name.
    Name(String),
    /// An answer that no resolver can read: an empty label, or one of more than 63 octets.
    Malformed(String),
    /// RCODE 5: the row is marked `ovn-owned`, and the name has no address of this family.
    Refused,
    /// Nothing: the name is here, but nothing of this type, and the query travels on.
    Silent,
}

/// A row that has the key, and what it would say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The row.
    pub row: &'a DnsRow,
    /// The value as stored.
    pub value: &'a str,
    /// What the responder says where this row is the one it finds.
    pub answer: Answer,
}

/// The rows that have the name as a key. Where there are several, OVN takes the first in the order of
/// its hash table, which nothing outside ovn-controller tells, and asks no other. Where there is none
/// the query travels on.
pub fn candidates<'a>(
    rows: impl IntoIterator<Item = &'a DnsRow>,
    name: &str,
    kind: QueryType,
) -> Vec<Candidate<'a>> {
    // The query is lowercased, the key is not; a query has no trailing dot when it is compared.
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    rows.into_iter()
        .filter_map(|row| {
            let value = row.records.get(&name)?;
            let answer = answer(value, kind, row.ovn_owned);
            Some(Candidate { row, value, answer })
        })
        .collect()
}

fn answer(value: &str, kind: QueryType, ovn_owned: bool) -> Answer {
    // ovn-northd lowercases the values on their way to the southbound database.
    let value = value.to_ascii_lowercase();
    if kind == QueryType::Ptr {
        let is_readable = value.split('.').all(|label| (1..=63).contains(&label.len()));
        return if is_readable { Answer::Name(value) } else { Answer::Malformed(value) };
    }
    let all = served(&value);
    let wanted: Vec<IpAddr> = all
        .iter()
        .copied()
        .filter(|address| match kind {
            QueryType::A => address.is_ipv4(),
            QueryType::Aaaa => address.is_ipv6(),
            _ => true,
        })
        .collect();
    match (wanted.is_empty(), all.is_empty()) {
        (false, _) => Answer::Addresses(wanted),
        (true, false) if ovn_owned => Answer::Refused,
        _ => Answer::Silent,
    }
}

/// The addresses of a value as OVN reads them: separated by white space, a prefix length is skipped,
/// and nothing is read after the first thing that is no address.
fn served(value: &str) -> Vec<IpAddr> {
    let mut all = Vec::new();
    let mut rest = value.trim_start();
    while !rest.is_empty() {
        let v4 = prefix(rest, |c| c.is_ascii_digit() || c == '.');
        let v6 = prefix(rest, |c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
        let (address, length, longest) = if let Ok(address) = v4.parse::<Ipv4Addr>() {
            (IpAddr::V4(address), v4.len(), 32)
        } else if let Ok(address) = v6.parse::<Ipv6Addr>() {
            (IpAddr::V6(address), v6.len(), 128)
        } else {
            break;
        };
        rest = &rest[length..];
        if let Some(behind) = rest.strip_prefix('/') {
            let digits = prefix(behind, |c| c.is_ascii_digit());
            if !digits.parse::<u8>().is_ok_and(|bits| bits <= longest) {
                break;
            }
            rest = &behind[digits.len()..];
        }
        all.push(address);
        rest = rest.trim_start();
    }
    all
}

fn prefix(text: &str, is_part: impl Fn(char) -> bool) -> &str {
    text.split(|c| !is_part(c)).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn row(n: u128, key: &str, value: &str) -> DnsRow {
        let records = [(key.to_owned(), value.to_owned())].into();
        DnsRow { uuid: Uuid::from_u128(n), records, ..DnsRow::default() }
    }

    fn ask(key: &str, value: &str, name: &str, kind: QueryType, owned: bool) -> Option<Answer> {
        let row = DnsRow { ovn_owned: owned, ..row(1, key, value) };
        candidates([&row], name, kind).pop().map(|found| found.answer)
    }

    fn addresses(list: &[&str]) -> Option<Answer> {
        Some(Answer::Addresses(list.iter().map(|a| a.parse().unwrap()).collect()))
    }

    #[test]
    fn a_key_is_matched_as_it_is_and_the_query_in_lower_case() {
        let one = addresses(&["10.0.0.1"]);
        assert_eq!(ask("web", "10.0.0.1", "WeB.", QueryType::A, false), one);
        assert_eq!(ask("Web", "10.0.0.1", "Web", QueryType::A, false), None);
        assert_eq!(ask("web.", "10.0.0.1", "web.", QueryType::A, false), None);
    }

    #[test]
    fn values_are_read_up_to_the_first_thing_that_is_no_address() {
        let both = "10.0.0.1 fd00::1";
        assert_eq!(ask("w", both, "w", QueryType::A, false), addresses(&["10.0.0.1"]));
        assert_eq!(ask("w", both, "w", QueryType::Aaaa, false), addresses(&["fd00::1"]));
        assert_eq!(ask("w", both, "w", QueryType::Any, false), addresses(&["10.0.0.1", "fd00::1"]));
        assert_eq!(ask("w", "10.0.0.1,10.0.0.2", "w", QueryType::A, false), addresses(&["10.0.0.1"]));
        assert_eq!(ask("w", "10.0.0.1/24 x 10.0.0.2", "w", QueryType::A, false), addresses(&["10.0.0.1"]));
        assert_eq!(ask("w", "web.internal", "w", QueryType::A, true), Some(Answer::Silent));
    }

    #[test]
    fn a_family_that_is_missing_goes_on_or_is_refused() {
        assert_eq!(ask("w", "10.0.0.1", "w", QueryType::Aaaa, false), Some(Answer::Silent));
        assert_eq!(ask("w", "10.0.0.1", "w", QueryType::Aaaa, true), Some(Answer::Refused));
    }

    #[test]
    fn a_reverse_name_leads_to_one_name_as_it_is() {
        let ptr = |value| ask("w", value, "w", QueryType::Ptr, false);
        assert_eq!(ptr("Web.Internal"), Some(Answer::Name("web.internal".into())));
        assert!(matches!(ptr("web.internal."), Some(Answer::Malformed(_))));
    }

    #[test]
    fn every_row_with_the_key_may_be_the_one() {
        let rows = [row(1, "w", "10.0.0.1"), row(2, "w", "10.0.0.2"), row(3, "x", "10.0.0.3")];
        assert_eq!(candidates(&rows, "w", QueryType::A).len(), 2);
    }
}
