//! Hostnames, domains and FQDNs: the rules, and a valid name to type instead of an invalid one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::a_label;
use super::reserved::{RESERVED_DOMAINS, reserved};
use crate::error::{Error, Result};

/// The domain of a zone that is created without one.
pub const DEFAULT_DOMAIN: &str = "internal";

/// The longest label in octets (RFC 1035, section 2.3.4).
pub const LABEL_MAX: usize = 63;

/// The longest FQDN in characters without the trailing dot (RFC 1035, section 2.3.4).
pub const FQDN_MAX: usize = 253;

/// Top-level domains for private use, which need no warning.
const PRIVATE_DOMAINS: &[&str] = &["internal", "home", "corp", "lan", "intranet", "private"];

/// A hostname: one RFC 1123 label in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hostname(String);

impl Hostname {
    /// Accepts a hostname in any case: 1 to 63 of a–z, 0–9 and hyphen, without a hyphen at either end, not only
    /// digits (RFC 1123, section 2.1), and not one of [`RESERVED`](super::reserved::RESERVED).
    ///
    /// # Errors
    /// Invalid input, with the value, the rule and, where there is one, a valid alternative.
    pub fn parse(text: &str) -> Result<Self> {
        let lower = text.to_ascii_lowercase();
        if let Some(meaning) = reserved(&lower) {
            let message = format!("hostname {text:?} is reserved: {}", meaning.reason());
            let alternative = suggestion(&format!("{lower}-1"));
            return Err(Error::invalid(message)
                .hint(format!("use another name, such as `{}`", alternative.unwrap_or_default())));
        }
        if let Some(rule) = broken_label_rule(&lower) {
            return Err(refusal(text, rule));
        }
        if lower.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refusal(text, "programs read a hostname of digits only as an address"));
        }
        Ok(Hostname(lower))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The FQDN under a domain.
    ///
    /// # Errors
    /// Invalid input where it would be longer than 253 characters.
    pub fn fqdn(&self, domain: &Domain) -> Result<String> {
        let fqdn = [&self.0, ".", domain.as_str()].concat();
        if fqdn.len() > FQDN_MAX {
            return Err(Error::invalid(format!(
                "{fqdn:?} has {} characters; an FQDN has at most {FQDN_MAX}",
                fqdn.len()
            ))
            .hint("use a shorter hostname"));
        }
        Ok(fqdn)
    }
}

impl fmt::Display for Hostname {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A host as it was typed: a hostname, with or without the zone's domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostArg {
    pub hostname: Hostname,
    /// The text after the first dot, in lower case and without a trailing dot.
    suffix: Option<String>,
}

impl HostArg {
    /// Accepts `web-server` and `web-server.internal`, in any case, with or without a trailing dot.
    ///
    /// # Errors
    /// Invalid input, as [`Hostname::parse`].
    pub fn parse(text: &str) -> Result<Self> {
        if text.ends_with("..") {
            return Err(refusal(text, "a label has at least one character"));
        }
        let (label, suffix) = match text.split_once('.') {
            Some((label, suffix)) => (label, suffix.strip_suffix('.').unwrap_or(suffix)),
            None => (text, ""),
        };
        let hostname = Hostname::parse(label).map_err(|error| {
            if label == text {
                error
            } else if label.is_empty() {
                refusal(text, "it begins with a dot")
            } else {
                Error { message: format!("{} (in {text:?})", error.message), ..error }
            }
        })?;
        Ok(HostArg { hostname, suffix: (!suffix.is_empty()).then(|| suffix.to_ascii_lowercase()) })
    }

    /// The hostname in a zone with this domain.
    ///
    /// # Errors
    /// Invalid input where the name has a suffix that is not the domain.
    pub fn under(&self, domain: &Domain) -> Result<&Hostname> {
        match &self.suffix {
            Some(suffix) if suffix != domain.as_str() => {
                let typed = format!("{}.{suffix}", self.hostname);
                Err(Error::invalid(format!(
                    "hostname {typed:?} has dots, but does not end in the zone's domain `{domain}`"
                ))
                .hint(match suggestion(&typed) {
                    Some(name) => format!("use `{}` or `{name}`", self.hostname),
                    None => format!("use `{}`", self.hostname),
                }))
            }
            _ => Ok(&self.hostname),
        }
    }
}

/// The suffix of a zone: one or more labels in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain(String);

