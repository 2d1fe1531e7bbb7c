//! BIND zone files (RFC 1035, section 5): A, AAAA and PTR records of class IN.
//!
//! What describes the zone to other servers (SOA, NS, DNSSEC) is noted and left out; every other
//! record that OVN cannot serve is a bad line, because a guest would miss it.

use super::annotation::Annotation;
use super::field::{address_at, stops, ttl_note};
use crate::model::address;
use crate::model::host::HostEntry;
use crate::plan::import::{BadLine, HostLine, Note, Parsed};

/// Types for other servers. Guests do not ask for them.
const ABOUT_THE_ZONE: &[&str] = &[
    "SOA",
    "NS",
    "DS",
    "DNSKEY",
    "RRSIG",
    "NSEC",
    "NSEC3",
    "NSEC3PARAM",
    "CDS",
    "CDNSKEY",
    "ZONEMD",
    "CSYNC",
];

/// Types that guests may ask for and OVN does not answer.
const NOT_SERVED: &[&str] = &[
    "CNAME",
    "MX",
    "TXT",
    "SRV",
    "NAPTR",
    "CAA",
    "DNAME",
    "HINFO",
    "SSHFP",
    "TLSA",
    "SPF",
    "RP",
    "LOC",
    "SVCB",
    "HTTPS",
    "URI",
    "AFSDB",
    "CERT",
    "OPENPGPKEY",
    "SMIMEA",
    "APL",
    "DHCID",
    "IPSECKEY",
    "KX",
    "WKS",
    "A6",
];

/// Whether a line looks like a directive or a record of a zone file.
pub fn is_record(line: &str) -> bool {
    let mut words = line.split_whitespace();
    line.starts_with("$ORIGIN")
        || line.starts_with("$TTL")
        || words
            .by_ref()
            .skip(1)
            .take(3)
            .any(|word| matches!(word, "IN" | "SOA" | "A" | "AAAA" | "PTR" | "NS"))
}

/// The hosts of a zone file. A name with several addresses gets them all; a PTR record gives the
/// reverse name to the host that it names. A name without a dot at its end is under `$ORIGIN`, and
/// without one of these under the zone's own domain.
pub fn parse(text: &str) -> Parsed {
    let mut reader =
        Reader { parsed: Parsed { repeats_add_up: true, ..Parsed::default() }, ..Reader::default() };
    for entry in entries(text, &mut reader.parsed.bad) {
        if stops(&mut reader.parsed) {
            break;
        }
        match reader.read(&entry) {
            Ok(host) => reader.parsed.hosts.extend(host),
            Err(bad) => reader.parsed.bad.push(bad),
        }
    }
    reader.parsed.bad.sort_by_key(|bad| bad.line);
    reader.parsed
}

/// One entry: a line, or several lines within parentheses.
#[derive(Debug, Default)]
struct Entry<'t> {
    line: usize,
    starts_blank: bool,
    words: Vec<&'t str>,
    comment: &'t str,
}

/// The most entries of a file.
const ENTRIES_MAX: usize = 1_000_000;

/// The entries of a text. Parentheses and quotes that are not closed are bad lines.
fn entries<'t>(text: &'t str, bad: &mut Vec<BadLine>) -> Vec<Entry<'t>> {
    let mut entries = Vec::new();
    let mut entry = Entry::default();
    let mut open: Option<usize> = None;
    for (index, line) in text.lines().enumerate() {
        if entries.len() >= ENTRIES_MAX {
            bad.push(BadLine::new(
                index + 1,
                format!("{ENTRIES_MAX} entries come before it, the most of a file"),
            ));
            break;
        }
        if open.is_none() {
            entry =
                Entry { line: index + 1, starts_blank: line.starts_with([' ', '\t']), ..Entry::default() };
        }
        let part = |from: usize, to: usize| line.get(from..to).unwrap_or_default();
        let (mut word, mut end) = (None, line.len());
        let (mut quoted, mut is_whole) = (false, true);
        let mut chars = line.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => quoted = !quoted,
                '\\' => drop(chars.next()),
                _ if quoted => {}
                ';' => {
                    entry.comment = part(at + 1, line.len()).trim();
                    end = at;
                    break;
                }
                '(' | ')' | ' ' | '\t' | '\r' => {
                    match c {
                        '(' => open = open.or(Some(index + 1)),
                        ')' => is_whole &= open.take().is_some(),
                        _ => {}
                    }
                    entry.words.extend(word.take().map(|from| part(from, at)));
                    continue;
                }
                _ => {}
            }
            word = word.or(Some(at));
        }
        entry.words.extend(word.map(|from| part(from, end)));
        if quoted || !is_whole {
            let what =
                if quoted { "a quote that is not closed" } else { "a parenthesis that was not opened" };
            bad.push(BadLine::new(index + 1, what));
            entry.words.clear();
            open = None;
        }
        if open.is_none() && !entry.words.is_empty() {
            entries.push(std::mem::take(&mut entry));
        }
    }
    if let Some(line) = open {
        bad.push(BadLine::new(line, "a parenthesis that is not closed"));
    }
    entries
}

