//! What OVN's DNS responder answers to one query: the rows of a switch, a name and a type in, an answer out
//! (controller/pinctrl.c, `pinctrl_handle_dns_lookup`).

use std::net::IpAddr;

use super::scan;
use super::snapshot::DnsRow;

/// Seconds a guest may keep an answer; no option changes it (controller/pinctrl.c, `DNS_DEFAULT_RR_TTL`).
pub const TTL: u32 = 3600;

/// The longest name and label, in octets (RFC 1035, section 2.3.4).
const NAME_MAX: usize = 253;
const LABEL_MAX: usize = 63;

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
    /// An answer that no resolver can read: the name has more than 253 octets, an empty label, or one of more than 63.
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
        let is_readable =
            value.len() <= NAME_MAX && value.split('.').all(|label| (1..=LABEL_MAX).contains(&label.len()));
        return if is_readable { Answer::Data(Rdata::Name(value)) } else { Answer::Malformed(value) };
    }
    let all = scan::addresses(&value);
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
    fn a_reverse_name_with_several_addresses_for_a_name_is_malformed() {
        let many = (1..=60).map(|n| format!("10.0.1.{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(ask("w", &many, "w", QueryType::Ptr, false), Some(Answer::Malformed(many)));
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