impl Domain {
    /// Accepts a domain in any case, with or without a trailing dot.
    ///
    /// # Errors
    /// Invalid input where a label breaks RFC 1123 or the last one is in [`RESERVED_DOMAINS`].
    pub fn parse(text: &str) -> Result<Self> {
        let lower = text.to_ascii_lowercase();
        let lower = lower.strip_suffix('.').unwrap_or(&lower);
        for label in lower.split('.') {
            if let Some(rule) = broken_label_rule(label) {
                return Err(Self::refusal(text, rule));
            }
        }
        // An FQDN needs room for at least one character and a dot in front.
        if lower.len() > FQDN_MAX - 2 {
            return Err(Error::invalid(format!(
                "domain {text:?} has {} characters; an FQDN has at most {FQDN_MAX}",
                lower.len()
            ))
            .hint("use a shorter domain"));
        }
        let top = lower.rsplit('.').next().unwrap_or(lower);
        if let Some(meaning) = RESERVED_DOMAINS.iter().find(|meaning| meaning.name == top) {
            let free = lower.strip_suffix(meaning.name).unwrap_or_default();
            return Err(Error::invalid(format!("domain {text:?} is refused: {}", meaning.reason()))
                .hint(format!("use `{free}{DEFAULT_DOMAIN}`")));
        }
        if top.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Self::refusal(text, "programs read a last label of digits only as an address"));
        }
        Ok(Domain(lower.to_owned()))
    }

    fn refusal(text: &str, rule: &str) -> Error {
        let error = Error::invalid(format!("domain {text:?} is refused: {rule}"));
        match Self::suggestion(text) {
            Some(domain) => error.hint(format!("use `{domain}`")),
            None => error.hint(format!(
                "use one or more labels, such as `{DEFAULT_DOMAIN}` or `prod.{DEFAULT_DOMAIN}`"
            )),
        }
    }

    /// A valid domain that is similar to a text, label by label.
    fn suggestion(text: &str) -> Option<Self> {
        let labels = text.split('.').filter_map(|label| {
            let lower = label.to_lowercase();
            if broken_label_rule(&lower).is_none() { Some(lower) } else { similar_label(label) }
        });
        let mut labels: Vec<String> = labels.collect();
        if labels.is_empty() {
            return None;
        }
        if let Some(top) = labels.last_mut().filter(|top| top.bytes().all(|b| b.is_ascii_digit())) {
            top.insert_str(0, "net-");
        }
        let domain = labels.join(".");
        // A text that is its own suggestion has another fault.
        if domain == text { None } else { Domain::parse(&domain).ok() }
    }

    /// The most frequent domain after the first dot of these names; `None` where none has one. It may be a domain that
    /// [`Domain::parse`] refuses, but a file can hold it.
    pub fn of_most<'n>(names: impl Iterator<Item = &'n str>) -> Option<Self> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let is_label = |label: &str| !label.is_empty() && label.chars().all(is_plain);
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let domains = names.filter_map(|name| name.trim_end_matches('.').split_once('.'));
        for (_, domain) in domains.filter(|(_, domain)| domain.split('.').all(is_label)) {
            *counts.entry(domain.to_ascii_lowercase()).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        most.map(|(domain, _)| Domain(domain))
    }

    /// Without a trailing dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the domain may exist in the public DNS, so that the zone would hide names from the guests.
    pub fn is_public(&self) -> bool {
        let top = self.0.rsplit('.').next().unwrap_or_default();
        !PRIVATE_DOMAINS.contains(&top) && self.0 != "home.arpa"
    }
}

impl Default for Domain {
    fn default() -> Self {
        Domain(DEFAULT_DOMAIN.to_owned())
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name in lower case, as DNS compares them (RFC 4343).
pub fn in_lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// The rule of RFC 1123 that a lower-case label breaks; `None` where it breaks none.
fn broken_label_rule(label: &str) -> Option<&'static str> {
    if label.is_empty() {
        Some("a label has at least one character")
    } else if label.contains('_') {
        Some("underscores are not allowed in hostnames (RFC 1123)")
    } else if label.contains('.') {
        Some("a hostname is one label, without dots")
    } else if !label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        Some("only a-z, 0-9 and hyphen are allowed (RFC 1123)")
    } else if label.starts_with('-') || label.ends_with('-') {
        Some("a hyphen is not allowed at either end (RFC 1123)")
    } else if label.len() > LABEL_MAX {
        Some("a label has at most 63 characters (RFC 1035)")
    } else {
        None
    }
}

fn refusal(text: &str, rule: &str) -> Error {
    let error = Error::invalid(format!("hostname {text:?} is refused: {rule}"));
    match suggestion(text) {
        Some(name) => error.hint(format!("use `{name}`")),
        None => error.hint("use 1 to 63 of a-z, 0-9 and hyphen, such as `web-server`"),
    }
}

/// A valid hostname that is similar to a text: `vm-name` for `VM_NAME`.
pub fn suggestion(text: &str) -> Option<String> {
    let mut name = similar_label(text)?;
    if name.bytes().all(|b| b.is_ascii_digit()) {
        name.insert_str(0, "vm-");
        name.truncate(LABEL_MAX);
    }
    reserved(&name).is_none().then_some(name)
}