/// The state between entries: the origin and the latest owner.
#[derive(Debug, Default)]
struct Reader {
    parsed: Parsed,
    origin: Option<String>,
    owner: Option<String>,
}

impl Reader {
    fn read(&mut self, entry: &Entry) -> Result<Option<HostLine>, BadLine> {
        let line = entry.line;
        let mut words = entry.words.iter().copied().peekable();
        if let Some(directive) = words.next_if(|word| word.starts_with('$') && !entry.starts_blank) {
            return self.directive(line, directive, words.next()).map(|()| None);
        }
        if !entry.starts_blank {
            self.owner = words.next().map(|owner| self.absolute(owner));
        }
        let owner = self
            .owner
            .clone()
            .ok_or_else(|| BadLine::new(line, "it begins with a blank, and no line before it has a name"))?;
        while let Some(word) = words.next_if(|word| is_class(word) || is_ttl(word)) {
            if is_ttl(word) {
                ttl_note(&mut self.parsed.notes, line, word);
            } else if !word.eq_ignore_ascii_case("IN") {
                return Err(BadLine::new(line, format!("class {word} is not served")).unserved());
            }
        }
        let kind = words.next().unwrap_or_default().to_ascii_uppercase();
        let data: Vec<&str> = words.collect();
        match (kind.as_str(), data.as_slice()) {
            ("A" | "AAAA", [data]) => self.address(entry, &owner, &kind, data).map(Some),
            ("PTR", [target]) => self.pointer(line, &owner, target).map(Some),
            ("A" | "AAAA" | "PTR", _) => {
                Err(BadLine::new(line, format!("{kind} takes one value, and there are {}", data.len())))
            }
            // What an export needs so that a name server loads it.
            (kind, _) if ABOUT_THE_ZONE.contains(&kind) && Annotation::is_of_qdns(entry.comment) => Ok(None),
            (kind, _) if ABOUT_THE_ZONE.contains(&kind) => {
                let text = format!("{kind} of {owner} is left out: it tells other servers about the zone");
                self.parsed.notes.push(Note { line, text });
                Ok(None)
            }
            (kind, _) if NOT_SERVED.contains(&kind) || is_numbered_type(kind) => {
                let bad = BadLine::new(
                    line,
                    format!("{kind} of {owner} cannot be served: OVN answers A, AAAA and PTR only"),
                );
                Err(match kind {
                    "CNAME" => bad.hint("give the name an A or AAAA record with the target's address"),
                    _ => bad,
                }
                .unserved())
            }
            ("", _) => Err(BadLine::new(line, format!("{owner} has no record type"))),
            (kind, _) => Err(BadLine::new(line, format!("{kind:?} is no record type"))),
        }
    }

    fn directive(&mut self, line: usize, directive: &str, value: Option<&str>) -> Result<(), BadLine> {
        match (directive.to_ascii_uppercase().as_str(), value) {
            ("$ORIGIN", Some(origin)) => self.origin = Some(self.absolute(origin)),
            ("$TTL", Some(ttl)) => ttl_note(&mut self.parsed.notes, line, ttl),
            ("$ORIGIN" | "$TTL", None) => {
                return Err(BadLine::new(line, format!("{directive} needs a value")));
            }
            ("$INCLUDE", _) => {
                return Err(BadLine::new(line, "$INCLUDE is not followed").hint("import that file by itself"));
            }
            ("$GENERATE", _) => {
                return Err(BadLine::new(line, "$GENERATE is not understood")
                    .hint("named-compilezone -o - ZONE FILE writes its records out"));
            }
            _ => return Err(BadLine::new(line, format!("{directive:?} is no directive"))),
        }
        Ok(())
    }

    fn address(&self, entry: &Entry, owner: &str, kind: &str, data: &str) -> Result<HostLine, BadLine> {
        let line = entry.line;
        if owner == "*" || owner.starts_with("*.") {
            return Err(
                BadLine::new(line, format!("{owner} cannot be served: OVN has no wildcards")).unserved()
            );
        }
        if owner == "@" || self.origin.as_deref() == Some(owner) {
            let why = format!("{owner} is the domain itself, which is no host");
            return Err(BadLine::new(line, why).unserved());
        }
        let address = address_at(line, data)?;
        if address.is_ipv4() != (kind == "A") {
            let right = if address.is_ipv4() { "A" } else { "AAAA" };
            return Err(BadLine::new(line, format!("{address} is no address of type {kind}"))
                .hint(format!("use {right}")));
        }
        let annotation = Annotation::parse(line, entry.comment)?;
        Ok(annotation.host(line, owner, address))
    }

