//! What OVN's DNS responder answers to one query: the rows of a switch, a name and a type in, an answer out
//! (controller/pinctrl.c, `pinctrl_handle_dns_lookup`; lib/ovn-util.c, `extract_ip_addresses`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::snapshot::DnsRow;

/// Seconds a guest may keep an answer; no option changes it (controller/pinctrl.c, `DNS_DEFAULT_RR_TTL`).
pub const TTL: u32 = 3600;

/// The types of query that the responder looks at (RFC 1035, section 3.2.2; RFC 3596, section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueryType {
    A,
    Aaaa,
    Ptr,
    /// A and AAAA.
    Any,
}

/// The data of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rdata {
    /// In an order that changes from answer to answer since OVN 25.03.
    Addresses(Vec<IpAddr>),
    Name(String),
}

/// What the responder does with one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Data(Rdata),
    /// An answer that no resolver can read: the name has an empty label, or one of more than 63 octets.
    Malformed(String),
    /// RCODE 5: the row is marked `ovn-owned`, and the name has no address of this family.
    Refused,
    /// No answer: the name is here without data of this type, and the query travels on.
    Silent,
}

impl Answer {
    /// Whether a guest cannot tell two answers apart, whatever the order of their addresses.
    pub fn is_same_as(&self, other: &Answer) -> bool {
        match (self, other) {
            (Answer::Data(Rdata::Addresses(one)), Answer::Data(Rdata::Addresses(other))) => {
                let (mut one, mut other) = (one.clone(), other.clone());
                one.sort();
                other.sort();
                one == other
            }
            (Answer::Malformed(_), Answer::Malformed(_)) => true,
            _ => self == other,
        }
    }
}

/// A row that has the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    pub row: &'a DnsRow,
    /// As stored.
    pub value: &'a str,
    /// The answer where this row is the one that OVN finds.
    pub answer: Answer,
}

/// The rows that have the name as a key. Of several OVN takes the first in the order of its hash table, which
/// is known to ovn-controller only. Without any the query travels on.
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
        return if is_readable { Answer::Data(Rdata::Name(value)) } else { Answer::Malformed(value) };
    }
    let all = served(&value);
    let is_wanted = |address: &&IpAddr| match kind {
        QueryType::A => address.is_ipv4(),
        QueryType::Aaaa => address.is_ipv6(),
        QueryType::Ptr | QueryType::Any => true,
    };
    let wanted: Vec<IpAddr> = all.iter().filter(is_wanted).copied().collect();
    if !wanted.is_empty() {
        Answer::Data(Rdata::Addresses(wanted))
    } else if ovn_owned && !all.is_empty() {
        Answer::Refused
    } else {
        Answer::Silent
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
        if let Some(after_slash) = rest.strip_prefix('/') {
            let digits = prefix(after_slash, |c| c.is_ascii_digit());
            if !digits.parse::<u8>().is_ok_and(|bits| bits <= longest) {
                break;
            }
            rest = &after_slash[digits.len()..];
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
        Some(Answer::Data(Rdata::Addresses(list.iter().map(|a| a.parse().unwrap()).collect())))
    }

    /// The addresses of a value that OVN reads.
    fn read(value: &str) -> Vec<String> {
        served(value).iter().map(IpAddr::to_string).collect()
    }

    #[test]
    fn a_query_is_matched_in_lower_case_and_without_its_trailing_dot() {
        assert_eq!(ask("web", "10.0.0.1", "WeB.", QueryType::A, false), addresses(&["10.0.0.1"]));
    }

    #[test]
    fn a_key_with_a_capital_letter_never_matches() {
        assert_eq!(ask("Web", "10.0.0.1", "Web", QueryType::A, false), None);
    }

    #[test]
    fn a_key_with_a_trailing_dot_never_matches() {
        assert_eq!(ask("web.", "10.0.0.1", "web.", QueryType::A, false), None);
    }

    #[test]
    fn each_type_gets_the_addresses_of_its_family() {
        let both = "10.0.0.1 fd00::1";
        assert_eq!(ask("w", both, "w", QueryType::A, false), addresses(&["10.0.0.1"]));
        assert_eq!(ask("w", both, "w", QueryType::Aaaa, false), addresses(&["fd00::1"]));
        assert_eq!(ask("w", both, "w", QueryType::Any, false), addresses(&["10.0.0.1", "fd00::1"]));
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
    fn a_prefix_length_is_skipped() {
        assert_eq!(read("10.0.0.1/24 fd00::1/64"), ["10.0.0.1", "fd00::1"]);
    }

    #[test]
    fn nothing_is_read_from_a_prefix_length_on_that_is_too_long() {
        assert_eq!(read("10.0.0.1/33 10.0.0.2"), [""; 0]);
    }

    #[test]
    fn a_family_that_is_missing_is_passed_on() {
        assert_eq!(ask("w", "10.0.0.1", "w", QueryType::Aaaa, false), Some(Answer::Silent));
    }

    #[test]
    fn a_family_that_is_missing_in_a_row_that_is_ovn_owned_is_refused() {
        assert_eq!(ask("w", "10.0.0.1", "w", QueryType::Aaaa, true), Some(Answer::Refused));
    }

    #[test]
    fn a_value_without_an_address_is_passed_on_even_where_the_row_is_ovn_owned() {
        assert_eq!(ask("w", "web.internal", "w", QueryType::A, true), Some(Answer::Silent));
    }

    #[test]
    fn a_reverse_name_leads_to_one_name_in_lower_case() {
        let name = Answer::Data(Rdata::Name("web.internal".into()));
        assert_eq!(ask("w", "Web.Internal", "w", QueryType::Ptr, false), Some(name));
    }

    #[test]
    fn a_reverse_name_with_a_trailing_dot_is_malformed() {
        let answer = ask("w", "web.internal.", "w", QueryType::Ptr, false);
        assert_eq!(answer, Some(Answer::Malformed("web.internal.".into())));
    }

    #[test]
    fn every_row_with_the_key_is_a_candidate() {
        let rows = [row(1, "w", "10.0.0.1"), row(2, "w", "10.0.0.2"), row(3, "x", "10.0.0.3")];
        assert_eq!(candidates(&rows, "w", QueryType::A).len(), 2);
    }

    #[test]
    fn answers_are_the_same_in_any_order() {
        let [one, other] = [["10.0.0.1", "10.0.0.2"], ["10.0.0.2", "10.0.0.1"]].map(|list| addresses(&list));
        assert!(one.unwrap().is_same_as(&other.unwrap()));
    }
}
