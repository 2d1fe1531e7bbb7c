//! The grammar of DHCP options as ovn-controller has it: `put_dhcp_opts(offerip = …, key = value, …)`,
//! ovn-northd makes it by pasting keys and values raw (northd.c, `build_dhcpv4_action`), and it is read back by
//! `parse_put_opts` (lib/actions.c), `expr_constant_set_parse` (lib/expr.c) and lib/lex.c.

use std::net::{IpAddr, Ipv4Addr};

use super::dhcp_lexer::{Format, Lexer, Token};
use super::release::Release;
use super::snapshot::{DhcpOptions, Map};

/// Options of DHCPv4 and their types, as in lib/ovn-l7.h: used where the southbound `DHCP_Options`, which has those
/// of the running release, cannot be read.
const DHCPV4: &[(&str, &str)] = &[
    ("offerip", "ipv4"),
    ("netmask", "ipv4"),
    ("router", "ipv4"),
    ("dns_server", "ipv4"),
    ("log_server", "ipv4"),
    ("lpr_server", "ipv4"),
    ("hostname", "str"),
    ("domain_name", "str"),
    ("swap_server", "ipv4"),
    ("policy_filter", "ipv4"),
    ("router_solicitation", "ipv4"),
    ("nis_server", "ipv4"),
    ("ntp_server", "ipv4"),
    ("server_id", "ipv4"),
    ("tftp_server", "host_id"),
    ("classless_static_route", "static_routes"),
    ("ms_classless_static_route", "static_routes"),
    ("ip_forward_enable", "bool"),
    ("router_discovery", "bool"),
    ("ethernet_encap", "bool"),
    ("default_ttl", "uint8"),
    ("tcp_ttl", "uint8"),
    ("mtu", "uint16"),
    ("lease_time", "uint32"),
    ("T1", "uint32"),
    ("T2", "uint32"),
    ("bootfile_name", "str"),
    ("wpad", "str"),
    ("path_prefix", "str"),
    ("tftp_server_address", "ipv4"),
    ("domain_search_list", "domains"),
    ("broadcast_address", "ipv4"),
    ("netbios_name_server", "ipv4"),
    ("netbios_node_type", "uint8"),
    ("bootfile_name_alt", "str"),
    ("arp_cache_timeout", "uint32"),
    ("tcp_keepalive_interval", "uint32"),
    ("next_server", "ipv4"),
];

/// Options of DHCPv6 and their types, likewise.
const DHCPV6: &[(&str, &str)] = &[
    ("server_id", "mac"),
    ("ia_addr", "ipv6"),
    ("dns_server", "ipv6"),
    ("domain_search", "str"),
    ("bootfile_name", "str"),
    ("bootfile_name_alt", "str"),
    ("fqdn", "domain"),
];

/// The first release that knows `fqdn`.
const FQDN_SINCE: Release = Release(23, 9);

/// The options and types that qdns knows of a release, or of the newest where it is unknown.
pub fn built_in(is_ipv4: bool, release: Option<Release>) -> Map {
    let list = if is_ipv4 { DHCPV4 } else { DHCPV6 };
    let has_fqdn = release.is_none_or(|release| release >= FQDN_SINCE);
    let list = list.iter().filter(|(name, _)| has_fqdn || *name != "fqdn");
    list.map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect()
}

/// What is wrong with an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The option, as the row has it.
    pub option: String,
    /// Why OVN cannot read it.
    pub why: String,
}

/// The options without which ovn-northd makes no DHCP flow.
pub fn required(is_ipv4: bool) -> &'static [&'static str] {
    if is_ipv4 { &["server_id", "server_mac", "lease_time"] } else { &["server_id"] }
}