/// A valid label that is similar to a text. What is not a letter or a digit becomes a hyphen, and letters of other
/// scripts become an A-label.
fn similar_label(text: &str) -> Option<String> {
    let parts = |is_letter: fn(char) -> bool| {
        let lower = text.to_lowercase();
        let parts: Vec<&str> =
            lower.split(|c| !is_letter(c)).filter(|part: &&str| !part.is_empty()).collect();
        parts.join("-")
    };
    if let Some(ascii) =
        a_label::of(&parts(char::is_alphanumeric)).filter(|name| broken_label_rule(name).is_none())
    {
        return Some(ascii);
    }
    let mut name = parts(|c| c.is_ascii_alphanumeric());
    name.truncate(LABEL_MAX);
    let name = name.trim_end_matches('-');
    broken_label_rule(name).is_none().then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fuzzing::fuzz;
    use crate::model::reserved::RESERVED;
    use crate::model::{a_label, address, balancer, dhcp, lookup, printable, release, scan, shell};
    use proptest::prelude::*;

    #[test]
    fn a_refusal_offers_an_alternative() {
        for (text, alternative) in [
            ("VM_NAME", "use `vm-name`"),
            ("my.vm", "use `my-vm`"),
            ("-web-", "use `web`"),
            ("123", "use `vm-123`"),
            ("é", "use `xn--9ca`"),
            ("Bücher", "use `xn--bcher-kva`"),
            ("數 據", "use `xn--"),
            ("b ücher", "use `xn--b-cher-"),
            ("…", "use 1 to 63"),
        ] {
            let error = Hostname::parse(text).unwrap_err();
            assert!(error.message.contains(text), "{}", error.message);
            assert!(error.hints[0].starts_with(alternative), "{text}");
        }
    }

    #[test]
    fn the_alternative_to_a_reserved_name_is_accepted() {
        for meaning in RESERVED {
            let error = Hostname::parse(meaning.name).unwrap_err();
            let alternative = error.hints[0].split('`').nth(1).unwrap();
            assert!(Hostname::parse(alternative).is_ok(), "{alternative}");
        }
    }

    #[test]
    fn a_host_is_accepted_with_the_domain_of_its_zone_only() {
        let domain = Domain::parse("Prod.Internal.").unwrap();
        let host = |text| HostArg::parse(text).unwrap();
        assert_eq!(host("Web.prod.internal").under(&domain).unwrap().as_str(), "web");
        assert_eq!(host("WEB").under(&domain).unwrap().as_str(), "web");
        let error = host("web.internal").under(&domain).unwrap_err();
        assert_eq!(error.hints[0], "use `web` or `web-internal`");
    }

    #[test]
    fn a_refused_domain_offers_one_that_is_accepted() {
        for (text, alternative) in [
            ("prod_x.internal", "use `prod-x.internal`"),
            ("a..b", "use `a.b`"),
            ("München.internal", "use `xn--mnchen-3ya.internal`"),
            ("dns_.10", "use `dns.net-10`"),
            ("", "use one or more labels, such as `internal` or `prod.internal`"),
        ] {
            assert_eq!(Domain::parse(text).unwrap_err().hints[0], alternative, "{text}");
        }
    }

    #[test]
    fn domains_with_another_meaning_are_refused() {
        for meaning in RESERVED_DOMAINS {
            assert!(Domain::parse(&format!("prod.{}", meaning.name)).is_err(), "{}", meaning.name);
        }
        assert!(Domain::parse("prod.internal").is_ok_and(|d| !d.is_public()));
        assert!(Domain::parse("corp.org").is_ok_and(|d| d.is_public()));
    }

    proptest! {
        #[test]
        fn an_accepted_hostname_is_a_lower_case_label(text in "\\PC{0,70}|[a-zA-Z0-9-]{1,66}") {
            if let Ok(name) = Hostname::parse(&text) {
                let name = name.as_str();
                prop_assert!((1..=63).contains(&name.len()));
                prop_assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
                prop_assert!(!name.starts_with('-') && !name.ends_with('-'));
                prop_assert_eq!(name, text.to_ascii_lowercase());
            }
        }

        #[test]
        fn a_suggestion_is_itself_accepted(text in "\\PC{0,80}") {
            if let Some(name) = suggestion(&text) {
                prop_assert!(Hostname::parse(&name).is_ok(), "{}", name);
            }
        }
    }

    #[test]
    fn fuzz_words_of_operators() {
        let samples = [
            "web-server.internal",
            "10.0.0.10",
            "fd00::1",
            "10.0.0.0/24",
            "10.0.0.1:53",
            "[fd00::1]:53",
            "1.0.0.10.in-addr.arpa",
            "xn--mnchen-3ya",
            "WEB.",
            "23.03.1-20.27.0",
            "0a:00:00:00:00:01 10.0.0.1",
        ];
        fuzz(&samples, &[".in-addr.arpa", ".ip6.arpa", "xn--", "--", ".", ":", "/", "[", "]"], |text| {
            let _ = (Hostname::parse(text), HostArg::parse(text), Domain::parse(text), suggestion(text));
            let _ = (address::parse(text), scan::addresses(text), dhcp::parse_addresses(text));
            let _ = (address::from_reverse_name(text), address::from_value(text), a_label::of(text));
            let _ = (balancer::parse_resolver(text), balancer::vip_address(text));
            let _ = (release::Release::parse(text), lookup::question::Question::parse(text, None));
            let line = shell::shell_word(text);
            assert!(text.contains('\0') || line.chars().all(printable::is_printable), "{line:?}");
        });
    }
}
