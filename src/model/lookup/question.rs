//! What is asked: the name as it was typed, and the names that each resolver library makes of it.

use std::net::IpAddr;

use super::client::Client;
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::responder::QueryType;

/// The longest name in characters, without its trailing dot (RFC 1035, section 2.3.4).
const NAME_MAX: usize = 253;
/// The longest label in octets (RFC 1035, section 2.3.4).
const LABEL_MAX: usize = 63;

/// A name as it was typed, and the types that are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub typed: String,
    /// Without a trailing dot; of an address its reverse name.
    pub name: String,
    /// Whether a trailing dot keeps search domains from being appended.
    pub is_absolute: bool,
    pub kinds: Vec<QueryType>,
}

impl Question {
    /// Reads a name or an address. Without a type it is PTR for a reverse name, A and AAAA for any other.
    ///
    /// # Errors
    /// Invalid input for a name that no query can carry.
    pub fn parse(typed: &str, kind: Option<QueryType>) -> Result<Self> {
        let reverse = typed.parse::<IpAddr>().ok().map(address::reverse_name);
        let name = reverse.as_deref().unwrap_or(typed);
        let bare = name.strip_suffix('.').unwrap_or(name);
        if bare.len() > NAME_MAX || bare.split('.').any(|label| !(1..=LABEL_MAX).contains(&label.len())) {
            return Err(Error::invalid(format!(
                "name {typed:?} is refused: a label has 1 to {LABEL_MAX} characters, a name at most {NAME_MAX} (RFC 1035)"
            ))
            .hint("ask for a name such as `web-server` or `web-server.internal`"));
        }
        let kinds = match kind {
            Some(kind) => vec![kind],
            None if address::is_reverse_name(bare) => vec![QueryType::Ptr],
            None => vec![QueryType::A, QueryType::Aaaa],
        };
        Ok(Question {
            typed: typed.to_owned(),
            name: bare.to_owned(),
            is_absolute: name.ends_with('.'),
            kinds,
        })
    }

    pub fn is_reverse(&self) -> bool {
        address::is_reverse_name(&self.name)
    }

    /// The names that a resolver library asks for, one after the other until one is found.
    ///
    /// glibc appends the search domains to a name without a dot first, and to one with a dot last (resolv.conf(5),
    /// `ndots`). musl never appends them to a name with a dot (src/network/lookup_name.c, `name_from_dns_search`).
    /// systemd-resolved appends them to a name without a dot, and sends no such name without one
    /// (systemd-resolved.service(8), resolved.conf(5), `ResolveUnicastSingleLabel=`).
    pub fn names(&self, client: Client, search: &[String]) -> Vec<String> {
        let domains = if self.is_absolute { &[] } else { search };
        let searched = domains.iter().map(|domain| format!("{}.{domain}", self.name));
        let as_typed = std::iter::once(self.name.clone());
        let has_dot = self.name.contains('.');
        match client {
            Client::Glibc if has_dot => as_typed.chain(searched).collect(),
            Client::Musl | Client::SystemdResolved if has_dot => as_typed.collect(),
            Client::Glibc | Client::Musl => searched.chain(as_typed).collect(),
            Client::SystemdResolved => searched.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEARCH: [&str; 2] = ["prod.internal", "internal"];

    fn names(typed: &str, client: Client, search: &[&str]) -> Vec<String> {
        let search: Vec<String> = search.iter().map(|domain| (*domain).to_owned()).collect();
        Question::parse(typed, None).unwrap().names(client, &search)
    }

    #[test]
    fn glibc_appends_search_domains_to_a_name_without_a_dot_first() {
        assert_eq!(names("web", Client::Glibc, &SEARCH), ["web.prod.internal", "web.internal", "web"]);
    }

    #[test]
    fn glibc_appends_search_domains_to_a_name_with_a_dot_last() {
        let asked = ["db.prod", "db.prod.prod.internal", "db.prod.internal"];
        assert_eq!(names("db.prod", Client::Glibc, &SEARCH), asked);
    }

    #[test]
    fn musl_appends_search_domains_to_a_name_without_a_dot_first() {
        assert_eq!(names("web", Client::Musl, &SEARCH), ["web.prod.internal", "web.internal", "web"]);
    }

    #[test]
    fn musl_appends_nothing_to_a_name_with_a_dot() {
        assert_eq!(names("db.prod", Client::Musl, &SEARCH), ["db.prod"]);
    }

    #[test]
    fn systemd_resolved_sends_a_name_without_a_dot_with_search_domains_only() {
        let asked = ["web.prod.internal", "web.internal"];
        assert_eq!(names("web", Client::SystemdResolved, &SEARCH), asked);
    }

    #[test]
    fn systemd_resolved_sends_no_name_without_a_dot_where_there_is_no_search_domain() {
        assert_eq!(names("web", Client::SystemdResolved, &[]), [""; 0]);
    }

    #[test]
    fn systemd_resolved_appends_nothing_to_a_name_with_a_dot() {
        assert_eq!(names("db.prod", Client::SystemdResolved, &SEARCH), ["db.prod"]);
    }

    #[test]
    fn a_trailing_dot_keeps_every_library_from_searching() {
        assert_eq!(names("web.", Client::Glibc, &SEARCH), ["web"]);
        assert_eq!(names("web.", Client::Musl, &SEARCH), ["web"]);
        assert_eq!(names("web.", Client::SystemdResolved, &SEARCH), [""; 0]);
    }

    #[test]
    fn a_name_is_asked_for_by_its_addresses() {
        let question = Question::parse("web.internal.", None).unwrap();
        assert_eq!(question.name, "web.internal");
        assert_eq!(question.kinds, [QueryType::A, QueryType::Aaaa]);
    }

    #[test]
    fn an_address_is_asked_for_by_its_reverse_name() {
        let question = Question::parse("10.0.0.11", None).unwrap();
        assert_eq!(question.name, "11.0.0.10.in-addr.arpa");
        assert_eq!(question.kinds, [QueryType::Ptr]);
        assert!(question.is_reverse());
    }

    #[test]
    fn a_type_that_is_named_is_the_only_one() {
        let question = Question::parse("10.0.0.11", Some(QueryType::Any)).unwrap();
        assert_eq!(question.kinds, [QueryType::Any]);
    }

    #[test]
    fn a_name_that_no_query_can_carry_is_refused() {
        for name in ["", ".", "a..b", &"x".repeat(64), &"abc.".repeat(64)] {
            let error = Question::parse(name, None).unwrap_err();
            assert!(error.message.contains("RFC 1035"), "{}", error.message);
        }
    }
}