/// Why no port gets a lease from a row; `None` where ports whose addresses are in its network may get one.
pub fn why_no_lease(row: &DhcpOptions, release: Option<Release>) -> Option<String> {
    if row.network().is_none() {
        return Some(format!("{:?} is no network", row.cidr));
    }
    let is_ipv4 = row.is_ipv4();
    if let Some(absent) = required(is_ipv4).iter().find(|option| !row.options.contains_key(**option)) {
        return Some(format!("the row lacks {absent}"));
    }
    let flaw = flaws(&row.options, &built_in(is_ipv4, release), is_ipv4).into_iter().next()?;
    Some(format!("{} = {}: {}", flaw.option, row.options[&flaw.option], flaw.why))
}

/// Every option of a row that ovn-controller cannot read, each checked as if the others were right.
pub fn flaws(options: &Map, types: &Map, is_ipv4: bool) -> Vec<Flaw> {
    let flaw = |(key, value): (&String, &String)| {
        let checked = match key.as_str() {
            "server_mac" if is_ipv4 => check_mac(value),
            "server_id" if is_ipv4 => check(key, value, types).and_then(|()| check_source(value)),
            "server_id" => check_mac(value),
            "dhcpv6_stateless" if !is_ipv4 => Ok(()),
            _ => check(key, value, types),
        };
        Some(Flaw { option: key.clone(), why: checked.err()? })
    };
    options.iter().filter_map(flaw).collect()
}

/// Whether the answers of the server can be sent from this MAC.
fn check_mac(value: &str) -> Result<(), String> {
    let is_mac = Format::of(value.trim()) == Some(Format::Ethernet);
    is_mac.then_some(()).ok_or_else(|| "it takes one MAC address, XX:XX:XX:XX:XX:XX".to_owned())
}

/// Whether the answers of the server can be sent from this address: `ip4.src = VALUE`.
fn check_source(value: &str) -> Result<(), String> {
    let is_source = match Format::of(value.trim()) {
        Some(Format::Ipv4) => true,
        Some(Format::Decimal) => value.trim().parse::<u32>().is_ok(),
        Some(Format::Hexadecimal) => value.trim().len() <= 10,
        _ => false,
    };
    is_source.then_some(()).ok_or_else(|| "it takes one IPv4 address".to_owned())
}

/// Whether OVN reads `key = value` as one option, and nothing else.
///
/// # Errors
/// Why it does not.
pub fn check(key: &str, value: &str, types: &Map) -> Result<(), String> {
    let mut lexer = Lexer { rest: key };
    match (lexer.next(), lexer.next()) {
        (Token::Id(_), Token::End) => {}
        _ => return Err(format!("{key:?} is no name that OVN can read")),
    }
    let kind = types.get(key).ok_or_else(|| format!("this OVN knows no option {key}"))?;
    let mut lexer = Lexer { rest: value };
    let found = constants(&mut lexer)?;
    let wanted = match kind.as_str() {
        "host_id" => None,
        "str" | "domains" | "domain" => Some(Constant::String),
        _ => Some(Constant::Number),
    };
    match wanted {
        Some(Constant::String) if found != Constant::String => {
            return Err("it takes a string, in double quotes".to_owned());
        }
        Some(Constant::Number) if found != Constant::Number => {
            return Err(format!("it takes {}, without quotes", described(kind)));
        }
        _ => {}
    }
    // Options may be separated by a comma (parse_put_opts): after one the next option must begin.
    loop {
        match lexer.next() {
            Token::End => return Ok(()),
            Token::Comma => {}
            token => {
                return Err(match token {
                    Token::Number(_) | Token::String => {
                        "several values need braces: {A, B}; OVN takes what follows the first for an option's name"
                            .to_owned()
                    }
                    Token::Bad(why) => why,
                    _ => "something follows the value, which OVN would read as another option or action".to_owned(),
                });
            }
        }
    }
}

/// Whether OVN reads the value of an option that [`super::dhcp::is_written`].
///
/// # Errors
/// Why it does not.
pub fn check_written(option: &str, value: &str, is_ipv4: bool) -> Result<(), String> {
    check(option, value, &built_in(is_ipv4, None))
}