    fn pointer(&self, line: usize, owner: &str, target: &str) -> Result<HostLine, BadLine> {
        let address = address::from_reverse_name(owner).ok_or_else(|| {
            let bad = BadLine::new(line, format!("{owner:?} is no whole reverse name"));
            if address::is_reverse_name(owner) || self.origin.is_some() {
                bad.hint("such as 10.0.0.10.in-addr.arpa.")
            } else {
                bad.hint("give the file an $ORIGIN, such as: $ORIGIN 0.0.10.in-addr.arpa.")
            }
        })?;
        // The domain of a reverse zone is not its origin: a relative target is under the origin, which
        // is never what was meant there.
        if !target.ends_with('.') && self.origin.as_deref().is_some_and(address::is_reverse_name) {
            return Err(BadLine::new(
                line,
                format!("{target:?} has no dot at its end, so it is under $ORIGIN"),
            )
            .hint(format!("write `{target}.`")));
        }
        let name = self.absolute(target);
        let host = HostEntry { name, reverse: Some(vec![address]), ..HostEntry::default() };
        Ok(HostLine { line, host, home: None })
    }

    /// A name of the file as an absolute name in lower case without the dot at its end.
    fn absolute(&self, name: &str) -> String {
        let lower = name.to_ascii_lowercase();
        match (lower.strip_suffix('.'), &self.origin) {
            (Some(absolute), _) => absolute.to_owned(),
            (None, Some(origin)) if lower == "@" => origin.clone(),
            (None, Some(origin)) => format!("{lower}.{origin}"),
            (None, None) => lower,
        }
    }
}

fn is_class(word: &str) -> bool {
    ["IN", "CH", "HS", "CS"].iter().any(|class| word.eq_ignore_ascii_case(class))
}

/// Seconds, or BIND's `1h30m`.
fn is_ttl(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        && word
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c.to_ascii_lowercase(), 's' | 'm' | 'h' | 'd' | 'w'))
}

/// `TYPE65534` (RFC 3597).
fn is_numbered_type(kind: &str) -> bool {
    kind.strip_prefix("TYPE").is_some_and(|number| number.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "\
$ORIGIN internal.
$TTL 1h
@\tIN SOA ns1 hostmaster ( 2026 ; serial
\t3600 900 1209600 300 )
\tIN NS ns1
ns1\tA 10.0.0.2
    AAAA fd00::2 ; qdns: static
web 300 IN A 10.0.0.10
db.internal. IN 60 A 10.0.0.11
www CNAME web
* A 10.0.0.12
@ A 10.0.0.13
@ MX 10 mail
txt TXT \"a ; b ( c\"
mail A 10.0.0.999
bad A fd00::1
10.0.0.10.in-addr.arpa. PTR web.internal.
$INCLUDE more
x A 10.0.0.1 10.0.0.2
y FROB 1
$ORIGIN 0.0.10.in-addr.arpa.
11 IN PTR db.internal.
12 IN PTR db
";

    #[test]
    fn a_zone_is_read_and_everything_else_named_by_line() {
        let parsed = parse(ZONE);
        let hosts: Vec<_> = parsed
            .hosts
            .iter()
            .map(|host| (host.line, host.host.name.as_str(), host.host.addresses.len()))
            .collect();
        assert_eq!(
            hosts,
            [
                (6, "ns1.internal", 1),
                (7, "ns1.internal", 1),
                (8, "web.internal", 1),
                (9, "db.internal", 1),
                (17, "web.internal", 0),
                (22, "db.internal", 0)
            ]
        );
        assert!(parsed.hosts[1].host.is_static);
        let bad: Vec<_> = parsed.bad.iter().map(|bad| (bad.line, bad.unserved)).collect();
        assert_eq!(
            bad,
            [
                (10, true),
                (11, true),
                (12, true),
                (13, true),
                (14, true),
                (15, false),
                (16, false),
                (18, false),
                (19, false),
                (20, false),
                (23, false)
            ]
        );
        let notes: Vec<_> = parsed.notes.iter().map(|note| note.line).collect();
        assert_eq!(notes, [2, 3, 5]);
    }

    #[test]
    fn what_is_not_closed_is_named() {
        assert_eq!(parse("web A ( 10.0.0.1\n\n").bad[0].line, 1);
        assert_eq!(parse("web TXT \"a\nweb A 10.0.0.1\n").bad[0].line, 1);
        assert_eq!(parse("web A 10.0.0.1 )\nweb A 10.0.0.1\n").hosts.len(), 1);
    }
}
