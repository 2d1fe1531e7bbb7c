//! The reader of zone files compared with that of the crate `domain` (NLnet Labs), on texts of the grammar that both
//! read (RFC 1035, section 5.1).

use std::collections::BTreeSet;
use std::net::IpAddr;

use domain::base::iana::Class;
use domain::rdata::ZoneRecordData;
use domain::zonefile::inplace::{Entry, Zonefile};
use proptest::prelude::*;

use super::FileFormat;
use crate::model::address;

/// A name and its address, or the address of a reverse name and the name that it points to.
type Record = (bool, String, IpAddr);

fn name(text: &str) -> String {
    text.trim_end_matches('.').to_ascii_lowercase()
}

/// The records as `domain` reads them; `None` where it refuses the text.
fn theirs(text: &str) -> Option<BTreeSet<Record>> {
    let mut zone = Zonefile::load(&mut text.as_bytes()).ok()?;
    zone.set_default_class(Class::IN);
    let mut records = BTreeSet::new();
    while let Some(entry) = zone.next_entry().ok()? {
        let Entry::Record(record) = entry else { return None };
        let owner = name(&record.owner().to_string());
        match record.data() {
            ZoneRecordData::A(data) => records.insert((false, owner, IpAddr::from(data.addr()))),
            ZoneRecordData::Aaaa(data) => records.insert((false, owner, IpAddr::from(data.addr()))),
            ZoneRecordData::Ptr(data) => {
                let target = name(&data.ptrdname().to_string());
                address::from_reverse_name(&owner).is_some_and(|ip| records.insert((true, target, ip)))
            }
            _ => false,
        };
    }
    Some(records)
}

/// The records as qdns reads them, and whether it refuses a line. What OVN cannot serve is no mistake of the file, nor is
/// a PTR record of another name than an address's.
fn ours(text: &str) -> (BTreeSet<Record>, bool) {
    let parsed = FileFormat::Zone.parse(text);
    let hosts = parsed.hosts.iter().map(|line| &line.host);
    let records = hosts.flat_map(|host| {
        let of = |is_reverse: bool, list: &[IpAddr]| -> Vec<Record> {
            list.iter().map(|ip| (is_reverse, name(&host.name), *ip)).collect()
        };
        let pointed = if host.addresses.is_empty() { of(true, host.reverse()) } else { Vec::new() };
        [of(false, &host.addresses), pointed].concat()
    });
    let is_mistake = |reason: &str| !reason.contains("is no whole reverse name");
    (records.collect(), parsed.bad.iter().any(|bad| !bad.unserved && is_mistake(&bad.reason)))
}

fn owner() -> impl Strategy<Value = String> {
    const FIXED: &[&str] = &["web", "WEB", "a-b", "web.sub", "db.internal.", "1.0.0.10.in-addr.arpa."];
    prop_oneof![
        proptest::sample::select(FIXED).prop_map(str::to_owned),
        "[a-z][a-z0-9-]{0,4}[a-z]",
        // The owner of the line before.
        Just(String::new()),
    ]
}

fn data() -> impl Strategy<Value = String> {
    const TEXTS: &[&str] = &[
        "AAAA fd00::1",
        "aaaa FD00:0::2",
        "NS ns1",
        "MX 10 mail",
        "TXT \"a ; b ( c \\\" d\"",
        "TXT a\\;b",
        "TXT \"a ( b\"",
        "TXT \") \\\" (\" A",
        "CNAME web",
        "SOA ns1 hostmaster ( 1 ; serial\n 2 3\n\t4 5 )",
        "SOA ns1 hostmaster 1 2 3 4 5",
        "A ( 10.0.0.5 )",
        "A (\n10.0.0.6 ; in the parentheses\n)",
    ];
    prop_oneof![
        4 => (1u8..250).prop_map(|n| format!("A 10.0.0.{n}")),
        2 => (1u8..250).prop_map(|n| format!("AAAA fd00::{n:x}")),
        2 => Just("PTR web.internal.".to_owned()),
        3 => proptest::sample::select(TEXTS).prop_map(str::to_owned),
        1 => Just("A 10.0.0.300".to_owned()),
        1 => Just("A".to_owned()),
        1 => Just("AAAA 10.0.0.1".to_owned()),
    ]
}

fn line() -> impl Strategy<Value = String> {
    let between = proptest::sample::select(&["", "IN", "60", "60 IN", "IN 60", "in"][..]);
    let blank = proptest::sample::select(&[" ", "\t", "  \t"][..]);
    let end = proptest::sample::select(&["", " ", " ; a \"comment (", "\r"][..]);
    let record = (owner(), between, data(), blank, end)
        .prop_map(|(owner, between, data, blank, end)| format!("{owner}{blank}{between}{blank}{data}{end}"));
    const DIRECTIVES: &[&str] = &[
        "$ORIGIN sub.internal.",
        "$ORIGIN more",
        "$TTL 300",
        "",
        "   ",
        "; \" (",
        "$ORIGIN 0.0.10.in-addr.arpa.",
    ];
    prop_oneof![5 => record, 1 => proptest::sample::select(DIRECTIVES).prop_map(str::to_owned)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn both_read_the_same(lines in proptest::collection::vec(line(), 1..8)) {
        let text = format!("$ORIGIN internal.\n$TTL 3600\nfirst A 10.0.0.1\n{}\n", lines.join("\n"));
        let (ours, is_refused) = ours(&text);
        match theirs(&text) {
            Some(theirs) => {
                prop_assert!(!is_refused, "{}", text);
                prop_assert_eq!(ours, theirs, "{}", text);
            }
            None => prop_assert!(is_refused, "{}\nours: {:?}", text, ours),
        }
    }
}