/// The value that was most likely meant, if OVN can read that; `None` where the option must be removed.
pub fn corrected(key: &str, value: &str, types: &Map) -> Option<String> {
    let kind = types.get(key)?;
    let bare = value.trim().trim_matches(['"', '\'']);
    let words = || bare.split([',', ' ', '{', '}', '"', ';']).filter(|word| !word.is_empty());
    let candidate = match kind.as_str() {
        "str" | "domains" | "domain" => {
            let text = bare.trim_matches(['{', '}']).replace(['"', '\\'], "");
            let is_list = kind == "domains";
            let text: String = text.chars().filter(|c| !is_list || !c.is_whitespace()).collect();
            format!("\"{text}\"")
        }
        "ipv4" | "ipv6" => {
            let is_ipv4 = kind == "ipv4";
            let readable = words().map(str::parse::<IpAddr>).collect::<Result<Vec<_>, _>>().ok()?;
            let family: Vec<IpAddr> = readable.into_iter().filter(|ip| ip.is_ipv4() == is_ipv4).collect();
            if family.is_empty() {
                return None;
            }
            super::dhcp::addresses(&family)
        }
        "static_routes" => format!("{{{}}}", words().collect::<Vec<_>>().join(",")),
        "host_id" if bare.parse::<Ipv4Addr>().is_err() => format!("\"{}\"", bare.replace(['"', '\\'], "")),
        _ => bare.to_owned(),
    };
    (check(key, &candidate, types) == Ok(())).then_some(candidate)
}

fn described(kind: &str) -> &'static str {
    match kind {
        "ipv4" => "IPv4 addresses",
        "ipv6" => "IPv6 addresses",
        "mac" => "a MAC address",
        "static_routes" => "routes: {NETWORK/LENGTH, ROUTER, …}",
        "bool" => "0 or 1",
        _ => "a number",
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Constant {
    Number,
    String,
}

/// A constant, or several in braces (expr.c, `parse_constant_set`).
fn constants(lexer: &mut Lexer) -> Result<Constant, String> {
    match lexer.next() {
        Token::LeftCurly => {
            let mut kind: Option<Constant> = None;
            let mut token = lexer.next();
            loop {
                let found = constant(token)?;
                if kind.is_some_and(|kind| kind != found) {
                    return Err("numbers and strings are mixed".to_owned());
                }
                kind = Some(found);
                token = lexer.next();
                if token == Token::Comma {
                    token = lexer.next();
                }
                if token == Token::RightCurly {
                    return Ok(found);
                }
            }
        }
        token => constant(token),
    }
}

fn constant(token: Token) -> Result<Constant, String> {
    match token {
        Token::Number(_) => Ok(Constant::Number),
        Token::String => Ok(Constant::String),
        Token::Bad(why) => Err(why),
        Token::Id(text) => Err(format!("{text} is neither a number nor a string in double quotes")),
        Token::End => Err("the value ends too early".to_owned()),
        _ => Err("it is neither a number nor a string in double quotes".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fuzzing::fuzz;

    #[test]
    fn values_are_read_as_ovn_reads_them() {
        for (key, value, reads) in [
            ("dns_server", "8.8.8.8", true),
            ("dns_server", "{8.8.8.8, 8.8.4.4}", true),
            ("dns_server", "{8.8.8.8 8.8.4.4}", true),
            ("dns_server", "8.8.8.8,8.8.4.4", false),
            ("dns_server", "8.8.8.8 8.8.4.4", false),
            ("dns_server", "\"8.8.8.8\"", false),
            ("dns_server", "{8.8.8.8, \"x\"}", false),
            ("dns_server", "{}", false),
            ("dns_server", "", false),
            ("dns_server", "8.8.8", false),
            ("dns_server", "8.8.8.8); drop; (", false),
            ("domain_name", "internal", false),
            ("domain_name", "\"internal\"", true),
            ("domain_name", "\"internal", false),
            ("domain_search_list", "\"a.internal,b.internal\"", true),
            ("lease_time", "3600", true),
            ("lease_time", "0600", false),
            ("lease_time", "one day", false),
            ("classless_static_route", "{30.0.0.0/24,10.0.0.1, 0.0.0.0/0,10.0.0.1}", true),
            ("classless_static_route", "30.0.0.0/33,10.0.0.1", false),
            ("tftp_server", "\"boot\"", true),
            ("tftp_server", "10.0.0.1", true),
            ("ttl", "60", false),
            ("mtu", "1400 // x", false),
        ] {
            assert_eq!(check(key, value, &built_in(true, None)).is_ok(), reads, "{key}={value}");
        }
        let v6 = built_in(false, None);
        for (key, value, reads) in [
            ("dns_server", "fd00::1", true),
            ("dns_server", "{fd00::1, fe80::2}", true),
            ("dns_server", "fd00::1,fd00::2", false),
            ("server_id", "fa:16:3e:00:00:01", true),
            ("domain_search", "internal", false),
        ] {
            assert_eq!(check(key, value, &v6).is_ok(), reads, "{key}={value}");
        }
    }

    #[test]
    fn the_servers_address_and_mac_are_more_than_constants() {
        let flawed = |key: &str, value: &str, is_ipv4| {
            let options = [(key.to_owned(), value.to_owned())].into();
            !flaws(&options, &built_in(is_ipv4, None), is_ipv4).is_empty()
        };
        for value in ["nonsense", "0a:00:00:ff:00", "10.0.0.1", "\"0a:00:00:ff:00:01\""] {
            assert!(flawed("server_mac", value, true) && flawed("server_id", value, false), "{value}");
        }
        assert!(!flawed("server_mac", "0A:00:00:FF:00:01", true));
        for value in ["fd00::1", "{10.0.0.1, 10.0.0.2}", "10.0.0.1/24", "0a:00:00:00:00:01", "4294967296"] {
            assert!(flawed("server_id", value, true), "{value}");
        }
        assert!(!flawed("server_id", "10.0.0.1", true) && !flawed("server_id", "0a:00:00:00:00:01", false));
    }

    #[test]
    fn releases_before_23_09_know_no_fqdn() {
        let knows = |release| built_in(false, Some(release)).contains_key("fqdn");
        assert!(!knows(Release(23, 6)) && knows(Release(23, 9)));
    }

    #[test]
    fn a_corrected_value_is_what_was_meant() {
        for (key, value, meant) in [
            ("dns_server", "8.8.8.8,8.8.4.4", Some("{8.8.8.8, 8.8.4.4}")),
            ("dns_server", "8.8.8.8 8.8.4.4", Some("{8.8.8.8, 8.8.4.4}")),
            ("dns_server", "\"8.8.8.8\"", Some("8.8.8.8")),
            ("dns_server", "resolver", None),
            ("domain_name", "internal", Some("\"internal\"")),
            ("domain_search_list", "a.internal, b.internal", Some("\"a.internal,b.internal\"")),
            ("lease_time", "\"3600\"", Some("3600")),
            ("tftp_server", "boot", Some("\"boot\"")),
            ("classless_static_route", "30.0.0.0/24,10.0.0.1", Some("{30.0.0.0/24,10.0.0.1}")),
            ("ttl", "60", None),
        ] {
            assert_eq!(corrected(key, value, &built_in(true, None)).as_deref(), meant, "{key}={value}");
        }
    }

    #[test]
    fn fuzz_dhcp_options() {
        let samples = [
            "dns_server={8.8.8.8, fd00::1}",
            "domain_name=\"internal\"",
            "classless_static_route={30.0.0.0/24,10.0.0.1}",
            "lease_time=3600",
            "tftp_server=boot",
            "server_id=fa:16:3e:00:00:01",
        ];
        let words = &[
            "{",
            "}",
            "\"",
            ", ",
            "//",
            "/*",
            "0x",
            "$as",
            "&&",
            "1.2.3.4/255.0.0.0",
            "domain_search_list=",
        ];
        fuzz(&samples, words, |text| {
            let (key, value) = text.split_once('=').unwrap_or(("dns_server", text));
            for is_ipv4 in [true, false] {
                let types = built_in(is_ipv4, None);
                let _ = (check(key, value, &types), corrected(key, value, &types));
            }
        });
    }
}
